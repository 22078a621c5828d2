resource "aws_api_gateway_documentation_part" "get" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  properties  = jsonencode({ summary = ["gets", "fetches", "fetches"][local.phase] })

  location {
    type   = "METHOD"
    path   = "/"
    method = "GET"
  }
}

resource "aws_api_gateway_documentation_version" "one" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  version     = "v1"
  description = ["first", "1st", ""][local.phase]
  depends_on  = [aws_api_gateway_documentation_part.get]
}

resource "aws_api_gateway_documentation_version" "two" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  version     = "v2"
  depends_on  = [aws_api_gateway_documentation_part.get]
}

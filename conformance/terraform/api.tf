# An API with everything that an argument can say about it. Arguments that can
# be changed are lists: what is made, what it is changed to, and, mostly, none.

variable "phase" {
  description = "0 makes all there is, 1 changes it, 2 takes away what can go."
  default     = 0
}

locals {
  phase = var.phase
  json  = "application/json"
  range = ["10.0.0.0/8", "192.0.2.0/24", "192.0.2.0/24"][local.phase]
}

resource "aws_api_gateway_rest_api" "shop" {
  name                         = ["shop", "store", "store"][local.phase]
  description                  = ["goods", "more goods", ""][local.phase]
  api_key_source               = ["HEADER", "AUTHORIZER", "HEADER"][local.phase]
  binary_media_types           = [["image/png", "a/b"], ["a/b", "*/*"], ["a/b"]][local.phase]
  minimum_compression_size     = ["0", "1024", ""][local.phase]
  disable_execute_api_endpoint = [true, false, false][local.phase]
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = {
      Effect    = "Allow"
      Principal = "*"
      Action    = "execute-api:Invoke"
      Resource  = "*"
      Condition = { IpAddress = { "aws:SourceIp" = local.range } }
    }
  })
  tags = [{ team = "pets", "a b" = "c/d" }, { team = "shop", new = "" }, {}][local.phase]

  endpoint_configuration {
    types           = [["REGIONAL"], ["EDGE"], ["EDGE"]][local.phase]
    ip_address_type = ["dualstack", "ipv4", "ipv4"][local.phase]
  }
}

resource "aws_api_gateway_rest_api" "inside" {
  name = "inside"

  endpoint_configuration {
    types            = ["PRIVATE"]
    vpc_endpoint_ids = [["vpce-11111111", "vpce-22222222"], ["vpce-22222222", "vpce-33333333"], ["vpce-33333333"]][local.phase]
  }
}

resource "aws_api_gateway_rest_api_policy" "inside" {
  rest_api_id = aws_api_gateway_rest_api.inside.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "execute-api:Invoke"
      Resource  = "${aws_api_gateway_rest_api.inside.execution_arn}/*"
      Condition = { IpAddress = { "aws:SourceIp" = local.range } }
    }]
  })
}

resource "aws_api_gateway_gateway_response" "throttled" {
  rest_api_id         = aws_api_gateway_rest_api.shop.id
  response_type       = "THROTTLED"
  status_code         = ["503", "420", "420"][local.phase]
  response_parameters = [{ "gatewayresponse.header.Retry-After" = "'9'" }, { "gatewayresponse.header.X-A" = "'b'" }, null][local.phase]
  response_templates  = [{ (local.json) = "{}" }, { "text/plain" = "$context.error.message" }, { "text/plain" = "no" }][local.phase]
}

resource "aws_api_gateway_resource" "pets" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  parent_id   = aws_api_gateway_rest_api.shop.root_resource_id
  path_part   = ["pets", "animals", "animals"][local.phase]
}

resource "aws_api_gateway_resource" "pet" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  parent_id   = [aws_api_gateway_resource.pets.id, aws_api_gateway_rest_api.shop.root_resource_id, aws_api_gateway_resource.pets.id][local.phase]
  path_part   = "{pet}"
}

resource "aws_api_gateway_method" "put" {
  rest_api_id          = aws_api_gateway_rest_api.shop.id
  resource_id          = aws_api_gateway_resource.pet.id
  http_method          = "PUT"
  authorization        = ["NONE", "AWS_IAM", "NONE"][local.phase]
  request_validator_id = [aws_api_gateway_request_validator.some.id, aws_api_gateway_request_validator.all.id, null][local.phase]
  api_key_required     = [true, false, null][local.phase]
  operation_name       = ["putPet", "replacePet", null][local.phase]
  request_models       = [{ (local.json) = "Empty" }, { (local.json) = "Error", "text/plain" = "Empty" }, null][local.phase]
  request_parameters = [
    { "method.request.path.pet" = true, "method.request.querystring.dry" = false, "method.request.header.X-A" = false },
    { "method.request.path.pet" = true, "method.request.querystring.dry" = true, "method.request.header.X-B" = false },
    { "method.request.path.pet" = true },
  ][local.phase]
}

resource "aws_api_gateway_method" "delete" {
  rest_api_id          = aws_api_gateway_rest_api.shop.id
  resource_id          = aws_api_gateway_resource.pet.id
  http_method          = "DELETE"
  authorization        = ["CUSTOM", "COGNITO_USER_POOLS", "NONE"][local.phase]
  authorizer_id        = [aws_api_gateway_authorizer.function.id, aws_api_gateway_authorizer.pools.id, null][local.phase]
  authorization_scopes = [null, ["pets/write", "pets/admin"], null][local.phase]
}

resource "aws_api_gateway_integration" "linked" {
  rest_api_id             = aws_api_gateway_rest_api.shop.id
  resource_id             = aws_api_gateway_resource.pet.id
  http_method             = aws_api_gateway_method.delete.http_method
  type                    = "HTTP_PROXY"
  integration_http_method = "DELETE"
  uri                     = "http://inside.example.com/"
  connection_type         = ["INTERNET", "VPC_LINK", "VPC_LINK"][local.phase]
  connection_id           = [null, aws_api_gateway_vpc_link.inside.id, aws_api_gateway_vpc_link.inside.id][local.phase]
}

resource "aws_api_gateway_method_response" "ok" {
  rest_api_id         = aws_api_gateway_rest_api.shop.id
  resource_id         = aws_api_gateway_resource.pet.id
  http_method         = aws_api_gateway_method.put.http_method
  status_code         = "200"
  response_models     = [{ (local.json) = "Empty" }, { (local.json) = "Error", "text/plain" = "Empty" }, null][local.phase]
  response_parameters = { "method.response.header.A" = true, "method.response.header.B" = [true, false, false][local.phase] }
}

resource "aws_api_gateway_integration" "http" {
  rest_api_id             = aws_api_gateway_rest_api.shop.id
  resource_id             = aws_api_gateway_resource.pet.id
  http_method             = aws_api_gateway_method.put.http_method
  type                    = "HTTP"
  integration_http_method = "PUT"
  uri                     = ["http://127.0.0.1:1/{pet}", "http://127.0.0.1:2/{pet}", "http://127.0.0.1:2/{pet}"][local.phase]
  timeout_milliseconds    = [1000, 2000, null][local.phase]
  passthrough_behavior    = "NEVER"
  content_handling        = ["CONVERT_TO_TEXT", "CONVERT_TO_BINARY", null][local.phase]
  cache_namespace         = ["here", "there", "there"][local.phase]
  cache_key_parameters    = [["method.request.path.pet"], ["method.request.querystring.dry"], []][local.phase]
  request_templates       = [{ (local.json) = "$input.json('$')" }, { (local.json) = "{}", "text/plain" = "ü" }, { (local.json) = "{}" }][local.phase]
  request_parameters = [
    { "integration.request.path.pet" = "method.request.path.pet", "integration.request.header.X-A" = "'a'" },
    { "integration.request.path.pet" = "method.request.path.pet", "integration.request.header.X-A" = "'b'" },
    { "integration.request.path.pet" = "method.request.path.pet" },
  ][local.phase]

  tls_config {
    insecure_skip_verification = [true, false, false][local.phase]
  }
}

resource "aws_api_gateway_integration_response" "ok" {
  rest_api_id         = aws_api_gateway_rest_api.shop.id
  resource_id         = aws_api_gateway_resource.pet.id
  http_method         = aws_api_gateway_integration.http.http_method
  status_code         = aws_api_gateway_method_response.ok.status_code
  selection_pattern   = ["2..", "(2|3)..", null][local.phase]
  content_handling    = ["CONVERT_TO_TEXT", "CONVERT_TO_BINARY", null][local.phase]
  response_templates  = [{ (local.json) = "" }, { (local.json) = "{}", "text/plain" = "ü" }, null][local.phase]
  response_parameters = { "method.response.header.A" = ["'a'", "integration.response.header.A", "'a'"][local.phase] }
}

resource "aws_api_gateway_method" "get" {
  rest_api_id   = aws_api_gateway_rest_api.shop.id
  resource_id   = aws_api_gateway_rest_api.shop.root_resource_id
  http_method   = "GET"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "mock" {
  rest_api_id       = aws_api_gateway_rest_api.shop.id
  resource_id       = aws_api_gateway_rest_api.shop.root_resource_id
  http_method       = aws_api_gateway_method.get.http_method
  type              = "MOCK"
  request_templates = { (local.json) = jsonencode({ statusCode = 200 }) }
}

data "aws_api_gateway_rest_api" "shop" {
  name = aws_api_gateway_rest_api.shop.name
}

data "aws_api_gateway_resource" "pet" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  path        = ["/pets/{pet}", "/{pet}", "/animals/{pet}"][local.phase]
  depends_on  = [aws_api_gateway_resource.pets, aws_api_gateway_resource.pet]
}

output "found" {
  value = [
    data.aws_api_gateway_rest_api.shop.id == aws_api_gateway_rest_api.shop.id,
    data.aws_api_gateway_resource.pet.id == aws_api_gateway_resource.pet.id,
  ]
}

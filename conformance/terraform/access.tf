# Who may call, with what.

locals {
  lambda = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function"
  pools  = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1"
}

resource "aws_api_gateway_authorizer" "function" {
  rest_api_id                      = aws_api_gateway_rest_api.shop.id
  name                             = ["function", "who", "who"][local.phase]
  type                             = ["TOKEN", "REQUEST", "TOKEN"][local.phase]
  authorizer_uri                   = "${local.lambda}:${["who", "whoever", "whoever"][local.phase]}/invocations"
  authorizer_credentials           = ["arn:aws:iam::123456789012:role/a", "arn:aws:iam::123456789012:role/b", null][local.phase]
  authorizer_result_ttl_in_seconds = [0, 60, null][local.phase]
  identity_source                  = ["method.request.header.A", "method.request.header.A, method.request.querystring.b", null][local.phase]
  identity_validation_expression   = ["^a.*$", "^b.*$", null][local.phase]
}

resource "aws_api_gateway_authorizer" "pools" {
  rest_api_id   = aws_api_gateway_rest_api.shop.id
  name          = "pools"
  type          = "COGNITO_USER_POOLS"
  provider_arns = [["${local.pools}_a", "${local.pools}_b"], ["${local.pools}_b", "${local.pools}_c"], ["${local.pools}_c"]][local.phase]
}

resource "aws_api_gateway_request_validator" "some" {
  rest_api_id                 = aws_api_gateway_rest_api.shop.id
  name                        = ["some", "other", "other"][local.phase]
  validate_request_body       = [true, false, null][local.phase]
  validate_request_parameters = [false, true, null][local.phase]
}

resource "aws_api_gateway_request_validator" "all" {
  rest_api_id                 = aws_api_gateway_rest_api.shop.id
  name                        = "all"
  validate_request_body       = true
  validate_request_parameters = true
}

resource "aws_api_gateway_model" "pet" {
  rest_api_id  = aws_api_gateway_rest_api.shop.id
  name         = "Pet"
  content_type = "application/json"
  description  = ["a pet", "any pet", ""][local.phase]
  schema       = jsonencode({ type = ["object", "array", "array"][local.phase] })
}

resource "aws_api_gateway_api_key" "mine" {
  name        = ["mine", "ours", "ours"][local.phase]
  description = ["a key", "the key", ""][local.phase]
  enabled     = [false, true, null][local.phase]
  customer_id = ["one", "two", null][local.phase]
  tags        = [{ team = "pets" }, { team = "shop", new = "" }, {}][local.phase]
}

resource "aws_api_gateway_usage_plan" "gold" {
  name         = ["gold", "silver", "silver"][local.phase]
  description  = ["much", "some", ""][local.phase]
  product_code = ["one", "two", ""][local.phase]
  tags         = [{ team = "pets" }, { team = "shop", new = "" }, {}][local.phase]

  dynamic "api_stages" {
    for_each = [["/pets/GET"], ["/pets/{pet}/PUT"], []][local.phase]
    content {
      api_id = aws_api_gateway_rest_api.shop.id
      stage  = [aws_api_gateway_stage.prod, aws_api_gateway_stage.beta][local.phase].stage_name
      throttle {
        path        = api_stages.value
        burst_limit = [3, 4][local.phase]
        rate_limit  = [1, 2.5][local.phase]
      }
    }
  }

  dynamic "quota_settings" {
    for_each = [["WEEK"], ["MONTH"], []][local.phase]
    content {
      limit  = [100, 200][local.phase]
      offset = [1, 2][local.phase]
      period = quota_settings.value
    }
  }

  dynamic "throttle_settings" {
    for_each = [[5], [6], []][local.phase]
    content {
      burst_limit = throttle_settings.value
      rate_limit  = [7, 8.5][local.phase]
    }
  }
}

resource "aws_api_gateway_usage_plan_key" "mine" {
  usage_plan_id = aws_api_gateway_usage_plan.gold.id
  key_id        = aws_api_gateway_api_key.mine.id
  key_type      = "API_KEY"
}

data "aws_api_gateway_api_key" "mine" {
  id         = aws_api_gateway_api_key.mine.id
  depends_on = [aws_api_gateway_api_key.mine]
}

data "aws_api_gateway_api_keys" "all" {
  include_values = true
  depends_on     = [aws_api_gateway_api_key.mine]
}

data "aws_api_gateway_authorizer" "pools" {
  rest_api_id   = aws_api_gateway_rest_api.shop.id
  authorizer_id = split("/", aws_api_gateway_authorizer.pools.id)[0]
  depends_on    = [aws_api_gateway_authorizer.pools]
}

data "aws_api_gateway_authorizers" "all" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  depends_on  = [aws_api_gateway_authorizer.function, aws_api_gateway_authorizer.pools]
}

output "found_access" {
  sensitive = true
  value = [
    data.aws_api_gateway_api_key.mine.name == aws_api_gateway_api_key.mine.name,
    contains(data.aws_api_gateway_api_keys.all.items[*].value, aws_api_gateway_api_key.mine.value),
    data.aws_api_gateway_authorizer.pools.name == "pools",
    length(data.aws_api_gateway_authorizers.all.ids) == 2,
  ]
}

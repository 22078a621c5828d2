# What calls meet: deployments of the API, and stages that show them.

resource "aws_api_gateway_account" "this" {
  cloudwatch_role_arn = "arn:aws:iam::123456789012:role/${["logs", "other", "other"][local.phase]}"
  reset_on_delete     = [false, true, true][local.phase]
}

resource "aws_api_gateway_deployment" "first" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  description = ["first", "1st", ""][local.phase]
  variables   = { a = "b" }
  triggers    = { never = "" }

  lifecycle {
    ignore_changes = [triggers, variables] # an import does not bring them
  }

  depends_on = [aws_api_gateway_integration.mock, aws_api_gateway_integration.http, aws_api_gateway_integration.linked]
}

resource "aws_api_gateway_deployment" "second" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  depends_on  = [aws_api_gateway_integration.mock, aws_api_gateway_integration.http, aws_api_gateway_integration.linked]
}

resource "aws_api_gateway_stage" "prod" {
  rest_api_id           = aws_api_gateway_rest_api.shop.id
  stage_name            = "prod"
  deployment_id         = [aws_api_gateway_deployment.first, aws_api_gateway_deployment.second, aws_api_gateway_deployment.second][local.phase].id
  description           = ["for all", "for most", ""][local.phase]
  cache_cluster_enabled = [true, true, null][local.phase]
  cache_cluster_size    = ["0.5", "1.6", null][local.phase]
  xray_tracing_enabled  = [true, false, null][local.phase]
  variables             = [{ a = "b", c = "d" }, { a = "c", e = "https://x/?y=z&1" }, null][local.phase]
  tags                  = [{ team = "pets" }, { team = "shop", new = "" }, {}][local.phase]

  dynamic "access_log_settings" {
    for_each = [["one"], ["two"], []][local.phase]
    content {
      destination_arn = "arn:aws:logs:us-east-1:123456789012:log-group:${access_log_settings.value}"
      format          = "$context.requestId ${access_log_settings.value}"
    }
  }

  dynamic "canary_settings" {
    for_each = [[12.5], [66.66], []][local.phase]
    content {
      deployment_id            = [aws_api_gateway_deployment.second, aws_api_gateway_deployment.first][local.phase].id
      percent_traffic          = canary_settings.value
      stage_variable_overrides = [{ a = "x" }, { c = "y" }][local.phase]
      use_stage_cache          = [true, false][local.phase]
    }
  }
}

resource "aws_api_gateway_stage" "beta" {
  rest_api_id           = aws_api_gateway_rest_api.shop.id
  stage_name            = "beta"
  deployment_id         = aws_api_gateway_deployment.first.id
  cache_cluster_enabled = [false, true, false][local.phase]
  cache_cluster_size    = ["0.5", "0.5", null][local.phase]
  client_certificate_id = [aws_api_gateway_client_certificate.one.id, aws_api_gateway_client_certificate.two.id, null][local.phase]
  documentation_version = [aws_api_gateway_documentation_version.one.version, aws_api_gateway_documentation_version.two.version, null][local.phase]
}

# All of them change the one stage at the same moment.
resource "aws_api_gateway_method_settings" "prod" {
  for_each    = toset(["*/*", "pets/GET", "pets/{pet}/PUT", "a/GET", "b/GET", "c/GET", "d/GET"])
  rest_api_id = aws_api_gateway_rest_api.shop.id
  stage_name  = aws_api_gateway_stage.prod.stage_name
  method_path = each.value

  settings {
    metrics_enabled                            = [true, false, null][local.phase]
    logging_level                              = ["INFO", "ERROR", null][local.phase]
    data_trace_enabled                         = [true, false, null][local.phase]
    throttling_burst_limit                     = [7, 8, null][local.phase]
    throttling_rate_limit                      = [100.5, 2, null][local.phase]
    caching_enabled                            = [true, false, null][local.phase]
    cache_ttl_in_seconds                       = [10, 0, null][local.phase]
    cache_data_encrypted                       = [true, false, null][local.phase]
    require_authorization_for_cache_control    = [true, false, null][local.phase]
    unauthorized_cache_control_header_strategy = ["FAIL_WITH_403", "SUCCEED_WITHOUT_RESPONSE_HEADER", null][local.phase]
  }
}

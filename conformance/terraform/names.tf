# Where the API is found, and how it reaches out. The provider waits for a
# minute when a domain name changes, for all of them at once.

locals {
  certificate = "arn:aws:acm:us-east-1:123456789012:certificate/${["a", "b", "b"][local.phase]}"
}

resource "aws_api_gateway_domain_name" "edge" {
  domain_name     = "edge.example.com"
  certificate_arn = local.certificate
}

resource "aws_api_gateway_domain_name" "regional" {
  domain_name                            = "regional.example.com"
  regional_certificate_arn               = local.certificate
  ownership_verification_certificate_arn = local.certificate
  security_policy                        = ["TLS_1_0", "TLS_1_2", "TLS_1_2"][local.phase]
  tags                                   = [{ team = "pets" }, { team = "shop", new = "" }, {}][local.phase]

  endpoint_configuration {
    types           = ["REGIONAL"]
    ip_address_type = ["ipv4", "dualstack", "dualstack"][local.phase]
  }

  mutual_tls_authentication {
    truststore_uri     = "s3://trust/${["a", "b", "b"][local.phase]}.pem"
    truststore_version = ["1", "2", "2"][local.phase]
  }
}

resource "aws_api_gateway_domain_name" "named" {
  domain_name               = "named.example.com"
  regional_certificate_name = ["a", "b", "b"][local.phase]

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_domain_name" "moving" {
  domain_name      = "moving.example.com"
  certificate_name = ["a", "b", "b"][local.phase]

  endpoint_configuration {
    types = [["REGIONAL"], ["EDGE"], ["EDGE"]][local.phase]
  }
}

resource "aws_api_gateway_domain_name" "inside" {
  domain_name     = "inside.example.com"
  certificate_arn = local.certificate
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "execute-api:Invoke"
      Resource  = "*"
      Condition = { IpAddress = { "aws:SourceIp" = local.range } }
    }]
  })

  endpoint_configuration {
    types = ["PRIVATE"]
  }
}

resource "aws_api_gateway_domain_name_access_association" "inside" {
  domain_name_arn                = aws_api_gateway_domain_name.inside.arn
  access_association_source      = "vpce-11111111"
  access_association_source_type = "VPCE"
  tags                           = [{ team = "pets" }, { team = "shop", new = "" }, {}][local.phase]
}

resource "aws_api_gateway_base_path_mapping" "shop" {
  domain_name = aws_api_gateway_domain_name.regional.domain_name
  api_id      = aws_api_gateway_rest_api.shop.id
  base_path   = ["shop", "store", "store"][local.phase]
  stage_name  = [aws_api_gateway_stage.prod, aws_api_gateway_stage.beta, aws_api_gateway_stage.beta][local.phase].stage_name
}

resource "aws_api_gateway_base_path_mapping" "root" {
  domain_name = aws_api_gateway_domain_name.regional.domain_name
  api_id      = [aws_api_gateway_rest_api.shop, aws_api_gateway_rest_api.inside, aws_api_gateway_rest_api.inside][local.phase].id
}

resource "aws_api_gateway_base_path_mapping" "inside" {
  domain_name    = aws_api_gateway_domain_name.inside.domain_name
  domain_name_id = aws_api_gateway_domain_name.inside.domain_name_id
  api_id         = aws_api_gateway_rest_api.inside.id
  base_path      = "in"
}

resource "aws_api_gateway_client_certificate" "one" {
  description = ["one", "1", ""][local.phase]
  tags        = [{ team = "pets" }, { team = "shop", new = "" }, {}][local.phase]
}

resource "aws_api_gateway_client_certificate" "two" {}

resource "aws_api_gateway_vpc_link" "inside" {
  name        = ["inside", "within", "within"][local.phase]
  description = ["a link", "the link", ""][local.phase]
  target_arns = ["arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/a/b"]
  tags        = [{ team = "pets" }, { team = "shop", new = "" }, {}][local.phase]
}

data "aws_api_gateway_domain_name" "regional" {
  domain_name = aws_api_gateway_domain_name.regional.domain_name
  depends_on  = [aws_api_gateway_domain_name.regional]
}

data "aws_api_gateway_vpc_link" "inside" {
  name       = ["inside", "within", "within"][local.phase]
  depends_on = [aws_api_gateway_vpc_link.inside]
}

output "found_names" {
  value = [
    data.aws_api_gateway_domain_name.regional.regional_domain_name == aws_api_gateway_domain_name.regional.regional_domain_name,
    data.aws_api_gateway_vpc_link.inside.id == aws_api_gateway_vpc_link.inside.id,
  ]
}

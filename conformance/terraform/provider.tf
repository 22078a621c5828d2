terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

variable "url" {
  description = "Where Gatewright listens."
}

provider "aws" {
  region = "us-east-1"

  endpoints {
    apigateway = var.url
    sts        = var.url
  }
}

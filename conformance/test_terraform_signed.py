"""Terraform with the keys of users: one makes what is in terraform/signed, one who
may not take it away is refused, and one who may does."""

import boto3

from terraform import FAILED, Terraform
from test_terraform import left
from users import Users


def test_signed(start, tmp_path):
    users = Users(tmp_path)
    gateway = start("memory", "--users", users.file)
    terraform = Terraform(tmp_path, gateway.url, "signed/*.tf")

    terraform.sign(users.environment("admin"))
    terraform.apply()

    terraform.sign(users.environment("reader"))
    status, said = terraform.run("destroy", "-auto-approve", "-refresh=false", "-target=aws_api_gateway_base_path_mapping.pets")
    assert status == FAILED
    said = " ".join(said.replace("\u2502", " ").split())
    assert "StatusCode: 403" in said and (
        "AccessDeniedException: User: arn:aws:iam::123456789012:user/reader is not authorized to perform: apigateway:DELETE "
        "on resource: arn:aws:apigateway:us-east-1::/domainnames/"
    ) in said, said

    terraform.sign(users.environment("session"))
    assert terraform.plan() == ""
    terraform.destroy()
    key = users.keys["admin"]
    admin = boto3.client("apigateway", endpoint_url=gateway.url,
                         aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])  # fmt: skip
    assert left(admin) == []

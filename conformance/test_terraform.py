"""Terraform with the hashicorp/aws provider: what is in terraform/ is made,
changed, imported, reduced and taken away again."""

import boto3

from terraform import Terraform, differences

MADE, CHANGED, BARE = range(3)

# What names a resource, as the provider imports it.
IDS = {
    "account": "api-gateway-account",
    "api_key": "{id}",
    "authorizer": "{rest_api_id}/{id}",
    "base_path_mapping": "{id}",
    "client_certificate": "{id}",
    "deployment": "{rest_api_id}/{id}",
    "documentation_part": "{id}",
    "documentation_version": "{id}",
    "domain_name": "{id}",
    "domain_name_access_association": "{arn}",
    "gateway_response": "{rest_api_id}/{response_type}",
    "integration": "{rest_api_id}/{resource_id}/{http_method}",
    "integration_response": "{rest_api_id}/{resource_id}/{http_method}/{status_code}",
    "method": "{rest_api_id}/{resource_id}/{http_method}",
    "method_response": "{rest_api_id}/{resource_id}/{http_method}/{status_code}",
    "method_settings": "{rest_api_id}/{stage_name}/{method_path}",
    "model": "{rest_api_id}/{name}",
    "request_validator": "{rest_api_id}/{id}",
    "resource": "{rest_api_id}/{id}",
    "rest_api": "{id}",
    "rest_api_policy": "{rest_api_id}",
    "stage": "{rest_api_id}/{stage_name}",
    "usage_plan": "{id}",
    "usage_plan_key": "{usage_plan_id}/{key_id}",
    "vpc_link": "{id}",
}

# What the provider cannot change: with another value it makes another resource.
FIXED = {
    "api_key": {"value"},
    "base_path_mapping": {"domain_name", "domain_name_id"},
    "deployment": {"stage_description", "stage_name", "triggers", "variables"}
    | {f"canary_settings.{name}" for name in ["percent_traffic", "stage_variable_overrides", "use_stage_cache"]},
    "documentation_part": {f"location.{name}" for name in ["type", "path", "method", "status_code", "name"]},
    "documentation_version": {"version"},
    "domain_name": {"certificate_body", "certificate_chain", "certificate_private_key", "domain_name"},
    "domain_name_access_association": {"access_association_source", "access_association_source_type", "domain_name_arn"},
    "gateway_response": {"response_type"},
    "integration": {"credentials", "integration_http_method", "passthrough_behavior", "type"},
    "method_settings": {"method_path", "stage_name"},
    "model": {"content_type", "name"},
    "stage": {"stage_name"},
    "usage_plan_key": {"key_id", "key_type", "usage_plan_id"},
    "vpc_link": {"target_arns"},
}
PARENTS = {"id", "rest_api_id", "resource_id", "http_method", "status_code", "tags_all", "api_stages.api_id"}

# What waits for documents, which are not read yet.
LATER = {"rest_api": {"body", "fail_on_warnings", "parameters", "put_rest_api_mode"}}


def short(name):
    """Returns the type in an address, without what all of them begin with."""
    return name.partition(".")[0].removeprefix("aws_api_gateway_")


def test_terraform(start, tmp_path):
    gateway = start("memory")
    folder = tmp_path / "configuration"
    folder.mkdir()
    terraform = Terraform(folder, gateway.url)

    terraform.apply(MADE)
    made = terraform.resources()
    assert {short(address) for address in made} == IDS.keys()
    assert terraform.plan(MADE) == ""

    said = terraform.apply(CHANGED)
    assert "0 added" in said and "0 destroyed" in said, said
    changed = terraform.resources()
    assert terraform.plan(CHANGED) == ""
    every_argument_changed(terraform.arguments(), made, changed)

    ids = {address: IDS[short(address)].format(**attributes) for address, attributes in changed.items()}
    said = terraform.take_over(ids, CHANGED)
    assert f"{len(ids)} imported, 0 added" in said and "0 destroyed" in said, said
    assert {a: v["id"] for a, v in terraform.resources().items()} == {a: v["id"] for a, v in changed.items()}
    assert terraform.plan(CHANGED) == ""

    terraform.apply(BARE)
    assert terraform.plan(BARE) == ""
    assert not [output for output in terraform.state()["outputs"].values() if False in output["value"]]

    terraform.destroy(BARE)
    assert left(boto3.client("apigateway", endpoint_url=gateway.url)) == []


def every_argument_changed(arguments, made, changed):
    """Each argument that can be changed was."""
    assert {short(type) for type in arguments} - {"rest_api_put"} == IDS.keys()  # which wants a document
    seen = {type: set() for type in IDS}
    for address in made:
        seen[short(address)] |= differences(made[address], changed[address])
    missing = {}
    for type in IDS:
        settable = arguments["aws_api_gateway_" + type] - PARENTS
        missing[type] = settable - FIXED.get(type, set()) - LATER.get(type, set()) - seen[type]
    assert not any(missing.values()), f"no change of {missing}"


def left(apigateway):
    """Returns all that an account has."""
    lists = [
        apigateway.get_rest_apis, apigateway.get_api_keys, apigateway.get_client_certificates,
        apigateway.get_domain_names, apigateway.get_domain_name_access_associations,
        apigateway.get_usage_plans, apigateway.get_vpc_links,
    ]  # fmt: skip
    role = apigateway.get_account().get("cloudwatchRoleArn")
    return [item for list in lists for item in list()["items"]] + [role] * bool(role)

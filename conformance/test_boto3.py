"""What boto3 expects of the service besides the operations themselves."""

import uuid

import boto3
import pytest


@pytest.fixture
def client(gateway):
    """Returns clients for a region; each test takes a region of its own."""
    return lambda region: boto3.client("apigateway", endpoint_url=gateway.url, region_name=region)


def mock(apigateway, name):
    """Makes an API whose root answers GET with 200, deployed as prod."""
    api = apigateway.create_rest_api(name=name)
    at = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    apigateway.put_method(**at, authorizationType="NONE")
    apigateway.put_integration(**at, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    apigateway.put_method_response(**at, statusCode="200")
    apigateway.put_integration_response(**at, statusCode="200")
    apigateway.create_deployment(restApiId=api["id"], stageName="prod")
    return api["id"]


def test_regions_have_their_own_apis(client, gateway):
    ireland, tokyo = client("eu-west-1"), client("ap-northeast-1")
    here, there = mock(ireland, "here"), mock(tokyo, "there")
    assert [api["id"] for api in ireland.get_rest_apis()["items"]] == [here]
    assert [api["id"] for api in tokyo.get_rest_apis()["items"]] == [there]
    with pytest.raises(tokyo.exceptions.NotFoundException):
        tokyo.get_rest_api(restApiId=here)
    # Callers name the API alone.
    assert gateway.invoke(here, "prod", "GET", "/").status == 200
    assert gateway.invoke(there, "prod", "GET", "/").status == 200


def test_accounts_have_their_own_apis(gateway):
    def account(number):
        # An access key id of 12 digits names its account.
        return boto3.client(
            "apigateway", endpoint_url=gateway.url, region_name="eu-west-2",
            aws_access_key_id=number, aws_secret_access_key="conformance",
        )  # fmt: skip

    mine, yours = account("000000000001"), account("000000000002")
    api = mine.create_rest_api(name="mine")["id"]
    assert [api["id"] for api in mine.get_rest_apis()["items"]] == [api]
    assert yours.get_rest_apis()["items"] == []


def test_pages(client):
    apigateway = client("eu-central-1")
    apis = {apigateway.create_rest_api(name=f"api {i}")["id"] for i in range(7)}
    pages = list(apigateway.get_paginator("get_rest_apis").paginate(PaginationConfig={"PageSize": 3}))
    assert [len(page["items"]) for page in pages] == [3, 3, 1]
    assert {api["id"] for page in pages for api in page["items"]} == apis

    api = apigateway.create_rest_api(name="wide")
    for i in range(30):
        apigateway.create_resource(restApiId=api["id"], parentId=api["rootResourceId"], pathPart=f"part{i}")
    found = apigateway.get_paginator("get_resources").paginate(restApiId=api["id"]).build_full_result()["items"]
    assert sorted(r["path"] for r in found) == sorted(["/"] + [f"/part{i}" for i in range(30)])


def test_pages_that_only_boto3_knows(client):
    apigateway = client("sa-east-1")
    api = apigateway.create_rest_api(name="x")["id"]
    for i in range(3):
        apigateway.create_request_validator(restApiId=api, name=f"validator {i}")
        apigateway.create_documentation_part(restApiId=api, location={"type": "RESOURCE", "path": f"/{i}"}, properties="{}")
        apigateway.create_documentation_version(restApiId=api, documentationVersion=f"v{i}")
        apigateway.create_authorizer(
            restApiId=api, name=f"authorizer{i}", type="COGNITO_USER_POOLS", identitySource="method.request.header.A",
            providerARNs=["arn:aws:cognito-idp:sa-east-1:123456789012:userpool/sa-east-1_a"],
        )  # fmt: skip

    def count(operation, **parameters):
        pages = apigateway.get_paginator(operation).paginate(**parameters, PaginationConfig={"PageSize": 2})
        return len(pages.build_full_result()["items"])

    for list in "authorizers", "documentation_parts", "documentation_versions", "request_validators":
        assert count("get_" + list, restApiId=api) == 3, list
    assert count("get_gateway_responses", restApiId=api) == 21
    assert count("get_sdk_types") == len(apigateway.get_sdk_types()["items"])


def test_modelled_exceptions(client):
    apigateway = client("us-west-2")
    api = apigateway.create_rest_api(name="x")
    at = {"restApiId": api["id"], "parentId": api["rootResourceId"], "pathPart": "pets"}
    apigateway.create_resource(**at)

    with pytest.raises(apigateway.exceptions.ConflictException) as e:
        apigateway.create_resource(**at)
    assert e.value.response["Error"]["Message"] == "Another resource with the same parent already has this name: pets"

    with pytest.raises(apigateway.exceptions.BadRequestException) as e:
        apigateway.create_deployment(restApiId=api["id"])
    assert e.value.response["Error"]["Message"] == "The REST API doesn't contain any methods"

    with pytest.raises(apigateway.exceptions.NotFoundException) as e:
        apigateway.get_rest_api(restApiId="nowhere")
    error = e.value.response
    assert error["Error"]["Message"] == "Invalid API identifier specified 123456789012:nowhere"
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 404
    uuid.UUID(error["ResponseMetadata"]["RequestId"])


def test_tags(client):
    apigateway = client("us-east-2")
    api = apigateway.create_rest_api(name="x", tags={"team": "pets", "gatewright:id": "tagged0123"})
    assert api["id"] == "tagged0123"
    arn = f"arn:aws:apigateway:us-east-2::/restapis/{api['id']}"
    apigateway.tag_resource(resourceArn=arn, tags={"owner": "me", "a b": "c/d"})
    apigateway.untag_resource(resourceArn=arn, tagKeys=["team", "gatewright:id"])
    assert apigateway.get_tags(resourceArn=arn)["tags"] == {"owner": "me", "a b": "c/d"}
    assert apigateway.get_rest_api(restApiId=api["id"])["tags"] == {"owner": "me", "a b": "c/d"}

"""From an empty account to customised gateway responses, by each client."""

import json

import pytest

from clients import Refused
from gatewright import FORMS

TOKEN = "MISSING_AUTHENTICATION_TOKEN"
ORIGIN = "Access-Control-Allow-Origin"
GREET = (
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-1:123456789012:function:greet/invocations"
)
CUSTOMISE = [
    {"op": "replace", "path": "/statusCode", "value": "444"},
    {"op": "replace", "path": f"/responseParameters/gatewayresponse.header.{ORIGIN}", "value": "'a.b.c'"},
    {
        "op": "add",
        "path": "/responseTemplates/application~1xml",
        "value": "<error>$context.error.message</error>",
    },
]


def test_story(aws, gateway, echo):
    api = pet_store(aws, echo)
    for form in FORMS:
        calls(lambda *request, **more: gateway.invoke(api, "prod", *request, form=form, **more))
    gateway_responses(aws, api, lambda **headers: gateway.invoke(api, "prod", "GET", "/birds", headers))


def pet_store(aws, echo):
    """Makes and deploys an API with an integration of each type and returns its id."""
    api = aws("create_rest_api", name="pets", description="all the pets")
    id, root = api["id"], api["rootResourceId"]
    assert api["name"] == "pets" and api["endpointConfiguration"]["types"] == ["EDGE"]
    pets = aws("create_resource", restApiId=id, parentId=root, pathPart="pets")
    pet = aws("create_resource", restApiId=id, parentId=pets["id"], pathPart="{petId}")
    assert (pets["path"], pet["path"]) == ("/pets", "/pets/{petId}")

    def method(resource, verb, parameters=None, **integration):
        at = {"restApiId": id, "resourceId": resource["id"], "httpMethod": verb}
        aws("put_method", **at, authorizationType="NONE", requestParameters=parameters or {})
        aws("put_integration", **at, **integration)
        return at

    mock = {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 200}'}}
    at = method(pets, "GET", **mock)
    aws("put_method_response", **at, statusCode="200", responseModels={"application/json": "Empty"})
    aws(
        "put_integration_response", **at, statusCode="200",
        responseTemplates={"application/json": '["dog", "cat"]'},
    )  # fmt: skip

    at = method(pets, "OPTIONS", **mock)
    cors = {ORIGIN: "'*'", "Access-Control-Allow-Methods": "'GET,OPTIONS,POST'"}
    cors = {f"method.response.header.{name}": value for name, value in cors.items()}
    aws("put_method_response", **at, statusCode="200", responseParameters=dict.fromkeys(cors, False))
    aws("put_integration_response", **at, statusCode="200", responseParameters=cors)

    method(pets, "POST", type="AWS_PROXY", integrationHttpMethod="POST", uri=GREET)
    method(
        pet, "GET", {"method.request.path.petId": True},
        type="HTTP_PROXY", integrationHttpMethod="GET", uri=echo.url + "/animals/{petId}",
        requestParameters={"integration.request.path.petId": "method.request.path.petId"},
    )  # fmt: skip
    aws("create_deployment", restApiId=id, stageName="prod")
    return id


def calls(invoke):
    """Calls every method of the pet store."""
    answer = invoke("GET", "/pets")
    assert (answer.status, answer.json()) == (200, ["dog", "cat"])

    answer = invoke("OPTIONS", "/pets", {"Origin": "http://shop.test"})
    assert (answer.status, answer.headers[ORIGIN]) == (200, "*")
    assert answer.headers["Access-Control-Allow-Methods"] == "GET,OPTIONS,POST"

    answer = invoke("GET", "/pets/7?colour=brown", {"X-cAsE": "kept"})
    assert (answer.status, answer.headers["X-Backend"]) == (200, "echo")
    request = answer.json()
    assert (request["method"], request["path"]) == ("GET", "/animals/7?colour=brown")
    assert ["X-cAsE", "kept"] in request["headers"]

    answer = invoke("POST", "/pets?size=big", {"Content-Type": "text/plain"}, body="a dog")
    assert (answer.status, answer.headers["X-Function"]) == (201, "greet")
    event = answer.json()["event"]
    assert (event["httpMethod"], event["resource"], event["path"]) == ("POST", "/pets", "/pets")
    assert event["queryStringParameters"] == {"size": "big"}
    assert (event["body"], event["isBase64Encoded"]) == ("a dog", False)
    assert (event["requestContext"]["stage"], event["requestContext"]["resourcePath"]) == ("prod", "/pets")


def gateway_responses(aws, api, unknown_path):
    """Customises the answer to unknown paths, and takes it back."""
    response = {"restApiId": api, "responseType": TOKEN}

    def built_in():
        answer = unknown_path()
        assert (answer.status, answer.json()) == (403, {"message": "Missing Authentication Token"})
        assert answer.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"
        assert ORIGIN not in answer.headers

    with pytest.raises(Refused) as refused:
        aws("update_gateway_response", **response, patchOperations=CUSTOMISE)
    assert (refused.value.code, refused.value.message) == ("NotFoundException", "Invalid parameter name specified")
    fresh = aws("get_gateway_response", **response)
    assert (fresh["statusCode"], fresh["defaultResponse"]) == ("403", True)

    aws(
        "put_gateway_response", **response, statusCode="404",
        responseParameters={f"gatewayresponse.header.{ORIGIN}": "'*'"},
        responseTemplates={"application/json": '{"error":$context.error.messageString}'},
    )  # fmt: skip
    custom = aws("update_gateway_response", **response, patchOperations=CUSTOMISE)
    assert custom == {
        "responseType": TOKEN,
        "statusCode": "444",
        "responseParameters": {f"gatewayresponse.header.{ORIGIN}": "'a.b.c'"},
        "responseTemplates": {
            "application/json": '{"error":$context.error.messageString}',
            "application/xml": "<error>$context.error.message</error>",
        },
        "defaultResponse": False,
    }
    built_in()  # nothing was deployed

    aws("create_deployment", restApiId=api, stageName="prod")
    answer = unknown_path(Accept="application/xml")
    assert (answer.status, answer.headers[ORIGIN]) == (444, "a.b.c")
    assert answer.headers["Content-Type"] == "application/xml"
    assert answer.body == b"<error>Missing Authentication Token</error>"
    answer = unknown_path()
    assert (answer.status, answer.headers[ORIGIN]) == (444, "a.b.c")
    assert answer.headers["Content-Type"] == "application/json"
    assert json.loads(answer.body) == {"error": "Missing Authentication Token"}

    aws("delete_gateway_response", **response)
    assert unknown_path().status == 444  # still nothing new
    aws("create_deployment", restApiId=api, stageName="prod")
    built_in()

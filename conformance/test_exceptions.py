"""Every exception of the service's model: what brings it about, and that it
arrives as the client's own class, with the members that the model gives it."""

import json
import resource

import boto3
import pytest
from botocore.config import Config

# Those who may not are answered AccessDeniedException, as on AWS. No call is
# known that AWS answers with the exception that the model has for them.
NEVER = {"UnauthorizedException"}

POOL = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_a"


def connect(gateway, **settings):
    return boto3.client("apigateway", endpoint_url=gateway.url, config=Config(**settings))


# Each returns a client and a call by it that is refused.


def not_found(start, folder):
    apigateway = connect(start("memory"))
    return apigateway, lambda: apigateway.get_rest_api(restApiId="nowhere")


def bad_request(start, folder):
    apigateway = connect(start("memory"))
    api = apigateway.create_rest_api(name="x")["id"]
    return apigateway, lambda: apigateway.create_deployment(restApiId=api)


def conflict(start, folder):
    apigateway = connect(start("memory"))
    api = apigateway.create_rest_api(name="x")

    def create():
        apigateway.create_resource(restApiId=api["id"], parentId=api["rootResourceId"], pathPart="pets")

    create()
    return apigateway, create


def quota(start, folder):
    apigateway = connect(start("memory", "--limits", "aws,authorizers=2"))
    api = apigateway.create_rest_api(name="x")["id"]

    def create():
        name = f"authorizer{len(apigateway.get_authorizers(restApiId=api)['items'])}"
        apigateway.create_authorizer(restApiId=api, name=name, type="COGNITO_USER_POOLS", providerARNs=[POOL],
                                     identitySource="method.request.header.A")  # fmt: skip

    for _ in range(2):
        create()
    return apigateway, create


def rate(start, folder):
    apigateway = connect(start("memory", "--control-rate", "0.1"))
    apigateway.get_rest_apis()
    return apigateway, apigateway.get_rest_apis


def full_disk(start, folder):
    gateway = start(folder)
    apigateway = connect(gateway)
    _, create = fill(gateway, folder, apigateway, apigateway.create_rest_api(name="x")["id"])
    return apigateway, create


def fill(gateway, folder, apigateway, api):
    """Makes models of an API until the disk is full; returns their names and what
    would make one more."""
    let_files_grow(gateway, max(file.stat().st_size for file in folder.iterdir()))
    made = []

    def create():
        name = f"Large{len(made)}"
        apigateway.create_model(restApiId=api, name=name, contentType="application/json", schema=LARGE)
        made.append(name)

    with pytest.raises(apigateway.exceptions.ServiceUnavailableException):
        while True:
            create()
    return made, create


LARGE = json.dumps({"type": "object", "description": "x" * 300_000})


def let_files_grow(gateway, size):
    """Bounds the files that the program writes. To it that is a full disk."""
    _, hard = resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE, (size, hard))


CAUSES = {
    "BadRequestException": (400, bad_request),
    "NotFoundException": (404, not_found),
    "ConflictException": (409, conflict),
    "LimitExceededException": (429, quota),
    "TooManyRequestsException": (429, rate),
    "ServiceUnavailableException": (503, full_disk),
}


@pytest.mark.parametrize("name", CAUSES)
def test_exception(name, start, tmp_path):
    status, cause = CAUSES[name]
    apigateway, call = cause(start, tmp_path)
    with pytest.raises(getattr(apigateway.exceptions, name)) as refused:
        call()
    answer = refused.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == status
    shape = apigateway.meta.service_model.shape_for(name)
    assert answer["message"] == answer["Error"]["Message"] != ""
    assert answer.get("retryAfterSeconds") == ("1" if "retryAfterSeconds" in shape.members else None)


def test_every_exception():
    model = boto3.client("apigateway").meta.service_model
    assert {shape.name for shape in model.error_shapes} == CAUSES.keys() | NEVER


def test_patience(start):
    """A client that tries again, as all do unless they are told not to, sees
    nothing of a rate."""
    apigateway = connect(start("memory", "--control-rate", "2"), retries={"mode": "standard", "total_max_attempts": 5})
    attempts = [apigateway.get_rest_apis()["ResponseMetadata"]["RetryAttempts"] for _ in range(10)]
    assert sum(attempts) > 0


def test_full_disk(start, tmp_path):
    """What was refused has left nothing behind, reading and calling go on, and
    writing does once there is room, also after a restart."""
    gateway = start(tmp_path)
    apigateway = connect(gateway)
    api = apigateway.create_rest_api(name="x")
    at = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    apigateway.put_method(**at, authorizationType="NONE")
    apigateway.put_integration(**at, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    apigateway.put_method_response(**at, statusCode="200")
    apigateway.put_integration_response(**at, statusCode="200")
    apigateway.create_deployment(restApiId=api["id"], stageName="prod")

    made, create = fill(gateway, tmp_path, apigateway, api["id"])
    assert gateway.invoke(api["id"], "prod", "GET", "/").status == 200
    assert "not written" in gateway.logged()

    def names(apigateway):
        return {model["name"] for model in apigateway.get_models(restApiId=api["id"], limit=500)["items"]}

    assert names(apigateway) == {"Empty", "Error", *made}
    let_files_grow(gateway, resource.RLIM_INFINITY)
    create()
    gateway.stop()
    assert names(connect(start(tmp_path))) == {"Empty", "Error", *made}

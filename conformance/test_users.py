"""Who may call: clients sign with keys of `gatewright user`, and policies decide."""

import json
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

import cli
from clients import CLI, Refused, everyone
from conftest import not_run
from users import Users

# The AWS CLI signs with the same library as boto3.
signers = [c for c in everyone if c.__name__ not in not_run and c is not CLI]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("users")


@pytest.fixture(scope="module")
def users(folder):
    return Users(folder)


@pytest.fixture
def keys(users):
    return users.keys


@pytest.fixture
def server(start, folder, users, tmp_path):
    return start(tmp_path, "--users", users.file, "--audit", folder / "audit.jsonl")


@pytest.fixture(params=signers)
def sign_in(request, server, users, monkeypatch):
    """Makes a client that signs with a key."""

    def sign_in(name, **changes):
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it keeps its credentials
        monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
        for variable, value in (users.environment(name) | changes).items():
            monkeypatch.setenv(variable, value)
        client = request.param(server.url)
        request.addfinalizer(client.close)
        return client

    yield sign_in
    boto3.DEFAULT_SESSION = None


def refusal(call, *arguments, **parameters):
    with pytest.raises(Refused) as refused:
        call(*arguments, **parameters)
    return refused.value.code, refused.value.message


def test_signatures(sign_in):
    for name in ["admin", "session"]:
        admin = sign_in(name)
        api = admin("create_rest_api", name="Größe ~ 1 %", description="a+b c&d=e")
        arn = f"arn:aws:apigateway:us-east-1::/restapis/{api['id']}"
        admin("tag_resource", resourceArn=arn, tags={"a b/c": "é=1"})
        admin("untag_resource", resourceArn=arn, tagKeys=["a b/c", "x+y", "~"])
        admin("create_api_key", name="a b/c?d", value="01234567890123456789" + api["id"])
        assert [k["name"] for k in admin("get_api_keys", nameQuery="a b/c?d")["items"]]
        domain = f"*.{api['id']}.example.com"
        admin("create_domain_name", domainName=domain, regionalCertificateArn="arn:aws:acm:us-east-1:123456789012:certificate/c",
              endpointConfiguration={"types": ["REGIONAL"]})  # fmt: skip
        admin("create_base_path_mapping", domainName=domain, restApiId=api["id"])
        assert admin("get_base_path_mapping", domainName=domain, basePath="(none)")["restApiId"] == api["id"]
        assert admin.items("get_rest_apis", 1)
        for key in admin("get_api_keys")["items"]:
            admin("delete_api_key", apiKey=key["id"])
        admin("delete_domain_name", domainName=domain)
        admin("delete_rest_api", restApiId=api["id"])


def test_refused_signatures(sign_in):
    unknown = "UnrecognizedClientException", "The security token included in the request is invalid."
    assert refusal(sign_in("stranger"), "get_rest_apis") == unknown
    assert refusal(sign_in("session", AWS_SESSION_TOKEN="made up"), "get_rest_apis") == unknown
    code, message = refusal(sign_in("admin", AWS_SECRET_ACCESS_KEY="made up"), "create_rest_api", name="x")
    assert code == "InvalidSignatureException"
    assert message.startswith("The request signature we calculated does not match the signature you provided.")


def test_permissions(sign_in):
    admin = sign_in("admin")
    api = admin("create_rest_api", name="x")["id"]
    reader = sign_in("reader")
    who = "User: arn:aws:iam::123456789012:user/reader is not authorized to perform: "
    here = "on resource: arn:aws:apigateway:us-east-1::"
    assert reader("get_rest_api", restApiId=api)["name"] == "x"
    rename = [{"op": "replace", "path": "/name", "value": "y"}]
    assert reader("update_rest_api", restApiId=api, patchOperations=rename)["name"] == "y"
    reader("create_rest_api", name="z", tags={"team": "readers"})
    assert refusal(reader, "create_rest_api", name="z", tags={"team": "writers"}) == (
        "AccessDeniedException",
        f"{who}apigateway:POST {here}/restapis because no identity-based policy allows the apigateway:POST action",
    )
    assert refusal(reader, "delete_rest_api", restApiId=api) == (
        "AccessDeniedException",
        f"{who}apigateway:DELETE {here}/restapis/{api} because no identity-based policy allows the apigateway:DELETE action",
    )
    assert refusal(reader, "get_account") == (
        "AccessDeniedException",
        f"{who}apigateway:GET {here}/account with an explicit deny in an identity-based policy",
    )
    policy = [{"op": "replace", "path": "/policy", "value": "{}"}]
    code, message = refusal(reader, "update_rest_api", restApiId=api, patchOperations=policy)
    assert code == "AccessDeniedException" and f"{who}apigateway:UpdateRestApiPolicy {here}/restapis/{api}" in message


def test_cli(server, users):
    """A session in a shell, with the key that a user was given, and one with a key
    that may do less."""

    def shell(name):
        def aws(*arguments):
            status, out, err = cli.aws("--endpoint-url", server.url, "apigateway", *arguments, environment=users.environment(name))
            return json.loads(out or "{}") if status == 0 else err.strip()

        return aws

    admin, reader, stranger = shell("admin"), shell("reader"), shell("stranger")
    api = admin("create-rest-api", "--name", "Größe ~ 1 %", "--tags", '{"a b/c": "é=1"}')["id"]
    arn = f"arn:aws:apigateway:us-east-1::/restapis/{api}"
    assert admin("get-tags", "--resource-arn", arn)["tags"] == {"a b/c": "é=1"}
    rename = ["update-rest-api", "--rest-api-id", api, "--patch-operations", "op=replace,path=/name,value=pets"]
    assert reader(*rename)["name"] == "pets"
    assert reader("get-rest-apis", "--query", "items[].name") == ["pets"]

    user = "User: arn:aws:iam::123456789012:user/reader is not authorized to perform: apigateway:DELETE"
    assert reader("delete-rest-api", "--rest-api-id", api).endswith(
        "An error occurred (AccessDeniedException) when calling the DeleteRestApi operation: "
        f"{user} on resource: {arn} because no identity-based policy allows the apigateway:DELETE action"
    )
    assert stranger("get-rest-apis").endswith(
        "An error occurred (UnrecognizedClientException) when calling the GetRestApis operation: "
        "The security token included in the request is invalid."
    )
    assert admin("delete-rest-api", "--rest-api-id", api) == {}
    assert admin("get-rest-apis")["items"] == []


def test_presigned(server, keys):
    def get(url):
        parts = urlsplit(url)
        return server.call("GET", f"{parts.path}?{parts.query}").status

    key = keys["admin"]
    request = AWSRequest("GET", server.url + "/restapis", params={"limit": "5"})
    SigV4QueryAuth(Credentials(key["AccessKeyId"], key["SecretAccessKey"]), "apigateway", "us-east-1", expires=60).add_auth(request)
    assert get(request.prepare().url) == 200
    assert get(request.prepare().url.replace("limit=5", "limit=6")) == 403
    assert server.call("GET", "/restapis").status == 403


def test_caller_identity(server, keys):
    key = keys["reader"]
    sts = boto3.client("sts", region_name="us-east-1", endpoint_url=server.url,
                       aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])  # fmt: skip
    assert sts.get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:user/reader"


def test_audit(server, keys, folder):
    before = len((folder / "audit.jsonl").read_text().splitlines())
    key = keys["reader"]
    apigateway = boto3.client("apigateway", endpoint_url=server.url,
                              aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])  # fmt: skip
    apigateway.get_rest_apis()
    made = apigateway.create_rest_api(name="hush", tags={"team": "readers"})
    with pytest.raises(apigateway.exceptions.ClientError):
        apigateway.delete_rest_api(restApiId=made["id"])
    text = (folder / "audit.jsonl").read_text()
    lines = [json.loads(line) for line in text.splitlines()][before:]
    assert [(line["eventName"], line["httpStatus"], line.get("errorCode")) for line in lines] == [
        ("CreateRestApi", 201, None), ("DeleteRestApi", 403, "AccessDeniedException"),
    ]  # fmt: skip
    assert lines[0]["requestID"] == made["ResponseMetadata"]["RequestId"]
    assert lines[0]["userIdentity"]["userName"] == "reader" and lines[0]["sourceIPAddress"] == "127.0.0.1"
    assert "hush" not in text and key["SecretAccessKey"] not in text + server.logged()

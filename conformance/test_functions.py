"""Functions on this machine: handlers as they are on AWS, run by AWS's own
runtime interface clients and called through APIs."""

import json
import os
import re
import shutil
from http.client import IncompleteRead
from pathlib import Path
from urllib.request import urlopen

import boto3
import pytest
from botocore.exceptions import ClientError

from clients import CLIENTS
from gatewright import Gatewright, until

HERE = Path(__file__).parent / "functions"
INSTALLED = CLIENTS / "functions"
PYTHON = [str(INSTALLED / "python/bin/python"), "-m", "awslambdaric"]
NODE = ["node", str(INSTALLED / "node_modules/aws-lambda-ric/bin/index.mjs")]


def function(*command, **more):
    return {"command": command, "dir": str(HERE), "timeout": 2, **more}


FUNCTIONS = {
    "Python": function(*PYTHON, "greet.handler", memory=256, environment={"TABLE": "pets"}),
    "Node": function(*NODE, "greet.handler", memory=256),
    "Python-sum": function(*PYTHON, "greet.sum"),
    "Node-sum": function(*NODE, "greet.sum"),
    "Node-story": function(*NODE, "greet.story"),
    "Node-essay": function(*NODE, "greet.essay"),
    "sh": function("./bootstrap"),
}


def started(folder, functions, *flags):
    config = folder / "gatewright.yaml"
    config.write_text(json.dumps({"functions": functions}))  # which is YAML
    return Gatewright(folder / "state", "--config", config, *flags)


@pytest.fixture(scope="module")
def local(tmp_path_factory, functions):
    """The program with functions of its own, and others at a URL."""
    g = started(tmp_path_factory.mktemp("functions"), FUNCTIONS, "--lambda", functions.url)
    yield g
    g.stop()


def api(gateway, name, **integration):
    """Makes an API with one function behind all paths, deployed as prod."""
    apigateway = boto3.client("apigateway", endpoint_url=gateway.url)
    id = apigateway.create_rest_api(name="greetings")["id"]
    root = apigateway.get_resources(restApiId=id)["items"][0]["id"]
    greedy = apigateway.create_resource(restApiId=id, parentId=root, pathPart="{proxy+}")["id"]
    at = {"restApiId": id, "resourceId": greedy, "httpMethod": "ANY"}
    apigateway.put_method(**at, authorizationType="NONE")
    arn = "arn:aws:lambda:us-east-1:123456789012:function:${stageVariables.function}"
    way = "2015-03-31/functions/{}/invocations"
    if integration.get("responseTransferMode") == "STREAM":
        way = "2021-11-15/functions/{}/response-streaming-invocations"
    uri = "arn:aws:apigateway:us-east-1:lambda:path/" + way.format(arn)
    apigateway.put_integration(**at, **{"type": "AWS_PROXY"} | integration, integrationHttpMethod="POST", uri=uri)
    if integration.get("type") == "AWS":
        apigateway.put_method_response(**at, statusCode="200")
        apigateway.put_integration_response(**at, statusCode="200", responseTemplates=ANSWER)
        apigateway.put_method_response(**at, statusCode="422")
        apigateway.put_integration_response(**at, statusCode="422", selectionPattern="'.'.*", responseTemplates=ERROR)
    apigateway.create_deployment(restApiId=id, stageName="prod", variables={"function": name})

    def call(method, path, body=None):
        return gateway.invoke(id, "prod", method, path, body=body)

    call.url = f"{gateway.url}/_aws/execute-api/{id}/prod"
    return call


ANSWER = {"application/json": "it is $input.path('$.sum')"}
ERROR = {"application/json": "there is no $input.path('$.errorMessage')"}


def greets(call, language, name):
    """Calls the handler twice and returns what it answered."""
    answer = call("POST", "/hello?name=Ada", "when?")
    assert (answer.status, answer.headers["X-Language"]) == (201, language), answer.text()
    first = answer.json()
    assert first["greeting"] == "Hello, Ada!"
    assert (first["method"], first["body"], first["function"], first["left"]) == ("POST", "when?", name, True)
    again = call("GET", "/hello?name=Bob").json()
    assert (again["greeting"], again["process"]) == ("Hello, Bob!", first["process"])
    return answer


@pytest.mark.parametrize("language, name", [("Python", "Python"), ("Node.js", "Node")])
def test_handler(local, language, name):
    answer = greets(api(local, f"{name}:live"), language, name)
    said = answer.json()
    assert said["arn"] == f"arn:aws:lambda:us-east-1:123456789012:function:{name}:live"
    assert int(said["memory"]) == 256
    printed = rf"function={name} request_id={answer.headers['X-Request']} line=\"?.*greeting"
    until(lambda: re.search(printed, local.logged()))


@pytest.mark.parametrize("name", ["Python", "Node"])
def test_failures(local, name):
    call = api(local, name)
    for path in ["/fail", "/exit", "/slow"]:
        answer = call("GET", path)
        assert (answer.status, answer.json()) == (502, {"message": "Internal server error"}), path
    greets(call, {"Python": "Python", "Node": "Node.js"}[name], name)
    log = local.logged()
    assert "function timed out" in log and "exit status 7" in log and "customer function error" in log


def test_mapped(local):
    """An integration of type AWS maps what goes in and what comes out."""
    add = {"application/json": """{"a": $input.params('a') #if($input.params('b') != ''), "b": $input.params('b')#end}"""}
    call = api(local, "Python-sum", type="AWS", requestTemplates=add)
    answer = call("GET", "/sum?a=3&b=4")
    assert (answer.status, answer.text()) == (200, "it is 7")
    answer = call("GET", "/sum?a=3")
    assert (answer.status, answer.text()) == (422, "there is no 'b'")


def test_behind(local):
    """A function that nobody waits for."""
    event = {"integration.request.header.X-Amz-Invocation-Type": "'Event'"}
    call = api(local, "Node", type="AWS", requestTemplates={"application/json": EVENT}, requestParameters=event)
    assert call("GET", "/x").status == 200
    until(lambda: "greeting in the background" in local.logged())


EVENT = '{"queryStringParameters": {"name": "in the background"}}'


def test_stream(local, tmp_path):
    """A function is heard while it still speaks."""
    call = api(local, "Node-story", responseTransferMode="STREAM")
    gate = tmp_path / "gate"
    with urlopen(f"{call.url}/story?gate={gate}") as answer:
        assert (answer.status, answer.headers["X-Language"]) == (203, "Node.js")
        assert answer.headers.get_all("Set-Cookie") == ["told=1", "by=Ada"]
        assert answer.read(5) == b"once "
        gate.touch()
        assert answer.read() == b"upon a time "


def test_stream_that_breaks_off(local):
    """Callers see that something is missing, and the log says why."""
    call = api(local, "Node-story", responseTransferMode="STREAM")
    for path, cause in [("/fail", "RangeError"), ("/exit", "Runtime.ExitError"), ("/story?gate=/none", "Sandbox.Timedout")]:
        with urlopen(call.url + path) as answer, pytest.raises(IncompleteRead):
            answer.read()
        until(lambda: re.search(rf"answer cut.*{cause}", local.logged()))
    assert call("GET", "/none").status == 502
    assert call("GET", "/story").text() == "once upon a time "


def test_stream_awaited_whole(local):
    answer = api(local, "Node-essay")("GET", "/essay")
    assert (answer.status, answer.text()) == (203, "essay")


def test_stream_by_url(local, start, tmp_path):
    """Another program hears it where --lambda says: at this one."""
    call = api(start(tmp_path, "--lambda", local.url), "Node-story", responseTransferMode="STREAM")
    gate = tmp_path / "gate"
    with urlopen(f"{call.url}/story?gate={gate}") as answer:
        assert answer.read(5) == b"once "
        gate.touch()
        assert answer.read() == b"upon a time "


def test_invoke_with_response_stream(local):
    client = boto3.client("lambda", endpoint_url=local.url)

    def events(path):
        invoked = client.invoke_with_response_stream(FunctionName="Node-story", Payload=json.dumps({"path": path}))
        return list(invoked["EventStream"])

    *said, end = events("/story")
    said = b"".join(event["PayloadChunk"]["Payload"] for event in said)
    assert said.endswith(b"\0" * 8 + b"once upon a time ") and end == {"InvokeComplete": {}}
    end = events("/fail")[-1]["InvokeComplete"]
    assert end["ErrorCode"] == "Unhandled" and json.loads(end["ErrorDetails"])["errorType"] == "RangeError"


def test_custom_runtime(local):
    answer = api(local, "sh")("GET", "/hello")
    assert (answer.status, answer.headers["X-Language"], answer.text()) == (200, "sh", "./bootstrap of sh")


def test_other_functions_are_elsewhere(local):
    answer = api(local, "greet")("GET", "/pets")
    assert (answer.status, answer.headers["X-Function"]) == (201, "greet")


@pytest.mark.parametrize("name, error", [("Python", "ValueError"), ("Node", "RangeError")])
def test_invoke(local, name, error):
    client = boto3.client("lambda", endpoint_url=local.url)
    invoked = client.invoke(FunctionName=f"{name}-sum", Payload=b'{"a": 3, "b": 4}')
    assert (invoked["StatusCode"], invoked["ExecutedVersion"]) == (200, "$LATEST")
    assert json.load(invoked["Payload"]) == {"sum": 7}

    failed = client.invoke(FunctionName=name, Payload=b'{"path": "/fail"}')
    assert failed["FunctionError"] == "Unhandled"
    said = json.load(failed["Payload"])
    assert (said["errorType"], said["errorMessage"]) == (error, "no greeting for you")

    late = client.invoke(FunctionName=name, Payload=b'{"path": "/slow"}')
    id = late["ResponseMetadata"]["RequestId"]
    assert json.load(late["Payload"]) == {
        "errorType": "Sandbox.Timedout", "errorMessage": f"RequestId: {id} Error: Task timed out after 2.00 seconds",
    }  # fmt: skip

    behind = client.invoke(FunctionName=name, InvocationType="Event", Payload=b'{"path": "/fail"}')
    assert behind["StatusCode"] == 202
    until(lambda: f"request_id={behind['ResponseMetadata']['RequestId']} error=" in local.logged())

    with pytest.raises(ClientError) as e:
        client.invoke(FunctionName="nobody")
    assert e.value.response["Error"]["Code"] == "ResourceNotFoundException"


@pytest.mark.parametrize("language, name", [("Python", "Python"), ("Node.js", "Node")])
def test_by_url(local, start, tmp_path, language, name):
    """Another program invokes them where --lambda says: at this one."""
    greets(api(start(tmp_path, "--lambda", local.url), name), language, name)


def test_neither(start, tmp_path):
    gateway = start(tmp_path)
    answer = api(gateway, "greet")("GET", "/pets")
    assert (answer.status, answer.headers["x-amzn-ErrorType"]) == (504, "InternalServerErrorException")
    until(lambda: "--function" in gateway.logged() and "--lambda" in gateway.logged())


def test_code_that_changes(tmp_path):
    code = tmp_path / "code"
    code.mkdir()
    shutil.copy(HERE / "greet.py", code)
    gateway = started(tmp_path, {"f": function(*PYTHON, "greet.handler", dir=str(code))})
    try:
        call = api(gateway, "f")
        assert call("GET", "/hello?name=Ada").json()["greeting"] == "Hello, Ada!"
        text = (code / "greet.py").read_text().replace("Hello", "Good evening")
        (code / "greet.py").write_text(text)
        until(lambda: call("GET", "/hello?name=Ada").json()["greeting"] == "Good evening, Ada!")
    finally:
        gateway.stop()


def test_functions_end_with_the_program(tmp_path):
    """By kill -9 on Linux; elsewhere they notice themselves."""
    gateway = started(tmp_path, {"f": FUNCTIONS["Python"]})
    process = api(gateway, "f")("GET", "/hello?name=Ada").json()["process"]
    gateway.stop()

    def ended():
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        stat = Path(f"/proc/{process}/stat")
        return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"  # nobody waits for it

    until(ended)

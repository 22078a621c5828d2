"""The program as a process: it is killed, told to stop, or refuses to start."""

import http.client
import signal
import socket
import threading
import time

import boto3
import pytest

from backends import Echo
from gatewright import WAIT, refused, until


def client(gateway):
    return boto3.client("apigateway", endpoint_url=gateway.url)


def proxy(gateway, backend):
    """Makes an API whose every path goes to backend, deployed as prod."""
    apigateway = client(gateway)
    api = apigateway.create_rest_api(name="proxy")
    greedy = apigateway.create_resource(restApiId=api["id"], parentId=api["rootResourceId"], pathPart="{proxy+}")
    at = {"restApiId": api["id"], "resourceId": greedy["id"], "httpMethod": "ANY"}
    apigateway.put_method(**at, authorizationType="NONE", requestParameters={"method.request.path.proxy": True})
    apigateway.put_integration(
        **at, type="HTTP_PROXY", integrationHttpMethod="ANY", uri=backend.url + "/{proxy}",
        requestParameters={"integration.request.path.proxy": "method.request.path.proxy"},
    )  # fmt: skip
    apigateway.put_gateway_response(restApiId=api["id"], responseType="DEFAULT_4XX", statusCode="418")
    apigateway.create_deployment(restApiId=api["id"], stageName="prod", variables={"v": "x"})
    return api["id"]


@pytest.fixture
def slow():
    backend = Echo()
    yield backend
    backend.close()


def everything(apigateway):
    """Returns all that there is to read."""
    def plain(answer):
        answer.pop("ResponseMetadata", None)
        return answer

    return [
        {
            "api": api,
            "resources": plain(apigateway.get_resources(restApiId=api["id"], embed=["methods"])),
            "deployments": plain(apigateway.get_deployments(restApiId=api["id"])),
            "stages": plain(apigateway.get_stages(restApiId=api["id"])),
            "responses": plain(apigateway.get_gateway_responses(restApiId=api["id"])),
        }
        for api in apigateway.get_rest_apis()["items"]
    ]


def test_kill_and_restart(start, echo, tmp_path):
    gateway = start(tmp_path)
    api = proxy(gateway, echo)
    before = everything(client(gateway))
    gateway.signal(signal.SIGKILL)
    gateway.wait()

    gateway = start(tmp_path)
    assert everything(client(gateway)) == before
    assert gateway.invoke(api, "prod", "GET", "/a/b").json()["path"] == "/a/b"
    assert gateway.invoke(api, "prod", "GET", "/").status == 418


def in_flight(gateway, api, backend):
    """Sends a request that waits at its backend; returns how to get the answer."""
    answers = []

    def call():
        try:
            answers.append(gateway.invoke(api, "prod", "GET", "/slow"))
        except (OSError, http.client.HTTPException) as e:
            answers.append(e)

    caller = threading.Thread(target=call)
    caller.start()
    assert backend.begun.wait(WAIT)

    def answer():
        caller.join(WAIT)
        return answers[0]

    return answer


def test_drain(start, slow, tmp_path):
    gateway = start(tmp_path)
    answer = in_flight(gateway, proxy(gateway, slow), slow)
    gateway.signal(signal.SIGTERM)

    def closed():
        try:
            gateway.call("GET", "/_gatewright/health")
        except ConnectionError:
            return True

    until(closed)
    assert gateway.process.poll() is None, "it did not wait for the request"
    slow.release.set()
    assert answer().status == 200
    assert gateway.wait() == 0, gateway.logged()


def test_second_signal(start, slow, tmp_path):
    gateway = start(tmp_path)
    answer = in_flight(gateway, proxy(gateway, slow), slow)
    gateway.signal(signal.SIGTERM)
    until(lambda: "draining" in gateway.logged())
    time.sleep(0.5)  # signals that come together count as one
    gateway.signal(signal.SIGTERM)
    assert gateway.wait() != 0
    assert isinstance(answer(), Exception)


def test_data_folder_in_use(start, tmp_path):
    gateway = start(tmp_path)
    status, said = refused("--control", "127.0.0.1:0", "--data", tmp_path)
    assert status != 0
    assert str(tmp_path) in said and "use" in said, said
    assert client(gateway).get_rest_apis()["items"] == []  # the first is not disturbed


def test_port_taken(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = "127.0.0.1:%d" % taken.getsockname()[1]
        status, said = refused("--control", address, "--data", tmp_path)
    assert status != 0
    assert address in said and "taken" in said, said

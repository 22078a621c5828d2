"""Two clients write to one API at the same time, a hundred changes at once: none
is lost or half done, and none is refused for coming at the same time."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from clients import Boto3, Go, Java, JavaScript
from conftest import not_run

EACH = 10  # writers of a client
CHANGES = 5  # of each writer, and as many puts


@pytest.fixture
def api(gateway):
    """Returns what names an API with GET / and a stage."""
    boto3 = Boto3(gateway.url)
    made = boto3("create_rest_api", name="shared")
    at = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "GET"}
    boto3("put_method", **at, authorizationType="NONE")
    boto3("put_integration", **at, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    boto3("create_deployment", restApiId=made["id"], stageName="prod", variables={"left": "0", "right": "0"})
    return at


@pytest.fixture
def writers(gateway):
    other = next((c for c in [Go, JavaScript, Java] if c.__name__ not in not_run), Boto3)
    writers = [client(gateway.url) for client in [Boto3, other] for _ in range(EACH)]
    yield writers
    for writer in writers:
        writer.close()


def replace(**values):
    return [{"op": "replace", "path": path, "value": value} for path, value in values.items()]


def test_two_writers(gateway, api, writers):
    stage = {"restApiId": api["restApiId"], "stageName": "prod"}
    begin = threading.Barrier(len(writers))

    def write(number):
        call = writers[number]
        begin.wait()
        for i in range(CHANGES):
            mine = f"{number}x{i}"
            patch = {f"/variables/v{mine}": "1", "/variables/left": mine, "/variables/right": mine}
            answer = call("update_stage", **stage, patchOperations=replace(**patch))["variables"]
            assert answer["left"] == answer["right"] == mine
            call("put_method_response", **api, statusCode=str(100 + number * CHANGES + i))
            call("put_gateway_response", restApiId=api["restApiId"], responseType="THROTTLED", statusCode=str(400 + number),
                 responseParameters={"gatewayresponse.header.x": f"'{number}'"})  # fmt: skip

    done = threading.Event()

    def watch():
        """Sees no change half done."""
        reader, seen = Boto3(gateway.url), set()
        while not done.is_set():
            variables = reader("get_stage", **stage)["variables"]
            assert variables["left"] == variables["right"]
            response = reader("get_gateway_response", restApiId=api["restApiId"], responseType="THROTTLED")
            if not response["defaultResponse"]:
                assert response["responseParameters"]["gatewayresponse.header.x"] == f"'{int(response['statusCode']) - 400}'"
            seen.add(variables["left"])
        return seen

    with ThreadPoolExecutor(len(writers) + 1) as pool:
        watching = pool.submit(watch)
        try:
            list(pool.map(write, range(len(writers))))
        finally:
            done.set()
        assert len(watching.result()) > 1, "it saw nothing of the changes"

    every = [f"{number}x{i}" for number in range(len(writers)) for i in range(CHANGES)]
    assert writers[0]("get_stage", **stage)["variables"].keys() == {"left", "right"} | {f"v{mine}" for mine in every}
    assert writers[-1]("get_method", **api)["methodResponses"].keys() == {str(100 + i) for i in range(len(every))}


def test_one_stage_patched_ten_times_at_once(api, writers):
    """Terraform does so for the settings of ten methods."""
    stage = {"restApiId": api["restApiId"], "stageName": "prod"}
    begin = threading.Barrier(EACH)

    def patch(i):
        begin.wait()
        operations = {f"/~1pets{i}/GET/throttling/burstLimit": str(i), f"/~1pets{i}/GET/metrics/enabled": "true"}
        return writers[2 * i]("update_stage", **stage, patchOperations=replace(**operations))

    with ThreadPoolExecutor(EACH) as pool:
        list(pool.map(patch, range(EACH)))
    settings = writers[0]("get_stage", **stage)["methodSettings"]
    assert {name: s["throttlingBurstLimit"] for name, s in settings.items()} == {f"~1pets{i}/GET": i for i in range(EACH)}

import os

import pytest

from backends import Echo, Lambda
from clients import everyone
from gatewright import Gatewright

not_run = os.environ["NOT_RUN"].split()  # run.sh tells why
ignored = {"Terraform": ["test_terraform.py", "test_terraform_signed.py"], "Functions": ["test_functions.py"]}
collect_ignore = [file for name in not_run for file in ignored.get(name, [])]

# Clients get nothing from this machine's user: made-up credentials, no files.
os.environ.update(
    AWS_ACCESS_KEY_ID="conformance",
    AWS_SECRET_ACCESS_KEY="conformance",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_REGION="us-east-1",
    AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    AWS_EC2_METADATA_DISABLED="true",
    AWS_PAGER="",
    AWS_MAX_ATTEMPTS="1",
    NO_PROXY="127.0.0.1,localhost",
)
for name in list(os.environ):
    if name.startswith(("AWS_ENDPOINT_URL", "GATEWRIGHT_")) or name in ["AWS_PROFILE", "AWS_SESSION_TOKEN"]:
        del os.environ[name]


@pytest.fixture(scope="session")
def echo():
    backend = Echo()
    yield backend
    backend.close()


@pytest.fixture(scope="session")
def functions():
    backend = Lambda()
    yield backend
    backend.close()


@pytest.fixture(scope="session")
def gateway(tmp_path_factory, functions):
    """The program, for tests that do not stop it."""
    g = Gatewright(tmp_path_factory.mktemp("state"), "--lambda", functions.url)
    yield g
    g.stop()


@pytest.fixture(scope="session", params=[c for c in everyone if c.__name__ not in not_run])
def aws(request, gateway):
    """Each client in turn, at the gateway."""
    client = request.param(gateway.url)
    yield client
    client.close()


@pytest.fixture
def start(request):
    """Starts further programs, which end with the test."""

    def start(data, *flags):
        g = Gatewright(data, *flags)
        request.addfinalizer(g.stop)
        return g

    return start

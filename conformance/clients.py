"""The clients under which the same story runs: boto3 and the AWS CLI."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import boto3
from botocore.exceptions import ClientError


class Refused(Exception):
    """An error that the service answered."""

    def __init__(self, code, message):
        super().__init__(code, message)
        self.code, self.message = code, message


class Boto3:
    """Calls operations by boto3."""

    def __init__(self, url):
        self.client = boto3.client("apigateway", endpoint_url=url)

    def __call__(self, operation, **parameters):
        try:
            answer = getattr(self.client, operation)(**parameters)
        except ClientError as e:
            raise Refused(e.response["Error"]["Code"], e.response["Error"]["Message"]) from e
        answer.pop("ResponseMetadata")
        return answer


class CLI:
    """Calls operations by the AWS CLI: create_rest_api(name="x") is
    aws apigateway create-rest-api --name x."""

    def __init__(self, url):
        self.url = url
        self.aws = str(Path(sys.executable).parent / "aws")

    def __call__(self, operation, **parameters):
        command = [self.aws, "--endpoint-url", self.url, "apigateway", operation.replace("_", "-")]
        for name, value in parameters.items():
            command.append("--" + re.sub("[A-Z]", lambda m: "-" + m[0].lower(), name))
            command.append(value if isinstance(value, str) else json.dumps(value))
        done = subprocess.run(command, capture_output=True, text=True, env=os.environ)
        if done.returncode != 0:
            error = re.search(r"An error occurred \((\w+)\) when calling the \w+ operation: (.*)", done.stderr)
            assert error, f"{command}: {done.stderr}"
            raise Refused(error[1], error[2])
        return json.loads(done.stdout or "{}")

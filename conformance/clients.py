"""The clients under which the same tests run. All of them speak Python here:
client("create_rest_api", name="x") calls CreateRestApi, whether boto3 does it,
the AWS CLI, or a program written with another SDK."""

import base64
import json
import os
import re
import subprocess
from pathlib import Path

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError

import cli

CLIENTS = Path(os.environ["CLIENTS"])  # run.sh sets it


class Refused(Exception):
    """An error that the service answered."""

    def __init__(self, code, message, modelled):
        super().__init__(code, message)
        self.code, self.message = code, message
        self.modelled = modelled  # the client has a class for it


class Client:
    """Calls operations of the service at an URL."""

    joins_maps = True  # items returns those of all pages where they are a map, too

    def __init__(self, url):
        self.url = url
        self.called = set()

    def __call__(self, operation, **parameters):
        """Returns what the service answers, with the names of its model."""
        self.called.add(model_name(operation))
        return self.call(operation, parameters)

    def items(self, operation, limit, **parameters):
        """Returns what the client's own paginator finds in pages of limit items."""
        self.called.add(model_name(operation))
        return self.pages(operation, limit, parameters)

    def close(self):
        pass


def model_name(operation):
    return "".join(word.capitalize() for word in operation.split("_"))


class Boto3(Client):
    def __init__(self, url):
        super().__init__(url)
        self.client = boto3.client("apigateway", endpoint_url=url)

    def call(self, operation, parameters):
        try:
            answer = getattr(self.client, operation)(**parameters)
        except ClientError as e:
            error = e.response["Error"]
            raise Refused(error["Code"], error["Message"], type(e) is not ClientError) from e
        answer.pop("ResponseMetadata")
        return answer

    def pages(self, operation, limit, parameters):
        pages = self.client.get_paginator(operation).paginate(**parameters, PaginationConfig={"PageSize": limit})
        return [item for page in pages for item in page["items"]]


class CLI(Client):
    """create_rest_api(name="x") is aws apigateway create-rest-api --name x."""

    joins_maps = False
    renamed = {("create_rest_api", "version"): "api-version"}

    def call(self, operation, parameters):
        return self.run(operation, [word for each in parameters.items() for word in self.option(operation, *each)])

    def pages(self, operation, limit, parameters):
        return self.call(operation, {"pageSize": limit, **parameters})["items"]

    def option(self, operation, name, value):
        flag = self.renamed.get((operation, name)) or xform_name(name, "-")
        if isinstance(value, bool):
            return ["--" + flag if value else "--no-" + flag]
        if isinstance(value, bytes):
            return ["--" + flag, value.decode()]
        return ["--" + flag, value if isinstance(value, str) else json.dumps(value)]

    def run(self, operation, options):
        status, out, err = cli.aws("--endpoint-url", self.url, "apigateway", operation.replace("_", "-"), *options)
        if status != 0:
            error = re.search(r"An error occurred \((\w+)\) when calling the \w+ operation: (.*)", err)
            assert error, f"aws apigateway {operation} {options}: {err}"
            raise Refused(error[1], error[2], None)
        return json.loads(out or "{}")


class Program(Client):
    """A program that reads calls and writes answers, one a line."""

    def __init__(self, url):
        super().__init__(url)
        settings = os.environ | {"AWS_ENDPOINT_URL_API_GATEWAY": url}
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=settings
        )  # fmt: skip

    def call(self, operation, parameters):
        return self.ask(operation=model_name(operation), input=parameters)

    def pages(self, operation, limit, parameters):
        pages = self.ask(operation=model_name(operation), input={"limit": limit, **parameters}, pages=True)
        return [item for page in pages for item in page["items"]]

    def ask(self, **question):
        self.process.stdin.write(json.dumps(question, default=lambda blob: base64.b64encode(blob).decode()) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"{type(self).__name__} ended at {question}; run {self.command} to see why"
        answer = json.loads(line)
        if "error" in answer:
            raise Refused(**answer["error"])
        return answer["output"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Go(Program):
    command = [CLIENTS / "go" / "client"]


class JavaScript(Program):
    command = ["node", CLIENTS / "js" / "client.js"]


class Java(Program):
    command = ["java", "-XX:TieredStopAtLevel=1", "-cp", f"{CLIENTS}/java/classes:{CLIENTS}/java/lib/*", "Client"]


everyone = [CLI, Boto3, Go, JavaScript, Java]  # the slowest first

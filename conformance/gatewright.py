"""Starts the program under test, and calls what it serves."""

import http.client
import json
import os
import queue
import re
import subprocess
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

PROGRAM = os.environ["GATEWRIGHT"]  # run.sh sets it
WAIT = 20  # seconds for anything that takes far less


class Gatewright:
    """A running `gatewright serve`, with its state in a folder."""

    def __init__(self, data, *flags):
        command = [PROGRAM, "serve", "--control", "127.0.0.1:0", "--data", str(data), *flags]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.log = []
        self.reader = threading.Thread(target=self._read_log, daemon=True)
        self.reader.start()
        self.url = self._greeting()

    def _read_log(self):
        for line in self.process.stderr:
            self.log.append(line)

    def _greeting(self):
        """Returns the URL for AWS clients, which serve prints when it is ready."""
        found = queue.Queue()

        def read():
            for line in self.process.stdout:
                if match := re.search(r"AWS_ENDPOINT_URL_API_GATEWAY=(\S+)", line):
                    found.put(match[1])
            found.put(None)

        threading.Thread(target=read, daemon=True).start()
        url = found.get(timeout=WAIT)
        assert url, f"gatewright ended instead of serving:\n{self.stop() or self.logged()}"
        return url

    def logged(self):
        self.reader.join(timeout=WAIT if self.process.poll() is not None else 0)
        return "".join(self.log)

    def signal(self, signal):
        self.process.send_signal(signal)

    def wait(self):
        """Returns the exit status."""
        return self.process.wait(timeout=WAIT)

    def stop(self):
        self.process.kill()
        self.process.wait(timeout=WAIT)

    def call(self, method, path, headers=None, body=None):
        """Sends a request as a caller would."""
        return call(self.url, method, path, headers, body)

    def invoke(self, api, stage, method, path, headers=None, body=None, form="_aws"):
        """Calls a stage by one of the forms of its address."""
        headers = dict(headers or {})
        if form == "host":
            headers["Host"] = f"{api}.execute-api.localhost:{urlsplit(self.url).port}"
            target = f"/{stage}{path}"
        elif form == "restapis":
            target = f"/restapis/{api}/{stage}/_user_request_{path}"
        else:
            target = f"/_aws/execute-api/{api}/{stage}{path}"
        return self.call(method, target, headers, body)


FORMS = ["_aws", "restapis", "host"]


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self):
        return json.loads(self.body)

    def text(self):
        return self.body.decode()


def call(url, method, path, headers=None, body=None):
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=WAIT)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def refused(*flags):
    """Runs `gatewright serve` that must not start; returns its exit status and what it said."""
    done = subprocess.run([PROGRAM, "serve", *map(str, flags)], capture_output=True, text=True, timeout=WAIT)
    return done.returncode, done.stderr


def until(condition):
    """Waits for condition() to be true."""
    deadline = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)

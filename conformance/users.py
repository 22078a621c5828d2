"""Users of a server that checks who calls, made by `gatewright user`."""

import json
import subprocess

from gatewright import PROGRAM

READER = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["apigateway:GET", "apigateway:PATCH"], "Resource": "arn:aws:apigateway:us-east-1::/*"},
        {"Effect": "Deny", "Action": "apigateway:*", "Resource": "arn:aws:apigateway:*::/account"},
        {"Effect": "Allow", "Action": "apigateway:POST", "Resource": "arn:aws:apigateway:*::/restapis",
         "Condition": {"StringEquals": {"aws:RequestTag/team": "readers"}, "IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}},
    ],
}  # fmt: skip


class Users:
    """A file of users: admin may do everything, reader what READER says."""

    def __init__(self, folder):
        self.file = folder / "users.yaml"
        (folder / "reader.json").write_text(json.dumps(READER))
        self.keys = {
            "admin": self.user("add", "admin", "--admin"),
            "reader": self.user("add", "reader", "--policy", folder / "reader.json"),
            "session": self.user("key", "add", "admin", "--session", "1h"),
            "stranger": {"AccessKeyId": "AKIASTRANGER00000000", "SecretAccessKey": "x"},
        }

    def user(self, *arguments):
        """Runs gatewright user; returns what it writes as JSON."""
        command = [PROGRAM, "user", *map(str, arguments), "--users", self.file, "--json"]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    def environment(self, name):
        """Returns the variables by which clients take a key."""
        key = self.keys[name]
        token = {"AWS_SESSION_TOKEN": key["SessionToken"]} if "SessionToken" in key else {}
        return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"], **token}

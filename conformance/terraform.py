"""Runs Terraform in a folder of its own."""

import json
import os
import shutil
import subprocess
from pathlib import Path

CONFIGURATION = Path(__file__).parent / "terraform"
INSTALLED = Path(os.environ["CLIENTS"]) / "terraform"  # run.sh ran init here

NOTHING_TO_DO, FAILED, SOMETHING_TO_DO = 0, 1, 2


class Terraform:
    """A configuration, in one of its phases if it has any, and what was made of it."""

    def __init__(self, folder, url, files="*.tf"):
        self.folder = folder
        for file in [*CONFIGURATION.glob(files), CONFIGURATION / "provider.tf", INSTALLED / ".terraform.lock.hcl"]:
            shutil.copy(file, folder)
        self.settings = os.environ | {
            "TF_DATA_DIR": str(INSTALLED),
            "TF_IN_AUTOMATION": "1",
            "TF_CLI_ARGS": "-no-color",
            "TF_VAR_url": url,
            "GOGC": "400",  # the provider is large, and started many times
        }

    def sign(self, environment):
        """Takes another key, from the variables that clients read."""
        self.settings.pop("AWS_SESSION_TOKEN", None)
        self.settings |= environment

    def run(self, command, *options, phase=None):
        """Returns the exit status and what was said."""
        variables = [] if phase is None else [f"-var=phase={phase}"]
        arguments = ["terraform", command, "-input=false", *variables, *options]
        done = subprocess.run(
            arguments, cwd=self.folder, env=self.settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )  # fmt: skip
        return done.returncode, done.stdout

    def succeed(self, command, *options, phase):
        status, said = self.run(command, *options, phase=phase)
        assert status != FAILED, f"terraform {command}:\n{said}"
        return status, said

    def apply(self, phase=None):
        return self.succeed("apply", "-auto-approve", phase=phase)[1]

    def plan(self, phase=None):
        """Returns what Terraform would do, which is hopefully nothing."""
        status, said = self.succeed("plan", "-detailed-exitcode", phase=phase)
        return said if status == SOMETHING_TO_DO else ""

    def destroy(self, phase=None):
        self.succeed("destroy", "-auto-approve", phase=phase)

    def state(self):
        return json.loads((self.folder / "terraform.tfstate").read_text())

    def resources(self):
        """Returns the attributes of all resources, by address."""
        found = {}
        for resource in self.state()["resources"]:
            if resource["mode"] == "managed":
                for instance in resource["instances"]:
                    key = f'["{instance["index_key"]}"]' if "index_key" in instance else ""
                    found[f"{resource['type']}.{resource['name']}{key}"] = instance["attributes"]
        return found

    def take_over(self, ids, phase):
        """Forgets everything, and imports it by its ids, by address."""
        (self.folder / "terraform.tfstate").unlink()
        blocks = "".join(f'import {{\n  to = {address}\n  id = "{id}"\n}}\n' for address, id in ids.items())
        (self.folder / "import.tf").write_text(blocks)
        return self.apply(phase)

    def arguments(self):
        """Returns the arguments of each type of resource; those in a block are
        block.argument."""
        arguments = ["terraform", "providers", "schema", "-json"]
        done = subprocess.run(arguments, cwd=self.folder, env=self.settings, stdout=subprocess.PIPE, check=True)
        (provider,) = json.loads(done.stdout)["provider_schemas"].values()
        types = provider["resource_schemas"].items()
        return {type: settable(schema["block"]) for type, schema in types if type.startswith("aws_api_gateway_")}


def settable(block, prefix=""):
    names = {
        prefix + name
        for name, attribute in block.get("attributes", {}).items()
        if attribute.get("required") or attribute.get("optional")
    }
    for name, nested in block.get("block_types", {}).items():
        names |= settable(nested["block"], f"{prefix}{name}.")
    return names


def differences(before, after, prefix=""):
    """Returns the arguments that changed, named as settable names them."""
    changed = set()
    for name in before:
        old, new = before[name], after[name]
        if old == new:
            continue
        if blocks(old) and blocks(new):
            changed |= differences(old[0], new[0], f"{prefix}{name}.")
        else:
            changed.add(prefix + name)
    return changed


def blocks(value):
    return isinstance(value, list) and value and isinstance(value[0], dict)

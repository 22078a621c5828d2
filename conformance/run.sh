#!/bin/sh
# Runs real AWS clients against a running gatewright; README.md tells more:
#
#	conformance/run.sh                    all tests
#	conformance/run.sh -k Java            one client: CLI, Boto3, Go, JavaScript, Java, terraform
#	conformance/run.sh -k 'Go and stages' one test by one client
#
# GATEWRIGHT names the binary; without it one is built. The clients are
# installed into .clients, each once for each version of what names it.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
export CLIENTS="$root/.clients"

fail() {
	echo "conformance: $*" >&2
	exit 1
}

# without tells that a client cannot run here. Where CI is set it must.
NOT_RUN=
notes=
without() {
	echo "conformance: NOT RUN: $1: $2" >&2
	[ -z "${CI:-}" ] || exit 1
	NOT_RUN="$NOT_RUN $1"
	notes="$notes
conformance: NOT RUN: $1: $2"
}

has() { command -v "$1" >/dev/null; }

# stale reports whether a client must be installed: files that name what it
# needs are not those of its last installation. It clears the client's folder.
stale() {
	client=$CLIENTS/$1
	shift
	cat "$@" | cmp -s - "$client/installed" && return 1
	echo "conformance: installing into $client"
	rm -rf "$client"
	mkdir -p "$client"
}

# installed is the last step: all of it is there.
installed() { cat "$@" >"$client/installed"; }

install_python() {
	has python3 || fail "python3 is needed to run the tests, and is not on the PATH"
	if stale python "$here/requirements.txt"; then
		python3 -m venv "$client" || fail "python3 cannot make a virtual environment; on Debian: apt install python3-venv"
		"$client/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -r "$here/requirements.txt" ||
			fail "what requirements.txt names cannot be installed"
		"$client/bin/python" -m pip --disable-pip-version-check check || fail "what requirements.txt names does not fit together"
		installed "$here/requirements.txt"
	fi
}

install_go() {
	has go || { without Go "go is not on the PATH"; return; }
	if stale go "$here/go/go.sum" "$here/go/main.go"; then
		(cd "$here/go" && go build -o "$client/client" .) || fail "the client in conformance/go cannot be built"
		installed "$here/go/go.sum" "$here/go/main.go"
	fi
}

install_javascript() {
	{ has node && has npm; } || { without JavaScript "node or npm is not on the PATH"; return; }
	if stale js "$here/js/package-lock.json" "$here/js/client.js"; then
		cp "$here/js/.npmrc" "$here"/js/* "$client"
		(cd "$client" && npm ci --silent --ignore-scripts --no-audit --no-fund) || fail "what conformance/js names cannot be installed"
		installed "$here/js/package-lock.json" "$here/js/client.js"
	fi
}

install_java() {
	{ has javac && has mvn; } || { without Java "javac or mvn is not on the PATH"; return; }
	if stale java "$here/java/pom.xml" "$here/java/Client.java"; then
		mvn --quiet --batch-mode --file "$here/java/pom.xml" dependency:copy-dependencies \
			-DincludeScope=runtime -DoutputDirectory="$client/lib" || fail "what conformance/java names cannot be installed"
		javac -cp "$client/lib/*" -d "$client/classes" "$here/java/Client.java" || fail "the client in conformance/java cannot be built"
		installed "$here/java/pom.xml" "$here/java/Client.java"
	fi
}

# Terraform finds its provider by its own configuration, or in the folder that
# TERRAFORM_PROVIDERS names, which is laid out as a filesystem mirror. Without
# either, a mirror is looked for where packages are kept.
install_terraform() {
	has terraform || { without Terraform "terraform is not on the PATH"; return; }
	provider=registry.terraform.io/hashicorp/aws
	mirror=${TERRAFORM_PROVIDERS:-}
	if [ -z "$mirror" ] && [ ! -f "${TF_CLI_CONFIG_FILE:-$HOME/.terraformrc}" ]; then
		unset TF_CLI_CONFIG_FILE
		mirror=$(find /opt /usr/local/lib /usr/local/share /usr/share -maxdepth 4 -path "*/$provider" 2>/dev/null | head -n 1)
		mirror=${mirror%/"$provider"}
	fi
	if [ -n "$mirror" ]; then
		export TF_CLI_CONFIG_FILE="$CLIENTS/terraform.tfrc"
		printf 'provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' "$mirror" >"$TF_CLI_CONFIG_FILE"
	fi
	export TF_DATA_DIR="$CLIENTS/terraform"
	if stale terraform "$here/terraform/provider.tf"; then
		cp "$here/terraform/provider.tf" "$client"
		if ! terraform -chdir="$client" init -input=false -no-color >"$client/log" 2>&1; then
			cat "$client/log" >&2
			without Terraform "the hashicorp/aws provider cannot be installed; TERRAFORM_PROVIDERS may name a mirror that has it"
			return
		fi
		installed "$here/terraform/provider.tf"
	fi
}

# Functions run as they do on AWS, by its runtime interface clients.
install_functions() {
	{ has node && has npm && has curl; } || { without Functions "node, npm or curl is not on the PATH"; return; }
	from=$here/functions
	if stale functions "$from/requirements.txt" "$from/package-lock.json" "$from/rapid-client.node.js"; then
		if ! { python3 -m venv "$client/python" && "$client/python/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -r "$from/requirements.txt"; } >"$client/log" 2>&1; then
			cat "$client/log" >&2
			without Functions "what conformance/functions/requirements.txt names cannot be installed"
			return
		fi
		cp "$from/.npmrc" "$from"/package*.json "$client"
		(cd "$client" && npm ci --silent --ignore-scripts --no-audit --no-fund) || fail "what conformance/functions names cannot be installed"
		cp "$from/rapid-client.node.js" "$client/node_modules/aws-lambda-ric/dist"
		installed "$from/requirements.txt" "$from/package-lock.json" "$from/rapid-client.node.js"
	fi
}

install_python
install_go
install_javascript
install_java
install_terraform
install_functions
export NOT_RUN

if [ -z "${GATEWRIGHT:-}" ]; then
	GATEWRIGHT=$CLIENTS/gatewright
	(cd "$root" && go build -o "$GATEWRIGHT" ./cmd/gatewright) || fail "gatewright cannot be built"
fi
case $GATEWRIGHT in /*) ;; *) GATEWRIGHT=$PWD/$GATEWRIGHT ;; esac
[ -x "$GATEWRIGHT" ] || fail "GATEWRIGHT=$GATEWRIGHT is no program"
export GATEWRIGHT

cd "$here"
status=0
"$CLIENTS/python/bin/python" -m pytest -q --tb=short -p no:cacheprovider -n 2 --dist loadfile "$@" || status=$?
[ -z "$notes" ] || echo "$notes" >&2
exit $status

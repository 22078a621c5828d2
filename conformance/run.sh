#!/bin/sh
# Runs real AWS clients, boto3 and the AWS CLI, against a running gatewright:
#
#	conformance/run.sh              all tests
#	conformance/run.sh -k story     those whose name has "story" in it
#
# GATEWRIGHT names the binary; without it one is built. The clients are
# installed into .clients, once for each requirements.txt.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
clients=$root/.clients
python=$clients/python

fail() {
	echo "conformance: $*" >&2
	exit 1
}

command -v python3 >/dev/null || fail "python3 is needed to run AWS clients, and is not on the PATH"

if ! cmp -s "$here/requirements.txt" "$python/requirements.txt"; then
	echo "conformance: installing clients into $python"
	rm -rf "$python"
	python3 -m venv "$python" || fail "python3 cannot make a virtual environment; on Debian: apt install python3-venv"
	"$python/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -r "$here/requirements.txt" ||
		fail "the clients of requirements.txt cannot be installed"
	"$python/bin/python" -m pip --disable-pip-version-check check || fail "the clients of requirements.txt do not fit each other"
	cp "$here/requirements.txt" "$python/requirements.txt" # last: all of it is there
fi

if [ -z "${GATEWRIGHT:-}" ]; then
	GATEWRIGHT=$clients/gatewright
	(cd "$root" && go build -o "$GATEWRIGHT" ./cmd/gatewright) || fail "gatewright cannot be built"
fi
case $GATEWRIGHT in /*) ;; *) GATEWRIGHT=$PWD/$GATEWRIGHT ;; esac
[ -x "$GATEWRIGHT" ] || fail "GATEWRIGHT=$GATEWRIGHT is no program"
export GATEWRIGHT

cd "$here"
exec "$python/bin/python" -m pytest -q --tb=short -p no:cacheprovider "$@"

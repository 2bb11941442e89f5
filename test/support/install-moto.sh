#!/usr/bin/env bash
# Installs moto, which serves the API of SQS to the tests of the source sqs. Quick where it is there already.
set -euo pipefail
folder="${MICROSCALE_TEST_CACHE:-$HOME/.cache/microscale-test}/moto-5.2.5"
[ -x "$folder/bin/python" ] && exit 0
# Made beside its place and then moved there, so that an installation that was cut off leaves nothing behind.
making="$folder.making.$$"
trap 'rm -rf "$making"' EXIT
mkdir -p "$(dirname "$folder")"
python3 -m venv "$making"
# What its extra “server” would bring besides is for other services, and large.
"$making/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile moto==5.2.5 flask==3.1.3 flask-cors==6.0.5
rm -rf "$folder"
mv "$making" "$folder"

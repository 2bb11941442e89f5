#!/usr/bin/env bash
# moto, which serves the API of SQS, in a virtual environment of its own; does nothing where it is there already.
set -euo pipefail
folder="${MICROSCALE_TEST_CACHE:-$HOME/.cache/microscale-tests}/moto"
version=5.2.5
[ -x "$folder/bin/moto_server" ] && [ "$(cat "$folder/version" 2>/dev/null)" = "$version" ] && exit 0
rm -rf "$folder"
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check "moto[server]==$version"
echo "$version" >"$folder/version"

#!/usr/bin/env bash
# Builds the nsqd and nsqlookupd that the tests of the source nsq run. Quick where they are there already.
set -euo pipefail
folder="${MICROSCALE_TEST_CACHE:-$HOME/.cache/microscale-test}/nsq-1.3.0"
[ -x "$folder/nsqd" ] && [ -x "$folder/nsqlookupd" ] && exit 0
if ! command -v go >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends golang-go ca-certificates </dev/null >/dev/null
fi
cd "$(dirname "$0")/nsq"
# Built beside its place and then moved there, so that a build that was cut off leaves nothing behind.
making="$folder.making.$$"
trap 'rm -rf "$making"' EXIT
GOBIN="$making" go install github.com/nsqio/nsq/apps/nsqd github.com/nsqio/nsq/apps/nsqlookupd
rm -rf "$folder"
mv "$making" "$folder"

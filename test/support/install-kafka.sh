#!/usr/bin/env bash
# Fetches the jars of the Kafka broker that the tests of the source kafka run, some 50 MB. Quick where they are there already.
set -euo pipefail
folder="${MICROSCALE_TEST_CACHE:-$HOME/.cache/microscale-test}/kafka-3.9.1"
missing=()
command -v java >/dev/null || missing+=(default-jre-headless)
[ -d "$folder" ] || command -v mvn >/dev/null || missing+=(maven)
if [ ${#missing[@]} -gt 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null
fi
[ -d "$folder" ] && exit 0
# Fetched beside their place and then moved there, so that a run that was cut off leaves nothing behind.
making="$folder.making.$$"
trap 'rm -rf "$making"' EXIT
mkdir -p "$making"
mvn -q -B -f "$(dirname "$0")/kafka/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$making"
mv "$making" "$folder"

#!/bin/bash
# Step: show that Spark runs, and that the cluster may write to S3.
# Usage: smoke-test.sh s3://BUCKET/PREFIX/
set -euo pipefail

if [[ $# -ne 1 ]]; then
  echo "usage: $0 s3://BUCKET/PREFIX/" >&2
  exit 2
fi
report=$(mktemp)
trap 'rm -f "$report"' EXIT
spark-submit --version 2>"$report"
aws s3 cp "$report" "${1%/}/spark-version.txt"

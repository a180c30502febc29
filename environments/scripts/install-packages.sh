#!/bin/bash
# Bootstrap action: install Amazon Linux packages on every node.
# Usage: install-packages.sh PACKAGE...
set -euo pipefail

if [[ $# -eq 0 ]]; then
  echo "usage: $0 PACKAGE..." >&2
  exit 2
fi
sudo dnf install --assumeyes "$@"

#!/usr/bin/env bash
# The font and the test counterparts. Without node the portal runs with the system's own fonts.
set -euo pipefail
if ! command -v npm >/dev/null; then
  if [ "${CI:-}" = true ]; then echo "node and npm are needed in CI" >&2; exit 1; fi
  echo "node is absent: system fonts are used, and tests that need a counterpart are skipped"
  exit 0
fi
npm ci --silent --no-audit --no-fund
npm run --silent fonts

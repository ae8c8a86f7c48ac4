#!/usr/bin/env bash
# A browser for the browser tests: Debian's Chromium, else Playwright's own.
set -euo pipefail
[ -x /usr/bin/chromium ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update && apt-get -qq install -y chromium >/dev/null && exit 0
fi
.venv/bin/playwright install chromium >/dev/null 2>&1 && exit 0
echo "No browser for the browser tests: install the package chromium" >&2
exit 1

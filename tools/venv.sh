#!/usr/bin/env bash
# Makes .venv with the given python. Debian keeps the module for it in a package of its own.
set -euo pipefail
python=$1
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  { echo "Python 3.11 or later is needed; try: make PYTHON=python3.11 …" >&2; exit 1; }
"$python" -m venv .venv 2>/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get -qq update && apt-get -qq install -y python3-venv >/dev/null
  exec "$python" -m venv .venv
fi
echo "python3 cannot make a virtual environment; install the package python3-venv" >&2
exit 1

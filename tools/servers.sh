#!/usr/bin/env bash
# The store, sessions and shelf are tried on PostgreSQL and Redis too, and three portals together
# behind HAProxy. The tests start them; here they are only installed. Without them those are skipped.
set -euo pipefail
lacking=()
compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null || lacking+=(postgresql)
command -v redis-server >/dev/null || lacking+=(redis-server)
command -v haproxy >/dev/null || lacking+=(haproxy)
[ ${#lacking[@]} = 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update && apt-get -qq install -y "${lacking[@]}" >/dev/null && exit 0
fi
echo "lacking here: ${lacking[*]}" >&2
exit 1

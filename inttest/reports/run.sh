#!/usr/bin/env bash
# What users reported of Kubernetes distributions, tried on two nodes: each file beside this one is a group of reports, run
# on the same cluster. PART=name runs one group alone.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../lib.sh
. "$here/../lib.sh"
begin
host_up a 1
host_up b 2
for host in a b; do
  printf 'mirrors:\n  registry.test:\n    endpoint: ["http://192.168.77.1:5000"]\n' >"$work/$host/registries.yaml"
done
registry_up a 5000 0.0.0.0
image_push a 5000 minik/busybox:1
export image=registry.test/minik/busybox:1
minik_start a server || exit 1
minik_start b agent --join https://192.168.77.1:6443 --token "$(cat "$work/a/data/server/token")" || exit 1
both() { [ "$(k get nodes --no-headers | grep -c ' Ready ')" = 2 ]; }
within 30 "both nodes are Ready" both
for part in "$here"/*.sh; do
  [ "$part" = "$here/run.sh" ] && continue
  [ -n "${PART:-}" ] && [ "$(basename "$part" .sh)" != "$PART" ] && continue
  say "== $(basename "$part" .sh)"
  # shellcheck source=/dev/null
  . "$part"
done
down

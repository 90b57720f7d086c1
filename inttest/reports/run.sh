#!/usr/bin/env bash
# What users reported of Kubernetes distributions, tried on two nodes: each file beside this one is a group of reports, run
# on the same cluster. PART=name runs one group alone.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../two-nodes.sh
. "$here/../two-nodes.sh"
begin
two_hosts
image_push a 5000 minik/busybox:1
export image=registry.test/minik/busybox:1
two_nodes || exit 1
for part in "$here"/*.sh; do
  [ "$part" = "$here/run.sh" ] && continue
  [ -n "${PART:-}" ] && [ "$(basename "$part" .sh)" != "$PART" ] && continue
  say "== $(basename "$part" .sh)"
  # shellcheck source=/dev/null
  . "$part"
done
down

#!/usr/bin/env bash
# What a stranger, a service account, a pod, a hostile image and a local user try, each from the outside, on one node; what
# they must not reach is compared before and after. Each file beside this one is a group of attacks on the running node.
# Targets are harmless: a host's setting is only ever written with its own value.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../lib.sh
. "$here/../lib.sh"
begin
host_up a 1
registry_up a 5000
image_push a 5000 minik/busybox:1
export image=127.0.0.1:5000/minik/busybox:1
# The least that minik takes for its own: what its bounds are for shows there.
minik_start a server --memory-limit 320Mi || exit 1
within 30 "the node is Ready" outputs '^node-a +Ready ' k get nodes
for part in "$here"/*.sh; do
  [ "$part" = "$here/run.sh" ] && continue
  [ -n "${PART:-}" ] && [ "$(basename "$part" .sh)" != "$PART" ] && continue
  say "== $(basename "$part" .sh)"
  # shellcheck source=/dev/null
  . "$part"
done
down

#!/usr/bin/env bash
# kill -9 of a node's minik at moments that a seed chooses, while pods start, pull, run commands, log and stop. After each one all is as
# the API says, each process once; at the end nothing is left.
#   SEED=7 KILLS=200 bash inttest/kills/run.sh     the same seed chooses the same work and the same moments
audit='' # nobody reads it
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../two-nodes.sh
. "$here/../two-nodes.sh"
# shellcheck source=../faults/invariants.sh
. "$here/../faults/invariants.sh"
SEED=${SEED:-11}
KILLS=${KILLS:-8}
RANDOM=$SEED
TAGS=5
pick() { picked=$((RANDOM % $1)); }
begin
say "SEED=$SEED KILLS=$KILLS"
two_hosts
for tag in $(seq $TAGS); do image_push a 5000 "minik/busybox:$tag" "text $tag"; done
two_nodes || exit 1

declare -A wanted # names of the pods that are to run
made=0
pod_up() { # TAG GRACE
  made=$((made + 1))
  wanted[p$made]=1
  k create -f - >/dev/null <<YAML
apiVersion: v1
kind: Pod
metadata: {name: p$made, labels: {kills: here}}
spec:
  nodeName: node-b
  terminationGracePeriodSeconds: $2
  initContainers: [{name: first, image: "registry.test/minik/busybox:$1", command: [sh, -c, "echo began >/shared/word"], volumeMounts: [{name: shared, mountPath: /shared}]}]
  containers:
  - name: c
    image: registry.test/minik/busybox:$1
    imagePullPolicy: Always
    command: [sh, -c, "cat /shared/word; while :; do echo $prefix-kills-p$made; usleep 20000; done"]
    volumeMounts: [{name: shared, mountPath: /shared}]
  volumes: [{name: shared, emptyDir: {}}]
YAML
}
pod_down() { # NAME
  unset "wanted[$1]"
  k delete pod "$1" --wait=false >/dev/null
}
some() { # sets name to one of those that run, or to nothing
  local all=("${!wanted[@]}")
  name=
  [ ${#all[@]} -eq 0 ] || { pick ${#all[@]}; name=$(printf '%s\n' "${all[@]}" | sort | sed -n "$((picked + 1))p"); }
}
workers=()
work_on() { # one piece of work that a kill may cut; its own outcome is nobody's concern
  pick 5
  case $picked in
    0) pick $TAGS; local tag=$((picked + 1)); pick 3; pod_up $tag $picked ;;
    1) some; [ -z "$name" ] || pod_down "$name" ;;
    2) some; [ -z "$name" ] || { k exec "$name" -- sh -c 'i=0; while [ $i -lt 50 ]; do i=$((i+1)); echo $i; done' >/dev/null 2>&1 & workers+=($!); } ;;
    3) some; [ -z "$name" ] || { timeout 3 "$kubectl_binary" --kubeconfig "$work/a/kubeconfig" logs -f "$name" >/dev/null 2>&1 & workers+=($!); } ;;
    4) pick $TAGS; local tag=$((picked + 1)); pod_up $tag 1; some; [ -z "$name" ] || pod_down "$name" ;;
  esac
}
# The first processes of containers: a shell's child, before it becomes the command, has the shell's command line.
processes() { # PATTERN
  local pid
  for pid in $(pgrep -f -- "echo $prefix-kills-$1; usleep"); do
    awk '/^NSpid:/ && $NF == 1' "/proc/$pid/status" 2>/dev/null
  done | wc -l
}
settled() { # every pod that is wanted runs, once; no other is there, and none of its processes
  local pod have
  have=$(k get pods -l kills=here -o 'jsonpath={range .items[*]}{.metadata.name} {.status.phase}{"\n"}{end}' | sort) || return 1
  diff <(for pod in "${!wanted[@]}"; do echo "$pod Running"; done | sort) <(grep . <<<"$have") || return 1
  for pod in "${!wanted[@]}"; do
    [ "$(processes "$pod")" = 1 ] || { echo "$pod has $(processes "$pod") processes"; return 1; }
  done
  have=$(processes 'p[0-9]*')
  [ "$have" = ${#wanted[@]} ] || { echo "$have processes for ${#wanted[@]} pods"; return 1; }
}
moment() { # up to a second and a half
  pick 1500
  read -r -t "$(printf '%d.%03d' $((picked / 1000)) $((picked % 1000)))" <> <(:) || true
}
pod_up 1 1
pod_up 2 1
within 60 "the first pods run" settled
for round in $(seq "$KILLS"); do
  for _ in 1 2 3; do work_on; done
  moment
  minik_kill9 b
  for worker in "${workers[@]}"; do wait "$worker" 2>/dev/null; done
  workers=()
  # shellcheck disable=SC2086
  minik_start b ${host_args[b]} || exit 1
  within 90 "kill $round: all pods run, once, and no others" settled || { k get pods -o wide; k get events | tail -n 20; }
done
within 30 "no link, namespace or cgroup is left of pods that went" nothing_leaked
ok "the last ones are deleted" k delete pods -l kills=here --timeout=60s
wanted=()
within 30 "nothing of them runs" settled
within 30 "and nothing of them is left in the kernel" nothing_leaked
gone() { [ -z "$(find "$work/b/data/agent/containers" "$work/b/data/agent/sandboxes" "$work/b/data/agent/kubelet/pods" "$work/b/run/sandboxes" -mindepth 1 -maxdepth 1 2>/dev/null)" ]; }
within 30 "nor on the disk" gone
ok "the agent logged no fault of its own" fails grep -E 'Exception|a step failed' "$work/b/err"
down

#!/usr/bin/env bash
# kill -9 of minik while pods run: they go on running, a restarted minik adopts them, nothing acknowledged is gone.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
begin
host_up a 1
registry_up a 5000
image_push a 5000 minik/busybox:1
minik_start a server || exit 1
within 30 "the node is Ready" outputs '^node-a +Ready ' k get nodes

cat >"$work/count.yml" <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: {name: count}
spec:
  replicas: 2
  selector: {matchLabels: {app: count}}
  template:
    metadata: {labels: {app: count}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: c
        image: 127.0.0.1:5000/minik/busybox:1
        command: [sh, -c, 'i=0; while :; do i=$((i+1)); echo line $i; sleep 0.05; done']
YAML
ok "a Deployment that counts" k apply -f "$work/count.yml"
ok "it rolls out" k rollout status deployment/count --timeout=40s
ids() { k get pods -l app=count -o 'jsonpath={range .items[*]}{.metadata.name} {.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}{"\n"}{end}' | sort; }
before=$(ids)
lines() { pgrep -cf 'echo line'; }
ok "two processes count" test "$(lines)" -eq 2

# Writes that kubectl saw acknowledged, up to the very moment of the kill.
(
  i=0
  while k create configmap "seen-$i" --from-literal=n=$i >/dev/null 2>&1; do
    echo "seen-$i" >>"$work/acknowledged"
    i=$((i + 1))
  done
) &
writer=$!
some_written() { [ "$(wc -l <"$work/acknowledged")" -ge 10 ]; }
within 30 "configmaps are being written" some_written
minik_kill9 a
wait $writer
ok "the containers survive the kill" test "$(lines)" -eq 2
# shellcheck disable=SC2086
: >"$work/a/out"
minik_start a ${host_args[a]} || exit 1
within 30 "the API answers again" k get --raw /readyz
every_acknowledged() {
  k get configmaps -o name | sed 's,configmap/,,' | sort >"$work/have"
  sort "$work/acknowledged" | comm -23 - "$work/have" | grep . && return 1
  return 0
}
ok "no acknowledged object is gone" every_acknowledged
within 30 "the node is Ready again" outputs '^node-a +Ready ' k get nodes
same() { local now; now=$(ids); [ "$now" = "$before" ] || { printf 'before:\n%s\nnow:\n%s\n' "$before" "$now"; return 1; }; }
ok "same containers, same restart counts" same
settled() { outputs '^count +2/2 ' k get deployment count; }
within 20 "the Deployment is whole" settled
ok "and still the same containers" same
complete() { # the log counts from 1 without a gap
  local pod
  for pod in $(k get pods -l app=count -o name); do
    k logs "$pod" | awk '$1 != "line" || $2 != NR { print "line " NR " is: " $0; exit 1 }' || return 1
  done
}
within 10 "kubectl logs is complete" complete
pod=$(k get pods -l app=count -o 'jsonpath={.items[0].metadata.name}')
ok "exec works in an adopted container" outputs '^in$' k exec "$pod" -- echo in
ok "an adopted pod can be deleted" k delete pod "$pod" --timeout=30s
within 30 "and is replaced" settled

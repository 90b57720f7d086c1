# shellcheck shell=bash disable=SC2154
# Pods that take what they can get: processes, memory, the log. Their neighbour and the node go on, and nothing stays of them. Sourced
# by run.sh.
hogs_pod() { # NAME COMMAND
  cat <<YAML
apiVersion: v1
kind: Pod
metadata: {name: $1, namespace: attack-hogs}
spec:
  terminationGracePeriodSeconds: 1
  restartPolicy: Never
  containers: [{name: c, image: $image, command: [sh, -c, '$2'], resources: {limits: {memory: 64Mi, cpu: 200m}}}]
---
YAML
}
hogs_phase() { k -n attack-hogs get pod "$1" -o 'jsonpath={.status.phase} {.status.containerStatuses[0].state.terminated.reason}'; }
hogs_marked() { pgrep -fc -- "$1"; }
k create namespace attack-hogs >/dev/null
within 30 "the namespace has its account" k -n attack-hogs get serviceaccount default
{
  hogs_pod neighbour 'echo here >/tmp/word; httpd -f -p 8080 -h /tmp'
  hogs_pod forks 'b() { sh -c "hog=forks; while :; do usleep 100000; done" & b; }; b'
  hogs_pod memory 'tail /dev/zero'
  hogs_pod talks 'while :; do echo 0123456789012345678901234567890123456789012345678901234567890123456789; done'
  hogs_pod orphans 'i=0; while [ $i -lt 200 ]; do i=$((i+1)); (sh -c "true" &); done; echo done; while :; do usleep 500000; done'
} | k apply -f - >/dev/null
within 30 "their neighbour runs" outputs '^Running ' hogs_phase neighbour
within 30 "memory beyond a limit ends its pod" outputs '^Failed OOMKilled$' hogs_phase memory
hogs_many() { [ "$(hogs_marked 'hog=forks')" -ge 10 ]; }
within 30 "forks come" hogs_many
hogs_address=$(k -n attack-hogs get pod neighbour -o 'jsonpath={.status.podIP}')
within 20 "the neighbour answers" outputs '^here$' on a curl -fsS -m 5 "http://$hogs_address:8080/word"
within 20 "commands run in it" outputs '^in$' k -n attack-hogs exec neighbour -- echo in
within 20 "a log that never ends can be read" outputs '^0123456789' k -n attack-hogs logs talks --tail=1
hogs_rotated() { find "$work/a/log" -path '*attack-hogs_talks_*' -name '0.log*' | >/dev/null grep '\.[1-9]'; }
within 90 "and is rotated" hogs_rotated
hogs_small() { [ "$(du -sm "$work/a/log" | cut -f1)" -le 90 ]; } # five files of 10Mi for each pod at most
ok "so that it does not fill the disk" hogs_small
hogs_zombies() { # of the pod that leaves its children behind: whoever is process 1 there must not keep them for ever
  local pid; pid=$(pgrep -f -- 'i=0; while \[ \$i -lt 200' | head -n 1)
  [ -n "$pid" ] && [ "$(ps -o stat= --ppid "$pid" | grep -c '^Z')" -le 1 ]
}
within 30 "what is orphaned is buried" hogs_zombies
ok "all of them are deleted in time" k -n attack-hogs delete pods --all --timeout=90s
hogs_gone() { [ "$(hogs_marked 'hog=forks')" = 0 ] && ! pgrep -f -- '^tail /dev/zero$' >/dev/null; }
within 20 "none of their processes is left" hogs_gone
hogs_cgroups() { [ -z "$(find /sys/fs/cgroup -path "*$prefix-$scenario-a/*" -type d -name 'pod*')" ]; }
within 30 "nor a cgroup" hogs_cgroups
ok "the node is well" outputs '^node-a +Ready ' k get nodes
k delete namespace attack-hogs --wait=false >/dev/null

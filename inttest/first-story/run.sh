#!/usr/bin/env bash
# The first story: kubectl create -f pod-definition.yml, and the process runs; seen with each kubectl that we name.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
begin
host_up a 1
registry_up a 5000
image_push a 5000 minik/busybox:1
minik_start a server || exit 1

cat >"$work/pod-definition.yml" <<'YAML'
apiVersion: v1
kind: Pod
metadata:
  name: myapp-pod
  labels: {app: myapp}
spec:
  containers:
  - name: shell
    image: 127.0.0.1:5000/minik/busybox:1
    command: [sh, -c, 'echo hello from $HOSTNAME; trap "echo bye; exit 0" TERM; while :; do sleep 1 & wait $!; done']
YAML

process_of() { pgrep -f -- 'echo hello from' | grep -v "^$$\$" | head -1; }

story() { # KUBECTL
  kubectl_binary=$1
  local name
  name=$(basename "$1")
  ok "$name: create -f" outputs '^pod/myapp-pod created$' k create -f "$work/pod-definition.yml"
  within 30 "$name: get pods shows 1/1 Running" outputs '^myapp-pod +1/1 +Running +0 ' k get pods
  local described
  described=$(k describe pod myapp-pod)
  ok "$name: describe says Scheduled" like "$described" 'Normal +Scheduled .*Successfully assigned default/myapp-pod to node-a'
  ok "$name: describe says Pulling or present" like "$described" 'Normal +(Pulling|Pulled) '
  ok "$name: describe says Pulled" like "$described" 'Normal +Pulled '
  ok "$name: describe says Created" like "$described" 'Normal +Created .*[Cc]reated container'
  ok "$name: describe says Started" like "$described" 'Normal +Started .*Started container'
  within 10 "$name: logs" outputs '^hello from myapp-pod$' k logs myapp-pod
  ok "$name: exec" outputs '^myapp-pod$' k exec myapp-pod -- hostname
  ok "$name: exec hands on the exit code" outputs 'exit code 7' k exec myapp-pod -- sh -c 'exit 7'
  # A terminal on our side, as a person has: script gives kubectl one. In the foreground, or reading it would stop kubectl.
  ok "$name: exec -it has a tty" outputs '/dev/pts/' \
    script -qec "exec nsenter --net=/run/netns/$prefix-a timeout --foreground 20 $1 --kubeconfig $work/a/kubeconfig exec -it myapp-pod -- tty" /dev/null
  printf 'copied\n' >"$work/file"
  ok "$name: cp in" k cp "$work/file" myapp-pod:/tmp/file
  ok "$name: what was copied is there" outputs '^copied$' k exec myapp-pod -- cat /tmp/file
  ok "$name: cp out" k cp myapp-pod:/tmp/file "$work/back"
  ok "$name: what came back is the same" cmp "$work/file" "$work/back"
  ok "$name: a container's process is on the host" test -n "$(process_of)"
  ok "$name: delete" outputs 'pod "myapp-pod" deleted' k delete pod myapp-pod --timeout=40s
  ok "$name: the process has ended" test -z "$(process_of)"
}
within 30 "the node is Ready" outputs '^node-a +Ready ' k get nodes
for client in 1.32 1.36; do story "$tools/kubectl-$client"; done

# The ten steps of a request, as the audit log and the events tell them.
audit=$(cat "$work/a/audit.log")
create=$(grep '"verb":"create"' <<<"$audit" | grep '"resource":"pods"' | grep -v '"subresource"' | head -4)
ok "step 1: the request is received" like "$create" '"stage":"RequestReceived"'
ok "step 2: it is authenticated" like "$create" '"username":"system:admin"'
ok "step 3: it is authorized" like "$create" '"authorization.k8s.io/decision":"allow"'
ok "step 4: it is validated and stored, and answered" like "$create" '"code":201'
ok "step 5: the scheduler watches" like "$audit" '"username":"system:kube-scheduler"'
ok "step 6: the scheduler binds" like "$(grep '"subresource":"binding"' <<<"$audit")" '"verb":"create".*"code":201|"code":201.*"verb":"create"'
ok "step 7: the kubelet is the node" like "$audit" '"username":"system:node:node-a"'
ok "step 8: the kubelet reports status" like "$(grep 'system:node:node-a' <<<"$audit" | grep '"subresource":"status"')" '"resource":"pods"'
ok "step 9: events are recorded" like "$audit" '"resource":"events"'
ok "step 10: the kubelet ends it" like "$(grep 'system:node:node-a' <<<"$audit" | grep '"verb":"delete"')" '"resource":"pods"'

# A node that is set up by a KubeletConfiguration, and what its kubelet tells whom. Sourced by run.sh.
node_anew() { # ARGS...: the agent anew, with other words
  kill "${host_pid[b]}"
  wait "${host_pid[b]}" 2>/dev/null
  minik_start b agent --join https://192.168.77.1:6443 --token "$(token)" "$@"
}
kubelet_config() { printf 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n%s\n' "$1" >"$work/kubelet.yaml"; }
proxy() { k get --raw "/api/v1/nodes/node-b/proxy$1"; }
page_pod() { # TEXT: the page of static pods
  printf '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"page"},"spec":{"terminationGracePeriodSeconds":1,"containers":[{"name":"c","image":"%s","command":["sh","-c","echo %s >/tmp/word; sleep 1000"]}]}}' \
    "$image" "$1" >"$work/pages/pods.new"
  mv "$work/pages/pods.new" "$work/pages/pods"
}
mkdir -p "$work/pages"
page_pod one
(exec nsenter --net="/run/netns/$prefix-a" busybox httpd -f -p 192.168.77.1:18090 -h "$work/pages") &
pages_pid=$!
kubelet_config 'maxPods: 42
kubeReserved: {cpu: 100m, memory: 200Mi}
systemReserved: {memory: 300Mi}
crashLoopBackOff: {maxContainerRestartPeriod: 1s}
staticPodURL: http://192.168.77.1:18090/pods
httpCheckFrequency: 1s
shutdownGracePeriod: 20s
shutdownGracePeriodCriticalPods: 5s
cgroupDriver: systemd'
mkdir -p "$work/bin"
printf '#!/bin/sh\necho running\n' >"$work/bin/systemctl"
chmod +x "$work/bin/systemctl"
PATH=$work/bin:$PATH node_anew --kubelet-config "$work/kubelet.yaml"
ok "a key that changes nothing is named" grep -q 'cgroupDriver of the KubeletConfiguration is not heeded' "$work/b/err"
within 20 "the node has room for as many pods as it says" outputs '^42$' k get node node-b -o 'jsonpath={.status.allocatable.pods}'
given() { # cpu in thousandths
  local cpus; cpus=$(k get node node-b -o 'jsonpath={.status.capacity.cpu}')
  outputs "^$((cpus * 1000 - 100))m\$" k get node node-b -o 'jsonpath={.status.allocatable.cpu}'
}
within 10 "what is reserved is not given away" given
memory_kept() {
  local all left
  all=$(k get node node-b -o 'jsonpath={.status.capacity.memory}'); left=$(k get node node-b -o 'jsonpath={.status.allocatable.memory}')
  [ $((${all%Ki} - ${left%Ki})) = $((600 * 1024)) ] || { echo "$all $left"; return 1; }
}
ok "of memory what is reserved by name and by eviction" memory_kept
pods_limit() { # of all pods' cgroup, in KiB
  local file
  for file in /sys/fs/cgroup/memory/$prefix-$scenario-b/kubepods/memory.limit_in_bytes /sys/fs/cgroup/$prefix-$scenario-b/kubepods/memory.max; do
    [ -e "$file" ] && echo $(($(cat "$file") / 1024))
  done
}
held() {
  local all; all=$(k get node node-b -o 'jsonpath={.status.capacity.memory}')
  outputs "^$((${all%Ki} - 500 * 1024))\$" pods_limit
}
ok "and the kernel holds all pods together to it" held

within 30 "a pod by URL runs" outputs '^Running http$' \
  k get pod page-node-b -o 'jsonpath={.status.phase} {.metadata.annotations.kubernetes\.io/config\.source}'
within 20 "as it says" outputs '^one$' k exec page-node-b -- cat /tmp/word
page_pod two
within 30 "another text is another pod" outputs '^two$' k exec page-node-b -- cat /tmp/word
started=$(k get pod page-node-b -o 'jsonpath={.status.containerStatuses[0].containerID}')
kill $pages_pid
wait $pages_pid 2>/dev/null
within 10 "a server that is away is told of" grep -q 'static pods could not be read from a URL' "$work/b/err"
PATH=$work/bin:$PATH node_anew --kubelet-config "$work/kubelet.yaml"
within 20 "and its pod stays, also over a restart" outputs "^$started Running\$" \
  k get pod page-node-b -o 'jsonpath={.status.containerStatuses[0].containerID} {.status.phase}'

cat >"$work/settled.yml" <<YAML
apiVersion: v1
kind: Pod
metadata: {name: crashes}
spec:
  nodeName: node-b
  terminationGracePeriodSeconds: 1
  containers: [{name: c, image: $image, command: [sh, -c, exit 3]}]
---
apiVersion: v1
kind: Pod
metadata: {name: named}
spec:
  nodeName: node-b
  hostnameOverride: other.example.org
  terminationGracePeriodSeconds: 1
  securityContext: {runAsUser: 1001, runAsGroup: 1002, supplementalGroups: [1003], supplementalGroupsPolicy: Strict}
  containers:
  - name: c
    image: $image
    command: [sleep, "1000"]
    livenessProbe: {exec: {command: ["true"]}, periodSeconds: 1}
    readinessProbe: {exec: {command: ["false"]}, periodSeconds: 1}
YAML
k apply -f "$work/settled.yml" >/dev/null
restarts() { [ "$(k get pod crashes -o 'jsonpath={.status.containerStatuses[0].restartCount}')" -ge 5 ]; }
within 30 "a crash loop waits no longer than it is set to" restarts
within 20 "a host name is what its pod says" outputs '^other.example.org$' k exec named -- hostname
ok "in /etc/hosts, too" outputs '^[0-9.]+[[:space:]]other.example.org$' k exec named -- cat /etc/hosts
ok "a status says whom a container is" outputs '^\{"gid":1002,"supplementalGroups":\[1002,1003\],"uid":1001\}$' \
  k get pod named -o 'jsonpath={.status.containerStatuses[0].user.linux}'

say "what the kubelet tells"
ok "/configz is what is in force" outputs '"maxPods":42.*"maxContainerRestartPeriod":"1s"' proxy /configz
ok "/runningpods/ is what the runtime has" outputs '"kind":"PodList".*"name":"named"' proxy /runningpods/
mkdir -p /var/log
printf 'a line\n' >"/var/log/$prefix-kubelet-scenario.log"
ok "/logs/ lists the machine's logs" outputs "<a href=\"$prefix-kubelet-scenario.log\">" proxy /logs/
ok "and shows them" outputs '^a line$' proxy "/logs/$prefix-kubelet-scenario.log"
ln -sf /etc/hostname "/var/log/$prefix-kubelet-scenario.link"
ok "but nothing outside" fails proxy "/logs/$prefix-kubelet-scenario.link"
rm -f "/var/log/$prefix-kubelet-scenario.log" "/var/log/$prefix-kubelet-scenario.link"
within 20 "/metrics/probes counts tries" outputs \
  '^prober_probe_total\{container="c",namespace="default",pod="named",pod_uid="[0-9a-f-]+",probe_type="Readiness",result="failed"\} [1-9]' \
  proxy /metrics/probes
ok "/metrics/resource has pods and containers" outputs '^pod_memory_working_set_bytes\{namespace="default",pod="named"\} [1-9]' proxy /metrics/resource
ok "/stats/summary has a pod's link" outputs '"network":\{"time":"[^"]+","name":"eth0","rxBytes":[0-9]' proxy /stats/summary
ok "and what of process ids is in use" outputs '"rlimit":\{"time":"[^"]+","maxpid":[1-9][0-9]*,"curproc":[1-9]' proxy /stats/summary
ok "cpu and memory alone if so asked" fails outputs '"rlimit"' proxy '/stats/summary?only_cpu_and_memory=true'
ok "a checkpoint is refused by what it is" outputs 'containers are not checkpointed by minik' \
  k create --raw /api/v1/nodes/node-b/proxy/checkpoint/default/named/c -f /dev/null

k create namespace watchers >/dev/null
watcher() { # NAME SUBRESOURCE: may do that alone
  k -n watchers create serviceaccount "$1" >/dev/null
  k create clusterrole "watch-$1" --verb=get --resource="nodes/$2" >/dev/null
  k create clusterrolebinding "watch-$1" --clusterrole="watch-$1" --serviceaccount="watchers:$1" >/dev/null
}
answers() { # NAME PATH: the status that somebody gets of the kubelet itself
  on a curl -sk -o /dev/null -w '%{http_code}' --max-time 10 -H "Authorization: Bearer $(k -n watchers create token "$1")" \
    "https://192.168.77.2:10250$2"
}
watcher stats stats
watcher log log
watcher configz configz
watcher metrics metrics
watcher pods pods
for pair in stats:/stats/summary log:/logs/ configz:/configz metrics:/metrics/resource metrics:/metrics/probes pods:/runningpods/; do
  ok "nodes/${pair%%:*} is enough for ${pair#*:}" test "$(answers "${pair%%:*}" "${pair#*:}")" = 200
done
ok "and for nothing else" test "$(answers stats /logs/)$(answers log /configz)$(answers configz /runningpods/)$(answers metrics /stats/summary)" = 403403403403
k delete namespace watchers --wait=false >/dev/null
k delete clusterrole,clusterrolebinding watch-stats watch-log watch-configz watch-metrics watch-pods >/dev/null 2>&1

say "the machine goes down"
k delete pod crashes --wait=false >/dev/null
printf '#!/bin/sh\necho stopping\nexit 1\n' >"$work/bin/systemctl"
kill "${host_pid[b]}"
wait "${host_pid[b]}" 2>/dev/null
within 10 "pods have ended with it" outputs '^Failed Terminated Pod was terminated in response to imminent node shutdown.$' \
  k get pod named -o 'jsonpath={.status.phase} {.status.reason} {.status.message}'
ok "for no fault of theirs" outputs '^True TerminationByKubelet$' k get pod named \
  -o 'jsonpath={.status.conditions[?(@.type=="DisruptionTarget")].status} {.status.conditions[?(@.type=="DisruptionTarget")].reason}'
ok "the node says why it is not ready" outputs '^False node is shutting down$' k get node node-b \
  -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status} {.status.conditions[?(@.type=="Ready")].message}'
minik_start b agent --join https://192.168.77.1:6443 --token "$(token)"
within 30 "the node comes back" both_ready
within 20 "a pod of a URL that nobody asks any more is gone" fails k get pod page-node-b
k delete pod named --wait=false >/dev/null
kubelet_config 'maxPod: 4'
ok "an unknown key is refused" outputs 'strict decoding error: unknown field "maxPod"' on b "$minik" agent \
  --join https://192.168.77.1:6443 --token x --data-dir "$work/none" --kubelet-config "$work/kubelet.yaml"

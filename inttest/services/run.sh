#!/usr/bin/env bash
# Services and host ports as upstream's network suite looks at them, on two machines and from a third that is no node:
# every way in, affinity, policies, type changes, UDP servers that move, a restart under open connections.
# shellcheck source=../two-nodes.sh
. "$(dirname "$0")/../two-nodes.sh"
begin
two_hosts
host_up out 9
# busybox speaks no UDP: socat goes into the image, with its libraries.
files=$work/image-minik/net-1/fs
install -D /usr/bin/socat "$files/bin/socat"
for file in $(ldd /usr/bin/socat | grep -oE '/[^ ]+'); do install -D "$(readlink -f "$file")" "$files$file"; done
image_push a 5000 minik/net:1
two_nodes || exit 1

# A pod that says its name by HTTP at 8080 and by UDP at 8081.
serve='mkdir /tmp/w; hostname >/tmp/w/name; socat UDP-LISTEN:8081,fork SYSTEM:hostname & exec httpd -f -p 8080 -h /tmp/w'
cat >"$work/pods.yml" <<YAML
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - {name: c, image: "registry.test/minik/net:1", command: [sh, -c, '$serve']}
---
apiVersion: v1
kind: Pod
metadata: {name: loop}
spec:
  nodeName: node-a
  containers:
  - {name: c, image: "registry.test/minik/net:1", command: [sh, -c, '$serve'], ports: [{hostPort: 5555, containerPort: 8080, hostIP: 127.0.0.1}]}
---
apiVersion: v1
kind: Pod
metadata: {name: face}
spec:
  nodeName: node-a
  containers:
  - {name: c, image: "registry.test/minik/net:1", command: [sh, -c, '$serve'], ports: [{hostPort: 5555, containerPort: 8080, hostIP: 192.168.77.1}, {hostPort: 5555, containerPort: 8081, hostIP: 192.168.77.1, protocol: UDP}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  externalIPs: [203.0.113.7]
  selector: {app: web}
  ports:
  - {name: http, port: 80, targetPort: 8080, nodePort: 30080}
  - {name: udp, port: 80, targetPort: 8081, nodePort: 30080, protocol: UDP}
---
apiVersion: v1
kind: Service
metadata: {name: sticky}
spec:
  type: NodePort
  sessionAffinity: ClientIP
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080, nodePort: 30081}]
---
apiVersion: v1
kind: Service
metadata: {name: local}
spec:
  type: LoadBalancer
  externalTrafficPolicy: Local
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080, nodePort: 30082}]
---
apiVersion: v1
kind: Service
metadata: {name: nobody}
spec: {type: NodePort, selector: {app: nobody}, ports: [{port: 80, nodePort: 30083}]}
YAML
ok "pods and Services" k apply -f "$work/pods.yml"
within 40 "the pods run" outputs '^web +2 +2 +2 ' k get daemonset web
within 20 "those with host ports, too" k wait --for=condition=Ready pod/loop pod/face --timeout=1s
pod_on() { k get pods -l app=web -o "jsonpath={.items[?(@.spec.nodeName==\"node-$1\")].metadata.name}"; }
pod_a=$(pod_on a)
pod_b=$(pod_on b)
ip_a=$(k get pod "$pod_a" -o 'jsonpath={.status.podIP}')
vip() { k get svc "$1" -o 'jsonpath={.spec.clusterIP}'; }
web=$(vip web)
sticky=$(vip sticky)
http() { on "$1" curl -sS -m 3 "http://$2/name"; }
udp() { on "$1" timeout 3 socat -t1 - "UDP:$2" <<<x; }
refused() { outputs "after [0-9]{1,2} ms: Couldn't connect|refused" http "$@"; }

for from in a b; do
  within 10 "node-$from reaches the pod on a" outputs "^$pod_a\$" http $from "$ip_a:8080"
  within 10 "node-$from reaches the ClusterIP" outputs '^web-' http $from "$web"
  within 10 "by UDP, on the same port" outputs '^web-' udp $from "$web:80"
  within 10 "the node port of node-$from answers outsiders" outputs '^web-' http out "192.168.77.$([ $from = a ] && echo 1 || echo 2):30080"
done
within 10 "a node port by UDP" outputs '^web-' udp out 192.168.77.1:30080
ip -n "$prefix-b" route del default
ok "a node without a default route reaches the ClusterIP" outputs '^web-' http b "$web"
ip -n "$prefix-b" route add default via 192.168.77.254
itself() {
  local seen
  seen=$(for _ in $(seq 12); do k exec "$pod_a" -- wget -qO- "http://$web/name"; done)
  like "$seen" "^$pod_a\$"
}
ok "a pod reaches itself through its Service" itself
ip -n "$prefix-out" route add 203.0.113.7 via 192.168.77.1
ok "an external IP" outputs '^web-' http out 203.0.113.7
ok "nobody behind the ClusterIP: refused, not silent" refused b "$(vip nobody)"
ok "nobody behind the node port: refused" refused out 192.168.77.1:30083
ok "an unknown port of a ClusterIP: refused" refused a "$web:99"
k create -f - >/dev/null <<'YAML'
apiVersion: networking.k8s.io/v1
kind: ServiceCIDR
metadata: {name: further}
spec: {cidrs: [10.77.0.0/24]}
YAML
ok "a further ServiceCIDR becomes Ready" k wait --for=condition=Ready servicecidr/further --timeout=10s
k create -f - >/dev/null <<'YAML'
apiVersion: v1
kind: Service
metadata: {name: further}
spec: {clusterIP: 10.77.0.9, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
YAML
within 10 "its address answers a node" outputs '^web-' http b 10.77.0.9
ok "and a pod" outputs '^web-' k exec "$pod_a" -- wget -qO- http://10.77.0.9/name
ok "its reverse name is the Service's" outputs 'further.default.svc.cluster.local' k exec "$pod_a" -- nslookup 10.77.0.9
k delete servicecidr further --wait=false >/dev/null
within 10 "it stays for the Service's sake" outputs 'still IPAddresses referencing' k get servicecidr further -o 'jsonpath={.status.conditions[?(@.type=="Ready")].message}'
k delete service further >/dev/null
within 20 "and goes after it" fails k get servicecidr further

one() { [ "$(for _ in $(seq 10); do http "$1" "$2"; done | sort -u | wc -l)" = 1 ]; }
many() { ! one "$@"; }
ok "affinity by ClusterIP" one a "$sticky"
ok "affinity by node port" one out 192.168.77.1:30081
before=$(http a "$sticky")
k patch svc sticky -p '{"spec":{"sessionAffinity":"None"}}' >/dev/null
within 10 "affinity switched off" many a "$sticky"
k patch svc sticky -p '{"spec":{"sessionAffinity":"ClientIP"}}' >/dev/null
within 10 "and on" one a "$sticky"
before=$(http a "$sticky")

ok "policy Local: node-a answers by its own pod" outputs "^$pod_a\$" http out 192.168.77.1:30082
ok "and node-b by its own" outputs "^$pod_b\$" http out 192.168.77.2:30082
check=$(k get svc local -o 'jsonpath={.spec.healthCheckNodePort}')
ok "the health check port counts local endpoints" outputs '"localEndpoints":1' on out curl -sS -m 3 "http://192.168.77.2:$check/"

ok "a host port at loopback" outputs '^loop$' http a 127.0.0.1:5555
ok "the same port at the node's address is another pod's" outputs '^face$' http out 192.168.77.1:5555
ok "also for the host itself" outputs '^face$' http a 192.168.77.1:5555
within 10 "and by UDP" outputs '^face$' udp out 192.168.77.1:5555

spec() { k get svc web -o 'jsonpath={.spec.type} {.spec.clusterIP} {.spec.ports[0].nodePort}'; }
ok "NodePort to ExternalName" k patch svc web --type merge -p '{"spec":{"type":"ExternalName","externalName":"far.example","externalIPs":null}}'
ok "its addresses are given back" outputs '^ExternalName  $' spec
ok "and to ClusterIP" k patch svc web --type merge -p '{"spec":{"type":"ClusterIP","externalName":null}}'
ok "it has a new one" outputs '^ClusterIP 10\.43\.[0-9.]+ $' spec

cat >"$work/moving.yml" <<'YAML'
apiVersion: v1
kind: Service
metadata: {name: moving}
spec: {type: NodePort, selector: {app: moving}, ports: [{port: 90, protocol: UDP, targetPort: 8081, nodePort: 30090}]}
YAML
k apply -f "$work/moving.yml" >/dev/null
moving=$(vip moving)
server() { # NAME NODE
  k run "$1" --image=registry.test/minik/net:1 -l app=moving --overrides="{\"spec\":{\"nodeName\":\"$2\",\"terminationGracePeriodSeconds\":0}}" \
    --command -- sh -c "$serve" >/dev/null
}
server first node-a
within 20 "a UDP server by ClusterIP" outputs '^first$' udp b "$moving:90,sourceport=6001"
within 20 "and by node port" outputs '^first$' udp out 192.168.77.1:30090,sourceport=6002
k delete pod first --force --grace-period=0 >/dev/null 2>&1
server second node-b
within 20 "the same client follows it elsewhere" outputs '^second$' udp b "$moving:90,sourceport=6001"
within 20 "by node port, too" outputs '^second$' udp out 192.168.77.1:30090,sourceport=6002

echoed=$work/echoed
k run echo --image=registry.test/minik/net:1 -l app=echo --command -- socat TCP-LISTEN:7,fork EXEC:cat >/dev/null
k expose pod echo --port=7 >/dev/null
talk() { for i in $(seq 100); do echo "line $i"; read -r -t 0.1 <> <(:) || true; done | on b socat -t 2 - "TCP:$(vip echo):7" >"$echoed"; }
within 20 "a connection through a Service" bash -c "$(declare -f on k vip); prefix=$prefix work=$work kubectl_binary=$kubectl_binary; [ \"\$(on b socat -t 1 - TCP:\$(vip echo):7 <<<x)\" = x ]"
talk &
talking=$!
minik_kill9 b
: >"$work/b/out"
# shellcheck disable=SC2086
agent_start || exit 1
within 20 "the restarted node's proxy is ready" outputs '^web-' http b "$sticky"
wait $talking
ok "an open connection lives through a restart of its node" test "$(wc -l <"$echoed")" = 100
ok "on a, the client is remembered" outputs "^$before\$" http a "$sticky"
minik_kill9 a
: >"$work/a/out"
# shellcheck disable=SC2086
minik_start a ${host_args[a]} || exit 1
within 30 "and still is after a restart" outputs "^$before\$" http a "$sticky"

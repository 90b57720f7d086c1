# What users report of nodes: endpoints that flap over a restart, pods that end, words of refused pods, the machine's firewall
# and resolver, leftovers of another role.
k create namespace node >/dev/null
n() { k -n node "$@"; }
restart() { # HOST: stops minik as systemd does, and starts it as before
  kill "${host_pid[$1]}"
  wait "${host_pid[$1]}" 2>/dev/null
  # shellcheck disable=SC2086
  minik_start "$1" ${host_args[$1]}
}

n apply -f - >/dev/null <<YAML
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  nodeName: node-b
  terminationGracePeriodSeconds: 30
  containers:
  - name: c
    image: $image
    command: [sh, -c, 'trap "" TERM; echo ok >/tmp/index.html; httpd -p 8080 -h /tmp; while :; do sleep 1; done']
    readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 2}
---
apiVersion: v1
kind: Pod
metadata: {name: ask}
spec:
  nodeName: node-a
  terminationGracePeriodSeconds: 0
  containers: [{name: c, image: $image, command: [sleep, "1000"]}]
---
apiVersion: v1
kind: Pod
metadata: {name: elsewhere}
spec:
  nodeName: node-b
  terminationGracePeriodSeconds: 0
  containers:
  - name: c
    image: $image
    command: [sh, -c, 'while :; do printf "HTTP/1.1 302 Found\r\nLocation: http://192.0.2.9/\r\nContent-Length: 0\r\n\r\n" | nc -l -p 8080; done']
    readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}
---
apiVersion: v1
kind: Pod
metadata: {name: words}
spec:
  nodeName: node-b
  restartPolicy: Never
  containers:
  - {name: c, image: $image, command: [sh, -c, 'echo -n DONE; exit 1'], terminationMessagePolicy: FallbackToLogsOnError}
---
apiVersion: v1
kind: Pod
metadata: {name: large}
spec:
  nodeName: node-b
  containers: [{name: c, image: $image, resources: {requests: {cpu: "1000"}}}]
---
apiVersion: v1
kind: Pod
metadata: {name: astray}
spec:
  nodeName: node-b
  nodeSelector: {no: such}
  containers: [{name: c, image: $image}]
YAML
within 30 "the pods are Ready" n wait --for=condition=Ready pod/web pod/ask pod/elsewhere --timeout=1s
within 10 "a probe that is sent elsewhere warns" outputs 'ProbeWarning.*Readiness probe warning: Probe terminated redirects' n get events
within 10 "a message from the log has the log's end, no more" outputs '^DONE$' \
  n get pod words -o 'jsonpath={.status.containerStatuses[0].state.terminated.message}'
ok "a log without a newline at its end has none" [ "$(n logs words | wc -c)" = 4 ]
within 10 "a refused pod prints why" outputs '^large .*OutOfcpu' n get pods
within 10 "and so does one that belongs elsewhere" outputs '^astray .*NodeAffinity' n get pods
ok "its event is in the kubelet's words" outputs "OutOfcpu .*pod/large +Node didn't have enough resource: cpu, requested: 1000000, used: [0-9]+, capacity" \
  n get events

slices() { n get endpointslices -l kubernetes.io/service-name=web -o json | jq -r '.items[].endpoints[]?.conditions | "\(.ready) \(.serving) \(.terminating)"'; }
within 10 "the endpoint is ready" outputs '^true true false$' slices
n get endpointslices -l kubernetes.io/service-name=web -o 'jsonpath={.endpoints[*].conditions.ready}{"\n"}' --watch >"$work/slices" 2>/dev/null &
watcher=$!
k get nodes -o 'jsonpath={.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\n"}' --watch >"$work/nodes" 2>/dev/null &
watcher2=$!
within 10 "both are watched" grep -q true "$work/slices"

say "the agent restarts behind a firewall that forwards nothing, with leftovers of another time"
on b nft 'table inet fw { chain forward { type filter hook forward priority 0; policy drop; }; }'
on b ip route add 10.42.77.0/24 via 192.168.77.1 proto 109
on b ip addr add 10.42.77.1/24 dev minik0
printf 'nameserver 127.0.0.53\n' >"$work/b/resolv.conf"
restart b
within 20 "no endpoint flapped over the agent's restart" outputs '^true true false$' slices
ok "it was ready all the time" fails grep -q false "$work/slices"
ok "its node was Ready all the time" fails grep -qE 'node-b (False|Unknown)' "$work/nodes"
web=$(n get pod web -o 'jsonpath={.status.podIP}')
fetch="printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 2 $web 8080"
reached() { # TITLE: from a pod of the other node, and from one of the same
  within 25 "pods are reached through $1" outputs '^ok' n exec ask -- sh -c "$fetch"
  within 25 "and within the node" outputs '^ok' n exec elsewhere -- sh -c "$fetch"
}
reached "the firewall"
within 10 "which the node tells" outputs 'ForwardingBlocked.*inet fw forward' k get events -A
within 10 "routes of another time are gone" fails on b sh -c 'ip route | >/dev/null grep 10.42.77.0/24'
ok "and so are addresses" fails on b sh -c 'ip addr show dev minik0 | >/dev/null grep 10.42.77.1'
opened() { on b nft list chain "$@" | grep -c 'saddr.*minik pods\|daddr.*minik pods' | >/dev/null grep -x 2; }
say "the firewall is loaded anew while the agent runs, by others, as others write it"
on b nft flush ruleset
within 25 "what hides pods behind the node is there again" on b nft list table inet minik_masq
within 25 "and so are the Services" outputs '^Name:.*kubernetes.default' n exec elsewhere -- nslookup kubernetes.default.svc.cluster.local 10.43.0.10
on b nft 'table inet fw { chain forward { type filter hook forward priority 10; policy accept; ct state established accept; reject with icmpx admin-prohibited; }; }'
on b iptables-nft -P FORWARD DROP
within 25 "a chain whose last rule rejects is opened" opened inet fw forward
within 25 "so is one of iptables" opened ip filter FORWARD
reached "both"
on b nft delete table ip filter
n apply -f - >/dev/null <<YAML
apiVersion: v1
kind: Pod
metadata: {name: resolver}
spec:
  nodeName: node-b
  dnsPolicy: Default
  terminationGracePeriodSeconds: 0
  containers: [{name: c, image: $image, command: [sleep, "1000"]}]
YAML
within 20 "a pod with the node's DNS gets no loopback" outputs '^nameserver 10.43.0.10$' n exec resolver -- cat /etc/resolv.conf
within 10 "and is told so" outputs 'DNSConfigForming.*at loopback' n get events
: >"$work/b/resolv.conf"
on b nft delete table inet fw

say "the server restarts"
restart a
within 20 "the API is there" k get nodes
n get endpointslices -l kubernetes.io/service-name=web -o 'jsonpath={.endpoints[*].conditions.ready}{"\n"}' --watch >"$work/slices" 2>/dev/null &
watcher3=$!
within 20 "the endpoint is ready again, or still" grep -q true "$work/slices"
ok "nobody saw it unready" fails grep -q false "$work/slices"

n delete pod web --wait=false >/dev/null
within 10 "a pod that ends serves on while it is ready" outputs '^false true true$' slices
n delete pod web --grace-period=0 --force >/dev/null 2>&1
kill $watcher $watcher2 $watcher3 2>/dev/null
n delete pods --all --grace-period=0 --force >/dev/null 2>&1
k delete namespace node --wait=false >/dev/null

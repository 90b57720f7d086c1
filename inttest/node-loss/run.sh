#!/usr/bin/env bash
# Two machines: an agent joins by token, pods reach each other, a Service balances over both; the agent is lost, its node
# becomes NotReady after the grace, its pods are replaced on the other.
# shellcheck source=../two-nodes.sh
. "$(dirname "$0")/../two-nodes.sh"
begin
two_hosts
image_push a 5000 minik/web:1 one
minik_start a server --node-monitor-period 1 --node-monitor-grace-period 6 \
  --default-not-ready-toleration-seconds 3 --default-unreachable-toleration-seconds 3 || exit 1
refused() {
  local token
  token=$(token)
  on b timeout 60 "$minik" agent --join https://192.168.77.1:6443 --token "${token%?}x" --data-dir "$work/b/refused" \
    --run-dir "$work/b/refused-run" --node-name node-x --node-ip 192.168.77.2 \
    --node-password-file "$work/b/refused-password" --cgroup-root "$prefix-$scenario-b"
}
ok "a wrong token is refused in one line" fails refused
agent_start || exit 1
within 30 "both nodes are Ready" both_ready

cat >"$work/web.yml" <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 4
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      topologySpreadConstraints:
      - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: web}}}
      containers:
      - name: web
        image: registry.test/minik/web:1
        command: [sh, -c, 'mkdir /tmp/w; hostname > /tmp/w/name; exec httpd -f -p 8080 -h /tmp/w']
        readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
YAML
ok "a Deployment of 4" k apply -f "$work/web.yml"
ok "it rolls out" k rollout status deployment/web --timeout=60s
on_node() { k get pods -l app=web -o wide --no-headers | grep -c " $1 "; }
ok "pods are on node-a" test "$(on_node node-a)" -gt 0
ok "pods are on node-b" test "$(on_node node-b)" -gt 0
pod_a=$(k get pods -l app=web -o 'jsonpath={range .items[?(@.spec.nodeName=="node-a")]}{.metadata.name}{"\n"}{end}' | head -1)
ip_b=$(k get pods -l app=web -o 'jsonpath={range .items[?(@.spec.nodeName=="node-b")]}{.status.podIP}{"\n"}{end}' | head -1)
name_b=$(k get pods -l app=web -o 'jsonpath={range .items[?(@.spec.nodeName=="node-b")]}{.metadata.name}{"\n"}{end}' | head -1)
ok "a pod on a reaches a pod on b" outputs "^$name_b\$" k exec "$pod_a" -- wget -qO- "http://$ip_b:8080/name"
ip_a=$(k get pod "$pod_a" -o 'jsonpath={.status.podIP}')
ok "a pod on b reaches a pod on a (exec through the other node's kubelet)" outputs "^$pod_a\$" k exec "$name_b" -- wget -qO- "http://$ip_a:8080/name"
vip=$(k get svc web -o 'jsonpath={.spec.clusterIP}')
balances() { # HOST: both nodes' pods answer through the VIP
  local i seen=
  for i in $(seq 40); do seen="$seen $(on "$1" curl -fsS -m 2 "http://$vip/name")"; done
  grep -q "$name_b" <<<"$seen" && grep -q "$pod_a" <<<"$seen"
}
within 20 "the Service balances over both, from a" balances a
within 20 "the Service balances over both, from b" balances b
ok "logs from the other node" k logs "$name_b"

say "the agent on b is stopped"
kill -9 "${host_pid[b]}"
wait "${host_pid[b]}" 2>/dev/null
ip -n $lan link set to-b down
within 30 "node-b becomes NotReady" outputs '^node-b +NotReady ' k get nodes
all_on_a() { [ "$(k get pods -l app=web --field-selector spec.nodeName=node-a --no-headers | grep -c ' Running ')" = 4 ]; }
within 60 "its pods are replaced on node-a" all_on_a
within 30 "the Deployment is whole" outputs '^web +4/4 ' k get deployment web
ip -n $lan link set to-b up
: >"$work/b/out"
agent_start || exit 1
within 30 "node-b comes back" outputs '^node-b +Ready ' k get nodes
gone() { ! k get pod "$name_b"; }
within 40 "what was evicted is ended there" gone

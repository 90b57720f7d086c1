# Shared by the scenarios of two nodes: the machines a (server) and b (agent), their registry, the workload of web.yml and
# looks at it from both. Sourced instead of lib.sh.
# shellcheck shell=bash
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# The machines, which both find the registry of a as registry.test.
two_hosts() {
  local host
  host_up a 1
  host_up b 2
  for host in a b; do
    printf 'mirrors:\n  registry.test:\n    endpoint: ["http://192.168.77.1:5000"]\n' >"$work/$host/registries.yaml"
  done
  registry_up a 5000 0.0.0.0
  within 20 "the registry answers the other node" on b curl -fsS http://192.168.77.1:5000/v2/
}

token() { cat "$work/a/data/server/token"; }
agent_start() { minik_start b agent --join https://192.168.77.1:6443 --token "$(token)"; }
both_ready() { [ "$(k get nodes --no-headers | grep -c ' Ready ')" = 2 ]; }
two_nodes() { # SERVER_ARGS...
  minik_start a server "$@" && agent_start && within 30 "both nodes are Ready" both_ready
}

# web_up [POLICY]: pods are spread over the nodes where it can be, or DoNotSchedule: else not started.
web_up() {
  sed "s/ScheduleAnyway/${1:-ScheduleAnyway}/" "$root/inttest/web.yml" >"$work/web.yml"
  ok "a Deployment of 4 is created" k apply -f "$work/web.yml"
  ok "it rolls out" k rollout status deployment/web --timeout=90s
  vip=$(k get service web -o jsonpath='{.spec.clusterIP}')
}
web_served() { on "$1" curl -fsS --max-time 5 "http://$vip/version" | >/dev/null grep -x one || { echo "no answer on $1"; return 1; }; }
web_resolves() { on "$1" busybox nslookup web.default.svc.cluster.local 10.43.0.10 | >/dev/null grep "$vip" || { echo "no name on $1"; return 1; }; }
web_pids() { # of the containers' first processes, on both nodes or on one
  local pid
  for pid in $(pgrep -f '^httpd -f -p 8080 -h /www'); do
    grep -q "$prefix-$scenario-${1:-}" "/proc/$pid/cgroup" && echo "$pid"
  done 2>/dev/null
}

#!/usr/bin/env bash
# Three etcd, two servers, haproxy and keepalived on the servers' machines for one virtual address, and a node that knows only
# that. Each part in turn is killed, frozen or cut off, as the seed says, while somebody writes and somebody reads. Held to: no
# acknowledged write is lost, no container is started anew, a read through the virtual address never fails for longer than 5 s,
# and never two lead at once.
#   HA_ROUNDS=60 HA_SEED=7 ./test.sh ha     an hour of it instead of two minutes
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
begin
seed=${HA_SEED:-$(date +%s)}
rounds=${HA_ROUNDS:-7}
RANDOM=$seed
say "seed $seed, $rounds rounds"
etcd=$tools/etcd
virtual=192.168.77.100
allowed_millis=5000

# ---- three etcd, each on a machine of its own ----
declare -A etcd_pid
members=
for n in 1 2 3; do
  host_up "e$n" "1$n"
  members+="${members:+,}e$n=http://192.168.77.1$n:2380"
done
endpoints=http://192.168.77.11:2379,http://192.168.77.12:2379,http://192.168.77.13:2379
etcd_start() {
  local n=$1 ip=192.168.77.1$1
  (exec nsenter --net="/run/netns/$prefix-e$n" "$etcd" --name "e$n" --data-dir "$work/e$n/etcd" --log-level error \
    --listen-client-urls "http://$ip:2379" --advertise-client-urls "http://$ip:2379" --listen-peer-urls "http://$ip:2380" \
    --initial-advertise-peer-urls "http://$ip:2380" --initial-cluster "$members") >>"$work/e$n/log" 2>&1 &
  etcd_pid[$n]=$!
}
etcdctl() { ETCDCTL_API=3 on e1 timeout 10 "$tools/etcdctl" --endpoints "$endpoints" "$@"; }
for n in 1 2 3; do etcd_start "$n"; done
within 30 "etcd has a quorum" etcdctl endpoint health

# ---- two servers with their nodes, and a node alone ----
host_up a 1
host_up b 2
host_up c 3
for host in a b c; do
  printf 'mirrors:\n  registry.test:\n    endpoint: ["http://192.168.77.3:5000"]\n' >"$work/$host/registries.yaml"
done
registry_up c 5000 0.0.0.0
image_push c 5000 minik/web:1 one
server_args=(--datastore-endpoint "$endpoints" --token ha-secret --tls-san "$virtual" --disable-agent
  --node-monitor-period 1 --node-monitor-grace-period 20)
server_start() { minik_start "$1" server "${server_args[@]}"; }
server_start a || exit 1
server_start b || exit 1
same() { cmp "$work/a/data/server/tls/$1" "$work/b/data/server/tls/$1"; }
for file in server-ca.crt client-ca.key service.key etcd/server-ca.key; do ok "both servers have the same $file" same "$file"; done
wrong_token() {
  on b timeout 60 "$minik" server "${server_args[@]/ha-secret/wrong}" --data-dir "$work/b/wrong" --run-dir "$work/b/wrong-run" --node-name x \
    --write-kubeconfig "$work/b/wrong.yaml" --https-listen-port 7443 2>&1
}
ok "a server with another token is refused" outputs 'holds a cluster with another token' wrong_token

# ---- the virtual address: keepalived moves it, haproxy asks /readyz ----
declare -A balancer_pid keepalived_pid
balancer_start() {
  local host=$1 ip=${host_ip[$1]} priority=$2
  cat >"$work/$host/haproxy.cfg" <<CONF
global
  maxconn 2000
defaults
  mode tcp
  timeout connect 1s
  timeout client 1m
  timeout server 1m
frontend api
  bind *:8443
  default_backend servers
backend servers
  option httpchk GET /readyz
  http-check expect status 200
  balance roundrobin
  option redispatch
  retries 3
  default-server check check-ssl verify none inter 500ms fastinter 200ms timeout check 1s fall 2 rise 2 on-marked-down shutdown-sessions
  timeout check 1s
  server a 192.168.77.1:6443
  server b 192.168.77.2:6443
CONF
  sed -i 's/ timeout check 1s fall/ fall/' "$work/$host/haproxy.cfg"
  (exec nsenter --net="/run/netns/$prefix-$host" haproxy -db -f "$work/$host/haproxy.cfg") >"$work/$host/haproxy.log" 2>&1 &
  balancer_pid[$host]=$!
  cat >"$work/$host/keepalived.conf" <<CONF
global_defs {
  router_id $host
  script_user root
  enable_script_security
}
vrrp_instance api {
  state BACKUP
  interface eth0
  virtual_router_id 77
  priority $priority
  advert_int 1
  unicast_src_ip $ip
  unicast_peer { $([ "$host" = a ] && echo 192.168.77.2 || echo 192.168.77.1) }
  virtual_ipaddress { $virtual/24 }
}
CONF
  (exec nsenter --net="/run/netns/$prefix-$host" keepalived -n -l -P -f "$work/$host/keepalived.conf" \
    -p "$work/$host/keepalived.pid" -r "$work/$host/vrrp.pid") >"$work/$host/keepalived.log" 2>&1 &
  keepalived_pid[$host]=$!
}
balancer_start a 100
balancer_start b 90
credentials
virtual_get() { # PATH CURL_ARGS...
  local path=$1
  shift
  on c curl -A minik-inttest -fsS --max-time 3 --cacert "$work/admin.ca" --cert "$work/admin.crt" --key "$work/admin.key" "$@" \
    "https://$virtual:8443$path"
}
within 20 "the API answers at the virtual address" virtual_get /readyz
minik_start c agent --join "https://$virtual:8443" --token ha-secret || exit 1
within 30 "the node is Ready" outputs '^node-c +Ready ' k get nodes
both() { k get endpoints kubernetes -o 'jsonpath={.subsets[0].addresses[*].ip}'; }
within 30 "the Service kubernetes has both servers" outputs '^192.168.77.1 192.168.77.2$' both
leases() { k get leases -n kube-system -o name; }
ok "each server has a lease" outputs '^2$' eval 'leases | grep -c apiserver-'
ok "scheduler and controllers have theirs" outputs '^2$' eval 'leases | grep -cE "kube-(scheduler|controller-manager)$"'

cat >"$work/web.yml" <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: web, image: registry.test/minik/web:1, command: [httpd, -f, -p, "8080", -h, /www]}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: work}
spec:
  replicas: 1
  selector: {matchLabels: {app: work}}
  template:
    metadata: {labels: {app: work}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: work, image: registry.test/minik/web:1, command: [sleep, "100000"]}]
YAML
ok "two Deployments" k apply -f "$work/web.yml"
ok "one rolls out" k rollout status deployment/web --timeout=60s
running() {
  local pid
  for pid in $(pgrep -f '^httpd -f -p 8080 -h /www'); do
    grep -q "$prefix-$scenario-c" "/proc/$pid/cgroup" && awk '{print $1, $22}' "/proc/$pid/stat"
  done 2>/dev/null | sort
}
running >"$work/running.before"
ok "three containers run" test "$(wc -l <"$work/running.before")" = 3

# ---- who writes, who reads ----
touch "$work/go"
writer() { # each name once; only what was acknowledged is held against the end
  local i=0
  while [ -e "$work/go" ]; do
    i=$((i + 1))
    if virtual_get /api/v1/namespaces/default/configmaps -o /dev/null -H 'Content-Type: application/json' --data-binary \
      "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"w-$i\",\"labels\":{\"by\":\"writer\"}},\"data\":{\"i\":\"$i\"}}" 2>>"$work/writer.err"; then
      echo "w-$i" >>"$work/acknowledged"
    fi
  done
}
reader() { # a line for each answer: milliseconds, and whether it came
  while [ -e "$work/go" ]; do
    if on c timeout 4 "$kubectl_binary" --kubeconfig "$work/c.kubeconfig" get configmap kube-root-ca.crt -o name >/dev/null 2>>"$work/reader.err"; then
      echo "$(date +%s%3N) good"
    else
      echo "$(date +%s%3N) bad"
    fi
  done >"$work/reads"
}
sed "s#server: .*#server: https://$virtual:8443#" "$work/a/kubeconfig" >"$work/c.kubeconfig"
writer &
readers=($!)
reader &
readers+=($!)

# ---- faults, one after the other ----
whole() { virtual_get /readyz >/dev/null && etcdctl endpoint health >/dev/null && both | >/dev/null grep '^192.168.77.1 192.168.77.2$'; }
cut() { ip -n $lan link set "to-$1" down; }
join() { ip -n $lan link set "to-$1" up; }
pause() { read -r -t "$1" <> <(:) || true; }
parts=(e1 e2 e3 a b leader etcd-leader)
kinds=(kill freeze partition)
resolve() { # a part by name, also by what it is at the moment
  local id
  case $1 in
    leader) k get lease -n kube-system kube-controller-manager -o 'jsonpath={.spec.holderIdentity}' | sed 's/^node-\([ab]\)_.*/\1/' ;;
    etcd-leader)
      id=$(etcdctl endpoint status -w json | tr -d '\n' | jq -r '.[] | select(.Status.leader == .Status.header.member_id) | .Endpoint' | head -1)
      echo "e${id: -6:1}"
      ;;
    *) echo "$1" ;;
  esac
}
fault() { # PART KIND SECONDS
  local part=$1 kind=$2 long=$3 pid n=${1#e}
  case $part in e?) pid=${etcd_pid[$n]} ;; *) pid=${host_pid[$part]} ;; esac
  say "$(date +%T) $part: $kind"
  case $kind in
    kill)
      kill -9 "$pid"
      wait "$pid" 2>/dev/null
      case $part in e?) pause 3; etcd_start "$n" ;; *) server_start "$part" ;; esac
      ;;
    freeze) kill -STOP "$pid"; pause "$long"; kill -CONT "$pid" ;;
    partition) cut "$part"; pause "$long"; join "$part" ;;
  esac
}
for round in $(seq "$rounds"); do
  # Every part comes, and every kind; which of them meet is the seed's.
  which=${parts[(round - 1 + seed) % ${#parts[@]}]}
  part=$(resolve "$which")
  kind=${kinds[RANDOM % ${#kinds[@]}]}
  KHOST=$([ "$part" = a ] && echo b || echo a) && export KHOST
  [ -n "$part" ] || part=a
  # A leader that is away for so long finds another in its place.
  fault "$part" "$kind" "$([ "$which" = leader ] && echo 20 || echo 8)"
  k scale deployment/work --replicas=$((1 + round % 2)) >/dev/null 2>&1
  within 60 "all is whole after $part: $kind" whole || break
done
unset KHOST
rm "$work/go"
wait "${readers[@]}"

# ---- what must hold ----
virtual_get '/api/v1/namespaces/default/configmaps?labelSelector=by%3Dwriter' | jq -r '.items[] | .metadata.name + " " + .data.i' | sort >"$work/stored"
sort "$work/acknowledged" | sed 's/^w-\(.*\)/w-\1 \1/' | sort >"$work/wanted"
say "$(wc -l <"$work/acknowledged") writes were acknowledged, $(wc -l <"$work/stored") are there"
ok "no acknowledged write is lost" eval '[ -z "$(comm -23 "$work/wanted" "$work/stored" | tee /dev/stderr)" ]'
longest=$(awk '$2 == "good" { if (last && $1 - last > most) most = $1 - last; last = $1 } END { print most + 0 }' "$work/reads")
say "reads: $(grep -c good "$work/reads") answered, $(grep -c bad "$work/reads") not; longest time without one: $longest ms"
ok "kubectl through the virtual address never failed longer than $allowed_millis ms" test "$longest" -le "$allowed_millis"
running >"$work/running.after"
ok "no container was started anew or ended" diff "$work/running.before" "$work/running.after"
ok "no pod is there twice" outputs '^3$' eval "k get pods -l app=web --no-headers | grep -c ' Running '"

# Who decided, in the order of time: bindings and what the controllers wrote, from the audit logs of both servers.
for host in a b; do
  jq -r --arg host "$host" 'select(.stage == "ResponseComplete" and (.responseStatus.code // 500) < 300 and .objectRef.subresource == "binding")
    | .requestReceivedTimestamp + " " + $host' "$work/$host"/audit*.log
done | sort >"$work/bindings"
changes=$(awk '{ if (last && $2 != last) n++; last = $2 } END { print n + 0 }' "$work/bindings")
transitions=$(k get lease -n kube-system kube-scheduler -o 'jsonpath={.spec.leaseTransitions}')
say "$(wc -l <"$work/bindings") bindings, by another server than the one before: $changes; the lease changed hands $transitions times"
ok "there are bindings to look at" test -s "$work/bindings"
ok "one scheduler at a time: no more changes between them than the lease tells" test "$changes" -le "$transitions"

for pid in "${balancer_pid[@]}" "${keepalived_pid[@]}" "${etcd_pid[@]}"; do kill "$pid"; wait "$pid"; done 2>/dev/null
true

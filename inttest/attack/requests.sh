# Requests that are never finished, never read or absurd, all at once, while kubectl goes on working. Sourced by run.sh.
. "$root/build-env.sh"
flood_namespace=flood
k create namespace $flood_namespace >/dev/null
k -n $flood_namespace create serviceaccount reader >/dev/null
k create clusterrolebinding flood-reader --clusterrole=view --serviceaccount=$flood_namespace:reader >/dev/null
within 20 "the flood's default service account is there" k -n $flood_namespace get serviceaccount default
# 40 objects of 750 kB: a LIST of 30 MB.
filler=$(printf 'x%.0s' $(seq 1000))
for _ in 1 2 3 4 5 6 7; do filler="$filler$filler"; done
for i in $(seq 40); do
  printf '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"f-%d"},"data":{"a":"%s"}}\n' "$i" "${filler:0:750000}"
done >"$work/flood.json"
ok "30 MB of ConfigMaps are created" k -n $flood_namespace create -f "$work/flood.json"
unset filler
say "RSS before: $(memory VmRSS) MB"
credentials
# Established connections to the API server, as the kernel of that host counts them.
flood_connections() { on a cat /proc/net/tcp /proc/net/tcp6 | awk '$2 ~ /:192B$/ && $4 == "01"' | wc -l; }
flooded() { [ "$(flood_connections)" -gt "$1" ]; }
few_connections() { [ "$(flood_connections)" -lt "$1" ]; }
# What kubectl takes to start is not the server's: curl asks beside it, and is timed.
kubectl_works() {
  local n=$1 began slowest=0 took
  for i in $(seq "$n"); do
    began=$(date +%s%N)
    as_admin -fsS --max-time 5 \
      "https://127.0.0.1:6443/api/v1/namespaces/default/serviceaccounts/default" >/dev/null || return 1
    took=$((($(date +%s%N) - began) / 1000000))
    [ $took -gt $slowest ] && slowest=$took
    k -n default create configmap "flood-$i" --from-literal=a=b >/dev/null || return 1
    k -n default delete configmap "flood-$i" >/dev/null || return 1
    read -r -t 0.2 <> <(:) || true
  done
  echo "slowest answer: $slowest ms, connections: $(flood_connections), RSS: $(memory VmRSS) MB"
  [ $slowest -le "$flood_limit" ]
}
# A second; more only where the machine is so busy that a quiet server takes as long.
flood_limit=60000
flood_quiet=$(kubectl_works 5 | sed -n 's/^slowest answer: \([0-9]*\) ms.*/\1/p')
flood_limit=$((4 * ${flood_quiet:-0} > 1000 ? 4 * flood_quiet : 1000))
say "slowest answer of the quiet server: $flood_quiet ms; in the flood at most $flood_limit ms"
: >"$work/flooding"
on a nice -n 15 timeout 240 "$JAVA_HOME/bin/java" -Xmx256m -cp "$root/inttest/target/classes:$(cat "$root/inttest/target/classpath")" \
  io.minik.inttest.RequestFlood 127.0.0.1 6443 "$(k -n $flood_namespace create token default)" \
  "$(k -n $flood_namespace create token reader)" "$work/flooding" >"$work/flood.out" 2>&1 &
flood_pid=$!
within 90 "the flood is on" flooded 100
flood_rounds() { kubectl_works 5 >"$work/flood.slowest" 2>&1; local fine=$?; cat "$work/flood.slowest"; return $fine; }
# Rounds of five, since a busy machine's pause is not the server's: a server that a flood holds up passes none.
within 60 "kubectl goes on working in the flood, each answer within 1 s" flood_rounds
say "$(cat "$work/flood.slowest")"
# Each stranger's deadline has passed once.
within 60 "half-sent requests of strangers are not held" few_connections 450
within 60 "its bodies meet the budget" grep -q '^an unfinished body was refused' "$work/flood.out"
rm "$work/flooding"
wait $flood_pid
say "flood: $(tail -n 3 "$work/flood.out")"
ok "unfinished bodies beyond the budget are told so" grep -Eq 'refused: [1-9]' "$work/flood.out"
ok "minik is alive" kill -0 "${host_pid[a]}"
say "RSS after: $(memory VmRSS) MB"
k delete namespace $flood_namespace --wait=false >/dev/null
k delete clusterrolebinding flood-reader >/dev/null
within 30 "the flood's connections are gone" few_connections 60
ok "and kubectl as before" k get nodes
rm -f "$work"/flood.*

#!/usr/bin/env bash
# The store of a running two-node cluster fails: its log can't be written any more. Pods run on, kubectl hears errors and never
# an empty list, Services and DNS of the other node answer from what it knows; the server ends with words and a code, and after
# its new start nothing is missing. Then what is lost on disk is refused, and opened if that is wanted.
# The fault is RLIMIT_FSIZE of the running server: a write behind that byte fails with EFBIG, as one does on a bad disk.
audit='' # its file would meet the limit first
# shellcheck source=../two-nodes.sh
. "$(dirname "$0")/../two-nodes.sh"
begin
two_hosts
image_push a 5000 minik/web:1 one
two_nodes || exit 1
web_up DoNotSchedule
head -c 50000 /dev/zero | tr '\0' x >"$work/big"
for i in 1 2 3 4; do k create configmap "big-$i" --from-file="$work/big" >/dev/null; done

within 10 "a serves the Service" web_served a
within 10 "b serves the Service" web_served b
within 10 "b resolves its name" web_resolves b
# Of each container its init: pid and start time, so that one that was started anew is another.
running() { web_pids "$@" | while read -r pid; do awk '{print $1, $22}' "/proc/$pid/stat"; done | sort; }
objects() {
  k get pods,configmaps,services,deployments,replicasets,serviceaccounts,secrets,nodes -A --no-headers \
    -o custom-columns=K:.kind,NS:.metadata.namespace,N:.metadata.name,U:.metadata.uid | sort
}
restarts() { k get pods -o jsonpath='{range .items[*]}{.status.containerStatuses[0].restartCount} {.metadata.deletionTimestamp}{"\n"}{end}'; }
running >"$work/running.before"
objects >"$work/objects.before"
ok "four containers run" test "$(wc -l <"$work/running.before")" = 4

say "== the store fails"
server=${host_pid[a]}
tls=$work/a/data/server/tls
mkdir "$work/answers"
# Asks the same again and again over one connection, from before the fault to the end of the server: after the fault, the
# server answers for two seconds, in which a slow machine may not get a new connection through. Each answer is a file.
poll() { # NAME PATH
  on a curl -A minik-inttest -sN --fail-early --rate 10/s --max-time 20 --cacert "$tls/server-ca.crt" --cert "$tls/client-admin.crt" \
    --key "$tls/client-admin.key" -o "$work/answers/$1-#1" -w '%{http_code} %{filename_effective}\n' \
    "https://192.168.77.1:6443$2[1-9999]" >"$work/answers/$1.codes"
}
pods=/api/v1/namespaces/default/pods
poll now "$pods?try=" &
polls=($!)
poll cached "$pods?resourceVersion=0&try=" &
polls+=($!)
poll paged "$pods?limit=500&try=" &
polls+=($!)
poll readyz '/readyz?verbose&try=' &
polls+=($!)
asking() { # kubectl beside it, which takes its time
  local out
  while kill -0 "$server" 2>/dev/null; do
    if out=$(k get pods --no-headers --request-timeout=5s 2>&1); then
      [ "$(grep -c '^web-' <<<"$out")" = 4 ] && echo whole || echo short
    else
      echo error
      printf '%s\n' "$out" >>"$work/errors"
    fi
  done >"$work/asked"
}
polled() { [ "$(cut -d' ' -f1 "$work"/answers/{now,cached,paged,readyz}.codes | grep -c 200)" -ge 12 ] && grep -q 200 "$work/answers/$1.codes"; }
for name in now cached paged readyz; do within 20 "$name is asked for and answered" polled $name; done
asking &
asker=$!
prlimit --pid "$server" --fsize=65536
wait "$server"
code=$?
wait "$asker" "${polls[@]}"
ok "the server ends with 1" test $code = 1
ok "and says why" grep -q '^minik: the store has halted' "$work/a/err"
ok "kubectl saw no list that was empty or short ($(sort "$work/asked" | uniq -c | tr -s ' \n' ' '))" fails grep -q short "$work/asked"
only_whole() { # NAME: each list was whole or a 503; the last may be none, or be cut by the end
  local code file
  while read -r code file; do
    case $code in
      200) [ "$(grep -o '"name":"web-[a-z0-9]*-[a-z0-9]*"' "$file" | sort -u | wc -l)" = 4 ] || tail -n 1 "$work/answers/$1.codes" | >/dev/null grep -F "$file" ;;
      503) grep -q '"reason":"ServiceUnavailable"' "$file" || tail -n 1 "$work/answers/$1.codes" | >/dev/null grep -F "$file" ;;
      *) [ "$code" = 000 ] ;;
    esac || { echo "$code:"; head -c 2000 "$file"; return 1; }
  done <"$work/answers/$1.codes"
}
for name in now cached paged; do
  ok "each list was whole, a 503, or no answer ($name: $(cut -d' ' -f1 "$work/answers/$name.codes" | sort | uniq -c | tr -s ' \n' ' '))" only_whole $name
  ok "some were a 503" grep -q ^503 "$work/answers/$name.codes"
done
ok "kubectl heard errors" grep -q error "$work/asked"
ok "no error names a file of the server" fails grep -rF "$work/a/data" "$work/errors" "$work/answers" --exclude='*.codes'
ok "/readyz said that it is the store" grep -rq --include='readyz-*' '^.-.store failed.*has halted' "$work/answers"

same_running() { diff "$work/running.before" <(running); }
ok "the containers run on" same_running
for i in 1 2 3; do
  ok "b serves the Service without a server ($i)" web_served b
  ok "b resolves its name without a server ($i)" web_resolves b
done
ok "a serves the Service without a server" web_served a
agent_heard() { grep -q 'watch failed\|list failed' "$work/b/err"; }
within 30 "the agent has noticed" agent_heard
ok "and its containers run on" same_running
ok "and it serves" web_served b
ok "and it resolves" web_resolves b

say "== a new start"
minik_start a server || exit 1
within 30 "both nodes are Ready" both_ready
missing() { comm -23 "$work/objects.before" <(objects) | grep . && return 1; return 0; }
ok "nothing is missing" missing
ok "the containers are the same" same_running
ok "none was restarted or is being deleted" test "$(restarts | sort -u)" = "0 "
within 10 "b serves the Service" web_served b
ok "a write works" k create configmap after
within 10 "b's kubelet is heard" k get --raw /api/v1/nodes/node-b/proxy/healthz

say "== what is lost on disk"
stop() { kill "${host_pid[$1]}"; wait "${host_pid[$1]}" 2>/dev/null; }
refused() { # WORDS: a start of a ends with 1 and a line that says them
  local out
  out=$(on a timeout 60 "$minik" server --config "$work/a/config.yaml" --data-dir "$work/a/data" --run-dir "$work/a/run" \
    --log-dir "$work/a/log" --node-name node-a --node-ip 192.168.77.1 --cgroup-root "$prefix-$scenario-a" \
    --write-kubeconfig "$work/a/kubeconfig.refused" --resolv-conf "$work/a/resolv.conf" \
    --node-password-file "$work/a/node-password" 2>&1 >/dev/null)
  [ $? = 1 ] && like "$out" "^minik: .*$1" && like "$out" "accept-loss"
}
db=$work/a/data/server/db
stop a
mv "$work/a/data/server/tls" "$work/a/tls.kept"
ok "a missing tls/ is refused" refused 'server-ca.crt is missing'
rm -rf "$work/a/data/server/tls"
mv "$work/a/tls.kept" "$work/a/data/server/tls"
mv "$work/a/data/server/tls/client-ca.crt" "$work/a/"
ok "a key without its certificate is refused" refused 'client-ca.crt is missing'
mv "$work/a/client-ca.crt" "$work/a/data/server/tls/"
cp -a "$db" "$work/a/db.kept"
log=$(find "$db" -name 'log-*' | sort | tail -n 1)
truncate -s 5000 "$log"
ok "a log that was cut is refused" refused 'was cut: it ends at byte'
rm "$db"/log-* "$db"/snapshot-* 2>/dev/null
ok "log and snapshot that are missing are refused" refused 'is missing'
rm -rf "$db"
ok "a store that is gone is refused" refused 'holds nothing, and this server.s cluster is'
ok "the containers run on" same_running

say "== a loss that is accepted: another cluster, to which b does not give its pods"
touch "$work/a/data/server/accept-loss"
on_b() { running | grep -Fxf "$work/running.b"; }
running b >"$work/running.b"
ok "two containers are b's" test "$(wc -l <"$work/running.b")" = 2
minik_start a server || exit 1
ok "the cluster is empty" test -z "$(k get deployments --no-headers 2>/dev/null)"
other_cluster() { grep -q 'this node.s pods are of cluster' "$work/b/err"; }
within 90 "b says that it is of another cluster" other_cluster
none_on_a() { [ -z "$(running a)" ]; }
within 30 "a's own pods are ended, as was wanted" none_on_a
ok "b's containers run on" test "$(on_b | wc -l)" = 2
ok "b serves from what it knows" web_resolves b
ok "b is no node of it" fails k get node node-b
stop a
rm -rf "$db"
cp -a "$work/a/db.kept" "$db"
ok "the old store is now refused, as another cluster's" refused 'and this server.s cluster is'
touch "$work/a/data/server/accept-loss"
minik_start a server || exit 1
within 90 "both nodes are Ready again" both_ready
ok "b's containers are still the same" test "$(on_b | wc -l)" = 2
rolled() { [ "$(k get deployment web -o jsonpath='{.status.readyReplicas}')" = 4 ]; }
within 90 "all four are there again" rolled
down

#!/usr/bin/env bash
# Snapshots of a running server, and the ways back: on the same machine, on another one with its identity, to a real etcd, and
# from a real etcd's own snapshot.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
begin
host_up a 1
host_up b 2
snap() { local host=$1; shift; on "$host" timeout 100 "$minik" etcd-snapshot "$@"; }
here() { echo --data-dir "$work/$1/data" --kubeconfig "$work/$1/kubeconfig" --run-dir "$work/$1/run"; }
stop() { kill -TERM "${host_pid[$1]}"; wait "${host_pid[$1]}" 2>/dev/null; }
minik_start a server --disable-agent --etcd-snapshot-name by-itself || exit 1
token=$(cat "$work/a/data/server/token")
k create namespace kept >/dev/null
ok "a ConfigMap is made" k -n kept create configmap first --from-literal=n=1
ok "a Secret, too" k -n kept create secret generic s --from-literal=password=hush
uid=$(k get namespace kube-system -o 'jsonpath={.metadata.uid}')

# shellcheck disable=SC2046
{
  ok "there is no snapshot yet" outputs '^Name Location Size Created$' snap a ls $(here a)
  ok "one is made" outputs '^Snapshot on-demand-node-a-[0-9]+ saved\.$' snap a save $(here a)
  ok "a compressed one" outputs '^Snapshot small-node-a-[0-9]+\.zip saved\.$' snap a save --name small --snapshot-compress $(here a)
  ok "both are listed" outputs '^small-node-a-[0-9]+\.zip file:///.*/server/db/snapshots/small-node-a-[0-9]+\.zip +[0-9]+ +20' snap a ls $(here a)
  ok "as JSON" outputs '"compressed":true' snap a ls -o json $(here a)
  ok "a name that leads elsewhere is refused" outputs 'is no name of a snapshot' snap a save --name ../../x $(here a)
  ok "what is not there is not deleted" outputs 'snapshot nothing not found' snap a delete nothing $(here a)
}
snapshots=$work/a/data/server/db/snapshots
one=$(ls "$snapshots"/on-demand-*)
small=$(ls "$snapshots"/small-*)
ok "nobody else reads it" outputs '^600$' stat -c %a "$one"
ok "no key lies in it in the clear" fails grep -aq 'PRIVATE KEY' "$one"
revision=$("$tools/etcdctl" snapshot status "$one" -w json 2>/dev/null | grep -o '"revision":[0-9]*')
ok "etcd's tools know its revision" test -n "$revision"

# ---- a real etcd has it all ----
"$tools/etcdutl" snapshot restore "$one" --data-dir "$work/real" >"$work/restore.log" 2>&1
# exec all the way, so that $! is etcd itself.
(exec nsenter --net="/run/netns/$prefix-a" "$tools/etcd" --data-dir "$work/real" --log-level error --listen-client-urls http://127.0.0.1:4001 \
  --advertise-client-urls http://127.0.0.1:4001 --listen-peer-urls http://127.0.0.1:4002) >>"$work/restore.log" 2>&1 &
real=$!
real_etcd() { on a timeout 10 "$tools/etcdctl" --endpoints http://127.0.0.1:4001 "$@"; }
within 30 "a real etcd starts on the snapshot" outputs 'is healthy' real_etcd endpoint health
ok "and has the ConfigMap" outputs '"n":"1"' real_etcd get /registry/configmaps/kept/first
ok "at its revision" outputs "$revision" real_etcd get x -w json
ok "the real etcd's own snapshot is taken" real_etcd snapshot save "$work/real.db"
kill -TERM $real
wait $real 2>/dev/null

# ---- back on the same machine ----
k -n kept create configmap second --from-literal=n=2 >/dev/null
k -n kept delete configmap first >/dev/null
# shellcheck disable=SC2046
ok "not while the server runs" outputs 'minik' snap a restore "$one" $(here a)
ok "and it goes on" k -n kept get configmap second
stop a
ok "the data directory goes back" outputs 'restart without --cluster-reset flag now' on a "$minik" server --data-dir "$work/a/data" --run-dir "$work/a/run" \
  --config "$work/a/config.yaml" --resolv-conf "$work/a/resolv.conf" --cluster-reset --cluster-reset-restore-path="$one"
ok "not twice in a row" outputs 'was successfully performed' on a "$minik" server --data-dir "$work/a/data" --run-dir "$work/a/run" \
  --config "$work/a/config.yaml" --resolv-conf "$work/a/resolv.conf" --cluster-reset --cluster-reset-restore-path="$one"
minik_start a server --disable-agent || exit 1
ok "what was deleted is there" outputs '^1$' k -n kept get configmap first -o 'jsonpath={.data.n}'
ok "what came later is not" fails k -n kept get configmap second
ok "with the old kubeconfig, the same cluster" outputs "^$uid\$" k get namespace kube-system -o 'jsonpath={.metadata.uid}'
after() { [ "$(k -n kept get configmap first -o 'jsonpath={.metadata.resourceVersion}')" -gt 0 ] && k -n kept create configmap after -o 'jsonpath={.metadata.resourceVersion}'; }
ok "revisions go on far beyond those that anybody has seen" outputs '^1[0-9]{9}$' after
stop a

# ---- another machine ----
# shellcheck disable=SC2046
ok "another machine needs the token" outputs 'give by --token' snap b restore "$small" --data-dir "$work/b/data" --run-dir "$work/b/run"
ok "the wrong one opens nothing" outputs "can't be opened" snap b restore "$small" --token wrong --data-dir "$work/b/data" --run-dir "$work/b/run"
ok "with it, it becomes the server" outputs "are the snapshot's" snap b restore "$small" --token "$token" --data-dir "$work/b/data" --run-dir "$work/b/run"
minik_start b server --disable-agent || exit 1
ok "and has what the snapshot had" outputs '^hush$' env KHOST=b bash -c "$(declare -f on k); $(declare -p work kubectl_binary prefix); k -n kept get secret s -o 'go-template={{.data.password | base64decode}}'"
ok "under the same authority" cmp "$work/a/data/server/tls/server-ca.crt" "$work/b/data/server/tls/server-ca.crt"
ok "with the same token" cmp "$work/a/data/server/token" "$work/b/data/server/token"
stop b

# ---- from a real etcd ----
rm -rf "$work/b/data"
ok "a real etcd's snapshot is taken back" outputs 'up to revision' snap b restore "$work/real.db" --token "$token" --data-dir "$work/b/data" --run-dir "$work/b/run"
minik_start b server --disable-agent || exit 1
KHOST=b
ok "with all that it had" outputs '^1$' k -n kept get configmap first -o 'jsonpath={.data.n}'

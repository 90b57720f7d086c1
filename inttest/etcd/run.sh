#!/usr/bin/env bash
# The same etcdctl commands (commands.sh) against Debian's etcd 3.5 and against minik's store and etcd face: the answers are
# compared line by line. Only ids, sizes, ports and times are masked: revisions, orders, texts and exit codes are not.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=../../build-env.sh
. "$root/build-env.sh"
tools=$root/.work/tools
work=${MINIK_TEST_DIR:-$(mktemp -d)}/etcd
rm -rf "$work"
mkdir -p "$work"
pids=()
clean() { for pid in $(jobs -p) "${pids[@]}" $(cat "$work/${subject:-none}.pids" 2>/dev/null); do kill -9 "$pid"; done 2>/dev/null; }
trap clean EXIT

# until_true SECONDS COMMAND...: waits on a condition, 50 ms a try.
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || return 1
    read -r -t 0.05 <> <(:) || true
  done
}
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
plain() { ETCDCTL_API=3 timeout -k 1 10 "$tools/etcdctl" --endpoints "http://127.0.0.1:$port" "$@" 2>&1; }

start() {
  case $subject in
    etcd) "$tools/etcd" --data-dir "$work/etcd.data" --listen-client-urls "http://127.0.0.1:$port" --log-level error \
      --advertise-client-urls "http://127.0.0.1:$port" --listen-peer-urls "http://127.0.0.1:$peer" \
      --initial-advertise-peer-urls "http://127.0.0.1:$peer" --initial-cluster "default=http://127.0.0.1:$peer" \
      --experimental-watch-progress-notify-interval 10m >>"$work/etcd.log" 2>&1 & ;;
    minik) "$JAVA_HOME/bin/java" -Xmx192m -cp "$minik" "$here/Face.java" "$work/minik.data" "$port" >>"$work/minik.log" 2>&1 & ;;
  esac
  server=$!
  echo "$server" >>"$work/$subject.pids"
  until_true 30 eval 'plain endpoint status | >/dev/null grep 127.0.0.1 && ! plain endpoint status | >/dev/null grep -i error' ||
    { echo "$subject does not answer"; tail -20 "$work/$subject.log"; exit 1; }
}
restart() {
  kill -9 "$server"
  wait "$server" 2>/dev/null
  start
}

# ---- what commands.sh is made of ----
ctl() { plain "$@"; echo "exit $?"; }
as() { if [ -n "${AUTH:-}" ]; then plain --user "$AUTH" "$@"; else plain "$@"; fi; }
actl() { as "$@" | grep -v '^{"level"'; echo "exit ${PIPESTATUS[0]}"; }
atxn() { printf '%s\n' "$@" | as txn; echo "exit $?"; }
lease() {
  local said
  said=$(as lease grant "$1")
  id=$(awk '{print $2}' <<<"$said")
  printf '%s\n' "$said"
}
txn() { printf '%s\n' "$@" | as txn; echo "exit $?"; }
txn_json() { printf '%s\n' "$@" | plain txn -w json; echo "exit $?"; }
many_ops() {
  { echo; seq "$1" | sed 's/.*/put n& &/'; echo; echo; } | plain txn | grep -v '^{' | sort | uniq -c
}
big_put() { head -c "$1" /dev/zero | tr '\0' v | plain put big | cut -c 1-300; }
until_gone() { until_true 20 eval "! plain get $1 --keys-only | >/dev/null grep ." && echo gone; }
next_revision() { plain get x -w fields | awk '/^"Revision"/ {print $3 + 1}'; }
# watched N ARGS... [-- COMMAND...]...: N events of a watch from now on (or --rev), which the commands make
watched() {
  local most=$1 args=() out=$own/watched
  shift
  while [ $# -gt 0 ] && [ "$1" != -- ]; do args+=("$1"); shift; done
  case " ${args[*]} " in *' --rev '*) ;; *) args+=(--rev "${NEXT:-$(next_revision)}") ;; esac
  : >"$out"
  ETCDCTL_API=3 "$tools/etcdctl" --endpoints "http://127.0.0.1:$port" ${AUTH:+--user "$AUTH"} watch "${args[@]}" >"$out" 2>&1 &
  local pid=$!
  pids+=("$pid")
  commands "$@"
  until_true 10 eval "[ \"\$(grep -cE '^(PUT|DELETE)|Header|Error|canceled' '$out')\" -ge $most ] || ! kill -0 $pid"
  stop "$pid"
  cat "$out"
}
stop() { kill "$1"; wait "$1"; } 2>/dev/null
commands() {
  local one=()
  for word in "$@" --; do
    if [ "$word" = -- ]; then
      [ ${#one[@]} -eq 0 ] || as "${one[@]}" >/dev/null
      one=()
    else one+=("$word"); fi
  done
}
# watched_script EVENTS NOTICES LINES... -- COMMAND...: lines of watch -i, and once it has told of its progress, commands
watched_script() {
  local out=$own/watched events=$1 notices=$2 lines=() revision
  shift 2
  revision=$(next_revision)
  while [ $# -gt 0 ] && [ "$1" != -- ]; do lines+=("${1//REV/$revision}"); shift; done
  rm -f "$own/in"
  mkfifo "$own/in"
  timeout 20 "$tools/etcdctl" --endpoints "http://127.0.0.1:$port" watch -i <"$own/in" >"$out" 2>&1 &
  local pid=$!
  pids+=("$pid")
  exec 4>"$own/in"
  printf '%s\n' "${lines[@]}" >&4
  until_true 10 eval "[ \"\$(grep -c '^progress' '$out')\" -ge $notices ]"
  commands "$@"
  until_true 10 eval "[ \"\$(grep -c '^PUT' '$out')\" -ge $events ]"
  exec 4>&-
  wait "$pid"
  cat "$out"
}
# A lease's keys have no order in etcd.
lease_keys() { plain lease timetolive "$id" --keys | grep -oE 'l[0-9]+' | sort; }
own_member() { ctl member "$1" "$(plain member list | cut -d, -f1)"; }
# The second waits for the first.
held() {
  rm -f "$own/free"
  "$tools/etcdctl" --endpoints "http://127.0.0.1:$port" lock m1 -- sh -c "echo first >>$own/order; until [ -e $own/free ]; do sleep 0.05; done" 2>&1 &
  local first=$!
  pids+=("$first")
  : >"$own/order"
  until_true 10 grep -q first "$own/order"
  "$tools/etcdctl" --endpoints "http://127.0.0.1:$port" lock m1 -- sh -c "echo second >>$own/order" 2>&1 &
  local second=$!
  pids+=("$second")
  until_true 10 eval '[ "$(plain get --prefix m1 --keys-only | grep -c .)" = 2 ]'
  cat "$own/order"
  touch "$own/free"
  wait "$first" "$second"
  cat "$own/order"
}
elected() {
  "$tools/etcdctl" --endpoints "http://127.0.0.1:$port" elect e1 one >"$own/elect" 2>&1 &
  local pid=$!
  pids+=("$pid")
  until_true 10 grep -q one "$own/elect"
  "$tools/etcdctl" --endpoints "http://127.0.0.1:$port" elect -l e1 >"$own/observe" 2>&1 &
  local observer=$!
  pids+=("$observer")
  until_true 10 grep -q one "$own/observe"
  kill -INT "$pid"
  wait "$pid" 2>/dev/null
  stop "$observer"
  sed 's/^e1.*/KEY/' "$own/elect" "$own/observe"
}
mirrored() {
  "$tools/etcdctl" --endpoints "http://127.0.0.1:$port" make-mirror --prefix t --dest-prefix mirror/ "127.0.0.1:$port" >"$own/mirror" 2>&1 &
  local pid=$!
  pids+=("$pid")
  until_true 10 eval 'plain get mirror/t7 | >/dev/null grep .'
  plain put t8 8 >/dev/null
  until_true 10 eval 'plain get mirror/t8 | >/dev/null grep .'
  stop "$pid"
  plain get --prefix mirror/
}
# What a real etcd (3.4 or 3.5) has that is started on a snapshot taken here.
restored() { # etcd etcdctl
  local at=$own/restored program=$1 ctl=$2
  rm -rf "$at" "$at.db"
  local revision hash
  revision=$(($(next_revision) - 1))
  hash=$(plain endpoint hashkv --rev "$revision" | grep -oE '[0-9]+$')
  ETCDCTL_API=3 timeout 20 "$ctl" --endpoints "http://127.0.0.1:$port" snapshot save "$at.db" 2>&1 | grep -c 'napshot saved'
  ETCDCTL_API=3 "$ctl" snapshot status "$at.db" -w json 2>/dev/null | grep -o '"revision":[0-9]*'
  local own_client own_peer
  own_client=$(free_port) own_peer=http://127.0.0.1:$(free_port)
  local flags=(--name default --initial-cluster "default=$own_peer" --initial-advertise-peer-urls "$own_peer" --data-dir "$at")
  ETCDCTL_API=3 "$ctl" snapshot restore "$at.db" "${flags[@]}" >>"$work/restore.log" 2>&1 || { echo "not restored"; return; }
  "$program" "${flags[@]}" --listen-peer-urls "$own_peer" --listen-client-urls "http://127.0.0.1:$own_client" \
    --advertise-client-urls "http://127.0.0.1:$own_client" --log-level error >>"$work/restore.log" 2>&1 &
  local pid=$! port=$own_client
  pids+=("$pid")
  until_true 20 eval 'plain endpoint health | >/dev/null grep "is healthy"'
  [ "$(plain endpoint hashkv --rev "$revision" | grep -oE '[0-9]+$')" = "$hash" ] && echo "same hash at $revision"
  plain get --prefix '' -w json | grep -oE '"(revision|kvs)":.*' | sed -E 's/"value":"[^"]{99,}"/"value":"LARGE"/g'
  plain lease list | tail -n +2 | sort | while read -r each; do plain lease timetolive "$each" --keys; done
  stop "$pid"
}
http() { # METHOD PATH [BODY]
  case $1 in
    metrics) curl -s --max-time 5 "http://127.0.0.1:$port/metrics" | grep -E '^(etcd_server_has_leader|etcd_server_is_leader|etcd_mvcc_db_total_size_in_bytes|etcd_mvcc_db_total_size_in_use_in_bytes|etcd_debugging_mvcc_current_revision|etcd_debugging_mvcc_compact_revision|etcd_server_version|etcd_server_id)' | sed 's/ .*//; s/"[^"]*"/V/' | sort ;;
    watch) curl -s --max-time 2 -X POST -d "$2" "http://127.0.0.1:$port/v3/watch" ;;
    grpc) curl -s --max-time 5 -o /dev/null -w '%{http_code} %{content_type}\n' --http2-prior-knowledge -X POST -H 'content-type: application/grpc' -H 'te: trailers' "http://127.0.0.1:$port/etcdserverpb.KV/Range" ;;
    *) curl -s --max-time 5 -X "$1" -w '\n%{http_code}\n' ${3+-d "$3"} "http://127.0.0.1:$port$2" ;;
  esac
}

# ---- both, and the comparison ----
mask() {
  # Go's protojson puts spaces in or not; the gateway's newer version has no "error".
  LC_ALL=C sed -u -E '/^\{"(header|code|error|result)"/{s/, "/,"/g; s/, \{/,{/g; s/^\{"error":"([^"\\]|\\.)*","code"/{"code"/}' | grep --line-buffered -avE '^\{"level":|^\{"header":\{\}\}$' | LC_ALL=C sed -u -E \
    -e "s/127\.0\.0\.1:($port|$peer)/ADDRESS/g" \
    -e 's/"(cluster_id|member_id|ID|leader|memberID|id|lease)":"?[0-9]+"?/"\1":ID/g' -e 's/"raft(Index|AppliedIndex|_index|_term|Term)":"?[0-9]+"?/"raft\1":N/g' \
    -e 's/"(dbSize|dbSizeInUse|db_size|took|compact_revision)":"?[^,"}]+"?/"\1":N/g' -e 's/^"(ClusterID|MemberID|Leader|ID|RaftIndex|RaftTerm|RaftAppliedIndex|DBSize|DBSizeInUse)" : .*/"\1" : N/' \
    -e 's/\b[0-9a-f]{15,16}\b/ID/g' -e 's/took = [^ ]+/took = T/; s/took:? ?[0-9.]+[a-zµ]+/took T/' -e 's/[0-9.]+ [kM]?B,/SIZE,/g' \
    -e 's/remaining\([0-9]+s\)/remaining(N)/; s/"ttl":[0-9]+,"granted/"ttl":N,"granted/; s/"TTL":"[0-9]+","grantedTTL/"TTL":"N","grantedTTL/' \
    -e 's/3\.5\.[0-9]+/3.5.X/g' -e 's/endpoint:\/\/client-[^ ]*/CLIENT/' -e 's/^(http:..ADDRESS, ID, 3.5.X, SIZE, .*, )[0-9]+, [0-9]+, [0-9]+/\1N, N, N/' \
    -e 's/^(ID, started, default, )(http:..ADDRESS)?,/\1PEER,/; s/"peerURLs":\[[^]]*\],//; /^"PeerURL"/d'
}
run() {
  subject=$1 port=$(free_port) peer=$(free_port) id= own=$work/$1.own
  mkdir "$own"
  trap clean EXIT
  start
  local line
  while IFS= read -r line <&3; do
    case $line in '' | '#'*) continue ;; esac
    printf '\n$ %s\n' "$line"
    eval "$line" </dev/null
  done 3<"${COMMANDS:-$here/commands.sh}" 2>&1 | mask >"$work/$subject.txt"
}
minik=${MINIK:-$root/cli/target/minik}
start_seconds=$SECONDS
( run etcd ) &
first=$!
( run minik )
wait "$first"
commands_run=$(grep -c '^\$ ' "$work/etcd.txt")
if diff -a -U 3 "$work/etcd.txt" "$work/minik.txt" >"$work/difference"; then
  echo "ok   $commands_run commands, each answered as etcd does, in $((SECONDS - start_seconds)) s"
else
  echo "FAIL minik (+) answers otherwise than etcd (-):"
  cat "$work/difference"
  exit 1
fi

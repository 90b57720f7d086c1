#!/usr/bin/env bash
# Two nodes with a small workload under faults that a seed chooses, on real processes. A writer notes what the server
# acknowledged, readers look at every list, a watcher at where the processes of the StatefulSet run, all through the faults;
# after each round, when it is quiet again, what must hold is looked at.
#   SEED=7 ROUNDS=40 bash inttest/faults/run.sh     the same seed chooses the same faults in the same order
#   FAULTS='freeze:a full-disk' ...                 only these are chosen from
# The clock of a host is moved by a library that is preloaded, where there is a compiler: a kernel has one wall clock for all.
audit='' # its file lies on the disk that is filled
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../two-nodes.sh
. "$here/../two-nodes.sh"
# shellcheck source=invariants.sh
. "$here/invariants.sh"
SEED=${SEED:-127} # its first rounds are six faults of six kinds
ROUNDS=${ROUNDS:-3}
RANDOM=$SEED
pick() { picked=$((RANDOM % $1)); } # into a variable: a subshell's draw would not move the sequence on
pause() { read -r -t "$1" <> <(:) || true; }

finish() {
  trap - EXIT
  touch "$work/over"
  # What writes, reads and watches ends by that file.
  [ ${#watchers[@]} = 0 ] || wait "${watchers[@]}" 2>/dev/null
  local host
  rm -f "$work"/hang-*
  for host in "${!host_ip[@]}"; do heal_link "$host" 2>/dev/null; done
  # shellcheck disable=SC2046
  on a timeout 60 "$minik" killall $(killall_args a) >/dev/null 2>&1
  umount "$work/a/data" 2>/dev/null
  down
}
watchers=()
begin
trap finish EXIT
say "SEED=$SEED ROUNDS=$ROUNDS"
two_hosts
image_push a 5000 minik/web:1 one

# A disk of the server's own, small enough to be filled.
mkdir "$work/a/data"
mount -t tmpfs -o size=256m,mode=0700 tmpfs "$work/a/data"

# An nft that hangs while a file is there.
mkdir "$work/bin"
cat >"$work/bin/nft" <<NFT
#!/bin/bash
while [ -e "$work/hang-\$FAULTS_HOST" ]; do read -r -t 0.2 <> <(:) || true; done
exec $(command -v nft) "\$@"
NFT
chmod +x "$work/bin/nft"
# The wall clock of one host: a library between it and the kernel, made where there is a compiler.
clock=
! command -v cc >/dev/null || { cc -shared -fPIC -O2 -o "$work/clock.so" "$here/clock.c" -ldl && clock=$work/clock.so; }
set_clock() { # HOST SECONDS: so far from the machine's
  local bytes='' n=$2 i
  for i in 1 2 3 4 5 6 7 8; do bytes+=$(printf '\\x%02x' $((n & 255))); n=$((n >> 8)); done
  printf "$bytes" | dd of="$work/$1/clock" conv=notrunc status=none
}
[ -n "$clock" ] || say "no compiler here: clocks are left alone"
# For a while nothing is said of a node that is gone, then its pods are replaced: both happen in these rounds.
quickly=(--node-monitor-period 1 --node-monitor-grace-period 8
  --default-not-ready-toleration-seconds 5 --default-unreachable-toleration-seconds 5)
start() { # HOST: anew with what it had, or for the first time
  export FAULTS_HOST=$1 PATH="$work/bin:$system_path"
  if [ -n "$clock" ]; then
    [ -e "$work/$1/clock" ] || set_clock "$1" 0
    export LD_PRELOAD=$clock FAULTS_CLOCK=$work/$1/clock
  fi
  case $1 in a) minik_start a server "${quickly[@]}" ;; b) agent_start ;; esac
  local started=$?
  export PATH=$system_path
  unset LD_PRELOAD FAULTS_CLOCK
  return $started
}
system_path=$PATH
start a || exit 1
start b || exit 1
within 30 "both nodes are Ready" both_ready
cp "$work/a/kubeconfig" "$work/b/kubeconfig"
web_up
ok "the rest of the workload is created" k apply -f "$here/workload.yml"
within 60 "the Deployment and the StatefulSet are there" workload_whole
within 20 "the Service answers on both" service_answers
credentials
books
writer & watchers+=($!)
reader '/api/v1/namespaces/default/configmaps?labelSelector=by%3Dwriter' acked & watchers+=($!)
reader '/api/v1/namespaces/default/configmaps?labelSelector=by%3Dwriter&resourceVersion=0' settled & watchers+=($!)
reader '/api/v1/namespaces/default/pods?resourceVersion=0&labelSelector=app%3Dweb' 1 & watchers+=($!)
reader '/api/v1/nodes' 2 & watchers+=($!)
watch_places & watchers+=($!)
some_acked() { [ "$(acked)" -ge 5 ]; }
within 30 "the writer is heard" some_acked

# --- the faults: each is a function of a host and of how long it is held, and heals what it did
ended() { ! kill -0 "${host_pid[$1]}" 2>/dev/null; }
again() { wait "${host_pid[$1]}" 2>/dev/null; start "$1"; }
heal_link() { ip -n $lan link set "to-$1" up; ip netns exec $lan nft delete table netdev "loss_$1" 2>/dev/null; ip netns exec $lan tc qdisc del dev "to-$1" root 2>/dev/null; true; }
fault_kill() { minik_kill9 "$1"; pause "$2"; start "$1"; }
fault_freeze() { kill -STOP "${host_pid[$1]}"; pause "$2"; kill -CONT "${host_pid[$1]}"; }
fault_link() { ip -n $lan link set "to-$1" down; pause "$2"; heal_link "$1"; }
fault_loss() { # three packets of ten that come from the host
  printf 'table netdev loss_%s {\n chain in {\n type filter hook ingress device "to-%s" priority 0;\n numgen random mod 10 < 3 drop\n }\n}\n' "$1" "$1" |
    ip netns exec $lan nft -f - && pause "$2"
  heal_link "$1"
}
fault_narrow() { # 128 kbit/s with a queue of a second: what comes is late, as over a bad modem
  ip netns exec $lan tc qdisc add dev "to-$1" root tbf rate 128kbit burst 4kb latency 1s && pause "$2"
  heal_link "$1"
}
fault_flush() { on "$1" nft flush ruleset; pause "$2"; }
fault_hang() { : >"$work/hang-$1"; on "$1" nft flush ruleset; pause "$2"; rm "$work/hang-$1"; }
fault_store() {
  prlimit --pid "${host_pid[a]}" --fsize=65536
  within 60 "a server whose store fails ends" ended a
  again a
}
fault_full-disk() {
  cat /dev/zero >"$work/a/data/filler" 2>/dev/null
  pause "$2"
  ok "on a full disk a delete is served" k delete configmap "spare-$round" --request-timeout=20s
  rm "$work/a/data/filler"
}
fault_clock() { # HOST SECONDS OFFSET
  set_clock "$1" "$3"
  pause "$2"
  set_clock "$1" 0
}
fault_both() { minik_kill9 b; minik_kill9 a; pause "$2"; start a && start b; }

clocks=(7200 -7200 3456000 -3456000)
all="kill:a kill:b freeze:a freeze:b link:a link:b loss:b narrow:b flush:a flush:b hang:b store:a full-disk:a both:a"
[ -n "$clock" ] && all="$all clock:a clock:b"
read -r -a faults <<<"${FAULTS:-$all}"
for round in $(seq "$ROUNDS"); do
  round_at=$SECONDS
  k create configmap "spare-$round" >/dev/null
  job "$round"
  chosen=()
  pick 2
  for _ in $(seq $((1 + picked))); do
    pick ${#faults[@]}
    fault=${faults[picked]}
    pick 3
    chosen+=("$fault:$((picked + 1))")
    pick ${#clocks[@]}
    [ "${fault%:*}" != clock ] || chosen[-1]="${chosen[-1]}:${clocks[picked]}"
  done
  say "round $round of seed $SEED: ${chosen[*]}"
  for fault in "${chosen[@]}"; do
    IFS=: read -r name host hold offset <<<"$fault"
    fault_"$name" "$host" "$hold" "${offset:-}" || { failed=$((failed + 1)); echo "not ok - $fault"; }
  done
  invariants "$round"
  say "round $round took $((SECONDS - round_at)) s"
done
say "$(acked) writes were acknowledged, $(wc -l <"$work/answers") lists looked at, $(wc -l <"$work/places") looks at places"
finish

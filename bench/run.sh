#!/usr/bin/env bash
# Measures a live minik on this machine: stages of the start, memory and CPU when idle, time from pod to process.
# Prints what goes into bench/RESULTS.md. Needs root and a built program; leaves nothing.
set -euo pipefail
# shellcheck source=../inttest/lib.sh
. "$(dirname "$0")/../inttest/lib.sh"
. "$root/build-env.sh"
idle_seconds=${IDLE_SECONDS:-60}
pods=${PODS:-100}
# Nobody who looks at the figures has an audit log on.
audit=
set +e
begin
host_up a 1
registry_up a 5000
image_push a 5000 minik/busybox:1
classpath="$root/bench/target/classes:$(cat "$root/bench/target/classpath")"

echo "== start, with class archive: $([ -f "$minik.jsa" ] && echo yes || echo no)"
for attempt in 1 2 3; do
  began=$(date +%s%N)
  : >"$work/a/out"
  (until on a curl -fsk https://127.0.0.1:6443/readyz >/dev/null 2>&1; do read -r -t 0.1 <> <(:) || true; done
    echo "start $attempt: API ready seen by curl after $((($(date +%s%N) - began) / 1000000)) ms") &
  looking=$!
  minik_start a server || exit 1
  wait "$looking"
  until outputs '^node-a +Ready ' k get nodes >/dev/null; do read -r -t 0.05 <> <(:) || true; done
  echo "start $attempt: node Ready seen by kubectl after $((($(date +%s%N) - began) / 1000000)) ms"
  pid=${host_pid[a]}
  if [ $attempt -lt 3 ]; then kill "$pid"; wait "$pid" 2>/dev/null; fi
done

rss() { awk '/^VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$pid/status"; }
ticks() { awk '{ print $14 + $15 }' "/proc/$pid/stat"; }
written() { awk '/^write_bytes/ { print $2 }' "/proc/$pid/io"; }
wakeups() { cat /proc/$pid/task/*/status | awk '/^voluntary_ctxt/ { n += $2 } END { print n }'; }
idle() {
  local t0 w0 s0
  t0=$(ticks) w0=$(written) s0=$(wakeups)
  read -r -t "$idle_seconds" <> <(:) || true
  awk -v what="$1" -v rss="$(rss)" -v t=$(($(ticks) - t0)) -v w=$(($(written) - w0)) -v s=$(($(wakeups) - s0)) \
    -v n="$idle_seconds" -v hz="$(getconf CLK_TCK)" \
    'BEGIN { printf "%s: RSS %s MB, CPU %.2f %% of a core, %.1f KiB/s written, %.0f wake-ups/s\n", what, rss, 100*t/hz/n, w/1024/n, s/n }'
}
read -r -t 15 <> <(:) || true
echo "== idle for $idle_seconds s"
idle "server and agent, empty"
for i in $(seq 1000); do
  printf '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"filler-%d"},"data":{"a":"%0900d"}}\n' "$i" "$i"
done >"$work/filler.json"
k create -f "$work/filler.json" >/dev/null
read -r -t 10 <> <(:) || true
idle "server and agent, 1,000 objects more"

echo "== pod start, image present"
k run pull --image=127.0.0.1:5000/minik/busybox:1 --restart=Never --command -- true >/dev/null
within 30 "the image is pulled" outputs 'Completed' k get pod pull
on a "$JAVA_HOME/bin/java" -cp "$classpath" io.minik.bench.pods.PodStart "$work/a/kubeconfig" 127.0.0.1:5000/minik/busybox:1 "$pods"
echo "RSS after: $(rss) MB"

echo "== API server"
on a "$JAVA_HOME/bin/java" -cp "$classpath" io.minik.bench.api.ApiBench "$work/a/kubeconfig" "$pid"

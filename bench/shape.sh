#!/usr/bin/env bash
# bench/shape.sh [TREE...]: the load of io.minik.bench.api.ShapeBench on a server without a node, on loopback; of each built tree in
# turn (this one by default), ROUNDS times. PROFILE=FILE.jfr: a recording of the server while it is loaded.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/build-env.sh"
[ $# -gt 0 ] || set -- "$root"
work=$(mktemp -d /tmp/minik-shape.XXXXXX)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; wait; rm -rf "$work"' EXIT
[ -z "${PROFILE:-}" ] || export MINIK_JAVA_OPTS="${MINIK_JAVA_OPTS:-} -XX:StartFlightRecording:filename=$PROFILE,settings=profile,dumponexit=true -XX:+UnlockDiagnosticVMOptions -XX:+DebugNonSafepoints"
for round in $(seq "${ROUNDS:-1}"); do
  for tree in "$@"; do
    dir=$work/$round$(tr / _ <<<"$tree")
    mkdir -p "$dir"
    touch "$dir/config.yaml"
    (exec "$tree/cli/target/minik" server --disable-agent --config "$dir/config.yaml" --data-dir "$dir/data" --run-dir "$dir/run" \
      --write-kubeconfig "$dir/kubeconfig" --bind-address 127.0.0.1 --https-listen-port "${PORT:-26453}" --etcd-port 0 --log-level warn) \
      >"$dir/out" 2>&1 &
    pid=$!
    until grep -q '^minik ready in' "$dir/out"; do
      kill -0 "$pid" || { cat "$dir/out"; exit 1; }
      read -r -t 0.1 <> <(:) || true
    done
    echo "== $tree, round $round: $(head -1 "$dir/out" | cut -d: -f1), load $(cut -d' ' -f1 /proc/loadavg)"
    "$JAVA_HOME/bin/java" -cp "$root/bench/target/classes:$(cat "$root/bench/target/classpath")" io.minik.bench.api.ShapeBench "$dir/kubeconfig" "$pid"
    kill "$pid"
    wait "$pid" || true
    pid=
  done
done

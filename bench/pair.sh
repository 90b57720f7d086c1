#!/usr/bin/env bash
# bench/pair.sh BASE [PART...]: compares the API servers of two built trees, that of BASE and this one, side by side in the same
# minutes (io.minik.bench.api.PairedBench; parts: get mixed watch streams list; all but streams by default; ROUNDS=15). Without a node, on loopback.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/build-env.sh"
base=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- get mixed watch list
work=$(mktemp -d /tmp/minik-pair.XXXXXX)
declare -A pid
trap 'kill "${pid[@]}" 2>/dev/null; wait; rm -rf "$work"' EXIT

start() { # NAME TREE PORT
  local dir=$work/$1
  mkdir -p "$dir"
  touch "$dir/config.yaml"
  (exec "$2/cli/target/minik" server --disable-agent --config "$dir/config.yaml" --data-dir "$dir/data" --run-dir "$dir/run" \
    --write-kubeconfig "$dir/kubeconfig" --bind-address 127.0.0.1 --https-listen-port "$3" --etcd-port 0 --log-level warn) \
    >"$dir/out" 2>&1 &
  pid[$1]=$!
  until grep -q '^minik ready in' "$dir/out"; do
    kill -0 "${pid[$1]}" || { cat "$dir/out"; exit 1; }
    read -r -t 0.1 <> <(:) || true
  done
  echo "$1: $(head -1 "$dir/out")"
}
port=${PORT:-26443}
start base "$base" "$port"
start new "$root" $((port + 1))
"$JAVA_HOME/bin/java" -cp "$root/bench/target/classes:$(cat "$root/bench/target/classpath")" io.minik.bench.api.PairedBench \
  "$work/base/kubeconfig" "${pid[base]}" "$work/new/kubeconfig" "${pid[new]}" "${ROUNDS:-15}" "$@"
for side in base new; do
  echo "$side: RSS $(awk '/^VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/${pid[$side]}/status") MB"
done

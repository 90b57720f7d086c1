#!/usr/bin/env bash
# What kubectl's commands expect of an API server and its controllers, case by case as upstream's own command tests have them: a
# control plane without a kubelet, one node that is only an object, pods that stay pending. Each file beside this one is a group
# of commands; PART=name runs one alone.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../lib.sh
. "$here/../lib.sh"
begin
host_up a 1
printf 'admin-token,admin,1000,"system:masters"\n' >"$work/tokens.csv"
minik_start a server --disable-agent --token-auth-file "$work/tokens.csv" || exit 1

# group NAME: a namespace of its own for what follows.
group() {
  say "== $1"
  namespace=$1
  k create ns "$1" >/dev/null
}
kn() { k -n "$namespace" "$@"; }
# holds ARGS TEMPLATE REGEX: what `kubectl get ARGS` prints by a Go template, as a whole.
holds() {
  local out
  # shellcheck disable=SC2086
  out=$(kn get $1 -o go-template="$2" 2>&1)
  [[ $out =~ ^$3$ ]] || { printf '%s is %s, not %s\n' "$1" "$out" "$3"; return 1; }
}
# names ARGS REGEX: of a list, each with a colon behind it.
names() { holds "$1" '{{range.items}}{{.metadata.name}}:{{end}}' "$2"; }
# refused REGEX COMMAND...: it fails, and says so.
refused() {
  local pattern=$1 out
  shift
  if out=$("$@" 2>&1); then
    printf 'succeeded: %s\n' "$out"
    return 1
  fi
  like "$out" "$pattern"
}
lacks() { local pattern=$1 out; shift; out=$("$@" 2>&1); ! like "$out" "$pattern" >/dev/null || { printf '%s\n' "$out"; return 1; }; }
managed() { outputs "$1" kn get "${@:2}" --show-managed-fields -o 'jsonpath={.metadata.managedFields[*].manager}'; }
# described ARGS WORD...: kubectl describe has each word; its events are shown unless they are not wanted; it reads by pages.
described() {
  local out word
  # shellcheck disable=SC2086
  out=$(kn describe $1 2>&1) || { printf '%s\n' "$out"; return 1; }
  for word in "${@:2}"; do grep -qF -- "$word" <<<"$out" || { printf 'no %s in %s\n' "$word" "$out"; return 1; }; done
  # shellcheck disable=SC2086
  out=$(kn describe --show-events=false $1 2>&1)
  ! grep -qE '^Events:' <<<"$out" || { echo "events are shown"; return 1; }
}
paged() { outputs "\\?limit=[0-9]+ 200 OK|limit=[0-9]+\" status=\"200 OK\"" kn -v=6 describe "$1" --chunk-size=1; }
edited() { # EDITOR ARGS...: kubectl edit
  on a env EDITOR="$1" timeout 60 "$kubectl_binary" --kubeconfig "$work/a/kubeconfig" -n "$namespace" edit "${@:2}"
}
editor() { # SED: an editor of one line
  printf '#!/bin/sh\nsed -i "%s" "$1"\n' "$1" >"$work/editor.sh"
  chmod +x "$work/editor.sh"
}
pod() { # NAME [LABELS] [IMAGE]: a pod that is only looked at
  printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: %s, labels: {%s}}\nspec: {containers: [{name: main, image: "%s", resources: {limits: {cpu: "1", memory: 512Mi}}}]}\n---\n' \
    "$1" "${2:-name: $1}" "${3:-pause:1}"
}
workload() { # APIVERSION KIND NAME REPLICAS [IMAGE]
  printf 'apiVersion: %s\nkind: %s\nmetadata: {name: %s, labels: {app: %s}}\nspec:\n  replicas: %s\n  selector: {matchLabels: {app: %s}}\n  template:\n    metadata: {labels: {app: %s}}\n    spec: {containers: [{name: main, image: "%s", ports: [{containerPort: 80}]}, {name: side, image: "side:1"}]}\n---\n' \
    "$1" "$2" "$3" "$3" "$4" "$3" "$3" "${5:-web:1}"
}
k create -f - >/dev/null <<'YAML'
apiVersion: v1
kind: Node
metadata: {name: 127.0.0.1}
status: {capacity: {memory: 1Gi}}
YAML
# Each part has its own namespaces and files, so that they run beside each other; what they say is told one after the other.
run_part() { # NAME
  local out=$work/$1.out
  (
    trap - EXIT
    mkdir -p "$work/parts/$1"
    ln -s "$work/a" "$work/parts/$1/a"
    work=$work/parts/$1
    # shellcheck source=/dev/null
    . "$here/$1.sh"
    printf '%s %s\n' "$passed" "$failed" >"$work/counts"
  ) >"$out" 2>&1 &
}
parts=()
for part in "$here"/*.sh; do
  part=$(basename "$part" .sh)
  [ "$part" = run ] && continue
  [ -n "${PART:-}" ] && [ "$part" != "$PART" ] && continue
  parts+=("$part")
  run_part "$part"
  part_pids[${#parts[@]}]=$!
done
for pid in "${part_pids[@]}"; do wait "$pid"; done
for part in "${parts[@]}"; do
  say "== $part"
  cat "$work/$part.out"
  if read -r good bad <"$work/parts/$part/counts"; then
    passed=$((passed + good)) failed=$((failed + bad))
  else
    failed=$((failed + 1))
    echo "not ok - $part ended before its end"
  fi
done
down

#!/usr/bin/env bash
# Other people's clients against a live minik: both kubectls over every kind, and fabric8's Java client.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
. "$root/build-env.sh"
begin
host_up a 1
minik_start a server --disable-agent || exit 1

every_listable_kind_lists() {
  local kind
  for kind in $(k api-resources --verbs=list -o name); do k get "$kind" -A >/dev/null || { echo "get $kind"; return 1; }; done
}
crud() { # KIND NAME MANIFEST: create, get, list, label, annotate, patch, apply, watch, delete
  local kind=$1 name=$2
  printf '%s\n' "$3" | k create -f - &&
    outputs "$name" k get "$kind" "$name" -o name &&
    outputs "$name" k get "$kind" &&
    k label "$kind" "$name" touched=yes && outputs "$name" k get "$kind" -l touched=yes &&
    k annotate "$kind" "$name" note=here &&
    k patch "$kind" "$name" --type=merge -p '{"metadata":{"labels":{"merged":"yes"}}}' &&
    k patch "$kind" "$name" --type=json -p '[{"op":"add","path":"/metadata/labels/jsoned","value":"yes"}]' &&
    outputs 'yes yes yes' k get "$kind" "$name" -o 'jsonpath={.metadata.labels.touched} {.metadata.labels.merged} {.metadata.labels.jsoned}' &&
    k get "$kind" "$name" -o yaml >"$work/live.yml" && k replace -f "$work/live.yml" &&
    outputs "$name" k get "$kind" --watch --request-timeout=1s &&
    k delete "$kind" "$name" --timeout=20s && fails k get "$kind" "$name"
}
for client in 1.32 1.36; do
  kubectl_binary=$tools/kubectl-$client
  ok "kubectl $client: version" outputs 'Server Version: v1\.36\.' k version
  ok "kubectl $client: every listable kind lists" every_listable_kind_lists
  while IFS= read -r manifest; do
    [ -n "$manifest" ] || continue
    kind=$(jq -r '(.apiVersion | split("/")) as $g | (.kind | ascii_downcase) + (if ($g | length) > 1 then "." + $g[1] + "." + $g[0] else "" end)' <<<"$manifest")
    name=$(jq -r .metadata.name <<<"$manifest")
    ok "kubectl $client: $kind" crud "$kind" "$name" "$manifest"
  done <"$(dirname "$0")/kinds.jsonl"
done

story() { on a "$JAVA_HOME/bin/java" -cp "$root/inttest/target/classes:$(cat "$root/inttest/target/classpath")" "$@"; }
ok "fabric8's client creates, lists, watches, edits and patches" story io.minik.inttest.Fabric8Story "$work/a/kubeconfig"

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
manifests=$(dirname "$0")/kinds.jsonl
kinds=$(grep -c . "$manifests")
all() { # as many lines as there are kinds must match PATTERN
  local pattern=$1 out
  shift
  out=$("$@" 2>&1)
  [ "$(grep -Ec -- "$pattern" <<<"$out")" = "$kinds" ] || { printf '%s\n' "$out"; return 1; }
}
for client in 1.32 1.36; do
  kubectl_binary=$tools/kubectl-$client
  ok "kubectl $client: version" outputs 'Server Version: v1\.36\.' k version
  ok "kubectl $client: every listable kind lists" every_listable_kind_lists
  ok "kubectl $client: creates every kind" all '/[xy]1 created$' k create -f "$manifests"
  ok "kubectl $client: gets every kind" all '/[xy]1$' k get -f "$manifests" -o name
  ok "kubectl $client: labels every kind" all '/[xy]1 labeled$' k label -f "$manifests" touched=yes
  ok "kubectl $client: annotates every kind" all '/[xy]1 annotated$' k annotate -f "$manifests" note=here
  ok "kubectl $client: merge-patches every kind" all '/[xy]1 patched$' \
    k patch -f "$manifests" --type=merge -p '{"metadata":{"labels":{"merged":"yes"}}}'
  ok "kubectl $client: JSON-patches every kind" all '/[xy]1 patched$' \
    k patch -f "$manifests" --type=json -p '[{"op":"add","path":"/metadata/labels/jsoned","value":"yes"}]'
  ok "kubectl $client: the patches are there" all 'yes yes yes' \
    k get -f "$manifests" -o 'jsonpath={range .items[*]}{.metadata.labels.touched} {.metadata.labels.merged} {.metadata.labels.jsoned}{"\n"}{end}'
  k get -f "$manifests" -o json >"$work/live.json"
  ok "kubectl $client: replaces every kind" all '/[xy]1 replaced$' k replace -f "$work/live.json"
  ok "kubectl $client: a watch sees a change" bash -c "$(declare -f k on outputs like); kubectl_binary=$kubectl_binary work=$work
    k get configmap x1 --watch -o 'jsonpath={.data.seen}{\"\n\"}' --request-timeout=5s >$work/watched 2>&1 &
    for i in 1 2 3 4 5 6; do k patch configmap x1 --type=merge -p \"{\\\"data\\\":{\\\"seen\\\":\\\"change-\$i\\\"}}\"; done
    wait; grep -q '^change-6$' $work/watched"
  ok "kubectl $client: deletes every kind" all ' deleted' k delete -f "$manifests" --timeout=30s
  ok "kubectl $client: they are gone" all 'NotFound' k get -f "$manifests"
done

story() { on a timeout 90 "$JAVA_HOME/bin/java" -cp "$root/inttest/target/classes:$(cat "$root/inttest/target/classpath")" "$@"; }
ok "fabric8's client creates, lists, watches, edits and patches" story io.minik.inttest.Fabric8Story "$work/a/kubeconfig"
ok "protobuf bodies, and updates of what was read, change no more than they say" story io.minik.inttest.ProtobufStory "$work/a/kubeconfig"

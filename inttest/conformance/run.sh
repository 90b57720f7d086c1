#!/usr/bin/env bash
# What upstream's conformance tests look at and no other scenario proves: each file beside this one is an area, by kubectl;
# one Java program has what kubectl does not show. docs/conformance.tsv says which check proves what. PART=name runs one part
# alone (api is the Java program), ONLY=words of it those behaviours.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../two-nodes.sh
. "$here/../two-nodes.sh"
. "$root/build-env.sh"
begin
two_hosts
image_push a 5000 minik/busybox:1
export image=registry.test/minik/busybox:1
two_nodes || exit 1
untainted() { [ "$(k get nodes -o json | jq '[.items[] | select(.spec.taints == null)] | length')" -ge 2 ]; }
within 10 "two nodes are without taints" untainted

# behaviours: the Java program's lines count as if they were checks of ours.
behaviours() {
  on a timeout 500 "$JAVA_HOME/bin/java" -cp "$root/inttest/target/classes:$(cat "$root/inttest/target/classpath")" \
    io.minik.inttest.conformance.Conformance "$work/a/kubeconfig" "$image" "${ONLY:-}" >"$work/behaviours" 2>"$work/behaviours.err"
  local ended=$?
  cat "$work/behaviours"
  passed=$((passed + $(grep -c '^ok - ' "$work/behaviours")))
  failed=$((failed + $(grep -c '^not ok - ' "$work/behaviours")))
  ok "the behaviours were looked at" [ $ended -eq 0 ] || cat "$work/behaviours.err"
}
wanted() { [ -z "${PART:-}" ] || [ "$PART" = "$1" ]; }
wanted api && behaviours
for part in "$here"/*.sh; do
  name=$(basename "$part" .sh)
  [ "$name" = run ] && continue
  wanted "$name" || continue
  say "== $name"
  # shellcheck source=/dev/null
  . "$part"
done
down

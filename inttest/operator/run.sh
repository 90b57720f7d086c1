#!/usr/bin/env bash
# An operator from its installation to its end: definitions, two instances with an election, status and finalizers by server-side
# apply, a webhook that it serves itself; the leader dies, the definition gets a second version, the server is killed.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
. "$root/build-env.sh"
begin
host_up a 1
minik_start a server --disable-agent || exit 1
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/tls.key" -out "$work/tls.crt" -subj /CN=operator -addext subjectAltName=IP:127.0.0.1 -days 2 >/dev/null 2>&1
openssl pkcs12 -export -in "$work/tls.crt" -inkey "$work/tls.key" -out "$work/keys.p12" -password pass:changeit
definition() { # VERSIONS
  printf 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: apps.operator.example.com}\nspec:\n  group: operator.example.com\n  scope: Namespaced\n  names: {plural: apps, singular: app, kind: App}\n  versions:\n'
  local version storage=true
  for version in "$@"; do
    printf '  - name: %s\n    served: true\n    storage: %s\n    subresources: {status: {}}\n    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer, minimum: 0}, note: {type: string, default: of-%s}}}, status: {type: object, properties: {phase: {type: string}, by: {type: string}, observedGeneration: {type: integer}}}}}}\n    additionalPrinterColumns: [{name: Phase, type: string, jsonPath: .status.phase}]\n' "$version" $storage "$version"
    storage=false
  done
}
app() { printf 'apiVersion: operator.example.com/%s\nkind: App\nmetadata: {name: %s, namespace: apps}\nspec: {size: %s}\n---\n' "${3:-v1}" "$1" "$2"; }
operator_up() { # IDENTITY PORT
  (exec nsenter --net="/run/netns/$prefix-a" "$JAVA_HOME/bin/java" -Xmx128m -cp "$root/inttest/target/classes:$(cat "$root/inttest/target/classpath")" \
    io.minik.inttest.operator.Operator "$work/a/kubeconfig" "$1" "$2" "$work/keys.p12") >"$work/$1.out" 2>&1 &
  operator_pid[$1]=$!
}
declare -A operator_pid
trap 'kill -9 "${operator_pid[@]}" 2>/dev/null; down' EXIT
k create ns operator >/dev/null
k create ns apps >/dev/null
ok "the definition is installed" k apply --server-side -f - <<<"$(definition v1)"
ok "and established" k wait --for=condition=Established --timeout=20s crd/apps.operator.example.com
operator_up one 9443
within 40 "the operator runs" grep -q 'one leads' "$work/one.out"
operator_up two 9444
within 40 "and another" grep -q 'two runs' "$work/two.out"
printf 'apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: apps.operator.example.com}\nwebhooks:\n- name: apps.operator.example.com\n  clientConfig: {url: "https://127.0.0.1:9444/validate", caBundle: %s}\n  rules: [{apiGroups: [operator.example.com], apiVersions: ["*"], operations: [CREATE, UPDATE], resources: [apps]}]\n  sideEffects: None\n  admissionReviewVersions: [v1]\n' "$(base64 -w0 <"$work/tls.crt")" >"$work/hook.yaml"
ok "its webhook is registered" k apply -f "$work/hook.yaml"
for at in $(seq 8); do app "a$at" "$at"; done >"$work/apps.yaml"
ok "eight objects" k apply -f "$work/apps.yaml"
phases() { [ "$(k -n apps get apps.operator.example.com -o 'jsonpath={.items[*].status.phase}' | wc -w)" = "$1" ]; }
within 30 "are all seen to" phases 8
size_of() { outputs "^$2\$" k -n apps get configmap "app-$1" -o "jsonpath={.data.${3:-size}}"; }
ok "each by a map of its own" size_of a3 3
ok "by the leader" outputs '^one$' k -n apps get apps.operator.example.com a1 -o 'jsonpath={.status.by}'
ok "who is the lease's holder" outputs '^one$' k -n operator get lease app-operator -o 'jsonpath={.spec.holderIdentity}'
ok "status is its manager's" outputs 'app-operator.*status|status.*app-operator' k -n apps get apps.operator.example.com a1 --show-managed-fields -o 'jsonpath={.metadata.managedFields}'
ok "the webhook refuses what is too large" outputs 'denied the request: no App is larger than 10' k apply -f - <<<"$(app large 11)"
ok "the schema what is none" outputs 'spec.size.*should be greater than or equal to 0' k apply -f - <<<"$(app small -1)"
kill -9 "${operator_pid[one]}"
wait "${operator_pid[one]}" 2>/dev/null
k apply -f - <<<"$(app a1 9)" >/dev/null
within 40 "the other takes over" size_of a1 9
ok "and says so" outputs '^two$' k -n apps get apps.operator.example.com a1 -o 'jsonpath={.status.by}'
ok "a second version is installed" k apply --server-side -f - <<<"$(definition v2 v1)"
noted() { k apply -f - <<<"$(app a9 4 v2)" && outputs '^operator.example.com/v2$' k -n apps get apps.v2.operator.example.com a9 -o 'jsonpath={.apiVersion}'; }
within 10 "objects of it are taken" noted
within 30 "and seen to by who knows the first" size_of a9 4
ok "with the default of the version that it was written in" size_of a9 of-v2 note
ok "the server is killed" minik_kill9 a
minik_start a server --disable-agent || exit 1
ok "changes go on" k apply -f - <<<"$(app a2 7)"
within 60 "and are seen to" size_of a2 7
ok "an object is deleted" k -n apps delete apps.operator.example.com a4 --timeout=30s
ok "after its map" outputs 'NotFound' k -n apps get configmap app-a4
ok "all are" k -n apps delete apps.operator.example.com --all --timeout=60s
ok "and their maps" outputs "^$" k -n apps get configmaps -o "jsonpath={.items[?(@.data.size)].metadata.name}"
ok "the webhook goes" k delete -f "$work/hook.yaml"
ok "and the definition" k delete crd apps.operator.example.com --timeout=30s
ok "nothing of it is left" outputs "doesn't have a resource type" k get apps.operator.example.com -A
kill -9 "${operator_pid[two]}"
wait "${operator_pid[two]}" 2>/dev/null
down

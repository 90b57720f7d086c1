# Webhooks of admission and of definitions, on the host, behind a Service without selector, and in a pod: good ones, and slow, dead,
# unbelieved, rambling and breaking ones, as kubectl shows them.
# shellcheck source=../hook.sh
. "$root/inttest/hook.sh"
(exec nsenter --net="/run/netns/$prefix-a" /usr/bin/python3 "$root/inttest/hook.py" 8443 host "$hooks") >"$hooks/out" 2>&1 &
hook_pid=$!
ok "a namespace whose objects are shown to webhooks" k create -f - <<YAML
{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"webhooks","labels":{"shown":"yes"}}}
YAML
within 20 "the webhook on the host answers" on a curl -sk -o /dev/null https://192.168.77.1:8443/

configuration() { # KIND NAME CLIENTCONFIG [MORE]: of configmaps in that namespace
  cat <<YAML
apiVersion: admissionregistration.k8s.io/v1
kind: $1WebhookConfiguration
metadata: {name: $2}
webhooks:
- name: $2.webhooks.example.com
  sideEffects: None
  admissionReviewVersions: [v1]
  timeoutSeconds: 2
  namespaceSelector: {matchLabels: {shown: "yes"}}
  rules: [{operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [configmaps]}]
  clientConfig: $3
  ${4:-}
YAML
}
url() { printf '{url: "https://192.168.77.1:%s%s", caBundle: %s}' "${3:-8443}" "$1" "$(bundle "${2:-hooks}")"; }
said() { # PATTERN KIND CLIENTCONFIG [MORE]: what kubectl says of a ConfigMap while that webhook is asked
  local out
  configuration "$2" tried "$3" "${4:-}" | k apply -f - >/dev/null || return 1
  out=$(k -n webhooks create cm "said-$RANDOM" --from-literal=a=b 2>&1)
  k delete "$(tr '[:upper:]' '[:lower:]' <<<"$2")webhookconfiguration" tried >/dev/null
  like "$out" "$1"
}
ok "a denial is told" said '^error: failed to create configmap: admission webhook "tried.webhooks.example.com" denied the request: not today$' Validating "$(url /deny)"
ok "a warning is told" said '^Warning: mind the gap$' Validating "$(url /warn)"
failed_call='Internal error occurred: failed calling webhook "tried.webhooks.example.com": failed to call webhook'
ok "a slow one is not waited for" said "$failed_call: Post \"https://192.168.77.1:8443/slow\\?timeout=2s\": context deadline exceeded\$" Validating "$(url /slow)"
ok "a dead one is told by address" said "$failed_call: Post \"https://192.168.77.1:8444/x\\?timeout=2s\": dial tcp 192.168.77.1:8444: connect: connection refused\$" Validating "$(url /x hooks 8444)"
ok "a certificate of nobody's is refused" said "$failed_call: .*: tls: failed to verify certificate: x509: certificate signed by unknown authority\$" Validating "$(url /deny strangers)"
ok "an answer that is none is told" said "$failed_call: couldn.t get version/kind; json parse error: " Validating "$(url /hello)"
ok "a patch that breaks the object is refused" said 'data\[a b\]: Invalid value: "a b"' Mutating "$(url /break)"
ok "who must not matter does not" said 'configmap/said-[0-9]* created' Validating "$(url /slow)" 'failurePolicy: Ignore'
ok "no Service, no webhook" said "$failed_call: Post \"https://none.webhooks.svc:443/x\\?timeout=2s\": service \"none\" not found\$" Validating "$(service none /x)"

ok "a webhook in a pod, another behind a Service without selector" k apply -f - <<YAML
$(hook_in_pod)
---
apiVersion: v1
kind: Service
metadata: {name: outside, namespace: webhooks}
spec: {ports: [{port: 443, targetPort: 8443}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: outside-1, namespace: webhooks, labels: {kubernetes.io/service-name: outside}}
addressType: IPv4
ports: [{name: "", port: 8443}]
endpoints: [{addresses: [192.168.77.1]}]
YAML
within 30 "the pod is ready" k -n webhooks wait --for=condition=Ready pod/hook --timeout=1s
configuration Mutating labels "$(service hook /label)" | k apply -f - >/dev/null
labelled() { # BY NAME
  k -n webhooks delete cm "$2" --ignore-not-found >/dev/null
  k -n webhooks create cm "$2" >/dev/null && [ "$(k -n webhooks get cm "$2" -o 'jsonpath={.metadata.labels.by}')" = "$1" ]
}
within 20 "the one in the pod changes objects" labelled pod inside
configuration Mutating labels "$(service outside /label)" | k apply -f - >/dev/null
ok "then the one outside, from the next request on" labelled host outside
ok "what they did is counted" outputs '^apiserver_admission_webhook_request_total\{code="200",name="labels.webhooks.example.com",operation="CREATE",rejected="false",type="admit"\} [0-9]' k get --raw /metrics
k delete mutatingwebhookconfiguration labels >/dev/null
configuration Validating ways "$(url /deny)" | sed 's/CREATE/CONNECT/; s/configmaps/pods\/exec/' | k apply -f - >/dev/null
ok "a way into a pod is admitted, too" outputs 'admission webhook "ways.webhooks.example.com" denied the request: not today' k -n webhooks exec hook -- true
k delete validatingwebhookconfiguration ways >/dev/null
configuration Mutating ways "$(url /instead)" | sed 's/CREATE/CONNECT/; s/configmaps/pods\/exec/' | k apply -f - >/dev/null
ok "and changed" outputs '^instead$' k -n webhooks exec hook -- echo asked
k delete mutatingwebhookconfiguration ways >/dev/null
k -n webhooks run bound --image=none --overrides='{"spec":{"schedulerName":"nobody"}}' >/dev/null
configuration Validating bindings "$(url /deny)" | sed 's/configmaps/pods\/binding, pods\/eviction/' | k apply -f - >/dev/null
part() { # NAME JSON: of the pod
  k create --raw "/api/v1/namespaces/webhooks/pods/bound/$1" -f - <<<"$2"
}
ok "a binding is admitted" outputs 'admission webhook "bindings.webhooks.example.com" denied the request: not today' part binding \
  '{"apiVersion":"v1","kind":"Binding","metadata":{"name":"bound"},"target":{"kind":"Node","name":"node-a"}}'
ok "an eviction is admitted" outputs 'admission webhook "bindings.webhooks.example.com" denied the request: not today' part eviction \
  '{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"bound"}}'
k delete validatingwebhookconfiguration bindings >/dev/null

crd_of_cups() { # STORED OTHER
  cat <<YAML
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: cups.webhooks.example.com}
spec:
  group: webhooks.example.com
  scope: Namespaced
  names: {plural: cups, kind: Cup}
  versions:
  - &version {name: $1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {made: {type: string}, size: {type: integer}}}}}}}
  - {<<: *version, name: $2, storage: false}
YAML
}
cup() { printf '{"apiVersion":"webhooks.example.com/%s","kind":"Cup","metadata":{"name":"%s","namespace":"webhooks"},"spec":{"size":%s}}' "$1" "$2" "$3"; }
shown_cup() { k -n webhooks get "cups.$1.webhooks.example.com" "$2" -o 'jsonpath={.spec}'; }
configuration Validating definitions "$(url /deny)" "objectSelector: {matchLabels: {refused: \"yes\"}}" |
  sed 's/namespaceSelector: .*/namespaceSelector: {}/; s/apiGroups: \[""\]/apiGroups: [apiextensions.k8s.io]/; s/configmaps/customresourcedefinitions/' | k apply -f - >/dev/null
ok "a definition is denied" outputs 'admission webhook "definitions.webhooks.example.com" denied the request: not today' \
  k apply -f - <<<"$(crd_of_cups v1 v2 | sed 's/cups.webhooks.example.com}/cups.webhooks.example.com, labels: {refused: "yes"}}/')"
ok "another is not" k apply -f - <<<"$(crd_of_cups v1 v2)"
k delete validatingwebhookconfiguration definitions >/dev/null
k wait --for=condition=Established --timeout=20s crd/cups.webhooks.example.com >/dev/null
configuration Mutating filling "$(url /fill)" | sed 's/CREATE/CREATE, UPDATE/; s/apiGroups: \[""\]/apiGroups: [webhooks.example.com]/; s/configmaps/cups/' | k apply -f - >/dev/null
k apply -f - >/dev/null <<<"$(cup v1 one 1)"
ok "a custom object is changed, and what it has no place for is pruned" outputs '^\{"made":"by-hook","size":1\}$' shown_cup v1 one
k apply -f - >/dev/null <<<"$(crd_of_cups v2 v1)"
stored_versions() { k get crd cups.webhooks.example.com -o 'jsonpath={.status.storedVersions}'; }
within 20 "it is stored in another version from now on" outputs '^\["v1","v2"\]$' stored_versions
k apply -f - >/dev/null <<<"$(cup v1 one 2)"
k apply -f - >/dev/null <<<"$(cup v2 two 3)"
ok "one that was stored in the first is changed" outputs '^\{"made":"by-hook","size":2\}$' shown_cup v2 one
ok "one that is stored in the other, too" outputs '^\{"made":"by-hook","size":3\}$' shown_cup v1 two
k delete mutatingwebhookconfiguration filling >/dev/null
k delete crd cups.webhooks.example.com --wait=false >/dev/null

crd_of_two() { # CLIENTCONFIG
  cat <<YAML
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: tubs.webhooks.example.com}
spec:
  group: webhooks.example.com
  scope: Namespaced
  names: {plural: tubs, kind: Tub}
  conversion: {strategy: Webhook, webhook: {conversionReviewVersions: [v1], clientConfig: $1}}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}}
  - {name: v2, served: true, storage: false, schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {sizes: {type: object, properties: {all: {type: integer}}}}}}}}}
YAML
}
crd_of_two "$(service hook /convert)" | k apply -f - >/dev/null
ok "a kind of two versions" k wait --for=condition=Established --timeout=20s crd/tubs.webhooks.example.com
tub='{"apiVersion":"webhooks.example.com/v1","kind":"Tub","metadata":{"name":"one","namespace":"webhooks"},"spec":{"size":7}}'
within 20 "takes objects of the stored one" k apply -f - <<<"$tub"
ok "and shows them in the other, by its webhook" outputs '^7$' k -n webhooks get tubs.v2.webhooks.example.com one -o 'jsonpath={.spec.sizes.all}'
ok "is written in the other" k -n webhooks patch tubs.v2.webhooks.example.com one --type=merge -p '{"spec":{"sizes":{"all":8}}}'
ok "and read in the first" outputs '^8$' k -n webhooks get tubs.v1.webhooks.example.com one -o 'jsonpath={.spec.size}'
crd_of_two "$(service none /convert)" | k apply -f - >/dev/null
within 20 "without its webhook that is told" outputs '^Error from server: conversion webhook for webhooks.example.com/v1, Kind=Tub failed: Post "https://none.webhooks.svc:443/convert\?timeout=30s": service "none" not found$' k -n webhooks get tubs.v2.webhooks.example.com one
ok "and the kind can go all the same" k delete crd tubs.webhooks.example.com --timeout=30s
ok "the namespace goes" k delete ns webhooks --timeout=40s
kill "$hook_pid" && wait "$hook_pid" 2>/dev/null

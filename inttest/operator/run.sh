#!/usr/bin/env bash
# An operator from its installation to its end, in two pods: it applies the definition of its kind itself, watches its objects,
# elects a leader, writes status and finalizers by server-side apply, and serves its webhooks behind a Service. The leader is
# killed; an upgrade brings a second version, into which its webhook converts what is there; the server is killed amid changes.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
. "$root/build-env.sh"
begin
host_up a 1
registry_up a 5000
image_push a 5000 minik/busybox:1
minik_start a server || exit 1
names=subjectAltName=DNS:operator.operator.svc
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/tls.key" -out "$work/tls.crt" -subj /CN=operator -addext $names -days 2 >/dev/null 2>&1
mkdir -p "$work/given"
openssl pkcs12 -export -in "$work/tls.crt" -inkey "$work/tls.key" -out "$work/given/keys.p12" -password pass:changeit
chmod 644 "$work/given/keys.p12"
bundle=$(base64 -w0 <"$work/tls.crt")
schema() { # FIELDS OF SPEC
  echo "{openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {$1, note: {type: string, default: none}}}, status: {type: object, properties: {phase: {type: string}, by: {type: string}, observedGeneration: {type: integer}}}}}}"
}
columns='additionalPrinterColumns: [{name: Phase, type: string, jsonPath: .status.phase}]'
definition() { # CONVERSION VERSIONS
  printf 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: apps.operator.example.com}\nspec:\n  group: operator.example.com\n  scope: Namespaced\n  names: {plural: apps, singular: app, kind: App}\n  conversion: %s\n  versions:\n%s\n' "$1" "$2"
}
old="  - {name: v1alpha1, served: true, storage: STORED, subresources: {status: {}}, $columns, schema: $(schema 'size: {type: integer, minimum: 0}')}"
new="  - {name: v1, served: true, storage: true, subresources: {status: {}}, $columns, schema: $(schema 'capacity: {type: object, required: [size], properties: {size: {type: integer, minimum: 0}}}')}"
definition '{strategy: None}' "${old/STORED/true}" >"$work/given/first.yaml"
definition "{strategy: Webhook, webhook: {conversionReviewVersions: [v1], clientConfig: {service: {name: operator, namespace: operator, path: /convert}, caBundle: $bundle}}}" \
  "$new
${old/STORED/false}" >"$work/given/second.yaml"
operator() { # DEFINITION: what is installed
  cat <<YAML
apiVersion: v1
kind: ServiceAccount
metadata: {name: operator, namespace: operator}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: app-operator}
rules:
- {apiGroups: [apiextensions.k8s.io], resources: [customresourcedefinitions], verbs: [get, list, watch, create, patch]}
- {apiGroups: [operator.example.com], resources: [apps, apps/status], verbs: [get, list, watch, patch]}
- {apiGroups: [""], resources: [configmaps], verbs: [get, create, patch, delete]}
- {apiGroups: [coordination.k8s.io], resources: [leases], verbs: [get, create, update, patch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: app-operator}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: app-operator}
subjects: [{kind: ServiceAccount, name: operator, namespace: operator}]
---
apiVersion: v1
kind: Service
metadata: {name: operator, namespace: operator}
spec: {selector: {app: operator}, ports: [{port: 443, targetPort: hooks}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: operator, namespace: operator}
spec:
  replicas: 2
  selector: {matchLabels: {app: operator}}
  strategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}
  template:
    metadata: {labels: {app: operator}}
    spec:
      serviceAccountName: operator
      terminationGracePeriodSeconds: 1
      containers:
      - name: operator
        image: 127.0.0.1:5000/minik/busybox:1
        command: [$JAVA_HOME/bin/java, -Xmx96m, -XX:TieredStopAtLevel=1, -XX:+UseSerialGC, -cp, "/classes:$(cat "$root/inttest/target/classpath")",
          io.minik.inttest.operator.Operator, \$(POD), "9443", /given/keys.p12, /given/$1]
        env: [{name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
        ports: [{name: hooks, containerPort: 9443}]
        readinessProbe: {tcpSocket: {port: hooks}, periodSeconds: 1}
        volumeMounts:
        - {name: usr, mountPath: /usr, readOnly: true}
        - {name: lib, mountPath: /lib, readOnly: true}
        - {name: lib64, mountPath: /lib64, readOnly: true}
        - {name: classes, mountPath: /classes, readOnly: true}
        - {name: jars, mountPath: $HOME/.m2, readOnly: true}
        - {name: given, mountPath: /given, readOnly: true}
      volumes:
      - {name: usr, hostPath: {path: /usr}}
      - {name: lib, hostPath: {path: /usr/lib}}
      - {name: lib64, hostPath: {path: /usr/lib64}}
      - {name: classes, hostPath: {path: $root/inttest/target/classes}}
      - {name: jars, hostPath: {path: $HOME/.m2}}
      - {name: given, hostPath: {path: $work/given}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: apps.operator.example.com}
webhooks:
- name: apps.operator.example.com
  clientConfig: {service: {name: operator, namespace: operator, path: /validate}, caBundle: $bundle}
  rules: [{apiGroups: [operator.example.com], apiVersions: ["*"], operations: [CREATE, UPDATE], resources: [apps]}]
  sideEffects: None
  admissionReviewVersions: [v1]
YAML
}
app() { # NAME SIZE [VERSION]
  local spec="size: $2"
  [ "${3:-v1alpha1}" = v1 ] && spec="capacity: {size: $2}"
  printf 'apiVersion: operator.example.com/%s\nkind: App\nmetadata: {name: %s, namespace: apps}\nspec: {%s}\n---\n' "${3:-v1alpha1}" "$1" "$spec"
}
k create ns operator >/dev/null
k create ns apps >/dev/null
ok "the operator is installed" outputs 'deployment.apps/operator created' k apply -f - <<<"$(operator first.yaml)"
within 60 "and brings the definition of its kind" k get crd apps.operator.example.com
within 60 "it runs, twice" k -n operator rollout status deployment/operator --timeout=1s
for at in $(seq 8); do app "a$at" "$at"; done >"$work/apps.yaml"
within 30 "eight objects" k apply -f "$work/apps.yaml"
phases() { [ "$(k -n apps get apps.operator.example.com -o 'jsonpath={.items[*].status.phase}' | wc -w)" = "$1" ]; }
within 40 "are all seen to" phases 8
size_of() { outputs "^$2\$" k -n apps get configmap "app-$1" -o "jsonpath={.data.${3:-size}}"; }
ok "each by a map of its own" size_of a3 3
leader() { k -n operator get lease app-operator -o 'jsonpath={.spec.holderIdentity}'; }
by() { k -n apps get apps.operator.example.com "$1" -o 'jsonpath={.status.by}'; }
ok "by the leader" [ "$(by a1)" = "$(leader)" ]
ok "status is its manager's" outputs 'app-operator.*status|status.*app-operator' k -n apps get apps.operator.example.com a1 --show-managed-fields -o 'jsonpath={.metadata.managedFields}'
ok "the webhook in its pods refuses what is too large" outputs 'denied the request: no App is larger than 10' k apply -f - <<<"$(app large 11)"
ok "the schema what is none" outputs 'spec.size.*should be greater than or equal to 0' k apply -f - <<<"$(app small -1)"
first=$(leader)
pid=$(pgrep -f "^$JAVA_HOME/bin/java .*operator.Operator $first ")
ok "the leader is killed" kill -9 "$pid"
# The other, or the killed one: started again within the lease, it has the same name and may take it.
killed=$(date -u +%FT%T)
led_since() { [[ $(k -n operator get lease app-operator -o 'jsonpath={.spec.renewTime}') > $killed ]]; }
within 40 "one of them leads" led_since
within 20 "changes go on" k apply -f - <<<"$(app a1 9)"
within 40 "and are seen to" size_of a1 9
ok "by it" [ "$(by a1)" = "$(leader)" ]
restarted() { outputs '^[1-9]' k -n operator get pod "$first" -o 'jsonpath={.status.containerStatuses[0].restartCount}'; }
within 30 "the killed one is started again" restarted

k -n apps get apps.v1alpha1.operator.example.com -w -o 'jsonpath={.metadata.name} {.spec.size}{"\n"}' --request-timeout=120s >"$work/watched" 2>&1 &
watching=$!
ok "an upgrade of the operator" outputs 'deployment.apps/operator configured' k apply -f - <<<"$(operator second.yaml)"
versions() { outputs '^v1 v1alpha1$' k get crd apps.operator.example.com -o 'jsonpath={.spec.versions[*].name}'; }
within 60 "brings a second version" versions
within 90 "and rolls out" k -n operator rollout status deployment/operator --timeout=1s
ok "both have been stored" outputs '\["v1alpha1","v1"\]' k get crd apps.operator.example.com -o 'jsonpath={.status.storedVersions}'
converted() { outputs '^9$' k -n apps get apps.v1.operator.example.com a1 -o 'jsonpath={.spec.capacity.size}'; }
within 30 "what was stored in the first is read in the second, by its webhook" converted
within 20 "objects of the second are taken" k apply -f - <<<"$(app a9 4 v1)"
within 40 "and seen to by who knows the first" size_of a9 4
ok "who reads it in the first" outputs '^4$' k -n apps get apps.v1alpha1.operator.example.com a9 -o 'jsonpath={.spec.size}'
ok "the webhook refuses it, too" outputs 'denied the request: no App is larger than 10' k apply -f - <<<"$(app large 11 v1)"
ok "who watched has been told, or to watch anew" grep -Eq '^a9 4$|^a1 9$' "$work/watched"
kill $watching 2>/dev/null
wait $watching 2>/dev/null
k -n apps get apps.v1.operator.example.com -o json | jq -c '.items[]' >"$work/stored.json"
ok "all are written anew" outputs ' replaced' k replace -f "$work/stored.json"
ok "and the first version is stored no more" outputs 'patched' k patch crd apps.operator.example.com --subresource=status --type=merge -p '{"status":{"storedVersions":["v1"]}}'

(for at in 1 2 3 4 5 6; do k apply -f - <<<"$(app "b$at" "$at" v1)" >>"$work/changes" 2>&1 || true; done) &
changing=$!
ok "the server is killed amid changes" minik_kill9 a
minik_start a server || exit 1
wait $changing
all_there() { for at in 1 2 3 4 5 6; do k apply -f - <<<"$(app "b$at" "$at" v1)" || return 1; done; }
within 60 "changes go on" all_there
within 60 "and are seen to" size_of b6 6
phased() { phases 15; }
within 60 "all of them" phased
ok "by pods that went on meanwhile" outputs '^Running Running$' k -n operator get pods -o 'jsonpath={.items[*].status.phase}'
ok "an object is deleted" k -n apps delete apps.operator.example.com a4 --timeout=30s
ok "after its map" outputs 'NotFound' k -n apps get configmap app-a4
ok "all are" k -n apps delete apps.operator.example.com --all --timeout=60s
ok "and their maps" outputs "^$" k -n apps get configmaps -o "jsonpath={.items[?(@.data.size)].metadata.name}"
ok "the definition goes" k delete crd apps.operator.example.com --timeout=30s
ok "and all that was installed" k delete --timeout=60s -f - <<<"$(operator second.yaml)"
ok "nothing of its kind is left" outputs "doesn't have a resource type" k get apps.operator.example.com -A
gone() { [ -z "$(k -n operator get pods -o name)" ]; }
within 30 "nor of its pods" gone
ok "nor in the store" fails outputs 'operator.example.com' on env ETCDCTL_API=3 "$tools/etcdctl" --endpoints https://127.0.0.1:2379 \
  --cacert "$work/a/data/server/tls/etcd/server-ca.crt" --cert "$work/a/data/server/tls/etcd/client.crt" --key "$work/a/data/server/tls/etcd/client.key" \
  get --prefix --keys-only /registry
down

# kubectl apply, by the client and by the server, with pruning; diff; create with kustomizations; many objects of one file.
group apply
pod test >"$work/pod.yaml"
pod test 'name: applied' >"$work/changed.yaml"
ok "apply creates" outputs 'pod/test created' kn apply -f "$work/pod.yaml"
ok "and notes what" outputs last-applied-configuration kn get pod test -o yaml
ok "as kubectl-client-side-apply" managed kubectl-client-side-apply pod test
ok "again changes nothing" outputs 'pod/test unchanged' kn apply -f "$work/pod.yaml"
ok "dry" outputs 'configured \(server dry run\)' kn apply --dry-run=server -f "$work/changed.yaml"
ok "is nothing that stays" holds "pod test" '{{.metadata.labels.name}}' test
kn delete pod test >/dev/null
kn create -f "$work/pod.yaml" >/dev/null
ok "set-last-applied, dry" kn apply set-last-applied --dry-run=server -f "$work/pod.yaml" --create-annotation=true
ok "" lacks last-applied-configuration kn get pod test -o yaml
ok "set-last-applied" kn apply set-last-applied -f "$work/pod.yaml" --create-annotation=true
ok "" outputs last-applied-configuration kn get pod test -o yaml
kn delete pod test >/dev/null
workload apps/v1 Deployment keys 1 | sed 's/^  replicas: 1/  replicas: 1\n  strategy: {rollingUpdate: {maxSurge: 2}}/; s/{containers:/{volumes: [{name: v, emptyDir: {}}], containers:/' >"$work/before.yaml"
workload apps/v1 Deployment keys 1 | sed 's/^  replicas: 1/  replicas: 1\n  strategy: {type: Recreate}/; s/{containers:/{volumes: [{name: v, hostPath: {path: \/x}}], containers:/' >"$work/after.yaml"
ok "a Deployment with defaults" kn apply -f "$work/before.yaml"
ok "" outputs 'maxUnavailable: 25%' kn get deployment keys -o yaml
ok "loses them" kn apply -f "$work/after.yaml"
ok "" lacks 'RollingUpdate|rollingUpdate|maxSurge|emptyDir: \{\}$' kn get deployment keys -o 'jsonpath={.spec}'
ok "" outputs '"hostPath":' kn get deployment keys -o 'jsonpath={.spec.template.spec.volumes}'
kn delete deployment keys >/dev/null
{ pod chosen 'unique: bingbang'; pod other 'unique: "no"'; } >"$work/filter.yaml"
ok "a selector chooses" kn apply -l unique=bingbang -f "$work/filter.yaml"
ok "" names pods 'chosen:'
kn delete pod chosen >/dev/null
sed 's/^spec:.*/spec: {containers: [{name: main, image: p, terminationMessagePolicy: null, resources: {requests: {cpu: null, memory: 64Mi}}}]}/' "$work/pod.yaml" >"$work/null.yaml"
ok "null is nothing" kn apply -f "$work/null.yaml"
ok "" holds "pod test" '{{with index .spec.containers 0}}{{.resources.requests}} {{.terminationMessagePolicy}}{{end}}' 'map\[memory:64Mi\] File'
ok "again" kn apply -f "$work/null.yaml"
kn delete pod test >/dev/null
printf 'apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: nulls}\nspec: {hard: {limits.cpu: null, limits.memory: null}}\n' >"$work/quota.yaml"
ok "nor a limit that is null" kn apply -f "$work/quota.yaml"
ok "" holds "quota nulls" '{{.spec.hard}}' 'map\[limits.cpu:0 limits.memory:0\]|map\[\]|<no value>'
ok "again" kn apply -f "$work/quota.yaml"
kn delete quota nulls >/dev/null

k create ns prune >/dev/null
pod a 'prune-group: "true"' >"$work/a.yaml"
pod b 'prune-group: "true"' | sed 's/{name: b,/{name: b, namespace: prune,/' >"$work/b.yaml"
printf 'apiVersion: v1\nkind: Service\nmetadata: {name: prune-svc, labels: {prune-group: "true"}}\nspec: {ports: [{port: 80}]}\n' >"$work/svc.yaml"
k -n prune apply -l prune-group=true -f "$work/a.yaml" >/dev/null
ok "what is no more there is pruned" outputs 'pod/a pruned' k -n prune apply --prune -l prune-group=true -f "$work/b.yaml"
within 10 "" outputs '^pod/b$' k -n prune get pods -o name
ok "all must be meant" refused 'all resources selected for prune without explicitly passing --all' kn apply --prune -f "$work/a.yaml"
kn apply --prune -l prune-group=true -f "$work/a.yaml" >/dev/null
ok "a list of kinds spares the others" kn apply --prune -l prune-group=true -f "$work/svc.yaml" --prune-allowlist core/v1/Service
ok "" names pods 'a:'
ok "the usual list does not" outputs 'pod/a pruned' kn apply --prune -l prune-group=true -f "$work/svc.yaml"
ok "" names pods ''
ok "another namespace than the file's" refused 'the namespace from the provided object "prune" does not match the namespace "apply"' kn apply -f "$work/b.yaml"
k delete ns prune --wait=false >/dev/null
kn delete svc prune-svc >/dev/null
service() { printf 'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {clusterIP: 10.43.0.%s, ports: [{port: 80}]}\n' "$1"; }
service 110 >"$work/one.yaml"
service 120 >"$work/two.yaml"
kn apply -f "$work/one.yaml" >/dev/null
ok "an address does not change" refused 'may not change once set' kn apply -f "$work/two.yaml"
ok "but by force" kn apply -f "$work/two.yaml" --force
ok "" holds "service a" '{{.spec.clusterIP}}' 10.43.0.120
kn delete service a >/dev/null
mkdir -p "$work/kustomize"
workload apps/v1 Deployment the-deployment 1 >"$work/kustomize/deployment.yaml"
printf 'configMapGenerator: [{name: the-map, literals: [a=b]}]\ngeneratorOptions: {disableNameSuffixHash: true}\nresources: [deployment.yaml]\n' >"$work/kustomize/kustomization.yaml"
for verb in create apply; do
  ok "$verb -k" kn $verb -k "$work/kustomize"
  ok "" outputs 'the-map.*the-deployment' kn get -k "$work/kustomize" -o 'jsonpath={..metadata.name}'
  ok "" kn delete -k "$work/kustomize"
done
printf 'apiVersion: v1\nkind: Namespace\nmetadata: {name: many}\n---\n' >"$work/many.yaml"
pod p | sed 's/{name: p,/{name: p, namespace: many,/' >"$work/p.yaml"
cat "$work/p.yaml" "$work/many.yaml" >"$work/wrong-order.yaml"
ok "a namespace that comes too late" refused 'namespaces "many" not found' k apply -f "$work/wrong-order.yaml"
ok "is there the second time" k apply -f "$work/wrong-order.yaml"
ok "" k delete -f "$work/many.yaml" --wait=false
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: foo}\n---\napiVersion: example.com/v1\nkind: Bogus\nmetadata: {name: foo}\n' >"$work/bogus.yaml"
ok "an unknown kind" refused 'no matches for kind "Bogus" in version "example.com/v1"' kn apply -f "$work/bogus.yaml"
ok "stops no other" holds configmap/foo '{{.metadata.name}}' foo
{ pod pod-a; pod POD-B; pod pod-c; } >"$work/three.yaml"
ok "a wrong name" refused 'The Pod "POD-B" is invalid' kn apply -f "$work/three.yaml"
ok "stops no other" names pods 'pod-a:pod-c:'
kn delete pods --all >/dev/null
printf 'apiVersion: kubectl.example.com/v1\nkind: Widget\nmetadata: {name: foo}\n---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: widgets.kubectl.example.com}\nspec: {group: kubectl.example.com, scope: Namespaced, names: {plural: widgets, singular: widget, kind: Widget}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]}\n' >"$work/widget.yaml"
ok "a kind together with its definition" refused 'no matches for kind "Widget"' kn apply -f "$work/widget.yaml"
ok "is known the second time" kn apply -f "$work/widget.yaml"
ok "" kn delete -f "$work/widget.yaml"

group server-side
ok "the server applies" outputs 'pod/test serverside-applied' kn apply --server-side -f "$work/pod.yaml"
ok "for kubectl" managed '^kubectl( |$)' pod test
ok "and whoever says so" kn apply --server-side --field-manager=mine --force-conflicts -f "$work/pod.yaml"
ok "" managed 'mine' pod test
ok "dry" kn apply --server-side --dry-run=server -f "$work/changed.yaml" --force-conflicts
ok "" holds "pod test" '{{.metadata.labels.name}}' test
kn delete pod test >/dev/null
kn apply -f "$work/pod.yaml" >/dev/null
ok "a stranger conflicts with the client's apply" refused 'conflict with "kubectl-client-side-apply"' kn apply --server-side --field-manager=stranger -f "$work/changed.yaml"
ok "kubectl goes over" kn apply --server-side -f "$work/changed.yaml"
ok "and keeps the note" outputs '"name": "applied"' kn apply view-last-applied pod/test -o json
ok "" kn apply --server-side -f "$work/pod.yaml"
ok "and back" kn apply -f "$work/changed.yaml"
kn delete pod test >/dev/null
map() { printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: test}\ndata: {key: value%s}\n' "$1"; }
map ', legacy: unused' >"$work/map.yaml"
kn apply -f "$work/map.yaml" >/dev/null
kn apply --server-side -f "$work/map.yaml" >/dev/null
map '' >"$work/map.yaml"
ok "what is applied no more" kn apply --server-side -f "$work/map.yaml"
ok "goes, also after the client's apply" holds cm/test '{{.data}}' 'map\[key:value\]'

group diff
ok "what is not there differs" refused '\+  name: test' kn diff -f "$work/pod.yaml"
ok "and still is not" names pods ''
kn apply -f "$work/pod.yaml" >/dev/null
ok "what was just applied does not" kn diff -f "$work/pod.yaml"
pod test 'name: test' other:2 >"$work/changed.yaml"
ok "an image does" refused '\+ +- image: other:2|\+ +image: other:2' kn diff -f "$work/changed.yaml"
ok "by the server too" refused '\+ +- image: other:2|\+ +image: other:2' kn diff --server-side --force-conflicts -f "$work/changed.yaml"
ok "nothing was written" holds "pod test" '{{(index .spec.containers 0).image}}' pause:1
pod BAD >"$work/bad.yaml"
ok "an error is more than a difference" eval 'kn diff -f "$work/bad.yaml"; [ $? -gt 1 ]'
kn delete pod test >/dev/null
kn apply --server-side -f "$work/pod.yaml" >/dev/null
ok "what the server applied differs not" kn diff --server-side -f "$work/pod.yaml"
kn delete pod test >/dev/null

group lists
list='{"kind":"List","apiVersion":"v1","items":[{"kind":"Service","apiVersion":"v1","metadata":{"name":"mock","labels":{"app":"mock","status":"replaced"}},"spec":{"ports":[{"port":99}],"selector":{"app":"mock"}}},{"kind":"ReplicationController","apiVersion":"v1","metadata":{"name":"mock","labels":{"app":"mock","status":"replaced"}},"spec":{"replicas":1,"selector":{"app":"mock"},"template":{"metadata":{"labels":{"app":"mock"}},"spec":{"containers":[{"name":"main","image":"pause:1"}]}}}}]}'
printf '%s' "$list" >"$work/list.json"
ok "a list" kn create -f "$work/list.json"
ok "is got" kn get -f "$work/list.json"
ok "is not watched" refused 'watch is only supported on individual resources and resource collections' kn get -f "$work/list.json" --watch
ok "is described" kn describe -f "$work/list.json"
ok "is replaced" kn replace -f "$work/list.json" --force --cascade=background
ok "" holds "rc mock" '{{.metadata.labels.status}}' replaced
editor 's/status: replaced/status: edited/g'
ok "is edited" edited "$work/editor.sh" -f "$work/list.json"
ok "" holds "service mock" '{{.metadata.labels.status}}' edited
ok "is labelled" kn label -f "$work/list.json" labeled=true --overwrite
ok "is annotated" kn annotate -f "$work/list.json" annotated=true --overwrite
ok "is deleted" kn delete -f "$work/list.json"
python3 - "$work/list.json" "$work/typed.json" <<'P'
import json, sys
items = [dict(json.load(open(sys.argv[1]))["items"][0], metadata={"name": n}) for n in ("mock", "mock2")]
json.dump({"kind": "ServiceList", "apiVersion": "v1", "items": items}, open(sys.argv[2], "w"))
P
ok "a list with a kind of its own" kn create -f "$work/typed.json"
ok "" names services 'mock:mock2:'
ok "" kn delete -f "$work/typed.json"
mkdir -p "$work/recursive/deeper"
pod zero >"$work/recursive/zero.yaml"
pod deep >"$work/recursive/deeper/deep.yaml"
printf 'apiVersion: v1\nino: Pod\nmetadata: {name: none}\n' >"$work/recursive/deeper/none.yaml"
ok "folders, with one that has no kind" refused 'kind not set|Object .Kind. is missing' kn create -f "$work/recursive" --recursive
ok "" names pods 'deep:zero:'
ok "" refused "Object 'Kind' is missing" kn delete -f "$work/recursive" --recursive --force --grace-period=0
ok "" names pods ''
ok "a pod is no namespace" outputs 'the object provided is unrecognized \(must be of type Namespace\)' kn create --raw /api/v1/namespaces -f "$work/recursive/zero.yaml" -v=8
kn create configmap raw -o json --dry-run=client >"$work/raw.json"
ok "raw creation" kn create --raw /api/v1/namespaces/lists/configmaps -f "$work/raw.json"
kn create configmap raw --from-literal=key=raw -o json --dry-run=client >"$work/raw.json"
ok "raw replacement" outputs '"uid"' kn replace --raw /api/v1/namespaces/lists/configmaps/raw -f "$work/raw.json"
ok "raw reading" outputs '"key":"raw"' kn get --raw /api/v1/namespaces/lists/configmaps/raw
ok "raw deletion" kn delete --raw /api/v1/namespaces/lists/configmaps/raw
ok "" refused 'configmaps "raw" not found' kn get cm raw

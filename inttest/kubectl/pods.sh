# Pods, by the commands that make, show, change and delete objects.
group pods
pod valid >"$work/pod.yaml"
ok "a pod is created" kn create -f "$work/pod.yaml"
ok "and listed" names pods 'valid:'
ok "by its name, plural and singular" holds pod/valid '{{.metadata.name}}' valid
ok "it is kubectl-create's" managed kubectl-create pod valid
ok "it is described" described "pods valid" Name: Image: Node: Labels: Status:
ok "all are" described pods Name: Image: Node: Labels: Status:
ok "page by page" paged pods
kn get pod valid -o yaml >"$work/dumped.yaml"
ok "it is deleted at once" kn delete pod valid --grace-period=0 --force
ok "and gone" names pods ''
kn create -f "$work/pod.yaml" >/dev/null
ok "--now waits for its end" kn delete pod valid --now
ok "" names pods ''
sed -i '/namespace:/d' "$work/dumped.yaml"
ok "what was dumped is created again" kn create -f "$work/dumped.yaml"
ok "fields select" outputs '^valid ' kn get pods --field-selector metadata.name=valid
ok "phases do" outputs '^valid ' kn get pods --field-selector "status.phase=$(kn get pod valid -o 'jsonpath={.status.phase}')"
ok "a deletion wants a name" refused 'resource\(s\) were provided, but no name was specified' kn delete pods
ok "labels select what is deleted" kn delete pods -l 'name in (valid)' --grace-period=0 --force
ok "" names pods ''

kn create secret generic keys --from-literal=key-1=value1 --type=test-type >/dev/null
kn create configmap words --from-literal=key-2=value2 >/dev/null
ok "a secret's type is free" holds secret/keys '{{.type}}' test-type
for at in 1:--min-available=2 2:--min-available=50% 3:--max-unavailable=2 4:--max-unavailable=50%; do
  ok "a budget of ${at#*:}" kn create pdb "pdb-${at%%:*}" --selector=app=rails "${at#*:}"
done
ok "" holds pdb/pdb-1 '{{.spec.minAvailable}}' 2
ok "" holds pdb/pdb-4 '{{.spec.maxUnavailable}}' '50%'
ok "budgets are described by pages" paged poddisruptionbudgets
kn create -f - >/dev/null <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: env}
spec:
  containers:
  - name: main
    image: pause:1
    env:
    - {name: ONE, valueFrom: {secretKeyRef: {name: keys, key: key-1}}}
    - {name: TWO, valueFrom: {configMapKeyRef: {name: words, key: key-2}}}
    - {name: THREE, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
YAML
ok "where variables come from is described" described "pods env" "<set to the key 'key-1' in secret 'keys'>" \
  "<set to the key 'key-2' of config map 'words'>" "env (v1:metadata.name)"
kn delete pod env >/dev/null

pod valid >"$work/pod.yaml"
kn create -f "$work/pod.yaml" >/dev/null
ok "a label is dry-run" kn label pods valid new=label --dry-run=server
ok "" holds "pod valid" '{{range.metadata.labels}}{{.}}:{{end}}' 'valid:'
ok "and set" kn label pods valid new=label
ok "" holds "pod valid" '{{range.metadata.labels}}{{.}}:{{end}}' 'valid:label:'
ok "an empty value too" kn label pods valid empty=
ok "" holds "pod valid" '{{.metadata.labels.empty}}' ''
ok "an annotation" kn annotate pods valid none=
ok "" holds "pod valid" '{{.metadata.annotations.none}}' ''
ok "its manager is known" managed kubectl-annotate pod valid
ok "--record is" kn label pods valid record=true --record=true
ok "" outputs 'label pods valid record=true.*--record=true' kn get pod valid -o 'jsonpath={.metadata.annotations.kubernetes\.io/change-cause}'
ok "a label is not overwritten" refused "already has a value" kn label pods valid name=other
ok "but with --overwrite, for all" kn label --overwrite pods --all name=valid
ok "a label that is no map is refused" refused 'cannot restore map from string' kn patch pod valid -p '{"metadata":{"labels":"invalid"}}'
ok "a patch that says nothing new" outputs 'patched \(no change\)' kn patch pod valid -p '{"metadata":{"labels":{"name":"valid"}}}'
ok "a strategic patch" kn patch pod valid -p '{"spec":{"containers":[{"name":"main","image":"nginx"}]}}'
ok "" holds "pod valid" '{{(index .spec.containers 0).image}}' nginx
ok "one of JSON" kn patch pod valid --type=json -p '[{"op":"replace","path":"/spec/containers/0/image","value":"nginx2"}]'
ok "one that is YAML" kn patch pod valid -p $'spec:\n  containers:\n  - name: main\n    image: by-yaml\n'
ok "" holds "pod valid" '{{(index .spec.containers 0).image}}' by-yaml
ok "of a file" kn patch -f "$work/pod.yaml" -p '{"spec":{"containers":[{"name":"main","image":"by-file"}]}}'
ok "its manager is" managed kubectl-patch pod valid
rv=$(kn get pod valid -o 'jsonpath={.metadata.resourceVersion}')
ok "a revision in a patch is a condition" kn patch pod valid -p "{\"metadata\":{\"resourceVersion\":\"$rv\",\"labels\":{\"at\":\"rv\"}}}"
ok "that may fail" refused 'please apply your changes to the latest version and try again' \
  kn patch pod valid -p "{\"metadata\":{\"resourceVersion\":\"$((rv + 100))\",\"labels\":{\"at\":\"no\"}}}"
kn get pod valid -o json | sed 's/"main"/"renamed"/g' >"$work/renamed.json"
ok "replace --force makes it anew" kn replace --force -f "$work/renamed.json"
ok "" holds "pod valid" '{{(index .spec.containers 0).name}}' renamed
ok "its manager is known" managed kubectl-replace pod valid
ok "--grace-period wants --force" refused 'grace-period must have --force specified' kn replace --grace-period=1 -f "$work/renamed.json"
editor 's/by-file/by-editor/g'
ok "an edit is a patch" outputs 'Patch:' edited "$work/editor.sh" pods/valid --output-patch=true
ok "" holds "pod valid" '{{(index .spec.containers 0).image}}' by-editor
ok "its manager is known" managed kubectl-edit pod valid
ok "an edit without a change" outputs 'Edit cancelled' edited cat pod/valid
node() { printf '{"kind":"Node","apiVersion":"v1","metadata":{"name":"other","annotations":{"a":"b"},"resourceVersion":"0"}}' >"$work/node.json"; }
node
kn create -f - >/dev/null <<<'{"kind":"Node","apiVersion":"v1","metadata":{"name":"other"}}'
ok "a replacement with revision 0 is dry-run" kn replace --dry-run=server -f "$work/node.json"
ok "" holds "node other" '{{.metadata.annotations.a}}' '<no value>'
ok "and done" kn replace -f "$work/node.json"
ok "" holds "node other" '{{.metadata.annotations.a}}' b
ok "" kn delete node other
printf '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"precise"},"spec":{"terminationGracePeriodSeconds":9223372036854775807,"activeDeadlineSeconds":2147483647,"containers":[{"name":"main","image":"pause:1"}]}}' >"$work/precise.json"
ok "long numbers" kn create -f "$work/precise.json"
ok "survive a patch" kn patch pod precise -p '{"metadata":{"annotations":{"patchkey":"patchvalue"}}}'
ok "" holds "pod precise" '{{.spec.terminationGracePeriodSeconds}} {{.metadata.annotations.patchkey}}' '9223372036854775807 patchvalue'
ok "" outputs '"terminationGracePeriodSeconds": 9223372036854775807' kn get pod precise -o json
{ pod one; pod two; } >"$work/two.yaml"
ok "two of a file" kn create -f "$work/two.yaml"
ok "" outputs 'one two' kn get -f "$work/two.yaml" -o 'jsonpath={..metadata.name}'
ok "are deleted by it" kn delete -f "$work/two.yaml"
pod test 'name: test' >"$work/pod.yaml"
kn create -f "$work/pod.yaml" >/dev/null
kn get pod test -o yaml | sed 's/name: test$/name: test/; s/^    name: test$/    name: replaced/' >"$work/replaced.yaml"
ok "create notes no configuration" lacks last-applied-configuration kn get pod test -o yaml
pod test 'name: applied' >"$work/applied.yaml"
ok "apply after create warns" outputs 'missing the kubectl.kubernetes.io/last-applied-configuration' kn apply -f "$work/applied.yaml"
ok "" holds "pod test" '{{.metadata.labels.name}}' applied
ok "and notes it" outputs last-applied-configuration kn get pod test -o yaml
kn delete pods --all --grace-period=0 --force >/dev/null 2>&1

group get
ok "an absent pod" refused 'pods "abc" not found' kn get pods abc
ok "has no list" lacks 'List' kn get pods abc -o json
for form in json yaml name 'jsonpath={.items}' 'go-template={{.items}}' custom-columns=NAME:.metadata.name; do
  ok "an empty list by $form" lacks 'No resources found' kn get pods -o "$form"
done
ok "an empty table" outputs 'No resources found' kn get pods -o wide
ok "an unknown kind" refused "the server doesn't have a resource type" kn get unknownresourcetype
all=$(kn get all --chunk-size=0 -v=6 2>&1)
for path in /api/v1/namespaces/get/{pods,replicationcontrollers,services} /apis/apps/v1/namespaces/get/{daemonsets,deployments,replicasets,statefulsets} \
  /apis/batch/v1/namespaces/get/{jobs,cronjobs}; do
  ok "all has $path" like "$all" "$path.*200 OK"
done
ok "all has autoscalers" like "$all" '/apis/autoscaling/v[12]/namespaces/get/horizontalpodautoscalers.*200'
chunks=$(kn get clusterrole --chunk-size=10 -v=6 2>&1)
ok "chunks" like "$chunks" '/clusterroles\?limit=10"?.*200 OK'
ok "go on" like "$chunks" '/v1/clusterroles\?continue='
ok "their size is 500" outputs '/clusterroles\?limit=500' kn get clusterrole -v=6
namespaces=$(kn get namespaces --chunk-size=1 --no-headers)
for name in default kube-public kube-system kube-node-lease; do ok "pages have $name" like "$namespaces" "^$name "; done
for name in one two three; do kn create cm "$name" >/dev/null; done
ok "a watch of pages" outputs '^three' kn get configmap --chunk-size=1 --watch --request-timeout=1s
ok "" lacks 'watch is only supported' kn get configmap --chunk-size=1 --watch-only --request-timeout=1s
pod valid >"$work/pod.yaml"
kn create -f "$work/pod.yaml" >/dev/null
ok "a missing key" refused 'missing is not found' kn get pod valid --allow-missing-template-keys=false -o 'jsonpath={.missing}'
ok "a status is got" outputs '^valid ' kn get pod valid --subresource=status
ok "a pod has no scale" refused 'the server could not find the requested resource' kn get pod valid --subresource=scale
ok "a watch has a head" outputs 'STATUS' kn get pods -w --request-timeout=1
ok "names have none" outputs '^pod/valid$' kn get pods/valid -o name -w --request-timeout=1
ok "a watch of an absent one" refused '"other" not found' kn get pods/other -w --request-timeout=1
ok "a timeout of a watch" outputs 'while reading body|context deadline exceeded' kn get pod valid --request-timeout=1 --watch -v=5
ok "sorting asks for a Table with objects" outputs 'as=Table.*|includeObject=Object' kn get pods --sort-by=metadata.name -v=8
kn delete pod valid >/dev/null
for at in 1:c:5 2:b:10 3:a:2; do
  IFS=: read -r number label size <<<"$at"
  printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: sorted%s, labels: {name: %s}}\nspec: {containers: [{name: main, image: p, resources: {limits: {memory: %sMi, cpu: %sm}}}]}\n---\n' \
    "$number" "$label" "$size" "$size"
done >"$work/sorted.yaml"
kn create -f "$work/sorted.yaml" >/dev/null
order() { kn get pods --no-headers --sort-by="$1" | cut -c7 | tr -d '\n'; }
ok "by label" [ "$(order '{metadata.labels.name}')" = 321 ]
ok "by memory" [ "$(order '{.spec.containers[0].resources.limits.memory}')" = 312 ]
ok "by requests" [ "$(order '{.spec.containers[0].resources.requests.cpu}')" = 312 ]
ok "by time" [ "$(order '{metadata.creationTimestamp}')" = 123 ]
kn delete pods --all --force --grace-period=0 >/dev/null 2>&1
ok "many kinds at once" holds "nodes/127.0.0.1 service/kubernetes -n default" '{{range.items}}{{.metadata.name}}:{{end}}' '127.0.0.1:kubernetes:'
ok "nodes have no namespace" lacks NAMESPACE kn get nodes --all-namespaces

group run
ok "run dry" outputs 'pod/web created \(server dry run\)' kn run web --image=nginx --dry-run=server
ok "" names pods ''
ok "run with a service" kn run web --image=nginx --port=80 --expose
ok "" holds "service web" '{{(index .spec.ports 0).port}}' 80
ok "is kubectl-run's" managed kubectl-run pod web
ok "a pod is exposed" kn expose pod web --port=1000 --target-port=80 --type=NodePort --name=shown --overrides='{"metadata":{"annotations":{"zone":"work"}}}'
ok "" holds "service shown" '{{.metadata.annotations}}' 'map\[zone:work\]'
ok "by kubectl-expose" managed kubectl-expose service shown
ok "exec finds no such pod" refused 'pods "abc" not found' kn exec abc -- date
ok "nor a host of one that waits" refused 'pod web does not have a host assigned' kn exec web -- date
ok "logs neither" lacks 'not found' kn logs web
ok "nor attach" refused 'does not have a host assigned|unable to retrieve container|pod web is' kn attach web --pod-running-timeout=1s
ok "port-forward wants a running one" refused 'unable to forward port because pod is not running. Current status=Pending' kn port-forward web 8080:80
ok "a debug container" kn debug web -it --image=busybox --attach=false -c debugger
ok "" holds "pod/web" '{{range.spec.ephemeralContainers}}{{.name}}:{{end}}' 'debugger:'
ok "a copy" kn debug web -it --copy-to=copy --image=busybox --container=debugger --attach=false
ok "" holds "pod/copy" '{{range.spec.containers}}{{.name}}:{{end}}' 'web:debugger:'
ok "a debugger of a node" kn debug node/127.0.0.1 --image=busybox --attach=false -- true
kn delete pods --all --force --grace-period=0 >/dev/null 2>&1

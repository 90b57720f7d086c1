# Other kinds of the API: services, secrets, configuration, namespaces, quotas, volumes, roles, certificates, users' own.
group services
kn create -f - >/dev/null <<'YAML'
apiVersion: v1
kind: Service
metadata: {name: master, labels: {app: redis}}
spec: {selector: {app: redis, role: master, tier: backend}, ports: [{port: 6379}]}
YAML
ok "a Service is described" described "services master" Name: Labels: Selector: IP: Port: Endpoints: "Session Affinity:"
ok "by pages" paged services
ok "its selector is set" kn set selector services master role=padawan
ok "" holds "service master" '{{range.spec.selector}}{{.}}:{{end}}' 'padawan:'
ok "dry" kn set selector services master role=x --dry-run=server -o yaml
ok "by kubectl-set" managed kubectl-set service master
rv=$(kn get service master -o 'jsonpath={.metadata.resourceVersion}')
ok "at a revision" kn set selector services master a=b "--resource-version=$rv"
ok "not at another" refused Conflict kn set selector services master a=c --resource-version=1
kn get service master -o json >"$work/master.json"
ok "replaced by itself" kn replace -f "$work/master.json"
kn delete service master >/dev/null
ok "and made again" kn create -f "$work/master.json"
ok "columns are free" outputs '^master +[0-9]+' kn get services -o custom-columns=NAME:.metadata.name,RSRC:.metadata.resourceVersion
ok "a name elsewhere, dry" kn create service externalname beep --dry-run=server --external-name bar.com
ok "" names services 'master:'
ok "a name elsewhere" kn create service externalname beep --external-name bar.com
for kind in clusterip nodeport loadbalancer; do ok "$kind" kn create service $kind "of-$kind" --tcp=80:8080; done
kn delete service --all >/dev/null
ok "a name that is too long" refused 'metadata.name: Invalid value' kn create service clusterip x234567890123456789012345678901234567890123456789012345678901234 --tcp=80

group data
ok "a map, dry" kn create configmap test --dry-run=server --from-literal=key1=value1
ok "" refused 'configmaps "test" not found' kn get cm test
kn create configmap test --from-literal=key1=value1 >/dev/null
head -c 256 /dev/urandom >"$work/random"
ok "bytes" kn create configmap bytes --from-file="$work/random"
ok "" outputs 'binaryData' kn get cm bytes -o yaml
ok "maps are by pages" paged configmaps
ok "a docker-registry's secret" kn create secret docker-registry registry --docker-username=u --docker-password=p --docker-email=e@test.com
ok "" holds secret/registry '{{.type}}' kubernetes.io/dockerconfigjson
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/tls.key" -out "$work/tls.crt" -subj /CN=test >/dev/null 2>&1
ok "one of TLS" kn create secret tls tls --key="$work/tls.key" --cert="$work/tls.crt"
ok "stringData" kn create -f - <<<'{"kind":"Secret","apiVersion":"v1","metadata":{"name":"strings"},"data":{"k1":"djE=","k2":""},"stringData":{"k2":"v2"}}'
ok "is data" holds secret/strings '{{.data}} {{.stringData}}' 'map\[k1:djE= k2:djI=\] <no value>'
ok "an account, dry" kn create serviceaccount robot --dry-run=server
ok "an account" kn create serviceaccount robot
ok "a token for it" outputs '^eyJ' kn create token robot
ok "accounts are by pages" paged serviceaccounts
ok "a template of pods" kn create -f - <<<'{"apiVersion":"v1","kind":"PodTemplate","metadata":{"name":"nginx"},"template":{"metadata":{"labels":{"name":"nginx"}},"spec":{"containers":[{"name":"nginx","image":"nginx","ports":[{"containerPort":80}]}]}}}'
ok "is printed" outputs '^nginx +nginx +nginx' kn get podtemplates
ok "a quota, dry" kn create quota test --dry-run=server --hard=pods=1
ok "a quota" kn create quota test --hard=pods=10
within 5 "is counted" outputs 'pods: 0/10' kn get quota
ok "a class of priority, dry" kn create priorityclass important --dry-run=server --value=1000
ok "a class of priority" kn create priorityclass important --value=1000
ok "" kn delete priorityclass important
for at in one two; do k create ns "data-$at" >/dev/null; k -n "data-$at" create cm "$at" >/dev/null; k -n "data-$at" label cm "$at" deletetest=true >/dev/null; done
ok "over all namespaces, dry" k delete configmap --dry-run=server -l deletetest=true --all-namespaces
ok "" names "configmap -A -l deletetest" 'one:two:'
ok "over all namespaces" k delete configmap -l deletetest=true --all-namespaces
ok "" names "configmap -A -l deletetest" ''
ok "a name is of one namespace" refused 'a resource cannot be retrieved by name across all namespaces' kn get cm one --all-namespaces
k delete ns data-one --wait=false >/dev/null
ok "the end of a namespace is waited for" k wait --for=delete ns/data-one --timeout=20s
ok "" refused ' not found' k get ns/data-one
ok "what has no namespace is deleted with a warning" outputs 'deleting cluster-scoped resources' kn delete ns data-two
volume() { printf 'apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv1}\nspec: {capacity: {storage: 10Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /tmp/data01}, storageClassName: none}\n'; }
ok "a volume" kn create -f - <<<"$(volume)"
ok "is printed" outputs '^pv1 +10Gi +RWO +Retain +Available' kn get pv
ok "volumes are by pages" paged persistentvolumes
ok "and deleted" outputs 'persistentvolume "pv1" deleted' kn delete pv --all
ok "a claim" kn create -f - <<<'{"kind":"PersistentVolumeClaim","apiVersion":"v1","metadata":{"name":"claim"},"spec":{"storageClassName":"none","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"5Gi"}}}}'
ok "claims are by pages" paged persistentvolumeclaims
ok "" kn delete pvc claim
ok "a class" kn create -f - <<<'{"kind":"StorageClass","apiVersion":"storage.k8s.io/v1","metadata":{"name":"class"},"provisioner":"kubernetes.io/fake","parameters":{"zone":"us-east-1b"}}'
ok "" outputs '^class +kubernetes.io/fake' kn get sc class
ok "" kn delete sc class

group access
ok "the administrator's role" holds clusterroles/cluster-admin '{{.metadata.name}}' cluster-admin
rules() { holds "$1" "{{range.rules}}{{range.$2}}{{.}}:{{end}}{{end}}" "$3"; }
ok "a role" kn create clusterrole pod-admin --verb='*' --resource=pods
ok "" rules clusterrole/pod-admin verbs '\*:'
ok "is deleted with a warning" outputs 'deleting cluster-scoped resources' kn delete clusterrole pod-admin
ok "of several kinds" kn create clusterrole k-reader --verb=get,list --resource=pods,deployments.apps
ok "" rules clusterrole/k-reader apiGroups ':apps:'
ok "of a name" kn create role of-name --verb=get,list --resource=pods --resource-name=foo
ok "" rules role/of-name resourceNames foo:
ok "of paths" kn create clusterrole k-paths --verb=get --non-resource-url='/logs/*' --non-resource-url='/healthz/*'
ok "" rules clusterrole/k-paths nonResourceURLs '/logs/\*:/healthz/\*:'
ok "of others" kn create clusterrole k-sum --aggregation-rule=foo1=foo2
ok "of a subresource" kn create role sub --verb=get,list --resource=replicasets.apps/scale
ok "" rules role/sub resources 'replicasets/scale:'
ok "of no kind" refused "the server doesn't have a resource type \"invalid-resource\"" kn create role none --verb='*' --resource=invalid-resource
ok "of no group" refused "the server doesn't have a resource type \"deployments\" in group \"invalid-group\"" kn create role none --verb=get --resource=deployments.invalid-group
ok "bound" kn create clusterrolebinding k-super --clusterrole=admin --user=super
ok "to more" kn set subject clusterrolebinding k-super --user=foo
ok "" holds clusterrolebinding/k-super '{{range.subjects}}{{.name}}:{{end}}' 'super:foo:'
ok "in a namespace" kn create rolebinding sa --role=local --serviceaccount=otherns:sa-name
ok "" kn set subject rolebinding sa --serviceaccount=otherfoo:foo
ok "" holds rolebinding/sa '{{range.subjects}}{{.namespace}}/{{.name}}:{{end}}' 'otherns/sa-name:otherfoo/foo:'
ok "all" kn set subject rolebinding --all --user=all
kn delete clusterrole k-reader k-paths k-sum >/dev/null
kn delete clusterrolebinding k-super >/dev/null
{
  printf 'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: testing-R, namespace: access, labels: {test: auth}}\nrules: [{apiGroups: [""], resources: [pods], verbs: [get]}]\n---\n'
  printf 'apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: testing-RB, namespace: access, labels: {test: auth}}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: testing-R}\nsubjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:masters"}]\n'
} >"$work/auth.yaml"
ok "reconciled" kn auth reconcile -f "$work/auth.yaml"
ok "" names "rolebindings -l test=auth" 'testing-RB:'
ok "again" kn auth reconcile -f "$work/auth.yaml"
ok "may everything" outputs '^yes' kn auth can-i '*' '*'
ok "a subresource" outputs '^yes' kn auth can-i get pods --subresource=log
ok "a kind that is none" outputs "the server doesn't have a resource type" kn auth can-i get invalid_resource
ok "a path" outputs '^yes' kn auth can-i get /logs/
ok "nodes have no namespace" outputs "resource 'nodes' is not namespace scoped" kn auth can-i get nodes
ok "a list of what may be done" outputs '^\*\.\* ' kn auth can-i --list
ok "and not" outputs '^no' kn auth can-i get pods --as=nobody
ok "who am I" outputs 'Username +.*admin' kn auth whoami
ok "a token does" outputs '^namespace/kube-system' k --kubeconfig /dev/null --server "https://${host_ip[a]}:6443" --insecure-skip-tls-verify --token=admin-token get ns kube-system -o name
ok "a wrong one does not" refused 'Unauthorized|must be logged in' k --kubeconfig /dev/null --server "https://${host_ip[a]}:6443" --insecure-skip-tls-verify --token=wrong get ns
ok "a group wants a user" refused 'without impersonating a user' kn get pods --as-group=foo
openssl req -newkey rsa:2048 -nodes -keyout "$work/user.key" -out "$work/user.csr" -subj /CN=testuser >/dev/null 2>&1
printf '{"apiVersion":"certificates.k8s.io/v1","kind":"CertificateSigningRequest","metadata":{"name":"foo"},"spec":{"signerName":"kubernetes.io/kube-apiserver-client","usages":["client auth"],"request":"%s"}}' "$(base64 -w0 <"$work/user.csr")" >"$work/csr.json"
ok "a request as another" kn create -f "$work/csr.json" --as=user1 --as-group=group2 --as-group=group1 --as-group=,,,chameleon --as-group=system:masters
ok "has the name" holds csr/foo '{{.spec.username}}' user1
ok "and the groups" holds csr/foo '{{range .spec.groups}}{{.}} {{end}}' 'group2 group1 ,,,chameleon system:masters system:authenticated '
ok "denied" kn certificate deny foo
ok "" holds csr/foo '{{range.status.conditions}}{{.type}}{{end}}' Denied
kn delete csr foo >/dev/null
kn create -f "$work/csr.json" >/dev/null
ok "approved" kn certificate approve -f "$work/csr.json"
ok "" holds csr/foo '{{range.status.conditions}}{{.type}}{{end}}' Approved
within 10 "and signed" holds csr/foo '{{.status.certificate}}' '.+'
kn get csr foo -o 'jsonpath={.status.certificate}' | base64 -d >"$work/user.crt"
ok "the certificate tells who it is" outputs 'User "testuser" cannot' k --kubeconfig /dev/null --server "https://${host_ip[a]}:6443" --insecure-skip-tls-verify \
  --client-certificate="$work/user.crt" --client-key="$work/user.key" get ns kube-system
kn delete csr foo >/dev/null
credentials
sar='{"kind":"SubjectAccessReview","apiVersion":"authorization.k8s.io/v1","spec":{"user":"bob","groups":["system:masters"],"resourceAttributes":{"verb":"get","resource":"pods"}}}'
ok "a review without a type of its body" outputs '"allowed": ?true' as_admin -fsS -H 'Content-Type:' "https://${host_ip[a]}:6443/apis/authorization.k8s.io/v1/subjectaccessreviews" -XPOST -d "$sar"
ok "a review of a token" kn create --validate=false -f - <<<'{"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1","spec":{"token":"abcd"}}'

group nodes
node='node 127.0.0.1'
ok "a node is described" described "nodes 127.0.0.1" Name: Labels: CreationTimestamp: Addresses: Capacity: "Non-terminated Pods:"
ok "by pages" paged nodes
taints() { holds "$node" '{{range .spec.taints}}{{if eq .key "dedicated"}}{{.key}}={{.value}}:{{.effect}}{{end}}{{end}}' "$1"; }
ok "a taint, dry" kn taint $node --dry-run=server dedicated=foo:PreferNoSchedule
ok "" taints ''
ok "a taint" kn taint $node dedicated=foo:PreferNoSchedule
ok "" taints 'dedicated=foo:PreferNoSchedule'
ok "taken off" kn taint $node dedicated-
ok "without a value" kn taint $node dedicated:PreferNoSchedule
ok "" taints 'dedicated=<no value>:PreferNoSchedule'
ok "by kubectl-taint" managed kubectl-taint node 127.0.0.1
ok "off again" kn taint $node dedicated-
for at in 1:e 2:c; do
  printf '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"pod-%s","labels":{"%s":"f","type":"test"}},"spec":{"nodeName":"127.0.0.1","containers":[{"name":"main","image":"pause:1"}]}}' "${at%:*}" "${at#*:}" | kn create -f - >/dev/null
done
ok "cordoned, dry" kn cordon 127.0.0.1 --dry-run=server
ok "" holds "$node" '{{.spec.unschedulable}}' '<no value>'
ok "drained, dry" kn drain 127.0.0.1 --dry-run=server --force
ok "drained of some" outputs 'evicting pod nodes/pod-1' kn drain 127.0.0.1 --force --pod-selector 'e in (f)' --skip-wait-for-delete-timeout=1
ok "not of others" holds pods/pod-2 '{{.metadata.deletionTimestamp}}' '<no value>'
ok "uncordoned" kn uncordon 127.0.0.1
ok "" outputs 'already uncordoned' kn uncordon 127.0.0.1 --dry-run=server
kn label node 127.0.0.1 test=label >/dev/null
drained=$(kn -v=6 drain --force --pod-selector type=test --selector test=label --chunk-size=1 --dry-run=client 2>&1)
ok "its nodes are chosen by pages" like "$drained" '/v1/nodes\?labelSelector=test%3Dlabel&limit=1"?.*200 OK'
ok "its pods too" like "$drained" '/v1/pods\?continue=.*&fieldSelector=spec.nodeName%3D127.0.0.1&labelSelector=type%3Dtest&limit=1"?.*200 OK'
ok "both of them" like "$drained" 'evicting pod nodes/pod-2'
ok "a name and a selector" refused 'cannot specify both a node name' kn drain 127.0.0.1 --selector test=label
ok "cordoned by label" outputs 'node/127.0.0.1 cordoned' kn cordon --selector test=label
kn uncordon 127.0.0.1 >/dev/null
ok "a patch marks it" kn patch nodes 127.0.0.1 -p '{"spec":{"unschedulable":true}}'
ok "and unmarks it" kn patch nodes 127.0.0.1 -p '{"spec":{"unschedulable":null}}'
ok "" holds "$node" '{{.spec.unschedulable}}' '<no value>'
kn delete pod pod-1 pod-2 --force --grace-period=0 >/dev/null 2>&1

group own
own() { # PLURAL KIND GROUP VERSION [NAMES]
  printf 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: %s.%s}\nspec: {group: %s, scope: %s, names: {plural: %s, kind: %s%s}, versions: [{name: %s, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]}\n---\n' \
    "$1" "$3" "$3" "${6:-Namespaced}" "$1" "$2" "${5:-}" "$4"
}
{ own foos Foo company.com v1; own bars Bar company.com v1; own resources Kind mygroup.example.com v1alpha1 ', singular: resource, listKind: KindList'; } >"$work/own.yaml"
ok "definitions" kn create -f "$work/own.yaml"
for path in '' /foos /bars; do ok "are served at once: $path" kn get --raw "/apis/company.com/v1$path"; done
printf 'apiVersion: mygroup.example.com/v1alpha1\nkind: Kind\nmetadata: {name: myobj}\nspec: {key: value}\n' >"$work/kind.yaml"
ok "dry" kn apply --server-side --dry-run=server -f "$work/kind.yaml"
ok "" refused 'not found' kn get resource/myobj
kn create -f "$work/kind.yaml" >/dev/null
for name in resource resources kind.mygroup.example.com; do ok "by $name" outputs '^kind.mygroup.example.com/myobj$' kn get "$name/myobj" -o name; done
ok "deleted" kn delete resources myobj --cascade=background
printf 'apiVersion: company.com/v1\nkind: Foo\nmetadata: {name: test}\nsomeField: field1\nnestedField: {someSubfield: subfield1, otherSubfield: subfield2}\n' >"$work/foo.yaml"
ok "one of them" kn apply -f "$work/foo.yaml"
for name in foo foos foos.company.com foos.v1.company.com; do ok "listed as $name" names "$name" 'test:'; done
for form in name wide json yaml 'jsonpath={.someField}' 'go-template={{.someField}}'; do ok "printed as $form" kn get foos/test -o "$form" --allow-missing-template-keys=false; done
ok "patched" kn patch foos/test -p '{"patched":"value1"}' --type=merge
ok "" holds foos/test '{{.patched}}' value1
ok "to nothing" kn patch foos/test -p '{"patched":null}' --type=merge
ok "" holds foos/test '{{.patched}}' '<no value>'
kn get foos/test -o json >"$work/foo.json"
ok "not strategically" refused 'try --type merge' kn patch --local -f "$work/foo.json" -p '{"patched":"value3"}'
ok "labelled" kn label foos --all list=true
ok "described" outputs 'list=true' kn describe foos
{ kn get foos --request-timeout=20s --watch-only -o name >"$work/watched" 2>&1; } &
watcher=$!
seen() { kn patch foos/test -p "{\"patched\":\"$RANDOM\"}" --type=merge >/dev/null; grep -q '^foo.company.com/test' "$work/watched"; }
within 10 "watched" seen
kill $watcher 2>/dev/null
wait $watcher 2>/dev/null
ok "applied with another value" kn apply -f - <<<"$(sed 's/subfield1/modified/; s/, otherSubfield: subfield2/, newSubfield: subfield3/' "$work/foo.yaml")"
ok "" holds foos/test '{{.nestedField}}' 'map\[newSubfield:subfield3 someSubfield:modified\]'
printf 'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: company.com/v1, kind: Foo, metadata: {name: listed}}\n- {apiVersion: company.com/v1, kind: Bar, metadata: {name: listed}}\n' >"$work/listed.yaml"
ok "a list of two kinds" kn apply -f "$work/listed.yaml"
ok "again" outputs 'bar.company.com/listed unchanged' kn apply -f "$work/listed.yaml"
ok "pruned" outputs 'foo.company.com/listed pruned' kn apply --prune --all -f - --prune-allowlist=company.com/v1/Foo <<<'{"apiVersion":"company.com/v1","kind":"Bar","metadata":{"name":"listed"}}'
k create ns own-other >/dev/null
ok "not in a namespace that is not" refused 'namespaces "non-existent" not found' k -n non-existent create -f "$work/foo.yaml"
k delete ns own-other --wait=false >/dev/null
ok "gone" kn delete -f "$work/own.yaml"
own examples Example test.com v1 ', singular: example, shortNames: [pod]' >"$work/short.yaml"
kn create -f "$work/short.yaml" >/dev/null
kn create -f - >/dev/null <<<'{"apiVersion":"test.com/v1","kind":"Example","metadata":{"name":"an-example"}}'
ok "a short name that is taken" names examples 'an-example:'
ok "hides nothing" lacks an-example kn get pod
ok "" kn delete -f "$work/short.yaml"
own examples Example test.com v1 '' Cluster >"$work/scoped.yaml"
kn api-resources >/dev/null
ok "a kind without a namespace" kn apply -f "$work/scoped.yaml"
kn apply -f - >/dev/null <<<'{"apiVersion":"test.com/v1","kind":"Example","metadata":{"name":"an-example"}}'
ok "goes" kn delete -f "$work/scoped.yaml"
own examples Example test.com v1 >"$work/scoped.yaml"
kn api-resources >/dev/null
ok "and comes with one" kn apply -f "$work/scoped.yaml"
ok "" kn apply -f - <<<'{"apiVersion":"test.com/v1","kind":"Example","metadata":{"name":"an-example"}}'
ok "" kn delete -f "$work/scoped.yaml"

group discovery
ok "a kind in the words of the wire" outputs '\{"name":"configmaps","singularName":"configmap","namespaced":true,"kind":"ConfigMap","verbs":\["create","delete","deletecollection","get","list","patch","update","watch"\],"shortNames":\["cm"\],"storageVersionHash":' kn get --raw=/api/v1
ok "its categories" outputs '"name":"pods"[^}]*"categories":\["all"\]' kn get --raw=/api/v1
for what in pods po po.status.message cronjob 'deployment --recursive' 'ds --api-version=apps/v1'; do
  # shellcheck disable=SC2086
  ok "explained: $what" kn explain $what
done
swagger=$(as_admin -fsS "https://${host_ip[a]}:6443/openapi/v2")
for words in 'list of returned' 'List of services' 'Watch for changes to the described resources'; do ok "the description has '$words'" grep -q "$words" <<<"$swagger"; done
ok "versions" outputs 'Server Version: v1\.36' kn version
ok "the cluster" outputs 'control plane.* is running at' kn cluster-info
ok "its dump" outputs '"kind": "NodeList"' kn cluster-info dump
ok "components" outputs 'etcd-0 +Healthy|scheduler +Healthy' kn get componentstatuses
{ on a "$kubectl_binary" --kubeconfig "$work/a/kubeconfig" proxy --port=0 --www="$work" >"$work/proxy.out" 2>&1; } &
proxy=$!
within 5 "a proxy" grep -q 'Starting to serve' "$work/proxy.out"
port=$(sed -n 's/.*127.0.0.1:\([0-9]*\)$/\1/p' "$work/proxy.out")
code() { [ "$(on a curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port$1")" = "$2" ]; }
for at in /api/kubernetes=404 /api/v1/namespaces=200 /metrics=200 /apis=200 /apis/apps/=200 /static/=200 /healthz=200; do ok "of $at" code "${at%=*}" "${at#*=}"; done
pkill -P $proxy 2>/dev/null
kill $proxy 2>/dev/null
wait $proxy 2>/dev/null

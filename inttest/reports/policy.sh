# What the API server says and refuses, as users reported it of others: races of a new namespace, warnings, client-side apply
# of unions, kinds that are only stored.
pod_with_namespace() { # NUMBER
  k apply -f - <<YAML
apiVersion: v1
kind: Namespace
metadata: {name: policy-race-$1}
---
apiVersion: v1
kind: Pod
metadata: {name: first, namespace: policy-race-$1}
spec: {containers: [{name: c, image: $image, command: [sleep, "600"]}], terminationGracePeriodSeconds: 0}
YAML
}
races() { for each in 1 2 3 4 5 6 7 8 9 10 11 12; do pod_with_namespace $each || return 1; done; }
ok "a pod in the file of its new namespace is never refused (12 of 12)" races
ok "these namespaces go" k delete ns $(seq -f 'policy-race-%g' 12) --wait=false

ok "a namespace for the rest" k create ns policy
deployment() { # STRATEGY
  printf '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","namespace":"policy"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},"strategy":%s,"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"%s"}]}}}}' "$1" "$image"
}
apply_deployment() { deployment "$1" | k apply -f - 2>&1; }
ok "a Deployment that rolls" apply_deployment '{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}'
ok "becomes one that recreates by client-side apply" apply_deployment '{"type":"Recreate"}'
ok "with nothing left of the other" outputs '^\{"type":"Recreate"\}$' k -n policy get deployment d -o 'jsonpath={.spec.strategy}'
ok "operations are described" outputs '"description":"read the specified Deployment"' k get --raw /openapi/v3/apis/apps/v1

twice() {
  printf '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"twice","namespace":"policy"},"spec":{"containers":[{"name":"c","image":"%s","command":["sleep","600"],"env":[{"name":"A","value":"1"},{"name":"A","value":"2"}],"resources":{"requests":{"cpu":"0.0001"}}}],"terminationGracePeriodSeconds":0%s}}' "$image" "$1" | k create -f - 2>&1
}
ok "an env name given twice is warned of" outputs 'Warning: spec.containers\[0\].env\[1\]: hides previous definition of "A", which may be dropped when using apply' twice ''
ok "less than a thousandth of a CPU is one" outputs '^1m$' k -n policy get pod twice -o 'jsonpath={.spec.containers[0].resources.requests.cpu}'
ok "a sysctl that no kernel has is refused" outputs 'must have at most 253 characters and match regex' twice ',"securityContext":{"sysctls":[{"name":"foo-","value":"1"}]}'

stored() { # WARNING, and the object on standard input
  local out
  out=$(k create -f - 2>&1) || { echo "$out"; return 1; }
  like "$out" "Warning: $1"
}
ok "a ServiceCIDR of IPv6 says that it is only stored" stored 'minik stores a range of IPv6 in a ServiceCIDR, but does not give addresses of it to Services yet' <<'YAML'
apiVersion: networking.k8s.io/v1
kind: ServiceCIDR
metadata: {name: further}
spec: {cidrs: ["fd00:77::/112"]}
YAML
within 10 "and has an event of it" outputs 'NotYet.*servicecidr/further.*does not give addresses of it' k get events -A
k delete servicecidr further --wait=false >/dev/null
ok "so does a StorageClass of somebody else's provisioner" stored 'minik stores a StorageClass with a provisioner of others, but does not provision volumes by itself yet' <<'YAML'
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: others}
provisioner: example.com/others
YAML
k delete storageclass others >/dev/null
ok "a Service that is served is not spoken of" outputs '^service/plain created$' k -n policy create service clusterip plain --tcp=80
ok "nor warned of" fails outputs Warning k -n policy annotate service plain a=b

ok "components answer" outputs '^scheduler +Healthy +ok' k get componentstatuses
ok "and warn of their end" outputs 'Warning: v1 ComponentStatus is deprecated in v1.19\+' k get componentstatuses
ok "an API extension finds the clients' authority" outputs 'BEGIN CERTIFICATE' k -n kube-system get configmap extension-apiserver-authentication -o yaml
claim() {
  k -n policy create -o 'jsonpath={.metadata.finalizers}' -f - <<'YAML'
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: c}
spec: {accessModes: [ReadWriteOnce], storageClassName: "", resources: {requests: {storage: 1Mi}}}
YAML
}
ok "a claim is guarded from the start" outputs 'kubernetes.io/pvc-protection' claim
ok "the namespace goes" k delete ns policy --timeout=40s
within 30 "and the others have gone" fails outputs 'policy-race' k get ns

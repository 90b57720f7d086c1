# Update after get, as Go's clients do it: with protobuf bodies, whose numbers must be what JSON's are. Sourced by run.sh.
. "$root/build-env.sh"
bodies_namespace=bodies
k create namespace $bodies_namespace >/dev/null
within 20 "the account of the bodies' namespace is there" k -n $bodies_namespace get serviceaccount default
b() { k -n $bodies_namespace "$@"; }
credentials
ask() { # METHOD PATH TYPE BODY ARGS...: prints the answer's body and, on a line of its own, its code
  local method=$1 path=$2 type=$3 body=$4
  shift 4
  as_admin -sS --max-time 20 -X "$method" \
    -H "Content-Type: $type" --data-binary "$body" -w '\n%{http_code}\n' "$@" "https://127.0.0.1:6443$path"
}
cat >"$work/bodies.yaml" <<POD
apiVersion: v1
kind: Pod
metadata: {name: update}
spec:
  terminationGracePeriodSeconds: 1
  activeDeadlineSeconds: 3600
  tolerations: [{key: a, operator: Exists, effect: NoExecute, tolerationSeconds: 300}]
  securityContext: {runAsUser: 1000, fsGroup: 2000}
  containers: [{name: c, image: $image, command: [sleep, "1000"]}]
POD
ok "a pod with 64-bit fields is created" outputs "^pod/update created$" b create -f "$work/bodies.yaml"
# The kubelet tells the pod's status meanwhile, which is a conflict: then, as clients do, once more.
update_after_get() { b get pod update -o "$1" >"$work/bodies-live.$1" && outputs "^pod/update replaced$" b replace -f "$work/bodies-live.$1"; }
within 20 "update after get: JSON" update_after_get json
within 20 "update after get: YAML" update_after_get yaml
# kubectl's typed commands send protobuf from 1.32 on.
ok "a Deployment by kubectl's typed client" outputs "created" b create deployment web --image="$image" --replicas=1 -- sleep 1000
ok "its replicas by protobuf" outputs "scaled" b scale deployment web --replicas=2
ok "its restart" outputs "restarted" b rollout restart deployment web
ok "and the pod is deleted" outputs "deleted" b delete pod update --wait=false
words() { local pattern=$1; shift; outputs "$pattern" ask "$@"; }
maps=/api/v1/namespaces/$bodies_namespace/configmaps
ok "a duplicate field and unknown ones are told in their order" words 'strict decoding error: duplicate field ."data.a.", unknown field ."x."' \
  POST "$maps?fieldValidation=Strict" application/json '{"metadata":{"name":"m"},"data":{"a":"1","a":"2"},"x":1}'
ok "a patch to a wrong type is invalid in the converter's words" words 'cannot restore slice from map' PATCH \
  "/apis/apps/v1/namespaces/$bodies_namespace/deployments/web" application/strategic-merge-patch+json \
  '{"spec":{"template":{"spec":{"volumes":{}}}}}'
ok "a Table of what has none is not acceptable" words '^406$' POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews \
  application/json '{"spec":{"nonResourceAttributes":{"verb":"get","path":"/"}}}' -H 'Accept: application/json;as=Table;v=v1;g=meta.k8s.io'
ok "continue with a resourceVersion is a bad request" words 'specifying resource version is not allowed when using continue' \
  GET "$maps?continue=x&resourceVersion=5" application/json ''
ok "a resourceVersion of the future is told after 3 s" words 'Too large resource version: 99999999, current: ' \
  GET "$maps?resourceVersion=99999999" application/json ''
half='{"metadata":{"name":"half"},"data":{"a":"x\ud800y"}}'
ok "half a surrogate pair becomes a replacement character" words '^201$' POST "$maps" application/json "$half"
ok "and its list as YAML is one" words 'name: half' GET "$maps" application/json '' -H 'Accept: application/yaml'
cat >"$work/bodies-apply.yaml" <<POD
apiVersion: apps/v1
kind: Deployment
metadata: {name: empty}
spec:
  replicas: 0
  selector: {matchLabels: {app: empty}}
  template:
    metadata: {labels: {app: empty}}
    spec:
      securityContext: {}
      affinity: {}
      containers: [{name: c, image: $image, lifecycle: {}, resources: {}, securityContext: {capabilities: {drop: []}}}]
POD
b apply --server-side -f "$work/bodies-apply.yaml" >/dev/null
within 20 "the applied Deployment is seen by its controller" outputs '^1$' b get deployment empty -o 'jsonpath={.status.observedGeneration}'
bodies_spec() { b get deployment empty -o 'jsonpath={.metadata.generation} {.spec}'; }
bodies_before=$(bodies_spec)
b apply --server-side -f "$work/bodies-apply.yaml" >/dev/null
ok "nothing changes at the second apply" [ "$bodies_before" = "$(bodies_spec)" ]
k delete namespace $bodies_namespace --wait=false >/dev/null
rm -f "$work"/bodies*

# kubectl top and the resource metrics API, which a server answers by itself.
cat >"$work/busy.yaml" <<YAML
apiVersion: v1
kind: Namespace
metadata: {name: metrics}
---
apiVersion: v1
kind: Pod
metadata: {name: busy, namespace: metrics, labels: {load: high}}
spec:
  terminationGracePeriodSeconds: 0
  nodeName: $(k get nodes -o name | tail -1 | cut -d/ -f2)
  containers:
  - {name: burn, image: $image, command: [sh, -c, 'while :; do :; done'], resources: {limits: {cpu: 300m}}}
  - {name: rest, image: $image, command: [sleep, '1000']}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: viewer, namespace: metrics}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: viewer, namespace: metrics}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: viewer, namespace: metrics}]
YAML
ok "a pod that burns CPU is made" k apply -f "$work/busy.yaml"
ok "and runs" k -n metrics wait --for=condition=Ready --timeout=30s pod/busy
burns() { # at least 0.2 of its 0.3 cores, as the machine may have other work
  k -n metrics top pod busy --containers --no-headers | >/dev/null grep -E '^busy +burn +(2[0-9]{2}|3[0-9]{2})m +[0-9]+Mi *$'
}
ok "its containers' use is printed" within 20 "burn uses 200-399m" burns
ok "and what rests uses nothing" outputs '^busy +rest +[01]m +[0-9]+Mi' k -n metrics top pod busy --containers
ok "pods are selected by label" outputs "^metrics +busy " k top pod -A -l load=high --sort-by=cpu
ok "both nodes are listed" outputs '^[a-z0-9-]+ +[0-9]+m +[0-9]+% +[0-9]+Mi +[0-9]+%' k top node
ok "both of them" test "$(k top node --no-headers | wc -l)" = 2
ok "the kind is known by discovery" outputs '^pods +metrics.k8s.io/v1beta1 +true +PodMetrics' k api-resources --api-group=metrics.k8s.io
ok "and printed as a table" outputs '^busy +[0-9]+.* +[0-9]+Ki +[0-9.]+s' k -n metrics get pods.metrics.k8s.io
ok "who may view a namespace sees it" outputs '^busy ' k -n metrics top pod --as=system:serviceaccount:metrics:viewer
ok "but not nodes" outputs 'Forbidden.*nodes.metrics.k8s.io is forbidden' k top node --as=system:serviceaccount:metrics:viewer
ok "what is not there has upstream's word" outputs 'pods "none" not found' k get --raw /apis/metrics.k8s.io/v1beta1/namespaces/metrics/pods/none
ok "writing is not allowed" outputs 'MethodNotAllowed|does not allow this method' k -n metrics delete pods.metrics.k8s.io busy
k delete namespace metrics --wait=false >/dev/null
# An autoscaler on what they tell: more replicas under load, as events and conditions say.
cat >"$work/scaled.yaml" <<YAML
apiVersion: v1
kind: Namespace
metadata: {name: scaled}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: burner, namespace: scaled}
spec:
  replicas: 1
  selector: {matchLabels: {app: burner}}
  template:
    metadata: {labels: {app: burner}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - {name: burn, image: $image, command: [sh, -c, 'while :; do :; done'], resources: {requests: {cpu: 10m}, limits: {cpu: 100m}}}
YAML
k apply -f "$work/scaled.yaml" >/dev/null
ok "an autoscaler is made" k -n scaled autoscale deployment burner --cpu-percent=50 --min=1 --max=3
replicas_are() { [ "$(k -n scaled get deployment burner -o 'jsonpath={.spec.replicas}')" = "$1" ]; }
ok "it adds replicas under load" within 60 "three replicas" replicas_are 3
ok "it says why" outputs 'New size: 3; reason: cpu resource utilization \(percentage of request\) above target' k -n scaled describe hpa burner
measured() { k -n scaled get hpa burner --no-headers | >/dev/null grep -E 'cpu: [0-9]{3,}%/50% +1 +3 +3 '; }
ok "and what it has measured" within 40 "use and replicas" measured
ok "its condition says so" outputs '^True ValidMetricFound' k -n scaled get hpa burner -o 'jsonpath={.status.conditions[?(@.type=="ScalingActive")].status} {.status.conditions[?(@.type=="ScalingActive")].reason}'
k delete namespace scaled --wait=false >/dev/null

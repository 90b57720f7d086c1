#!/usr/bin/env bash
# What a k3s user does in the first hour: two containers in a pod, Deployments, Services, mistakes.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
begin
host_up a 1
registry_up a 5000
image_push a 5000 minik/web:1 one
image_push a 5000 minik/web:2 two
minik_start a server || exit 1
within 30 "the node is Ready" outputs '^node-a +Ready ' k get nodes

cat >"$work/two.yml" <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: two}
spec:
  volumes: [{name: shared, emptyDir: {}}]
  containers:
  - name: writer
    image: 127.0.0.1:5000/minik/web:1
    command: [sh, -c, 'echo from-writer > /shared/file; exec httpd -f -p 8080 -h /shared']
    volumeMounts: [{name: shared, mountPath: /shared}]
  - name: reader
    image: 127.0.0.1:5000/minik/web:1
    command: [sh, -c, 'exec sleep 3600']
    volumeMounts: [{name: shared, mountPath: /data}]
YAML
ok "a pod of two containers is created" k create -f "$work/two.yml"
within 30 "both run" outputs '^two +2/2 +Running' k get pod two
within 10 "they share the volume" outputs '^from-writer$' k exec two -c reader -- cat /data/file
ok "they share localhost" outputs '^from-writer$' k exec two -c reader -- wget -qO- http://127.0.0.1:8080/file

cat >"$work/web.yml" <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: web
        image: 127.0.0.1:5000/minik/web:1
        command: [httpd, -f, -p, "8080", -h, /www]
        ports: [{containerPort: 8080, name: http}]
        readinessProbe: {httpGet: {path: /version, port: http}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  selector: {app: web}
  ports: [{port: 80, targetPort: http, nodePort: 30080}]
YAML
ok "apply -f of a Deployment and a Service" k apply -f "$work/web.yml"
ok "rollout status ends" k rollout status deployment/web --timeout=50s
ok "get deployments shows 3/3" outputs '^web +3/3 +3 +3 ' k get deployment web
ok "scale to 5" k scale deployment/web --replicas=5
within 30 "5 of 5 are ready" outputs '^web +5/5 ' k get deployment web
ok "scale back to 3" k scale deployment/web --replicas=3
pods() { k get pods -l app=web --no-headers 2>/dev/null | grep -c .; }
is() { [ "$("${@:2}")" = "$1" ] || { "${@:2}"; return 1; }; }
within 30 "3 pods are left" is 3 pods
ok "apply again changes nothing" outputs 'deployment.apps/web (unchanged|configured)' k apply -f "$work/web.yml"

vip=$(k get svc web -o 'jsonpath={.spec.clusterIP}')
within 10 "the Service answers by ClusterIP from the node" outputs '^one$' on a curl -fsS -m 2 "http://$vip/version"
ok "by ClusterIP from a pod" outputs '^one$' k exec two -c reader -- wget -qO- "http://$vip/version"
ok "by NodePort" outputs '^one$' on a curl -fsS -m 2 http://192.168.77.1:30080/version
# busybox-static has no resolver library for wget, but its nslookup asks the pod's name server itself.
by_name() { # NAME PORT
  k exec two -c reader -- sh -c "wget -qO- http://\$(nslookup $1 | awk '/^Name/ { found = 1 } found && /^Address/ { print \$NF; exit }'):$2/version"
}
within 10 "by DNS name" outputs '^one$' by_name web.default.svc.cluster.local 80
ok "the pod's resolv.conf has the cluster's search list" outputs '^search default.svc.cluster.local svc.cluster.local cluster.local' k exec two -c reader -- cat /etc/resolv.conf
ok "endpoints are listed" outputs ':8080,.*:8080' k get endpoints web

ok "set image rolls out" k set image deployment/web web=127.0.0.1:5000/minik/web:2
ok "rollout status ends again" k rollout status deployment/web --timeout=50s
within 10 "the Service answers with the new image" outputs '^two$' on a curl -fsS -m 2 "http://$vip/version"
ok "rollout history has two revisions" outputs '^2 ' k rollout history deployment/web
ok "rollout undo" k rollout undo deployment/web
ok "rollout status ends once more" k rollout status deployment/web --timeout=50s
within 10 "the Service answers with the old image" outputs '^one$' on a curl -fsS -m 2 "http://$vip/version"

# A pod of the revision that was left may still be ending, and be gone before it is deleted.
within 30 "3 pods are left again" is 3 pods
victim=$(k get pods -l app=web -o 'jsonpath={.items[0].metadata.name}')
ok "a pod is deleted" k delete pod "$victim" --timeout=30s
within 30 "it is replaced" outputs '^web +3/3 ' k get deployment web
ok "by another" fails k get pod "$victim"

(exec nsenter --net=/run/netns/$prefix-a timeout 20 "$kubectl_binary" --kubeconfig "$work/a/kubeconfig" port-forward deployment/web 18080:8080) >"$work/pf.out" 2>&1 &
forward=$!
within 10 "port-forward answers" outputs '^one$' on a curl -fsS -m 2 http://127.0.0.1:18080/version
kill $forward 2>/dev/null
wait $forward 2>/dev/null

cat >"$work/config.yml" <<'YAML'
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {color: blue, file.txt: "a file"}
---
apiVersion: v1
kind: Secret
metadata: {name: password}
stringData: {word: secret}
---
apiVersion: v1
kind: Pod
metadata: {name: env, labels: {tier: edge}}
spec:
  restartPolicy: Never
  initContainers:
  - {name: init, image: '127.0.0.1:5000/minik/web:1', command: [sh, -c, 'echo prepared > /work/init'], volumeMounts: [{name: work, mountPath: /work}]}
  containers:
  - name: c
    image: 127.0.0.1:5000/minik/web:1
    command: [sh, -c, 'echo $COLOR $WORD $NODE $IP $MEM; cat /work/init /etc/settings/file.txt /etc/labels/labels; ls /var/run/secrets/kubernetes.io/serviceaccount']
    env:
    - {name: COLOR, valueFrom: {configMapKeyRef: {name: settings, key: color}}}
    - {name: WORD, valueFrom: {secretKeyRef: {name: password, key: word}}}
    - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
    - {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
    - {name: MEM, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Mi}}}
    resources: {limits: {memory: 64Mi, cpu: 500m}}
    volumeMounts:
    - {name: work, mountPath: /work}
    - {name: settings, mountPath: /etc/settings}
    - {name: labels, mountPath: /etc/labels}
  volumes:
  - {name: work, emptyDir: {}}
  - {name: settings, configMap: {name: settings}}
  - {name: labels, downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}}
YAML
ok "a pod with env, config, secret, downward API and an init container" k apply -f "$work/config.yml"
within 30 "it completes" outputs '^env +0/1 +Completed' k get pod env
logs=$(k logs env)
ok "env is as configured" like "$logs" '^blue secret node-a 10\.42\.[0-9.]+ 64$'
ok "the init container ran before" like "$logs" '^prepared$'
ok "the config map is a file" like "$logs" 'a file'
ok "labels are a file" like "$logs" 'tier="edge"'
ok "the service account's token is there" like "$logs" '^token$'

cat >"$work/job.yml" <<'YAML'
apiVersion: batch/v1
kind: Job
metadata: {name: once}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: c, image: '127.0.0.1:5000/minik/web:1', command: [echo, done]}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 2
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: c, image: '127.0.0.1:5000/minik/web:1', command: [httpd, -f, -p, "8080", -h, /www]}]
---
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {clusterIP: None, selector: {app: db}, ports: [{port: 8080}]}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: each}
spec:
  selector: {matchLabels: {app: each}}
  template:
    metadata: {labels: {app: each}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: c, image: '127.0.0.1:5000/minik/web:1', command: [sleep, "3600"]}]
YAML
ok "a Job, a StatefulSet and a DaemonSet are applied" k apply -f "$work/job.yml"
ok "the Job completes" k wait --for=condition=complete job/once --timeout=40s
ok "the StatefulSet rolls out" k rollout status statefulset/db --timeout=40s
ok "the DaemonSet rolls out" k rollout status daemonset/each --timeout=40s
within 10 "a StatefulSet's pod has its DNS name" outputs '^one$' by_name db-1.db.default.svc.cluster.local 8080

cat >"$work/liveness.yml" <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: flaky}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - name: c
    image: 127.0.0.1:5000/minik/web:1
    command: [sh, -c, 'touch /tmp/ok; sleep 2; rm /tmp/ok; sleep 600']
    livenessProbe: {exec: {command: [cat, /tmp/ok]}, periodSeconds: 1, failureThreshold: 1}
YAML
ok "a pod that fails its liveness probe is created" k apply -f "$work/liveness.yml"
within 30 "it is restarted" outputs '^flaky +[01]/1 +[A-Za-z]+ +[1-9]' k get pod flaky
ok "logs --previous answers" k logs flaky --previous
ok "it is deleted" k delete pod flaky --timeout=30s

# Mistakes get an answer that names the field.
bad() { printf '%s\n' "$1" | k create -f - 2>&1; }
ok "an unknown field is named" outputs 'unknown field "spec.containers\[0\].imagee"' \
  bad '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":{"containers":[{"name":"c","imagee":"y"}]}}'
ok "a missing field is named" outputs 'spec.containers\[0\].image: Required value' \
  bad '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":{"containers":[{"name":"c"}]}}'
ok "a bad name is explained" outputs 'metadata.name: Invalid value: "A_b": a lowercase RFC 1123 subdomain' \
  bad '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"A_b"}}'
ok "a selector that misses its template is refused" outputs 'selector. does not match template .labels' \
  bad '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"x"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"c"}},"spec":{"containers":[{"name":"c","image":"y"}]}}}}'
ok "what does not fit says why" outputs 'Insufficient cpu' bash -c "
  true; $(declare -f k on bad); kubectl_binary=$kubectl_binary work=$work
  bad '{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"huge\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"y\",\"resources\":{\"requests\":{\"cpu\":\"1k\"}}}]}}'
  k wait --for=condition=PodScheduled=false pod/huge --timeout=20s; k describe pod huge"
status_of() { on a curl -ksS -o /dev/null -w '%{http_code}' "$@"; }
ok "no certificate gets 403" is 403 status_of https://127.0.0.1:6443/api/v1/pods
ok "a wrong token gets 401" is 401 status_of -H 'Authorization: Bearer nonsense' https://127.0.0.1:6443/api/v1/pods
ok "a namespace comes and goes" bash -c "$(declare -f k on); kubectl_binary=$kubectl_binary work=$work
  k create ns brief && k -n brief create configmap c --from-literal=a=b &&
  k wait --for=jsonpath='{.metadata.name}'=default sa/default -n brief --timeout=10s &&
  k get cm kube-root-ca.crt -n brief && k delete ns brief --timeout=30s"
ok "explain knows fields" outputs 'RESOURCE|FIELD|containers' k explain pod.spec.containers
ok "api-resources lists Deployments" outputs '^deployments +deploy +apps/v1 +true +Deployment' k api-resources
ok "auth can-i" outputs '^yes$' k auth can-i create deployments
ok "auth whoami" outputs 'system:masters' k auth whoami

# Manifests in a folder of the server, with a kind of their own that comes with them.
manifests=$work/a/data/server/manifests
cat >"$manifests/.shop.yaml" <<'YAML'
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: tills.shop.example.com}
spec:
  group: shop.example.com
  names: {plural: tills, kind: Till}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
---
apiVersion: shop.example.com/v1
kind: Till
metadata: {name: first, namespace: shop}
spec: {drawers: 2}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: prices, namespace: shop}
YAML
mv "$manifests/.shop.yaml" "$manifests/shop.yaml"
within 30 "a manifest in the folder is applied, and what it defines too" outputs '^2$' \
  k get till first -n shop -o 'jsonpath={.spec.drawers}'
within 10 "an event says so" outputs 'Applied manifest at' k get events -n kube-system --field-selector reason=AppliedManifest
sed '/^---$/,$!d; /kind: ConfigMap/,$d' "$manifests/shop.yaml" | sed '$d' >"$manifests/.shop.yaml"
sed -i '1i apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}' "$manifests/.shop.yaml"
mv "$manifests/.shop.yaml" "$manifests/shop.yaml"
within 30 "what it names no more is deleted" outputs 'NotFound' k get configmap prices -n shop
ok "and the rest stays" k get till first -n shop

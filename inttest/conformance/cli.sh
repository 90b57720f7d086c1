# What upstream's sig-cli tests ask of kubectl, with both that we name. Sourced by run.sh.
cli_rc() { # NAME REPLICAS
  printf '{"apiVersion":"v1","kind":"ReplicationController","metadata":{"name":"%s","labels":{"app":"demo"}},"spec":{"replicas":%s,"selector":{"app":"demo","name":"%s"},
    "template":{"metadata":{"labels":{"app":"demo","name":"%s"}},"spec":{"terminationGracePeriodSeconds":0,"containers":[{"name":"demo","image":"%s",
    "command":["sh","-c","mkdir /data; echo demo.jpg > /data/data.json; httpd -f -p 8080 -h /data"],"ports":[{"containerPort":8080}]}]}}}}' "$1" "$2" "$1" "$1" "$image"
}
cli_ready() { # SELECTOR COUNT
  [ "$(c get pods -l "$1" -o 'jsonpath={range .items[?(@.status.containerStatuses[0].ready==true)]}{.metadata.name}{"\n"}{end}' | grep -c .)" = "$2" ] &&
    [ "$(c get pods -l "$1" --no-headers | grep -c .)" = "$2" ]
}
cli_served() { # each pod of SELECTOR says its data through the API server
  local pod
  for pod in $(c get pods -l "$1" -o 'jsonpath={.items[*].metadata.name}'); do
    outputs '^demo.jpg$' c get --raw "/api/v1/namespaces/$ns/pods/$pod:8080/proxy/data.json" || return 1
  done
}
cli_gone() { ! c get "$@" >/dev/null 2>&1; }
cli_none() { [ -z "$(c get "$@" -o name 2>&1)" ]; }
cli_diff() {
  c create deployment differs --image="$image" -- sleep 3600 >/dev/null || return 1
  local out code
  out=$(c create deployment differs --image="$image" --dry-run=client -o json -- sleep 3600 | sed "s|$image|registry.test/minik/other:1|" | c diff -f - 2>&1)
  code=$?
  c delete deployment differs --wait=false >/dev/null
  [ $code = 1 ] && like "$out" "^-.*image: $image" && like "$out" '^\+.*image: registry.test/minik/other:1'
}
cli_dry() { # nothing of what is tried on the server is kept
  c run dry --image="$image" --labels=run=dry -- sleep 3600 >/dev/null &&
    outputs '^pod/dry patched' c patch pod dry -p '{"spec":{"containers":[{"name":"dry","image":"registry.test/minik/other:1"}]}}' --dry-run=server &&
    outputs "^$image\$" c get pod dry -o 'jsonpath={.spec.containers[0].image}' && c delete pod dry --force --grace-period=0 >/dev/null 2>&1
}
cli_replace() {
  c run replaced --image="$image" --labels=run=replaced -- sleep 3600 >/dev/null || return 1
  c wait --for=condition=Ready pod/replaced --timeout=30s >/dev/null &&
    c get pod replaced -o json | sed "s|\"image\": \"$image\"|\"image\": \"registry.test/minik/busybox:1-other\"|" | c replace -f - >/dev/null &&
    outputs ':1-other$' c get pod replaced -o 'jsonpath={.spec.containers[0].image}' && c delete pod replaced --force --grace-period=0 >/dev/null 2>&1
}
cli_run() {
  c run once --image="$image" --restart=Never -- true >/dev/null && outputs '^Never$' c get pod once -o 'jsonpath={.spec.restartPolicy}' &&
    c delete pod once --wait=false >/dev/null
}
cli_label() {
  c label pod labelled testing-label=testing-label-value >/dev/null && outputs 'testing-label-value' c get pod labelled -L testing-label &&
    c label pod labelled testing-label- >/dev/null && fails outputs 'testing-label-value' c get pod labelled -L testing-label
}
cli_patched() {
  local pod
  for pod in $(c get pods -l name=demo -o 'jsonpath={.items[*].metadata.name}'); do
    c patch pod "$pod" -p '{"metadata":{"annotations":{"x":"y"}}}' >/dev/null && outputs '^y$' c get pod "$pod" -o 'jsonpath={.metadata.annotations.x}' || return 1
  done
}
cli_exposed() { # NAME PORT: its endpoints are the pods of the controller, at the port that they listen at
  local ip
  ip=$(c get pods -l name=demo -o 'jsonpath={.items[0].status.podIP}')
  outputs "$ip:8080" c get endpoints "$1" && outputs "^$2 8080\$" c get service "$1" -o 'jsonpath={.spec.ports[0].port} {.spec.ports[0].targetPort}'
}
cli_described() {
  local pod said
  pod=$(c get pods -l name=demo -o 'jsonpath={.items[0].metadata.name}')
  said=$(c describe rc demo) && like "$said" '^Name: +demo$' && like "$said" '^Selector: +app=demo,name=demo' && like "$said" '^Replicas: +1 current / 1 desired' &&
    like "$said" '^Pods Status: +1 Running / 0 Waiting / 0 Succeeded / 0 Failed' && like "$said" 'Created pod: demo-' || return 1
  said=$(c describe pod "$pod") && like "$said" '^Status: +Running' && like "$said" '^Controlled By: +ReplicationController/demo' && like "$said" "Image: +$image" || return 1
  said=$(c describe service exposed) && like "$said" '^Type: +ClusterIP' && like "$said" '^Endpoints: +[0-9.]+:8080' && like "$said" '^Session Affinity: +None' || return 1
  said=$(c describe node node-a) && like "$said" '^Addresses:' && like "$said" '^System Info:' && like "$said" '^Allocatable:' || return 1
  said=$(c describe namespace "$ns") && like "$said" '^Status: +Active'
}
cli_logs() {
  local all tail bytes
  all=$(c logs talks) && [ "$(wc -l <<<"$all")" = 10 ] || { echo "$all"; return 1; }
  tail=$(c logs talks --tail=1) && [ "$tail" = "$(tail -n 1 <<<"$all")" ] || { echo "tail: $tail"; return 1; }
  bytes=$(c logs talks --limit-bytes=1) && [ ${#bytes} = 1 ] && [ "$bytes" = "${all:0:1}" ] || { echo "bytes: $bytes"; return 1; }
  outputs '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9:]+) line 10$' c logs talks --tail=1 --timestamps &&
    [ "$(c logs talks --since=24h | wc -l)" = 10 ] && [ -z "$(c logs talks --since-time=2030-01-01T00:00:00Z)" ]
}
# A primary that keeps entries, and three fronts that pass them on: CGI of busybox' httpd.
cli_guestbook() {
  cat <<YAML
apiVersion: v1
kind: ConfigMap
metadata: {name: guestbook, labels: {app: guestbook}}
data:
  entries: |
    #!/bin/sh
    printf '\r\n'
    case \$QUERY_STRING in set=*) echo "\${QUERY_STRING#set=}" >>/tmp/entries;; esac
    cat /tmp/entries
  guestbook: |
    #!/bin/sh
    printf '\r\n'
    wget -qO- "http://\$PRIMARY_SERVICE_HOST:6379/cgi-bin/entries?\$QUERY_STRING"
YAML
  local name
  for name in primary:1:6379 frontend:3:80; do
    cat <<YAML
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name%%:*}, labels: {app: guestbook}}
spec:
  replicas: $(cut -d: -f2 <<<"$name")
  selector: {matchLabels: {app: guestbook, role: ${name%%:*}}}
  template:
    metadata: {labels: {app: guestbook, role: ${name%%:*}}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - {name: c, image: '$image', command: [httpd, -f, -p, "${name##*:}", -h, /w], volumeMounts: [{name: v, mountPath: /w/cgi-bin}]}
      volumes: [{name: v, configMap: {name: guestbook, defaultMode: 0755}}]
---
apiVersion: v1
kind: Service
metadata: {name: ${name%%:*}, labels: {app: guestbook}}
spec: {selector: {app: guestbook, role: ${name%%:*}}, ports: [{port: ${name##*:}}]}
YAML
  done
}
cli_entry() { outputs "$1" c get --raw "/api/v1/namespaces/$ns/services/frontend/proxy/cgi-bin/guestbook?$2"; }

for client in 1.32 1.36; do
  kubectl_binary=$tools/kubectl-$client
  ns=cli-${client/./-}
  k create namespace "$ns" >/dev/null
  c() { k -n "$ns" "$@"; }
  within 20 "kubectl $client: the namespace's account is there" c get serviceaccount default
  cli_guestbook | c apply -f - >/dev/null
  cli_rc demo 1 | c apply -f - >/dev/null
  c run labelled --image="$image" -- sleep 3600 >/dev/null
  c run talks --image="$image" --restart=Never -- sh -c 'for i in 1 2 3 4 5 6 7 8 9 10; do echo line $i; done' >/dev/null

  ok "kubectl $client: api-versions has v1" outputs '^v1$' c api-versions
  ok "kubectl $client: cluster-info tells the control plane" outputs 'Kubernetes control plane.* is running at .*https://' c cluster-info
  ok "kubectl $client: version tells both sides" outputs '^Server Version: v1\.' c version
  ok "kubectl $client: diff finds what differs in a Deployment" cli_diff
  ok "kubectl $client: dry-run on the server changes nothing" cli_dry
  ok "kubectl $client: run makes a pod that is not restarted" cli_run
  within 30 "kubectl $client: label sets and removes" cli_label
  within 30 "kubectl $client: a replication controller is created" cli_ready name=demo 1
  ok "kubectl $client: patch annotates its pods" cli_patched
  ok "kubectl $client: expose of a controller" c expose rc demo --name=exposed --port=1234 --target-port=8080
  within 20 "kubectl $client: expose of a controller serves its pods" cli_exposed exposed 1234
  ok "kubectl $client: expose of a Service" c expose service exposed --name=again --port=2345 --target-port=8080
  within 20 "kubectl $client: expose of a Service serves the same pods" cli_exposed again 2345
  within 20 "kubectl $client: describe of controller, pod, Service, node and namespace" cli_described
  ok "kubectl $client: a replication controller is scaled up" c scale rc demo --replicas=2 --timeout=40s
  within 30 "kubectl $client: both replicas serve" cli_ready name=demo 2
  ok "kubectl $client: each replica says its data" cli_served name=demo
  ok "kubectl $client: a replication controller is scaled down" c scale rc demo --replicas=1 --timeout=40s
  within 30 "kubectl $client: one replica serves" cli_ready name=demo 1
  ok "kubectl $client: a replication controller is stopped" c delete rc demo --force --grace-period=0
  within 30 "kubectl $client: and its pods with it" cli_none pods -l name=demo
  within 30 "kubectl $client: the pod that talks has ended" outputs Succeeded c get pod talks -o 'jsonpath={.status.phase}'
  ok "kubectl $client: logs are retrieved and filtered" cli_logs
  ok "kubectl $client: replace changes a pod's image" cli_replace
  within 40 "kubectl $client: the guestbook's front runs" cli_ready role=frontend 3
  within 20 "kubectl $client: the guestbook takes an entry" cli_entry '^TestEntry$' set=TestEntry
  ok "kubectl $client: and shows it" cli_entry '^TestEntry$' ''
  cli_guestbook | c delete -f - --force --grace-period=0 >/dev/null 2>&1
  within 30 "kubectl $client: the guestbook is stopped" cli_none deployments,services,pods,configmaps -l app=guestbook
  k delete namespace "$ns" --wait=false >/dev/null
done
kubectl_binary=$tools/kubectl-1.32

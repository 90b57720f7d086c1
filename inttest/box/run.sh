#!/usr/bin/env bash
# What comes in the box, as people apply it first: load balancers, volumes, policies, an ingress; on two nodes, seen from a
# machine that is none. PART=servicelb runs one part alone.
# shellcheck source=../two-nodes.sh
. "$(dirname "$0")/../two-nodes.sh"
# shellcheck source=ingress.sh
. "$(dirname "$0")/ingress.sh"
begin
two_hosts
host_up out 9
# busybox speaks no UDP: socat goes into the image, with its libraries.
files=$work/image-minik/net-1/fs
install -D /usr/bin/socat "$files/bin/socat"
for file in $(ldd /usr/bin/socat | grep -oE '/[^ ]+'); do install -D "$(readlink -f "$file")" "$files$file"; done
image_push a 5000 minik/net:1
two_nodes || exit 1

part() { [ -z "${PART:-}" ] || [ "$PART" = "$1" ]; }
http() { on "$1" curl -sS -m 3 "http://$2"; }
udp() { on "$1" timeout 3 socat -t1 - "UDP:$2" <<<x; }
image=registry.test/minik/net:1
addresses() { k get svc "$1" -o 'jsonpath={.status.loadBalancer.ingress[*].ip}'; }
has_addresses() { [ "$(addresses "$1")" = "$2" ] || { k get svc "$1" -o yaml; return 1; }; }
pod_of() { k get pods -l "app=$1" -o "jsonpath={.items[?(@.spec.nodeName==\"node-$2\")].metadata.name}"; }

servicelb() {
  # A broker that says who asks, by TCP and by UDP.
  cat >"$work/broker.yml" <<YAML
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: broker}
spec:
  selector: {matchLabels: {app: broker}}
  template:
    metadata: {labels: {app: broker}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: c
        image: $image
        command: [sh, -c, 'socat UDP-LISTEN:1884,fork SYSTEM:"echo \\\$SOCAT_PEERADDR" & exec socat TCP-LISTEN:1883,fork,reuseaddr SYSTEM:"echo \\\$SOCAT_PEERADDR"']
        readinessProbe: {tcpSocket: {port: 1883}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: broker}
spec:
  type: LoadBalancer
  allocateLoadBalancerNodePorts: false
  selector: {app: broker}
  ports:
  - {name: mqtt, port: 1883}
  - {name: sn, port: 1884, protocol: UDP}
---
apiVersion: v1
kind: Service
metadata: {name: local}
spec:
  type: LoadBalancer
  externalTrafficPolicy: Local
  selector: {app: broker}
  ports: [{port: 1993, targetPort: 1883}]
---
apiVersion: v1
kind: Service
metadata: {name: strange}
spec: {type: LoadBalancer, loadBalancerClass: example.com/lb, selector: {app: broker}, ports: [{port: 1994, targetPort: 1883}]}
YAML
  ok "a broker behind load balancers" k apply -f "$work/broker.yml"
  within 40 "its pods are ready" outputs '^broker +2 +2 +2 +2' k get daemonset broker
  within 10 "the Service has both nodes' addresses" has_addresses broker "192.168.77.1 192.168.77.2"
  ok "they are the kernel's own business: ipMode VIP" outputs '^VIP VIP$' k get svc broker -o 'jsonpath={.status.loadBalancer.ingress[*].ipMode}'
  ok "without node ports" outputs '^$' k get svc broker -o 'jsonpath={.spec.ports[*].nodePort}'
  within 10 "TCP from outside, at a" outputs '^[0-9.]+$' on out socat -T 3 - TCP:192.168.77.1:1883
  ok "at b" outputs '^[0-9.]+$' on out socat -T 3 - TCP:192.168.77.2:1883
  ok "UDP from outside" outputs '^[0-9.]+$' udp out 192.168.77.1:1884
  ok "from a node, too" outputs '^[0-9.]+$' on b socat -T 3 - TCP:192.168.77.1:1883
  ok "no pod was made for it" outputs '^2$' bash -c "$(declare -f on k); prefix=$prefix work=$work kubectl_binary=$kubectl_binary; k get pods -A --no-headers | wc -l"
  ok "kubectl describe tells the addresses" outputs 'EnsuredLoadBalancer' k describe svc broker

  within 10 "policy Local: both nodes have a pod, both are named" has_addresses local "192.168.77.1 192.168.77.2"
  ok "the pod sees the client's own address" outputs '^192\.168\.77\.9$' on out socat -T 3 - TCP:192.168.77.2:1993
  check=$(k get svc local -o 'jsonpath={.spec.healthCheckNodePort}')
  ok "the health check port answers on b" outputs '"localEndpoints":1' on out curl -sS -m 3 "http://192.168.77.2:$check/"
  k label node node-b gone=yes >/dev/null
  k patch daemonset broker --type merge -p '{"spec":{"template":{"spec":{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"gone","operator":"DoesNotExist"}]}]}}}}}}}' >/dev/null
  within 20 "a node whose pod left is not named any more" has_addresses local 192.168.77.1
  within 10 "and its health check says so" outputs '"localEndpoints":0' on out curl -sS -m 3 "http://192.168.77.2:$check/"
  ok "policy Cluster names it still" has_addresses broker "192.168.77.1 192.168.77.2"
  within 10 "and goes on from there" outputs '^[0-9.]+$' on out socat -T 3 - TCP:192.168.77.2:1883

  ok "another loadBalancerClass gets nothing" has_addresses strange ""
  k expose daemonset broker --name=second --type=LoadBalancer --port=1883 2>/dev/null || k create service loadbalancer second --tcp=1883:1883 >/dev/null
  within 10 "a second Service of the same port is told who has it" outputs 'port 1883/TCP of node node-a is taken by Service default/broker' k describe svc second
  k delete svc broker >/dev/null
  within 10 "and has it when that one goes" has_addresses second "192.168.77.1 192.168.77.2"
  k create service loadbalancer api --tcp=6443:1883 >/dev/null
  within 10 "the API server's port is nobody's on its node" has_addresses api 192.168.77.2
  ok "who asks for it is told" outputs 'taken by the API server' k describe svc api
  k delete svc api >/dev/null

  k patch svc second -p '{"spec":{"selector":{"app":"broker"},"loadBalancerSourceRanges":["192.168.77.1/32"]}}' >/dev/null
  within 10 "loadBalancerSourceRanges: others are shut out" fails on out timeout 2 socat -u TCP:192.168.77.1:1883,connect-timeout=1 -
  k label node node-b servicelb.minik.io/pool=edge gone- >/dev/null
  k label svc second servicelb.minik.io/pool=edge >/dev/null
  within 10 "a pool's label chooses nodes" has_addresses second 192.168.77.2
  k label node node-a servicelb.minik.io/enable=true >/dev/null
  within 10 "and so does the label that enables them" has_addresses second ""
  k label node node-a servicelb.minik.io/enable- >/dev/null
  within 10 "taken off again" has_addresses second 192.168.77.2
  k patch svc second --type merge -p '{"spec":{"type":"ClusterIP","loadBalancerSourceRanges":null}}' >/dev/null
  within 10 "a change of type takes the addresses back" has_addresses second ""
  minik_kill9 a
  # shellcheck disable=SC2086
  minik_start a ${host_args[a]} --disable servicelb || exit 1
  within 20 "switched off, all addresses are taken back" has_addresses local ""
  ok "and nothing else is left of it" outputs '^\{"loadBalancer":\{\}\}$' k get svc local -o 'jsonpath={.status}'
  within 10 "nor in the kernel" fails on out timeout 2 socat -u TCP:192.168.77.1:1993,connect-timeout=1 -
  minik_kill9 a
  # shellcheck disable=SC2086
  minik_start a ${host_args[a]/ --disable servicelb/} || exit 1
  within 20 "switched on, they are back" has_addresses local "192.168.77.1 192.168.77.2"
  k delete svc local strange second >/dev/null
  k delete daemonset broker >/dev/null
}

storage() {
  ok "local-path is the default class" outputs '^local-path \(default\) +minik.io/local-path +Delete +WaitForFirstConsumer +true' k get storageclass
  # A blog: a database that keeps what it was told, in a StatefulSet, and a front that reads it.
  cat >"$work/blog.yml" <<YAML
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {clusterIP: None, selector: {app: db}, ports: [{port: 8080}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 2
  podManagementPolicy: Parallel
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      terminationGracePeriodSeconds: 0
      securityContext: {runAsUser: 1000, fsGroup: 2000}
      topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: db}}}]
      containers:
      - name: db
        image: $image
        command: [sh, -c, '[ -f /data/born ] || hostname > /data/born; exec httpd -f -p 8080 -h /data']
        volumeMounts: [{name: data, mountPath: /data, subPath: store}]
        readinessProbe: {httpGet: {path: /born, port: 8080}, periodSeconds: 1}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 64Mi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: scratch}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: c, image: "$image", command: [sh, -c, 'echo here > /s/file; exec sleep 3600'], volumeMounts: [{name: s, mountPath: /s}]}]
  volumes:
  - name: s
    ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: waits}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: many}
spec: {accessModes: [ReadWriteMany], resources: {requests: {storage: 1Mi}}}
YAML
  ok "a StatefulSet with claims is applied, without a warning" outputs '^statefulset' k apply -f "$work/blog.yml"
  within 40 "its pods run, one on each node" outputs '^db +2/2' k get statefulset db
  ok "both claims are bound" outputs '^2$' bash -c "$(declare -f on k); prefix=$prefix work=$work kubectl_binary=$kubectl_binary; k get pvc -l app=db --no-headers | grep -c ' Bound '"
  ok "the event is upstream's" outputs 'ProvisioningSucceeded +[0-9a-z]+ +minik.io/local-path.* +Successfully provisioned volume pvc-' k describe pvc data-db-0
  ok "a claim that nobody uses waits, and says for whom" outputs 'WaitForFirstConsumer.*waiting for first consumer' k describe pvc waits
  within 20 "a pod with an ephemeral volume runs" k wait --for=condition=Ready pod/scratch --timeout=1s
  ok "its claim is its own" outputs '^Pod scratch$' k get pvc scratch-s -o 'jsonpath={.metadata.ownerReferences[0].kind} {.metadata.ownerReferences[0].name}'
  k run asks --image="$image" --overrides='{"spec":{"terminationGracePeriodSeconds":0,"containers":[{"name":"c","image":"'"$image"'","command":["sleep","3600"],"volumeMounts":[{"name":"m","mountPath":"/m"}]}],"volumes":[{"name":"m","persistentVolumeClaim":{"claimName":"many"}}]}}' >/dev/null
  within 20 "what a directory can't be is told" outputs 'ProvisioningFailed.*not ReadWriteMany' k describe pvc many
  claim_node() { k get pod "$1" -o 'jsonpath={.spec.nodeName}'; }
  first=$(claim_node db-0)
  host=${first#node-}
  volume=$(k get pvc data-db-0 -o 'jsonpath={.spec.volumeName}')
  directory=$(k get pv "$volume" -o 'jsonpath={.spec.local.path}')
  ok "the directory is on that node, named so that people find it" test -f "$directory/store/born"
  ok "below its data directory" test "$directory" = "$work/$host/data/storage/${volume}_default_data-db-0"
  ok "fsGroup has it" test "$(stat -c %g "$directory")" = 2000
  k exec db-0 -- sh -c 'echo kept > /data/post'
  k delete pod db-0 --wait=false >/dev/null
  within 20 "a pod that comes back" outputs '^kept$' k exec db-0 -- cat /data/post
  ok "is where its volume is" test "$(claim_node db-0)" = "$first"
  k patch pvc data-db-0 -p '{"spec":{"resources":{"requests":{"storage":"128Mi"}}}}' >/dev/null
  within 10 "a claim grows" outputs '^128Mi$' k get pvc data-db-0 -o 'jsonpath={.status.capacity.storage}'

  # Broken off between: the server is killed while claims come and go.
  for i in 1 2 3 4; do
    printf -- '---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: c%s}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: c%s, labels: {app: broken}}\nspec: {terminationGracePeriodSeconds: 0, containers: [{name: c, image: "%s", command: [sleep, "3600"], volumeMounts: [{name: v, mountPath: /v}]}], volumes: [{name: v, persistentVolumeClaim: {claimName: c%s}}]}\n' $i $i "$image" $i
  done >"$work/broken.yml"
  k apply -f "$work/broken.yml" >/dev/null
  minik_kill9 a
  # shellcheck disable=SC2086
  minik_start a ${host_args[a]} || exit 1
  within 40 "claims that a kill -9 broke off are served" k wait --for=condition=Ready pod -l app=broken --timeout=1s
  k delete -f "$work/broken.yml" --wait=false >/dev/null
  minik_kill9 a
  # shellcheck disable=SC2086
  minik_start a ${host_args[a]} || exit 1
  within 40 "and removals, too: no volume is left of them" fails outputs 'default/c[1-4] ' k get pv
  within 10 "nor a directory" bash -c "! ls -A $work/*/data/storage | grep -E '_default_c[1-4]|removed'"

  kept=$(k get pvc data-db-1 -o 'jsonpath={.spec.volumeName}')
  kept_at=$(k get pv "$kept" -o 'jsonpath={.spec.local.path}')
  k patch pv "$kept" -p '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}' >/dev/null
  k delete statefulset db >/dev/null
  k delete pod scratch asks --wait=true >/dev/null
  k delete pvc --all --wait=false >/dev/null
  within 20 "claims gone, their volumes and directories go" test ! -e "$directory"
  within 10 "the ephemeral one, too" fails outputs 'scratch-s' k get pv
  ok "one that is retained stays, Released" outputs "^$kept +.* Retain +Released " k get pv
  ok "with what is in it" test -f "$kept_at/store/born"
  k delete pv "$kept" >/dev/null
}

policies() {
  k create namespace shop >/dev/null
  k create namespace other >/dev/null
  k label namespace other team=friends >/dev/null
  ks() { k -n shop "$@"; }
  # Three pods of a shop and one of others, each a server and a client, on both nodes.
  for each in shop:db:a shop:web:a shop:far:b other:guest:b; do
    IFS=: read -r namespace name node <<<"$each"
    cat <<YAML
---
apiVersion: v1
kind: Pod
metadata: {name: $name, namespace: $namespace, labels: {app: $name}}
spec:
  nodeName: node-$node
  terminationGracePeriodSeconds: 0
  containers:
  - name: c
    image: $image
    command: [sh, -c, 'mkdir /tmp/w; hostname >/tmp/w/name; socat TCP-LISTEN:9000,fork,reuseaddr EXEC:cat & exec httpd -f -p 8080 -h /tmp/w']
    ports: [{name: http, containerPort: 8080}]
    readinessProbe: {httpGet: {path: /name, port: 8080}, periodSeconds: 1}
YAML
  done >"$work/shop.yml"
  k apply -f "$work/shop.yml" >/dev/null
  within 40 "the shop is open" ks wait --for=condition=Ready pod --all --timeout=1s
  within 20 "and its guest there" k -n other wait --for=condition=Ready pod/guest --timeout=1s
  ks expose pod db --port=80 --target-port=8080 >/dev/null
  db=$(ks get pod db -o 'jsonpath={.status.podIP}')
  far=$(ks get pod far -o 'jsonpath={.status.podIP}')
  vip=$(ks get svc db -o 'jsonpath={.spec.clusterIP}')
  ask() { k -n "$1" exec "$2" -- timeout 2 wget -qO- "http://$3/name"; } # NAMESPACE POD ADDRESS:PORT
  within 10 "everybody reaches the database" outputs '^db$' ask other guest "$db:8080"
  ok "no table without policies" fails outputs minik_policy on a nft list tables
  ok "and nodes see their own pods only" outputs '^no' k auth can-i list pods -A --as system:node:node-b --as-group system:nodes

  # A prober that knocks all the time.
  on a timeout 120 "$kubectl_binary" --kubeconfig "$work/a/kubeconfig" -n other exec guest -- \
    sh -c "while :; do timeout 1 wget -qO- http://$db:8080/name; done" >"$work/knocks" 2>/dev/null &
  prober=$!
  within 10 "a prober is let in while all is open" outputs '^db$' cat "$work/knocks"
  # An open connection through the change.
  k -n other exec guest -- sh -c "(i=0; until [ -e /tmp/enough ]; do i=\$((i + 1)); echo \$i; sleep 0.1; done; echo \$i >&2) |
    socat -t 2 - TCP:$db:9000" >"$work/open-pod" 2>"$work/spoken" &
  talking=$!
  within 5 "a connection is open" outputs '^[0-9]+$' cat "$work/open-pod"
  ks apply -f - >/dev/null <<'YAML'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny}
spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress]}
YAML
  within 15 "a policy without rules shuts the database: another node" fails ask other guest "$db:8080"
  within 5 "the same node" fails ask shop web "$db:8080"
  ok "by its Service, too" fails ask shop web "$vip:80"
  ok "others are open" outputs '^far$' ask shop web "$far:8080"
  ok "the kubelet's probes pass" outputs '^True$' ks get pod db -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'
  ok "and itself" outputs '^db$' ask shop db "$db:8080"

  # From here on the prober must never be let in.
  let_in=$(wc -l <"$work/knocks")
  ks apply -f - >/dev/null <<'YAML'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
  - from: [{podSelector: {matchLabels: {app: web}}}]
    ports: [{port: http}]
YAML
  within 10 "a selector and a named port open it to one" outputs '^db$' ask shop web "$vip:80"
  ok "not to another port" fails k -n shop exec web -- timeout 2 socat -u TCP:$db:9000,connect-timeout=1 -
  ok "not to others" fails ask shop far "$db:8080"
  ks label pod far app=web --overwrite >/dev/null
  within 10 "a label makes a friend" outputs '^db$' ask shop far "$db:8080"
  ks label pod far app=far --overwrite >/dev/null
  within 10 "and takes it away" fails ask shop far "$db:8080"
  for port in '{port: 8000, endPort: 8100}' '{port: 9000}' '{port: 8080}'; do
    ks apply -f - >/dev/null <<YAML
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress: [{from: [{podSelector: {matchLabels: {app: web}}}, {ipBlock: {cidr: 192.168.77.0/24, except: [192.168.77.9/32]}}], ports: [$port]}]
YAML
    case $port in *9000*) within 10 "a change of ports shuts" fails ask shop web "$db:8080" ;; *) within 10 "ports $port open" outputs '^db$' ask shop web "$db:8080" ;; esac
  done
  ok "a range lets another machine in" outputs '^db$' http b "$db:8080/name"
  ip -n "$prefix-out" route add 10.42.0.0/16 via 192.168.77.1 2>/dev/null
  ok "and its exception not" fails on out curl -sS -m 2 "http://$db:8080/name"
  ok "the prober knocks still" kill -0 $prober
  kill $prober 2>/dev/null
  wait $prober 2>/dev/null
  ok "and never got in, at no change" test "$(wc -l <"$work/knocks")" = "$let_in"
  # Before the kill: what kubectl execs ends with the server that it goes through.
  heard=$(wc -l <"$work/open-pod")
  further() { test "$(wc -l <"$work/open-pod")" -gt "$heard"; }
  within 5 "an established connection goes on" further
  k -n other exec guest -- touch /tmp/enough
  wait $talking
  ok "and lost nothing at any change" test "$(cat "$work/spoken")" = "$(wc -l <"$work/open-pod")"
  minik_kill9 a
  # shellcheck disable=SC2086
  minik_start a ${host_args[a]} || exit 1
  within 30 "after a kill -9 it is as it was: open to one" outputs '^db$' ask shop web "$db:8080"
  ok "and shut to others" fails ask other guest "$db:8080"

  # A pod that policies select is shut before its first packet.
  ks apply -f - >/dev/null <<YAML
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: quiet}
spec: {podSelector: {matchLabels: {quiet: "yes"}}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}], ports: [{port: 53, protocol: UDP}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: quiet, labels: {quiet: "yes"}}
spec:
  nodeName: node-b
  terminationGracePeriodSeconds: 0
  containers: [{name: c, image: "$image", command: [sh, -c, 'for i in 1 2 3 4 5 6; do wget -qO- -T 1 http://$far:8080/name && echo out; done; echo tried; exec sleep 3600']}]
YAML
  within 40 "a quiet pod has tried" outputs '^tried$' ks logs quiet
  ok "its first packet was not let out, nor a later one" fails outputs '^out$' ks logs quiet
  ok "the cluster DNS answers it, as its rule says" ks exec quiet -- nslookup db.shop.svc.cluster.local
  ok "somebody else goes on asking" outputs '^far$' ask shop web "$far:8080"
  ks delete networkpolicy --all >/dev/null
  within 10 "without policies all is open" outputs '^db$' ask other guest "$db:8080"
  within 10 "and no table is left" fails outputs minik_policy on a nft list tables
  ks create -f - >/dev/null <<'YAML'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny}
spec: {podSelector: {}, policyTypes: [Ingress]}
YAML
  within 10 "shut again" fails ask other guest "$db:8080"
  minik_kill9 a
  # shellcheck disable=SC2086
  minik_start a ${host_args[a]} --disable network-policy || exit 1
  ok "switched off, no table is left" fails outputs minik_policy on a nft list tables
  within 20 "and all is open" outputs '^db$' ask other guest "$db:8080"
  k delete namespace shop other >/dev/null
}

# What people write into coredns-custom, on both nodes.
names() {
  cat >"$work/lan-dns.py" <<'PYTHON'
import socket
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("192.168.77.9", 5353))
while True:
    query, client = server.recvfrom(4096)
    end = query.index(0, 12) + 5
    kind = int.from_bytes(query[end - 4:end - 2], "big")
    record = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x0a\x09\x08\x07" if kind == 1 else b""
    server.sendto(query[:2] + b"\x85\x80\0\1\0" + bytes([len(record) and 1]) + b"\0\0\0\0" + query[12:end] + record, client)
PYTHON
  on out python3 "$work/lan-dns.py" >/dev/null 2>&1 &
  local lan=$!
  k apply -f - >/dev/null <<YAML
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: asker}
spec:
  selector: {matchLabels: {app: asker}}
  template:
    metadata: {labels: {app: asker}}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{name: c, image: "$image", command: [sleep, "3600"]}]
YAML
  within 40 "a pod on each node" outputs '^asker +2 +2 +2 +2' k get daemonset asker
  resolved() { k exec "$(pod_of asker "$1")" -- nslookup -type=a "$2"; }
  ok "nodes are known by their names" outputs '192\.168\.77\.1$' resolved b node-a.
  ok "a ConfigMap in the form of CoreDNS" k apply -f - <<'YAML'
apiVersion: v1
kind: ConfigMap
metadata: {name: coredns-custom, namespace: kube-system}
data:
  lan.server: |
    lan.example:53 {
      errors
      cache 30
      forward . 192.168.77.9:5353
    }
  more.override: |
    rewrite name api.shop.example kubernetes.default.svc.cluster.local
    hosts {
      192.168.77.9 nas.home
      fallthrough
    }
    template IN A wild.example
YAML
  within 10 "a zone of the LAN is asked there" outputs '10\.9\.8\.7$' resolved a printer.lan.example
  within 10 "on the other node, too" outputs '10\.9\.8\.7$' resolved b scanner.lan.example
  ok "a name by hand" outputs '192\.168\.77\.9$' resolved b nas.home
  ok "a name that stands for a Service" outputs '10\.43\.0\.1$' resolved a api.shop.example
  ok "the cluster's own names as before" outputs '10\.43\.0\.10$' resolved b kube-dns.kube-system.svc.cluster.local
  within 5 "what is not supported is told" outputs 'more.override: plugin template is not supported' k -n kube-system get events --field-selector reason=UnsupportedDNSConfig
  kill "$lan"
  wait "$lan" 2>/dev/null
  ok "an answer of the LAN is known while it is away" outputs '10\.9\.8\.7$' resolved a printer.lan.example
  k -n kube-system delete configmap coredns-custom >/dev/null
  within 10 "without it all is as before" fails resolved a nas.home
  k delete daemonset asker >/dev/null
}
part servicelb && servicelb
part names && names
part storage && storage
part policies && policies
part ingress && ingress
true

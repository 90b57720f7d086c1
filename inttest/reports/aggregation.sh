# API servers behind this one: in a pod and on the host, through kubectl; unavailable, unbelieved, taken away, and over kill -9.
ext=$work/extension
mkdir -p "$ext"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=extensions -keyout "$ext/ca.key" -out "$ext/ca.crt" 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=extension -keyout "$ext/tls.key" -out "$ext/tls.csr" 2>/dev/null
printf 'subjectAltName=DNS:inside.extensions.svc,DNS:outside.extensions.svc\n' >"$ext/names"
openssl x509 -req -in "$ext/tls.csr" -CA "$ext/ca.crt" -CAkey "$ext/ca.key" -CAcreateserial -days 2 -extfile "$ext/names" -out "$ext/tls.crt" 2>/dev/null
cp "$root/inttest/extension.py" "$ext/"
: >"$ext/pods"
published() { k -n kube-system get cm extension-apiserver-authentication -o "jsonpath={.data.$1}"; }
published requestheader-client-ca-file >"$ext/front-proxy.crt"
ok "who passes requests on is published" test -s "$ext/front-proxy.crt"
ok "with the names that it may have" outputs '^\["system:auth-proxy"\]$' published requestheader-allowed-names
ok "and its headers" outputs '^\["X-Remote-User"\]$' published requestheader-username-headers

ok "what is served here has local APIServices" outputs '^v1\.apps +Local +True ' k get apiservices
ok "in the words of upstream" outputs '^Local Local APIServices are always available onstart$' k get apiservice v1.batch \
  -o 'jsonpath={.status.conditions[0].reason} {.status.conditions[0].message} {.metadata.labels.kube-aggregator\.kubernetes\.io/automanaged}'
service_of() { # NAME SERVICE: a local one's wrong fields are told
  printf '{"apiVersion":"apiregistration.k8s.io/v1","kind":"APIService","metadata":{"name":"%s"},"spec":{"group":"wardle.example.com","version":"v1","groupPriorityMinimum":2000,"versionPriority":200,"service":{"name":"%s","namespace":"extensions"},"caBundle":"%s"}}' \
    "$1" "$2" "$(base64 -w0 <"$ext/ca.crt")"
}
register() { service_of v1.wardle.example.com "$1" | k apply -f -; }
ok "a wrong name is refused" outputs 'metadata.name: Invalid value: "v2.wardle.example.com": must be `spec.version\+"."\+spec.group`: "v1.wardle.example.com"' k create -f - <<<"$(service_of v2.wardle.example.com inside)"

ok "a namespace for extension servers" k create ns extensions
available() { k get apiservice v1.wardle.example.com -o 'jsonpath={.status.conditions[0].status} {.status.conditions[0].reason} {.status.conditions[0].message}'; }
ok "an APIService of a Service that is not there" register inside
within 10 "is not available" outputs '^False ServiceNotFound service/inside in "extensions" is not present$' available
ok "its requests are answered 503" outputs 'Error from server \(ServiceUnavailable\): the server is currently unable to handle the request' k get --raw /apis/wardle.example.com/v1/flunders
cat >"$work/extension.yaml" <<YAML
apiVersion: v1
kind: Service
metadata: {name: inside, namespace: extensions}
spec: {selector: {app: inside}, ports: [{port: 443, targetPort: 9443}]}
YAML
ok "its Service comes" k apply -f "$work/extension.yaml"
within 10 "without endpoints it is not available either" outputs '^False MissingEndpoints endpointslices for service/inside in "extensions" have no addresses with port name ""$' available
cat >"$work/extension-pod.yaml" <<YAML
apiVersion: v1
kind: Pod
metadata: {name: inside, namespace: extensions, labels: {app: inside}}
spec:
  terminationGracePeriodSeconds: 0
  nodeName: $(k get nodes -o name | tail -1 | cut -d/ -f2)
  containers:
  - name: extension
    image: $image
    command: [/usr/bin/python3, /ext/extension.py, "9443", inside, /ext]
    ports: [{name: tls, containerPort: 9443}]
    readinessProbe: {tcpSocket: {port: tls}, periodSeconds: 1}
    volumeMounts:
    - {name: usr, mountPath: /usr, readOnly: true}
    - {name: lib, mountPath: /lib, readOnly: true}
    - {name: lib64, mountPath: /lib64, readOnly: true}
    - {name: ext, mountPath: /ext, readOnly: true}
  volumes:
  - {name: usr, hostPath: {path: /usr}}
  - {name: lib, hostPath: {path: /usr/lib}}
  - {name: lib64, hostPath: {path: /usr/lib64}}
  - {name: ext, hostPath: {path: $ext}}
YAML
ok "its server runs in a pod" k apply -f "$work/extension-pod.yaml"
within 40 "and is asked as soon as it is ready" outputs '^True Passed all checks passed$' available
ok "the table tells" outputs '^v1.wardle.example.com +extensions/inside +True ' k get apiservices
ok "its kind is known by discovery" outputs '^flunders +fl +wardle.example.com/v1 +true +Flunder$' k api-resources --api-group=wardle.example.com --cached=false
flunder() { printf '{"apiVersion":"wardle.example.com/v1","kind":"Flunder","metadata":{"name":"%s","namespace":"extensions"},"spec":{"size":%s}}' "$1" "$2"; }
ok "objects are created" outputs 'flunder.wardle.example.com/one created' k create --validate=false -f - <<<"$(flunder one 3)"
ok "read" outputs '^3$' k -n extensions get fl one -o 'jsonpath={.spec.size}'
ok "made in the name of who asked" outputs '^system-admin$' k -n extensions get fl one -o 'jsonpath={.metadata.labels.made-by}'
ok "printed as that server's table" outputs '^one +3$' k -n extensions get flunders
ok "patched" k -n extensions patch fl one --type=merge -p '{"spec":{"size":4}}'
on a timeout 60 "$kubectl_binary" --kubeconfig "$work/a/kubeconfig" -n extensions get fl -w -o 'jsonpath={.metadata.name}={.spec.size}{"\n"}' >"$ext/watched" 2>&1 &
watch_pid=$!
within 10 "a watch begins" grep -q '^one=4$' "$ext/watched"
k -n extensions patch fl one --type=merge -p '{"spec":{"size":5}}' >/dev/null
within 10 "and goes on" grep -q '^one=5$' "$ext/watched"
kill "$watch_pid" 2>/dev/null; wait "$watch_pid" 2>/dev/null
ok "refusals are that server's" outputs '^Error from server \(AlreadyExists\): .*flunders "one" already exists$' k create --validate=false -f - <<<"$(flunder one 3)"
ok "what is not there" outputs '^Error from server \(NotFound\): flunders.wardle.example.com "none" not found$' k -n extensions get fl none
heard() { k -n extensions get --raw /apis/wardle.example.com/v1/namespaces/extensions/flunders/one/echo "$@"; }
ok "the asker is told in headers" outputs '"x-remote-group", "system:masters"' heard
ok "and acts as whom it may" outputs '"x-remote-user", "system:serviceaccount:extensions:default"' k get --raw /apis/wardle.example.com/v1/namespaces/extensions/flunders/one/echo --as=system:serviceaccount:extensions:default --as-group=system:masters
credentials
forged() { as_admin -s -H 'X-Remote-User: mallory' -H 'X-Remote-Group: moon' -H 'X-Remote-Extra-A: b' "https://192.168.77.1:6443/apis/wardle.example.com/v1/namespaces/extensions/flunders/one/echo"; }
ok "nobody names himself" fails outputs 'mallory|moon|"x-remote-extra-a"' forged
ok "who may not ask is not passed on" outputs 'Forbidden.*flunders.wardle.example.com is forbidden: User "nobody"' k -n extensions get fl --as=nobody
came() { # PATTERN: it has within 5 s
  for _ in {1..50}; do grep -q "$1" "$ext/upgraded" && return; read -r -t 0.1 <> <(:) || true; done
  return 1
}
upgraded() { # a connection that becomes another protocol's
  : >"$ext/upgraded"
  {
    printf 'GET /apis/wardle.example.com/v1/namespaces/extensions/flunders/one/echo HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n'
    came '101 Switching' && printf hello
    came HELLO
  } | on a timeout 15 openssl s_client -quiet -connect 192.168.77.1:6443 -CAfile "$work/admin.ca" -cert "$work/admin.crt" -key "$work/admin.key" >"$ext/upgraded" 2>/dev/null
  cat "$ext/upgraded"
}
ok "upgrades are passed on" outputs 'HELLO' upgraded
via="1.1 minik-$(k get ns kube-system -o 'jsonpath={.metadata.uid}')"
ok "that server hears where they were" outputs "\"via\", \"$via\"" heard
back() { as_admin -s -H "Via: $via" https://192.168.77.1:6443/apis/wardle.example.com/v1/namespaces/extensions/flunders/one; }
ok "one that comes back goes no further round" outputs '^service unavailable: it leads back to this server$' back
ok "a path that climbs is not" outputs '404' as_admin -s -o /dev/null -w '%{http_code}' --path-as-is "https://192.168.77.1:6443/apis/wardle.example.com/v1/flunders/../../v1/x"
described() { k get --raw /openapi/v2 | python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["definitions"]["com.example.wardle.v1.Flunder"]["description"], any(p.startswith("/apis/wardle") for p in d["paths"]))'; }
within 70 "old clients read of them in version 2" outputs '^A flunder of a server behind this one. True$' described
ok "its fields are explained" outputs 'How large it is' k explain flunder.spec.size
ok "the server is killed" minik_kill9 a
# shellcheck disable=SC2086
minik_start a ${host_args[a]}
ok "and passes on from its first moment" outputs '^5$' k -n extensions get fl one -o 'jsonpath={.spec.size}'

(exec nsenter --net="/run/netns/$prefix-a" /usr/bin/python3 "$ext/extension.py" 9444 outside "$ext") >"$ext/out" 2>&1 &
extension_pid=$!
ok "another server on the host, behind a Service without selector" k apply -f - <<YAML
apiVersion: v1
kind: Service
metadata: {name: outside, namespace: extensions}
spec: {ports: [{port: 443, targetPort: 9444}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: outside-1, namespace: extensions, labels: {kubernetes.io/service-name: outside}}
addressType: IPv4
ports: [{name: "", port: 9444}]
endpoints: [{addresses: [192.168.77.1]}]
YAML
register outside >/dev/null
by() { k get --raw /apis/wardle.example.com/v1/namespaces/extensions/flunders/one/echo | grep -o '"by": "[a-z]*"'; }
within 10 "takes the group over" outputs '"by": "outside"' by
service_of v1.wardle.example.com outside | sed 's/"caBundle":"[^"]*"/"insecureSkipTLSVerify":true/' | k replace -f - >/dev/null
within 10 "also unverified" outputs '"by": "outside"' by
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=strangers -keyout "$ext/s.key" -out "$ext/s.crt" 2>/dev/null
service_of v1.wardle.example.com outside | sed "s/\"caBundle\":\"[^\"]*\"/\"caBundle\":\"$(base64 -w0 <"$ext/s.crt")\"/" | k replace -f - >/dev/null
within 15 "with a certificate of a stranger's it is not available" outputs '^False FailedDiscoveryCheck failing or missing response from https://192.168.77.1:9444/apis/wardle.example.com/v1: .*x509: certificate signed by unknown authority$' available
register outside >/dev/null
within 15 "until it is believed again" outputs '^True Passed' available
k create ns leftover >/dev/null
k create --validate=false -f - <<<"$(flunder two 1 | sed 's/"namespace":"extensions"/"namespace":"leftover"/')" >/dev/null
kill -9 "$extension_pid"; wait "$extension_pid" 2>/dev/null
within 45 "a server that dies is found out" outputs '^False FailedDiscoveryCheck .*connect: connection refused$' available
stale() { k get --raw /apis -v=0 >/dev/null && as_admin -s -H 'Accept: application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' https://192.168.77.1:6443/apis | grep -o '"name":"wardle.example.com".*' | grep -o '"freshness":"[A-Za-z]*"' | head -n 1; }
ok "discovery says that it is stale" outputs '"freshness":"Stale"' stale
ok "other groups are served as ever" k get deployments -A
k delete ns leftover --wait=false >/dev/null
within 20 "a namespace waits for what nobody can look into" outputs '^True DiscoveryFailed Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: wardle.example.com/v1: stale GroupVersion discovery: wardle.example.com/v1$' k get ns leftover -o 'jsonpath={.status.conditions[?(@.type=="NamespaceDeletionDiscoveryFailure")].status} {.status.conditions[?(@.type=="NamespaceDeletionDiscoveryFailure")].reason} {.status.conditions[?(@.type=="NamespaceDeletionDiscoveryFailure")].message}'
register inside >/dev/null
within 20 "another server has it" outputs '^True Passed' available
k create --validate=false -f - <<<"$(flunder three 1 | sed 's/"namespace":"extensions"/"namespace":"leftover"/')" >/dev/null
within 30 "and the namespace goes, with what it has there" fails k get ns leftover
ok "all of it" outputs 'NotFound' k -n leftover get fl three

owned() { # a ConfigMap of a flunder's: collected with its owner
  local uid
  uid=$(k -n extensions get fl one -o 'jsonpath={.metadata.uid}')
  k create -f - <<<"{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"owned\",\"namespace\":\"extensions\",\"ownerReferences\":[{\"apiVersion\":\"wardle.example.com/v1\",\"kind\":\"Flunder\",\"name\":\"one\",\"uid\":\"$uid\"}]}}"
}
ok "a ConfigMap has a flunder as its owner" owned
ok "the flunder is deleted" k -n extensions delete fl one
within 30 "and the garbage collector follows" fails k -n extensions get cm owned
ok "the APIService goes" k delete apiservice v1.wardle.example.com
within 10 "and its group with it" outputs "the server doesn't have a resource type|could not find the requested resource" k get --raw /apis/wardle.example.com/v1
ok "one of this server's comes again" k delete apiservice v1.batch
within 10 "at once" outputs '^v1.batch +Local +True' k get apiservice v1.batch
cat >"$work/adapted.yaml" <<YAML
apiVersion: apps/v1
kind: Deployment
metadata: {name: scaled, namespace: extensions}
spec:
  replicas: 1
  selector: {matchLabels: {app: scaled}}
  template:
    metadata: {labels: {app: scaled}}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{name: rest, image: $image, command: [sleep, "1000"]}]
YAML
for group in custom external; do
  sed 's/{name: scaled,/{name: '$group',/; s/app: scaled/app: '$group'/' "$work/adapted.yaml" | k apply -f - >/dev/null
  service_of v1.wardle.example.com inside |
    sed "s/v1.wardle.example.com/v1beta1.$group.metrics.k8s.io/; s/\"group\":\"[^\"]*\",\"version\":\"v1\"/\"group\":\"$group.metrics.k8s.io\",\"version\":\"v1beta1\"/" |
    k apply -f - >/dev/null
  k wait --for=condition=Available --timeout=20s "apiservice/v1beta1.$group.metrics.k8s.io" >/dev/null
done
within 30 "pods to scale run" k -n extensions wait --for=condition=Available deployment/custom deployment/external --timeout=1s
k -n extensions get pods -l app=custom -o 'jsonpath={.items[*].metadata.name}' >"$ext/pods"
autoscaler() { # NAME METRIC: at most 4 replicas
  printf '{"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"%s","namespace":"extensions"},"spec":{"maxReplicas":4,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"%s"},"metrics":[%s]}}' "$1" "$1" "$2"
}
ok "an autoscaler counts what an adapter measures of pods" k create -f - <<<"$(autoscaler custom '{"type":"Pods","pods":{"metric":{"name":"requests"},"target":{"type":"AverageValue","averageValue":"15"}}}')"
ok "another what is measured outside" k create -f - <<<"$(autoscaler external '{"type":"External","external":{"metric":{"name":"queue"},"target":{"type":"Value","value":"15"}}}')"
replicas() { k -n extensions get deployment "$1" -o 'jsonpath={.spec.replicas}'; }
within 40 "twice as much makes two of one" outputs '^2$' replicas custom
within 40 "there as well" outputs '^[24]$' replicas external
k delete apiservice v1beta1.custom.metrics.k8s.io v1beta1.external.metrics.k8s.io >/dev/null
ok "the namespace goes, too" k delete ns extensions --timeout=40s

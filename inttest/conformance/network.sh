# Names, and the ways to pods: through the API server, through Services of several shapes. Sourced by run.sh.
ns=network
k create namespace $ns >/dev/null
n() { k -n $ns "$@"; }
within 20 "the account of the network's namespace is there" n get serviceaccount default
serve='mkdir /w; hostname >/w/name; cp /w/name /w/index.html; httpd -p 8080 -h /w; exec httpd -f -p 8081 -h /w'
server() { # NAME SPEC: labels app and role
  cat <<YAML
apiVersion: v1
kind: Pod
metadata: {name: $1, labels: {app: served, role: $1}}
spec: {terminationGracePeriodSeconds: 0, $2 containers: [{name: c, image: '$image', command: [sh, -c, '$serve'], ports: [{name: http, containerPort: 8080}, {name: other, containerPort: 8081}]}]}
---
YAML
}
service() { # NAME SPEC
  printf 'apiVersion: v1\nkind: Service\nmetadata: {name: %s}\nspec: {%s}\n---\n' "$1" "$2"
}
{
  server one 'nodeName: node-a, hostname: named, subdomain: headless,'
  server two 'nodeName: node-b,'
  server asks 'dnsConfig: {options: [{name: timeout, value: "1"}]},'
  server own-dns 'dnsPolicy: None, dnsConfig: {nameservers: [1.1.1.1], searches: [resolv.conf.local]},'
  service headless 'clusterIP: None, selector: {role: one}, ports: [{port: 8080}]'
  service served 'selector: {app: served}, ports: [{name: http, port: 80, targetPort: http}, {name: other, port: 81, targetPort: other}]'
  service only-two 'selector: {role: two}, ports: [{port: 80, targetPort: 8080}]'
  service alias 'type: ExternalName, externalName: far.example'
  service changes 'selector: {role: one}, ports: [{port: 80, targetPort: 8080}]'
  service several 'ports: [{name: http, port: 80}, {name: other, port: 81}]'
} >"$work/network.yml"
ok "pods that serve, and Services" n apply -f "$work/network.yml"
ok "they run" n wait --for=condition=Ready pod --all --timeout=60s
address() { n get pod "$1" -o 'jsonpath={.status.podIP}'; }
vip() { n get service "$1" -o 'jsonpath={.spec.clusterIP}'; }
one=$(address one) two=$(address two)
asks() { n exec asks -- "$@"; }
resolves() { # NAME ADDRESS, as the pod's own resolver has it: with its search list where the name is short
  local out
  out=$(asks nslookup -type=a "$1" 10.43.0.10 2>&1)
  like "$out" "^Address: +$2\$"
}
within 20 "DNS: the cluster's own name" resolves kubernetes.default.svc.cluster.local "$(k get service kubernetes -o 'jsonpath={.spec.clusterIP}')"
within 20 "DNS: a Service" resolves served.$ns.svc.cluster.local "$(vip served)"
within 20 "DNS: a headless Service" resolves headless.$ns.svc.cluster.local "$one"
within 20 "DNS: a pod's host name in its subdomain" resolves named.headless.$ns.svc.cluster.local "$one"
partly() { like "$(asks cat /etc/resolv.conf)" "^search $ns.svc.cluster.local svc.cluster.local cluster.local" && resolves served.$ns.svc.cluster.local "$(vip served)"; }
within 20 "DNS: names that are only partly said" partly
within 20 "DNS: hosts of the pod's own name" outputs "^$one\s+named.headless.$ns.svc.cluster.local\s+named\$" n exec one -- cat /etc/hosts
external() { outputs 'canonical name = far.example|far.example' asks nslookup -type=cname alias.$ns.svc.cluster.local 10.43.0.10; }
within 20 "DNS: an external name" external
own_servers() { local file; file=$(n exec own-dns -- cat /etc/resolv.conf); like "$file" '^nameserver 1.1.1.1$' && like "$file" '^search resolv.conf.local$'; }
within 20 "DNS: servers of the pod's own" own_servers

gets() { outputs "$1" asks wget -qO- "http://$2/name"; }
within 20 "way: between pods" gets '^two$' "$two:8080"
both() { gets '^(named|two|asks|own-dns)$' "$(vip served)" && gets '^(named|two|asks|own-dns)$' "$(vip served):81"; }
within 20 "way: a Service of several ports" both
within 20 "way: a Service of one pod" gets '^two$' "$(vip only-two)"
proxied() { outputs "$1" n get --raw "/api/v1/namespaces/$ns/$2"; }
within 20 "proxy: a pod" proxied '^two$' pods/two:8080/proxy/
within 20 "proxy: a pod by its port's number and a path" proxied '^two$' pods/two:8081/proxy/name
within 20 "proxy: a Service" proxied '^two$' services/only-two/proxy/
within 20 "proxy: a Service by its port's name and a path" proxied '^(named|two|asks|own-dns)$' services/served:other/proxy/name
within 20 "proxy: a Service by scheme" proxied '^(named|two|asks|own-dns)$' services/http:served:http/proxy/name
slice() { # NAME ADDRESS PORTS
  printf 'apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: %s, labels: {kubernetes.io/service-name: several}}\naddressType: IPv4\nendpoints: [{addresses: [%s], conditions: {ready: true}}]\nports: [%s]\n' "$@" | n apply -f - >/dev/null
}
slice several-one "$one" '{name: http, port: 8080, protocol: TCP}, {name: other, port: 8081, protocol: TCP}'
slice several-two "$two" '{name: http, port: 8080, protocol: TCP}, {name: other, port: 8081, protocol: TCP}'
all_answer() { # PORT: both are heard of in twenty tries
  local heard
  heard=$(asks sh -c "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do wget -qO- http://$(vip several):$1/name; done")
  like "$heard" '^named$' && like "$heard" '^two$'
}
within 20 "way: addresses of several EndpointSlices" all_answer 80
within 20 "way: ports of several EndpointSlices" all_answer 81
n patch service changes --type merge -p '{"spec":{"type":"ExternalName","externalName":"served.'$ns'.svc.cluster.local","clusterIP":null,"clusterIPs":null,"selector":null}}' >/dev/null
changed() { outputs 'served' asks nslookup -type=cname changes.$ns.svc.cluster.local 10.43.0.10 && [ -z "$(vip changes)" ]; }
within 20 "type: from ClusterIP to ExternalName" changed
n patch service changes --type merge -p '{"spec":{"type":"NodePort","externalName":null,"selector":{"role":"one"},"ports":[{"port":80,"targetPort":8080}]}}' >/dev/null
node_port() { on a curl -fsS -m 2 "http://192.168.77.2:$(n get service changes -o 'jsonpath={.spec.ports[0].nodePort}')/name" | >/dev/null grep -x named; }
within 20 "type: from ExternalName to NodePort" node_port
n patch service changes --type merge -p '{"spec":{"sessionAffinity":"ClientIP"}}' >/dev/null
n patch service changes --type merge -p '{"spec":{"selector":{"role":null,"app":"served"}}}' >/dev/null
port() { n get service changes -o 'jsonpath={.spec.ports[0].nodePort}'; }
names() { for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do on a curl -fsS -m 2 "http://192.168.77.2:$(port)/name"; done | sort -u | wc -l; }
stays() { [ "$(names)" = 1 ]; }
within 20 "affinity: a node port's client stays" stays
n patch service changes --type merge -p '{"spec":{"sessionAffinity":"None"}}' >/dev/null
spread() { [ "$(names)" -gt 1 ]; }
within 20 "affinity: switched off for a node port" spread
prompt() { # a new Service's endpoints are there soon, ten times
  local i began
  for i in 1 2 3 4 5 6 7 8 9 10; do
    began=$(date +%s%N)
    n create service clusterip prompt-$i --tcp=80:8080 >/dev/null && n patch service prompt-$i --type merge -p '{"spec":{"selector":{"app":"served"}}}' >/dev/null || return 1
    until n get endpoints prompt-$i -o 'jsonpath={.subsets[0].addresses[0].ip}' 2>/dev/null | >/dev/null grep .; do
      [ $((($(date +%s%N) - began) / 1000000000)) -lt 20 ] || { echo "no endpoints after 20 s"; return 1; }
    done
  done
}
ok "way: endpoints of new Services are there soon" prompt
k delete namespace $ns --wait=false >/dev/null

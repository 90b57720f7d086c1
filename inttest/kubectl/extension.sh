# An API server behind this one, which runs no node: reached through a Service without selector, asked, watched, described.
group extension
far=$work/extension
mkdir -p "$far"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=extensions -keyout "$far/ca.key" -out "$far/ca.crt" 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=extension -keyout "$far/tls.key" -out "$far/tls.csr" 2>/dev/null
printf 'subjectAltName=DNS:outside.extension.svc\n' >"$far/names"
openssl x509 -req -in "$far/tls.csr" -CA "$far/ca.crt" -CAkey "$far/ca.key" -CAcreateserial -days 2 -extfile "$far/names" -out "$far/tls.crt" 2>/dev/null
k -n kube-system get cm extension-apiserver-authentication -o 'jsonpath={.data.requestheader-client-ca-file}' >"$far/front-proxy.crt"
: >"$far/pods"
(exec nsenter --net="/run/netns/$prefix-a" /usr/bin/python3 "$root/inttest/extension.py" 9444 outside "$far") >"$far/out" 2>&1 &
extension_pid=$!
kn apply -f - >/dev/null <<YAML
apiVersion: v1
kind: Service
metadata: {name: outside}
spec: {ports: [{port: 443, targetPort: 9444}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: outside-1, labels: {kubernetes.io/service-name: outside}}
addressType: IPv4
ports: [{name: "", port: 9444}]
endpoints: [{addresses: [192.168.77.1]}]
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1.wardle.example.com}
spec: {group: wardle.example.com, version: v1, groupPriorityMinimum: 2000, versionPriority: 200, service: {name: outside, namespace: extension}, caBundle: $(base64 -w0 <"$far/ca.crt")}
YAML
available() { outputs '^True Passed$' k get apiservice v1.wardle.example.com -o 'jsonpath={.status.conditions[0].status} {.status.conditions[0].reason}'; }
within 30 "it is available" available
flunder() { printf '{"apiVersion":"wardle.example.com/v1","kind":"Flunder","metadata":{"name":"%s","namespace":"extension"},"spec":{"size":%s}}' "$1" "$2"; }
ok "its objects are made" outputs 'flunder.wardle.example.com/one created' k create --validate=false -f - <<<"$(flunder one 3)"
ok "and read" outputs '^3$' kn get flunders one -o 'jsonpath={.spec.size}'
described() { k get --raw /openapi/v2 | python3 -c 'import json,sys; print(json.load(sys.stdin)["definitions"]["com.example.wardle.v1.Flunder"]["description"])'; }
within 70 "version 2 of OpenAPI tells of them" outputs '^A flunder of a server behind this one' described
ok "they are explained" outputs 'How large it is' k explain flunder.spec.size
kill "$extension_pid" && wait "$extension_pid" 2>/dev/null
away() { outputs '^False ' k get apiservice v1.wardle.example.com -o 'jsonpath={.status.conditions[0].status} '; }
within 60 "without it that is told" away
k delete apiservice v1.wardle.example.com >/dev/null

# The ingress, seen by clients on a machine that is no node. Sourced by run.sh.
# shellcheck shell=bash

# A WebSocket, a chat of raw bytes and what a back end is told, in a program outside of the cluster (`backend.py`).
ingress_backend() {
  cat >"$work/backend.py" <<'PY'
import base64, hashlib, http.server, socketserver, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        if self.headers.get("Upgrade", "").lower() == "websocket":
            key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
            self.send_response(101)
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "Upgrade")
            self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
            self.end_headers()
            while True:
                data = self.rfile.read(2)
                if len(data) < 2: return
                mask = self.rfile.read(4)
                text = bytes(b ^ mask[i % 4] for i, b in enumerate(self.rfile.read(data[1] & 127)))
                self.wfile.write(bytes([0x81, len(text)]) + text)
        body = (self.path + "\n" + str(self.headers)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_POST(self):
        digest, size = hashlib.sha256(), 0
        if "Content-Length" in self.headers:
            left = int(self.headers["Content-Length"])
            while left:
                part = self.rfile.read(min(left, 65536)); left -= len(part); digest.update(part); size += len(part)
        else:
            while True:
                length = int(self.rfile.readline(), 16); part = self.rfile.read(length); self.rfile.readline()
                if not length: break
                digest.update(part); size += len(part)
        body = ("%d %s\n" % (size, digest.hexdigest())).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass
class Server(socketserver.ThreadingMixIn, http.server.HTTPServer): daemon_threads = True
Server(("0.0.0.0", 8088), Handler).serve_forever()
PY
  cat >"$work/websocket.py" <<'PY'
import os, socket, sys
s = socket.create_connection((sys.argv[1], 80), 5)
s.sendall(b"GET /chat HTTP/1.1\r\nHost: apps.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
f = s.makefile("rb")
print(f.readline().decode().strip())
while True:
    line = f.readline().decode().strip()
    if not line: break
    if line.lower().startswith("sec-websocket-accept"): print(line.split(": ")[1])
for word in (b"one", b"two"):
    mask = os.urandom(4)
    s.sendall(bytes([0x81, 0x80 | len(word)]) + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(word)))
    head = f.read(2)
    print(f.read(head[1]).decode())
PY
  nsenter --net="/run/netns/$prefix-out" python3 "$work/backend.py" 2>"$work/backend.err" &
  backend_pid=$!
}

# certificate NAME FILE: self-signed.
certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$1" -addext "subjectAltName=DNS:$1" \
    -keyout "$work/$2.key" -out "$work/$2.crt" 2>/dev/null
}

# web NODE_ADDRESS URL [CURL_ARGS...]: the name is found at that node.
web() {
  local address=$1 url=$2 host
  host=$(sed -E 's#^https?://([^/:]+).*#\1#' <<<"$url")
  shift 2
  on out curl -sS -m 10 --resolve "$host:80:$address" --resolve "$host:443:$address" "$@" "$url"
}
status() { web "$@" -o /dev/null -w '%{http_code} %{http_version} %{redirect_url}'; }
subject() { on out openssl s_client -connect "$1:443" -servername "$2" </dev/null 2>/dev/null | openssl x509 -noout -subject -serial; }
listens() { [ -n "$(on "$1" ss -Hltn "sport = :$2")" ]; }
ingress_addresses() { outputs "^$2\$" k get ingress "$1" -o 'jsonpath={.status.loadBalancer.ingress[*].ip}'; }
raw() { on out timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/80"; printf "$1" >&3; cat <&3' "$1" "$2"; } # ADDRESS BYTES

ingress() {
  local a=192.168.77.1 b=192.168.77.2
  ok "the class is there, and the default one" outputs '^minik +minik.io/ingress' k get ingressclass
  ok "nobody listens without an Ingress" fails listens a 80
  # Not by a function: its pid would be a shell's.
  nsenter --net="/run/netns/$prefix-b" socat TCP-LISTEN:80,fork,reuseaddr EXEC:cat &
  local squatter=$!
  cat >"$work/site.yml" <<YAML
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: site}
spec:
  selector: {matchLabels: {app: site}}
  template:
    metadata: {labels: {app: site}}
    spec:
      terminationGracePeriodSeconds: 3
      containers:
      - name: c
        image: $image
        command: [sh, -c, 'mkdir -p /tmp/w/cgi-bin; hostname >/tmp/w/name; mkdir /tmp/w/app; echo inner >/tmp/w/app/page; printf "#!/bin/sh\nprintf \"Content-Type: text/plain\\\\r\\\\n\\\\r\\\\n\"\nenv\n" >/tmp/w/cgi-bin/env; chmod +x /tmp/w/cgi-bin/env; trap "sleep 1; kill \$!; exit" TERM; httpd -f -p 8080 -h /tmp/w & wait']
        ports: [{name: http, containerPort: 8080}]
        readinessProbe: {httpGet: {path: /name, port: 8080}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: site}
spec: {selector: {app: site}, ports: [{name: web, port: 80, targetPort: http}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: site}
spec:
  rules:
  - host: site.example
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: site, port: {name: web}}}}]}
  - host: "*.wild.example"
    http: {paths: [{path: /name, pathType: Exact, backend: {service: {name: site, port: {number: 80}}}}]}
---
apiVersion: v1
kind: Service
metadata: {name: apps}
spec: {ports: [{port: 80, targetPort: 8088}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: apps, labels: {kubernetes.io/service-name: apps}}
addressType: IPv4
ports: [{port: 8088}]
endpoints: [{addresses: [192.168.77.9]}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: apps}
spec:
  rules: [{host: apps.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: apps, port: {number: 80}}}}]}}]
YAML
  ingress_backend
  ok "a site with an Ingress is applied, without a warning" fails outputs 'Warning' k apply -f "$work/site.yml"
  ok "it got the class" outputs '^minik$' k get ingress site -o 'jsonpath={.spec.ingressClassName}'
  within 10 "and the addresses of the nodes" ingress_addresses site "$a $b"
  within 40 "its pods are ready" outputs '^site +2 +2 +2 +2' k get daemonset site
  within 10 "it is served at a" outputs '^site-' web $a http://site.example/name
  within 10 "a port that another program has is told" outputs 'PortUnavailable.*node node-b: port 80 is not to be had' k describe ingress site
  kill $squatter
  within 70 "and had when that one is gone" outputs '^site-' web $b http://site.example/name
  ok "both pods are asked" outputs '^2$' bash -c "$(declare -f on web); prefix=$prefix; for i in 1 2 3 4 5 6; do web $a http://site.example/name; done | sort -u | wc -l"
  ok "a wildcard's host" outputs '^200 ' status $a http://any.wild.example/name
  ok "not two labels of it" outputs '^404 ' status $a http://a.b.wild.example/name
  ok "nor another path" outputs '^404 ' status $a http://any.wild.example/other
  ok "an unknown host is 404" outputs '^404 ' status $a http://unknown.example/
  ok "the back end is told who asks, and not what he says of himself" outputs '^HTTP_X_FORWARDED_FOR=192.168.77.9$' \
    web $a http://site.example/cgi-bin/env -H 'X-Forwarded-For: 10.0.0.1' -H 'X_Forwarded_For: 10.0.0.1'
  ok "by which name" outputs '^HTTP_HOST=site.example$' web $a http://site.example/cgi-bin/env

  # Programs that speak more than a question and an answer.
  ok "a WebSocket is a WebSocket" outputs 's3pPLMBiTxaQ9kYGzzhZRbK\+xOo=' on out python3 "$work/websocket.py" $a
  ok "both ways" outputs '^two$' on out python3 "$work/websocket.py" $b
  head -c 209715200 /dev/urandom >"$work/large"
  ok "200 MiB arrive as they are" outputs "^209715200 $(sha256sum "$work/large" | cut -d' ' -f1)" web $a http://apps.example/ --data-binary @"$work/large"
  ok "and chunked" outputs "^209715200 $(sha256sum "$work/large" | cut -d' ' -f1)" web $a http://apps.example/ -H 'Transfer-Encoding: chunked' --data-binary @"$work/large"
  rm -f "$work/large"

  # TLS.
  certificate site.example one
  certificate site.example two
  k create secret tls site-tls --cert="$work/one.crt" --key="$work/one.key" >/dev/null
  k create secret generic other --from-literal=a=b >/dev/null
  ok "a node may not read a Secret that nobody names" outputs '^no' k auth can-i get secrets/site-tls --as system:node:node-b --as-group system:nodes
  k patch ingress site --type merge -p '{"spec":{"tls":[{"hosts":["site.example"],"secretName":"site-tls"}]}}' >/dev/null
  within 10 "a certificate by its name" outputs '^site-' web $a https://site.example/name --cacert "$work/one.crt"
  ok "the node may read that Secret now" outputs '^yes' k auth can-i get secrets/site-tls --as system:node:node-b --as-group system:nodes
  ok "and no other" outputs '^no' k auth can-i get secrets/other --as system:node:node-b --as-group system:nodes
  ok "nor all" outputs '^no' k auth can-i list secrets --as system:node:node-b --as-group system:nodes
  ok "by HTTP/2" outputs '^200 2 ' status $a https://site.example/name --cacert "$work/one.crt"
  ok "HTTP leads there" outputs '^308 1.1 https://site.example/name\?q$' status $a 'http://site.example/name?q'
  ok "others see a self-made one" outputs 'minik ingress default certificate' subject $a apps.example
  ok "TLS 1.1 is refused" fails on out openssl s_client -connect $a:443 -tls1_1 -cipher DEFAULT@SECLEVEL=0 -servername site.example </dev/null
  on out bash -c "for i in \$(seq 300); do curl -sS -m 5 --resolve site.example:443:$a --cacert <(cat '$work/one.crt' '$work/two.crt') https://site.example/name >/dev/null || echo failed; done" >"$work/swapping" 2>&1 &
  local swapping=$!
  k create secret tls site-tls --cert="$work/two.crt" --key="$work/two.key" --dry-run=client -o yaml | k apply -f - >/dev/null 2>&1
  within 10 "a certificate that is swapped is shown" outputs "$(openssl x509 -noout -serial -in "$work/two.crt")" subject $b site.example
  wait $swapping
  ok "no request failed meanwhile" fails grep -q . "$work/swapping"

  # Pods come and go.
  on out bash -c "for i in \$(seq 400); do curl -sS -m 10 --fail --resolve site.example:443:$a -k https://site.example/name >/dev/null || echo failed; done" >"$work/rolling" 2>&1 &
  local rolling=$!
  k rollout restart daemonset site >/dev/null
  k rollout status daemonset site --timeout=60s >/dev/null
  wait $rolling
  ok "pods are replaced without a failure" fails grep -q . "$work/rolling"
  k delete pod -l app=site --grace-period=0 --force >/dev/null 2>&1
  within 30 "pods that are killed: served again" outputs '^site-' web $b https://site.example/name -k

  # What is wrong is said.
  k create ingress broken --rule='broken.example/*=nowhere:80' --rule='site.example/name*=apps:80' --annotation nginx.ingress.kubernetes.io/limit-rps=5 >/dev/null
  within 10 "a Service that is missing is 503" outputs '^503 ' status $a http://broken.example/
  within 10 "and told" outputs 'BackendUnavailable.*Service default/nowhere does not exist' k describe ingress broken
  ok "annotations that are not honoured are named" outputs 'AnnotationNotHonoured.*limit-rps' k describe ingress broken
  k create namespace thief >/dev/null
  k -n thief create ingress thief --rule='apps.example/*=apps:80' >/dev/null
  within 10 "who comes second for a path is told" outputs 'PathTaken.*older Ingress default/apps' k -n thief describe ingress thief
  ok "and the first has it" outputs '^/x$' web $a http://apps.example/x
  k -n thief create service externalname out --external-name=localhost >/dev/null
  k -n thief create ingress out --rule='out.example/*=out:80' >/dev/null
  within 10 "no way leads out by a name" outputs '^503 ' status $a http://out.example/
  within 10 "which is told" outputs 'ExternalName' k -n thief describe ingress out
  printf '%s\n' 'apiVersion: v1' 'kind: Service' 'metadata: {name: kubelet}' 'spec: {ports: [{port: 80}]}' --- 'apiVersion: discovery.k8s.io/v1' 'kind: EndpointSlice' 'metadata: {name: kubelet, labels: {kubernetes.io/service-name: kubelet}}' 'addressType: IPv4' 'ports: [{port: 10250}]' "endpoints: [{addresses: [$a]}]" | k -n thief apply -f - >/dev/null
  k -n thief create ingress kubelet --rule='kubelet.example/*=kubelet:80' --annotation nginx.ingress.kubernetes.io/backend-protocol=HTTPS >/dev/null
  within 10 "nor to a kubelet" outputs 'is a node.s kubelet' k -n thief describe ingress kubelet
  ok "503" outputs '^503 ' status $a http://kubelet.example/
  k delete namespace thief >/dev/null
  k delete ingress broken >/dev/null

  # An attacker with a socket.
  ok "two lengths are refused" outputs '^HTTP/1.1 400' raw $a 'POST / HTTP/1.1\r\nHost: apps.example\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: apps.example\r\n\r\n'
  ok "dots behind an escape are refused" outputs '^HTTP/1.1 400' raw $a 'GET /a/..%%2fb HTTP/1.1\r\nHost: apps.example\r\nConnection: close\r\n\r\n'
  ok "no second Host" outputs '^HTTP/1.1 400' raw $a 'GET / HTTP/1.1\r\nHost: apps.example\r\nHost: site.example\r\n\r\n'
  on out python3 -c "
import socket, time
held = [socket.create_connection(('$a', 80), 5) for i in range(900)]
for s in held: s.sendall(b'GET / HTTP/1.1\r\nHost: apps.example\r\nX-Slow: ')
s = socket.create_connection(('$a', 80), 5)
s.sendall(b'GET /beside HTTP/1.1\r\nHost: apps.example\r\n\r\n')
print(s.recv(100).decode().split('\r\n')[0])" >"$work/slow"
  ok "900 slow clients keep nobody out" outputs '^HTTP/1.1 200 OK' cat "$work/slow"
  ok "requests are counted" outputs '^minik_ingress_requests_total\{namespace="default",ingress="apps",code="2xx"\} [0-9]+' k get --raw /api/v1/nodes/node-a/proxy/metrics

  # Who goes before the ingress.
  k create service loadbalancer before --tcp=80:8080 >/dev/null
  within 10 "a load balancer of port 80 takes the nodes" ingress_addresses site ""
  ok "which is told" outputs "PortTaken.*port 80 is Service default/before's" k describe ingress site
  k delete svc before >/dev/null
  within 10 "and given back" ingress_addresses site "$a $b"

  # Restarts, and the end.
  minik_kill9 a
  # shellcheck disable=SC2086
  minik_start a ${host_args[a]} || exit 1
  within 30 "after a kill -9 it serves again" outputs '^site-' web $a https://site.example/name -k
  minik_kill9 a
  # shellcheck disable=SC2086
  minik_start a ${host_args[a]} --disable ingress || exit 1
  within 20 "switched off, the class is gone" fails k get ingressclass minik
  within 10 "and the addresses" ingress_addresses site ""
  ok "and the listener" fails listens a 80
  ok "and the Secret is nobody's" outputs '^no' k auth can-i get secrets/site-tls --as system:node:node-b --as-group system:nodes
  minik_kill9 a
  # shellcheck disable=SC2086
  minik_start a ${host_args[a]/ --disable ingress/} || exit 1
  within 30 "switched on, it is back" outputs '^site-' web $a https://site.example/name -k
  k delete ingress --all >/dev/null
  within 10 "without the last Ingress nobody listens" fails listens a 443
  within 10 "on no node" fails listens b 80
  k delete -f "$work/site.yml" --ignore-not-found >/dev/null
  kill "$backend_pid"
}

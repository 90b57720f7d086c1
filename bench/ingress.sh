#!/usr/bin/env bash
# The ingress of a live minik beside Debian's nginx and haproxy, one after the other in one run: CPU of the proxy per request and
# latency, over the same back end (nginx, 1 KiB). Needs root, a built program, nginx, haproxy, wrk. SECONDS_EACH=10 ROUNDS=2.
set -uo pipefail
# shellcheck source=../inttest/lib.sh
. "$(dirname "$0")/../inttest/lib.sh"
seconds_each=${SECONDS_EACH:-10}
rounds=${ROUNDS:-2}
begin
host_up a 1
host_up out 9
a=192.168.77.1
mkdir -p "$work/www"
head -c 1024 /dev/zero | tr '\0' x >"$work/www/1k"
certificate=$work/tls
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=h.example -addext subjectAltName=DNS:h.example \
  -keyout "$certificate.key" -out "$certificate.crt" 2>/dev/null
cat "$certificate.crt" "$certificate.key" >"$certificate.pem"
cat >"$work/backend.conf" <<NGINX
worker_processes 1; pid $work/backend.pid; error_log $work/backend.err; daemon off;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 1000000; server { listen 8088; root $work/www; } }
NGINX
cat >"$work/nginx.conf" <<NGINX
worker_processes 1; pid $work/nginx.pid; error_log $work/nginx.err; daemon off;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 1000000;
  upstream b { server 192.168.77.9:8088; keepalive 64; keepalive_requests 1000000; }
  server { listen 8001; listen 8441 ssl http2; ssl_certificate $certificate.crt; ssl_certificate_key $certificate.key;
    location / { proxy_pass http://b; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host \$host;
      proxy_set_header X-Forwarded-For \$remote_addr; proxy_set_header X-Forwarded-Proto \$scheme; proxy_buffering on; } } }
NGINX
cat >"$work/haproxy.cfg" <<HAPROXY
global
  nbthread 1
defaults
  mode http
  option forwardfor
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend f
  bind :8002
  bind :8442 ssl crt $certificate.pem alpn h2,http/1.1
  default_backend b
backend b
  server s 192.168.77.9:8088
HAPROXY
nsenter --net="/run/netns/$prefix-out" nginx -c "$work/backend.conf" &
pids=($!)
nsenter --net="/run/netns/$prefix-a" nginx -c "$work/nginx.conf" &
pids+=($!)
nginx=$!
nsenter --net="/run/netns/$prefix-a" haproxy -f "$work/haproxy.cfg" -db &
pids+=($!)
haproxy=$!
minik_start a server || exit 1
server=${host_pid[a]}
within 30 "the node is Ready" outputs '^node-a +Ready ' k get nodes
rss() { awk '/^VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$1/status"; }
before=$(rss "$server")
k create secret tls tls --cert="$certificate.crt" --key="$certificate.key" >/dev/null
k apply -f - >/dev/null <<'YAML'
apiVersion: v1
kind: Service
metadata: {name: b}
spec: {ports: [{port: 80, targetPort: 8088}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: b, labels: {kubernetes.io/service-name: b}}
addressType: IPv4
ports: [{port: 8088}]
endpoints: [{addresses: [192.168.77.9]}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: b, annotations: {nginx.ingress.kubernetes.io/ssl-redirect: "false"}}
spec:
  tls: [{hosts: [h.example], secretName: tls}]
  rules: [{host: h.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: b, port: {number: 80}}}}]}}]
YAML
within 10 "the ingress serves" on out curl -fsS -o /dev/null -H 'Host: h.example' http://$a/1k
within 10 "nginx serves" on out curl -fsS -o /dev/null http://$a:8001/1k
within 10 "haproxy serves" on out curl -fsS -o /dev/null http://$a:8002/1k

# The ticks of a process and those that it started: user and system.
ticks() { local p total=0; for p in $1 $(pgrep -P "$1"); do total=$((total + $(awk '{ print $14 + $15 }' "/proc/$p/stat"))); done; echo $total; }
# measure NAME PID URL CONNECTIONS
measure() {
  local t0 t1 out requests p50 p99
  t0=$(ticks "$2")
  out=$(on out wrk -t1 -c"$4" -d"${seconds_each}s" --latency -H 'Host: h.example' "$3")
  t1=$(ticks "$2")
  requests=$(awk '/requests in/ { print $1 }' <<<"$out")
  p50=$(awk '$1 == "50%" { print $2 }' <<<"$out")
  p99=$(awk '$1 == "99%" { print $2 }' <<<"$out")
  awk -v n="$1" -v c="$4" -v r="$requests" -v t=$((t1 - t0)) -v hz="$(getconf CLK_TCK)" -v p50="$p50" -v p99="$p99" -v s="$seconds_each" \
    'BEGIN { printf "| %s | %d | %.0f | %.1f | %s | %s |\n", n, c, r / s, 1e6 * t / hz / r, p50, p99 }'
  grep -E 'Non-2xx|Socket errors' <<<"$out"
}
for connections in 16 1; do
  measure "warm-up, not counted: minik" "$server" http://$a/1k $connections >/dev/null
done
for scheme in http https; do
  echo "| $scheme | connections | requests/s | CPU of the proxy, us a request | p50 | p99 |"
  echo "|---|---|---|---|---|---|"
  case $scheme in http) ports=(80 8001 8002) ;; https) ports=(443 8441 8442) ;; esac
  for _ in $(seq "$rounds"); do
    for connections in 16 1; do
      [ $scheme = https ] || measure "none, straight to the back end" "${pids[0]}" http://192.168.77.9:8088/1k $connections
      measure minik "$server" $scheme://$a:${ports[0]}/1k $connections
      measure nginx "$nginx" $scheme://$a:${ports[1]}/1k $connections
      measure haproxy "$haproxy" $scheme://$a:${ports[2]}/1k $connections
    done
  done
done
echo "RSS of minik: $before MB before the first Ingress, $(rss "$server") MB after"
kill "${pids[@]}"

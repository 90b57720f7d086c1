# shellcheck shell=bash
# Webhooks for scenarios, sourced: certificates in $hooks with their authority, and a pod with its Service, webhooks/hook.
hooks=$work/hooks
mkdir -p "$hooks"
authority() { # NAME: a self-signed one
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" \
    -keyout "$hooks/$1.key" -out "$hooks/$1.crt" 2>/dev/null
}
authority hooks && authority strangers
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=hook -keyout "$hooks/tls.key" -out "$hooks/tls.csr" 2>/dev/null
printf 'subjectAltName=DNS:hook.webhooks.svc,DNS:outside.webhooks.svc,IP:192.168.77.1\n' >"$hooks/names"
openssl x509 -req -in "$hooks/tls.csr" -CA "$hooks/hooks.crt" -CAkey "$hooks/hooks.key" -CAcreateserial -days 2 \
  -extfile "$hooks/names" -out "$hooks/tls.crt" 2>/dev/null
cp "$root/inttest/hook.py" "$hooks/"
bundle() { base64 -w0 <"$hooks/$1.crt"; }
service() { printf '{service: {name: %s, namespace: webhooks, path: %s}, caBundle: %s}' "$1" "$2" "$(bundle hooks)"; }
hook_in_pod() { # its container has the host's Python
  cat <<YAML
apiVersion: v1
kind: Pod
metadata: {name: hook, namespace: webhooks, labels: {app: hook}}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: hook
    image: $image
    command: [/usr/bin/python3, /hooks/hook.py, "9443", pod, /hooks]
    ports: [{name: tls, containerPort: 9443}]
    readinessProbe: {tcpSocket: {port: tls}, periodSeconds: 1}
    volumeMounts:
    - {name: usr, mountPath: /usr, readOnly: true}
    - {name: lib, mountPath: /lib, readOnly: true}
    - {name: lib64, mountPath: /lib64, readOnly: true}
    - {name: hooks, mountPath: /hooks, readOnly: true}
  volumes:
  - {name: usr, hostPath: {path: /usr}}
  - {name: lib, hostPath: {path: /usr/lib}}
  - {name: lib64, hostPath: {path: /usr/lib64}}
  - {name: hooks, hostPath: {path: $hooks}}
---
apiVersion: v1
kind: Service
metadata: {name: hook, namespace: webhooks}
spec: {selector: {app: hook}, ports: [{name: other, port: 80}, {name: hooks, port: 443, targetPort: tls}]}
YAML
}

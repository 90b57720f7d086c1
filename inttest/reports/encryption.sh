# Encryption at rest, switched on, turned over and switched off on a running server: what the API shows, and what etcd's face shows.
tls=$work/a/data/server/tls
stored() { # NAME: the value of a Secret as it is stored, by etcd's own API
  python3 - "/registry/secrets/encryption/$1" >"$work/a/range" <<'PY'
import struct, sys
key = sys.argv[1].encode()
body = b'\x0a' + bytes([len(key)]) + key
sys.stdout.buffer.write(b'\0' + struct.pack('>I', len(body)) + body)
PY
  on a curl -sS --http2 --cacert "$tls/etcd/server-ca.crt" --cert "$tls/etcd/client.crt" --key "$tls/etcd/client.key" \
    -H 'Content-Type: application/grpc' -H 'TE: trailers' --data-binary "@$work/a/range" \
    https://127.0.0.1:2379/etcdserverpb.KV/Range --output - | tr -c '[:print:]' ' '
}
encrypt() { on a timeout 60 "$minik" secrets-encrypt "$@" --data-dir "$work/a/data"; }
k create namespace encryption >/dev/null
k -n encryption create secret generic before --from-literal=password=hush >/dev/null
ok "without it, a Secret is stored as it is" outputs '"password":"aHVzaA=="' stored before
ok "and the status says so" outputs '^Encryption Status: Disabled' encrypt status
ok "it is switched on while the server runs" outputs '^Encryption Status: Enabled' encrypt enable
ok "what was there is encrypted" outputs 'k8s:enc:secretbox:v1:key1:' stored before
ok "and reads as before" outputs '^hush$' k -n encryption get secret before -o 'go-template={{.data.password | base64decode}}'
k -n encryption create secret generic after --from-literal=password=hush >/dev/null
ok "what comes is encrypted" outputs 'k8s:enc:secretbox:v1:key1:' stored after
ok "the key is made anew" outputs '^Keys: key2 ' encrypt rotate-keys
ok "and all is under the new one" outputs 'k8s:enc:secretbox:v1:key2:' stored before
ok "which reads as before" outputs '^hush$' k -n encryption get secret after -o 'go-template={{.data.password | base64decode}}'
ok "nothing is left to encrypt anew" outputs ' 0 encrypted anew, 0 unreadable' encrypt reencrypt
ok "it is switched off" outputs '^Encryption Status: Disabled' encrypt disable
ok "and all is stored as it is" outputs '"password":"aHVzaA=="' stored after
k delete namespace encryption --wait=false >/dev/null

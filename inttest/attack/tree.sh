# A local user without any right walks everything that minik keeps, after pods of all kinds ran.
k create namespace tree >/dev/null
within 10 "the account of namespace tree is there" k -n tree get serviceaccount default
k -n tree create secret generic s --from-literal=password=tree-secret-value >/dev/null
k -n tree create configmap m --from-literal=key=tree-config-value >/dev/null
k -n tree apply -f - >/dev/null <<YAML
apiVersion: v1
kind: Pod
metadata: {name: all}
spec:
  containers:
  - name: c
    image: $image
    command: [sh, -c, 'cp /bin/busybox /e/suid; chmod 4777 /e/suid; chmod 777 /e; echo hello; echo x > /m/x; touch /ready; sleep 1000']
    readinessProbe: {exec: {command: [test, -e, /ready]}, periodSeconds: 1}
    env:
    - {name: PASSWORD, valueFrom: {secretKeyRef: {name: s, key: password}}}
    volumeMounts:
    - {name: e, mountPath: /e}
    - {name: e, mountPath: /sub, subPath: a/b}
    - {name: m, mountPath: /m}
    - {name: s, mountPath: /s}
    - {name: p, mountPath: /p}
  volumes:
  - {name: e, emptyDir: {}}
  - {name: m, emptyDir: {medium: Memory}}
  - {name: s, secret: {secretName: s}}
  - name: p
    projected: {sources: [{serviceAccountToken: {path: token}}, {configMap: {name: m}}, {secret: {name: s, items: [{key: password, path: pw}]}}]}
YAML
within 40 "the pod with all of it runs" outputs '^True$' \
  k -n tree get pod all -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'

stranger() { setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --no-new-privs "$@"; }
suid=$(find "$work/a/data" -name suid -perm -4000 -path '*empty-dir*' | head -n 1)
ok "the setuid file is on the host's disk" test -u "$suid"
ok "a local user does not reach it" fails stranger test -e "$suid"
# What the test itself put beside minik's things, and directories that may be passed and not read.
listed="$work/a
$work/a/out
$work/a/err
$work/a/config.yaml
$work/a/registries.yaml
$work/a/resolv.conf"
open_to_all() {
  local found
  ok_to_walk=$(stranger find "$work/a" -maxdepth 0 2>&1) || { echo "the walk can't begin: $ok_to_walk"; return 1; }
  found=$(stranger find "$work/a" \( -readable -o -writable \) -not -type l 2>/dev/null | grep -vxF "$listed" || true)
  [ -z "$found" ] || { echo "open to every user of the host:"; echo "$found"; return 1; }
}
ok "nothing of data, run and logs is open to a local user" open_to_all
# The same without the way there: what is world-writable is so only below a directory that closes it off.
closed_off() {
  local dir
  for dir in "$work/a/data/agent" "$work/a/data/server" "$work/a/run"; do
    [ "$(stat -c '%a %u' "$dir")" = "700 0" ] || { echo "$dir is $(stat -c '%a %u' "$dir")"; return 1; }
  done
  dir=$(find "$work/a/data/agent" -type d -path '*/pods/*' -name volumes | head -n 1)
  [ "$(stat -c %a "$(dirname "$dir")")" = 750 ] || { echo "a pod's folder is open: $dir"; return 1; }
  dir=$(find "$work/a/log" -name '*.log' -type f -not -perm 640)
  [ -z "$dir" ] || { echo "logs are not 0640: $dir"; return 1; }
}
ok "minik's directories are closed, pods' folders 0750, logs 0640" closed_off
secrets_at_rest() {
  local found
  found=$(find "$work/a/kubeconfig" "$work/a/audit.log" "$work/a/node-password" "$work/a/data/server/token" -perm /077)
  [ -z "$found" ] || { echo "$found"; return 1; }
}
ok "kubeconfig, audit log and tokens are root's alone" secrets_at_rest
k delete namespace tree --wait=false >/dev/null

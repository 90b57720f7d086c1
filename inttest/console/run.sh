#!/usr/bin/env bash
# The console as a person sees it: in headless Chromium. SHOTS=FOLDER keeps pictures.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
begin
host_up a 1
registry_up a 5000
image_push a 5000 minik/web:1
printf 'mirrors:\n  registry.test:\n    endpoint: ["http://127.0.0.1:5000"]\n' >"$work/a/registries.yaml"
minik_start a server || exit 1
within 30 "the node is ready" outputs ' Ready ' k get nodes
k create serviceaccount viewer >/dev/null
k create rolebinding viewer --clusterrole=view --serviceaccount=default:viewer >/dev/null
k apply -f - >/dev/null <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{name: c, image: "registry.test/minik/web:1", command: [sh, -c, "echo a line of the log; exec sleep 3600"]}]
---
apiVersion: v1
kind: Pod
metadata: {name: broken}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: c, image: "registry.test/minik/web:1", command: [sh, -c, "exit 3"]}]
YAML
for i in $(seq 0 500); do
  printf '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"crowd-%s"},"spec":{"nodeSelector":{"no":"where"},"containers":[{"name":"c","image":"x"}]}}\n' "$i"
done >"$work/crowd.json"
k create -f "$work/crowd.json" >/dev/null
within 60 "its pods run" outputs '^2$' k get deployment web -o 'jsonpath={.status.readyReplicas}'

curl_a() { on a curl -sk "$@"; }
server=https://192.168.77.1:6443
ok "the page comes without a credential" outputs '<title>minik console</title>' curl_a "$server/console/"
ok "with a strict content policy" outputs "content-security-policy: default-src 'none'" curl_a -I "$server/console/"
ok "no other file comes" outputs '^404$' curl_a -o /dev/null -w '%{http_code}\n' --path-as-is "$server/console/../../etc/passwd"
ok "a link is made only for who may do everything" outputs '^40[13]$' \
  curl_a -o /dev/null -w '%{http_code}\n' -d '{"token":"x"}' "$server/minik/v1/console"
minik_a() { on a "$minik" "$@" --kubeconfig "$work/a/kubeconfig" 2>>"$work/links.err"; }
link=$(minik_a console)
ok "for another account, too" outputs '/console/#code=' minik_a console --service-account default/viewer --ttl 1h
ok "minik console prints a link" like "$link" '^https://192\.168\.77\.1:6443/console/#code=[A-Za-z0-9_-]{43}$'
[ -z "${SHOTS:-}" ] || mkdir -p "$SHOTS"
on a env HOME="$work" python3 "$(dirname "$0")/browse.py" "${SHOTS:-}" <<<"$link $(k create token viewer)"
ok "the server needs no more memory for it" test "$(awk '/VmRSS/ { print int($2 / 1024) }' "/proc/${host_pid[a]}/status")" -lt 400

# Static pods: a file on a node is a pod there, and its mirror at the API. Sourced by run.sh.
manifests=$work/b/data/agent/pod-manifests
static_pod() { # NAME TEXT [MORE METADATA]
  cat >"$work/manifest" <<YAML
apiVersion: v1
kind: Pod
metadata: {name: $1, ${3:-}}
spec:
  terminationGracePeriodSeconds: 1
  containers: [{name: c, image: $image, command: [sh, -c, "echo $2 >/tmp/version; httpd -f -p 8080 -h /tmp"], ports: [{containerPort: 8080, hostPort: 18081}]}]
YAML
  mv "$work/manifest" "$manifests/$1.yaml"
}
served() { outputs "^$1$" on b curl -fsS -m 2 http://127.0.0.1:18081/version; }
again() { # HOST: stops minik as systemd does, and starts it as before
  kill "${host_pid[$1]}"
  wait "${host_pid[$1]}" 2>/dev/null
  # shellcheck disable=SC2086
  minik_start "$1" ${host_args[$1]}
}
uid_of() { k get pod "$1" -o 'jsonpath={.metadata.uid}'; }
within 10 "the folder for them is there" test -d "$manifests"
static_pod web one 'labels: {app: static}'
within 30 "a file becomes a pod" served one
within 10 "whose mirror is Running" outputs '^Running' k get pod web-node-b -o 'jsonpath={.status.phase} {.metadata.annotations}'
ok "which the node owns" outputs '^Node node-b true$' k get pod web-node-b \
  -o 'jsonpath={.metadata.ownerReferences[0].kind} {.metadata.ownerReferences[0].name} {.metadata.ownerReferences[0].controller}'
within 10 "kubectl exec goes there" outputs '^one$' k exec web-node-b -- cat /tmp/version
started=$(k get pod web-node-b -o 'jsonpath={.status.containerStatuses[0].containerID}')
before=$(uid_of web-node-b)
# The next one is there within milliseconds, which kubectl's own wait may take for the one that it waits for to go: it looks at
# names alone once its list and its watch are under way. The check after it looks at UIDs.
ok "a mirror is deleted" k delete pod web-node-b --wait=false
another() { local now; now=$(uid_of web-node-b) && [ -n "$now" ] && [ "$now" != "$before" ]; }
within 20 "and comes back" another
within 10 "the container is the same" outputs "^$started$" k get pod web-node-b -o 'jsonpath={.status.containerStatuses[0].containerID}'
static_pod web two
within 30 "a file that changes changes the pod" served two
say "the agent restarts"
started=$(k get pod web-node-b -o 'jsonpath={.status.containerStatuses[0].containerID}')
again b
within 20 "after a restart the container is the same" outputs "^$started$" k get pod web-node-b -o 'jsonpath={.status.containerStatuses[0].containerID}'
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: secret}\nspec: {volumes: [{name: v, secret: {secretName: s}}], containers: [{name: c, image: x}]}\n' >"$manifests/secret.yaml"
within 10 "a manifest that needs the API is refused by name" grep -q 'static pods may not reference secrets' "$work/b/err"
rm "$manifests"/*.yaml
within 30 "a file that goes ends the pod" fails served two
within 20 "and its mirror" fails k get pod web-node-b

#!/usr/bin/env bash
# A server that runs no node reaches what is in pods all the same: webhooks, through the kubelet of their pod's node.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../two-nodes.sh
. "$here/../two-nodes.sh"
begin
two_hosts
image_push a 5000 minik/busybox:1
export image=registry.test/minik/busybox:1
minik_start a server --disable-agent && agent_start || exit 1
one_ready() { [ "$(k get nodes --no-headers | grep -c ' Ready ')" = 1 ]; }
within 30 "the one node is Ready" one_ready
# shellcheck source=../hook.sh
. "$root/inttest/hook.sh"
ok "a namespace" k create ns webhooks
ok "a webhook in a pod" k apply -f - <<YAML
$(hook_in_pod)
YAML
within 30 "is ready" k -n webhooks wait --for=condition=Ready pod/hook --timeout=1s
pod_ip=$(k -n webhooks get pod hook -o 'jsonpath={.status.podIP}')
ok "this host has no way to it" fails on a curl -sk --max-time 2 -o /dev/null "https://$pod_ip:9443/"
k apply -f - >/dev/null <<YAML
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: far}
webhooks:
- name: far.webhooks.example.com
  sideEffects: None
  admissionReviewVersions: [v1]
  timeoutSeconds: 5
  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: webhooks}}
  rules: [{operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [configmaps]}]
  clientConfig: $(service hook /label)
YAML
labelled() { k -n webhooks create cm "$1" >/dev/null && [ "$(k -n webhooks get cm "$1" -o 'jsonpath={.metadata.labels.by}')" = pod ]; }
ok "the server asks it all the same" labelled one
ok "and again" labelled two
ok "without its pod it says so" k -n webhooks delete pod hook
within 10 "in upstream's words" outputs 'failed to call webhook: Post "https://hook.webhooks.svc:443/label\?timeout=5s": no endpoints available for service "hook"' k -n webhooks create cm three
down

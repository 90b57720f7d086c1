# A node that is short: pods are ended for it, the node says so, and takes no more. Sourced by run.sh.
stop_b() { kill "${host_pid[b]}"; wait "${host_pid[b]}" 2>/dev/null; }
short_node() { # ARGS...: the agent anew, with other thresholds
  stop_b
  minik_start b agent --join https://192.168.77.1:6443 --token "$(token)" "$@"
}
cat >"$work/pressed.yml" <<YAML
apiVersion: v1
kind: Pod
metadata: {name: pressed}
spec:
  nodeName: node-b
  terminationGracePeriodSeconds: 1
  containers: [{name: c, image: $image, command: [sleep, "1000"]}]
YAML
k apply -f "$work/pressed.yml" >/dev/null
within 30 "the pod runs" outputs '^Running$' k get pod pressed -o 'jsonpath={.status.phase}'
# As much as the machine has, but for a mebibyte: beyond its capacity a reservation is refused, as upstream.
most=$(awk '/^MemTotal:/ { print $2 - 1024 "Ki" }' /proc/meminfo)
short_node "--eviction-hard=memory.available<$most" --eviction-pressure-transition-period=5s
within 40 "a node that is short of memory ends a pod" outputs '^Failed Evicted$' \
  k get pod pressed -o 'jsonpath={.status.phase} {.status.reason}'
ok "and says what was short" outputs "The node was low on resource: memory. Threshold quantity: $most, available: [0-9]+" \
  k get pod pressed -o 'jsonpath={.status.message}'
within 20 "the node tells it" outputs '^True KubeletHasInsufficientMemory$' \
  k get node node-b -o 'jsonpath={.status.conditions[?(@.type=="MemoryPressure")].status} {.status.conditions[?(@.type=="MemoryPressure")].reason}'
within 20 "and is tainted for it" outputs 'node.kubernetes.io/memory-pressure' k get node node-b -o 'jsonpath={.spec.taints[*].key}'
k delete pod pressed --wait=false >/dev/null
within 20 "the pod goes" fails k get pod pressed
k apply -f "$work/pressed.yml" >/dev/null
within 20 "another one is refused" outputs '^Pod was rejected: The node had condition: \[MemoryPressure\]' \
  k get pod pressed -o 'jsonpath={.status.message}'
k delete pod pressed --wait=false >/dev/null
short_node
within 20 "with other thresholds nothing is short" outputs '^False$' \
  k get node node-b -o 'jsonpath={.status.conditions[?(@.type=="MemoryPressure")].status}'
within 20 "and the taint goes" fails outputs 'memory-pressure' k get node node-b -o 'jsonpath={.spec.taints[*].key}'
ok "words that are no threshold are refused" fails on b "$minik" agent --join https://192.168.77.1:6443 --token x \
  --data-dir "$work/none" --eviction-hard 'memory<1'

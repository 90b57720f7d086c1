# One fault costs what is at fault: a node whose address is of no use, seconds that overflow. Sourced by run.sh.
# shellcheck shell=bash
faults_node() { # NAME ADDRESS CIDR
  k create -f - >/dev/null <<YAML
{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "$1"}, "spec": {"podCIDR": "$3", "podCIDRs": ["$3"]}}
YAML
  k patch node "$1" --subresource=status --type=merge \
    -p "{\"status\":{\"addresses\":[{\"type\":\"InternalIP\",\"address\":\"$2\"}]}}" >/dev/null
}
faults_route() { on "$1" ip route show "$2" | >/dev/null grep "via $3"; }
faults_event() { [ -n "$(k get events -A --field-selector "involvedObject.name=$1,reason=FailedToCreateRoute" --no-headers 2>/dev/null)" ]; }
faults_node faults-six fd00::7 10.42.201.0/24
faults_node faults-far 203.0.113.9 10.42.202.0/24
faults_node faults-good 192.168.77.254 10.42.203.0/24
within 20 "a route is set although other nodes have bad addresses, on a" faults_route a 10.42.203.0/24 192.168.77.254
within 20 "and on b" faults_route b 10.42.203.0/24 192.168.77.254
within 20 "the node with an IPv6 address has an event" faults_event faults-six
ok "the good one has none" fails faults_event faults-good
k delete node faults-six faults-far faults-good --wait=false >/dev/null
faults_gone() { ! on a ip route show 10.42.203.0/24 | >/dev/null grep via && ! on b ip route show 10.42.203.0/24 | >/dev/null grep via; }
within 20 "its route goes with it" faults_gone

k create namespace faults >/dev/null
faults_account() { k -n faults get serviceaccount default; }
within 10 "the namespace has its account" faults_account
k -n faults create -f - >/dev/null <<YAML
apiVersion: v1
kind: Pod
metadata: {name: patient}
spec:
  terminationGracePeriodSeconds: 9223372036854775807
  containers:
  - {name: c, image: $image, command: [sh, -c, 'trap "exit 0" TERM; while :; do sleep 1 & wait; done']}
YAML
within 30 "a pod with the longest grace there is runs" outputs Running k -n faults get pod patient --no-headers
ok "and is ended in peace" k -n faults delete pod patient --timeout=20s
k -n faults create -f - >/dev/null <<YAML
apiVersion: v1
kind: Pod
metadata: {name: stubborn}
spec:
  terminationGracePeriodSeconds: 9223372036854775807
  containers:
  - {name: c, image: $image, command: [sh, -c, 'trap "" TERM; while :; do sleep 1; done']}
YAML
within 30 "a stubborn one runs" outputs Running k -n faults get pod stubborn --no-headers
k -n faults delete pod stubborn --wait=false >/dev/null
within 10 "it waits for its end" outputs Terminating k -n faults get pod stubborn --no-headers
ok "and is killed at once when that is wanted" k -n faults delete pod stubborn --grace-period=1 --timeout=20s
k delete namespace faults --timeout=30s >/dev/null

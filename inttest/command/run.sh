#!/usr/bin/env bash
# The words of the command, typed against a server that runs: kubectl, tokens, certificates, kubeconfigs, status, and what k3s' users type.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
begin
host_up a 1
host_up b 2
a=$work/a
b=$work/b
# A configuration file serves all words: it says where this server's things are.
mkdir -p "$a"
cat >"$a/config.yaml" <<CONF
data-dir: $a/data
run-dir: $a/run
write-kubeconfig: $a/kubeconfig
disable-cloud-controller: true
kubelet-arg: [max-pods=42]
CONF
m_as_nobody() { # From a copy that others may read.
  cp "$minik" "$work/minik" && chmod 755 "$work/minik" "$work"
  on a setpriv --reuid 65534 --regid 65534 --clear-groups env -u KUBECONFIG timeout 60 "$work/minik" "$@" --run-dir "$a/run" --data-dir "$a/data"
}
m() { on a env -u KUBECONFIG MINIK_CONFIG_FILE="$a/config.yaml" timeout 60 "$minik" "$@"; }
ok "a machine is looked over before anything is made" outputs '^STATUS: pass$' m check-config
ok "which ports are free" outputs '^- TCP port 6443: free$' m check-config
minik_start a server --flannel-backend host-gw || exit 1
ok "a word of k3s' that has nothing to do is told" grep -q '^minik: --flannel-backend has nothing to do here' "$a/err"
ok "so is a key" grep -q '^minik: --disable-cloud-controller has nothing to do here' "$a/err"
within 30 "minik kubectl is the machine's, with the server's kubeconfig" outputs '^node-a +Ready ' m kubectl get nodes
ok "what is handed on to the kubelet holds" outputs '^42$' m kubectl get node node-a -o 'jsonpath={.status.capacity.pods}'

# Tokens
token=$(m token create --ttl 10m --description "the attic")
ok "a token is made in the form that pins the CA" like "$token" '^K10[0-9a-f]{64}::[a-z0-9]{6}\.[a-z0-9]{16}$'
id=${token#*::}
ok "it is listed" outputs "^${id%%.*} +(9|10)m +20.*signing,authentication +the attic +system:bootstrappers:minik" m token list
ok "in JSON, too" outputs "\"token\":\"$id\"" m token list -o json
minik_start b agent --join https://192.168.77.1:6443 --token "$token" || exit 1
within 30 "an agent joins with it" outputs '^node-b +Ready ' m kubectl get nodes
ok "it is deleted" outputs "^bootstrap token \"${id%%.*}\" deleted$" m token delete "$token"
ok "and gone" fails outputs "${id%%.*}" m token list
ends() { # PATTERN TOKEN: an agent of a third name ends by itself with these words
  local out
  out=$(on b timeout 30 "$minik" agent --join https://192.168.77.1:6443 --token "$2" --node-name node-c --data-dir "$b/c" --run-dir "$b/crun" \
    --kubelet-port 10260 --cgroup-root "$prefix-$scenario-c" --node-password-file "$b/cpw" --config "$b/config.yaml" 2>&1) && return 1
  like "$out" "$1"
}
kill "${host_pid[b]}" && wait "${host_pid[b]}" 2>/dev/null
ok "nobody joins with it any more" ends 'does not know this token' "$token"
old=$(cat "$a/data/server/token")
ok "the server gets another token of its own" outputs '^Token rotated, restart minik nodes with new token$' m token rotate --new-token moved-on
ok "which is in its file" outputs '::server:moved-on$' cat "$a/data/server/token"
ok "the old one is none any more" ends 'does not know this token' "$old"
minik_start b agent --join https://192.168.77.1:6443 --token moved-on || exit 1
within 30 "a node that had joined goes on" outputs '^node-b +Ready ' m kubectl get nodes
ok "what is no token is refused" fails m token create nonsense

# Certificates
ok "certificates are listed with their ends" outputs '^INFO client-admin.crt: certificate system:admin \(ClientAuth\) is ok, expires at 20' m certificate check
ok "as a table" outputs '^serving-kube-apiserver.crt +kube-apiserver +ServerAuth +[A-Z][a-z]+ [0-9]+, 20.* OK$' m certificate check -o table --service api-server
serial() { on a openssl s_client -connect 127.0.0.1:6443 </dev/null 2>/dev/null | openssl x509 -noout -serial; }
before=$(serial)
ok "they are made anew while the server runs" outputs '^Rotated while the server runs: .*serving-kube-apiserver' m certificate rotate --service api-server,admin
ok "and shown at once" test -n "$before" -a "$before" != "$(serial)"
ok "the kubeconfig has the new one" m kubectl get nodes
ok "the old ones are kept for root alone" outputs '^600$' sh -c "stat -c %a '$a'/data/server/tls-*/server-tls-client-admin.key"

# People
m kubectl create clusterrolebinding viewers --clusterrole view --group viewers >/dev/null
ok "a kubeconfig for a person is made" m kubeconfig add ada --group viewers --ttl 1h --output "$work/ada.yaml"
ada() { on a timeout 30 "$kubectl_binary" --kubeconfig "$work/ada.yaml" "$@"; }
ok "she is who she is" outputs 'ada' ada auth whoami
ok "in her group" ada get pods -A
ok "and may no more than it" fails ada create namespace hers
ok "it names the server's address in the cluster" grep -q 'server: https://192.168.77.1:6443' "$work/ada.yaml"
ok "nobody makes himself a master" outputs 'system:masters' m kubeconfig add eve --group system:masters

# At a glance
status=$(m status)
ok "status: minik runs" like "$status" '^minik: +.* runs \(pid [0-9]+\)$'
ok "status: rooms, nodes, memory, disk, certificates" test "$(grep -cE '^(rooms: +[0-9]+ ready|nodes: +2 Ready|memory: +[0-9]+ MiB|disk: +[0-9.]+ MiB written|certificates: +[0-9]+, the first ends in)' <<<"$status")" = 5
ok "status in JSON" outputs '"nodes":\{"value":"2"' m status -o json
ok "who is not root is told so, and not that nothing runs" outputs 'is root.s alone: sudo minik status' \
  m_as_nobody status
ok "version in JSON" outputs '"kubernetes":"v1\.' m version -o json

# What a newcomer types
ok "a word that is none names the nearest" outputs 'did you mean "server"' m servr
ok "so does an option" outputs 'did you mean "--data-dir"' m server --dta-dir /x
ok "one of k3s' that minik has not says why" outputs 'containers are run by minik itself' m server --docker
ok "ctr says what to use" outputs 'minik crictl images' m ctr images ls
ok "a second start says that it runs already" outputs "minik already runs with --run-dir $a/run" m server
kill "${host_pid[a]}" && wait "${host_pid[a]}" 2>/dev/null
ok "status of one that does not run says how to start it" outputs 'does not run: systemctl start minik, or minik server' m status
ok "its exit code, too" fails m status
ok "a server that is away is named, with what to look at" outputs 'https://127.0.0.1:6443 can.t be reached: .*is it running\?' m token list
ok "certificates of a server that is away are made anew at its start" outputs 'please restart minik server' m certificate rotate --service admin
minik_start a server || exit 1
within 30 "which they are" m kubectl get nodes
down

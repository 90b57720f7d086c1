# What kubectl keeps of its own: kubeconfigs, who acts as whom by them, kuberc, plug-ins, --save-config, what it prints by itself,
# versions, help in other languages.
group client
newer=$tools/kubectl-1.36
config=$work/client.config
cp "$work/a/kubeconfig" "$config"
c() { on a timeout 60 "$kubectl_binary" --kubeconfig "$config" "$@"; }
viewed() { outputs "$1" c config view --raw -o "jsonpath=$2"; }
credentials_of() { sed -n "s/^ *$1-data: //p" "$work/a/kubeconfig"; }
credentials_of client-certificate | base64 -d >"$work/client.crt"
credentials_of client-key | base64 -d >"$work/client.key"
credentials_of certificate-authority | base64 -d >"$work/client.ca"

c config set-cluster elsewhere --server=https://does-not-work >/dev/null
elsewhere='{.clusters[?(@.name == "elsewhere")].cluster.certificate-authority-data}'
same_bytes() { # raw bytes and what is encoded already come to the same
  local raw encoded path=$1
  c config set "$path" "$(printf '# Ours\n'; cat "$work/client.ca")" --set-raw-bytes >/dev/null || return
  raw=$(c config view --raw -o "jsonpath=$elsewhere")
  c config set "$path" "$(printf %s "$(printf '# Ours\n'; cat "$work/client.ca")" | base64 -w0)" >/dev/null || return
  encoded=$(c config view --raw -o "jsonpath=$elsewhere")
  [ -n "$raw" ] && [ "$raw" = "$encoded" ]
}
ok "config set: raw bytes" same_bytes clusters.elsewhere.certificate-authority-data
c config set-cluster by-file --certificate-authority "$work/client.ca" >/dev/null
ok "config set-cluster: an authority's file" viewed "client.ca$" '{.clusters[?(@.name == "by-file")].cluster.certificate-authority}'
c config set-cluster embedded --embed-certs --certificate-authority "$work/client.ca" >/dev/null
ok "config set-cluster: its bytes" viewed "^$(base64 -w0 <"$work/client.ca")$" '{.clusters[?(@.name == "embedded")].cluster.certificate-authority-data}'
c config set-credentials files --client-certificate "$work/client.crt" --client-key "$work/client.key" >/dev/null
ok "config set-credentials: files" viewed "client.crt .*client.key$" \
  '{.users[?(@.name == "files")].user.client-certificate} {.users[?(@.name == "files")].user.client-key}'
c config set-credentials bytes --client-certificate "$work/client.crt" --client-key "$work/client.key" --embed-certs=true >/dev/null
ok "config set-credentials: bytes" viewed "^$(base64 -w0 <"$work/client.key")$" '{.users[?(@.name == "bytes")].user.client-key-data}'
for user in files bytes; do
  ok "both let in: $user" outputs '^namespace/default$' c --user "$user" get ns default -o name
done
ok "a config that is missing" refused 'missing: no such file or directory' on a "$kubectl_binary" get pods --kubeconfig=missing
ok "a context that is missing" refused 'context was not found for specified context: missing-context' c get pods --context=missing-context
ok "a cluster that is missing" refused 'no server found for cluster "missing-cluster"' c get pods --cluster=missing-cluster
ok "a user that is missing" refused 'auth info "missing-user" does not exist' c get pods --user=missing-user
sed 's/^apiVersion: .*/apiVersion: v-1/' "$config" >"$work/client.bad"
ok "a config of no version" refused 'error loading config file' on a "$kubectl_binary" get pods --kubeconfig "$work/client.bad"

cat >"$work/acting.config" <<YAML
apiVersion: v1
kind: Config
clusters: [{name: here, cluster: {server: "https://127.0.0.1:6443", certificate-authority: $work/client.ca}}]
users:
- {name: as-userb, user: {token: admin-token, as: userb, as-uid: abc123, as-groups: [group2, group1], as-user-extra: {foo: [bar, baz]}}}
- {name: uid-alone, user: {token: admin-token, as-uid: abc123}}
contexts: [{name: here, context: {cluster: here, user: as-userb}}]
current-context: here
YAML
acting() { on a timeout 60 "$kubectl_binary" --kubeconfig "$work/acting.config" "$@"; }
k create clusterrolebinding client-userb --clusterrole=cluster-admin --user=userb >/dev/null
openssl req -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=userb -out "$work/client.csr" 2>/dev/null
acting create -f - >/dev/null <<YAML
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: client-acting}
spec: {request: $(base64 -w0 <"$work/client.csr"), signerName: kubernetes.io/kube-apiserver-client, usages: [client auth]}
YAML
ok "acting by a config: who" holds csr/client-acting '{{.spec.username}} {{.spec.uid}}' 'userb abc123'
ok "acting by a config: groups" holds csr/client-acting '{{range .spec.groups}}{{.}} {{end}}' 'group2 group1 system:authenticated '
ok "acting by a config: extra" holds csr/client-acting '{{range .spec.extra.foo}}{{.}} {{end}}' 'bar baz '
ok "an acted uid needs a user" refused 'without impersonating a user' acting --user uid-alone get pods

say "== kuberc"
cat >"$work/kuberc" <<YAML
apiVersion: kubectl.config.k8s.io/v1beta1
kind: Preference
aliases:
- {name: crns, command: create namespace, appendArgs: [client-kuberc]}
- {name: getn, command: get, prependArgs: [namespace], options: [{name: output, default: wide}]}
- name: runx
  command: run
  options:
  - {name: image, default: nginx}
  - {name: labels, default: "app=test,env=test"}
  - {name: namespace, default: client-kuberc}
  appendArgs: [test-pod-2, --, custom-arg1]
- {name: setx, command: set image, appendArgs: [pod/test-pod-2, test-pod-2=busybox]}
defaults:
- command: apply
  options: [{name: server-side, default: "true"}, {name: dry-run, default: server}, {name: validate, default: strict}]
- {command: delete, options: [{name: interactive, default: "true"}]}
- {command: get, options: [{name: namespace, default: client-kuberc}, {name: output, default: json}]}
YAML
rc() { on a env KUBECONFIG="$work/a/kubeconfig" timeout 60 "$newer" "$@" --kuberc "$work/kuberc"; }
ok "an alias makes a namespace" outputs 'namespace/client-kuberc created' rc crns
ok "an alias with arguments before" outputs '^client-kuberc +Active' rc getn client-kuberc
ok "an alias runs a pod" outputs 'pod/test-pod-2 created' rc runx
ok "defaults of get" outputs '"image": "nginx"' rc get pod/test-pod-2
ok "what is said counts more" refused 'pods "test-pod-2" not found' rc get pod/test-pod-2 -n kube-system
ok "an alias sets an image" rc setx -n client-kuberc
ok "which is there" outputs '"image": "busybox"' rc get pod/test-pod-2
ok "defaults of apply" outputs 'serverside-applied \(server dry run\)' rc apply -n client-kuberc -f - <<<"$(pod dry)"
unasked() { rc delete pod/test-pod-2 -n client-kuberc <<<n >/dev/null; rc get pod/test-pod-2 -o name; }
ok "a default question answered no" outputs '^pod/test-pod-2$' unasked
ok "without kuberc no alias" refused 'unknown command "getn"' on a env KUBECTL_KUBERC=false KUBECONFIG="$work/a/kubeconfig" "$newer" getn
ok "the question taken back" outputs 'namespace "client-kuberc" deleted' rc delete ns client-kuberc --interactive=false

say "== plug-ins"
mkdir -p "$work/plugins/empty" "$work/plugins/version"
ln -sf "$kubectl_binary" "$work/plugins/kubectl"
printf '#!/bin/sh\necho "plugin foo $*"\n' >"$work/plugins/kubectl-foo"
printf '#!/bin/sh\nexec "%s" --kubeconfig "$KUBECONFIG" get ns default -o name\n' "$kubectl_binary" >"$work/plugins/kubectl-asks"
cp "$work/plugins/kubectl-foo" "$work/plugins/version/kubectl-version"
chmod +x "$work"/plugins/kubectl-* "$work/plugins/version/kubectl-version"
plugged() { on a env PATH="$work/plugins${also:+:$work/plugins/$also}:/usr/bin:/bin" KUBECONFIG="$work/a/kubeconfig" "$work/plugins/kubectl" "$@"; }
ok "plug-ins are listed" outputs 'plugins are available' plugged plugin list
ok "a plug-in gets its arguments" outputs '^plugin foo arg1$' plugged foo arg1
ok "a plug-in asks the server" outputs '^namespace/default$' plugged asks
also=version
ok "one that has a command's name is told" refused 'kubectl-version overwrites existing command: "kubectl version"' plugged plugin list
ok "and is not run" outputs '^Client Version' plugged version --client
unset also

say "== save-config"
applied='kubectl.kubernetes.io/last-applied-configuration'
has_applied() { kn get "$@" -o yaml | >/dev/null grep "$applied"; }
kn create -f - >/dev/null <<<"$(pod plain)"
ok "nothing is kept unasked" fails has_applied pod plain
kn create -f - --save-config >/dev/null <<<"$(pod made)"
ok "create --save-config" has_applied pod made
editor 's/name: plain/name: plain/; s/image: pause:1/image: pause:2/'
ok "edit --save-config" edited "$work/editor.sh" pod plain --save-config
ok "keeps what was edited" has_applied pod plain
put='{"apiVersion":"v1","kind":"Pod","metadata":{"name":"put"},"spec":{"automountServiceAccountToken":false,"serviceAccountName":"default","containers":[{"name":"main","image":"pause:1"}]}}'
kn create -f - >/dev/null <<<"$put"
kn replace -f - --save-config >/dev/null <<<"$put"
ok "replace --save-config" has_applied pod put
kn run ran --image=pause:1 --save-config >/dev/null
ok "run --save-config" has_applied pod ran
kn expose pod made --save-config --port=80 >/dev/null
ok "expose --save-config" has_applied service made
kn create deployment scaled --image=pause:1 >/dev/null
kn autoscale deployment scaled --save-config --max=2 >/dev/null
ok "autoscale --save-config" has_applied hpa scaled
ok "an autoscaler in the version that is asked for" outputs '^autoscaling/v1$' kn get horizontalpodautoscalers.v1.autoscaling scaled -o 'jsonpath={.apiVersion}'
ok "a group by its beginning" outputs '^autoscaling/v' kn get hpa.autoscal scaled -o 'jsonpath={.apiVersion}'

say "== old print"
# The server's columns but for the last, which tells an age.
alike() { # ARGS...
  local server own
  server=$(kn get "$@" | awk 'NF{NF--};1')
  own=$(kn get "$@" --server-print=false | awk 'NF{NF--};1')
  [ -n "$server" ] && [ -n "$own" ] && grep -qF "$(awk 'NR==2 {print $1}' <<<"$server")" <<<"$own" || { printf '%s\n--\n%s\n' "$server" "$own"; return 1; }
}
k create ns client-empty >/dev/null
ok "nothing there" outputs 'No resources found' k -n client-empty get pods --server-print=false
for what in pods deployments hpa services 'clusterroles/view'; do ok "printed by the client: $what" alike "$what"; done
asked_whole() { local out; out=$(kn get pods --server-print=false --v=7 2>&1); ! grep -q 'as=Table' <<<"$out" && grep -q 'Accept: application/json' <<<"$out"; }
ok "whole objects are asked for" asked_whole

say "== versions and help"
version_of() { kn version "${@:2}" -o json | python3 -c "import json,sys; print(json.load(sys.stdin).get('$1', {}).get('gitVersion', 'none'))"; }
raw_version() { k get --raw /version | python3 -c 'import json,sys; print(json.load(sys.stdin)["gitVersion"])'; }
same_version() { [ "$(version_of serverVersion)" = "$(raw_version)" ] && kn version | >/dev/null grep -F "Server Version: $(raw_version)"; }
ok "the server's version in words, JSON and raw" same_version
ok "the client's alone" outputs '^none$' version_of serverVersion --client
yaml_version() { kn version -o yaml | sed -n '/^serverVersion/,$ s/^  gitVersion: //p'; }
ok "and in YAML" outputs "^$(raw_version | sed 's/[+.]/\\&/g')$" yaml_version
ok "help" outputs 'Modify kubeconfig files' on a env LANG=en_US.UTF8 "$kubectl_binary" help
ok "help in German" outputs 'Verändere kubeconfig Dateien' on a env LANG=de_DE.UTF8 "$kubectl_binary" help
for command in apply auth config create rollout set top; do
  ok "help of $command" outputs "Use \"kubectl $command <command> --help\" for more information" kn $command --help
done
k delete ns client-empty --wait=false >/dev/null
k delete csr client-acting clusterrolebinding/client-userb >/dev/null 2>&1

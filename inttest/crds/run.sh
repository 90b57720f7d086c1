#!/usr/bin/env bash
# Definitions of the kind and size that operators ship (written in inttest/crds/*.yaml, made by OperatorShapes of the server's
# tests): each applied by both kubectls, its objects taken, printed, explained, refused in the words of refusals.tsv, and gone;
# then four hundred at once, what they cost at rest and how soon they are found. CRDS=full tries every kind with either kubectl
# and looks at the idle server for a minute; without it, kubectl 1.36 is the one that tries them all, in less than two minutes.
audit=
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
. "$root/build-env.sh"
begin
host_up a 1
minik_start a server --disable-agent || exit 1
credentials
hook_pid=
trap '[ -z "$hook_pid" ] || kill "$hook_pid"; down' EXIT
shapes=$work/shapes
"$JAVA_HOME/bin/java" -cp "$root/server/target/test-classes:$(cat "$root/bench/target/classpath")" \
  io.minik.server.crd.OperatorShapes "$shapes" "$root" || { echo "not ok - the definitions are made"; exit 1; }
# The webhook that converts the versions of some: they differ in their names alone.
hooks=$work/hooks
mkdir -p "$hooks"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=hook -addext subjectAltName=IP:127.0.0.1 \
  -keyout "$hooks/tls.key" -out "$hooks/tls.crt" 2>/dev/null
(exec nsenter --net="/run/netns/$prefix-a" /usr/bin/python3 "$root/inttest/hook.py" 8443 host "$hooks") >"$hooks/out" 2>&1 &
hook_pid=$!
sed -i "s|\"webhook\":{\"conv|\"webhook\":{\"clientConfig\":{\"url\":\"https://127.0.0.1:8443/same\",\"caBundle\":\"$(base64 -w0 <"$hooks/tls.crt")\"},\"conv|" "$shapes"/*/definition.json
within 20 "the webhook answers" on a curl -sk -o /dev/null https://127.0.0.1:8443/
mapfile -t kinds < <(ls "$shapes")
say "${#kinds[@]} kinds, $(cat "$shapes"/*/definition.json | wc -c) bytes, the largest $(wc -c "$shapes"/*/definition.json | sort -n | tail -n 2 | head -n 1 | awk '{ print $1 }')"
ok "they are forty and more" [ "${#kinds[@]}" -ge 40 ]
name_of() { jq -r .metadata.name "$shapes/$1/definition.json"; }
files() { # NAME [WHICH]: -f of that file of every kind
  local kind
  for kind in "${kinds[@]}"; do printf -- '-f\n%s\n' "$shapes/$kind/$1"; done
}
counted() { # NUMBER PATTERN COMMAND...: so many lines match
  local number=$1 pattern=$2 out
  shift 2
  out=$("$@" 2>&1)
  [ "$(grep -Ec -- "$pattern" <<<"$out")" = "$number" ] || { printf '%s\n' "$out" | cut -c1-300; return 1; }
}
mapfile -t definitions < <(files definition.json)
mapfile -t goods < <(files good.json)
all=${#kinds[@]}
small=() large=()
for kind in "${kinds[@]}"; do
  if [ "$(wc -c <"$shapes/$kind/definition.json")" -lt 261000 ]; then small+=(-f "$shapes/$kind/definition.json"); else large+=(-f "$shapes/$kind/definition.json"); fi
done
k create ns shapes >/dev/null
kubectl_binary=$tools/kubectl-1.36
ok "those that an annotation holds are applied by the client" counted $((${#small[@]} / 2)) ' created$' k apply "${small[@]}"
ok "and once more unchanged" counted $((${#small[@]} / 2)) ' unchanged$' k apply "${small[@]}"
ok "the others can't be" counted $((${#large[@]} / 2)) 'metadata.annotations: Too long: may not be more than 262144 bytes$' k apply "${large[@]}"
ok "all are by the server" counted "$all" ' serverside-applied$' k apply --server-side --force-conflicts "${definitions[@]}"
ok "and established" counted "$all" ' condition met$' k wait --for=condition=Established --timeout=30s "${definitions[@]}"
revision() { k get crd "$1" -o 'jsonpath={.metadata.resourceVersion}'; }
before=$(revision "$(name_of Rollout)")
ok "and once more without a change" counted "$all" ' serverside-applied$' k apply --server-side --force-conflicts "${definitions[@]}"
ok "really" [ "$(revision "$(name_of Rollout)")" = "$before" ]
# A person's YAML of more than a megabyte.
python3 - "$shapes/Rollout/definition.json" >"$work/rollout.yaml" <<'PYTHON'
import json, sys

def write(value, indent):
    pad = "  " * indent
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            nested = isinstance(inner, (dict, list)) and inner
            print(pad + json.dumps(key) + ":" + ("" if nested else " " + json.dumps(inner)))
            if nested:
                write(inner, indent + 1)
    elif isinstance(value, list):
        for inner in value:
            if isinstance(inner, (dict, list)) and inner:
                print(pad + "-")
                write(inner, indent + 1)
            else:
                print(pad + "- " + json.dumps(inner))

write(json.load(open(sys.argv[1])), 0)
PYTHON
say "as YAML $(wc -c <"$work/rollout.yaml") bytes"
ok "that is more than a megabyte" [ "$(wc -c <"$work/rollout.yaml")" -gt 1000000 ]
ok "and is applied by the server" outputs 'rollouts.apps.shapes.example.com serverside-applied' k apply --server-side --force-conflicts -f "$work/rollout.yaml"
ok "as what it was" [ "$(revision "$(name_of Rollout)")" = "$before" ]

for kubectl_binary in "$tools/kubectl-1.36" ${CRDS:+"$tools/kubectl-1.32"}; do
  version=${kubectl_binary##*-}
  ok "kubectl $version: a good object of each kind" counted "$all" '/good (created|configured|unchanged|serverside-applied)$' k -n shapes apply "${goods[@]}"
  ok "kubectl $version: which is there" counted "$all" '/good$' k -n shapes get "${goods[@]}" -o name
  # Lists of custom kinds are replaced whole: what the server has added to their items makes a patch, which changes nothing.
  revisions() { k -n shapes get "${goods[@]}" -o 'jsonpath={.items[*].metadata.resourceVersion}'; }
  before=$(revisions)
  ok "kubectl $version: and applied again" counted $((all - 4)) '/good unchanged$' k -n shapes apply "${goods[@]}"
  ok "kubectl $version: without a change" [ "$(revisions)" = "$before" ]
  ok "kubectl $version: by the server, too" counted "$all" '/good serverside-applied$' k -n shapes apply --server-side --force-conflicts "${goods[@]}"
  refused() { # each line of refusals.tsv that is about a new object, held against what kubectl says
    local kind file words word out faults=0
    while IFS=$'\t' read -r kind file words; do
      out=$(k -n shapes create -f "$shapes/$kind/$file.json" 2>&1)
      while IFS= read -r word; do
        grep -Fq -- "$word" <<<"$out" || { printf '%s %s\n  wanted: %s\n  said: %s\n' "$kind" "$file" "$word" "$out"; faults=1; }
      done < <(tr '\t' '\n' <<<"$words")
    done < <(grep -P '\trefused-[0-9]+\t' "$(dirname "$0")/refusals.tsv" | awk -F'\t' -v every="${CRDS:+1}" 'every || !seen[$1]++')
    return $faults
  }
  ok "kubectl $version: what is wrong is refused in the right words" refused
  updated() { # the same of changes
    local kind file words word out faults=0
    while IFS=$'\t' read -r kind file words; do
      out=$(k -n shapes patch -f "$shapes/$kind/good.json" --type=merge --patch-file "$shapes/$kind/$file.json" 2>&1)
      while IFS= read -r word; do
        grep -Fq -- "$word" <<<"$out" || { printf '%s %s\n  wanted: %s\n  said: %s\n' "$kind" "$file" "$word" "$out"; faults=1; }
      done < <(tr '\t' '\n' <<<"$words")
    done < <(grep -P '\tupdate-[0-9]+\t' "$(dirname "$0")/refusals.tsv")
    return $faults
  }
  ok "kubectl $version: and what may not change does not" updated
done
columns() { # the names of its columns, as wide as they get
  local kind wanted faults=0
  for kind in "${kinds[@]}"; do
    wanted=$(jq -r '.spec.versions[-1].additionalPrinterColumns | map(.name | ascii_upcase) | join(" ")' "$shapes/$kind/definition.json")
    [ "$(k -n shapes get -f "$shapes/$kind/good.json" -o wide | head -n 1 | tr -s ' ' | sed 's/ $//')" = "NAME $wanted" ] || { echo "$kind: $wanted"; faults=1; }
  done
  return $faults
}
ok "each prints the columns of its own" columns
ok "values of them" outputs '^good +git.example.com|^good +https://git.example.com/a' k -n shapes get gitrepo good
ok "in the order of those of a lower priority only if wide" fails outputs 'REVISION' k -n shapes get applications.apps.shapes.example.com
explained() {
  local kind faults=0
  for kind in "${kinds[@]}"; do
    outputs "^KIND: +$kind\$" k explain "$(name_of "$kind")" >/dev/null || { echo "$kind"; faults=1; }
  done
  return $faults
}
ok "each is explained" explained
ok "down to a pod's containers" outputs 'livenessProbe.*<Object>' k explain rollouts.apps.shapes.example.com.spec.template.spec.containers
ok "and what is required of it" outputs 'secretName.*<string> -required-' k explain certificates.certs.shapes.example.com.spec
ok "with the words of an enumeration" outputs '^ +Ed25519$' k explain certificates.certs.shapes.example.com.spec.privateKey.algorithm
ok "short names are known" outputs '^good' k -n shapes get pgc
ok "categories are" outputs 'certificate.certs.shapes.example.com/good' k -n shapes get certs
ok "fields are selected by" outputs '^good' k -n shapes get certificates.certs.shapes.example.com --field-selector spec.issuerRef.name=ca
ok "and not by others" outputs 'field label not supported' k -n shapes get certificates.certs.shapes.example.com --field-selector spec.secretName=x
ok "one is scaled" k -n shapes scale pgc good --replicas=4
ok "and its field is" outputs '^4$' k -n shapes get pgc good -o 'jsonpath={.spec.instances}'
ok "not beyond its rule" outputs 'one instance goes at a time' k -n shapes scale pgc good --replicas=1
ok "an old version is served, and told to be old" outputs 'Warning: .*PostgresCluster is deprecated' k -n shapes get postgresclusters.v1alpha1.db.shapes.example.com
ok "by its webhook" outputs '^db.shapes.example.com/v1alpha1$' k -n shapes get postgresclusters.v1alpha1.db.shapes.example.com good -o 'jsonpath={.apiVersion}'
ok "others without one" outputs '^source.shapes.example.com/v1beta1$' k -n shapes get gitrepositories.v1beta1.source.shapes.example.com good -o 'jsonpath={.apiVersion}'
ok "no two are one" outputs 'Duplicate value: "www"|duplicate entries' k -n shapes patch certificates.certs.shapes.example.com good --type=merge -p '{"spec":{"dnsNames":["www","www"]}}'
ok "managers of list items are told apart" k -n shapes apply --server-side --field-manager=second -f - <<'YAML'
apiVersion: mesh.shapes.example.com/v1
kind: MeshGateway
metadata: {name: good}
spec: {servers: [{name: other, port: {number: 81, protocol: HTTP}, hosts: [x]}]}
YAML
ok "by their keys" outputs '^web other$' k -n shapes get mgw good -o 'jsonpath={.spec.servers[*].name}'
ok "the objects go with their namespace" k delete ns shapes --timeout=60s
ok "and the definitions" counted "$all" ' deleted' k delete --timeout=60s "${definitions[@]}"
ok "until no kind is left" fails outputs 'shapes.example.com' k api-resources
kill "$hook_pid" && wait "$hook_pid" 2>/dev/null
hook_pid=

# Four hundred at once, of the shapes that are not large: groups of their own, as many operators would bring.
python3 - "$shapes" >"$work/many.json" <<'PYTHON'
import glob, json, sys

found = [json.load(open(path)) for path in sorted(glob.glob(sys.argv[1] + "/*/definition.json"))]
found = [each for each in found if len(json.dumps(each)) < 60000]
for at in range(400):
    made = json.loads(json.dumps(found[at % len(found)]))
    group = "g%d.many.example.com" % (at // len(found))
    made["spec"].pop("conversion", None)
    made["spec"]["group"] = group
    made["metadata"]["name"] = made["spec"]["names"]["plural"] + "." + group
    for names in ("shortNames", "categories"):
        made["spec"]["names"].pop(names, None)
    print(json.dumps(made))
PYTHON
minik_restart() { kill "${host_pid[a]}"; wait "${host_pid[a]}" 2>/dev/null; minik_start a server --disable-agent || exit 1; }
settled() { # seconds: until nothing of the server's runs for two of them
  local end=$((SECONDS + $1)) before
  while [ $SECONDS -lt $end ]; do
    before=$(ticks)
    read -r -t 2 <> <(:) || true
    [ $(($(ticks) - before)) -gt 8 ] || return 0
  done
}
ticks() { awk '{ print $14 + $15 }' "/proc/${host_pid[a]}/stat"; }
minik_restart
# What defining costs once, code that was not loaded before, is not what definitions do.
head -n 4 "$work/many.json" >"$work/few.json"
k apply --server-side -f "$work/few.json" >/dev/null
k delete --timeout=30s -f "$work/few.json" >/dev/null
settled 30
empty=$(memory VmRSS)
began=$(date +%s%N)
used=$(ticks)
ok "four hundred are applied" counted 400 ' serverside-applied$' on a "$kubectl_binary" --kubeconfig "$work/a/kubeconfig" apply --server-side -f "$work/many.json"
say "in $((($(date +%s%N) - began) / 1000000)) ms, $((($(ticks) - used) * 1000 / $(getconf CLK_TCK))) ms of the server's CPU"
known() { [ "$(as_admin -fsS "https://127.0.0.1:6443/apis" | grep -Eo '"name": ?"g[0-9]+\.many' | sort -u | wc -l)" = "$(grep -Eo '"group": ?"g[0-9]+\.many' "$work/many.json" | sort -u | wc -l)" ]; }
within 2 "their groups are in discovery" known
established() { [ "$(k get crd -o 'jsonpath={range .items[*]}{.status.conditions[?(@.type=="Established")].status}{"\n"}{end}' | grep -c True)" -ge 400 ]; }
within 2 "all are established" established
settled 60
say "RSS $empty MB before, $(memory VmRSS) MB with four hundred, of what was sent"
cost() { [ $(($(memory VmRSS) - empty)) -le 60 ]; }
within 60 "they cost at most 60 MB" cost
now=$(memory VmRSS)
say "RSS $now MB when the burst is past"
minik_restart
settled 60
say "RSS $(memory VmRSS) MB after a start with them"
ok "which cost no more" cost
before=$(ticks)
idle=${CRDS:+60}
read -r -t "${idle:-10}" <> <(:) || true
say "at rest for ${idle:-10} s: $((($(ticks) - before) * 1000 / $(getconf CLK_TCK))) ms of CPU"
ok "and nothing at rest" [ $((($(ticks) - before) * 100 / $(getconf CLK_TCK))) -le "${idle:-10}" ]
# How soon a new one is seen: in discovery, OpenAPI and kubectl's explanation: within a second each on a machine that has nothing else to do.
sed 's/g[0-9]*\.many/new.many/g' <<<"$(tail -n 1 "$work/many.json")" >"$work/new.json"
group=$(jq -r .spec.group "$work/new.json")
version=$(jq -r '.spec.versions[-1].name' "$work/new.json")
ok "one more" k apply --server-side -f "$work/new.json"
within 5 "is discovered" as_admin -fsS -o "$work/found" "https://127.0.0.1:6443/apis/$group/$version"
within 5 "and in OpenAPI" as_admin -fsS -o "$work/found" "https://127.0.0.1:6443/openapi/v3/apis/$group/$version"
within 5 "and in its index" outputs "apis/$group/$version" as_admin -fsS https://127.0.0.1:6443/openapi/v3
within 5 "and explained" k explain "$(jq -r .metadata.name "$work/new.json")"
ok "OpenAPI of all kinds takes less than five seconds" awk -v took="$(slowest --cert "$work/admin.crt" --key "$work/admin.key" https://127.0.0.1:6443/openapi/v2 | tail -n 1)" 'BEGIN { exit !(took < 5) }'
ok "they are deleted" on a "$kubectl_binary" --kubeconfig "$work/a/kubeconfig" delete --wait=false -f "$work/many.json" -f "$work/new.json"
none() { fails outputs 'many.example.com' k get crd -o name; }
within 60 "and go" none
down

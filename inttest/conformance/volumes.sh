# Volumes as containers see them: ConfigMaps, Secrets, the downward API, projections, emptyDirs and sub-paths, for root and for
# others; and what follows of what is written later. Sourced by run.sh.
ns=volumes
k create namespace $ns >/dev/null
k create namespace $ns-other >/dev/null
v() { k -n $ns "$@"; }
within 20 "the account of the volumes' namespace is there" v get serviceaccount default
v apply -f - >/dev/null <<'YAML'
apiVersion: v1
kind: ConfigMap
metadata: {name: map}
data: {data-1: value-1, data-2: value-2}
binaryData: {dump.bin: 3srK/g==}
---
apiVersion: v1
kind: Secret
metadata: {name: secret}
stringData: {data-1: value-1, data-2: value-2}
YAML
k -n $ns-other create secret generic secret --from-literal=data-1=of-another >/dev/null

# source_volumes KIND FIELD: plain, with a default mode, mapped, mapped with a mode, and a second of the same
source_volumes() { # PREFIX configMap|secret NAME-FIELD NAME
  cat <<YAML
  - {name: $1, $2: {$3: $4}}
  - {name: $1-mode, $2: {$3: $4, defaultMode: 0400}}
  - {name: $1-map, $2: {$3: $4, items: [{key: data-2, path: path/to/data-2}]}}
  - {name: $1-map-mode, $2: {$3: $4, items: [{key: data-2, path: path/to/data-2, mode: 0400}]}}
  - {name: $1-again, $2: {$3: $4}}
  - {name: p$1, projected: {sources: [{$2: {name: $4}}]}}
  - {name: p$1-mode, projected: {defaultMode: 0400, sources: [{$2: {name: $4}}]}}
  - {name: p$1-map, projected: {sources: [{$2: {name: $4, items: [{key: data-2, path: path/to/data-2}]}}]}}
  - {name: p$1-map-mode, projected: {sources: [{$2: {name: $4, items: [{key: data-2, path: path/to/data-2, mode: 0400}]}}]}}
  - {name: p$1-again, projected: {sources: [{$2: {name: $4}}]}}
YAML
}
items='[{path: name, fieldRef: {fieldPath: metadata.name}}, {path: labels, fieldRef: {fieldPath: metadata.labels}}, {path: annotations, fieldRef: {fieldPath: metadata.annotations}},
      {path: moded, mode: 0400, fieldRef: {fieldPath: metadata.name}},
      {path: cpu-limit, resourceFieldRef: {containerName: c, resource: limits.cpu, divisor: 1m}}, {path: memory-limit, resourceFieldRef: {containerName: c, resource: limits.memory}},
      {path: cpu-request, resourceFieldRef: {containerName: c, resource: requests.cpu, divisor: 1m}}, {path: memory-request, resourceFieldRef: {containerName: c, resource: requests.memory}}]'
mounts() { # VOLUME...
  local name
  printf '['
  for name in "$@"; do printf '{name: %s, mountPath: /v/%s}, ' "$name" "$name"; done
  printf ']'
}
sources='cm cm-mode cm-map cm-map-mode cm-again pcm pcm-mode pcm-map pcm-map-mode pcm-again s s-mode s-map s-map-mode s-again ps ps-mode ps-map ps-map-mode ps-again'
down='d d-mode pd pd-mode'
# shellcheck disable=SC2016,SC2086
{
  for who in root other; do
    cat <<YAML
apiVersion: v1
kind: Pod
metadata: {name: $who, labels: {one: "1"}, annotations: {builder: bar}}
spec:
  restartPolicy: Never
$([ $who = other ] && echo '  securityContext: {runAsUser: 1000, fsGroup: 1001}')
  containers:
  - name: c
    image: $image
    resources: {requests: {cpu: 250m, memory: 32Mi}, limits: {cpu: 1250m, memory: 64Mi}}
    command: [sh, -c, 'cd /v; umask 0; for f in \$(find -L . -type f ! -path "*/..*" | sort); do echo "\$f \$(stat -L -c "%a %u:%g" \$f) \$(head -n 1 \$f | od -An -c | tr -d " \\n")"; done;
      for d in disk memory; do echo "\$d \$(stat -c %a \$d) \$(awk -v d=/v/\$d "\\\$2 == d { print \\\$3 }" /proc/mounts)"; for m in 0644 0666 0777; do echo new >\$d/\$m; chmod \$m \$d/\$m; echo "\$d \$m \$(stat -c %a:%u \$d/\$m) \$(cat \$d/\$m)"; done; done']
    volumeMounts: $(mounts $sources $down all disk memory)
  volumes:
$(source_volumes cm configMap name map)
$(source_volumes s secret secretName secret | sed 's/projected: {\(.*\)secret: {name/projected: {\1secret: {name/')
  - {name: d, downwardAPI: {items: $items}}
  - {name: d-mode, downwardAPI: {defaultMode: 0400, items: [{path: name, fieldRef: {fieldPath: metadata.name}}]}}
  - {name: pd, projected: {sources: [{downwardAPI: {items: $items}}]}}
  - {name: pd-mode, projected: {defaultMode: 0400, sources: [{downwardAPI: {items: [{path: name, fieldRef: {fieldPath: metadata.name}}]}}]}}
  - {name: all, projected: {sources: [{secret: {name: secret, items: [{key: data-1, path: secret}]}}, {configMap: {name: map, items: [{key: data-1, path: map}]}}, {downwardAPI: {items: [{path: name, fieldRef: {fieldPath: metadata.name}}]}}]}}
  - {name: disk, emptyDir: {}}
  - {name: memory, emptyDir: {medium: Memory}}
---
YAML
  done
  cat <<YAML
apiVersion: v1
kind: Pod
metadata: {name: unlimited}
spec:
  restartPolicy: Never
  containers: [{name: c, image: $image, command: [sh, -c, 'echo plain \$(cat /v/d/cpu-limit) \$(cat /v/d/memory-limit); echo projected \$(cat /v/pd/cpu-limit) \$(cat /v/pd/memory-limit)'], volumeMounts: $(mounts d pd)}]
  volumes:
  - {name: d, downwardAPI: {items: $items}}
  - {name: pd, projected: {sources: [{downwardAPI: {items: $items}}]}}
---
apiVersion: v1
kind: Pod
metadata: {name: shared}
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: 0
  containers:
  - {name: reader, image: $image, command: [sleep, "3600"], volumeMounts: [{name: v, mountPath: /v}]}
  - {name: writer, image: $image, command: [sh, -c, 'echo from the other >/v/file; sleep 3600'], volumeMounts: [{name: v, mountPath: /v}]}
  volumes: [{name: v, emptyDir: {}}]
---
apiVersion: v1
kind: Pod
metadata: {name: wrapped}
spec:
  restartPolicy: Never
  containers: [{name: c, image: $image, command: [sh, -c, 'cat /v/s/data-1 /v/cm/data-1'], volumeMounts: $(mounts s cm)}]
  volumes: [{name: s, secret: {secretName: secret}}, {name: cm, configMap: {name: map}}]
---
apiVersion: v1
kind: Pod
metadata: {name: follows, labels: {key: value1}, annotations: {builder: bar}}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: c, image: $image, command: [sleep, "3600"], volumeMounts: $(mounts live plive goes pgoes comes pcomes sgoes psgoes scomes pscomes d pd)}]
  volumes:
  - {name: live, configMap: {name: live}}
  - {name: plive, projected: {sources: [{configMap: {name: live}}]}}
  - {name: goes, configMap: {name: goes, optional: true}}
  - {name: pgoes, projected: {sources: [{configMap: {name: goes, optional: true}}]}}
  - {name: comes, configMap: {name: comes, optional: true}}
  - {name: pcomes, projected: {sources: [{configMap: {name: comes, optional: true}}]}}
  - {name: sgoes, secret: {secretName: goes, optional: true}}
  - {name: psgoes, projected: {sources: [{secret: {name: goes, optional: true}}]}}
  - {name: scomes, secret: {secretName: comes, optional: true}}
  - {name: pscomes, projected: {sources: [{secret: {name: comes, optional: true}}]}}
  - {name: d, downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}, {path: annotations, fieldRef: {fieldPath: metadata.annotations}}]}}
  - {name: pd, projected: {sources: [{downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}, {path: annotations, fieldRef: {fieldPath: metadata.annotations}}]}}]}}
---
apiVersion: v1
kind: Pod
metadata: {name: subpaths}
spec:
  restartPolicy: Never
  containers:
  - name: c
    image: $image
    command: [sh, -c, 'echo map \$(cat /in/map/data-1); echo over \$(cat /etc/passwd); echo secret \$(cat /in/secret/data-1); echo down \$(cat /in/down/name); echo projected \$(cat /in/projected/data-1)']
    volumeMounts:
    - {name: cm, mountPath: /in/map/data-1, subPath: data-1}
    - {name: cm, mountPath: /etc/passwd, subPath: data-1}
    - {name: s, mountPath: /in/secret/data-1, subPath: data-1}
    - {name: d, mountPath: /in/down/name, subPath: downward/name}
    - {name: pcm, mountPath: /in/projected/data-1, subPath: data-1}
  volumes:
  - {name: cm, configMap: {name: map}}
  - {name: s, secret: {secretName: secret}}
  - {name: d, downwardAPI: {items: [{path: downward/name, fieldRef: {fieldPath: metadata.name}}]}}
  - {name: pcm, projected: {sources: [{configMap: {name: map}}]}}
YAML
} | sed -E '/^  - \{name: ps?[a-z-]*, projected/s/secretName/name/g' >"$work/volumes.yml"
v create configmap live --from-literal=data-1=value-1 >/dev/null
v create configmap goes --from-literal=data-1=value-1 >/dev/null
v create secret generic goes --from-literal=data-1=value-1 >/dev/null
ok "pods with every volume of configuration" v apply -f "$work/volumes.yml"
ended() { outputs '^Succeeded$' v get pod "$1" -o 'jsonpath={.status.phase}'; }
for pod in root other unlimited wrapped subpaths; do within 60 "pod $pod has looked at its volumes" ended $pod; done
seen=$(v logs root)
value='value-1'
for source in "cm:ConfigMap" "pcm:projected ConfigMap" "s:Secret" "ps:projected Secret"; do
  name=${source%%:*} what=${source#*:}
  ok "$what: its keys are files" like "$seen" "^./$name/data-1 644 0:0 $value\$"
  ok "$what: the default mode" like "$seen" "^./$name-mode/data-1 400 0:0 $value\$"
  ok "$what: mapped to paths" like "$seen" '^./'"$name"'-map/path/to/data-2 644 0:0 value-2$'
  ok "$what: mapped with a mode" like "$seen" '^./'"$name"'-map-mode/path/to/data-2 400 0:0 value-2$'
  ok "$what: in several volumes of a pod" like "$seen" "^./$name-again/data-1 644 0:0 $value\$"
done
ok "ConfigMap: binary data" like "$seen" '^./cm/dump.bin 644 0:0 336312312376$'
for source in "d:downward API" "pd:projected downward API"; do
  name=${source%%:*} what=${source#*:}
  ok "$what: the pod's name" like "$seen" "^./$name/name 644 0:0 root\$"
  ok "$what: the default mode" like "$seen" "^./$name-mode/name 400 0:0 root\$"
  ok "$what: an item's mode" like "$seen" "^./$name/moded 400 0:0 root\$"
  ok "$what: the CPU limit" like "$seen" "^./$name/cpu-limit 644 0:0 1250\$"
  ok "$what: the CPU request" like "$seen" "^./$name/cpu-request 644 0:0 250\$"
  ok "$what: the memory limit" like "$seen" "^./$name/memory-limit 644 0:0 67108864\$"
  ok "$what: the memory request" like "$seen" "^./$name/memory-request 644 0:0 33554432\$"
done
projected() { like "$seen" '^./all/secret 644 0:0 value-1$' && like "$seen" '^./all/map 644 0:0 value-1$' && like "$seen" '^./all/name 644 0:0 root$'; }
ok "projected: all that can be, in one volume" projected
ok "emptyDir: the mode on disk" like "$seen" '^disk 777 '
ok "emptyDir: the mode in memory" like "$seen" '^memory 1?777 tmpfs$'
for mode in 0644 0666 0777; do
  ok "emptyDir: root writes $mode on disk" like "$seen" "^disk $mode ${mode#0}:0 new\$"
  ok "emptyDir: root writes $mode in memory" like "$seen" "^memory $mode ${mode#0}:0 new\$"
done
seen=$(v logs other)
for mode in 0644 0666 0777; do
  ok "emptyDir: another user writes $mode on disk" like "$seen" "^disk $mode ${mode#0}:1000 new\$"
  ok "emptyDir: another user writes $mode in memory" like "$seen" "^memory $mode ${mode#0}:1000 new\$"
done
for source in "cm:ConfigMap" "pcm:projected ConfigMap"; do
  name=${source%%:*} what=${source#*:}
  ok "$what: read by another user" like "$seen" "^./$name/data-1 644 0:1001 $value\$"
  ok "$what: mapped, read by another user" like "$seen" '^./'"$name"'-map/path/to/data-2 644 0:1001 value-2$'
done
ok "Secret: another user's group reads it in spite of its mode" like "$seen" "^./s-mode/data-1 440 0:1001 $value\$"
ok "projected Secret: another user's group reads it in spite of its mode" like "$seen" "^./ps-mode/data-1 440 0:1001 $value\$"
node_of() { v get pod unlimited -o 'jsonpath={.spec.nodeName}'; }
cores=$(k get node "$(node_of)" -o 'jsonpath={.status.allocatable.cpu}')
kibibytes=$(k get node "$(node_of)" -o 'jsonpath={.status.allocatable.memory}')
allocatable=$((${cores%m} * ($([[ $cores = *m ]] && echo 1 || echo 1000)))) bytes=$((${kibibytes%Ki} * 1024))
seen=$(v logs unlimited)
ok "downward API: the node's CPU where there is no limit" like "$seen" "^plain $allocatable "
ok "downward API: the node's memory where there is no limit" like "$seen" "^plain [0-9]+ $bytes\$"
ok "projected downward API: the node's CPU where there is no limit" like "$seen" "^projected $allocatable "
ok "projected downward API: the node's memory where there is no limit" like "$seen" "^projected [0-9]+ $bytes\$"
ok "Secret and ConfigMap side by side" outputs '^value-1value-1$' v logs wrapped
seen=$(v logs subpaths)
ok "sub-path: of a ConfigMap" like "$seen" '^map value-1$'
ok "sub-path: of a ConfigMap over a file of the image" like "$seen" '^over value-1$'
ok "sub-path: of a Secret" like "$seen" '^secret value-1$'
ok "sub-path: of the downward API" like "$seen" '^down subpaths$'
ok "sub-path: of a projection" like "$seen" '^projected value-1$'
ok "Secret: another namespace's of the same name is another" like "$(v logs root)" '^./s/data-1 644 0:0 value-1$'
within 20 "emptyDir: is shared by a pod's containers" outputs '^from the other$' v exec shared -c reader -- cat /v/file

# What is written later comes to the files.
within 40 "the pod that follows runs" outputs '^Running$' v get pod follows -o 'jsonpath={.status.phase}'
v patch configmap live --type merge -p '{"data":{"data-1":"value-2"}}' >/dev/null
v delete configmap goes >/dev/null
v delete secret goes >/dev/null
v create configmap comes --from-literal=data-1=came >/dev/null
v create secret generic comes --from-literal=data-1=came >/dev/null
v label pod follows key=value2 --overwrite >/dev/null
v annotate pod follows builder=foo --overwrite >/dev/null
reads() { outputs "$2" v exec follows -- cat "/v/$1"; }
absent() { v exec follows -- test ! -e "/v/$1"; }
within 90 "ConfigMap: its update is seen" reads live/data-1 '^value-2$'
within 30 "projected ConfigMap: its update is seen" reads plive/data-1 '^value-2$'
optional() { absent "${1}goes/data-1" && reads "${1}comes/data-1" '^came$'; }
within 90 "ConfigMap: optional ones come and go" optional ''
within 30 "projected ConfigMap: optional ones come and go" optional p
within 30 "Secret: optional ones come and go" optional s
within 30 "projected Secret: optional ones come and go" optional ps
within 90 "downward API: labels are followed" reads d/labels '^key="value2"$'
within 30 "downward API: annotations are followed" reads d/annotations '^builder="foo"$'
within 30 "projected downward API: labels are followed" reads pd/labels '^key="value2"$'
within 30 "projected downward API: annotations are followed" reads pd/annotations '^builder="foo"$'
immutable() { # KIND DATA OTHER
  v create "$@" >/dev/null || return 1
  local kind=$1 name=sealed
  v patch "$kind" $name --type merge -p '{"data":{"a":"Yg=="}}' >/dev/null && v patch "$kind" $name --type merge -p '{"immutable":true}' >/dev/null || return 1
  ! v patch "$kind" $name --type merge -p '{"data":{"a":"Yw=="}}' >/dev/null 2>&1 && ! v patch "$kind" $name --type merge -p '{"immutable":false}' >/dev/null 2>&1 &&
    v annotate "$kind" $name note=here >/dev/null && v delete "$kind" $name >/dev/null
}
ok "ConfigMap: immutable" immutable configmap sealed
ok "Secret: immutable" immutable secret generic sealed
fifty() { # TEXT: one for each of fifty ConfigMaps, N being its number
  for n in $(seq 50); do printf '%s' "${1//N/$n}"; done
}
# Every pod mounts all of them, and five are made at once.
fifty '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"racing-N"},"data":{"data-1":"value-N"}}
' | v create -f - >/dev/null
cat <<YAML | v create -f - >/dev/null
apiVersion: apps/v1
kind: Deployment
metadata: {name: racing}
spec:
  replicas: 5
  selector: {matchLabels: {app: racing}}
  template:
    metadata: {labels: {app: racing}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - {name: c, image: $image, command: [sleep, "3600"], volumeMounts: [$(fifty '{name: m-N, mountPath: /m/N},')]}
      volumes: [$(fifty '{name: m-N, configMap: {name: racing-N}},')]
YAML
within 120 "five pods with fifty ConfigMaps each run" outputs '^5$' v get deployment racing -o 'jsonpath={.status.readyReplicas}'
all_fifty() {
  local pod
  for pod in $(v get pods -l app=racing -o name); do
    [ "$(v exec "$pod" -- sh -c 'for file in /m/*/data-1; do cat $file; echo; done' | sort -u | wc -l)" = 50 ] || { echo "$pod has not all"; return 1; }
  done
}
ok "each has all of them" all_fifty
k delete namespace $ns $ns-other --wait=false >/dev/null

# Pods as their containers see themselves: environment, commands, identities, hooks, probes, init containers, messages of an end.
# Sourced by run.sh.
ns=pods
k create namespace $ns >/dev/null
p() { k -n $ns "$@"; }
within 20 "the account of the pods' namespace is there" p get serviceaccount default
p create configmap map --from-literal=data_1=value-1 --from-literal=data_2=value-2 >/dev/null
p create secret generic secret --from-literal=data_1=value-1 --from-literal=data_2=value-2 >/dev/null

# one NAME SCRIPT [POD SPEC] [CONTAINER SPEC] [METADATA]: a pod of one container that runs once; the specs are YAML flow, each with a comma at its end.
one() {
  cat <<YAML
apiVersion: v1
kind: Pod
metadata: {name: $1, ${5:-}}
spec: {restartPolicy: Never, terminationGracePeriodSeconds: 0, ${3:-} containers: [{name: c, image: '$image', ${4:-} command: [sh, -c, '$2']}]}
---
YAML
}
bare() { # NAME CONTAINER SPEC: as the image has it
  printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\nspec: {restartPolicy: Never, containers: [{name: c, image: "%s"%s}]}\n---\n' "$1" "$image" "${2:-}"
}
field() { printf '{name: %s, valueFrom: {fieldRef: {fieldPath: %s}}}, ' "$1" "$2"; }
resource() { printf '{name: %s, valueFrom: {resourceFieldRef: {resource: %s, divisor: %s}}}, ' "$1" "$2" "${3:-1}"; }
resources="$(resource CPU_LIMIT limits.cpu 1m)$(resource MEMORY_LIMIT limits.memory)$(resource CPU_REQUEST requests.cpu 1m)$(resource MEMORY_REQUEST requests.memory)"
fails_init='initContainers: [{name: i, image: "'$image'", command: ["false"]}, {name: j, image: "'$image'", command: ["true"]}],'
good_init='initContainers: [{name: i, image: "'$image'", command: [sh, -c, "echo 1 >/w/i"], volumeMounts: [{name: w, mountPath: /w}]}, {name: j, image: "'$image'", command: [sh, -c, "cat /w/i && echo 2 >/w/j"], volumeMounts: [{name: w, mountPath: /w}]}], volumes: [{name: w, emptyDir: {}}],'
message() { one "$1" "$2" "${4:-}" "terminationMessagePolicy: FallbackToLogsOnError, terminationMessagePath: /dev/termination-log, ${3:-}"; }
{
  one env-map 'echo $DATA $p_data_1 $data_2' '' 'env: [{name: DATA, valueFrom: {configMapKeyRef: {name: map, key: data_1}}}], envFrom: [{prefix: p_, configMapRef: {name: map}}, {configMapRef: {name: map}}],'
  one env-secret 'echo $DATA $p_data_1 $data_2' '' 'env: [{name: DATA, valueFrom: {secretKeyRef: {name: secret, key: data_1}}}], envFrom: [{prefix: p_, secretRef: {name: secret}}, {secretRef: {name: secret}}],'
  one env-down 'echo names $NAME $NAMESPACE; echo $IP is the address; echo $HOST $HOSTS is the host; echo uid $POD_UID' '' \
    "env: [$(field NAME metadata.name)$(field NAMESPACE metadata.namespace)$(field IP status.podIP)$(field HOST status.hostIP)$(field HOSTS status.hostIPs)$(field POD_UID metadata.uid)],"
  one env-limits 'echo $CPU_LIMIT $MEMORY_LIMIT $CPU_REQUEST $MEMORY_REQUEST' '' "resources: {requests: {cpu: 250m, memory: 32Mi}, limits: {cpu: 1250m, memory: 64Mi}}, env: [$resources],"
  one env-default 'echo $CPU_LIMIT $MEMORY_LIMIT' '' "env: [$resources],"
  one env-service 'env' '' '' 'labels: {a: b}'
  one composed 'echo $C' '' 'env: [{name: A, value: a}, {name: B, value: b}, {name: C, value: "$(A);;$(B)"}],'
  bare args ', env: [{name: V, value: "said by args"}], args: [sh, -c, "echo $(V)"]'
  bare commanded ', env: [{name: V, value: "said by command"}], command: [sh, -c, "echo $(V)"]'
  bare both ', command: [echo], args: [override, arguments]'
  bare defaults
  one reads-only 'touch /file || echo refused' '' 'securityContext: {readOnlyRootFilesystem: true},'
  one writes 'touch /file && echo written' '' 'securityContext: {readOnlyRootFilesystem: false},'
  one nobody 'id -u' '' 'securityContext: {runAsUser: 65534},'
  one whole 'echo $(id -u) $(id -g)' 'securityContext: {runAsUser: 1001, runAsGroup: 2002},'
  one part 'echo $(id -u) $(id -g)' 'securityContext: {runAsUser: 1, runAsGroup: 2},' 'securityContext: {runAsUser: 1001, runAsGroup: 2002},'
  one unprivileged 'ip link add dummy1 type dummy || echo refused' '' 'securityContext: {privileged: false},'
  one no-escalation 'grep NoNewPrivs /proc/self/status' '' 'securityContext: {runAsUser: 1000, allowPrivilegeEscalation: false},'
  for pod in users users-too; do one $pod 'cat /proc/self/uid_map; echo $(id -u) $(stat -c %u /etc/hosts /v /m/data_1 /i/bin); echo x >/v/x; echo $(stat -c %u:%g /v/x); mount -t tmpfs x /tmp && echo mounted' \
    "hostUsers: false, nodeName: node-a, volumes: [{name: w, emptyDir: {}}, {name: m, configMap: {name: map}}, {name: i, image: {reference: '$image'}}]," \
    'securityContext: {capabilities: {add: [SYS_ADMIN]}}, volumeMounts: [{name: w, mountPath: /v}, {name: m, mountPath: /m}, {name: i, mountPath: /i}],'; done
  one aliases 'cat /etc/hosts' 'hostAliases: [{ip: 123.45.67.89, hostnames: [foo, bar]}],'
  one hosts 'head -n 1 /etc/hosts'
  one own-hosts 'head -n 1 /etc/hosts' '' 'volumeMounts: [{name: w, mountPath: /etc/hosts, subPath: data_1}],' | sed 's/restartPolicy: Never,/restartPolicy: Never, volumes: [{name: w, configMap: {name: map}}],/'
  one node-hosts 'head -n 1 /etc/hosts' 'hostNetwork: true,'
  one fails 'exit 3'
  message message-file 'printf OK >/dev/termination-log'
  message message-log 'printf DONE; exit 1'
  message message-none 'echo not told'
  one message-other 'printf DONE >/dev/termination-custom-log' '' 'terminationMessagePath: /dev/termination-custom-log, securityContext: {runAsUser: 1000},'
  one init-once 'cat /w/j' "$good_init" 'volumeMounts: [{name: w, mountPath: /w}],'
  one init-fails true "$fails_init"
  one init-goes-on 'sleep 3600' "$good_init" | sed 's/restartPolicy: Never/restartPolicy: Always/'
  one init-repeats 'sleep 3600' "$fails_init" | sed 's/restartPolicy: Never/restartPolicy: Always/'
  one expanded 'echo expanded >/v/f; cat /all/$NAME/f' 'volumes: [{name: w, emptyDir: {}}],' \
    "env: [$(field NAME metadata.name)], volumeMounts: [{name: w, mountPath: /v, subPathExpr: \$(NAME)}, {name: w, mountPath: /all}],"
  one backticks true 'volumes: [{name: w, emptyDir: {}}],' "env: [{name: NAME, value: \"..\"}], volumeMounts: [{name: w, mountPath: /v, subPathExpr: \$(NAME)}],"
  one absolute true 'volumes: [{name: w, emptyDir: {}}],' "env: [{name: NAME, value: /absolute}], volumeMounts: [{name: w, mountPath: /v, subPathExpr: \$(NAME)}],"
  one expands-later 'sleep 3600' 'volumes: [{name: w, emptyDir: {}}],' "env: [$(field NAME "\"metadata.annotations['mysubpath']\"")], volumeMounts: [{name: w, mountPath: /v, subPathExpr: \$(NAME)/x}]," 'annotations: {mysubpath: /wrong}'
  one token 'd=/var/run/secrets/kubernetes.io/serviceaccount; cat $d/namespace; echo; head -n 1 $d/ca.crt; cut -d. -f1 $d/token | cut -c1-6; wc -c </p/tok' \
    'volumes: [{name: t, projected: {sources: [{serviceAccountToken: {path: tok, expirationSeconds: 600, audience: x}}]}}],' 'volumeMounts: [{name: t, mountPath: /p}],'
  for policy in Always OnFailure Never; do one "exits-$(tr A-Z a-z <<<$policy)" 'f=/w/n; n=$(cat $f 2>/dev/null || echo 0); echo $((n + 1)) >$f; [ $n -ge 1 ] && exit 0; exit 1' 'volumes: [{name: w, emptyDir: {}}],' 'volumeMounts: [{name: w, mountPath: /w}],' | sed "s/restartPolicy: Never/restartPolicy: $policy/"; done
  # Probes: what they ask stays well, or ends after a while.
  web='mkdir /w; echo ok >/w/healthz; httpd -f -p 8080 -h /w'
  one well-http "$web" '' 'livenessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 1, failureThreshold: 1, initialDelaySeconds: 3},'
  one well-tcp "$web" '' 'livenessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1, failureThreshold: 1, initialDelaySeconds: 3},'
  one well-exec 'touch /tmp/health; sleep 3600' '' 'livenessProbe: {exec: {command: [cat, /tmp/health]}, periodSeconds: 1, failureThreshold: 1, initialDelaySeconds: 2},'
  one ill-http "(sleep 6; rm /w/healthz) & $web" '' 'livenessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 1, failureThreshold: 1, initialDelaySeconds: 3},' | sed 's/restartPolicy: Never/restartPolicy: Always/'
  one ill-exec 'touch /tmp/health; sleep 5; rm -f /tmp/health; sleep 3600' '' 'livenessProbe: {exec: {command: [cat, /tmp/health]}, periodSeconds: 1, failureThreshold: 1, initialDelaySeconds: 3},' | sed 's/restartPolicy: Never/restartPolicy: Always/'
  one ill-again 'exit 1' | sed 's/restartPolicy: Never/restartPolicy: Always/'
  one ready-later "$web" '' 'readinessProbe: {httpGet: {path: /healthz, port: 8080}, initialDelaySeconds: 6, periodSeconds: 1},'
  one never-ready 'sleep 3600' '' 'readinessProbe: {exec: {command: ["false"]}, periodSeconds: 1, initialDelaySeconds: 1},'
  one recorder 'httpd -f -vv -p 8080' | sed 's/restartPolicy: Never/restartPolicy: Always/'
} >"$work/pods.yml"
p expose pod env-service --name=fooservice --port=8765 --dry-run=client -o yaml >/dev/null 2>&1
p create service clusterip fooservice --tcp=8765:8080 >/dev/null
began=$SECONDS
ok "pods of every kind of container" p apply -f "$work/pods.yml"
says() { outputs "$2" p logs "$1"; } # of pod NAME
within 60 "environment: of a ConfigMap, whole, by key and with a prefix" says env-map '^value-1 value-1 value-2$'
within 30 "environment: of a Secret, whole, by key and with a prefix" says env-secret '^value-1 value-1 value-2$'
within 30 "environment: the pod's name and namespace" says env-down "^names env-down $ns\$"
within 10 "environment: the pod's address" says env-down "^$(p get pod env-down -o 'jsonpath={.status.podIP}') is the address\$"
host=$(p get pod env-down -o 'jsonpath={.status.hostIP}')
within 10 "environment: its host's addresses" says env-down "^$host $host is the host\$"
within 10 "environment: the pod's UID" says env-down "^uid $(p get pod env-down -o 'jsonpath={.metadata.uid}')\$"
users_mapped() { says users '^ *0 +[1-9][0-9]{4,} +65536$' && says users '^0 0 0 0 0$' && says users '^0:0$' && says users '^mounted$'; }
within 30 "users: a pod has some of its own, whose root owns its image and volumes" users_mapped || p describe pod users | tail -5
users_differ() { says users-too '65536$' && [ "$(p logs users | head -n 1)" != "$(p logs users-too | head -n 1)" ]; }
within 10 "users: no two pods have the same" users_differ
ok "users: the node says that it can" outputs '^true$' k get nodes -o 'jsonpath={.items[0].status.runtimeHandlers[0].features.userNamespaces}'
within 30 "environment: limits and requests" says env-limits '^1250 67108864 250 33554432$'
within 30 "environment: what the node has where there is no limit" says env-default '^[1-9][0-9]* [1-9][0-9]{8,}$'
within 30 "environment: Services that are there" says env-service '^FOOSERVICE_SERVICE_PORT=8765$'
within 30 "expansion: of variables in variables" says composed '^a;;b$'
within 30 "expansion: in arguments" says args '^said by args$'
within 30 "expansion: in a command" says commanded '^said by command$'
within 30 "container: command and arguments of the pod's own" says both '^override arguments$'
phase() { outputs "^$2\$" p get pod "$1" -o 'jsonpath={.status.phase}'; }
within 30 "container: the image's own command" phase defaults Succeeded
within 30 "container: a root that is read only" says reads-only '^refused$'
within 30 "container: a root that is written" says writes '^written$'
within 30 "container: another user" says nobody '^65534$'
within 30 "container: user and group of the pod" says whole '^1001 2002$'
within 30 "container: user and group of the container" says part '^1001 2002$'
within 30 "container: without privileges" says unprivileged '^refused$'
within 30 "container: without more privileges than it has" says no-escalation '^NoNewPrivs:\s*1$'
within 30 "hosts: aliases" says aliases '^123.45.67.89\s+foo\s+bar$'
hosts_file() { says hosts '^# Kubernetes-managed hosts file' && says own-hosts '^value-1$' && fails says node-hosts 'Kubernetes-managed hosts file\.$'; }
within 30 "hosts: the kubelet's file, one's own, the node's" hosts_file
ended() { outputs "$2" p get pod "$1" -o 'jsonpath={.status.containerStatuses[0].state.terminated.exitCode} {.status.containerStatuses[0].state.terminated.reason} {.status.containerStatuses[0].state.terminated.message}'; }
within 30 "end: why a command failed" ended fails '^3 Error '
ok "end: what failed is deleted" p delete pod fails --timeout=20s
within 30 "end: a message in its file" ended message-file '^0 Completed OK$'
within 30 "end: a message from the log" ended message-log '^1 Error DONE$'
within 30 "end: no message of a success" ended message-none '^0 Completed $'
within 30 "end: a message in another file, of another user" ended message-other '^0 Completed DONE$'
expected() { outputs '^Failed 0$' exit_of exits-never && outputs '^Succeeded 1$' exit_of exits-onfailure && outputs '^Running [2-9]$' exit_of exits-always; }
exit_of() { p get pod "$1" -o 'jsonpath={.status.phase} {.status.containerStatuses[0].restartCount}'; }
within 60 "end: restarts, phase and state as the policy says" expected
within 30 "init: containers run in turn before a pod that ends" says init-once '^2$'
init_failed() { phase init-fails Failed && outputs 'PodInitializing|Waiting' p get pod init-fails -o 'jsonpath={.status.containerStatuses[0].state}' && outputs '^False$' p get pod init-fails -o 'jsonpath={.status.conditions[?(@.type=="Initialized")].status}'; }
within 30 "init: its failure fails the pod" init_failed
within 30 "init: containers run in turn before a pod that goes on" outputs '^true true True$' p get pod init-goes-on -o 'jsonpath={.status.initContainerStatuses[0].ready} {.status.containerStatuses[0].started} {.status.conditions[?(@.type=="Initialized")].status}'
repeated() { outputs '^Pending [2-9]$' p get pod init-repeats -o 'jsonpath={.status.phase} {.status.initContainerStatuses[0].restartCount}' && outputs '^$|^0$' p get pod init-repeats -o 'jsonpath={.status.initContainerStatuses[1].restartCount}'; }
within 90 "init: its failure is tried again, the pod waits" repeated
within 30 "expansion: in a sub-path" says expanded '^expanded$'
config_error() { outputs 'CreateContainerConfigError|CreateContainerError' p get pod "$1" -o 'jsonpath={.status.containerStatuses[0].state.waiting.reason}'; }
within 30 "expansion: a sub-path that leads out is refused" config_error backticks
within 30 "expansion: a sub-path that is absolute is refused" config_error absolute
within 30 "expansion: a sub-path that can't be waits" config_error expands-later
p annotate pod expands-later mysubpath=mypath --overwrite >/dev/null
within 60 "expansion: a sub-path is mended by its annotation" phase expands-later Running
token_there() { says token "^$ns\$" && says token '^-----BEGIN CERTIFICATE-----$' && says token '^eyJhbG$' && says token '^[1-9][0-9]{2,}$'; }
within 30 "account: token, authority and namespace are mounted" token_there

record() { # HOOK NAME SPEC: a pod whose hook tells the recorder
  one "$2" 'sleep 3600' '' "lifecycle: {$1: $3}," | sed 's/restartPolicy: Never, terminationGracePeriodSeconds: 0/restartPolicy: Always, terminationGracePeriodSeconds: 5/' | p apply -f - >/dev/null
}
within 30 "hooks: the recorder runs" phase recorder Running
recorder=$(p get pod recorder -o 'jsonpath={.status.podIP}')
record postStart post-exec "{exec: {command: [sh, -c, 'wget -qO- http://$recorder:8080/post-exec; true']}}"
record postStart post-http "{httpGet: {path: /post-http, host: $recorder, port: 8080}}"
record preStop pre-exec "{exec: {command: [sh, -c, 'wget -qO- http://$recorder:8080/pre-exec; true']}}"
record preStop pre-http "{httpGet: {path: /pre-http, host: $recorder, port: 8080}}"
recorded() { outputs "url:/$1" p logs recorder; }
within 30 "hooks: a command after the start" recorded post-exec
within 30 "hooks: a request after the start" recorded post-http
for pod in pre-exec pre-http; do within 30 "hooks: $pod runs" phase $pod Running; done
p delete pod pre-exec pre-http --wait=false >/dev/null
within 30 "hooks: a command before the end" recorded pre-exec
within 30 "hooks: a request before the end" recorded pre-http

restarts() { p get pod "$1" -o 'jsonpath={.status.containerStatuses[0].restartCount}'; }
more_than() { [ "$(restarts "$1")" -ge "$2" ]; }
within 60 "probes: an ill page restarts" more_than ill-http 1
within 60 "probes: an ill command restarts" more_than ill-exec 1
within 90 "probes: restarts are counted" more_than ill-again 3
calm() { [ "$(restarts "$1")" = 0 ] && phase "$1" Running; }
# They have run for the times of the checks before, with a probe a second.
ok "probes: a page that is well does not restart" calm well-http
ok "probes: a port that is open does not restart" calm well-tcp
ok "probes: a command that is well does not restart" calm well-exec
late() { # ready, and not before its delay
  local times
  times=$(p get pod ready-later -o 'jsonpath={.status.containerStatuses[0].state.running.startedAt} {.status.conditions[?(@.type=="Ready")].lastTransitionTime} {.status.conditions[?(@.type=="Ready")].status}')
  [ "${times##* }" = True ] && [ $(($(date -d "$(cut -d' ' -f2 <<<"$times")" +%s) - $(date -d "${times%% *}" +%s))) -ge 5 ] && [ "$(restarts ready-later)" = 0 ]
}
within 30 "probes: not ready before the delay" late
unready() { [ "$(restarts never-ready)" = 0 ] && outputs '^False$' p get pod never-ready -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'; }
ok "probes: never ready, and never restarted" unready
k delete namespace $ns --wait=false >/dev/null

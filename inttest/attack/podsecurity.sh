# Pods that ask for the host in namespaces whose labels forbid it: refused with upstream's words, whoever makes them, and by
# whatever way; nothing of them starts.
ps_manifest() { # NAMESPACE NAME FIELDS-OF-CONTAINER FIELDS-OF-SPEC
  printf '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s","namespace":"%s"},"spec":{"terminationGracePeriodSeconds":0,"containers":[{"name":"c","image":"%s","command":["sleep","600"]%s}]%s}}' \
    "$2" "$1" "$image" "${3:-}" "${4:-}"
}
ps_apply() { ps_manifest "$@" | k apply -f - 2>&1; }
ps_refused() { # PATTERN NAMESPACE NAME ...
  local pattern=$1 out
  shift
  out=$(ps_apply "$@") && { echo "admitted: $out"; return 1; }
  like "$out" "$pattern"
}
ps_admitted() { ps_apply "$@"; }
good=',"securityContext":{"allowPrivilegeEscalation":false,"runAsNonRoot":true,"runAsUser":1000,"capabilities":{"drop":["ALL"]},"seccompProfile":{"type":"RuntimeDefault"}}'

ok "namespaces for the standards" k create -f - <<'YAML'
apiVersion: v1
kind: Namespace
metadata: {name: ps-baseline, labels: {pod-security.kubernetes.io/enforce: baseline, pod-security.kubernetes.io/warn: restricted}}
---
apiVersion: v1
kind: Namespace
metadata: {name: ps-restricted, labels: {pod-security.kubernetes.io/enforce: restricted}}
---
apiVersion: v1
kind: Namespace
metadata: {name: ps-free}
YAML
ok "baseline: privileged" ps_refused 'violates PodSecurity "baseline:latest": privileged \(container "c" must not set securityContext.privileged=true\)' \
  ps-baseline p ',"securityContext":{"privileged":true}'
ok "baseline: the host's namespaces" ps_refused 'host namespaces \(hostNetwork=true, hostPID=true, hostIPC=true\)' \
  ps-baseline p '' ',"hostNetwork":true,"hostPID":true,"hostIPC":true'
ok "baseline: the host's files" ps_refused 'hostPath volumes \(volume "v"\)' \
  ps-baseline p '' ',"volumes":[{"name":"v","hostPath":{"path":"/"}}]'
ok "baseline: a port of the host" ps_refused 'hostPort \(container "c" uses hostPort 8080\)' \
  ps-baseline p ',"ports":[{"containerPort":80,"hostPort":8080}]'
ok "baseline: capabilities" ps_refused 'must not include "SYS_ADMIN" in securityContext.capabilities.add' \
  ps-baseline p ',"securityContext":{"capabilities":{"add":["SYS_ADMIN"]}}'
ok "baseline: no seccomp" ps_refused 'must not set securityContext.seccompProfile.type to "Unconfined"' \
  ps-baseline p '' ',"securityContext":{"seccompProfile":{"type":"Unconfined"}}'
ok "baseline: a sysctl of the node" ps_refused 'forbidden sysctls \(kernel.msgmax\)' \
  ps-baseline p '' ',"securityContext":{"sysctls":[{"name":"kernel.msgmax","value":"8192"}]}'
ok "baseline: a probe of another host" ps_refused 'uses probe or lifecycle host "192.168.77.254"' \
  ps-baseline p ',"livenessProbe":{"httpGet":{"port":80,"host":"192.168.77.254"}}'
ok "an unmasked /proc needs users of its own" ps_refused 'hostUsers. must be false to use .Unmasked' \
  ps-free p ',"securityContext":{"procMount":"Unmasked"}'
ok "restricted: a plain pod" ps_refused 'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false \(container "c" must set securityContext.allowPrivilegeEscalation=false\), unrestricted capabilities' \
  ps-restricted p
ok "restricted: root" ps_refused 'runAsUser=0 \(pod must not set runAsUser=0\)' ps-restricted p "$good" ',"securityContext":{"runAsUser":0}'
ok "restricted: a pod that asks for nothing runs" ps_admitted ps-restricted fine "$good"
within 20 "and it does" outputs Running k -n ps-restricted get pod fine
ok "less is asked of Windows' pods" ps_admitted ps-restricted windows ',"securityContext":{"runAsNonRoot":true}' ',"os":{"name":"windows"}'
within 20 "and none of them runs here" outputs '^Failed PodOSNotSupported$' \
  k -n ps-restricted get pod windows -o 'jsonpath={.status.phase} {.status.reason}'
ok "an ephemeral container is no way round" outputs 'violates PodSecurity "restricted:latest"' \
  k -n ps-restricted debug fine --image="$image" --profile=legacy -- true
ok "a Deployment's author is warned" outputs 'Warning: would violate PodSecurity "restricted:latest": allowPrivilegeEscalation' \
  k -n ps-baseline create deployment warned --image="$image" --replicas=0
ok "a Deployment's pods are refused" k apply -f - <<YAML
apiVersion: apps/v1
kind: Deployment
metadata: {name: root, namespace: ps-baseline}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec: {hostPID: true, containers: [{name: c, image: $image}]}
YAML
within 20 "and its status says so" outputs 'violates PodSecurity "baseline:latest": host namespaces' \
  k -n ps-baseline get deployment root -o 'jsonpath={.status.conditions[*].message}'
ok "none of them exists" [ "$(k -n ps-baseline get pods --no-headers 2>/dev/null | wc -l)" = 0 ]
ok "a privileged pod where nothing is asked" ps_admitted ps-free loose ',"securityContext":{"privileged":true}'
ok "tightening tells of it" outputs 'existing pods in namespace "ps-free" violate the new PodSecurity enforce level "baseline:latest"' \
  k label ns ps-free pod-security.kubernetes.io/enforce=baseline
ok "a misspelt level is refused" outputs 'must be one of privileged, baseline, restricted' \
  k label --overwrite ns ps-free pod-security.kubernetes.io/enforce=base
ok "the namespaces go" k delete ns ps-baseline ps-restricted ps-free --timeout=50s

# Controllers and the scheduler: what upstream's suites and users' reports found wrong. Sourced by run.sh.
ns=control
k create namespace $ns >/dev/null
kn() { k -n $ns "$@"; }
busybox() { # NAME COMMAND [MORE SPEC] [GRACE]: a pod of one container
  printf '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s"},"spec":{"terminationGracePeriodSeconds":%s,%s
    "containers":[{"name":"c","image":"%s","command":["sh","-c","%s"]}]}}' "$1" "${4:-1}" "${3:-}" "$image" "$2"
}
gone() { ! k get "$@" >/dev/null 2>&1; }

# A namespace ends with its pods first: what they read is there until the last of them is gone.
k create namespace control-end >/dev/null
k -n control-end create configmap kept >/dev/null
busybox slow "trap : TERM; sleep 3600 & wait; sleep 3" "" 20 | k -n control-end apply -f - >/dev/null
within 30 "the pod runs" outputs Running k -n control-end get pod slow
k delete namespace control-end --wait=false >/dev/null
within 10 "what remains is told" outputs 'pods\. has 1 resource instances' \
  k get namespace control-end -o 'jsonpath={.status.conditions[?(@.type=="NamespaceContentRemaining")].message}'
ok "the content outlives the pods" k -n control-end get configmap kept
within 30 "the namespace ends" gone namespace control-end

# Owners that block each other's end.
for name in one two three; do kn create configmap circle-$name >/dev/null; done
uid() { kn get configmap "$1" -o 'jsonpath={.metadata.uid}'; }
own() { # DEPENDENT OWNER
  kn patch configmap "$1" --type merge -p "{\"metadata\":{\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",
    \"name\":\"$2\",\"uid\":\"$(uid "$2")\",\"blockOwnerDeletion\":true,\"controller\":true}]}}" >/dev/null
}
own circle-one circle-three && own circle-two circle-one && own circle-three circle-two
kn delete configmap circle-one --cascade=foreground --wait=false >/dev/null
for name in one two three; do within 15 "circle-$name ends" gone -n $ns configmap circle-$name; done

# An owner in another namespace is none.
k create namespace control-other >/dev/null
k -n control-other create configmap owner >/dev/null
kn create configmap stray --dry-run=client -o json |
  jq --arg uid "$(k -n control-other get configmap owner -o 'jsonpath={.metadata.uid}')" \
    '.metadata.ownerReferences=[{apiVersion:"v1",kind:"ConfigMap",name:"owner",uid:$uid}]' | kn create -f - >/dev/null
within 15 "the dependent of a foreign owner goes" gone -n $ns configmap stray
within 10 "and an event says why" outputs 'OwnerRefInvalidNamespace.*does not exist in namespace "control"' \
  kn get events --field-selector reason=OwnerRefInvalidNamespace
k delete namespace control-other --wait=false >/dev/null

# The change cause of a DaemonSet's and a StatefulSet's revisions.
skipped_by_136() { kubectl_binary=$tools/kubectl-1.36 outputs 'skipped rollback' kn rollout undo $kind/cause --to-revision=3; }
for kind in DaemonSet StatefulSet; do
  printf '{"apiVersion":"apps/v1","kind":"%s","metadata":{"name":"cause","annotations":{"kubernetes.io/change-cause":"first <try> & more"}},
    "spec":{"selector":{"matchLabels":{"app":"cause-%s"}},"template":{"metadata":{"labels":{"app":"cause-%s"}},
    "spec":{"terminationGracePeriodSeconds":1,"containers":[{"name":"c","image":"%s","command":["sh","-c","sleep 3600 # <a> & b"]}]}}}}' \
    $kind $kind $kind "$image" | kn apply -f - >/dev/null
  within 20 "rollout history of a $kind shows the cause" outputs 'first <try> & more' kn rollout history $kind/cause
  kn set env $kind/cause A=1 >/dev/null
  within 60 "the $kind rolls" kn rollout status $kind/cause --timeout=1s
  ok "the $kind is rolled back" outputs 'rolled back' kn rollout undo $kind/cause
  # An older kubectl writes templates with a creationTimestamp of null: upstream's own revisions of today have none.
  ok "and back to what it is (compared byte by byte)" skipped_by_136
  kn delete $kind cause --wait=false >/dev/null
done

# A quota that is full is told by both kinds of sets, and no more when it is not.
kn create quota few --hard=pods=1 >/dev/null
kn create deployment full --image="$image" --replicas=2 -- sleep 3600 >/dev/null
printf '{"apiVersion":"v1","kind":"ReplicationController","metadata":{"name":"full"},"spec":{"replicas":2,"selector":{"app":"rc"},
  "template":{"metadata":{"labels":{"app":"rc"}},"spec":{"containers":[{"name":"c","image":"%s","command":["sleep","3600"]}]}}}}' \
  "$image" | kn apply -f - >/dev/null
within 20 "a Deployment tells the quota" outputs 'exceeded quota: few' \
  kn get deployment full -o 'jsonpath={.status.conditions[?(@.type=="ReplicaFailure")].message}'
within 20 "a ReplicationController tells it" outputs 'exceeded quota: few' \
  kn get rc full -o 'jsonpath={.status.conditions[?(@.type=="ReplicaFailure")].message}'
kn delete quota few >/dev/null
kn scale rc full --replicas=0 >/dev/null
no_failure() { [ -z "$(kn get rc full -o 'jsonpath={.status.conditions[?(@.type=="ReplicaFailure")].message}')" ]; }
within 20 "and takes it back" no_failure
kn delete deployment/full rc/full --wait=false >/dev/null

# Taints without a time.
busybox patient "sleep 3600" '"nodeName":"node-b","tolerations":[{"key":"control","operator":"Exists","effect":"NoExecute","tolerationSeconds":4}],' |
  kn apply -f - >/dev/null
busybox hasty "sleep 3600" '"nodeName":"node-b","tolerations":[{"key":"control","operator":"Exists","effect":"NoExecute","tolerationSeconds":90}],' |
  kn apply -f - >/dev/null
within 30 "the pod with a toleration runs" outputs Running kn get pod patient
k taint node node-b control=1:NoExecute >/dev/null
within 20 "its seconds end" gone -n $ns pod patient
ok "the other's do not yet" outputs Running kn get pod hasty
k taint node node-b control- >/dev/null
within 10 "the end that is called off is told" outputs 'Cancelling deletion of Pod control/hasty' kn get events
kn delete pod hasty --wait=false >/dev/null

# A CronJob that was forgotten for months: its last time is made up for.
printf '{"apiVersion":"batch/v1","kind":"CronJob","metadata":{"name":"old"},"spec":{"schedule":"* * * * *","suspend":true,
  "jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"%s","command":["true"]}]}}}}}}' \
  "$image" | kn apply -f - >/dev/null
kn patch cronjob old --subresource=status --type=merge -p '{"status":{"lastScheduleTime":"2020-01-01T00:00:00Z"}}' >/dev/null
kn patch cronjob old --type=merge -p '{"spec":{"suspend":false}}' >/dev/null
within 20 "too many missed times are told" outputs 'TooManyMissedTimes.*too many missed start times' kn get events
within 20 "and the last is made up for" outputs 'old-' kn get jobs
kn delete cronjob old >/dev/null

# Storage in use.
printf '{"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"control-pv"},"spec":{"storageClassName":"control","capacity":{"storage":"1Mi"},
  "accessModes":["ReadWriteOnce"],"hostPath":{"path":"/tmp"}}}' | k apply -f - >/dev/null
printf '{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data"},"spec":{"storageClassName":"control",
  "accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Mi"}}}}' | kn apply -f - >/dev/null
within 10 "the claim is bound" outputs Bound kn get pvc data
busybox user "sleep 3600" '"volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"data"}}],' | kn apply -f - >/dev/null
within 30 "the pod with the claim runs" outputs Running kn get pod user
kn delete pvc data --wait=false >/dev/null
k delete pv control-pv --wait=false >/dev/null
ok "the claim in use stays" outputs Terminating kn get pvc data
ok "the bound volume stays" outputs Terminating k get pv control-pv
kn delete pod user --wait=false >/dev/null
within 20 "without the pod the claim goes" gone -n $ns pvc data
within 20 "and then the volume" gone pv control-pv

# Devices are not given out: who asks for them waits, and says so.
busybox device true '"resourceClaims":[{"name":"gpu","resourceClaimName":"gpu"}],' | kn apply -f - >/dev/null
within 10 "a pod waits for the claim that is not there" outputs 'resourceclaim.resource.k8s.io "gpu" not found' kn describe pod device
kn delete pod device --wait=false >/dev/null

# A bootstrap token that has expired.
k -n kube-system create secret generic bootstrap-token-ctrl00 --type=bootstrap.kubernetes.io/token \
  --from-literal=token-id=ctrl00 --from-literal=token-secret=0123456789abcdef --from-literal=expiration=2020-01-01T00:00:00Z >/dev/null
within 10 "an expired token is removed" gone -n kube-system secret bootstrap-token-ctrl00

k delete namespace $ns --wait=false >/dev/null
within 40 "the namespace of it all ends" gone namespace $ns

# What manages pods: Deployments and their revisions, ReplicaSets, controllers, DaemonSets, StatefulSets, Jobs, autoscalers.
image() { holds "$1" "{{(index .spec.template.spec.containers ${3:-0}).image}}" "$2"; }
group deployments
kn create deployment simple --image=nginx:test-cmd >/dev/null
ok "the container is named by the image" holds "deploy simple" '{{(index .spec.template.spec.containers 0).name}}' nginx
ok "ten revisions are kept" holds "deploy simple" '{{.spec.revisionHistoryLimit}}' 10
ok "its group is apps/v1" holds "deployment.apps" '{{(index .items 0).apiVersion}}' apps/v1
within 10 "its pod comes" outputs 'simple-' kn get pods
ok "ReplicaSets are described" described rs Name: "Pod Template:" Labels: Selector: "Controlled By" Replicas: "Pods Status:" Volumes:
ok "and their pods" described pods Name: Image: Node: Labels: Status: "Controlled By"
kn delete deployment simple >/dev/null
ok "a user of Unix" kn create -f - <<<"$(workload apps/v1 Deployment unix 1 | sed 's/{containers:/{securityContext: {runAsUser: 10101010}, containers:/')"
kn delete deployment unix >/dev/null
within 10 "sets go with their Deployments" names rs ''
kn create -f - <<<"$(workload apps/v1 Deployment web 3)" >/dev/null
within 10 "three pods" holds rs '{{range.items}}{{.spec.replicas}}{{end}}' 3
ok "deleted with orphans" kn delete deployment web --cascade=orphan
within 10 "" names deployments ''
ok "the set stays" holds rs '{{range.items}}{{.spec.replicas}}{{end}}' 3
kn delete rs --all >/dev/null
kn create -f - <<<"$(workload apps/v1 Deployment web 3)" >/dev/null
ok "autoscaled, dry" kn autoscale deployment web --dry-run=server --min=2 --max=3
ok "autoscaled" kn autoscale deployment web --min=2 --max=3
ok "at 80 %" holds "hpa web" '{{.spec.minReplicas}} {{.spec.maxReplicas}} {{(index .spec.metrics 0).resource.target.averageUtilization}}' '2 3 80'
ok "by kubectl-autoscale" managed kubectl-autoscale hpa web
ok "without a maximum" refused 'required flag|max=MAXPODS is required' kn autoscale deployment web
kn delete hpa web >/dev/null
kn delete deployment web >/dev/null

workload apps/v1 Deployment nginx 3 web:1 >"$work/r1.yaml"
workload apps/v1 Deployment nginx 3 web:2 >"$work/r2.yaml"
kn create -f "$work/r1.yaml" >/dev/null
within 10 "a first revision" outputs '^1 ' kn rollout history deployment/nginx
ok "back to itself" kn rollout undo deployment nginx --to-revision=1
ok "" image "deploy nginx" web:1
kn apply -f "$work/r2.yaml" >/dev/null 2>&1
within 10 "a second" outputs '^2 ' kn rollout history deployment/nginx
ok "back, dry" outputs 'web:1' kn rollout undo deployment nginx --dry-run=client
ok "" kn rollout undo deployment nginx --dry-run=server
ok "" image "deploy nginx" web:2
ok "back" kn rollout undo deployment nginx --to-revision=1
within 10 "is a third" outputs '^3 ' kn rollout history deployment/nginx
ok "" image "deploy nginx" web:1
ok "to none" refused 'unable to find specified revision' kn rollout undo deployment nginx --to-revision=1000000
ok "to the last" kn rollout undo deployment nginx
within 10 "is a fourth" outputs '^4 ' kn rollout history deployment/nginx
ok "paused" kn rollout pause deployment nginx
ok "it goes not back" refused 'you cannot rollback a paused deployment' kn rollout undo deployment nginx
ok "nor anew" refused "can't restart paused deployment" kn rollout restart deployment nginx
ok "resumed" kn rollout resume deployment nginx
ok "it does" kn rollout undo deployment nginx
newset() { kn get rs "$(kn describe deployment nginx | sed -n 's/^NewReplicaSet: *\([^ ]*\).*/\1/p')" -o yaml; }
within 10 "earlier revisions are noted" outputs 'deployment.kubernetes.io/revision-history: 1,3' newset
ok "a superseded one has no status" refused 'desired revision \(3\) is different from the running revision \(5\)' kn rollout status deployment/nginx --revision=3
ok "restarted" kn rollout restart deployment/nginx
within 10 "" outputs 'deployment.kubernetes.io/revision: "6"' newset
ok "by kubectl-rollout" managed kubectl-rollout deployment nginx
ok "an image, dry" kn set image deployment nginx main=x --dry-run=server
ok "an image" kn set image deployment nginx main=x:1
ok "" image "deploy nginx" x:1
ok "of no container" refused 'unable to find container named "redis"' kn set image deployment nginx redis=redis
ok "of all" kn set image deployments --all '*=y:1'
ok "" image "deploy nginx" y:1 1
kn create configmap env --from-literal=key-1=a --from-literal=key-2=b >/dev/null
kn create secret generic env --from-literal=username=u >/dev/null
ok "variables of keys" kn set env deployment nginx --keys=key-2 --from=configmap/env -c main
ok "" holds "deploy nginx" '{{range (index .spec.template.spec.containers 0).env}}{{.name}}:{{end}}' 'KEY_2:'
ok "of all" kn set env deployment nginx --from=configmap/env -c main
ok "" holds "deploy nginx" '{{len (index .spec.template.spec.containers 0).env}}' 2
ok "of a secret" kn set env deployment nginx --from=secret/env
ok "one" kn set env deployment nginx env=prod
ok "none" kn set env deployment nginx env-
ok "resources" kn set resources deployment nginx --limits=cpu=100m
ok "" holds "deploy nginx" '{{(index .spec.template.spec.containers 1).resources.limits.cpu}}' 100m
ok "of one" kn set resources deployment nginx -c=main --limits=cpu=200m
ok "dry, of a file" kn set resources -f "$work/r1.yaml" -c=side --limits=cpu=300m --dry-run=server
ok "" holds "deploy nginx" '{{(index .spec.template.spec.containers 1).resources.limits.cpu}}' 100m
ok "exposed" kn expose deployment/nginx
ok "" holds "service nginx" '{{(index .spec.ports 0).port}}' 80
ok "scaled, if it has three" kn scale --current-replicas=3 --replicas=1 deployment/nginx
ok "which it has no more" refused 'Expected replicas to be 3, was 1' kn scale --current-replicas=3 --replicas=1 deployment/nginx
ok "a revision that is not the stored" refused 'Expected resource version to be 1' kn scale --resource-version=1 --replicas=2 deployment/nginx
kn delete deployment,svc --all >/dev/null
workload apps/v1 Deployment moved 1 | sed 's/^metadata: {name: moved/metadata: {resourceVersion: "1", name: moved/; s/labels: {app: moved}}/labels: {app: moved, more: yes}}/' >"$work/moved.yaml"
kn apply -f - <<<"$(workload apps/v1 Deployment moved 1)" >/dev/null
sed 's/more: yes/more: "yes"/' -i "$work/moved.yaml"
ok "a stale revision conflicts" refused 'Error from server \(Conflict\)' kn apply -f "$work/moved.yaml"
ok "not by force" kn apply -f "$work/moved.yaml" --overwrite=true --force=true --grace-period=10
sed 's/matchLabels: {app: moved}/matchLabels: {app: elsewhere}/' "$work/moved.yaml" >"$work/invalid.yaml"
ok "invalid and by force" refused 'Invalid value' kn apply -f "$work/invalid.yaml" --force
ok "leaves what was" holds "deploy moved" '{{.spec.selector.matchLabels.app}}' moved
kn delete deployments --all >/dev/null

group sets
workload apps/v1 ReplicaSet frontend 3 >"$work/rs.yaml"
kn create -f "$work/rs.yaml" >/dev/null
within 10 "three pods" holds "pods -l app=frontend" '{{range.items}}{{(index .spec.containers 0).name}}:{{end}}' 'main:main:main:'
ok "orphaned" kn delete rs frontend --cascade=orphan
within 10 "" names rs ''
ok "they stay" holds "pods -l app=frontend" '{{len .items}}' 3
ok "until they are deleted" kn delete pods -l app=frontend
ok "" names pods ''
kn create -f "$work/rs.yaml" >/dev/null
ok "a set is described" described "rs frontend" Name: "Pod Template:" Labels: Selector: Replicas: "Pods Status:" Volumes:
ok "scaled, dry" kn scale --dry-run=server --current-replicas=3 --replicas=2 replicasets frontend
ok "" holds "rs frontend" '{{.spec.replicas}} {{.metadata.generation}}' '3 1'
ok "an image is a generation" kn set image rs/frontend '*=pause:2'
ok "a variable is" kn set env rs/frontend foo=bar
ok "resources, dry, are not" kn set resources rs/frontend --dry-run=server --limits=cpu=200m
ok "" holds "rs frontend" '{{.metadata.generation}}' 3
ok "an account is" kn set serviceaccount rs/frontend robot
ok "" holds "rs frontend" '{{.metadata.generation}}' 4
ok "by kubectl-set" managed kubectl-set rs frontend
ok "exec takes its first pod" refused 'does not have a host assigned' kn exec replicaset/frontend -- date
ok "deleted" kn delete rs frontend
within 10 "with its pods" names pods ''
{ workload v1 ReplicationController one 3; workload v1 ReplicationController two 1; } | sed 's/{matchLabels: \({[^}]*}\)}/\1/' >"$work/rc.yaml"
kn create -f "$work/rc.yaml" >/dev/null
ok "controllers are described" described rc Name: "Pod Template:" Labels: Selector: Replicas: "Pods Status:" Volumes:
ok "scaled together" kn scale rc/one rc/two --replicas=4
ok "" holds "rc two" '{{.spec.replicas}}' 4
ok "exposed" kn expose rc one --port=80
ok "with a port without a name" holds "service one" '{{(index .spec.ports 0).name}} {{(index .spec.ports 0).port}}' '<no value> 80'
ok "exposed again" kn expose service one --name=again
ok "autoscaled by file" kn autoscale rc/one --max=2 --cpu-percent=70
ok "" holds "hpa one" '{{.spec.minReplicas}} {{.spec.maxReplicas}} {{(index .spec.metrics 0).resource.target.averageUtilization}}' '1 2 70'
ok "nodes are not exposed" refused 'cannot expose' kn expose nodes 127.0.0.1
ok "all of an app" holds "all -l app=one" '{{range.items}}{{range .metadata.labels}}{{.}}:{{end}}{{end}}' '(one:)+.*'
ok "is deleted" kn delete all -l app=one
kn delete rc,svc,hpa --all >/dev/null

workload apps/v1 DaemonSet bind 1 | sed '/^  replicas/d' >"$work/ds1.yaml"
workload apps/v1 DaemonSet bind 1 web:2 | sed '/^  replicas/d' >"$work/ds2.yaml"
kn apply -f "$work/ds1.yaml" --record >/dev/null 2>&1
kn apply -f "$work/ds1.yaml" >/dev/null
ok "a DaemonSet applied twice" holds "ds bind" '{{.metadata.generation}}' 1
within 10 "its revision has the cause" outputs 'ds1.yaml.*--record' kn get controllerrevisions -o 'jsonpath={.items[*].metadata.annotations}'
ok "undone to itself" kn rollout undo daemonset bind --to-revision=1
kn apply -f "$work/ds2.yaml" --record >/dev/null 2>&1
within 10 "a second revision" outputs 'ds2.yaml.*--record' kn get controllerrevisions -o 'jsonpath={.items[*].metadata.annotations}'
ok "undone, dry" kn rollout undo daemonset bind --dry-run=server
ok "" image "ds bind" web:2
ok "undone" kn rollout undo daemonset bind --to-revision=1
ok "" image "ds bind" web:1
ok "to none" refused 'unable to find specified revision' kn rollout undo daemonset bind --to-revision=1000000
within 10 "a third" outputs '^3 ' kn rollout history ds/bind
ok "to the last" kn rollout undo daemonset bind
within 10 "" image "ds bind" web:2
ok "restarted" kn rollout restart daemonset/bind
kn delete ds bind >/dev/null
workload apps/v1 StatefulSet state 0 | sed 's/^  replicas: 0/  replicas: 0\n  serviceName: state/' >"$work/ss1.yaml"
sed 's/web:1/web:2/' "$work/ss1.yaml" >"$work/ss2.yaml"
kn apply -f "$work/ss1.yaml" --record >/dev/null 2>&1
within 10 "a StatefulSet's revision has the cause" outputs 'ss1.yaml.*--record' kn get controllerrevisions -l app=state -o 'jsonpath={.items[*].metadata.annotations}'
kn apply -f "$work/ss2.yaml" --record >/dev/null 2>&1
within 10 "the second too" outputs 'ss2.yaml.*--record' kn get controllerrevisions -l app=state -o 'jsonpath={.items[*].metadata.annotations}'
ok "undone" kn rollout undo statefulset state --to-revision=1
ok "" image "sts state" web:1
within 10 "" holds "sts state" '{{.status.observedGeneration}}' 3
ok "scaled up" kn scale --current-replicas=0 --replicas=1 statefulset state
within 10 "its pod has a name" names "pods -l app=state" 'state-0:'
ok "restarted" kn rollout restart statefulset state
within 10 "" holds "sts state" '{{.status.observedGeneration}}' 5
kn delete sts state >/dev/null
within 10 "the pod goes" names "pods -l app=state" ''

group jobs
ok "a CronJob, dry" kn create cronjob pi --dry-run=server --schedule='59 23 31 2 *' --image=perl -- perl
ok "one that is never due" kn create cronjob pi --schedule='59 23 31 2 *' --image=perl -- perl
ok "is described" described cronjob/pi Name: Schedule:
for flags in "" "--for=Cronjob/pi" "--for=Cronjob/pi --types=Warning" "--for=Cronjob/pi --no-headers" "--for=Cronjob/pi --watch --request-timeout=1" "-A"; do
  # shellcheck disable=SC2086
  within 5 "an event says so ($flags)" outputs 'Warning.*InvalidSchedule.*CronJob/pi' kn events $flags
done
ok "it is no normal one" lacks InvalidSchedule kn events --for=Cronjob/pi --types=Normal
ok "a Job of it, dry" outputs 'job.batch/test' kn create job test --from=cronjob/pi --dry-run=server -o name
ok "a Job of it" kn create job test --from=cronjob/pi
ok "is got" kn get job/test
ok "and described" described job/test Name: Selector: "Controlled By"
ok "jobs are by pages" paged jobs
ok "deleted" kn delete job test
ok "a Job with a command" kn create job pi --image=perl -- perl -wle 'print bpi(20)'
ok "" holds "job pi" '{{(index .spec.template.spec.containers 0).command}}' '\[perl -wle print bpi\(20\)\]'
kn delete job,cronjob --all >/dev/null
kn create deployment test-1 --image=busybox >/dev/null
ok "what never comes is waited for in vain" refused 'timed out' kn wait --for=jsonpath=.status.readyReplicas=1 deploy/test-1 --timeout=1s
ok "a field without a value" outputs 'deployment.apps/test-1 condition met' kn wait --for='jsonpath={.status.replicas}' deploy/test-1
ok "a condition that is none" refused 'timed out waiting for the condition' kn wait pod --selector=app=test-1 --for=condition=InvalidCondition --timeout=1s
kn create deployment test-2 --image=busybox >/dev/null
{ kn wait deployment/test-2 --for=delete --timeout=20s >"$work/wait.out" 2>&1; } &
waiter=$!
within 10 "" grep -q 'metadata.name%3Dtest-2.*watch=true' "$work/a/audit.log"
kn delete deployment --all >/dev/null
wait $waiter
ok "a deletion is" outputs 'test-2 condition met' cat "$work/wait.out"

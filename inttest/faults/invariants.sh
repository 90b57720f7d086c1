# What looks at the cluster through the faults, and what must hold after each round. Sourced by run.sh.
# shellcheck shell=bash
books() { # what is noted through the rounds
  : >"$work/acked" >"$work/answers" >"$work/places" >"$work/lies" >"$work/register"
}
ask() { # CURL_ARGS... PATH: what the server answers, then its code on a line
  as_admin -s --max-time 8 -w '\n%{http_code}\n' \
    "${@:1:$#-1}" "https://192.168.77.1:6443${*: -1}"
}
acked() { wc -l <"$work/acked"; }

# Creates one after the other, moves a register on, deletes every fifth of another kind of name; what was answered 2xx is noted.
writer() {
  local i=0 code path=/api/v1/namespaces/default/configmaps
  ask -X POST -H 'Content-Type: application/json' -d '{"metadata":{"name":"register"},"data":{"n":"0"}}' $path >/dev/null
  while [ ! -e "$work/over" ]; do
    i=$((i + 1))
    code=$(ask -X POST -H 'Content-Type: application/json' \
      -d "{\"metadata\":{\"name\":\"w-$i\",\"labels\":{\"by\":\"writer\"}},\"data\":{\"n\":\"value-$i\"}}" $path | tail -n 1)
    [ "$code" != 201 ] || echo "w-$i value-$i" >>"$work/acked"
    code=$(ask -X PATCH -H 'Content-Type: application/merge-patch+json' -d "{\"data\":{\"n\":\"$i\"}}" $path/register | tail -n 1)
    [ "$code" != 200 ] || echo "$i" >>"$work/register"
    if [ $((i % 5)) = 0 ]; then
      code=$(ask -X POST -H 'Content-Type: application/json' -d "{\"metadata\":{\"name\":\"d-$i\"}}" $path | tail -n 1)
      [ "$code" != 201 ] || code=$(ask -X DELETE "$path/d-$i" | tail -n 1)
      [ "$code" != 200 ] || echo "d-$i" >>"$work/deleted"
    fi
    echo "$i" >"$work/tried"
    pause 0.3
  done
}

# reader PATH LEAST: each list that is answered has so many items at least; "acked" is what was acknowledged before it was asked.
reader() {
  local least answer code items
  while [ ! -e "$work/over" ]; do
    case $2 in acked) least=$(acked) ;; settled) least=$(cat "$work/settled" 2>/dev/null || echo 0) ;; *) least=$2 ;; esac
    answer=$(ask "$1")
    code=${answer##*$'\n'}
    if [ "$code" = 200 ]; then
      # A list that was cut by the server's end is no answer.
      if [ "${answer:0:1}" = '{' ] && grep -q '}$' <<<"${answer%$'\n'*}"; then
        items=$(grep -oE '"creationTimestamp":"[^"]*"' <<<"$answer" | wc -l)
        [ "$items" -ge "$least" ] || echo "$1 has $items items, and $least are there" >>"$work/lies"
      fi
    fi
    echo "$code $1" >>"$work/answers"
    pause 0.6
  done
}

# The processes of the StatefulSet: a pod of one name never runs on two nodes.
watch_places() {
  local pid seen
  while [ ! -e "$work/over" ]; do
    seen=$(for pid in $(pgrep -f '^httpd -f -p 7777'); do
      node=$(grep -oE "$prefix-$scenario-[ab]" "/proc/$pid/cgroup" 2>/dev/null | head -n 1)
      name=$(tr '\0' '\n' 2>/dev/null <"/proc/$pid/environ" | sed -n 's/^HOSTNAME=//p')
      [ -z "$node" ] || [ -z "$name" ] || echo "$name $node"
    done | sort -u)
    cut -d' ' -f1 <<<"$seen" | uniq -d | sed 's/^/on two nodes: /' | grep . >>"$work/lies"
    echo "$seen" | tr '\n' ';' >>"$work/places"
    echo >>"$work/places"
    pause 0.6
  done
}

job() { # N: two completions
  k create -f - >/dev/null <<YAML
apiVersion: batch/v1
kind: Job
metadata: {name: job-$1}
spec:
  completions: 2
  parallelism: 2
  ttlSecondsAfterFinished: 600
  template:
    spec:
      restartPolicy: OnFailure
      containers: [{name: c, image: "registry.test/minik/web:1", command: [sh, -c, 'sleep 1']}]
YAML
}

workload_whole() {
  [ "$(k get deployment web -o jsonpath='{.status.readyReplicas} {.status.replicas} {.status.updatedReplicas}')" = "4 4 4" ] &&
    [ "$(k get statefulset db -o jsonpath='{.status.readyReplicas} {.status.replicas}')" = "2 2" ] &&
    [ "$(k get pods -l app=web --no-headers | wc -l)" = 4 ]
}
service_answers() {
  local host
  for host in a b; do
    web_served "$host" && web_served "$host" && web_served "$host" && web_served "$host" && web_resolves "$host" || return 1
  done
}
every_write() {
  local have
  # A read of what is acknowledged up to now: what is acknowledged meanwhile does no harm.
  cp "$work/acked" "$work/acked.now"
  tail -n 1 "$work/register" >"$work/register.now"
  [ ! -e "$work/deleted" ] || cp "$work/deleted" "$work/deleted.now"
  k get configmaps -o jsonpath='{range .items[*]}{.metadata.name} {.data.n}{"\n"}{end}' >"$work/have" || return 1
  sort "$work/have" | comm -23 <(sort "$work/acked.now") - | grep . && { echo "are acknowledged and not there"; return 1; }
  have=$(sed -n 's/^register //p' "$work/have")
  [ "$have" -ge "$(cat "$work/register.now")" ] || { echo "the register is $have, and $(cat "$work/register.now") was acknowledged"; return 1; }
  if [ -e "$work/deleted.now" ]; then
    cut -d' ' -f1 "$work/have" | sort | comm -12 - <(sort "$work/deleted.now") | grep . && { echo "were deleted and are there"; return 1; }
  fi
  wc -l <"$work/acked.now" >"$work/settled.new"
  mv "$work/settled.new" "$work/settled" # never empty: a reader looks at it
}
running_addresses() { # of the processes of web, as their namespaces have them
  local pid
  for pid in $(web_pids); do
    nsenter --net="/proc/$pid/ns/net" ip -4 -o addr show dev eth0 | grep -oE '10\.42\.[0-9.]+' | head -n 1
  done | sort
}
endpoints_true() {
  diff <(k get endpointslices -l kubernetes.io/service-name=web -o jsonpath='{range .items[*].endpoints[?(@.conditions.ready==true)]}{.addresses[0]}{"\n"}{end}' | sort) <(running_addresses)
}
job_done() { [ "$(k get job "job-$1" -o jsonpath='{.status.succeeded} {.status.conditions[?(@.type=="Complete")].status}')" = "2 True" ]; }
# What the nodes' kernels hold is what the pods need that are not at their end. An ended pod may keep its empty cgroup.
nothing_leaked() {
  local host live all there
  for host in a b; do
    k get pods -A --field-selector "spec.nodeName=node-$host" -o jsonpath='{range .items[*]}{.metadata.uid} {.status.phase}{"\n"}{end}' >"$work/pods.$host" || return 1
    all=$(cut -d' ' -f1 "$work/pods.$host" | sort)
    live=$(grep -vE ' (Succeeded|Failed)$' "$work/pods.$host" | cut -d' ' -f1 | sort)
    there=$(find "/sys/fs/cgroup/memory/$prefix-$scenario-$host" "/sys/fs/cgroup/$prefix-$scenario-$host" -type d -name 'pod*' 2>/dev/null | sed 's,.*/pod,,' | sort -u)
    comm -23 <(echo "$there") <(echo "$all") | grep . && { echo "are cgroups of no pod, on $host"; return 1; }
    comm -23 <(echo "$live") <(echo "$there") | grep . && { echo "are pods without a cgroup, on $host"; return 1; }
    live=$(grep -c . <<<"$live")
    there=$(on "$host" ip -o link show type veth | grep -vc ' eth0@')
    [ "$there" = "$live" ] || { echo "$host has $there links for $live pods"; return 1; }
    there=$(grep -c " $work/$host/run/sandboxes/[^ ]*/net " /proc/self/mountinfo)
    [ "$there" = "$live" ] || { echo "$host has $there network namespaces for $live pods"; return 1; }
  done
}
cron_sound() { # never two at a time, and it goes on
  [ "$(k get jobs -o jsonpath='{range .items[*]}{.metadata.ownerReferences[0].name} {.status.active}{"\n"}{end}' | grep -c '^tick [1-9]')" -le 1 ]
}

invariants() {
  local round=$1
  within 60 "$round: both nodes are Ready" both_ready
  within 90 "$round: the workload is whole" workload_whole
  ok "$round: every acknowledged write is there ($(acked))" every_write
  within 30 "$round: ready endpoints are the running pods" endpoints_true
  within 30 "$round: the Service and its name answer on both" service_answers
  within 60 "$round: the round's Job is done" job_done "$round"
  ok "$round: the CronJob runs one at a time" cron_sound
  within 30 "$round: nothing has leaked" nothing_leaked
  ok "$round: no list lied, no pod ran twice" test ! -s "$work/lies"
  [ ! -s "$work/lies" ] || { sed 's/^/#   /' "$work/lies" | sort | uniq -c | head; : >"$work/lies"; }
  ok "$round: minik runs on both" kill -0 "${host_pid[a]}" "${host_pid[b]}"
}

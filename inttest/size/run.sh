#!/usr/bin/env bash
# A cluster that grows: 100,000 ConfigMaps, 10,000 pods on 100 hollow nodes, 400 MB in large objects, one large object written
# over and over, an hour's events, pods of up to 45 kB; and a small server that is filled until it takes no more. After each
# step it is listed, paged, watched, and killed with -9; the server's memory, now and at its most, is printed. SIZE=tenth makes a tenth of it. MINIK_HEAP tries another heap than the default.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
. "$root/build-env.sh"
case ${SIZE:-full} in full) part=1 ;; tenth) part=10 ;; *) echo "SIZE is full or tenth"; exit 2 ;; esac
# PARTS names some of the steps: each begins with what those before have left.
wants() { case " ${PARTS:-pods maps large events wide limit} " in *" $1 "*) ;; *) return 1 ;; esac; }
maps=$((100000 / part)) nodes=$((100 / part)) pods=$((10000 / part)) large=$((450 / part)) events=$((21400 / part))
wide=$((8000 / part)) writes=$((part == 1 ? 200 : 50))
audit=
begin
host_up a 1
minik_start a server --disable-agent || exit 1
api=https://192.168.77.1:6443
hollow=
trap '[ -z "$hollow" ] || kill "$hollow" 2>/dev/null; down' EXIT

credentials
get() { as_admin -fsSk --max-time 120 "$@"; }
classpath="$root/inttest/target/classes:$(cat "$root/inttest/target/classpath")"
load() {
  on "${KHOST:-a}" timeout 580 "$JAVA_HOME/bin/java" -Xmx512m -cp "$classpath" io.minik.inttest.SizeLoad \
    "$work/${KHOST:-a}/kubeconfig" "$@"
}
step() { say "$(date +%T) $1: RSS $(memory VmRSS) MB (own $(memory RssAnon), at most so far $(memory VmHWM))"; }
at_most() { # MEGABYTES [FIELD [HOST]]
  local now
  now=$(memory "${2:-VmRSS}" "${3:-a}")
  [ "$now" -le "$1" ] || { echo "it is $now MB"; return 1; }
}
alive() {
  ! grep -q OutOfMemoryError "$work/a/err" "$work/a/out" && kill -0 "${host_pid[a]}" && get "$api/readyz" >/dev/null
}
# One line an object: grep is slow in lines of 150 MB.
names() { tr '{' '\n' | LC_ALL=C grep -cE '^("resourceVersion":"[0-9]*",)?"name":"[a-z]-[0-9]+"'; }
count() { get "$api$1" | names; }
paged() { # PATH: objects in pages of 500
  local next= all=0 page
  while :; do
    get "$api$1?limit=500${next:+&continue=$next}" >"$work/page" || return 1
    page=$(names <"$work/page")
    all=$((all + page))
    next=$(head -c 1000 "$work/page" | sed -n 's/^[^[]*"continue":"\([^"]*\)".*/\1/p')
    [ -n "$next" ] || break
  done
  echo "$all"
}
# kubectl reads 320 MB for the widest: a busy machine takes its time.
shown() { on a timeout 300 "$kubectl_binary" --kubeconfig "$work/a/kubeconfig" get pods -A --no-headers | grep -c "$1"; }
is() { local want=$1 found; shift; found=$("$@"); [ "$found" = "$want" ] || { echo "$found, not $want"; return 1; }; }
# A start is counted in CPU: on a quiet machine it takes no longer than that, on a busy one the wait says nothing of minik.
restarted() {
  local began
  minik_kill9 a
  : >"$work/a/out"
  began=$(date +%s%N)
  minik_start a server --disable-agent || return 1
  took=$((($(date +%s%N) - began) / 1000000))
  burnt=$(awk -v hz="$(getconf CLK_TCK)" '{ printf "%.0f", 1000 * ($14 + $15) / hz }' "/proc/${host_pid[a]}/stat")
  step "killed with -9, ready again after $took ms, $burnt ms of CPU"
  within 60 "it lives after kill -9" alive
}
seen_by_a_watch() { # PATH FILE: a watch from now on sees what is written
  local revision
  revision=$(get "$api$1?limit=1" | head -c 1000 | sed -n 's/^[^[]*"resourceVersion":"\([0-9]*\)".*/\1/p')
  get -X POST -H 'Content-Type: application/json' --data-binary "@$2" "$api$1" >/dev/null || return 1
  get "$api$1?watch=1&timeoutSeconds=1&resourceVersion=$revision" >"$work/watched"
  grep -q '"type":"ADDED"' "$work/watched" || { cat "$work/watched"; return 1; }
}
step "empty"
ok "idle memory is as ever" at_most 150
for space in maps pods large wide; do k create namespace $space >/dev/null; done

# First, as what it takes is held against a bound: a server that had a hundred thousand objects before keeps some of their room.
printf '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p-{i}","labels":{"app":"size"}},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"registry.example/app:1","env":[{"name":"NOISE","value":"{noise:300}"}],"resources":{"requests":{"cpu":"10m","memory":"16Mi"}},"ports":[{"containerPort":8080}]}]}}' >"$work/pod.json"
if wants pods; then
  # exec all the way, so that $! is the program.
  (exec nsenter --net="/run/netns/$prefix-a" "$JAVA_HOME/bin/java" -Xmx512m -cp "$classpath" io.minik.inttest.SizeLoad \
    "$work/a/kubeconfig" hollow "$nodes") >"$work/hollow.out" 2>&1 &
  hollow=$!
  ready() { k get nodes --no-headers | grep -cE '^hollow-[0-9]+ +Ready '; }
  within 60 "$nodes hollow nodes are Ready" is "$nodes" ready
  ok "$pods pods are created" load post /api/v1/namespaces/pods/pods "$pods" "$work/pod.json"
  running() { get "$api/api/v1/namespaces/pods/pods?fieldSelector=status.phase=Running" | grep -o '"podIP":' | grep -c .; }
  within 300 "all run on the hollow nodes" is "$pods" running ||
    say "without a node: $(k get pods -n pods --field-selector spec.nodeName= --no-headers | grep -c .)"
  step "$pods pods run"
  ok "it lives" alive
  [ "$part" = 1 ] && ok "10,000 pods take 400 MB at most" at_most 400
  ok "kubectl get pods -A shows them" is "$pods" shown Running
  step "kubectl get pods -A"
  # The hollow nodes would take the half of this machine's two cores in these seconds; real ones have their own.
  kill -STOP "$hollow"
  restarted
  kill -CONT "$hollow"
  # A second of a processor that others share does less: the program's own share of a busy machine has some room.
  ok "it starts within 5 s" eval '[ "$took" -le 5000 ] || [ "$burnt" -le 7000 ] || { echo "$took ms, $burnt ms of CPU"; false; }'
  [ "$part" = 1 ] && ok "its start takes 400 MB at most" at_most 400 VmHWM
  ok "all still run" is "$pods" running
  step "listed"
  kill "$hollow" 2>/dev/null
  wait "$hollow" 2>/dev/null
  hollow=
fi

if wants maps; then
  printf '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m-{i}"},"data":{"text":"{noise:1350}"}}' >"$work/map.json"
  ok "$maps ConfigMaps of 1.5 kB are written" load post /api/v1/namespaces/maps/configmaps "$maps" "$work/map.json"
  step "$maps ConfigMaps"
  ok "it lives" alive
  ok "they are listed" is "$maps" count /api/v1/namespaces/maps/configmaps
  step "listed"
  ok "they are paged" is "$maps" paged /api/v1/namespaces/maps/configmaps
  step "paged"
  restarted
  ok "none is missing" is "$maps" count /api/v1/namespaces/maps/configmaps
  printf '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"seen"}}' >"$work/seen.json"
  ok "a watch sees one more" seen_by_a_watch /api/v1/namespaces/maps/configmaps "$work/seen.json"
  deleted() { get -X DELETE -o /dev/null "$api/api/v1/namespaces/maps/configmaps" || is 0 count /api/v1/namespaces/maps/configmaps; }
  within 300 "they are deleted" deleted
  ok "none is left" is 0 count /api/v1/namespaces/maps/configmaps
  step "ConfigMaps deleted"
fi

if wants large; then
  printf '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"l-{i}"},"data":{"text":"{noise:900000}"}}' >"$work/large.json"
  ok "$large objects of 900 kB are written" load post /api/v1/namespaces/large/configmaps "$large" "$work/large.json"
  step "$large objects of 900 kB"
  ok "it lives" alive
  ok "they are listed" is "$large" count /api/v1/namespaces/large/configmaps
  ok "they are paged" is "$large" paged /api/v1/namespaces/large/configmaps
  step "listed and paged"
  restarted
  ok "none is missing" is "$large" count /api/v1/namespaces/large/configmaps
  sed 's/"l-{i}"/"l-0"/' "$work/large.json" >"$work/one.json"
  ok "one of them is written $writes times" load put /api/v1/namespaces/large/configmaps/l-0 "$writes" "$work/one.json"
  step "one written $writes times"
  ok "it lives" alive
fi

if wants events; then
  printf '{"apiVersion":"v1","kind":"Event","metadata":{"name":"e-{i}"},"involvedObject":{"kind":"Pod","namespace":"pods","name":"p-{i}"},"reason":"Pulled","message":"{noise:120}","type":"Normal","source":{"component":"kubelet","host":"hollow-1"},"count":1}' >"$work/event.json"
  ok "$events events are written" load post /api/v1/namespaces/pods/events "$events" "$work/event.json"
  step "$events events"
  ok "they are listed" test "$(count /apis/events.k8s.io/v1/namespaces/pods/events)" -ge "$events"
  step "listed as events.k8s.io"
fi

if wants wide; then
  sed 's/"labels":{"app":"size"}/"labels":{"app":"wide"},"annotations":{"note":"{noise:40000}"}/; s/{noise:300}/x/; s/"name":"p-/"name":"w-/; s/"spec":{/"spec":{"schedulerName":"none",/' "$work/pod.json" >"$work/wide.json"
  ok "$wide pods of 42 kB are created" load post /api/v1/namespaces/wide/pods "$wide" "$work/wide.json"
  step "$wide pods of 42 kB"
  ok "kubectl get pods -A shows them" is "$wide" shown Pending
  ok "as JSON too" is "$wide" count /api/v1/namespaces/wide/pods
  step "listed"
  restarted
fi

for space in large wide; do ok "namespace $space is deleted" k delete namespace $space --wait=false; done
gone() { ! k get namespace large wide --no-headers --ignore-not-found 2>&1 | grep .; }
within 120 "it goes" gone
step "deleted"
ok "it never ran out of memory" alive

# A server with as little memory as minik takes: what it refuses, it refuses in words, and all else goes on.
if wants limit; then
  host_up b 2
  small=(server --disable-agent --memory-limit 128Mi)
  minik_start b "${small[@]}" || exit 1
  KHOST=b
  credentials
  api=https://192.168.77.2:6443 held=0
  k create namespace full >/dev/null
  # Labels are on the heap, unlike all else of an object: a few thousand such objects fill it.
  labels=$(printf '"label-%s":"{i}-of-forty-characters-that-nobody-else-has",' {1..60})
  filled() { # LETTER: until it takes no more
    printf '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"%s-{i}","labels":{%s}}}' "$1" "${labels%,}" >"$work/labelled.json"
    load fill /api/v1/namespaces/full/configmaps "$work/labelled.json" >"$work/filled" 2>/dev/null
    held=$((held + $(cut -d' ' -f1 "$work/filled")))
    say "$(date +%T) full at $held objects: RSS $(memory VmRSS b) MB (own $(memory RssAnon b), at most so far $(memory VmHWM b))"
    ok "a write that needs room is refused with the way out" grep -E \
      '^[0-9]+ 507 .*no memory for more objects; delete some, or start minik with a larger --memory-limit' "$work/filled"
  }
  at_its_limit() {
    ok "all is listed" test "$(count /api/v1/namespaces/full/configmaps)" -ge "$held"
    ok "all is paged" test "$(paged /api/v1/namespaces/full/configmaps)" -ge "$held"
    refused() { ! k -n full create configmap more-$RANDOM --from-literal=a=b; }
    ok "kubectl's create is refused" outputs 'no memory for more objects' refused
    ok "kubectl reads" outputs 'Active' k get namespace full
    ok "kubectl deletes" k -n full delete configmap "$1" --wait=false
    held=$((held - 1))
    ok "it never ran out of memory" eval '! grep -q OutOfMemoryError "$work/b/err" "$work/b/out"'
  }
  filled f
  at_its_limit f-1
  minik_kill9 b
  minik_start b "${small[@]}" || exit 1
  ok "its start takes no more than twice its limit" at_most 256 VmHWM b
  filled g
  at_its_limit f-2
  deleted() { get -X DELETE -o /dev/null "$api/api/v1/namespaces/full/configmaps" || is 0 count /api/v1/namespaces/full/configmaps; }
  within 120 "all of it is deleted" deleted
  within 60 "there is room again" k -n full create configmap m-1 --from-literal=a=b
  minik_kill9 b
  minik_start b "${small[@]}" || exit 1
  ok "that alone is there" is 1 count /api/v1/namespaces/full/configmaps
fi

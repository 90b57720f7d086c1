# Clients that open streams and read nothing of them: logs, exec, attach, port-forward, a watch of large objects. Sourced by run.sh.
k create namespace attack-streams >/dev/null
k apply -f - >/dev/null <<POD
apiVersion: v1
kind: Pod
metadata: {name: talker, namespace: attack-streams}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - {name: loud, image: $image, command: ["yes", "a line that nobody reads, and that goes on without end"]}
  - {name: port, image: $image, command: [sh, -c, "while :; do nc -l -p 9000 </dev/zero; done"]}
POD
streams_up() { k -n attack-streams get pod talker -o jsonpath='{.status.containerStatuses[*].ready}' | grep -x 'true true'; }
within 60 "a pod that talks without end runs" streams_up
streams_pids=()
# A client of its own, without k's timeout, that is stopped once it has begun to read.
streams_client() { # COMMAND...
  (exec nsenter --net="/run/netns/$prefix-a" "$@") >"$work/stream-${#streams_pids[@]}" 2>>"$work/streams-err" &
  streams_pids+=($!)
}
streams_kubectl=("$kubectl_binary" --kubeconfig "$work/a/kubeconfig" -n attack-streams)
for _ in 1 2 3 4; do
  streams_client "${streams_kubectl[@]}" logs -f talker -c loud
  streams_client "${streams_kubectl[@]}" exec talker -c port -- yes "said by exec"
done
streams_client "${streams_kubectl[@]}" attach talker -c loud
streams_client "${streams_kubectl[@]}" port-forward talker 19000:9000
credentials
streams_maps=https://127.0.0.1:6443/api/v1/namespaces/attack-streams/configmaps
for _ in 1 2 3 4; do
  streams_client curl -sSkN --cert "$work/admin.crt" --key "$work/admin.key" "$streams_maps?watch=1"
done
streams_begun() { # all but the port-forward's own words have come
  local each
  for ((each = 0; each < ${#streams_pids[@]}; each++)); do [ -s "$work/stream-$each" ] || { echo "nothing on $each"; return 1; }; done
}
within 60 "logs, exec, attach, port-forward and watches have begun" streams_begun
streams_client curl -sS --max-time 300 --http0.9 http://127.0.0.1:19000/
within 20 "and bytes come through the forwarded port" test -s "$work/stream-$((${#streams_pids[@]} - 1))"
kill -STOP "${streams_pids[@]}"
head -c 600000 /dev/urandom | base64 -w0 >"$work/streams-large"
printf '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"large"},"data":{"text":"%s"}}' "$(cat "$work/streams-large")" >"$work/streams-large.json"
streams_write() { as_admin -fsS --max-time 20 -o /dev/null -H "Content-Type: application/$1" "${@:2}"; }
streams_writes() {
  streams_write json -X POST --data-binary "@$work/streams-large.json" "$streams_maps" || return 1
  for _ in $(seq 60); do
    streams_write merge-patch+json -X PATCH -d "{\"data\":{\"at\":\"$RANDOM\"}}" "$streams_maps/large" || return 1
  done
}
ok "an object of 800 kB is changed 60 times while four watches stand still" streams_writes
streams_slowest() { slowest --cert "$work/admin.crt" --key "$work/admin.key" https://127.0.0.1:6443/api/v1/namespaces; }
streams_fine() { awk -v now="$(streams_slowest)" 'BEGIN { print now " s"; exit !(now < 1) }'; }
within 40 "others are answered within 1 s" streams_fine
say "RSS $(memory VmRSS) MB"
streams_rss() { [ "$(memory VmRSS)" -lt 450 ] || { memory VmRSS; return 1; }; }
ok "minik holds less than 450 MB" streams_rss
ok "kubectl reads the same pod's logs" outputs 'nobody reads' k -n attack-streams logs talker -c loud --tail 1
kill -KILL "${streams_pids[@]}"
wait "${streams_pids[@]}" 2>/dev/null
# Those of exec are a pod's processes: they go with their stream.
streams_left() { k -n attack-streams exec talker -c port -- sh -c 'ps | grep "said by exe[c]"'; }
within 60 "what exec began ends with its streams" fails streams_left
k delete namespace attack-streams --wait=false >/dev/null
streams_gone() { ! k get namespace attack-streams 2>/dev/null; }
within 60 "the pod goes" streams_gone
ok "minik is alive" kill -0 "${host_pid[a]}"

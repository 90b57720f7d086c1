# kubectl's streams at the URLs of CRI: its SPDY, and its WebSockets. Sourced by run.sh.
(exec nsenter --net="/run/netns/$prefix-a" /usr/bin/python3 "$here/streams.py" "$sock" "$tools/containerd" "$work/streams.port") \
  >"$work/streams.log" 2>&1 &
streams_pid=$!
within 20 "the way to the streams is open" test -s "$work/streams.port"
on a /usr/bin/python3 "$here/pod.py" "$sock" "$tools/containerd" registry.test/minik/busybox:1 up || exit 1

# s TRANSPORT KUBECTL_ARGS...: with TERMINAL set at a terminal of this side, which kubectl wants to have for one on the other.
spawn='import pty, sys; pty.spawn(sys.argv[1:])'
s() {
  local spdy=true
  [ "$1" = spdy ] && spdy=false
  shift
  on a env KUBECTL_REMOTE_COMMAND_WEBSOCKETS=$spdy KUBECTL_PORT_FORWARD_WEBSOCKETS=$spdy ${TERMINAL:+/usr/bin/python3 -c "$spawn"} \
    timeout --foreground 30 "$kubectl_binary" --server "http://127.0.0.1:$(cat "$work/streams.port")" "$@"
}
at_terminal() { TERMINAL=yes s "$@" </dev/null; }
fed() { local text=$1; shift; printf '%s' "$text" | "$@"; }
forwarded() { # TRANSPORT PORT
  s "$1" port-forward plain "$2:8080" >"$work/forward.log" 2>&1 &
  local pid=$! found=1
  for _ in $(seq 50); do
    [ "$(on a curl -fs -m 2 "http://127.0.0.1:$2/version")" = minik ] && { found=0; break; }
    read -r -t 0.2 <> <(:) || true
  done
  [ "$found" = 0 ] && on a curl -fs "http://127.0.0.1:$2/version" "http://127.0.0.1:$2/version" >/dev/null || found=1
  pkill -P $pid 2>/dev/null
  kill $pid 2>/dev/null
  [ $found = 0 ] || { cat "$work/forward.log"; return 1; }
}
for way in spdy websocket; do
  ok "$way: a command's output" outputs '^hello$' s $way exec plain -- echo hello
  ok "$way: its errors and its exit code" outputs 'exit code 7' s $way exec plain -- sh -c 'echo wrong >&2; exit 7'
  ok "$way: what is typed" outputs '^typed$' fed typed s $way exec -i plain -- cat
  ok "$way: a terminal" outputs '^/dev/pts/0' at_terminal $way exec -it plain -- tty
  ok "$way: a large answer" [ "$(s $way exec plain -- sh -c 'head -c 3000000 /dev/zero' | wc -c)" = 3000000 ]
  ok "$way: a program that is not there" outputs 'no such|not found|executable' s $way exec plain -- /no/such
  ok "$way: a port of the pod, three times" forwarded $way $((19000 + ${#way}))
done
ok "spdy: the container's own input and output" outputs '^got one$' fed $'one\n' s spdy attach -i reads
ok "websocket: the container's own input and output" outputs '^got two$' fed $'two\n' s websocket attach -i reads
on a /usr/bin/python3 "$here/pod.py" "$sock" "$tools/containerd" - down
kill "$streams_pid" 2>/dev/null
wait "$streams_pid" 2>/dev/null

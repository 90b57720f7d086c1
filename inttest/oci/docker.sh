# Sourced by run.sh: docker's everyday commands through minik runc, by a dockerd of its own.
say "docker"
mkdir -p "$work/docker"
dockerd --data-root "$work/docker/data" --exec-root "$work/docker/exec" --pidfile "$work/docker/pid" --host "unix://$work/docker/sock" \
  --bridge none --iptables=false --ip-forward=false --storage-driver vfs --exec-opt native.cgroupdriver=cgroupfs \
  --default-ulimit nofile=1024:1024 --add-runtime "minik=$runc" --default-runtime minik >"$work/docker/log" 2>&1 &
dockerd=$!
d() { docker -H "unix://$work/docker/sock" "$@"; }
within 30 "dockerd is there" d version
tar -C "$work/b/rootfs" -cf "$work/image.tar" .
ok "an image" outputs sha256 d import "$work/image.tar" test:1
ok "run ends as its container" code 6 d run --rm --network none test:1 /bin/sh -c 'exit 6'
ok "run -d" d run -d --name aa --network none test:1 /bin/sleep 1000
ok "ps" outputs ' Up ' d ps
ok "exec" outputs in-exec d exec aa /bin/echo in-exec
ok "exec -t has a terminal" outputs /dev/pts/ script -qec "docker -H unix://$work/docker/sock exec -t aa /bin/sh -c 'busybox tty'" /dev/null
ok "top" outputs 'sleep 1000' d top aa
ok "stats" outputs ' aa ' d stats --no-stream aa
ok "pause" d pause aa
ok "it says so" outputs Paused d ps
ok "unpause" d unpause aa
ok "update" d update --cpus 0.5 aa
ok "stop" d stop -t 1 aa
ok "start" d start aa
ok "rm -f" d rm -f aa
ok "docker's seccomp profile is loaded" outputs 'Seccomp:.2' d run --rm --network none test:1 cat /proc/self/status
ok "a program that is not there is 127" code 127 d run --rm --network none test:1 nosuch
ok "a directory is 126" code 126 d run --rm --network none test:1 /etc
kill "$dockerd"
wait "$dockerd" 2>/dev/null

# Sourced by run.sh: podman's everyday commands through minik runc, with a storage of its own.
say "podman"
cat >"$work/containers.conf" <<'CONF'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
CONF
p() {
  CONTAINERS_CONF=$work/containers.conf podman --root "$work/podman/root" --runroot "$work/podman/run" --runtime "$runc" \
    --cgroup-manager cgroupfs --events-backend file --storage-driver vfs "$@"
}
mkdir -p "$work/podman"
tar -C "$work/b/rootfs" -cf "$work/image.tar" .
ok "an image" outputs . p import "$work/image.tar" test:1
ok "run says what it says and ends as it does" code 5 p run --rm --network none test:1 /bin/sh -c 'exit 5'
ok "run -d" p run -d --name a --network none test:1 /bin/sleep 1000
ok "ps" outputs ' Up ' p ps
ok "exec" outputs in-exec p exec a /bin/echo in-exec
ok "exec -t has a terminal" outputs /dev/pts/ p exec -t a /bin/sh -c 'busybox tty'
ok "top" outputs 'sleep 1000' p top a
ok "pause" p pause a
ok "unpause" p unpause a
ok "restart" p restart -t 0 a
ok "stop" p stop -t 1 a
ok "rm" p rm a
ok "run -t has a terminal" outputs /dev/pts/0 p run --rm -t --network none test:1 /bin/sh -c 'busybox tty'
ok "limits, a user, a tmpfs, no capability" outputs 'CapEff:.0000000000000000' p run --rm --network none --tmpfs /tmp --read-only \
  --user 1000:1000 --cap-drop all --pids-limit 20 -m 64m test:1 /bin/sh -c 'touch /tmp/x && cat /proc/self/status'
ok "a program that is not there is 127" code 127 p run --rm --network none test:1 nosuch
ok "a directory is 126" code 126 p run --rm --network none test:1 /etc
p rmi -af >/dev/null 2>&1

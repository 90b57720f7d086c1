#!/usr/bin/env bash
# minik runc as others use it: 76 bundles beside Debian's runc and crun, with a minik that runs and alone; clients that are killed
# at any moment; podman's and docker's everyday commands where they are installed.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
here=$root/inttest/oci
begin
for package in runc crun; do
  command -v $package >/dev/null || (. "$root/build-env.sh" && install_packages $package) || exit 1
done
busybox=$(command -v busybox)
cp "$minik" "$work/minik"
export MINIK_RUN_DIR=$work/a/run
runc=$work/minik.runc
state=$work/state
ok "the client is made by its first use" outputs 'runc version minik' "$work/minik" runc --version
ok "it is a file that is executed" test -x "$runc"
# crun refuses v1 beside a v2 tree, so it sees the machine without that.
cat >"$work/crun" <<'SH'
#!/bin/sh
exec unshare -m sh -c '! mountpoint -q /sys/fs/cgroup/unified || umount /sys/fs/cgroup/unified; exec crun "$@"' crun "$@"
SH
chmod +x "$work/crun"
compare() { python3 "$here/bundles.py" compare "$work/bundle" "$busybox" "minik=$runc --root $state" "runc=runc" "crun=$work/crun" "$@"; }
count() { # reads checks of its own kind
  local line
  while IFS= read -r line; do
    printf '%s\n' "$line"
    case $line in 'ok - '*) passed=$((passed + 1)) ;; 'not ok - '*) failed=$((failed + 1)) ;; esac
  done
}

say "alone: a JVM for each call"
python3 "$here/bundles.py" make "$work/b" "$busybox" plain
inside() { python3 - "$work/b/config.json" "$@" <<'PY'
import json, sys
c = json.load(open(sys.argv[1]))
c["process"]["args"] = sys.argv[2:]
json.dump(c, open(sys.argv[1], "w"))
PY
}
r() { "$runc" --root "$state" "$@"; }
status() { r state "$1" | grep -o '"status" : "[a-z]*"'; }
code() { local want=$1; shift; "$@"; [ $? -eq "$want" ]; }
inside /bin/sh -c 'exit 7'
ok "run ends as its container" code 7 r run --bundle "$work/b" mko-1
inside /bin/sleep 1000
create() { r create --bundle "$work/b" --pid-file "$work/pid" "$1" </dev/null >"$work/out" 2>&1; }
ok "create" create mko-2
ok "it waits" outputs created status mko-2
ok "start" r start mko-2
ok "it runs" outputs running status mko-2
ok "exec" outputs hello r exec mko-2 /bin/echo hello
ok "list" outputs "mko-2 +$(cat "$work/pid") +running" r list
ok "kill" r kill mko-2 KILL
within 10 "it has stopped" outputs stopped status mko-2
ok "delete" r delete mko-2

say "with a minik that runs"
host_up a 1
minik_start a server || exit 1
within 20 "it listens" test -S "$MINIK_RUN_DIR/oci/runc.sock"
ok "the socket is root's alone" outputs '^700$' stat -c %a "$MINIK_RUN_DIR/oci"
inside /bin/sleep 1000
ok "create, start, in its process" create mko-3
ok "start" r start mko-3
ok "no JVM was started for it" fails pgrep -f "$work/minik io.minik.runtime.oci.Alone"
ok "the container is nobody's child in minik" fails pgrep -P "${host_pid[a]}" -f sleep
kill -9 "${host_pid[a]}"
ok "after a kill -9 of minik it runs" outputs running status mko-3
ok "and is ended alone" r delete --force mko-3
minik_start a server || exit 1
count < <(compare)

# The group above one that a bundle names is nobody's.
find /sys/fs/cgroup -maxdepth 2 -type d -name mko-a -exec rmdir {} +
say "clients killed at any moment"
inside /bin/sleep 1000
for i in $(seq 40); do
  r run -d --bundle "$work/b" mko-k </dev/null >/dev/null 2>&1 &
  client=$!
  read -r -t "0.0$((RANDOM % 30 + 10))" <> <(:) || true
  kill -9 $client 2>/dev/null
  wait $client 2>/dev/null
  r delete --force mko-k 2>>"$work/deletes"
done
ok "each could be deleted" test ! -s "$work/deletes"
within 10 "no process is left" fails pgrep -f '^(minik-runc|/bin/sleep 1000)$'
ok "no state" test -z "$(ls -A "$state")"
ok "no mount" fails grep -q "$work/b/" /proc/self/mountinfo
no_cgroup() { [ -z "$(find /sys/fs/cgroup -maxdepth 2 -name 'mko-*')" ]; }
within 10 "no cgroup" no_cgroup

if command -v podman >/dev/null; then . "$here/podman.sh"; else say "podman is not installed: not tried"; fi
if command -v dockerd >/dev/null; then . "$here/docker.sh"; else say "docker is not installed: not tried"; fi

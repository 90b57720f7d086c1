#!/usr/bin/env bash
# A fresh Debian 12 at this machine's speed: a minimal root of its own, in namespaces of its own (mount, pid, network, host
# name), with this machine's kernel; it reaches the outside by slirp4netns. Runs a command in the tree as committed:
#   root.sh ./quickstart.sh
#   root.sh ./test.sh
# Without a command: ./quickstart.sh, then the removal that it names, then ./test.sh.
# Needs root, mmdebstrap, slirp4netns. Kept between runs: nothing. vm.sh has a kernel and a systemd of its own.
set -uo pipefail
repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
top=${MINIK_FRESH_DIR:-/tmp/minik-fresh}
root=$top/root

make_root() {
  mkdir -p "$root"
  mmdebstrap --quiet --variant=minbase bookworm "$root" || return 1
  # Certificate authorities that this machine's network needs to reach the registries.
  mkdir -p "$root/usr/local/share/ca-certificates"
  cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/" 2>/dev/null
  echo 'nameserver 10.0.2.3' >"$root/etc/resolv.conf"
  echo '127.0.0.1 localhost fresh' >"$root/etc/hosts"
  mkdir -p "$root/root/minik"
  git -C "$repo" archive HEAD | tar -x -C "$root/root/minik"
}

# What an init would have mounted; the root is a mount, as every machine's is.
in_root() {
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount -t sysfs sysfs "$root/sys"
  mount --rbind /sys/fs/cgroup "$root/sys/fs/cgroup"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs tmpfs "$root/run"
  mount -t tmpfs tmpfs "$root/tmp"
  ip link set lo up
  # The network comes from outside: slirp4netns makes it once it knows this process.
  until ip route | >/dev/null grep default; do read -r -t 0.1 <> <(:) || true; done
  mkdir -p "$root/old" && cd "$root" && pivot_root . old && cd / && umount -l /old && rmdir /old || return 1
  exec env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 MINIK_RUN_LIMIT="${MINIK_RUN_LIMIT:-600}" \
    bash -c 'cd /root/minik && "$@"' fresh "$@"
}

# What the processes of the root, gone with their namespace, leave outside of it: cgroups.
clean_up() {
  find /sys/fs/cgroup -depth -type d \( -path '/sys/fs/cgroup*/minik' -o -path '/sys/fs/cgroup*/minik/*' \) -exec rmdir {} +
  rm -rf --one-file-system "$top"
}

run() {
  [ ! -e "$top" ] || { echo "$top is there already"; return 1; }
  [ -z "$(find /sys/fs/cgroup -maxdepth 2 -name minik)" ] || { echo "a minik runs here, or its cgroups are left"; return 1; }
  trap clean_up EXIT
  make_root || return 1
  export -f in_root
  export root
  unshare --mount --pid --net --uts --fork --propagation private bash -c 'hostname fresh; in_root "$@"' fresh "$@" &
  local child=$! inside=
  until [ -n "$inside" ]; do
    kill -0 "$child" 2>/dev/null || { wait "$child"; return; }
    inside=$(pgrep -P "$child" | head -1)
  done
  # Its namespaces are new once its network is not this one.
  until [ "$(readlink "/proc/$inside/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do read -r -t 0.05 <> <(:) || true; done
  slirp4netns --configure --disable-host-loopback --mtu=65520 "$inside" tap0 >"$top/slirp.log" 2>&1 &
  local slirp=$!
  wait "$child"
  local status=$?
  kill "$slirp" 2>/dev/null
  wait "$slirp" 2>/dev/null
  return $status
}

[ "$(id -u)" = 0 ] || { echo "root.sh needs root"; exit 1; }
if [ $# -eq 0 ]; then
  set -- bash -c './quickstart.sh && cli/target/minik killall --data-dir /var/lib/minik-quickstart/data --run-dir /var/lib/minik-quickstart/run && ./test.sh'
fi
run "$@"

#!/usr/bin/env bash
# Virtual machines with nothing but a fresh Debian 12 on them: cgroup v2, systemd, ssh. Used by hand:
#   vm.sh make              the image, once
#   vm.sh up NAME N         boots machine N (1..9) from a fresh copy of the image, waits for its ssh
#   vm.sh boot NAME         boots it again from its disk
#   vm.sh sh NAME COMMAND   runs a command there
#   vm.sh clone NAME        puts the tree, as committed, into /root/minik there
#   vm.sh down NAME         powers it off
# Needs qemu-system-x86, qemu-utils, mmdebstrap, openssh-client. MINIK_VM_KVM= (empty) emulates where KVM does not work;
# that is about fifteen times slower.
set -uo pipefail
repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
vms=${MINIK_VM_DIR:-/tmp/minik-vm}
memory=${MINIK_VM_MEMORY:-4096}
cpus=${MINIK_VM_CPUS:-2}
disk=16G
# Host ports on the loopback: ssh of machine N is this plus N, the cable between two machines this plus 10.
ports=${MINIK_VM_PORTS:-22700}

# A root with the least that boots and can be reached. kmod and the network are systemd's; nothing of ours is prepared.
vm_make() {
  [ -s "$vms/base.qcow2" ] && return
  mkdir -p "$vms"
  rm -rf "$vms/root" "$vms/base.raw"
  [ -f "$vms/key" ] || ssh-keygen -q -t ed25519 -N '' -f "$vms/key"
  mmdebstrap --quiet --variant=minbase --include=systemd,systemd-sysv,systemd-resolved,dbus,udev,kmod,openssh-server,linux-image-cloud-amd64 \
    bookworm "$vms/root" || return 1
  local root=$vms/root
  install -D -m 600 "$vms/key.pub" "$root/root/.ssh/authorized_keys"
  printf '[Match]\nName=e*\n[Network]\nDHCP=yes\n' >"$root/etc/systemd/network/80-dhcp.network"
  printf '[Match]\nMACAddress=52:54:00:77:*\n[Link]\nRequiredForOnline=no\n' >"$root/etc/systemd/network/70-cable.network"
  ln -sf /run/systemd/resolve/resolv.conf "$root/etc/resolv.conf"
  for unit in systemd-networkd systemd-resolved ssh serial-getty@ttyS0; do systemctl --root "$root" enable -q "$unit"; done
  echo '/dev/vda / ext4 defaults 0 1' >"$root/etc/fstab"
  # Certificate authorities that this machine's network needs to reach the registries.
  mkdir -p "$root/usr/local/share/ca-certificates"
  cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/" 2>/dev/null
  cp "$root"/boot/vmlinuz-* "$vms/vmlinuz"
  cp "$root"/boot/initrd.img-* "$vms/initrd"
  mkfs.ext4 -q -d "$root" "$vms/base.raw" $disk || return 1
  qemu-img convert -O qcow2 "$vms/base.raw" "$vms/base.qcow2" && rm -rf "$root" "$vms/base.raw"
}

vm_up() { # NAME N
  mkdir -p "$vms/$1"
  echo "$2" >"$vms/$1/number"
  qemu-img create -q -f qcow2 -b "$vms/base.qcow2" -F qcow2 "$vms/$1/disk.qcow2" || return 1
  vm_boot "$1"
  vm_sh "$1" "hostnamectl set-hostname $1; echo 127.0.1.1 $1 >>/etc/hosts"
}

vm_boot() { # NAME
  local dir=$vms/$1 n cable acceleration=(-accel tcg,thread=multi,tb-size=1024 -cpu Westmere)
  n=$(cat "$dir/number")
  [ -n "${MINIK_VM_KVM-$([ -w /dev/kvm ] && echo yes)}" ] && acceleration=(-accel kvm -cpu host)
  # The first machine listens for the cable's other end, which the second one brings.
  cable=connect=127.0.0.1:$((ports + 10))
  [ "$n" = 1 ] && cable=listen=127.0.0.1:$((ports + 10))
  qemu-system-x86_64 "${acceleration[@]}" -m "$memory" -smp "$cpus" -display none -nodefaults -no-user-config \
    -kernel "$vms/vmlinuz" -initrd "$vms/initrd" -append "root=/dev/vda rw console=ttyS0 mitigations=off ${MINIK_VM_APPEND:-}" \
    -drive "file=$dir/disk.qcow2,if=virtio,cache=unsafe,discard=unmap" -device virtio-rng-pci \
    -netdev "user,id=outside,ipv6=off,hostfwd=tcp:127.0.0.1:$((ports + n))-:22" -device virtio-net-pci,netdev=outside \
    -netdev "socket,id=cable,$cable" -device "virtio-net-pci,netdev=cable,mac=52:54:00:77:00:0$n" \
    -serial "file:$dir/console" -monitor "unix:$dir/monitor,server,nowait" -pidfile "$dir/pid" -daemonize || return 1
  vm_wait "$1"
}

vm_wait() {
  local end=$((SECONDS + 400))
  until vm_sh "$1" true 2>/dev/null; do
    [ $SECONDS -lt $end ] || { echo "$1 does not answer"; tail -30 "$vms/$1/console"; return 1; }
    read -r -t 0.5 <> <(:) || true
  done
}

vm_sh() { # NAME COMMAND...
  local n
  n=$(cat "$vms/$1/number")
  shift
  # -n is not given: tar and scripts come in by standard input.
  ssh -q -i "$vms/key" -p $((ports + n)) -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=5 \
    -o ServerAliveInterval=15 root@127.0.0.1 "$@"
}

vm_down() { # NAME
  local pid
  pid=$(cat "$vms/$1/pid" 2>/dev/null) || return 0
  vm_sh "$1" systemctl poweroff 2>/dev/null
  timeout 30 tail --pid="$pid" -f /dev/null || kill "$pid"
  rm -f "$vms/$1/pid"
}

# The tree as committed, without anything built or fetched.
vm_clone() { # NAME
  git -C "$repo" archive --prefix=minik/ HEAD | vm_sh "$1" tar -x -C /root
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  command=$1
  shift
  "vm_$command" "$@"
fi

#!/usr/bin/env bash
# install.sh: installs, updates in place, refuses what it must, and its uninstall script leaves nothing. It runs in a mount
# namespace of its own, where /etc/minik, /var/lib/minik and /run are empty.
if [ "${MINIK_INSTALL_TEST:-}" != inside ]; then
  MINIK_INSTALL_TEST=inside exec unshare --mount --propagation private bash "$0"
fi
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
made=()
for folder in /etc/minik /var/lib/minik /run/minik; do
  made[${#made[@]}]=$(mkdir -pv "$folder" | grep -c .)
  mount -t tmpfs none "$folder"
done
rm -rf "$work"
mkdir -p "$work/bin" "$work/units"
finish() {
  umount /etc/minik /var/lib/minik /run/minik 2>/dev/null
  rmdir /etc/minik /var/lib/minik /run/minik 2>/dev/null
  rm -rf "$work"
  printf '%s: %d passed, %d failed\n' "$scenario" "$passed" "$failed"
  [ "$failed" -eq 0 ]
  exit
}
trap finish EXIT
install() {
  env MINIK_BIN_DIR="$work/bin" MINIK_SYSTEMD_DIR="$work/units" MINIK_SKIP_START=1 MINIK_SKIP_ENABLE=1 \
    MINIK_SOURCE="$minik" "${with[@]}" sh "$root/install.sh" "$@"
}
with=(A=b)
ok "a server is installed" outputs 'installed .*/bin/minik' install server --tls-san 'a b'
ok "the program runs" outputs '^minik [0-9]' "$work/bin/minik" version
ok "its class archive was made" test -s "$work/bin/minik.jsa"
unit=$(cat "$work/units/minik.service")
ok "the unit runs it with its arguments" like "$unit" "^ExecStart=$work/bin/minik server \"--tls-san\" \"a b\"\$"
ok "the unit lets containers live" like "$unit" '^KillMode=process$'
ok "a stop is no failure" like "$unit" '^SuccessExitStatus=143$'
ok "installing the same again changes nothing" outputs 'is up to date' install server --tls-san 'a b'
ok "a machine's own kubectl stays" outputs 'kubectl stays: minik kubectl runs it' install server --tls-san 'a b'
with=(MINIK_SYMLINK=skip)
ok "no links are made where none are wanted" fails outputs 'link to minik|kubectl stays' install server --tls-san 'a b'
with=(MINIK_SYMLINK=force)
ok "kubectl and crictl are links to minik" outputs 'kubectl is a link to minik' install server --tls-san 'a b'
ok "of that name it runs the machine's" outputs 'Client Version: v1' "$work/bin/kubectl" version --client
ok "crictl is not there, and how to get it is said" outputs 'minik crictl --fetch' env PATH=/usr/bin:/bin "$work/bin/crictl" ps
with=(MINIK_SHA256=0000)
ok "a wrong checksum is refused" outputs 'sha256 of .* is [0-9a-f]+, not 0000' install
ok "and what was installed still runs" "$work/bin/minik" version
with=(MINIK_URL=https://192.168.77.1:6443)
ok "an agent without a token is refused" outputs 'MINIK_TOKEN is required' install
with=(MINIK_URL=http://192.168.77.1:6443 MINIK_TOKEN=x)
ok "an agent without TLS is refused" outputs 'must begin with https' install
with=(MINIK_URL=https://192.168.77.1:6443 MINIK_TOKEN=word)
ok "an agent is installed" install
ok "its unit runs the agent" outputs "^ExecStart=$work/bin/minik agent\$" cat "$work/units/minik-agent.service"
ok "its token is in a file that only root reads" outputs '^600$' stat -c %a "$work/units/minik-agent.service.env"
ok "the file says whom to join" outputs '^MINIK_JOIN=https://192.168.77.1:6443$' cat "$work/units/minik-agent.service.env"
ok "uninstall runs" sh "$work/bin/minik-uninstall.sh"
ok "the program is gone" test ! -e "$work/bin/minik"
ok "the links are gone" test ! -L "$work/bin/kubectl" -a ! -L "$work/bin/crictl"
ok "the unit is gone" test ! -e "$work/units/minik.service"

# A fresh machine updates itself in its first minutes: what our scripts install packages by waits for the other apt, and for
# nothing else. The apt here is one that finds the locks taken twice, of the lists and of dpkg.
mkdir "$work/apt"
cat >"$work/apt/apt-get" <<APT
#!/bin/sh
echo "\$*" >>"$work/apt/calls"
case \$(wc -l <"$work/apt/calls") in
  1) echo 'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 42 (apt-get)' >&2; exit 100 ;;
  2) echo 'E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?' >&2; exit 100 ;;
  3) exit 0 ;;
  *) echo 'E: Unable to locate package nothing' >&2; exit 100 ;;
esac
APT
chmod +x "$work/apt/apt-get"
apt_get() { PATH=$work/apt:$PATH bash -c ". '$root/build-env.sh' && apt_get \"\$@\"" - "$@"; }
ok "another apt is waited for, and told of once" test "$(apt_get install busybox 2>&1)" = "waiting for another apt to end"
ok "it was tried three times, with dpkg's own patience" test "$(grep -c 'DPkg::Lock::Timeout=[0-9]* install busybox$' "$work/apt/calls")" = 3
ok "what is no lock is not waited for" fails apt_get install nothing
ok "and asked once" test "$(wc -l <"$work/apt/calls")" = 4

# Sourced: sets JAVA_HOME to the newest JDK (17 or later) that this machine has; installs Debian's 17 where there is none.
newest_jdk() {
  local home version best=0 found=
  for home in /usr/lib/jvm/* /opt/java/*; do
    [ -x "$home/bin/javac" ] && [ -r "$home/release" ] || continue
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")
    if [ "${version:-0}" -gt "$best" ]; then best=$version found=$home; fi
  done
  [ "$best" -ge 17 ] && echo "$found"
}
# apt_get ARGS...: as apt-get, but waits while another one works: a fresh machine updates itself in its first minutes. The
# option is for dpkg's lock; that of the lists has none.
apt_get() {
  local out said='' end=$((SECONDS + ${APT_WAIT_SECONDS:-600}))
  until out=$(DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 "$@" 2>&1); do
    if ! grep -qE 'Could not get lock|Unable to (lock|acquire)' <<<"$out" || [ $SECONDS -ge $end ]; then
      printf '%s\n' "$out" >&2
      return 1
    fi
    [ -n "$said" ] || { said=1; echo "waiting for another apt to end" >&2; }
    read -r -t 1 <> <(:) || true
  done
}
install_packages() { apt_get update -qq && apt_get install -y -qq --no-install-recommends "$@"; }
if [ -z "$(newest_jdk)" ]; then install_packages openjdk-17-jdk-headless; fi
for tool in curl unzip; do command -v $tool >/dev/null || install_packages curl unzip ca-certificates; done
JAVA_HOME=$(newest_jdk)
export JAVA_HOME

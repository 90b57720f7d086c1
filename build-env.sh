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
install_packages() {
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}
if [ -z "$(newest_jdk)" ]; then install_packages openjdk-17-jdk-headless; fi
for tool in curl unzip; do command -v $tool >/dev/null || install_packages curl unzip ca-certificates; done
JAVA_HOME=$(newest_jdk)
export JAVA_HOME

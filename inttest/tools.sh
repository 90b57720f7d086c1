#!/usr/bin/env bash
# Puts the clients that we are held against into .work/tools, once: kubectl 1.32 and 1.36 from Debian's newer suites
# (nothing of those suites is installed), and from bookworm what the scenarios need.
# etcd 3.5 and its clients, from trixie too, and 3.4 of bookworm: what inttest/etcd holds our etcd face against.
#   tools.sh              all of it
#   tools.sh quickstart   the little that quickstart.sh needs: kubectl of the stable suite alone
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
tools=$root/.work/tools
mkdir -p "$tools"

packages=(busybox-static nftables conntrack curl ca-certificates)
[ "${1:-}" = quickstart ] ||
  packages+=(docker-registry skopeo iproute2 iptables jq socat openssl procps util-linux kmod python3
    python3-grpcio python3-protobuf protobuf-compiler chromium chromium-driver haproxy keepalived)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | >/dev/null grep 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  # shellcheck source=../build-env.sh
  . "$root/build-env.sh"
  install_packages "${missing[@]}"
fi

# unpack_debs SUITE PACKAGE...: sets unpacked to a directory that has their files; nothing is installed.
unpack_debs() {
  local suite=$1 apt=$tools/apt-$1
  shift
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/files"
  echo "deb http://deb.debian.org/debian $suite main" >"$apt/sources.list"
  : >"$apt/status"
  # A mirror or a clock that is weeks behind is no reason to stop: the signature is still checked.
  local options=(-o Acquire::Check-Valid-Until=false -o APT::Sandbox::User=root -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o "Dir::State::status=$apt/status")
  apt-get "${options[@]}" -qq update
  (cd "$apt" && apt-get "${options[@]}" -qq download "$@")
  for deb in "$apt"/*.deb; do dpkg -x "$deb" "$apt/files"; done
  unpacked=$apt
}
fetch_kubectl() { # suite version-prefix
  local target=$tools/kubectl-$2
  [ -x "$target" ] && return
  if command -v kubectl >/dev/null && kubectl version --client 2>/dev/null | >/dev/null grep "v$2\."; then
    ln -sf "$(command -v kubectl)" "$target"
    return
  fi
  unpack_debs "$1" kubectl
  "$unpacked/files/usr/bin/kubectl" version --client | >/dev/null grep "v$2\." ||
    { echo "Debian $1 has another kubectl than $2: $("$unpacked/files/usr/bin/kubectl" version --client)"; return 1; }
  install -m 755 "$unpacked/files/usr/bin/kubectl" "$target"
  rm -rf "$unpacked"
}
fetch_etcd() { # suite version-prefix suffix programs...
  local suite=$1 version=$2 suffix=$3
  shift 3
  for program in "$@"; do [ -x "$tools/$program$suffix" ] || break; done
  [ -x "$tools/$program$suffix" ] && return
  unpack_debs "$suite" etcd-server etcd-client
  "$unpacked/files/usr/bin/etcd" --version | >/dev/null grep "etcd Version: $version\." ||
    { echo "Debian $suite has another etcd than $version: $("$unpacked/files/usr/bin/etcd" --version)"; return 1; }
  for program in "$@"; do install -m 755 "$unpacked/files/usr/bin/$program" "$tools/$program$suffix"; done
  rm -rf "$unpacked"
}
# Its program carries the description of CRI that it was built from: inttest/cri speaks those words. It is not run.
fetch_containerd() {
  [ -x "$tools/containerd" ] && return
  unpack_debs bookworm containerd
  install -m 755 "$unpacked/files/usr/bin/containerd" "$tools"
  rm -rf "$unpacked"
}
fetch_kubectl trixie 1.32
# For tests that ask for it by name.
mkdir -p "$tools/bin"
ln -sf ../kubectl-1.32 "$tools/bin/kubectl"
[ "${1:-}" = quickstart ] || fetch_kubectl sid 1.36
if [ "${1:-}" != quickstart ]; then
  fetch_etcd trixie 3.5 '' etcd etcdctl etcdutl
  fetch_etcd bookworm 3.4 -3.4 etcd etcdctl
  fetch_containerd
fi

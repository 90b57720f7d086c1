#!/bin/sh
# Installs minik as a service (systemd), or updates it in place.
#
#   sh install.sh                                   a server (MINIK_SOURCE = what to install)
#   MINIK_URL=https://server:6443 MINIK_TOKEN=… sh install.sh     an agent
#   sh install.sh server --disable-agent …          arguments go into the unit
#
# MINIK_SOURCE       file or https URL of the built program; default ./minik, else cli/target/minik beside this script
# MINIK_SHA256       its sha256; checked when set (and required for a plain http URL)
# MINIK_BIN_DIR      default /usr/local/bin
# MINIK_SYSTEMD_DIR  default /etc/systemd/system
# MINIK_SKIP_START   anything: install, but do not start
# MINIK_SKIP_ENABLE  anything: do not start at boot
# MINIK_SYMLINK      skip: make no kubectl and crictl beside minik; force: also where the machine has its own
set -e

fatal() { echo "install.sh: $*" >&2; exit 1; }
info() { echo "minik: $*"; }

here=$(cd "$(dirname "$0")" 2>/dev/null && pwd || pwd)
bin=${MINIK_BIN_DIR:-/usr/local/bin}
units=${MINIK_SYSTEMD_DIR:-/etc/systemd/system}
kind=server
[ -n "$MINIK_URL" ] && kind=agent
case ${1:-} in
  server|agent) kind=$1; shift ;;
  ''|-*) ;;
  *) fatal "unknown command \"$1\": server or agent" ;;
esac
if [ $kind = agent ]; then
  [ -n "$MINIK_URL" ] || fatal "MINIK_URL is required for an agent: https://SERVER:6443"
  [ -n "$MINIK_TOKEN" ] || fatal "MINIK_TOKEN is required for an agent: it is in /var/lib/minik/server/token on the server"
  case $MINIK_URL in https://*) ;; *) fatal "MINIK_URL must begin with https://: $MINIK_URL" ;; esac
fi
[ "$(id -u)" = 0 ] || fatal "needs root"
name=minik
[ $kind = agent ] && name=minik-agent

check_machine() {
  case $(uname -m) in
    x86_64|amd64) ;;
    *) fatal "this version runs containers on x86_64 only, this machine is $(uname -m)" ;;
  esac
  best=0
  for home in "$JAVA_HOME" /usr/lib/jvm/* /opt/java/* /usr/java/*; do
    [ -x "$home/bin/java" ] && [ -r "$home/release" ] || continue
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")
    [ "${version:-0}" -gt "$best" ] && best=$version
  done
  [ "$best" -ge 17 ] || fatal "needs Java 17 or later (Debian: apt-get install openjdk-17-jre-headless)"
  command -v nft >/dev/null || fatal "needs nft (Debian: apt-get install nftables)"
}

fetch() { # to $1
  source=$MINIK_SOURCE
  if [ -z "$source" ]; then
    for candidate in "$here/minik" "$here/cli/target/minik"; do
      if [ -f "$candidate" ]; then source=$candidate; break; fi
    done
  fi
  [ -n "$source" ] || fatal "nothing to install: set MINIK_SOURCE to the built program or its URL"
  case $source in
    https://*|http://*)
      case $source in
        http://*) [ -n "$MINIK_SHA256" ] || fatal "MINIK_SHA256 is required with a plain http URL" ;;
      esac
      if command -v curl >/dev/null; then curl -fsSL -o "$1" "$source"; else wget -qO "$1" "$source"; fi ||
        fatal "can't download $source" ;;
    *) [ -f "$source" ] || fatal "$source is not a file"; cp "$source" "$1" ;;
  esac
  if [ -n "$MINIK_SHA256" ]; then
    sum=$(sha256sum "$1" | cut -d' ' -f1)
    [ "$sum" = "$MINIK_SHA256" ] || fatal "sha256 of $source is $sum, not $MINIK_SHA256"
  fi
}

install_program() {
  mkdir -p "$bin" "$units" /etc/minik
  new=$(mktemp "$bin/.minik.XXXXXX")
  trap 'rm -f "$new"' EXIT
  fetch "$new"
  changed=1
  if [ -f "$bin/minik" ] && [ "$(sha256sum <"$new")" = "$(sha256sum <"$bin/minik")" ]; then
    changed=
    rm -f "$new"
    info "$bin/minik is up to date"
  else
    chmod 755 "$new"
    "$new" version >/dev/null || fatal "what was fetched does not run"
    mv "$new" "$bin/minik"
    info "installed $bin/minik"
  fi
  trap - EXIT
  # The class archive belongs to this path and this JVM: it halves the time to start.
  if [ -n "$changed" ] || [ ! -f "$bin/minik.jsa" ]; then
    "$bin/minik" warm-up || info "no class archive could be made: minik starts, but slower"
  fi
}

# kubectl and crictl are minik under other names, where the machine has none of its own.
link_tools() {
  for tool in kubectl crictl; do
    if [ -L "$bin/$tool" ] && [ "$(readlink "$bin/$tool")" = minik ]; then continue; fi
    [ "$MINIK_SYMLINK" != skip ] || continue
    if [ "$MINIK_SYMLINK" != force ] && command -v $tool >/dev/null; then
      info "$(command -v $tool) stays: minik $tool runs it"
      continue
    fi
    if [ -e "$bin/$tool" ]; then info "$bin/$tool is a file of others, and stays"; continue; fi
    ln -s minik "$bin/$tool"
    info "$bin/$tool is a link to minik; the program itself: minik $tool --fetch"
  done
}

quoted() { for argument in "$@"; do printf ' "%s"' "$(printf %s "$argument" | sed 's/[\\"$%]/\\&/g; s/\\%/%%/g')"; done; }

write_unit() {
  unit=$units/$name.service
  environment=$units/$name.service.env
  (umask 077; : >"$environment.new")
  env | grep -E '^(MINIK_|HTTPS?_PROXY=|NO_PROXY=|https?_proxy=|no_proxy=)' |
    grep -vE '^MINIK_(SOURCE|SHA256|BIN_DIR|SYSTEMD_DIR|SKIP_START|SKIP_ENABLE|SYMLINK|URL)=' >>"$environment.new" || true
  [ $kind = agent ] && echo "MINIK_JOIN=$MINIK_URL" >>"$environment.new"
  cat >"$unit.new" <<UNIT
[Unit]
Description=minik $kind: Kubernetes in one program
Wants=network-online.target
After=network-online.target

[Service]
Type=simple
EnvironmentFile=-$environment
ExecStartPre=-/sbin/modprobe br_netfilter
ExecStartPre=-/sbin/modprobe overlay
ExecStart=$bin/minik $kind$(quoted "$@")
# Containers outlive a restart of minik, and are adopted.
KillMode=process
# A JVM that SIGTERM ends says 128 + 15.
SuccessExitStatus=143
Delegate=yes
LimitNOFILE=1048576
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity
Restart=always
RestartSec=5s

[Install]
WantedBy=multi-user.target
UNIT
  restart=$changed
  cmp -s "$unit.new" "$unit" && cmp -s "$environment.new" "$environment" || restart=1
  mv "$unit.new" "$unit"
  mv "$environment.new" "$environment"
}

write_uninstall() {
  cat >"$bin/$name-uninstall.sh" <<SCRIPT
#!/bin/sh
# Made by install.sh: stops minik and removes everything of it, data included.
[ "\$(id -u)" = 0 ] || { echo "needs root" >&2; exit 1; }
if command -v systemctl >/dev/null; then systemctl disable --now $name.service 2>/dev/null; fi
$bin/minik killall || exit 1
rm -f $units/$name.service $units/$name.service.env
if command -v systemctl >/dev/null; then systemctl daemon-reload 2>/dev/null; fi
for tool in kubectl crictl; do
  if [ -L "$bin/\$tool" ] && [ "\$(readlink "$bin/\$tool")" = minik ]; then rm -f "$bin/\$tool"; fi
done
rm -rf /var/lib/minik/* /run/minik/* /etc/minik/* $bin/minik $bin/minik.jsa $bin/minik-killall.sh $bin/$name-uninstall.sh
rmdir /var/lib/minik /run/minik /etc/minik 2>/dev/null
exit 0
SCRIPT
  cat >"$bin/minik-killall.sh" <<SCRIPT
#!/bin/sh
# Made by install.sh: stops minik and every container of it; data stays.
if command -v systemctl >/dev/null; then systemctl stop $name.service 2>/dev/null; fi
exec $bin/minik killall
SCRIPT
  chmod 755 "$bin/$name-uninstall.sh" "$bin/minik-killall.sh"
}

start() {
  if ! command -v systemctl >/dev/null || [ ! -d /run/systemd/system ]; then
    info "systemd does not run here: start it with: $bin/minik $kind"
    return
  fi
  systemctl daemon-reload
  [ -n "$MINIK_SKIP_ENABLE" ] || systemctl enable -q $name.service
  [ -z "$MINIK_SKIP_START" ] || return 0
  if [ -n "$restart" ]; then systemctl restart $name.service; else systemctl start $name.service; fi
  info "$name.service is started; logs: journalctl -u $name"
}

check_machine
install_program
link_tools
write_unit "$@"
write_uninstall
start
[ $kind = server ] && info "kubectl --kubeconfig /etc/minik/minik.yaml get nodes"
info "to remove it: $bin/$name-uninstall.sh"

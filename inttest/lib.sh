# Shared by the scenarios: hosts made of network namespaces, minik processes, an image registry, checks that count.
# A scenario is a folder with a run.sh that sources this; it talks to minik only as a user does.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tools=$root/.work/tools
minik=$root/cli/target/minik
scenario=$(basename "$(cd "$(dirname "$0")" && pwd)")
export prefix=${MINIK_TEST_PREFIX:-mkt} # names of namespaces and cgroups; another one lets two runs share a machine
work=${MINIK_TEST_DIR:-/tmp/minik-inttest}/$scenario
kubectl_binary=${KUBECTL:-$tools/kubectl-1.32}
lan=$prefix-lan      # the namespace with the switch that the hosts hang on
# BLOCKED_MILLIS=50: who holds an event loop for longer is named in the host's err file, with its stack.
[ -z "${BLOCKED_MILLIS:-}" ] || export MINIK_JAVA_OPTS="${MINIK_JAVA_OPTS:-} -Dminik.blocked-loop-millis=$BLOCKED_MILLIS"
export MINIK_RUN_LIMIT=${MINIK_RUN_LIMIT:-600}

passed=0
failed=0
declare -A host_ip host_pid host_args host_killall

say() { printf '# %s\n' "$*"; }

# ok TITLE COMMAND...: runs the command once; its failure is the check's.
ok() {
  local title=$1
  shift
  local out
  if out=$("$@" 2>&1); then
    passed=$((passed + 1))
    printf 'ok - %s\n' "$title"
  else
    failed=$((failed + 1))
    printf 'not ok - %s\n' "$title"
    printf '%s\n' "$out" | tail -n 30 | sed 's/^/#   /'
  fi
}

# within SECONDS TITLE COMMAND...: the condition becomes true in time (looked at five times a second).
within() {
  local limit=$1 title=$2
  shift 2
  local end=$((SECONDS + limit)) out
  while :; do
    if out=$("$@" 2>&1); then
      passed=$((passed + 1))
      printf 'ok - %s\n' "$title"
      return 0
    fi
    [ $SECONDS -lt $end ] || break
    read -r -t 0.2 <> <(:) || true
  done
  failed=$((failed + 1))
  printf 'not ok - %s (not within %s s)\n' "$title" "$limit"
  printf '%s\n' "$out" | tail -n 30 | sed 's/^/#   /'
  return 1
}

# like TEXT PATTERN: the text has a line that matches (extended regex).
like() { grep -Eq -- "$2" <<<"$1" || { printf 'no line matches %s in:\n%s\n' "$2" "$1"; return 1; }; }
outputs() { local pattern=$1 out; shift; out=$("$@" 2>&1); like "$out" "$pattern"; }
fails() { ! "$@"; }

on() { local host=$1; shift; nsenter --net="/run/netns/$prefix-$host" "$@"; }
k() { on "${KHOST:-a}" timeout 60 "$kubectl_binary" --kubeconfig "$work/${KHOST:-a}/kubeconfig" "$@"; }

# credentials: those of the kubeconfig (of KHOST) as files for curl: admin.ca, admin.crt, admin.key.
credentials() {
  local part
  for part in ca:certificate-authority crt:client-certificate key:client-key; do
    (umask 077; sed -n "s/^ *${part#*:}-data: //p" "$work/${KHOST:-a}/kubeconfig" | base64 -d >"$work/admin.${part%%:*}")
  done
}
# A program, to the server: for curl itself it indents its JSON, as upstream's does.
as_admin() { on a curl -A minik-inttest --cacert "$work/admin.ca" --cert "$work/admin.crt" --key "$work/admin.key" "$@"; }

memory() { # FIELD [HOST]: of /proc/PID/status, in megabytes
  awk -v field="$1:" '$1 == field { printf "%.0f", $2 / 1024 }' "/proc/${host_pid[${2:-a}]}/status"
}

# slowest CURL_ARGS...: of five answers, in seconds; 9 for one that did not come in 5.
slowest() {
  for _ in 1 2 3 4 5; do on a curl -fsSk --max-time 5 -o /dev/null -w '%{time_total}\n' "$@" || echo 9; done | sort -n | tail -n 1
}

lan_up() {
  ip netns add $lan
  ip -n $lan link set lo up
  ip -n $lan link add switch0 type bridge
  ip -n $lan addr add 192.168.77.254/24 dev switch0
  ip -n $lan link set switch0 up
}

# host_up NAME N: a machine with the address 192.168.77.N and a default route.
host_up() {
  local name=$1 ip=192.168.77.$2
  host_ip[$name]=$ip
  ip netns add "$prefix-$name"
  ip -n $lan link add "to-$name" type veth peer name eth0 netns "$prefix-$name"
  ip -n $lan link set "to-$name" master switch0 up
  ip -n "$prefix-$name" link set lo up
  ip -n "$prefix-$name" addr add "$ip/24" dev eth0
  ip -n "$prefix-$name" link set eth0 up
  ip -n "$prefix-$name" route add default via 192.168.77.254
  mkdir -p "$work/$name"
}

# minik_start HOST server|agent ARGS...: starts it, and waits until it says that it is ready.
minik_start() {
  local host=$1 kind=$2
  shift 2
  local dir=$work/$host
  host_args[$host]="$kind $*"
  local common=(--config "$dir/config.yaml" --data-dir "$dir/data" --run-dir "$dir/run" --log-dir "$dir/log"
    --node-name "node-$host" --node-ip "${host_ip[$host]}" --cgroup-root "$prefix-$scenario-$host"
    --node-password-file "$dir/node-password" --private-registry "$dir/registries.yaml" --resolv-conf "$dir/resolv.conf")
  [ "$kind" = server ] && common+=(--write-kubeconfig "$dir/kubeconfig" --tls-san "${host_ip[$host]}")
  [ "$kind" = server ] && [ -n "${audit-yes}" ] && common+=(--audit-log-path "$dir/audit.log")
  touch "$dir/config.yaml" "$dir/resolv.conf"
  rm -f "$dir/out" # the line of the start before is not this one's
  # exec all the way, so that $! is minik itself: the launcher becomes the JVM.
  (exec nsenter --net="/run/netns/$prefix-$host" setsid "$minik" "$kind" "${common[@]}" "$@") >"$dir/out" 2>>"$dir/err" &
  host_pid[$host]=$!
  local end=$((SECONDS + 60))
  until grep -q '^minik ready in' "$dir/out" 2>/dev/null; do
    if ! kill -0 "${host_pid[$host]}" 2>/dev/null || [ $SECONDS -ge $end ]; then
      failed=$((failed + 1))
      printf 'not ok - minik %s starts on %s\n' "$kind" "$host"
      tail -n 40 "$dir/out" "$dir/err" | sed 's/^/#   /'
      return 1
    fi
    read -r -t 0.1 <> <(:) || true
  done
  say "$host: $(cat "$dir/out")"
}

minik_kill9() { kill -9 "${host_pid[$1]}"; wait "${host_pid[$1]}" 2>/dev/null || true; }

killall_args() {
  echo "${host_killall[$1]:---data-dir $work/$1/data --run-dir $work/$1/run --cgroup-root $prefix-$scenario-$1}"
}

# registry_up HOST PORT [ADDRESS]: Debian's docker-registry on the host's loopback, or at the address that it is to listen at.
registry_up() {
  local host=$1 port=$2 address=${3:-127.0.0.1}
  mkdir -p "$work/registry"
  cat >"$work/registry.yml" <<CONF
version: 0.1
log: {level: warn}
storage:
  filesystem: {rootdirectory: $work/registry}
http: {addr: "$address:$port"}
CONF
  (exec nsenter --net="/run/netns/$prefix-$host" docker-registry serve "$work/registry.yml") >"$work/registry.log" 2>&1 &
  registry_pid=$!
  within 20 "the registry on $host answers" on "$host" curl -fsS "http://127.0.0.1:$port/v2/" >/dev/null
}

# image_push HOST PORT NAME:TAG [FILE_TEXT]: a busybox image made here, pushed by the registry's own HTTP API.
image_push() {
  local host=$1 port=$2 name=${3%%:*} tag=${3##*:} text=${4:-minik}
  local dir=$work/image-$name-$tag
  mkdir -p "$dir/fs/bin" "$dir/fs/etc" "$dir/fs/tmp" "$dir/fs/www" "$dir/fs/root"
  cp /bin/busybox "$dir/fs/bin/"
  on "$host" chroot "$dir/fs" /bin/busybox --install -s /bin
  printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n' >"$dir/fs/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$dir/fs/etc/group"
  printf '%s\n' "$text" >"$dir/fs/www/version"
  chmod 1777 "$dir/fs/tmp"
  tar -C "$dir/fs" --numeric-owner --owner=0 --group=0 -cf "$dir/layer.tar" .
  local diff
  diff=sha256:$(sha256sum "$dir/layer.tar" | cut -d' ' -f1)
  gzip -nf "$dir/layer.tar"
  printf '{"architecture":"amd64","os":"linux","config":{"Env":["PATH=/bin"],"Cmd":["/bin/sh"]},"rootfs":{"type":"layers","diff_ids":["%s"]},"history":[{"created_by":"minik inttest"}]}' \
    "$diff" >"$dir/config.json"
  local layer config
  layer=$(blob_push "$host" "$port" "$name" "$dir/layer.tar.gz")
  config=$(blob_push "$host" "$port" "$name" "$dir/config.json")
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"%s","size":%s},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"%s","size":%s}]}' \
    "$config" "$(stat -c %s "$dir/config.json")" "$layer" "$(stat -c %s "$dir/layer.tar.gz")" >"$dir/manifest.json"
  on "$host" curl -fsS -X PUT -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' \
    --data-binary "@$dir/manifest.json" "http://127.0.0.1:$port/v2/$name/manifests/$tag"
  rm -rf "$dir"
}

blob_push() { # HOST PORT NAME FILE: prints the digest
  local digest location
  digest=sha256:$(sha256sum "$4" | cut -d' ' -f1)
  location=$(on "$1" curl -fsS -X POST -D - -o /dev/null "http://127.0.0.1:$2/v2/$3/blobs/uploads/" |
    tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
  case $location in *\?*) location="$location&digest=$digest" ;; *) location="$location?digest=$digest" ;; esac
  on "$1" curl -fsS -X PUT -H 'Content-Type: application/octet-stream' --data-binary "@$4" "$location"
  echo "$digest"
}

# Undoes all that a scenario made, whatever it reached; then counts what is left as failures.
down() {
  trap - EXIT
  local host
  for host in "${!host_ip[@]}"; do
    # shellcheck disable=SC2046
    on "$host" timeout 60 "$minik" killall $(killall_args "$host") >"$work/$host/killall.out" 2>&1 || {
      failed=$((failed + 1))
      printf 'not ok - killall on %s\n' "$host"
      sed 's/^/#   /' "$work/$host/killall.out"
    }
  done
  [ -n "${registry_pid:-}" ] && kill "$registry_pid" 2>/dev/null && wait "$registry_pid" 2>/dev/null
  for host in "${!host_ip[@]}"; do
    wait "${host_pid[$host]:-}" 2>/dev/null
    ok "nothing of $host is left" nothing_left "$host"
    ip netns del "$prefix-$host" 2>/dev/null
  done
  ip netns del $lan 2>/dev/null
  [ "$failed" -eq 0 ] && [ -z "${KEEP:-}" ] && rm -rf "$work"
  printf '%s: %d passed, %d failed\n' "$scenario" "$passed" "$failed"
  [ "$failed" -eq 0 ]
  exit
}

# Processes, mounts, cgroups, links and nft tables of a host's minik: prints what it finds and fails.
nothing_left() {
  local host=$1 left=0 found
  found=$(pgrep -f -- "$work/$host/" || true)
  [ -z "$found" ] || { echo "processes:"; ps -o pid,args -p "$(tr '\n' ',' <<<"$found" | sed 's/,$//')"; left=1; }
  found=$(grep -F "$work/$host/" /proc/self/mountinfo || true)
  [ -z "$found" ] || { echo "mounts: $found"; left=1; }
  found=$(find /sys/fs/cgroup -type d -name "$prefix-$scenario-$host" 2>/dev/null || true)
  [ -z "$found" ] || { echo "cgroups: $found"; left=1; }
  found=$(on "$host" nft list tables 2>/dev/null || true)
  [ -z "$found" ] || { echo "nft tables: $found"; left=1; }
  found=$(on "$host" ip -o link | grep -vE '^[0-9]+: (lo|eth0)[:@]' || true)
  [ -z "$found" ] || { echo "links: $found"; left=1; }
  return $left
}

begin() {
  [ -x "$minik" ] || { echo "build first: $minik is not there"; exit 1; }
  rm -rf "$work"
  mkdir -p "$work"
  trap down EXIT
  lan_up
}

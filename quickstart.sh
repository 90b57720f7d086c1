#!/usr/bin/env bash
# From nothing to a cluster with two replicas behind a Service, on a fresh Debian 12 (root): installs what is missing,
# builds minik, starts it, deploys, shows what kubectl shows. Nothing but the package registries is needed.
# The cluster goes on running; it says at the end how to stop and remove it.
set -euo pipefail
cd "$(dirname "$0")"
[ "$(id -u)" = 0 ] || { echo "quickstart.sh needs root"; exit 1; }
base=${MINIK_QUICKSTART_DIR:-/var/lib/minik-quickstart}
port=${MINIK_QUICKSTART_PORT:-6443}
start=$(date +%s%N)
stages=()
stage() { # NAME COMMAND...
  local began ended
  began=$(date +%s%N)
  echo "==> $1"
  "${@:2}"
  ended=$(date +%s%N)
  stages+=("$(printf '%-46s %8d ms' "$1" $(((ended - began) / 1000000)))")
}
eventually() { # SECONDS COMMAND...
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || { echo "waited in vain for: $*"; return 1; }
    read -r -t 0.1 <> <(:) || true
  done
}

install_missing() {
  . ./build-env.sh
  bash inttest/tools.sh quickstart
}
build() {
  . ./build-env.sh
  # A built program that is newer than every source is used as it is.
  if [ -x cli/target/minik ] && [ -z "$(find api store runtime server agent cli pom.xml -newer cli/target/minik \
      \( -path '*/src/main/*' -o -name pom.xml \) -print -quit)" ]; then
    return
  fi
  mkdir -p .work
  ./mvnw -B -ntp -q -DskipTests package -pl cli -am >.work/quickstart-build.log 2>&1 ||
    { tail -40 .work/quickstart-build.log; return 1; }
}
warm_up() { # the build has done it, unless the program was built another way
  [ cli/target/minik.jsa -nt cli/target/minik ] && return
  cli/target/minik warm-up || echo "no class archive could be made: minik starts, but slower"
}
make_image() { # a docker-archive of busybox, put where minik imports images from
  local dir=$base/image
  rm -rf "$dir"
  mkdir -p "$dir/fs/bin" "$dir/fs/etc" "$dir/fs/tmp" "$base/data/agent/images"
  cp /bin/busybox "$dir/fs/bin/"
  chroot "$dir/fs" /bin/busybox --install -s /bin
  echo 'root:x:0:0:root:/:/bin/sh' >"$dir/fs/etc/passwd"
  chmod 1777 "$dir/fs/tmp"
  tar -C "$dir/fs" --numeric-owner --owner=0 --group=0 -cf "$dir/layer.tar" .
  printf '{"architecture":"%s","os":"linux","config":{"Env":["PATH=/bin"],"Cmd":["sh"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
    "$(dpkg --print-architecture)" "$(sha256sum "$dir/layer.tar" | cut -d' ' -f1)" >"$dir/config.json"
  printf '[{"Config":"config.json","RepoTags":["quickstart/busybox:1"],"Layers":["layer.tar"]}]' >"$dir/manifest.json"
  tar -C "$dir" -cf "$base/data/agent/images/busybox.tar" manifest.json config.json layer.tar
  rm -rf "$dir"
}
start_minik() {
  : >"$base/out"
  setsid "$PWD/cli/target/minik" server --data-dir "$base/data" --run-dir "$base/run" --log-dir "$base/log" \
    --node-password-file "$base/node-password" --https-listen-port "$port" --write-kubeconfig "$base/minik.yaml" \
    --config "$base/config.yaml" >"$base/out" 2>"$base/minik.log" </dev/null &
  echo $! >"$base/pid"
  eventually 300 bash -c "grep -q '^minik ready' $base/out || ! kill -0 $! 2>/dev/null"
  grep '^minik ready' "$base/out" || { tail -20 "$base/minik.log"; return 1; }
}
KUBECTL=$PWD/.work/tools/kubectl-1.32
k() { "$KUBECTL" --kubeconfig "$base/minik.yaml" "$@"; }
node_ready() { k wait --for=condition=Ready node --all --timeout=300s; }
deploy() {
  k apply -f - <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: {name: hello}
spec:
  replicas: 2
  selector: {matchLabels: {app: hello}}
  template:
    metadata: {labels: {app: hello}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: web
        image: quickstart/busybox:1
        imagePullPolicy: IfNotPresent
        command: [sh, -c, 'mkdir -p /tmp/www; echo "hello from $HOSTNAME" > /tmp/www/index.html; exec httpd -f -p 8080 -h /tmp/www']
        readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: hello}
spec: {selector: {app: hello}, ports: [{port: 80, targetPort: 8080}]}
YAML
  k rollout status deployment/hello --timeout=300s
}
both() { # adds to the answers of ask
  answers=$(sort -u <<<"$answers"$'\n'"$(curl -fsS -m 10 "http://$vip/")" | grep .)
  [ "$(grep -c . <<<"$answers")" -ge 2 ]
}
ask() {
  local vip answers=
  vip=$(k get svc hello -o 'jsonpath={.spec.clusterIP}')
  eventually 60 curl -fsS -m 10 "http://$vip/"
  # The rollout is over a moment before the proxy has heard of the last replica.
  eventually 60 both || { echo "only one replica answered"; return 1; }
  echo "$answers"
}
show() {
  for what in "get nodes -o wide" "get pods -o wide" "get services,endpointslices"; do
    echo
    echo "\$ kubectl $what"
    # shellcheck disable=SC2086
    k $what
  done
}

how_to_stop() { echo "To stop and remove it:  $PWD/cli/target/minik killall --data-dir $base/data --run-dir $base/run && rm -rf $base"; }
refuse_second() {
  local pid
  pid=$(cat "$base/run/minik.pid" 2>/dev/null || true)
  if [ -n "$pid" ] && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | >/dev/null grep -F -- "--run-dir $base/run "; then
    echo "minik already runs (pid $pid), made by an earlier quickstart; nothing was done."
    echo "The cluster is yours:   $KUBECTL --kubeconfig $base/minik.yaml get pods -A"
    how_to_stop
    exit 1
  fi
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    echo "something listens at port $port already: is minik a service here (systemctl stop minik)? Nothing was done."
    echo "Another port is taken with MINIK_QUICKSTART_PORT."
    exit 1
  fi
}

refuse_second
mkdir -p "$base"
touch "$base/config.yaml"
stage "install what is missing" install_missing
. ./build-env.sh
stage "build cli/target/minik" build
stage "make an image" make_image
stage "class archive" warm_up
stage "start minik: API ready" start_minik
stage "node Ready" node_ready
stage "Deployment of two replicas rolled out" deploy
stage "both replicas answer through the Service" ask
show
echo
printf '%s\n' "${stages[@]}"
printf '%-46s %8d ms\n' "all" $((($(date +%s%N) - start) / 1000000))
cat <<TEXT

The cluster is yours:   $KUBECTL --kubeconfig $base/minik.yaml get pods -A
TEXT
how_to_stop

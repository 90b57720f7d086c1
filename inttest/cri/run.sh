#!/usr/bin/env bash
# minik as a container runtime for others: a client that is none of ours speaks CRI to RUN/cri.sock, and goes through what the CRI
# project's own validation asks of a runtime (validate.py); kubectl's own streams go to the URLs that CRI answers (streams.sh).
# ONLY=words runs those behaviours alone.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
begin
host_up a 1
printf 'mirrors:\n  registry.test:\n    endpoint: ["http://127.0.0.1:5000"]\n' >"$work/a/registries.yaml"
registry_up a 5000
image_push a 5000 minik/busybox:1
image() { on a /usr/bin/python3 "$here/images.py" http://127.0.0.1:5000 minik/busybox:1 "$@" >/dev/null; }
for tag in 1 2 3 latest; do image "minik/other:$tag" "{\"Labels\": {\"is\": \"$tag\"}}"; done
for name in minik/same:1 minik/same:2 minik/same:3 elsewhere/same:1; do image $name '{"Labels": {"is": "same"}}'; done
image minik/user:uid '{"User": "1002"}'
image minik/user:uidgroup '{"User": "1003:1003"}'
image minik/user:name '{"User": "nobody"}'
image minik/user:namegroup '{"User": "nobody:nogroup"}'
image minik/groups:1 '{}' etc/passwd=$'root:x:0:0::/:/bin/sh\nmember:x:1000:1000::/:/bin/sh\n' \
  etc/group=$'root:x:0:\nmember:x:1000:\nfurther:x:50000:member\n'
minik_start a server || exit 1

protoc -I "$root/runtime/src/main/protobuf" -o "$work/cri.pb" cri.proto || exit 1
sock=$work/a/run/cri.sock
ok "the socket is for root and its group alone" [ "$(stat -c %a "$sock")" = 660 ]
# behaviours WORDS: the client's lines count as if they were checks of ours.
on a timeout 500 /usr/bin/python3 "$here/validate.py" "$sock" "$tools/containerd" "$work/cri.pb" registry.test "$work" >"$work/behaviours" 2>&1
ended=$?
cat "$work/behaviours"
passed=$((passed + $(grep -c '^ok - ' "$work/behaviours")))
failed=$((failed + $(grep -c '^not ok - ' "$work/behaviours")))
ok "all behaviours were looked at" grep -q '^cri: [0-9]* passed' "$work/behaviours"
[ $ended -le 1 ] || failed=$((failed + 1))
# shellcheck source=/dev/null
. "$here/streams.sh"
down

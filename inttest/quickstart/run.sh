#!/usr/bin/env bash
# quickstart.sh, as a newcomer runs it, on a machine of its own.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
begin
host_up a 1
base=$work/a
quickstart() { MINIK_QUICKSTART_DIR=$base on a timeout 300 bash "$root/quickstart.sh"; }
quickstart >"$work/out" 2>&1
ok "it ends well" test $? -eq 0
out=$(cat "$work/out")
ok "the node is shown Ready" like "$out" ' Ready +'
ok "two pods run" test "$(grep -cE '^(pod/)?hello-.* 1/1 +Running' <<<"$out")" -eq 2
ok "both replicas answered" test "$(grep -c '^hello from hello-' <<<"$out")" -ge 2
ok "it says how long each stage took" like "$out" '^start minik: API ready +[0-9]+ ms'
[ "$failed" -eq 0 ] || sed 's/^/#   /' "$work/out"
host_killall[a]="--data-dir $base/data --run-dir $base/run"

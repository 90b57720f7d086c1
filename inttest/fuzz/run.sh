#!/usr/bin/env bash
# Nonsense at every endpoint, by a seed that is printed (SEED=… repeats it, REQUESTS=… makes it longer): no answer is a failure of
# the server's own, none is missing, no event loop is held, memory stays within bounds.
# An event loop is held if it is for longer than a busy machine keeps it from running; BLOCKED_MILLIS=50 says more on a quiet one.
export BLOCKED_MILLIS=${BLOCKED_MILLIS:-1000}
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
. "$root/build-env.sh"
begin
host_up a 1
printf 'admin-token,admin,1000,"system:masters"\n' >"$work/tokens.csv"
minik_start a server --disable-agent --memory-limit 400Mi --token-auth-file "$work/tokens.csv" || exit 1
k create namespace fuzz >/dev/null
started=$(grep -c '' "$work/a/err")
seed=${SEED:-$(date +%s)}
nonsense() {
  on a timeout "${LIMIT:-300}" "$JAVA_HOME/bin/java" -Xmx256m -cp "$root/inttest/target/classes:$(cat "$root/inttest/target/classpath")" \
    io.minik.inttest.fuzz.Nonsense 127.0.0.1 6443 admin-token "$seed" "${REQUESTS:-1000}" >"$work/nonsense.out" 2>&1
}
say "seed $seed, RSS $(memory VmRSS) MB"
ok "nonsense is answered, and never as a failure of the server's" eval 'nonsense || { cat "$work/nonsense.out"; false; }'
say "$(head -n 1 "$work/nonsense.out")"
say "RSS $(memory VmRSS) MB, at most $(memory VmHWM) MB"
ok "memory is bounded" [ "$(memory VmHWM)" -lt 480 ]
ok "minik is alive" kill -0 "${host_pid[a]}"
ok "and ready" outputs '^ok$' k get --raw /readyz
ok "nothing was held" fails sh -c "tail -n +$((started + 1)) $work/a/err | cut -c1-900 | grep blocked"
ok "nothing was thrown" fails sh -c "tail -n +$((started + 1)) $work/a/err | grep -v BlockedThreadChecker | cut -c1-900 | grep -E 'Exception| error '"

# Sixty-four clients race while watches end, the history is cut, and the server is killed.
k create namespace race >/dev/null
: >"$work/racing"
on a timeout 200 "$JAVA_HOME/bin/java" -Xmx256m -cp "$root/inttest/target/classes:$(cat "$root/inttest/target/classpath")" \
  io.minik.inttest.fuzz.Race 127.0.0.1 6443 admin-token "$seed" "$work/racing" >"$work/race.out" 2>&1 &
racer=$!
revision() { k get --raw '/api/v1/namespaces/race/configmaps?limit=1' | grep -o '"resourceVersion":"[0-9]*"' | head -n 1 | tr -dc 0-9; }
raced() { [ "$(revision)" -gt "$1" ]; }
first=$(revision)
within 60 "the race is on" raced $((first + 500))
etcd_tls=$work/a/data/server/tls/etcd
ok "history is cut" on a env ETCDCTL_API=3 "$tools/etcdctl" --endpoints https://127.0.0.1:2379 --cacert "$etcd_tls/server-ca.crt" \
  --cert "$etcd_tls/client.crt" --key "$etcd_tls/client.key" compact "$(revision)"
first=$(revision)
within 60 "the race goes on" raced $((first + 500))
ok "the server is killed" minik_kill9 a
minik_start a server --disable-agent --memory-limit 400Mi --token-auth-file "$work/tokens.csv" || exit 1
first=$(revision)
within 60 "and on" raced $((first + 500))
rm "$work/racing"
wait $racer
ok "each revision was told once and in order" [ $? = 0 ]
say "$(head -n 8 "$work/race.out" | cut -c1-400)"
down

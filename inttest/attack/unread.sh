# Strangers that ask without end on each of their connections and read no answer. Sourced by run.sh.
unread_ask() { # until the file is gone
  local ask
  ask=$(printf 'GET /livez HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n%.0s' $(seq 500))
  while [ -e "$work/unread" ] && printf "$ask" 2>/dev/null; do :; done |
    on a openssl s_client -quiet -connect 127.0.0.1:6443 2>/dev/null |
    while [ -e "$work/unread" ]; do read -r -t 0.5 <> <(:) || true; done
}
unread_slowest() { slowest https://127.0.0.1:6443/livez; }
unread_quiet=$(unread_slowest)
# A second; more only where the machine is so busy that a quiet server takes as long.
unread_fine() { awk -v quiet="$unread_quiet" -v now="$(unread_slowest)" 'BEGIN { print now " s, quiet " quiet " s"; exit !(now < (4 * quiet > 1 ? 4 * quiet : 1)) }'; }
unread_connections() { on a cat /proc/net/tcp /proc/net/tcp6 | awk '$2 ~ /:192B$/ && $4 == "01"' | wc -l; }
unread_before=$(unread_connections)
unread_there() { [ "$(unread_connections)" -ge $((unread_before + 6)) ]; }
: >"$work/unread"
unread_pids=()
for _ in 1 2 3 4 5 6; do unread_ask & unread_pids+=($!); done
within 20 "six strangers ask and do not read" unread_there
within 40 "others are answered within 1 s" unread_fine
within 60 "and go on to be" unread_fine
say "$(unread_fine); RSS $(memory VmRSS) MB"
rm "$work/unread"
wait "${unread_pids[@]}" 2>/dev/null
ok "minik is alive" kill -0 "${host_pid[a]}"
ok "and kubectl as before" k get nodes

# What a start says that can't be, and a server that is told everything by relative paths behind a firewall that drops.
host_up c 3
c=$work/c
: >"$c/config.yaml"
: >"$c/resolv.conf"
join_args() { # NAME URL TOKEN ARGS...
  printf '%s\n' --node-name "$1" --join "$2" --token "$3" --data-dir "$c/data" --run-dir "$c/run" --log-dir "$c/log" \
    --config "$c/config.yaml" --node-password-file "$c/node-password" --cgroup-root "$prefix-$scenario-c" --resolv-conf "$c/resolv.conf"
}
ends() { # PATTERN NAME URL TOKEN ARGS...: the agent ends by itself, with these words as its last
  local pattern=$1 out code args
  shift
  mapfile -t args < <(join_args "$@")
  out=$(on c timeout 30 "$minik" agent "${args[@]}" "${@:4}" 2>&1)
  code=$?
  [ $code = 1 ] || { echo "exit $code: $out"; return 1; }
  like "$(tail -n 1 <<<"$out")" "$pattern"
}
url=https://192.168.77.1:6443
token=$(cat "$work/a/data/server/token")
ok "the server's own name is refused" ends "node \"node-a\" is the server's own: give this machine another --node-name" node-a $url "$token"
ok "another machine's name is refused" ends 'node "node-b" is known with another password' node-b $url "$token"
ok "a wrong token ends the start" ends 'does not know this token' node-c $url "${token}x"
ok "another cluster's token ends the start" ends 'has another CA than the token says' node-c $url "K10$(printf '0%.0s' {1..64})::server:x"
ok "a port that speaks no TLS ends the start" ends 'does not speak TLS' node-c https://192.168.77.1:5000 "$token"
ok "an option that is wrong ends the start" ends '^minik: --max-pods: "-1" must be at least 0' node-c $url "$token" --max-pods=-1
printf 'dta-dir: /x\n' >"$c/config.yaml"
ok "an unknown key ends the start" ends '"dta-dir" is no option; did you mean "data-dir"\?' node-c $url "$token"
: >"$c/config.yaml"
ok "none of them wrote data" fails test -e "$c/data/agent/tls/client-kubelet.crt"

mapfile -t args < <(join_args node-c https://192.168.77.1:7443 "$token")
(exec nsenter --net="/run/netns/$prefix-c" "$minik" agent "${args[@]}") >"$c/out" 2>"$c/err" &
waits=$!
within 20 "a server that is away is waited for, with words" grep -q 'waiting for the server to join.*https://192.168.77.1:7443 can.t be reached: .*refused' "$c/err"
kill $waits
within 10 "which a signal ends" fails kill -0 $waits
wait $waits 2>/dev/null
rm -rf "$c/data" "$c/run" "$c/node-password"

on c nft 'table inet fw { chain forward { type filter hook forward priority 0; policy drop; }; }'
cp "$work/a/registries.yaml" "$c/registries.yaml"
alone=(server --data-dir data --run-dir run --log-dir ./log --config config.yaml --node-name node-c --node-ip 192.168.77.3
  --cgroup-root "$prefix-$scenario-c" --node-password-file node-password --private-registry registries.yaml --resolv-conf resolv.conf
  --write-kubeconfig kubeconfig --cluster-cidr 10.52.0.0/16 --service-cidr 10.53.0.0/16)
(cd "$c" && exec nsenter --net="/run/netns/$prefix-c" setsid "$minik" "${alone[@]}") >"$c/out" 2>"$c/err" &
host_pid[c]=$!
within 30 "a server of relative paths starts" grep -q '^minik ready in' "$c/out"
kc() { on c timeout 60 "$kubectl_binary" --kubeconfig "$c/kubeconfig" "$@"; }
within 20 "its DNS follows its Services" outputs '^10.53.0.10$' kc -n kube-system get service kube-dns -o 'jsonpath={.spec.clusterIP}'
within 20 "it has an account for pods" kc get serviceaccount default
kc run p --image "$image" --restart Never --command -- sh -c 'exec sleep 1000' >/dev/null
within 20 "containers run on relative paths" kc wait --for=condition=Ready pod/p --timeout=1s
within 10 "the firewall lets pods' packets pass" outputs 'ip daddr 10.52.0.0/16 accept comment "minik pods"' on c nft list chain inet fw forward
ok "a second one says that it runs already" outputs "^minik: minik already runs with --run-dir $c/run \(pid ${host_pid[c]}\): stop it with" \
  on c sh -c "cd '$c' && timeout 30 '$minik' ${alone[*]}"
mkdir -p "$c/other"
ok "a taken port names who has it" outputs "port 6443 on 0.0.0.0 is taken by java \(pid ${host_pid[c]}\); choose another with --https-listen-port" \
  on c timeout 30 "$minik" server --disable-agent --config "$c/config.yaml" --data-dir "$c/other/data" --run-dir "$c/other/run" \
  --write-kubeconfig "$c/other/kubeconfig"
ok "without having written anything" fails test -e "$c/other/data"
on c timeout 60 "$minik" killall --data-dir "$c/data" --run-dir "$c/run" --cgroup-root "$prefix-$scenario-c" >/dev/null 2>&1
wait "${host_pid[c]}" 2>/dev/null
ok "killall takes its rules out of the firewall" fails outputs 'minik pods' on c nft list ruleset
ok "and leaves the firewall" outputs 'policy drop' on c nft list chain inet fw forward
on c nft delete table inet fw

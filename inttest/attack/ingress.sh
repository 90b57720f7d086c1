# Who may write Ingresses in one namespace: expressions without end, and thousands of paths. Sourced by run.sh.
ingress_answers() { on a curl -sS --max-time 5 -o /dev/null -w '%{http_code}' -H "Host: $1" "http://127.0.0.1$2"; }
ingress_is() { [ "$(ingress_answers "$1" "$2")" = "$3" ] || { ingress_answers "$1" "$2"; return 1; }; }
# ingress_of NAME HOST ANNOTATIONS PATH...: to a Service that is not there, which answers 503.
ingress_of() {
  local name=$1 host=$2 notes=$3 all
  shift 3
  all=$(printf '{"path":"%s","pathType":"ImplementationSpecific","backend":{"service":{"name":"none","port":{"number":80}}}},' "$@")
  printf '{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"%s","namespace":"paths","annotations":{%s}},"spec":{"rules":[{"host":"%s","http":{"paths":[%s]}}]}}' \
    "$name" "$notes" "$host" "${all%,}"
}
k create namespace paths >/dev/null
k -n paths create ingress quiet --class=minik --rule=quiet.example/*=none:80 >/dev/null
within 20 "an Ingress is served" ingress_is quiet.example / 503
ingress_of loop loop.example '"nginx.ingress.kubernetes.io/use-regex":"true"' '/x((){2000000000}){2000000000}' '/y(?:|){1000}$' |
  k create -f - >/dev/null
within 20 "the expression that could be made is served" ingress_is loop.example /y 503
ok "the other one is nobody's path" ingress_is loop.example /xyz 404
ok "and neither holds the others up" ingress_is quiet.example / 503
within 20 "who wrote it is told" outputs 'InvalidAnnotation.*no regular expression' k -n paths get events --field-selector involvedObject.name=loop
# shellcheck disable=SC2046
for i in 1 2 3 4 5 6; do ingress_of "many$i" "many$i.example" '' $(seq -f '/%.0f' 9000) | k create --validate=false -f - >/dev/null; done
within 60 "of thousands of paths so many are served" ingress_is many1.example /4000 503
within 60 "who wrote the rest is told" outputs 'TooManyPaths' k -n paths get events --field-selector involvedObject.name=many6
ok "that one is not there" ingress_is many6.example /1 404
ok "who was there before is" ingress_is quiet.example / 503
say "RSS $(memory VmRSS) MB"
k delete namespace paths --wait=false >/dev/null
ok "minik is alive" kill -0 "${host_pid[a]}"

#!/usr/bin/env bash
# Who somebody is and what he may do, as servers outside of the cluster say: an OpenID Connect issuer with a certificate of its
# own authority, a token webhook, an authorization webhook; slow, changed, gone.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
begin
host_up a 1
port=8443
outside=$work/outside
mkdir -p "$outside"
quietly() { "$@" >/dev/null 2>&1; }
quietly openssl req -x509 -newkey rsa:2048 -nodes -keyout "$outside/ca.key" -out "$outside/ca.crt" -subj /CN=company -days 2
quietly openssl req -newkey rsa:2048 -nodes -keyout "$outside/tls.key" -out "$outside/tls.csr" -subj /CN=outside
printf 'subjectAltName=IP:127.0.0.1\n' >"$outside/san"
quietly openssl x509 -req -in "$outside/tls.csr" -CA "$outside/ca.crt" -CAkey "$outside/ca.key" -CAcreateserial -days 2 -extfile "$outside/san" -out "$outside/tls.crt"

coded() { base64 -w0 | tr '+/' '-_' | tr -d '='; }
signing_key() { # NAME: a key that the issuer signs with from now on
  quietly openssl genrsa -out "$outside/$1.pem" 2048
  printf '{"keys":[{"kty":"RSA","alg":"RS256","use":"sig","kid":"%s","n":"%s","e":"AQAB"}]}' "$1" \
    "$(openssl rsa -in "$outside/$1.pem" -noout -modulus 2>/dev/null | sed 's/^Modulus=//' | tr -d '\n' | unhexed | coded)" >"$outside/jwks.new"
  mv "$outside/jwks.new" "$outside/jwks.json"
}
unhexed() { python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))'; }
id_token() { # KEY SUBJECT AUDIENCE SECONDS [MORE]: signed by the key
  local head body
  head=$(printf '{"alg":"RS256","kid":"%s"}' "$1" | coded)
  body=$(printf '{"iss":"https://127.0.0.1:%s","sub":"%s","aud":"%s","exp":%s,"iat":%s%s}' "$port" "$2" "$3" "$(($(date +%s) + $4))" "$(date +%s)" "${5:-}" | coded)
  printf '%s.%s.%s' "$head" "$body" "$(printf '%s.%s' "$head" "$body" | openssl dgst -sha256 -sign "$outside/$1.pem" | coded)"
}
config() { # NAME PATH: a kubeconfig that says where a webhook is
  printf 'apiVersion: v1\nkind: Config\nclusters: [{name: o, cluster: {server: "https://127.0.0.1:%s%s", certificate-authority: %s}}]\nusers: [{name: u, user: {}}]\ncontexts: [{name: c, context: {cluster: o, user: u}}]\ncurrent-context: c\n' \
    "$port" "$2" "$outside/ca.crt" >"$outside/$1.yaml"
}
outside_up() {
  (exec nsenter --net="/run/netns/$prefix-a" python3 "$(dirname "$0")/outside.py" "$port" "$outside/tls.crt" "$outside/tls.key" "$outside") >>"$outside/err" 2>&1 &
  outside_pid=$!
  within 10 "the company's server answers" on a curl -fsS --cacert "$outside/ca.crt" "https://127.0.0.1:$port/keys"
}
outside_down() { kill "$outside_pid"; wait "$outside_pid" 2>/dev/null; }
trap 'kill ${outside_pid:-} 2>/dev/null; down' EXIT
signing_key first
printf '{"opaque-1":{"username":"opaque","uid":"7","groups":["guests"],"extra":{"floor":["3"]}}}' >"$outside/tokens.json"
printf '[["opaque","list","configmaps"]]' >"$outside/allowed.json"
config tokens /tokens
config access /access
outside_up
minik_start a server --disable-agent --oidc-issuer-url "https://127.0.0.1:$port" --oidc-client-id kubernetes --oidc-ca-file "$outside/ca.crt" \
  --oidc-username-claim email --oidc-groups-claim groups --oidc-groups-prefix 'oidc:' \
  --authentication-token-webhook-config-file "$outside/tokens.yaml" --authentication-token-webhook-version v1 --authentication-token-webhook-cache-ttl 1s \
  --authorization-mode Node,RBAC,Webhook --authorization-webhook-config-file "$outside/access.yaml" --authorization-webhook-version v1 \
  --authorization-webhook-cache-authorized-ttl 1s --authorization-webhook-cache-unauthorized-ttl 1s || exit 1

bearer() { # TOKEN ARGS...: kubectl with no other credentials
  on a timeout 60 "$kubectl_binary" --kubeconfig /dev/null --server "https://${host_ip[a]}:6443" --insecure-skip-tls-verify --token="$1" "${@:2}"
}
alice=',"email":"alice@example.com","email_verified":true,"groups":["ops","dev"]'
ok "a token of the issuer says who it is" outputs 'Username +alice@example.com' bearer "$(id_token first a1 kubernetes 300 "$alice")" auth whoami
ok "and in which groups" outputs 'Groups +\[oidc:ops oidc:dev system:authenticated\]' bearer "$(id_token first a1 kubernetes 300 "$alice")" auth whoami
k create clusterrolebinding oidc-ops --clusterrole=view --group=oidc:ops >/dev/null
ok "whom RBAC lets" bearer "$(id_token first a1 kubernetes 300 "$alice")" get configmaps
unknown() { outputs 'Unauthorized|must be logged in|provide credentials' bearer "$@"; }
ok "a token for others is none" unknown "$(id_token first a1 somebody 300 "$alice")" get configmaps
ok "nor one that has expired" unknown "$(id_token first a1 kubernetes -300 "$alice")" get configmaps
ok "nor one whose address is not verified" unknown "$(id_token first a1 kubernetes 300 ',"email":"eve@example.com","email_verified":false')" get configmaps
token=$(id_token first a1 kubernetes 300 "$alice")
ok "nor one that was changed" unknown "${token%.*}.$(printf 'x%.0s' $(seq 342))" get configmaps
quietly openssl genrsa -out "$outside/stranger.pem" 2048
ok "nor one of another key" unknown "$(id_token stranger a1 kubernetes 300 "$alice")" get configmaps
signing_key second
within 30 "a new key of the issuer is fetched" bearer "$(id_token second a1 kubernetes 300 "$alice")" get configmaps

ok "a token that the webhook knows" outputs 'Username +opaque' bearer opaque-1 auth whoami
ok "with what else it says" outputs 'Extra: floor +\[3\]' bearer opaque-1 auth whoami
ok "and one that it does not" unknown opaque-2 get configmaps
ok "it was asked in the version that was said" grep -q '"apiVersion": "authentication.k8s.io/v1".*"opaque-2"' "$outside/reviews.log"
ok "the other webhook allows" bearer opaque-1 get configmaps
ok "that and nothing else" outputs 'secrets is forbidden: User "opaque" cannot list resource "secrets".*the company does not say so' bearer opaque-1 get secrets
ok "it was told who and where" grep -q '"kind": "SubjectAccessReview".*"namespace": "default".*"user": "opaque".*"floor"' "$outside/reviews.log"
printf '[["opaque","list","configmaps"],["opaque","list","secrets"]]' >"$outside/allowed.new"
mv "$outside/allowed.new" "$outside/allowed.json"
within 10 "what it says anew counts" bearer opaque-1 get secrets
printf '{}' >"$outside/tokens.json"
within 10 "a token that is taken back" unknown opaque-1 get configmaps
printf '{"opaque-1":{"username":"opaque"}}' >"$outside/tokens.json"
within 10 "and given again" bearer opaque-1 get configmaps

: >"$outside/slow"
ok "while it says nothing administrators wait for nobody" k --request-timeout=5s get configmaps
rm "$outside/slow"
outside_down
ok "without it, whom RBAC knows goes on" bearer "$(id_token second a1 kubernetes 300 "$alice")" get configmaps
within 10 "whom it alone knows does not" fails bearer opaque-1 get configmaps
outside_up
within 30 "until it is back" bearer opaque-1 get configmaps
outside_down
down

#!/usr/bin/env bash
# Charts by HelmChart objects, on the program as it is: from the object, a file, a repository and a registry; upgraded, failed, taken away.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
begin
host_up a 1
minik_start a server --disable-agent || exit 1
data=$work/a/data
within 20 "the kinds are there" k wait --for=condition=Established crd/helmcharts.helm.cattle.io crd/helmchartconfigs.helm.cattle.io --timeout=1s

# A chart with what charts have: helpers, values, a definition, a hook, an object that stays, notes.
mkdir -p "$work/web/templates" "$work/web/crds"
cat >"$work/web/Chart.yaml" <<'YAML'
apiVersion: v2
name: web
version: 1.0.0
appVersion: "2"
YAML
printf 'greeting: hi\nextra: true\n' >"$work/web/values.yaml"
cat >"$work/web/templates/_helpers.tpl" <<'YAML'
{{- define "web.name" -}}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" }}{{- end }}
YAML
cat >"$work/web/templates/all.yaml" <<'YAML'
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "web.name" . }}
data:
  greeting: {{ required "a greeting is needed" .Values.greeting | quote }}
  revision: {{ .Release.Revision | quote }}
  seen: {{ (lookup "v1" "ConfigMap" .Release.Namespace "seed").data | default dict | toJson | quote }}
  known: {{ .Capabilities.APIVersions.Has "example.org/v1/Thing" | quote }}
---
{{- if .Values.extra }}
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ include "web.name" . }}-extra}
{{- end }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "web.name" . }}-kept
  annotations: {helm.sh/resource-policy: keep}
---
apiVersion: example.org/v1
kind: Thing
metadata: {name: {{ include "web.name" . }}}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "web.name" . }}-hook
  annotations: {helm.sh/hook: "pre-install,pre-upgrade", helm.sh/hook-weight: "-5"}
data: {revision: {{ .Release.Revision | quote }}}
YAML
printf 'Thank you for {{ .Chart.Name }}.\n' >"$work/web/templates/NOTES.txt"
cat >"$work/web/crds/thing.yaml" <<'YAML'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.org}
spec:
  group: example.org
  scope: Namespaced
  names: {kind: Thing, plural: things, singular: thing, listKind: ThingList}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
YAML
tar -C "$work" -czf "$work/web.tgz" web

chart() { # NAME SPEC...: a HelmChart in kube-system, a line of the spec each
  local name=$1
  shift
  printf 'apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: %s, namespace: kube-system}\nspec:\n' "$name"
  printf '  %s\n' "$@"
}
failed_is() { k -n kube-system wait "helmchart/$1" "--for=condition=Failed=$2" --timeout=1s; }
value() { k -n shop get configmap "$1" -o "jsonpath={.data.$2}"; }
why() { k -n kube-system get helmchart "$1" -o 'jsonpath={.status.conditions[?(@.type=="Failed")].message}'; }

k create namespace shop >/dev/null
k -n shop create configmap seed --from-literal=a=b >/dev/null
chart one 'targetNamespace: shop' "chartContent: $(base64 -w0 "$work/web.tgz")" 'valuesContent: "greeting: hello"' >"$work/one.yaml"
ok "a HelmChart with its chart inside" k apply -f "$work/one.yaml"
within 20 "it is released" failed_is one false
ok "its values are the given ones" outputs '^hello$' value one-web greeting
ok "it sees objects of the cluster" outputs '"a":"b"' value one-web seen
ok "its own definitions are there when it renders" outputs '^true$' value one-web known
ok "an object of them is made" k -n shop get thing one-web
ok "objects say whose they are" outputs '^Helm one shop$' k -n shop get configmap one-web -o 'jsonpath={.metadata.labels.app\.kubernetes\.io/managed-by} {.metadata.annotations.meta\.helm\.sh/release-name} {.metadata.annotations.meta\.helm\.sh/release-namespace}'
release() { k -n shop get secret "sh.helm.release.v1.one.v$1" -o 'jsonpath={.data.release}' | base64 -d | base64 -d | gunzip; }
ok "the release is one of Helm's" outputs '"status":"deployed".*' release 1
ok "with its notes" outputs 'Thank you for web' release 1
ok "kubectl shows it" outputs '^one .*shop.* False' k -n kube-system get helmcharts

ok "a HelmChartConfig with other values" k apply -f - <<'YAML'
apiVersion: helm.cattle.io/v1
kind: HelmChartConfig
metadata: {name: one, namespace: kube-system}
spec: {valuesContent: "{greeting: config, extra: false}"}
YAML
within 20 "upgrades it" outputs '^config$' value one-web greeting
within 10 "what it brings no more is gone" fails k -n shop get configmap one-web-extra
ok "the hook ran for this revision" outputs '^2$' value one-web-hook revision
within 10 "the one before is superseded" outputs '^superseded$' k -n shop get secret sh.helm.release.v1.one.v1 -o 'jsonpath={.metadata.labels.status}'

k -n kube-system patch helmchartconfig one --type=merge -p '{"spec":{"valuesContent":"greeting: \"\""}}' >/dev/null
within 20 "values that fail are told" failed_is one true
ok "with file, line and column" outputs '^execution error at \(web/templates/all.yaml:6:15\): a greeting is needed$' why one
ok "in an event too" outputs 'Warning +Failed +helmchart/one +execution error' k -n kube-system get events
ok "and what ran runs on" outputs '^config$' value one-web greeting
minik_kill9 a
# shellcheck disable=SC2086
minik_start a ${host_args[a]} || exit 1
within 20 "after a kill -9 it is told still" failed_is one true
k -n kube-system delete helmchartconfig one >/dev/null
within 20 "without the config it is well again" failed_is one false
within 10 "with its own values" outputs '^hello$' value one-web greeting

# Other places.
mkdir -p "$data/server/static"
cp "$work/web.tgz" "$data/server/static/"
ln -s /etc/passwd "$data/server/static/link.tgz"
cat >"$work/places.py" <<'PYTHON'
import hashlib, http.server, json, sys
tgz = open(sys.argv[1], "rb").read()
digest = "sha256:" + hashlib.sha256(tgz).hexdigest()
layer = {"mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip", "digest": digest, "size": len(tgz)}
answers = {
    "/repo/index.yaml": "entries: {web: [{version: 0.9.0, urls: [none.tgz]}, {version: 1.0.0, digest: %s, urls: [web.tgz]}, {version: 2.0.0-rc1, urls: [none.tgz]}]}" % digest[7:],
    "/bad/index.yaml": "entries: {web: [{version: 1.0.0, digest: %s, urls: [/repo/web.tgz]}]}" % ("0" * 64),
    "/v2/charts/web/tags/list": json.dumps({"tags": ["0.1.0", "1.0.0"]}),
    "/v2/charts/web/manifests/1.0.0": json.dumps({"layers": [layer]}),
    "/repo/web.tgz": tgz, "/v2/charts/web/blobs/" + digest: tgz,
    "/token": json.dumps({"token": "secret"}),
}
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.split("?")[0]
        refused = path.startswith("/v2/") and self.headers.get("Authorization") != "Bearer secret"
        body = answers.get(path)
        body = body.encode() if isinstance(body, str) else body
        self.send_response(401 if refused else 404 if body is None else 200)
        if refused:
            self.send_header("WWW-Authenticate", 'Bearer realm="http://127.0.0.1:5080/token",service="s",scope="pull"')
            body = b""
        self.end_headers()
        self.wfile.write(body or b"")
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("127.0.0.1", 5080), Handler).serve_forever()
PYTHON
(exec nsenter --net="/run/netns/$prefix-a" python3 "$work/places.py" "$work/web.tgz") &
places=$!
{
  chart file 'targetNamespace: shop' 'chart: "https://%{KUBERNETES_API}%/static/web.tgz"' 'set: {greeting: "file"}'
  echo ---
  chart repo 'targetNamespace: shop' 'repo: http://127.0.0.1:5080/repo' 'chart: web' 'version: "<2"' 'values: {greeting: repo}'
  echo ---
  chart oci 'targetNamespace: shop' 'chart: oci://127.0.0.1:5080/charts/web' 'plainHTTP: true' 'values: {greeting: oci}'
} >"$data/server/manifests/charts.yaml.new"
mv "$data/server/manifests/charts.yaml.new" "$data/server/manifests/charts.yaml"
for name in file repo oci; do
  within 20 "a chart from a $name, by a manifest" failed_is $name false
  ok "with its values" outputs "^$name\$" value $name-web greeting
done
{
  chart link 'chart: "https://%{KUBERNETES_API}%/static/link.tgz"'
  echo ---
  chart up 'chart: "https://%{KUBERNETES_API}%/static/../tls/server-ca.key"'
  echo ---
  chart bad 'repo: http://127.0.0.1:5080/bad' 'chart: web'
  echo ---
  chart endless "chartContent: $(mkdir -p "$work/endless/templates" && printf 'name: e\nversion: 1.0.0\n' >"$work/endless/Chart.yaml" &&
    printf '{{ define "r" }}{{ include "r" . }}{{ end }}{{ include "r" . }}' >"$work/endless/templates/r.yaml" && tar -C "$work" -czf - endless | base64 -w0)"
} | k apply -f - >/dev/null
for name in link up bad endless; do within 20 "a chart that is $name is refused" failed_is $name true; done
ok "no link leads out" outputs 'no file' why link
ok "no dots lead out" outputs 'leads out of' why up
ok "a digest is held" outputs 'its SHA-256 is' why bad
ok "what never ends is ended" outputs 'nested reference name|maximum template depth' why endless
kill $places

ok "a release is taken away with its HelmChart" k -n kube-system delete helmchart one --timeout=20s
ok "what it brought is gone" fails k -n shop get configmap one-web
ok "its revisions are gone" fails outputs 'release.v1.one' k -n shop get secrets
ok "what is to be kept is there" k -n shop get configmap one-web-kept
ok "definitions stay" k get crd things.example.org
k -n kube-system delete helmcharts --all --timeout=30s >/dev/null
rm "$data/server/manifests/charts.yaml"
minik_kill9 a
minik_start a server --disable-agent --disable helm-controller || exit 1
within 10 "switched off, the kinds are gone" fails k get crd helmcharts.helm.cattle.io

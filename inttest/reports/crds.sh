# Kinds of users' own: definitions of operators' shapes, by both kubectls, also after the server was killed.
crd() { # PLURAL KIND SCOPE SCHEMA: one version with status, scale and columns
  cat <<YAML
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: $1.crds.example.com}
spec:
  group: crds.example.com
  scope: $3
  names: {plural: $1, kind: $2, shortNames: [x$1], categories: [crdsall]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    selectableFields: [{jsonPath: .spec.secretName}]
    additionalPrinterColumns:
    - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
    - {name: Secret, type: string, jsonPath: .spec.secretName}
    - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
    schema:
      openAPIV3Schema:
        type: object
        description: $2 of the scenario.
        properties:
          spec: $4
          status: {type: object, x-kubernetes-preserve-unknown-fields: true}
---
YAML
}
# A certificate, a monitor, a release, a route, a database and a cluster-wide issuer: six shapes, forty kinds.
shapes=(
  '{type: object, required: [secretName], properties: {secretName: {type: string}, dnsNames: {type: array, items: {type: string}, x-kubernetes-list-type: set}, duration: {type: string, default: 2160h}}}'
  '{type: object, properties: {secretName: {type: string}, endpoints: {type: array, items: {type: object, properties: {port: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}, interval: {type: string, pattern: "^[0-9]+s$"}}}}}}'
  '{type: object, properties: {secretName: {type: string}, values: {type: object, x-kubernetes-preserve-unknown-fields: true}, template: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}}}'
  '{type: object, properties: {secretName: {type: string}, http: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [name], items: {type: object, required: [name], properties: {name: {type: string}, weight: {type: integer, minimum: 0, maximum: 100, default: 1}}}}}}'
  '{type: object, properties: {secretName: {type: string}, replicas: {type: integer, default: 1, x-kubernetes-validations: [{rule: "self >= oldSelf", message: "grows only"}]}, labels: {type: object, additionalProperties: {type: string, maxLength: 63}, maxProperties: 9}, backup: {type: object, nullable: true, properties: {at: {type: string}}}}, x-kubernetes-validations: [{rule: "!has(self.labels) || self.labels.all(k, k.startsWith(self.secretName))", messageExpression: "'"'labels of ' + self.secretName"'"}]}'
)
for at in $(seq 0 39); do
  scope=Namespaced
  [ "$at" = 39 ] && scope=Cluster
  crd "kinds$at" "Kinds$at" $scope "${shapes[$((at % 5))]}"
done >"$work/crds.yaml"
ok "forty definitions are applied" k apply --server-side -f "$work/crds.yaml"
ok "and established" k wait --for=condition=Established --timeout=20s -f "$work/crds.yaml"
ok "and listed" outputs 'kinds7.crds.example.com' k get crd
one() { # PLURAL KIND SPEC
  printf 'apiVersion: crds.example.com/v1\nkind: %s\nmetadata: {name: one, namespace: crds}\nspec: %s\n' "$2" "$3"
}
k create ns crds >/dev/null
one kinds0 Kinds0 '{secretName: tls, dnsNames: [a, b], stranger: 1}' >"$work/one.yaml"
ok "a field that the schema does not know is refused" outputs 'unknown field "spec.stranger"' k create -f "$work/one.yaml"
ok "unless nobody asks" k create --validate=false -f "$work/one.yaml"
ok "the rest is defaulted" outputs '^2160h$' k -n crds get kinds0 one -o 'jsonpath={.spec.duration}'
one kinds3 Kinds3 '{secretName: x, http: [{name: a}, {name: b, weight: 101}]}' >"$work/bad.yaml"
ok "values are held against the schema" outputs 'spec.http\[1\].weight in body should be less than or equal to 100' k create -f "$work/bad.yaml"
ok "status is written apart" k -n crds patch kinds0 one --subresource=status --type=merge -p '{"status":{"conditions":[{"type":"Ready","status":"True"}]}}'
ok "columns are printed" outputs '^one +True +tls +[0-9]+s' k -n crds get xkinds0
ok "categories are known" outputs 'kinds0.crds.example.com/one' k -n crds get crdsall
ok "fields are explained" outputs 'secretName.*<string> -required-' k explain kinds0.spec
ok "fields are patched by merge" k -n crds patch kinds0 one --type=merge -p '{"spec":{"secretName":"other"}}'
ok "and not strategically" outputs 'application/strategic-merge-patch' k -n crds patch kinds0 one --type=strategic -p '{}'
wrong() { # SED: the first definition, changed, is refused
  sed -n '1,/^---/p' "$work/crds.yaml" | sed "$1" >"$work/wrong.yaml"
}
one kinds4 Kinds4 '{secretName: x, replicas: 2, labels: {y: z}}' >"$work/bad.yaml"
ok "expressions are held against them" outputs 'spec: Invalid value: "object": labels of x' k create -f "$work/bad.yaml"
one kinds4 Kinds4 '{secretName: x, replicas: 2, labels: {xy: z}}' >"$work/one.yaml"
ok "and let the rest through" k apply --server-side -f "$work/one.yaml"
ok "transitions are" outputs 'spec.replicas: Invalid value: "integer": grows only' k -n crds patch kinds4 one --type=merge -p '{"spec":{"replicas":1}}'
wrong 's/type: string, default: 2160h/type: string, x-kubernetes-validations: [{rule: "self == 1"}]/'
ok "expressions are checked with their definition" outputs "found no matching overload for '_==_' applied to '\(string, int\)'" k create -f "$work/wrong.yaml"
wrong 's/kinds0.crds/kinds0.crdz/'
ok "a definition's name is plural and group" outputs 'must be spec.names.plural\+"."\+spec.group' k create -f "$work/wrong.yaml"
wrong 's/{type: string, default: 2160h}/{default: 2160h}/'
ok "its schema is structural" outputs 'spec.validation.openAPIV3Schema.properties\[spec\].properties\[duration\].type: Required value: must not be empty for specified object fields' k create -f "$work/wrong.yaml"
wrong 's/default: 2160h/pattern: "(?=x)"/'
ok "its patterns are RE2's" outputs 'invalid or unsupported Perl syntax: `\(\?=`' k create -f "$work/wrong.yaml"
ok "what is established keeps its scope" outputs 'spec.scope: Invalid value: "Cluster": field is immutable' k patch crd kinds0.crds.example.com --type=merge -p '{"spec":{"scope":"Cluster"}}'
ok "fields are selected by" outputs '^one' k -n crds get kinds0 --field-selector spec.secretName=other
ok "and those alone that are" outputs 'No resources found' k -n crds get kinds0 --field-selector spec.secretName=tls
ok "the server is killed" minik_kill9 a
minik_start a server || exit 1
ok "and knows its kinds again" outputs '^one +True +other' k -n crds get kinds0
ok "a definition takes its objects with it" k delete crd kinds0.crds.example.com --timeout=20s
ok "and its kind is unknown" outputs "doesn't have a resource type|could not find the requested resource" k -n crds get kinds0
ok "as the rest" k delete -f "$work/crds.yaml" --ignore-not-found --timeout=40s
k delete ns crds >/dev/null

# A list of 50,000 entries with keys, of a kind of the user's own: as a tree, and as the tree of who manages it, more than the
# smallest heap. Sourced by run.sh.
k create -f - >/dev/null <<'YAML'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: keyeds.attack.minik.io}
spec:
  group: attack.minik.io
  scope: Namespaced
  names: {plural: keyeds, singular: keyed, kind: Keyed, listKind: KeyedList}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          l:
            type: array
            x-kubernetes-list-type: map
            x-kubernetes-list-map-keys: [k]
            items: {type: object, required: [k], properties: {k: {type: string}, l: {type: string}}}
YAML
within 20 "the kind is served" k get keyeds
keyed() { # NAME ENTRIES
  printf '{"apiVersion":"attack.minik.io/v1","kind":"Keyed","metadata":{"name":"%s"},"l":[{"k":"first"}' "$1"
  seq "$2" | sed 's/.*/,{"k":"v&","l":"x"}/' | tr -d '\n'
  printf ']}'
}
ok "a list of a few thousand is stored" k create -f <(keyed few 3000)
for round in 1 2 3; do
  ok "one of 50,000 is refused ($round)" outputs 'Request entity too large' k create -f <(keyed many 50000)
done
ok "minik is alive" kill -0 "${host_pid[a]}"
k delete crd keyeds.attack.minik.io >/dev/null

# Admission policies as the Kubernetes documentation writes them: limits by parameters, images of one registry, labels that must be
# there, a sidecar that is put in. The server is killed between; each message is upstream's.
ok "a namespace for policies" k create namespace policies
k label namespace policies environment=test >/dev/null
p() { k -n policies "$@"; }
policies_up() { k apply -f - <<'YAML'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: replicalimits.rules.example.com}
spec:
  group: rules.example.com
  scope: Cluster
  names: {plural: replicalimits, singular: replicalimit, kind: ReplicaLimit}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {maxReplicas: {type: integer}}}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: replicalimit-policy.example.com}
spec:
  failurePolicy: Fail
  paramKind: {apiVersion: rules.example.com/v1, kind: ReplicaLimit}
  matchConstraints: {resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments, deployments/scale]}]}
  validations:
  - expression: object.spec.replicas <= params.maxReplicas
    messageExpression: "'replicas must be at most ' + string(params.maxReplicas)"
    reason: Invalid
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: replicalimit-binding-test.example.com}
spec:
  policyName: replicalimit-policy.example.com
  validationActions: [Deny]
  paramRef: {name: replica-limit-test.example.com, parameterNotFoundAction: Deny}
  matchResources: {namespaceSelector: {matchLabels: {environment: test}}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: image-registry.example.com}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}]}
  matchConditions:
  - {name: not-exempt, expression: "!('exempt' in object.metadata.?labels.orValue({}))"}
  variables:
  - {name: containers, expression: object.spec.template.spec.containers}
  validations:
  - expression: variables.containers.all(c, c.image.startsWith('registry.test/'))
    message: only images of registry.test are allowed
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: image-registry.example.com}
spec:
  policyName: image-registry.example.com
  validationActions: [Deny]
  matchResources: {namespaceSelector: {matchLabels: {environment: test}}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: required-labels.example.com}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]}
  validations:
  - {expression: has(object.metadata.labels) && 'team' in object.metadata.labels, message: the label team is required}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: required-labels.example.com}
spec:
  policyName: required-labels.example.com
  validationActions: [Warn, Audit]
  matchResources: {namespaceSelector: {matchLabels: {environment: test}}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: sidecar-policy.example.com}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
  matchConditions:
  - {name: does-not-already-have-sidecar, expression: "!object.spec.?initContainers.orValue([]).exists(ic, ic.name == 'mesh-proxy')"}
  failurePolicy: Fail
  reinvocationPolicy: IfNeeded
  mutations:
  - patchType: ApplyConfiguration
    applyConfiguration:
      expression: >
        Object{spec: Object.spec{initContainers: [Object.spec.initContainers{name: "mesh-proxy",
        image: "registry.test/minik/busybox:1", env: [Object.spec.initContainers.env{name: "MESH", value: "on"}],
        stdin: true, restartPolicy: "Always"}]}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: sidecar-binding-test.example.com}
spec:
  policyName: sidecar-policy.example.com
  matchResources: {namespaceSelector: {matchLabels: {environment: test}}}
YAML
}
ok "a definition, policies and bindings are created, and nothing is only stored" fails outputs 'does not|error' policies_up
within 20 "the kind of parameters is served" k get replicalimits
denied="ValidatingAdmissionPolicy 'replicalimit-policy.example.com' with binding 'replicalimit-binding-test.example.com' denied request: "
web() { p create deployment web --image=registry.test/minik/busybox:1 --replicas="$1" -- sleep 600; }
ok "without its parameters the policy refuses" outputs "${denied}failed to configure binding: no params found for policy binding with .Deny. parameterNotFoundAction" web 1
limit() { printf '{"apiVersion":"rules.example.com/v1","kind":"ReplicaLimit","metadata":{"name":"replica-limit-test.example.com"},"maxReplicas":%s}' "$1" | k apply -f -; }
ok "the parameters" limit 3
ok "more replicas than they allow are refused" outputs "deployments.apps \"web\" is forbidden: ${denied}replicas must be at most 3" web 5
ok "as many as they allow are not" web 2
ok "nor can it be scaled beyond" outputs "${denied}replicas must be at most 3" p scale deployment web --replicas=4
ok "the server is killed" minik_kill9 a
minik_start a server || exit 1
within 20 "the policy holds as before" outputs "replicas must be at most 3" p scale deployment web --replicas=4
ok "other parameters count at once" limit 4
ok "for the next request" p scale deployment web --replicas=4
ok "an image of elsewhere is refused" outputs "denied request: only images of registry.test are allowed" p create deployment other --image=docker.io/busybox
ok "in another namespace it is not" k -n default create deployment policies-other --image=docker.io/busybox --replicas=0
ok "a label that is missing is warned of" outputs "Warning: Validation failed for ValidatingAdmissionPolicy 'required-labels.example.com' with binding 'required-labels.example.com': the label team is required" p create configmap plain
audited() { >/dev/null grep 'validation.policy.admission.k8s.io/validation_failure.*required-labels.example.com' "$work/a/audit.log"; }
within 10 "and told to the audit log" audited
within 30 "pods have the sidecar" outputs '^mesh-proxy' p get pods -l app=web -o 'jsonpath={.items[*].spec.initContainers[*].name}'
within 60 "and run with it" outputs '^(true ?)+$' p get pods -l app=web -o 'jsonpath={.items[*].status.initContainerStatuses[*].started}'
typo() { k get validatingadmissionpolicy replicalimit-policy.example.com -o json | sed 's/object.spec.replicas/object.spec.replica/' | k apply -f -; }
ok "a policy with a wrong field is taken" typo
within 20 "and its status says what is wrong" outputs "apps/v1, Kind=Deployment: ERROR: .*undefined field" k get validatingadmissionpolicy replicalimit-policy.example.com -o 'jsonpath={.status.typeChecking.expressionWarnings[*].warning}'
broken() { k get validatingadmissionpolicy required-labels.example.com -o json | sed "s/has(object.metadata.labels)/has(object.metadata.labels/" | k apply -f -; }
ok "an expression that is none is refused on its field" outputs 'spec.validations\[0\].expression: Invalid value: .*compilation failed: ERROR: <input>:1:' broken
ok "policies go" k delete validatingadmissionpolicies,validatingadmissionpolicybindings,mutatingadmissionpolicies,mutatingadmissionpolicybindings --all
ok "and hold no more" p scale deployment web --replicas=0
ok "the rest goes" k delete namespace policies --wait=false
k -n default delete deployment policies-other >/dev/null
k delete crd replicalimits.rules.example.com >/dev/null

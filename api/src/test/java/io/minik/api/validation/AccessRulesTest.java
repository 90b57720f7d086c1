package io.minik.api.validation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Roles and bindings, secrets, leases and services in upstream's words. */
class AccessRulesTest {
    private static final String RBAC = "rbac.authorization.k8s.io/v1";
    private static final String REF =
            "'roleRef':{'apiGroup':'rbac.authorization.k8s.io','kind':'ClusterRole','name':'r'}";

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'rules':[{'verbs':['get'],'apiGroups':[''],'resources':['pods'],'resourceNames':['a']}]~ok
            'rules':[{'verbs':['get'],'nonResourceURLs':['/healthz']}]~ok
            'rules':[{'verbs':[],'apiGroups':[''],'resources':['pods']}]~rules[0].verbs: Required value: verbs must contain at least one value
            'rules':[{'verbs':['get'],'resources':['pods']}]~rules[0].apiGroups: Required value: resource rules must supply at least one api group
            'rules':[{'verbs':['get'],'apiGroups':['']}]~rules[0].resources: Required value: resource rules must supply at least one resource
            'rules':[{'verbs':['get'],'nonResourceURLs':['/a'],'apiGroups':['']}]~rules[0].nonResourceURLs: Invalid value: ["/a"]: rules cannot apply to both regular resources and non-resource URLs
            'aggregationRule':{'clusterRoleSelectors':[{'matchLabels':{'a':'b'}}]}~ok
            'aggregationRule':{'clusterRoleSelectors':[]}~aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil
            'aggregationRule':{'clusterRoleSelectors':[{'matchExpressions':[{'key':'a','operator':'Near'}]}]}~aggregationRule.clusterRoleSelectors[0].matchExpressions[0].operator: Invalid value: "Near": not a valid selector operator
            """)
    void clusterRoles(String fields, String words) {
        Refusals.are(RBAC, "ClusterRole", fields, words);
    }

    @Test
    void aRoleOfANamespaceHasNoUrls() {
        Refusals.are(
                RBAC,
                "Role",
                "'rules':[{'verbs':['get'],'nonResourceURLs':['/a']}]",
                "rules[0].nonResourceURLs: Invalid value: [\"/a\"]: namespaced rules cannot apply to non-resource URLs");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            {'kind':'ServiceAccount','name':'a','namespace':'b'}~ok
            {'kind':'Group','name':'system:authenticated','apiGroup':'rbac.authorization.k8s.io'}~ok
            {'kind':'ServiceAccount','name':'a'}~.namespace: Required value
            {'kind':'ServiceAccount','name':'a','namespace':'b','apiGroup':'x'}~.apiGroup: Unsupported value: "x": supported values: ""
            {'kind':'User','name':'a','apiGroup':'x'}~.apiGroup: Unsupported value: "x": supported values: "rbac.authorization.k8s.io"
            {'kind':'User','name':''}~.name: Required value
            {'kind':'Robot','name':'a'}~.kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"
            """)
    void subjects(String subject, String words) {
        Refusals.are(
                RBAC,
                "ClusterRoleBinding",
                REF + ",'subjects':[" + subject + "]",
                words.equals("ok") ? words : "subjects[0]" + words);
    }

    @Test
    void aServiceAccountIsNamedAsOne() {
        assertThat(Refusals.of(
                        RBAC,
                        "RoleBinding",
                        REF + ",'subjects':[{'kind':'ServiceAccount','name':'A_','namespace':'b'}]"))
                .singleElement()
                .asString()
                .startsWith("subjects[0].name: Invalid value: \"A_\": a lowercase RFC 1123 subdomain must consist of");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'apiGroup':'rbac.authorization.k8s.io','kind':'Role','name':'system:a:b'~ok
            'apiGroup':'x','kind':'Role','name':'r'~roleRef.apiGroup: Unsupported value: "x": supported values: "rbac.authorization.k8s.io"
            'apiGroup':'rbac.authorization.k8s.io','kind':'Pod','name':'r'~roleRef.kind: Unsupported value: "Pod": supported values: "Role", "ClusterRole"
            'apiGroup':'rbac.authorization.k8s.io','kind':'Role','name':''~roleRef.name: Required value
            'apiGroup':'rbac.authorization.k8s.io','kind':'Role','name':'a/b'~roleRef.name: Invalid value: "a/b": may not contain '/'
            'apiGroup':'rbac.authorization.k8s.io','kind':'Role','name':'..'~roleRef.name: Invalid value: "..": may not be '..'
            """)
    void references(String ref, String words) {
        Refusals.are(RBAC, "RoleBinding", "'roleRef':{" + ref + "}", words);
    }

    @Test
    void aBindingOfTheClusterHasNoRoleOfANamespace() {
        Refusals.are(
                RBAC,
                "ClusterRoleBinding",
                REF.replace("ClusterRole", "Role"),
                "roleRef.kind: Unsupported value: \"Role\": supported values: \"ClusterRole\"");
    }

    @Test
    void aBindingKeepsItsRole() {
        assertThat(Refusals.ofChange(RBAC, "ClusterRoleBinding", REF, REF.replace("'r'", "'s'")))
                .containsExactly("roleRef: Invalid value: {\"apiGroup\":\"rbac.authorization.k8s.io\","
                        + "\"kind\":\"ClusterRole\",\"name\":\"s\"}: cannot change roleRef");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'type':'example.com/own'~ok
            'type':'kubernetes.io/tls','data':{'tls.crt':'','tls.key':''}~ok
            'type':'kubernetes.io/tls'~data[tls.crt]: Required value; data[tls.key]: Required value
            'type':'kubernetes.io/dockercfg'~data[.dockercfg]: Required value
            'type':'kubernetes.io/dockerconfigjson'~data[.dockerconfigjson]: Required value
            'type':'kubernetes.io/ssh-auth'~data[ssh-privatekey]: Required value
            'type':'kubernetes.io/basic-auth','data':{'username':'YQ=='}~ok
            'type':'kubernetes.io/basic-auth'~data[username]: Required value; data[password]: Required value
            'type':'kubernetes.io/service-account-token'~metadata.annotations[kubernetes.io/service-account.name]: Required value
            """)
    void secrets(String fields, String words) {
        Refusals.are("v1", "Secret", fields, words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'leaseDurationSeconds':1,'leaseTransitions':0~ok
            'leaseDurationSeconds':0~spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0
            'leaseTransitions':-1~spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0
            """)
    void leases(String spec, String words) {
        Refusals.are("coordination.k8s.io/v1", "Lease", "'spec':{" + spec + "}", words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'ipFamilies':['IPv6','IPv4'],'ipFamilyPolicy':'PreferDualStack'~ok
            'ipFamilies':['IPv5']~spec.ipFamilies[0]: Unsupported value: "IPv5": supported values: "IPv4", "IPv6"
            'ipFamilies':['IPv4','IPv4']~spec.ipFamilies[1]: Duplicate value: "IPv4"
            'ipFamilyPolicy':'Maybe'~spec.ipFamilyPolicy: Unsupported value: "Maybe": supported values: "PreferDualStack", "RequireDualStack", "SingleStack"
            'clusterIPs':['10.0.0.1','fd00::1','10.0.0.2']~spec.clusterIPs: Invalid value: ["10.0.0.1","fd00::1","10.0.0.2"]: may only hold up to 2 values
            'internalTrafficPolicy':'Near'~spec.internalTrafficPolicy: Unsupported value: "Near": supported values: "Cluster", "Local"
            'trafficDistribution':'Far'~spec.trafficDistribution: Unsupported value: "Far": supported values: "PreferClose", "PreferSameNode", "PreferSameZone"
            'type':'Internal'~spec.type: Unsupported value: "Internal": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"
            'clusterIP':'None','type':'LoadBalancer'~spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for LoadBalancer services
            'sessionAffinity':'ClientIP','sessionAffinityConfig':{'clientIP':{'timeoutSeconds':86401}}~spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400
            """)
    void services(String spec, String words) {
        Refusals.are("v1", "Service", "'spec':{'ports':[{'port':80}]," + spec + "}", words);
    }

    @Test
    void aServiceKeepsItsAddress() {
        String before = "'spec':{'clusterIP':'10.0.0.1','clusterIPs':['10.0.0.1'],'ports':[{'port':80}]}";
        assertThat(Refusals.ofChange("v1", "Service", before, before.replace("10.0.0.1", "10.0.0.2")))
                .containsExactly("spec.clusterIPs[0]: Invalid value: [\"10.0.0.2\"]: may not change once set");
        assertThat(Refusals.ofChange("v1", "Service", before, before.replace("80", "81")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            {'httpGet':{'port':80,'httpHeaders':[{'name':'X-Ok','value':'a b'}]}}~ok
            {'httpGet':{'port':80,'httpHeaders':[{'name':'a b','value':'x'}]}}~.httpGet.httpHeaders: Invalid value: "a b": a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')
            {'httpGet':{'port':80},'exec':{'command':['x']}}~.httpGet: Forbidden: may not specify more than 1 handler type
            {'grpc':{'port':0}}~.grpc.port: Invalid value: 0: must be between 1 and 65535, inclusive
            {'tcpSocket':{'port':'a-sixteen-letter'}}~.tcpSocket.port: Invalid value: "a-sixteen-letter": must be no more than 15 characters
            {'exec':{'command':['x']},'terminationGracePeriodSeconds':0}~.terminationGracePeriodSeconds: Invalid value: 0: must be greater than 0
            """)
    void probes(String probe, String words) {
        for (String kind : new String[] {"livenessProbe", "startupProbe"}) {
            Refusals.are(
                    "v1",
                    "Pod",
                    "'spec':{'containers':[{'name':'c','image':'i','" + kind + "':" + probe + "}]}",
                    words.equals("ok") ? words : "spec.containers[0]." + kind + words);
        }
    }
}

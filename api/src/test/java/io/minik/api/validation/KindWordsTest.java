package io.minik.api.validation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What upstream says of objects that are not what their kind says, field by field; what it takes stands beside it as ok. */
class KindWordsTest {
    private static final String CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
    private static final String PORT = "must be between 1 and 65535, inclusive";

    private static void says(String apiVersion, String kind, String body, String words) {
        String want = words.replace("{CIDR}", CIDR).replace("{PORT}", PORT);
        assertThat(String.join("; ", Refusals.of(apiVersion, kind, body)))
                .as(body)
                .isEqualTo(want.equals("ok") ? "" : want);
    }

    private static final String LABEL =
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an"
                    + " alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is"
                    + " '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'name':'c','image':'i'~ok
            'image':'i'~spec.containers[0].name: Required value
            'name':'A_','image':'i'~spec.containers[0].name: Invalid value: "A_": {LABEL}
            'name':'c'~spec.containers[0].image: Required value
            'name':'c','image':' i'~spec.containers[0].image: Invalid value: " i": must not have leading or trailing whitespace
            'name':'c','image':'i','imagePullPolicy':'Sometimes'~spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"
            'name':'c','image':'i','ports':[{'containerPort':0}]~spec.containers[0].ports[0].containerPort: Required value
            'name':'c','image':'i','ports':[{'containerPort':70000}]~spec.containers[0].ports[0].containerPort: Invalid value: 70000: {PORT}
            'name':'c','image':'i','ports':[{'containerPort':80,'hostPort':70000}]~spec.containers[0].ports[0].hostPort: Invalid value: 70000: {PORT}
            'name':'c','image':'i','ports':[{'name':'a','containerPort':80},{'name':'a','containerPort':81}]~spec.containers[0].ports[1].name: Duplicate value: "a"
            'name':'c','image':'i','ports':[{'name':'Too_long','containerPort':80}]~spec.containers[0].ports[0].name: Invalid value: "Too_long": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)
            'name':'c','image':'i','ports':[{'containerPort':80,'protocol':'ICMP'}]~spec.containers[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"
            'name':'c','image':'i','ports':[{'containerPort':80,'hostPort':80},{'containerPort':81,'hostPort':80}]~spec.containers[0].ports[1].hostPort: Duplicate value: "TCP//80"
            'name':'c','image':'i','env':[{'name':'A','value':'b'},{'name':'1.odd-NAME','value':'b'}]~ok
            'name':'c','image':'i','env':[{'value':'b'}]~spec.containers[0].env[0].name: Required value
            'name':'c','image':'i','env':[{'name':'a=b'}]~spec.containers[0].env[0].name: Invalid value: "a=b": a valid environment variable name must consist only of printable ASCII characters other than '='
            'name':'c','image':'i','env':[{'name':'A','value':'x','valueFrom':{'fieldRef':{'fieldPath':'metadata.name'}}}]~spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty
            'name':'c','image':'i','env':[{'name':'A','valueFrom':{'fieldRef':{'fieldPath':'metadata.name'},'configMapKeyRef':{'name':'m','key':'k'}}}]~spec.containers[0].env[0].valueFrom: Invalid value: "": may not have more than one field specified at a time
            'name':'c','image':'i','env':[{'name':'A','valueFrom':{'fieldRef':{'fieldPath':'metadata.shoe'}}}]~spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.shoe": error converting fieldPath: field label not supported: metadata.shoe
            'name':'c','image':'i','env':[{'name':'A','valueFrom':{'configMapKeyRef':{'name':'m','key':''}}}]~spec.containers[0].env[0].valueFrom.configMapKeyRef.key: Required value
            'name':'c','image':'i','volumeMounts':[{'name':'v','mountPath':'/a'}]~spec.containers[0].volumeMounts[0].name: Not found: "v"
            'name':'c','image':'i','resources':{'limits':{'cpu':'-1'}}~spec.containers[0].resources.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0; spec.containers[0].resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0
            'name':'c','image':'i','resources':{'limits':{'cpu':'1'},'requests':{'cpu':'2'}}~spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1
            'name':'c','image':'i','livenessProbe':{}~spec.containers[0].livenessProbe: Required value: must specify a handler type
            'name':'c','image':'i','livenessProbe':{'httpGet':{'port':80},'successThreshold':2}~spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1
            'name':'c','image':'i','readinessProbe':{'httpGet':{'port':80},'successThreshold':2}~ok
            'name':'c','image':'i','readinessProbe':{'httpGet':{'port':0}}~spec.containers[0].readinessProbe.httpGet.port: Invalid value: 0: {PORT}
            'name':'c','image':'i','readinessProbe':{'tcpSocket':{'port':'no_port'}}~spec.containers[0].readinessProbe.tcpSocket.port: Invalid value: "no_port": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)
            'name':'c','image':'i','readinessProbe':{'exec':{'command':[]}}~spec.containers[0].readinessProbe.exec.command: Required value
            'name':'c','image':'i','readinessProbe':{'httpGet':{'port':80,'scheme':'FTP'}}~spec.containers[0].readinessProbe.httpGet.scheme: Unsupported value: "FTP": supported values: "HTTP", "HTTPS"
            'name':'c','image':'i','readinessProbe':{'exec':{'command':['x']},'periodSeconds':-1}~spec.containers[0].readinessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0
            'name':'c','image':'i','readinessProbe':{'exec':{'command':['x']},'terminationGracePeriodSeconds':5}~spec.containers[0].readinessProbe.terminationGracePeriodSeconds: Invalid value: 5: must not be set for readinessProbes
            'name':'c','image':'i','lifecycle':{'preStop':{}}~spec.containers[0].lifecycle.preStop: Required value: must specify a handler type
            'name':'c','image':'i','lifecycle':{'preStop':{'sleep':{'seconds':-1}}}~spec.containers[0].lifecycle.preStop.sleep: Invalid value: -1: must be non-negative and less than terminationGracePeriodSeconds (30)
            'name':'c','image':'i','securityContext':{'runAsUser':-1}~spec.containers[0].securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive
            'name':'c','image':'i','securityContext':{'privileged':true,'allowPrivilegeEscalation':false}~spec.containers[0].securityContext: Invalid value: {"privileged":true,"allowPrivilegeEscalation":false}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true
            'name':'c','image':'i','terminationMessagePolicy':'Guess'~spec.containers[0].terminationMessagePolicy: Unsupported value: "Guess": supported values: "FallbackToLogsOnError", "File"
            """)
    void containers(String container, String words) {
        says("v1", "Pod", "'spec':{'containers':[{" + container + "}]}", words.replace("{LABEL}", LABEL));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'restartPolicy':'Maybe'~spec.restartPolicy: Unsupported value: "Maybe": supported values: "Always", "Never", "OnFailure"
            'activeDeadlineSeconds':0~spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive
            'dnsPolicy':'Guess'~spec.dnsPolicy: Unsupported value: "Guess": supported values: "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"
            'dnsPolicy':'None'~spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None
            'dnsPolicy':'None','dnsConfig':{}~spec.dnsConfig.nameservers: Required value: must provide at least one DNS nameserver when `dnsPolicy` is None
            'dnsConfig':{'nameservers':['x']}~spec.dnsConfig.nameservers[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)
            'dnsConfig':{'nameservers':['1.1.1.1','1.1.1.2','1.1.1.3','1.1.1.4']}~spec.dnsConfig.nameservers: Invalid value: ["1.1.1.1","1.1.1.2","1.1.1.3","1.1.1.4"]: must not have more than 3 nameservers
            'hostname':'A_'~spec.hostname: Invalid value: "A_": {LABEL}
            'subdomain':'A_'~spec.subdomain: Invalid value: "A_": {LABEL}
            'nodeSelector':{'a b':'c'}~spec.nodeSelector: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')
            'volumes':[{'name':'v','emptyDir':{}},{'name':'v','emptyDir':{}}]~spec.volumes[1].name: Duplicate value: "v"
            'volumes':[{'name':'v'}]~ok
            'volumes':[{'name':'v','emptyDir':{},'hostPath':{'path':'/a'}}]~spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type
            'volumes':[{'name':'v','configMap':{}}]~spec.volumes[0].configMap.name: Required value
            'volumes':[{'name':'v','secret':{}}]~spec.volumes[0].secret.secretName: Required value
            'volumes':[{'name':'v','configMap':{'name':'m','defaultMode':512}}]~spec.volumes[0].configMap.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive
            'volumes':[{'name':'v','configMap':{'name':'m','items':[{'key':'a','path':'../b'}]}}]~spec.volumes[0].configMap.items[0].path: Invalid value: "../b": must not contain '..'
            'volumes':[{'name':'v','configMap':{'name':'m','items':[{'key':'a','path':'/b'}]}}]~spec.volumes[0].configMap.items[0].path: Invalid value: "/b": must be a relative path
            'volumes':[{'name':'v','hostPath':{'path':'/a/../b'}}]~spec.volumes[0].hostPath.path: Invalid value: "/a/../b": must not contain '..'
            'volumes':[{'name':'v','hostPath':{'path':'/a','type':'Cave'}}]~spec.volumes[0].hostPath.type: Unsupported value: "Cave": supported values: "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"
            'volumes':[{'name':'v','persistentVolumeClaim':{}}]~spec.volumes[0].persistentVolumeClaim.claimName: Required value
            'tolerations':[{'operator':'Equal','value':'v'}]~spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"
            'tolerations':[{'key':'a','operator':'Exists','value':'v'}]~spec.tolerations[0].operator: Invalid value: "v": value must be empty when `operator` is 'Exists'
            'tolerations':[{'key':'a','operator':'Exists','effect':'NoSchedule','tolerationSeconds':5}]~spec.tolerations[0].effect: Invalid value: "NoSchedule": effect must be 'NoExecute' when `tolerationSeconds` is set
            'topologySpreadConstraints':[{'maxSkew':0,'topologyKey':'z','whenUnsatisfiable':'DoNotSchedule'}]~spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero
            'topologySpreadConstraints':[{'maxSkew':1,'topologyKey':'','whenUnsatisfiable':'DoNotSchedule'}]~spec.topologySpreadConstraints[0].topologyKey: Required value: can not be empty
            'affinity':{'nodeAffinity':{'preferredDuringSchedulingIgnoredDuringExecution':[{'weight':0,'preference':{'matchExpressions':[{'key':'a','operator':'Exists'}]}}]}}~spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 0: must be in the range 1-100
            'affinity':{'podAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':[{'labelSelector':{}}]}}~spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required value: can not be empty
            'serviceAccountName':'A_'~spec.serviceAccountName: Invalid value: "A_": {SUBDOMAIN}
            'runtimeClassName':'A_'~spec.runtimeClassName: Invalid value: "A_": {SUBDOMAIN}
            'readinessGates':[{'conditionType':'a b'}]~spec.readinessGates[0].conditionType: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')
            'schedulingGates':[{'name':'a/b'},{'name':'a/b'}]~spec.schedulingGates[1]: Duplicate value: "a/b"
            'hostAliases':[{'ip':'x'}]~spec.hostAliases[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)
            'hostNetwork':true,'containers':[{'name':'d','image':'i','ports':[{'containerPort':80,'hostPort':81}]}]~spec.containers[0].ports[0].containerPort: Invalid value: 80: must match `hostPort` when `hostNetwork` is true
            'containers':[{'name':'d','image':'i'},{'name':'d','image':'i'}]~spec.containers[1].name: Duplicate value: "d"
            'initContainers':[{'name':'c','image':'i'}]~spec.initContainers[0].name: Duplicate value: "c"
            'initContainers':[{'name':'d','image':'i','livenessProbe':{'exec':{'command':['x']}}}]~spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always
            'shareProcessNamespace':true,'hostPID':true~spec.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled
            'securityContext':{'sysctls':[{'name':'a b','value':'1'}]}~spec.securityContext.sysctls[0].name: Invalid value: "a b": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$
            'securityContext':{'sysctls':[{'name':'kernel.shm_rmid_forced','value':'1'},{'name':'kernel.shm_rmid_forced','value':'0'}]}~spec.securityContext.sysctls[1].name: Duplicate value: "kernel.shm_rmid_forced"
            'priority':5~ok
            """)
    void pods(String spec, String words) {
        String containers = spec.contains("'containers'") ? "" : ",'containers':[{'name':'c','image':'i'}]";
        String subdomain =
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must"
                        + " start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is"
                        + " '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
        says(
                "v1",
                "Pod",
                "'spec':{" + spec + containers + "}",
                words.replace("{LABEL}", LABEL).replace("{SUBDOMAIN}", subdomain));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'ingress':[{}]~ok
            'ingress':[{'from':[{'podSelector':{}}],'ports':[{'port':80},{'port':'http','protocol':'UDP'}]}]~ok
            'ingress':[{'from':[{'ipBlock':{'cidr':'10.0.0.0/8','except':['10.1.0.0/16','10.2.3.4/32']}}]}]~ok
            'ingress':[{'from':[{'ipBlock':{'cidr':'fd00::/8','except':['fd00:1::/32']}}]}]~ok
            'egress':[{'to':[{'namespaceSelector':{},'podSelector':{}}],'ports':[{'port':80,'endPort':90}]}]~ok
            'ingress':[{'from':[{}]}]~spec.ingress[0].from[0]: Required value: must specify a peer
            'egress':[{'to':[{'ipBlock':{'cidr':'10.0.0.0/8'},'podSelector':{}}]}]~spec.egress[0].to[0]: Forbidden: may not specify both ipBlock and another peer
            'ingress':[{'from':[{'ipBlock':{'cidr':'300.0.0.0/8'}}]}]~spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "300.0.0.0/8": {CIDR}
            'ingress':[{'from':[{'ipBlock':{'cidr':'10.0.0.0/33'}}]}]~spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "10.0.0.0/33": {CIDR}
            'ingress':[{'from':[{'ipBlock':{'cidr':'10.0.0.0'}}]}]~spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "10.0.0.0": {CIDR}
            'ingress':[{'from':[{'ipBlock':{'cidr':'fd00:::/8'}}]}]~spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "fd00:::/8": {CIDR}
            'ingress':[{'from':[{'ipBlock':{'cidr':'10.0.0.0/8','except':['11.0.0.0/16']}}]}]~spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`
            'ingress':[{'from':[{'ipBlock':{'cidr':'10.0.0.0/8','except':['10.0.0.0/8']}}]}]~spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`
            'ingress':[{'from':[{'ipBlock':{'cidr':'10.0.0.0/16','except':['10.0.0.0/8']}}]}]~spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`
            'egress':[{'to':[{'ipBlock':{'cidr':'10.0.0.0/8','except':['10.1.0.0/16','x']}}]}]~spec.egress[0].to[0].ipBlock.except[1]: Invalid value: "x": {CIDR}
            'egress':[{'to':[{'ipBlock':{'cidr':'10.0.0.0/8','except':['fd00::/16']}}]}]~spec.egress[0].to[0].ipBlock.except[0]: Invalid value: "fd00::/16": must be a strict subset of `cidr`
            'ingress':[{'ports':[{'port':0}]}]~spec.ingress[0].ports[0].port: Invalid value: 0: {PORT}
            'ingress':[{'ports':[{'port':70000}]}]~spec.ingress[0].ports[0].port: Invalid value: 70000: {PORT}
            'ingress':[{'ports':[{'port':'Not_a_name'}]}]~spec.ingress[0].ports[0].port: Invalid value: "Not_a_name": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)
            'ingress':[{'ports':[{'protocol':'ICMP'}]}]~spec.ingress[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"
            'ingress':[{'ports':[{'port':80,'endPort':79}]}]~spec.ingress[0].ports[0].endPort: Invalid value: 80: must be greater than or equal to `port`
            'ingress':[{'ports':[{'port':80,'endPort':65536}]}]~spec.ingress[0].ports[0].endPort: Invalid value: 65536: {PORT}
            'ingress':[{'ports':[{'port':'http','endPort':90}]}]~spec.ingress[0].ports[0].endPort: Invalid value: 90: may not be specified when `port` is non-numeric
            'egress':[{'ports':[{'endPort':90}]}]~spec.egress[0].ports[0].endPort: Invalid value: 90: may not be specified when `port` is not specified
            'policyTypes':['Ingress','Other']~spec.policyTypes[1]: Unsupported value: "Other": supported values: "Ingress", "Egress"
            'policyTypes':['Ingress','Egress','Ingress']~spec.policyTypes: Invalid value: ["Ingress","Egress","Ingress"]: may not specify more than two policyTypes
            """)
    void networkPolicies(String spec, String words) {
        says("networking.k8s.io/v1", "NetworkPolicy", "'spec':{'podSelector':{}," + spec + "}", words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'defaultBackend':{'service':{'name':'s','port':{'number':80}}}~ok
            'rules':[{'host':'a.example.com'}]~ok
            'rules':[{'host':'*.example.com'}]~ok
            'rules':[{'host':'1.2.3.4'}]~spec.rules[0].host: Invalid value: "1.2.3.4": must be a DNS name, not an IP address
            'rules':[{'host':'fd00::1'}]~spec.rules[0].host: Invalid value: "fd00::1": must be a DNS name, not an IP address; spec.rules[0].host: Invalid value: "fd00::1": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
            'rules':[{'host':'a.*.example.com'}]~spec.rules[0].host: Invalid value: "a.*.example.com": a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
            'rules':[{'http':{'paths':[{'path':'/','pathType':'Prefix','backend':{'service':{'name':'s','port':{'name':'http'}}}}]}}]~ok
            'rules':[{'http':{'paths':[{'path':'/a//b','pathType':'Prefix','backend':{'service':{'name':'s','port':{'number':1}}}}]}}]~spec.rules[0].http.paths[0].path: Invalid value: "/a//b": must not contain '//'
            'rules':[{'http':{'paths':[{'path':'/a/../b','pathType':'Exact','backend':{'service':{'name':'s','port':{'number':1}}}}]}}]~spec.rules[0].http.paths[0].path: Invalid value: "/a/../b": must not contain '/../'
            'rules':[{'http':{'paths':[{'path':'/a%2fb','pathType':'Exact','backend':{'service':{'name':'s','port':{'number':1}}}}]}}]~spec.rules[0].http.paths[0].path: Invalid value: "/a%2fb": must not contain '%2f'
            'rules':[{'http':{'paths':[{'path':'/a/..','pathType':'Exact','backend':{'service':{'name':'s','port':{'number':1}}}}]}}]~spec.rules[0].http.paths[0].path: Invalid value: "/a/..": cannot end with '/..'
            'rules':[{'http':{'paths':[{'path':'/a/.','pathType':'Prefix','backend':{'service':{'name':'s','port':{'number':1}}}}]}}]~spec.rules[0].http.paths[0].path: Invalid value: "/a/.": cannot end with '/.'
            'rules':[{'http':{'paths':[{'path':'a','pathType':'Prefix','backend':{'service':{'name':'s','port':{'number':1}}}}]}}]~spec.rules[0].http.paths[0].path: Invalid value: "a": must be an absolute path
            'rules':[{'http':{'paths':[{'path':'a','pathType':'ImplementationSpecific','backend':{'service':{'name':'s','port':{'number':1}}}}]}}]~spec.rules[0].http.paths[0].path: Invalid value: "a": must be an absolute path
            'rules':[{'http':{'paths':[{'path':'/(a|b)//c','pathType':'ImplementationSpecific','backend':{'service':{'name':'s','port':{'number':1}}}}]}}]~ok
            'rules':[{'http':{'paths':[{'pathType':'ImplementationSpecific','backend':{'service':{'name':'s','port':{'number':1}}}}]}}]~ok
            'defaultBackend':{'service':{'name':'s','port':{'name':'http','number':80}}}~spec.defaultBackend: Invalid value: "": cannot set both port name & port number
            'defaultBackend':{'service':{'name':'s','port':{'name':'Not_ok'}}}~spec.defaultBackend.service.port.name: Invalid value: "Not_ok": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)
            'defaultBackend':{'service':{'name':'s','port':{'number':70000}}}~spec.defaultBackend.service.port.number: Invalid value: 70000: {PORT}
            'defaultBackend':{'service':{'name':'s','port':{}}}~spec.defaultBackend: Required value: port name or number is required
            'defaultBackend':{}~spec.defaultBackend: Required value: resource or service backend is required
            'defaultBackend':{'resource':{'kind':'Bucket','name':'b'},'service':{'name':'s','port':{'number':80}}}~spec.defaultBackend: Invalid value: "": cannot set both resource and service backends
            'rules':[{'host':'a'}],'tls':[{'hosts':['a','*.b.c'],'secretName':'s'}]~ok
            'rules':[{'host':'a'}],'tls':[{'hosts':['A_']}]~spec.tls[0].hosts[0]: Invalid value: "A_": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
            'rules':[{'host':'a'}],'tls':[{'secretName':'No Secret'}]~spec.tls[0].secretName: Invalid value: "No Secret": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
            'rules':[{'host':'a'}],'ingressClassName':'No!'~spec.ingressClassName: Invalid value: "No!": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
            """)
    void ingresses(String spec, String words) {
        says("networking.k8s.io/v1", "Ingress", "'spec':{" + spec + "}", words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'addressType':'IPv4','endpoints':[{'addresses':['10.0.0.1']}],'ports':[{'name':'a','port':1},{'name':'b','port':2}]~ok
            'addressType':'IPv6','endpoints':[{'addresses':['fd00::1']}]~ok
            'addressType':'FQDN','endpoints':[{'addresses':['a.example.com']}]~ok
            'addressType':'IPv4','endpoints':[{'addresses':['fd00::1']}]~endpoints[0].addresses[0]: Invalid value: "fd00::1": must be a valid IPv4 address
            'addressType':'IPv6','endpoints':[{'addresses':['10.0.0.1']}]~endpoints[0].addresses[0]: Invalid value: "10.0.0.1": must be a valid IPv6 address
            'addressType':'IPv4','endpoints':[{'addresses':['127.0.0.1']}]~endpoints[0].addresses[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)
            'addressType':'IPv6','endpoints':[{'addresses':['::1']}]~endpoints[0].addresses[0]: Invalid value: "::1": may not be in the loopback range (127.0.0.0/8, ::1/128)
            'addressType':'IPv4','endpoints':[{'addresses':['169.254.1.1']}]~endpoints[0].addresses[0]: Invalid value: "169.254.1.1": may not be in the link-local range (169.254.0.0/16, fe80::/10)
            'addressType':'IPv4','endpoints':[{'addresses':[]}]~endpoints[0].addresses: Required value: must contain at least 1 address
            'addressType':'Other','endpoints':[]~addressType: Unsupported value: "Other": supported values: "FQDN", "IPv4", "IPv6"
            'addressType':'IPv4','endpoints':[],'ports':[{'name':'a','port':1},{'name':'a','port':2}]~ports[1].name: Duplicate value: "a"
            'addressType':'IPv4','endpoints':[],'ports':[{'port':1},{'port':2}]~ports[1].name: Duplicate value: ""
            'addressType':'IPv4','endpoints':[],'ports':[{'name':'A_','port':1}]~ports[0].name: Invalid value: "A_": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')
            'addressType':'IPv4','endpoints':[],'ports':[{'name':'a','port':1,'protocol':'ICMP'}]~ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"
            'addressType':'IPv4','endpoints':[{'addresses':['10.0.0.1'],'hostname':'No_'}]~endpoints[0].hostname: Invalid value: "No_": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')
            """)
    void endpointSlices(String body, String words) {
        says("discovery.k8s.io/v1", "EndpointSlice", body, words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'ports':[{'port':80}]~ok
            'ports':[{'port':80,'targetPort':'http'},{'name':'b','port':81}]~spec.ports[0].name: Required value
            'ports':[{'name':'a','port':80},{'name':'a','port':81}]~spec.ports[1].name: Duplicate value: "a"
            'ports':[{'name':'a','port':80,'appProtocol':'kubernetes.io/h2c'}]~ok
            'ports':[{'port':80,'appProtocol':'no good'}]~spec.ports[0].appProtocol: Invalid value: "no good": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')
            'ports':[{'port':80}],'sessionAffinity':'Other'~spec.sessionAffinity: Unsupported value: "Other": supported values: "ClientIP", "None"
            'ports':[{'port':80}],'sessionAffinityConfig':{'clientIP':{'timeoutSeconds':10}}~ok
            'ports':[{'port':80}],'loadBalancerClass':'a.b/c'~spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'
            'ports':[{'port':80}],'allocateLoadBalancerNodePorts':true~spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer'
            'ports':[{'port':80}],'loadBalancerSourceRanges':['10.0.0.0/8']~spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'
            'ports':[{'port':80}],'type':'LoadBalancer','loadBalancerSourceRanges':['10.0.0.0/8','fd00::/8']~ok
            'ports':[{'port':80}],'type':'LoadBalancer','loadBalancerSourceRanges':['10.0.0.0']~spec.LoadBalancerSourceRanges[0]: Invalid value: "10.0.0.0": {CIDR}
            'ports':[{'port':80}],'type':'LoadBalancer','loadBalancerClass':'no good'~spec.loadBalancerClass: Invalid value: "no good": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')
            'ports':[{'port':80}],'type':'LoadBalancer','externalTrafficPolicy':'Somewhere'~spec.externalTrafficPolicy: Unsupported value: "Somewhere": supported values: "Cluster", "Local"
            'ports':[{'port':80}],'healthCheckNodePort':30000~spec.healthCheckNodePort: Invalid value: 30000: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'
            'ports':[{'port':80}],'externalIPs':['127.0.0.1']~spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)
            'ports':[{'port':80}],'externalIPs':['::::']~spec.externalIPs[0]: Invalid value: "::::": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)
            'ports':[{'port':80}],'clusterIP':'1:2:3'~spec.clusterIPs[0]: Invalid value: "1:2:3": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)
            'type':'ExternalName','externalName':'a.example.com.'~ok
            'type':'ExternalName'~spec.externalName: Required value
            """)
    void services(String spec, String words) {
        says("v1", "Service", "'spec':{" + spec + "}", words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'1Gi'}}~ok
            'accessModes':['ReadWriteOncePod'],'resources':{'requests':{'storage':'1Gi'}}~ok
            'accessModes':['ReadWriteOncePod','ReadOnlyMany'],'resources':{'requests':{'storage':'1Gi'}}~spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes
            'accessModes':['ReadWriteNever'],'resources':{'requests':{'storage':'1Gi'}}~spec.accessModes: Unsupported value: "ReadWriteNever": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"
            'resources':{'requests':{'storage':'1Gi'}}~spec.accessModes: Required value: at least 1 access mode is required
            'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'0'}}~spec.resources[storage]: Invalid value: "0": must be greater than zero
            'accessModes':['ReadWriteOnce']~spec.resources[storage]: Required value
            'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'1Gi'}},'volumeMode':'Tape'~spec.volumeMode: Unsupported value: "Tape": supported values: "Block", "Filesystem"
            'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'1Gi'}},'selector':{'matchExpressions':[{'key':'a','operator':'Is'}]}~spec.selector.matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator
            """)
    void claims(String spec, String words) {
        says("v1", "PersistentVolumeClaim", "'spec':{" + spec + "}", words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'accessModes':['ReadWriteOnce'],'capacity':{'storage':'1Gi'},'hostPath':{'path':'/a'}~ok
            'accessModes':['ReadWriteOnce'],'capacity':{'storage':'1Gi'}~spec: Required value: must specify a volume type
            'accessModes':['ReadWriteOnce'],'hostPath':{'path':'/a'}~spec.capacity: Required value
            'accessModes':['ReadWriteOncePod','ReadWriteOnce'],'capacity':{'storage':'1Gi'},'hostPath':{'path':'/a'}~spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes
            'accessModes':['ReadWriteOnce'],'capacity':{'storage':'1Gi'},'hostPath':{'path':'/a'},'nfs':{'server':'s','path':'/'}~spec.nfs: Forbidden: may not specify more than 1 volume type
            'accessModes':['ReadWriteOnce'],'capacity':{'storage':'-1Gi'},'hostPath':{'path':'/a'}~spec.capacity[storage]: Invalid value: "-1Gi": must be greater than zero
            'accessModes':['ReadWriteOnce'],'capacity':{'storage':'1Gi'},'local':{'path':'/a'}~spec.nodeAffinity: Required value: Local volume requires node affinity
            'accessModes':['ReadWriteOnce'],'capacity':{'storage':'1Gi'},'hostPath':{'path':'/a'},'persistentVolumeReclaimPolicy':'Burn'~spec.persistentVolumeReclaimPolicy: Unsupported value: "Burn": supported values: "Delete", "Recycle", "Retain"
            """)
    void volumes(String spec, String words) {
        says("v1", "PersistentVolume", "'metadata':{'name':'one'},'spec':{" + spec + "}", words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'maxReplicas':3~ok
            'maxReplicas':3,'minReplicas':4~spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`
            'maxReplicas':0~spec.maxReplicas: Invalid value: 0: must be greater than 0; spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`
            'maxReplicas':3,'metrics':[{'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization','averageUtilization':50}}}]~ok
            'maxReplicas':3,'metrics':[{'type':'Resource'}]~spec.metrics[0].resource: Required value: must populate information for the given metric source
            'maxReplicas':3,'metrics':[{'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization'}}}]~spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization
            'maxReplicas':3,'metrics':[{'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization','averageUtilization':0}}}]~spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0
            'maxReplicas':3,'metrics':[{'type':'Resource','resource':{'name':'cpu','target':{'type':'AverageValue','averageValue':'-1'}}}]~spec.metrics[0].resource.target.averageValue: Invalid value: "-1": must be positive
            'maxReplicas':3,'metrics':[{'type':'Resource','resource':{'name':'cpu','target':{'type':'Guess','averageUtilization':5}}}]~spec.metrics[0].resource.target.type: Invalid value: "Guess": must be either Utilization, Value, or AverageValue
            'maxReplicas':3,'metrics':[{'type':'Pods','pods':{'metric':{'name':'m'},'target':{'type':'Value','value':'1'}}}]~spec.metrics[0].pods.target.averageValue: Required value: must specify a positive target averageValue
            'maxReplicas':3,'metrics':[{'type':'External','external':{'metric':{'name':'m'},'target':{'type':'Value','value':'1','averageValue':'1'}}}]~spec.metrics[0].external.target.value: Forbidden: may not set both a target value for metric and a per-pod target
            'maxReplicas':3,'metrics':[{'type':'Pods','pods':{'metric':{'name':'m'},'target':{'type':'AverageValue','averageValue':'1'}},'resource':{'name':'cpu','target':{'type':'Utilization','averageUtilization':5}}}]~spec.metrics[0].resource: Forbidden: must populate the given metric source only
            'maxReplicas':3,'metrics':[{'type':'Weather'}]~spec.metrics[0].type: Unsupported value: "Weather": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"
            'maxReplicas':3,'behavior':{'scaleDown':{'stabilizationWindowSeconds':3601}}~spec.behavior.scaleDown.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600
            'maxReplicas':3,'behavior':{'scaleUp':{'selectPolicy':'Some'}}~spec.behavior.scaleUp.selectPolicy: Unsupported value: "Some": supported values: "Disabled", "Max", "Min"
            'maxReplicas':3,'behavior':{'scaleUp':{'policies':[{'type':'Pods','value':0,'periodSeconds':15}]}}~spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero
            'maxReplicas':3,'behavior':{'scaleUp':{'policies':[{'type':'Pods','value':4,'periodSeconds':1801}]}}~spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800
            'maxReplicas':3,'behavior':{'scaleUp':{'policies':[{'type':'Heads','value':4,'periodSeconds':10}]}}~spec.behavior.scaleUp.policies[0].type: Unsupported value: "Heads": supported values: "Percent", "Pods"
            """)
    void autoscalers(String spec, String words) {
        String target = "'scaleTargetRef':{'kind':'Deployment','name':'web','apiVersion':'apps/v1'},";
        says("autoscaling/v2", "HorizontalPodAutoscaler", "'spec':{" + target + spec + "}", words);
    }
}

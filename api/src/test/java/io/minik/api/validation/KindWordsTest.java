package io.minik.api.validation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.schema.Decoder;
import io.minik.api.schema.Defaults;
import io.minik.api.schema.FieldValidation;
import io.minik.api.schema.Format;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Schema;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What upstream says of objects that are not what their kind says, field by field; what it takes stands beside it as ok. */
class KindWordsTest {
    private static final Schema SCHEMA = Schema.load();
    private static final String CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
    private static final String PORT = "must be between 1 and 65535, inclusive";

    private static List<String> problems(String apiVersion, String kind, String body) {
        KindRow row = SCHEMA.findKind(apiVersion, kind).orElseThrow();
        String meta = body.contains("'metadata'") ? "" : "'metadata':{'name':'one','namespace':'default'},";
        String text = "{'apiVersion':'" + apiVersion + "','kind':'" + kind + "'," + meta + body + "}";
        ObjectNode object = Decoder.decode(
                        row.type(),
                        text.replace('\'', '"').getBytes(StandardCharsets.UTF_8),
                        Format.JSON,
                        FieldValidation.STRICT)
                .tree();
        Defaults.apply(row, object);
        return Validator.validate(row, object, Optional.empty(), "").stream()
                .map(cause -> cause.field() + ": " + cause.message())
                .toList();
    }

    private static void says(String apiVersion, String kind, String body, String words) {
        String want = words.replace("{CIDR}", CIDR).replace("{PORT}", PORT);
        assertThat(String.join("; ", problems(apiVersion, kind, body)))
                .as(body)
                .isEqualTo(want.equals("ok") ? "" : want);
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

package io.minik.api.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.core.PodSpec;
import io.minik.api.meta.Status.Cause;
import io.minik.api.schema.Decoder;
import io.minik.api.schema.Defaults;
import io.minik.api.schema.FieldValidation;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Schema;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WarningsTest {
    private static final Schema SCHEMA = Schema.load();

    private static ObjectNode decoded(KindRow row, String json) {
        byte[] body = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        ObjectNode tree = Decoder.decode(row.type(), Json.parseObject(body), FieldValidation.STRICT)
                .tree();
        Defaults.apply(row, tree);
        return tree;
    }

    private static KindRow row(String apiVersion, String plural) {
        return SCHEMA.findResource(apiVersion, plural).orElseThrow();
    }

    private static List<String> warnings(String apiVersion, String plural, String json) {
        KindRow row = row(apiVersion, plural);
        return Warnings.of(row, decoded(row, json), Optional.empty());
    }

    private static List<String> pod(String spec) {
        return warnings("v1", "pods", "{'metadata':{'name':'p'},'spec':{" + spec + "}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'containers':[{'name':'c','env':[{'name':'A','value':'1'},{'name':'A','value':'2'}]}]"
                        + "|spec.containers[0].env[1]: hides previous definition of \"A\", which may be dropped when using"
                        + " apply",
                "'initContainers':[{'name':'c','env':[{'name':'A'},{'name':'A','valueFrom':{'fieldRef':{'fieldPath':"
                        + "'metadata.name'}}}]}]|spec.initContainers[0].env[1]: hides previous definition of \"A\", which"
                        + " may be dropped when using apply",
                "'hostAliases':[{'ip':'1.2.3.4'},{'ip':'1.2.3.4'}]|spec.hostAliases[1].ip: duplicate ip \"1.2.3.4\"",
                "'imagePullSecrets':[{'name':'a'},{'name':'a'}]|spec.imagePullSecrets[1].name: duplicate name \"a\"",
                "'hostAliases':[{'ip':'2001:DB8::0:1'}]|spec.hostAliases[0].ip: IPv6 address \"2001:DB8::0:1\" should be in RFC"
                        + " 5952 canonical format (\"2001:db8::1\")",
                "'dnsConfig':{'nameservers':['::ffff:1.2.3.4']}|spec.dnsConfig.nameservers[0]: non-standard IP address"
                        + " \"::ffff:1.2.3.4\" will be considered invalid in a future Kubernetes release: use \"1.2.3.4\"",
                "'imagePullSecrets':[{}]|spec.imagePullSecrets[0].name: invalid empty name \"\"",
                "'containers':[{'name':'a','ports':[{'containerPort':80}]},{'name':'b','ports':[{'containerPort':80}]}]"
                        + "|spec.containers[1].ports[0]: duplicate port definition with spec.containers[0].ports[0]",
                "'containers':[{'name':'a','ports':[{'containerPort':80},{'containerPort':80,'hostPort':8080}]}]"
                        + "|spec.containers[0].ports[1]: overlapping port definition with spec.containers[0].ports[0]",
                "'containers':[{'name':'a','ports':[{'containerPort':80,'hostPort':1},{'containerPort':80,'hostPort':1,"
                        + "'hostIP':'1.1.1.1'}]}]|spec.containers[0].ports[1]: dangerously ambiguous port definition with"
                        + " spec.containers[0].ports[0]",
                "'containers':[{'name':'a','resources':{'requests':{'memory':'100m'}}}]"
                        + "|spec.containers[0].resources.requests[memory]: fractional byte value \"100m\" is invalid, must be"
                        + " an integer",
                "'terminationGracePeriodSeconds':-1|spec.terminationGracePeriodSeconds: must be >= 0; negative values are"
                        + " invalid and will be treated as 1",
                "'nodeSelector':{'beta.kubernetes.io/os':'linux'}|spec.nodeSelector[beta.kubernetes.io/os]: deprecated since"
                        + " v1.14; use \"kubernetes.io/os\" instead",
                "'topologySpreadConstraints':[{'maxSkew':1,'topologyKey':'a'}]|spec.topologySpreadConstraints[0]"
                        + ".labelSelector: a null labelSelector results in matching no pod",
                "'affinity':{'podAntiAffinity':{'preferredDuringSchedulingIgnoredDuringExecution':[{'weight':1,"
                        + "'podAffinityTerm':{'topologyKey':'a'}}]}}|spec.affinity.podAntiAffinity."
                        + "preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector: a null"
                        + " labelSelector results in matching no pod",
                "'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[{"
                        + "'matchExpressions':[{'key':'beta.kubernetes.io/arch','operator':'Exists'}]}]}}}"
                        + "|spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]"
                        + ".matchExpressions[0].key: beta.kubernetes.io/arch is deprecated since v1.14; use"
                        + " \"kubernetes.io/arch\" instead",
                "'volumes':[{'name':'v','configMap':{'name':'m','items':[{'key':'a','path':'x'},{'key':'b','path':'x/y'}]}}]"
                        + "|volume \"v\" (ConfigMap \"m\"): overlapping paths: \"x/y\" with \"x\"",
                "'volumes':[{'name':'v','projected':{'sources':[{'secret':{'name':'s','items':[{'key':'a','path':'x'}]}},{"
                        + "'serviceAccountToken':{'path':'x'}}]}}]|volume \"v\" (Projected ServiceAccountToken):"
                        + " overlapping paths: \"x\" with \"x\"",
                "'volumes':[{'name':'v','cephfs':{'monitors':['m']}}]|spec.volumes[0].cephfs: deprecated in v1.28,"
                        + " non-functional in v1.31+",
            })
    void aPodIsWarnedOf(String spec, String warning) {
        assertThat(pod(spec)).containsExactly(warning);
    }

    @Test
    void whatIsMeantIsNotWarnedOf() {
        assertThat(pod("'containers':[{'name':'c','env':[{'name':'A','value':'1'},{'name':'A','value':'$(A)2'}],"
                        + "'ports':[{'containerPort':80},{'containerPort':80,'protocol':'UDP'}],"
                        + "'resources':{'limits':{'cpu':'100m','memory':'1Gi'}}}],'volumes':[{'name':'v','secret':{"
                        + "'secretName':'s','items':[{'key':'a','path':'x'},{'key':'b','path':'xy'}]}}]"))
                .isEmpty();
    }

    /** Each would be told of with each. */
    @Test
    void manyPortsThatAreAlikeAreNotToldOfWithoutEnd() {
        String ports =
                IntStream.range(0, 5000).mapToObj(i -> "{'containerPort':80}").collect(Collectors.joining(","));
        assertThat(pod("'containers':[{'name':'c','ports':[" + ports + "]}]")).hasSizeBetween(1000, 2000);
        assertThat(pod("'containers':[{'name':'c','ports':[{'name':'web','containerPort':80,'hostIP':'10.0.0.1'}]}]"))
                .containsExactly("spec.containers[0].ports[0]: hostIP set without hostPort: {Name:web HostPort:0"
                        + " ContainerPort:80 Protocol:TCP HostIP:10.0.0.1}");
    }

    @Test
    void annotationsThatDoNothingAreNamed() {
        assertThat(warnings(
                        "v1",
                        "pods",
                        "{'metadata':{'name':'a.b','annotations':{'scheduler.alpha.kubernetes.io/critical-pod':'',"
                                + "'seccomp.security.alpha.kubernetes.io/pod':'x'}},'spec':{}}"))
                .containsExactly(
                        "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS"
                                + " label is recommended: [must not contain dots]",
                        "metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; use"
                                + " the \"priorityClassName\" field instead",
                        "metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+; use the"
                                + " \"seccompProfile\" field instead");
    }

    @Test
    void templatesAreLookedAtWhereTheyStandAndOnlyWhenTheyChange() {
        String template = "'template':{'spec':{'containers':[{'name':'c','env':[{'name':'A'},{'name':'A'}]}]}}";
        assertThat(warnings(
                        "batch/v1",
                        "cronjobs",
                        "{'metadata':{'name':'c'},'spec':{'jobTemplate':{'spec':{" + template + "}}}}"))
                .containsExactly(
                        "spec.jobTemplate.spec.template.spec.containers[0].env[1]: hides previous definition of"
                                + " \"A\", which may be dropped when using apply");
        KindRow row = row("apps/v1", "deployments");
        ObjectNode old = decoded(row, "{'metadata':{'name':'d'},'spec':{" + template + "}}");
        ObjectNode labelled = old.deepCopy();
        Json.child(Json.child(labelled, "metadata"), "labels").put("a", "b");
        assertThat(Warnings.of(row, labelled, Optional.of(old))).isEmpty();
        Json.child(labelled, "spec").put("replicas", 3);
        assertThat(Warnings.of(row, labelled, Optional.of(old)))
                .containsExactly(
                        "spec.template.spec.containers[0].env[1]: hides previous definition of \"A\", which may"
                                + " be dropped when using apply");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "v1|services|{'spec':{'clusterIP':'None','externalIPs':['1.2.3.4']}}|spec.externalIPs is ignored for"
                        + " headless services",
                "v1|services|{'spec':{'externalIPs':['1.2.3.4']}}|spec.externalIPs is deprecated and may no longer be"
                        + " implemented in some clusters",
                "v1|services|{'spec':{'clusterIPs':['FD00::A:0:0:0:0:0']}}|spec.clusterIPs[0]: IPv6 address"
                        + " \"FD00::A:0:0:0:0:0\" should be in RFC 5952 canonical format (\"fd00:0:a::\")",
                "v1|services|{'spec':{'loadBalancerIP':'1::0'}}|spec.loadBalancerIP: IPv6 address \"1::0\" should be in RFC"
                        + " 5952 canonical format (\"1::\")",
                "v1|services|{'spec':{'loadBalancerSourceRanges':['10.0.0.1/8']}}|spec.loadBalancerSourceRanges[0]: CIDR"
                        + " value \"10.0.0.1/8\" is ambiguous in this context (should be \"10.0.0.0/8\" or \"10.0.0.1/32\"?)",
                "v1|nodes|{'spec':{'podCIDRs':['2001:DB8::/32']}}|spec.podCIDRs[0]: IPv6 CIDR value \"2001:DB8::/32\" should be"
                        + " in RFC 5952 canonical format (\"2001:db8::/32\")",
                "networking.k8s.io/v1|networkpolicies|{'spec':{'ingress':[{'from':[{'ipBlock':{'cidr':'10.0.0.0/8','except':"
                        + "['10.1.0.3/16']}}]}]}}|spec.ingress[0].from[0].ipBlock.except[0]: CIDR value \"10.1.0.3/16\" is"
                        + " ambiguous in this context (should be \"10.1.0.0/16\" or \"10.1.0.3/32\"?)",
                "networking.k8s.io/v1|networkpolicies|{'spec':{'egress':[{'to':[{'ipBlock':{'cidr':'10.0.0.9/8'}}]}]}}"
                        + "|spec.egress[0].to[0].ipBlock.cidr: CIDR value \"10.0.0.9/8\" is ambiguous in this context (should"
                        + " be \"10.0.0.0/8\" or \"10.0.0.9/32\"?)",
                "discovery.k8s.io/v1|endpointslices|{'endpoints':[{'addresses':['1::1','1::0:2']}]}|endpoints[0].addresses[1]:"
                        + " IPv6 address \"1::0:2\" should be in RFC 5952 canonical format (\"1::2\")",
                "v1|endpoints|{'subsets':[{'notReadyAddresses':[{'ip':'1::0:2'}]}]}|subsets[0].notReadyAddresses[0].ip: IPv6"
                        + " address \"1::0:2\" should be in RFC 5952 canonical format (\"1::2\")",
                "v1|services|{'spec':{'externalName':'a.b'}}|spec.externalName is ignored when spec.type is not"
                        + " \"ExternalName\"",
                "v1|services|{'spec':{'trafficDistribution':'PreferClose'}}|spec.trafficDistribution: \"PreferClose\" is"
                        + " deprecated; use \"PreferSameZone\"",
                "v1|persistentvolumes|{'spec':{'persistentVolumeReclaimPolicy':'Recycle'}}"
                        + "|spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the"
                        + " recommended approach is to use dynamic provisioning.",
                "v1|persistentvolumeclaims|{'spec':{'resources':{'requests':{'storage':'0.5'}}}}"
                        + "|spec.resources.requests[storage]: fractional byte value \"500m\" is invalid, must be an integer",
                "v1|persistentvolumeclaims|{'metadata':{'annotations':{'volume.beta.kubernetes.io/storage-class':'x'}},"
                        + "'spec':{}}|metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8;"
                        + " use \"storageClassName\" attribute instead",
                "networking.k8s.io/v1|ingresses|{'metadata':{'annotations':{'kubernetes.io/ingress.class':'x'}}}"
                        + "|annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName'"
                        + " instead",
                "v1|nodes|{'spec':{'externalID':'x'}}|spec.externalID: this field is deprecated, and is unused by"
                        + " Kubernetes",
                "node.k8s.io/v1|runtimeclasses|{'handler':'x','scheduling':{'nodeSelector':{'beta.kubernetes.io/os':'l'}}}"
                        + "|scheduling.nodeSelector: deprecated since v1.14; use \"kubernetes.io/os\" instead",
            })
    void otherKindsAreWarnedOf(String apiVersion, String plural, String json, String warning) {
        assertThat(warnings(apiVersion, plural, json)).containsExactly(warning);
    }

    @Test
    void amountsFinerThanAThousandthAreRoundedUp() {
        ObjectNode pod = decoded(
                row("v1", "pods"),
                "{'spec':{'overhead':{'cpu':'100u'},'containers':[{'name':'c','resources':{'limits':{'cpu':'0.0001'},'requests':{'cpu':'1500u',"
                        + "'memory':'1Gi'}}}]}}");
        assertThat(Json.text(pod, "spec", "overhead", "cpu")).isEqualTo("1m");
        assertThat(Json.at(pod, "spec", "containers").path(0).path("resources").toString())
                .isEqualTo("{\"limits\":{\"cpu\":\"1m\"},\"requests\":{\"cpu\":\"2m\",\"memory\":\"1Gi\"}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'hostUsers':false,'hostPID':true|spec.HostPID: Forbidden: when `pod.Spec.HostUsers` is false",
                "'securityContext':{'fsGroup':-1}|spec.securityContext.fsGroup: Invalid value: -1: must be between 0 and"
                        + " 2147483647, inclusive",
                "'securityContext':{'supplementalGroups':[1,-2]}|spec.securityContext.supplementalGroups[1]: Invalid value:"
                        + " -2: must be between 0 and 2147483647, inclusive",
                "'securityContext':{'seccompProfile':{'type':'Localhost'}}|spec.securityContext.seccompProfile"
                        + ".localhostProfile: Required value: must be set when seccomp type is Localhost",
                "'securityContext':{'seccompProfile':{'type':'RuntimeDefault','localhostProfile':'x'}}"
                        + "|spec.securityContext.seccompProfile.localhostProfile: Invalid value: \"x\": can only be set"
                        + " when seccomp type is Localhost",
                "'securityContext':{'seccompProfile':{'type':'Localhost','localhostProfile':'../x'}}"
                        + "|spec.securityContext.seccompProfile.localhostProfile: Invalid value: \"../x\": must not"
                        + " contain '..'",
                "'hostAliases':[{'ip':'1.2.3'}]|spec.hostAliases[0].ip: Invalid value: \"1.2.3\": must be a valid IP"
                        + " address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
                "'dnsConfig':{'nameservers':['dns.example']}|spec.dnsConfig.nameservers[0]: Invalid value:"
                        + " \"dns.example\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
                "'volumes':[{'name':'v','emptyDir':{}}],'containers':[{'name':'c','image':'i','volumeDevices':[{'name':'v',"
                        + "'devicePath':'/d'}]}]|spec.containers[0].volumeDevices[0].name: Invalid value: \"v\": can only use"
                        + " volume source type of PersistentVolumeClaim or Ephemeral for block mode",
                "'volumes':[{'name':'v','persistentVolumeClaim':{'claimName':'q'}}],'initContainers':[{'name':'i','image':'i',"
                        + "'volumeDevices':[{'name':'v','devicePath':'/d'},{'name':'v','devicePath':'/e'}]}]"
                        + "|spec.initContainers[0].volumeDevices[1].name: Invalid value: \"v\": must be unique",
                "'volumes':[{'name':'v','persistentVolumeClaim':{'claimName':'q'}}],'containers':[{'name':'c','image':'i',"
                        + "'volumeDevices':[{'name':'v','devicePath':'/a/../d'}]}]|spec.containers[0].volumeDevices[0]"
                        + ".devicePath: Invalid value: \"/a/../d\": can not contain backsteps ('..')",
                "'volumes':[{'name':'v','projected':{'sources':[{'configMap':{}}]}}]|spec.volumes[0].projected.sources[0]"
                        + ".configMap.name: Required value",
                "'volumes':[{'name':'v','projected':{'sources':[{'configMap':{'name':'m'},'secret':{'name':'s'}}]}}]"
                        + "|spec.volumes[0].projected.sources[0]: Forbidden: may not specify more than 1 volume type",
                "'schedulingGates':[{'name':'a/b'},{'name':'a/b'}]|spec.schedulingGates[1]: Duplicate value: \"a/b\"",
                "'resourceClaims':[{'name':'a','resourceClaimName':'x'},{'name':'a','resourceClaimName':'y'}]"
                        + "|spec.resourceClaims[1].name: Duplicate value: \"a\"",
                "'volumes':[{'name':'v','hostPath':{'path':''}}]|spec.volumes[0].hostPath.path: Required value",
                "'volumes':[{'name':'v','emptyDir':{'sizeLimit':'-1'}}]|spec.volumes[0].emptyDir.sizeLimit: Forbidden:"
                        + " SizeLimit field must be a valid resource quantity",
                "'volumes':[{'name':'v','projected':{'sources':[{'configMap':{'name':'m','items':[{'key':'a','path':'x'}]}},{"
                        + "'serviceAccountToken':{'path':'x'}}]}}]|spec.volumes[0].projected: Invalid value: \"x\":"
                        + " conflicting duplicate paths",
                "'volumes':[{'name':'v','projected':{'sources':[{'serviceAccountToken':{'path':'x','expirationSeconds':5}}]}}]"
                        + "|spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 5:"
                        + " may not specify a duration less than 10 minutes",
            })
    void aPodIsRefusedFor(String spec, String why) {
        KindRow row = row("v1", "pods");
        String pod = "{'metadata':{'name':'p','namespace':'n'},'spec':{'containers':[{'name':'c','image':'i'}]," + spec
                + "}}";
        assertThat(Validator.validate(row, decoded(row, pod), Optional.empty(), ""))
                .extracting(cause -> cause.field() + ": " + cause.message())
                .containsExactly(why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'volumeMounts':[{'name':'v','mountPath':'/x','mountPropagation':'Bidirectional'}]"
                        + "|volumeMounts[0].mountPropagation: Forbidden: Bidirectional mount propagation is available only"
                        + " to privileged containers",
                "'volumeMounts':[{'name':'v','mountPath':'/x','recursiveReadOnly':'Enabled'}]"
                        + "|volumeMounts[0].recursiveReadOnly: Forbidden: may only be specified when readOnly is true",
                "'ports':[{'containerPort':1,'hostPort':1,'hostIP':'x'}]|ports[0].hostIP: Invalid value: \"x\": must be a"
                        + " valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
                "'env':[{'name':'A','valueFrom':{'secretKeyRef':{'key':'k'}}}]|env[0].valueFrom.secretKeyRef.name: Required"
                        + " value",
                "'env':[{'name':'A','valueFrom':{'resourceFieldRef':{'resource':'limits.gpu'}}}]"
                        + "|env[0].valueFrom.resourceFieldRef.resource: Unsupported value: \"limits.gpu\": supported"
                        + " values: \"limits.cpu\", \"limits.ephemeral-storage\", \"limits.memory\","
                        + " \"requests.cpu\", \"requests.ephemeral-storage\", \"requests.memory\"",
                "'resources':{'limits':{'a.b/gpu':'500m'}}|resources.limits[a.b/gpu]: Invalid value: \"500m\": must be an"
                        + " integer",
                "'resources':{'limits':{'a.b/gpu':'2'},'requests':{'a.b/gpu':'1'}}|resources.requests: Invalid value: \"1\":"
                        + " must be equal to a.b/gpu limit of 2",
                "'resources':{'requests':{'a.b/gpu':'1'}}|resources.limits: Required value: Limit must be set for non"
                        + " overcommitable resources",
            })
    void aContainerIsRefusedFor(String fields, String why) {
        KindRow row = row("v1", "pods");
        String pod = "{'metadata':{'name':'p','namespace':'n'},'spec':{'volumes':[{'name':'v','emptyDir':{}}],"
                + "'containers':[{'name':'c','image':'i'," + fields + "}]}}";
        assertThat(Validator.validate(row, decoded(row, pod), Optional.empty(), ""))
                .extracting(cause -> cause.field() + ": " + cause.message())
                .contains("spec.containers[0]." + why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'schedule':'CRON_TZ=UTC 0 0 * * *'|spec.schedule: Invalid value: \"CRON_TZ=UTC 0 0 * * *\": cannot use TZ or"
                        + " CRON_TZ in schedule, use timeZone field instead",
                "'schedule':'0 0 * * *','timeZone':'local'|spec.timeZone: Invalid value: \"local\": timeZone must be an"
                        + " explicit time zone as defined in https://www.iana.org/time-zones",
                "'schedule':'0 0 * * *','timeZone':''|spec.timeZone: Invalid value: \"\": timeZone must be nil or non-empty"
                        + " string",
                "'schedule':'0 0 * * *','timeZone':'Mars/X'|spec.timeZone: Invalid value: \"Mars/X\": unknown time zone"
                        + " Mars/X",
            })
    void aCronJobIsRefusedFor(String fields, String why) {
        KindRow row = row("batch/v1", "cronjobs");
        String cron =
                "{'metadata':{'name':'p','namespace':'n'},'spec':{" + fields + ",'jobTemplate':{'spec':{'template':{"
                        + "'spec':{'restartPolicy':'Never','containers':[{'name':'c','image':'i'}]}}}}}}";
        assertThat(Validator.validate(row, decoded(row, cron), Optional.empty(), ""))
                .extracting(cause -> cause.field() + ": " + cause.message())
                .containsExactly(why);
    }

    @Test
    void anIngressNamesOneClass() {
        KindRow row = row("networking.k8s.io/v1", "ingresses");
        ObjectNode ingress = decoded(
                row,
                "{'metadata':{'name':'p','namespace':'n','annotations':{'kubernetes.io/ingress.class':'a'}},'spec':{"
                        + "'ingressClassName':'b','defaultBackend':{'service':{'name':'s','port':{'number':80}}}}}");
        assertThat(Validator.validate(row, ingress, Optional.empty(), ""))
                .extracting(cause -> cause.field() + ": " + cause.message())
                .containsExactly("annotations.kubernetes.io/ingress.class: Invalid value: \"a\": must match"
                        + " `ingressClassName` when both are specified");
        assertThat(Validator.validate(row, ingress, Optional.of(ingress), "")).isEmpty();
    }

    @Test
    void aNegativeGracePeriodIsTakenAndCountsAsASecond() {
        KindRow row = row("v1", "pods");
        ObjectNode pod = decoded(
                row,
                "{'metadata':{'name':'p','namespace':'n'},'spec':{'terminationGracePeriodSeconds':-5,'containers':[{"
                        + "'name':'c','image':'i'}]}}");
        assertThat(Validator.validate(row, pod, Optional.empty(), "")).isEmpty();
        assertThat(PodSpec.of(pod.path("spec")).terminationGracePeriodSeconds()).isEqualTo(1);
    }

    @Test
    void anUnmaskedProcAndSysctlsNobodyHasAreRefused() {
        KindRow row = row("v1", "pods");
        String pod = "{'metadata':{'name':'p','namespace':'n'},'spec':{%s'containers':[{'name':'c','image':'i',"
                + "'securityContext':{'procMount':'Unmasked'}}],'securityContext':{'sysctls':[{'name':'foo-','value':'1'},"
                + "{'name':'net/ipv4/x','value':'1'},{'name':'kernel.shm_rmid_forced','value':'1'}]}}}";
        assertThat(Validator.validate(row, decoded(row, pod.formatted("")), Optional.empty(), ""))
                .extracting(Cause::field, Cause::message)
                .containsExactly(
                        tuple(
                                "spec.containers[0].securityContext.procMount",
                                "Invalid value: \"Unmasked\": `hostUsers` must be false to use `Unmasked`"),
                        tuple(
                                "spec.securityContext.sysctls[0].name",
                                "Invalid value: \"foo-\": must have at most 253 characters and match regex"
                                        + " ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$"));
        assertThat(Validator.validate(row, decoded(row, pod.formatted("'hostUsers':false,")), Optional.empty(), ""))
                .extracting(Cause::field)
                .containsExactly("spec.securityContext.sysctls[0].name");
    }
}

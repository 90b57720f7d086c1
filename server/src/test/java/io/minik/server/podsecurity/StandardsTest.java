package io.minik.server.podsecurity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StandardsTest {
    private static final String GOOD =
            "'securityContext':{'allowPrivilegeEscalation':false,'capabilities':{'drop':['ALL']}}";

    private static ObjectNode tree(String json) {
        return Json.parseObject(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static String details(Level level, String version, String metadata, String spec) {
        PolicyVersion asked = PolicyVersion.find(version).orElseThrow();
        return Standards.evaluate(new LevelVersion(level, asked), tree(metadata), tree(spec))
                .details();
    }

    private static String baseline(String spec) {
        return details(Level.BASELINE, "latest", "{}", spec);
    }

    /** What restricted says of a pod whose one container is otherwise good. */
    private static String restricted(String version, String container, String pod) {
        return details(Level.RESTRICTED, version, "{}", "{'containers':[{'name':'c'," + container + "}]" + pod + "}");
    }

    @Test
    void aPlainPodIsNotRestrictedAndHearsAllAtOnce() {
        assertThat(details(Level.RESTRICTED, "latest", "{}", "{'containers':[{'name':'c'}]}"))
                .isEqualTo("allowPrivilegeEscalation != false (container \"c\" must set"
                        + " securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container"
                        + " \"c\" must set securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot != true (pod or"
                        + " container \"c\" must set securityContext.runAsNonRoot=true), seccompProfile (pod or"
                        + " container \"c\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or"
                        + " \"Localhost\")");
    }

    @Test
    void checksStandInUpstreamsOrderBaselineFirst() {
        assertThat(Standards.ids(new LevelVersion(Level.RESTRICTED, PolicyVersion.LATEST)))
                .containsExactly(
                        "appArmorProfile",
                        "hostNamespaces",
                        "hostPorts",
                        "hostProbesAndHostLifecycle",
                        "privileged",
                        "seLinuxOptions",
                        "sysctls",
                        "windowsHostProcess",
                        "allowPrivilegeEscalation",
                        "capabilities_restricted",
                        "procMount_restricted",
                        "restrictedVolumes",
                        "runAsNonRoot",
                        "runAsUser",
                        "seccompProfile_restricted");
        assertThat(Standards.ids(new LevelVersion(Level.BASELINE, PolicyVersion.LATEST)))
                .containsExactly(
                        "appArmorProfile",
                        "capabilities_baseline",
                        "hostNamespaces",
                        "hostPathVolumes",
                        "hostPorts",
                        "hostProbesAndHostLifecycle",
                        "privileged",
                        "procMount",
                        "seLinuxOptions",
                        "seccompProfile_baseline",
                        "sysctls",
                        "windowsHostProcess");
        assertThat(Standards.ids(new LevelVersion(Level.RESTRICTED, new PolicyVersion(0))))
                .contains("capabilities_baseline", "seccompProfile_baseline", "restrictedVolumes", "runAsNonRoot")
                .doesNotContain("hostPathVolumes", "runAsUser", "allowPrivilegeEscalation");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'hostNetwork':true,'hostPID':true|host namespaces (hostNetwork=true, hostPID=true)",
                "'hostIPC':true|host namespaces (hostIPC=true)",
                "'volumes':[{'name':'v','hostPath':{'path':'/'}},{'name':'e','emptyDir':{}}]|hostPath volumes (volume \"v\")",
                "'containers':[{'name':'a','ports':[{'hostPort':80}]},{'name':'b','ports':[{'hostPort':443}]}]"
                        + "|hostPort (containers \"a\", \"b\" use hostPorts 443, 80)",
                "'containers':[{'name':'a','ports':[{'hostPort':80}]}]|hostPort (container \"a\" uses hostPort 80)",
                "'initContainers':[{'name':'i','securityContext':{'privileged':true}}]"
                        + "|privileged (container \"i\" must not set securityContext.privileged=true)",
                "'ephemeralContainers':[{'name':'e','securityContext':{'privileged':true}}]"
                        + "|privileged (container \"e\" must not set securityContext.privileged=true)",
                "'containers':[{'name':'a','securityContext':{'capabilities':{'add':['NET_RAW','CHOWN','BPF']}}}]"
                        + "|non-default capabilities (container \"a\" must not include \"BPF\", \"NET_RAW\" in"
                        + " securityContext.capabilities.add)",
                "'containers':[{'name':'a','securityContext':{'procMount':'Unmasked'}}]"
                        + "|procMount (container \"a\" must not set securityContext.procMount to \"Unmasked\")",
                "'securityContext':{'seLinuxOptions':{'type':'x','user':'u','role':'r'}}|seLinuxOptions (pod set forbidden"
                        + " securityContext.seLinuxOptions: type \"x\"; user may not be set; role may not be set)",
                "'containers':[{'name':'a','securityContext':{'seLinuxOptions':{'role':'r'}}}]|seLinuxOptions (container"
                        + " \"a\" set forbidden securityContext.seLinuxOptions: role may not be set)",
                "'securityContext':{'seccompProfile':{'type':'Unconfined'}}|seccompProfile (pod must not set"
                        + " securityContext.seccompProfile.type to \"Unconfined\")",
                "'securityContext':{'sysctls':[{'name':'kernel.msgmax'},{'name':'net.ipv4.tcp_rmem'}]}"
                        + "|forbidden sysctls (kernel.msgmax)",
                "'securityContext':{'windowsOptions':{'hostProcess':true}}|hostProcess (pod must not set"
                        + " securityContext.windowsOptions.hostProcess=true)",
                "'securityContext':{'appArmorProfile':{'type':'Unconfined'}}|forbidden AppArmor profile (pod must not set"
                        + " AppArmor profile type to \"Unconfined\")",
                "'containers':[{'name':'a','livenessProbe':{'httpGet':{'host':'169.254.169.254'}}}]|probe or lifecycle host"
                        + " (container \"a\" uses probe or lifecycle host \"169.254.169.254\")",
                "'containers':[{'name':'a','lifecycle':{'preStop':{'tcpSocket':{'host':'h'}}}}]|probe or lifecycle host"
                        + " (container \"a\" uses probe or lifecycle host \"h\")",
            })
    void theBaselineForbids(String spec, String why) {
        assertThat(baseline("{" + spec + "}")).isEqualTo(why);
    }

    @Test
    void appArmorAnnotationsCountToo() {
        assertThat(details(
                        Level.BASELINE,
                        "latest",
                        "{'annotations':{'container.apparmor.security.beta.kubernetes.io/c':'unconfined',"
                                + "'container.apparmor.security.beta.kubernetes.io/d':'localhost/x'}}",
                        "{}"))
                .isEqualTo("forbidden AppArmor profile (annotation must not set AppArmor profile type to"
                        + " \"container.apparmor.security.beta.kubernetes.io/c=\"unconfined\"\")");
    }

    @Test
    void versionsKnowWhatTheirReleaseKnew() {
        String probe = "{'containers':[{'name':'a','livenessProbe':{'tcpSocket':{'host':'h'}}}]}";
        assertThat(details(Level.BASELINE, "v1.33", "{}", probe)).isEmpty();
        assertThat(details(Level.BASELINE, "v1.34", "{}", probe)).isNotEmpty();
        String sysctl = "{'securityContext':{'sysctls':[{'name':'%s'}]}}";
        Map.of(
                        "net.ipv4.ip_local_reserved_ports", 27,
                        "net.ipv4.tcp_keepalive_time", 29,
                        "net.ipv4.tcp_wmem", 32)
                .forEach((name, since) -> {
                    assertThat(details(Level.BASELINE, "v1." + (since - 1), "{}", sysctl.formatted(name)))
                            .isEqualTo("forbidden sysctls (" + name + ")");
                    assertThat(details(Level.BASELINE, "v1." + since, "{}", sysctl.formatted(name)))
                            .isEmpty();
                });
        String engine = "{'securityContext':{'seLinuxOptions':{'type':'container_engine_t'}}}";
        assertThat(details(Level.BASELINE, "v1.30", "{}", engine)).isNotEmpty();
        assertThat(details(Level.BASELINE, "v1.31", "{}", engine)).isEmpty();
        String annotated = "{'annotations':{'seccomp.security.alpha.kubernetes.io/pod':'unconfined'}}";
        assertThat(details(Level.BASELINE, "v1.18", annotated, "{}"))
                .isEqualTo("seccompProfile (forbidden annotation"
                        + " seccomp.security.alpha.kubernetes.io/pod=\"unconfined\")");
        assertThat(details(Level.BASELINE, "v1.19", annotated, "{}")).isEmpty();
        assertThat(restricted("v1.99", GOOD, ",'securityContext':{'runAsNonRoot':true}"))
                .isEqualTo(restricted("latest", GOOD, ",'securityContext':{'runAsNonRoot':true}"))
                .startsWith("seccompProfile (pod or container");
    }

    @Test
    void windowsIsNotAskedForWhatItDoesNotHaveSince125() {
        String pod = ",'os':{'name':'windows'},'securityContext':{'runAsNonRoot':true}";
        assertThat(restricted("latest", "'image':'i'", pod)).isEmpty();
        assertThat(restricted("v1.24", "'image':'i'", pod))
                .contains("allowPrivilegeEscalation")
                .contains("unrestricted capabilities")
                .contains("seccompProfile");
    }

    @Test
    void ownUsersRelaxSince135() {
        String pod = ",'hostUsers':false,'securityContext':{'runAsUser':0,'seccompProfile':{'type':'RuntimeDefault'}}";
        assertThat(restricted("latest", GOOD, pod)).isEmpty();
        assertThat(restricted("v1.34", GOOD, pod))
                .isEqualTo("runAsNonRoot != true (pod or container \"c\" must set securityContext.runAsNonRoot=true),"
                        + " runAsUser=0 (pod must not set runAsUser=0)");
        String unmasked = "{'hostUsers':false,'containers':[{'name':'c','securityContext':{'procMount':'Unmasked'}}]}";
        assertThat(details(Level.BASELINE, "v1.34", "{}", unmasked)).startsWith("procMount");
        assertThat(details(Level.BASELINE, "v1.35", "{}", unmasked)).isEmpty();
        assertThat(details(Level.RESTRICTED, "latest", "{}", unmasked)).contains("procMount (container");
    }

    @Test
    void restrictedListsVolumesWithTheirTypes() {
        assertThat(restricted(
                        "latest",
                        GOOD,
                        ",'securityContext':{'runAsNonRoot':true,'seccompProfile':{'type':'Localhost'}},'volumes':["
                                + "{'name':'a','hostPath':{}},{'name':'b','nfs':{}},{'name':'c','image':{}},"
                                + "{'name':'d','secret':{}}]"))
                .isEqualTo("restricted volume types (volumes \"a\", \"b\", \"c\" use restricted volume types"
                        + " \"hostPath\", \"nfs\", \"unknown\")");
    }

    @Test
    void whoSaysTheWrongThingIsNamedBeforeWhoSaysNothing() {
        assertThat(restricted(
                        "latest",
                        "'securityContext':{'allowPrivilegeEscalation':false,'runAsNonRoot':false,'runAsUser':0,"
                                + "'capabilities':{'drop':['ALL'],'add':['NET_ADMIN','NET_BIND_SERVICE']},"
                                + "'seccompProfile':{'type':'Unconfined'}}",
                        ",'securityContext':{'runAsNonRoot':false}"))
                .isEqualTo("unrestricted capabilities (container \"c\" must not include \"NET_ADMIN\" in"
                        + " securityContext.capabilities.add), runAsNonRoot != true (pod and container \"c\" must not"
                        + " set securityContext.runAsNonRoot=false), runAsUser=0 (container \"c\" must not set"
                        + " runAsUser=0), seccompProfile (container \"c\" must not set"
                        + " securityContext.seccompProfile.type to \"Unconfined\")");
    }

    @Test
    void aConfigurationIsReadAsUpstreamsOrRefusedWithThePlace() {
        PodSecurityConfig config = PodSecurityConfig.parse(
                tree("{'apiVersion':'apiserver.config.k8s.io/v1','kind':'AdmissionConfiguration','plugins':[{"
                        + "'name':'PodSecurity','configuration':{'apiVersion':'pod-security.admission.config.k8s.io/v1',"
                        + "'kind':'PodSecurityConfiguration','defaults':{'enforce':'baseline','warn':'restricted',"
                        + "'warn-version':'v1.30'},'exemptions':{'namespaces':['kube-system']}}}]}"));
        assertThat(config.defaults().compact()).isEqualTo("enforce=baseline:latest, warn=restricted:v1.30");
        assertThat(config.namespaces()).containsExactly("kube-system");
        String head = "{'apiVersion':'pod-security.admission.config.k8s.io/v1','kind':'PodSecurityConfiguration',";
        assertThatThrownBy(() -> PodSecurityConfig.parse(tree(head + "'defaults':{'enforced':'baseline'}}")))
                .hasMessage("defaults.enforced: is no field of this configuration");
        assertThatThrownBy(() -> PodSecurityConfig.parse(tree(head + "'defaults':{'enforce':'base'}}")))
                .hasMessageContaining("must be one of privileged, baseline, restricted");
        assertThatThrownBy(() -> PodSecurityConfig.parse(tree(head + "'exemptions':{'namespaces':'kube-system'}}")))
                .hasMessage("exemptions.namespaces: must be a list");
        assertThatThrownBy(() -> PodSecurityConfig.parse(
                        tree("{'apiVersion':'apiserver.config.k8s.io/v1','kind':'AdmissionConfiguration','plugins':[{"
                                + "'name':'EventRateLimit'}]}")))
                .hasMessage("plugins[0].name: minik configures PodSecurity only, not EventRateLimit");
    }
}

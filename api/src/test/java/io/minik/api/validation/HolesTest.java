package io.minik.api.validation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.meta.Resources;
import io.minik.api.schema.Decoder;
import io.minik.api.schema.FieldValidation;
import io.minik.api.schema.Format;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Schema;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects that would let their writer past a check that others rely on, refused in upstream's words. */
class HolesTest {
    private static final Schema SCHEMA = Schema.load();

    private static List<String> problems(Resource resource, String body) {
        KindRow row = SCHEMA.kind(resource);
        ObjectNode object = Decoder.decode(
                        row.type(),
                        body.replace('\'', '"').getBytes(StandardCharsets.UTF_8),
                        Format.JSON,
                        FieldValidation.STRICT)
                .tree();
        return Validator.validate(row, object, Optional.empty(), "").stream()
                .map(cause -> cause.field() + ": " + cause.message())
                .toList();
    }

    private static List<String> pod(String spec, String container) {
        return problems(
                Resources.PODS,
                "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p','namespace':'default'},'spec':{"
                        + "'restartPolicy':'Always','dnsPolicy':'ClusterFirst','terminationGracePeriodSeconds':30,"
                        + spec
                        + "'containers':[{'name':'c','image':'i','imagePullPolicy':'Always'," + container
                        + "'terminationMessagePolicy':'File','terminationMessagePath':'/m'}]}}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'hostUsers':true",
                "'hostPID':true",
                "'hostIPC':true",
                "'shareProcessNamespace':false",
                "'securityContext':{'seccompProfile':{'type':'RuntimeDefault'}}",
                "'securityContext':{'seLinuxOptions':{'user':'u'}}",
                "'securityContext':{'appArmorProfile':{'type':'RuntimeDefault'}}",
                "'securityContext':{'runAsUser':1}",
                "'securityContext':{'runAsGroup':1}",
                "'securityContext':{'fsGroup':1}",
                "'securityContext':{'fsGroupChangePolicy':'Always'}",
                "'securityContext':{'sysctls':[{'name':'kernel.shm_rmid_forced','value':'1'}]}",
                "'securityContext':{'supplementalGroups':[1]}",
                "'securityContext':{'supplementalGroupsPolicy':'Strict'}",
            })
    void aPodOfWindowsHasNothingOfLinux(String field) {
        String name =
                field.replaceAll("^'securityContext':\\{", "securityContext.").replaceAll("'?(\\w+)':.*", "$1");
        assertThat(pod("'os':{'name':'windows'}," + field + ",", ""))
                .containsExactly("spec." + name + ": Forbidden: cannot be set for a windows pod");
        assertThat(pod("'os':{'name':'linux'}," + field + ",", "")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'seccompProfile':{'type':'RuntimeDefault'}",
                "'seLinuxOptions':{'user':'u'}",
                "'appArmorProfile':{'type':'RuntimeDefault'}",
                "'runAsUser':1",
                "'runAsGroup':1",
                "'capabilities':{'drop':['ALL']}",
                "'readOnlyRootFilesystem':true",
                "'privileged':true",
                "'allowPrivilegeEscalation':false",
                "'procMount':'Default'",
            })
    void norHaveItsContainers(String field) {
        String name = field.replaceAll("^'(\\w+)':.*", "$1");
        assertThat(pod("'os':{'name':'windows'},", "'securityContext':{" + field + "},"))
                .containsExactly(
                        "spec.containers[0].securityContext." + name + ": Forbidden: cannot be set for a windows pod");
    }

    @Test
    void whatBothSystemsHaveIsLeft() {
        assertThat(pod("'os':{'name':'windows'},'securityContext':{'runAsNonRoot':true},'hostNetwork':false,", ""))
                .isEmpty();
        assertThat(pod("'os':{'name':'linux'},'securityContext':{'windowsOptions':{'runAsUserName':'u'}},", ""))
                .containsExactly("spec.securityContext.windowsOptions: Forbidden: windows options cannot be set for a"
                        + " linux pod");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "127.0.0.1; may not be in the loopback range (127.0.0.0/8, ::1/128)",
                "0.0.0.0; may not be unspecified (0.0.0.0 or ::)",
                "169.254.169.254; may not be in the link-local range (169.254.0.0/16, fe80::/10)",
                "224.0.0.1; may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)",
            })
    void endpointsLeadToNoNodesOwnAddress(String address, String words) {
        for (String list : List.of("addresses", "notReadyAddresses")) {
            assertThat(problems(
                            Resources.ENDPOINTS,
                            "{'apiVersion':'v1','kind':'Endpoints','metadata':{'name':'e','namespace':'default'},"
                                    + "'subsets':[{'" + list + "':[{'ip':'" + address
                                    + "'}],'ports':[{'port':1,'protocol':'TCP'}]}]}"))
                    .containsExactly("subsets[0]." + list + "[0].ip: Invalid value: \"" + address + "\": " + words);
        }
        assertThat(problems(
                        Resources.ENDPOINT_SLICES,
                        "{'apiVersion':'discovery.k8s.io/v1','kind':'EndpointSlice','addressType':'IPv4','metadata':"
                                + "{'name':'e','namespace':'default'},'endpoints':[{'addresses':['" + address
                                + "']}]}"))
                .containsExactly("endpoints[0].addresses[0]: Invalid value: \"" + address + "\": " + words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"configMap':{'name':'m',", "secret':{'secretName':'m',"})
    void noItemIsNamedLikeTheVolumesOwnNames(String source) {
        String volume = "'volumes':[{'name':'v','%s'items':[{'key':'k','path':'%s'}]}}],";
        for (String path : List.of("..data/x", "..data", "...")) {
            assertThat(pod(volume.formatted(source, path), ""))
                    .hasSize(1)
                    .first()
                    .asString()
                    .endsWith(".items[0].path: Invalid value: \"" + path + "\": must not start with '..'");
        }
        assertThat(pod(volume.formatted(source, "a/..data"), "")).isEmpty();
    }
}

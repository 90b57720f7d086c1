package io.minik.api.validation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
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

/** Two sources of a projected volume can't name one place. */
class ProjectedPathsTest {
    private static List<String> problems(String sources) {
        String body = "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p','namespace':'default'},'spec':{"
                + "'restartPolicy':'Always','dnsPolicy':'ClusterFirst','terminationGracePeriodSeconds':30,"
                + "'volumes':[{'name':'v','projected':{'sources':[" + sources
                + "]}}],'containers':[{'name':'c','image':'i',"
                + "'imagePullPolicy':'Always','terminationMessagePolicy':'File','terminationMessagePath':'/m'}]}}";
        KindRow row = Schema.load().kind(Resources.PODS);
        ObjectNode pod = Decoder.decode(
                        row.type(),
                        body.replace('\'', '"').getBytes(StandardCharsets.UTF_8),
                        Format.JSON,
                        FieldValidation.STRICT)
                .tree();
        return Validator.validate(row, pod, Optional.empty(), "").stream()
                .map(cause -> cause.field() + ": " + cause.message())
                .filter(text -> text.contains("volumes"))
                .toList();
    }

    @Test
    void onePlaceOfTwoSourcesIsRefusedInUpstreamsWords() {
        String secret = "{'secret':{'name':'s','items':[{'key':'k','path':'a/b'}]}}";
        String config = "{'configMap':{'name':'m','items':[{'key':'k','path':'a/b'}]}}";
        String field = "{'downwardAPI':{'items':[{'path':'a/b','fieldRef':{'fieldPath':'metadata.name'}}]}}";
        assertThat(problems(secret + "," + config))
                .containsExactly("spec.volumes[0].projected: Invalid value: \"m\": conflicting duplicate paths");
        assertThat(problems(config + "," + secret))
                .containsExactly("spec.volumes[0].projected: Invalid value: \"s\": conflicting duplicate paths");
        assertThat(problems(secret + "," + field))
                .containsExactly("spec.volumes[0].projected: Invalid value: \"a/b\": conflicting duplicate paths");
    }

    @Test
    void placesOfTheirOwnAndKeysWithoutItemsPass() {
        assertThat(problems("{'secret':{'name':'s','items':[{'key':'k','path':'a'}]}},"
                        + "{'secret':{'name':'s','items':[{'key':'k','path':'b'}]}},"
                        + "{'secret':{'name':'s'}},{'configMap':{'name':'s'}}"))
                .isEmpty();
    }
}

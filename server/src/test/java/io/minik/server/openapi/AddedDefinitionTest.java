package io.minik.server.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class AddedDefinitionTest {
    private static ObjectNode told(boolean v2, String schema) {
        byte[] json = schema.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        return new AddedDefinition(v2).of(Json.parseObject(json));
    }

    @Test
    void ofARootThatKeepsUnknownFieldsClientsOfVersion2LearnThatItIsAnObject() {
        String open =
                "{'type':'object','description':'any','x-kubernetes-preserve-unknown-fields':true,'properties':{'a':{'type':'string'}}}";
        assertThat(told(true, open).toString()).isEqualTo("{\"type\":\"object\"}");
        ObjectNode third = told(false, open);
        assertThat(third.at("/properties/a/type").asText()).isEqualTo("string");
        assertThat(third.at("/properties/kind/type").asText()).isEqualTo("string");
    }

    @Test
    void anEmbeddedObjectSaysWhatItIs() {
        String holder =
                "{'type':'object','properties':{'it':{'type':'object','required':['spec'],'x-kubernetes-embedded-resource':true%s}}}";
        for (boolean v2 : new boolean[] {true, false}) {
            ObjectNode embedded = (ObjectNode) told(v2, holder.formatted(",'properties':{'spec':{'type':'object'}}"))
                    .at("/properties/it");
            assertThat(embedded.at("/properties/apiVersion/type").asText()).isEqualTo("string");
            assertThat(embedded.at("/properties/metadata").isObject()).isTrue();
            assertThat(embedded.path("required").toString()).isEqualTo("[\"spec\",\"kind\",\"apiVersion\"]");
        }
        ObjectNode open = told(true, holder.formatted(",'x-kubernetes-preserve-unknown-fields':true"));
        assertThat(open.at("/properties/it/properties").isMissingNode()).isTrue();
    }
}

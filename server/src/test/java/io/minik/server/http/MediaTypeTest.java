package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.server.http.MediaType.Offered;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Accept headers, and what kube-apiserver makes of them. */
class MediaTypeTest {
    private static final String PB = "application/vnd.kubernetes.protobuf";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|KIND|OBJECT/JSON",
                "*/*|KIND|OBJECT/JSON",
                "*|KIND|OBJECT/JSON",
                "application/*|KIND|OBJECT/JSON",
                "PB|KIND|OBJECT/PROTOBUF",
                "PB|CUSTOM|none",
                "PB,application/json|CUSTOM|OBJECT/JSON",
                "PB;as=PartialObjectMetadata;g=meta.k8s.io;v=v1|CUSTOM|PARTIAL/PROTOBUF",
                "PB|PLAIN|OBJECT/PROTOBUF",
                "PB;as=PartialObjectMetadata;g=meta.k8s.io;v=v1|PLAIN|none",
                "application/json;as=Table;g=meta.k8s.io;v=v1,application/json|KIND|TABLE/JSON",
                "application/json;as=Table;g=meta.k8s.io;v=v1beta1|KIND|TABLE/JSON/v1beta1",
                "application/json;as=Table;g=meta.k8s.io;v=v1,application/json|COMPUTED|OBJECT/JSON",
                "application/yaml;as=Table;g=meta.k8s.io;v=v1|KIND|TABLE/YAML",
                "PB;as=Table;g=meta.k8s.io;v=v1,application/json;as=Table;g=meta.k8s.io;v=v1|KIND|TABLE/JSON",
                "*/*;as=Table;g=meta.k8s.io;v=v1|KIND|TABLE/JSON",
                "application/json;as=Table;g=meta.k8s.io;v=v2|KIND|none",
                "application/json;as=Table;v=v1|KIND|none",
                "application/json;as=Pod;g=meta.k8s.io;v=v1|KIND|none",
                "application/json;g=meta.k8s.io;v=v1|KIND|none",
                "application/json;stream=watch|KIND|OBJECT/JSON",
                "application/yaml;stream=watch|KIND|none",
                "application/json;stream=other|KIND|none",
                "application/cbor|KIND|none",
                "application/cbor,application/yaml|KIND|OBJECT/YAML",
                "text/html,application/xhtml+xml,*/*;q=0.8|KIND|OBJECT/JSON",
                "application/json;q=0.5,PB|KIND|OBJECT/PROTOBUF",
                "application/json;q=0.5,application/yaml;q=0.9|KIND|OBJECT/YAML",
                "PB;q=0.1,application/yaml;q=0.1|KIND|OBJECT/PROTOBUF",
                "*/*,application/yaml|KIND|OBJECT/YAML",
                "*/*;q=0.9,application/yaml;q=0.5|KIND|OBJECT/YAML",
                "application/json;q=nonsense,application/yaml;q=0.5|KIND|OBJECT/YAML",
                ",;,application/yaml;,|KIND|OBJECT/YAML",
            })
    void theBestFormThatIsThereIsChosen(String accept, Offered offered, String chosen) {
        String header = accept.replace("PB", PB);
        assertThat(MediaType.find(header, offered).map(MediaType::key).orElse("none"))
                .isEqualTo(chosen);
    }
}

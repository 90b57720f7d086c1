package io.minik.api.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Manifests as people write them, in the forms that kubectl takes. */
class ManifestTextTest {
    private static List<String> names(String text) {
        return ManifestText.of(text.getBytes(StandardCharsets.UTF_8)).stream()
                .map(object -> object.path("kind").asText() + " "
                        + object.path("metadata").path("name").asText())
                .toList();
    }

    private static String object(String name) {
        return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " + name + "\n";
    }

    @Test
    void documentsArePartedByLinesThatBeginWithThreeHyphens() {
        assertThat(names(object("a") + "---\n" + object("b") + "--- # the third\n" + object("c") + "---\r\n"
                        + object("d")))
                .containsExactly("ConfigMap a", "ConfigMap b", "ConfigMap c", "ConfigMap d");
        assertThat(names("---\n# words only\n---\n" + object("a") + "\n---\n---\n"))
                .containsExactly("ConfigMap a");
        String certificate = object("a") + "data:\n  pem: |\n    -----BEGIN CERTIFICATE-----\n    ---\n";
        assertThat(names(certificate)).containsExactly("ConfigMap a");
    }

    @Test
    void aListStandsForItsItemsAndJsonIsTakenToo() {
        assertThat(
                        names(
                                "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: s}\n"))
                .containsExactly("Secret s");
        assertThat(names("\n {\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\"}}"))
                .containsExactly("Pod p");
        assertThat(names("# nothing yet\n")).isEmpty();
    }

    @Test
    void whatIsWrongIsSaidWithTheDocument() {
        assertThatThrownBy(() -> names(object("a") + "---\nkind: Pod\n")).hasMessage("document 2: apiVersion not set");
        assertThatThrownBy(() -> names("apiVersion: v1\nkind: Pod\n"))
                .hasMessage("document 1: resource name may not be empty");
        assertThatThrownBy(() -> names("- a\n- b\n")).hasMessage("document 1: not an object");
        assertThatThrownBy(() -> names(object("a") + "---\na: [\n")).hasMessageStartingWith("document 2: ");
    }
}

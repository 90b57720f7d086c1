package io.minik.server.authn;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GoodTokensTest {
    private final GoodTokens tokens = new GoodTokens(2);
    private final List<String> checked = new ArrayList<>();

    private Optional<ObjectNode> claims(String token) {
        return tokens.claims(token, () -> {
            checked.add(token);
            return token.startsWith("bad")
                    ? Optional.empty()
                    : Optional.of(Json.object().put("of", token));
        });
    }

    @Test
    void aGoodTokenIsCheckedOnce() {
        assertThat(claims("a")).contains(Json.object().put("of", "a"));
        assertThat(claims("a")).contains(Json.object().put("of", "a"));
        assertThat(checked).containsExactly("a");
    }

    @Test
    void aBadTokenIsCheckedEachTime() {
        assertThat(claims("bad")).isEmpty();
        assertThat(claims("bad")).isEmpty();
        assertThat(checked).containsExactly("bad", "bad");
    }

    @Test
    void whatWasNotAskedForLongestGoesFirst() {
        for (String token : List.of("a", "b", "a", "c", "a", "b")) {
            assertThat(claims(token)).isPresent();
        }
        assertThat(checked).containsExactly("a", "b", "c", "b");
    }
}

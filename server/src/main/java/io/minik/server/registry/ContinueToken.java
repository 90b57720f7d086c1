package io.minik.server.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.ApiException;
import io.minik.ground.json.Json;
import java.util.Base64;

/**
 * Where the next page of a list begins: opaque to clients, in upstream's form.
 *
 * @param revision that all pages show; {@link #INCONSISTENT}: the next page is of what there is by then
 * @param start smallest key of the next page, below the resource's prefix
 */
record ContinueToken(long revision, String start) {
    static final long INCONSISTENT = -1;

    private static final String FORM = "meta.k8s.io/v1";

    boolean consistent() {
        return revision != INCONSISTENT;
    }

    String encode() {
        byte[] json =
                Json.bytes(Json.object().put("v", FORM).put("rv", revision).put("start", start));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json);
    }

    static ContinueToken decode(String token) {
        JsonNode tree;
        try {
            tree = Json.parse(Base64.getUrlDecoder().decode(token));
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest("continue key is not valid: it is not one that this server gave");
        }
        String start = Json.text(tree, "start");
        if (!Json.text(tree, "v").equals(FORM) || start.isEmpty() || start.contains("..")) {
            throw ApiException.badRequest("continue key is not valid: incorrect encoded start key or version");
        }
        return new ContinueToken(Json.longOr(0, tree, "rv"), start);
    }
}

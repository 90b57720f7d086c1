package io.minik.agent.streaming;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.minik.ground.tls.Subject;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** Who calls: of a client certificate its common name and organisations, of a token what the API server says. */
record Caller(String name, String uid, List<String> groups, JsonNode extra) {
    private static final String MASTERS = "system:masters";
    private static final String AUTHENTICATED = "system:authenticated";

    static Caller of(X509Certificate certificate) {
        Subject subject = Subject.of(certificate);
        List<String> groups = new ArrayList<>(subject.organizations());
        groups.add(AUTHENTICATED);
        return new Caller(subject.commonName(), "", List.copyOf(groups), Json.object());
    }

    /** @param user the UserInfo of a TokenReview */
    static Caller of(JsonNode user) {
        return new Caller(
                Json.text(user, "username"),
                Json.text(user, "uid"),
                Json.stringList(user, "groups"),
                user.path("extra"));
    }

    /** May do everything, so that nobody needs to be asked: the API server itself calls so. */
    boolean master() {
        return groups.contains(MASTERS);
    }

    /** Into the spec of a SubjectAccessReview. */
    void describe(ObjectNode spec) {
        spec.put("user", name);
        groups.forEach(spec.putArray("groups")::add);
        if (!uid.isEmpty()) {
            spec.put("uid", uid);
        }
        if (extra.isObject()) {
            spec.set("extra", extra);
        }
    }
}

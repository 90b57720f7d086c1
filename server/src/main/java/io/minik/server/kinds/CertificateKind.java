package io.minik.server.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.registry.KindStrategy;
import java.util.List;

/** CertificateSigningRequests: /approval records a decision. Who may decide and what is valid is admission's to say. */
final class CertificateKind implements KindStrategy {
    @Override
    public boolean writesStatus(String subresource) {
        return subresource.equals("approval");
    }

    /** Of an approval the conditions count, and what it notes in the metadata. */
    @Override
    public ObjectNode narrow(String subresource, ObjectNode next, KubeObject old) {
        if (!subresource.equals("approval")) {
            return KindStrategy.super.narrow(subresource, next, old);
        }
        JsonNode conditions = Json.at(next, "status", "conditions");
        ObjectNode status = old.at("status") instanceof ObjectNode before ? before.deepCopy() : Json.object();
        if (conditions.isMissingNode()) {
            status.remove("conditions");
        } else {
            status.set("conditions", conditions);
        }
        next.set("status", status);
        next.set("spec", old.at("spec").deepCopy());
        return next;
    }

    @Override
    public List<String> selectableFields() {
        return List.of("spec.signerName");
    }
}

package io.minik.server.crd;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.object.KubeObject;
import io.minik.api.validation.ApiApproval;
import io.minik.api.validation.StructuralSchemaRules;
import io.minik.server.controllers.control.Conditions;
import java.util.Optional;

/** What a definition's status says of it besides its names: approved by Kubernetes, where it must be; not structural. */
final class Judgements {
    private static final String APPROVED = "KubernetesAPIApprovalPolicyConformant";
    private static final String NON_STRUCTURAL = "NonStructuralSchema";

    private Judgements() {}

    static void tell(ObjectNode status, KubeObject definition, String now) {
        if (ApiApproval.isProtected(definition.text("spec", "group"))) {
            ApiApproval approval = ApiApproval.of(definition.tree());
            String reason =
                    switch (approval.state()) {
                        case MISSING -> "MissingAnnotation";
                        case INVALID -> "InvalidAnnotation";
                        case APPROVED -> "ApprovedAnnotation";
                        case BYPASSED -> "UnapprovedAnnotation";
                    };
            boolean approved = approval.state() == ApiApproval.State.APPROVED;
            Conditions.set(status, APPROVED, approved ? "True" : "False", reason, approval.message(), now);
        }
        Optional<String> violations = StructuralSchemaRules.violations(definition.at("spec"));
        if (violations.isPresent()) {
            Conditions.set(status, NON_STRUCTURAL, "True", "Violations", violations.get(), now);
        } else {
            Conditions.remove(status, NON_STRUCTURAL);
        }
    }
}

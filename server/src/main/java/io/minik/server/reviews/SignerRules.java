package io.minik.server.reviews;

import io.minik.ground.tls.CertificateAuthority.Purpose;
import io.minik.ground.tls.CertificateRequest;
import io.minik.server.authn.User;
import io.minik.server.authz.NodeUser;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What each built-in signer signs ("Kubernetes signers" in the documentation). kubernetes.io/legacy-unknown is not served. */
enum SignerRules {
    API_CLIENT("kubernetes.io/kube-apiserver-client", Purpose.CLIENT),
    KUBELET_CLIENT("kubernetes.io/kube-apiserver-client-kubelet", Purpose.CLIENT),
    KUBELET_SERVING("kubernetes.io/kubelet-serving", Purpose.SERVER);

    private static final String CLIENT_AUTH = "client auth";
    private static final String SERVER_AUTH = "server auth";
    private static final Set<String> COMMON = Set.of("digital signature", "key encipherment");

    private final String signer;
    private final Purpose purpose;

    SignerRules(String signer, Purpose purpose) {
        this.signer = signer;
        this.purpose = purpose;
    }

    static Optional<SignerRules> of(String signerName) {
        return Arrays.stream(values())
                .filter(rules -> rules.signer.equals(signerName))
                .findFirst();
    }

    Purpose purpose() {
        return purpose;
    }

    /** Why this signer does not sign it. */
    Optional<String> objection(CertificateRequest request, List<String> usages) {
        String needed = purpose == Purpose.CLIENT ? CLIENT_AUTH : SERVER_AUTH;
        if (!usages.contains(needed)
                || !usages.stream().allMatch(usage -> usage.equals(needed) || COMMON.contains(usage))) {
            return Optional.of("usages did not match: [\"digital signature\" \"key encipherment\" \"" + needed
                    + "\"] are allowed, \"" + needed + "\" is required");
        }
        return switch (this) {
            case API_CLIENT ->
                request.subject().organizations().contains(User.MASTERS)
                        ? Optional.of("use of " + signer + " signer with " + User.MASTERS + " group is not allowed")
                        : Optional.empty();
            case KUBELET_CLIENT ->
                node(request)
                        .or(() -> request.altNames().isEmpty()
                                ? Optional.empty()
                                : Optional.of("DNS, IP, email and URI subjectAltNames are not allowed"));
            case KUBELET_SERVING ->
                node(request).or(() -> {
                    if (request.altNames().others() > 0) {
                        return Optional.of("email and URI subjectAltNames are not allowed");
                    }
                    return request.altNames().isEmpty()
                            ? Optional.of("DNS or IP subjectAltName is required")
                            : Optional.empty();
                });
        };
    }

    private static Optional<String> node(CertificateRequest request) {
        if (!request.subject().organizations().equals(List.of(NodeUser.GROUP))) {
            return Optional.of("subject organization is not " + NodeUser.GROUP);
        }
        String name = request.subject().commonName();
        return name.startsWith(NodeUser.USER_PREFIX) && name.length() > NodeUser.USER_PREFIX.length()
                ? Optional.empty()
                : Optional.of("subject common name does not begin with " + NodeUser.USER_PREFIX);
    }
}

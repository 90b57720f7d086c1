package io.minik.agent.streaming;

import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** Who a client certificate names: common name and organisations, as Kubernetes reads them. */
record Caller(String name, Set<String> groups) {
    private static final String MASTERS = "system:masters";
    private static final Set<String> ADMINS = Set.of("system:kube-apiserver", "kubelet-api-admin");

    /** Whether it may use every face of the kubelet. */
    boolean admin() {
        return groups.contains(MASTERS) || groups.contains("kubelet-api-admin") || ADMINS.contains(name);
    }

    static Optional<Caller> of(SSLSession session) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate leaf
                    ? Optional.of(of(leaf.getSubjectX500Principal().getName()))
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }

    /** @param subject in RFC 2253's form */
    static Caller of(String subject) {
        String name = "";
        List<String> groups = new ArrayList<>();
        try {
            for (Rdn rdn : new LdapName(subject).getRdns()) {
                var attributes = rdn.toAttributes().getAll();
                while (attributes.hasMore()) {
                    Attribute attribute = attributes.next();
                    String value = String.valueOf(attribute.get());
                    if (attribute.getID().equalsIgnoreCase("CN")) {
                        name = value;
                    } else if (attribute.getID().equalsIgnoreCase("O")) {
                        for (int i = 0; i < attribute.size(); i++) {
                            groups.add(String.valueOf(attribute.get(i)));
                        }
                    }
                }
            }
        } catch (NamingException e) {
            return new Caller("", Set.of());
        }
        return new Caller(name, Set.copyOf(groups));
    }
}

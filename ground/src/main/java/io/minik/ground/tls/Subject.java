package io.minik.ground.tls;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A distinguished name as Kubernetes reads it: the common name is the user, the organizations are the groups. */
public record Subject(String commonName, List<String> organizations) {
    private static final String COMMON_NAME = "2.5.4.3";
    private static final String ORGANIZATION = "2.5.4.10";

    public static Subject of(String commonName, String... organizations) {
        return new Subject(commonName, List.of(organizations));
    }

    public static Subject of(X509Certificate certificate) {
        return parse(certificate.getSubjectX500Principal().getEncoded());
    }

    /** @param der Name (RFC 5280 4.1.2.4); other attributes than CN and O are skipped */
    static Subject parse(byte[] der) {
        String commonName = "";
        List<String> organizations = new ArrayList<>();
        DerReader names = new DerReader(der).next(Der.SEQUENCE, "subject").open();
        while (names.hasNext()) {
            DerReader attributes = names.next(Der.SET, "subject part").open();
            while (attributes.hasNext()) {
                DerReader attribute =
                        attributes.next(Der.SEQUENCE, "subject attribute").open();
                String type = attribute.next("subject attribute type").oid("subject attribute type");
                if (type.equals(COMMON_NAME)) {
                    commonName = attribute.next("common name").text();
                } else if (type.equals(ORGANIZATION)) {
                    organizations.add(attribute.next("organization").text());
                }
            }
        }
        return new Subject(commonName, List.copyOf(organizations));
    }

    byte[] der() {
        List<byte[]> parts = new ArrayList<>();
        for (String organization : organizations) {
            parts.add(attribute(ORGANIZATION, organization));
        }
        if (!commonName.isEmpty()) {
            parts.add(attribute(COMMON_NAME, commonName));
        }
        return Der.sequence(parts.toArray(byte[][]::new));
    }

    private static byte[] attribute(String type, String value) {
        return Der.set(Der.sequence(Der.oid(type), Der.utf8(value)));
    }

    /** Organizations have no order: two subjects with the same groups are the same person. */
    public boolean sameAs(Subject other) {
        String[] ours = organizations.toArray(String[]::new);
        String[] theirs = other.organizations.toArray(String[]::new);
        Arrays.sort(ours);
        Arrays.sort(theirs);
        return commonName.equals(other.commonName) && Arrays.equals(ours, theirs);
    }
}

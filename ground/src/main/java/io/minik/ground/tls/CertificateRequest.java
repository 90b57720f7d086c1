package io.minik.ground.tls;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.PublicKey;

/** A PKCS#10 request (RFC 2986) whose signature holds: the sender has the private key. */
public record CertificateRequest(Subject subject, AltNames altNames, PublicKey publicKey) {
    /** Longest request we parse: real ones are below 2 KiB, an RSA-8192 key with many names stays below this. */
    public static final int MAX_BYTES = 16 * 1024;

    private static final String EXTENSION_REQUEST = "1.2.840.113549.1.9.14";

    /** A signed request, in PEM. */
    public static String create(KeyPair keys, Subject subject, AltNames altNames) {
        byte[] attributes = altNames.isEmpty()
                ? Der.tagged(Der.CONTEXT_CONSTRUCTED)
                : Der.tagged(
                        Der.CONTEXT_CONSTRUCTED,
                        Der.sequence(
                                Der.oid(EXTENSION_REQUEST),
                                Der.set(Der.sequence(
                                        Extensions.extension(Extensions.ALT_NAMES, false, altNames.der())))));
        byte[] body = Der.sequence(
                Der.integer(BigInteger.ZERO), subject.der(), keys.getPublic().getEncoded(), attributes);
        byte[] signature = Keys.sign(keys.getPrivate(), body);
        return Pem.encode(
                Pem.REQUEST,
                Der.sequence(body, Extensions.signatureAlgorithm(keys.getPrivate()), Der.bitString(signature)));
    }

    /** @throws X509Exception if it is not a request, is signed weakly, or its signature does not hold */
    public static CertificateRequest parsePem(String pem) {
        return parse(Pem.requireBlock(Pem.REQUEST, pem));
    }

    /** As {@link #parsePem}, from DER. */
    public static CertificateRequest parse(byte[] der) {
        if (der.length > MAX_BYTES) {
            throw new X509Exception("certificate request of " + der.length + " bytes, the limit is " + MAX_BYTES);
        }
        DerReader outer =
                new DerReader(der).next(Der.SEQUENCE, "certificate request").open();
        DerReader.Element body = outer.next(Der.SEQUENCE, "certificate request body");
        String algorithm = outer.next(Der.SEQUENCE, "signature algorithm")
                .open()
                .next("signature algorithm")
                .oid("signature algorithm");
        byte[] signature = outer.next("signature").bits("signature");

        DerReader fields = body.open();
        fields.next(Der.INTEGER, "request version");
        Subject subject = Subject.parse(fields.next(Der.SEQUENCE, "subject").encoded());
        PublicKey key = Keys.publicKey(fields.next(Der.SEQUENCE, "public key").encoded());
        Keys.verify(key, algorithm, body.encoded(), signature);
        AltNames altNames = AltNames.NONE;
        while (fields.hasNext()) {
            altNames = altNamesOf(fields.next("attributes").require(Der.CONTEXT_CONSTRUCTED, "attributes"), altNames);
        }
        return new CertificateRequest(subject, altNames, key);
    }

    private static AltNames altNamesOf(DerReader.Element attributes, AltNames found) {
        AltNames names = found;
        DerReader each = attributes.open();
        while (each.hasNext()) {
            DerReader attribute = each.next(Der.SEQUENCE, "attribute").open();
            if (!attribute.next("attribute type").oid("attribute type").equals(EXTENSION_REQUEST)) {
                continue;
            }
            DerReader extensions = attribute
                    .next(Der.SET, "extension request")
                    .open()
                    .next(Der.SEQUENCE, "extensions")
                    .open();
            while (extensions.hasNext()) {
                DerReader extension = extensions.next(Der.SEQUENCE, "extension").open();
                String type = extension.next("extension type").oid("extension type");
                DerReader.Element value = extension.next("extension value");
                if (value.tag() == Der.BOOLEAN) {
                    value = extension.next("extension value");
                }
                if (type.equals(Extensions.ALT_NAMES)) {
                    names = AltNames.parse(
                            value.require(Der.OCTET_STRING, "extension value").content());
                }
            }
        }
        return names;
    }
}

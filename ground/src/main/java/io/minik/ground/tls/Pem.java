package io.minik.ground.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PEM blocks (RFC 7468). */
public final class Pem {
    public static final String CERTIFICATE = "CERTIFICATE";
    public static final String REQUEST = "CERTIFICATE REQUEST";
    public static final String PRIVATE_KEY = "PRIVATE KEY";
    public static final String PUBLIC_KEY = "PUBLIC KEY";

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private Pem() {}

    public static String encode(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n" + LINES.encodeToString(der) + "\n-----END " + type + "-----\n";
    }

    public static String encode(X509Certificate certificate) {
        try {
            return encode(CERTIFICATE, certificate.getEncoded());
        } catch (CertificateException e) {
            throw new X509Exception("a certificate could not be encoded", e);
        }
    }

    /** All blocks of a type, in order; text between blocks is ignored. @throws X509Exception if one is not base64 */
    public static List<byte[]> blocks(String type, String pem) {
        List<byte[]> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(pem);
        while (matcher.find()) {
            if (matcher.group(1).equals(type)) {
                try {
                    blocks.add(Base64.getMimeDecoder().decode(matcher.group(2)));
                } catch (IllegalArgumentException e) {
                    throw new X509Exception("PEM block " + type + " is not base64: " + e.getMessage(), e);
                }
            }
        }
        return blocks;
    }

    /** The first block of a type. @throws X509Exception if there is none */
    public static byte[] requireBlock(String type, String pem) {
        List<byte[]> blocks = blocks(type, pem);
        if (blocks.isEmpty()) {
            throw new X509Exception("no PEM block \"" + type + "\"");
        }
        return blocks.get(0);
    }

    /** Certificates, in order. @throws X509Exception if one does not parse, or there is none */
    public static List<X509Certificate> certificates(String pem) {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (byte[] der : blocks(CERTIFICATE, pem)) {
                certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
            }
        } catch (CertificateException e) {
            throw new X509Exception("not a certificate: " + e.getMessage(), e);
        }
        if (certificates.isEmpty()) {
            throw new X509Exception("no PEM block \"CERTIFICATE\"");
        }
        return certificates;
    }

    public static byte[] ascii(String pem) {
        return pem.getBytes(StandardCharsets.US_ASCII);
    }
}

package io.minik.charts.functions;

import static io.minik.charts.template.Function.Kind.ANY;
import static io.minik.charts.template.Function.Kind.INT;
import static io.minik.charts.template.Function.Kind.LIST;
import static io.minik.charts.template.Function.Kind.STRING;

import io.minik.charts.template.Function.Arguments;
import io.minik.charts.template.GoStrings;
import io.minik.charts.template.Struct;
import io.minik.charts.template.TemplateException;
import io.minik.ground.tls.AltNames;
import io.minik.ground.tls.CertificateAuthority;
import io.minik.ground.tls.CertificateAuthority.Leaf;
import io.minik.ground.tls.CertificateAuthority.Purpose;
import io.minik.ground.tls.CertificateAuthority.Validity;
import io.minik.ground.tls.Keys;
import io.minik.ground.tls.Pem;
import io.minik.ground.tls.Subject;
import io.minik.ground.tls.X509Exception;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Certificates that charts make for their webhooks. Keys are EC P-256: an RSA key takes a small machine seconds. */
final class SprigCertificates {
    /** What a key or a signature costs of a chart's budget. */
    private static final long UNITS = 100_000;

    /** PKCS#8 around PKCS#1, for keys of 2,048 bits: this long, and always the same. */
    private static final int PKCS8_HEAD = 26;

    private static final int RSA_BITS = 2048;
    private static final int MOST_DAYS = 36_500;

    private SprigCertificates() {}

    /** @param certificate and key: PEM */
    record Pair(String certificate, String key) implements Struct {
        @Override
        public String typeName() {
            return "sprig.certificate";
        }

        @Override
        public String text() {
            return "{" + certificate + " " + key + "}";
        }

        @Override
        public boolean has(String name) {
            return name.equals("Cert") || name.equals("Key");
        }

        @Override
        public @Nullable Object get(String name, List<@Nullable Object> arguments) {
            return name.equals("Cert") ? certificate : key;
        }
    }

    static void add(SprigFunctions to, InstantSource clock) {
        to.add("genCA", in -> ca(in.string(0), valid(in, 1, clock)), STRING, INT);
        to.add("genSelfSignedCert", in -> selfSigned(in, valid(in, 3, clock)), STRING, LIST, LIST, INT);
        to.add("genSignedCert", in -> signed(in, valid(in, 3, clock)), STRING, LIST, LIST, INT, ANY);
        to.add("buildCustomCert", in -> custom(in.string(0), in.string(1)), STRING, STRING);
        to.add("genPrivateKey", SprigCertificates::privateKey, STRING);
        for (String name : List.of("genCAWithKey", "genSelfSignedCertWithKey", "genSignedCertWithKey")) {
            to.rest(name, in -> {
                throw new TemplateException("not offered by minik: use it without WithKey");
            });
        }
    }

    private static Validity valid(Arguments in, int index, InstantSource clock) {
        in.budget().spend(UNITS);
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        int days = Math.max(0, Math.min(MOST_DAYS, in.integer(index)));
        return Validity.of(now, now, Duration.ofDays(days));
    }

    private static Pair ca(String name, Validity validity) {
        CertificateAuthority authority = CertificateAuthority.create(name, validity);
        return new Pair(Pem.encode(authority.certificate()), Keys.ecPem(authority.key()));
    }

    private static Leaf leaf(Arguments in, PublicKey key, Validity validity) {
        try {
            AltNames names = AltNames.of(Casts.strings(in.get(1), in.budget()))
                    .plus(AltNames.of(Casts.strings(in.get(2), in.budget())));
            return new Leaf(Subject.of(in.string(0)), names, key, List.of(Purpose.SERVER, Purpose.CLIENT), validity);
        } catch (X509Exception e) {
            throw new TemplateException("error parsing ip: " + e.getMessage());
        }
    }

    private static Pair selfSigned(Arguments in, Validity validity) {
        // Its issuer has its name and its key: so it is its own.
        CertificateAuthority own = CertificateAuthority.create(in.string(0), validity);
        X509Certificate certificate = own.sign(leaf(in, own.certificate().getPublicKey(), validity));
        return new Pair(Pem.encode(certificate), Keys.ecPem(own.key()));
    }

    private static Pair signed(Arguments in, Validity validity) {
        if (!(in.get(4) instanceof Pair ca)) {
            throw new TemplateException("wrong type for value; expected sprig.certificate");
        }
        try {
            List<X509Certificate> issuer = Pem.certificates(ca.certificate());
            if (issuer.isEmpty()) {
                throw new TemplateException("unable to decode certificate");
            }
            KeyPair pair = Keys.generate();
            X509Certificate certificate = new CertificateAuthority(issuer.get(0), Keys.privateKey(ca.key()))
                    .sign(leaf(in, pair.getPublic(), validity));
            return new Pair(Pem.encode(certificate), Keys.ecPem(pair.getPrivate()));
        } catch (X509Exception e) {
            throw new TemplateException("error parsing certificate authority: " + e.getMessage());
        }
    }

    private static Pair custom(String certificate, String key) {
        String pem = text(certificate, "unable to decode base64 certificate");
        String keyPem = text(key, "unable to decode base64 private key");
        try {
            if (Pem.certificates(pem).isEmpty()) {
                throw new TemplateException("unable to decode certificate");
            }
        } catch (X509Exception e) {
            throw new TemplateException("error parsing certificate: decodedCert.Bytes: " + e.getMessage());
        }
        if (!keyPem.contains("PRIVATE KEY-----")) {
            throw new TemplateException("error parsing private key: no PEM data in input");
        }
        return new Pair(pem, keyPem);
    }

    private static String text(String base64, String wrong) {
        try {
            return GoStrings.of(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            throw new TemplateException(wrong);
        }
    }

    private static Object privateKey(Arguments in) {
        in.budget().spend(10 * UNITS);
        try {
            switch (in.string(0)) {
                case "", "rsa" -> {
                    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
                    generator.initialize(RSA_BITS);
                    byte[] pkcs8 = generator.generateKeyPair().getPrivate().getEncoded();
                    return Pem.encode("RSA PRIVATE KEY", Arrays.copyOfRange(pkcs8, PKCS8_HEAD, pkcs8.length));
                }
                case "ecdsa" -> {
                    return Keys.ecPem(Keys.generate().getPrivate());
                }
                case "ed25519" -> {
                    return Keys.pem(KeyPairGenerator.getInstance("Ed25519")
                            .generateKeyPair()
                            .getPrivate());
                }
                case "dsa" -> throw new TemplateException("DSA keys are not offered by minik: use ecdsa or ed25519");
                default -> {
                    return "Unknown type " + in.string(0);
                }
            }
        } catch (GeneralSecurityException e) {
            return "failed to generate private key: " + e.getMessage();
        }
    }
}

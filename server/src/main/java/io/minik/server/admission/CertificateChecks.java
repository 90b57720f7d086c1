package io.minik.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Names;
import io.minik.ground.json.Json;
import io.minik.ground.tls.Pem;
import io.minik.ground.tls.X509Exception;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a CertificateSigningRequest may say, and what its approvers and signers may say of it. Pure; upstream's words. */
final class CertificateChecks {
    private static final long MIN_SECONDS = 600;
    private static final String CONDITIONS = "status.conditions";
    private static final String CERTIFICATE = "status.certificate";
    private static final String EXCLUSIVE = "Approved and Denied conditions are mutually exclusive";
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([^-]+)-----\\s([^-]*)-----END \\1-----");
    /** They say what happened: there is no way back. */
    private static final List<String> LASTING = List.of("Approved", "Denied", "Failed");

    private static final SortedSet<String> STATUSES = new TreeSet<>(Set.of("True", "False", "Unknown"));
    private static final SortedSet<String> USAGES = new TreeSet<>(Set.of(
            "signing",
            "digital signature",
            "content commitment",
            "key encipherment",
            "key agreement",
            "data encipherment",
            "cert sign",
            "crl sign",
            "encipher only",
            "decipher only",
            "any",
            "server auth",
            "client auth",
            "code signing",
            "email protection",
            "s/mime",
            "ipsec end system",
            "ipsec tunnel",
            "ipsec user",
            "timestamping",
            "ocsp signing",
            "microsoft sgc",
            "netscape sgc"));

    private CertificateChecks() {}

    static Causes spec(JsonNode spec) {
        Causes causes = new Causes();
        JsonNode usages = spec.path("usages");
        if (usages.isEmpty()) {
            causes.required("spec.usages");
        }
        Set<String> seen = new HashSet<>();
        for (int at = 0; at < usages.size(); at++) {
            String usage = usages.get(at).asText();
            String path = Causes.at("spec.usages", at);
            if (!USAGES.contains(usage)) {
                causes.unsupported(path, usage, USAGES);
            }
            if (!seen.add(usage)) {
                causes.duplicate(path, usage);
            }
        }
        signer(Json.text(spec, "signerName"), causes);
        JsonNode seconds = spec.path("expirationSeconds");
        if (seconds.isNumber() && seconds.longValue() < MIN_SECONDS) {
            causes.invalid(
                    "spec.expirationSeconds",
                    seconds.longValue(),
                    "may not specify a duration less than 600 seconds (10 minutes)");
        }
        return causes;
    }

    private static void signer(String signer, Causes causes) {
        String path = "spec.signerName";
        int slash = signer.indexOf('/');
        if (signer.isEmpty()) {
            causes.required(path);
        } else if (slash < 0) {
            causes.invalid(
                    path, signer, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
        } else if (signer.equals("kubernetes.io/legacy-unknown")) {
            causes.invalid(path, signer, "the legacy signerName is not allowed via this API version");
        } else {
            String domain = signer.substring(0, slash);
            Names.dns1123Subdomain(domain)
                    .forEach(why -> causes.invalid(path, domain, "validating label \"" + domain + "\": " + why));
            if (domain.indexOf('.') < 0) {
                causes.invalid(path, signer, "should be a domain with at least two segments separated by dots");
            }
            String name = signer.substring(slash + 1);
            Names.dns1123Subdomain(name)
                    .forEach(why -> causes.invalid(path, name, "validating label \"" + name + "\": " + why));
        }
    }

    /** @param before the stored status; what was wrong in it already is let be */
    static Causes status(JsonNode before, JsonNode after) {
        Causes causes = new Causes();
        boolean both = count(before, "Approved") > 0 && count(before, "Denied") > 0;
        Set<String> seen = new HashSet<>();
        JsonNode conditions = after.path("conditions");
        for (int at = 0; at < conditions.size(); at++) {
            String path = Causes.at(CONDITIONS, at);
            String type = Json.text(conditions.get(at), "type");
            String status = Json.text(conditions.get(at), "status");
            SortedSet<String> allowed = LASTING.contains(type) ? new TreeSet<>(Set.of("True")) : STATUSES;
            if (type.isEmpty()) {
                causes.required(path + ".type");
            }
            if (status.isEmpty()) {
                causes.required(path + ".status");
            } else if (!allowed.contains(status)) {
                causes.unsupported(path + ".status", status, allowed);
            }
            boolean contradicts = (type.equals("Approved") && seen.contains("Denied"))
                    || (type.equals("Denied") && seen.contains("Approved"));
            if (contradicts && !both) {
                causes.invalid(path + ".type", type, EXCLUSIVE);
            }
            if (!seen.add(type) && count(before, type) < 2) {
                causes.duplicate(path + ".type", type);
            }
        }
        for (String type : LASTING) {
            if (count(after, type) < count(before, type)) {
                causes.forbidden(CONDITIONS, "updates may not remove a condition of type \"" + type + "\"");
            }
        }
        certificate(Json.text(before, "certificate"), Json.text(after, "certificate"), causes);
        return causes;
    }

    private static void certificate(String before, String after, Causes causes) {
        if (after.equals(before)) {
            return;
        }
        if (!before.isEmpty()) {
            causes.forbidden(CERTIFICATE, "updates may not modify existing certificate content");
            return;
        }
        String fault = fault(new String(Base64.getDecoder().decode(after), StandardCharsets.ISO_8859_1));
        if (!fault.isEmpty()) {
            causes.invalid(CERTIFICATE, "<certificate data>", fault);
        }
    }

    /** @return empty if it is a chain of certificates and nothing else */
    private static String fault(String pem) {
        Matcher blocks = BLOCK.matcher(pem);
        boolean found = false;
        while (blocks.find()) {
            found = true;
            if (!blocks.group(1).equals(Pem.CERTIFICATE)) {
                return "only CERTIFICATE PEM blocks are allowed, found \"" + blocks.group(1) + "\"";
            }
            if (blocks.group(2).indexOf(':') >= 0) {
                return "no PEM block headers are permitted";
            }
            try {
                if (Pem.certificates(blocks.group()).isEmpty()) {
                    return "found CERTIFICATE PEM block containing 0 certificates";
                }
            } catch (X509Exception | IllegalArgumentException e) {
                return "x509: malformed certificate";
            }
        }
        return found ? "" : "must contain at least one CERTIFICATE PEM block";
    }

    private static int count(JsonNode status, String type) {
        int count = 0;
        for (JsonNode condition : status.path("conditions")) {
            if (Json.text(condition, "type").equals(type)) {
                count++;
            }
        }
        return count;
    }
}

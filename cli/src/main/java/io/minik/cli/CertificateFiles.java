package io.minik.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.minik.ground.tls.Pem;
import io.minik.ground.tls.Subject;
import io.minik.ground.tls.X509Exception;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.yaml.snakeyaml.Yaml;

/** The certificates that a minik of this machine keeps, by the services that k3s names them by. */
final class CertificateFiles {
    /** As k3s warns, and as minik renews. */
    static final Duration SOON = Duration.ofDays(120);

    private static final Map<String, List<String>> FILES = files();
    /** In minik these are in the server's process, and have none. */
    private static final Set<String> WITHOUT = Set.of(
            "controller-manager",
            "scheduler",
            "supervisor",
            "minik-controller",
            "minik-server",
            "k3s-controller",
            "k3s-server",
            "cloud-controller",
            "kube-proxy");

    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final int CERT_SIGN = 5;
    private static final DateTimeFormatter TABLE_TIME =
            DateTimeFormatter.ofPattern("MMM dd, yyyy HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private CertificateFiles() {}

    private static Map<String, List<String>> files() {
        Map<String, List<String>> files = new LinkedHashMap<>();
        files.put("admin", List.of("server/tls/client-admin.crt"));
        files.put(
                "api-server", List.of("server/tls/client-kube-apiserver.crt", "server/tls/serving-kube-apiserver.crt"));
        files.put("auth-proxy", List.of("server/tls/client-auth-proxy.crt"));
        files.put("etcd", List.of("server/tls/etcd/client.crt", "server/tls/etcd/server.crt"));
        files.put("kubelet", List.of("agent/tls/client-kubelet.crt", "agent/tls/serving-kubelet.crt"));
        files.put(
                "certificate-authority",
                List.of(
                        "server/tls/server-ca.crt",
                        "server/tls/client-ca.crt",
                        "server/tls/request-header-ca.crt",
                        "server/tls/etcd/server-ca.crt",
                        "server/tls/etcd/client-ca.crt"));
        return files;
    }

    /** Paths below the data directory. @param services none: all. @throws StartFailure for one that is no service */
    static List<String> of(List<String> services) {
        Set<String> unknown = new TreeSet<>(services);
        unknown.removeAll(FILES.keySet());
        unknown.removeAll(WITHOUT);
        if (!unknown.isEmpty()) {
            throw new StartFailure("service " + unknown.iterator().next() + " is not recognized: there are "
                    + String.join(", ", FILES.keySet()));
        }
        List<String> files = new ArrayList<>();
        FILES.forEach((service, paths) -> {
            if (services.isEmpty() || services.contains(service)) {
                files.addAll(paths);
            }
        });
        return files;
    }

    /** How a certificate stands. */
    enum Status {
        OK("OK"),
        WARNING("WARNING"),
        EXPIRED("EXPIRED"),
        NOT_YET_VALID("NOT YET VALID");

        private final String word;

        Status(String word) {
            this.word = word;
        }
    }

    record Certificate(
            String file,
            String subject,
            String issuer,
            List<String> usages,
            Instant begin,
            Instant end,
            Status status) {
        Duration left(Instant now) {
            return Duration.between(now, end);
        }
    }

    /** Those that are there; none is read that can't be. */
    static List<Certificate> read(Path dataDir, List<String> files, Instant now) {
        List<Certificate> found = new ArrayList<>();
        for (String name : files) {
            Path file = dataDir.resolve(name);
            if (!Files.exists(file)) {
                continue;
            }
            try {
                for (X509Certificate certificate : Pem.certificates(Files.readString(file))) {
                    found.add(certificate(String.valueOf(file.getFileName()), certificate, now));
                }
            } catch (IOException | X509Exception e) {
                throw new StartFailure(file + " can't be read: " + e.getMessage() + " (run this as root)", e);
            }
        }
        return found;
    }

    private static Certificate certificate(String file, X509Certificate certificate, Instant now) {
        Instant begin = certificate.getNotBefore().toInstant();
        Instant end = certificate.getNotAfter().toInstant();
        Status status = now.isBefore(begin)
                ? Status.NOT_YET_VALID
                : !now.isBefore(end) ? Status.EXPIRED : now.plus(SOON).isAfter(end) ? Status.WARNING : Status.OK;
        String issuer = certificate.getIssuerX500Principal().getName().replaceFirst("^.*?CN=([^,]*).*$", "$1");
        return new Certificate(
                file, Subject.of(certificate).commonName(), issuer, usages(certificate), begin, end, status);
    }

    private static List<String> usages(X509Certificate certificate) {
        List<String> usages = new ArrayList<>();
        boolean[] key = certificate.getKeyUsage();
        if (key != null && key.length > CERT_SIGN && key[CERT_SIGN]) {
            usages.add("CertSign");
        }
        try {
            List<String> extended = certificate.getExtendedKeyUsage();
            for (String oid : extended == null ? List.<String>of() : extended) {
                if (oid.equals(SERVER_AUTH)) {
                    usages.add("ServerAuth");
                } else if (oid.equals(CLIENT_AUTH)) {
                    usages.add("ClientAuth");
                }
            }
        } catch (GeneralSecurityException e) {
            usages.add("unreadable");
        }
        return usages;
    }

    /** @param form text, table, json or yaml */
    static String text(List<Certificate> certificates, String form, Instant now) {
        return switch (form) {
            case "text" -> {
                StringBuilder text = new StringBuilder();
                certificates.forEach(each -> text.append(line(each)).append('\n'));
                yield text.toString();
            }
            case "table" -> table(certificates, now);
            case "json" -> tree(certificates, now) + "\n";
            case "yaml" -> new Yaml().dump(Json.MAPPER.convertValue(tree(certificates, now), Map.class));
            default ->
                throw new StartFailure("invalid output format " + form + ": it is one of text, table, json, yaml");
        };
    }

    private static String line(Certificate each) {
        String what = each.file() + ": certificate " + each.subject() + " (" + String.join(",", each.usages()) + ") ";
        return switch (each.status()) {
            case OK -> "INFO " + what + "is ok, expires at " + each.end();
            case WARNING -> "WARN " + what + "will expire within " + SOON.toDays() + " days at " + each.end();
            case EXPIRED -> "ERROR " + what + "expired at " + each.end();
            case NOT_YET_VALID -> "ERROR " + what + "is not valid before " + each.begin();
        };
    }

    private static String table(List<Certificate> certificates, Instant now) {
        TextTable table = new TextTable(0, 3)
                .row("FILENAME", "SUBJECT", "USAGES", "EXPIRES", "RESIDUAL TIME", "STATUS")
                .row("--------", "-------", "------", "-------", "-------------", "------");
        certificates.forEach(each -> table.row(
                each.file(),
                each.subject(),
                String.join(",", each.usages()),
                TABLE_TIME.format(each.end()),
                Spans.words(each.left(now)),
                each.status().word));
        return "\n" + table;
    }

    private static ObjectNode tree(List<Certificate> certificates, Instant now) {
        ObjectNode tree = Json.object();
        ArrayNode list = tree.putArray("Certificates");
        certificates.forEach(each -> {
            ObjectNode entry = list.addObject()
                    .put("Filename", each.file())
                    .put("Subject", each.subject())
                    .put("Issuer", each.issuer());
            each.usages().forEach(entry.putArray("Usages")::add);
            entry.put("ExpiryTime", each.end().toString())
                    .put("ResidualTime", each.left(now).toNanos())
                    .put("Status", each.status().word);
        });
        return tree;
    }
}

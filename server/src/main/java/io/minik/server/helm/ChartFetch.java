package io.minik.server.helm;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.schema.ManifestText;
import io.minik.charts.chart.ChartArchive;
import io.minik.charts.chart.ChartException;
import io.minik.charts.functions.ChartVersion;
import io.minik.charts.functions.VersionConstraint;
import io.minik.charts.template.TemplateException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A chart's archive from where its HelmChart says: in the object, in the server's folder {@code static}, at an address, in a
 * repository with an index, in a registry. All calls block.
 */
final class ChartFetch {
    private static final String OWN_API = "https://%{KUBERNETES_API}%/static/";
    private static final int MOST_INDEX_BYTES = 8 << 20;

    private final Path statics;

    /** @param statics the folder {@code server/static} */
    ChartFetch(Path statics) {
        this.statics = statics;
    }

    /** @throws ChartException in words for whoever wrote the HelmChart */
    byte[] fetch(ChartRequest request) {
        String content = request.text("chartContent");
        if (!content.isEmpty()) {
            try {
                return Base64.getMimeDecoder().decode(content);
            } catch (IllegalArgumentException e) {
                throw new ChartException("spec.chartContent: " + e.getMessage());
            }
        }
        String chart = request.text("chart");
        String repo = request.text("repo");
        if (chart.startsWith(OWN_API)) {
            return file(chart.substring(OWN_API.length()));
        }
        if (chart.startsWith("oci://")) {
            return new ChartRegistry(request).pull(chart);
        }
        if (repo.startsWith("oci://")) {
            return new ChartRegistry(request).pull(repo.replaceAll("/+$", "") + "/" + chart);
        }
        HttpFetch http = new HttpFetch(request);
        if (!repo.isEmpty()) {
            return fromRepository(request, http, repo.replaceAll("/+$", ""), chart);
        }
        if (chart.startsWith("https://") || chart.startsWith("http://")) {
            return http.get(chart, ChartArchive.MOST_BYTES, http.basic());
        }
        throw new ChartException("spec.chart: \"" + chart
                + "\": give an address (https://, oci://), or a name with spec.repo, or spec.chartContent");
    }

    private byte[] file(String name) {
        Path path = statics.resolve(name).normalize();
        if (!path.startsWith(statics)) {
            throw new ChartException("spec.chart: leads out of " + statics);
        }
        try {
            // No link may lead where the name could not.
            if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                    || !path.toRealPath().startsWith(statics.toRealPath())) {
                throw new ChartException("spec.chart: no file " + path);
            }
            try (InputStream in = Files.newInputStream(path)) {
                return in.readNBytes(ChartArchive.MOST_BYTES + 1);
            }
        } catch (IOException e) {
            throw new ChartException("spec.chart: " + path + ": " + e.getMessage());
        }
    }

    private static byte[] fromRepository(ChartRequest request, HttpFetch http, String repo, String chart) {
        byte[] text = http.get(repo + "/index.yaml", MOST_INDEX_BYTES, http.basic());
        JsonNode index;
        try {
            index = ManifestText.yaml(text);
        } catch (IllegalArgumentException e) {
            throw new ChartException(repo + "/index.yaml: " + e.getMessage());
        }
        JsonNode entry = choose(index.path("entries").path(chart), request.text("version"))
                .orElseThrow(() -> new ChartException("chart \"" + chart + "\" "
                        + (request.text("version").isEmpty() ? "" : "version \"" + request.text("version") + "\" ")
                        + "not found in " + repo + " repository"));
        String url = entry.path("urls").path(0).asText("");
        if (url.isEmpty()) {
            throw new ChartException("chart \"" + chart + "\" has no downloadable URLs");
        }
        if (url.startsWith("oci://")) {
            return new ChartRegistry(request).pull(url);
        }
        String whole;
        try {
            whole = URI.create(repo + "/").resolve(url).toString();
        } catch (IllegalArgumentException e) {
            throw new ChartException(repo + "/index.yaml: " + url + " is no address: " + e.getMessage());
        }
        byte[] tgz = http.get(whole, ChartArchive.MOST_BYTES, sameHost(repo, whole) ? http.basic() : Map.of());
        // Whatever it is: one that YAML takes for a number holds nothing.
        verify(tgz, entry.path("digest").asText("").replace("sha256:", ""), whole);
        return tgz;
    }

    private static boolean sameHost(String one, String other) {
        return String.valueOf(URI.create(one).getAuthority())
                .equals(URI.create(other).getAuthority());
    }

    static void verify(byte[] bytes, String digest, String what) {
        try {
            String hash = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
            if (!digest.isEmpty() && !digest.equals(hash)) {
                throw new ChartException(what + ": its SHA-256 is " + hash + ", not " + digest);
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static Optional<JsonNode> choose(JsonNode entries, String wanted) {
        if (!entries.isArray()) {
            return Optional.empty();
        }
        List<String> versions = entries.valueStream()
                .map(entry -> entry.path("version").asText(""))
                .toList();
        return highest(versions, wanted).flatMap(version -> entries.valueStream()
                .filter(entry -> entry.path("version").asText("").equals(version))
                .findFirst());
    }

    /** Of those that will do; without a wish the highest that is no prerelease. */
    static Optional<String> highest(List<String> versions, String wanted) {
        if (versions.contains(wanted)) {
            return Optional.of(wanted);
        }
        try {
            VersionConstraint constraint = VersionConstraint.of(wanted.isEmpty() ? "*" : wanted);
            return versions.stream()
                    .flatMap(text -> ChartVersion.find(text).stream())
                    .filter(constraint::takes)
                    .max(Comparator.naturalOrder())
                    .map(ChartVersion::original);
        } catch (TemplateException e) {
            throw new ChartException("spec.version: " + e.getMessage());
        }
    }
}

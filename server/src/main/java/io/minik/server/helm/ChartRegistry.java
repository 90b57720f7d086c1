package io.minik.server.helm;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.charts.chart.ChartArchive;
import io.minik.charts.chart.ChartException;
import io.minik.ground.json.Json;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Charts in OCI registries: their manifest's layer that is a chart. All calls block. */
final class ChartRegistry {
    private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    private static final String LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
    private static final int MOST_BYTES = 4 << 20;
    private static final Pattern NAME = Pattern.compile(
            "oci://([A-Za-z0-9.:\\[\\]-]+)/([a-z0-9._/-]+?)(?::([A-Za-z0-9._+-]+))?(?:@(sha256:[0-9a-f]{64}))?");
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final Pattern WORD = Pattern.compile("([a-z]+)=\"([^\"]*)\"");

    private final ChartRequest request;
    private final HttpFetch http;
    private Map<String, String> rights;

    ChartRegistry(ChartRequest request) {
        this.request = request;
        this.http = new HttpFetch(request);
        this.rights = http.basic();
    }

    byte[] pull(String reference) {
        Matcher name = NAME.matcher(reference);
        if (!name.matches()) {
            throw new ChartException(reference + " is no reference of a chart: oci://HOST/PATH");
        }
        String host = name.group(1);
        if (rights.isEmpty()) {
            rights = docker(host);
        }
        String base = (request.is("plainHTTP") ? "http://" : "https://") + host + "/v2/" + name.group(2);
        String tag = name.group(4) != null ? name.group(4) : tag(base, name.group(3));
        byte[] described = get(base + "/manifests/" + tag, MOST_BYTES);
        if (name.group(4) != null) {
            ChartFetch.verify(described, tag.replace("sha256:", ""), reference);
        }
        JsonNode manifest = json(described);
        for (JsonNode layer : Json.items(manifest, "layers")) {
            if (Json.text(layer, "mediaType").equals(LAYER)) {
                String digest = Json.text(layer, "digest");
                if (!DIGEST.matcher(digest).matches()) {
                    throw new ChartException(
                            reference + ": its layer has the digest \"" + digest + "\", which is no SHA-256");
                }
                byte[] tgz = get(base + "/blobs/" + digest, ChartArchive.MOST_BYTES);
                ChartFetch.verify(tgz, digest.replace("sha256:", ""), reference);
                return tgz;
            }
        }
        throw new ChartException(reference + " is no chart: it has no layer of " + LAYER);
    }

    /** A version's plus is an underline here. */
    private String tag(String base, @Nullable String said) {
        String wanted = said == null ? request.text("version") : said;
        if (wanted.matches("v?[0-9]+\\.[0-9]+\\.[0-9]+[0-9A-Za-z.+-]*")) {
            return wanted.replace('+', '_');
        }
        List<String> tags = Json.stringList(json(get(base + "/tags/list", MOST_BYTES)), "tags").stream()
                .map(tag -> tag.replace('_', '+'))
                .toList();
        return ChartFetch.highest(tags, wanted)
                .orElseThrow(() ->
                        new ChartException("unable to locate any tags in " + base + " that match \"" + wanted + "\""))
                .replace('+', '_');
    }

    private byte[] get(String url, int most) {
        Map<String, String> headers = new HashMap<>(rights);
        headers.put("Accept", MANIFEST + ", application/json, */*");
        HttpFetch.Answer answer = http.ask(url, most, headers);
        if (answer.challenge().isEmpty()) {
            return answer.bytes();
        }
        if (!answer.challenge().startsWith("Bearer ")) {
            throw new ChartException("failed to fetch " + url + " : 401 Unauthorized");
        }
        headers.put("Authorization", "Bearer " + token(answer.challenge()));
        rights = Map.of("Authorization", headers.get("Authorization"));
        return http.get(url, most, headers);
    }

    private String token(String challenge) {
        Map<String, String> words = new HashMap<>();
        Matcher word = WORD.matcher(challenge);
        while (word.find()) {
            words.put(word.group(1), word.group(2));
        }
        String url = words.getOrDefault("realm", "") + "?service=" + encoded(words.getOrDefault("service", ""))
                + "&scope=" + encoded(words.getOrDefault("scope", ""));
        JsonNode answer = json(http.get(url, MOST_BYTES, rights));
        String token = Json.text(answer, "token");
        return token.isEmpty() ? Json.text(answer, "access_token") : token;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** What a Secret of type kubernetes.io/dockerconfigjson has for a host. */
    private Map<String, String> docker(String host) {
        String config = request.bytesOf().getOrDefault(ChartRequest.DOCKER, "");
        if (config.isEmpty()) {
            return Map.of();
        }
        JsonNode auth =
                json(config.getBytes(StandardCharsets.UTF_8)).path("auths").path(host);
        String both = auth.path("auth").asText("");
        return both.isEmpty() ? Map.of() : Map.of("Authorization", "Basic " + both);
    }

    private static JsonNode json(byte[] bytes) {
        try {
            return Json.parse(bytes);
        } catch (UncheckedIOException | IllegalArgumentException e) {
            throw new ChartException("the registry's answer is no JSON: " + e.getMessage());
        }
    }
}

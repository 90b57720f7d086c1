package io.minik.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.agent.kubelet.KubeletSettings;
import io.minik.agent.kubelet.KubeletSettings.Group;
import io.minik.agent.kubelet.KubeletSettings.Images;
import io.minik.agent.kubelet.KubeletSettings.Shutdown;
import io.minik.agent.kubelet.KubeletSettings.StaticUrl;
import io.minik.agent.kubelet.KubeletSettings.Verification;
import io.minik.agent.kubelet.KubeletSettings.VerificationPolicy;
import io.minik.agent.node.Threshold;
import io.minik.api.meta.Quantity;
import io.minik.ground.json.Json;
import io.minik.runtime.linux.LogLimits;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** What a KubeletConfiguration's keys that are no options mean, held against upstream's rules. Pure. */
final class KubeletTerms {
    private static final Duration LEAST_BACK_OFF = Duration.ofSeconds(1);
    private static final Duration MOST_BACK_OFF = Duration.ofMinutes(5);
    private static final int PERCENT = 100;

    /** Keys below keys: what stands in none of them is unknown. */
    private static final Map<String, Set<String>> BELOW = Map.of(
            "authentication", Set.of("x509", "webhook", "anonymous"),
            "authorization", Set.of("mode", "webhook"),
            "memorySwap", Set.of("swapBehavior"),
            "crashLoopBackOff", Set.of("maxContainerRestartPeriod"),
            "userNamespaces", Set.of("idsPerPod"),
            "tracing", Set.of("endpoint", "samplingRatePerMillion"),
            "logging", Set.of("format", "flushFrequency", "verbosity", "vmodule", "options"),
            "shutdownGracePeriodByPodPriority", Set.of("priority", "shutdownGracePeriodSeconds"),
            "registerWithTaints", Set.of("key", "value", "effect", "timeAdded"),
            "reservedMemory", Set.of("numaNode", "limits"));

    private final ObjectNode said;

    KubeletTerms(KubeletFile file) {
        this.said = file.said();
    }

    static void unknownBelow(ObjectNode said, List<String> unknown) {
        BELOW.forEach((key, known) -> {
            JsonNode value = said.path(key);
            if (value.isObject()) {
                names(value, key, known, unknown);
            }
            for (int at = 0; value.isArray() && at < value.size(); at++) {
                names(value.get(at), key + "[" + at + "]", known, unknown);
            }
        });
    }

    private static void names(JsonNode object, String path, Set<String> known, List<String> unknown) {
        object.properties().stream()
                .filter(field -> !known.contains(field.getKey()))
                .forEach(field -> unknown.add("unknown field \"" + path + "." + field.getKey() + "\""));
    }

    /** @throws IllegalArgumentException in upstream's words */
    KubeletSettings settings() {
        return new KubeletSettings(
                images(),
                crashes(),
                said.has("evictionMaxPodGracePeriod")
                        ? OptionalLong.of(said.path("evictionMaxPodGracePeriod").asLong())
                        : OptionalLong.empty(),
                shutdown(),
                page(),
                Json.bool(said, "seccompDefault"),
                Json.stringList(said, "allowedUnsafeSysctls"));
    }

    boolean logHandler() {
        return said.path("enableSystemLogHandler").asBoolean(true);
    }

    /** Upstream adds its usual thresholds where this is said; without, those that are named are all. */
    boolean mergesThresholds() {
        return Json.bool(said, "mergeDefaultEvictionSettings");
    }

    LogLimits logs() {
        String size = Json.textOr("10Mi", said, "containerLogMaxSize");
        Quantity bytes = Quantity.find(size)
                .filter(found -> found.signum() > 0)
                .orElseThrow(() -> invalid("containerLogMaxSize \"" + size + "\" is no quantity above 0"));
        int files = Json.intOr(LogLimits.DEFAULT.maxFiles(), said, "containerLogMaxFiles");
        if (files < 2) {
            throw invalid("containerLogMaxFiles (--container-log-max-files) " + files + " must be greater than 1");
        }
        return new LogLimits(bytes.value(), files);
    }

    private Images images() {
        Images usual = Images.DEFAULT;
        int high = percent("imageGCHighThresholdPercent", "image-gc-high-threshold", usual.highPercent());
        int low = percent("imageGCLowThresholdPercent", "image-gc-low-threshold", usual.lowPercent());
        if (low >= high) {
            throw invalid("imageGCLowThresholdPercent (--image-gc-low-threshold) " + low
                    + " must be less than imageGCHighThresholdPercent (--image-gc-high-threshold) " + high);
        }
        Duration least = duration("imageMinimumGCAge", usual.minimumAge());
        Duration most = duration("imageMaximumGCAge", usual.maximumAge());
        if (!most.isZero() && most.compareTo(least) <= 0) {
            throw invalid("imageMaximumGCAge " + text(most) + " must be greater than imageMinimumGCAge " + text(least));
        }
        return new Images(high, low, least, most, verification());
    }

    private Verification verification() {
        String word = Json.textOr(
                VerificationPolicy.NeverVerifyPreloadedImages.name(), said, "imagePullCredentialsVerificationPolicy");
        List<String> list = Json.stringList(said, "preloadedImagesVerificationAllowlist");
        VerificationPolicy policy = List.of(VerificationPolicy.values()).stream()
                .filter(each -> each.name().equals(word))
                .findFirst()
                .orElseThrow(() -> invalid("option \"" + word
                        + "\" specified for imagePullCredentialsVerificationPolicy. Valid options are "
                        + List.of(VerificationPolicy.values())));
        if (!list.isEmpty() && policy != VerificationPolicy.NeverVerifyAllowlistedImages) {
            throw invalid(
                    "can't set `preloadedImagesVerificationAllowlist` if `imagePullCredentialsVerificationPolicy` is"
                            + " not \"NeverVerifyAllowlistedImages\"");
        }
        return new Verification(policy, list);
    }

    private int percent(String key, String flag, int usual) {
        int value = Json.intOr(usual, said, key);
        if (value < 0 || value > PERCENT) {
            throw invalid(key + " (--" + flag + ") " + value + " must be between 0 and 100, inclusive");
        }
        return value;
    }

    private Duration crashes() {
        String text = Json.text(said, "crashLoopBackOff", "maxContainerRestartPeriod");
        Duration most = text.isEmpty() ? KubeletSettings.DEFAULT.mostCrashBackOff() : parsed(text);
        if (most.compareTo(LEAST_BACK_OFF) < 0 || most.compareTo(MOST_BACK_OFF) > 0) {
            throw invalid("CrashLoopBackOff.MaxContainerRestartPeriod (got: " + text(most)
                    + ") must be set between 1s and 5m0s");
        }
        return most;
    }

    private Shutdown shutdown() {
        Duration all = duration("shutdownGracePeriod", Duration.ZERO);
        Duration critical = duration("shutdownGracePeriodCriticalPods", Duration.ZERO);
        JsonNode groups = said.path("shutdownGracePeriodByPodPriority");
        if (!groups.isEmpty()) {
            if (!all.isZero() || !critical.isZero()) {
                throw invalid("Cannot specify both shutdownGracePeriodByPodPriority and shutdownGracePeriod at the same"
                        + " time");
            }
            List<Group> list = new ArrayList<>();
            groups.forEach(group -> list.add(new Group(
                    group.path("priority").asInt(),
                    Duration.ofSeconds(group.path("shutdownGracePeriodSeconds").asLong()))));
            return new Shutdown(list);
        }
        if (critical.compareTo(all) > 0) {
            throw invalid("shutdownGracePeriod " + text(all) + " must be >= shutdownGracePeriodCriticalPods "
                    + text(critical));
        }
        if (!all.isZero() && all.compareTo(Duration.ofSeconds(1)) < 0) {
            throw invalid("shutdownGracePeriod " + text(all) + " must be either zero or otherwise >= 1 sec");
        }
        return Shutdown.of(all, critical);
    }

    private StaticUrl page() {
        String text = Json.text(said, "staticPodURL");
        Map<String, List<String>> header = new HashMap<>();
        for (var field : said.path("staticPodURLHeader").properties()) {
            List<String> values = new ArrayList<>();
            field.getValue().forEach(each -> values.add(each.asText()));
            header.put(field.getKey(), List.copyOf(values));
        }
        Duration every = duration("httpCheckFrequency", StaticUrl.NONE.every());
        if (text.isEmpty()) {
            return new StaticUrl(Optional.empty(), Map.copyOf(header), every);
        }
        try {
            URI url = new URI(text);
            if (!Set.of("http", "https").contains(String.valueOf(url.getScheme())) || url.getHost() == null) {
                throw invalid("staticPodURL \"" + text + "\" is no URL of HTTP");
            }
            return new StaticUrl(Optional.of(url), Map.copyOf(header), every);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "invalid configuration: staticPodURL \"" + text + "\": " + e.getMessage(), e);
        }
    }

    private Duration duration(String key, Duration usual) {
        String text = Json.text(said, key);
        // Upstream takes zero for "as usual" of all of these.
        Duration value = text.isEmpty() ? usual : parsed(text);
        return value.isZero() ? usual : value;
    }

    private static Duration parsed(String text) {
        return text.equals("0") ? Duration.ZERO : Threshold.duration(text);
    }

    /** {@code 1m30s}: as Go prints durations. */
    static String text(Duration duration) {
        long seconds = duration.toSeconds();
        String rest = seconds % 60 + "s";
        return seconds < 60
                ? rest
                : seconds < 3600 ? seconds / 60 + "m" + rest : seconds / 3600 + "h" + seconds / 60 % 60 + "m" + rest;
    }

    private static IllegalArgumentException invalid(String why) {
        return new IllegalArgumentException("invalid configuration: " + why);
    }
}

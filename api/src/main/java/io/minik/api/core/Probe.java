package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.util.OptionalLong;

/** core/v1 Probe, with upstream's defaults. @param terminationGracePeriodSeconds overrides the pod's when this probe kills */
public record Probe(
        LifecycleHandler handler,
        int initialDelaySeconds,
        int timeoutSeconds,
        int periodSeconds,
        int successThreshold,
        int failureThreshold,
        OptionalLong terminationGracePeriodSeconds) {
    public static Probe of(JsonNode probe) {
        return new Probe(
                LifecycleHandler.of(probe),
                Json.intOr(0, probe, "initialDelaySeconds"),
                atLeastOne(probe, "timeoutSeconds", 1),
                atLeastOne(probe, "periodSeconds", 10),
                atLeastOne(probe, "successThreshold", 1),
                atLeastOne(probe, "failureThreshold", 3),
                Views.number(probe.path("terminationGracePeriodSeconds")));
    }

    /** 0 means "the default", as upstream's defaulting sees it. */
    private static int atLeastOne(JsonNode probe, String field, int fallback) {
        int value = Json.intOr(fallback, probe, field);
        return value < 1 ? fallback : value;
    }
}

package io.minik.inttest.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** What a step of a behaviour says: the first that does not hold ends it. */
final class Checks {
    private static final int LOOK_MILLIS = 100;

    private Checks() {}

    static void holds(String what, boolean holds) {
        if (!holds) {
            throw new Api.NotSo("not so: " + what);
        }
    }

    static void same(String what, Object wanted, Object found) {
        if (!Objects.equals(wanted, found)) {
            throw new Api.NotSo(what + ": " + found + " instead of " + wanted);
        }
    }

    static void says(String text, String part) {
        if (!text.contains(part)) {
            throw new Api.NotSo("does not say \"" + part + "\": " + text);
        }
    }

    static void within(Duration limit, String what, BooleanSupplier holds) {
        long end = System.nanoTime() + limit.toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new Api.NotSo("not within " + limit.toSeconds() + " s: " + what);
            }
            pause();
        }
    }

    /** It holds now, and each time one looks until then. */
    static void stays(Duration time, String what, BooleanSupplier holds) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            holds(what, holds.getAsBoolean());
            pause();
        }
    }

    private static void pause() {
        try {
            if (new CountDownLatch(1).await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("nobody counts");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Api.NotSo("interrupted");
        }
    }

    static boolean any(JsonNode list, Predicate<JsonNode> wanted) {
        for (JsonNode each : list) {
            if (wanted.test(each)) {
                return true;
            }
        }
        return false;
    }

    /** Every field of the wanted is in the found; of lists every item, wherever it is. */
    static void contains(String what, JsonNode found, JsonNode wanted) {
        holds(what + " has " + wanted + ": " + found, has(found, wanted));
    }

    private static boolean has(JsonNode found, JsonNode wanted) {
        if (wanted.isObject()) {
            for (var field : wanted.properties()) {
                if (!has(found.path(field.getKey()), field.getValue())) {
                    return false;
                }
            }
            return true;
        }
        if (wanted.isArray()) {
            for (JsonNode item : wanted) {
                if (!any(found, each -> has(each, item))) {
                    return false;
                }
            }
            return true;
        }
        return wanted.equals(found);
    }
}

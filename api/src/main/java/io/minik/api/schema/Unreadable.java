package io.minik.api.schema;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;

/** Bodies that are not even objects. */
final class Unreadable {
    /** How much of the body the error shows. */
    private static final int SUMMARY_BYTES = 30;

    private Unreadable() {}

    static ApiException tooManyValues() {
        return ApiException.of(
                Reason.RequestEntityTooLarge,
                "Request entity too large: a body may hold " + ValueCount.MOST + " values",
                Details.NONE);
    }

    static ApiException body(Type type, String why, byte[] body) {
        int shown = Math.min(SUMMARY_BYTES, body.length);
        StringBuilder summary = new StringBuilder();
        for (int at = 0; at < shown; at++) {
            summary.append(String.format("%02x", body[at]));
        }
        String hex = body.length > SUMMARY_BYTES ? summary + " ..." : summary.toString();
        return ApiException.badRequest("the object provided is unrecognized (must be of type " + type.simpleName()
                + "): " + why + " (" + hex + ")");
    }
}

package io.minik.api.client;

import io.minik.api.meta.ApiException;
import io.minik.api.meta.Status.Reason;

/** Tells failures that come with the trade (someone else was faster) from those that a person should see. */
final class ReconcileFailure {
    private ReconcileFailure() {}

    static boolean expected(Throwable error) {
        return ApiException.is(error, Reason.Conflict)
                || ApiException.is(error, Reason.AlreadyExists)
                || ApiException.is(error, Reason.NotFound);
    }
}

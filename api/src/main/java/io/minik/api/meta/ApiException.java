package io.minik.api.meta;

import io.minik.api.meta.Status.Cause;
import io.minik.api.meta.Status.Details;
import io.minik.api.meta.Status.Reason;
import java.util.List;

/** The one failure of the API, worded as Kubernetes words it (apimachinery's api/errors). */
public final class ApiException extends RuntimeException {
    private final transient Status status;

    public ApiException(Status status) {
        super(status.message());
        this.status = status;
    }

    public Status status() {
        return status;
    }

    public boolean is(Reason reason) {
        return status.reason() == reason;
    }

    public static boolean is(Throwable error, Reason reason) {
        return error instanceof ApiException api && api.is(reason);
    }

    public static ApiException notFound(Resource resource, String name) {
        return of(Reason.NotFound, resource.groupResource() + " \"" + name + "\" not found", named(resource, name));
    }

    public static ApiException alreadyExists(Resource resource, String name) {
        return of(
                Reason.AlreadyExists,
                resource.groupResource() + " \"" + name + "\" already exists",
                named(resource, name));
    }

    public static ApiException conflict(Resource resource, String name, String why) {
        return of(
                Reason.Conflict,
                "Operation cannot be fulfilled on " + resource.groupResource() + " \"" + name + "\": " + why,
                named(resource, name));
    }

    /** The optimistic-concurrency conflict. */
    public static ApiException stale(Resource resource, String name) {
        return conflict(
                resource,
                name,
                "the object has been modified; please apply your changes to the latest version and try again");
    }

    public static ApiException badRequest(String message) {
        return of(Reason.BadRequest, message, Details.NONE);
    }

    public static ApiException unauthorized() {
        return of(Reason.Unauthorized, "Unauthorized", Details.NONE);
    }

    /** {@code <resource> "name" is forbidden: why}, or {@code forbidden: why} without a resource. */
    public static ApiException forbidden(Resource resource, String name, String why) {
        String subject = resource.groupResource() + (name.isEmpty() ? "" : " \"" + name + "\"");
        return of(Reason.Forbidden, subject + " is forbidden: " + why, named(resource, name));
    }

    /** 422 with a cause per field, as ToAggregate words it: one alone, several in brackets. */
    public static ApiException invalid(Resource resource, String name, List<Cause> causes) {
        return of(
                Reason.Invalid,
                resource.kind() + (resource.group().isEmpty() ? "" : "." + resource.group()) + " \"" + name
                        + "\" is invalid: " + Causes.text(causes),
                new Details(name, resource.group(), resource.kind(), "", causes, 0));
    }

    public static ApiException methodNotAllowed(String message) {
        return of(Reason.MethodNotAllowed, message, Details.NONE);
    }

    public static ApiException expired(String message) {
        return of(Reason.Expired, message, Details.NONE);
    }

    public static ApiException internal(String message) {
        return of(Reason.InternalError, "Internal error occurred: " + message, Details.NONE);
    }

    /** 429: to be tried again after a second. */
    public static ApiException tooManyRequests() {
        return new ApiException(new Status(
                Reason.TooManyRequests.code(),
                Reason.TooManyRequests,
                "Too many requests, please try again later.",
                new Details("", "", "", "", List.of(), 1)));
    }

    public static ApiException unavailable(String message) {
        return of(Reason.ServiceUnavailable, message, Details.NONE);
    }

    public static ApiException of(Reason reason, String message, Details details) {
        return new ApiException(new Status(reason.code(), reason, message, details));
    }

    private static Details named(Resource resource, String name) {
        return new Details(name, resource.group(), resource.plural(), "", List.of(), 0);
    }
}

package io.minik.runtime.criapi;

import io.minik.runtime.cri.CriException;
import io.minik.runtime.cri.CriException.Code;
import io.vertx.core.Future;
import io.vertx.grpc.common.GrpcStatus;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** CRI's failures as gRPC tells them. */
final class CriCodes {
    private static final Logger LOG = LoggerFactory.getLogger(CriCodes.class);

    /** Where a verbose answer has its words, by the custom of other runtimes. */
    static final String WORDS = "info";

    private CriCodes() {}

    /** A path of the node. Empty where it is. */
    static Path path(String field, String text) {
        try {
            Path path = Path.of(text);
            if (!text.isEmpty() && !path.isAbsolute()) {
                throw invalid(field, "\"" + text + "\" is not absolute");
            }
            return path;
        } catch (InvalidPathException e) {
            throw invalid(field, "is no path: " + e.getReason());
        }
    }

    static GrpcStatus status(Code code) {
        return switch (code) {
            case NOT_FOUND -> GrpcStatus.NOT_FOUND;
            case INVALID_ARGUMENT -> GrpcStatus.INVALID_ARGUMENT;
            case FAILED_PRECONDITION -> GrpcStatus.FAILED_PRECONDITION;
            case DEADLINE_EXCEEDED -> GrpcStatus.DEADLINE_EXCEEDED;
            case UNIMPLEMENTED -> GrpcStatus.UNIMPLEMENTED;
            case UNAVAILABLE -> GrpcStatus.UNAVAILABLE;
            case UNKNOWN -> GrpcStatus.UNKNOWN;
        };
    }

    /** What goes wrong in a call that is served. */
    static CriException served(Throwable why) {
        if (why instanceof CriException known) {
            return known;
        }
        LOG.atError().setCause(why).log("CRI call failed");
        return new CriException(Code.UNKNOWN, String.valueOf(why.getMessage()), why);
    }

    /** What another runtime has said. */
    static CriException said(GrpcStatus status, @Nullable String message) {
        Code code =
                switch (status) {
                    case NOT_FOUND -> Code.NOT_FOUND;
                    case INVALID_ARGUMENT, OUT_OF_RANGE -> Code.INVALID_ARGUMENT;
                    case FAILED_PRECONDITION -> Code.FAILED_PRECONDITION;
                    case DEADLINE_EXCEEDED -> Code.DEADLINE_EXCEEDED;
                    case UNIMPLEMENTED -> Code.UNIMPLEMENTED;
                    case UNAVAILABLE -> Code.UNAVAILABLE;
                    default -> Code.UNKNOWN;
                };
        return new CriException(code, message == null || message.isEmpty() ? status.name() : message);
    }

    /** A call that has not come to an answer. */
    static CriException called(Throwable why) {
        return why instanceof CriException known
                ? known
                : new CriException(Code.UNAVAILABLE, "the runtime can't be asked: " + why, why);
    }

    /** What is gone is removed, and stopped. */
    static Future<Void> unlessGone(Throwable error) {
        return CriException.isNotFound(error) ? Future.succeededFuture() : Future.failedFuture(error);
    }

    static CriException invalid(String field, String why) {
        return new CriException(Code.INVALID_ARGUMENT, field + ": " + why);
    }

    /** @param condition whether somebody asks for what is not there */
    static void refuse(boolean condition, String field, String what) {
        if (condition) {
            throw new CriException(Code.UNIMPLEMENTED, field + ": minik's runtime does not have " + what);
        }
    }
}

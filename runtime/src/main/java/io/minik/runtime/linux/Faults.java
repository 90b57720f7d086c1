package io.minik.runtime.linux;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.cri.CriException;
import io.minik.runtime.cri.CriException.Code;
import io.vertx.core.Future;

/** What goes wrong in the rooms, in CRI's codes. */
final class Faults {
    private Faults() {}

    static <T> Future<T> translated(Future<T> answer) {
        return answer.recover(error -> Future.failedFuture(of(error)));
    }

    static CriException of(Throwable error) {
        if (error instanceof CriException known) {
            return known;
        }
        Code code = error instanceof RuntimeFault fault ? code(fault.kind()) : Code.UNKNOWN;
        String message = error.getMessage();
        return new CriException(code, message == null ? error.toString() : message, error);
    }

    private static Code code(RuntimeFault.Kind kind) {
        return switch (kind) {
            case NOT_FOUND -> Code.NOT_FOUND;
            case INVALID_IMAGE_NAME, INVALID_CONFIG -> Code.INVALID_ARGUMENT;
            case START -> Code.FAILED_PRECONDITION;
            case IMAGE_PULL, KERNEL -> Code.UNKNOWN;
        };
    }

    static CriException notFound(String what, String id) {
        return new CriException(Code.NOT_FOUND, "there is no " + what + " " + id);
    }
}

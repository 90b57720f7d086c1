package io.minik.runtime.cri;

/** Why a call failed, by the codes of gRPC that CRI's runtimes use. The message is for people. */
public final class CriException extends RuntimeException {
    public enum Code {
        /** No such image, container, sandbox. */
        NOT_FOUND,
        /** The request can't be met as it is: a reference that is none, a user that the image does not have. */
        INVALID_ARGUMENT,
        /** The program can't be executed. */
        FAILED_PRECONDITION,
        /** The time limit of the request has passed. */
        DEADLINE_EXCEEDED,
        /** The runtime does not have this at all. */
        UNIMPLEMENTED,
        /** The runtime can't be reached: asked later it may answer. */
        UNAVAILABLE,
        /** All else: the registry refuses, the kernel says no. */
        UNKNOWN
    }

    private final Code code;

    public CriException(Code code, String message) {
        super(message);
        this.code = code;
    }

    public CriException(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public Code code() {
        return code;
    }

    /** Whether an error says that there is no such thing. */
    public static boolean isNotFound(Throwable error) {
        return is(error, Code.NOT_FOUND);
    }

    public static boolean is(Throwable error, Code code) {
        return error instanceof CriException failed && failed.code() == code;
    }
}

package io.minik.server.webhook;

/** A webhook was not reached, or its answer is none. The message is what Go's client says, {@code Post "https://…": …}. */
public final class WebhookFailure extends RuntimeException {
    private static final int UNAVAILABLE = 503;
    private final int code;

    WebhookFailure(String message, int code) {
        super(message);
        this.code = code;
    }

    /** Nobody answered. */
    static WebhookFailure unreached(String message) {
        return new WebhookFailure(message, UNAVAILABLE);
    }

    /** The HTTP code that stands for it in metrics: the webhook's own, or 503. */
    public int code() {
        return code;
    }

    /** What an answer of no success says, as client-go words it where the body is no Status. */
    static WebhookFailure answered(int code, String body) {
        String words =
                switch (code) {
                    case 400 -> "the server rejected our request for an unknown reason";
                    case 401 -> "the server has asked for the client to provide credentials";
                    case 403, 406, 415 -> body;
                    case 404 -> "the server could not find the requested resource";
                    case 405 -> "the server does not allow this method on the requested resource";
                    case 409 -> "the server reported a conflict";
                    case 410 -> "the server was unable to find the requested resource, it is gone";
                    case 413 -> "Request entity too large: " + body;
                    case 422 -> "the server rejected our request due to an error in our request";
                    case 429 -> "the server has received too many requests and has asked us to try again later";
                    case 503 -> "the server is currently unable to handle the request";
                    case 504 ->
                        "the server was unable to return a response in the time allotted, but may still be processing"
                                + " the request";
                    default ->
                        code >= 500
                                ? "an error on the server (\"" + (body.isEmpty() ? "unknown" : body)
                                        + "\") has prevented the request from succeeding"
                                : "the server responded with the status code " + code
                                        + " but did not return more information";
                };
        return new WebhookFailure(words, code);
    }
}

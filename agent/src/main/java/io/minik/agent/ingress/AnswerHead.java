package io.minik.agent.ingress;

import io.vertx.core.MultiMap;

/** The headers of an answer on their way to the client. */
final class AnswerHead {
    private static final String HSTS = "Strict-Transport-Security";

    private AnswerHead() {}

    static void pass(Conversation conversation, RouteOptions options, MultiMap from) {
        MultiMap to = conversation.response().headers();
        PassedHeaders.response(from, to);
        // RFC 6797, 7.2: over HTTP it says nothing.
        if (!options.hsts().isEmpty() && conversation.secure() && !to.contains(HSTS)) {
            to.set(HSTS, options.hsts());
        }
        options.cors().ifPresent(cors -> CrossOrigin.tell(cors, conversation.header("Origin"), to));
    }
}

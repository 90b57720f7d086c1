package io.minik.server.webhook;

import io.minik.api.meta.ApiException;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.ssl.NotSslRecordException;
import io.vertx.core.http.HttpClosedException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** Why a connection failed, as Go's net and crypto/tls say it: by these words users find the cause. */
public final class GoWords {
    /** How netty shows what is no TLS record. */
    private static final String HTTP_IN_HEX = "48545450";

    private GoWords() {}

    /** @param place where it was to lead; @param host the name that was looked up, if it was one */
    public static String of(Throwable error, String place, String host) {
        Throwable last = error;
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            String words = known(cause, place, host);
            if (!words.isEmpty()) {
                return words;
            }
            last = cause;
        }
        String said = String.valueOf(last.getMessage());
        return error instanceof SSLException ? "remote error: tls: " + said : said;
    }

    private static String known(Throwable error, String place, String host) {
        String said = String.valueOf(error.getMessage());
        if (error instanceof ServerTrust.Refused) {
            return said;
        }
        if (error instanceof ApiException refused) {
            return refused.status().message();
        }
        if (error instanceof TimeoutException) {
            return "context deadline exceeded";
        }
        if (error instanceof UnknownHostException) {
            return "dial tcp: lookup " + host + ": no such host";
        }
        if (error instanceof ConnectTimeoutException) {
            return "dial tcp " + place + ": i/o timeout";
        }
        if (error instanceof NoRouteToHostException) {
            return "dial tcp " + place + ": connect: no route to host";
        }
        if (error instanceof ConnectException) {
            boolean unreachable = said.toLowerCase(Locale.ROOT).contains("unreachable");
            return "dial tcp " + place + ": connect: "
                    + (unreachable ? "network is unreachable" : "connection refused");
        }
        if (error instanceof NotSslRecordException) {
            return said.contains(HTTP_IN_HEX)
                    ? "http: server gave HTTP response to HTTPS client"
                    : "tls: first record does not look like a TLS handshake";
        }
        if (error instanceof HttpClosedException || error instanceof ClosedChannelException) {
            return "EOF";
        }
        return said.contains("Connection reset") ? "read tcp " + place + ": read: connection reset by peer" : "";
    }
}

package io.minik.inttest.fuzz;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** HTTP/1.1 over one connection that is kept, by hand: no library would send what is sent here. */
final class RawHttp implements Closeable {
    /** Longer than any request is given by the server that it is asked with a deadline of a second or two. */
    static final int PATIENCE_MILLIS = 20_000;

    private static final int MOST_BODY = 64 * 1024 * 1024;

    /** @param body its beginning */
    record Reply(int status, byte[] body, boolean last) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    private final String host;
    private final int port;
    private final SSLContext tls;
    private @Nullable SSLSocket socket;
    private @Nullable InputStream in;

    RawHttp(String host, int port) throws GeneralSecurityException {
        this.host = host;
        this.port = port;
        tls = SSLContext.getInstance("TLS");
        tls.init(null, new TrustManager[] {new Trusting()}, new SecureRandom());
    }

    /** @throws java.net.SocketTimeoutException nothing came in time: the server hangs */
    Reply ask(byte[] request) throws IOException {
        boolean fresh = socket == null;
        try {
            return once(request);
        } catch (java.net.SocketTimeoutException e) {
            close();
            throw e;
        } catch (IOException e) {
            close();
            if (fresh) {
                throw e;
            }
            // The server may have closed a kept connection before it saw this request.
            return once(request);
        }
    }

    private Reply once(byte[] request) throws IOException {
        SSLSocket open = socket;
        InputStream from = in;
        if (open == null || from == null) {
            open = (SSLSocket) tls.getSocketFactory().createSocket(host, port);
            open.setSoTimeout(PATIENCE_MILLIS);
            open.startHandshake();
            from = new BufferedInputStream(open.getInputStream(), 16 * 1024);
            socket = open;
            in = from;
        }
        open.getOutputStream().write(request);
        open.getOutputStream().flush();
        Reply reply = reply(from, new String(request, 0, Math.min(5, request.length), StandardCharsets.ISO_8859_1));
        if (reply.last()) {
            close();
        }
        return reply;
    }

    private static Reply reply(InputStream from, String method) throws IOException {
        String[] first = line(from).split(" ");
        int status = first.length > 1 ? Integer.parseInt(first[1]) : 0;
        long length = -1;
        boolean chunked = false;
        boolean last = status == 101;
        for (String line = line(from); !line.isEmpty(); line = line(from)) {
            String header = line.toLowerCase(Locale.ROOT);
            if (header.startsWith("content-length:")) {
                length = Long.parseLong(header.substring(15).strip());
            }
            chunked |= header.startsWith("transfer-encoding:") && header.contains("chunked");
            last |= header.equals("connection: close");
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (status == 101 || status == 204 || status == 304 || method.startsWith("HEAD")) {
            return new Reply(status, body.toByteArray(), last);
        }
        if (chunked) {
            for (int size = size(from); size > 0; size = size(from)) {
                take(from, size, body);
                line(from);
            }
            line(from);
        } else if (length >= 0) {
            take(from, length, body);
        } else {
            from.transferTo(body);
            last = true;
        }
        return new Reply(status, body.toByteArray(), last);
    }

    private static int size(InputStream from) throws IOException {
        return Integer.parseInt(line(from).strip(), 16);
    }

    private static void take(InputStream from, long bytes, ByteArrayOutputStream body) throws IOException {
        if (bytes > MOST_BODY) {
            throw new IOException("a body of " + bytes + " bytes");
        }
        byte[] taken = from.readNBytes((int) bytes);
        if (taken.length < bytes) {
            throw new EOFException("within a body");
        }
        if (body.size() < MOST_BODY) {
            body.writeBytes(taken);
        }
    }

    private static String line(InputStream from) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = from.read(); next != '\n'; next = from.read()) {
            if (next < 0) {
                throw new EOFException("instead of a line: " + line);
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    @Override
    public void close() {
        SSLSocket open = socket;
        socket = null;
        in = null;
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            // It is gone either way.
        }
    }

    private static final class Trusting implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}

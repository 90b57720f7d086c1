package io.minik.runtime.image;

import io.minik.runtime.image.Images.Credentials;
import io.minik.runtime.image.RegistriesFile.Endpoint;
import io.minik.runtime.image.RegistriesFile.Tls;
import io.vertx.core.http.HttpMethod;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * One repository at one endpoint, in the words of the OCI distribution spec. Blocking; a pull's threads share it, so that
 * they share its token.
 */
final class RegistryClient {
    /** 0.2, 0.4, 0.8 s between tries: a registry that restarts; a longer outage is the kubelet's back-off. */
    private static final int TRIES = 4;

    private static final long FIRST_PAUSE_MILLIS = 200;
    /** What a Retry-After may make us wait on a worker. */
    private static final long MAX_PAUSE_MILLIS = 10_000;

    private static final int MAX_REDIRECTS = 5;
    private static final byte[] NO_BODY = {};

    private final Http http;
    private final RegistryAuth auth;
    private final Endpoint endpoint;
    private final String namespace;
    private final Optional<Credentials> credentials;
    private final CountDownLatch stopping;
    private volatile String authorization = "";

    /**
     * @param namespace the registry that the reference names; a mirror is told
     * @param stopping opened when minik stops: ends waits between tries
     */
    RegistryClient(
            Http http,
            Endpoint endpoint,
            String namespace,
            Optional<Credentials> credentials,
            CountDownLatch stopping) {
        this.http = http;
        this.auth = new RegistryAuth(http);
        this.endpoint = endpoint;
        this.namespace = namespace;
        this.credentials = credentials.or(() -> endpoint.config().credentials());
        this.stopping = stopping;
    }

    /** The digest a tag stands for now, if the registry says it without sending the manifest. */
    Optional<Digest> resolve(String tagOrDigest) throws IOException {
        Http.Response response = send(HttpMethod.HEAD, manifestUrl(tagOrDigest), Map.of("Accept", Manifest.ACCEPT));
        try (BodyStream body = response.body()) {
            if (response.status() == 405) {
                return Optional.empty();
            }
            requireOk(HttpMethod.HEAD, manifestUrl(tagOrDigest), response.status(), response.statusMessage());
            body.readAll(Manifest.MAX_BYTES);
            String digest = response.header("Docker-Content-Digest");
            return Digest.isDigest(digest) ? Optional.of(Digest.parse(digest)) : Optional.empty();
        }
    }

    byte[] manifest(String tagOrDigest) throws IOException {
        return fetch(manifestUrl(tagOrDigest), Map.of("Accept", Manifest.ACCEPT));
    }

    byte[] smallBlob(Digest digest) throws IOException {
        return fetch(blobUrl(digest), Map.of());
    }

    /** A blob as a stream that goes on by itself where a broken connection left it. */
    InputStream blob(Digest digest) {
        return new ResumingStream(offset -> {
            Map<String, String> headers = offset == 0 ? Map.of() : Map.of("Range", "bytes=" + offset + "-");
            Http.Response response = send(HttpMethod.GET, blobUrl(digest), headers);
            if (offset == 0 || response.status() != 206) {
                try {
                    requireOk(HttpMethod.GET, blobUrl(digest), response.status(), response.statusMessage());
                    response.body().skipNBytes(offset);
                } catch (IOException e) {
                    response.body().close();
                    throw e;
                }
            }
            return response.body();
        });
    }

    private byte[] fetch(String url, Map<String, String> headers) throws IOException {
        Http.Response response = send(HttpMethod.GET, url, headers);
        try (BodyStream body = response.body()) {
            requireOk(HttpMethod.GET, url, response.status(), response.statusMessage());
            return body.readAll(Manifest.MAX_BYTES);
        }
    }

    private static void requireOk(HttpMethod method, String url, int status, String message) throws IOException {
        if (status == 404) {
            throw new FileNotFoundException("not found");
        }
        if (status == 401 || status == 403) {
            throw new IOException("pull access denied, repository does not exist or may require authorization: "
                    + "unexpected status from " + method + " request to " + url + ": " + status + " " + message);
        }
        if (status / 100 != 2) {
            throw new IOException(
                    "unexpected status from " + method + " request to " + url + ": " + status + " " + message);
        }
    }

    /** Sends, with the token we have, a fresh one if that is refused, and again while the registry is ill. */
    private Http.Response send(HttpMethod method, String url, Map<String, String> headers) throws IOException {
        boolean challenged = false;
        for (int attempt = 1; ; attempt++) {
            Http.Response response;
            try {
                response = follow(method, url, headers);
            } catch (IOException e) {
                if (attempt >= TRIES || !mayPass(e)) {
                    throw new IOException("failed to do request: " + method + " \"" + url + "\": " + e.getMessage(), e);
                }
                pause(FIRST_PAUSE_MILLIS << (attempt - 1));
                continue;
            }
            if (response.status() == 401 && !challenged) {
                challenged = true;
                response.body().close();
                Optional<String> answer = auth.answer(
                        response.headers().getAll("WWW-Authenticate"), credentials, endpoint.repository(), tls());
                if (answer.isEmpty()) {
                    return response;
                }
                authorization = answer.get();
                attempt--;
                continue;
            }
            boolean ill = response.status() >= 500 || response.status() == 429;
            if (!ill || attempt >= TRIES) {
                return response;
            }
            response.body().close();
            pause(Math.max(FIRST_PAUSE_MILLIS << (attempt - 1), retryAfterMillis(response)));
        }
    }

    /** Redirects lead to blob stores, which must not see the registry's credentials. */
    private Http.Response follow(HttpMethod method, String url, Map<String, String> headers) throws IOException {
        String at = url;
        for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
            Map<String, String> sent = new LinkedHashMap<>(headers);
            sent.put("User-Agent", "minik");
            if (!authorization.isEmpty() && sameHost(at, url)) {
                sent.put("Authorization", authorization);
            }
            Http.Response response =
                    http.send(new Http.Request(method, at, sent, NO_BODY), sameHost(at, url) ? tls() : Tls.DEFAULT);
            String location = response.header("Location");
            if (response.status() / 100 != 3 || location.isEmpty()) {
                return response;
            }
            response.body().close();
            URI next = URI.create(at).resolve(location);
            if (at.startsWith("https:") && !"https".equals(next.getScheme())) {
                throw new IOException("registry redirects from https to " + next.getScheme());
            }
            at = next.toString();
        }
        throw new IOException("more than " + MAX_REDIRECTS + " redirects");
    }

    private static boolean sameHost(String one, String other) {
        return URI.create(one).getAuthority().equalsIgnoreCase(URI.create(other).getAuthority());
    }

    /** A refused connection, an unknown name or a bad certificate is the same a second later. */
    private static boolean mayPass(IOException failure) {
        Throwable cause = failure.getCause();
        String name = cause == null ? "" : cause.getClass().getSimpleName().toLowerCase(Locale.ROOT);
        boolean lasting = cause instanceof ConnectException
                || cause instanceof UnknownHostException
                || cause instanceof SSLException
                || cause instanceof InterruptedException
                || name.contains("connect");
        return !lasting;
    }

    private void pause(long millis) throws IOException {
        try {
            if (stopping.await(millis, TimeUnit.MILLISECONDS)) {
                throw new IOException("minik is stopping");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static long retryAfterMillis(Http.Response response) {
        String seconds = response.header("Retry-After");
        return seconds.matches("[0-9]{1,6}") ? Math.min(MAX_PAUSE_MILLIS, Long.parseLong(seconds) * 1000) : 0;
    }

    private Tls tls() {
        return endpoint.config().tls().orElse(Tls.DEFAULT);
    }

    private String manifestUrl(String tagOrDigest) {
        String url = endpoint.base() + "/v2/" + endpoint.repository() + "/manifests/" + tagOrDigest;
        return endpoint.mirrored() ? url + "?ns=" + namespace : url;
    }

    private String blobUrl(Digest digest) {
        String url = endpoint.base() + "/v2/" + endpoint.repository() + "/blobs/" + digest;
        return endpoint.mirrored() ? url + "?ns=" + namespace : url;
    }
}

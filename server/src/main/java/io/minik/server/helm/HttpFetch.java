package io.minik.server.helm;

import io.minik.charts.chart.ChartException;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** GET by HTTP, bounded in bytes and in time; follows redirects, and gives credentials to the first host alone. All calls block. */
final class HttpFetch {
    private static final Duration CONNECT = Duration.ofSeconds(15);

    /** Of one answer, however it comes. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int MOST_REDIRECTS = 5;
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;

    private final ChartRequest request;
    private final Duration patience;
    private @Nullable HttpClient client;

    HttpFetch(ChartRequest request) {
        this(request, PATIENCE);
    }

    HttpFetch(ChartRequest request, Duration patience) {
        this.request = request;
        this.patience = patience;
    }

    /** @param challenge of a 401, otherwise empty */
    record Answer(byte[] bytes, String challenge) {}

    /** @throws ChartException that names the address, and what was wrong */
    byte[] get(String url, int most, Map<String, String> headers) {
        Answer answer = ask(url, most, headers);
        if (!answer.challenge().isEmpty()) {
            throw new ChartException("failed to fetch " + url + " : 401 Unauthorized");
        }
        return answer.bytes();
    }

    Answer ask(String url, int most, Map<String, String> headers) {
        URI start = uri(url);
        URI at = start;
        for (int i = 0; i <= MOST_REDIRECTS; i++) {
            boolean same = start.getAuthority().equals(at.getAuthority());
            Map<String, String> sent = new HashMap<>(headers);
            if (!same && !request.is("authPassCredentials")) {
                sent.remove("Authorization");
            }
            Answered answered = once(at, most, sent);
            if (answered.location().isEmpty()) {
                return answered.answer();
            }
            at = at.resolve(uri(answered.location()));
        }
        throw new ChartException("failed to fetch " + url + " : more than " + MOST_REDIRECTS + " redirects");
    }

    private record Answered(Answer answer, String location) {}

    private static URI uri(String url) {
        try {
            URI uri = new URI(url);
            boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme()) || uri.getScheme() == null;
            if (!web || (uri.getScheme() != null && uri.getAuthority() == null)) {
                throw new ChartException(url + " is no address of https:// or http://");
            }
            return uri;
        } catch (URISyntaxException e) {
            throw new ChartException(url + " is no address: " + e.getReason());
        }
    }

    private Answered once(URI at, int most, Map<String, String> headers) {
        HttpRequest.Builder asking;
        try {
            asking = HttpRequest.newBuilder(at).header("User-Agent", "minik");
            headers.forEach(asking::setHeader);
        } catch (IllegalArgumentException e) {
            throw new ChartException("failed to fetch " + at + " : " + e.getMessage());
        }
        HttpResponse<byte[]> answer;
        Taken body = new Taken(most);
        CompletableFuture<HttpResponse<byte[]>> asked = ask(asking.build(), body);
        try {
            answer = asked.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // Also a server that sends a byte now and then: charts are fetched one after another.
            asked.cancel(true);
            body.leave();
            throw new ChartException("failed to fetch " + at + " : no whole answer in " + patience.toSeconds() + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ChartException("failed to fetch " + at + " : interrupted");
        } catch (ExecutionException e) {
            String why = String.valueOf(e.getCause() == null ? e : e.getCause());
            throw new ChartException("failed to fetch " + at + " : " + why.replaceFirst("^[a-z.]*[.]", ""));
        }
        return read(at, answer);
    }

    private CompletableFuture<HttpResponse<byte[]>> ask(HttpRequest asking, Taken body) {
        try {
            return client().sendAsync(asking, head -> body);
        } catch (IOException | GeneralSecurityException e) {
            throw new ChartException("failed to fetch " + asking.uri() + " : " + e.getMessage());
        }
    }

    private static Answered read(URI at, HttpResponse<byte[]> answer) {
        int status = answer.statusCode();
        if (status == UNAUTHORIZED) {
            String challenge = answer.headers().firstValue("WWW-Authenticate").orElse("Basic");
            return new Answered(new Answer(new byte[0], challenge), "");
        }
        Optional<String> location = answer.headers().firstValue("Location");
        if (status / 100 == 3 && location.isPresent()) {
            return new Answered(new Answer(new byte[0], ""), location.get());
        }
        if (status != OK) {
            throw new ChartException("failed to fetch " + at + " : " + status + " "
                    + HttpResponseStatus.valueOf(status).reasonPhrase());
        }
        return new Answered(new Answer(answer.body(), ""), "");
    }

    /** A body up to so many bytes. */
    private static final class Taken implements HttpResponse.BodySubscriber<byte[]> {
        private final int most;
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private final CompletableFuture<byte[]> body = new CompletableFuture<>();
        private volatile Flow.@Nullable Subscription subscription;
        private volatile boolean left;

        Taken(int most) {
            this.most = most;
        }

        @Override
        public CompletionStage<byte[]> getBody() {
            return body;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            this.subscription = subscription;
            if (left) {
                subscription.cancel();
            } else {
                subscription.request(Long.MAX_VALUE);
            }
        }

        /** Whatever still comes: the connection is closed. */
        void leave() {
            left = true;
            Flow.Subscription present = subscription;
            if (present != null) {
                present.cancel();
            }
        }

        @Override
        public void onNext(List<ByteBuffer> pieces) {
            for (ByteBuffer piece : pieces) {
                if (taken.size() + piece.remaining() > most) {
                    body.completeExceptionally(new IOException("larger than " + most + " bytes"));
                    leave();
                    return;
                }
                byte[] bytes = new byte[piece.remaining()];
                piece.get(bytes);
                taken.write(bytes, 0, bytes.length);
            }
        }

        @Override
        public void onError(Throwable error) {
            body.completeExceptionally(error);
        }

        @Override
        public void onComplete() {
            body.complete(taken.toByteArray());
        }
    }

    /** The user's own credentials for the chart's place, if he names any. */
    Map<String, String> basic() {
        String user = request.bytesOf().getOrDefault(ChartRequest.USER, "");
        if (user.isEmpty()) {
            return Map.of();
        }
        String both = user + ":" + request.bytesOf().getOrDefault(ChartRequest.PASSWORD, "");
        return Map.of(
                "Authorization", "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8)));
    }

    private HttpClient client() throws GeneralSecurityException, IOException {
        HttpClient present = client;
        if (present == null) {
            HttpClient.Builder builder = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(CONNECT);
            Optional<TrustManager[]> trusted = trusted();
            if (trusted.isPresent()) {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(null, trusted.get(), new SecureRandom());
                builder.sslContext(context);
            }
            present = builder.build();
            client = present;
        }
        return present;
    }

    /** Empty: whom Java trusts. */
    private Optional<TrustManager[]> trusted() throws GeneralSecurityException, IOException {
        String pem = request.bytesOf().getOrDefault(ChartRequest.CA, "");
        if (request.is("insecureSkipTLSVerify")) {
            return Optional.of(new TrustManager[] {new Anyone()});
        }
        if (pem.isEmpty()) {
            return Optional.empty();
        }
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int number = 0;
        for (Certificate certificate : CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)))) {
            store.setCertificateEntry("ca" + number++, certificate);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return Optional.of(factory.getTrustManagers());
    }

    /** For insecureSkipTLSVerify: whoever asks for it gets it. An extended one is asked about names as well. */
    private static final class Anyone extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            // Clients are not asked.
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
            // Clients are not asked.
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            // Clients are not asked.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            // Whoever answers is taken.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
            // Whoever answers is taken.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            // Whoever answers is taken.
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}

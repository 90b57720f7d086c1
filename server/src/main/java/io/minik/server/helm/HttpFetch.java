package io.minik.server.helm;

import io.minik.charts.chart.ChartException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** GET by HTTP, bounded in bytes and in time; follows redirects, and gives credentials to the first host alone. All calls block. */
final class HttpFetch {
    private static final int TIMEOUT_MILLIS = 15_000;
    private static final int MOST_REDIRECTS = 5;
    private static final int UNAUTHORIZED = 401;

    private final ChartRequest request;

    HttpFetch(ChartRequest request) {
        this.request = request;
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
        try {
            URLConnection open = at.toURL().openConnection();
            if (!(open instanceof HttpURLConnection connection)) {
                throw new ChartException(at + " is no address of https:// or http://");
            }
            connection.setInstanceFollowRedirects(false);
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            connection.setRequestProperty("User-Agent", "minik");
            headers.forEach(connection::setRequestProperty);
            if (connection instanceof HttpsURLConnection secure) {
                trust(secure);
            }
            try {
                return read(at, most, connection);
            } finally {
                connection.disconnect();
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new ChartException("failed to fetch " + at + " : " + e.getMessage());
        }
    }

    private static Answered read(URI at, int most, HttpURLConnection connection) throws IOException {
        int status = connection.getResponseCode();
        if (status == UNAUTHORIZED) {
            String challenge = connection.getHeaderField("WWW-Authenticate");
            return new Answered(new Answer(new byte[0], challenge == null ? "Basic" : challenge), "");
        }
        String location = connection.getHeaderField("Location");
        if (status / 100 == 3 && location != null) {
            return new Answered(new Answer(new byte[0], ""), location);
        }
        if (status != HttpURLConnection.HTTP_OK) {
            throw new ChartException("failed to fetch " + at + " : " + status + " " + connection.getResponseMessage());
        }
        try (InputStream in = connection.getInputStream()) {
            byte[] bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw new ChartException("failed to fetch " + at + " : larger than " + most + " bytes");
            }
            return new Answered(new Answer(bytes, ""), "");
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

    private void trust(HttpsURLConnection connection) throws GeneralSecurityException, IOException {
        String pem = request.bytesOf().getOrDefault(ChartRequest.CA, "");
        if (request.is("insecureSkipTLSVerify")) {
            connection.setSSLSocketFactory(socketFactory(new TrustManager[] {new Anyone()}));
            connection.setHostnameVerifier((host, session) -> true);
        } else if (!pem.isEmpty()) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (Certificate certificate : CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)))) {
                store.setCertificateEntry("ca" + number++, certificate);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            connection.setSSLSocketFactory(socketFactory(factory.getTrustManagers()));
        }
    }

    private static SSLSocketFactory socketFactory(TrustManager[] trust) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust, new SecureRandom());
        return context.getSocketFactory();
    }

    /** For insecureSkipTLSVerify: whoever asks for it gets it. */
    private static final class Anyone implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            // Clients are not asked.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            // Anyone will do.
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}

package io.minik.inttest.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** The operator's own webhook, which lets no App be larger than ten. */
final class AppReview {
    private static final int LARGEST = 10;
    private static final ObjectMapper JSON = new ObjectMapper();

    private AppReview() {}

    /** @param keys a PKCS12 file without much of a password */
    static void serve(int port, Path keys) throws IOException, GeneralSecurityException {
        char[] password = "changeit".toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, password);
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, password);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(factory.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.createContext("/validate", AppReview::review);
        server.start();
    }

    private static void review(HttpExchange exchange) throws IOException {
        JsonNode asked = JSON.readTree(exchange.getRequestBody());
        int size =
                asked.path("request").path("object").path("spec").path("size").asInt();
        ObjectNode answer = JSON.createObjectNode();
        answer.put("apiVersion", asked.path("apiVersion").asText()).put("kind", "AdmissionReview");
        ObjectNode response = answer.putObject("response");
        response.put("uid", asked.path("request").path("uid").asText()).put("allowed", size <= LARGEST);
        if (size > LARGEST) {
            response.putObject("status").put("message", "no App is larger than " + LARGEST);
        }
        byte[] body = JSON.writeValueAsBytes(answer);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}

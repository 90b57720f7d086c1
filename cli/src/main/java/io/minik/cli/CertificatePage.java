package io.minik.cli;

import io.minik.ground.json.Json;
import io.minik.server.http.ApiServer.PageAnswer;
import io.minik.server.http.ApiServer.PageRequest;
import io.minik.server.pki.CertificateRenewal;
import io.minik.server.pki.Pki;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Where {@code minik certificate rotate} asks. Like all pages of minik's own, only for who may do everything. */
final class CertificatePage {
    static final String PATH = "/minik/v1/certificates";

    private static final String FOLDER = "server/tls/";
    private static final String END = ".crt";

    private final Pki pki;
    private final CertificateRenewal renewal;

    /** @param renewed listeners and clients show new ones, the kubeconfig is written anew */
    CertificatePage(Vertx vertx, Pki pki, Runnable renewed) {
        this.pki = pki;
        this.renewal = new CertificateRenewal(vertx, pki, InstantSource.system(), names -> renewed.run());
    }

    /** The same that looks daily. */
    CertificateRenewal renewal() {
        return renewal;
    }

    /** POST {@code {"files": ["server/tls/client-admin.crt"]}}: answers with the names of what was made. */
    Future<PageAnswer> page(PageRequest request) {
        if (!request.method().equals("POST")) {
            return Pages.answer(405, Json.object().put("error", "certificates are rotated by POST"));
        }
        return request.body().get().compose(body -> {
            Set<String> names = new LinkedHashSet<>();
            for (String file : Json.stringList(Json.parseObject(body.getBytes()), "files")) {
                String name = file.startsWith(FOLDER) && file.endsWith(END)
                        ? file.substring(FOLDER.length(), file.length() - END.length())
                        : "";
                if (!pki.leafNames().contains(name)) {
                    return Pages.answer(
                            400, Json.object().put("error", "\"" + file + "\" is none of this server's certificates"));
                }
                names.add(name);
            }
            return renewal.rotate(names)
                    .map(made ->
                            new PageAnswer(200, "text/plain", Map.of(), Buffer.buffer(String.join(", ", made) + "\n")));
        });
    }
}

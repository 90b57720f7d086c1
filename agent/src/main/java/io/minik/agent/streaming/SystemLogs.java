package io.minik.agent.streaming;

import io.minik.agent.volume.FileWork;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * GET /logs/…: the machine's log directory, as upstream serves it: folders as pages of links, files as they are. A link may lead to
 * another place of the directory, and not out of it: whoever writes there is not whoever may read the machine.
 *
 * @param folder usually /var/log
 * @param enabled KubeletConfiguration's enableSystemLogHandler
 */
public record SystemLogs(Path folder, boolean enabled, FileWork files) {
    /** More names than this are no page for people. */
    private static final int MOST_NAMES = 10_000;

    /** What is there. @param listing empty for a file */
    private record Found(Path real, List<String> listing, boolean folder) {}

    void serve(HttpServerRequest request) {
        if (!enabled) {
            KubeletServer.refuse(request, 405, "logs endpoint is disabled.");
            return;
        }
        if (request.getParam("query") != null) {
            KubeletServer.refuse(request, 405, "log query endpoint is disabled.");
            return;
        }
        files.call(() -> find(request.path()))
                .onSuccess(found -> send(request, found))
                .onFailure(error -> KubeletServer.refuse(request, 404, "404 page not found"));
    }

    /** @param asked as it was written: escapes that are none are nobody's name */
    private Found find(String asked) throws IOException {
        String path = URLDecoder.decode(asked.replace("+", "%2B"), StandardCharsets.UTF_8)
                .replaceFirst("^/logs/?", "");
        Path root = folder.toRealPath();
        Path real = root.resolve(path).normalize().toRealPath();
        if (!real.startsWith(root)) {
            throw new NoSuchFileException(path);
        }
        if (Files.isRegularFile(real)) {
            return new Found(real, List.of(), false);
        }
        if (!Files.isDirectory(real)) {
            throw new NoSuchFileException(path);
        }
        try (Stream<Path> names = Files.list(real)) {
            return new Found(
                    real,
                    names.limit(MOST_NAMES)
                            .map(each -> each.getFileName() + (Files.isDirectory(each) ? "/" : ""))
                            .sorted()
                            .toList(),
                    true);
        }
    }

    private static void send(HttpServerRequest request, Found found) {
        Future<Void> sent;
        if (!found.folder()) {
            sent = request.response()
                    .putHeader("Content-Type", "text/plain; charset=utf-8")
                    .sendFile(found.real().toString());
        } else if (!request.path().endsWith("/")) {
            sent = request.response()
                    .setStatusCode(301)
                    .putHeader("Location", request.path().replaceFirst(".*/", "") + "/")
                    .end();
        } else {
            StringBuilder page = new StringBuilder("<pre>\n");
            found.listing().forEach(name -> page.append("<a href=\"")
                    .append(escaped(name))
                    .append("\">")
                    .append(escaped(name))
                    .append("</a>\n"));
            sent = request.response()
                    .putHeader("Content-Type", "text/html; charset=utf-8")
                    .end(page.append("</pre>\n").toString());
        }
        Unheard.note(sent);
    }

    private static String escaped(String name) {
        return name.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&#34;");
    }
}

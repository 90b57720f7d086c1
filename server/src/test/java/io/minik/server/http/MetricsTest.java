package io.minik.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.server.request.Target;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private final Metrics metrics = new Metrics(target -> target.resource().equals("pods"));

    private void answer(String method, String path, int code, long nanos) {
        metrics.record(Target.parse(method, path, Map.of()), code, nanos);
    }

    @Test
    void requestsAreCountedByVerbAndResourceAndSortedByDuration() {
        answer("GET", "/api/v1/namespaces/a/pods/b", 200, 3_000_000);
        answer("GET", "/api/v1/namespaces/a/pods/c", 200, 30_000_000);
        String labels = "component=\"apiserver\",dry_run=\"\",group=\"\",resource=\"pods\",scope=\"resource\","
                + "subresource=\"\",verb=\"GET\",version=\"v1\"";
        assertThat(metrics.text())
                .contains("apiserver_request_total{" + labels + ",code=\"200\"} 2\n")
                .contains("apiserver_request_duration_seconds_bucket{" + labels + ",le=\"0.005\"} 1\n")
                .contains("apiserver_request_duration_seconds_bucket{" + labels + ",le=\"0.05\"} 2\n")
                .contains("apiserver_request_duration_seconds_bucket{" + labels + ",le=\"+Inf\"} 2\n")
                .contains("apiserver_request_duration_seconds_sum{" + labels + "} 0.033\n");
    }

    @Test
    void wordsThatAreNotOursMakeOneSeries() {
        for (int i = 0; i < 100; i++) {
            answer("GET", "/api/v1/word" + i, 404, 1);
            answer("WORD" + i, "/", 404, 1);
        }
        assertThat(metrics.text().lines().filter(line -> line.startsWith("apiserver_request_total{")))
                .hasSize(1)
                .allMatch(line -> line.endsWith(" 200"));
    }
}

package io.minik.api.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ClientFiguresTest {
    @Test
    void callsAreCountedByMethodAndCode() {
        ClientFigures figures = new ClientFigures("localhost:6443");
        figures.record(ApiCall.Verb.LIST, 200, TimeUnit.MILLISECONDS.toNanos(3));
        figures.record(ApiCall.Verb.GET, 200, TimeUnit.MILLISECONDS.toNanos(30));
        figures.record(ApiCall.Verb.GET, 404, TimeUnit.MILLISECONDS.toNanos(3));
        figures.record(ApiCall.Verb.UPDATE, 409, TimeUnit.MILLISECONDS.toNanos(3));
        assertThat(figures.text().lines())
                .contains(
                        "rest_client_requests_total{code=\"200\",host=\"localhost:6443\",method=\"GET\"} 2",
                        "rest_client_requests_total{code=\"404\",host=\"localhost:6443\",method=\"GET\"} 1",
                        "rest_client_requests_total{code=\"409\",host=\"localhost:6443\",method=\"PUT\"} 1",
                        "rest_client_request_duration_seconds_bucket{host=\"localhost:6443\",verb=\"GET\",le=\"0.005\"} 2",
                        "rest_client_request_duration_seconds_bucket{host=\"localhost:6443\",verb=\"GET\",le=\"0.1\"} 3",
                        "rest_client_request_duration_seconds_count{host=\"localhost:6443\",verb=\"PUT\"} 1");
    }
}

package io.minik.runtime.criapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.ground.loop.ManualLoop;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriException;
import io.minik.runtime.cri.CriException.Code;
import io.minik.runtime.cri.FakeCri;
import io.vertx.core.Future;
import io.vertx.grpc.common.GrpcStatus;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Ids as crictl prints their first letters, and failures as gRPC tells them. */
class IdsTest {
    private final ManualLoop loop = new ManualLoop();
    private final FakeCri runtime = new FakeCri(loop);
    private final Ids ids = new Ids(runtime);

    private <T> T now(Future<T> future) {
        loop.settle();
        if (future.failed()) {
            throw (RuntimeException) Objects.requireNonNull(future.cause());
        }
        assertThat(future.succeeded()).isTrue();
        return future.result();
    }

    private String sandbox(String name) {
        return now(runtime.runPodSandbox(new Cri.PodSandboxConfig(
                new Cri.PodSandboxMetadata(name, "uid-" + name, "ns", 0),
                name,
                Path.of("/logs"),
                Map.of(),
                Map.of(),
                new Cri.LinuxPodSandboxConfig(
                        "g",
                        Cri.NamespaceOption.PLAIN,
                        false,
                        Map.of(),
                        new Cri.LinuxContainerResources(0, 0, 0, 0, 0, "", "")))));
    }

    @Test
    void anIdIsGivenWholeOrByAsMuchAsOnlyItBeginsWith() {
        String one = sandbox("one");
        String other = sandbox("other");
        assertThat(now(ids.sandbox(one))).isEqualTo(one);
        assertThat(now(ids.sandbox(other))).isEqualTo(other);
        int shared = 0;
        while (one.charAt(shared) == other.charAt(shared)) {
            shared++;
        }
        assertThat(now(ids.sandbox(one.substring(0, shared + 1)))).isEqualTo(one);
        String both = one.substring(0, shared);
        assertThatThrownBy(() -> now(ids.sandbox(both)))
                .isInstanceOfSatisfying(
                        CriException.class, why -> assertThat(why.code()).isEqualTo(Code.INVALID_ARGUMENT))
                .hasMessage("\"" + both + "\" begins the ids of 2 sandboxes: give more of it");
    }

    @Test
    void nothingAndWhatIsNobodysIsNotFound() {
        sandbox("one");
        for (String nobody : new String[] {"", "zz"}) {
            assertThatThrownBy(() -> now(ids.sandbox(nobody)))
                    .isInstanceOfSatisfying(
                            CriException.class, why -> assertThat(why.code()).isEqualTo(Code.NOT_FOUND))
                    .hasMessage("there is no sandbox \"" + nobody + "\"");
        }
        assertThatThrownBy(() -> now(ids.container("zz"))).hasMessage("there is no container \"zz\"");
    }

    /** The kubelet tells a pod that is gone from a runtime that is broken by the code alone. */
    @ParameterizedTest
    @EnumSource(Code.class)
    void aCodeOfOursIsHeardAsItWasMeant(Code code) {
        CriException heard = CriCodes.said(CriCodes.status(code), "why");
        assertThat(heard.code()).isEqualTo(code);
        assertThat(heard).hasMessage("why");
    }

    @ParameterizedTest
    @CsvSource({
        "OUT_OF_RANGE, INVALID_ARGUMENT",
        "INTERNAL, UNKNOWN",
        "ALREADY_EXISTS, UNKNOWN",
        "RESOURCE_EXHAUSTED, UNKNOWN",
        "CANCELLED, UNKNOWN"
    })
    void whatOtherRuntimesSayBesidesIsTheNearestOfOurs(GrpcStatus status, Code code) {
        assertThat(CriCodes.said(status, "").code()).isEqualTo(code);
        assertThat(CriCodes.said(status, null)).hasMessage(status.name());
    }

    /** "This call is idempotent, and must not return an error if the container has already been removed." */
    @Test
    void whatIsGoneIsRemoved() {
        assertThat(CriCodes.unlessGone(new CriException(Code.NOT_FOUND, "gone")).succeeded())
                .isTrue();
        CriException broken = new CriException(Code.UNAVAILABLE, "broken");
        assertThat(CriCodes.unlessGone(broken).cause()).isSameAs(broken);
    }
}

package io.minik.agent.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.agent.kubelet.ImageAccess.Credentials;
import io.minik.agent.kubelet.KubeletSettings.Verification;
import io.minik.agent.kubelet.KubeletSettings.VerificationPolicy;
import io.minik.agent.volume.FileWork;
import io.minik.runtime.cri.Cri;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may have an image that is here already. */
class ImageAccessTest {
    private static final String NAME = "registry.test/team/app:1";
    private static final Cri.Image IMAGE =
            new Cri.Image("sha256:aa", List.of(NAME), List.of(), 1, OptionalLong.empty(), "", false, List.of());
    private static final Credentials OURS = secret("ours", "u1", "anna", "pw");

    @TempDir
    Path dir = Path.of("");

    private static Credentials secret(String name, String uid, String user, String password) {
        return new Credentials("default", name, uid, new Cri.AuthConfig(user, password, "", ""));
    }

    private ImageAccess access(VerificationPolicy policy, String... allowlist) {
        return new ImageAccess(dir, new Verification(policy, List.of(allowlist)), new FileWork() {
            @Override
            public <T> Future<T> call(Callable<T> work) {
                try {
                    return Future.succeededFuture(work.call());
                } catch (Exception e) {
                    return Future.failedFuture(e);
                }
            }
        });
    }

    private ImageAccess usual() {
        return access(VerificationPolicy.NeverVerifyPreloadedImages);
    }

    private static boolean must(ImageAccess access, Credentials... ofPod) {
        return access.mustPull(NAME, IMAGE, List.of(ofPod)).result();
    }

    private static void pulled(ImageAccess access, Optional<Credentials> with) {
        assertThat(access.pulled(NAME, IMAGE, with, Instant.EPOCH).succeeded()).isTrue();
    }

    @Test
    void aPrivateImageIsForPodsWithItsSecret() {
        ImageAccess access = usual();
        pulled(access, Optional.of(OURS));
        assertThat(must(access)).as("without any").isTrue();
        assertThat(must(access, secret("theirs", "u2", "bert", "pw2"))).isTrue();
        assertThat(must(access, OURS)).isFalse();
        assertThat(must(access, secret("ours", "u1", "anna", "rotated")))
                .as("the same Secret with other credentials")
                .isFalse();
        assertThat(must(access, secret("copy", "u3", "anna", "pw")))
                .as("another Secret with the same credentials")
                .isFalse();
        assertThat(must(access, secret("ours", "u4", "eve", "guess")))
                .as("a Secret made anew under the same name")
                .isTrue();
    }

    @Test
    void whatWasPulledWithoutCredentialsIsForAll() {
        ImageAccess access = usual();
        pulled(access, Optional.of(OURS));
        pulled(access, Optional.empty());
        assertThat(must(access)).isFalse();
        pulled(access, Optional.of(OURS));
        assertThat(must(access)).as("and stays so").isFalse();
    }

    @Test
    void eachWhoHasShownThatHeMayIsRemembered() {
        ImageAccess access = usual();
        Credentials theirs = secret("theirs", "u2", "bert", "pw2");
        pulled(access, Optional.of(OURS));
        pulled(access, Optional.of(theirs));
        assertThat(must(access, OURS)).isFalse();
        assertThat(must(access, theirs)).isFalse();
    }

    @Test
    void whatIsKnownOutlivesThisProcessAndHoldsNoCredentials() throws IOException {
        pulled(usual(), Optional.of(OURS));
        assertThat(must(usual())).isTrue();
        assertThat(must(usual(), OURS)).isFalse();
        try (Stream<Path> files = Files.list(dir.resolve("image_manager/pulled"))) {
            String record = Files.readString(files.findFirst().orElseThrow());
            assertThat(record)
                    .contains("\"kind\":\"ImagePulledRecord\"", "\"registry.test/team/app\"", "\"uid\":\"u1\"")
                    .doesNotContain("anna", "pw\"");
        }
    }

    @Test
    void anImageThatWasRemovedBeginsAnew() throws IOException {
        ImageAccess access = usual();
        pulled(access, Optional.of(OURS));
        assertThat(access.removed(IMAGE.id()).succeeded()).isTrue();
        assertThat(must(access)).as("preloaded, as far as is known").isFalse();
        try (Stream<Path> files = Files.list(dir.resolve("image_manager/pulled"))) {
            assertThat(files).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NeverVerify,                  '',                     false",
        "NeverVerifyPreloadedImages,   '',                     false",
        "NeverVerifyAllowlistedImages, '',                     true",
        "NeverVerifyAllowlistedImages, registry.test/team/app, false",
        "NeverVerifyAllowlistedImages, registry.test/team/*,   false",
        "NeverVerifyAllowlistedImages, registry.test/te/*,     true",
        "AlwaysVerify,                 '',                     true",
    })
    void imagesThatNobodyPulledAreForWhomThePolicySays(VerificationPolicy policy, String allowed, boolean must) {
        ImageAccess access = allowed.isEmpty() ? access(policy) : access(policy, allowed);
        assertThat(must(access)).isEqualTo(must);
    }

    @Test
    void whoVerifiesNothingLooksAtNoRecord() {
        pulled(usual(), Optional.of(OURS));
        assertThat(must(access(VerificationPolicy.NeverVerify))).isFalse();
    }
}

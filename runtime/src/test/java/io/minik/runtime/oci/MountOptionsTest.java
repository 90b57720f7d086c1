package io.minik.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class MountOptionsTest {
    private static MountOptions of(String options) {
        return MountOptions.of(List.of(options.split(",")));
    }

    @Test
    void attributesOfTheMountAndOptionsOfTheFileSystemAreApart() {
        MountOptions options = of("nosuid,noexec,ro,mode=1777,size=64k,newinstance,defaults");

        assertThat(options.set()).isEqualTo(MountOptions.NOSUID | MountOptions.NOEXEC | MountOptions.RDONLY);
        assertThat(options.data()).isEqualTo(Map.of("mode", "1777", "size", "64k", "newinstance", ""));
        assertThat(options.bind()).isFalse();
    }

    @Test
    void theLastOfTwoThatContradictWins() {
        assertThat(of("ro,rw").set()).isZero();
        assertThat(of("ro,rw").clear()).isEqualTo(MountOptions.RDONLY);
        assertThat(of("rw,ro").set()).isEqualTo(MountOptions.RDONLY);
        assertThat(of("rw,ro").clear()).isZero();
        assertThat(of("noatime,strictatime").set()).isEqualTo(MountOptions.STRICTATIME);
        assertThat(of("strictatime,relatime").set()).isZero();
    }

    @Test
    void whatIsForTheWholeTreeHasAnRBefore() {
        MountOptions options = of("rbind,rro,rnosuid,rslave,private");

        assertThat(options.bind()).isTrue();
        assertThat(options.recursive()).isTrue();
        assertThat(options.set()).isZero();
        assertThat(options.setBelow()).isEqualTo(MountOptions.RDONLY | MountOptions.NOSUID);
        assertThat(options.propagation()).containsExactly(1L << 19 | MountOptions.REC, 1L << 18);
    }

    @Test
    void namesThatBeginWithRAreNotTakenForRecursiveOnes() {
        assertThat(of("relatime").setBelow()).isZero();
        assertThat(of("ro").setBelow()).isZero();
        assertThat(of("rw").clearBelow()).isZero();
        assertThat(of("remount").data()).isEmpty();
    }

    @Test
    void idmapAndCopyUpAreKnown() {
        assertThat(of("bind,idmap").idmap()).isEqualTo(MountOptions.Idmap.MOUNT);
        assertThat(of("rbind,ridmap").idmap()).isEqualTo(MountOptions.Idmap.RECURSIVE);
        assertThat(of("tmpcopyup").copyUp()).isTrue();
    }

    @Test
    void aPropagationThatIsNoneIsRefused() {
        assertThat(MountOptions.propagation("rshared")).isEqualTo(1L << 20 | MountOptions.REC);
        assertThatThrownBy(() -> MountOptions.propagation("everywhere"))
                .hasMessage("rootfsPropagation=everywhere is not supported");
    }
}

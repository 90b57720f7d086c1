package io.minik.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** process.rlimits and process.user of a bundle, as runtime-spec's config.md has them. */
class CredentialsTest {
    private static Credentials of(String process) throws IOException {
        return new Credentials(
                Bundle.JSON.readTree(process.replace('\'', '"')), new Credentials.Seccomp(new byte[0], 0), "");
    }

    private static Credentials.Limit limit(String type, String soft, String hard) throws IOException {
        return of("{'rlimits':[{'type':'" + type + "','soft':" + soft + ",'hard':" + hard + "}]}")
                .limits()
                .get(0);
    }

    /** The numbers of asm-generic/resource.h. */
    @ParameterizedTest
    @CsvSource({
        "RLIMIT_CPU, 0",
        "RLIMIT_FSIZE, 1",
        "RLIMIT_DATA, 2",
        "RLIMIT_STACK, 3",
        "RLIMIT_CORE, 4",
        "RLIMIT_RSS, 5",
        "RLIMIT_NPROC, 6",
        "RLIMIT_NOFILE, 7",
        "RLIMIT_MEMLOCK, 8",
        "RLIMIT_AS, 9",
        "RLIMIT_LOCKS, 10",
        "RLIMIT_SIGPENDING, 11",
        "RLIMIT_MSGQUEUE, 12",
        "RLIMIT_NICE, 13",
        "RLIMIT_RTPRIO, 14",
        "RLIMIT_RTTIME, 15"
    })
    void eachLimitHasTheKernelsNumber(String type, int number) throws IOException {
        assertThat(limit(type, "1", "2")).isEqualTo(new Credentials.Limit(number, 1, 2));
    }

    /** RLIM_INFINITY is all bits of an unsigned number, which JSON has in full. */
    @Test
    void noLimitIsAllBits() throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(
                        limit("RLIMIT_NOFILE", "1024", "18446744073709551615").bytes())
                .order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.remaining()).as("struct rlimit64").isEqualTo(16);
        assertThat(bytes.getLong()).isEqualTo(1024);
        assertThat(bytes.getLong()).isEqualTo(-1);
    }

    /** "If rlimits contains duplicated entries with same type, the runtime MUST generate an error." */
    @Test
    void aLimitThatIsGivenTwiceIsRefused() throws IOException {
        Credentials twice = of("{'rlimits':[{'type':'RLIMIT_CORE','soft':1,'hard':1},{'type':'RLIMIT_NOFILE','soft':1,"
                + "'hard':1},{'type':'RLIMIT_CORE','soft':1,'hard':1}]}");
        assertThatThrownBy(twice::check).hasMessage("duplicated rlimit type: RLIMIT_CORE");
    }

    @Test
    void aLimitThatTheKernelDoesNotKnowIsRefused() throws IOException {
        Credentials wrong = of("{'rlimits':[{'type':'RLIMIT_FLIGHT','soft':1,'hard':1}]}");
        assertThatThrownBy(wrong::check).hasMessage("invalid rlimit type: RLIMIT_FLIGHT");
    }

    @Test
    void aProcessIsRootUnlessItSaysOtherwise() throws IOException {
        assertThat(of("{}").uid()).isZero();
        assertThat(of("{}").gid()).isZero();
        Credentials www = of("{'user':{'uid':33,'gid':4294967294}}");
        assertThat(www.uid()).isEqualTo(33);
        assertThat(www.gid()).isEqualTo(4_294_967_294L);
    }

    /** kill's signals: a number, or a name with or without SIG, in any case. */
    @Test
    void signalsAreKnownByNameAndNumber() {
        Map<String, Integer> known =
                Map.of("9", 9, "KILL", 9, "sigterm", 15, "SIGHUP", 1, "usr2", 12, "0", 0, "SIGSYS", 31);
        known.forEach((text, number) -> assertThat(Ending.signal(text)).as(text).isEqualTo(number));
        for (String unknown : new String[] {"", "SIG", "SIGSIGKILL", "KILLALL", "-9"}) {
            assertThatThrownBy(() -> Ending.signal(unknown)).hasMessage("unknown signal \"" + unknown + "\"");
        }
    }
}

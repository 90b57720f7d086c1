package io.minik.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.RuntimeFault;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ArgumentsTest {
    private static Arguments parse(String line) {
        return Arguments.parse(List.of(line.split(" ")));
    }

    @Test
    void readsWhatContainerdsShimSays() {
        Arguments all = parse("--root /run/r --log /l/log.json --log-format json create --bundle /b --pid-file /b/pid"
                + " --console-socket /s abc");

        assertThat(all.command()).isEqualTo("create");
        assertThat(all.id()).isEqualTo("abc");
        assertThat(all.find("root")).contains("/run/r");
        assertThat(all.find("log-format")).contains("json");
        assertThat(all.find("pid-file")).contains("/b/pid");
        assertThat(all.on("no-pivot")).isFalse();
    }

    @Test
    void optionsEndAtTheFirstArgument() {
        Arguments exec = parse("exec -d --env A=1 -e B=2 --user=1:2 c1 ls --detach -x");

        assertThat(exec.positional()).containsExactly("c1", "ls", "--detach", "-x");
        assertThat(exec.all("env")).containsExactly("A=1", "B=2");
        assertThat(exec.find("user")).contains("1:2");
        assertThat(exec.on("detach")).isTrue();
    }

    @Test
    void aSwitchCanBeTurnedOffAndTwoDashesEndTheOptions() {
        Arguments delete = parse("delete --force=false -- -strange");

        assertThat(delete.on("force")).isFalse();
        assertThat(delete.id()).isEqualTo("-strange");
    }

    @ParameterizedTest
    @CsvSource({
        "nonsense x, No help topic for 'nonsense'",
        "create --nonsense x, flag provided but not defined: -nonsense",
        "create --bundle, flag needs an argument: -bundle",
        "create --preserve-fds x y, invalid value \"x\" for flag -preserve-fds: parse error",
        "state, runc: \"state\" requires a minimum of 1 argument",
    })
    void saysWhatIsWrong(String line, String message) {
        assertThatThrownBy(() -> {
                    Arguments arguments = parse(line);
                    arguments.number("preserve-fds");
                    arguments.id();
                })
                .isInstanceOf(RuntimeFault.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", ".", "a/b", "", "a b", "../../etc", "a\u0000b"})
    void anIdIsAPlainName(String id) {
        assertThatThrownBy(() -> StateFolder.checkId(id)).hasMessage("invalid container ID format");
    }

    @ParameterizedTest
    @CsvSource({"KILL, 9", "SIGTERM, 15", "sigusr1, 10", "34, 34", "0, 0"})
    void signalsHaveNamesAndNumbers(String text, int number) {
        assertThat(Ending.signal(text)).isEqualTo(number);
    }

    @Test
    void anUnknownSignalIsRefused() {
        assertThatThrownBy(() -> Ending.signal("SIGNONE")).hasMessage("unknown signal \"SIGNONE\"");
    }

    @ParameterizedTest
    @CsvSource({"64m, 67108864", "1G, 1073741824", "512, 512", "-1, -1", "2KiB, 2048", "3kb, 3072"})
    void limitsHaveUnits(String text, long bytes) {
        assertThat(Update.bytes("memory", text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "m", "12x", "99999999999999999999", "9223372036854775807k"})
    void aLimitThatIsNoneIsRefused(String text) {
        assertThatThrownBy(() -> Update.bytes("memory", text)).hasMessageStartingWith("invalid value for memory");
    }
}

package io.minik.cli.k3s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys of files and variables, as flags: the tables themselves are tried by K3sFlagsTest, row by row. */
class K3sWordsTest {
    private static final K3sFlags FLAGS = K3sFlags.read();
    private static final Set<String> OWN =
            Set.of("--config", "--data-dir", "--write-kubeconfig", "--token", "--node-name", "--disable", "--tls-san");

    private static K3sWords words(String command) {
        return new K3sWords(FLAGS, command, OWN::contains);
    }

    private static Optional<Map<String, List<String>>> key(String key, String... values) {
        return words("server").key(key, List.of(values), new ArrayList<>());
    }

    @Test
    void aKeyMeansWhatItsFlagDoes() {
        assertThat(key("debug", "true")).contains(Map.of("log-level", List.of("debug")));
        assertThat(key("debug", "false")).contains(Map.of());
        assertThat(key("v", "7")).contains(Map.of("log-level", List.of("trace")));
        assertThat(key("no-deploy", "ingress", "servicelb"))
                .contains(Map.of("disable", List.of("ingress", "servicelb")));
        assertThat(key("disable-network-policy", "true")).contains(Map.of("disable", List.of("network-policy")));
    }

    @Test
    void aKeyThatIsMiniksOwnOrNobodysIsLeftToOthers() {
        assertThat(key("node-name", "n")).isEmpty();
        assertThat(key("no-such-key", "x")).isEmpty();
    }

    @Test
    void severalValuesOfAComponentBecomeOptionsOfTheirOwn() {
        assertThat(key("kubelet-arg", "max-pods=50", "--max-pods=60"))
                .contains(Map.of("max-pods", List.of("50", "60")));
        assertThatThrownBy(() -> key("kubelet-arg", "max-pods=50", "bogus=1"))
                .hasMessage(
                        "--kubelet-arg: \"bogus\" is no setting of kubelet that minik has: docs/k3s-flags.md lists those");
    }

    @Test
    void whatHasNothingToDoHereIsNotedAndNoMore() {
        List<String> notes = new ArrayList<>();
        assertThat(words("server").key("cluster-init", List.of("true"), notes)).contains(Map.of());
        assertThat(notes).hasSize(1);
        assertThat(notes.get(0)).startsWith("--cluster-init has nothing to do here: ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            vpn-auth           | name=x    | --vpn-auth is an option of k3s that minik does not have: start the VPN first
            etcd-s3            | true      | --etcd-s3 is an option of k3s that minik does not have: nothing is sent to S3
            cluster-init       | false     | --cluster-init: "false" is not how minik does it: the embedded store speaks etcd and begins by itself
            debug              | false     |
            disable-apiserver  | true      | --disable-apiserver is an option of k3s that minik does not have: a server is one process with all in it
            v                  | high      | -v: "high" is no number
            v                  | 12345     | -v: "12345" is no number
            """)
    void aKeyIsRefusedInTheSameWordsAsItsFlag(String key, String value, String refused) {
        if (refused == null) {
            assertThat(key(key, value)).contains(Map.of());
        } else {
            assertThatThrownBy(() -> key(key, value))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(refused);
            assertThatThrownBy(() ->
                            words("server").arguments(List.of((key.length() == 1 ? "-" : "--") + key + "=" + value)))
                    .hasMessageStartingWith(refused);
        }
    }

    @Test
    void variablesAreReadForTheCommandThatHasThem() {
        List<String> notes = new ArrayList<>();
        Map<String, List<String>> keys = words("server")
                .variables(
                        Map.of(
                                "K3S_TOKEN", "secret",
                                "K3S_NODE_NAME", "n1",
                                "K3S_DEBUG", "true",
                                "K3S_DATA_DIR", "/var/lib/rancher/k3s",
                                "K3S_CONFIG_FILE", "",
                                "PATH", "/bin"),
                        notes);
        assertThat(keys)
                .isEqualTo(
                        Map.of("token", List.of("secret"), "node-name", List.of("n1"), "log-level", List.of("debug")));
        assertThat(notes).containsExactly("K3S_DATA_DIR is not followed: what is there stays k3s' own");
    }

    @Test
    void aVariableOfAnotherCommandSaysNothing() {
        Map<String, String> environment = Map.of("K3S_URL", "https://server:6443");
        assertThatThrownBy(() -> words("server").variables(environment, new ArrayList<>()))
                .hasMessageStartingWith("--server is an option of k3s that minik does not have: ");
        Map<String, String> selinux = Map.of("K3S_SELINUX", "true");
        for (String command : List.of("server", "agent")) {
            assertThatThrownBy(() -> words(command).variables(selinux, new ArrayList<>()))
                    .hasMessageContaining("processes get no SELinux labels");
        }
        assertThat(words("agent").variables(Map.of("K3S_CLUSTER_INIT", "true"), new ArrayList<>()))
                .isEmpty();
    }

    @Test
    void whatBelongsToAK3sOfThisMachineStaysWithIt() {
        for (String name : List.of("--config", "--data-dir", "--write-kubeconfig")) {
            assertThat(K3sWords.staysWithK3s(name)).as(name).isTrue();
        }
        assertThat(K3sWords.staysWithK3s("--token")).isFalse();
    }

    @Test
    void aWordBehindAFlagIsItsValueWhateverItLooksLike() {
        assertThat(words("server")
                        .arguments(List.of("--no-deploy", "--debug", "x"))
                        .arguments())
                .containsExactly("--disable=--debug", "x");
        assertThat(words("server").arguments(List.of("--token", "--debug")).arguments())
                .containsExactly("--token", "--log-level=debug");
        assertThatThrownBy(() -> words("server").arguments(List.of("--no-deploy")))
                .hasMessage("--no-deploy needs a value");
    }

    @Test
    void everyRowHasACommandANameAndWords() {
        assertThat(FLAGS.rows()).hasSizeGreaterThan(100).allSatisfy(row -> {
            assertThat(row.commands()).isNotEmpty();
            assertThat(row.names()).allMatch(name -> name.startsWith("-"));
            if (row.kind() != K3sFlags.Kind.OWN) {
                assertThat(row.words()).as(row.name()).isNotBlank();
            }
        });
        assertThat(FLAGS.find("agent", "-s")).isPresent();
        assertThat(FLAGS.find("server", "--no-such")).isEmpty();
        assertThat(FLAGS.setting("kubelet", "max-pods")).isPresent();
        assertThat(FLAGS.setting("etcd", "max-pods")).isEmpty();
    }
}

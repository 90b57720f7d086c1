package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a newcomer types first, and what is said to it. */
class MainTest {
    private final PrintStream before = System.err;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @BeforeEach
    void listen() {
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void giveBack() {
        System.setErr(before);
    }

    private String told() {
        return said.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "servr                           | minik: \"servr\" is no command of minik; did you mean \"server\"?",
                "server --dta-dir=/x             | minik: \"--dta-dir\" is no option of minik server; did you mean \"--data-dir\"?",
                "server --quick                  | minik: \"--quick\" is no option of minik server",
                "server --dokcer                 | minik: \"--dokcer\" is no option of minik server; did you mean \"--docker\"?",
                "server now                      | minik: \"now\" is more than minik server asks for: it takes options only",
                "agent --cluster-cidr=10.0.0.0/8 | minik: \"--cluster-cidr\" is no option of minik agent",
                "server --docker                 | minik: --docker is an option of k3s that minik does not have: containers are run by minik itself",
                "server --helm-job-image=x --dta-dir=/x | minik: \"--dta-dir\" is no option of minik server; did you mean",
                "agent --kubelet-arg foo=1       | minik: --kubelet-arg: \"foo\" is no setting of kubelet that minik has: docs/k3s-flags.md",
                "token                           | minik: which one? ",
                "token crate                     | minik: \"crate\" is no command of minik token; did you mean \"create\"?",
                "token create --ttl              | minik: Missing required parameter for option '--ttl'",
            })
    void whatIsNoWordIsSaidWithTheNearest(String given, String words) {
        assertThat(Main.run(given.split(" "))).isEqualTo(Main.USAGE);
        assertThat(told()).contains(words);
    }

    @Test
    void aWordThatHasNothingToDoIsTold() {
        Main.run("server", "--helm-job-image=x", "--dta-dir=/x");
        assertThat(told()).startsWith("minik: --helm-job-image has nothing to do here: no jobs install charts here\n");
    }
}

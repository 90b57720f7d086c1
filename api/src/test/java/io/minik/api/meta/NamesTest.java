package io.minik.api.meta;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which names are names: the cases of apimachinery's validation, and its words. */
class NamesTest {
    private static final String LABEL_63 = "a".repeat(63);

    @ParameterizedTest
    @ValueSource(strings = {"a", "ab", "abc", "a1", "a-1", "a--1--2--b", "0", "01", "012", "1a", "1-a", "1--a--b--2"})
    void labelsOfDns(String name) {
        assertThat(Names.dns1123Label(name)).isEmpty();
        assertThat(Names.dns1123Subdomain(name)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "A", "ABC", "aBc", "A1", "-", "a-", "-a", "1-", "-1", "_", "a_", "_a", "a_b", "1_2", ".", "a.",
                ".a", " ", "a ", " a", "a b", "ä"
            })
    void areNoLabelsOfDns(String name) {
        assertThat(Names.dns1123Label(name))
                .containsExactly(
                        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and"
                                + " must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used"
                                + " for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')");
    }

    @Test
    void aSubdomainIsNoLabelForItsDots() {
        assertThat(Names.dns1123Label("a.b")).containsExactly("must not contain dots");
    }

    @Test
    void labelsHaveAtMost63Letters() {
        assertThat(Names.dns1123Label(LABEL_63)).isEmpty();
        assertThat(Names.dns1123Label(LABEL_63 + "a")).containsExactly("must be no more than 63 characters");
        assertThat(Names.dns1035Label(LABEL_63 + "a")).containsExactly("must be no more than 63 characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.b", "a.b.c", "aa.bb-cc.3", "0.a", "0.0", "a-1.b-2", "a.a.a"})
    void subdomains(String name) {
        assertThat(Names.dns1123Subdomain(name)).isEmpty();
        assertThat(Names.isSubdomain(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a..b", ".a", "a.", "a.-b", "a-.b", "A.b", "a_b.c", "a.b ", "a@b", "a/b"})
    void areNoSubdomains(String name) {
        assertThat(Names.dns1123Subdomain(name))
                .singleElement()
                .asString()
                .startsWith(
                        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'");
        assertThat(Names.isSubdomain(name)).isFalse();
    }

    @Test
    void subdomainsHaveAtMost253Letters() {
        assertThat(Names.dns1123Subdomain("a".repeat(253))).isEmpty();
        assertThat(Names.dns1123Subdomain("a".repeat(254))).containsExactly("must be no more than 253 characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "ab", "a1", "a-1", "a--1--2--b"})
    void namesOfServices(String name) {
        assertThat(Names.dns1035Label(name)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "01", "1a", "1-a", "A", "-a", "a-", "a.b", "a_b"})
    void areNoNamesOfServices(String name) {
        assertThat(Names.dns1035Label(name))
                .containsExactly(
                        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an"
                                + " alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123',"
                                + " regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "simple",
                "now-with-dashes",
                "1-starts-with-num",
                "1234",
                "simple/simple",
                "now-with-dashes/simple",
                "now.with.dots/simple",
                "1-num.2-num/3-num",
                "1234/5678",
                "1.2.3.4/5678",
                "Uppercase_Is_OK_123",
                "example.com/Uppercase_Is_OK_123",
                "requests.storage-foo"
            })
    void qualifiedNames(String name) {
        assertThat(Names.qualifiedName(name)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nospecialchars%^=@",
                "cantendwithadash-",
                "-cantstartwithadash-",
                "only/one/slash",
                "Example.com/abc",
                "example_com/abc",
                "example.com/",
                "/simple",
                "a b",
                ""
            })
    void areNoQualifiedNames(String name) {
        assertThat(Names.qualifiedName(name)).isNotEmpty();
    }

    @Test
    void eachPartOfAQualifiedNameHasItsWords() {
        assertThat(Names.qualifiedName("/simple")).containsExactly("prefix part must be non-empty");
        assertThat(Names.qualifiedName("a/b/c"))
                .singleElement()
                .asString()
                .startsWith("a qualified name must consist of alphanumeric characters, '-', '_' or '.'");
        assertThat(Names.qualifiedName("a".repeat(64))).containsExactly("name part must be no more than 63 characters");
        assertThat(Names.qualifiedName("a".repeat(254) + "/b"))
                .containsExactly("prefix part must be no more than 253 characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "simple", "now-with-dashes", "1-starts-with-num", "end-with-num-1", "1234", "A.b_C-1"})
    void valuesOfLabels(String value) {
        assertThat(Names.labelValue(value)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nospecialchars%^=@",
                "Tama-nui-te-r\u0101.is.M\u0101ori.sun",
                "\\backslashes\\are\\bad",
                "-starts-with-dash",
                "ends-with-dash-",
                ".starts.with.dot",
                "ends.with.dot.",
                "a/b",
                " "
            })
    void areNoValuesOfLabels(String value) {
        assertThat(Names.labelValue(value))
                .singleElement()
                .asString()
                .startsWith(
                        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.'");
    }

    @ParameterizedTest
    @CsvSource({
        "http, ok",
        "telnet, ok",
        "re-mail-ck, ok",
        "pop3, ok",
        "a, ok",
        "a-1, ok",
        "1-a, ok",
        "longerthan15characters, must be no more than 15 characters",
        "12345, must contain at least one letter (a-z)",
        "a--b, must not contain consecutive hyphens",
        "-a, must not begin or end with a hyphen",
        "a-, must not begin or end with a hyphen",
        "A, must contain only alpha-numeric characters (a-z; 0-9); and hyphens (-)",
        "a_b, must contain only alpha-numeric characters (a-z; 0-9); and hyphens (-)"
    })
    void namesOfPorts(String name, String words) {
        String expected = words.replace(';', ',');
        if (words.equals("ok")) {
            assertThat(Names.portName(name)).isEmpty();
        } else {
            assertThat(Names.portName(name)).contains(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "good",
                "good-good",
                "still.good",
                "this.is.also.good",
                ".so.is.this",
                "THIS_IS_GOOD",
                "so_is-this.17"
            })
    void keysOfConfigMaps(String key) {
        assertThat(Names.configMapKey(key)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({".., must not be '..'", "..bad, must not start with '..'", "., must not be '.'"})
    void pathsAreNoKeys(String key, String words) {
        assertThat(Names.configMapKey(key)).contains(words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"*.example.com", "*.bar.com", "*.foo.bar.com"})
    void wildcards(String name) {
        assertThat(Names.wildcardSubdomain(name)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"*.*.bar.com", "*.foo.*.com", "*bar.com", "f*.bar.com", "*", "*."})
    void areNoWildcards(String name) {
        assertThat(Names.wildcardSubdomain(name))
                .singleElement()
                .asString()
                .startsWith("a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain");
    }

    @ParameterizedTest
    @CsvSource({
        "system:node:a, ok",
        "empty%, may not contain '%'",
        "a/b, may not contain '/'",
        "., may not be '.'",
        ".., may not be '..'"
    })
    void segmentsOfPaths(String name, String words) {
        if (words.equals("ok")) {
            assertThat(Names.pathSegment(name)).isEmpty();
        } else {
            assertThat(Names.pathSegment(name)).containsExactly(words);
        }
    }
}

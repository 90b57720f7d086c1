package io.minik.api.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the documentation of Kubernetes' own CEL libraries promises, library by library. */
class LibraryExamplesTest {
    private static final long LIMIT = 1_000_000;

    private static Object eval(String expression) {
        try {
            return CelEnvironment.of(Map.of())
                    .compile(expression)
                    .eval(Map.of(), LIMIT)
                    .value();
        } catch (CompileFault e) {
            throw new AssertionError(expression + ": " + e.words(), e);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "semver('1.0.0').compareTo(semver('1.0.0+build')) == 0",
                "semver('0.1.0-alpha.1').minor() == 1",
                "!isSemver('200K') && !isSemver('Three') && !isSemver('Mi') && !isSemver('hello')",
                "!isSemver('v1.0.0') && !isSemver('1.0') && !isSemver('01.01.01') && !isSemver(' 1.0.0')",
                "isSemver('v1.0.0', true) && isSemver('1.0', true) && isSemver('01.01.01', true) && isSemver('1', true)",
                "!isSemver('V1.0.0', true) && !isSemver(' 1.0.0', true) && !isSemver('1.0-rc.1', true)",
                "semver('v1.0', true).compareTo(semver('1.0.0')) == 0 && semver('01.02.03', true).patch() == 3",
                "semver('1.2.3').compareTo(semver('1.2.3')) == 0 && semver('1.2.3').compareTo(semver('2.0.0')) == -1",
                "semver('1.2.3').compareTo(semver('0.1.2')) == 1 && semver('1.0.0').isGreaterThan(semver('1.0.0-rc.1'))",
                "semver('1.0.0-alpha.1').isLessThan(semver('1.0.0-alpha.beta')) && semver('1.2.3').major() == 1",
            })
    void semver(String expression) {
        assertThat(eval(expression)).isEqualTo(true);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "!format.dns1123Label().validate('my-label-name').hasValue()",
                "!format.dns1123Subdomain().validate('apiextensions.k8s.io').hasValue()",
                "!format.dns1035Label().validate('my-label-name').hasValue()",
                "!format.qualifiedName().validate('apiextensions.k8s.io/v1beta1').hasValue()",
                "!format.dns1123LabelPrefix().validate('my-label-prefix-').hasValue()",
                "!format.dns1123SubdomainPrefix().validate('mysubdomain.prefix.-').hasValue()",
                "!format.dns1035LabelPrefix().validate('my-label-prefix-').hasValue()",
                "!format.labelValue().validate('a_b.c').hasValue() && format.labelValue().validate('-a').hasValue()",
                "!format.uri().validate('http://example.com').hasValue()",
                "format.uri().validate('not a uri').value() == ['parse \"not a uri\": invalid URI for request']",
                "!format.uuid().validate('123e4567-e89b-12d3-a456-426614174000').hasValue()",
                "format.uuid().validate('123').value() == ['does not match the UUID format']",
                "!format.byte().validate('aGVsbG8=').hasValue()",
                "format.byte().validate('aGVsbG8').value() == ['invalid base64'] && format.byte().validate('').hasValue()",
                "!format.date().validate('2021-01-01').hasValue() && format.date().validate('2021-13-01').value() == ['invalid date']",
                "!format.datetime().validate('2021-01-01T00:00:00Z').hasValue()",
                "format.datetime().validate('2021-01-01').value() == ['invalid datetime']",
                "format.named('dns1123Label').hasValue() && !format.named('dns1123label').hasValue()",
            })
    void format(String expression) {
        assertThat(eval(expression)).isEqualTo(true);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "url('https://example.com:80/').getHost() == 'example.com:80' && url('https://example.com/').getHost() == 'example.com'",
                "url('https://[::1]:80/').getHost() == '[::1]:80' && url('/path').getHost() == ''",
                "url('https://[::1]:80/').getHostname() == '::1' && url('https://127.0.0.1:80/').getHostname() == '127.0.0.1'",
                "url('https://[::1]:80/').getPort() == '80' && url('/path').getPort() == ''",
                "url('https://example.com/path/with spaces').getEscapedPath() == '/path/with%20spaces'",
                "url('https://example.com').getEscapedPath() == ''",
                "url('https://example.com/path?k1=a&k2=b&k2=c').getQuery() == {'k1': ['a'], 'k2': ['b', 'c']}",
                "url('https://example.com/path?key with spaces=value with spaces').getQuery() == {'key with spaces': ['value with spaces']}",
                "url('https://example.com/path?').getQuery() == {} && url('/path').getScheme() == ''",
                "isURL('https://user:pass@example.com:80/path?query=val#fragment') && isURL('/absolute-path')",
                "!isURL('https://a:b:c/')",
                "!isURL('../relative-path')",
            })
    void urls(String expression) {
        assertThat(eval(expression)).isEqualTo(true);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ip('127.0.0.1').family() == 4 && ip('::1').family() == 6",
                "!isIP('127.0.0.256') && !isIP('127.0.0.1/24') && !isIP('::ffff:1.2.3.4') && !isIP('::1%eth0')",
                "ip('0.0.0.0').isUnspecified() && ip('::').isUnspecified() && !ip('127.0.0.1').isUnspecified()",
                "ip('224.0.0.1').isLinkLocalMulticast() && !ip('224.0.1.1').isLinkLocalMulticast() && ip('ff02::1').isLinkLocalMulticast()",
                "ip('169.254.169.254').isLinkLocalUnicast() && !ip('192.168.0.1').isLinkLocalUnicast()",
                "ip('192.168.0.1').isGlobalUnicast() && !ip('255.255.255.255').isGlobalUnicast() && !ip('ff00::1').isGlobalUnicast()",
                "cidr('192.168.0.0/24').containsIP(ip('192.168.0.1')) && !cidr('192.168.0.0/24').containsIP('192.168.1.1')",
                "cidr('192.168.0.0/16').containsCIDR(cidr('192.168.10.0/24')) && !cidr('192.168.1.0/24').containsCIDR('192.168.2.0/24')",
                "cidr('192.168.0.1/24').ip() == ip('192.168.0.1') && cidr('192.168.0.1/24').masked() == cidr('192.168.0.0/24')",
                "cidr('192.168.0.0/24').prefixLength() == 24 && !isCIDR('192.168.0.0/') && !isCIDR('192.168.0.0/033')",
            })
    void addresses(String expression) {
        assertThat(eval(expression)).isEqualTo(true);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "quantity('1.5G').asInteger() == 1500000000 && isQuantity('1.3Gi') && !isQuantity('200K')",
                "!isQuantity('Three') && !isQuantity('Mi') && !isQuantity('1,3G') && !isQuantity('10kaf')",
                "quantity('50000000G').isInteger() && quantity('50k').asApproximateFloat() == 50000.0",
                "quantity('50k').add(20) == quantity('50020')",
                "quantity('50k').add(quantity('20k')) == quantity('70k') && quantity('50k').sub(20000) == quantity('30k')",
                "quantity('200M').compareTo(quantity('0.2G')) == 0 && quantity('50M').compareTo(quantity('50Mi')) == -1",
                "quantity('150Mi').isGreaterThan(quantity('100Mi')) && quantity('50M').isLessThan(quantity('100M'))",
                "[1, 2, 3].sum() == 6 && [1.5, 2.5].sum() == 4.0 && [duration('1s'), duration('2s')].sum() == duration('3s')",
                "['a', 'b', 'b', 'c'].lastIndexOf('b') == 2 && ['a', 'b'].indexOf('z') == -1 && ['a', 'c', 'b'].max() == 'c'",
                "{'a': 1, 'b': 2}.transformList(k, v, v * 2).sum() == 6 && [1, 2].existsOne(i, v, v == 2)",
                "'I want %d apples and %.1f pears'.format([dyn(3), 1.25]).startsWith('I want 3 apples')",
            })
    void quantitiesListsAndTheRest(String expression) {
        assertThat(eval(expression)).isEqualTo(true);
    }

    @Test
    void keysOfPathsAreEscapedWherePatchesAreMade() throws CompileFault {
        Program program = CelEnvironment.of(Map.of()).makingPatches().compile("jsonpatch.escapeKey('k8s.io/my~label')");
        assertThat(program.eval(Map.of(), LIMIT).value()).isEqualTo("k8s.io~1my~0label");
    }

    @Test
    void whatKubernetesLeavesOutIsUnknownHereToo() {
        for (String expression :
                new String[] {"cel.bind(x, 1, x + 1) == 2", "math.greatest(1, 2) == 2", "base64.decode('aA==') == b'h'"
                }) {
            assertThatThrownBy(() -> CelEnvironment.of(Map.of()).compile(expression))
                    .as(expression)
                    .isInstanceOf(CompileFault.class)
                    .hasMessageContaining("undeclared reference to '");
        }
    }

    @Test
    void errorsAreWordedAsUpstreamWordsThem() {
        assertThat(eval("semver('200K')").toString()).contains("No Major.Minor.Patch elements found");
    }
}

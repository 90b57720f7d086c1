package io.minik.api.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CelExpressions over one object: what they are worth, what they cost, and how they are refused. */
class CelEnvironmentTest {
    private static final long LIMIT = 1_000_000;
    private static final Decl SELF = Decl.of(json("""
            {'type':'object','properties':{
              'n':{'type':'integer'},'m':{'type':'integer'},'r':{'type':'number'},'b':{'type':'boolean'},
              's':{'type':'string'},'short':{'type':'string','maxLength':10},'e':{'type':'string','enum':['a','b']},
              'list':{'type':'array','maxItems':10,'items':{'type':'string','maxLength':5}},
              'ints':{'type':'array','items':{'type':'integer'}},
              'set':{'type':'array','x-kubernetes-list-type':'set','items':{'type':'string'}},
              'maps':{'type':'array','x-kubernetes-list-type':'map','x-kubernetes-list-map-keys':['k'],'items':
                {'type':'object','required':['k'],'properties':{'k':{'type':'string'},'v':{'type':'integer'}}}},
              'map':{'type':'object','additionalProperties':{'type':'integer'}},
              'either':{'x-kubernetes-int-or-string':true},'when':{'type':'string','format':'date-time'},
              'day':{'type':'string','format':'date'},'span':{'type':'string','format':'duration'},
              'raw':{'type':'string','format':'byte'},'a-b':{'type':'integer'},'for':{'type':'integer'},
              'any':{'type':'object','x-kubernetes-preserve-unknown-fields':true},
              'inner':{'type':'object','properties':{'x':{'type':'integer'},'y':{'type':'string','nullable':true}}}}}
            """), true).orElseThrow();
    private static final JsonNode OBJECT = json("""
            {'apiVersion':'a/v1','kind':'K','metadata':{'name':'one'},'n':3,'r':2.5,'b':true,'s':'héllo','short':'abc','e':'a',
             'list':['x','y','z'],'ints':[3,1,2],'set':['p','q'],'maps':[{'k':'a','v':1},{'k':'b'}],'map':{'one':1,'two':2},
             'either':'50%','when':'2024-02-29T10:11:12Z','day':'2024-02-29','span':'1h30m','raw':'aGk=','a-b':7,'for':8,
             'inner':{'x':5,'y':null}}
            """);

    private static JsonNode json(String text) {
        return Json.parse(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static Program compile(String expression) {
        try {
            return CelEnvironment.of(Map.of("self", SELF)).compile(expression);
        } catch (CompileFault e) {
            throw new AssertionError(expression + ": " + e.words(), e);
        }
    }

    private static Program.Outcome eval(String expression) {
        return compile(expression).eval(Map.of("self", SELF.value(OBJECT)), LIMIT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1 + 2 * 3 == 7 && -(4 - 1) == -3 && 7 % 4 == 3 && -7 / 2 == -3",
                "1u + 2u == 3u && 0x1F == 31 && 1.5e2 == 150.0 && -9223372036854775808 < 0",
                "'a' + \"b\" == 'ab' && r'\\d' == '\\\\d' && '''x'y''' == \"x'y\" && '\\u00e9' == 'é'",
                "b'hi' == self.raw && size(b'\\xff') == 1",
                "true ? 1 == 1 : 1/0 == 1",
                "false && 1/0 == 1 || true || 1/0 == 1",
                "(1/0 == 1 || true) && !(1/0 == 1 && false)",
                "self.n == 3 && self.r > 2 && self.b && self.s.size() == 5 && size(self.list) == 3",
                "self.kind == 'K' && self.apiVersion.startsWith('a/') && self.metadata.name == 'one'",
                "self.a__dash__b == 7 && self.__for__ == 8 && self.`a-b` == 7",
                "has(self.n) && !has(self.m) && has(self.inner.x)",
                "self.list[0] == 'x' && self.map['two'] == 2 && 'one' in self.map && !('x' in self.map) && 'y' in self.list",
                "self.list.all(x, x != 'w') && self.list.exists(x, x == 'z') && self.list.exists_one(x, x > 'y')",
                "self.list.map(x, x + x) == ['xx', 'yy', 'zz'] && self.ints.filter(i, i > 1) == [3, 2]",
                "self.ints.map(i, i > 1, i * 2) == [6, 4]",
                "self.map.all(k, self.map[k] > 0) && self.map.exists(k, k == 'two')",
                "self.list.all(i, v, i < 3 && v != '') && self.map.exists(k, v, k == 'one' && v == 1)",
                "self.list.transformList(i, v, string(i) + v) == ['0x', '1y', '2z']",
                "self.map.transformMap(k, v, v + 1) == {'one': 2, 'two': 3} && self.map.transformMap(k, v, v > 1, v) == {'two': 2}",
                "self.map.transformMapEntry(k, v, {v: k}) == {1: 'one', 2: 'two'}",
                "self.ints.isSorted() == false && [1, 2].isSorted() && self.ints.sum() == 6 && self.ints.min() == 1 && self.ints.max() == 3",
                "self.ints.indexOf(2) == 2 && [1, 2, 1].lastIndexOf(1) == 2 && self.list.indexOf('w') == -1",
                "[1] + [2] == [1, 2] && {'a': 1}.a == 1 && [[1], [2]][1][0] == 2",
                "self.set == ['q', 'p'] && self.set + ['q', 'r'] == ['p', 'q', 'r']",
                "self.maps.exists(m, m.k == 'b' && !has(m.v))",
                "sets.contains([1, 2, 3], [2]) && sets.equivalent([1, 2], [2, 1, 1]) && !sets.intersects([1], [2])",
                "type(self.either) == string && self.either.matches('^\\\\d+%$') && type(1) == int && type([]) == list",
                "self.when.getFullYear() == 2024 && self.when.getMonth() == 1 && self.when.getHours('Europe/Vienna') == 11",
                "self.when > timestamp('2024-01-01T00:00:00Z') && self.day == timestamp('2024-02-29T00:00:00Z')",
                "self.span == duration('90m') && self.span.getMinutes() == 90 && self.when + self.span > self.when",
                "self.when - timestamp('2024-02-29T10:11:11Z') == duration('1s')",
                "int('42') == 42 && int(2.9) == 2 && uint(3) == 3u && double(2) == 2.0 && string(1.0) == '1' && string(true) == 'true'",
                "bool('true') && string(b'hi') == 'hi' && bytes('hi') == b'hi' && string(duration('1h')) == '3600s'",
                "'tacocat'.charAt(1) == 'a' && 'a,b,c'.split(',') == ['a', 'b', 'c'] && 'a,b,c'.split(',', 2) == ['a', 'b,c']",
                "'hello'.substring(1, 3) == 'el' && 'héllo'.substring(2) == 'llo' && 'héllo'.indexOf('l') == 2",
                "'hello hello'.replace('he', 'we') == 'wello wello' && 'hello hello'.replace('he', 'we', 1) == 'wello hello'",
                "'hello hello'.replace('', '_') == '_h_e_l_l_o_ _h_e_l_l_o_' && ' x '.trim() == 'x'",
                "['a', 'b'].join('-') == 'a-b' && 'ABC'.lowerAscii() == 'abc' && 'TäT'.upperAscii() == 'TäT'",
                "'abc 123 def 456'.find('[0-9]+') == '123' && 'abc 123 def 456'.findAll('[0-9]+') == ['123', '456']",
                "'%s is %d and %.2f, %x %b'.format([dyn('a'), 7, 1.5, 255, 5]) == 'a is 7 and 1.50, ff 101'",
                "'%s %s'.format([dyn([dyn(1), 'x']), {'k': 2.5}]) == '[1, \"x\"] {\"k\":2.500000}'",
                "url('https://u@ex.com:80/a%20b?k=1&k=2').getHost() == 'ex.com:80' && url('https://[::1]:80/').getHostname() == '::1'",
                "url('https://ex.com/a%20b?k=1&k=2').getQuery()['k'] == ['1', '2'] && url('/x').getScheme() == '' && !isURL('x y')",
                "isIP('1.2.3.4') && !isIP('1.2.3.04') && ip('::1').isLoopback() && ip('fe80::1').family() == 6",
                "ip.isCanonical('127.0.0.1') && !ip.isCanonical('2001:DB8::1') && string(ip('2001:DB8::1')) == '2001:db8::1'",
                "cidr('10.0.0.0/8').containsIP('10.1.2.3') && cidr('10.1.0.0/16').masked().prefixLength() == 16",
                "cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && !isCIDR('10.0.0.0/33') && string(cidr('10.0.0.1/8')) == '10.0.0.1/8'",
                "quantity('1.5Gi').isGreaterThan(quantity('1Gi')) && quantity('50k').add(20).sub(quantity('9980')).asInteger() == 40040",
                "isQuantity('1Mi') && !isQuantity('1 Mi') && quantity('200M').compareTo(quantity('0.2G')) == 0 && quantity('-1').sign() == -1",
                "semver('1.2.3').isLessThan(semver('1.10.0')) && semver('1.0.0-rc.1').compareTo(semver('1.0.0')) == -1 && semver('v1.2', true).major() == 1",
                "isSemver('1.2.3') && !isSemver('1.2') && semver('1.2.3').minor() == 2",
                "!format.dns1123Label().validate('my-name').hasValue() && format.named('dns1123Label').value().validate('My').hasValue()",
                "self.?m.orValue(9) == 9 && self.?n.hasValue() && self.list[?7].orValue('none') == 'none'",
                "self.?inner.x.orValue(0) == 5 && optional.of(1).optMap(x, x + 1).value() == 2 && !optional.none().hasValue()",
                "optional.ofNonZeroValue('').orValue('empty') == 'empty' && [?self.?m, 1] == [1] && {?'a': self.?m} == {}",
                "self.inner.y == null || has(self.inner.y)",
                "dyn(1) == 1.0 && dyn(1) < 2.5",
                "1 < 2.5 && 2u > 1",
                "// a comment\n self.n ==\n 3"
            })
    void isTrue(String expression) {
        Program.Outcome outcome = eval(expression);
        assertThat(outcome.value()).as(expression).isEqualTo(true);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1/0 == 1 | division by zero
            1%0 == 1 | modulus by zero
            9223372036854775807 + 1 > 0 | integer overflow
            self.map['three'] == 1 | no such key: three
            self.m == 1 | no such key: m
            self.list[7] == "x" | index out of bounds: 7
            int("x") == 1 | type conversion error from 'string' to 'int'
            self.either > 5 | no such overload
            [].max() == 1 | max called on empty list
            optional.none().value() == 1 | optional.none() dereference
            "abc".charAt(5) == "a" | index out of range: 5
            """)
    void fails(String expression, String error) {
        assertThat(eval(expression).error()).isEqualTo(error);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            self.x | 1:5 | undefined field 'x'
            self.inner.z == 1 | 1:11 | undefined field 'z'
            other == 1 | 1:1 | undeclared reference to 'other' (in container '')
            foo(1) | 1:4 | undeclared reference to 'foo' (in container '')
            self.n + 'a' == 'b' | 1:8 | found no matching overload for '_+_' applied to '(int, string)'
            self.n == 'a' | 1:8 | found no matching overload for '_==_' applied to '(int, string)'
            self.s.startsWith(1) | 1:18 | found no matching overload for 'startsWith' applied to 'string.(int)'
            self.n.x | 1:7 | type 'int' does not support field selection
            self.n.all(x, true) | 1:5 | expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)
            [1, 'a'] == [] | 1:5 | expected type 'int' but found 'string'
            self.list.all(x, x) | 1:14 | found no matching overload for '_&&_' applied to '(bool, string)'
            has(self) | 1:5 | invalid argument to has() macro
            self.list.all(1, true) | 1:15 | argument must be a simple name
            self = 42 | 1:6 | Syntax error: token recognition error at: '= '
            self.n == | 1:10 | Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}
            if == 1 | 1:1 | reserved identifier: if
            """)
    void isRefused(String expression, String place, String message) {
        int column = Integer.parseInt(place.substring(2));
        assertThatThrownBy(() -> CelEnvironment.of(Map.of("self", SELF)).compile(expression))
                .isInstanceOf(CompileFault.class)
                .satisfies(fault -> assertThat(String.valueOf(fault.getMessage()))
                        .startsWith("ERROR: <input>:" + place + ": " + message + "\n | " + expression + "\n | "
                                + ".".repeat(column - 1) + "^"));
    }

    @Test
    void aConstantPatternIsCheckedAtOnce() {
        assertThatThrownBy(() -> CelEnvironment.of(Map.of("self", SELF)).compile("self.s.find('[a') == ''"))
                .hasMessage("program instantiation failed: error parsing regexp: missing closing ]: `[a`");
    }

    /** What cel-go estimates, by the same rules. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            true | 0
            self.n == 1 | 2
            self.s == 'a' | 3
            self.short.contains(self.short) | 20
            self.list.all(x, x == 'abcde') | 53
            self.list.map(x, x).size() == 1 | 145
            """)
    void theWorstIsKnownBefore(String expression, long cost) {
        assertThat(compile(expression).worstCost()).isEqualTo(cost);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            true | 0
            self.n == 1 | 3
            has(self.n) | 1
            self.list.all(x, x != 'w') | 18
            [1, 2].map(x, x) == [1, 2] | 58
            """)
    void whatARunCostsIsCounted(String expression, long cost) {
        assertThat(eval(expression).cost()).isEqualTo(cost);
    }

    @Test
    void aRunEndsAtItsLimit() {
        String ten = "[1,2,3,4,5,6,7,8,9,0]";
        Program program =
                compile(ten + ".all(a, " + ten + ".all(b, " + ten + ".all(c, " + ten + ".all(d, a+b+c+d < 100))))");
        Program.Outcome outcome = program.eval(Map.of("self", SELF.value(OBJECT)), 10_000);
        assertThat(outcome.error()).isEqualTo("operation cancelled: actual cost limit exceeded");
        assertThat(outcome.cost()).isBetween(10_000L, 10_100L);
    }

    @Test
    void noExpressionIsTooDeep() {
        String deep = "(".repeat(1_000) + "1" + ")".repeat(1_000) + " == 1";
        assertThatThrownBy(() -> CelEnvironment.of(Map.of()).compile(deep))
                .hasMessageContaining("expression recursion limit exceeded: 250");
        String sum = "1" + "+1".repeat(20_000) + " == 1";
        assertThatThrownBy(() -> CelEnvironment.of(Map.of()).compile(sum))
                .hasMessageContaining("expression recursion limit exceeded: 250");
        assertThat(eval("true" + " && true".repeat(5_000)).value()).isEqualTo(true);
    }

    /** As on a worker of the server, whose stack is small and used already. */
    @Test
    void anExpressionThatIsTooDeepForTheStackIsRefusedAsOne() throws InterruptedException {
        String deep = "(".repeat(120) + "1" + ")".repeat(120) + " == 1";
        AtomicReference<Throwable> outcome = new AtomicReference<>();
        Thread small = new Thread(
                null,
                () -> {
                    try {
                        CelEnvironment.of(Map.of()).compile(deep);
                    } catch (CompileFault | StackOverflowError e) {
                        outcome.set(e);
                    }
                },
                "small",
                144 * 1024);
        small.start();
        small.join();
        assertThat(outcome.get()).satisfiesAnyOf(none -> assertThat(none).isNull(), fault -> assertThat(fault)
                .isInstanceOf(CompileFault.class)
                .hasMessageContaining("expression recursion limit exceeded: 250"));
    }

    @Test
    void itKnowsWhatItLooksAt() throws CompileFault {
        Program program =
                CelEnvironment.of(Map.of("self", SELF, "oldSelf", SELF)).compile("self.n == 1");
        assertThat(program.uses("self")).isTrue();
        assertThat(program.uses("oldSelf")).isFalse();
        assertThat(program.type()).isEqualTo(CelType.BOOL);
    }
}

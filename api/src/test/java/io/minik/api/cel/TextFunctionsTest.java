package io.minik.api.cel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The strings extension by cel-spec's string_ext, and Kubernetes' regex library. Positions count letters, not UTF-16. */
class TextFunctionsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            'tacocat'.charAt(3) | 'o'
            'tacocat'.charAt(7) | ''
            '©αT'.charAt(1) | 'α'
            '😀a'.charAt(1) | 'a'
            'tacocat'.substring(4) | 'cat'
            'tacocat'.substring(0, 4) | 'taco'
            'tacocat'.substring(4, 4) | ''
            'tacocat'.substring(7) | ''
            'ta©o©αT'.substring(2, 6) | '©o©α'
            'ta©o©αT'.substring(7, 7) | ''
            '😀😛a'.substring(1) | '😛a'
            'TacoCat'.lowerAscii() | 'tacocat'
            'TacoCÆt Xii'.lowerAscii() | 'tacocÆt xii'
            'tacoCαt'.upperAscii() | 'TACOCαT'
            '12 days 12 hours'.replace('{0}', '2') | '12 days 12 hours'
            '{0} days {0} hours'.replace('{0}', '2') | '2 days 2 hours'
            '{0} days {0} hours'.replace('{0}', '2', 1) | '2 days {0} hours'
            '1 ©αT taco'.replace('αT', 'o©α') | '1 ©o©α taco'
            'hello'.replace('l', 'L', 0) | 'hello'
            'hello'.replace('l', 'L', -1) | 'heLLo'
            'hello'.replace('', '_') | '_h_e_l_l_o_'
            'hello'.replace('', '_', 2) | '_h_ello'
            '😀a'.replace('', '_') | '_😀_a_'
            ''.replace('', '_') | '_'
            'hello world events!'.split(' ') | ['hello', 'world', 'events!']
            'hello world events!'.split(' ', 0) | []
            'hello world events!'.split(' ', 1) | ['hello world events!']
            'hello world events!'.split(' ', 2) | ['hello', 'world events!']
            'o©o©o©o'.split('©', -1) | ['o', 'o', 'o', 'o']
            'hello'.split('') | ['h', 'e', 'l', 'l', 'o']
            '😀a'.split('') | ['😀', 'a']
            ',a,'.split(',') | ['', 'a', '']
            ''.split(',') | ['']
            ''.split('').size() | 0
            ['x', 'y'].join() | 'xy'
            ['x', ' ', 'y'].join('-') | 'x- -y'
            ['x'].join('-') | 'x'
            [].join('-') | ''
            'a'.contains('') && 'a'.startsWith('') && 'a'.endsWith('') | true
            'hello'.contains('ell') && !'hello'.contains('lel') | true
            strings.quote('a"b') | '"a\\\\"b"'
            strings.quote('tab\\t bell\\a \\\\') | '"tab\\\\t bell\\\\a \\\\\\\\"'
            strings.quote('') | '""'
            """)
    void changeAndTakeApart(String expression, String value) {
        CelExpressions.same(expression, value);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            'tacocat'.indexOf('') | 0
            'tacocat'.indexOf('ac') | 1
            'tacocat'.indexOf('none') | -1
            'tacocat'.indexOf('', 3) | 3
            'tacocat'.indexOf('a', 3) | 5
            'tacocat'.indexOf('at', 3) | 5
            'tacocat'.indexOf('a', 30) | -1
            'ta©o©αT'.indexOf('©') | 2
            'ta©o©αT'.indexOf('©', 3) | 4
            'ta©o©αT'.indexOf('©αT', 3) | 4
            '😀a'.indexOf('a') | 1
            'tacocat'.lastIndexOf('') | 7
            'tacocat'.lastIndexOf('at') | 5
            'tacocat'.lastIndexOf('none') | -1
            'tacocat'.lastIndexOf('', 3) | 3
            'tacocat'.lastIndexOf('a', 3) | 1
            'tacocat'.lastIndexOf('at', 6) | 5
            'tacocat'.lastIndexOf('a', 30) | -1
            'ta©o©αT'.lastIndexOf('©') | 4
            'ta©o©αT'.lastIndexOf('©', 3) | 2
            """)
    void areSearched(String expression, long place) {
        assertThat(CelExpressions.value(expression)).isEqualTo(place);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            'tacocat'.charAt(30) | index out of range: 30
            'tacocat'.charAt(-1) | index out of range: -1
            'tacocat'.indexOf('a', -1) | index out of range: -1
            'tacocat'.lastIndexOf('a', -1) | index out of range: -1
            'tacocat'.substring(40) | index out of range: 40
            'tacocat'.substring(-1) | index out of range: -1
            'tacocat'.substring(1, 50) | index out of range: 50
            'tacocat'.substring(49, 50) | index out of range: 49
            'tacocat'.substring(4, 3) | invalid substring range. start: 4, end: 3
            [dyn('a'), dyn(1)].join() | no such overload
            """)
    void haveNothingBeyondTheirEnds(String expression, String error) {
        assertThat(CelExpressions.error(expression)).isEqualTo(error);
    }

    /** Unicode's White_Space, as Go trims it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "' \\f\\n\\r\\t\\vtext  '",
                "'\\u0085\\u00a0\\u1680text'",
                "'text\\u2000\\u2001\\u2002\\u2003\\u2004\\u2005\\u2006\\u2007\\u2008\\u2009'",
                "'\\u200atext\\u2028\\u2029\\u202f\\u205f\\u3000'"
            })
    void areTrimmedOfWhiteSpace(String text) {
        assertThat(CelExpressions.value(text + ".trim()")).isEqualTo("text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\u180e", "\\u200b", "\\u200d", "\\u2060", "\\ufeff", "\\u001f"})
    void areNotTrimmedOfWhatOnlyLooksWhite(String letter) {
        assertThat(CelExpressions.value("('" + letter + "x').trim().size()")).isEqualTo(2L);
    }

    @Nested
    class Patterns {
        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            'abc 123'.find('[0-9]+') | '123'
            'abc 123'.find('xyz') | ''
            '123 abc 456'.findAll('[0-9]+') | ['123', '456']
            '123 abc 456'.findAll('[0-9]+', 1) | ['123']
            '123 abc 456'.findAll('[0-9]+', 0) == [] | true
            '123 abc 456'.findAll('[0-9]+', -1) | ['123', '456']
            '123 abc 456'.findAll('xyz') == [] | true
            'foobar'.matches('o+') | true
            'foobar'.matches('^o+$') | false
            matches('foobar', 'bar$') | true
            'a\\nb'.matches('a.b') | false
            'a\\nb'.matches('(?s)a.b') | true
            'KELVIN'.matches('(?i)^kelvin$') | true
            'é'.matches('^\\\\pL$') | true
            'x'.matches('') | true
            """)
        void areRe2s(String expression, String value) {
            CelExpressions.same(expression, value);
        }

        /** RE2 has no looking around and no reference back: its time is bounded by the text. */
        @ParameterizedTest
        @ValueSource(strings = {"(?=a)", "(?<!a)b", "(a)\\\\1", "[a", "a(", "*a", "a{1001}"})
        void thatAreNoneAreRefused(String pattern) {
            assertThat(CelExpressions.fault("'a'.matches('" + pattern + "')"))
                    .startsWith("ERROR: <input>:1:13: invalid matches argument\n");
        }

        @Test
        void thatAreKnownLateFailLate() {
            assertThat(CelExpressions.error("'a'.matches(string('[a'))"))
                    .isEqualTo("error parsing regexp: missing closing ]: `[a`");
            assertThat(CelExpressions.error("'a'.find(string('a('))"))
                    .isEqualTo("error parsing regexp: missing closing ): `a(`");
        }
    }

    @Nested
    class Formats {
        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            'no substitution'.format([]) | no substitution
            '%% and also %%'.format([]) | % and also %
            '%%%s%%'.format(['text']) | %text%
            '%d %d, %d'.format([1, -2, 3]) | 1 -2, 3
            '%d'.format([18446744073709551615u]) | 18446744073709551615
            '%.3f'.format([1.2345]) | 1.234
            '%f'.format([2.71828]) | 2.718280
            '%.0f'.format([2.5]) | 2
            '%.2f'.format([1234567.891]) | 1,234,567.89
            '%f'.format(['NaN']) | NaN
            '%f'.format(['-Infinity']) | -∞
            '%f'.format([1.0 / 0.0]) | ∞
            '%b'.format([5]) | 101
            '%b'.format([-5]) | -101
            '%b'.format([64u]) | 1000000
            '%b'.format([true]) | 1
            '%o'.format([11]) | 13
            '%o'.format([-11]) | -13
            '%o'.format([65535u]) | 177777
            '%x'.format([30]) | 1e
            '%X'.format([30]) | 1E
            '%x'.format([-30]) | -1e
            '%X'.format([6000u]) | 1770
            '%x'.format(['Hello world!']) | 48656c6c6f20776f726c6421
            '%X'.format([b'byte string']) | 6279746520737472696E67
            '%s'.format([2.71]) | 2.71
            '%s'.format([0.000000002]) | 2e-09
            '%s'.format([1.0 / 0.0]) | +Inf
            '%s'.format([null]) | null
            '%s'.format([999999999999]) | 999999999999
            '%s'.format([b'xyz']) | xyz
            '%s'.format([type('text')]) | string
            '%s'.format([timestamp('2023-02-03T23:31:20+00:00')]) | 2023-02-03T23:31:20Z
            '%s'.format([duration('1h45m47s')]) | 6347s
            '%s'.format([duration('2ns')]) | 0.000000002s
            '%s'.format([false]) | false
            """)
        void showOneValue(String expression, String text) {
            assertThat(CelExpressions.value(expression)).isEqualTo(text);
        }

        /** The American way, with thin blanks around the sign. */
        @ParameterizedTest
        @CsvSource({
            "%.6e, 1052.032911275, 1.052033\u202f×\u202f10⁰³",
            "%e, 2.71828, 2.718280\u202f×\u202f10⁰⁰",
            "%.1e, 1.5e123, 1.5\u202f×\u202f10¹²³"
        })
        void raiseTenToAPower(String format, String number, String text) {
            assertThat(CelExpressions.value("'" + format + "'.format([" + number + "])"))
                    .isEqualTo(text);
        }

        /** What lies within another value is shown as an expression would say it. */
        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            [2.71] | [2.710000]
            [0.000000002] | [0.000000]
            [double('NaN'), double('inf')] | ["NaN", "+Inf"]
            [dyn('abc'), dyn(null), dyn([9, 8]), dyn(b'x')] | ["abc", null, [9, 8], b"x"]
            [timestamp('2023-02-03T23:31:20Z')] | [timestamp("2023-02-03T23:31:20Z")]
            {'key2': duration('2h'), 'key1': duration('1s')} | {"key1":duration("1s"), "key2":duration("7200s")}
            {1: 'one', 2: 'two'} | {1:"one", 2:"two"}
            {true: 1.5} | {true:1.500000}
            ['a"b'] | ["a\\"b"]
            """)
        void quoteWhatLiesWithin(String value, String text) {
            assertThat(CelExpressions.value("'%s'.format([" + value + "])")).isEqualTo(text);
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            '%d'.format(['x']) | decimal clause can only be used on integers, was given string
            '%d'.format([1.5]) | decimal clause can only be used on integers, was given double
            '%f'.format([1]) | fixed-point clause can only be used on doubles, was given int
            '%f'.format(['1.5']) | fixed-point clause can only be used on doubles, was given string
            '%e'.format([1u]) | scientific clause can only be used on doubles, was given uint
            '%b'.format([null]) | binary clause can only be used on integers and bools, was given null_type
            '%o'.format([null]) | octal clause can only be used on integers, was given null_type
            '%x'.format([[1]]) | hex clause can only be used on integers, byte buffers, and strings, was given list
            '%d'.format([{'a': 1}]) | decimal clause can only be used on integers, was given map
            '%d'.format([duration('1s')]) | decimal clause can only be used on integers, was given google.protobuf.Duration
            """)
        void refuseWhatAClauseCannotShow(String expression, String error) {
            assertThat(CelExpressions.error(expression)).isEqualTo("error during formatting: " + error);
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            '%s'.format([]) | index 0 out of range
            '%s, %s'.format([1]) | index 1 out of range
            '%'.format([1]) | unexpected end of string
            '%a'.format([1]) | could not parse formatting clause: unrecognized formatting clause "a"
            """)
        void mustBeWhole(String expression, String error) {
            assertThat(CelExpressions.error(expression)).isEqualTo(error);
        }

        @Test
        void haveNoWordsForWhatIsNoPlainValue() {
            assertThat(CelExpressions.error("'%s'.format([quantity('1Gi')])"))
                    .endsWith("types, durations, and timestamps, was given kubernetes.Quantity");
        }
    }
}

package io.minik.api.cel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The language's grammar (cel-spec's langdef, tests parse and plumbing), and how the checker words what is wrong. */
class ParserTest {
    private static final String EXPECTED = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT,"
            + " NUM_UINT, STRING, BYTES, IDENTIFIER}";

    @Nested
    class Literals {
        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            '\\a\\b\\f\\n\\r\\t\\v\\'\\"\\`\\?\\\\'.size() | 12
            '\\x41\\u0042\\U00000043\\104' | 'ABCD'
            '\\U0001F431'.size() | 1
            '\\303\\251'.size() | 2
            b'\\303\\251' | bytes('é')
            b'é'.size() | 2
            b'\\xff\\X0a'.size() | 2
            r'\\n'.size() | 2
            R"\\n" | '\\\\n'
            br'\\n' | b'\\\\n'
            rb'\\n' | b'\\\\n'
            B'a' | b'a'
            '''it's'''.size() | 4
            \"""a "b" c\""" | 'a "b" c'
            "it's" | 'it\\'s'
            0xFF | 255
            0XaBu | 171u
            1U | 1u
            1.5e+3 | 1500.0
            .25 | 0.25
            1e3 | 1000.0
            """)
        void sayValues(String literal, String value) {
            CelExpressions.same(literal, value);
        }

        @Test
        void mayGoOverLinesInThreeQuotesOnly() {
            assertThat(CelExpressions.value("'''a\nb''' == 'a\\nb'")).isEqualTo(true);
            assertThat(CelExpressions.fault("'a\nb'")).contains("Syntax error: token recognition error at: ''a'");
        }

        /** Halves of letters are none, and bytes know no letters by number. */
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "'\\z'",
                    "'\\u12'",
                    "'\\x4'",
                    "'\\400'",
                    "'\\8'",
                    "'\\U00110000'",
                    "'\\ud800'",
                    "'\\U0000dfff'",
                    "b'\\u00e9'",
                    "b'\\U000000e9'"
                })
        void withUnknownEscapesAreRefused(String literal) {
            assertThat(CelExpressions.fault(literal))
                    .isEqualTo("ERROR: <input>:1:1: invalid string literal: unable to unescape string\n | " + literal
                            + "\n | ^");
        }

        @ParameterizedTest
        @ValueSource(strings = {"'abc", "\"abc", "'''abc", "'abc\\'"})
        void mustEnd(String literal) {
            assertThat(CelExpressions.fault(literal))
                    .startsWith("ERROR: <input>:1:1: Syntax error: token recognition error at: '");
        }

        @ParameterizedTest
        @CsvSource({"9223372036854775808, int", "0x8000000000000000, int", "18446744073709551616u, uint"})
        void haveRoomForSixtyFourBits(String literal, String type) {
            assertThat(CelExpressions.fault(literal)).startsWith("ERROR: <input>:1:1: invalid " + type + " literal\n");
        }
    }

    @Nested
    class Operators {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "1 + 2 * 3 == 7 && 2 * 3 + 1 == 7",
                    "(1 + 2) * 3 == 9 && 10 - 4 - 3 == 3 && 100 / 10 / 5 == 2",
                    "true || false && false",
                    "1 < 2 == true && 1 == 1 == true",
                    "!false && !!true && --1 == 1 && - -1 == 1 && 1--1 == 2",
                    "-1 + 2 == 1 && -2 * -3 == 6",
                    "false ? false : true ? true : false",
                    "1 in [1] == true && !(2 in [1])",
                    "-[1, 2][1] == -2 && !{'a': true}.a == false",
                    "'a' + 'b' in ['ab']"
                })
        void bindAsInC(String expression) {
            assertThat(CelExpressions.value(expression)).isEqualTo(true);
        }

        @Test
        void standAmongBlanksAndRemarks() {
            CelExpressions.same("1+1", "2");
            CelExpressions.same("\t1\n+ // one\n1\f", "2");
        }
    }

    @Nested
    class Syntax {
        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            1 + | 4
            x in | 5
            1 ? 2 : | 8
            // only | 8
            f(1, | 5
            """)
        void endsWithAnOperand(String expression, int column) {
            assertThat(CelExpressions.fault(expression))
                    .startsWith("ERROR: <input>:1:" + column + ": Syntax error: mismatched input '<EOF>' expecting "
                            + EXPECTED);
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            a b | 3 | extraneous input 'b' expecting <EOF>
            1e | 2 | extraneous input 'e' expecting <EOF>
            0xg | 2 | extraneous input 'xg' expecting <EOF>
            'a' 'b' | 5 | extraneous input ''b'' expecting <EOF>
            1 ? 2 | 6 | missing ':' at '<EOF>'
            (1 | 3 | missing ')' at '<EOF>'
            [1][0 | 6 | missing ']' at '<EOF>'
            {1 2} | 4 | mismatched input '2' expecting ':'
            a..b | 3 | no viable alternative at input '..'
            @a | 1 | token recognition error at: '@'
            """)
        void saysWhatItDoesNotTake(String expression, int column, String message) {
            assertThat(CelExpressions.fault(expression))
                    .startsWith("ERROR: <input>:1:" + column + ": Syntax error: " + message + "\n | " + expression
                            + "\n | " + ".".repeat(column - 1) + "^");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "as",
                    "break",
                    "const",
                    "continue",
                    "else",
                    "for",
                    "function",
                    "if",
                    "import",
                    "let",
                    "loop",
                    "package",
                    "namespace",
                    "return",
                    "var",
                    "void",
                    "while"
                })
        void keepsTheWordsOfOtherLanguages(String word) {
            assertThat(CelExpressions.fault(word + " == 1"))
                    .startsWith("ERROR: <input>:1:1: reserved identifier: " + word + "\n");
            CelExpressions.same("{'" + word + "': 1}." + word, "1");
        }

        @Test
        void tellsTheLineOfAFault() {
            assertThat(CelExpressions.fault("1 == 1 &&\n  x == 1 &&\n  y == 2"))
                    .isEqualTo("ERROR: <input>:2:3: undeclared reference to 'x' (in container '')\n"
                            + " |   x == 1 &&\n | ..^\n"
                            + "ERROR: <input>:3:3: undeclared reference to 'y' (in container '')\n"
                            + " |   y == 2\n | ..^");
        }
    }

    @Nested
    class Types {
        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            !1 | 1 | !_ | (int)
            -'a' | 1 | -_ | (string)
            true ? 1 : 'a' | 6 | _?_:_ | (bool, int, string)
            1 ? 2 : 3 | 3 | _?_:_ | (int, int, int)
            1 < 2 < 3 | 7 | _<_ | (bool, int)
            1 && true | 3 | _&&_ | (int, bool)
            size(1) | 5 | size | (int)
            size() | 5 | size | ()
            'a'.size(1) | 9 | size | string.(int)
            'a'.startsWith() | 15 | startsWith | string.()
            type(1) == 'int' | 9 | _==_ | (type, string)
            [1]['a'] | 4 | _[_] | (list(int), string)
            {'a': 1}[1] | 9 | _[_] | (map(string, int), int)
            'a' in 'abc' | 5 | @in | (string, string)
            timestamp(0) + timestamp(0) | 14 | _+_ | (timestamp, timestamp)
            b'a' + 'a' | 6 | _+_ | (bytes, string)
            """)
        void mustFitAForm(String expression, int column, String function, String types) {
            assertThat(CelExpressions.fault(expression))
                    .startsWith("ERROR: <input>:1:" + column + ": found no matching overload for '" + function
                            + "' applied to '" + types + "'\n");
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            f() | 2 | undeclared reference to 'f' (in container '')
            x | 1 | undeclared reference to 'x' (in container '')
            .x | 1 | undeclared reference to 'x' (in container '')
            x{y: 1} | 2 | undeclared reference to 'x' (in container '')
            'a'.nothing() | 12 | undeclared reference to 'nothing' (in container '')
            'a'.b | 4 | type 'string' does not support field selection
            """)
        void mustBeKnown(String expression, int column, String message) {
            assertThat(CelExpressions.fault(expression))
                    .startsWith("ERROR: <input>:1:" + column + ": " + message + "\n");
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            1 | int
            1u | uint
            1.0 | double
            'a' | string
            b'a' | bytes
            true | bool
            [1] | list
            {'a': 1} | map
            null | null_type
            type(1) | type
            """)
        void areValuesThemselves(String expression, String type) {
            assertThat(CelExpressions.value("type(" + expression + ") == " + type))
                    .isEqualTo(true);
        }
    }
}

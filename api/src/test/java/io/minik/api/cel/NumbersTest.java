package io.minik.api.cel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers never wrap around: cel-spec's integer_math, fp_math and conversions, with cel-go's words. */
class NumbersTest {
    private static final String GREATEST = "9223372036854775807";
    private static final String LEAST = "-9223372036854775808";
    private static final String GREATEST_UINT = "18446744073709551615u";

    @Nested
    class Ints {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    GREATEST + " + 1",
                    LEAST + " - 1",
                    LEAST + " + -1",
                    "0 - " + LEAST,
                    "5000000000 * 5000000000",
                    "-5000000000 * 5000000000",
                    LEAST + " * -1",
                    LEAST + " / -1",
                    LEAST + " % -1",
                    "-(" + LEAST + ")"
                })
        void doNotWrapAround(String expression) {
            assertThat(CelExpressions.error(expression)).isEqualTo("integer overflow");
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
            40 + 2 | 42
            -42 - 42 | -84
            4 - -4 | 8
            -1 * -1 | 1
            0 * 2 | 0
            3 / 2 | 1
            -3 / 2 | -1
            3 / -2 | -1
            -3 / -2 | 1
            47 % 5 | 2
            43 % -5 | 3
            -42 % 5 | -2
            -42 % -5 | -2
            --5 | 5
            1 - 2 - 3 | -4
            12 / 2 / 3 | 2
            2 + 3 * 4 - 5 | 9
            (2 + 3) * 4 | 20
            -5 * 2 | -10
            7 - 10 % 4 | 5
            """)
        void divideTowardsZeroAndGroupFromTheLeft(String expression, long value) {
            assertThat(CelExpressions.value(expression)).isEqualTo(value);
        }

        @ParameterizedTest
        @CsvSource({"/, division by zero", "%, modulus by zero"})
        void areNotDividedByZero(String operator, String error) {
            assertThat(CelExpressions.error("4 " + operator + " 0")).isEqualTo(error);
            assertThat(CelExpressions.error("4u " + operator + " 0u")).isEqualTo(error);
        }

        @Test
        void haveTheirGreatestAndLeast() {
            CelExpressions.same(GREATEST + " - " + GREATEST, "0");
            CelExpressions.same(LEAST + " + " + GREATEST, "-1");
            CelExpressions.same("0x7fffffffffffffff", GREATEST);
            assertThat(CelExpressions.fault("9223372036854775808")).contains("invalid int literal");
            assertThat(CelExpressions.fault("-9223372036854775809")).contains("invalid int literal");
        }
    }

    @Nested
    class Uints {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    GREATEST_UINT + " + 1u",
                    "0u - 1u",
                    "1u - 2u",
                    "5000000000u * 5000000000u",
                    "[" + GREATEST_UINT + ", 1u].sum() == 0u"
                })
        void doNotWrapAround(String expression) {
            assertThat(CelExpressions.error(expression)).isEqualTo("unsigned integer overflow");
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
            42u + 2u | 44u
            42u - 12u | 30u
            40u * 2u | 80u
            60u / 7u | 8u
            47u % 5u | 2u
            18446744073709551615u / 2u | 9223372036854775807u
            18446744073709551615u % 10u | 5u
            0xFFu | 255u
            """)
        void areCountedBeyondTheGreatestInt(String expression, String value) {
            CelExpressions.same(expression, value);
        }

        @Test
        void areOrderedBeyondTheGreatestInt() {
            assertThat(CelExpressions.value(GREATEST_UINT + " > 9223372036854775808u"))
                    .isEqualTo(true);
            assertThat(CelExpressions.value("string(" + GREATEST_UINT + ")")).isEqualTo("18446744073709551615");
        }

        @Test
        void haveNoSign() {
            assertThat(CelExpressions.fault("-(1u)"))
                    .contains("found no matching overload for '-_' applied to '(uint)'");
        }
    }

    @Nested
    class Doubles {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "1.0 / 0.0 == double('Infinity')",
                    "-1.0 / 0.0 == double('-Infinity')",
                    "double('NaN') != double('NaN')",
                    "!(double('NaN') < 1.0) && !(double('NaN') >= 1.0)",
                    "1e308 * 10.0 == double('Infinity')",
                    "0.0 == -0.0",
                    "4.5 - 1.25 == 3.25 && 2.5 * 2.0 == 5.0 && 7.5 / 2.5 == 3.0",
                    "-(1.5) == -1.5 && .5 == 0.5 && 5e-1 == 0.5 && 1E2 == 100.0"
                })
        void areThoseOfIeee754(String expression) {
            assertThat(CelExpressions.value(expression)).isEqualTo(true);
        }

        /** As Go's %g writes them. */
        @ParameterizedTest
        @CsvSource(textBlock = """
            1.0, 1
            1.5, 1.5
            -0.0, -0
            123.456, 123.456
            123456.0, 123456
            1000000.0, 1e+06
            1234567.5, 1.2345675e+06
            0.0001, 0.0001
            0.00001, 1e-05
            6.02214e23, 6.02214e+23
            1.38e-23, 1.38e-23
            1e100, 1e+100
            -84.32e7, -8.432e+08
            double('NaN'), NaN
            1.0/0.0, +Inf
            -1.0/0.0, -Inf
            """)
        void areShownAsGoShowsThem(String number, String text) {
            assertThat(CelExpressions.value("string(" + number + ")")).isEqualTo(text);
        }

        @Test
        void haveNoRest() {
            assertThat(CelExpressions.fault("47.5 % 5.5"))
                    .contains("found no matching overload for '_%_' applied to '(double, double)'");
        }
    }

    @Nested
    class Comparisons {
        /** Of different types by what they are worth, beyond what a double can tell apart, too. */
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "1 < 1.5 && 1.5 < 2u && 1u <= 1 && 2u > 1",
                    "-1 < 0u && 0u > -1",
                    "9007199254740993 > 9007199254740992.0",
                    "9223372036854775807 < 9223372036854775808.0",
                    "18446744073709551615u > 9223372036854775807",
                    "dyn(1) == 1u && dyn(1u) == 1.0 && dyn(1.0) == 1",
                    "dyn(-1) != 18446744073709551615u",
                    "dyn(1) != '1' && dyn(1) != true && dyn(0) != null",
                    "1 < double('Infinity') && -1 > double('-Infinity')",
                    "dyn([1, 2]) == [1.0, 2.0] && dyn({'a': 1}) == {'a': 1u}",
                    "dyn(1) in [1.0, 2.0] && dyn(2u) in [1, 2]",
                })
        void areByValue(String expression) {
            assertThat(CelExpressions.value(expression)).isEqualTo(true);
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            1 == 1u | _==_ | (int, uint)
            1 == 1.0 | _==_ | (int, double)
            1u + 1 == 2u | _+_ | (uint, int)
            1 * 1.5 == 1.5 | _*_ | (int, double)
            'a' < 1 | _<_ | (string, int)
            [1] < [2] | _<_ | (list(int), list(int))
            """)
        void ofTypesThatAreKnownToDifferAreRefused(String expression, String operator, String types) {
            assertThat(CelExpressions.fault(expression))
                    .contains("found no matching overload for '" + operator + "' applied to '" + types + "'");
        }
    }

    @Nested
    class Conversions {
        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            int(42u) | 42
            int(3.9) | 3
            int(-3.9) | -3
            int('-42') | -42
            int('+5') | 5
            int('007') | 7
            uint(42) | 42u
            uint(3.9) | 3u
            uint('300') | 300u
            uint(18446744073709549568.0) | 18446744073709549568u
            double(-3) | -3.0
            double(3u) | 3.0
            double('6.02e23') | 6.02e23
            double('-0x1p3') | -8.0
            double('inf') | 1.0 / 0.0
            double('-INFINITY') | -1.0 / 0.0
            string(-456) | '-456'
            string(9876u) | '9876'
            int(int(1)) | 1
            """)
        void keepWhatANumberIsWorth(String expression, String value) {
            CelExpressions.same(expression, value);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "int(1e99)",
                    "int(9223372036854775808.0)",
                    "int(-9223372036854775808.0)",
                    "int(18446744073709551615u)",
                    "int(double('NaN'))",
                    "int(1.0 / 0.0)"
                })
        void toIntEndWhereIntsEnd(String expression) {
            assertThat(CelExpressions.error(expression)).isEqualTo("integer overflow");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"uint(-1)", "uint(-0.5)", "uint(18446744073709551616.0)", "uint(6.022e23)", "uint(1.0 / 0.0)"
                })
        void toUintEndWhereUintsEnd(String expression) {
            assertThat(CelExpressions.error(expression)).isEqualTo("unsigned integer overflow");
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            int('x') | int
            int('') | int
            int('1.0') | int
            int('0x10') | int
            int(' 1') | int
            int('9223372036854775808') | int
            uint('-1') | uint
            uint('+1') | uint
            uint('18446744073709551616') | uint
            double('x') | double
            double('') | double
            double(' 1') | double
            double('1f') | double
            double('1d') | double
            double('1e400') | double
            double('0x10') | double
            bool('yes') | bool
            bool('tRuE') | bool
            bool('') | bool
            """)
        void ofTextsThatSayNoneFail(String expression, String type) {
            assertThat(CelExpressions.error(expression))
                    .isEqualTo("type conversion error from 'string' to '" + type + "'");
        }

        @ParameterizedTest
        @ValueSource(strings = {"1", "t", "T", "true", "TRUE", "True"})
        void toBoolTakeGoWords(String word) {
            assertThat(CelExpressions.value("bool('" + word + "')")).isEqualTo(true);
        }

        @ParameterizedTest
        @ValueSource(strings = {"0", "f", "F", "false", "FALSE", "False"})
        void toBoolTakeGoWordsForNo(String word) {
            assertThat(CelExpressions.value("bool('" + word + "')")).isEqualTo(false);
        }

        @Test
        void ofBytesAskForUtf8() {
            CelExpressions.same("string(b'\\303\\251')", "'é'");
            CelExpressions.same("bytes('é')", "b'\\xc3\\xa9'");
            CelExpressions.same("size(bytes('日本'))", "6");
            assertThat(CelExpressions.error("string(b'\\xff')"))
                    .isEqualTo("invalid UTF-8 in bytes, cannot convert to string");
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            int(true) | int | (bool)
            uint(duration('1s')) | uint | (duration)
            bool(1) | bool | (int)
            bytes(1) | bytes | (int)
            string([1]) | string | (list(int))
            duration(1) | duration | (int)
            timestamp(1.0) | timestamp | (double)
            """)
        void thatTheLanguageDoesNotHaveAreRefused(String expression, String function, String types) {
            assertThat(CelExpressions.fault(expression))
                    .contains("found no matching overload for '" + function + "' applied to '" + types + "'");
        }
    }
}

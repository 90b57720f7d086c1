package io.minik.api.cel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Times and durations as cel-spec has them, with cel-go's words where they end. */
class TimestampTest {
    private static final String FRIDAY = "timestamp('2009-02-13T23:31:30.123456789Z')";

    @Nested
    class Parts {
        @ParameterizedTest
        @CsvSource(textBlock = """
            getFullYear, 2009
            getMonth, 1
            getDate, 13
            getDayOfMonth, 12
            getDayOfYear, 43
            getDayOfWeek, 5
            getHours, 23
            getMinutes, 31
            getSeconds, 30
            getMilliseconds, 123
            """)
        void areThoseOfUtcIfNothingIsSaid(String part, long value) {
            assertThat(CelExpressions.value(FRIDAY + "." + part + "()")).isEqualTo(value);
        }

        @ParameterizedTest
        @CsvSource(textBlock = """
            23:31:30, getDate, Australia/Sydney, 14
            23:31:30, getDayOfMonth, US/Central, 12
            23:31:30, getDayOfMonth, +11:00, 13
            02:00:00, getDayOfMonth, -02:30, 11
            02:00:00, getDayOfMonth, America/St_Johns, 11
            23:31:30, getDayOfWeek, UTC, 5
            23:31:30, getDayOfWeek, Asia/Tokyo, 6
            23:31:30, getDayOfYear, US/Central, 43
            23:31:30, getFullYear, -09:30, 2009
            23:31:30, getHours, 02:00, 1
            23:31:30, getHours, -02:30, 21
            23:31:30, getMinutes, -02:30, 1
            23:31:30, getMinutes, Asia/Kathmandu, 16
            23:31:30, getMonth, UTC, 1
            23:31:30, getSeconds, -00:00, 30
            """)
        void areThoseOfAZone(String time, String part, String zone, long value) {
            assertThat(CelExpressions.value("timestamp('2009-02-13T" + time + "Z')." + part + "('" + zone + "')"))
                    .isEqualTo(value);
        }

        @Test
        void followSummerTime() {
            assertThat(CelExpressions.value("timestamp('2024-03-31T00:59:59Z').getHours('Europe/Vienna')"))
                    .isEqualTo(1L);
            assertThat(CelExpressions.value("timestamp('2024-03-31T01:00:00Z').getHours('Europe/Vienna')"))
                    .isEqualTo(3L);
        }

        @Test
        void countTheLeapDay() {
            assertThat(CelExpressions.value("timestamp('2024-12-31T00:00:00Z').getDayOfYear()"))
                    .isEqualTo(365L);
            assertThat(CelExpressions.value("timestamp('2023-12-31T00:00:00Z').getDayOfYear()"))
                    .isEqualTo(364L);
        }

        @Test
        void aSundayIsTheFirstDayOfItsWeek() {
            assertThat(CelExpressions.value("timestamp('2009-02-15T00:00:00Z').getDayOfWeek()"))
                    .isEqualTo(0L);
        }

        /** Go looks in the time zone database, where sums of names and hours are not. */
        @ParameterizedTest
        @ValueSource(strings = {"Nowhere/City", "GMT+2", "Z", "+02", "utc"})
        void areNotThoseOfAnUnknownZone(String zone) {
            assertThat(CelExpressions.error(FRIDAY + ".getHours('" + zone + "')"))
                    .isEqualTo("unknown time zone " + zone);
        }
    }

    @Nested
    class Texts {
        @ParameterizedTest
        @CsvSource(textBlock = """
            2009-02-13T23:31:30Z, 2009-02-13T23:31:30Z
            2009-02-13T23:31:00Z, 2009-02-13T23:31:00Z
            2009-02-13T23:31:30.5Z, 2009-02-13T23:31:30.5Z
            2009-02-13T23:31:30.120Z, 2009-02-13T23:31:30.12Z
            2009-02-13T23:31:30.000Z, 2009-02-13T23:31:30Z
            2009-02-13T23:31:30.000001Z, 2009-02-13T23:31:30.000001Z
            9999-12-31T23:59:59.999999999Z, 9999-12-31T23:59:59.999999999Z
            2009-02-14T01:31:30+02:00, 2009-02-13T23:31:30Z
            2009-02-13T19:01:30-04:30, 2009-02-13T23:31:30Z
            """)
        void areOfUtcAndHaveNoZerosAtTheirEnd(String said, String shown) {
            assertThat(CelExpressions.value("string(timestamp('" + said + "'))"))
                    .isEqualTo(shown);
            assertThat(CelExpressions.value("'%s'.format([timestamp('" + said + "')])"))
                    .isEqualTo(shown);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "2009-02-13",
                    "2009-02-13T23:31Z",
                    "2009-02-13T23:31:30",
                    "2009-02-13 23:31:30Z",
                    "2009-02-13t23:31:30z",
                    "2009-02-30T23:31:30Z",
                    "2009-02-13T24:31:30Z",
                    "10000-01-01T00:00:00Z",
                    "tomorrow",
                    ""
                })
        void thatAreNoneOfRfc3339AreNoTimes(String text) {
            assertThat(CelExpressions.error("timestamp(string('" + text + "'))"))
                    .isEqualTo("type conversion error from 'string' to 'google.protobuf.Timestamp'");
        }

        @Test
        void sayTheSecondsSince1970AsInt() {
            CelExpressions.same("int(timestamp('2009-02-13T23:31:30.9Z'))", "1234567890");
            CelExpressions.same("timestamp(1234567890)", "timestamp('2009-02-13T23:31:30Z')");
            CelExpressions.same("int(timestamp('1969-12-31T23:59:59Z'))", "-1");
        }
    }

    @Nested
    class Range {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "timestamp(string('0000-01-01T00:00:00Z'))",
                    "timestamp('0001-01-01T00:00:00Z') + duration('-1s')",
                    "timestamp('0001-01-01T00:00:00Z') + duration('-1ns')",
                    "timestamp('0001-01-01T00:00:00Z') - duration('1ns')",
                    "timestamp('9999-12-31T23:59:59Z') + duration('1s')",
                    "timestamp('9999-12-31T23:59:59.999999999Z') + duration('1ns')",
                    "duration('1s') + timestamp('9999-12-31T23:59:59Z')",
                    "timestamp(int('253402300800'))",
                    "timestamp(int('-62135596801'))",
                    "timestamp(int('9223372036854775807'))"
                })
        void ofTimesIsThatOfFourDigitYears(String expression) {
            assertThat(CelExpressions.error(expression)).isEqualTo("timestamp overflow");
        }

        @Test
        void ofTimesHasItsEndsInIt() {
            CelExpressions.same("timestamp(int('-62135596800'))", "timestamp('0001-01-01T00:00:00Z')");
            CelExpressions.same("timestamp(int('253402300799'))", "timestamp('9999-12-31T23:59:59Z')");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z')",
                    "timestamp('0001-01-01T00:00:00Z') - timestamp('9999-12-31T23:59:59Z')",
                    "duration('2500000h') + duration('2500000h')",
                    "duration('-2500000h') - duration('2500000h')",
                    "duration('9223372036854775807ns') + duration('1ns')",
                    "duration('-9223372036854775807ns') - duration('2ns')"
                })
        void ofDurationsIsThatOfNanosecondsInAnInt(String expression) {
            assertThat(CelExpressions.error(expression)).isEqualTo("duration overflow");
        }
    }

    @Nested
    class Durations {
        @ParameterizedTest
        @CsvSource(textBlock = """
            1h, 3600s
            90m, 5400s
            1h30m, 5400s
            1.5h, 5400s
            -1.5s, -1.5s
            +5s, 5s
            1s500ms, 1.5s
            1us, 0.000001s
            1µs, 0.000001s
            1ns, 0.000000001s
            .5s, 0.5s
            0, 0s
            -0s, 0s
            1000000s, 1000000s
            """)
        void areShownInSeconds(String said, String shown) {
            assertThat(CelExpressions.value("string(duration('" + said + "'))")).isEqualTo(shown);
        }

        /** Days and weeks are for schemas' formats only: Go has no such units. */
        @ParameterizedTest
        @ValueSource(
                strings = {"1d", "1w", "1", "", "h", "1h 30m", "-", ".s", "1hh", "320000000000s", "-320000000000s"})
        void areReadAsGoReadsThem(String text) {
            assertThat(CelExpressions.error("duration(string('" + text + "'))"))
                    .isEqualTo("type conversion error from 'string' to 'google.protobuf.Duration'");
        }

        @ParameterizedTest
        @CsvSource(textBlock = """
            10000s, getHours, 2
            3730s, getMinutes, 62
            3730s, getSeconds, 3730
            123.321456789s, getMilliseconds, 123321
            -1.5s, getSeconds, -1
            -90m, getHours, -1
            """)
        void areCountedWholeInAnyUnit(String duration, String unit, long value) {
            assertThat(CelExpressions.value("duration('" + duration + "')." + unit + "()"))
                    .isEqualTo(value);
        }

        @Test
        void areNanosecondsAsInt() {
            CelExpressions.same("int(duration('1.5s'))", "1500000000");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "timestamp('2009-02-13T23:00:00Z') + duration('240s') == timestamp('2009-02-13T23:04:00Z')",
                "duration('120s') + timestamp('2009-02-13T23:01:00Z') == timestamp('2009-02-13T23:03:00Z')",
                "duration('600s') + duration('50s') == duration('650s')",
                "timestamp('0001-01-01T00:00:01.000000001Z') + duration('-999999999ns')"
                        + " == timestamp('0001-01-01T00:00:00.000000002Z')",
                "timestamp('0001-01-01T00:00:01.999999999Z') + duration('999999999ns')"
                        + " == timestamp('0001-01-01T00:00:02.999999998Z')",
                "timestamp('2009-02-13T23:10:00Z') - duration('600s') == timestamp('2009-02-13T23:00:00Z')",
                "timestamp('2009-02-13T23:31:00Z') - timestamp('2009-02-13T23:29:00Z') == duration('120s')",
                "duration('900s') - duration('42s') == duration('858s')",
                "timestamp('2009-02-13T23:00:00Z') <= timestamp('2009-02-13T23:00:00Z')",
                "timestamp('2009-02-13T23:00:00Z') < timestamp('2009-02-13T23:00:00.000000001Z')",
                "timestamp('2009-02-13T23:00:00+01:00') < timestamp('2009-02-13T22:30:00Z')",
                "duration('-1s') < duration('0s') && duration('300s') >= duration('5m')",
                "type(timestamp('2009-02-13T23:31:30Z')) == type(timestamp(0)) && type(duration('1s')) != type(timestamp(0))"
            })
    void arithmeticAndOrder(String expression) {
        assertThat(CelExpressions.value(expression)).isEqualTo(true);
    }

    /** What a literal says wrongly is known before any object comes: apiserver's validators of literals. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '#', textBlock = """
            timestamp('tomorrow') | 11 | timestamp
            timestamp('0000-01-01T00:00:00Z') | 11 | timestamp
            timestamp(253402300800) | 11 | timestamp
            duration('1d') == duration('24h') | 10 | duration
            1 == 1 && duration('never') == duration('1s') | 20 | duration
            'a'.matches('[a') | 13 | matches
            """)
    void aWrongLiteralIsRefusedAtOnce(String expression, int column, String function) {
        assertThat(CelExpressions.fault(expression))
                .isEqualTo("ERROR: <input>:1:" + column + ": invalid " + function + " argument\n | " + expression
                        + "\n | " + ".".repeat(column - 1) + "^");
    }
}

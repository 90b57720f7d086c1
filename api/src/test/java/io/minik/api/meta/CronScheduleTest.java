package io.minik.api.meta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CronScheduleTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 9 * * mon-fri  | UTC           | 2026-01-02T10:00:00Z | 2026-01-05T09:00:00Z",
                "*/15 * * * *     | UTC           | 2026-01-01T00:00:00Z | 2026-01-01T00:15:00Z",
                "20/15 * * * *    | UTC           | 2026-01-01T00:21:00Z | 2026-01-01T00:35:00Z",
                "@monthly         | UTC           | 2026-01-15T00:00:00Z | 2026-02-01T00:00:00Z",
                "30 8 * * *       | Europe/Berlin | 2026-01-01T00:00:00Z | 2026-01-01T07:30:00Z",
                "0 0 29 FEB *     | UTC           | 2026-03-01T00:00:00Z | 2028-02-29T00:00:00Z",
                "@every 1h30m     | UTC           | 2026-01-01T00:00:00Z | 2026-01-01T01:30:00Z",
                "@every 1.5s      | UTC           | 2026-01-01T00:00:00Z | 2026-01-01T00:00:01Z",
            })
    void expressionsMeanWhatCronMeans(String expression, String zone, Instant after, Instant next) {
        assertThat(CronSchedule.parse(expression, ZoneId.of(zone)).next(after)).contains(next);
    }

    /** A star with a step restricts: robfig/cron, which upstream uses, then lets either day count. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 0 13 * 5  | 2026-01-01T00:00:00Z | 2026-01-02T00:00:00Z",
                "0 0 * * 5   | 2026-01-03T00:00:00Z | 2026-01-09T00:00:00Z",
                "0 0 */2 * 5 | 2026-01-03T00:00:00Z | 2026-01-05T00:00:00Z",
                "0 0 13 * ?  | 2026-01-01T00:00:00Z | 2026-01-13T00:00:00Z",
            })
    void ifBothDaysAreRestrictedEitherCounts(String expression, Instant after, Instant next) {
        assertThat(CronSchedule.parse(expression).next(after)).contains(next);
    }

    @Test
    void aDayThatNeverComesIsNever() {
        assertThat(CronSchedule.parse("0 0 31 2 *").next(Instant.EPOCH)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "* * * *      | expected exactly 5 fields, found 4: [* * * *]",
                "60 * * * *   | end of range (60) above maximum (59): 60",
                "* * 0 * *    | beginning of range (0) below minimum (1): 0",
                "* * * * 7    | end of range (7) above maximum (6): 7",
                "5-1 * * * *  | beginning of range (5) beyond end of range (1): 5-1",
                "1-2-3 * * * *| too many hyphens: 1-2-3",
                "*/2/3 * * * *| too many slashes: */2/3",
                "*/0 * * * *  | step of range should be a positive number: */0",
                "a * * * *    | failed to parse int from a: strconv.Atoi: parsing \"a\": invalid syntax",
                "@fortnightly | unrecognized descriptor: @fortnightly",
                "@every day   | failed to parse duration @every day",
            })
    void whatIsNoScheduleIsRefusedInUpstreamsWords(String expression, String why) {
        assertThatThrownBy(() -> CronSchedule.parse(expression))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "* * * * *    | 2025-01-01T00:00:00Z | 2026-01-01T00:00:59Z | 2026-01-01T00:00:00Z",
                "* * * * *    | 2025-12-31T23:59:00Z | 2026-01-01T00:00:00Z | 2026-01-01T00:00:00Z",
                "* * * * *    | 2026-01-01T00:00:00Z | 2026-01-01T00:00:30Z |",
                "* * 1 1 *    | 2020-06-01T00:00:00Z | 2026-06-01T00:00:00Z | 2026-01-01T23:59:00Z",
                "0 0 29 2 *   | 2020-06-01T00:00:00Z | 2026-06-01T00:00:00Z | 2024-02-29T00:00:00Z",
                "0 0 31 2 *   | 2020-06-01T00:00:00Z | 2026-06-01T00:00:00Z |",
                "@every 1h30m | 2026-01-01T00:10:00Z | 2026-01-01T05:00:00Z | 2026-01-01T04:40:00Z",
                "@every 1h    | 2026-01-01T00:10:00Z | 2026-01-01T01:00:00Z |",
                "* * * * *    | 2026-01-01T00:10:00Z | 2026-01-01T00:00:00Z |",
            })
    void theLastTimeOfALongWhileIsFoundWithoutWalkingThroughIt(
            String expression, Instant since, Instant now, Instant last) {
        assertThat(CronSchedule.parse(expression).last(since, now)).isEqualTo(Optional.ofNullable(last));
    }

    @Test
    void missedTimesAreCountedToALimit() {
        CronSchedule hourly = CronSchedule.parse("@hourly");
        Instant since = Instant.parse("2026-01-01T00:00:00Z");
        assertThat(hourly.count(since, since.plusSeconds(3599), 101)).isZero();
        assertThat(hourly.count(since, since.plusSeconds(3600 * 100), 101)).isEqualTo(100);
        assertThat(hourly.count(since, since.plusSeconds(3600 * 10_000), 101)).isEqualTo(101);
    }
}

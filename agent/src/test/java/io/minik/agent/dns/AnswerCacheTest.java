package io.minik.agent.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AnswerCacheTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final AnswerCache cache = new AnswerCache(64 * 1024);

    private static byte[] answer(byte[] question, DnsAnswer answer) {
        return DnsMessages.encode(DnsMessages.decode(question).orElseThrow(), answer, 4096);
    }

    private static DnsAnswer addresses(String name, int... ttls) {
        List<Record> records = new ArrayList<>();
        for (int ttl : ttls) {
            records.add(new Record(name, Record.A, ttl, new byte[] {10, 0, 0, (byte) records.size()}));
        }
        return new DnsAnswer(DnsAnswer.NO_ERROR, false, records, List.of(), List.of());
    }

    private boolean known(byte[] question, int seconds) {
        return cache.find(AnswerCache.key(question, false), question, NOON.plusSeconds(seconds))
                .isPresent();
    }

    private void keep(byte[] question, DnsAnswer answer, int mostSeconds) {
        cache.keep(AnswerCache.key(question, false), answer(question, answer), mostSeconds, NOON);
    }

    @Test
    void timesToLiveCountDownAndTheShortestHolds() {
        byte[] question = DnsMessages.question(1, "a.example", Record.A);
        keep(question, addresses("a.example", 20, 10), 3600);
        byte[] later = DnsMessages.question(2, "A.example", Record.A);
        byte[] told = cache.find(AnswerCache.key(later, false), later, NOON.plusSeconds(9))
                .orElseThrow();
        assertThat(DnsMessages.reply(told).orElseThrow().answers())
                .extracting(Record::ttlSeconds)
                .containsExactly(11, 1);
        assertThat(told[1]).isEqualTo((byte) 2);
        assertThat(told[13]).isEqualTo((byte) 'A');
        assertThat(known(question, 10)).isFalse();
        assertThat(cache.bytes()).as("what is over is gone").isZero();
        keep(question, addresses("a.example", 3000), 30);
        assertThat(known(question, 29)).isTrue();
        assertThat(known(question, 30)).isFalse();
    }

    @Test
    void questionsThatDifferAreKeptApart() {
        byte[] question = DnsMessages.question(1, "a.example", Record.A);
        keep(question, addresses("a.example", 60), 60);
        byte[] checking = question.clone();
        checking[3] |= 0x10;
        assertThat(known(DnsMessages.question(1, "a.example", Record.AAAA), 0)).isFalse();
        assertThat(known(checking, 0)).as("checking disabled").isFalse();
        assertThat(cache.find(AnswerCache.key(question, true), question, NOON)).isEmpty();
        assertThat(known(question, 0)).isTrue();
    }

    @Test
    void denialsLiveAsLongAsTheirSoaSays() {
        byte[] question = DnsMessages.question(1, "no.example", Record.A);
        DnsAnswer bare = DnsAnswer.failed(DnsAnswer.NO_SUCH_NAME);
        keep(question, bare, 60);
        assertThat(known(question, 0)).as("says not for how long").isFalse();
        keep(question, new DnsAnswer(bare.code(), true, List.of(), List.of(Record.soa("example", 1)), List.of()), 60);
        assertThat(known(question, Record.TTL_SECONDS - 1)).isTrue();
        assertThat(known(question, Record.TTL_SECONDS)).isFalse();
        keep(question, DnsAnswer.failed(DnsAnswer.SERVER_FAILURE), 60);
        assertThat(known(question, 0)).as("a failure").isFalse();
    }

    @Test
    void itKeepsToItsBudget() {
        for (int i = 0; i < 5_000; i++) {
            byte[] question = DnsMessages.question(1, "host-" + i + ".example", Record.A);
            keep(question, addresses("host-" + i + ".example", 60), 60);
            assertThat(cache.bytes()).isLessThanOrEqualTo(64 * 1024);
        }
        assertThat(cache.size()).isBetween(50, 400);
        assertThat(known(DnsMessages.question(1, "host-4999.example", Record.A), 1))
                .isTrue();
        assertThat(known(DnsMessages.question(1, "host-0.example", Record.A), 1))
                .isFalse();
        cache.clear();
        assertThat(cache.bytes()).isZero();
    }

    /** Whatever another server sends: it is kept or not, and never breaks the loop. */
    @Test
    void brokenAnswersAreNotKept() {
        Random random = new Random(42);
        byte[] question = DnsMessages.question(1, "a.example", Record.A);
        byte[] sound = answer(question, addresses("a.example", 60, 60));
        for (int i = 0; i < 20_000; i++) {
            byte[] message = java.util.Arrays.copyOf(sound, random.nextInt(sound.length + 1));
            for (int change = random.nextInt(4); change > 0 && message.length > 0; change--) {
                message[random.nextInt(message.length)] = (byte) random.nextInt();
            }
            cache.keep(AnswerCache.key(question, false), message, 60, NOON);
            cache.find(AnswerCache.key(question, false), question, NOON);
        }
        assertThat(cache.size()).isLessThanOrEqualTo(1);
    }
}

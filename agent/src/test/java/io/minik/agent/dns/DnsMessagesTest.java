package io.minik.agent.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.ground.net.Address;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Any pod may send any bytes here. */
class DnsMessagesTest {
    private static final int ROUNDS = Integer.getInteger("dns.rounds", 20_000);
    private final Random random = new Random(Long.getLong("seed", 1));

    private byte[] mutated() {
        String name = String.join(
                ".", List.of("web", "default", "svc", "cluster", "local").subList(random.nextInt(5), 5));
        byte[] message = DnsMessages.question(random.nextInt(1 << 16), name, random.nextInt(260));
        if (random.nextInt(3) == 0) {
            message = Arrays.copyOf(message, message.length + 11);
            message[11] = 1;
            message[message.length - 9] = Record.OPT;
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            message[random.nextInt(message.length)] =
                    (byte) (random.nextInt(3) == 0 ? 0xc0 | random.nextInt(64) : random.nextInt(256));
        }
        return random.nextInt(5) == 0 ? Arrays.copyOf(message, random.nextInt(message.length + 1)) : message;
    }

    private DnsAnswer answer(String name) {
        List<Record> records = new ArrayList<>();
        for (int i = random.nextInt(60); i > 0; i--) {
            records.add(
                    random.nextBoolean() ? Record.address(name, new byte[4]) : Record.srv(name, 1, 80, "a." + name));
        }
        List<Record> more = random.nextBoolean() ? List.of() : List.of(Record.address("x." + name, new byte[16]));
        return new DnsAnswer(DnsAnswer.NO_ERROR, true, records, List.of(Record.soa("cluster.local", 1)), more);
    }

    @Test
    void whateverIsSentIsReadOrRefusedAndNeverAnsweredByMoreThanFits() {
        int read = 0;
        for (int i = 0; i < ROUNDS; i++) {
            byte[] message = mutated();
            Optional<DnsMessages.Query> decoded = DnsMessages.decode(message);
            int end = DnsMessages.questionEnd(message);
            if (decoded.isEmpty()) {
                assertThat(message.length < DnsMessages.HEADER_BYTES || (message[2] & 0x80) != 0)
                        .isTrue();
                continue;
            }
            DnsMessages.Query query = decoded.get();
            assertThat(query.udpBytes()).isBetween(512, 1232);
            if (query.problem() == DnsAnswer.NO_ERROR) {
                read++;
                assertThat(query.question())
                        .as("both readers of a question see the same")
                        .isEqualTo(Arrays.copyOfRange(message, DnsMessages.HEADER_BYTES, end));
            }
            int limit = random.nextBoolean() ? query.udpBytes() : DnsMessages.MAX_TCP_BYTES;
            byte[] told = DnsMessages.encode(query, answer(query.name()), limit);
            assertThat(told).hasSizeLessThanOrEqualTo(limit);
            assertThat(new byte[] {told[0], told[1]}).isEqualTo(new byte[] {message[0], message[1]});
            assertThat(DnsMessages.decode(told)).as("an answer is no question").isEmpty();
            DnsMessages.reply(told);
        }
        assertThat(read).isGreaterThan(ROUNDS / 20);
    }

    @Test
    void whatIsEncodedIsReadAgain() {
        for (int i = 0; i < 2_000; i++) {
            byte[] question = DnsMessages.question(i, "Web.Default.svc.cluster.local", Record.A);
            DnsMessages.Query query = DnsMessages.decode(question).orElseThrow();
            assertThat(query.name()).isEqualTo("web.default.svc.cluster.local");
            DnsAnswer answer = answer(query.name());
            byte[] whole = DnsMessages.encode(query, answer, DnsMessages.MAX_TCP_BYTES);
            DnsMessages.Reply reply = DnsMessages.reply(whole).orElseThrow();
            assertThat(reply.answers())
                    .usingRecursiveFieldByFieldElementComparator()
                    .isEqualTo(answer.answers());
            assertThat(DnsMessages.isTruncated(whole)).isFalse();
            byte[] small = DnsMessages.encode(query, answer, query.udpBytes());
            int kept = DnsMessages.reply(small).orElseThrow().answers().size();
            assertThat(DnsMessages.isTruncated(small)
                            || kept == answer.answers().size())
                    .as("%s of %s, and nothing is said", kept, answer.answers().size())
                    .isTrue();
        }
    }

    @Test
    void anUpstreamsBytesAreAReplyOrNothing() {
        byte[] question = DnsMessages.question(7, "a.example", Record.A);
        DnsMessages.Query query = DnsMessages.decode(question).orElseThrow();
        for (int i = 0; i < ROUNDS; i++) {
            byte[] told = DnsMessages.encode(query, answer("a.example"), DnsMessages.MAX_TCP_BYTES);
            for (int j = random.nextInt(5); j > 0; j--) {
                told[random.nextInt(told.length)] = (byte) random.nextInt(256);
            }
            byte[] cut = random.nextInt(4) == 0 ? Arrays.copyOf(told, random.nextInt(told.length + 1)) : told;
            DnsMessages.reply(cut).ifPresent(reply -> assertThat(reply.code()).isBetween(0, 15));
        }
    }

    /** One name to netty, which follows pointers, and another one to who walks the labels: neither is asked. */
    @Test
    void aQuestionThatPointsElsewhereIsNone() {
        byte[] question = DnsMessages.question(1, "a.example", Record.A);
        byte[] pointing = Arrays.copyOf(question, question.length);
        pointing[12] = (byte) 0xc0;
        pointing[13] = 14;
        assertThat(DnsMessages.decode(pointing).orElseThrow().problem()).isEqualTo(DnsAnswer.FORMAT_ERROR);
        byte[] toItself = {0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, (byte) 0xc0, 12, 0, 1, 0, 1};
        assertThat(DnsMessages.decode(toItself).orElseThrow().problem()).isEqualTo(DnsAnswer.FORMAT_ERROR);
    }

    // ---- over TCP

    @Test
    void messagesComeOutAsTheyWentInHoweverTheyAreCut() {
        for (int i = 0; i < 300; i++) {
            List<byte[]> sent = new ArrayList<>();
            Buffer stream = Buffer.buffer();
            for (int j = random.nextInt(20); j >= 0; j--) {
                byte[] message = new byte[random.nextInt(4) == 0 ? 0 : random.nextInt(3_000)];
                random.nextBytes(message);
                sent.add(message);
                stream.appendBuffer(Framing.framed(message));
            }
            List<byte[]> received = new ArrayList<>();
            Framing framing = new Framing(received::add);
            int at = 0;
            while (at < stream.length()) {
                int end = Math.min(stream.length(), at + 1 + random.nextInt(5_000));
                framing.received(stream.getBuffer(at, end));
                at = end;
            }
            assertThat(received).usingElementComparator(Arrays::compare).isEqualTo(sent);
        }
    }

    @Test
    void aStreamOfNothingIsNothing() {
        int[] count = {0};
        Framing framing = new Framing(message -> count[0] += message.length == 0 ? 1 : 1_000_000);
        for (int i = 0; i < 50; i++) {
            framing.received(Buffer.buffer(new byte[65_536]));
        }
        assertThat(count[0]).isEqualTo(50 * 32_768);
    }

    @Test
    void theLargestMessageWaitsForItsLastByte() {
        List<byte[]> received = new ArrayList<>();
        Framing framing = new Framing(received::add);
        Buffer whole = Framing.framed(new byte[65_535]);
        framing.received(whole.getBuffer(0, whole.length() - 1));
        assertThat(received).isEmpty();
        framing.received(whole.getBuffer(whole.length() - 1, whole.length()));
        assertThat(received).hasSize(1);
    }

    // ---- reverse names

    @ParameterizedTest
    @CsvSource({
        "7.0.42.10.in-addr.arpa,10.42.0.7",
        "256.0.42.10.in-addr.arpa,",
        "0.42.10.in-addr.arpa,",
        "x.7.0.42.10.in-addr.arpa,",
        "07.0.42.10.in-addr.arpa,",
        "in-addr.arpa,",
        "7.0.42.10.in-addr.arpa.example,",
        "::1.0.0.10.in-addr.arpa,",
    })
    void anAddressIsReadBackwards(String name, String address) {
        assertThat(ReverseName.address(name))
                .isEqualTo(Optional.ofNullable(address).map(Address::parse));
    }

    @Test
    void ofIpv6ByItsNibbles() {
        for (int i = 0; i < 500; i++) {
            byte[] bytes = new byte[16];
            random.nextBytes(bytes);
            bytes[0] = (byte) 0xfd;
            StringBuilder name = new StringBuilder();
            for (int at = 15; at >= 0; at--) {
                name.append(Integer.toHexString(bytes[at] & 0xf)).append('.');
                name.append(Integer.toHexString((bytes[at] >> 4) & 0xf)).append('.');
            }
            assertThat(ReverseName.address(name + "ip6.arpa").orElseThrow().bytes())
                    .isEqualTo(bytes);
        }
        String zeros = "0.".repeat(31);
        assertThat(ReverseName.address("zz." + zeros + "ip6.arpa")).isEmpty();
        assertThat(ReverseName.address("00." + zeros + "ip6.arpa")).isEmpty();
        assertThat(ReverseName.address(zeros + "ip6.arpa")).isEmpty();
    }
}

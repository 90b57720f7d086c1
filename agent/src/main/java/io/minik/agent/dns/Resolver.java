package io.minik.agent.dns;

import io.minik.agent.dns.DnsMessages.Query;
import io.minik.agent.dns.StubZone.Forwarding;
import io.minik.ground.loop.Loop;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who answers a question: names by hand, the cluster's zone, or others, whose answers are kept for a while. All on the loop.
 *
 * <pre>
 *   name --> rules: which zone --> rewritten --> hosts --> cluster (Zone) --> AnswerCache --> Upstream
 * </pre>
 */
final class Resolver {
    private static final Logger LOG = LoggerFactory.getLogger(Resolver.class);

    /** An alias of an alias, and so on: as deep as sensible zones go. */
    private static final int MAX_ALIASES = 8;
    /** Some thousand answers; the names that a node's pods ask for are far fewer. */
    private static final int CACHE_BYTES = 512 * 1024;

    private final Loop loop;
    private final Zone zone;
    private final Upstream upstream;
    private final String clusterIp;
    private final AnswerCache cache = new AnswerCache(CACHE_BYTES);
    /** Questions that are being asked: who asks the same meanwhile gets the same answer. Bounded as Upstream's. */
    private final Map<String, Future<byte[]>> asked = new HashMap<>();

    private final RandomGenerator random;
    private DnsRules rules = DnsRules.NONE;

    /** @param clusterIp of this DNS: whoever forwards to it means the cluster's own names */
    Resolver(Loop loop, Zone zone, Upstream upstream, String clusterIp) {
        this.loop = loop;
        this.zone = zone;
        this.upstream = upstream;
        this.clusterIp = clusterIp;
        this.random = loop.random();
    }

    /** What was answered by other rules is forgotten. */
    void follow(DnsRules now) {
        rules = now;
        cache.clear();
    }

    AnswerCache cache() {
        return cache;
    }

    /** Never fails: what can't be answered is answered with a code. */
    Future<byte[]> answer(Query query, byte[] message, boolean overTcp) {
        int limit = overTcp ? DnsMessages.MAX_TCP_BYTES : query.udpBytes();
        if (query.problem() != DnsAnswer.NO_ERROR) {
            return Future.succeededFuture(DnsMessages.encode(query, DnsAnswer.failed(query.problem()), limit));
        }
        StubZone stub = rules.zoneOf(query.name());
        if (stub.logs()) {
            LOG.atInfo()
                    .addKeyValue("name", query.name())
                    .addKeyValue("type", query.type())
                    .log("dns question");
        }
        String name = stub.rewritten(query.name());
        Optional<DnsAnswer> here = here(stub, name, query.type());
        if (here.isPresent()) {
            return followAliases(rotated(here.get()), query.type(), 0)
                    .map(full -> DnsMessages.encode(query, named(full, name, query.name()), limit));
        }
        Forwarding forwarding = forwarding(stub, name);
        if (name.equals(query.name())) {
            return ask(forwarding, message, overTcp, stub.cacheSeconds())
                    .otherwise(why -> DnsMessages.encode(query, failed(why), limit));
        }
        return answers(forwarding, name, query.type(), stub.cacheSeconds())
                .otherwise(Resolver::failed)
                .map(full -> DnsMessages.encode(query, named(full, name, query.name()), limit));
    }

    private Optional<DnsAnswer> here(StubZone stub, String name, int type) {
        return byHand(stub, name, type)
                .or(() -> stub.name().isEmpty() ? zone.ofNode(name, type) : Optional.empty())
                .or(() -> own(stub, name, type));
    }

    /** Most clients take the first address: not always the same one. */
    private DnsAnswer rotated(DnsAnswer answer) {
        List<Record> records = answer.answers();
        int type = records.size() < 2 ? Record.ANY : records.get(0).type();
        if (type != Record.A && type != Record.AAAA) {
            return answer;
        }
        List<Record> turned = new ArrayList<>(records);
        Collections.rotate(turned, random.nextInt(turned.size()));
        return new DnsAnswer(answer.code(), answer.authoritative(), turned, answer.authority(), answer.additional());
    }

    /** Of the table in its zone; a table that does not fall through knows all of its zone. */
    private static Optional<DnsAnswer> byHand(StubZone stub, String name, int type) {
        HostTable hosts = stub.hosts();
        Optional<DnsAnswer> found = hosts.answer(name, type);
        // For the root it would deny the cluster's names, too, which nobody wants.
        boolean denies = !hosts.fallsThrough() && !stub.name().isEmpty() && stub.holds(name);
        return found.isEmpty() && denies ? Optional.of(DnsAnswer.failed(DnsAnswer.NO_SUCH_NAME)) : found;
    }

    private Optional<DnsAnswer> own(StubZone stub, String name, int type) {
        boolean ours = zone.owns(name) && (stub.cluster() || forwardsHere(stub));
        return ours ? Optional.of(zone.answer(name, type)) : Optional.empty();
    }

    private boolean forwardsHere(StubZone stub) {
        return stub.forwarding()
                .map(forwarding -> forwarding.servers().stream()
                        .anyMatch(server -> server.host().equals(clusterIp)))
                .orElse(false);
    }

    private static Forwarding forwarding(StubZone stub, String name) {
        Optional<Forwarding> own = stub.forwarding().filter(forwarding -> forwarding.forwards(name));
        boolean root = stub.name().isEmpty();
        return own.orElse(root ? Forwarding.NODE : Forwarding.NOBODY);
    }

    private static DnsAnswer failed(Throwable why) {
        return DnsAnswer.failed(why instanceof Refused ? DnsAnswer.REFUSED : DnsAnswer.SERVER_FAILURE);
    }

    /** A zone of which nothing is said. */
    private static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;

        Refused() {
            super("no server is named for this zone");
        }
    }

    private Future<byte[]> ask(Forwarding forwarding, byte[] question, boolean overTcp, int cacheSeconds) {
        if (forwarding.servers().isEmpty() && !forwarding.nodes()) {
            return Future.failedFuture(new Refused());
        }
        String key = AnswerCache.key(question, overTcp);
        Optional<byte[]> known = cache.find(key, question, loop.now());
        if (known.isPresent()) {
            return Future.succeededFuture(known.get());
        }
        Future<byte[]> running = asked.get(key);
        if (running != null) {
            return running.map(answer -> DnsMessages.forQuestion(answer, question));
        }
        List<NameServer> servers = new ArrayList<>(forwarding.servers());
        // Asking itself would go round in a circle.
        servers.removeIf(server -> server.host().equals(clusterIp));
        if (forwarding.shuffled() && servers.size() > 1) {
            Collections.rotate(servers, random.nextInt(servers.size()));
        }
        Future<byte[]> answer = upstream.ask(servers, forwarding.nodes(), question, overTcp || forwarding.tcp());
        if (!answer.isComplete()) {
            asked.put(key, answer);
        }
        return answer.onComplete(done -> asked.remove(key)).onSuccess(bytes -> {
            if (cacheSeconds > 0) {
                cache.keep(key, bytes, cacheSeconds, loop.now());
            }
        });
    }

    /** Asked for by ourselves: for what an alias or a rewritten name stands for. */
    private Future<DnsAnswer> answers(Forwarding forwarding, String name, int type, int cacheSeconds) {
        byte[] question = DnsMessages.question(0, name, type);
        return ask(forwarding, question, false, cacheSeconds)
                .compose(bytes -> DnsMessages.isTruncated(bytes)
                        ? ask(forwarding, question, true, cacheSeconds)
                        : Future.succeededFuture(bytes))
                .map(bytes -> DnsMessages.reply(bytes)
                        .map(reply -> new DnsAnswer(reply.code(), false, reply.answers(), List.of(), List.of()))
                        .orElse(DnsAnswer.failed(DnsAnswer.SERVER_FAILURE)));
    }

    /** Stub resolvers do not follow an alias themselves: what it stands for goes with it. */
    private Future<DnsAnswer> followAliases(DnsAnswer answer, int type, int depth) {
        List<Record> records = answer.answers();
        boolean alias = !records.isEmpty() && records.get(records.size() - 1).type() == Record.CNAME;
        if (!alias || type == Record.CNAME || type == Record.ANY || depth >= MAX_ALIASES) {
            return Future.succeededFuture(answer);
        }
        String target = DnsMessages.name(records.get(records.size() - 1).data());
        StubZone stub = rules.zoneOf(target);
        Optional<DnsAnswer> here = here(stub, target, type);
        if (here.isPresent()) {
            List<Record> more = here.get().answers();
            return followAliases(with(answer, more), type, more.isEmpty() ? MAX_ALIASES : depth + 1);
        }
        return answers(forwarding(stub, target), target, type, stub.cacheSeconds())
                .map(DnsAnswer::answers)
                .otherwise(List.of())
                .map(more -> with(answer, more));
    }

    private static DnsAnswer with(DnsAnswer answer, List<Record> more) {
        List<Record> all = new ArrayList<>(answer.answers());
        all.addAll(more);
        return new DnsAnswer(answer.code(), answer.authoritative(), all, answer.authority(), answer.additional());
    }

    /** Clients take only records of the name that they asked for. */
    private static DnsAnswer named(DnsAnswer answer, String name, String asked) {
        if (name.equals(asked)) {
            return answer;
        }
        List<Record> records = answer.answers().stream()
                .map(record -> record.name().equals(name)
                        ? new Record(asked, record.type(), record.ttlSeconds(), record.data())
                        : record)
                .toList();
        return new DnsAnswer(answer.code(), answer.authoritative(), records, answer.authority(), answer.additional());
    }
}

package io.minik.inttest.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Runs behaviours, a few at a time, each in a namespace of its own, and prints a line for each. */
final class Run {
    /** Most of a behaviour is waiting; more at a time would make waits too short on a small machine. */
    private static final int AT_A_TIME = 8;

    private static final int ALL_MINUTES = 8;
    private static final Duration ACCOUNT = Duration.ofSeconds(20);

    /** What a behaviour may use. */
    record Place(Api api, String namespace, String image) {
        String core(String plural) {
            return "/api/v1/namespaces/" + namespace + "/" + plural;
        }

        String apps(String plural) {
            return "/apis/apps/v1/namespaces/" + namespace + "/" + plural;
        }

        String batch(String plural) {
            return "/apis/batch/v1/namespaces/" + namespace + "/" + plural;
        }
    }

    private record Behaviour(String title, Consumer<Place> steps) {}

    private final Api api;
    private final String image;
    private final String only;
    private final List<Behaviour> behaviours = new ArrayList<>();
    private final AtomicInteger failed = new AtomicInteger();

    /** @param only a part of the titles that are to be run, or empty for all */
    Run(Api api, String image, String only) {
        this.api = api;
        this.image = image;
        this.only = only;
    }

    void behaviour(String title, Consumer<Place> steps) {
        if (title.contains(only)) {
            behaviours.add(new Behaviour(title, steps));
        }
    }

    /** One for each resource: its plural goes before the title. */
    void behaviour(String title, String plural, BiConsumer<Place, String> steps) {
        behaviour(plural + ": " + title, place -> steps.accept(place, plural));
    }

    int failures() throws InterruptedException {
        ExecutorService workers = Executors.newFixedThreadPool(AT_A_TIME);
        for (int i = 0; i < behaviours.size(); i++) {
            String namespace = "conformance-" + i;
            Behaviour behaviour = behaviours.get(i);
            workers.execute(() -> one(behaviour, namespace));
        }
        workers.shutdown();
        if (!workers.awaitTermination(ALL_MINUTES, TimeUnit.MINUTES)) {
            System.out.println("not ok - all behaviours end in " + ALL_MINUTES + " minutes");
            workers.shutdownNow();
            failed.incrementAndGet();
        }
        return failed.get();
    }

    private void one(Behaviour behaviour, String namespace) {
        long began = System.nanoTime();
        String said;
        try {
            namespace(api, namespace);
            behaviour.steps().accept(new Place(api, namespace, image));
            said = "ok - " + behaviour.title();
        } catch (RuntimeException e) {
            failed.incrementAndGet();
            String why = e instanceof Api.NotSo ? String.valueOf(e.getMessage()) : trace(e);
            said = "not ok - " + behaviour.title() + "\n#   " + why.replace("\n", "\n#   ");
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        synchronized (System.out) {
            System.out.println(said + (millis > ACCOUNT.toMillis() ? "\n#   took " + millis + " ms" : ""));
        }
        api.delete("/api/v1/namespaces/" + namespace);
    }

    private static String trace(RuntimeException e) {
        StringBuilder text = new StringBuilder(e.toString());
        for (int i = 0; i < Math.min(5, e.getStackTrace().length); i++) {
            text.append("\n  ").append(e.getStackTrace()[i]);
        }
        return text.toString();
    }

    /** A namespace whose account for pods is there. */
    static void namespace(Api api, String name) {
        api.post("/api/v1/namespaces", "{\"metadata\":{\"name\":\"" + name + "\"}}")
                .expect(Api.CREATED);
        Checks.within(
                ACCOUNT,
                "the account of " + name,
                () -> api.get("/api/v1/namespaces/" + name + "/serviceaccounts/default")
                                .code()
                        == Api.OK);
    }

    static String pod(String name, String image, String spec) {
        return Api.json(
                "{'metadata':{'name':'%s'},'spec':{'terminationGracePeriodSeconds':0,%s'containers':[{'name':'c','image':'%s','command':['sleep','3600']}]}}",
                name, spec, image);
    }

    static JsonNode metadata(JsonNode object) {
        return object.path("metadata");
    }
}

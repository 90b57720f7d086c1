package io.minik.inttest.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.inttest.conformance.Run.Place;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Watches, and lists in pages. */
final class Watches {
    private static final int TEMPLATES = 400;
    private static final int PAGE = 100;
    private static final int WRITES = 12;

    private Watches() {}

    static void add(Run run) {
        run.behaviour("watch: add, update and delete of configmaps by label", Watches::byLabel);
        run.behaviour("watch: starts at a resourceVersion", Watches::fromVersion);
        run.behaviour("watch: is taken up where another ended", Watches::restarted);
        run.behaviour("watch: what leaves the selector is deleted", Watches::leaving);
        run.behaviour("watch: concurrent watches see one order", Watches::sameOrder);
        run.behaviour("list: in chunks, with what remains", Watches::chunks);
    }

    private static String map(String name, String label) {
        return Api.json("{'metadata':{'name':'%s','labels':{'watch-this-configmap':'%s'}}}", name, label);
    }

    private static String selector(String... labels) {
        return "labelSelector=watch-this-configmap%20in%20(" + String.join(",", labels) + ")";
    }

    private static void byLabel(Place place) {
        Api api = place.api();
        String maps = place.core("configmaps");
        try (Watched a = new Watched(api, maps, selector("a"));
                Watched b = new Watched(api, maps, selector("b"));
                Watched both = new Watched(api, maps, selector("a", "b"))) {
            api.post(maps, map("map-a", "a")).ok();
            for (Watched each : List.of(a, both)) {
                each.next("ADDED", "map-a");
            }
            b.quiet();
            for (int i = 1; i <= 2; i++) {
                api.merge(maps + "/map-a", "{\"data\":{\"mutation\":\"" + i + "\"}}")
                        .ok();
                for (Watched each : List.of(a, both)) {
                    Checks.same(
                            "mutation",
                            String.valueOf(i),
                            each.next("MODIFIED", "map-a").at("/data/mutation").asText());
                }
            }
            api.delete(maps + "/map-a").ok();
            a.next("DELETED", "map-a");
            both.next("DELETED", "map-a");
            b.quiet();
            api.post(maps, map("map-b", "b")).ok();
            b.next("ADDED", "map-b");
            both.next("ADDED", "map-b");
            a.quiet();
            api.delete(maps + "/map-b").ok();
            b.next("DELETED", "map-b");
            both.next("DELETED", "map-b");
        }
    }

    private static String version(JsonNode object) {
        return object.at("/metadata/resourceVersion").asText();
    }

    private static JsonNode mutate(Place place, String name, int i) {
        return place.api()
                .merge(place.core("configmaps") + "/" + name, "{\"data\":{\"mutation\":\"" + i + "\"}}")
                .ok();
    }

    private static void fromVersion(Place place) {
        Api api = place.api();
        String maps = place.core("configmaps");
        api.post(maps, map("map", "from")).ok();
        String first = version(mutate(place, "map", 1));
        mutate(place, "map", 2);
        api.delete(maps + "/map").ok();
        try (Watched watch = new Watched(api, maps, selector("from") + "&resourceVersion=" + first)) {
            Checks.same(
                    "mutation",
                    "2",
                    watch.next("MODIFIED", "map").at("/data/mutation").asText());
            watch.next("DELETED", "map");
        }
    }

    private static void restarted(Place place) {
        Api api = place.api();
        String maps = place.core("configmaps");
        String last;
        try (Watched watch = new Watched(api, maps, selector("restarted"))) {
            api.post(maps, map("map", "restarted")).ok();
            mutate(place, "map", 1);
            watch.next("ADDED", "map");
            last = version(watch.next("MODIFIED", "map"));
        }
        mutate(place, "map", 2);
        try (Watched watch = new Watched(api, maps, selector("restarted") + "&resourceVersion=" + last)) {
            api.delete(maps + "/map").ok();
            Checks.same(
                    "mutation",
                    "2",
                    watch.next("MODIFIED", "map").at("/data/mutation").asText());
            watch.next("DELETED", "map");
        }
    }

    private static void leaving(Place place) {
        Api api = place.api();
        String maps = place.core("configmaps");
        try (Watched watch = new Watched(api, maps, selector("here"))) {
            api.post(maps, map("map", "here")).ok();
            mutate(place, "map", 1);
            label(place, "elsewhere");
            watch.next("ADDED", "map");
            watch.next("MODIFIED", "map");
            watch.next("DELETED", "map");
            mutate(place, "map", 2);
            watch.quiet();
            label(place, "here");
            mutate(place, "map", 3);
            api.delete(maps + "/map").ok();
            Checks.same(
                    "what was missed is there",
                    "2",
                    watch.next("ADDED", "map").at("/data/mutation").asText());
            watch.next("MODIFIED", "map");
            watch.next("DELETED", "map");
        }
    }

    private static void label(Place place, String value) {
        place.api()
                .merge(
                        place.core("configmaps") + "/map",
                        Api.json("{'metadata':{'labels':{'watch-this-configmap':'%s'}}}", value))
                .ok();
    }

    private static void sameOrder(Place place) {
        Api api = place.api();
        String maps = place.core("configmaps");
        List<Watched> watches = new ArrayList<>();
        try (Watched first = new Watched(
                api, maps, "resourceVersion=" + version(api.get(maps).ok()))) {
            for (int i = 0; i < WRITES; i++) {
                api.post(maps, "{\"metadata\":{\"name\":\"order-" + i + "\"}}").ok();
                if (i % 2 == 1) {
                    mutate(place, "order-" + i, i);
                    api.delete(maps + "/order-" + (i - 1)).ok();
                }
            }
            List<String> order = new ArrayList<>();
            for (int i = 0; i < 2 * WRITES; i++) {
                String seen = version(first.next().path("object"));
                order.add(seen);
                watches.add(new Watched(api, maps, "resourceVersion=" + seen));
            }
            for (int start = 0; start < watches.size(); start++) {
                for (int i = start + 1; i < order.size(); i++) {
                    Checks.same(
                            "event " + i + " of the watch from " + start,
                            order.get(i),
                            version(watches.get(start).next().path("object")));
                }
            }
        } finally {
            watches.forEach(Watched::close);
        }
    }

    private static void chunks(Place place) {
        Api api = place.api();
        String templates = place.core("podtemplates");
        for (int i = 0; i < TEMPLATES; i++) {
            api.post(
                            templates,
                            Api.json(
                                    "{'metadata':{'name':'template-%04d'},'template':{'spec':{'containers':[{'name':'c','image':'x'}]}}}",
                                    i))
                    .ok();
        }
        for (int page : new int[] {PAGE, PAGE / 2 + PAGE / 4, TEMPLATES + PAGE}) {
            paged(api, templates, page);
        }
        JsonNode all = api.get(templates + "?limit=0").ok();
        Checks.same("all", TEMPLATES, all.path("items").size());
        Checks.holds("no continue", all.at("/metadata/continue").asText().isEmpty());
    }

    private static void paged(Api api, String templates, int page) {
        Set<String> names = new HashSet<>();
        String next = "";
        String version = "";
        do {
            JsonNode list = api.get(templates + "?limit=" + page + (next.isEmpty() ? "" : "&continue=" + next))
                    .ok();
            list.path("items")
                    .forEach(item -> names.add(item.at("/metadata/name").asText()));
            Checks.holds("no more than the limit", list.path("items").size() <= page);
            if (!version.isEmpty()) {
                Checks.same("resourceVersion of all pages", version, version(list));
            }
            version = version(list);
            next = list.at("/metadata/continue").asText();
            int remaining = list.at("/metadata/remainingItemCount").asInt(0);
            Checks.same("what remains", TEMPLATES, names.size() + remaining);
            Checks.same("continue where something remains", remaining > 0, !next.isEmpty());
        } while (!next.isEmpty());
        Checks.same("names", TEMPLATES, names.size());
    }
}

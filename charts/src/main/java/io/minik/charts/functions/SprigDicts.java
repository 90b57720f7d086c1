package io.minik.charts.functions;

import static io.minik.charts.template.Function.Kind.ANY;
import static io.minik.charts.template.Function.Kind.MAP;
import static io.minik.charts.template.Function.Kind.STRING;

import io.minik.charts.template.Budget;
import io.minik.charts.template.Function.Arguments;
import io.minik.charts.template.GoValues;
import io.minik.charts.template.TemplateException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Dicts: {@code set}, {@code unset} and the merges change the one that they are given, as in sprig. */
final class SprigDicts {
    private SprigDicts() {}

    static void add(SprigFunctions to) {
        to.rest("dict", SprigDicts::dict);
        to.add("get", in -> map(in, 0).getOrDefault(in.string(1), ""), MAP, STRING);
        to.add("set", SprigDicts::set, MAP, STRING, ANY);
        to.add("unset", SprigDicts::unset, MAP, STRING);
        to.add("hasKey", in -> map(in, 0).containsKey(in.string(1)), MAP, STRING);
        to.restOf(MAP, "pluck", SprigDicts::pluck, STRING);
        to.restOf(MAP, "keys", SprigDicts::keys);
        to.restOf(STRING, "pick", in -> picked(in, true), MAP);
        to.restOf(STRING, "omit", in -> picked(in, false), MAP);
        to.add("values", in -> new ArrayList<>(new TreeMap<>(map(in, 0)).values()), MAP);
        to.restOf(MAP, "merge", in -> merged(in, false), MAP);
        to.alias("mustMerge", "merge");
        to.restOf(MAP, "mergeOverwrite", in -> merged(in, true), MAP);
        to.alias("mustMergeOverwrite", "mergeOverwrite");
        to.add("deepCopy", in -> copy(in.get(0), in.budget()), ANY);
        to.alias("mustDeepCopy", "deepCopy");
        to.rest("dig", SprigDicts::dig);
    }

    private static Map<String, @Nullable Object> map(Arguments in, int index) {
        return Casts.map(in.get(index));
    }

    private static Map<String, @Nullable Object> dict(Arguments in) {
        in.budget().items(in.size());
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < in.size(); i += 2) {
            map.put(Casts.string(in.get(i), in.budget()), i + 1 < in.size() ? in.get(i + 1) : "");
        }
        return map;
    }

    private static Map<String, @Nullable Object> present(Arguments in) {
        if (in.get(0) == null) {
            throw new TemplateException("assignment to entry in nil map");
        }
        return map(in, 0);
    }

    private static Object set(Arguments in) {
        Map<String, @Nullable Object> map = present(in);
        map.put(in.string(1), in.get(2));
        return map;
    }

    private static @Nullable Object unset(Arguments in) {
        if (in.get(0) != null) {
            map(in, 0).remove(in.string(1));
        }
        return in.get(0);
    }

    private static List<@Nullable Object> pluck(Arguments in) {
        List<@Nullable Object> found = new ArrayList<>();
        for (Object map : in.from(1)) {
            if (Casts.map(map).containsKey(in.string(0))) {
                found.add(Casts.map(map).get(in.string(0)));
            }
        }
        return found;
    }

    /** Go's are in no order; here they are sorted, which is one of its orders. */
    private static List<@Nullable Object> keys(Arguments in) {
        List<@Nullable Object> keys = new ArrayList<>();
        for (Object map : in.values()) {
            in.budget().items(Casts.map(map).size());
            keys.addAll(new TreeMap<>(Casts.map(map)).keySet());
        }
        return keys;
    }

    private static Map<String, @Nullable Object> picked(Arguments in, boolean named) {
        List<@Nullable Object> names = in.from(1);
        Map<String, @Nullable Object> picked = new LinkedHashMap<>();
        in.budget().items((long) map(in, 0).size() * Math.max(1, names.size()));
        map(in, 0).forEach((key, value) -> {
            if (names.contains(key) == named) {
                picked.put(key, value);
            }
        });
        return picked;
    }

    private static @Nullable Object merged(Arguments in, boolean overwrite) {
        if (in.get(0) == null) {
            throw new TemplateException("assignment to entry in nil map");
        }
        for (Object source : in.from(1)) {
            merge(map(in, 0), Casts.map(source), overwrite, in.budget());
        }
        return in.get(0);
    }

    /** As mergo: what is empty counts as absent in the one that is written to; nothing is no value to take. */
    private static void merge(
            Map<String, @Nullable Object> into, Map<String, @Nullable Object> from, boolean overwrite, Budget budget) {
        budget.enter();
        // A copy: the two may be one.
        for (Map.Entry<String, @Nullable Object> entry : new ArrayList<>(from.entrySet())) {
            budget.items(1);
            Object there = into.get(entry.getKey());
            Object value = entry.getValue();
            if (value == null && !overwrite) {
                continue;
            }
            if (there instanceof Map && value instanceof Map) {
                merge(GoValues.map(there), GoValues.map(value), overwrite, budget);
            } else if (!into.containsKey(entry.getKey())) {
                into.put(entry.getKey(), value);
            } else if (overwrite || Casts.isEmpty(there)) {
                into.put(entry.getKey(), value);
            }
        }
        budget.leave();
    }

    static @Nullable Object copy(@Nullable Object value, Budget budget) {
        budget.enter();
        try {
            if (value instanceof List<?> list) {
                budget.items(list.size());
                List<@Nullable Object> copy = new ArrayList<>(list.size());
                list.forEach(item -> copy.add(copy(item, budget)));
                return copy;
            }
            if (value instanceof Map) {
                Map<String, @Nullable Object> copy = new LinkedHashMap<>();
                // A map's are dearer.
                budget.items(2L * GoValues.map(value).size());
                GoValues.map(value).forEach((key, item) -> copy.put(key, copy(item, budget)));
                return copy;
            }
            return value;
        } finally {
            budget.leave();
        }
    }

    private static @Nullable Object dig(Arguments in) {
        if (in.size() < 3) {
            throw new TemplateException("dig needs at least three arguments");
        }
        Object at = in.get(in.size() - 1);
        for (int i = 0; i < in.size() - 2; i++) {
            if (!(at instanceof Map)) {
                throw new TemplateException(
                        "interface conversion: interface {} is " + GoValues.type(at) + ", not map[string]interface {}");
            }
            if (!(in.get(i) instanceof String key)) {
                throw new TemplateException(
                        "interface conversion: interface {} is " + GoValues.type(in.get(i)) + ", not string");
            }
            if (!GoValues.map(at).containsKey(key)) {
                return in.get(in.size() - 2);
            }
            at = GoValues.map(at).get(key);
        }
        return at;
    }
}

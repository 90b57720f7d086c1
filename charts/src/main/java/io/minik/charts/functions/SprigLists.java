package io.minik.charts.functions;

import static io.minik.charts.template.Function.Kind.ANY;
import static io.minik.charts.template.Function.Kind.INT;

import io.minik.charts.template.Budget;
import io.minik.charts.template.Function;
import io.minik.charts.template.Function.Arguments;
import io.minik.charts.template.Function.Body;
import io.minik.charts.template.GoValues;
import io.minik.charts.template.TemplateException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists. None changes the one that it is given. */
final class SprigLists {
    private SprigLists() {}

    static void add(SprigFunctions to) {
        to.rest("list", in -> paid(in.values(), in.budget()));
        to.alias("tuple", "list");
        both(
                to,
                "first",
                in -> list("first", in).isEmpty() ? null : list("first", in).get(0),
                ANY);
        both(
                to,
                "last",
                in -> list("last", in).isEmpty() ? null : list("last", in).get(size(in) - 1),
                ANY);
        both(to, "rest", in -> part(in, "rest", 1, 0), ANY);
        both(to, "initial", in -> part(in, "initial", 0, 1), ANY);
        both(to, "append", in -> with(in, "push", true), ANY, ANY);
        to.alias("push", "append");
        to.alias("mustPush", "mustAppend");
        both(to, "prepend", in -> with(in, "prepend", false), ANY, ANY);
        both(to, "reverse", SprigLists::reverse, ANY);
        both(to, "uniq", SprigLists::uniq, ANY);
        both(to, "compact", SprigLists::compact, ANY);
        both(to, "has", SprigLists::has, ANY, ANY);
        both(to, "chunk", SprigLists::chunk, INT, ANY);
        to.rest("without", SprigLists::without, ANY);
        to.rest("mustWithout", SprigLists::without, ANY);
        to.rest("slice", SprigLists::slice, ANY);
        to.rest("mustSlice", SprigLists::slice, ANY);
        to.rest("concat", SprigLists::concat);
        to.rest("all", in -> in.values().stream().noneMatch(Casts::isEmpty));
        to.rest("any", in -> in.values().stream().anyMatch(value -> !Casts.isEmpty(value)));
    }

    private static void both(SprigFunctions to, String name, Body body, Function.Kind... kinds) {
        to.add(name, body, kinds);
        to.add("must" + Character.toUpperCase(name.charAt(0)) + name.substring(1), body, kinds);
    }

    private static List<@Nullable Object> paid(List<@Nullable Object> items, Budget budget) {
        budget.items(items.size());
        return new ArrayList<>(items);
    }

    private static List<@Nullable Object> list(String function, Arguments in) {
        Object value = in.get(in.size() - 1);
        if (value == null) {
            throw new TemplateException("Cannot find " + function + " on type nil");
        }
        return Casts.list(function, value);
    }

    private static int size(Arguments in) {
        return list("last", in).size();
    }

    private static List<@Nullable Object> part(Arguments in, String name, int from, int less) {
        List<@Nullable Object> list = list(name, in);
        return list.isEmpty() ? list : paid(list.subList(from, list.size() - less), in.budget());
    }

    private static List<@Nullable Object> with(Arguments in, String name, boolean last) {
        if (!(in.get(0) instanceof List)) {
            throw new TemplateException("Cannot " + name + " on type " + kind(in.get(0)));
        }
        List<@Nullable Object> more = paid(GoValues.list(in.get(0)), in.budget());
        more.add(last ? more.size() : 0, in.get(1));
        return more;
    }

    private static String kind(@Nullable Object value) {
        return value == null ? "nil" : GoValues.kind(value);
    }

    private static List<@Nullable Object> reverse(Arguments in) {
        List<@Nullable Object> turned = paid(list("reverse", in), in.budget());
        Collections.reverse(turned);
        return turned;
    }

    private static boolean contains(List<@Nullable Object> list, @Nullable Object value, Budget budget) {
        for (Object item : list) {
            budget.spend(1);
            if (GoValues.deepEqual(item, value, budget)) {
                return true;
            }
        }
        return false;
    }

    private static List<@Nullable Object> uniq(Arguments in) {
        List<@Nullable Object> once = new ArrayList<>();
        for (Object item : list("uniq", in)) {
            if (!contains(once, item, in.budget())) {
                once.add(item);
            }
        }
        return once;
    }

    private static List<@Nullable Object> compact(Arguments in) {
        List<@Nullable Object> full = paid(list("compact", in), in.budget());
        full.removeIf(Casts::isEmpty);
        return full;
    }

    private static Object has(Arguments in) {
        if (in.get(1) == null) {
            return false;
        }
        return contains(list("has", in), in.get(0), in.budget());
    }

    private static List<@Nullable Object> chunk(Arguments in) {
        List<@Nullable Object> list = list("chunk", in);
        int size = in.integer(0);
        if (size < 1) {
            throw new TemplateException("runtime error: chunk size must be positive");
        }
        List<@Nullable Object> chunks = new ArrayList<>();
        for (int at = 0; at < list.size(); at += size) {
            chunks.add(paid(list.subList(at, Math.min(list.size(), at + size)), in.budget()));
        }
        return chunks;
    }

    private static List<@Nullable Object> without(Arguments in) {
        List<@Nullable Object> left = new ArrayList<>();
        for (Object item : Casts.list("without", in.get(0))) {
            if (!contains(in.from(1), item, in.budget())) {
                left.add(item);
            }
        }
        return left;
    }

    private static @Nullable Object slice(Arguments in) {
        Object value = in.get(0);
        if (!(value instanceof List)) {
            throw new TemplateException("list should be type of slice or array but " + kind(value));
        }
        List<@Nullable Object> list = GoValues.list(value);
        if (list.isEmpty()) {
            return null;
        }
        long from = in.size() > 1 ? Casts.int64(in.get(1)) : 0;
        long to = in.size() > 2 ? Casts.int64(in.get(2)) : list.size();
        if (from < 0 || to > list.size() || from > to) {
            throw new TemplateException("reflect.Value.Slice: slice index out of bounds");
        }
        return paid(list.subList((int) from, (int) to), in.budget());
    }

    private static List<@Nullable Object> concat(Arguments in) {
        List<@Nullable Object> all = new ArrayList<>();
        for (Object list : in.values()) {
            if (!(list instanceof List)) {
                throw new TemplateException("Cannot concat type " + kind(list) + " as list");
            }
            all.addAll(paid(GoValues.list(list), in.budget()));
        }
        return all;
    }
}

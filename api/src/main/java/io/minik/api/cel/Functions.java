package io.minik.api.cel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All functions by name. Made at the first expression. */
final class Functions {
    private static final Map<String, List<Overload>> ALL = all();

    private final Map<String, List<Overload>> byName;

    private Functions(Map<String, List<Overload>> byName) {
        this.byName = byName;
    }

    private static Map<String, List<Overload>> all() {
        Map<String, List<Overload>> all = new HashMap<>();
        Functions functions = new Functions(all);
        new Operators(functions).add();
        new Conversions(functions).add();
        new TextFunctions(functions).add();
        new ListFunctions(functions).add();
        new OptionalFunctions(functions).add();
        new NetFunctions(functions).add();
        new KubernetesFunctions(functions).add();
        new RequestFunctions(functions).add();
        return all;
    }

    static List<Overload> named(String name) {
        return ALL.getOrDefault(name, List.of());
    }

    Functions global(String name, String id, CelType result, Overload.Body body, CelType... args) {
        return add(name, new Overload(id, false, List.of(args), result, body));
    }

    /** @param args the first is what stands before the point */
    Functions member(String name, String id, CelType result, Overload.Body body, CelType... args) {
        return add(name, new Overload(id, true, List.of(args), result, body));
    }

    private Functions add(String name, Overload overload) {
        byName.computeIfAbsent(name, unused -> new ArrayList<>()).add(overload);
        return this;
    }
}

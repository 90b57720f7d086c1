package io.minik.charts.functions;

import io.minik.charts.template.Function;
import io.minik.charts.template.Function.Body;
import io.minik.charts.template.Function.Kind;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** All functions, by name. */
public final class SprigFunctions {
    private final Map<String, Function> all = new HashMap<>();

    private SprigFunctions() {}

    /** @param random of keys and passwords: a secure one outside of tests */
    public static Map<String, Function> all(InstantSource clock, RandomGenerator random) {
        SprigFunctions functions = new SprigFunctions();
        SprigText.add(functions);
        SprigCases.add(functions, random);
        SprigLists.add(functions);
        SprigDicts.add(functions);
        SprigMath.add(functions, random);
        SprigTypes.add(functions);
        SprigDates.add(functions, clock);
        SprigVersions.add(functions);
        SprigPatterns.add(functions);
        SprigPaths.add(functions);
        SprigCrypto.add(functions, random);
        SprigCertificates.add(functions, clock);
        HelmFormats.add(functions);
        return Map.copyOf(functions.all);
    }

    void add(String name, Body body, Kind... kinds) {
        all.put(name, Function.of(body, kinds));
    }

    /** Takes as many more as there are, of any type. */
    void rest(String name, Body body, Kind... kinds) {
        all.put(name, Function.variadic(body, Kind.ANY, kinds));
    }

    void restOf(Kind rest, String name, Body body, Kind... kinds) {
        all.put(name, Function.variadic(body, rest, kinds));
    }

    void alias(String name, String of) {
        Function function = all.get(of);
        if (function == null) {
            throw new IllegalStateException(of + " is not there yet");
        }
        all.put(name, function);
    }
}

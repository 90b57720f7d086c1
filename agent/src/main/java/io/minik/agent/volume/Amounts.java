package io.minik.agent.volume;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;

/** Quantities as plain numbers. What can't be read counts as 0: the API server let it through validation. */
public final class Amounts {
    private static final Map<String, BigDecimal> SUFFIXES = Map.ofEntries(
            Map.entry("n", new BigDecimal("1e-9")),
            Map.entry("u", new BigDecimal("1e-6")),
            Map.entry("m", new BigDecimal("1e-3")),
            Map.entry("k", new BigDecimal("1e3")),
            Map.entry("M", new BigDecimal("1e6")),
            Map.entry("G", new BigDecimal("1e9")),
            Map.entry("T", new BigDecimal("1e12")),
            Map.entry("P", new BigDecimal("1e15")),
            Map.entry("E", new BigDecimal("1e18")),
            Map.entry("Ki", BigDecimal.valueOf(1L << 10)),
            Map.entry("Mi", BigDecimal.valueOf(1L << 20)),
            Map.entry("Gi", BigDecimal.valueOf(1L << 30)),
            Map.entry("Ti", BigDecimal.valueOf(1L << 40)),
            Map.entry("Pi", BigDecimal.valueOf(1L << 50)),
            Map.entry("Ei", BigDecimal.valueOf(1L << 60)));

    private Amounts() {}

    public static BigDecimal of(String quantity) {
        int end = quantity.length();
        while (end > 0 && Character.isLetter(quantity.charAt(end - 1))) {
            end--;
        }
        BigDecimal unit = SUFFIXES.getOrDefault(quantity.substring(end), BigDecimal.ONE);
        try {
            return new BigDecimal(quantity.substring(0, end)).multiply(unit);
        } catch (NumberFormatException e) {
            return BigDecimal.ZERO;
        }
    }

    /** Rounded up, as upstream. */
    public static long whole(String quantity) {
        return of(quantity).setScale(0, RoundingMode.CEILING).longValue();
    }

    public static long milli(String quantity) {
        return of(quantity).movePointRight(3).setScale(0, RoundingMode.CEILING).longValue();
    }
}

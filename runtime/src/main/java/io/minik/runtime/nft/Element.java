package io.minik.runtime.nft;

/**
 * One place in one of the table's maps or sets; {@code key} in nft's words: {@code 10.43.0.1 . 443}. Or, in the maps
 * named {@link #CHAIN} and {@link #SET}, a chain or set of the table itself: its name and what is in its braces.
 */
public record Element(String map, String key) implements Comparable<Element> {
    public static final String CHAIN = "chain";
    public static final String SET = "set";

    /** It is part of the table, not of one of its maps. */
    public boolean isObject() {
        return map.equals(CHAIN) || map.equals(SET);
    }

    @Override
    public int compareTo(Element other) {
        int byMap = map.compareTo(other.map);
        return byMap != 0 ? byMap : key.compareTo(other.key);
    }
}

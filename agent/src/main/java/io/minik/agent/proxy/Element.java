package io.minik.agent.proxy;

/** One place in one of the table's maps or sets; {@code key} in nft's words: {@code 10.43.0.1 . 443}. */
record Element(String map, String key) implements Comparable<Element> {
    @Override
    public int compareTo(Element other) {
        int byMap = map.compareTo(other.map);
        return byMap != 0 ? byMap : key.compareTo(other.key);
    }
}

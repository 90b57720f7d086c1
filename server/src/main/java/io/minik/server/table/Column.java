package io.minik.server.table;

/**
 * One column of a meta.k8s.io/v1 Table.
 *
 * @param name as kubectl prints it, upper-cased: {@code Name}, {@code Ready}, {@code Nominated Node}
 * @param type OpenAPI type of the cells: string, integer, number, boolean, date
 * @param format OpenAPI format; {@code name} marks the column that holds the object's name; else mostly empty
 * @param priority 0 is always shown, 1 only with {@code -o wide}
 */
public record Column(String name, String type, String format, String description, int priority) {
    /** The first column of every kind. */
    public static final Column NAME = new Column(
            "Name",
            "string",
            "name",
            "Name must be unique within a namespace and identifies the object in the API.",
            0);

    /** The last column of most kinds. */
    public static final Column AGE = new Column("Age", "string", "", "Time since the object was created.", 0);

    public static Column string(String name, String description) {
        return new Column(name, "string", "", description, 0);
    }

    public static Column integer(String name, String description) {
        return new Column(name, "integer", "", description, 0);
    }

    /** The same column, shown only with {@code -o wide}. */
    public Column wide() {
        return new Column(name, type, format, description, 1);
    }
}

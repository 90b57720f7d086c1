package io.minik.server.table;

import io.minik.api.object.KubeObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A kind whose columns are said in one line, with a function for the cells. */
record Printed(List<Column> columns, Row row) implements TableKind {
    @FunctionalInterface
    interface Row {
        /** One cell per column. */
        List<Object> cells(KubeObject object, Instant now);
    }

    /**
     * Names the columns.
     *
     * @param names separated by commas; {@code +} = only with -o wide, {@code #} = integer, {@code ?} = boolean
     */
    static Printed of(String names, Row row) {
        List<Column> columns = new ArrayList<>();
        for (String word : names.split(",")) {
            String name = word.strip();
            boolean wide = name.startsWith("+");
            name = wide ? name.substring(1) : name;
            Column column = column(name);
            columns.add(wide ? column.wide() : column);
        }
        return new Printed(List.copyOf(columns), row);
    }

    private static Column column(String name) {
        if (name.equals("Name")) {
            return Column.NAME;
        }
        if (name.equals("Age")) {
            return Column.AGE;
        }
        return switch (name.charAt(0)) {
            case '#' -> Column.integer(name.substring(1), "");
            case '?' -> new Column(name.substring(1), "boolean", "", "", 0);
            default -> Column.string(name, "");
        };
    }

    @Override
    public List<Object> cells(KubeObject object, Instant now) {
        return row.cells(object, now);
    }
}

package io.minik.api.cel;

import io.minik.api.cel.CelType.Kind;
import io.minik.api.cel.Costs.Estimate;
import io.minik.api.cel.Expr.Call;
import io.minik.api.cel.Expr.Literal;
import java.util.List;
import java.util.Optional;

/**
 * One form of a function: what it costs at worst, and when it has been run (cel-go's costCall, and the estimator of
 * apiserver's libraries).
 *
 * @param id the form's
 * @param operands the target first
 * @param costs of the operands
 */
record CallCost(Costs all, Call call, String id, List<Expr> operands, List<Range> costs) {
    /** Two questions are as many as one expression may ask. */
    private static final long AUTHORIZATION = 350_000;

    private Range size(int at) {
        return all.size(operands.get(at));
    }

    private Range arguments() {
        return costs.stream().reduce(Range.ZERO, Range::plus);
    }

    Estimate estimate() {
        Estimate own = library().orElseGet(this::standard);
        boolean chosen = id.equals("logical_or") || id.equals("logical_and") || id.equals("conditional");
        return chosen ? own : new Estimate(own.cost().plus(arguments()), own.size());
    }

    /** Kubernetes' libraries and the strings extension. */
    private Optional<Estimate> library() {
        boolean member = call.target.isPresent() && !call.global;
        Range first = operands.isEmpty() ? Range.ZERO : size(0);
        return switch (call.function) {
            case "isSorted", "sum", "max", "min", "indexOf", "lastIndexOf" ->
                member ? Optional.of(traversal()) : Optional.empty();
            case "url" -> Optional.of(Estimate.of(first.times(Costs.TEXT)));
            case "escapeKey" -> Optional.of(Estimate.of(first.times(Costs.TEXT), first));
            case "check" -> Optional.of(Estimate.of(Range.of(AUTHORIZATION)));
            case "fieldSelector", "labelSelector" -> Optional.of(Estimate.of(selector(size(1))));
            case "lowerAscii", "upperAscii", "substring", "trim" ->
                Optional.of(Estimate.of(first.times(Costs.TEXT), first));
            case "replace" -> Optional.of(replace());
            case "split" -> Optional.of(Estimate.of(first.times(2 * Costs.TEXT), new Range(0, first.most())));
            case "join" -> Optional.of(join());
            case "find", "findAll" ->
                Optional.of(Estimate.of(
                        first.plus(Range.ONE).times(Costs.TEXT).times(size(1).times(Costs.PATTERN)),
                        new Range(0, first.most())));
            case "containsIP" -> Optional.of(Estimate.of(network(Range.ZERO)));
            case "containsCIDR" ->
                Optional.of(
                        Estimate.of(network(new Range(4, 16).times(Costs.TEXT).plus(Range.ONE))));
            default -> Optional.empty();
        };
    }

    /** Of a requirement for every two letters, each a structure and a list. */
    private static Range selector(Range letters) {
        return Range.of(Costs.LIST)
                .plus(letters.times(Costs.TEXT))
                .plus(letters.times(0.5 * (Costs.LIST + Costs.STRUCT)));
    }

    private Range network(Range more) {
        Range compared = new Range(8, 32).times(Costs.TEXT).plus(more);
        return id.endsWith("_string") ? compared.plus(size(1).times(Costs.TEXT)) : compared;
    }

    private Estimate traversal() {
        CelType type = all.typeOf(operands.get(0));
        if (!type.is(Kind.LIST)) {
            return Estimate.of(size(0).times(Costs.TEXT));
        }
        Range each = Range.ONE;
        CelType item = type.params().get(0);
        if (item.is(Kind.STRING) || item.is(Kind.BYTES)) {
            each = each.plus(all.itemSize(operands.get(0)).orElse(Range.UNKNOWN).times(Costs.TEXT));
        }
        return Estimate.of(size(0).times(each));
    }

    private Estimate join() {
        Range list = size(0);
        Range all = list.times(this.all.itemSize(operands.get(0)).orElse(Range.UNKNOWN));
        if (operands.size() > 1) {
            all = all.plus(size(1).times(new Range(Math.max(0, list.least() - 1), Math.max(0, list.most() - 1))));
        }
        return Estimate.of(all.times(Costs.TEXT), all);
    }

    private Estimate replace() {
        Range text = size(0);
        Range old = size(1);
        Range now = size(2);
        long most;
        if (old.least() == 0) {
            most = Range.sum(Range.product(Range.sum(text.most(), 1), now.most()), text.most());
        } else if (now.most() <= old.least()) {
            most = text.most();
        } else {
            most = Range.product((long) Math.ceil((double) text.most() / old.least()), now.most());
        }
        return Estimate.of(text.times(2 * Costs.TEXT), new Range(0, most));
    }

    private Estimate standard() {
        return switch (id) {
            case "string_format" -> Estimate.of(size(0).times(Costs.TEXT), size(0).plus(size(1)));
            case "string_to_bytes" -> Estimate.of(size(0).times(Costs.TEXT), size(0).times(Range.of(4)));
            case "bytes_to_string" ->
                Estimate.of(size(0).times(Costs.TEXT), new Range(size(0).least() / 4, size(0).most()));
            case "strings_quote" ->
                Estimate.of(
                        size(0).times(Costs.TEXT), size(0).times(Range.of(2)).plus(Range.of(2)));
            case "starts_with_string", "ends_with_string" -> Estimate.of(size(1).times(Costs.TEXT));
            case "in_list" -> Estimate.of(size(1));
            case "matches_string", "matches" ->
                Estimate.of(size(0).plus(Range.ONE).times(Costs.TEXT).times(size(1).times(Costs.PATTERN)));
            case "contains_string" -> Estimate.of(size(0).times(Costs.TEXT).times(size(1).times(Costs.TEXT)));
            case "list_sets_contains_list", "list_sets_intersects_list" -> Estimate.of(size(0).times(size(1)));
            case "list_sets_equivalent_list" ->
                Estimate.of(size(0).times(size(1)).times(Range.of(2)));
            case "logical_or", "logical_and" ->
                Estimate.of(new Range(
                        costs.get(0).least(), costs.get(0).plus(costs.get(1)).most()));
            case "conditional" -> {
                all.join(call, operands.get(1), operands.get(2));
                yield Estimate.of(costs.get(0).plus(costs.get(1).union(costs.get(2))), size(1).union(size(2)));
            }
            case "add_string", "add_bytes" -> {
                Range sum = size(0).plus(size(1));
                yield Estimate.of(sum.times(Costs.TEXT), sum);
            }
            case "add_list" -> {
                all.join(call, operands.get(0), operands.get(1));
                yield Estimate.of(Range.ONE, size(0).plus(size(1)));
            }
            case "equals", "not_equals" -> Estimate.of(compared());
            default -> Estimate.of(ordersTexts(id) ? compared() : Range.ONE);
        };
    }

    private Range compared() {
        long most = Math.min(size(0).most(), size(1).most());
        return new Range(most > 0 ? 1 : 0, most).times(Costs.TEXT);
    }

    private static boolean ordersTexts(String id) {
        return (id.endsWith("_string") || id.endsWith("_bytes"))
                && (id.startsWith("less_") || id.startsWith("greater_"));
    }

    /** What a call has cost. @param values of the operands */
    static long actual(Call call, String id, Object[] values, Object result) {
        long first = values.length > 0 ? CelValues.size(values[0]) : 0;
        long second = values.length > 1 ? CelValues.size(values[1]) : 0;
        return switch (call.function) {
            case "isSorted", "sum", "max", "min", "indexOf", "lastIndexOf" -> traversed(values[0]);
            case "url",
                    "escapeKey",
                    "lowerAscii",
                    "upperAscii",
                    "substring",
                    "trim",
                    "cidr",
                    "isIP",
                    "isCIDR",
                    "quantity",
                    "isQuantity" -> Range.scaled(first, Costs.TEXT);
            case "replace", "split", "isCanonical" -> Range.scaled(first, 2 * Costs.TEXT);
            case "join" -> Range.scaled(CelValues.size(result), 2 * Costs.TEXT);
            case "find", "findAll" -> Range.scaled(first + 1, Costs.TEXT) * Range.scaled(second, Costs.PATTERN);
            case "check" -> AUTHORIZATION;
            case "fieldSelector", "labelSelector" -> selector(Range.of(second)).most();
            case "ip" -> id.equals("cidr_ip") ? 1 : Range.scaled(first, Costs.TEXT);
            case "containsIP" ->
                Range.scaled(2 * first, Costs.TEXT) + (id.endsWith("_string") ? Range.scaled(second, Costs.TEXT) : 0);
            case "containsCIDR" ->
                Range.scaled(2 * first, Costs.TEXT)
                        + Range.scaled(first, Costs.TEXT)
                        + 1
                        + (id.endsWith("_string") ? Range.scaled(second, Costs.TEXT) : 0);
            default -> standard(id, first, second);
        };
    }

    private static long standard(String id, long first, long second) {
        return switch (id) {
            case "starts_with_string", "ends_with_string", "string_to_bytes", "bytes_to_string", "string_format" ->
                Range.scaled(first, Costs.TEXT);
            case "in_list" -> second;
            case "equals", "not_equals" -> Range.scaled(Math.min(first, second), Costs.TEXT);
            case "add_string", "add_bytes" -> Range.scaled(first + second, Costs.TEXT);
            case "matches_string", "matches" ->
                Range.scaled(first + 1, Costs.TEXT) * Range.scaled(second, Costs.PATTERN);
            case "contains_string" -> Range.scaled(first, Costs.TEXT) * Range.scaled(second, Costs.TEXT);
            case "list_sets_contains_list", "list_sets_intersects_list" -> Range.product(first, second);
            case "list_sets_equivalent_list" -> Range.product(2, Range.product(first, second));
            default -> ordersTexts(id) ? Range.scaled(Math.min(first, second), Costs.TEXT) : 1;
        };
    }

    private static long traversed(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().mapToLong(CallCost::traversed).sum();
        }
        if (value instanceof String || value instanceof CelBytes) {
            return (long) (CelValues.size(value) * Costs.TEXT);
        }
        return 1;
    }

    /** Whether a call's pattern is a constant. */
    static Optional<Literal> pattern(Call call) {
        boolean searches =
                call.function.equals("matches") || call.function.equals("find") || call.function.equals("findAll");
        List<Expr> operands = call.operands();
        return searches
                        && operands.size() > 1
                        && operands.get(1) instanceof Literal literal
                        && literal.value instanceof String
                ? Optional.of(literal)
                : Optional.empty();
    }
}

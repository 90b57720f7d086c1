package io.minik.api.cel;

import io.minik.api.cel.CelType.Kind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which types may stand for which, and what parameters stand for so far. */
final class Unification {
    private Map<String, CelType> bound = new HashMap<>();
    private int made;

    /** A parameter of its own: what an empty list's items are. */
    CelType fresh() {
        return CelType.param("_var" + made++);
    }

    /** A function's parameters, each time as others. */
    Overload fresh(Overload overload) {
        Map<String, CelType> names = new HashMap<>();
        List<CelType> args =
                overload.args().stream().map(type -> renamed(type, names)).toList();
        return new Overload(overload.id(), overload.member(), args, renamed(overload.result(), names), overload.body());
    }

    private CelType renamed(CelType type, Map<String, CelType> names) {
        if (type.is(Kind.PARAM)) {
            return names.computeIfAbsent(type.name(), unused -> fresh());
        }
        return type.params().isEmpty()
                ? type
                : new CelType(
                        type.kind(),
                        type.name(),
                        type.params().stream()
                                .map(param -> renamed(param, names))
                                .toList(),
                        type.fields());
    }

    /** Binds parameters if it is so, and none if not. */
    boolean assignable(List<CelType> wanted, List<CelType> given) {
        if (wanted.size() != given.size()) {
            return false;
        }
        Map<String, CelType> before = new HashMap<>(bound);
        for (int at = 0; at < wanted.size(); at++) {
            if (!fits(wanted.get(at), given.get(at))) {
                bound = before;
                return false;
            }
        }
        return true;
    }

    boolean assignable(CelType wanted, CelType given) {
        return assignable(List.of(wanted), List.of(given));
    }

    private CelType resolved(CelType type) {
        CelType found = type;
        while (found.is(Kind.PARAM)) {
            CelType next = bound.get(found.name());
            if (next == null) {
                return found;
            }
            found = next;
        }
        return found;
    }

    private boolean fits(CelType wanted, CelType given) {
        CelType a = resolved(wanted);
        CelType b = resolved(given);
        if (a.is(Kind.PARAM) || b.is(Kind.PARAM)) {
            CelType open = a.is(Kind.PARAM) ? a : b;
            CelType other = a.is(Kind.PARAM) ? b : a;
            if (!open.equals(other)) {
                if (mentions(other, open)) {
                    return false;
                }
                bound.put(open.name(), other);
            }
            return true;
        }
        if (a.is(Kind.DYN) || b.is(Kind.DYN) || a.is(Kind.ERROR) || b.is(Kind.ERROR)) {
            return true;
        }
        // Any field may be nullable: what is compared with null is known only at the run.
        if (a.is(Kind.NULL) || b.is(Kind.NULL)) {
            return true;
        }
        if (a.kind() != b.kind()
                || !a.name().equals(b.name())
                || a.params().size() != b.params().size()) {
            return false;
        }
        for (int at = 0; at < a.params().size(); at++) {
            if (!fits(a.params().get(at), b.params().get(at))) {
                return false;
            }
        }
        return true;
    }

    private boolean mentions(CelType type, CelType open) {
        CelType found = resolved(type);
        return found.equals(open) || found.params().stream().anyMatch(param -> mentions(param, open));
    }

    /** With all that is bound; what is not stays a parameter. */
    CelType substituted(CelType type) {
        CelType found = resolved(type);
        return found.params().isEmpty()
                ? found
                : new CelType(
                        found.kind(),
                        found.name(),
                        found.params().stream().map(this::substituted).toList(),
                        found.fields());
    }

    /** What both may be called. */
    Optional<CelType> joined(CelType a, CelType b) {
        if (!assignable(a, b)) {
            return Optional.empty();
        }
        return Optional.of(resolved(a).is(Kind.DYN) || resolved(b).is(Kind.DYN) ? CelType.DYN : a);
    }
}

package io.minik.server.matching;

import io.minik.api.cel.CelEnvironment;
import io.minik.api.cel.CelType;
import io.minik.api.cel.CompileFault;
import io.minik.api.cel.Program;
import java.util.List;
import java.util.Optional;

/**
 * An expression, compiled.
 *
 * @param text as written
 * @param program empty if it is none
 * @param fault why, then
 */
public record Expression(String text, Optional<Program> program, String fault) {
    /** @param wanted types of which its result must have one; empty: any */
    public static Expression of(String text, CelEnvironment environment, List<CelType> wanted) {
        try {
            Program program = environment.compile(text);
            return CelType.refusal(wanted, program.type())
                    .map(why -> new Expression(text, Optional.empty(), why))
                    .orElseGet(() -> new Expression(text, Optional.of(program), ""));
        } catch (CompileFault e) {
            return new Expression(text, Optional.empty(), e.told());
        }
    }

    /** Of its result; {@link CelType#DYN} if it has none. */
    public CelType type() {
        return program.map(Program::type).orElse(CelType.DYN);
    }
}

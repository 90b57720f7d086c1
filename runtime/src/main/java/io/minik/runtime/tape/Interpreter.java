package io.minik.runtime.tape;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.sys.Arch;
import java.util.HexFormat;

/** The machine code that plays a tape; {@code x86_64.s} beside this class' resources is its listing. */
final class Interpreter {
    static final int ENTRY_BYTES = 80;
    /** Where the first entry stands: the listing's TAPE. */
    static final long TAPE_ADDRESS = 0x411000;

    private static final String X86_64 = "bb00104100b906000000488b04cb0fa34b047303488b0050"
            + "e2f05f5e5a415a415841598b030f05488b4b38488901483d"
            + "01f0ffff73104885c074064883c350ebc48b5b40ebbff7d8"
            + "8b4b4439c1742fffc1742b48c1e0208b4b4c4809c850bf03"
            + "0000004889e6ba08000000b8010000000f05bf7f000000b8"
            + "e70000000f058b5b48eb82";

    private Interpreter() {}

    static byte[] code(Arch arch) {
        return switch (arch) {
            case X86_64 -> HexFormat.of().parseHex(X86_64);
            case AARCH64 ->
                throw new RuntimeFault(
                        RuntimeFault.Kind.KERNEL, "play", "there is no tape interpreter for aarch64 yet", 0);
        };
    }
}

package io.minik.runtime.oci;

/** What {@code --help} says. */
final class Help {
    private Help() {}

    static String text(String command) {
        if (!command.isEmpty()) {
            return "minik runc " + command + ": takes the options and arguments of runc " + command + ".\n";
        }
        return "minik runc: an OCI runtime with runc's command line.\n\n"
                + "usage: minik runc [--root DIR] [--log FILE] [--log-format text|json] [--debug] COMMAND [options] [ID] ...\n"
                + "commands: " + String.join(" ", Runc.commands()) + "\n"
                + "Containers are kept in --root, " + Runc.ROOT + " unless it is given.\n";
    }
}

@NullMarked
package io.minik.cli.log;

import org.jspecify.annotations.NullMarked;

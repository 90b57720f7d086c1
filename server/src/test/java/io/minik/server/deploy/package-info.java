@NullMarked
package io.minik.server.deploy;

import org.jspecify.annotations.NullMarked;

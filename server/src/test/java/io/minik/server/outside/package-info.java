@NullMarked
package io.minik.server.outside;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.minik.server.podsecurity;

import org.jspecify.annotations.NullMarked;

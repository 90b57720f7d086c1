@NullMarked
package io.minik.server.resourcemetrics;

import org.jspecify.annotations.NullMarked;

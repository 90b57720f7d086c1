@NullMarked
package io.minik.server.scheduler;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.minik.server.flowcontrol;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.minik.server.request;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.minik.api.cel;

import org.jspecify.annotations.NullMarked;

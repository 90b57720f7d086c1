@NullMarked
package io.minik.api.join;

import org.jspecify.annotations.NullMarked;

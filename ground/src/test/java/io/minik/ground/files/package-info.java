@NullMarked
package io.minik.ground.files;

import org.jspecify.annotations.NullMarked;

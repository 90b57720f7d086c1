@NullMarked
package io.minik.runtime.nft;

import org.jspecify.annotations.NullMarked;

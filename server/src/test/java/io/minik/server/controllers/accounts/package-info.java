@NullMarked
package io.minik.server.controllers.accounts;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.minik.server.controllers.workloads;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.minik.server.controllers.jobs;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.minik.server.controllers;

import org.jspecify.annotations.NullMarked;

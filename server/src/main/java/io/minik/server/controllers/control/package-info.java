/**
 * What all controllers stand on: their context (client, loop, shared informers), adoption by controllerRef, expectations, pods
 * and conditions as values, and what a reconcile answers. No controller is here.
 */
@NullMarked
package io.minik.server.controllers.control;

import org.jspecify.annotations.NullMarked;

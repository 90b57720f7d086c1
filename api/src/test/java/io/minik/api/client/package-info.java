/**
 * Fakes of the API for other rooms' tests, and the client's own tests.
 */
@NullMarked
package io.minik.api.client;

import org.jspecify.annotations.NullMarked;

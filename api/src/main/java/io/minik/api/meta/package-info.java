/**
 * ObjectMeta, resources' names, Status errors: what all kinds share. Follows meta/v1.
 */
@NullMarked
package io.minik.api.meta;

import org.jspecify.annotations.NullMarked;

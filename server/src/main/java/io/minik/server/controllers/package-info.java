/**
 * The controllers, one file each, on ApiClient alone.
 */
@NullMarked
package io.minik.server.controllers;

import org.jspecify.annotations.NullMarked;

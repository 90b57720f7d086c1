/**
 * The console: a page at {@code /console} that shows the cluster and changes it, by what the API server answers to the person who
 * looks at it. Owns the page's files and the links that let in once; knows nothing of the cluster and has no rights of its own.
 *
 * <p>{@code ConsoleEndpoint} is called on the request's context, before any filter; the files are read by a worker. Nothing is
 * kept while nobody looks at it.
 */
@NullMarked
package io.minik.server.console;

import org.jspecify.annotations.NullMarked;

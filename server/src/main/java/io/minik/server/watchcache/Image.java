package io.minik.server.watchcache;

/**
 * The objects of one resource as they were together.
 *
 * @param revision of the latest change in it: an image that the caches show stands for every later revision that they show
 *     with it
 */
record Image(long revision, ObjectTree objects) {
    static final Image EMPTY = new Image(0, ObjectTree.EMPTY);
}

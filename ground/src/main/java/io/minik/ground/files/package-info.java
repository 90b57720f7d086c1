/** Folders that are watched: {@link io.minik.ground.files.FolderWatch}. */
@NullMarked
package io.minik.ground.files;

import org.jspecify.annotations.NullMarked;

/* node_module: where a package of Node's is, for adapters of clients that are one.
 *
 * require() would look beside the script, which is in our suites; hence only where the user can
 * have put it: in the folders of NODE_PATH, and in node_modules below the one that
 * PEERSPEC_IUT_ROOT names. */
#ifndef PEERSPEC_NODE_MODULE_H
#define PEERSPEC_NODE_MODULE_H

#include <stdbool.h>
#include <stddef.h>

/* The whole path of the package's folder. False where there is none, or `room` is too small. */
bool node_module_find(const char *name, char *path, size_t room);

#endif

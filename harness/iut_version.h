/* iut_version: what an implementation under test says of its version. */
#ifndef PEERSPEC_IUT_VERSION_H
#define PEERSPEC_IUT_VERSION_H

#include "rig.h"

/* The first line that the adapter's or profile's `version` command prints, written to `line`. NULL
 * where there is no such command, or it fails: that spoils no run. Takes 3 s at most; puts a file into
 * the run's folder. */
const char *iut_version(const struct settings *settings, char *line, size_t room);

#endif

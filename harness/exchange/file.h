/* file: a whole file into memory. */
#ifndef PEERSPEC_EXCHANGE_FILE_H
#define PEERSPEC_EXCHANGE_FILE_H

#include "base/arena.h"

/* NULL where *octets is the whole content, which then lives in the arena; otherwise why not, in
 * words. Regular files of at most `limit` octets. */
const char *file_read(const char *path, size_t limit, struct arena *arena, struct bytes *octets);

#endif

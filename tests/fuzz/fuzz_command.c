#include <stdlib.h>

#include "proto/ftp_command.h"

static bool inside(struct bytes part, const char *room, size_t len)
{
    return part.len == 0 || (part.at >= room && part.at + part.len <= room + len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct bytes in = {(const char *)data, len};
    char *room = malloc(len > 0 ? len : 1);
    struct ftp_command command;
    size_t used;

    if (room == NULL)
        return 0;
    while (ftp_command_parse(in, room, &command, &used) == PARSE_DONE) {
        if (used == 0 || used > in.len || !inside(command.verb, room, used) ||
            !inside(command.argument, room, used))
            abort();
        if (command.known != NULL && !bytes_is_nocase(command.verb, command.known->name))
            abort();
        in = bytes_from(in, used);
    }
    free(room);
    return 0;
}

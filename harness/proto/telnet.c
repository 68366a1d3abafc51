#include "proto/telnet.h"

size_t telnet_length(struct bytes in)
{
    static const char end[] = {(char)TELNET_IAC, (char)TELNET_SE};
    unsigned command = in.len < 2 ? 0 : (unsigned char)in.at[1];
    size_t len = 2;

    if (command == TELNET_SB)
        len = bytes_search(in, (struct bytes){end, sizeof end}) + sizeof end;
    else if (command >= TELNET_WILL && command < TELNET_IAC)
        len = 3;
    return len > in.len ? 0 : len;
}

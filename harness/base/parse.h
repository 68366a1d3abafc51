/* parse: what a grammar answers when it has looked at some octets. */
#ifndef PEERSPEC_BASE_PARSE_H
#define PEERSPEC_BASE_PARSE_H

#include <stddef.h>

enum parse {
    PARSE_DONE, /* the thing is there, whole */
    PARSE_MORE, /* right so far; call again with more octets */
    PARSE_BAD,  /* the grammar is broken: a struct flaw says how */
};

struct flaw {
    size_t at;        /* offset, in what was parsed, of the first octet that is wrong */
    const char *what; /* static text, without a newline */
};

#endif

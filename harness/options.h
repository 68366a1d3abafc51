/* options: the command line, read into one struct.
 *
 * One table in options.c names every option, the commands it belongs to and its line of help. */
#ifndef PEERSPEC_OPTIONS_H
#define PEERSPEC_OPTIONS_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/side.h"
#include "exchange/exchange.h"
#include "target.h"

enum command {
    COMMAND_NONE, /* no argument at all, or --help alone: print options_usage() */
    COMMAND_SERVER,
    COMMAND_CLIENT,
    COMMAND_CHECK,
    COMMAND_SHOW,
    COMMAND_PLAY,
    COMMAND_LIST,
    COMMAND_EXPLAIN,
    COMMAND_LINT,
    COMMAND_VERSION,
    COMMAND_COUNT
};

enum isolate { ISOLATE_AUTO, ISOLATE_NAMESPACE, ISOLATE_NONE };

/* "REMOTE=LOCAL", "RETR=550" */
struct option_pair {
    const char *name, *value;
};

struct option_words {
    const char *const *items; /* ended by NULL; NULL where there are none */
    size_t count;
};

struct option_pairs {
    const struct option_pair *items;
    size_t count;
};

struct option_reply { /* --reply RETR=550 */
    const char *verb; /* upper case */
    int code;
    const char *text; /* "--reply RETR=550 Not today": after the code; NULL: none */
};

struct option_stall { /* --stall PASV:3s */
    const char *verb; /* upper case */
    int64_t time;     /* ns */
};

#define OPTION_PORTS 16

struct options {
    enum command command;
    bool help;                 /* --help: print options_help(command) and end */
    struct target target;      /* server, client */
    struct option_words words; /* SELECT..., FILE..., ID */
    const char *const *argv;   /* client: what follows --; ended by NULL; NULL: none */

    /* runs */
    enum level level; /* what counts at most: LEVEL_PRACTICE, the default, is all */
    unsigned jobs;    /* 0: not given */
    int64_t timeout;  /* ns; 0: not given */
    const char *junit, *tap, *json; /* files, or "-"; no two the same; json also of check */
    const char *evidence;
    const char *baseline;
    bool write_baseline;
    unsigned shard, shards; /* from 1; 0 of 0: all */
    enum isolate isolate;
    bool strict, quiet, no_color;
    const char *writable;      /* server */
    struct option_pairs files; /* server: REMOTE=LOCAL */
    const char *adapter;       /* client */
    bool has_protocol;
    enum protocol protocol;
    unsigned port; /* client, show; 0: not given */

    /* play */
    const char *file; /* the exchange; NULL: none */
    bool has_as;      /* always, where the command is play: --listen or --connect says it too */
    enum side as;
    struct hostport listen, connect;
    const struct option_reply *replies;
    size_t reply_count;
    const struct option_stall *stalls;
    size_t stall_count;
    struct option_words drop_after; /* verbs, upper case */
    const char *root, *user, *password;
    struct option_words faults;

    /* check, show */
    const char *rules; /* glob */
    bool hash;
    uint16_t ports[OPTION_PORTS]; /* control ports beside 21, ended by 0 */
    const char *read_filter;
    size_t session; /* the number of a conversation, from 1; 0: all */

    struct arena arena; /* owns all of the above that is not in argv */
};

/* Read a command line, NO_COLOR, and TEST_SHARD_INDEX with TEST_TOTAL_SHARDS. ERR_USAGE where it is
 * wrong: *why says what to write instead. `out` is to be given to options_fini() in either case. */
NODISCARD enum err options_parse(struct options *out, int argc, char *const *argv,
                                 struct diag *why);
void options_fini(struct options *options);

/* The page that `peerspec` alone prints. */
void options_usage(FILE *out);
/* What `peerspec COMMAND --help` prints. */
void options_help(FILE *out, enum command command);
const char *command_name(enum command command);

/* "2s", "500ms", "0.5s", "20us", "3m"; a bare number is seconds. False where it is none. */
bool duration_parse(const char *text, int64_t *ns);

#endif

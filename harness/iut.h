/* iut: how an implementation under test is started: adapters (clients) and profiles (servers).
 *
 * INI files, suites/iut/NAME.client and NAME.server, read with inih. A value goes on in indented
 * lines; `env` may be said several times.
 *
 * The holes of an operation: {1} {2} ... are its arguments as the exchange gives them; {remote} is
 * the first, the file on the server; {local} the second, the file in the client's folder, or where
 * there is none the last component of the first. A word that is nothing but an empty hole is left
 * out; in quotes ('{password}') it stays, as an empty word. For URLs {%remote} is the value percent-
 * encoded but for its slashes, and {@host} an address in brackets where it is IPv6. */
#ifndef PEERSPEC_IUT_H
#define PEERSPEC_IUT_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/side.h"

struct iut_operation {
    const char *name;    /* "get" */
    const char *command; /* split at blanks, '...' and "..." quote; {url} {host} {port} {user}
                            {password} {remote} {local} {work} {program} {peerspec} {builtin}
                            {suites} {module} are filled in, {1} {2} ... are the operation's
                            arguments */
};

/* A client adapter, or a server profile. */
struct iut {
    const char *name;      /* "curl" */
    enum side side;
    enum protocol protocol;
    const char *program;   /* looked for with program_find(); NULL: our own */
    const char *module;    /* package of Node's that a client is, node_module_find(); may be NULL */
    const char *install;   /* one line: how to get it */
    const char *version;   /* command that prints its version; may be NULL */
    const char *features;  /* words: "ftp passive active extended resume ..." */
    const char *const *env; /* NAME=value, holes filled in; ended by NULL */
    /* clients */
    const struct iut_operation *operations;
    size_t operation_count;
    /* servers */
    const char *start;     /* command; {root} {config} {accounts} {host} {port} {work} */
    const char *config;    /* text of a configuration file, written to {config}; holes filled in */
    const char *accounts;  /* the same of a file with its users, {accounts} */
    const char *user, *password;
    const char *root;      /* folder below the work folder that is the server's root; "root" */
    const char *writable;  /* folder below the root in which cases may write, "" for the root */
    unsigned port;         /* the one it listens at by default */
    struct arena arena;
};

/* Load the adapter or profile `name` (a path where it has a slash) from `folder`. ERR_USAGE with
 * what there is, and the nearest name, where there is none; ERR_SYNTAX with file:line:col. */
NODISCARD enum err iut_load(const char *folder, const char *name, enum side side, struct iut **out,
                            struct diag *why);
void iut_free(struct iut *iut); /* takes NULL */
/* Returns ERR_UNREACHABLE, with how to get it. */
enum err iut_not_installed(const struct iut *iut, struct diag *why);
const struct iut_operation *iut_operation(const struct iut *iut, const char *name);
bool iut_has(const struct iut *iut, const char *feature);
/* Call `tell` for the name and install line of each adapter or profile in the folder. */
enum err iut_list(const char *folder, enum side side,
                  void (*tell)(void *ctx, const struct iut *iut), void *ctx, struct diag *why);

struct iut_hole {
    const char *name, *value;
};
/* Split a command line and fill its holes (after splitting: a value is never split). The result
 * lives in `arena`, ended by NULL. ERR_SYNTAX for an unknown hole or an unclosed quote. */
NODISCARD enum err iut_command(struct arena *arena, const char *command,
                               const struct iut_hole *holes, size_t hole_count,
                               const char *const **argv, struct diag *why);
/* Fill the holes of one text. */
NODISCARD enum err iut_fill(struct arena *arena, const char *text, const struct iut_hole *holes,
                            size_t hole_count, const char **out, struct diag *why);

#endif

/* subject: what is tested: the target of the command line, looked up. */
#ifndef PEERSPEC_SUBJECT_H
#define PEERSPEC_SUBJECT_H

#include "base/endpoint.h"
#include "iut.h"
#include "options.h"
#include "places.h"

struct subject {
    enum side side;
    const char *name;      /* as reports and the baseline call it */
    const char *words;     /* as the command line names it: "curl", "-- python3 x.py" */
    const struct iut *iut; /* adapter or profile; NULL: a bare command, or a server elsewhere */
    const char *const *command;  /* bare command; ended by NULL */
    struct endpoint address;     /* a server elsewhere; family 0: none */
    enum protocol protocol;      /* of `iut`, of `address`, or of what a command is asked */
    const char *user, *password; /* NULL: the profile's, or our own */
    struct iut *loaded;          /* owned: what `iut` points to */
    char *joined;                /* owned: what `words` points to where it is a command */
    char *module;                /* owned: folder of the adapter's package of Node's; may be NULL */
};

/* From the target that options_parse() made sure of; the options are lent until subject_fini(). An
 * adapter or a profile is loaded, a host looked up. ERR_USAGE where there is none of that name,
 * ERR_SYNTAX where one is bad, ERR_UNREACHABLE where a host has no address or a program is not
 * installed. What is in *subject is to be freed then, too. */
NODISCARD enum err subject_init(struct subject *subject, const struct options *options,
                                const struct places *places, struct diag *why);
void subject_fini(struct subject *subject);
/* A server that runs already, and that we do not start? */
bool subject_elsewhere(const struct subject *subject);

#endif

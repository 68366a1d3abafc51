/* staging: the case's folder and the IUT in it: files laid out, command line filled, started and
 * stopped. */
#ifndef PEERSPEC_STAGING_H
#define PEERSPEC_STAGING_H

#include "lab/spawn.h"
#include "plan.h"
#include "rig.h"

struct staging {
    struct rig *rig;
    const struct plan_case *one;
    char folder[WORKSPACE_PATH + 64]; /* the case's; the client's working directory */
    char root[WORKSPACE_PATH + 96];   /* a server profile's root; empty: none */
    char output[WORKSPACE_PATH + 96]; /* file with what the IUT prints */
    struct endpoint server;           /* where the server, fake or IUT, is */
    const char *user, *password;
    struct arena arena;
    struct spawn *spawn;              /* NULL: not started, or not ours to start */
    struct spawn_end end;
    bool ended;
};

/* Make the folder and the files. */
NODISCARD enum err staging_init(struct staging *staging, struct rig *rig,
                                const struct plan_case *one, struct diag *why);
void staging_fini(struct staging *staging);
/* Start the client program, or the server's profile; a server listens when this returns OK. A
 * server that is elsewhere needs no start. `server` is where the fake server listens. */
NODISCARD enum err staging_start(struct staging *staging, struct diag *why);
/* The IUT has ended by itself: true, and `end` is set. */
bool staging_ended(struct staging *staging);
/* End it with all its children. */
void staging_stop(struct staging *staging);
/* What it printed; lent until staging_fini(). */
struct bytes staging_output(struct staging *staging);
/* The last line of it that is not empty, without its end, or an empty text; lent likewise. */
const char *staging_last_words(struct staging *staging);

#endif

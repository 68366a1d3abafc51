/* rig: what a worker has for all its cases: its network, its capture, its view of sockets. */
#ifndef PEERSPEC_RIG_H
#define PEERSPEC_RIG_H

#include "judge/rule.h"
#include "lab/sockdiag.h"
#include "options.h"
#include "play/peer.h"
#include "subject.h"
#include "wire/capture.h"
#include "workspace.h"

/* What main alone knows: the fakes and the rules. */
struct kit {
    peer_new_fn *make[3][2];          /* by enum protocol, by the fake's side */
    const struct rule *const *rules;  /* tables; ended by NULL */
};

struct settings {
    struct subject subject;
    int64_t timeout;             /* ns a case may last */
    enum level level;            /* rules weaker than this are left out */
    enum isolate isolate;
    const char *evidence;        /* folder; NULL: none is kept */
    const char *writable;        /* --writable */
    struct option_pairs files;   /* --file REMOTE=LOCAL */
    unsigned port;               /* --port; 0: as the exchange says */
    const char *self, *builtin;  /* paths of our own programs */
    const char *suites;
    char work[WORKSPACE_PATH];   /* the run's folder */
};

struct rig {
    const struct kit *kit;
    const struct settings *settings;
    unsigned number;             /* of the worker, from 0 */
    bool isolated;               /* a namespace of our own */
    struct capture *capture;
    struct sockdiag *sockdiag;   /* NULL where the system has none */
    uint16_t port;               /* not isolated: the port that a fake server listens at */
    uint16_t ftp_ports[4];
    char folder[WORKSPACE_PATH + 32]; /* the worker's */
    char note[300];              /* one line about what this machine does not let us; or empty */
};

/* Enter the network and start to capture. The calling process must have one thread. */
NODISCARD enum err rig_init(struct rig *rig, const struct kit *kit, const struct settings *settings,
                            unsigned number, struct diag *why);
void rig_fini(struct rig *rig);

#endif

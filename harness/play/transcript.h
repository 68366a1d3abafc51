/* transcript: what the fake did, heard and saw, in its own order.
 *
 * The judge holds it against the capture; --evidence writes it; `peerspec play` prints it as it
 * grows. */
#ifndef PEERSPEC_PLAY_TRANSCRIPT_H
#define PEERSPEC_PLAY_TRANSCRIPT_H

#include "base/bytes.h"
#include "base/diag.h"
#include "base/endpoint.h"
#include "base/side.h"

enum entry_kind {
    ENTRY_OPENED,      /* a control connection, stream or datagram socket: local, remote */
    ENTRY_SENT,        /* the fake's line, datagram or chunk: text */
    ENTRY_UNSENT,      /* a line of the script's that could not be sent: text says why */
    ENTRY_HEARD,       /* the IUT's */
    ENTRY_DATA_OPENED, /* a data connection: local, remote */
    ENTRY_DATA_SENT,   /* octets, once it is over: how many, and whether all */
    ENTRY_DATA_HEARD,
    ENTRY_DATA_CLOSED, /* text says how: "FIN", "RST", "closed by us" */
    ENTRY_CLOSED,      /* the control connection: "FIN", "RST", "closed by us" */
    ENTRY_NOTE,        /* text: "harness was late", "lock-step not available: ..." */
};

struct entry {
    enum entry_kind kind;
    int64_t time;        /* clock_now() */
    unsigned connection; /* control connections from 1 */
    struct endpoint local, remote;
    struct bytes text; /* owned by the transcript; at most 64 KiB of it is kept */
    uint64_t octets;   /* all of them */
    unsigned segments; /* ENTRY_SENT: into how many writes the script or variant cut it; 0: one */
    bool joined;       /* ENTRY_SENT: in the same write as the entry before */
    struct place at;   /* the script's line; none where the model spoke */
};

struct transcript; /* owns its entries */

NODISCARD enum err transcript_new(struct transcript **out, struct diag *why);
void transcript_free(struct transcript *transcript); /* takes NULL */
/* Copies the entry and its text; sets the time. */
void transcript_add(struct transcript *transcript, const struct entry *entry);
size_t transcript_count(const struct transcript *transcript);
/* The n-th, from 0, lent until transcript_free(); NULL behind the last. */
const struct entry *transcript_at(const struct transcript *transcript, size_t n);
/* Call `tell`, and nobody else any more, for each entry from now on, as it is added. */
void transcript_watch(struct transcript *transcript,
                      void (*tell)(void *ctx, const struct entry *entry), void *ctx);
/* One line of text for an entry, without a newline; unprintable octets as \xNN. Ends in "..." where
 * `room` octets do not hold it. */
void entry_format(const struct entry *entry, char *line, size_t room);

#endif

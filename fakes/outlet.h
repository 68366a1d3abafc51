/* outlet: puts octets on a connected TCP socket exactly as scripted: segment by segment, in time,
 * and, for an IUT on this machine, in lock-step with its reads.
 *
 * TCP_NODELAY and one write per segment. Between two segments of one line the outlet waits until
 * the other side has read the first (config->drained), at most 200 ms; where that cannot be told it
 * waits 2 ms and notes it once in the transcript.
 *
 * All is done from the loop, nothing inside outlet_say() or outlet_call(). While the socket is full
 * the outlet watches a duplicate of it: drop or free the outlet before the socket is closed. */
#ifndef PEERSPEC_FAKES_OUTLET_H
#define PEERSPEC_FAKES_OUTLET_H

#include "play/peer.h"

struct outlet;

struct outlet_config {
    struct loop *loop;
    struct transcript *transcript;
    unsigned connection;         /* for transcript entries */
    int fd;                      /* connected, non-blocking; the caller's */
    enum peer_shape shape;
    peer_drained_fn *drained;
    void *drained_ctx;
    void *ctx;
    void (*idle)(void *ctx);               /* the queue ran empty */
    void (*failed)(void *ctx, int error);  /* a write failed (EPIPE, ECONNRESET): the queue is dropped */
};

/* ERR_SYSTEM, and *out is NULL, where memory is out. */
NODISCARD enum err outlet_new(const struct outlet_config *config, struct outlet **out,
                              struct diag *why);
void outlet_free(struct outlet *outlet); /* takes NULL */
/* Queue a line; applies delay, split, urgent, join, and the shape where no line says otherwise. Each
 * say makes one ENTRY_SENT when it has left, with the number of segments. A line shares its segment
 * with the next one where it has a DELIVER_JOIN, or joins_next with SHAPE_COALESCED. */
void outlet_say(struct outlet *outlet, const struct peer_say *say);
/* Whether what is said from now on makes entries in the transcript; it does at first. */
void outlet_list(struct outlet *outlet, bool on);
/* Queue a call: it is made when all before it has left. This is how a fake keeps its own acts
 * (open data, send data, close) in order with its lines. The queue stands still until
 * outlet_resume(). */
void outlet_call(struct outlet *outlet, void (*call)(void *ctx), void *ctx);
void outlet_resume(struct outlet *outlet);
/* Queue silence of `ns`. */
void outlet_wait(struct outlet *outlet, int64_t ns);
/* Drop all that has not left. */
void outlet_drop(struct outlet *outlet);
/* Nothing is queued, and no call is to be resumed. */
bool outlet_idle(const struct outlet *outlet);

#endif

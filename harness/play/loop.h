/* loop: waits for descriptors and timers, and calls whoever asked.
 *
 * Single-threaded. Callbacks may add and remove watches and timers, their own too. */
#ifndef PEERSPEC_PLAY_LOOP_H
#define PEERSPEC_PLAY_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"

struct loop;
struct loop_timer;

enum loop_events { LOOP_READ = 1, LOOP_WRITE = 2, LOOP_URGENT = 4, LOOP_HANGUP = 8 };

typedef void loop_fd_fn(void *ctx, int fd, unsigned events);
typedef void loop_timer_fn(void *ctx);

/* ERR_SYSTEM where descriptors or memory are out; where memory is out later, the program ends. */
NODISCARD enum err loop_new(struct loop **out, struct diag *why);
void loop_free(struct loop *loop); /* drops watches and timers; closes no descriptor of the caller's */

/* Watch `fd` for `events` (of enum loop_events); a second call changes what is watched. The
 * caller keeps the descriptor and calls loop_forget() before closing it. */
void loop_watch(struct loop *loop, int fd, unsigned events, loop_fd_fn *call, void *ctx);
void loop_forget(struct loop *loop, int fd);

/* Call once after `ns` nanoseconds, from loop_turn(), also after 0. The timer is the loop's: it is
 * gone when its call begins. */
struct loop_timer *loop_after(struct loop *loop, int64_t ns, loop_timer_fn *call, void *ctx);
void loop_cancel(struct loop *loop, struct loop_timer *timer); /* takes NULL */

/* Wait for one round of events, at most `ns` (negative: without end), and serve them. */
void loop_turn(struct loop *loop, int64_t ns);

#endif

/* expect: an exchange's own expectations, held against what was seen.
 *
 * Lines about the side that the harness plays itself do not count: of `a < b` the side of b is
 * judged; an event that is missing is its own side's. */
#ifndef PEERSPEC_JUDGE_EXPECT_H
#define PEERSPEC_JUDGE_EXPECT_H

#include "exchange/exchange.h"
#include "judge/finding.h"
#include "play/transcript.h"
#include "wire/timeline.h"

/* What the client program left behind. */
struct client_end {
    bool known;          /* false with a server under test */
    bool signaled;
    bool stopped_by_us;  /* timed out */
    int status;
    const char *folder;  /* its working directory */
    struct bytes output; /* standard output and error */
};

struct evidence {
    const struct exchange *exchange;
    enum side iut;
    struct timeline *const *timelines; /* of the case, in order of their first packet */
    size_t timeline_count;
    const struct bindings *bindings;
    const struct client_end *client;
    const char *incomplete;  /* why the capture does not show all; NULL: it does */
    const char *server_root; /* where the server's files can be read afterwards; NULL: nowhere */
};

/* Judge all expect lines. A line that speaks of a side that is not under test, or of files that
 * cannot be seen from here, adds nothing. */
void expect_judge(const struct evidence *evidence, struct findings *out);

#endif

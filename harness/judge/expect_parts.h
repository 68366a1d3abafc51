/* expect_parts: what the files of expect share among themselves; nobody else includes it. */
#ifndef PEERSPEC_JUDGE_EXPECT_PARTS_H
#define PEERSPEC_JUDGE_EXPECT_PARTS_H

#include "base/buf.h"
#include "judge/expect.h"

/* One expectation while it is judged. */
struct hearing {
    const struct evidence *evidence;
    const struct expectation *expectation;
    struct findings *out;
    uint64_t packets[FINDING_PACKETS];
    size_t packet_count;
};

struct sighting {
    const struct timeline *timeline;
    const struct timeline_flow *flow; /* NULL: no flow of that number */
    const struct event *event;        /* NULL: not seen */
};

/* False, and out->event is NULL, where the event was not seen. */
bool expect_sight(const struct evidence *evidence, const struct event_ref *ref,
                  struct sighting *out);
/* The side whose doing the event is, or would have been. */
enum side expect_doer(const struct evidence *evidence, const struct event_ref *ref,
                      const struct sighting *sighting);
/* Why nothing can be said about the event; NULL where all that matters for it was seen. */
const char *expect_doubt(const struct evidence *evidence, const struct event_ref *ref,
                         const struct sighting *sighting);

void hearing_packet(struct hearing *hearing, uint64_t packet);
/* Add a finding: a breach at the level of the exchange, or that nothing can be said. */
void hearing_breach(struct hearing *hearing, const char *expected, const char *seen, ...)
    __attribute__((format(printf, 3, 4)));
void hearing_inconclusive(struct hearing *hearing, const char *why);

/* "226 in packet 31", "last data in packet 34". */
void words_event(struct buf *out, const struct event_ref *ref, const struct event *event);
/* "no 226; the last reply was 425 in packet 20". */
void words_missing(struct buf *out, const struct evidence *evidence, const struct event_ref *ref);
void words_time(struct buf *out, int64_t ns); /* "1.5 s", "20 ms" */

/* The kinds, beside ORDER, INTERVAL and ABSENT. */
void expect_field(struct hearing *hearing);
void expect_text(struct hearing *hearing);
void expect_exit(struct hearing *hearing);
void expect_output(struct hearing *hearing);
void expect_client_file(struct hearing *hearing);
void expect_server_file(struct hearing *hearing);

#endif

#include <stdarg.h>

#include "judge/expect_parts.h"

void hearing_packet(struct hearing *hearing, uint64_t packet)
{
    if (packet != 0 && hearing->packet_count < FINDING_PACKETS)
        hearing->packets[hearing->packet_count++] = packet;
}

static void tell(struct hearing *hearing, enum verdict verdict, const char *expected,
                 const char *seen)
{
    const struct exchange *exchange = hearing->evidence->exchange;
    struct finding finding = {
        .verdict = verdict,
        .level = exchange->level,
        .subject = hearing->evidence->iut,
        .spec = exchange->specs == NULL ? NULL : exchange->specs[0],
        .requirement = exchange->title,
        .packet_count = hearing->packet_count,
        .at = hearing->expectation->at,
        .expected = expected,
        .seen = seen,
    };

    for (size_t n = 0; n < hearing->packet_count; n++)
        finding.packets[n] = hearing->packets[n];
    findings_add(hearing->out, &finding);
}

void hearing_breach(struct hearing *hearing, const char *expected, const char *seen, ...)
{
    bool must = hearing->evidence->exchange->level == LEVEL_MUST;
    char text[1024];
    va_list args;

    va_start(args, seen);
    vsnprintf(text, sizeof(text), seen, args);
    va_end(args);
    tell(hearing, must ? VERDICT_FAIL : VERDICT_WARN, expected, text);
}

void hearing_inconclusive(struct hearing *hearing, const char *why)
{
    char expected[256];

    snprintf(expected, sizeof(expected), BYTES_FMT, BYTES_ARG(hearing->expectation->source));
    tell(hearing, VERDICT_INCONCLUSIVE, expected, why);
}

static const char *const flow_words[] = {
    [CHANNEL_CONTROL] = "control connection",
    [CHANNEL_DATA] = "data connection",
    [CHANNEL_FLOW] = "flow",
};

/* "226", "last data", "SYN of data connection 2" */
static void words_ref(struct buf *out, const struct event_ref *ref)
{
    static const char *const points[] = {
        [POINT_NONE] = "start", [POINT_SYN] = "SYN",     [POINT_SYN_ACK] = "SYN-ACK",
        [POINT_ACK] = "ACK",    [POINT_FIRST] = "first", [POINT_LAST] = "last",
        [POINT_FIN] = "FIN",    [POINT_RST] = "RST",
    };

    switch (ref->channel) {
    case CHANNEL_COMMAND:
        buf_addf(out, "%s", ref->verb);
        break;
    case CHANNEL_REPLY:
        buf_addf(out, "%d", ref->code);
        break;
    case CHANNEL_DATAGRAM:
        buf_addf(out, "%c#%u", ref->side == SIDE_CLIENT ? 'C' : 'S', ref->nth);
        return;
    default:
        if (ref->channel == CHANNEL_DATA && ref->nth <= 1 &&
            (ref->point == POINT_FIRST || ref->point == POINT_LAST)) {
            buf_addf(out, "%s data", points[ref->point]);
            return;
        }
        buf_addf(out, "%s%s of the %s", points[ref->point],
                 ref->point == POINT_FIRST || ref->point == POINT_LAST ? " octets" : "",
                 flow_words[ref->channel]);
    }
    if (ref->nth > 1)
        buf_addf(out, " number %u", ref->nth);
}

void words_event(struct buf *out, const struct event_ref *ref, const struct event *event)
{
    words_ref(out, ref);
    buf_addf(out, " in packet %llu", (unsigned long long)event->packet);
}

static const struct event *last_of(const struct evidence *evidence, enum event_kind kind)
{
    const struct event *last = NULL;

    for (size_t n = 0; n < evidence->timeline_count; n++) {
        const struct timeline *timeline = evidence->timelines[n];

        for (size_t e = 0; e < timeline->event_count; e++)
            if (timeline->events[e].kind == kind &&
                (last == NULL || timeline->events[e].packet >= last->packet))
                last = &timeline->events[e];
    }
    return last;
}

void words_missing(struct buf *out, const struct evidence *evidence, const struct event_ref *ref)
{
    const struct event *last;

    buf_add_text(out, "no ");
    words_ref(out, ref);
    if (ref->channel == CHANNEL_REPLY && (last = last_of(evidence, EVENT_REPLY)) != NULL)
        buf_addf(out, "; the last reply was %d in packet %llu", last->code,
                 (unsigned long long)last->packet);
    if (ref->channel == CHANNEL_COMMAND && (last = last_of(evidence, EVENT_COMMAND)) != NULL)
        buf_addf(out, "; the last command was " BYTES_FMT " in packet %llu",
                 BYTES_ARG(last->command.verb), (unsigned long long)last->packet);
}

void words_time(struct buf *out, int64_t ns)
{
    double seconds = (double)ns / 1e9;

    if (seconds < 1 && seconds > -1)
        buf_addf(out, "%.4g ms", seconds * 1e3);
    else
        buf_addf(out, "%.4g s", seconds);
}

#include "judge/expect.h"

#include "judge/expect_parts.h"

#define WORDS_CEILING 900

/* Look for the events of the expectation; false where nothing can be said about one of them. */
static bool sight_all(struct hearing *hearing, struct sighting *seen)
{
    const struct expectation *expectation = hearing->expectation;

    for (size_t n = 0; n < expectation->event_count; n++) {
        const struct event_ref *ref = &expectation->events[n];
        const char *doubt;

        expect_sight(hearing->evidence, ref, &seen[n]);
        doubt = expect_doubt(hearing->evidence, ref, &seen[n]);
        if (doubt != NULL) {
            hearing_inconclusive(hearing, doubt);
            return false;
        }
    }
    return true;
}

static bool is_before(const struct sighting *a, const struct sighting *b)
{
    if (a->event->packet != b->event->packet)
        return a->event->packet < b->event->packet;
    return a->timeline == b->timeline && a->event < b->event;
}

/* "S:226 after data.last" */
static void words_after(struct buf *out, const struct event_ref *a, const struct event_ref *b)
{
    buf_addf(out, BYTES_FMT, BYTES_ARG(b->source));
    if (a != NULL)
        buf_addf(out, " after " BYTES_FMT, BYTES_ARG(a->source));
}

static void judge_missing(struct hearing *hearing, size_t n, const struct sighting *seen)
{
    const struct event_ref *ref = &hearing->expectation->events[n];
    struct buf expected, words;

    if (expect_doer(hearing->evidence, ref, &seen[n]) != hearing->evidence->iut)
        return;
    buf_init(&expected, WORDS_CEILING);
    buf_init(&words, WORDS_CEILING);
    words_after(&expected, n == 0 ? NULL : ref - 1, ref);
    words_missing(&words, hearing->evidence, ref);
    hearing_breach(hearing, buf_text(&expected), "%s", buf_text(&words));
    buf_fini(&words);
    buf_fini(&expected);
}

static void judge_pair(struct hearing *hearing, size_t a, size_t b, const struct sighting *seen)
{
    const struct event_ref *refs = hearing->expectation->events;
    struct buf expected, words;

    if (seen[b].event->from != hearing->evidence->iut || is_before(&seen[a], &seen[b]))
        return;
    buf_init(&expected, WORDS_CEILING);
    buf_init(&words, WORDS_CEILING);
    words_after(&expected, &refs[a], &refs[b]);
    words_event(&words, &refs[b], seen[b].event);
    buf_add_text(&words, ", ");
    words_event(&words, &refs[a], seen[a].event);
    hearing->packet_count = 0;
    hearing_packet(hearing, seen[b].event->packet);
    hearing_packet(hearing, seen[a].event->packet);
    hearing_breach(hearing, buf_text(&expected), "%s", buf_text(&words));
    buf_fini(&words);
    buf_fini(&expected);
}

static void expect_order(struct hearing *hearing)
{
    struct sighting seen[EXPECT_EVENTS];
    size_t before = EXPECT_EVENTS; /* the last one that was seen */

    if (!sight_all(hearing, seen))
        return;
    for (size_t n = 0; n < hearing->expectation->event_count; n++) {
        if (seen[n].event == NULL) {
            judge_missing(hearing, n, seen);
            continue;
        }
        if (before < EXPECT_EVENTS)
            judge_pair(hearing, before, n, seen);
        before = n;
    }
}

/* "0.8 s to 1.5 s from C#1 to C#2" */
static void words_range(struct buf *out, const struct expectation *expectation)
{
    bool open = expectation->most == INT64_MAX;

    if (open)
        buf_add_text(out, "at least ");
    words_time(out, open || expectation->least > 0 ? expectation->least : expectation->most);
    if (!open && expectation->least > 0) {
        buf_add_text(out, " to ");
        words_time(out, expectation->most);
    } else if (!open) {
        buf_add_text(out, " at most");
    }
    buf_addf(out, " from " BYTES_FMT " to " BYTES_FMT, BYTES_ARG(expectation->events[0].source),
             BYTES_ARG(expectation->events[1].source));
}

static void judge_interval(struct hearing *hearing, const struct sighting *seen)
{
    const struct expectation *expectation = hearing->expectation;
    int64_t took = seen[1].event->time - seen[0].event->time;
    struct buf expected, words;

    if (took >= expectation->least && took <= expectation->most)
        return;
    buf_init(&expected, WORDS_CEILING);
    buf_init(&words, WORDS_CEILING);
    words_range(&expected, expectation);
    words_time(&words, took);
    buf_add_text(&words, " between ");
    words_event(&words, &expectation->events[0], seen[0].event);
    buf_add_text(&words, " and ");
    words_event(&words, &expectation->events[1], seen[1].event);
    hearing_packet(hearing, seen[0].event->packet);
    hearing_packet(hearing, seen[1].event->packet);
    hearing_breach(hearing, buf_text(&expected), "%s", buf_text(&words));
    buf_fini(&words);
    buf_fini(&expected);
}

static void expect_interval(struct hearing *hearing)
{
    struct sighting seen[EXPECT_EVENTS];
    bool all = true;

    if (!sight_all(hearing, seen))
        return;
    for (size_t n = 0; n < 2; n++) {
        if (seen[n].event == NULL)
            judge_missing(hearing, n, seen);
        all = all && seen[n].event != NULL;
    }
    if (all && seen[1].event->from == hearing->evidence->iut)
        judge_interval(hearing, seen);
}

static void expect_absent(struct hearing *hearing)
{
    const struct event_ref *ref = &hearing->expectation->events[0];
    struct sighting seen[EXPECT_EVENTS];
    struct buf expected, words;

    if (!sight_all(hearing, seen) || seen[0].event == NULL ||
        seen[0].event->from != hearing->evidence->iut)
        return;
    buf_init(&expected, WORDS_CEILING);
    buf_init(&words, WORDS_CEILING);
    buf_addf(&expected, "no " BYTES_FMT, BYTES_ARG(ref->source));
    words_event(&words, ref, seen[0].event);
    hearing_packet(hearing, seen[0].event->packet);
    hearing_breach(hearing, buf_text(&expected), "%s", buf_text(&words));
    buf_fini(&words);
    buf_fini(&expected);
}

static void judge_one(const struct evidence *evidence, const struct expectation *expectation,
                      struct findings *out)
{
    static void (*const kinds[])(struct hearing *) = {
        [EXPECT_ORDER] = expect_order,
        [EXPECT_INTERVAL] = expect_interval,
        [EXPECT_FIELD] = expect_field,
        [EXPECT_ABSENT] = expect_absent,
        [EXPECT_EXIT] = expect_exit,
        [EXPECT_FILE] = expect_client_file,
        [EXPECT_NO_FILE] = expect_client_file,
        [EXPECT_SERVER_FILE] = expect_server_file,
        [EXPECT_NO_SERVER_FILE] = expect_server_file,
        [EXPECT_OUTPUT] = expect_output,
        [EXPECT_OUTPUT_LACKS] = expect_output,
        [EXPECT_HAS] = expect_text,
        [EXPECT_LACKS] = expect_text,
    };
    struct hearing hearing = {.evidence = evidence, .expectation = expectation, .out = out};

    kinds[expectation->kind](&hearing);
}

/* "A or B or C": the findings of all where none holds. Returns how many expectations that were. */
static size_t judge_alternatives(const struct evidence *evidence, size_t first,
                                 struct findings *out)
{
    const struct expectation *expects = evidence->exchange->expects;
    struct findings *all = findings_new();
    bool met = false;
    size_t n = first;

    do {
        size_t before = findings_count(all);

        judge_one(evidence, &expects[n], all);
        met = met || findings_count(all) == before;
    } while (expects[n++].or_next);
    for (size_t i = 0; !met && i < findings_count(all); i++)
        findings_add(out, findings_at(all, i));
    findings_free(all);
    return n - first;
}

void expect_judge(const struct evidence *evidence, struct findings *out)
{
    for (size_t n = 0; n < evidence->exchange->expect_count;)
        n += judge_alternatives(evidence, n, out);
}

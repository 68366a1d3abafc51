/* timeline_rig: a capture made from readable text, read, and looked at as text again. */
#ifndef PEERSPEC_TESTS_TIMELINE_RIG_H
#define PEERSPEC_TESTS_TIMELINE_RIG_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "support/run_suite.h"
#include "support/timelinetext.h"
#include "support/wiretext.h"

#define ROOM 16
#define LOGIN "S> 220 Ready.\n"

static struct timeline *timelines[ROOM]; /* owned */
static size_t count;
static struct timeline_options options;
static struct buf text; /* of all of them */

static inline void keep(void *ctx, struct timeline *timeline)
{
    (void)ctx;
    ck_assert_uint_lt(count, ROOM);
    timelines[count++] = timeline;
}

static inline void set_up(void)
{
    buf_init(&text, 16 << 20);
    options = (struct timeline_options){0};
}

static inline void tear_down(void)
{
    buf_fini(&text);
    while (count > 0)
        timeline_free(timelines[--count]);
}

/* Make a capture of `lines` and read it; what came out is added to `text`. */
static inline void feed(const char *lines)
{
    const struct timeline_sink sink = {NULL, keep};
    size_t before = count;
    struct diag why;

    ck_assert_msg(wiretext_feed(bytes_of(lines), &options, &sink, &why) == OK, "%u:%u: %s",
                  why.at.line, why.at.column, why.text);
    for (size_t i = before; i < count; i++)
        timelinetext_write(&text, timelines[i]);
}

static inline void has(const char *line)
{
    ck_assert_msg(strstr(buf_text(&text), line) != NULL, "no `%s` in\n%s", line, buf_text(&text));
}

static inline void lacks(const char *line)
{
    ck_assert_msg(strstr(buf_text(&text), line) == NULL, "`%s` in\n%s", line, buf_text(&text));
}

static inline size_t occurrences(const char *of)
{
    size_t found = 0;

    for (const char *at = buf_text(&text); (at = strstr(at, of)) != NULL; at++)
        found++;
    return found;
}

static inline TCase *topic(Suite *suite, const char *name)
{
    TCase *tcase = tcase_create(name);

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    suite_add_tcase(suite, tcase);
    return tcase;
}

#endif

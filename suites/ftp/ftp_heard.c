#include "suites/ftp/ftp_heard.h"

static bool is_reply(const struct event *event)
{
    return event->flow == 0 && (event->kind == EVENT_REPLY || event->kind == EVENT_BAD_REPLY);
}

static void lists_make(const struct timeline *timeline, struct arena *arena,
                       struct ftp_heard *heard)
{
    size_t commands = 0, replies = 0;

    heard->kinds = 0;
    for (size_t n = 0; n < timeline->event_count; n++) {
        heard->kinds |= 1u << timeline->events[n].kind;
        commands += timeline->events[n].kind == EVENT_COMMAND;
        replies += is_reply(&timeline->events[n]);
    }
    heard->commands = arena_take(arena, (commands + 1) * sizeof *heard->commands);
    heard->replies = arena_take(arena, (replies + 1) * sizeof *heard->replies);
}

/* Put the line into the list; *torn says that it may be the rest of one whose start was not seen.
 */
static void line_put(const struct event ***list, const struct event *event, bool *torn)
{
    if (!*torn && !event->cut)
        *(*list)++ = event;
    *torn = false;
}

void ftp_heard_find(const struct timeline *timeline, struct arena *arena, struct ftp_heard *heard)
{
    const struct event **commands, **replies;
    bool command_torn = !timeline->from_start, reply_torn = !timeline->from_start;

    lists_make(timeline, arena, heard);
    commands = heard->commands;
    replies = heard->replies;
    for (size_t n = 0; n < timeline->event_count; n++) {
        const struct event *event = &timeline->events[n];

        if (event->kind == EVENT_TLS)
            return;
        if (event->kind == EVENT_GAP && event->flow == 0)
            command_torn = reply_torn = true;
        else if (event->kind == EVENT_COMMAND)
            line_put(&commands, event, &command_torn);
        else if (is_reply(event))
            line_put(&replies, event, &reply_torn);
    }
}

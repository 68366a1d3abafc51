/* Who opens a connection, and in which family of addresses. */
#include "proto/ftp_command.h"
#include "suites/ftp/ftp_checks.h"

/* The first segment of that side; NULL where it said nothing. */
static const struct event *first_said(const struct timeline *timeline, enum side side)
{
    for (size_t n = 0; n < timeline->event_count; n++) {
        const struct event *event = &timeline->events[n];

        if (event->flow == 0 && event->kind == EVENT_SEGMENT && event->from == side)
            return event;
    }
    return NULL;
}

/* Who opened the connection is taken for the client. Where it greets, and is told a command, it is
 * the server: its client should have opened it. */
void ftp_ctrl_user_opens(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *greeting = first_said(timeline, SIDE_CLIENT);
    const struct event *command = first_said(timeline, SIDE_SERVER);

    if (!timeline->from_start || !timeline->whole || greeting == NULL || command == NULL ||
        command < greeting)
        return;
    if (!bytes_starts(greeting->text, "220 ") && !bytes_starts(greeting->text, "220-"))
        return;
    if (ftp_verb_of_line(command->text) == NULL)
        return;
    rule_breach(run, SIDE_SERVER,
                PACKETS(timeline->flows[0].syn, greeting->packet, command->packet),
                "a control connection that the one who sends commands opens",
                "it is opened by the one who greets");
}

/* A client that is refused EPSV has nothing left but PASV. */
static bool refused_epsv(const struct ftp_turn *turn)
{
    return ftp_turn_is(turn, "EPSV") && turn->code / 100 != 2;
}

static const struct timeline_flow *flow_announced_by(const struct timeline *timeline, size_t event)
{
    for (size_t n = 1; n < timeline->flow_count; n++)
        if (timeline->flows[n].announced_by == event)
            return &timeline->flows[n];
    return NULL;
}

void ftp_epsv_same_hosts(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct timeline_flow *control = &timeline->flows[0], *flow;

    if (timeline->server.family != 6)
        return;
    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];

        if (refused_epsv(turn))
            return;
        if (!ftp_turn_is(turn, "PASV") || turn->code != 227)
            continue;
        flow = flow_announced_by(timeline, turn->final);
        if (flow != NULL && endpoint_same_addr(&flow->client, &control->client) &&
            endpoint_same_addr(&flow->server, &control->server))
            rule_breach(run, SIDE_CLIENT,
                        PACKETS(ftp_packet(timeline, turn->command),
                                ftp_packet(timeline, turn->final), flow->syn),
                        "EPSV where control and data go between the same two hosts",
                        "PASV over IPv6, of which 227 cannot speak");
    }
}

/* Data connections that were or were not there, that stay, and ports that can be guessed. */
#include "proto/ftp_hostport.h"
#include "suites/ftp/ftp_checks.h"

#define SECOND INT64_C(1000000000)
#define PROMPTLY (5 * SECOND)
#define PATIENCE (10 * SECOND) /* of a client that listens */
#define PORTS_ENOUGH 8

/* --- 425 and 426 ------------------------------------------------------------------------------ */

/* The data connection of a transfer that was answered by `code`; NULL where it was not, or where
 * something else may be the reason. */
static const struct timeline_flow *flow_refused(const struct timeline *timeline,
                                                const struct ftp_turn *turn, int code)
{
    const struct timeline_flow *flow = ftp_turn_flow(timeline, turn);

    if (turn->code != code || turn->pipelined || flow == NULL || !flow->from_start ||
        !flow->whole || !endpoint_same_addr(&flow->client, &timeline->flows[0].client) ||
        !endpoint_same_addr(&flow->server, &timeline->flows[0].server))
        return NULL;
    return flow;
}

static bool left_before(const struct timeline_flow *flow, enum side side, uint64_t packet)
{
    return (flow->fin[side] != 0 && flow->fin[side] < packet) ||
           (flow->rst[side] != 0 && flow->rst[side] < packet);
}

void ftp_425_no_connection(const struct timeline *timeline, struct rule_run *run)
{
    static const char expected[] = "425 only where no data connection was opened";
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        const struct timeline_flow *flow = flow_refused(timeline, turn, 425);
        uint64_t reply = ftp_packet(timeline, turn->final), moved;

        if (flow == NULL || flow->ack == 0 || flow->ack > reply ||
            left_before(flow, SIDE_CLIENT, reply))
            continue;
        moved = flow->first != 0 && flow->first < reply ? flow->octets[0] + flow->octets[1] : 0;
        rule_remark(run, SIDE_SERVER, moved > 0 ? VERDICT_FAIL : VERDICT_WARN,
                    PACKETS(flow->syn, flow->ack, reply), expected,
                    "425 although it was open, with %llu octets", (unsigned long long)moved);
    }
}

bool ftp_flow_unanswered(const struct timeline_flow *flow)
{
    uint64_t resets = (flow->rst[SIDE_CLIENT] != 0) + (uint64_t)(flow->rst[SIDE_SERVER] != 0);

    return flow->syn != 0 && flow->syn_ack == 0 && flow->packets == 1 + resets;
}

void ftp_426_was_connected(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        const struct timeline_flow *flow = flow_refused(timeline, turn, 426);

        if (flow == NULL || !ftp_flow_unanswered(flow))
            continue;
        rule_breach(run, SIDE_SERVER, PACKETS(flow->syn, ftp_packet(timeline, turn->final)),
                    "425 where no data connection was opened", "426, and a SYN without SYN-ACK");
    }
}

/* --- listening -------------------------------------------------------------------------------- */

static bool is_done_before(const struct timeline *timeline, const struct ftp_turn *turn,
                           uint64_t packet)
{
    return turn->pipelined ||
           (turn->final != FTP_NONE && ftp_packet(timeline, turn->final) < packet);
}

void ftp_active_listening(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        const struct timeline_flow *flow = ftp_turn_flow(timeline, turn);
        uint64_t command = ftp_packet(timeline, turn->command);

        if (flow == NULL || flow->opener != SIDE_SERVER || !ftp_flow_unanswered(flow) ||
            (flow->opening != OPENED_PORT && flow->opening != OPENED_EPRT) ||
            flow->rst[SIDE_CLIENT] < flow->syn || flow->syn < command ||
            is_done_before(timeline, turn, flow->syn) ||
            flow->syn_time - timeline->events[turn->command].time > PATIENCE ||
            left_before(&timeline->flows[0], SIDE_CLIENT, flow->syn) || !timeline->whole)
            continue; /* what was not seen may be an ABOR */
        rule_breach(run, SIDE_CLIENT, PACKETS(command, flow->syn, flow->rst[SIDE_CLIENT]),
                    "a port that is listened at before the transfer command",
                    "port %u refuses the server's connection", flow->client.port);
    }
}

/* --- announced ports -------------------------------------------------------------------------- */

/* The port that 227 or 229 at this event names; 0: it is neither. */
static unsigned port_in(const struct event *event)
{
    struct endpoint at;
    struct flaw flaw;
    uint16_t port;

    if (event->kind != EVENT_REPLY || event->cut)
        return 0;
    if (event->code == 227 && ftp_pasv_parse(event->reply.text, &at, &flaw) == PARSE_DONE)
        return at.port;
    if (event->code == 229 && ftp_epsv_parse(event->reply.text, &port, &flaw) == PARSE_DONE)
        return port;
    return 0;
}

void ftp_pasv_random(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    unsigned before = 0, count = 0, close = 0;
    uint64_t first = 0, last = 0;

    for (size_t n = 0; n < dialogue->end; n++) {
        unsigned port = port_in(&timeline->events[n]);

        if (port == 0)
            continue;
        close += count > 0 && (port == before + 1 || port == before + 2);
        first = first == 0 ? timeline->events[n].packet : first;
        last = timeline->events[n].packet;
        before = port;
        count++;
    }
    if (count >= PORTS_ENOUGH && 2 * close >= count - 1)
        rule_breach(run, SIDE_SERVER, PACKETS(first, last), "ports that nobody can guess",
                    "%u of %u ports are the next or next but one", close, count - 1);
}

bool ftp_flow_replaced(const struct timeline *timeline, const struct timeline_flow *flow)
{
    unsigned port = 0;

    if (flow->announced_by == FTP_NONE)
        return false;
    for (size_t n = flow->announced_by + 1;
         n < timeline->event_count && timeline->events[n].packet < flow->syn; n++)
        if (port_in(&timeline->events[n]) != 0)
            port = port_in(&timeline->events[n]);
    return port != 0 && port != flow->server.port;
}

void ftp_pasv_replaced(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < timeline->flow_count; n++) {
        const struct timeline_flow *flow = &timeline->flows[n];

        if (flow->role != ROLE_DATA || flow->opener != SIDE_CLIENT || flow->syn == 0 ||
            flow->syn_ack == 0 || flow->announced_by >= dialogue->end ||
            !ftp_flow_replaced(timeline, flow))
            continue;
        rule_breach(run, SIDE_SERVER,
                    PACKETS(timeline->events[flow->announced_by].packet, flow->syn, flow->syn_ack),
                    "the port before closed when another one is announced",
                    "a connection to port %u is still taken", flow->server.port);
    }
}

/* --- connections that stay -------------------------------------------------------------------- */

/* True where the data connection is open and idle from `packet` on, whatever the client does. */
static bool is_idle_from(const struct timeline_flow *flow, uint64_t packet)
{
    return flow->role == ROLE_DATA && flow->from_start && flow->whole && flow->ack != 0 &&
           flow->ack < packet && flow->last < packet && !left_before(flow, SIDE_CLIENT, packet) &&
           !left_before(flow, SIDE_SERVER, packet);
}

/* Report that the server closes the idle flow late, where `event` asked it to. */
static void judge_late(const struct timeline *timeline, struct rule_run *run, size_t flow,
                       const struct event *event, const char *expected)
{
    size_t fin = ftp_dialogue(timeline, run)->marks[flow].fin[SIDE_SERVER];
    const struct event *end = fin == FTP_NONE ? event : &timeline->events[fin];

    if (end->packet > event->packet && end->time - event->time > PROMPTLY)
        rule_remark(run, SIDE_SERVER, VERDICT_WARN, PACKETS(event->packet, end->packet), expected,
                    "closed %lld seconds later", (long long)((end->time - event->time) / SECOND));
}

void ftp_data_ends_with_control(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct event *end = NULL;

    for (size_t n = timeline->event_count; n-- > 0 && end == NULL;)
        if (timeline->events[n].flow == 0 &&
            (timeline->events[n].kind == EVENT_FIN || timeline->events[n].kind == EVENT_RST))
            end = &timeline->events[n];
    if (!dialogue->complete || !timeline->ended || end == NULL)
        return;
    for (size_t n = 1; n < timeline->flow_count; n++)
        if (is_idle_from(&timeline->flows[n], end->packet))
            judge_late(timeline, run, n, end,
                       "the data connection closed when the control connection is");
}

static bool opens_anew(const struct ftp_turn *turn)
{
    return (turn->traits & FTP_VERB_OPENS) != 0 && turn->code / 100 == 2 && !turn->pipelined;
}

void ftp_data_ends_with_port(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    size_t n = 1; /* of the first turn that may ask for another connection than the flow's */

    if (!dialogue->complete)
        return;
    for (size_t f = 1; f < timeline->flow_count; f++) {
        const struct timeline_flow *flow = &timeline->flows[f];

        while (n < dialogue->count &&
               (ftp_packet(timeline, dialogue->turns[n].command) < flow->ack ||
                !opens_anew(&dialogue->turns[n])))
            n++;
        if (n < dialogue->count &&
            is_idle_from(flow, ftp_packet(timeline, dialogue->turns[n].command)))
            judge_late(timeline, run, f, &timeline->events[dialogue->turns[n].final],
                       "the data connection closed when another one is asked for");
    }
}

/* --- the end of the control connection -------------------------------------------------------- */

static bool is_waited_for(const struct ftp_dialogue *dialogue)
{
    for (size_t n = 0; n < dialogue->count; n++)
        if (dialogue->turns[n].final == FTP_NONE)
            return true;
    return false;
}

void ftp_close_both(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct event *client = ftp_fin(timeline, dialogue, SIDE_CLIENT);
    const struct event *server = ftp_fin(timeline, dialogue, SIDE_SERVER);
    const struct event *first, *second;

    if (!dialogue->complete || client == NULL || server == NULL || is_waited_for(dialogue))
        return;
    first = client->packet < server->packet ? client : server;
    second = first == client ? server : client;
    if (second->time - first->time > PROMPTLY)
        rule_remark(run, second->from, VERDICT_WARN, PACKETS(first->packet, second->packet),
                    "the control connection closed soon after the other side's FIN",
                    "its own FIN %lld seconds later",
                    (long long)((second->time - first->time) / SECOND));
}

void ftp_client_after_fin(const struct timeline *timeline, struct rule_run *run)
{
    const struct event *fin = ftp_fin(timeline, ftp_dialogue(timeline, run), SIDE_SERVER);

    for (const struct event *event = fin;
         event != NULL && event < timeline->events + timeline->event_count; event++) {
        if (event->kind != EVENT_COMMAND || event->time - fin->time < SECOND || event->cut ||
            bytes_is_nocase(event->command.verb, "QUIT"))
            continue;
        rule_breach(run, SIDE_CLIENT, PACKETS(fin->packet, event->packet),
                    "no command after the server's FIN", "%s %lld ms later",
                    rule_quote(run, event->command.verb),
                    (long long)((event->time - fin->time) / 1000000));
        return;
    }
}

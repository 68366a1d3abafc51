/* Who connects where: control and data connections, and what announced them. */
#include <string.h>

#include "proto/ftp_hostport.h"
#include "suites/ftp/ftp_checks.h"

#define SECONDS INT64_C(1000000000)

static const struct endpoint *client_of(const struct timeline *timeline)
{
    return &timeline->flows[0].client;
}

static const struct endpoint *server_of(const struct timeline *timeline)
{
    return &timeline->flows[0].server;
}

/* --- handshakes ------------------------------------------------------------------------------- */

static void judge_handshake(const struct timeline *timeline, struct rule_run *run,
                            const struct timeline_flow *flow)
{
    static const char expected[] = "SYN, SYN-ACK and ACK before the first octet";

    (void)timeline;
    if (!flow->from_start || !flow->whole || flow->syn_ack == 0 || flow->first == 0 ||
        flow->first == flow->syn)
        return; /* data in the SYN is TCP Fast Open */
    if (flow->syn_ack < flow->syn)
        rule_breach(run, side_other(flow->opener), PACKETS(flow->syn_ack, flow->syn), expected,
                    "the SYN-ACK before the SYN");
    else if (flow->first < flow->syn_ack)
        rule_breach(run, flow->opener, PACKETS(flow->first, flow->syn_ack), expected,
                    "data before the SYN-ACK");
    else if (flow->first < flow->ack)
        rule_remark(run, side_other(flow->opener), VERDICT_WARN,
                    PACKETS(flow->syn_ack, flow->first, flow->ack), expected,
                    "data before the ACK of the SYN-ACK");
}

void ftp_ctrl_handshake(const struct timeline *timeline, struct rule_run *run)
{
    judge_handshake(timeline, run, &timeline->flows[0]);
}

void ftp_data_handshake(const struct timeline *timeline, struct rule_run *run)
{
    for (size_t n = 1; n < timeline->flow_count; n++)
        if (timeline->flows[n].role == ROLE_DATA)
            judge_handshake(timeline, run, &timeline->flows[n]);
}

/* --- active mode ------------------------------------------------------------------------------ */

static bool is_active(const struct timeline_flow *flow)
{
    return flow->role == ROLE_DATA && flow->opener == SIDE_SERVER && flow->syn != 0;
}

static bool is_passive(const struct timeline_flow *flow)
{
    return flow->role == ROLE_DATA && flow->opener == SIDE_CLIENT && flow->syn != 0 &&
           (flow->opening == OPENED_PASV || flow->opening == OPENED_EPSV);
}

void ftp_port20(const struct timeline *timeline, struct rule_run *run)
{
    for (size_t n = 1; n < timeline->flow_count; n++) {
        const struct timeline_flow *flow = &timeline->flows[n];
        unsigned port = flow->server.port;

        if (!is_active(flow) || port == 20 || port == server_of(timeline)->port - 1U)
            continue;
        rule_remark(run, SIDE_SERVER, VERDICT_WARN, PACKETS(flow->syn),
                    "port 20, or the port below that of the control connection", "port %u", port);
        return;
    }
}

void ftp_active_src_ip(const struct timeline *timeline, struct rule_run *run)
{
    char text[ENDPOINT_TEXT];

    for (size_t n = 1; n < timeline->flow_count; n++) {
        const struct timeline_flow *flow = &timeline->flows[n];

        if (is_active(flow) && !endpoint_same_addr(&flow->server, server_of(timeline)))
            rule_breach(run, SIDE_SERVER, PACKETS(flow->syn),
                        "the address that the control connection goes to", "a SYN from %s",
                        endpoint_format(&flow->server, text));
    }
}

/* True where all that was said before the connection was seen. */
static bool is_within(const struct timeline *timeline, const struct ftp_dialogue *dialogue,
                      const struct timeline_flow *flow)
{
    return dialogue->complete || (dialogue->end < timeline->event_count &&
                                  flow->syn < timeline->events[dialogue->end].packet);
}

/* The endpoint that PORT or EPRT of this turn names; false where it is neither or was refused. */
static bool port_named(const struct timeline *timeline, const struct ftp_turn *turn,
                       struct endpoint *named)
{
    struct bytes argument;
    struct flaw flaw;

    if (turn->code / 100 != 2)
        return false;
    argument = timeline->events[turn->command].command.argument;
    if (ftp_turn_is(turn, "PORT"))
        return ftp_port_parse(argument, named, &flaw) == PARSE_DONE;
    return ftp_turn_is(turn, "EPRT") && ftp_eprt_parse(argument, named, &flaw) == PARSE_DONE;
}

/* The last accepted PORT or EPRT while the turns are walked. */
struct announced_port {
    size_t next; /* turn */
    bool known;  /* false where a PASV or EPSV came later, or a PORT whose reply was not seen */
    struct endpoint at;
};

/* Take the turns that came before the flow's SYN into account. */
static void port_follow(struct announced_port *port, const struct timeline *timeline,
                        const struct ftp_dialogue *dialogue, const struct timeline_flow *flow)
{
    for (; port->next < dialogue->count; port->next++) {
        const struct ftp_turn *turn = &dialogue->turns[port->next];
        bool names = ftp_turn_is(turn, "PORT") || ftp_turn_is(turn, "EPRT");

        if (ftp_packet(timeline, turn->command) > flow->syn)
            return;
        if (names)
            port->known =
                port_named(timeline, turn, &port->at) || (port->known && turn->final != FTP_NONE);
        else if ((turn->traits & FTP_VERB_OPENS) != 0)
            port->known = false;
    }
}

/* A server may go to the client itself in place of an address that is not the client's. */
static bool goes_there(const struct timeline *timeline, const struct timeline_flow *flow,
                       const struct endpoint *named)
{
    return flow->client.port == named->port && (endpoint_same_addr(&flow->client, named) ||
                                                !endpoint_same_addr(named, client_of(timeline)));
}

void ftp_active_dst(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    struct announced_port port = {.next = 1};
    char seen[ENDPOINT_TEXT], asked[ENDPOINT_TEXT];

    for (size_t n = 1; n < timeline->flow_count; n++) {
        const struct timeline_flow *flow = &timeline->flows[n];

        if (!is_active(flow) || !is_within(timeline, dialogue, flow))
            continue;
        port_follow(&port, timeline, dialogue, flow);
        if (!port.known || goes_there(timeline, flow, &port.at))
            continue;
        rule_breach(run, SIDE_SERVER, PACKETS(flow->syn),
                    "a connection to where the last PORT or EPRT says",
                    "a SYN to %s in place of %s", endpoint_format(&flow->client, seen),
                    endpoint_format(&port.at, asked));
    }
}

void ftp_active_after_cmd(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < timeline->flow_count; n++) {
        const struct timeline_flow *flow = &timeline->flows[n];
        uint64_t command;

        if (!is_active(flow) || flow->command == FTP_NONE || flow->command >= dialogue->end)
            continue;
        command = timeline->events[flow->command].packet;
        if (flow->syn < command)
            rule_breach(run, SIDE_SERVER, PACKETS(flow->syn, command),
                        "the data connection opened when the transfer command has come",
                        "the SYN before " BYTES_FMT,
                        BYTES_ARG(timeline->events[flow->command].command.verb));
    }
}

/* --- passive mode ----------------------------------------------------------------------------- */

/* The endpoint that the 227 or 229 of this turn announces (229: the port alone). */
static bool announced(const struct timeline *timeline, const struct ftp_turn *turn,
                      struct endpoint *out)
{
    const struct event *reply;
    struct flaw flaw;

    if (turn->command == FTP_NONE || turn->final == FTP_NONE)
        return false;
    reply = &timeline->events[turn->final];
    *out = (struct endpoint){.family = 0};
    if (reply->code == 227)
        return ftp_pasv_parse(reply->reply.text, out, &flaw) == PARSE_DONE;
    return reply->code == 229 && ftp_epsv_parse(reply->reply.text, &out->port, &flaw) == PARSE_DONE;
}

/* A connection that came about before `flow` has used the reply's port up: without another one the
 * server tries the client's default port (RFC 959 section 3.2). */
static bool used_up(const struct timeline *timeline, size_t reply, const struct timeline_flow *flow)
{
    for (size_t n = 1; n < timeline->flow_count; n++)
        if (timeline->flows[n].announced_by == reply && timeline->flows[n].syn < flow->syn)
            return true;
    return false;
}

void ftp_pasv_direction(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < timeline->flow_count; n++) {
        const struct timeline_flow *flow = &timeline->flows[n];
        const struct ftp_turn *last = NULL;
        struct endpoint ignored;

        if (!is_active(flow) || flow->opening != OPENED_UNANNOUNCED ||
            !is_within(timeline, dialogue, flow))
            continue;
        for (size_t t = 1; t < dialogue->count; t++)
            if (ftp_packet(timeline, dialogue->turns[t].final) < flow->syn &&
                dialogue->turns[t].final != FTP_NONE &&
                (dialogue->turns[t].traits & FTP_VERB_OPENS) != 0)
                last = &dialogue->turns[t];
        if (last != NULL && announced(timeline, last, &ignored) &&
            !used_up(timeline, last->final, flow))
            rule_breach(run, SIDE_SERVER, PACKETS(ftp_packet(timeline, last->final), flow->syn),
                        "a server that waits for the client's connection after 227 or 229",
                        "a SYN from the server");
    }
}

static bool is_private(const struct endpoint *endpoint)
{
    const uint8_t *a = endpoint->addr;

    return endpoint->family == 4 && (a[0] == 10 || (a[0] == 172 && (a[1] & 0xf0) == 16) ||
                                     (a[0] == 192 && a[1] == 168) || (a[0] == 169 && a[1] == 254));
}

static bool is_nowhere(const struct endpoint *endpoint)
{
    return endpoint->family == 4 && (endpoint->addr[0] == 0 || endpoint->addr[0] == 127);
}

/* An address that cannot be reached from where the control connection comes from. */
static bool is_unreachable(const struct endpoint *named, const struct endpoint *server)
{
    return (is_nowhere(named) && !is_nowhere(server)) || named->addr[0] == 0 ||
           (is_private(named) && !is_private(server) && !is_nowhere(server));
}

void ftp_pasv_addr_self(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    char named[ENDPOINT_TEXT], server[ENDPOINT_TEXT];

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        struct endpoint at;

        if (!announced(timeline, turn, &at) || at.family == 0 || server_of(timeline)->family != 4 ||
            endpoint_same_addr(&at, server_of(timeline)))
            continue;
        rule_remark(run, SIDE_SERVER,
                    is_unreachable(&at, server_of(timeline)) ? VERDICT_FAIL : VERDICT_WARN,
                    PACKETS(ftp_packet(timeline, turn->final)), "the server's own address",
                    "%s, and the control connection goes to %s", endpoint_addr(&at, named),
                    endpoint_addr(server_of(timeline), server));
        return;
    }
}

void ftp_pasv_nondefault(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        struct endpoint at;

        if (announced(timeline, turn, &at) && at.port != 0 &&
            at.port == server_of(timeline)->port - 1)
            rule_breach(run, SIDE_SERVER, PACKETS(ftp_packet(timeline, turn->final)),
                        "a port that is not the default data port", "port %u", at.port);
    }
}

void ftp_pasv_unpriv(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        struct endpoint at;

        if (announced(timeline, turn, &at) && at.port != 0 && at.port < 1024 &&
            at.port != server_of(timeline)->port - 1)
            rule_breach(run, SIDE_SERVER, PACKETS(ftp_packet(timeline, turn->final)),
                        "a port of 1024 or above", "port %u", at.port);
    }
}

void ftp_pasv_listen_first(const struct timeline *timeline, struct rule_run *run)
{
    for (size_t n = 1; n < timeline->flow_count; n++) {
        const struct timeline_flow *flow = &timeline->flows[n];
        const struct event *reply;

        if (!is_passive(flow) || flow->announced_by == FTP_NONE || flow->rst[SIDE_SERVER] == 0 ||
            !ftp_flow_unanswered(flow))
            continue;
        reply = &timeline->events[flow->announced_by];
        if (flow->syn_time - reply->time > 5 * SECONDS || flow->syn < reply->packet ||
            ftp_flow_replaced(timeline, flow) || !timeline->whole)
            continue; /* a server may stop waiting, or have announced another port unseen */
        rule_breach(run, SIDE_SERVER, PACKETS(reply->packet, flow->syn, flow->rst[SIDE_SERVER]),
                    "a socket that listens at the announced port", "the SYN answered by RST");
    }
}

/* --- third hosts ------------------------------------------------------------------------------ */

/* What came over the connection counts once the server says that it took it. */
static bool was_used(const struct ftp_dialogue *dialogue, const struct timeline_flow *flow)
{
    if (flow->octets[SIDE_SERVER] > 0)
        return true;
    for (size_t t = 1; t < dialogue->count; t++)
        if (dialogue->turns[t].command == flow->command)
            return flow->octets[SIDE_CLIENT] > 0 && dialogue->turns[t].code / 100 == 2;
    return false;
}

void ftp_data_peer_ip(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    char text[ENDPOINT_TEXT];

    for (size_t n = 1; n < timeline->flow_count; n++) {
        const struct timeline_flow *flow = &timeline->flows[n];

        if (is_passive(flow) && was_used(dialogue, flow) &&
            !endpoint_same_addr(&flow->client, client_of(timeline)))
            rule_breach(run, SIDE_SERVER, PACKETS(flow->syn, flow->first),
                        "data only to and from the host of the control connection",
                        "data over a connection from %s", endpoint_format(&flow->client, text));
    }
}

/* Octets of its own, or a FIN behind those of the other side: who turns a stranger away, with FIN
 * or RST, may be slower than its octets. */
static bool client_takes_part(const struct timeline_flow *flow)
{
    return flow->octets[SIDE_CLIENT] > 0 ||
           (flow->octets[SIDE_SERVER] > 0 && flow->fin[SIDE_CLIENT] > flow->last);
}

void ftp_data_peer_ip_client(const struct timeline *timeline, struct rule_run *run)
{
    char text[ENDPOINT_TEXT];

    for (size_t n = 1; n < timeline->flow_count; n++) {
        const struct timeline_flow *flow = &timeline->flows[n];

        if (is_active(flow) && client_takes_part(flow) &&
            !endpoint_same_addr(&flow->server, server_of(timeline)))
            rule_breach(run, SIDE_CLIENT, PACKETS(flow->syn, flow->first),
                        "data only to and from the host of the control connection",
                        "data over a connection from %s", endpoint_format(&flow->server, text));
    }
}

void ftp_pasv_foreign(const struct timeline *timeline, struct rule_run *run)
{
    char text[ENDPOINT_TEXT];

    for (size_t n = 1; n < timeline->flow_count; n++) {
        const struct timeline_flow *flow = &timeline->flows[n];

        if (is_passive(flow) && !endpoint_same_addr(&flow->server, server_of(timeline)))
            rule_breach(run, SIDE_CLIENT, PACKETS(flow->syn),
                        "a data connection to the host of the control connection only",
                        "a SYN to %s", endpoint_format(&flow->server, text));
    }
}

void ftp_port_foreign(const struct timeline *timeline, struct rule_run *run)
{
    char text[ENDPOINT_TEXT];

    for (size_t n = 1; n < timeline->flow_count; n++) {
        const struct timeline_flow *flow = &timeline->flows[n];

        if (is_active(flow) && flow->opening != OPENED_UNANNOUNCED &&
            !endpoint_same_addr(&flow->client, client_of(timeline)))
            rule_breach(run, SIDE_SERVER, PACKETS(flow->syn),
                        "no connection to a host that is not the client", "a SYN to %s",
                        endpoint_format(&flow->client, text));
    }
}

/* --- what the client announces ---------------------------------------------------------------- */

void ftp_port_self(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct endpoint *client = client_of(timeline);
    char named[ENDPOINT_TEXT], own[ENDPOINT_TEXT];

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        struct endpoint at;

        if (!port_named(timeline, turn, &at) || at.family != client->family ||
            endpoint_same_addr(&at, client))
            continue;
        if (is_private(&at) || is_private(client))
            continue; /* a translator of addresses lies between */
        rule_breach(run, SIDE_CLIENT, PACKETS(ftp_packet(timeline, turn->command)),
                    "the client's own address", "%s, and the control connection comes from %s",
                    endpoint_addr(&at, named), endpoint_addr(client, own));
        return;
    }
}

void ftp_port_unpriv(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        struct endpoint at;

        if (port_named(timeline, turn, &at) && at.port < 1024)
            rule_breach(
                run, SIDE_SERVER,
                PACKETS(ftp_packet(timeline, turn->command), ftp_packet(timeline, turn->final)),
                "an error to a port below 1024", "%d to port %u", turn->code, at.port);
    }
}

/* Walk the transfers that got their 1yz; *used says how often the last opening command has served
 * a transfer before this one, *opens which it is (NULL: none yet). */
struct transfer_walk {
    const struct timeline *timeline;
    const struct ftp_dialogue *dialogue;
    size_t next;
    const struct ftp_turn *opens;
    unsigned used;
};

static const struct ftp_turn *next_transfer(struct transfer_walk *walk)
{
    while (++walk->next < walk->dialogue->count) {
        const struct ftp_turn *turn = &walk->dialogue->turns[walk->next];
        unsigned traits = turn->traits;

        if ((traits & FTP_VERB_OPENS) != 0 && turn->code / 100 == 2) {
            walk->opens = turn;
            walk->used = 0;
        }
        if ((traits & FTP_VERB_TRANSFERS) != 0 && turn->preliminary != FTP_NONE) {
            walk->used++;
            return turn;
        }
    }
    return NULL;
}

static void judge_reuse(const struct timeline *timeline, struct rule_run *run, bool passive,
                        const char *expected)
{
    struct transfer_walk walk = {timeline, ftp_dialogue(timeline, run), 0, NULL, 0};
    const struct ftp_turn *turn;

    while ((turn = next_transfer(&walk)) != NULL) {
        struct endpoint at;

        if (walk.opens == NULL || walk.used < 2 || turn->mode != 'S' ||
            announced(timeline, walk.opens, &at) != passive)
            continue;
        rule_breach(
            run, SIDE_CLIENT,
            PACKETS(ftp_packet(timeline, walk.opens->command), ftp_packet(timeline, turn->command)),
            expected, "%s without one", ftp_turn_verb(timeline, turn));
    }
}

void ftp_pasv_per_xfer(const struct timeline *timeline, struct rule_run *run)
{
    judge_reuse(timeline, run, true, "a PASV or EPSV of its own before each transfer");
}

void ftp_port_per_xfer(const struct timeline *timeline, struct rule_run *run)
{
    judge_reuse(timeline, run, false, "a PORT or EPRT of its own before each transfer");
}

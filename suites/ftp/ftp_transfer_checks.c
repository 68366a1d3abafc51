/* Transfers: the data connection and the replies around it, and what went over it. */
#include <string.h>

#include "suites/ftp/ftp_checks.h"

#define MILLISECOND INT64_C(1000000)
#define NEAR (5 * MILLISECOND) /* a round trip between hosts that lose nothing between them */
#define LOOK_BACK 64           /* commands between SIZE and RETR */
#define FIRST_WINDOW 4096      /* octets that any TCP sends without waiting for an ACK, RFC 3390 */

bool ftp_starts_tls(struct bytes payload)
{
    return payload.len >= 3 && payload.at[0] == 0x16 && payload.at[1] == 0x03;
}

const struct timeline_flow *ftp_turn_flow(const struct timeline *timeline,
                                          const struct ftp_turn *turn)
{
    return turn->flow == 0 ? NULL : &timeline->flows[turn->flow];
}

/* A transfer whose data connection was seen from its SYN on, in stream mode and in clear. */
struct transfer {
    const struct ftp_turn *turn;
    const struct timeline_flow *flow;
    const struct ftp_marks *marks;
    enum side sender;
    bool succeeded; /* 226 or 250 */
};

struct transfer_walk {
    const struct timeline *timeline;
    const struct ftp_dialogue *dialogue;
    size_t next;
};

static struct transfer_walk walk_transfers(const struct timeline *timeline, struct rule_run *run)
{
    return (struct transfer_walk){timeline, ftp_dialogue(timeline, run), 0};
}

static bool next_transfer(struct transfer_walk *walk, struct transfer *out)
{
    while (++walk->next < walk->dialogue->count) {
        const struct ftp_turn *turn = &walk->dialogue->turns[walk->next];
        unsigned traits = turn->traits;
        int code = turn->code;

        if ((traits & FTP_VERB_TRANSFERS) == 0 || turn->mode != 'S')
            continue;
        out->flow = ftp_turn_flow(walk->timeline, turn);
        if (out->flow == NULL || !out->flow->from_start)
            continue;
        out->turn = turn;
        out->marks = &walk->dialogue->marks[turn->flow];
        out->sender = (traits & FTP_VERB_SENDS) != 0 ? SIDE_SERVER : SIDE_CLIENT;
        out->succeeded = code == 226 || code == 250;
        return true;
    }
    return false;
}

static const struct event *event_at(const struct timeline *timeline, size_t index)
{
    return index == FTP_NONE ? NULL : &timeline->events[index];
}

/* The first event of that kind on the control connection. */
static const struct event *control_event(const struct timeline *timeline, enum event_kind kind)
{
    for (size_t n = 0; n < timeline->event_count; n++)
        if (timeline->events[n].flow == 0 && timeline->events[n].kind == kind)
            return &timeline->events[n];
    return NULL;
}

/* A round trip of the control connection; -1 where its handshake was not seen. */
static int64_t round_trip(const struct timeline *timeline)
{
    const struct event *syn = control_event(timeline, EVENT_SYN);
    const struct event *ack = control_event(timeline, EVENT_ACK);

    return syn == NULL || ack == NULL ? -1 : ack->time - syn->time;
}

/* True where the same host sent `a` before `b`, though they went over different connections. Where
 * the hosts are far from each other a packet may have been lost before it was captured, and was
 * sent again later. */
static bool surely_before(const struct timeline *timeline, const struct event *a,
                          const struct event *b)
{
    int64_t trip = round_trip(timeline);

    if (trip < 0 || trip > NEAR || a->packet > b->packet)
        return false;
    return trip < MILLISECOND || b->time - a->time >= trip;
}

/* True where neither window of TCP's can have held back what the server had long sent. */
static bool flows_freely(const struct timeline_flow *flow)
{
    return flow->octets[SIDE_SERVER] <= FIRST_WINDOW;
}

static uint64_t command_packet(const struct timeline *timeline, const struct transfer *transfer)
{
    return ftp_packet(timeline, transfer->turn->command);
}

static const char *verb(const struct timeline *timeline, const struct transfer *transfer)
{
    return ftp_turn_verb(timeline, transfer->turn);
}

void ftp_no_data_before_150(const struct timeline *timeline, struct rule_run *run)
{
    struct transfer_walk walk = walk_transfers(timeline, run);
    struct transfer transfer;

    while (next_transfer(&walk, &transfer)) {
        const struct event *first = event_at(timeline, transfer.marks->first), *reply;

        if (transfer.sender != SIDE_SERVER || first == NULL || first->from != SIDE_SERVER ||
            transfer.turn->preliminary == FTP_NONE)
            continue;
        reply = &timeline->events[transfer.turn->preliminary];
        if (surely_before(timeline, first, reply))
            rule_breach(run, SIDE_SERVER,
                        PACKETS(command_packet(timeline, &transfer), first->packet, reply->packet),
                        "the preliminary reply before the first octet of data",
                        "data in packet %llu, %d in packet %llu", (unsigned long long)first->packet,
                        reply->code, (unsigned long long)reply->packet);
    }
}

void ftp_client_data_after_150(const struct timeline *timeline, struct rule_run *run)
{
    struct transfer_walk walk = walk_transfers(timeline, run);
    struct transfer transfer;

    while (next_transfer(&walk, &transfer)) {
        const struct event *first = event_at(timeline, transfer.marks->first), *reply;

        if (transfer.sender != SIDE_CLIENT || first == NULL || first->from != SIDE_CLIENT ||
            transfer.turn->preliminary == FTP_NONE)
            continue;
        reply = &timeline->events[transfer.turn->preliminary];
        if (first->packet < reply->packet)
            rule_breach(run, SIDE_CLIENT,
                        PACKETS(command_packet(timeline, &transfer), first->packet, reply->packet),
                        "no data before the preliminary reply has come",
                        "data in packet %llu, %d in packet %llu", (unsigned long long)first->packet,
                        reply->code, (unsigned long long)reply->packet);
    }
}

void ftp_no_1yz_no_data(const struct timeline *timeline, struct rule_run *run)
{
    struct transfer_walk walk = walk_transfers(timeline, run);
    struct transfer transfer;

    while (next_transfer(&walk, &transfer)) {
        int code = transfer.turn->code;
        uint64_t octets = transfer.flow->octets[transfer.sender];

        if (transfer.turn->preliminary != FTP_NONE || code < 400 || octets == 0 ||
            transfer.turn->pipelined)
            continue;
        if (!timeline->whole && transfer.flow->syn > ftp_packet(timeline, transfer.turn->final))
            continue; /* it may belong to a command that was not seen */
        rule_breach(run, transfer.sender,
                    PACKETS(command_packet(timeline, &transfer), transfer.flow->first,
                            ftp_packet(timeline, transfer.turn->final)),
                    "no data for a command that is refused", "%llu octets, and %d to %s",
                    (unsigned long long)octets, code, verb(timeline, &transfer));
    }
}

/* 226 to what the server sent: its FIN comes first. */
static void judge_own_close(const struct timeline *timeline, struct rule_run *run,
                            const struct transfer *transfer, const struct event *reply)
{
    const struct event *fin = event_at(timeline, transfer->marks->fin[SIDE_SERVER]);

    if (fin == NULL || !flows_freely(transfer->flow) || !surely_before(timeline, reply, fin))
        return;
    rule_remark(run, SIDE_SERVER, VERDICT_WARN,
                PACKETS(command_packet(timeline, transfer), reply->packet, fin->packet),
                "226 when the data connection is closed",
                "226 in packet %llu, the server's FIN in packet %llu",
                (unsigned long long)reply->packet, (unsigned long long)fin->packet);
}

void ftp_226_after_close(const struct timeline *timeline, struct rule_run *run)
{
    struct transfer_walk walk = walk_transfers(timeline, run);
    struct transfer transfer;

    while (next_transfer(&walk, &transfer)) {
        const struct timeline_flow *flow = transfer.flow;
        const struct event *reply;
        uint64_t fin = flow->fin[SIDE_CLIENT];

        if (transfer.turn->code != 226 || !flow->whole)
            continue;
        reply = &timeline->events[transfer.turn->final];
        if (transfer.sender == SIDE_SERVER)
            judge_own_close(timeline, run, &transfer, reply);
        else if (fin > reply->packet && flow->rst[SIDE_CLIENT] == 0)
            rule_breach(run, SIDE_SERVER,
                        PACKETS(command_packet(timeline, &transfer), reply->packet, fin),
                        "226 when the client has closed the data connection",
                        "226 in packet %llu, the client's FIN in packet %llu",
                        (unsigned long long)reply->packet, (unsigned long long)fin);
    }
}

void ftp_data_not_after_226(const struct timeline *timeline, struct rule_run *run)
{
    struct transfer_walk walk = walk_transfers(timeline, run);
    struct transfer transfer;

    while (next_transfer(&walk, &transfer)) {
        const struct event *last = event_at(timeline, transfer.marks->last), *reply;

        if (transfer.sender != SIDE_SERVER || !transfer.succeeded || last == NULL ||
            last->from != SIDE_SERVER || !flows_freely(transfer.flow))
            continue;
        reply = &timeline->events[transfer.turn->final];
        if (surely_before(timeline, reply, last))
            rule_breach(run, SIDE_SERVER,
                        PACKETS(command_packet(timeline, &transfer), reply->packet, last->packet),
                        "the completion reply after the last octet of data",
                        "%d in packet %llu, last data in packet %llu", reply->code,
                        (unsigned long long)reply->packet, (unsigned long long)last->packet);
    }
}

void ftp_eof_fin(const struct timeline *timeline, struct rule_run *run)
{
    struct transfer_walk walk = walk_transfers(timeline, run);
    struct transfer transfer;

    while (next_transfer(&walk, &transfer)) {
        const struct timeline_flow *flow = transfer.flow;
        enum side sender = transfer.sender, receiver = side_other(sender);
        uint64_t reset = flow->rst[sender];

        if (!transfer.succeeded || flow->fin[sender] != 0 || !flow->whole)
            continue;
        if (flow->rst[receiver] != 0 || flow->fin[receiver] != 0)
            continue; /* the receiver gave up first */
        if (reset != 0)
            rule_breach(run, sender, PACKETS(command_packet(timeline, &transfer), reset),
                        "a FIN at the end of the data", "an RST");
    }
}

void ftp_close_who(const struct timeline *timeline, struct rule_run *run)
{
    struct transfer_walk walk = walk_transfers(timeline, run);
    struct transfer transfer;

    while (next_transfer(&walk, &transfer)) {
        const struct timeline_flow *flow = transfer.flow;
        enum side receiver = side_other(transfer.sender);

        if (!transfer.succeeded || !flow->whole || flow->fin[receiver] == 0 ||
            flow->fin[transfer.sender] == 0 || flow->fin[transfer.sender] < flow->fin[receiver])
            continue;
        rule_breach(run, receiver,
                    PACKETS(command_packet(timeline, &transfer), flow->fin[receiver],
                            flow->fin[transfer.sender]),
                    "the first FIN from the side that sends the data", "the first FIN from the %s",
                    side_name(receiver));
    }
}

void ftp_data_one_per_xfer(const struct timeline *timeline, struct rule_run *run)
{
    struct transfer_walk walk = walk_transfers(timeline, run);
    struct transfer transfer;

    while (next_transfer(&walk, &transfer)) {
        const struct timeline_flow *other = &timeline->flows[transfer.turn->other_flow];

        if (transfer.turn->other_flow == 0 || transfer.flow->octets[transfer.sender] == 0 ||
            other->octets[transfer.sender] == 0)
            continue;
        rule_breach(
            run, transfer.sender,
            PACKETS(command_packet(timeline, &transfer), transfer.flow->first, other->first),
            "one data connection for a transfer", "data over two connections");
    }
}

void ftp_data_simplex(const struct timeline *timeline, struct rule_run *run)
{
    struct transfer_walk walk = walk_transfers(timeline, run);
    struct transfer transfer;

    while (next_transfer(&walk, &transfer)) {
        enum side receiver = side_other(transfer.sender);
        const struct timeline_flow *flow = transfer.flow;

        if (flow->octets[receiver] == 0 || flow->octets[transfer.sender] == 0 ||
            ftp_starts_tls(flow->payload))
            continue;
        rule_breach(run, receiver, PACKETS(command_packet(timeline, &transfer), flow->first),
                    "data in one direction only", "%llu octets from the %s",
                    (unsigned long long)flow->octets[receiver], side_name(receiver));
    }
}

/* --- what went over it ------------------------------------------------------------------------ */

static struct bytes argument_of(const struct timeline *timeline, const struct ftp_turn *turn)
{
    return timeline->events[turn->command].command.argument;
}

static bool changes_files(const struct ftp_turn *turn)
{
    return (turn->traits & FTP_VERB_RECEIVES) != 0 || ftp_turn_is(turn, "RNTO") ||
           ftp_turn_is(turn, "CWD") || ftp_turn_is(turn, "CDUP") || ftp_turn_is(turn, "DELE") ||
           ftp_turn_is(turn, "USER") || ftp_turn_is(turn, "REIN") || ftp_turn_is(turn, "SITE");
}

/* The size that a 213 gave for the file of this RETR, under the same TYPE; NULL: none holds. */
static const struct ftp_turn *size_before(const struct timeline *timeline,
                                          const struct ftp_dialogue *dialogue,
                                          const struct ftp_turn *retr, uint64_t *size)
{
    const struct ftp_turn *oldest =
        retr - dialogue->turns > LOOK_BACK ? retr - LOOK_BACK : dialogue->turns;

    for (const struct ftp_turn *turn = retr - 1; turn > oldest; turn--) {
        if (changes_files(turn))
            return NULL;
        if (!ftp_turn_is(turn, "SIZE") || turn->code != 213)
            continue;
        if (!bytes_equal(argument_of(timeline, turn), argument_of(timeline, retr)))
            continue;
        if (turn->type != retr->type || turn->structure != retr->structure ||
            !bytes_to_u64(bytes_from(ftp_reply_line(&timeline->events[turn->final].reply, 0), 4),
                          size))
            return NULL;
        return turn;
    }
    return NULL;
}

/* Where the transfer begins: 0, or what an accepted REST before it says. */
static uint64_t restart_of(const struct timeline *timeline, const struct ftp_dialogue *dialogue,
                           const struct ftp_turn *retr)
{
    for (const struct ftp_turn *turn = retr - 1; turn > dialogue->turns; turn--) {
        uint64_t marker;

        if ((turn->traits & FTP_VERB_TRANSFERS) != 0)
            return 0;
        if (!ftp_turn_is(turn, "REST") || turn->code != 350)
            continue;
        return bytes_to_u64(argument_of(timeline, turn), &marker) ? marker : 0;
    }
    return 0;
}

static bool is_whole_download(const struct transfer *transfer)
{
    return ftp_turn_is(transfer->turn, "RETR") && transfer->succeeded && transfer->flow->whole &&
           transfer->flow->fin[SIDE_SERVER] != 0 && !transfer->turn->pipelined &&
           transfer->turn->structure == 'F' && transfer->flow->rst[SIDE_CLIENT] == 0 &&
           !ftp_starts_tls(transfer->flow->payload);
}

/* Hold the length of each download against SIZE: of those with a restart, or of those without. */
static void judge_length(const struct timeline *timeline, struct rule_run *run, bool restarted,
                         const char *expected)
{
    struct transfer_walk walk = walk_transfers(timeline, run);
    struct transfer transfer;

    while (next_transfer(&walk, &transfer)) {
        uint64_t size = 0, restart, octets = transfer.flow->octets[SIDE_SERVER];
        const struct ftp_turn *asked;

        if (!is_whole_download(&transfer))
            continue;
        asked = size_before(timeline, walk.dialogue, transfer.turn, &size);
        restart = restart_of(timeline, walk.dialogue, transfer.turn);
        if (asked == NULL || (restart > 0) != restarted || restart > size ||
            (restarted && transfer.turn->type == 'A') || octets == size - restart)
            continue;
        rule_breach(run, SIDE_SERVER,
                    PACKETS(ftp_packet(timeline, asked->final), command_packet(timeline, &transfer),
                            transfer.flow->last),
                    expected, "%llu octets from %llu on, and SIZE said %llu (type %c)",
                    (unsigned long long)octets, (unsigned long long)restart,
                    (unsigned long long)size, transfer.turn->type);
    }
}

void ftp_size_exact(const struct timeline *timeline, struct rule_run *run)
{
    judge_length(timeline, run, false, "as many octets as SIZE said");
}

void ftp_rest_exact(const struct timeline *timeline, struct rule_run *run)
{
    judge_length(timeline, run, true, "the octets from the restart marker to the end of the file");
}

/* True where nothing between the two downloads can have changed the file or asked for a part. */
static bool is_undisturbed(const struct ftp_turn *from, const struct ftp_turn *to)
{
    static const char *const allowed[] = {"PASV", "EPSV", "PORT", "EPRT", "NOOP", NULL};

    for (const struct ftp_turn *turn = from + 1; turn < to; turn++) {
        const char *const *verb = allowed;

        while (*verb != NULL && !ftp_turn_is(turn, *verb))
            verb++;
        if (*verb == NULL)
            return false;
    }
    return true;
}

/* True where the download began at the restart marker, as SIZE proves. */
static bool is_partial(const struct timeline *timeline, const struct ftp_dialogue *dialogue,
                       const struct transfer *transfer)
{
    uint64_t restart = restart_of(timeline, dialogue, transfer->turn), size = 0;

    return restart > 0 && transfer->turn->type == 'I' && is_whole_download(transfer) &&
           size_before(timeline, dialogue, transfer->turn, &size) != NULL &&
           transfer->flow->octets[SIDE_SERVER] + restart == size;
}

/* True where `next`, without REST, brought the same part of the same file. */
static bool is_part_again(const struct timeline *timeline, const struct ftp_dialogue *dialogue,
                          const struct transfer *part, const struct transfer *next)
{
    return is_whole_download(next) && next->turn->type == 'I' &&
           restart_of(timeline, dialogue, next->turn) == 0 &&
           next->flow->octets[SIDE_SERVER] == part->flow->octets[SIDE_SERVER] &&
           bytes_equal(argument_of(timeline, part->turn), argument_of(timeline, next->turn)) &&
           is_undisturbed(part->turn, next->turn);
}

void ftp_rest_once(const struct timeline *timeline, struct rule_run *run)
{
    struct transfer_walk walk = walk_transfers(timeline, run);
    struct transfer part = {.turn = NULL}, transfer;

    while (next_transfer(&walk, &transfer)) {
        if (part.turn != NULL && is_part_again(timeline, walk.dialogue, &part, &transfer))
            rule_breach(run, SIDE_SERVER,
                        PACKETS(command_packet(timeline, &part),
                                command_packet(timeline, &transfer), transfer.flow->last),
                        "the whole file after the one transfer that REST was for",
                        "its last %llu octets again, without REST",
                        (unsigned long long)transfer.flow->octets[SIDE_SERVER]);
        part.turn = NULL;
        if (is_partial(timeline, walk.dialogue, &transfer))
            part = transfer;
    }
}

void ftp_ascii_crlf(const struct timeline *timeline, struct rule_run *run)
{
    struct transfer_walk walk = walk_transfers(timeline, run);
    struct transfer transfer;

    while (next_transfer(&walk, &transfer)) {
        const struct timeline_flow *flow = transfer.flow;

        if (transfer.turn->type != 'A' || transfer.turn->structure != 'F' || !flow->bare_lf ||
            !flow->whole || ftp_starts_tls(flow->payload))
            continue;
        rule_breach(run, transfer.sender, PACKETS(command_packet(timeline, &transfer), flow->first),
                    "CR LF at the end of each line in type A", "LF alone");
    }
}

/* The number of "(1234 bytes)"; false where the text has none. */
static bool size_in(struct bytes text, uint64_t *size)
{
    size_t end = bytes_search(text, bytes_of(" bytes)"));
    size_t start = end;

    if (end == text.len)
        return false;
    while (start > 0 && text.at[start - 1] >= '0' && text.at[start - 1] <= '9')
        start--;
    return start > 0 && text.at[start - 1] == '(' &&
           bytes_to_u64(bytes_slice(text, start, end - start), size);
}

void ftp_150_size(const struct timeline *timeline, struct rule_run *run)
{
    struct transfer_walk walk = walk_transfers(timeline, run);
    struct transfer transfer;

    while (next_transfer(&walk, &transfer)) {
        uint64_t said, octets = transfer.flow->octets[SIDE_SERVER];
        const struct event *reply;

        if (!is_whole_download(&transfer) || transfer.turn->type != 'I' ||
            transfer.turn->preliminary == FTP_NONE ||
            restart_of(timeline, walk.dialogue, transfer.turn) > 0)
            continue;
        reply = &timeline->events[transfer.turn->preliminary];
        if (size_in(reply->reply.text, &said) && said != octets)
            rule_breach(run, SIDE_SERVER, PACKETS(reply->packet, transfer.flow->last),
                        "as many octets as the preliminary reply says",
                        "%llu octets in place of %llu", (unsigned long long)octets,
                        (unsigned long long)said);
    }
}

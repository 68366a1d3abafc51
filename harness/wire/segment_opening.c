/* The handshake: its numbers, its order, and when a SYN is sent again. */
#include "wire/segment_hosts.h"
#include "wire/segment_parts.h"

#define A_COPY (20 * SEGMENT_MS)    /* sooner, and a capture saw one SYN twice */
#define TOO_SOON (500 * SEGMENT_MS) /* half of the second that RFC 6298 section 2.1 asks for */
#define STEADY_SYNS 9               /* systems wait alike for a few times and double then */
#define KEEPALIVE_LATER (5000 * SEGMENT_MS)

static const struct timeline_flow *told(const struct segment_sight *sight)
{
    return conversation_flow(sight->flow->conversation, sight->flow->index);
}

/* --- the SYN once more --- */

static void wait_judge(const struct segment_sight *sight, int64_t wait)
{
    struct segment_watch *watch = sight->watch;

    if (wait < TOO_SOON)
        segment_tell(sight, ODDITY_SYN_SOON, sight->from, told(sight)->syn, 0,
                     (uint64_t)(wait / SEGMENT_MS));
    if (watch->syns >= STEADY_SYNS && wait < watch->first_wait + watch->first_wait / 2)
        segment_tell(sight, ODDITY_SYN_STEADY, sight->from, told(sight)->syn, watch->syns,
                     (uint64_t)(wait / SEGMENT_MS));
}

static void syn_look(const struct segment_sight *sight)
{
    struct segment_watch *watch = sight->watch;
    int64_t wait = sight->packet->time - watch->syn_time;

    if (watch->syns > 0 && wait < A_COPY)
        return;
    watch->syns++;
    watch->syn_time = sight->packet->time;
    if (watch->syns == 1)
        return;
    if (watch->first_wait == 0)
        watch->first_wait = wait;
    if (told(sight)->syn_ack == 0)
        wait_judge(sight, wait);
}

/* --- SYN-ACK and what follows --- */

/* What the SYN-ACK may acknowledge: the SYN, and, by TCP Fast Open, octets in it. */
static bool acknowledges_syn(const struct segment_side *opener, uint32_t ack)
{
    return ack - opener->isn - 1 <= opener->syn_octets;
}

static void syn_ack_look(const struct segment_sight *sight)
{
    const struct segment_side *opener = sight->peer;

    if (opener->isn_known && !acknowledges_syn(opener, sight->packet->ack)) {
        sight->watch->wrong_syn_ack = sight->packet->number;
        sight->watch->wrong_ack = sight->packet->ack;
    }
}

/* A wrong SYN-ACK shows in that the opener refuses it; one that it takes answers a SYN that the
 * capture did not see. */
static void wrong_syn_ack_judge(const struct segment_sight *sight)
{
    struct segment_watch *watch = sight->watch;
    bool refused = (sight->rst && sight->packet->seq == watch->wrong_ack) ||
                   (sight->syn && !sight->ack && sight->packet->seq == sight->own->isn);

    if (refused)
        segment_tell(sight, ODDITY_SYN_ACK_NUMBER, side_other(sight->from), watch->wrong_syn_ack,
                     sight->own->isn + 1, watch->wrong_ack);
    watch->wrong_syn_ack = 0;
}

/* What comes later has higher numbers: lower ones alone can be no lost packet's fault. */
static void third_judge(const struct segment_sight *sight)
{
    const struct segment_side *own = sight->own, *peer = sight->peer;
    const struct packet *packet = sight->packet;
    int32_t behind = segment_after(own->isn + 1, packet->seq);
    bool keepalive = behind == 1 && packet->time - sight->watch->before.time > KEEPALIVE_LATER;

    if (behind > 0 && !keepalive)
        segment_tell(sight, ODDITY_THIRD_SEQ, sight->from, told(sight)->syn_ack, own->isn + 1,
                     packet->seq);
    if (segment_after(peer->isn + 1, packet->ack) > 0)
        segment_tell(sight, ODDITY_THIRD_ACK, sight->from, told(sight)->syn_ack, peer->isn + 1,
                     packet->ack);
}

/* True of the bare third step itself. */
static bool is_third(const struct segment_sight *sight)
{
    return sight->packet->octets == 0 && !sight->fin && sight->seq == sight->own->isn + 1 &&
           sight->packet->ack == sight->peer->isn + 1;
}

/* Octets of the acceptor's before the ACK of its SYN: the ACK itself must be seen, and behind one
 * packet alone, since the opener answers the second one with another ACK where the first is lost.
 */
static void early_judge(const struct segment_sight *sight)
{
    struct segment_watch *watch = sight->watch;

    if (!watch->early_settled && watch->early_octets != 0 && is_third(sight))
        segment_tell(sight, ODDITY_EARLY_OCTETS, side_other(sight->from), watch->early_octets, 0,
                     0);
    watch->early_settled = true;
}

static void acceptor_octets(const struct segment_sight *sight)
{
    struct segment_watch *watch = sight->watch;

    if (watch->third_looked || watch->early_octets != 0 || sight->seq != sight->own->isn + 1)
        watch->early_settled = true;
    watch->early_octets = sight->packet->number;
}

static void third_look(const struct segment_sight *sight)
{
    struct segment_watch *watch = sight->watch;

    if (!watch->third_looked && sight->watch->before.from != sight->from)
        third_judge(sight);
    if (!watch->third_looked && told(sight)->syn_time != 0)
        watch->round_trip = sight->packet->time - told(sight)->syn_time;
    watch->third_looked = true;
    early_judge(sight);
}

/* --- a refusal --- */

/* The RST that answers a SYN, where nothing but the SYN and this were seen. Its own number says
 * nothing: it is that of a connection where the capture has lost the SYN-ACK. */
static void refusal_look(const struct segment_sight *sight)
{
    const struct segment_side *opener = sight->peer;
    uint32_t wanted = opener->isn + 1;
    uint64_t syn = told(sight)->syn;

    if (!opener->isn_known || opener->end != wanted + opener->syn_octets)
        return;
    if (sight->ack && segment_after(wanted, sight->packet->ack) > 0)
        segment_tell(sight, ODDITY_REFUSAL_ACK, sight->from, syn, wanted, sight->packet->ack);
    else if (!sight->ack)
        segment_tell(sight, ODDITY_REFUSAL_FLAG, sight->from, syn, 0, 0);
}

static bool both_isns_known(const struct segment_sight *sight)
{
    return sight->own->isn_known && sight->peer->isn_known;
}

static void opener_look(const struct segment_sight *sight)
{
    if (sight->watch->wrong_syn_ack != 0)
        wrong_syn_ack_judge(sight);
    else if (sight->ack && !sight->syn && !sight->rst && both_isns_known(sight) &&
             sight->own->syn_octets == 0)
        third_look(sight);
}

static void acceptor_look(const struct segment_sight *sight)
{
    if (sight->syn && sight->ack)
        syn_ack_look(sight);
    else if (sight->rst && !sight->own->known)
        refusal_look(sight);
    else if (sight->packet->octets > 0 && !sight->rst && both_isns_known(sight))
        acceptor_octets(sight);
}

void segment_look_opening(const struct segment_sight *sight)
{
    struct segment_watch *watch = sight->watch;

    if (sight->syn && !sight->own->isn_known)
        segment_hosts_isn(sight);
    if (sight->syn && sight->opener == sight->ack)
        watch->both_opened = true;
    if (sight->syn && !sight->ack)
        syn_look(sight);
    if (watch->both_opened || sight->reused || (watch->third_looked && watch->early_settled))
        return;
    if (sight->opener)
        opener_look(sight);
    else
        acceptor_look(sight);
    if (watch->third_looked)
        segment_hosts_opened(sight);
}

#include "wire/segment.h"

#include <stdlib.h>

#include "wire/memory.h"
#include "wire/segment_hosts.h"
#include "wire/segment_parts.h"

#define MSS_IPV4 536 /* where a SYN says none, RFC 9293 section 3.7.1 */
#define MSS_IPV6 1220
#define MOST_SCALE 14 /* RFC 7323 section 2.3 */
#define FEW_OCTETS 536
#define SPARE_WATCHES 64

struct segment_watch *segment_watch_new(struct flow_reader *reader)
{
    struct segment_watch *watch = reader->spare_watches;
    struct segment_recall recall[2];

    if (watch == NULL)
        return memory_zeroed(1, sizeof *watch);
    reader->spare_watches = watch->next;
    reader->spare_watch_count--;
    recall[0] = segment_recall_empty(&watch->side[0].recall);
    recall[1] = segment_recall_empty(&watch->side[1].recall);
    *watch = (struct segment_watch){.side = {{.recall = recall[0]}, {.recall = recall[1]}}};
    return watch;
}

static void destroy(struct segment_watch *watch)
{
    segment_recall_fini(&watch->side[0].recall);
    segment_recall_fini(&watch->side[1].recall);
    free(watch);
}

void segment_watch_free(struct flow_reader *reader, struct segment_watch *watch)
{
    if (watch == NULL)
        return;
    if (reader->spare_watch_count == SPARE_WATCHES) {
        destroy(watch);
        return;
    }
    watch->next = reader->spare_watches;
    reader->spare_watches = watch;
    reader->spare_watch_count++;
}

void segment_watches_fini(struct flow_reader *reader)
{
    while (reader->spare_watches != NULL) {
        struct segment_watch *watch = reader->spare_watches;

        reader->spare_watches = watch->next;
        destroy(watch);
    }
    reader->spare_watch_count = 0;
}

void segment_tell(const struct segment_sight *sight, enum oddity oddity, enum side by,
                  uint64_t first_packet, uint64_t wanted, uint64_t found)
{
    struct segment_side *side = &sight->watch->side[by];
    struct event *event;

    if (side->told[oddity])
        return;
    side->told[oddity] = true;
    event = conversation_note(sight->flow->conversation, EVENT_ODDITY, by, sight->flow->index,
                              sight->reader->now);
    event->oddity = oddity;
    event->first_packet = first_packet;
    event->wanted = wanted;
    event->found = found;
}

/* --- what is known after the packet --- */

/* The option at `at` has one of the forms that matter. */
static void option_take(struct segment_side *side, struct bytes option)
{
    uint8_t kind = (uint8_t)option.at[0];

    if (kind == 2 && option.len == 4) {
        side->mss = (uint16_t)((uint8_t)option.at[2] << 8 | (uint8_t)option.at[3]);
    } else if (kind == 3 && option.len == 3) {
        side->scales = true;
        side->scale = (uint8_t)option.at[2] > MOST_SCALE ? MOST_SCALE : (uint8_t)option.at[2];
    }
}

void segment_options_read(struct segment_side *side, const struct packet *packet)
{
    struct bytes options = bytes_slice(packet->segment, 20, packet->head - 20);

    side->options_known = packet->head >= 20 && options.len == packet->head - 20;
    side->mss = packet->src.family == 6 ? MSS_IPV6 : MSS_IPV4;
    while (side->options_known && options.len > 0 && options.at[0] != 0) {
        size_t len = options.at[0] == 1 ? 1 : options.len < 2 ? 0 : (uint8_t)options.at[1];

        if (len == 0 || len > options.len)
            return;
        option_take(side, bytes_slice(options, 0, len));
        options = bytes_from(options, len);
    }
}

static void syn_keep(const struct segment_sight *sight)
{
    struct segment_side *own = sight->own;

    if (own->isn_known)
        return;
    own->isn_known = true;
    own->isn = sight->packet->seq;
    own->syn_octets = (unsigned)sight->packet->octets;
    segment_options_read(own, sight->packet);
}

static void end_keep(const struct segment_sight *sight)
{
    struct segment_side *own = sight->own;
    uint32_t end = sight->end + (sight->fin ? 1 : 0);

    if (own->known && sight->seq != own->end)
        sight->watch->untidy = true;
    if (!own->known || segment_after(end, own->end) > 0)
        own->end = end;
    own->known = true;
}

static void ack_keep(const struct segment_sight *sight)
{
    struct segment_side *own = sight->own;
    uint32_t ack = sight->packet->ack;
    unsigned scale = !sight->syn && own->scales && sight->peer->scales ? own->scale : 0;
    uint32_t edge = ack + ((uint32_t)sight->packet->window << scale);

    if (!own->acks_known || segment_after(ack, own->ack) > 0)
        own->ack = ack;
    own->acks_known = true;
    own->window = sight->packet->window;
    if (!own->edge_known || segment_after(edge, own->edge) > 0)
        own->edge = edge;
    own->edge_known = true;
}

static void before_keep(const struct segment_sight *sight, bool is_new)
{
    struct segment_watch *watch = sight->watch;
    const struct packet *packet = sight->packet;

    watch->before.packet = packet->number;
    watch->before.from = sight->from;
    watch->before.end = sight->end;
    watch->before.time = packet->time;
    watch->before.asks = is_new && packet->octets > 0 && packet->octets <= FEW_OCTETS &&
                         !sight->syn && !sight->fin && sight->peer->acks_known &&
                         sight->peer->ack == sight->seq && sight->peer->window >= 4 * FEW_OCTETS;
}

static void keep(const struct segment_sight *sight)
{
    struct segment_side *own = sight->own;
    bool is_new = !own->known || sight->seq == own->end;

    before_keep(sight, is_new);
    if (sight->rst)
        return;
    if (sight->syn)
        syn_keep(sight);
    if (sight->ack && is_new) {
        own->ordered_ack = sight->packet->ack;
        own->ordered_packet = sight->packet->number;
    }
    end_keep(sight);
    if (sight->ack)
        ack_keep(sight);
}

/* --- the packet --- */

/* Several segments that network card or kernel made one of: their sum is anybody's guess. */
static bool is_joined(const struct segment_sight *sight)
{
    const struct packet *packet = sight->packet;

    return !segment_fits(packet) ||
           (sight->peer->options_known && packet->octets > sight->peer->mss);
}

static bool has_budget(const struct segment_sight *sight)
{
    return sight->control || sight->own->summed < SEGMENT_SUMMED;
}

/* Verify the checksum, as long as that costs little. */
static void sum_look(struct segment_sight *sight)
{
    struct segment_side *own = sight->own;

    if (!has_budget(sight) || is_joined(sight))
        return;
    own->summed += sight->packet->octets + 20;
    sight->sum = packet_sum(sight->packet);
    sight->damaged = sight->sum == CHECKSUM_BAD &&
                     (sight->packet->octets > 0 ? own->sum_good_octets : own->sum_good);
    if (sight->sum == CHECKSUM_GOOD) {
        own->sum_good = true;
        own->sum_good_octets |= sight->packet->octets > 0;
    }
}

static struct segment_sight sight_of(struct flow_reader *reader, struct flow *flow, enum side from,
                                     const struct packet *packet)
{
    const struct timeline_flow *told = conversation_flow(flow->conversation, flow->index);
    struct segment_watch *watch = flow->watch;
    struct segment_sight sight = {.reader = reader,
                                  .flow = flow,
                                  .watch = watch,
                                  .packet = packet,
                                  .from = from,
                                  .own = &watch->side[from],
                                  .peer = &watch->side[side_other(from)],
                                  .opener = from == told->opener,
                                  .control = told->role == ROLE_CONTROL,
                                  .reused = flow->reused,
                                  .sum = CHECKSUM_NONE,
                                  .syn = packet->flags & PACKET_SYN,
                                  .fin = packet->flags & PACKET_FIN,
                                  .rst = packet->flags & PACKET_RST,
                                  .ack = packet->flags & PACKET_ACK};

    sight.seq = packet->seq + (sight.syn ? 1 : 0);
    sight.end = sight.seq + (uint32_t)packet->octets;
    return sight;
}

void segment_look(struct flow_reader *reader, struct flow *flow, enum side from,
                  const struct packet *packet)
{
    struct segment_sight sight;

    if (flow->watch == NULL)
        flow->watch = segment_watch_new(reader);
    sight = sight_of(reader, flow, from, packet);
    sum_look(&sight);
    segment_look_octets(&sight);
    if (sight.damaged)
        return; /* the peer knows nothing of it */
    segment_look_opening(&sight);
    segment_look_options(&sight);
    segment_look_numbers(&sight);
    segment_look_size(&sight);
    segment_look_end(&sight);
    keep(&sight);
}

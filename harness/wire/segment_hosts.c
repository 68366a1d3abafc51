#include "wire/segment_hosts.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "wire/hash.h"
#include "wire/memory.h"
#include "wire/segment_parts.h"

#define HOSTS 256
#define TIME_WAIT (10000 * SEGMENT_MS) /* every system waits longer than that */
#define ANSWER_WITHIN (10000 * SEGMENT_MS)

struct segment_hosts {
    struct {
        struct endpoint host, other; /* of its last connection that was opened */
        uint32_t isn;
        uint64_t packet;
    } opened[HOSTS];
    struct {
        struct endpoint src, dst;
        uint32_t isn;
        uint64_t packet; /* 0: none */
        int64_t time;
    } group; /* the last SYN to one */
};

struct segment_hosts *segment_hosts_new(void)
{
    return memory_zeroed(1, sizeof(struct segment_hosts));
}

void segment_hosts_free(struct segment_hosts *hosts)
{
    free(hosts);
}

/* --- groups --- */

static bool is_group(const struct endpoint *at)
{
    static const uint8_t all[4] = {255, 255, 255, 255};

    if (at->family == 6)
        return at->addr[0] == 0xff;
    return (at->addr[0] & 0xf0) == 0xe0 || memcmp(at->addr, all, sizeof all) == 0;
}

static void group_tell(struct flow_reader *reader)
{
    struct segment_hosts *hosts = reader->hosts;
    struct flow *flow = flow_find(reader, IPPROTO_TCP, &hosts->group.src, &hosts->group.dst);
    struct event *event;

    if (flow != NULL && flow->conversation != NULL) {
        event = conversation_note(flow->conversation, EVENT_ODDITY,
                                  side_other(flow_side(flow, &hosts->group.src)), flow->index,
                                  reader->now);
        event->oddity = ODDITY_GROUP_ANSWERED;
        event->first_packet = hosts->group.packet;
    }
    hosts->group.packet = 0;
}

void segment_hosts_group(struct flow_reader *reader, const struct packet *packet)
{
    struct segment_hosts *hosts = reader->hosts;

    if ((packet->flags & (PACKET_SYN | PACKET_ACK)) == PACKET_SYN && is_group(&packet->dst)) {
        hosts->group.src = packet->src;
        hosts->group.dst = packet->dst;
        hosts->group.isn = packet->seq;
        hosts->group.packet = packet->number;
        hosts->group.time = packet->time;
    } else if (hosts->group.packet != 0 && packet->flags & PACKET_ACK &&
               packet->ack == hosts->group.isn + 1 && packet->src.port == hosts->group.dst.port &&
               endpoint_equal(&packet->dst, &hosts->group.src) &&
               packet->time - hosts->group.time < ANSWER_WITHIN) {
        group_tell(reader);
    }
}

/* --- first sequence numbers --- */

static size_t place_of(const struct endpoint *at)
{
    struct endpoint host = *at;

    host.port = 0;
    return hash_endpoint(&host) % HOSTS;
}

/* Octets of options that tell the time make a SYN as good as a higher number does (RFC 6191). */
static bool has_timestamps(const struct packet *packet)
{
    struct bytes options = bytes_slice(packet->segment, 20, packet->head - 20);

    for (size_t n = 0; n + 1 < options.len; n++)
        if (options.at[n] == 8 && options.at[n + 1] == 10)
            return true;
    return false;
}

static void time_wait_look(const struct segment_sight *sight)
{
    const struct flow_close *close = &sight->flow->last_close;
    const struct packet *packet = sight->packet;

    if (close->packet != 0 && endpoint_equal(&close->closer, &packet->src) &&
        packet->time >= close->time && packet->time - close->time < TIME_WAIT &&
        segment_after(packet->seq, close->next) <= 0 && !has_timestamps(packet))
        segment_tell(sight, ODDITY_TIME_WAIT_CUT, sight->from, close->packet, 0,
                     (uint64_t)((packet->time - close->time) / SEGMENT_MS));
}

void segment_hosts_isn(const struct segment_sight *sight)
{
    const struct segment_hosts *hosts = sight->reader->hosts;
    const struct packet *packet = sight->packet;
    size_t at = place_of(&packet->src);

    if (!sight->ack)
        time_wait_look(sight);
    if (packet->seq <= 1)
        segment_tell(sight, ODDITY_ISN_LOW, sight->from, 0, 0, packet->seq);
    if (hosts->opened[at].packet != 0 && hosts->opened[at].isn == packet->seq &&
        endpoint_same_addr(&hosts->opened[at].host, &packet->src) &&
        !(endpoint_equal(&hosts->opened[at].host, &packet->src) &&
          endpoint_equal(&hosts->opened[at].other, &packet->dst)))
        segment_tell(sight, ODDITY_ISN_AGAIN, sight->from, hosts->opened[at].packet, 0,
                     packet->seq);
}

static void opened_keep(struct segment_hosts *hosts, const struct endpoint *host,
                        const struct endpoint *other, uint32_t isn, uint64_t packet)
{
    size_t at = place_of(host);

    hosts->opened[at].host = *host;
    hosts->opened[at].other = *other;
    hosts->opened[at].isn = isn;
    hosts->opened[at].packet = packet;
}

void segment_hosts_opened(const struct segment_sight *sight)
{
    const struct timeline_flow *told =
        conversation_flow(sight->flow->conversation, sight->flow->index);
    struct segment_hosts *hosts = sight->reader->hosts;
    const struct packet *packet = sight->packet;

    opened_keep(hosts, &packet->src, &packet->dst, sight->own->isn, told->syn);
    opened_keep(hosts, &packet->dst, &packet->src, sight->peer->isn, told->syn_ack);
}

/* --- the end --- */

void segment_hosts_closed(struct flow_reader *reader, struct flow *flow,
                          const struct packet *packet)
{
    const struct segment_watch *watch = flow->watch;
    enum side closer;

    flow->last_close = (struct flow_close){.packet = 0};
    if (watch == NULL)
        return;
    if (watch->side[0].fin_known && watch->side[1].fin_known && !(packet->flags & PACKET_RST)) {
        closer =
            watch->side[0].fin_packet < watch->side[1].fin_packet ? (enum side)0 : (enum side)1;
        flow->last_close = (struct flow_close){closer == flow->side_a ? flow->a : flow->b,
                                               watch->side[closer].fin + 1, packet->time,
                                               watch->side[closer].fin_packet};
    }
    segment_watch_free(reader, flow->watch);
    flow->watch = NULL;
}

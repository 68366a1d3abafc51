#include "wire/flow.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "wire/connection.h"
#include "wire/control.h"
#include "wire/datagrams.h"
#include "wire/digest.h"
#include "wire/form.h"
#include "wire/tls.h"
#include "wire/flow_table.h"
#include "wire/hash.h"
#include "wire/memory.h"
#include "wire/segment.h"
#include "wire/segment_hosts.h"

#define KEEP_PAYLOAD 65535
#define TOMBS 4096       /* flows that are over and still known, so that late packets are */
#define FTP_CEILING 4096 /* conversations that are open */
#define UDP_CEILING 4096
#define TCP_CEILING 16384
#define FIRST_ROOM 4096
#define SPARE_CONVERSATIONS 64
#define BUCKETS_A_FLOW 4 /* most flows of a chain are over, and each costs a cache miss */

/* --- the table --- */

static inline bool joins(const struct flow *flow, uint8_t protocol, const struct endpoint *src,
                         const struct endpoint *dst)
{
    if (flow->protocol != protocol)
        return false;
    return (endpoint_equal(&flow->a, src) && endpoint_equal(&flow->b, dst)) ||
           (endpoint_equal(&flow->b, src) && endpoint_equal(&flow->a, dst));
}

struct flow *flow_find(struct flow_reader *reader, uint8_t protocol, const struct endpoint *src,
                       const struct endpoint *dst)
{
    struct flow_table *table = &reader->table;
    uint32_t hash;

    if (reader->recent != NULL && joins(reader->recent, protocol, src, dst))
        return reader->recent;
    hash = hash_pair(src, dst);
    for (struct flow *flow = table->buckets[hash & (table->room - 1)]; flow != NULL;
         flow = flow->chain)
        if (flow->hash == hash && joins(flow, protocol, src, dst))
            return reader->recent = flow;
    return NULL;
}

static void table_put(struct flow_table *table, struct flow *flow)
{
    struct flow **bucket = &table->buckets[flow->hash & (table->room - 1)];

    flow->chain = *bucket;
    *bucket = flow;
}

static void table_double(struct flow_table *table)
{
    struct flow **old = table->buckets;
    size_t room = table->room;

    table->room *= 2;
    table->buckets = memory_zeroed(table->room, sizeof(struct flow *));
    for (size_t i = 0; i < room; i++)
        while (old[i] != NULL) {
            struct flow *flow = old[i];

            old[i] = flow->chain;
            table_put(table, flow);
        }
    free(old);
}

struct flow *flow_add(struct flow_reader *reader, const struct packet *packet,
                      struct conversation *conversation, unsigned index, enum side side_a)
{
    struct flow *flow = memory_zeroed(1, sizeof *flow);

    flow->hash = hash_pair(&packet->src, &packet->dst);
    flow->protocol = packet->protocol;
    flow->a = packet->src;
    flow->b = packet->dst;
    flow->side_a = side_a;
    flow->conversation = conversation;
    flow->index = index;
    flow->in_table = true;
    flow->sibling = conversation->flows;
    conversation->flows = flow;
    if (++reader->table.count * BUCKETS_A_FLOW > reader->table.room)
        table_double(&reader->table);
    table_put(&reader->table, flow);
    return reader->recent = flow;
}

static void table_remove(struct flow_reader *reader, struct flow *flow)
{
    struct flow **at = &reader->table.buckets[flow->hash & (reader->table.room - 1)];

    if (!flow->in_table)
        return;
    while (*at != flow)
        at = &(*at)->chain;
    *at = flow->chain;
    flow->in_table = false;
    reader->table.count--;
    if (reader->recent == flow)
        reader->recent = NULL;
}

static struct flow **client_bucket(struct flow_reader *reader, const struct flow *flow)
{
    const struct endpoint *client = flow->side_a == SIDE_CLIENT ? &flow->a : &flow->b;

    return &reader->by_client[hash_endpoint(client) % CLIENT_BUCKETS];
}

void flow_add_client(struct flow_reader *reader, struct flow *flow)
{
    struct flow **bucket = client_bucket(reader, flow);

    flow->client_chain = *bucket;
    *bucket = flow;
    flow->by_client = true;
}

static void client_remove(struct flow_reader *reader, struct flow *flow)
{
    struct flow **at = client_bucket(reader, flow);

    if (!flow->by_client)
        return;
    while (*at != flow)
        at = &(*at)->client_chain;
    *at = flow->client_chain;
    flow->by_client = false;
}

struct flow *flow_find_client(struct flow_reader *reader, const struct endpoint *client)
{
    struct flow *flow = reader->by_client[hash_endpoint(client) % CLIENT_BUCKETS];

    while (flow != NULL &&
           !endpoint_equal(flow->side_a == SIDE_CLIENT ? &flow->a : &flow->b, client))
        flow = flow->client_chain;
    return flow;
}

static void octets_free(struct flow_reader *reader, struct flow *flow)
{
    stream_fini(&flow->stream[0]);
    stream_fini(&flow->stream[1]);
    buf_fini(&flow->payload);
    digest_free(flow->digest);
    flow->digest = NULL;
    form_free(flow->form);
    flow->form = NULL;
    segment_watch_free(reader, flow->watch);
    flow->watch = NULL;
    tls_free(flow->tls);
    flow->tls = NULL;
}

static void flow_free(struct flow_reader *reader, struct flow *flow)
{
    table_remove(reader, flow);
    client_remove(reader, flow);
    octets_free(reader, flow);
    free(flow);
}

void flow_replace(struct flow_reader *reader, struct flow *flow)
{
    table_remove(reader, flow);
}

/* --- tombstones --- */

static void tomb_drop(struct flow_reader *reader)
{
    struct flow *flow = reader->tombs;

    reader->tombs = flow->sibling;
    if (reader->tombs == NULL)
        reader->tombs_tail = NULL;
    reader->tomb_count--;
    flow_free(reader, flow);
}

static void tomb_add(struct flow_reader *reader, struct flow *flow)
{
    client_remove(reader, flow);
    octets_free(reader, flow);
    flow->conversation = NULL;
    flow->sibling = NULL;
    if (reader->tombs_tail != NULL)
        reader->tombs_tail->sibling = flow;
    else
        reader->tombs = flow;
    reader->tombs_tail = flow;
    if (++reader->tomb_count > TOMBS)
        tomb_drop(reader);
}

/* --- conversations by their last packets --- */

static struct silence *silence_of(struct flow_reader *reader,
                                  const struct conversation *conversation)
{
    return &reader->silence[conversation->timeline->protocol];
}

void flow_touch(struct flow_reader *reader, struct conversation *conversation)
{
    silence_break(silence_of(reader, conversation), conversation);
}

/* Where there are too many, the one that was silent for longest goes. */
static void ceiling_keep(struct flow_reader *reader, enum protocol protocol)
{
    struct silence *silence = &reader->silence[protocol];

    if (silence->count >= silence->ceiling)
        flow_hand_over(reader, silence_longest(silence), true);
}

void flow_change_protocol(struct flow_reader *reader, struct conversation *conversation,
                          enum protocol protocol)
{
    ceiling_keep(reader, protocol);
    silence_remove(silence_of(reader, conversation), conversation);
    conversation->timeline->protocol = protocol;
    silence_add(silence_of(reader, conversation), conversation);
}

/* One that is over; NULL: there is none. */
static struct conversation *spare_take(struct flow_reader *reader)
{
    struct conversation *spare = reader->spare_conversations;

    if (spare == NULL)
        return NULL;
    reader->spare_conversations = spare->next;
    reader->spare_conversation_count--;
    return spare;
}

struct conversation *flow_converse(struct flow_reader *reader, enum protocol protocol)
{
    struct conversation *conversation;

    ceiling_keep(reader, protocol);
    conversation = conversation_new(protocol, spare_take(reader));
    silence_add(&reader->silence[protocol], conversation);
    return conversation;
}

/* --- the end of a conversation --- */

static void flows_bury(struct flow_reader *reader, struct conversation *conversation, bool evicted)
{
    while (conversation->flows != NULL) {
        struct flow *flow = conversation->flows;

        conversation->flows = flow->sibling;
        if (flow->in_table && (flow->protocol == IPPROTO_TCP || evicted))
            tomb_add(reader, flow);
        else
            flow_free(reader, flow);
    }
}

static void conversation_retire(struct flow_reader *reader, struct conversation *conversation)
{
    if (reader->spare_conversation_count == SPARE_CONVERSATIONS ||
        !conversation_has_room(conversation)) {
        conversation_free(conversation);
        return;
    }
    control_free(conversation->control);
    conversation->control = NULL;
    conversation->next = reader->spare_conversations;
    reader->spare_conversations = conversation;
    reader->spare_conversation_count++;
}

static bool was_ended(const struct timeline_flow *flow)
{
    return (flow->fin[0] && flow->fin[1]) || flow->rst[0] || flow->rst[1];
}

void flow_hand_over(struct flow_reader *reader, struct conversation *conversation, bool evicted)
{
    struct timeline *timeline;

    for (struct flow *flow = conversation->flows; flow != NULL; flow = flow->sibling)
        if (flow->protocol == IPPROTO_TCP)
            connection_finish(reader, flow);
    silence_remove(silence_of(reader, conversation), conversation);
    timeline = conversation_take(conversation);
    timeline->whole = timeline->whole && !evicted;
    timeline->ended = was_ended(&timeline->flows[0]);
    flows_bury(reader, conversation, evicted);
    conversation_retire(reader, conversation);
    reader->sink.take(reader->sink.ctx, timeline);
}

void flow_end(struct flow_reader *reader, struct flow *flow)
{
    if (flow->over)
        return;
    flow->over = true;
    if (--flow->conversation->open == 0)
        flow_hand_over(reader, flow->conversation, false);
}

/* --- the reader --- */

bool flow_is_ftp_port(const struct flow_reader *reader, uint16_t port)
{
    return reader->ftp_ports[port / 8] >> port % 8 & 1;
}

static void ftp_port_add(struct flow_reader *reader, uint16_t port)
{
    reader->ftp_ports[port / 8] = (uint8_t)(reader->ftp_ports[port / 8] | 1 << port % 8);
}

struct flow_reader *flow_reader_new(const struct timeline_options *options,
                                    const struct timeline_sink *sink)
{
    struct flow_reader *reader = memory_zeroed(1, sizeof *reader);

    reader->sink = *sink;
    reader->keep_payload = options->keep_payload == 0 ? KEEP_PAYLOAD : options->keep_payload;
    reader->headers_only_bulk = options->headers_only_bulk;
    reader->hash_payload = options->hash_payload && !options->headers_only_bulk;
    ftp_port_add(reader, 21);
    for (const uint16_t *port = options->ftp_ports; port != NULL && *port != 0; port++)
        ftp_port_add(reader, *port);
    reader->table.room = FIRST_ROOM;
    reader->table.buckets = memory_zeroed(FIRST_ROOM, sizeof(struct flow *));
    reader->silence[PROTOCOL_FTP].ceiling = FTP_CEILING;
    reader->silence[PROTOCOL_UDP].ceiling = UDP_CEILING;
    reader->silence[PROTOCOL_TCP].ceiling = TCP_CEILING;
    reader->announce = announce_table_new();
    reader->fragments = fragments_new();
    reader->hosts = segment_hosts_new();
    return reader;
}

static void conversations_free(struct flow_reader *reader, struct silence *silence)
{
    for (size_t i = 0; i < silence->count; i++) {
        flows_bury(reader, silence->heap[i], false);
        conversation_free(silence->heap[i]);
    }
    silence_fini(silence);
}

void flow_reader_free(struct flow_reader *reader)
{
    struct conversation *spare;

    if (reader == NULL)
        return;
    for (int i = 0; i < 3; i++)
        conversations_free(reader, &reader->silence[i]);
    while (reader->tombs != NULL)
        tomb_drop(reader);
    announce_table_free(reader->announce);
    fragments_free(reader->fragments);
    segment_hosts_free(reader->hosts);
    segment_watches_fini(reader);
    while ((spare = spare_take(reader)) != NULL)
        conversation_free(spare);
    free(reader->table.buckets);
    free(reader);
}

void flow_reader_prune(struct flow_reader *reader, bool pruning)
{
    reader->pruning = pruning;
}

static void odd_fragment_note(struct flow_reader *reader, const struct packet *packet)
{
    struct flow *flow = flow_find(reader, packet->protocol, &packet->src, &packet->dst);

    if (flow == NULL || flow->conversation == NULL)
        return;
    conversation_note_odd(flow->conversation, flow_side(flow, &packet->src), flow->index, packet);
    fragments_told(reader->fragments);
}

/* True where it completes its packet, which then is in *packet. */
static bool fragment_take(struct flow_reader *reader, struct packet *packet)
{
    enum fragment_outcome outcome = fragments_add(reader->fragments, packet);

    if (outcome == FRAGMENT_ODD)
        odd_fragment_note(reader, packet);
    return outcome == FRAGMENT_COMPLETES;
}

bool flow_reader_take(struct flow_reader *reader, struct packet *packet)
{
    reader->now = (struct moment){packet->number, packet->time};
    switch (packet->kind) {
    case PACKET_FRAGMENT:
        return !fragment_take(reader, packet) || flow_reader_take(reader, packet);
    case PACKET_TCP:
        connection_take(reader, packet);
        return true;
    case PACKET_UDP:
        datagrams_take(reader, packet);
        return true;
    case PACKET_ICMP_ERROR:
        if (packet->about_fragment && !fragments_find_ports(reader->fragments, packet))
            return false;
        return datagrams_take_error(reader, packet);
    case PACKET_OTHER:
        break;
    }
    return false;
}

static uint64_t first_packet(const struct conversation *conversation)
{
    const struct timeline *timeline = conversation->timeline;

    return timeline->event_count == 0 ? timeline->flows[0].last : timeline->events[0].packet;
}

static int by_first_packet(const void *a, const void *b)
{
    uint64_t left = first_packet(*(struct conversation *const *)a);
    uint64_t right = first_packet(*(struct conversation *const *)b);

    return left < right ? -1 : left > right;
}

void flow_reader_finish(struct flow_reader *reader)
{
    size_t count = 0, room = 0;
    struct conversation **all = NULL;

    for (int i = 0; i < 3; i++)
        for (size_t n = 0; n < reader->silence[i].count; n++) {
            all = memory_grown(all, count, &room, sizeof(struct conversation *));
            all[count++] = reader->silence[i].heap[n];
        }
    if (count > 1)
        qsort(all, count, sizeof(struct conversation *), by_first_packet);
    for (size_t i = 0; i < count; i++)
        flow_hand_over(reader, all[i], false);
    free(all);
}

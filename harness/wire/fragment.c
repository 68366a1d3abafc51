#include "wire/fragment.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "wire/identity.h"
#include "wire/memory.h"
#include "wire/octets.h"

#define IP_CEILING 65536
#define BLOCKS (IP_CEILING / 8)
#define IPV4_HEADER 20
#define SECOND INT64_C(1000000000)
#define AGAIN (120 * SECOND) /* RFC 6864: so long an id is not used again */
#define SOON                                                                                       \
    SECOND /* so long fragments of one packet may be apart, if they are to prove                   \
              anything: later, an id may have come round again */

/* Of a block. */
enum { SEEN = 1, STARTS = 2 /* a fragment */, ENDS = 4 };

struct assembly {
    bool used;
    uint64_t begun; /* number of its first record */
    int64_t since;
    uint64_t place;
    struct fragment_key key;
    unsigned count; /* fragments */
    size_t total;   /* 0: the last fragment is not there yet */
    size_t reach;   /* where the fragments so far end */
    size_t blocks;  /* of 8 octets, that are there */
    size_t missing; /* first octet that a snaplen cut off */
    char *octets;   /* IP_CEILING; owned, kept for the next packet */
    uint8_t *seen;  /* BLOCKS; owned likewise */
    unsigned odd_count;
    struct oddness odd[PACKET_ODD]; /* that are not told yet */
};

struct fragments {
    struct assembly assemblies[FRAGMENT_PACKETS];
    struct assembly *last;
    struct identities known;
};

struct fragments *fragments_new(void)
{
    return memory_zeroed(1, sizeof(struct fragments));
}

static void assembly_fini(struct assembly *assembly)
{
    free(assembly->octets);
    free(assembly->seen);
}

void fragments_free(struct fragments *fragments)
{
    for (size_t i = 0; fragments != NULL && i < FRAGMENT_PACKETS; i++)
        assembly_fini(&fragments->assemblies[i]);
    free(fragments);
}

/* --- assemblies --- */

static struct fragment_key key_of(const struct packet *packet)
{
    return (struct fragment_key){packet->src, packet->dst, packet->protocol, packet->id};
}

static int64_t apart(int64_t a, int64_t b)
{
    return a < b ? b - a : a - b;
}

static bool belongs(const struct assembly *to, const struct packet *packet)
{
    struct fragment_key key = key_of(packet);

    return to->used && to->place == packet->place && fragment_key_equal(&to->key, &key) &&
           apart(packet->time, to->since) < FRAGMENT_SECONDS * SECOND;
}

static void begin(struct assembly *to, const struct packet *packet)
{
    struct assembly kept = *to;

    *to = (struct assembly){.octets = kept.octets, .seen = kept.seen};
    if (to->octets == NULL) {
        to->octets = memory_zeroed(1, IP_CEILING);
        to->seen = memory_zeroed(1, BLOCKS);
    }
    memset(to->seen, 0, BLOCKS);
    to->used = true;
    to->begun = packet->number;
    to->since = packet->time;
    to->place = packet->place;
    to->key = key_of(packet);
    to->missing = IP_CEILING;
}

static struct assembly *assembly_for(struct fragments *fragments, const struct packet *packet)
{
    struct assembly *eldest = &fragments->assemblies[0];

    for (size_t i = 0; i < FRAGMENT_PACKETS; i++) {
        struct assembly *at = &fragments->assemblies[i];

        if (belongs(at, packet))
            return at;
        if (eldest->used && (!at->used || at->begun < eldest->begun))
            eldest = at;
    }
    begin(eldest, packet);
    return eldest;
}

/* --- what is odd --- */

static void odd(struct assembly *to, const struct packet *packet, struct oddness oddness)
{
    oddness.packet = packet->number;
    if (to->odd_count < PACKET_ODD)
        to->odd[to->odd_count++] = oddness;
}

/* How a fragment meets those that are there already. */
struct meeting {
    bool overlaps;
    bool same_place; /* one with the same first and last octet is there */
    bool differs;    /* octets that both hold are not the same */
};

static bool differs_at(const struct assembly *to, size_t at, struct bytes block)
{
    return at + block.len <= to->missing && block.len > 0 &&
           memcmp(to->octets + at, block.at, block.len) != 0;
}

static struct meeting meet(const struct assembly *to, const struct packet *packet)
{
    struct meeting meeting = {false, true, false};
    size_t last = (packet->octets - 1) / 8 * 8;

    for (size_t done = 0; done < packet->octets; done += 8) {
        size_t at = packet->offset + done;
        unsigned seen = to->seen[at / 8];
        unsigned wanted = SEEN | (done == 0 ? STARTS : 0) | (done == last ? ENDS : 0);

        meeting.same_place &= seen == wanted;
        if (seen == 0)
            continue;
        meeting.overlaps = true;
        meeting.differs |= differs_at(to, at, bytes_slice(packet->payload, done, 8));
    }
    return meeting;
}

/* True where the fragment says otherwise than the others where the packet ends. */
static bool ends_elsewhere(const struct assembly *to, const struct packet *packet)
{
    size_t end = packet->offset + packet->octets;

    if (packet->more)
        return to->total != 0 && end > to->total;
    return (to->total != 0 && to->total != end) || to->reach > end;
}

/* The id is used again for another packet, of which this is the first fragment to come. */
static void begin_again(struct assembly *to, const struct packet *packet)
{
    struct oddness again = {.oddity = ODDITY_ID_AGAIN, .other = to->begun, .found = packet->id};

    begin(to, packet);
    odd(to, packet, again);
}

/* Look whether the fragment fits to those that are there; false: it is no part of their packet.
 * IPv4 allows overlaps of the same octets. */
static bool fits(struct assembly *to, const struct packet *packet)
{
    bool ipv6 = packet->src.family == 6, late = apart(packet->time, to->since) > SOON;
    bool elsewhere = ends_elsewhere(to, packet);
    struct meeting meeting = meet(to, packet);

    if (!ipv6 && ((meeting.differs && (meeting.same_place || late)) || (elsewhere && late)))
        begin_again(to, packet);
    else if (elsewhere)
        odd(to, packet,
            (struct oddness){.oddity = ODDITY_FRAGMENT_ENDS,
                             .other = to->begun,
                             .wanted = to->total != 0 ? to->total : to->reach,
                             .found = packet->offset + packet->octets});
    else if (meeting.differs || (ipv6 && meeting.overlaps && !meeting.same_place))
        odd(to, packet,
            (struct oddness){
                .oddity = ODDITY_FRAGMENT_OVERLAP, .other = to->begun, .found = packet->offset});
    return !elsewhere || to->begun == packet->number;
}

/* False where the fragment can be no part of a packet. */
static bool is_possible(struct assembly *to, const struct packet *packet)
{
    size_t most = packet->src.family == 4 ? 65535 - IPV4_HEADER : 65535;
    size_t end = packet->offset + packet->octets;

    if (end > most)
        odd(to, packet,
            (struct oddness){.oddity = ODDITY_FRAGMENT_BEYOND, .wanted = most, .found = end});
    else if (packet->more && packet->octets % 8 != 0)
        odd(to, packet,
            (struct oddness){.oddity = ODDITY_FRAGMENT_UNEVEN, .found = packet->octets});
    else
        return packet->octets > 0;
    return false;
}

/* --- putting together --- */

/* What came first stays; a block that is there is not written again. */
static void blocks_put(struct assembly *to, const struct packet *packet)
{
    size_t end = packet->offset + packet->octets;

    for (size_t done = 0; done < packet->octets; done += 8) {
        size_t at = packet->offset + done;
        struct bytes block = bytes_slice(packet->payload, done, 8);

        if (to->seen[at / 8])
            continue;
        to->seen[at / 8] = SEEN;
        to->blocks++;
        if (block.len > 0)
            memcpy(to->octets + at, block.at, block.len);
        if (done + block.len < packet->octets && block.len < 8 && at + block.len < to->missing)
            to->missing = at + block.len;
    }
    to->seen[packet->offset / 8] |= STARTS;
    to->seen[(end - 1) / 8] |= ENDS;
    to->reach = to->reach < end ? end : to->reach;
    to->count++;
    if (!packet->more)
        to->total = end;
}

/* What lies behind the end does not make up for what is missing before it. */
static bool is_complete(const struct assembly *to)
{
    size_t needed = (to->total + 7) / 8;

    return to->total > 0 && to->blocks >= needed && memchr(to->seen, 0, needed) == NULL;
}

/* The ports, where its first octets have come. */
static bool ports_read(const struct assembly *to, uint16_t *src, uint16_t *dst)
{
    struct bytes start = {to->octets, 4};

    if (to->seen[0] == 0 || to->missing < 4 ||
        (to->key.protocol != IPPROTO_UDP && to->key.protocol != IPPROTO_TCP))
        return false;
    *src = octets_u16(start, 0);
    *dst = octets_u16(start, 2);
    return true;
}

/* Remember the packet by its id; the same one may pass more than once, another one may not. */
static void remember(struct fragments *fragments, struct assembly *to, const struct packet *packet)
{
    struct bytes whole = {to->octets, to->total};
    struct identity now = {.key = to->key,
                           .place = to->place,
                           .packet = packet->number,
                           .time = packet->time,
                           .hash = identity_hash(whole),
                           .octets = to->total};
    const struct identity *before = identity_find(&fragments->known, &to->key);

    if (to->missing < to->total || !ports_read(to, &now.src_port, &now.dst_port))
        return;
    if (before != NULL && before->place == now.place && to->key.src.family == 4 &&
        apart(before->time, now.time) < AGAIN &&
        (before->hash != now.hash || before->octets != now.octets))
        odd(to, packet,
            (struct oddness){
                .oddity = ODDITY_ID_AGAIN, .other = before->packet, .found = to->key.id});
    identity_put(&fragments->known, &now);
}

static void odd_hand_over(const struct assembly *to, struct packet *packet)
{
    packet->odd_count = to->odd_count;
    memcpy(packet->odd, to->odd, sizeof to->odd);
}

static enum fragment_outcome complete(struct fragments *fragments, struct assembly *to,
                                      struct packet *packet)
{
    size_t kept = to->missing < to->total ? to->missing : to->total;

    remember(fragments, to, packet);
    to->used = false;
    odd_hand_over(to, packet);
    if (packet_decode_transport((struct bytes){to->octets, kept}, to->total, packet) ==
        PACKET_OTHER)
        return FRAGMENT_KEPT;
    packet->fragments = (uint16_t)(to->count < UINT16_MAX ? to->count : UINT16_MAX);
    if (packet->checksum == CHECKSUM_BAD && apart(packet->time, to->since) > SOON)
        packet->checksum = CHECKSUM_UNKNOWN;
    return FRAGMENT_COMPLETES;
}

enum fragment_outcome fragments_add(struct fragments *fragments, struct packet *packet)
{
    struct assembly *to = assembly_for(fragments, packet);

    fragments->last = to;
    for (unsigned i = 0; i < packet->odd_count; i++)
        odd(to, packet, packet->odd[i]);
    if (is_possible(to, packet) && fits(to, packet))
        blocks_put(to, packet);
    if (is_complete(to))
        return complete(fragments, to, packet);
    if (to->odd_count == 0 || !ports_read(to, &packet->src.port, &packet->dst.port))
        return FRAGMENT_KEPT;
    odd_hand_over(to, packet);
    return FRAGMENT_ODD;
}

void fragments_told(struct fragments *fragments)
{
    fragments->last->odd_count = 0;
}

bool fragments_find_ports(const struct fragments *fragments, struct packet *error)
{
    struct fragment_key key = {error->quoted_src, error->quoted_dst, error->quoted_protocol,
                               error->id};
    const struct identity *known = identity_find(&fragments->known, &key);

    for (size_t i = 0; i < FRAGMENT_PACKETS; i++) {
        const struct assembly *at = &fragments->assemblies[i];

        if (at->used && fragment_key_equal(&at->key, &key) &&
            ports_read(at, &error->quoted_src.port, &error->quoted_dst.port))
            return true;
    }
    if (known == NULL)
        return false;
    error->quoted_src.port = known->src_port;
    error->quoted_dst.port = known->dst_port;
    return true;
}

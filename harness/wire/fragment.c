#include "wire/fragment.h"

#include <stdlib.h>
#include <string.h>

#include "wire/memory.h"

#define IP_CEILING 65536
#define BLOCKS (IP_CEILING / 8)

struct assembly {
    bool used;
    uint64_t begun; /* number of its first record */
    uint8_t protocol;
    uint32_t id;
    struct endpoint src, dst;
    size_t total;   /* 0: the last fragment is not there yet */
    size_t blocks;  /* of 8 octets, that are there */
    size_t missing; /* first octet that a snaplen cut off */
    char *octets;   /* IP_CEILING; owned, kept for the next packet */
    uint8_t *seen;  /* BLOCKS; owned likewise */
};

struct fragments {
    struct assembly assemblies[FRAGMENT_PACKETS];
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

static bool belongs(const struct assembly *to, const struct packet *packet)
{
    return to->used && to->id == packet->id && to->protocol == packet->protocol &&
           endpoint_same_addr(&to->src, &packet->src) && endpoint_same_addr(&to->dst, &packet->dst);
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
    to->protocol = packet->protocol;
    to->id = packet->id;
    to->src = packet->src;
    to->dst = packet->dst;
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

/* What came first stays; a block that is there is not written again. */
static void blocks_put(struct assembly *to, const struct packet *packet)
{
    for (size_t done = 0; done < packet->octets; done += 8) {
        size_t at = packet->offset + done;
        struct bytes block = bytes_slice(packet->payload, done, 8);

        if (to->seen[at / 8])
            continue;
        to->seen[at / 8] = 1;
        to->blocks++;
        if (block.len > 0)
            memcpy(to->octets + at, block.at, block.len);
        if (done + block.len < packet->octets && block.len < 8 && at + block.len < to->missing)
            to->missing = at + block.len;
    }
}

/* A packet has one end; a fragment that claims another is no part of it. */
static bool end_agrees(const struct assembly *assembly, const struct packet *packet)
{
    return packet->more || assembly->total == 0 ||
           assembly->total == packet->offset + packet->octets;
}

/* What lies behind the end does not make up for what is missing before it. */
static bool is_complete(const struct assembly *assembly)
{
    size_t needed = (assembly->total + 7) / 8;

    return assembly->total > 0 && assembly->blocks >= needed &&
           memchr(assembly->seen, 0, needed) == NULL;
}

bool fragments_add(struct fragments *fragments, struct packet *packet)
{
    struct assembly *to;
    size_t kept;

    if (packet->offset + packet->octets > IP_CEILING ||
        (packet->more && (packet->octets == 0 || packet->octets % 8 != 0)))
        return false;
    to = assembly_for(fragments, packet);
    if (!end_agrees(to, packet))
        return false;
    blocks_put(to, packet);
    if (!packet->more)
        to->total = packet->offset + packet->octets;
    if (!is_complete(to))
        return false;
    to->used = false;
    kept = to->missing < to->total ? to->missing : to->total;
    return packet_decode_transport((struct bytes){to->octets, kept}, to->total, packet) !=
           PACKET_OTHER;
}

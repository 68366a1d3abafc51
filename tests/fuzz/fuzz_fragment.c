/* Fragments of two packets, four octets each: place, length, flags, how much a snaplen left. Octets
 * are a function of their place, so that a packet that was put together wrongly shows. */
#include <netinet/in.h>
#include <stdlib.h>

#include "wire/fragment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define ROOM (64 + 2048 + 256 * 8)
#define UDP_HEADER 8

/* Octet n of every packet; its head is a UDP header that claims no length. */
static char pattern[ROOM];

static void pattern_fill(void)
{
    for (size_t i = UDP_HEADER; i < ROOM; i++)
        pattern[i] = (char)(i ^ i >> 8);
}

static void packet_check(const struct packet *packet)
{
    if (packet->payload.len > packet->octets)
        abort();
    for (size_t i = 0; i < packet->payload.len; i++)
        if (packet->payload.at[i] != pattern[UDP_HEADER + i])
            abort();
}

static struct packet fragment_make(const uint8_t *piece, uint64_t number)
{
    struct packet packet = {.kind = PACKET_FRAGMENT,
                            .protocol = IPPROTO_UDP,
                            .number = number,
                            .id = piece[2] >> 2,
                            .more = piece[2] & 1,
                            .offset = (size_t)piece[0] * 8,
                            .octets = (size_t)piece[1] + (piece[2] & 2 ? 256 : 0)};

    packet.src.family = packet.dst.family = 4;
    packet.payload = (struct bytes){pattern + packet.offset, packet.octets};
    packet.payload =
        bytes_slice(packet.payload, 0, piece[3] == 0 ? SIZE_MAX : (size_t)piece[3] * 2);
    return packet;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fragments *fragments = fragments_new();
    uint64_t number = 0;

    pattern_fill();
    for (; len >= 4; data += 4, len -= 4) {
        struct packet packet = fragment_make(data, ++number);

        if (fragments_add(fragments, &packet) == FRAGMENT_COMPLETES)
            packet_check(&packet);
    }
    fragments_free(fragments);
    return 0;
}

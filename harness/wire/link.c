#include "wire/link.h"

#include <pcap/pcap.h>
#include <string.h>

#include "wire/octets.h"

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define ARPHRD_ETHERNET 1
#define PACKET_OUT 4 /* of a cooked header: this host sent it */
#define MAC 6

static bool is_vlan(unsigned type)
{
    return type == 0x8100 || type == 0x88a8 || type == 0x9100;
}

/* Octets before the IP packet where its Ethertype is at `at` and what follows begins at `head`;
 * 0: no IP packet. */
static size_t behind_ethertype(struct bytes frame, size_t at, size_t head)
{
    unsigned type;

    if (frame.len < at + 2)
        return 0;
    type = octets_u16(frame, at);
    for (int tags = 0; tags < 2 && is_vlan(type) && frame.len >= head + 4; tags++) {
        type = octets_u16(frame, head + 2);
        head += 4;
    }
    return type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6 ? head : 0;
}

/* The link layers that name what they carry. */
static const struct named {
    int linktype;
    size_t ethertype, head;
    size_t hardware, direction; /* cooked: where ARPHRD_ and PACKET_ are; the octet that ends it */
} named[] = {
    {DLT_EN10MB, 12, 14, 0, 0},
    {DLT_LINUX_SLL, 14, 16, 2, 1},
    {DLT_LINUX_SLL2, 0, 20, 8, 10},
};

static const struct named *named_find(int linktype)
{
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (named[i].linktype == linktype)
            return &named[i];
    return NULL;
}

/* Octets before the packet on one of the others, which carry IP alone; SIZE_MAX: not read. */
static size_t bare_head(int linktype)
{
    if (linktype == DLT_NULL || linktype == DLT_LOOP)
        return 4;
    return linktype == 12 || linktype == 14 || linktype == 101 || linktype == DLT_IPV4 ||
                   linktype == DLT_IPV6
               ? 0
               : SIZE_MAX;
}

bool link_is_read(int linktype)
{
    return named_find(linktype) != NULL || bare_head(linktype) != SIZE_MAX;
}

bool link_head(int linktype, struct bytes frame, size_t *head)
{
    const struct named *layer = named_find(linktype);

    if (layer == NULL) {
        *head = bare_head(linktype);
        return *head <= frame.len;
    }
    *head = behind_ethertype(frame, layer->ethertype, layer->head);
    return *head != 0 && *head <= frame.len;
}

bool link_was_sent(int linktype, struct bytes frame)
{
    const struct named *layer = named_find(linktype);

    return layer != NULL && layer->direction != 0 && frame.len > layer->direction &&
           octet_at(frame, layer->direction) == PACKET_OUT;
}

uint64_t link_place(int linktype, struct bytes frame)
{
    uint64_t index = linktype == DLT_LINUX_SLL2 && frame.len >= 8 ? octets_u32(frame, 4) : 0;

    return index << 1 | link_was_sent(linktype, frame);
}

bool link_is_off_host(int linktype, struct bytes frame)
{
    const struct named *layer = named_find(linktype);

    if (layer == NULL || frame.len < layer->head)
        return false;
    if (layer->hardware != 0)
        return octets_u16(frame, layer->hardware) == ARPHRD_ETHERNET;
    return memcmp(frame.at, frame.at + MAC, MAC) != 0; /* on loopback both are the same, or 0 */
}

const uint8_t *link_target(int linktype, struct bytes frame)
{
    static const char none[MAC];

    if (linktype != DLT_EN10MB || frame.len < MAC || memcmp(frame.at, none, MAC) == 0)
        return NULL;
    return (const uint8_t *)frame.at;
}

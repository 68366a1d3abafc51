/* IP headers, and the Ethernet addresses of groups. */
#include <inttypes.h>
#include <stdio.h>

#include "suites/packet/odd_checks.h"

#define DHCP_SERVER 67
#define DHCP_CLIENT 68

static const char *checksum_seen(const struct event *event, char *room, size_t len)
{
    snprintf(room, len, "0x%04" PRIx64 ", and 0x%04" PRIx64 " is right", event->found,
             event->wanted);
    return room;
}

void ip_checksum(const struct timeline *timeline, struct rule_run *run)
{
    odd_tell_one_side(timeline, run,
                      &(struct telling){ODDITY_IP_CHECKSUM, "the checksum of the header's octets",
                                        checksum_seen});
}

static const char *ttl_seen(const struct event *event, char *room, size_t len)
{
    snprintf(room, len, "%" PRIu64, event->found);
    return room;
}

void ip_ttl(const struct timeline *timeline, struct rule_run *run)
{
    odd_tell(timeline, run, &(struct telling){ODDITY_TTL_ZERO, "a TTL of 1 or more", ttl_seen});
}

void ip_group_ttl(const struct timeline *timeline, struct rule_run *run)
{
    odd_tell(timeline, run,
             &(struct telling){ODDITY_GROUP_TTL, "a TTL of 1, or one that was chosen", ttl_seen});
}

static const char *loopback_seen(const struct event *event, char *room, size_t len)
{
    (void)event;
    snprintf(room, len, "a packet from or to one on Ethernet");
    return room;
}

void ip_loopback(const struct timeline *timeline, struct rule_run *run)
{
    odd_tell(timeline, run,
             &(struct telling){ODDITY_LOOPBACK, "no loopback address on a network", loopback_seen});
}

static void mac_print(uint64_t mac, char *room, size_t len)
{
    snprintf(room, len, "%02x:%02x:%02x:%02x:%02x:%02x", (unsigned)(mac >> 40) & 255,
             (unsigned)(mac >> 32) & 255, (unsigned)(mac >> 24) & 255, (unsigned)(mac >> 16) & 255,
             (unsigned)(mac >> 8) & 255, (unsigned)mac & 255);
}

static const char *mac_seen(const struct event *event, char *room, size_t len)
{
    char found[18], wanted[18];

    mac_print(event->found, found, sizeof found);
    mac_print(event->wanted, wanted, sizeof wanted);
    if (event->wanted != 0)
        snprintf(room, len, "%s, and %s is the group's", found, wanted);
    else
        snprintf(room, len, "a frame to %s, and a packet to one host", found);
    return room;
}

void ip_group_mac(const struct timeline *timeline, struct rule_run *run)
{
    odd_tell(timeline, run,
             &(struct telling){ODDITY_GROUP_MAC, "the Ethernet address of the group", mac_seen});
}

static bool is_dhcp(const struct timeline *timeline)
{
    return timeline->server.port == DHCP_SERVER || timeline->server.port == DHCP_CLIENT;
}

void ip_broadcast_frame(const struct timeline *timeline, struct rule_run *run)
{
    if (!is_dhcp(timeline))
        odd_tell_one_side(timeline, run,
                          &(struct telling){ODDITY_BROADCAST_FRAME,
                                            "a broadcast or multicast address in IP, too",
                                            mac_seen});
}

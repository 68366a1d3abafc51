#include "fakes/udp_forge.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define IP_HEADER 20
#define UDP_HEADER 8
#define TTL 64
#define WRONG 0x5555 /* what a wrong checksum differs by */

static void put16(unsigned char *at, size_t value)
{
    at[0] = (unsigned char)(value >> 8);
    at[1] = (unsigned char)value;
}

/* The kernel fills in the identification and the header's checksum. */
static void put_ip(unsigned char *at, const struct udp_parcel *parcel, size_t length)
{
    memset(at, 0, IP_HEADER);
    at[0] = 0x45;
    put16(at + 2, length);
    at[8] = TTL;
    at[9] = IPPROTO_UDP;
    memcpy(at + 12, parcel->source.addr, 4);
    memcpy(at + 16, parcel->to.addr, 4);
}

static void put_udp(unsigned char *at, const struct udp_parcel *parcel)
{
    put16(at, parcel->source.port);
    put16(at + 2, parcel->to.port);
    put16(at + 4,
          parcel->header_length >= 0 ? (size_t)parcel->header_length : UDP_HEADER + parcel->len);
    put16(at + 6, 0);
    memcpy(at + UDP_HEADER, parcel->text, parcel->len);
}

static uint32_t add16(uint32_t sum, const unsigned char *at, size_t len)
{
    for (size_t i = 0; i < len; i++)
        sum += (uint32_t)at[i] << (i % 2 == 0 ? 8 : 0);
    return sum;
}

/* How much of the datagram its checksum is over: what its header says, where that can be. */
static size_t summed(const struct udp_parcel *parcel)
{
    size_t whole = UDP_HEADER + parcel->len, said = (size_t)parcel->header_length;

    return parcel->header_length >= UDP_HEADER && said < whole ? said : whole;
}

/* RFC 768: over the addresses, the protocol and the length, and then the datagram. */
static uint16_t checksum(const unsigned char *packet, size_t udp_length)
{
    uint32_t sum = add16(0, packet + 12, 8) + IPPROTO_UDP;

    sum = add16(sum, packet + IP_HEADER + 4, 2);
    sum = add16(sum, packet + IP_HEADER, udp_length);
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    sum = ~sum & 0xffff;
    return sum == 0 ? 0xffff : (uint16_t)sum;
}

size_t udp_forge_packet(const struct udp_parcel *parcel, unsigned char room[28 + UDP_FORGE_MOST])
{
    size_t udp_length = UDP_HEADER + parcel->len;
    uint16_t sum;

    put_ip(room, parcel, IP_HEADER + udp_length);
    put_udp(room + IP_HEADER, parcel);
    sum = checksum(room, summed(parcel));
    if (parcel->sum == SUM_WRONG)
        sum ^= WRONG;
    if (parcel->sum == SUM_WRONG && sum == 0)
        sum = WRONG; /* zero would mean that there is none */
    if (parcel->sum != SUM_ABSENT)
        put16(room + IP_HEADER + 6, sum);
    return IP_HEADER + udp_length;
}

bool udp_forge_send(const struct udp_parcel *parcel)
{
    unsigned char packet[28 + UDP_FORGE_MOST];
    struct sockaddr_storage to;
    socklen_t to_len = endpoint_to_sockaddr(&parcel->to, &to);
    size_t length;
    ssize_t sent;
    int fd, error;

    if (parcel->to.family != 4 || parcel->source.family != 4 || parcel->len > UDP_FORGE_MOST) {
        errno = parcel->len > UDP_FORGE_MOST ? EMSGSIZE : EAFNOSUPPORT;
        return false;
    }
    fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
    if (fd < 0)
        return false;
    length = udp_forge_packet(parcel, packet);
    sent = sendto(fd, packet, length, MSG_NOSIGNAL, (struct sockaddr *)&to, to_len);
    error = errno;
    close(fd);
    errno = error;
    return sent == (ssize_t)length;
}

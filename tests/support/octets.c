#include "support/octets.h"

#define CHECKSUM 10 /* in the header of IPv4 */

void octets_put16(char *at, size_t value)
{
    at[0] = (char)(value >> 8);
    at[1] = (char)value;
}

void octets_put32(char *at, uint32_t value)
{
    octets_put16(at, value >> 16);
    octets_put16(at + 2, value & 0xffff);
}

uint32_t octets_get16(const char *at)
{
    return (uint32_t)(uint8_t)at[0] << 8 | (uint8_t)at[1];
}

uint32_t octets_get32(const char *at)
{
    return octets_get16(at) << 16 | octets_get16(at + 2);
}

uint32_t octets_sum(const char *at, size_t len, uint32_t sum)
{
    for (size_t i = 0; i < len; i++)
        sum += (uint32_t)(uint8_t)at[i] << (i % 2 == 0 ? 8 : 0);
    return sum;
}

uint16_t octets_fold(uint32_t sum)
{
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

bool octets_ipv6(const char *packet)
{
    return (packet[0] & 0xf0) == 0x60;
}

size_t octets_ip_head(const char *packet)
{
    return octets_ipv6(packet) ? 40 : (size_t)(packet[0] & 15) * 4;
}

void octets_ip_sum(char *packet)
{
    if (octets_ipv6(packet))
        return;
    octets_put16(packet + CHECKSUM, 0);
    octets_put16(packet + CHECKSUM,
                 (uint16_t)~octets_fold(octets_sum(packet, octets_ip_head(packet), 0)));
}

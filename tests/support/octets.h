/* octets: numbers in network order, the Internet checksum, and the header of an IP packet, in
 * packets that are made. Shares nothing with the wire stage, which takes them apart. */
#ifndef PEERSPEC_SUPPORT_OCTETS_H
#define PEERSPEC_SUPPORT_OCTETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void octets_put16(char *at, size_t value); /* its lower 16 bits */
void octets_put32(char *at, uint32_t value);
uint32_t octets_get16(const char *at);
uint32_t octets_get32(const char *at);

/* RFC 1071: `sum` and the words of `len` octets; carries are left in place until the fold. */
uint32_t octets_sum(const char *at, size_t len, uint32_t sum);
uint16_t octets_fold(uint32_t sum);

/* Of an IP packet without extension headers: the length of its header, and its checksum set right
 * (IPv6 has none). */
bool octets_ipv6(const char *packet);
size_t octets_ip_head(const char *packet);
void octets_ip_sum(char *packet);

#endif

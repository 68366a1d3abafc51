/* headline: one conversation in one line: who talked, how much of what, and what was not seen. */
#ifndef PEERSPEC_HEADLINE_H
#define PEERSPEC_HEADLINE_H

#include <stdio.h>

#include "wire/timeline.h"

/* Why a conversation could not be judged whole; a bit set. */
enum headline_doubt {
    DOUBT_MIDDLE = 1 << 0, /* its beginning is not in the capture */
    DOUBT_PARTS = 1 << 1,  /* packets are missing, or were cut */
    DOUBT_TLS = 1 << 2,    /* it went over to TLS */
};

unsigned headline_doubts(const struct timeline *timeline);
/* Numbers of the first and the last packet that say something. */
uint64_t headline_first_packet(const struct timeline *timeline);
uint64_t headline_last_packet(const struct timeline *timeline);
uint64_t headline_packets(const struct timeline *timeline);
/* Packet from which on it is TLS; 0: it never is. */
uint64_t headline_tls(const struct timeline *timeline);
/* The argument of the last USER; empty where there is none. */
struct bytes headline_user(const struct timeline *timeline);

/* The line, with its end. `number` is the conversation's in its file, from 1. */
void headline_print(FILE *out, const struct timeline *timeline, size_t number);
/* What of it follows the names of client and server: ", 29 packets from 1 on, 7 commands ...". */
void headline_print_counts(FILE *out, const struct timeline *timeline);

#endif

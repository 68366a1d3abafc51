/* savefile: a capture in a file (pcap, pcapng, by libpcap), read as a stream.
 *
 * Memory grows with the conversations that are open, not with the file. */
#ifndef PEERSPEC_WIRE_SAVEFILE_H
#define PEERSPEC_WIRE_SAVEFILE_H

#include "base/diag.h"
#include "wire/timeline.h"

struct savefile_summary {
    uint64_t packets, octets; /* that the filter lets through */
    uint64_t undecoded;      /* packets of other protocols */
    uint64_t cut;            /* packets that the snaplen cut */
    bool truncated;          /* the file ends in the middle of a record; what was whole is judged */
    char stopped[120];       /* truncated, but not by its end: what libpcap says about the record */
    int64_t first, last;     /* time stamps, ns */
};

/* Read `path` ("-": standard input) and give each conversation to `sink`. `filter` is a BPF
 * expression or NULL; packets keep the numbers that they have in the file. ERR_USAGE where it is no
 * expression; ERR_INPUT where the file is missing, empty, no capture, or of a link type that is not
 * read: *why says which. A file that ends early is OK and said in *summary. */
NODISCARD enum err savefile_read(const char *path, const char *filter,
                                 const struct timeline_options *options,
                                 const struct timeline_sink *sink,
                                 struct savefile_summary *summary, struct diag *why);

#endif

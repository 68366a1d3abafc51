#include "tape.h"

#include <string.h>

#define BEGIN INT64_C(1700000000000000000)
#define SNAPLEN 262144
#define FILE_HEAD 24
#define RECORD_HEAD 16
#define OCTET_NS 8
#define BETWEEN_NS 700 /* from a frame's end to the next one's start */
#define ROOM (1u << 20)

bool tape_open(struct tape *tape, const char *path)
{
    tape->file = fopen(path, "wb");
    tape->now = BEGIN;
    tape->packets = 0;
    tape->octets = FILE_HEAD;
    if (tape->file == NULL)
        return false;
    setvbuf(tape->file, NULL, _IOFBF, ROOM);
    wireframe_file(tape->file, wireframe_linktype(LINK_ETHERNET, false), SNAPLEN);
    return true;
}

bool tape_close(struct tape *tape)
{
    bool written = ferror(tape->file) == 0;

    return fclose(tape->file) == 0 && written;
}

/* A host's card is as good as its address. */
static void card_set(char *at, const struct endpoint *host)
{
    at[0] = 2; /* locally administered */
    at[1] = 0;
    memcpy(at + 2, host->addr + (host->family == 6 ? 12 : 0), 4);
}

void tape_put(struct tape *tape, const struct wireframe *frame)
{
    struct bytes packet = {tape->packet, wireframe_packet(frame, tape->packet)};
    size_t len = wireframe_link(LINK_ETHERNET, packet, tape->frame);

    card_set(tape->frame, &frame->dst);
    card_set(tape->frame + 6, &frame->src);
    wireframe_record(tape->file, tape->now, (struct bytes){tape->frame, len}, SNAPLEN);
    tape->now += BETWEEN_NS + (int64_t)len * OCTET_NS;
    tape->octets += RECORD_HEAD + len;
    tape->packets++;
}

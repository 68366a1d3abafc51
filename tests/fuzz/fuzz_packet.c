/* The first octet chooses the link type, the rest is a frame. */
#include <stdlib.h>

#include "wire/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const int linktypes[] = {1, 113, 276, 0, 108, 12, 14, 101, 228, 229};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct packet packet = {0};
    struct bytes frame = {(const char *)data + 1, len - 1};

    if (len == 0)
        return 0;
    packet_decode(linktypes[data[0] % 10], frame, frame.len, &packet);
    if (packet.payload.len > packet.octets && packet.kind != PACKET_OTHER)
        abort();
    packet_decode(linktypes[data[0] % 10], frame, frame.len + 1000, &packet);
    if (packet.payload.len > packet.octets && packet.kind != PACKET_OTHER)
        abort();
    return 0;
}

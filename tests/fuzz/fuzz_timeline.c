/* A capture of IPv4 packets without its file: each record is two octets of length and as many of a
 * packet. To get anywhere soon, a record that begins with an octet below 16 is a TCP segment
 * between a few endpoints instead: from, flags, sequence number, then its payload. */
#include <netinet/in.h>

#include "walk.h"
#include "wire/flow.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void segment_make(struct packet *packet, const uint8_t *data, size_t len)
{
    static const uint16_t servers[] = {21, 20, 40001, 7}, clients[] = {50000, 40000, 50001, 1025};
    struct endpoint client, server;
    bool back = data[0] & 1;

    endpoint_parse("192.0.2.2", clients[data[0] >> 1 & 3], &client);
    endpoint_parse("192.0.2.1", servers[data[1] >> 6], &server);
    packet->kind = PACKET_TCP;
    packet->protocol = IPPROTO_TCP;
    packet->src = back ? server : client;
    packet->dst = back ? client : server;
    packet->flags = data[1] & 31;
    packet->seq = 1000 + data[2];
    packet->ack = 1000 + data[3];
    packet->payload = (struct bytes){(const char *)data + 4, len - 4};
    packet->octets = packet->payload.len + (data[0] & 8);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const struct timeline_options options = {0};
    const struct timeline_sink sink = {NULL, walk};
    struct flow_reader *reader = flow_reader_new(&options, &sink);
    struct packet packet = {0};

    while (len >= 2) {
        size_t size = (size_t)data[0] | (size_t)(data[1] & 3) << 8;

        data += 2;
        len -= 2;
        size = size < len ? size : len;
        packet.number++;
        if (size >= 4 && data[0] < 16)
            segment_make(&packet, data, size);
        else
            packet_decode(101, (struct bytes){(const char *)data, size}, size, &packet);
        flow_reader_take(reader, &packet);
        data += size;
        len -= size;
    }
    flow_reader_finish(reader);
    flow_reader_free(reader);
    return 0;
}

#include "talk.h"

#include <netinet/in.h>

#include "wire/flow.h"

enum where { CONTROL, DATA, DATAGRAMS, PLACES };

struct world {
    struct flow_reader *reader;
    uint64_t number;
    uint32_t seq[PLACES][2];
};

static void tell(struct world *world, enum where where, enum side from, unsigned flags,
                 struct bytes payload)
{
    static const uint16_t ports[PLACES][2] = {{40000, 21}, {50001, 40001}, {1025, 7}};
    struct packet packet = {.number = ++world->number,
                            .time = (int64_t)world->number * 100000000,
                            .kind = where == DATAGRAMS ? PACKET_UDP : PACKET_TCP,
                            .protocol = where == DATAGRAMS ? IPPROTO_UDP : IPPROTO_TCP,
                            .payload = payload,
                            .octets = payload.len,
                            .flags = (uint8_t)flags,
                            .seq = world->seq[where][from],
                            .ack = world->seq[where][side_other(from)]};

    endpoint_parse(from == SIDE_CLIENT ? "192.0.2.2" : "192.0.2.1", ports[where][from],
                   &packet.src);
    endpoint_parse(from == SIDE_CLIENT ? "192.0.2.1" : "192.0.2.2", ports[where][side_other(from)],
                   &packet.dst);
    world->seq[where][from] += (uint32_t)payload.len + (flags & (PACKET_SYN | PACKET_FIN) ? 1 : 0);
    flow_reader_take(world->reader, &packet);
}

static void say(struct world *world, enum side from, const char *text)
{
    tell(world, CONTROL, from, PACKET_ACK, bytes_of(text));
}

static void handshake(struct world *world, enum where where)
{
    tell(world, where, SIDE_CLIENT, PACKET_SYN, bytes_of(""));
    tell(world, where, SIDE_SERVER, PACKET_SYN | PACKET_ACK, bytes_of(""));
    tell(world, where, SIDE_CLIENT, PACKET_ACK, bytes_of(""));
}

static void piece(struct world *world, unsigned what, struct bytes octets)
{
    switch (what) {
    case 6: /* something that the capture does not show */
        world->seq[octets.len & 1][octets.len >> 1 & 1] += 3;
        break;
    case 7:
        tell(world, (enum where)(octets.len & 1), (enum side)(octets.len >> 1 & 1),
             octets.len & 4 ? PACKET_RST : PACKET_FIN | PACKET_ACK, bytes_of(""));
        break;
    default:
        tell(world, (enum where)(what / 2), (enum side)(what & 1), PACKET_ACK, octets);
    }
}

void talk(struct bytes in, const struct timeline_sink *sink)
{
    const struct timeline_options options = {.hash_payload = true};
    struct world world = {.reader = flow_reader_new(&options, sink)};

    handshake(&world, CONTROL);
    say(&world, SIDE_SERVER, "220 Ready.\r\n");
    say(&world, SIDE_CLIENT, "USER a\r\n");
    say(&world, SIDE_SERVER, "230 In.\r\n");
    say(&world, SIDE_CLIENT, "PASV\r\n");
    say(&world, SIDE_SERVER, "227 OK (192,0,2,1,156,65)\r\n");
    handshake(&world, DATA);
    while (in.len > 0) {
        unsigned head = (unsigned char)in.at[0];

        piece(&world, head & 7, bytes_slice(in, 1, head >> 3));
        in = bytes_from(in, 1 + (head >> 3));
    }
    flow_reader_finish(world.reader);
    flow_reader_free(world.reader);
}

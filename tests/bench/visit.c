#include "visit.h"

#include <stdarg.h>

#include "content.h"

#define LINE 512
#define CLIENT_PORT 10000
#define CLIENT_PORTS 128  /* of one visit */
#define CLIENT_VISITS 256 /* of one address */
#define SERVERS 8
#define PASSIVE_PORT 20000
#define PASSIVE_VISITS 5000
#define TRANSFERS 8 /* of one visit, at most */
#define BURST 4     /* times two segments and an acknowledgement in one turn */
#define PAUSE 20000 /* ns that a program thinks */

static unsigned dice(struct visit *visit, unsigned sides)
{
    visit->random = visit->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(visit->random >> 33) % sides;
}

/* --- the conversation --- */

static void say(struct visit *visit, enum side from, const char *format, va_list args)
{
    char line[LINE];
    struct bytes text = {line, (size_t)vsnprintf(line, sizeof line, format, args)};

    visit->tape->now += PAUSE;
    pair_say(&visit->control, visit->tape, from, text, true);
}

__attribute__((format(printf, 2, 3))) static void command(struct visit *visit, const char *format,
                                                          ...)
{
    va_list args;

    va_start(args, format);
    say(visit, SIDE_CLIENT, format, args);
    va_end(args);
    visit->totals->commands++;
}

/* The client acknowledges a reply at once, or with the command that it has ready. */
__attribute__((format(printf, 2, 3))) static void reply(struct visit *visit, const char *format,
                                                        ...)
{
    va_list args;

    va_start(args, format);
    say(visit, SIDE_SERVER, format, args);
    va_end(args);
    if (dice(visit, 2) == 0)
        pair_acknowledge(&visit->control, visit->tape, SIDE_CLIENT);
    visit->totals->replies++;
}

/* --- the steps; each returns true where it is done --- */

static bool greet(struct visit *visit)
{
    pair_open(&visit->control, visit->tape, SIDE_CLIENT);
    reply(visit, "220 FTP server ready.\r\n");
    return true;
}

static bool name_user(struct visit *visit)
{
    if (visit->anonymous)
        command(visit, "USER anonymous\r\n");
    else
        command(visit, "USER user%u\r\n", dice(visit, 1000));
    reply(visit, "331 Please specify the password.\r\n");
    return true;
}

static bool give_password(struct visit *visit)
{
    command(visit, visit->anonymous ? "PASS guest@example.com\r\n" : "PASS secret\r\n");
    reply(visit, "230 Login successful.\r\n");
    return true;
}

static bool ask_features(struct visit *visit)
{
    if (dice(visit, 2) == 0)
        return true;
    command(visit, "FEAT\r\n");
    reply(visit, "211-Features:\r\n EPRT\r\n EPSV\r\n MDTM\r\n PASV\r\n REST STREAM\r\n SIZE\r\n "
                 "TVFS\r\n UTF8\r\n211 End\r\n");
    return true;
}

static bool ask_folder(struct visit *visit)
{
    if (dice(visit, 3) == 0)
        return true;
    command(visit, "PWD\r\n");
    reply(visit, "257 \"/\" is the current directory.\r\n");
    return true;
}

static void transfer_choose(struct visit *visit)
{
    size_t small = CONTENT_LINE * (1 + dice(visit, 1u << dice(visit, 10)));

    visit->transfer = (struct visit_transfer){
        .passive = dice(visit, 4) > 0,
        .extended = visit->control.at[0].family == 6 || dice(visit, 2) == 0,
        .kind = (enum visit_kind)dice(visit, visit->bulk > 0 ? VISIT_LIST : VISIT_LIST + 1),
        .octets = visit->bulk > 0 ? visit->bulk : small,
    };
}

static bool choose(struct visit *visit)
{
    bool ascii;

    transfer_choose(visit);
    ascii = dice(visit, 4) == 0 || visit->transfer.kind == VISIT_LIST;
    if (ascii == visit->ascii)
        return true;
    visit->ascii = ascii;
    command(visit, "TYPE %c\r\n", ascii ? 'A' : 'I');
    reply(visit, "200 Switching to %s mode.\r\n", ascii ? "ASCII" : "Binary");
    return true;
}

static void enter_passive(struct visit *visit)
{
    const struct endpoint *at = &visit->data.at[SIDE_SERVER];
    const uint8_t *addr = at->addr;

    command(visit, visit->transfer.extended ? "EPSV\r\n" : "PASV\r\n");
    if (visit->transfer.extended)
        reply(visit, "229 Entering Extended Passive Mode (|||%u|).\r\n", at->port);
    else
        reply(visit, "227 Entering Passive Mode (%u,%u,%u,%u,%u,%u).\r\n", addr[0], addr[1],
              addr[2], addr[3], at->port >> 8, at->port & 255u);
}

static void name_port(struct visit *visit)
{
    const struct endpoint *at = &visit->data.at[SIDE_CLIENT];
    const uint8_t *addr = at->addr;
    char text[ENDPOINT_TEXT];

    if (visit->transfer.extended)
        command(visit, "EPRT |%c|%s|%u|\r\n", at->family == 6 ? '2' : '1', endpoint_addr(at, text),
                at->port);
    else
        command(visit, "PORT %u,%u,%u,%u,%u,%u\r\n", addr[0], addr[1], addr[2], addr[3],
                at->port >> 8, at->port & 255u);
    reply(visit, "200 %s command successful.\r\n", visit->transfer.extended ? "EPRT" : "PORT");
}

static bool agree_on_ports(struct visit *visit)
{
    bool passive = visit->transfer.passive;

    visit->data.at[SIDE_CLIENT].port++;
    visit->data.at[SIDE_SERVER].port = (uint16_t)(passive ? visit->passive_port++ : 20);
    if (!passive) {
        name_port(visit);
        return true;
    }
    enter_passive(visit);
    pair_open(&visit->data, visit->tape, SIDE_CLIENT);
    return true;
}

static void opening_reply(struct visit *visit)
{
    const char *mode = visit->ascii ? "ASCII" : "BINARY";

    if (visit->transfer.kind == VISIT_LIST)
        reply(visit, "150 Here comes the directory listing.\r\n");
    else if (visit->transfer.kind == VISIT_RETR && !visit->ascii)
        reply(visit, "150 Opening %s mode data connection for file (%zu bytes).\r\n", mode,
              visit->transfer.octets);
    else
        reply(visit, "150 Opening %s mode data connection.\r\n", mode);
}

static bool begin_transfer(struct visit *visit)
{
    if (visit->transfer.kind == VISIT_LIST)
        command(visit, "LIST\r\n");
    else
        command(visit, "%s file%u\r\n", visit->transfer.kind == VISIT_RETR ? "RETR" : "STOR",
                dice(visit, 10000));
    if (!visit->transfer.passive)
        pair_open(&visit->data, visit->tape, SIDE_SERVER);
    opening_reply(visit);
    return true;
}

static enum side sender(const struct visit *visit)
{
    return visit->transfer.kind == VISIT_STOR ? SIDE_CLIENT : SIDE_SERVER;
}

static enum content content_of(const struct visit *visit)
{
    if (visit->transfer.kind == VISIT_LIST)
        return CONTENT_LISTS;
    return visit->ascii ? CONTENT_TEXT : CONTENT_BINARY;
}

static void segment_send(struct visit *visit)
{
    struct visit_transfer *transfer = &visit->transfer;
    size_t left = transfer->octets - transfer->moved;
    size_t len = left < PAIR_SEGMENT ? left : PAIR_SEGMENT;

    if (len == 0)
        return;
    pair_say(&visit->data, visit->tape, sender(visit),
             content_slice(content_of(visit), transfer->moved, len), len == left);
    transfer->moved += len;
}

static bool move(struct visit *visit)
{
    for (int i = 0; i < BURST && visit->transfer.moved < visit->transfer.octets; i++) {
        segment_send(visit);
        segment_send(visit);
        pair_acknowledge(&visit->data, visit->tape, side_other(sender(visit)));
    }
    return visit->transfer.moved == visit->transfer.octets;
}

static bool end_transfer(struct visit *visit)
{
    pair_close(&visit->data, visit->tape, sender(visit));
    reply(visit, "226 Transfer complete.\r\n");
    visit->totals->transfers++;
    visit->totals->octets += visit->transfer.moved;
    return true;
}

static bool leave(struct visit *visit)
{
    command(visit, "QUIT\r\n");
    reply(visit, "221 Goodbye.\r\n");
    pair_close(&visit->control, visit->tape, SIDE_SERVER);
    visit->totals->sessions++;
    return true;
}

static bool (*const steps[])(struct visit *) = {
    greet,          name_user,      give_password, ask_features, ask_folder, choose,
    agree_on_ports, begin_transfer, move,          end_transfer, leave,
};

#define STEPS (sizeof steps / sizeof *steps)
#define CHOOSE 5 /* index of `choose`, where a transfer begins */

/* --- all of it --- */

static struct endpoint address(bool ipv6, unsigned net, unsigned host, unsigned port)
{
    struct endpoint at = {.family = ipv6 ? 6 : 4, .port = (uint16_t)port};
    uint8_t *last = at.addr + (ipv6 ? 12 : 0);

    if (ipv6) {
        at.addr[0] = 0x20; /* 2001:db8::/32 */
        at.addr[1] = 0x01;
        at.addr[2] = 0x0d;
        at.addr[3] = 0xb8;
    }
    last[0] = 10;
    last[1] = (uint8_t)net;
    last[2] = (uint8_t)(host / 250);
    last[3] = (uint8_t)(host % 250 + 1);
    return at;
}

void visit_init(struct visit *visit, struct tape *tape, struct visit_totals *totals,
                unsigned number, size_t bulk)
{
    bool ipv6 = number % 4 == 3;
    unsigned port = CLIENT_PORT + number % CLIENT_VISITS * CLIENT_PORTS;

    *visit = (struct visit){.tape = tape,
                            .totals = totals,
                            .random = number,
                            .passive_port = PASSIVE_PORT + number % PASSIVE_VISITS * TRANSFERS,
                            .ascii = true, /* RFC 959 section 5.1: the default */
                            .bulk = bulk};
    dice(visit, 1);
    visit->anonymous = dice(visit, 2) == 0;
    visit->to_come = bulk > 0 ? 0 : dice(visit, 4);
    visit->control.at[SIDE_CLIENT] = address(ipv6, 1, number / CLIENT_VISITS, port);
    visit->control.at[SIDE_SERVER] = address(ipv6, 2, number % SERVERS, 21);
    visit->data = visit->control;
}

bool visit_go_on(struct visit *visit)
{
    if (!steps[visit->step](visit))
        return true;
    visit->step++;
    if (steps[visit->step - 1] == end_transfer && visit->to_come > 0) {
        visit->to_come--;
        visit->step = CHOOSE;
    }
    return visit->step < STEPS;
}

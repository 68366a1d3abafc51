#include "wire/prune.h"

#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#define ROOM (36 + 4 * PRUNE_PORTS)
#define KEEP (14 + 60 + 60 + PRUNE_KEPT)
#define ALL 262144
#define TO_ALL 255 /* a jump to the instruction that keeps all; set when its place is known */

struct program {
    struct sock_filter code[ROOM];
    unsigned short len;
};

static void put(struct program *program, unsigned code, uint32_t k, unsigned yes, unsigned no)
{
    program->code[program->len++] =
        (struct sock_filter){(uint16_t)code, (uint8_t)yes, (uint8_t)no, k};
}

static void load(struct program *program, unsigned size_and_mode, uint32_t at)
{
    put(program, BPF_LD | size_and_mode, at, 0, 0);
}

/* Go on where the accumulator is `k`, else keep all. */
static void must_be(struct program *program, uint32_t k)
{
    put(program, BPF_JMP | BPF_JEQ | BPF_K, k, 0, TO_ALL);
}

static void is_no_port(struct program *program, uint32_t at, const uint16_t *ports)
{
    load(program, BPF_H | BPF_IND, at);
    put(program, BPF_JMP | BPF_JEQ | BPF_K, 21, TO_ALL, 0);
    for (int i = 0; ports != NULL && ports[i] != 0 && i < PRUNE_PORTS; i++)
        put(program, BPF_JMP | BPF_JEQ | BPF_K, ports[i], TO_ALL, 0);
}

/* X becomes the length of the IP header, of TCP packets that are no fragments. */
static void find_tcp(struct program *program)
{
    load(program, BPF_H | BPF_ABS, 12);
    put(program, BPF_JMP | BPF_JEQ | BPF_K, 0x86dd, 6, 0);
    must_be(program, 0x0800);
    load(program, BPF_B | BPF_ABS, 14 + 9);
    must_be(program, IPPROTO_TCP);
    load(program, BPF_H | BPF_ABS, 14 + 6);
    put(program, BPF_JMP | BPF_JSET | BPF_K, 0x3fff, TO_ALL, 0);
    put(program, BPF_JMP | BPF_JA, 4, 0, 0);
    load(program, BPF_B | BPF_ABS, 14 + 6); /* IPv6 */
    must_be(program, IPPROTO_TCP);
    put(program, BPF_LDX | BPF_W | BPF_IMM, 40, 0, 0);
    put(program, BPF_JMP | BPF_JA, 1, 0, 0);
    put(program, BPF_LDX | BPF_B | BPF_MSH, 14, 0, 0); /* IPv4 */
}

static void jumps_settle(struct program *program)
{
    for (unsigned i = 0; i < program->len; i++) {
        struct sock_filter *at = &program->code[i];
        uint8_t far = (uint8_t)(program->len - 1 - i - 1);

        if (BPF_CLASS(at->code) != BPF_JMP || BPF_OP(at->code) == BPF_JA)
            continue;
        at->jt = at->jt == TO_ALL ? far : at->jt;
        at->jf = at->jf == TO_ALL ? far : at->jf;
    }
}

bool prune_attach(int fd, const uint16_t *ftp_ports)
{
    struct program program = {.len = 0};
    struct sock_fprog attached = {0, program.code};

    find_tcp(&program);
    is_no_port(&program, 14, ftp_ports);
    is_no_port(&program, 16, ftp_ports);
    put(&program, BPF_LD | BPF_W | BPF_LEN, 0, 0, 0);
    put(&program, BPF_JMP | BPF_JGT | BPF_K, PRUNE_ABOVE, 0, TO_ALL);
    load(&program, BPF_B | BPF_IND, 14 + 13);
    put(&program, BPF_JMP | BPF_JEQ | BPF_K, TH_ACK, 0, 1);
    put(&program, BPF_RET | BPF_K, 0, 0, 0); /* one of many; the sequence numbers tell its octets */
    put(&program, BPF_RET | BPF_K, KEEP, 0, 0);
    put(&program, BPF_RET | BPF_K, ALL, 0, 0);
    jumps_settle(&program);
    attached.len = program.len;
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &attached, sizeof attached) == 0;
}

void prune_detach(int fd)
{
    int unused = 0;

    setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof unused);
}

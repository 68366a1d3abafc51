#include "lab/sockdiag.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define ANY_STATE UINT32_MAX

/* Of the kernel's numbering, which <netinet/tcp.h> has too; it cannot be included beside
 * <linux/tcp.h>, whose struct tcp_info is the longer one. */
enum { STATE_FIN_WAIT2 = 5, STATE_TIME_WAIT = 6, STATE_LISTEN = 10 };

struct sockdiag {
    struct mnl_socket *netlink;
    unsigned sequence;
    _Alignas(struct nlmsghdr) char answer[16384];
};

struct request {
    struct nlmsghdr head;
    struct inet_diag_req_v2 body;
};

static struct request request_for(int family, int protocol, uint32_t states)
{
    struct request request = {
        .head = {.nlmsg_len = sizeof request,
                 .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                 .nlmsg_flags = NLM_F_REQUEST},
        .body = {.sdiag_family = (uint8_t)family,
                 .sdiag_protocol = (uint8_t)protocol,
                 .idiag_states = states},
    };

    request.body.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
    request.body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    return request;
}

/* Sends the request and hands each message of the answer to `call`. Returns 0, or the error that
 * the kernel answers with: ENOENT where there is no such socket. */
static int ask(struct sockdiag *sockdiag, struct request *request, mnl_cb_t call, void *ctx)
{
    unsigned port = mnl_socket_get_portid(sockdiag->netlink);
    bool many = (request->head.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
    int more = MNL_CB_OK;

    request->head.nlmsg_seq = ++sockdiag->sequence;
    if (mnl_socket_sendto(sockdiag->netlink, request, sizeof *request) < 0)
        return errno;
    do {
        ssize_t got =
            mnl_socket_recvfrom(sockdiag->netlink, sockdiag->answer, sizeof sockdiag->answer);

        if (got < 0)
            return errno;
        more = mnl_cb_run(sockdiag->answer, (size_t)got, sockdiag->sequence, port, call, ctx);
        if (more < 0)
            return errno;
    } while (many && more > MNL_CB_STOP);
    return 0;
}

static int note_port(const struct nlmsghdr *message, void *ctx)
{
    const struct inet_diag_msg *socket = mnl_nlmsg_get_payload(message);

    *(bool *)ctx = socket->id.idiag_sport != 0;
    return MNL_CB_OK;
}

/* Whether a socket of this kind has `port` as its own. The kernel does the filtering. */
static int port_taken(struct sockdiag *sockdiag, int family, int protocol, uint32_t states,
                      uint16_t port, bool *taken)
{
    struct request request = request_for(family, protocol, states);
    int error;

    request.head.nlmsg_flags |= NLM_F_DUMP;
    request.body.id.idiag_sport = htons(port);
    do
        error = ask(sockdiag, &request, note_port, taken);
    while (error == EINTR);
    return error;
}

/* An exact lookup answers ENOENT for "no such socket" and for "no such service" alike; a list
 * only for the latter. */
static enum err probe(struct sockdiag *sockdiag, struct diag *why)
{
    bool taken = false;
    int error = port_taken(sockdiag, AF_INET, IPPROTO_TCP, 1u << STATE_LISTEN, 1, &taken);

    if (error != 0)
        return diag_set(why, ERR_PERMISSION, "the kernel has no sock_diag for TCP: %s",
                        strerror(error));
    return OK;
}

enum err sockdiag_open(struct sockdiag **out, struct diag *why)
{
    struct sockdiag *sockdiag = calloc(1, sizeof *sockdiag);
    enum err code;

    *out = NULL;
    if (sockdiag == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory");
    sockdiag->netlink = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
    if (sockdiag->netlink == NULL || mnl_socket_bind(sockdiag->netlink, 0, MNL_SOCKET_AUTOPID) < 0)
        code = diag_set(why, ERR_PERMISSION, "no NETLINK_SOCK_DIAG socket: %s", strerror(errno));
    else
        code = probe(sockdiag, why);
    if (code != OK) {
        sockdiag_free(sockdiag);
        return code;
    }
    *out = sockdiag;
    return OK;
}

void sockdiag_free(struct sockdiag *sockdiag)
{
    if (sockdiag == NULL)
        return;
    if (sockdiag->netlink != NULL)
        mnl_socket_close(sockdiag->netlink);
    free(sockdiag);
}

static int note_info(const struct nlattr *attr, void *ctx)
{
    struct sockdiag_tcp *out = ctx;
    struct tcp_info info = {0};
    size_t len = mnl_attr_get_payload_len(attr);

    if (mnl_attr_get_type(attr) == INET_DIAG_INFO) {
        memcpy(&info, mnl_attr_get_payload(attr), len < sizeof info ? len : sizeof info);
        out->received = info.tcpi_bytes_received;
        out->over = false;
    }
    return MNL_CB_OK;
}

static int note_tcp(const struct nlmsghdr *message, void *ctx)
{
    const struct inet_diag_msg *socket = mnl_nlmsg_get_payload(message);
    struct sockdiag_tcp *out = ctx;

    /* Where there is no such connection the kernel may answer with the port's listener. */
    if (socket->idiag_state == STATE_LISTEN)
        return MNL_CB_OK;
    out->found = true;
    out->state = socket->idiag_state;
    /* What is left of a socket that was closed has no tcp_info; a half-closed one has. */
    out->over = socket->idiag_state == STATE_TIME_WAIT || socket->idiag_state == STATE_FIN_WAIT2;
    out->receive_queue = socket->idiag_rqueue;
    out->send_queue = socket->idiag_wqueue;
    return mnl_attr_parse(message, sizeof *socket, note_info, out);
}

/* IPv4 covers the IPv4-mapped connections of IPv6 sockets: the kernel hashes them together. */
enum err sockdiag_tcp(struct sockdiag *sockdiag, const struct endpoint *own,
                      const struct endpoint *peer, struct sockdiag_tcp *out, struct diag *why)
{
    struct request request =
        request_for(own->family == 6 ? AF_INET6 : AF_INET, IPPROTO_TCP, ANY_STATE);
    int error;

    *out = (struct sockdiag_tcp){0};
    request.body.idiag_ext = 1u << (INET_DIAG_INFO - 1);
    request.body.id.idiag_sport = htons(own->port);
    request.body.id.idiag_dport = htons(peer->port);
    memcpy(request.body.id.idiag_src, own->addr, sizeof own->addr);
    memcpy(request.body.id.idiag_dst, peer->addr, sizeof peer->addr);
    error = ask(sockdiag, &request, note_tcp, out);
    if (error != 0 && error != ENOENT)
        return diag_set(why, ERR_SYSTEM, "sock_diag: %s", strerror(error));
    return OK;
}

static bool either_family(struct sockdiag *sockdiag, int protocol, uint32_t states, uint16_t port)
{
    bool taken = false;

    if (port_taken(sockdiag, AF_INET, protocol, states, port, &taken) == 0 && taken)
        return true;
    return port_taken(sockdiag, AF_INET6, protocol, states, port, &taken) == 0 && taken;
}

bool sockdiag_listens(struct sockdiag *sockdiag, uint16_t port)
{
    return either_family(sockdiag, IPPROTO_TCP, 1u << STATE_LISTEN, port);
}

bool sockdiag_bound_udp(struct sockdiag *sockdiag, uint16_t port)
{
    return either_family(sockdiag, IPPROTO_UDP, ANY_STATE, port);
}

static bool ends_of(int fd, struct endpoint *own, struct endpoint *peer)
{
    struct sockaddr_storage addr;
    socklen_t room = sizeof addr;

    if (getsockname(fd, (struct sockaddr *)&addr, &room) < 0)
        return false;
    endpoint_from_sockaddr((struct sockaddr *)&addr, own);
    room = sizeof addr;
    if (getpeername(fd, (struct sockaddr *)&addr, &room) < 0)
        return false;
    endpoint_from_sockaddr((struct sockaddr *)&addr, peer);
    return own->family != 0 && peer->family != 0;
}

int sockdiag_drained(void *sockdiag, int fd, uint64_t sent)
{
    struct endpoint ours, theirs;
    struct sockdiag_tcp other;
    struct diag why;

    if (!ends_of(fd, &ours, &theirs) ||
        sockdiag_tcp(sockdiag, &theirs, &ours, &other, &why) != OK || !other.found)
        return -1;
    if (other.over) /* nobody is left who could read more */
        return 1;
    return other.received >= sent && other.receive_queue == 0;
}

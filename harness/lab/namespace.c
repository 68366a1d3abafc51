#include "lab/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/endpoint.h"
#include "lab/offload.h"

#define LOOPBACK 1 /* lo's index in each network namespace */
#define LAB_MTU 1500
#define ROUTE_TRIES 40000 /* of 50 us: the usual wait is a fraction of a millisecond */

/* One address of lo. Connections to it leave from `source` where the program names none, so that
 * the two sides of a conversation differ as they do between two machines. */
static const struct host {
    const char *addr;
    const char *source;
} hosts[] = {
    {LAB_SERVER_ADDR, LAB_CLIENT_ADDR},   {LAB_CLIENT_ADDR, LAB_SERVER_ADDR},
    {LAB_THIRD_ADDR, LAB_CLIENT_ADDR},    {LAB_SERVER_ADDR6, LAB_CLIENT_ADDR6},
    {LAB_CLIENT_ADDR6, LAB_SERVER_ADDR6},
};

#define HOSTS (sizeof hosts / sizeof hosts[0])
#define OTHER_HOSTS                                                                                \
    "192.0.2.0" /* /24: any of them can be bound to and is heard, as a script asks */

static enum err write_file(const char *path, const char *text, struct diag *why)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    ssize_t wrote = fd < 0 ? -1 : write(fd, text, strlen(text));
    int error = errno;

    if (fd >= 0)
        close(fd);
    if (wrote < 0)
        return diag_set(why, ERR_SYSTEM, "cannot write %s: %s", path, strerror(error));
    return OK;
}

/* Makes the caller the namespace's root; no other user exists in there. */
static enum err map_users(uid_t user, gid_t group, struct diag *why)
{
    char map[32];
    enum err code = write_file("/proc/self/setgroups", "deny", why);

    if (code != OK)
        return code;
    snprintf(map, sizeof map, "0 %u 1", (unsigned)user);
    code = write_file("/proc/self/uid_map", map, why);
    if (code != OK)
        return code;
    snprintf(map, sizeof map, "0 %u 1", (unsigned)group);
    return write_file("/proc/self/gid_map", map, why);
}

static enum err refused(struct diag *why, const char *flags)
{
    int error = errno;
    const char *hint = "";

    if (error == EPERM)
        hint = " (forbidden by a container's seccomp profile or by the system's settings)";
    else if (error == ENOSPC)
        hint = " (the limits in /proc/sys/user are reached)";
    return diag_set(why, ERR_PERMISSION, "unshare(%s): %s%s", flags, strerror(error), hint);
}

static enum err leave(struct diag *why)
{
    uid_t user = geteuid();
    gid_t group = getegid();

    if (user == 0 && unshare(CLONE_NEWNET) == 0)
        return OK;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
        return refused(why, "CLONE_NEWUSER | CLONE_NEWNET");
    return map_users(user, group, why);
}

/* Sends one rtnetlink message and waits for the kernel's word: 0 or an errno. */
static int tell(struct mnl_socket *netlink, struct nlmsghdr *message)
{
    char answer[1024];
    ssize_t got;

    message->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
    if (mnl_socket_sendto(netlink, message, message->nlmsg_len) < 0)
        return errno;
    got = mnl_socket_recvfrom(netlink, answer, sizeof answer);
    if (got < 0)
        return errno;
    return mnl_cb_run(answer, (size_t)got, 0, mnl_socket_get_portid(netlink), NULL, NULL) < 0
               ? errno
               : 0;
}

static void put_addr(struct nlmsghdr *message, uint16_t type, const struct endpoint *endpoint)
{
    mnl_attr_put(message, type, endpoint->family == 6 ? 16 : 4, endpoint->addr);
}

static int bring_up(struct mnl_socket *netlink)
{
    char room[512];
    struct nlmsghdr *message = mnl_nlmsg_put_header(room);
    struct ifinfomsg *link = mnl_nlmsg_put_extra_header(message, sizeof *link);

    message->nlmsg_type = RTM_NEWLINK;
    link->ifi_family = AF_UNSPEC;
    link->ifi_index = LOOPBACK;
    link->ifi_flags = IFF_UP;
    link->ifi_change = IFF_UP;
    mnl_attr_put_u32(message, IFLA_MTU, LAB_MTU);
    return tell(netlink, message);
}

static int add_addr(struct mnl_socket *netlink, const struct endpoint *endpoint)
{
    char room[512];
    struct nlmsghdr *message = mnl_nlmsg_put_header(room);
    struct ifaddrmsg *addr = mnl_nlmsg_put_extra_header(message, sizeof *addr);

    message->nlmsg_type = RTM_NEWADDR;
    message->nlmsg_flags = NLM_F_CREATE | NLM_F_REPLACE;
    addr->ifa_family = endpoint->family == 6 ? AF_INET6 : AF_INET;
    addr->ifa_prefixlen = endpoint->family == 6 ? 128 : 32;
    addr->ifa_flags = endpoint->family == 6 ? IFA_F_NODAD : 0;
    addr->ifa_index = LOOPBACK;
    put_addr(message, IFA_LOCAL, endpoint);
    put_addr(message, IFA_ADDRESS, endpoint);
    return tell(netlink, message);
}

static struct nlmsghdr *local_route(char *room, uint16_t type, const struct endpoint *to,
                                    unsigned prefix)
{
    struct nlmsghdr *message = mnl_nlmsg_put_header(room);
    struct rtmsg *route = mnl_nlmsg_put_extra_header(message, sizeof *route);

    message->nlmsg_type = type;
    route->rtm_family = to->family == 6 ? AF_INET6 : AF_INET;
    route->rtm_dst_len = (unsigned char)prefix;
    route->rtm_table = RT_TABLE_LOCAL;
    route->rtm_type = RTN_LOCAL;
    route->rtm_protocol = RTPROT_KERNEL;
    route->rtm_scope = RT_SCOPE_HOST;
    put_addr(message, RTA_DST, to);
    mnl_attr_put_u32(message, RTA_OIF, LOOPBACK);
    return message;
}

/* The kernel adds its own route to a new IPv6 address a moment later, from a work queue. */
static void drop_route(struct mnl_socket *netlink, const struct endpoint *to, unsigned prefix)
{
    const struct timespec moment = {0, 50000};
    char room[512];

    for (int tries = 0; tries < ROUTE_TRIES; tries++) {
        if (tell(netlink, local_route(room, RTM_DELROUTE, to, prefix)) != ESRCH)
            break;
        nanosleep(&moment, NULL);
    }
}

/* The kernel's own route to a local address makes that address the source too. For IPv6 it has a
 * priority that no other route can have, and has to go. */
static int route_from(struct mnl_socket *netlink, const struct endpoint *to, unsigned prefix,
                      const struct endpoint *source)
{
    char room[512];
    struct nlmsghdr *message;

    if (to->family == 6)
        drop_route(netlink, to, prefix);
    message = local_route(room, RTM_NEWROUTE, to, prefix);
    message->nlmsg_flags = NLM_F_CREATE | NLM_F_REPLACE;
    put_addr(message, RTA_PREFSRC, source);
    return tell(netlink, message);
}

/* Without IPv6 the lab has IPv4 alone. */
static enum err outcome(const char *what, const struct endpoint *endpoint, int error,
                        struct diag *why)
{
    char text[ENDPOINT_TEXT];

    if (error == 0 || endpoint->family == 6)
        return OK;
    return diag_set(why, error == EPERM ? ERR_PERMISSION : ERR_SYSTEM, "%s %s to lo: %s", what,
                    endpoint_addr(endpoint, text), strerror(error));
}

static enum err add_route(struct mnl_socket *netlink, const char *addr, unsigned prefix,
                          const char *from, struct diag *why)
{
    struct endpoint to, source;

    endpoint_parse(addr, 0, &to);
    endpoint_parse(from, 0, &source);
    if (prefix == 0)
        prefix = to.family == 6 ? 128 : 32;
    return outcome("cannot add the route for", &to, route_from(netlink, &to, prefix, &source), why);
}

static enum err add_hosts(struct mnl_socket *netlink, struct diag *why)
{
    bool there[HOSTS];
    enum err code = OK;

    for (size_t i = 0; i < HOSTS && code == OK; i++) {
        struct endpoint host;
        int error;

        endpoint_parse(hosts[i].addr, 0, &host);
        error = add_addr(netlink, &host);
        there[i] = error == 0;
        code = outcome("cannot add the address", &host, error, why);
    }
    for (size_t i = 0; i < HOSTS && code == OK; i++)
        if (there[i])
            code = add_route(netlink, hosts[i].addr, 0, hosts[i].source, why);
    return code == OK ? add_route(netlink, OTHER_HOSTS, 24, LAB_CLIENT_ADDR, why) : code;
}

static enum err set_up_links(struct diag *why)
{
    struct mnl_socket *netlink = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
    enum err code;
    int error;

    if (netlink == NULL || mnl_socket_bind(netlink, 0, MNL_SOCKET_AUTOPID) < 0) {
        code = diag_set(why, ERR_SYSTEM, "no NETLINK_ROUTE socket: %s", strerror(errno));
    } else {
        error = bring_up(netlink);
        code = error == 0 ? add_hosts(netlink, why)
                          : diag_set(why, error == EPERM ? ERR_PERMISSION : ERR_SYSTEM,
                                     "cannot bring lo up: %s", strerror(error));
    }
    if (netlink != NULL)
        mnl_socket_close(netlink);
    return code;
}

/* ICMP errors are evidence; best effort, since /proc/sys may be read-only. */
static void unlimit_icmp(void)
{
    static const char *const settings[][2] = {
        {"/proc/sys/net/ipv4/icmp_ratelimit", "0"},
        {"/proc/sys/net/ipv4/icmp_msgs_per_sec", "100000"},
        {"/proc/sys/net/ipv4/icmp_msgs_burst", "100000"},
        {"/proc/sys/net/ipv6/icmp/ratelimit", "0"},
    };
    struct diag ignored;

    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        if (write_file(settings[i][0], settings[i][1], &ignored) != OK)
            continue;
}

enum err namespace_enter(struct diag *why)
{
    enum err code = leave(why);

    if (code == OK)
        code = set_up_links(why);
    if (code == OK)
        code = offload_off("lo", why);
    if (code == OK)
        unlimit_icmp();
    return code;
}

static void try_and_tell(int pipe)
{
    struct diag why = {.code = OK};

    why.code = namespace_enter(&why);
    _exit(write(pipe, &why, sizeof why) == (ssize_t)sizeof why ? 0 : 1);
}

enum err namespace_probe(struct diag *why)
{
    struct diag told;
    ssize_t got;
    int ends[2];
    pid_t child;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return diag_set(why, ERR_SYSTEM, "pipe: %s", strerror(errno));
    child = fork();
    if (child == 0)
        try_and_tell(ends[1]);
    close(ends[1]);
    got = child < 0 ? -1 : read(ends[0], &told, sizeof told);
    close(ends[0]);
    if (child > 0)
        waitpid(child, NULL, 0);
    if (got != (ssize_t)sizeof told)
        return diag_set(why, ERR_SYSTEM, "cannot try a network namespace in a child process");
    if (told.code != OK)
        *why = told;
    return told.code;
}

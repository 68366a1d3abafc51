#include "rig.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lab/namespace.h"

static enum err enter(struct rig *rig, struct diag *why)
{
    enum isolate isolate = rig->settings->isolate;
    enum err err;

    if (subject_elsewhere(&rig->settings->subject) || isolate == ISOLATE_NONE)
        return OK;
    err = namespace_enter(why);
    rig->isolated = err == OK;
    if (err == OK || isolate == ISOLATE_NAMESPACE)
        return err;
    snprintf(rig->note, sizeof rig->note,
             "no network namespace here (%.180s): free ports of the loopback interface serve",
             why->text);
    return OK;
}

/* A TCP port that nobody uses now. */
static uint16_t free_port(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    uint16_t port = 0;

    if (fd < 0)
        return 0;
    if (bind(fd, (struct sockaddr *)&at, len) == 0 &&
        getsockname(fd, (struct sockaddr *)&at, &len) == 0)
        port = ntohs(at.sin_port);
    close(fd);
    return port;
}

static bool interface_has(const struct ifaddrs *interface, const struct endpoint *addr)
{
    struct endpoint own;

    if (interface->ifa_addr == NULL)
        return false;
    endpoint_from_sockaddr(interface->ifa_addr, &own);
    return own.family != 0 && endpoint_same_addr(&own, addr);
}

/* The address that packets to `to` leave from. */
static bool own_address(const struct endpoint *to, struct endpoint *own)
{
    struct sockaddr_storage addr;
    socklen_t len = endpoint_to_sockaddr(to, &addr);
    int fd = socket(addr.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool known;

    if (fd < 0)
        return false;
    known = connect(fd, (struct sockaddr *)&addr, len) == 0;
    len = sizeof addr;
    known = known && getsockname(fd, (struct sockaddr *)&addr, &len) == 0;
    close(fd);
    if (known)
        endpoint_from_sockaddr((struct sockaddr *)&addr, own);
    return known;
}

/* The interface that packets to `to` leave by; those to an address of this machine pass lo. */
static enum err interface_to(const struct endpoint *to, char name[IF_NAMESIZE], struct diag *why)
{
    struct endpoint own;
    struct ifaddrs *all = NULL;
    char text[ENDPOINT_TEXT];

    snprintf(name, IF_NAMESIZE, "lo");
    if (!own_address(to, &own))
        return diag_set(why, ERR_UNREACHABLE, "there is no route to %s", endpoint_addr(to, text));
    if (endpoint_same_addr(&own, to) || getifaddrs(&all) != 0)
        return OK;
    for (struct ifaddrs *one = all; one != NULL; one = one->ifa_next)
        if (interface_has(one, &own))
            snprintf(name, IF_NAMESIZE, "%s", one->ifa_name);
    freeifaddrs(all);
    return OK;
}

static enum err see(struct rig *rig, struct diag *why)
{
    const struct subject *target = &rig->settings->subject;
    struct timeline_options options = {.ftp_ports = rig->ftp_ports, .headers_only_bulk = true};
    bool ftp = target->protocol == PROTOCOL_FTP;
    char interface[IF_NAMESIZE] = "lo";
    size_t count = 0;

    if (ftp && rig->settings->port != 0)
        rig->ftp_ports[count++] = (uint16_t)rig->settings->port;
    if (ftp && rig->port != 0)
        rig->ftp_ports[count++] = rig->port;
    if (subject_elsewhere(target)) {
        if (ftp)
            rig->ftp_ports[count++] = target->address.port;
        if (interface_to(&target->address, interface, why) != OK)
            return why->code;
    }
    return capture_open(interface, &options, &rig->capture, why);
}

enum err rig_init(struct rig *rig, const struct kit *kit, const struct settings *settings,
                  unsigned number, struct diag *why)
{
    struct diag no_sockdiag;
    enum err err;

    *rig = (struct rig){.kit = kit, .settings = settings, .number = number};
    snprintf(rig->folder, sizeof rig->folder, "%s/%u", settings->work, number);
    err = enter(rig, why);
    if (err == OK && !rig->isolated)
        rig->port = free_port();
    if (err == OK)
        err = see(rig, why);
    if (err != OK)
        return err;
    if (sockdiag_open(&rig->sockdiag, &no_sockdiag) != OK)
        snprintf(rig->note, sizeof rig->note, "no lock-step here: %.200s", no_sockdiag.text);
    return OK;
}

void rig_fini(struct rig *rig)
{
    capture_free(rig->capture);
    sockdiag_free(rig->sockdiag);
    workspace_remove(rig->folder);
}

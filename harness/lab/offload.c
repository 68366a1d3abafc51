#include "lab/offload.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define FEATURES_MOST 512

struct device {
    const char *name;
    int fd;
};

static int ask(const struct device *device, void *command)
{
    struct ifreq request = {0};

    strncpy(request.ifr_name, device->name, sizeof request.ifr_name - 1);
    request.ifr_data = command;
    return ioctl(device->fd, SIOCETHTOOL, &request);
}

static uint32_t feature_count(const struct device *device)
{
    _Alignas(struct ethtool_sset_info) char room[sizeof(struct ethtool_sset_info) + 4] = {0};
    struct ethtool_sset_info *info = (void *)room;

    info->cmd = ETHTOOL_GSSET_INFO;
    info->sset_mask = 1ULL << ETH_SS_FEATURES;
    return ask(device, info) < 0 || info->data[0] > FEATURES_MOST ? 0 : info->data[0];
}

/* The names vary from kernel to kernel: "tx-tcp6-segmentation", "rx-gro-list", ... */
static bool changes_packets(const char *feature)
{
    static const char *const words[] = {"segmentation", "-gso", "-gro"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strstr(feature, words[i]) != NULL)
            return true;
    return false;
}

static int clear_features(const struct device *device, struct ethtool_gstrings *names,
                          struct ethtool_sfeatures *features)
{
    uint32_t count = names->len;

    if (ask(device, names) < 0)
        return -1;
    features->cmd = ETHTOOL_SFEATURES;
    features->size = (count + 31) / 32;
    for (uint32_t i = 0; i < count; i++)
        if (changes_packets((const char *)names->data + (size_t)i * ETH_GSTRING_LEN))
            features->features[i / 32].valid |= 1u << i % 32;
    return ask(device, features);
}

static int clear_all(const struct device *device)
{
    uint32_t count = feature_count(device);
    struct ethtool_gstrings *names = calloc(1, sizeof *names + (size_t)count * ETH_GSTRING_LEN);
    struct ethtool_sfeatures *features =
        calloc(1, sizeof *features + ((size_t)count + 31) / 32 * sizeof features->features[0]);
    int result = -1;

    if (names != NULL && features != NULL && count > 0) {
        names->cmd = ETHTOOL_GSTRINGS;
        names->string_set = ETH_SS_FEATURES;
        names->len = count;
        result = clear_features(device, names, features);
    }
    free(names);
    free(features);
    return result;
}

enum err offload_off(const char *name, struct diag *why)
{
    struct device device = {name, socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    int result = device.fd < 0 ? -1 : clear_all(&device);
    int error = errno;

    if (device.fd >= 0)
        close(device.fd);
    if (result < 0)
        return diag_set(why, error == EPERM ? ERR_PERMISSION : ERR_SYSTEM,
                        "cannot switch off the offloads of %s: %s", name, strerror(error));
    return OK;
}

#include "node_module.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"

/* The program runs in another folder than we do: what NODE_PATH names is made absolute. */
static bool is_package(const char *folder, char *path, size_t room)
{
    char description[PATH_MAX], whole[PATH_MAX];
    int len = snprintf(description, sizeof description, "%s/package.json", folder);

    if (len < 0 || (size_t)len >= sizeof description || access(description, R_OK) != 0 ||
        realpath(folder, whole) == NULL || strlen(whole) >= room)
        return false;
    memcpy(path, whole, strlen(whole) + 1);
    return true;
}

static bool find_below(struct bytes folder, const char *between, const char *name, char *path,
                       size_t room)
{
    char package[PATH_MAX];
    int len =
        snprintf(package, sizeof package, BYTES_FMT "%s/%s", BYTES_ARG(folder), between, name);

    return len > 0 && (size_t)len < sizeof package && is_package(package, path, room);
}

bool node_module_find(const char *name, char *path, size_t room)
{
    const char *root = getenv("PEERSPEC_IUT_ROOT");
    const char *folders = getenv("NODE_PATH");
    struct bytes rest = bytes_of(folders != NULL ? folders : "");

    while (rest.len > 0) {
        size_t colon = bytes_index(rest, ':');

        if (colon > 0 && find_below(bytes_slice(rest, 0, colon), "", name, path, room))
            return true;
        rest = bytes_from(rest, colon < rest.len ? colon + 1 : colon);
    }
    return root != NULL && *root != '\0' &&
           find_below(bytes_of(root), "/node_modules", name, path, room);
}

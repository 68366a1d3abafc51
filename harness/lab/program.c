#include "lab/program.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char folders_below_root[] =
    "/usr/bin:/usr/sbin:/bin:/sbin:/usr/local/bin:/usr/local/sbin:/usr/games:/";

static bool runs(const char *path)
{
    struct stat file;

    return stat(path, &file) == 0 && S_ISREG(file.st_mode) && access(path, X_OK) == 0;
}

/* Looks in each folder of a list like PATH's. */
static bool find_in(const char *root, const char *folders, const char *program, char *path,
                    size_t room)
{
    for (const char *at = folders;; at++) {
        size_t len = strcspn(at, ":");
        int wrote = snprintf(path, room, "%s%.*s/%s", root, len == 0 ? 1 : (int)len,
                             len == 0 ? "." : at, program);

        if (wrote > 0 && (size_t)wrote < room && runs(path))
            return true;
        at += len;
        if (*at == '\0')
            return false;
    }
}

static bool find(const char *program, char *path, size_t room)
{
    const char *folders = getenv("PATH");
    const char *root = getenv("PEERSPEC_IUT_ROOT");

    if (strchr(program, '/') != NULL) {
        int wrote = snprintf(path, room, "%s", program);

        return wrote > 0 && (size_t)wrote < room && runs(path);
    }
    if (find_in("", folders == NULL ? "/usr/bin:/bin" : folders, program, path, room) ||
        find_in("", "/usr/sbin:/sbin:/usr/local/sbin", program, path, room))
        return true;
    return root != NULL && *root != '\0' && find_in(root, folders_below_root, program, path, room);
}

/* The program is run from another folder than it was looked for in. */
static bool make_absolute(char *path, size_t room)
{
    char here[PATH_MAX];
    size_t len, path_len = strlen(path);

    if (path[0] == '/')
        return true;
    if (getcwd(here, sizeof here) == NULL)
        return false;
    len = strlen(here);
    if (len + 1 + path_len + 1 > room)
        return false;
    memmove(path + len + 1, path, path_len + 1);
    memcpy(path, here, len);
    path[len] = '/';
    return true;
}

bool program_find(const char *program, char *path, size_t room)
{
    return *program != '\0' && find(program, path, room) && make_absolute(path, room);
}

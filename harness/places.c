#include "places.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool take(struct places *places, const char *folder)
{
    if ((size_t)snprintf(places->suites, sizeof places->suites, "%s/suites", folder) >=
        sizeof places->suites)
        return false;
    snprintf(places->fixtures, sizeof places->fixtures, "%s/fixtures", folder);
    snprintf(places->iut, sizeof places->iut, "%s/suites/iut", folder);
    return access(places->suites, R_OK | X_OK) == 0;
}

static bool find_self(char self[PATH_MAX])
{
    ssize_t len = readlink("/proc/self/exe", self, PATH_MAX - 1);

    if (len < 0)
        return false;
    self[len] = '\0';
    return true;
}

/* `folder` taken from the folder of the program, without the ".." that name it. */
static bool take_beside(struct places *places, const char *folder)
{
    char path[PATH_MAX], real[PATH_MAX];
    const char *slash = strrchr(places->self, '/');

    if (slash == NULL || (size_t)snprintf(path, sizeof path, "%.*s/%s", (int)(slash - places->self),
                                          places->self, folder) >= sizeof path)
        return false;
    return realpath(path, real) != NULL && take(places, real);
}

/* Where cmake --install puts it, or beside us in the folder that both were built in. */
static void find_builtin(struct places *places)
{
    static const char *const folders[] = {"../" PEERSPEC_LIBEXEC "/", ""};
    const char *slash = strrchr(places->self, '/');

    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        int len = snprintf(places->builtin, sizeof places->builtin, "%.*s/%speerspec-builtin",
                           (int)(slash - places->self), places->self, folders[i]);

        if ((size_t)len < sizeof places->builtin && access(places->builtin, X_OK) == 0)
            return;
    }
}

enum err places_find(struct places *places, struct diag *why)
{
    const char *named = getenv("PEERSPEC_SUITES");

    if (!find_self(places->self))
        return diag_set(why, ERR_SYSTEM, "/proc/self/exe cannot be read");
    find_builtin(places);
    if (named != NULL) {
        if (take(places, named))
            return OK;
        return diag_set(why, ERR_INPUT, "PEERSPEC_SUITES names %s, which holds no folder suites",
                        named);
    }
    if (take_beside(places, "../share/peerspec") || take_beside(places, "..") ||
        take(places, PEERSPEC_DATADIR))
        return OK;
    return diag_set(why, ERR_INPUT,
                    "the suites are not found beside %s; let PEERSPEC_SUITES name their folder",
                    places->self);
}

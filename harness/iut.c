#include "iut.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/suggest.h"
#include "iut_file.h"

/* ---- finding by name ---- */

static const char *ending(enum side side)
{
    return side == SIDE_CLIENT ? ".client" : ".server";
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool has_ending(const char *name, const char *end)
{
    size_t len = strlen(name);

    return len > strlen(end) && strcmp(name + len - strlen(end), end) == 0;
}

#define NAMES_MOST 256

/* The names in the folder, sorted and ended by NULL; they live in the arena. */
static enum err list_names(const char *folder, enum side side, struct arena *arena,
                           const char ***names, size_t *count, struct diag *why)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;

    *count = 0;
    *names = arena_take(arena, (NAMES_MOST + 1) * sizeof **names);
    if (dir == NULL)
        return diag_set(why, ERR_INPUT, "the folder %s cannot be read: %s", folder,
                        strerror(errno));
    while ((entry = readdir(dir)) != NULL && *count < NAMES_MOST) {
        if (entry->d_name[0] != '.' && has_ending(entry->d_name, ending(side)))
            (*names)[(*count)++] = arena_text(arena, iut_file_name(entry->d_name));
    }
    closedir(dir);
    qsort(*names, *count, sizeof **names, by_name);
    return OK;
}

/* No such name: say what there is. */
static enum err not_there(const char *folder, const char *name, enum side side, struct diag *why)
{
    const char *kind = side == SIDE_CLIENT ? "adapter" : "profile";
    struct arena arena;
    struct buf list;
    const char **names, *near;
    size_t count;
    enum err err;

    arena_init(&arena);
    buf_init(&list, 200);
    err = list_names(folder, side, &arena, &names, &count, why);
    for (size_t i = 0; i < count; i++)
        buf_addf(&list, "%s%s", i == 0 ? "" : ", ", names[i]);
    near = suggest_nearest(name, names);
    if (err == OK && near != NULL)
        err = diag_set(why, ERR_USAGE, "there is no %s '%s'; did you mean '%s'? There are: %s",
                       kind, name, near, buf_text(&list));
    else if (err == OK)
        err = diag_set(why, ERR_USAGE, "there is no %s '%s'. There are: %s", kind, name,
                       buf_text(&list));
    buf_fini(&list);
    arena_fini(&arena);
    return err;
}

static bool readable(const char *path)
{
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return false;
    fclose(file);
    return true;
}

enum err iut_load(const char *folder, const char *name, enum side side, struct iut **out,
                  struct diag *why)
{
    struct arena arena;
    const char *path;
    enum err err;

    *out = NULL;
    if (strchr(name, '/') != NULL)
        return iut_file_load(name, side, out, why);
    arena_init(&arena);
    path = arena_printf(&arena, "%s/%s%s", folder, name, ending(side));
    if (!readable(path)) {
        err = not_there(folder, name, side, why);
    } else {
        err = iut_file_load(path, side, out, why);
    }
    arena_fini(&arena);
    return err;
}

enum err iut_not_installed(const struct iut *iut, struct diag *why)
{
    return diag_set(why, ERR_UNREACHABLE, "%s is not installed here: %s", iut->name,
                    iut->install == NULL ? "no install line is known" : iut->install);
}

const struct iut_operation *iut_operation(const struct iut *iut, const char *name)
{
    for (size_t i = 0; i < iut->operation_count; i++) {
        if (strcmp(iut->operations[i].name, name) == 0)
            return &iut->operations[i];
    }
    return NULL;
}

bool iut_has(const struct iut *iut, const char *feature)
{
    size_t len = strlen(feature);
    const char *at = iut->features;

    while (*at != '\0') {
        size_t word;

        at += strspn(at, " \t");
        word = strcspn(at, " \t");
        if (word == len && word > 0 && strncmp(at, feature, len) == 0)
            return true;
        at += word;
    }
    return false;
}

enum err iut_list(const char *folder, enum side side,
                  void (*tell)(void *ctx, const struct iut *iut), void *ctx, struct diag *why)
{
    struct arena arena;
    const char **names;
    size_t count;
    enum err err;

    arena_init(&arena);
    err = list_names(folder, side, &arena, &names, &count, why);
    for (size_t i = 0; err == OK && i < count; i++) {
        struct iut *iut;

        err = iut_load(folder, names[i], side, &iut, why);
        if (err == OK)
            tell(ctx, iut);
        iut_free(iut);
    }
    arena_fini(&arena);
    return err;
}

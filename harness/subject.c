#include "subject.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "lab/program.h"
#include "node_module.h"
#include "workspace.h"

#define MAX_WORDS 1023 /* octets of a command, as messages repeat it */

static enum err from_url(struct subject *subject, const struct target *target, struct diag *why)
{
    subject->name = target->name;
    subject->words = target->text;
    subject->protocol = target->protocol;
    subject->user = target->user;
    subject->password = target->password;
    return host_resolve(target->host, target->port, &subject->address, why);
}

static char *copy_of(const char *text)
{
    char *copy = strdup(text);

    if (copy == NULL)
        abort();
    return copy;
}

/* Are the program of the adapter or profile, and the package that the program needs, here? */
static bool is_here(struct subject *subject)
{
    const struct iut *iut = subject->iut;
    char path[PATH_MAX];

    if (iut->program != NULL && !program_find(iut->program, path, sizeof path))
        return false;
    if (iut->module == NULL)
        return true;
    if (!node_module_find(iut->module, path, sizeof path))
        return false;
    subject->module = copy_of(path);
    return true;
}

static enum err from_name(struct subject *subject, const struct places *places, const char *name,
                          struct diag *why)
{
    enum err err = iut_load(places->iut, name, subject->side, &subject->loaded, why);
    const struct iut *iut = subject->loaded;

    if (err != OK)
        return err;
    subject->iut = iut;
    subject->name = subject->words = iut->name;
    subject->protocol = iut->protocol;
    if (!is_here(subject))
        return iut_not_installed(iut, why);
    return OK;
}

/* --adapter names a file, also one that stands here. */
static enum err from_adapter(struct subject *subject, const struct places *places, const char *file,
                             struct diag *why)
{
    char path[WORKSPACE_PATH];

    snprintf(path, sizeof path, "%s%s",
             strchr(file, '/') == NULL && access(file, R_OK) == 0 ? "./" : "", file);
    return from_name(subject, places, path, why);
}

/* "-- COMMAND WORD..."; what is beyond the ceiling is left out. */
static char *join(const char *const *command)
{
    struct buf words;
    char *joined;

    buf_init(&words, MAX_WORDS);
    buf_add_text(&words, "--");
    for (size_t i = 0; command[i] != NULL && buf_addf(&words, " %s", command[i]); i++)
        ;
    joined = copy_of(buf_text(&words));
    buf_fini(&words);
    return joined;
}

static void from_command(struct subject *subject, const char *const *command)
{
    subject->command = command;
    subject->name = command[0];
    subject->words = subject->joined = join(command);
}

enum err subject_init(struct subject *subject, const struct options *options,
                      const struct places *places, struct diag *why)
{
    const struct target *target = &options->target;

    *subject =
        (struct subject){.side = options->command == COMMAND_SERVER ? SIDE_SERVER : SIDE_CLIENT};
    if (options->argv != NULL) {
        from_command(subject, options->argv);
        return OK;
    }
    if (options->adapter != NULL)
        return from_adapter(subject, places, options->adapter, why);
    if (target->kind == TARGET_URL)
        return from_url(subject, target, why);
    return from_name(subject, places, target->text, why);
}

void subject_fini(struct subject *subject)
{
    iut_free(subject->loaded);
    free(subject->joined);
    free(subject->module);
}

bool subject_elsewhere(const struct subject *subject)
{
    return subject->address.family != 0;
}

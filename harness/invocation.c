#include "invocation.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lab/program.h"
#include "port.h"

#define MAX_HOLES 24

struct holes {
    struct iut_hole list[MAX_HOLES];
    size_t count;
};

static void hole(struct holes *holes, const char *name, const char *value)
{
    if (holes->count < MAX_HOLES)
        holes->list[holes->count++] = (struct iut_hole){name, value};
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

static void argument_holes(struct staging *staging, struct holes *holes)
{
    static const char *const names[] = {"1", "2", "3", "4"};
    const struct exchange *exchange = staging->one->exchange;
    const char *const *arguments = exchange->arguments;
    size_t count = 0;

    while (arguments[count] != NULL && count < 4) {
        hole(holes, names[count], arguments[count]);
        count++;
    }
    hole(holes, "remote", count > 0 ? arguments[0] : "");
    hole(holes, "local", count > 1 ? arguments[1] : count > 0 ? base_name(arguments[0]) : "");
    for (; count < 4; count++)
        hole(holes, names[count], "");
}

static void server_holes(struct staging *staging, struct holes *holes)
{
    const char *service = port_service(staging->server.port);
    char addr[ENDPOINT_TEXT];
    struct arena *arena = &staging->arena;

    endpoint_addr(&staging->server, addr);
    hole(holes, "host", arena_text(arena, bytes_of(addr)));
    hole(holes, "port", arena_printf(arena, "%u", staging->server.port));
    hole(holes, "service", service == NULL ? "echo" : service);
    hole(holes, "url",
         arena_printf(arena, "%s://%s%s%s:%u/%s", protocol_name(staging->one->exchange->protocol),
                      staging->server.family == 6 ? "[" : "", addr,
                      staging->server.family == 6 ? "]" : "", staging->server.port,
                      staging->one->exchange->arguments[0] == NULL
                          ? ""
                          : staging->one->exchange->arguments[0]));
}

/* Where `program` was found: it need not be on PATH. */
static const char *program_path(struct staging *staging)
{
    const struct iut *iut = staging->rig->settings->subject.iut;
    char path[WORKSPACE_PATH];

    if (iut == NULL || iut->program == NULL || !program_find(iut->program, path, sizeof path))
        return "";
    return arena_text(&staging->arena, bytes_of(path));
}

static void fill_holes(struct staging *staging, struct holes *holes)
{
    hole(holes, "user", staging->user);
    hole(holes, "password", staging->password);
    hole(holes, "work", staging->folder);
    hole(holes, "root", staging->root);
    hole(holes, "config", arena_printf(&staging->arena, "%s/config", staging->folder));
    hole(holes, "accounts", arena_printf(&staging->arena, "%s/accounts", staging->folder));
    hole(holes, "program", program_path(staging));
    hole(holes, "peerspec", staging->rig->settings->self);
    hole(holes, "builtin", staging->rig->settings->builtin);
    hole(holes, "suites", staging->rig->settings->suites);
    hole(holes, "module", staging->rig->settings->subject.module);
    hole(holes, "exchange", staging->one->exchange->path);
    server_holes(staging, holes);
    argument_holes(staging, holes);
}

/* Does the exchange speak of a file of this name? Then the word means the client's own. */
static bool named_by_exchange(const struct exchange *exchange, const char *word)
{
    for (size_t i = 0; exchange->arguments[i] != NULL; i++)
        if (strcmp(exchange->arguments[i], word) == 0)
            return true;
    for (size_t i = 0; i < exchange->local_count; i++)
        if (strcmp(exchange->local[i].name, word) == 0)
            return true;
    return false;
}

/* The program runs in the case's folder: a word that names a file where peerspec was started, as a
 * script of an interpreter does, is written with its whole path. */
static const char *from_where_we_are(struct staging *staging, const char *word)
{
    char path[PATH_MAX];
    struct stat file;

    if (word[0] == '/' || strchr(word, '{') != NULL || stat(word, &file) != 0 ||
        !S_ISREG(file.st_mode) || named_by_exchange(staging->one->exchange, word) ||
        realpath(word, path) == NULL)
        return word;
    return arena_text(&staging->arena, bytes_of(path));
}

/* In a word that is a URL, what is filled in is percent-encoded (RFC 3986 section 2.1). */
static const char *as_url(struct staging *staging, const char *word)
{
    static const char *const names[] = {"{remote}", "{user}", "{password}"};

    for (size_t i = 0; i < sizeof names / sizeof *names && strstr(word, "://") != NULL; i++) {
        const char *at = strstr(word, names[i]);

        if (at != NULL)
            word = arena_printf(&staging->arena, "%.*s{%%%s", (int)(at - word), word, at + 1);
    }
    return word;
}

static size_t length(const char *const *words)
{
    size_t count = 0;

    while (words[count] != NULL)
        count++;
    return count;
}

/* Fill the holes of each word; a list ends with NULL. */
static enum err fill_each(struct staging *staging, const struct holes *holes,
                          const char *const *words, const char *const **out, struct diag *why)
{
    const char **filled = arena_take(&staging->arena, (length(words) + 1) * sizeof *filled);

    for (size_t i = 0; words[i] != NULL; i++)
        if (iut_fill(&staging->arena, words[i], holes->list, holes->count, &filled[i], why) != OK)
            return why->code;
    *out = filled;
    return OK;
}

static enum err bare_command(struct staging *staging, const struct holes *holes,
                             const char *const **argv, struct diag *why)
{
    const char *const *command = staging->rig->settings->subject.command;
    const char **words = arena_take(&staging->arena, (length(command) + 1) * sizeof *words);

    for (size_t i = 0; command[i] != NULL; i++)
        words[i] = as_url(staging, from_where_we_are(staging, command[i]));
    return fill_each(staging, holes, words, argv, why);
}

static enum err command_line(struct staging *staging, const struct holes *holes,
                             const char *const **argv, struct diag *why)
{
    const struct iut *iut = staging->rig->settings->subject.iut;
    const struct exchange *exchange = staging->one->exchange;
    const struct iut_operation *operation;

    if (iut == NULL)
        return bare_command(staging, holes, argv, why);
    if (iut->side == SIDE_SERVER)
        return iut_command(&staging->arena, iut->start, holes->list, holes->count, argv, why);
    operation = iut_operation(iut, exchange->operation == NULL ? "get" : exchange->operation);
    if (operation == NULL)
        return diag_set(why, ERR_USAGE, "the adapter %s has no operation '%s'", iut->name,
                        exchange->operation == NULL ? "get" : exchange->operation);
    return iut_command(&staging->arena, operation->command, holes->list, holes->count, argv, why);
}

static enum err environment(struct staging *staging, const struct holes *holes,
                            const char *const **env, struct diag *why)
{
    const struct iut *iut = staging->rig->settings->subject.iut;

    *env = NULL;
    if (iut == NULL || iut->env == NULL)
        return OK;
    return fill_each(staging, holes, iut->env, env, why);
}

/* The texts of the files that a profile holds. */
static enum err file_texts(struct staging *staging, const struct holes *holes,
                           struct invocation *out, struct diag *why)
{
    const struct iut *iut = staging->rig->settings->subject.iut;
    struct arena *arena = &staging->arena;
    enum err err = OK;

    out->config = out->accounts = NULL;
    if (iut != NULL && iut->config != NULL)
        err = iut_fill(arena, iut->config, holes->list, holes->count, &out->config, why);
    if (err == OK && iut != NULL && iut->accounts != NULL)
        err = iut_fill(arena, iut->accounts, holes->list, holes->count, &out->accounts, why);
    return err;
}

enum err invocation_make(struct staging *staging, struct invocation *out, struct diag *why)
{
    struct holes holes = {.count = 0};
    enum err err;

    fill_holes(staging, &holes);
    err = command_line(staging, &holes, &out->argv, why);
    if (err == OK)
        err = environment(staging, &holes, &out->env, why);
    if (err == OK)
        err = file_texts(staging, &holes, out, why);
    return err;
}

#include "iut_version.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "lab/program.h"
#include "lab/spawn.h"

#define PATIENCE_MS 3000
#define MAX_OUTPUT (1u << 20)

/* What the command needs, and what it leaves. */
struct query {
    const struct settings *settings;
    struct arena arena;
    char program[WORKSPACE_PATH], file[WORKSPACE_PATH + 16];
    struct buf output;
};

static const char *const *fill_env(struct query *query, const struct iut_hole *holes, size_t count)
{
    const char *const *env = query->settings->subject.iut->env;
    const char **filled;
    size_t len = 0;
    struct diag why;

    while (env != NULL && env[len] != NULL)
        len++;
    filled = arena_take(&query->arena, (len + 1) * sizeof *filled);
    for (size_t i = 0; i < len; i++)
        if (iut_fill(&query->arena, env[i], holes, count, &filled[i], &why) != OK)
            return NULL;
    return filled;
}

static bool prepare(struct query *query, struct spawn_options *options)
{
    const struct settings *settings = query->settings;
    const struct iut *iut = settings->subject.iut;
    const struct iut_hole holes[] = {
        {"peerspec", settings->self}, {"builtin", settings->builtin},
        {"suites", settings->suites}, {"work", settings->work},
        {"program", query->program},  {"module", settings->subject.module}};
    const size_t count = sizeof holes / sizeof *holes;
    struct diag why;

    if (iut->program == NULL || !program_find(iut->program, query->program, sizeof query->program))
        query->program[0] = '\0';
    snprintf(query->file, sizeof query->file, "%s/version", settings->work);
    if (iut_command(&query->arena, iut->version, holes, count, &options->argv, &why) != OK)
        return false;
    options->env = fill_env(query, holes, count);
    options->directory = settings->work;
    options->own_pids = true;
    return options->env != NULL;
}

/* Run it to its end, or until patience ends. True where it ended well. */
static bool run(const struct spawn_options *options)
{
    struct spawn_end end = {.status = -1};
    struct spawn *spawn;
    struct diag why;
    bool ended;

    if (spawn_start(options, &spawn, &why) != OK)
        return false;
    ended = poll(&(struct pollfd){.fd = spawn_fd(spawn), .events = POLLIN}, 1, PATIENCE_MS) == 1;
    spawn_stop(spawn, 0, &end);
    spawn_free(spawn);
    return ended && !end.signaled && end.status == 0;
}

static bool ask(struct query *query)
{
    struct spawn_options options = {.output = -1};
    bool well;

    if (!prepare(query, &options))
        return false;
    options.output = open(query->file, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (options.output < 0)
        return false;
    well = run(&options);
    close(options.output);
    if (well)
        workspace_read(query->file, &query->output);
    return well;
}

/* The first line with something on it. */
static struct bytes first_line(struct bytes text)
{
    struct bytes line = {NULL, 0};

    while (line.len == 0 && text.len > 0) {
        size_t len = bytes_index(text, '\n');

        line = bytes_slice(text, 0, len);
        if (line.len > 0 && line.at[line.len - 1] == '\r')
            line.len--;
        line = bytes_trim(line);
        text = bytes_from(text, len < text.len ? len + 1 : len);
    }
    return line;
}

const char *iut_version(const struct settings *settings, char *line, size_t room)
{
    struct query query = {.settings = settings};
    struct bytes found = {NULL, 0};
    const struct iut *iut = settings->subject.iut;

    if (iut == NULL || iut->version == NULL)
        return NULL;
    arena_init(&query.arena);
    buf_init(&query.output, MAX_OUTPUT);
    if (ask(&query))
        found = first_line(buf_bytes(&query.output));
    snprintf(line, room, BYTES_FMT, BYTES_ARG(found));
    buf_fini(&query.output);
    arena_fini(&query.arena);
    return line[0] == '\0' ? NULL : line;
}

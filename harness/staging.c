#include "staging.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "lab/namespace.h"

#define MAX_OUTPUT (1u << 20)
#define START_WAIT (10 * CLOCK_SECOND)
#define STOP_GRACE (500 * CLOCK_MS)

static const struct subject *subject_of(const struct rig *rig)
{
    return &rig->settings->subject;
}

static bool elsewhere(const struct rig *rig)
{
    return subject_of(rig)->address.family != 0;
}

/* --- does it apply --------------------------------------------------------------------------- */

static const char *lacking_operation(const struct rig *rig, const struct exchange *exchange,
                                     char *why, size_t room)
{
    const struct subject *subject = subject_of(rig);
    const char *operation = exchange->operation;

    if (subject->iut == NULL || operation == NULL || iut_operation(subject->iut, operation) != NULL)
        return NULL;
    snprintf(why, room, "the adapter %s has no operation '%s'", subject->iut->name, operation);
    return why;
}

/* The first word of `needs` that the IUT does not offer. */
static const char *lacking_feature(const struct rig *rig, const struct exchange *exchange,
                                   char *why, size_t room)
{
    const struct subject *subject = subject_of(rig);
    struct bytes rest = bytes_of(exchange->needs == NULL ? "" : exchange->needs);

    while (rest.len > 0) {
        size_t len = bytes_index(rest, ' ');
        char word[40];

        snprintf(word, sizeof word, "%.*s", (int)len, rest.at);
        rest = bytes_from(rest, len + 1);
        if (len == 0 || (strcmp(word, "writable") == 0 && rig->settings->writable != NULL))
            continue;
        if (subject->iut != NULL ? iut_has(subject->iut, word) : subject->side == SIDE_CLIENT)
            continue;
        snprintf(why, room, "%s does not offer what this case needs: %s", subject->name, word);
        return why;
    }
    return NULL;
}

static bool file_is_known(const struct rig *rig, const char *name)
{
    for (size_t i = 0; i < rig->settings->files.count; i++)
        if (strcmp(rig->settings->files.items[i].name, name) == 0)
            return true;
    return false;
}

static const char *lacking_files(const struct rig *rig, const struct exchange *exchange, char *why,
                                 size_t room)
{
    for (size_t i = 0; i < exchange->file_count && elsewhere(rig); i++) {
        if (file_is_known(rig, exchange->files[i].name))
            continue;
        snprintf(why, room,
                 "the server would need the file %s (say --file %s=LOCAL where it has it)",
                 exchange->files[i].name, exchange->files[i].name);
        return why;
    }
    return NULL;
}

const char *staging_skips(const struct rig *rig, const struct plan_case *one, char *why,
                          size_t room)
{
    const char *skip = NULL;

    if (one->iut == SIDE_CLIENT)
        skip = lacking_operation(rig, one->exchange, why, room);
    if (skip == NULL)
        skip = lacking_feature(rig, one->exchange, why, room);
    if (skip == NULL && one->iut == SIDE_SERVER)
        skip = lacking_files(rig, one->exchange, why, room);
    return skip;
}

/* --- folders and files ----------------------------------------------------------------------- */

static uint16_t standard_port(enum protocol protocol)
{
    return protocol == PROTOCOL_FTP ? 21 : 7;
}

static uint16_t port_of(const struct rig *rig, const struct exchange *exchange)
{
    if (rig->settings->port != 0)
        return (uint16_t)rig->settings->port;
    if (exchange->port != 0)
        return (uint16_t)exchange->port;
    return rig->isolated ? standard_port(exchange->protocol) : rig->port;
}

static bool wants_ipv6(const struct exchange *exchange)
{
    return exchange->needs != NULL && strstr(exchange->needs, "ipv6") != NULL;
}

/* A server started by a bare command: it may listen at the loopback address alone. */
static bool program_of_theirs(const struct staging *staging)
{
    return staging->one->iut == SIDE_SERVER && subject_of(staging->rig)->command != NULL;
}

static void choose_server(struct staging *staging)
{
    struct rig *rig = staging->rig;
    const struct exchange *exchange = staging->one->exchange;
    bool ipv6 = wants_ipv6(exchange);
    bool loopback = !rig->isolated || program_of_theirs(staging);
    const char *addr = loopback ? (ipv6 ? "::1" : "127.0.0.1")
                       : ipv6   ? LAB_SERVER_ADDR6
                                : LAB_SERVER_ADDR;

    if (elsewhere(rig))
        staging->server = subject_of(rig)->address;
    else
        endpoint_parse(addr, port_of(rig, exchange), &staging->server);
}

static const char *first_of(const char *a, const char *b, const char *c)
{
    return a != NULL ? a : b != NULL ? b : c;
}

static void choose_user(struct staging *staging)
{
    const struct subject *subject = subject_of(staging->rig);
    const struct exchange *exchange = staging->one->exchange;
    const struct iut *profile =
        staging->one->iut == SIDE_SERVER && subject->iut != NULL ? subject->iut : NULL;

    staging->user = first_of(subject->user, exchange->user, profile ? profile->user : NULL);
    staging->password =
        first_of(subject->password, exchange->password, profile ? profile->password : NULL);
    if (staging->user == NULL)
        staging->user = staging->one->iut == SIDE_CLIENT ? "user" : "anonymous";
    if (staging->password == NULL)
        staging->password = staging->one->iut == SIDE_CLIENT ? "secret" : "tester@example.com";
}

static enum err lay_out_server(struct staging *staging, struct diag *why)
{
    const struct iut *iut = subject_of(staging->rig)->iut;
    char writable[WORKSPACE_PATH + 160];
    enum err err;

    snprintf(staging->root, sizeof staging->root, "%s/%s", staging->folder,
             iut == NULL         ? "."
             : iut->root == NULL ? "root"
                                 : iut->root);
    err = workspace_folder(staging->root, why);
    if (err == OK)
        err = workspace_files(staging->root, staging->one->exchange->files,
                              staging->one->exchange->file_count, why);
    if (err == OK && iut != NULL && iut->writable != NULL) {
        snprintf(writable, sizeof writable, "%s/%s", staging->root, iut->writable);
        err = workspace_folder(writable, why);
        if (err == OK && chmod(writable, 0777) != 0)
            err = diag_set(why, ERR_SYSTEM, "%s: %s", writable, strerror(errno));
    }
    return err;
}

enum err staging_init(struct staging *staging, struct rig *rig, const struct plan_case *one,
                      struct diag *why)
{
    enum err err;

    *staging = (struct staging){.rig = rig, .one = one};
    arena_init(&staging->arena);
    snprintf(staging->folder, sizeof staging->folder, "%s/case", rig->folder);
    snprintf(staging->output, sizeof staging->output, "%s/output", rig->folder);
    choose_server(staging);
    choose_user(staging);
    workspace_remove(staging->folder);
    err = workspace_folder(staging->folder, why);
    if (err == OK && one->iut == SIDE_CLIENT)
        err =
            workspace_files(staging->folder, one->exchange->local, one->exchange->local_count, why);
    else if (err == OK && !elsewhere(rig))
        err = lay_out_server(staging, why);
    return err;
}

void staging_fini(struct staging *staging)
{
    spawn_free(staging->spawn);
    arena_fini(&staging->arena);
    workspace_remove(staging->folder);
}

/* --- command lines --------------------------------------------------------------------------- */

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
    char addr[ENDPOINT_TEXT];
    struct arena *arena = &staging->arena;

    endpoint_addr(&staging->server, addr);
    hole(holes, "host", arena_text(arena, bytes_of(addr)));
    hole(holes, "port", arena_printf(arena, "%u", staging->server.port));
    hole(holes, "url",
         arena_printf(arena, "%s://%s%s%s:%u/%s", protocol_name(staging->one->exchange->protocol),
                      staging->server.family == 6 ? "[" : "", addr,
                      staging->server.family == 6 ? "]" : "", staging->server.port,
                      staging->one->exchange->arguments[0] == NULL
                          ? ""
                          : staging->one->exchange->arguments[0]));
}

static void fill_holes(struct staging *staging, struct holes *holes)
{
    hole(holes, "user", staging->user);
    hole(holes, "password", staging->password);
    hole(holes, "work", staging->folder);
    hole(holes, "root", staging->root);
    hole(holes, "config", arena_printf(&staging->arena, "%s/config", staging->folder));
    hole(holes, "peerspec", staging->rig->settings->self);
    hole(holes, "builtin", staging->rig->settings->builtin);
    hole(holes, "suites", staging->rig->settings->suites);
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

static enum err bare_command(struct staging *staging, const struct holes *holes,
                             const char *const **argv, struct diag *why)
{
    const char *const *command = subject_of(staging->rig)->command;
    size_t count = 0;
    const char **filled;

    while (command[count] != NULL)
        count++;
    filled = arena_take(&staging->arena, (count + 1) * sizeof *filled);
    for (size_t i = 0; i < count; i++)
        if (iut_fill(&staging->arena, as_url(staging, from_where_we_are(staging, command[i])),
                     holes->list, holes->count, &filled[i], why) != OK)
            return why->code;
    *argv = filled;
    return OK;
}

static enum err command_line(struct staging *staging, const struct holes *holes,
                             const char *const **argv, struct diag *why)
{
    const struct iut *iut = subject_of(staging->rig)->iut;
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
    const struct iut *iut = subject_of(staging->rig)->iut;
    const char **filled;
    size_t count = 0;

    *env = NULL;
    if (iut == NULL || iut->env == NULL)
        return OK;
    while (iut->env[count] != NULL)
        count++;
    filled = arena_take(&staging->arena, (count + 1) * sizeof *filled);
    for (size_t i = 0; i < count; i++)
        if (iut_fill(&staging->arena, iut->env[i], holes->list, holes->count, &filled[i], why) !=
            OK)
            return why->code;
    *env = filled;
    return OK;
}

static enum err write_config(struct staging *staging, const struct holes *holes, struct diag *why)
{
    const struct iut *iut = subject_of(staging->rig)->iut;
    char path[WORKSPACE_PATH + 96];
    const char *text;

    if (iut == NULL || iut->config == NULL)
        return OK;
    if (iut_fill(&staging->arena, iut->config, holes->list, holes->count, &text, why) != OK)
        return why->code;
    snprintf(path, sizeof path, "%s/config", staging->folder);
    return workspace_write(path, bytes_of(text), why);
}

/* --- starting and stopping ------------------------------------------------------------------- */

/* The same arguments with the program's full path: servers are often not on PATH. */
static const char *const *with_path(struct staging *staging, const char *const *argv,
                                    const char *path)
{
    size_t count = 0;
    const char **copy;

    while (argv[count] != NULL)
        count++;
    copy = arena_take(&staging->arena, (count + 1) * sizeof *copy);
    memcpy(copy, argv, count * sizeof *copy);
    copy[0] = arena_text(&staging->arena, bytes_of(path));
    return copy;
}

static enum err launch(struct staging *staging, const char *const *argv, const char *const *env,
                       struct diag *why)
{
    struct spawn_options options = {.env = env, .directory = staging->folder, .own_pids = true};
    char path[WORKSPACE_PATH];
    enum err err;

    snprintf(path, sizeof path, "%s", argv[0]);
    if (strchr(argv[0], '/') == NULL && !spawn_find(argv[0], path, sizeof path))
        return diag_set(why, ERR_UNREACHABLE, "the program %s is not installed here", argv[0]);
    options.argv = with_path(staging, argv, path);
    options.output = open(staging->output, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
    if (options.output < 0)
        return diag_set(why, ERR_SYSTEM, "%s: %s", staging->output, strerror(errno));
    err = spawn_start(&options, &staging->spawn, why);
    close(options.output);
    return err;
}

static bool listens(struct staging *staging)
{
    struct sockdiag *sockdiag = staging->rig->sockdiag;
    uint16_t port = staging->server.port;

    return staging->one->exchange->protocol == PROTOCOL_UDP ? sockdiag_bound_udp(sockdiag, port)
                                                            : sockdiag_listens(sockdiag, port);
}

static const char *last_words(struct staging *staging)
{
    struct bytes output = staging_output(staging);

    while (output.len > 0 && strchr("\r\n ", output.at[output.len - 1]) != NULL)
        output.len--;
    for (size_t i = output.len; i > 0; i--) {
        if (output.at[i - 1] == '\n') {
            output = bytes_from(output, i);
            break;
        }
    }
    return arena_text(&staging->arena, output);
}

static enum err died_at_start(struct staging *staging, struct diag *why)
{
    const char *words = last_words(staging);

    return diag_set(why, ERR_UNREACHABLE, "%s ended at its start (%s %d)%s%.200s",
                    subject_of(staging->rig)->name,
                    staging->end.signaled ? "signal" : "exit status", staging->end.status,
                    words[0] == '\0' ? "" : ": ", words);
}

static void wait_a_little(struct staging *staging)
{
    struct pollfd ended = {.fd = spawn_fd(staging->spawn), .events = POLLIN};
    struct timespec little = {0, 200000};

    ppoll(&ended, 1, &little, NULL);
}

static enum err wait_until_it_listens(struct staging *staging, struct diag *why)
{
    int64_t give_up = clock_now() + START_WAIT;

    if (staging->rig->sockdiag == NULL)
        return diag_set(why, ERR_SYSTEM, "this system cannot tell when a server listens");
    while (!listens(staging)) {
        if (staging_ended(staging))
            return died_at_start(staging, why);
        if (clock_now() > give_up)
            return diag_set(why, ERR_UNREACHABLE, "%s does not listen at port %u after 10 s",
                            subject_of(staging->rig)->name, staging->server.port);
        wait_a_little(staging);
    }
    return OK;
}

enum err staging_start(struct staging *staging, struct diag *why)
{
    struct holes holes = {.count = 0};
    const char *const *argv, *const *env;
    enum err err;

    if (elsewhere(staging->rig))
        return OK;
    fill_holes(staging, &holes);
    err = command_line(staging, &holes, &argv, why);
    if (err == OK)
        err = environment(staging, &holes, &env, why);
    if (err == OK)
        err = write_config(staging, &holes, why);
    if (err == OK)
        err = launch(staging, argv, env, why);
    if (err == OK && staging->one->iut == SIDE_SERVER)
        err = wait_until_it_listens(staging, why);
    return err;
}

bool staging_ended(struct staging *staging)
{
    if (staging->spawn != NULL && !staging->ended)
        staging->ended = spawn_ended(staging->spawn, &staging->end);
    return staging->ended;
}

void staging_stop(struct staging *staging)
{
    if (staging->spawn == NULL || staging_ended(staging))
        return;
    spawn_stop(staging->spawn, staging->one->iut == SIDE_SERVER ? STOP_GRACE : 0, &staging->end);
}

struct bytes staging_output(struct staging *staging)
{
    struct buf output;
    struct bytes kept;

    buf_init(&output, MAX_OUTPUT);
    workspace_read(staging->output, &output);
    kept = arena_bytes(&staging->arena, buf_bytes(&output));
    buf_fini(&output);
    return kept;
}

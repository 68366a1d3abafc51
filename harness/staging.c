#include "staging.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "invocation.h"
#include "lab/namespace.h"
#include "lab/program.h"
#include "port.h"

#define MAX_OUTPUT (1u << 20)
#define START_WAIT (10 * CLOCK_SECOND)
#define STOP_GRACE (500 * CLOCK_MS)

static const struct subject *subject_of(const struct rig *rig)
{
    return &rig->settings->subject;
}

static bool elsewhere(const struct rig *rig)
{
    return subject_elsewhere(subject_of(rig));
}

/* --- folders and files ----------------------------------------------------------------------- */

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
        endpoint_parse(addr, port_of_case(rig, exchange), &staging->server);
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

/* --- starting and stopping ------------------------------------------------------------------- */

/* A file in the case's folder, of lines, which `mode` says who may read; no text: none. */
static enum err write_lines(struct staging *staging, const char *name, const char *text,
                            mode_t mode, struct diag *why)
{
    char path[WORKSPACE_PATH + 96];
    enum err err;

    if (text == NULL)
        return OK;
    snprintf(path, sizeof path, "%s/%s", staging->folder, name);
    text = arena_printf(&staging->arena, "%s\n", text);
    err = workspace_write(path, bytes_of(text), why);
    if (err == OK && chmod(path, mode) != 0)
        err = diag_set(why, ERR_SYSTEM, "%s: %s", path, strerror(errno));
    return err;
}

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
    if (strchr(argv[0], '/') == NULL && !program_find(argv[0], path, sizeof path))
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

const char *staging_last_words(struct staging *staging)
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

/* What a shell says of a command that it does not find. */
#define NOT_FOUND 127

static enum err died_at_start(struct staging *staging, struct diag *why)
{
    const struct iut *iut = subject_of(staging->rig)->iut;
    const char *words = staging_last_words(staging);

    if (iut != NULL && !staging->end.signaled && staging->end.status == NOT_FOUND)
        return iut_not_installed(iut, why);
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
    struct invocation call;
    enum err err;

    if (elsewhere(staging->rig))
        return OK;
    err = invocation_make(staging, &call, why);
    if (err == OK)
        err = write_lines(staging, "config", call.config, 0644, why);
    if (err == OK) /* servers refuse accounts that others can read */
        err = write_lines(staging, "accounts", call.accounts, 0600, why);
    if (err == OK)
        err = launch(staging, call.argv, call.env, why);
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

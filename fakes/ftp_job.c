#include "fakes/ftp_job.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "fakes/ftp_dialog.h"
#include "fakes/misbehave_client.h"
#include "proto/ftp_facts.h"

#define TIMEOUT_DEFAULT (5 * CLOCK_SECOND)
#define LISTING_CEILING (64u << 20)
#define FILE_CEILING (1u << 30)
#define LOCAL_NAME 1024

/* A job that is being done. */
struct work {
    const struct ftp_job *job;
    struct ftp_dialog *dialog;
    struct diag *why;
};

typedef enum err operation_fn(struct work *work);

static const char *argument(const struct work *work, size_t n)
{
    return n < work->job->argument_count ? work->job->arguments[n] : "";
}

static bool faulty(const struct work *work, const char *name)
{
    return client_fault_on(work->job->faults, name);
}

/* --- local files ----------------------------------------------------------------------------- */

/* A file that is written beside its name, and gets it when it is whole. */
struct local_file {
    char name[LOCAL_NAME], part[LOCAL_NAME + 8];
    int fd;
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

static enum err local_name(const struct work *work, const char *name, char path[LOCAL_NAME])
{
    const char *folder = work->job->folder;
    int len = snprintf(path, LOCAL_NAME, "%s%s%s", folder == NULL || *name == '/' ? "" : folder,
                       folder == NULL || *name == '/' ? "" : "/", name);

    if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || len >= LOCAL_NAME)
        return diag_set(work->why, ERR_USAGE, "'%s' is no name for a local file", name);
    return OK;
}

static enum err cannot(struct work *work, const char *what, const char *name)
{
    return diag_set(work->why, ERR_SYSTEM, "cannot %s %s: %s", what, name, strerror(errno));
}

static enum err read_file(struct work *work, const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = 1;

    if (fd < 0)
        return cannot(work, "open", path);
    while (len > 0) {
        char *space = buf_space(out, 1u << 16);

        len = space == NULL ? -1 : read(fd, space, 1u << 16);
        if (len > 0)
            buf_grew(out, (size_t)len);
    }
    close(fd);
    return len < 0 ? cannot(work, "read", path) : OK;
}

static enum err local_create(struct work *work, const char *name, struct local_file *file)
{
    enum err err = local_name(work, name, file->name);

    file->fd = -1;
    if (err != OK)
        return err;
    snprintf(file->part, sizeof file->part, "%s.part", file->name);
    file->fd = open(file->part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    return file->fd < 0 ? cannot(work, "create", file->part) : OK;
}

static void spoil(int fd)
{
    char octet;
    off_t last = lseek(fd, -1, SEEK_END);

    if (last >= 0 && pread(fd, &octet, 1, last) == 1) {
        octet ^= 1;
        (void)!pwrite(fd, &octet, 1, last);
    }
}

/* Give the file its name, or take it away. */
static enum err local_end(struct work *work, struct local_file *file, enum err err)
{
    if (file->fd < 0)
        return err;
    if (faulty(work, "corrupts-file"))
        spoil(file->fd);
    if (close(file->fd) < 0 && err == OK)
        err = cannot(work, "write", file->part);
    file->fd = -1;
    if (err == OK && rename(file->part, file->name) < 0)
        err = cannot(work, "name", file->name);
    if (err != OK && faulty(work, "keeps-partial-file"))
        (void)rename(file->part, file->name);
    else if (err != OK)
        unlink(file->part);
    return err;
}

/* --- downloads ------------------------------------------------------------------------------- */

static enum err binary(struct work *work)
{
    return ftp_dialog_demand(work->dialog, 2, work->why, "TYPE I");
}

/* The length that the server says the file has; UINT64_MAX where it says none that can be read. */
static enum err ask_size(struct work *work, const char *remote, uint64_t *size)
{
    int code;
    enum err err = ftp_dialog_ask(work->dialog, &code, work->why, "SIZE %s", remote);

    *size = UINT64_MAX;
    if (err == OK && code == 213 &&
        !bytes_to_u64(bytes_trim(bytes_from(ftp_dialog_reply(work->dialog), 4)), size))
        *size = UINT64_MAX;
    return err;
}

static enum err agree(struct work *work, bool active)
{
    return active ? ftp_dialog_active(work->dialog, work->why)
                  : ftp_dialog_passive(work->dialog, work->why);
}

/* Receive into the file behind the `offset` octets that it holds already. */
static enum err receive(struct work *work, const char *remote, bool active, uint64_t offset,
                        struct local_file *file)
{
    char command[LOCAL_NAME + 8];
    struct ftp_dialog_transfer transfer = {.command = command, .fd = file->fd};
    uint64_t size;
    enum err err = ask_size(work, remote, &size);

    snprintf(command, sizeof command, "RETR %s", remote);
    if (err == OK)
        err = agree(work, active);
    if (err == OK && offset > 0)
        err =
            ftp_dialog_demand(work->dialog, 3, work->why, "REST %llu", (unsigned long long)offset);
    if (err == OK)
        err = ftp_dialog_move(work->dialog, &transfer, work->why);
    if (err == OK && size != UINT64_MAX && offset + transfer.moved != size)
        err = diag_set(work->why, ERR_UNREACHABLE,
                       "%llu octets came, the server said the file has %llu",
                       (unsigned long long)(offset + transfer.moved), (unsigned long long)size);
    return err;
}

static enum err download(struct work *work, const char *remote, const char *local, bool active)
{
    struct local_file file;
    enum err err = local_create(work, local, &file);

    if (err == OK)
        err = binary(work);
    if (err == OK)
        err = receive(work, remote, active, 0, &file);
    return local_end(work, &file, err);
}

static const char *local_argument(const struct work *work)
{
    return *argument(work, 1) != '\0' ? argument(work, 1) : base_name(argument(work, 0));
}

static enum err do_get(struct work *work)
{
    return download(work, argument(work, 0), local_argument(work), false);
}

static enum err do_get_active(struct work *work)
{
    return download(work, argument(work, 0), local_argument(work), true);
}

static bool write_all(int fd, struct bytes octets)
{
    while (octets.len > 0) {
        ssize_t len = write(fd, octets.at, octets.len);

        if (len < 0)
            return false;
        octets = bytes_from(octets, (size_t)len);
    }
    return true;
}

static enum err do_resume(struct work *work)
{
    struct local_file file;
    struct buf have;
    enum err err = local_create(work, local_argument(work), &file);

    buf_init(&have, FILE_CEILING);
    if (err == OK && access(file.name, F_OK) == 0)
        err = read_file(work, file.name, &have);
    if (err == OK && !write_all(file.fd, buf_bytes(&have)))
        err = cannot(work, "write", file.part);
    if (err == OK)
        err = binary(work);
    if (err == OK)
        err = receive(work, argument(work, 0), false, have.len, &file);
    buf_fini(&have);
    return local_end(work, &file, err);
}

/* --- uploads --------------------------------------------------------------------------------- */

static enum err upload(struct work *work, const char *verb)
{
    char path[LOCAL_NAME], command[LOCAL_NAME + 8];
    struct ftp_dialog_transfer transfer = {.command = command, .sends = true, .fd = -1};
    struct buf content;
    enum err err = local_name(work, local_argument(work), path);

    buf_init(&content, FILE_CEILING);
    snprintf(command, sizeof command, "%s %s", verb, argument(work, 0));
    if (err == OK)
        err = read_file(work, path, &content);
    if (err == OK && content.len > 0 && faulty(work, "corrupts-file"))
        content.ptr[content.len - 1] ^= 1;
    transfer.octets = buf_bytes(&content);
    if (err == OK)
        err = binary(work);
    if (err == OK)
        err = agree(work, false);
    if (err == OK)
        err = ftp_dialog_move(work->dialog, &transfer, work->why);
    buf_fini(&content);
    return err;
}

static enum err do_put(struct work *work)
{
    return upload(work, "STOR");
}

static enum err do_append(struct work *work)
{
    return upload(work, "APPE");
}

/* --- listings -------------------------------------------------------------------------------- */

static enum err fetch_listing(struct work *work, const char *verb, const char *folder,
                              struct buf *out)
{
    char command[LOCAL_NAME + 8];
    struct ftp_dialog_transfer transfer = {.command = command, .fd = -1, .in = out};
    enum err err = agree(work, false);

    snprintf(command, sizeof command, "%s%s%s", verb, *folder == '\0' ? "" : " ", folder);
    return err == OK ? ftp_dialog_move(work->dialog, &transfer, work->why) : err;
}

/* The octets as lines of this system. */
static void print_lines(FILE *out, struct bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] != '\r' || i + 1 == text.len || text.at[i + 1] != '\n')
            fputc(text.at[i], out);
}

static enum err listing(struct work *work, const char *verb)
{
    struct buf text;
    enum err err;

    buf_init(&text, LISTING_CEILING);
    err = fetch_listing(work, verb, argument(work, 0), &text);
    if (err == OK)
        print_lines(work->job->out, buf_bytes(&text));
    buf_fini(&text);
    return err;
}

static enum err do_list(struct work *work)
{
    return listing(work, "LIST");
}

static enum err do_nlst(struct work *work)
{
    return listing(work, "NLST");
}

static enum err do_mlsd(struct work *work)
{
    return listing(work, "MLSD");
}

/* A server may name files by their path; it must not lead us out of our folder. */
static enum err get_listed(struct work *work, struct bytes line)
{
    char remote[LOCAL_NAME];

    if (line.len == 0)
        return OK;
    if (line.len >= sizeof remote || memchr(line.at, '\0', line.len) != NULL)
        return diag_set(work->why, ERR_UNREACHABLE, "the server lists a name that is none");
    memcpy(remote, line.at, line.len);
    remote[line.len] = '\0';
    return download(work, remote, base_name(remote), false);
}

static enum err get_all_listed(struct work *work, const char *pattern)
{
    struct buf names;
    struct bytes rest;
    enum err err;

    buf_init(&names, LISTING_CEILING);
    err = fetch_listing(work, "NLST", pattern, &names);
    rest = buf_bytes(&names);
    if (err == OK && rest.len == 0)
        err = diag_set(work->why, ERR_UNREACHABLE, "nothing matches '%s'", pattern);
    while (err == OK && rest.len > 0) {
        size_t end = bytes_index(rest, '\n');
        struct bytes line = bytes_slice(rest, 0, end);

        if (line.len > 0 && line.at[line.len - 1] == '\r')
            line.len--;
        err = get_listed(work, line);
        rest = bytes_from(rest, end + 1);
    }
    buf_fini(&names);
    return err;
}

static enum err do_mget(struct work *work)
{
    enum err err = OK;

    for (size_t i = 0; err == OK && *argument(work, i) != '\0'; i++) {
        const char *name = argument(work, i);

        err = strpbrk(name, "*?[") != NULL ? get_all_listed(work, name)
                                           : download(work, name, base_name(name), false);
    }
    return err;
}

/* --- the rest -------------------------------------------------------------------------------- */

static enum err do_delete(struct work *work)
{
    return ftp_dialog_demand(work->dialog, 2, work->why, "DELE %s", argument(work, 0));
}

static enum err do_mkdir(struct work *work)
{
    return ftp_dialog_demand(work->dialog, 2, work->why, "MKD %s", argument(work, 0));
}

static enum err do_rmdir(struct work *work)
{
    return ftp_dialog_demand(work->dialog, 2, work->why, "RMD %s", argument(work, 0));
}

static enum err do_rename(struct work *work)
{
    enum err err = OK;

    if (!faulty(work, "rnto-without-rnfr"))
        err = ftp_dialog_demand(work->dialog, 3, work->why, "RNFR %s", argument(work, 0));
    if (err == OK)
        err = ftp_dialog_demand(work->dialog, 2, work->why, "RNTO %s", argument(work, 1));
    return err;
}

static enum err do_size(struct work *work)
{
    uint64_t size = UINT64_MAX;
    struct bytes reply;
    enum err err = binary(work);

    if (err == OK)
        err = ask_size(work, argument(work, 0), &size);
    if (err != OK)
        return err;
    reply = ftp_dialog_reply(work->dialog);
    if (size == UINT64_MAX)
        return diag_set(work->why, ERR_UNREACHABLE, "no size: %.*s",
                        reply.len > 200 ? 200 : (int)reply.len, reply.at);
    fprintf(work->job->out, "%llu\n", (unsigned long long)size);
    return OK;
}

static enum err do_mtime(struct work *work)
{
    enum err err = ftp_dialog_demand(work->dialog, 2, work->why, "MDTM %s", argument(work, 0));
    struct bytes text = bytes_trim(bytes_from(ftp_dialog_reply(work->dialog), 4));
    struct flaw flaw;
    int64_t seconds;

    if (err != OK)
        return err;
    if (ftp_time_parse(text, &seconds, &flaw) != PARSE_DONE)
        return diag_set(work->why, ERR_UNREACHABLE, "'%.*s' is no time: %s", (int)text.len, text.at,
                        flaw.what);
    fprintf(work->job->out, "%.*s\n", (int)text.len, text.at);
    return OK;
}

static enum err do_login(struct work *work)
{
    (void)work;
    return OK;
}

static const struct {
    const char *name;
    size_t arguments; /* at least */
    operation_fn *run;
} operations[] = {
    {"login", 0, do_login},   {"get", 1, do_get},     {"get-active", 1, do_get_active},
    {"resume", 1, do_resume}, {"put", 1, do_put},     {"append", 1, do_append},
    {"list", 0, do_list},     {"nlst", 0, do_nlst},   {"mlsd", 0, do_mlsd},
    {"delete", 1, do_delete}, {"rmdir", 1, do_rmdir}, {"mkdir", 1, do_mkdir},
    {"rename", 2, do_rename}, {"size", 1, do_size},   {"mtime", 1, do_mtime},
    {"mget", 1, do_mget},
};

static operation_fn *find_operation(const struct ftp_job *job, struct diag *why)
{
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        if (strcmp(operations[i].name, job->operation) != 0)
            continue;
        if (job->argument_count >= operations[i].arguments)
            return operations[i].run;
        diag_set(why, ERR_USAGE, "%s needs %zu arguments", job->operation, operations[i].arguments);
        return NULL;
    }
    diag_set(why, ERR_USAGE, "'%s' is no operation", job->operation);
    return NULL;
}

/* --- the session ----------------------------------------------------------------------------- */

static enum err answer_to_login(struct work *work, int code, const char *password)
{
    struct bytes reply;
    enum err err = OK;

    if (code == 331)
        err = ftp_dialog_ask(work->dialog, &code, work->why, "PASS %s", password);
    if (err == OK && code == 332)
        err = ftp_dialog_ask(work->dialog, &code, work->why, "ACCT peerspec");
    if (err != OK || code / 100 == 2)
        return err;
    reply = ftp_dialog_reply(work->dialog);
    return diag_set(work->why, ERR_UNREACHABLE, "the login was refused: %.*s",
                    reply.len > 200 ? 200 : (int)reply.len, reply.at);
}

static enum err log_in(struct work *work)
{
    const char *user = work->job->user, *password = work->job->password;
    int code = 331;
    enum err err = OK;

    if (user == NULL || *user == '\0')
        user = "anonymous";
    if (password == NULL)
        password = "peerspec@";
    if (faulty(work, "command-before-reply"))
        err = ftp_dialog_hasten(work->dialog, work->why, "USER %s", user);
    else if (!faulty(work, "pass-without-user"))
        err = ftp_dialog_ask(work->dialog, &code, work->why, "USER %s", user);
    return err == OK ? answer_to_login(work, code, password) : err;
}

static enum err do_job(struct work *work, operation_fn *run)
{
    struct ftp_dialog_config config = {.server = work->job->server,
                                       .timeout = work->job->timeout,
                                       .faults = work->job->faults};
    enum err err;

    if (config.timeout == 0)
        config.timeout = TIMEOUT_DEFAULT;
    err = ftp_dialog_open(&config, &work->dialog, work->why);
    if (err != OK)
        return err;
    err = log_in(work);
    if (err == OK)
        err = run(work);
    ftp_dialog_quit(work->dialog);
    ftp_dialog_free(work->dialog);
    return err;
}

int ftp_job_run(const struct ftp_job *job, struct diag *why)
{
    struct work work = {.job = job, .why = why};
    operation_fn *run = find_operation(job, why);

    if (run == NULL || client_faults_check(job->faults, PROTOCOL_FTP, SIDE_CLIENT, why) != OK)
        return 2;
    if (do_job(&work, run) == OK || faulty(&work, "exits-zero"))
        return 0;
    return 1;
}

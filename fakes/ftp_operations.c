#include "fakes/ftp_operations.h"

#include <fnmatch.h>
#include <string.h>
#include <unistd.h>

#include "fakes/local_file.h"
#include "fakes/misbehave_client.h"
#include "proto/ftp_facts.h"

#define LISTING_CEILING (64u << 20)
#define FILE_CEILING (1u << 30)
#define COMMAND (LOCAL_FILE_NAME + 8)

static const char *argument(const struct ftp_work *work, size_t n)
{
    return n < work->job->argument_count ? work->job->arguments[n] : "";
}

bool ftp_work_faulty(const struct ftp_work *work, const char *fault)
{
    return client_fault_on(work->job->faults, fault);
}

/* --- downloads ------------------------------------------------------------------------------- */

static enum err binary(struct ftp_work *work)
{
    return ftp_dialog_demand(work->dialog, 2, work->why, "TYPE I");
}

/* The length that the server says the file has; UINT64_MAX where it says none that can be read. */
static enum err ask_size(struct ftp_work *work, const char *remote, uint64_t *size)
{
    int code;
    enum err err = ftp_dialog_ask_for(work->dialog, 213, &code, work->why, "SIZE %s", remote);

    *size = UINT64_MAX;
    if (err == OK && code == 213 &&
        !bytes_to_u64(bytes_trim(bytes_from(ftp_dialog_reply(work->dialog), 4)), size))
        *size = UINT64_MAX;
    return err;
}

static enum err agree(struct ftp_work *work, bool active)
{
    return active ? ftp_dialog_active(work->dialog, work->why)
                  : ftp_dialog_passive(work->dialog, work->why);
}

/* Receive into the file behind the `offset` octets that it holds already. */
static enum err receive(struct ftp_work *work, const char *remote, bool active, uint64_t offset,
                        struct local_file *file)
{
    char command[COMMAND];
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

/* What came is the file, or is none. */
static enum err end_file(struct ftp_work *work, struct local_file *file, enum err err)
{
    if (file->fd < 0)
        return err;
    if (ftp_work_faulty(work, "corrupts-file"))
        local_file_spoil(file);
    if (err == OK)
        return local_file_finish(file, work->why);
    if (!ftp_work_faulty(work, "keeps-partial-file")) {
        local_file_discard(file);
    } else {
        struct diag ignored;

        (void)!local_file_finish(file, &ignored);
    }
    return err;
}

static enum err download(struct ftp_work *work, const char *remote, const char *local, bool active)
{
    struct local_file file;
    enum err err = local_file_create(work->job->folder, local, &file, work->why);

    if (err == OK)
        err = binary(work);
    if (err == OK)
        err = receive(work, remote, active, 0, &file);
    return end_file(work, &file, err);
}

static const char *local_argument(const struct ftp_work *work)
{
    return *argument(work, 1) != '\0' ? argument(work, 1) : local_file_base(argument(work, 0));
}

static enum err do_get(struct ftp_work *work)
{
    return download(work, argument(work, 0), local_argument(work), false);
}

static enum err do_get_active(struct ftp_work *work)
{
    return download(work, argument(work, 0), local_argument(work), true);
}

static enum err do_resume(struct ftp_work *work)
{
    struct local_file file;
    struct buf have;
    enum err err = local_file_create(work->job->folder, local_argument(work), &file, work->why);

    buf_init(&have, FILE_CEILING);
    if (err == OK && access(file.name, F_OK) == 0)
        err = local_file_read(file.name, &have, work->why);
    if (err == OK)
        err = local_file_write(&file, buf_bytes(&have), work->why);
    if (err == OK)
        err = binary(work);
    if (err == OK)
        err = receive(work, argument(work, 0), false, have.len, &file);
    buf_fini(&have);
    return end_file(work, &file, err);
}

/* --- uploads --------------------------------------------------------------------------------- */

static enum err upload(struct ftp_work *work, const char *verb)
{
    char path[LOCAL_FILE_NAME], command[COMMAND];
    struct ftp_dialog_transfer transfer = {.command = command, .sends = true, .fd = -1};
    struct buf content;
    enum err err = local_file_path(work->job->folder, local_argument(work), path, work->why);

    buf_init(&content, FILE_CEILING);
    snprintf(command, sizeof command, "%s %s", verb, argument(work, 0));
    if (err == OK)
        err = local_file_read(path, &content, work->why);
    if (err == OK && content.len > 0 && ftp_work_faulty(work, "corrupts-file"))
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

static enum err do_put(struct ftp_work *work)
{
    return upload(work, "STOR");
}

static enum err do_append(struct ftp_work *work)
{
    return upload(work, "APPE");
}

/* --- listings -------------------------------------------------------------------------------- */

static enum err fetch_listing(struct ftp_work *work, const char *verb, const char *folder,
                              struct buf *out)
{
    char command[COMMAND];
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

static enum err listing(struct ftp_work *work, const char *verb)
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

static enum err do_list(struct ftp_work *work)
{
    return listing(work, "LIST");
}

static enum err do_nlst(struct ftp_work *work)
{
    return listing(work, "NLST");
}

static enum err do_mlsd(struct ftp_work *work)
{
    return listing(work, "MLSD");
}

/* Some servers list the names of a folder with the folder, and some without. */
static bool take_listed(const char *pattern, struct bytes line, char remote[LOCAL_FILE_NAME])
{
    bool bare = bytes_index(line, '/') == line.len;
    size_t folder = bare ? (size_t)(local_file_base(pattern) - pattern) : 0;

    if (folder + line.len >= LOCAL_FILE_NAME || memchr(line.at, '\0', line.len) != NULL)
        return false;
    memcpy(remote, pattern, folder);
    memcpy(remote + folder, line.at, line.len);
    remote[folder + line.len] = '\0';
    return true;
}

/* A server may name files by their path; it must not lead us out of our folder. */
static enum err get_listed(struct ftp_work *work, const char *pattern, struct bytes line,
                           unsigned *matched)
{
    char remote[LOCAL_FILE_NAME];
    const char *name;

    if (line.len == 0)
        return OK;
    if (!take_listed(pattern, line, remote))
        return diag_set(work->why, ERR_UNREACHABLE, "the server lists a name that is none");
    name = local_file_base(remote);
    if (fnmatch(local_file_base(pattern), name, FNM_PERIOD) != 0)
        return OK;
    ++*matched;
    return download(work, remote, ftp_work_faulty(work, "follows-listed-path") ? remote : name,
                    false);
}

/* The next line of a listing; the last one may lack its end. */
static bool next_line(struct bytes *rest, struct bytes *line)
{
    size_t end = bytes_index(*rest, '\n');

    *line = bytes_slice(*rest, 0, end);
    if (line->len > 0 && line->at[line->len - 1] == '\r')
        line->len--;
    if (rest->len == 0)
        return false;
    *rest = bytes_from(*rest, end + 1);
    return true;
}

static enum err get_all_listed(struct ftp_work *work, const char *pattern)
{
    size_t folder = strlen(pattern) - strlen(local_file_base(pattern));
    char name[LOCAL_FILE_NAME];
    unsigned matched = 0;
    struct buf names;
    struct bytes rest, line;
    enum err err;

    buf_init(&names, LISTING_CEILING);
    snprintf(name, sizeof name, "%.*s", folder == 0 ? 0 : (int)folder - 1, pattern);
    err = fetch_listing(work, "NLST", name, &names);
    rest = buf_bytes(&names);
    while (err == OK && next_line(&rest, &line))
        err = get_listed(work, pattern, line, &matched);
    if (err == OK && matched == 0)
        err = diag_set(work->why, ERR_UNREACHABLE, "nothing matches '%s'", pattern);
    buf_fini(&names);
    return err;
}

static enum err do_mget(struct ftp_work *work)
{
    enum err err = OK;

    for (size_t i = 0; err == OK && *argument(work, i) != '\0'; i++) {
        const char *name = argument(work, i);

        err = strpbrk(name, "*?[") != NULL ? get_all_listed(work, name)
                                           : download(work, name, local_file_base(name), false);
    }
    return err;
}

/* --- the rest -------------------------------------------------------------------------------- */

static enum err do_delete(struct ftp_work *work)
{
    return ftp_dialog_demand(work->dialog, 2, work->why, "DELE %s", argument(work, 0));
}

static enum err do_mkdir(struct ftp_work *work)
{
    return ftp_dialog_demand(work->dialog, 2, work->why, "MKD %s", argument(work, 0));
}

static enum err do_rmdir(struct ftp_work *work)
{
    return ftp_dialog_demand(work->dialog, 2, work->why, "RMD %s", argument(work, 0));
}

static enum err do_rename(struct ftp_work *work)
{
    enum err err = OK;

    if (!ftp_work_faulty(work, "rnto-without-rnfr"))
        err = ftp_dialog_demand(work->dialog, 3, work->why, "RNFR %s", argument(work, 0));
    if (err == OK)
        err = ftp_dialog_demand(work->dialog, 2, work->why, "RNTO %s", argument(work, 1));
    return err;
}

static enum err do_size(struct ftp_work *work)
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

static enum err do_mtime(struct ftp_work *work)
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

static enum err do_login(struct ftp_work *work)
{
    (void)work;
    return OK;
}

static const struct {
    const char *name;
    size_t arguments; /* at least */
    ftp_operation_fn *run;
} operations[] = {
    {"login", 0, do_login},   {"get", 1, do_get},     {"get-active", 1, do_get_active},
    {"resume", 1, do_resume}, {"put", 1, do_put},     {"append", 1, do_append},
    {"list", 0, do_list},     {"nlst", 0, do_nlst},   {"mlsd", 0, do_mlsd},
    {"delete", 1, do_delete}, {"rmdir", 1, do_rmdir}, {"mkdir", 1, do_mkdir},
    {"rename", 2, do_rename}, {"size", 1, do_size},   {"mtime", 1, do_mtime},
    {"mget", 1, do_mget},
};

ftp_operation_fn *ftp_operation_find(const struct ftp_job *job, struct diag *why)
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

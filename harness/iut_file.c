#include "iut_file.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"

/* ---- lines ---- */

struct reader {
    FILE *file;
    struct place at;  /* the line that inih is looking at */
    bool continued;   /* it goes on with the value of the line before */
    bool failed;      /* *why is filled */
    const char *last; /* key set last, for continuation lines */
    struct iut *iut;
    struct iut_operation *operations;
    const char **env;
    size_t env_count;
    struct diag *why;
};

static enum err fail(struct reader *reader, const char *fmt, const char *what)
{
    reader->failed = true;
    return diag_at(reader->why, ERR_SYNTAX, reader->at, fmt, what);
}

/* fgets() that counts lines, and refuses what inih would silently cut. */
static char *read_line(char *line, int room, void *stream)
{
    struct reader *reader = stream;

    if (reader->failed || fgets(line, room, reader->file) == NULL)
        return NULL;
    reader->at.line++;
    reader->at.column = (unsigned)strspn(line, " \t") + 1;
    reader->continued = line[0] == ' ' || line[0] == '\t';
    if (strchr(line, '\n') == NULL && (int)strlen(line) == room - 1) {
        fail(reader, "this line is too long%s: go on in an indented line", "");
        return NULL;
    }
    return line;
}

static const char *joined(struct reader *reader, const char *before, const char *gap,
                          const char *value)
{
    if (before == NULL)
        return arena_text(&reader->iut->arena, bytes_of(value));
    return arena_printf(&reader->iut->arena, "%s%s%s", before, gap, value);
}

static bool set_text(struct reader *reader, const char **text, const char *gap, const char *value)
{
    if (*text != NULL && !reader->continued)
        return fail(reader, "'%s' is said twice", reader->last) == OK;
    *text = joined(reader, *text, gap, value);
    return true;
}

static bool set_protocol(struct reader *reader, const char *value)
{
    for (enum protocol protocol = PROTOCOL_FTP; protocol <= PROTOCOL_TCP; protocol++) {
        if (strcmp(value, protocol_name(protocol)) == 0) {
            reader->iut->protocol = protocol;
            return true;
        }
    }
    return fail(reader, "'%s' is no protocol: ftp, udp or tcp", value) == OK;
}

static bool set_port(struct reader *reader, const char *value)
{
    uint64_t port;

    if (!bytes_to_u64(bytes_of(value), &port) || port == 0 || port > UINT16_MAX)
        return fail(reader, "'%s' is no port: a number from 1 to 65535", value) == OK;
    reader->iut->port = (unsigned)port;
    return true;
}

#define ENV_MOST 32

static bool add_env(struct reader *reader, const char *value)
{
    if (strchr(value, '=') == NULL)
        return fail(reader, "'%s' is not NAME=value", value) == OK;
    if (reader->env_count == ENV_MOST)
        return fail(reader, "too many env lines%s", "") == OK;
    reader->env[reader->env_count++] = joined(reader, NULL, "", value);
    return true;
}

enum { FOR_CLIENT = 1, FOR_SERVER = 2, FOR_BOTH = 3 };

static const struct {
    const char *key;
    unsigned sides;
    size_t offset;                                         /* of a const char * in struct iut */
    const char *gap;                                       /* between a value and its next line */
    bool (*set)(struct reader *reader, const char *value); /* instead */
} keys[] = {
    {"program", FOR_BOTH, offsetof(struct iut, program), " ", NULL},
    {"module", FOR_CLIENT, offsetof(struct iut, module), " ", NULL},
    {"install", FOR_BOTH, offsetof(struct iut, install), " ", NULL},
    {"version", FOR_BOTH, offsetof(struct iut, version), " ", NULL},
    {"features", FOR_BOTH, offsetof(struct iut, features), " ", NULL},
    {"protocol", FOR_BOTH, 0, "", set_protocol},
    {"env", FOR_BOTH, 0, "", add_env},
    {"start", FOR_SERVER, offsetof(struct iut, start), " ", NULL},
    {"config", FOR_SERVER, offsetof(struct iut, config), "\n", NULL},
    {"accounts", FOR_SERVER, offsetof(struct iut, accounts), "\n", NULL},
    {"user", FOR_SERVER, offsetof(struct iut, user), " ", NULL},
    {"password", FOR_SERVER, offsetof(struct iut, password), " ", NULL},
    {"root", FOR_SERVER, offsetof(struct iut, root), " ", NULL},
    {"writable", FOR_SERVER, offsetof(struct iut, writable), " ", NULL},
    {"port", FOR_SERVER, 0, "", set_port},
};

#define KEY_COUNT (sizeof keys / sizeof keys[0])

static bool unknown_key(struct reader *reader, const char *name, unsigned side)
{
    const char *words[KEY_COUNT + 1] = {NULL};
    const char *near;
    size_t count = 0;

    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (keys[i].sides & side)
            words[count++] = keys[i].key;
    }
    near = suggest_nearest(name, words);
    reader->failed = true;
    if (near != NULL)
        diag_at(reader->why, ERR_SYNTAX, reader->at, "'%s' is no key; did you mean '%s'?", name,
                near);
    else
        diag_at(reader->why, ERR_SYNTAX, reader->at, "'%s' is no key of a [%s] section", name,
                side_name(reader->iut->side));
    return false;
}

static bool set_key(struct reader *reader, const char *name, const char *value)
{
    unsigned side = reader->iut->side == SIDE_CLIENT ? FOR_CLIENT : FOR_SERVER;

    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (strcmp(keys[i].key, name) != 0 || !(keys[i].sides & side))
            continue;
        reader->last = keys[i].key;
        if (keys[i].set != NULL)
            return keys[i].set(reader, value);
        return set_text(reader, (const char **)((char *)reader->iut + keys[i].offset), keys[i].gap,
                        value);
    }
    return unknown_key(reader, name, side);
}

/* ---- operations ---- */

static const char *const operation_names[] = {
    "get",   "get-active", "get-url", "put",    "append", "resume", "list",
    "nlst",  "mlsd",       "delete",  "rename", "mkdir",  "rmdir",  "size",
    "mtime", "mget",       "login",   "send",   NULL,
};

#define OPERATION_NAMES (sizeof operation_names / sizeof operation_names[0])

static const char *known_operation(const char *name)
{
    for (size_t i = 0; operation_names[i] != NULL; i++) {
        if (strcmp(operation_names[i], name) == 0)
            return operation_names[i];
    }
    return NULL;
}

static struct iut_operation *operation_slot(struct reader *reader, const char *name)
{
    struct iut *iut = reader->iut;

    for (size_t i = 0; i < iut->operation_count; i++) {
        if (strcmp(reader->operations[i].name, name) == 0)
            return &reader->operations[i];
    }
    reader->operations[iut->operation_count].name = name;
    return &reader->operations[iut->operation_count++];
}

static bool set_operation(struct reader *reader, const char *name, const char *value)
{
    const char *known = known_operation(name);
    const char *near = suggest_nearest(name, operation_names);

    if (known == NULL) {
        reader->failed = true;
        diag_at(reader->why, ERR_SYNTAX, reader->at, "'%s' is no operation%s%s%s", name,
                near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                near != NULL ? "'?" : "");
        return false;
    }
    reader->last = known;
    return set_text(reader, &operation_slot(reader, known)->command, " ", value);
}

static int take_pair(void *user, const char *section, const char *name, const char *value)
{
    struct reader *reader = user;
    enum side side = reader->iut->side;

    if (reader->failed)
        return 0;
    if (strcmp(section, side_name(side)) == 0)
        return set_key(reader, name, value);
    if (side == SIDE_CLIENT && strcmp(section, "operations") == 0)
        return set_operation(reader, name, value);
    reader->failed = true;
    diag_at(reader->why, ERR_SYNTAX, reader->at, "a key of section [%s]: there is only [%s]%s",
            section, side_name(side), side == SIDE_CLIENT ? " and [operations]" : "");
    return 0;
}

/* ---- the file ---- */

struct bytes iut_file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(name, '.');

    return (struct bytes){name, dot != NULL ? (size_t)(dot - name) : strlen(name)};
}

static void set_defaults(struct iut *iut)
{
    if (iut->features == NULL)
        iut->features = "";
    if (iut->side == SIDE_SERVER && iut->root == NULL)
        iut->root = "root";
    if (iut->port == 0)
        iut->port = iut->protocol == PROTOCOL_FTP ? 21 : 7;
}

static enum err check_whole(const struct reader *reader)
{
    const struct iut *iut = reader->iut;
    struct place whole = {reader->at.file, 0, 0};

    if (iut->side == SIDE_SERVER && iut->start == NULL)
        return diag_at(reader->why, ERR_SYNTAX, whole, "[server] does not say how to start it");
    if (iut->side == SIDE_CLIENT && iut->operation_count == 0)
        return diag_at(reader->why, ERR_SYNTAX, whole, "[operations] names no operation");
    return OK;
}

static enum err parse_file(struct reader *reader)
{
    struct iut *iut = reader->iut;
    int line;

    reader->operations = arena_take(&iut->arena, OPERATION_NAMES * sizeof *reader->operations);
    reader->env = arena_take(&iut->arena, (ENV_MOST + 1) * sizeof *reader->env);
    line = ini_parse_stream(read_line, reader, take_pair, reader);
    if (reader->failed)
        return reader->why->code;
    if (line > 0) {
        reader->at.line = (unsigned)line;
        reader->at.column = 1;
        return fail(reader, "this is neither a [section] nor name = value%s", "");
    }
    if (line < 0 || ferror(reader->file))
        return diag_at(reader->why, ERR_INPUT, reader->at, "cannot be read");
    iut->operations = reader->operations;
    iut->env = reader->env;
    set_defaults(iut);
    return check_whole(reader);
}

/* The path of the file that was wrong last: a diag borrows it, and the arena is gone by then. */
static char bad_path[4096];

void iut_free(struct iut *iut)
{
    if (iut == NULL)
        return;
    arena_fini(&iut->arena);
    free(iut);
}

enum err iut_file_load(const char *path, enum side side, struct iut **out, struct diag *why)
{
    struct reader reader = {.why = why, .file = fopen(path, "re")};
    enum err err;

    *out = NULL;
    if (reader.file == NULL)
        return diag_set(why, ERR_INPUT, "%s cannot be read: %s", path, strerror(errno));
    reader.iut = calloc(1, sizeof *reader.iut);
    if (reader.iut == NULL) {
        fclose(reader.file);
        return diag_set(why, ERR_SYSTEM, "out of memory");
    }
    arena_init(&reader.iut->arena);
    reader.iut->side = side;
    reader.iut->name = arena_text(&reader.iut->arena, iut_file_name(path));
    reader.at.file = arena_text(&reader.iut->arena, bytes_of(path));
    err = parse_file(&reader);
    fclose(reader.file);
    if (err == OK) {
        *out = reader.iut;
        return OK;
    }
    if (why->at.file == reader.at.file) {
        snprintf(bad_path, sizeof bad_path, "%s", path);
        why->at.file = bad_path;
    }
    iut_free(reader.iut);
    return err;
}

#include "options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "option_table.h"

/* What the design has and this version has not. */
static const struct {
    const char *name, *instead;
} later[] = {
    {"--seed", "nothing of a run is random but what a script seeds itself"},
    {"record", "write the exchange by hand (peerspec-exchange(5))"},
};

const char *command_name(enum command command)
{
    return command_rows[command].name != NULL ? command_rows[command].name : "";
}

/* What stands behind -- is the program under test. */
static bool takes_command(enum command command)
{
    return command == COMMAND_CLIENT || command == COMMAND_SERVER;
}

/* ---- messages ---- */

static bool is_later(const char *word, struct diag *why)
{
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++) {
        if (strcmp(word, later[i].name) == 0) {
            diag_set(why, ERR_USAGE, "%s is not there yet: %s", word, later[i].instead);
            return true;
        }
    }
    return false;
}

static enum err unknown_command(const char *word, struct diag *why)
{
    const char *names[COMMAND_COUNT] = {NULL};
    const char *near;

    if (is_later(word, why))
        return why->code;
    for (int i = COMMAND_SERVER; i < COMMAND_COUNT; i++)
        names[i - COMMAND_SERVER] = command_rows[i].name;
    near = suggest_nearest(word, names);
    if (near != NULL)
        return diag_set(why, ERR_USAGE, "'%s' is no command; did you mean '%s'?", word, near);
    return diag_set(
        why, ERR_USAGE,
        "'%s' is no command: server, client, check, show, play, list, explain, lint, version",
        word);
}

static const struct option_row *row_named(const char *name)
{
    for (const struct option_row *row = option_rows; row->name != NULL; row++) {
        if (strcmp(row->name, name) == 0)
            return row;
    }
    return NULL;
}

/* The first command that has the option. */
static const char *owner(const struct option_row *row)
{
    for (int i = COMMAND_SERVER; i < COMMAND_COUNT; i++) {
        if (row->commands & 1u << i)
            return command_rows[i].name;
    }
    return "";
}

static const char *near_option(const char *name, enum command command)
{
    const char *names[OPTION_ROWS_MOST] = {NULL};
    size_t count = 0;

    for (const struct option_row *row = option_rows; row->name != NULL; row++) {
        if (row->commands & 1u << command)
            names[count++] = row->name;
    }
    return suggest_nearest(name, names);
}

static enum err unknown_option(const struct reading *reading, const char *word)
{
    const char *command = command_name(reading->out->command);
    const struct option_row *row;
    const char *near, *bare;
    char name[64];

    snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    bare = name + strspn(name, "-");
    row = row_named(bare);
    if (row == NULL && is_later(name, reading->why))
        return reading->why->code;
    if (row != NULL && strncmp(name, "--", 2) == 0)
        return diag_set(reading->why, ERR_USAGE,
                        "%s is an option of peerspec %s, not of peerspec %s", name, owner(row),
                        command);
    near = near_option(bare, reading->out->command);
    if (near == NULL)
        return diag_set(reading->why, ERR_USAGE, "'%s' is no option of peerspec %s: see its --help",
                        name, command);
    return diag_set(reading->why, ERR_USAGE,
                    "'%s' is no option of peerspec %s; did you mean '--%s'?", name, command, near);
}

/* ---- getopt ---- */

#define FIRST_VALUE 256 /* above all letters */

struct getopt_table {
    struct option longs[OPTION_ROWS_MOST];
    char letters[2 * OPTION_ROWS_MOST];
};

static void fill_table(struct getopt_table *table, enum command command)
{
    size_t count = 0;
    char *letter = table->letters;

    memset(table, 0, sizeof *table);
    *letter++ = ':';
    for (int i = 0; option_rows[i].name != NULL; i++) {
        const struct option_row *row = &option_rows[i];

        if (!(row->commands & 1u << command))
            continue;
        table->longs[count].name = row->name;
        table->longs[count].has_arg = row->argument != NULL ? required_argument : no_argument;
        table->longs[count++].val = FIRST_VALUE + i;
        if (row->letter == 0)
            continue;
        *letter++ = row->letter;
        if (row->argument != NULL)
            *letter++ = ':';
    }
}

static const struct option_row *row_of(int value)
{
    if (value >= FIRST_VALUE)
        return &option_rows[value - FIRST_VALUE];
    for (const struct option_row *row = option_rows; row->name != NULL; row++) {
        if (value != 0 && row->letter == value)
            return row;
    }
    return NULL;
}

static enum err apply(struct reading *reading, const char *value)
{
    void *field = (char *)reading->out + reading->row->offset;

    switch (reading->row->kind) {
    case OPTION_FLAG:
        *(bool *)field = true;
        return OK;
    case OPTION_TEXT:
        if (value[0] == '\0')
            return option_unfit(reading, value, reading->row->argument);
        *(const char **)field = value;
        return OK;
    case OPTION_WORDS:
        option_add_word(reading, field, value);
        return OK;
    case OPTION_OWN:
        break;
    }
    return reading->row->take(reading, value);
}

/* What getopt_long() did not like about the word before optind. */
static enum err refused(const struct reading *reading, int answer, char *const *argv)
{
    const struct option_row *row = row_of(optopt);
    char letter[3] = {'-', (char)optopt, '\0'};

    if (answer == ':')
        return diag_set(reading->why, ERR_USAGE, "--%s wants a value: --%s %s",
                        row != NULL ? row->name : "", row != NULL ? row->name : "",
                        row != NULL ? row->argument : "");
    if (row != NULL)
        return diag_set(reading->why, ERR_USAGE, "--%s takes no value", row->name);
    if (optopt != 0)
        return unknown_option(reading, letter);
    return unknown_option(reading, argv[optind - 1]);
}

static enum err take_options(struct reading *reading, int argc, char **argv)
{
    struct getopt_table table;
    enum err err = OK;
    int answer;

    fill_table(&table, reading->out->command);
    optind = 0; /* GNU: begin anew */
    opterr = 0;
    while (err == OK &&
           (answer = getopt_long(argc, argv, table.letters, table.longs, NULL)) != -1) {
        if (answer == '?' || answer == ':')
            return refused(reading, answer, argv);
        reading->row = row_of(answer);
        err = apply(reading, optarg);
    }
    for (int i = optind; i < argc && err == OK; i++)
        option_add_word(reading, &reading->out->words, argv[i]);
    return err;
}

/* ---- what does not go together ---- */

static enum err take_target(struct reading *reading)
{
    struct options *out = reading->out;
    enum err err = target_parse(&out->arena, out->words.items[0], &out->target, reading->why);

    out->words.count--;
    out->words.items = out->words.count > 0 ? out->words.items + 1 : NULL;
    if (err == OK && out->command == COMMAND_CLIENT && out->target.kind == TARGET_URL)
        return diag_set(reading->why, ERR_USAGE,
                        "'%s' is a server: peerspec client wants an adapter such as curl",
                        out->target.text);
    return err;
}

static enum err check_play(struct reading *reading)
{
    struct options *out = reading->out;
    bool server_only = out->listen.host != NULL || out->reply_count > 0 || out->stall_count > 0 ||
                       out->drop_after.count > 0 || out->root != NULL;

    if (out->words.count > 0)
        out->file = out->words.items[0];
    if (!out->has_as && (out->listen.host != NULL) != (out->connect.host != NULL)) {
        out->has_as = true;
        out->as = out->connect.host != NULL ? SIDE_CLIENT : SIDE_SERVER;
    }
    if (!out->has_as)
        return diag_set(reading->why, ERR_USAGE, "say what to play: --as server or --as client");
    if (out->as == SIDE_SERVER && out->connect.host != NULL)
        return diag_set(reading->why, ERR_USAGE,
                        "--connect is for --as client; a server has --listen");
    if (out->as == SIDE_CLIENT && server_only)
        return diag_set(reading->why, ERR_USAGE,
                        "--listen, --reply, --stall, --drop-after and --root are for --as server");
    if (out->as == SIDE_CLIENT && out->connect.host == NULL)
        return diag_set(reading->why, ERR_USAGE, "--as client needs --connect HOST:PORT");
    return OK;
}

/* Two documents in one file are none. */
static enum err check_reports(struct reading *reading)
{
    const struct options *out = reading->out;
    const struct {
        const char *option, *file;
    } reports[] = {{"--junit", out->junit}, {"--tap", out->tap}, {"--json", out->json}};
    const size_t count = sizeof reports / sizeof *reports;

    for (size_t i = 0; i < count; i++) {
        for (size_t j = i + 1; j < count; j++) {
            const char *file = reports[i].file;

            if (file == NULL || reports[j].file == NULL || strcmp(file, reports[j].file) != 0)
                continue;
            return diag_set(reading->why, ERR_USAGE, "%s and %s cannot both write to %s",
                            reports[i].option, reports[j].option,
                            strcmp(file, "-") == 0 ? "standard output" : file);
        }
    }
    return OK;
}

static enum err check_words(struct reading *reading)
{
    struct options *out = reading->out;
    const struct command_row *command = &command_rows[out->command];
    bool named = out->argv != NULL || out->adapter != NULL;

    if (out->command == COMMAND_CLIENT && out->argv != NULL && out->adapter != NULL)
        return diag_set(reading->why, ERR_USAGE,
                        "--adapter and a command line after -- exclude "
                        "each other");
    if (takes_command(out->command) && named)
        return OK;
    if (out->words.count < command->least)
        return diag_set(reading->why, ERR_USAGE, "%s", command->missing);
    if (out->words.count > command->most)
        return diag_set(reading->why, ERR_USAGE, "peerspec %s does not take '%s'", command->name,
                        out->words.items[command->most]);
    if (out->command == COMMAND_SERVER || out->command == COMMAND_CLIENT)
        return take_target(reading);
    return out->command == COMMAND_PLAY ? check_play(reading) : OK;
}

/* ---- the environment ---- */

static enum err read_environment(struct reading *reading)
{
    const char *no_color = getenv("NO_COLOR");
    const char *total = getenv("TEST_TOTAL_SHARDS");
    const char *index = getenv("TEST_SHARD_INDEX");
    struct options *out = reading->out;
    uint64_t shard, shards;

    if (no_color != NULL && no_color[0] != '\0')
        out->no_color = true;
    if ((out->command != COMMAND_SERVER && out->command != COMMAND_CLIENT) || out->shards != 0 ||
        total == NULL || index == NULL)
        return OK;
    if (!bytes_to_u64(bytes_of(total), &shards) || !bytes_to_u64(bytes_of(index), &shard) ||
        shards > 10000 || shard >= shards)
        return diag_set(reading->why, ERR_USAGE,
                        "TEST_SHARD_INDEX=%s of TEST_TOTAL_SHARDS=%s is no shard: it counts from 0",
                        index, total);
    out->shard = (unsigned)shard + 1;
    out->shards = (unsigned)shards;
    return OK;
}

/* ---- the whole line ---- */

static enum command command_named(const char *word)
{
    for (int i = COMMAND_SERVER; i < COMMAND_COUNT; i++) {
        if (strcmp(word, command_rows[i].name) == 0)
            return (enum command)i;
    }
    return COMMAND_NONE;
}

/* `peerspec --help`, `peerspec help COMMAND`, `peerspec --version`. True where it was one. */
static bool is_help(struct options *out, int argc, char *const *argv)
{
    const char *word = argc > 1 ? argv[1] : "--help";

    if (strcmp(word, "--version") == 0) {
        out->command = COMMAND_VERSION;
        return true;
    }
    if (strcmp(word, "--help") != 0 && strcmp(word, "-h") != 0 && strcmp(word, "help") != 0)
        return false;
    out->help = true;
    out->command = argc > 2 ? command_named(argv[2]) : COMMAND_NONE;
    return true;
}

/* Index of "--", or argc. */
static int command_line_at(int argc, char *const *argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0)
            return i;
    }
    return argc;
}

static enum err parse_command(struct reading *reading, int argc, char *const *argv)
{
    struct options *out = reading->out;
    char **copy = arena_take(&out->arena, ((size_t)argc + 1) * sizeof *copy);
    int end = takes_command(out->command) ? command_line_at(argc, argv) : argc;
    enum err err;

    if (end < argc - 1)
        out->argv = (const char *const *)(argv + end + 1);
    else if (end < argc)
        return diag_set(reading->why, ERR_USAGE, "no command line follows the --");
    memcpy(copy, argv, (size_t)end * sizeof *copy);
    err = take_options(reading, end, copy);
    if (err != OK || out->help)
        return err;
    err = check_words(reading);
    if (err == OK)
        err = check_reports(reading);
    return err == OK ? read_environment(reading) : err;
}

enum err options_parse(struct options *out, int argc, char *const *argv, struct diag *why)
{
    struct reading reading = {out, why, NULL, argc > 0 ? (size_t)argc : 1};

    memset(out, 0, sizeof *out);
    arena_init(&out->arena);
    out->level = LEVEL_PRACTICE;
    if (is_help(out, argc, argv))
        return OK;
    out->command = command_named(argv[1]);
    if (out->command == COMMAND_NONE && argv[1][0] == '-')
        return diag_set(why, ERR_USAGE, "the command comes first: peerspec COMMAND %s", argv[1]);
    if (out->command == COMMAND_NONE)
        return unknown_command(argv[1], why);
    return parse_command(&reading, argc - 1, argv + 1);
}

void options_fini(struct options *options)
{
    arena_fini(&options->arena);
}

#include "options.h"

#include <ctype.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "nearest.h"

#ifndef PEERSPEC_VERSION
#define PEERSPEC_VERSION "0.1.0"
#endif

#define JOBS_MOST 1024

struct reading {
    struct options *out;
    struct diag *why;
    const struct row *row; /* the option at hand */
    size_t most;           /* no list has more items than the command line words */
};

/* ---- values ---- */

static enum err unfit(const struct reading *reading, const char *value, const char *wanted);

bool duration_parse(const char *text, int64_t *ns)
{
    static const struct {
        const char *unit;
        double ns;
    } units[] = {{"", 1e9}, {"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"m", 6e10}, {"min", 6e10}};
    char *unit;
    double number;

    if (!isdigit((unsigned char)text[0]) || strspn(text, "0123456789.") == 0)
        return false;
    number = strtod(text, &unit);
    if (unit != text + strspn(text, "0123456789."))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(unit, units[i].unit) != 0 || number * units[i].ns > 1e15)
            continue;
        *ns = (int64_t)(number * units[i].ns + 0.5);
        return true;
    }
    return false;
}

static bool number_in(const char *text, uint64_t least, uint64_t most, uint64_t *value)
{
    return bytes_to_u64(bytes_of(text), value) && *value >= least && *value <= most;
}

static const char *upper(struct arena *arena, struct bytes in)
{
    char *text = arena_text(arena, in);

    for (char *at = text; *at != '\0'; at++)
        *at = (char)toupper((unsigned char)*at);
    return text;
}

/* A verb at the start of `value`, up to `end`; NULL where that is none. */
static const char *verb_before(struct arena *arena, const char *value, char end)
{
    size_t len = 0;

    while (isalpha((unsigned char)value[len]))
        len++;
    if (len < 3 || len > 4 || value[len] != end)
        return NULL;
    return upper(arena, (struct bytes){value, len});
}

static void add_word(const struct reading *reading, struct option_words *words, const char *word)
{
    const char **items = (const char **)words->items;

    if (items == NULL)
        items = arena_take(&reading->out->arena, (reading->most + 1) * sizeof *items);
    items[words->count++] = word;
    words->items = items;
}

/* ---- options with a form of their own ---- */

static enum err take_level(struct reading *reading, const char *value)
{
    static const char *const names[] = {"must", "should", "practice"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcasecmp(value, names[i]) == 0) {
            reading->out->level = (enum level)i;
            return OK;
        }
    }
    return unfit(reading, value, "must, should or practice");
}

static enum err take_jobs(struct reading *reading, const char *value)
{
    uint64_t jobs;

    if (!number_in(value, 1, JOBS_MOST, &jobs))
        return unfit(reading, value, "a number from 1 to 1024");
    reading->out->jobs = (unsigned)jobs;
    return OK;
}

static enum err take_timeout(struct reading *reading, const char *value)
{
    if (!duration_parse(value, &reading->out->timeout) || reading->out->timeout == 0)
        return unfit(reading, value, "a time, for instance 10s or 500ms");
    return OK;
}

static enum err set_shard(struct options *out, uint64_t shard, uint64_t shards)
{
    out->shard = (unsigned)shard;
    out->shards = (unsigned)shards;
    return OK;
}

static enum err take_shard(struct reading *reading, const char *value)
{
    struct bytes text = bytes_of(value);
    size_t slash = bytes_index(text, '/');
    uint64_t shard, shards;

    if (!bytes_to_u64(bytes_slice(text, 0, slash), &shard) || slash == text.len ||
        !number_in(value + slash + 1, 1, 10000, &shards) || shard < 1 || shard > shards)
        return unfit(reading, value, "I/N, for instance 1/3, 2/3 and 3/3");
    return set_shard(reading->out, shard, shards);
}

static enum err take_isolate(struct reading *reading, const char *value)
{
    static const char *const names[] = {"auto", "namespace", "none"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(value, names[i]) == 0) {
            reading->out->isolate = (enum isolate)i;
            return OK;
        }
    }
    return unfit(reading, value, "auto, namespace or none");
}

static enum err take_seed(struct reading *reading, const char *value)
{
    reading->out->has_seed = true;
    if (!bytes_to_u64(bytes_of(value), &reading->out->seed))
        return unfit(reading, value, "a number");
    return OK;
}

static enum err take_protocol(struct reading *reading, const char *value)
{
    for (enum protocol protocol = PROTOCOL_FTP; protocol <= PROTOCOL_TCP; protocol++) {
        if (strcmp(value, protocol_name(protocol)) == 0) {
            reading->out->has_protocol = true;
            reading->out->protocol = protocol;
            return OK;
        }
    }
    return unfit(reading, value, "ftp, udp or tcp");
}

static enum err take_port(struct reading *reading, const char *value)
{
    uint64_t port;

    if (!number_in(value, 1, UINT16_MAX, &port))
        return unfit(reading, value, "a number from 1 to 65535");
    reading->out->port = (unsigned)port;
    return OK;
}

static enum err take_ports(struct reading *reading, const char *value)
{
    struct bytes rest = bytes_of(value);
    size_t count = 0;

    while (reading->out->ports[count] != 0)
        count++;
    for (;;) {
        size_t comma = bytes_index(rest, ',');
        uint64_t port;

        if (!bytes_to_u64(bytes_slice(rest, 0, comma), &port) || port < 1 || port > UINT16_MAX ||
            count == OPTION_PORTS - 1)
            return unfit(reading, value, "at most 15 port numbers with commas between");
        reading->out->ports[count++] = (uint16_t)port;
        if (comma == rest.len)
            return OK;
        rest = bytes_from(rest, comma + 1);
    }
}

static enum err take_file(struct reading *reading, const char *value)
{
    struct option_pairs *files = &reading->out->files;
    struct option_pair *items = (struct option_pair *)files->items;
    const char *equals = strchr(value, '=');

    if (equals == NULL || equals == value || equals[1] == '\0')
        return unfit(reading, value, "REMOTE=LOCAL, for instance readme.txt=./readme.txt");
    if (items == NULL)
        items = arena_take(&reading->out->arena, reading->most * sizeof *items);
    items[files->count].name =
        arena_text(&reading->out->arena, (struct bytes){value, (size_t)(equals - value)});
    items[files->count++].value = equals + 1;
    files->items = items;
    return OK;
}

static enum err take_as(struct reading *reading, const char *value)
{
    for (enum side side = SIDE_CLIENT; side <= SIDE_SERVER; side++) {
        if (strcmp(value, side_name(side)) == 0) {
            reading->out->has_as = true;
            reading->out->as = side;
            return OK;
        }
    }
    return unfit(reading, value, "server or client");
}

static enum err take_listen(struct reading *reading, const char *value)
{
    return hostport_parse(&reading->out->arena, value, &reading->out->listen, reading->why);
}

static enum err take_connect(struct reading *reading, const char *value)
{
    struct hostport *connect = &reading->out->connect;
    enum err err = hostport_parse(&reading->out->arena, value, connect, reading->why);

    if (err == OK && (connect->host[0] == '\0' || connect->port == 0))
        return unfit(reading, value, "the HOST:PORT of a server");
    return err;
}

static enum err take_reply(struct reading *reading, const char *value)
{
    struct options *out = reading->out;
    struct option_reply *items = (struct option_reply *)out->replies;
    const char *verb = verb_before(&out->arena, value, '=');
    const char *code = verb != NULL ? value + strlen(verb) + 1 : "";
    uint64_t number;

    if (verb == NULL || strspn(code, "0123456789") != 3 || (code[3] != '\0' && code[3] != ' ') ||
        !bytes_to_u64((struct bytes){code, 3}, &number) || number < 100 || number > 599)
        return unfit(reading, value, "VERB=CODE, for instance RETR=550");
    if (items == NULL)
        items = arena_take(&out->arena, reading->most * sizeof *items);
    items[out->reply_count].verb = verb;
    items[out->reply_count].code = (int)number;
    items[out->reply_count++].text = code[3] == ' ' ? code + 4 : NULL;
    out->replies = items;
    return OK;
}

static enum err take_stall(struct reading *reading, const char *value)
{
    struct options *out = reading->out;
    struct option_stall *items = (struct option_stall *)out->stalls;
    const char *verb = verb_before(&out->arena, value, ':');
    int64_t time;

    if (verb == NULL || !duration_parse(value + strlen(verb) + 1, &time))
        return unfit(reading, value, "VERB:TIME, for instance PASV:3s");
    if (items == NULL)
        items = arena_take(&out->arena, reading->most * sizeof *items);
    items[out->stall_count].verb = verb;
    items[out->stall_count++].time = time;
    out->stalls = items;
    return OK;
}

static enum err take_drop(struct reading *reading, const char *value)
{
    const char *verb = verb_before(&reading->out->arena, value, '\0');

    if (verb == NULL)
        return unfit(reading, value, "a command's verb, for instance STOR");
    add_word(reading, &reading->out->drop_after, verb);
    return OK;
}

/* ---- the table ---- */

enum {
    SERVER = 1u << COMMAND_SERVER,
    CLIENT = 1u << COMMAND_CLIENT,
    CHECK = 1u << COMMAND_CHECK,
    PLAY = 1u << COMMAND_PLAY,
    LIST = 1u << COMMAND_LIST,
    EXPLAIN = 1u << COMMAND_EXPLAIN,
    LINT = 1u << COMMAND_LINT,
    VERSION = 1u << COMMAND_VERSION,
    RUNS = SERVER | CLIENT,
    ALL = RUNS | CHECK | PLAY | LIST | EXPLAIN | LINT | VERSION,
};

enum kind { FLAG, TEXT, WORDS, OWN };

struct row {
    const char *name;
    char letter;          /* its short form; 0: none */
    const char *argument; /* as help calls it; NULL: takes none */
    unsigned commands;    /* that have it */
    enum kind kind;
    size_t offset; /* in struct options, of a bool, const char *, or struct option_words */
    enum err (*take)(struct reading *reading, const char *value); /* OWN */
    const char *help;
};

#define AT(field) offsetof(struct options, field)

static const struct row rows[] = {
    {"level", 0, "LEVEL", RUNS | CHECK, OWN, 0, take_level,
     "what counts: must, should, or practice (all; the default)"},
    {"jobs", 'j', "N", RUNS, OWN, 0, take_jobs, "cases at the same time"},
    {"timeout", 0, "TIME", RUNS | PLAY, OWN, 0, take_timeout, "for one case: 10s, 500ms"},
    {"tap", 0, "FILE", RUNS, TEXT, AT(tap), NULL, "also write TAP version 13; - is the output"},
    {"evidence", 0, "DIR", RUNS, TEXT, AT(evidence), NULL,
     "keep capture, transcript and script of each case there"},
    {"baseline", 0, "FILE", RUNS, TEXT, AT(baseline), NULL,
     "known deviations, which do not count (peerspec.baseline)"},
    {"write-baseline", 0, NULL, RUNS, FLAG, AT(write_baseline), NULL,
     "add what fails now to the baseline"},
    {"shard", 0, "I/N", RUNS, OWN, 0, take_shard, "only the I-th of N parts of the cases"},
    {"isolate", 0, "HOW", RUNS, OWN, 0, take_isolate,
     "auto (the default), namespace, or none: loopback as it is"},
    {"seed", 0, "N", RUNS, OWN, 0, take_seed, "for what is random: repeats a run"},
    {"strict", 0, NULL, RUNS | CHECK, FLAG, AT(strict), NULL, "WARN counts like FAIL"},
    {"writable", 0, "DIR", SERVER, TEXT, AT(writable), NULL,
     "a folder of the server's in which cases may write"},
    {"file", 0, "REMOTE=LOCAL", SERVER, OWN, 0, take_file,
     "a file that the server has, and its content"},
    {"adapter", 0, "FILE", CLIENT, TEXT, AT(adapter), NULL, "an adapter file of your own"},
    {"protocol", 0, "NAME", CLIENT | PLAY, OWN, 0, take_protocol, "ftp, udp or tcp"},
    {"port", 0, "N", CLIENT, OWN, 0, take_port, "the port at which the client expects its server"},
    {"as", 0, "SIDE", PLAY, OWN, 0, take_as, "what is played: server or client"},
    {"listen", 0, "HOST:PORT", PLAY, OWN, 0, take_listen, "where the server waits for clients"},
    {"connect", 0, "HOST:PORT", PLAY, OWN, 0, take_connect, "the server that the client talks to"},
    {"reply", 0, "VERB=CODE", PLAY, OWN, 0, take_reply, "answer VERB so: --reply RETR=550"},
    {"stall", 0, "VERB:TIME", PLAY, OWN, 0, take_stall, "answer VERB late: --stall PASV:3s"},
    {"drop-after", 0, "VERB", PLAY, OWN, 0, take_drop, "close the connection after VERB"},
    {"root", 0, "DIR", PLAY, TEXT, AT(root), NULL, "the folder that the server serves"},
    {"user", 0, "NAME", PLAY, TEXT, AT(user), NULL, "the user that may log in"},
    {"password", 0, "TEXT", PLAY, TEXT, AT(password), NULL, "the user's password"},
    {"fault", 0, "NAME", PLAY, WORDS, AT(faults), NULL, "break a rule on purpose (see the manual)"},
    {"rules", 0, "GLOB", CHECK, TEXT, AT(rules), NULL, "only the rules whose id matches"},
    {"ports", 0, "N,N...", CHECK, OWN, 0, take_ports, "FTP control ports beside 21"},
    {"read-filter", 0, "EXPR", CHECK, TEXT, AT(read_filter), NULL,
     "only packets that match (pcap-filter(7))"},
    {"quiet", 'q', NULL, RUNS | CHECK | PLAY, FLAG, AT(quiet), NULL, "only what is not PASS"},
    {"no-color", 0, NULL, RUNS | CHECK, FLAG, AT(no_color), NULL,
     "no colours, like a NO_COLOR in the environment"},
    {"help", 'h', NULL, ALL, FLAG, AT(help), NULL, "print this page"},
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

struct command_row {
    const char *name;
    const char *synopsis; /* lines, "\n" between */
    const char *about;
    size_t least, most;  /* words */
    const char *missing; /* what to say where there are too few */
};

static const struct command_row commands[COMMAND_COUNT] = {
    [COMMAND_SERVER] =
        {"server", "peerspec server TARGET [SELECT...] [OPTION...]",
         "Test a server. TARGET is ftp://user:password@host:port, udp://host:port,\n"
         "tcp://host:port, or a profile that says how to start one (peerspec list).\n"
         "SELECT is an exchange file, an id, or a glob of ids; without it: all that fit.\n",
         1, SIZE_MAX,
         "say which server: a URL such as ftp://localhost:2121, or a profile such as "
         "builtin"},
    [COMMAND_CLIENT] =
        {"client",
         "peerspec client TARGET [SELECT...] [OPTION...]\n"
         "peerspec client [SELECT...] [OPTION...] -- COMMAND [ARGUMENT...]",
         "Test a client. TARGET is an adapter, which knows the client's command line for each\n"
         "operation (peerspec list). In COMMAND and its ARGUMENTs {url} {host} {port} {user}\n"
         "{password} {remote} {local} are filled in; it stands for the operation `get` unless\n"
         "SELECT names exchanges with another one.\n",
         1, SIZE_MAX, "say which client: an adapter such as curl, or -- and its command line"},
    [COMMAND_CHECK] =
        {"check", "peerspec check FILE... [OPTION...]",
         "Judge captures that somebody else made: pcap or pcapng, - is standard input.\n", 1,
         SIZE_MAX, "say which capture: a pcap or pcapng file, or - for standard input"},
    [COMMAND_PLAY] =
        {"play",
         "peerspec play [FILE] --as server [--listen HOST:PORT] [OPTION...]\n"
         "peerspec play [FILE] --as client --connect HOST:PORT [OPTION...]",
         "Play the fake peer alone, by the exchange FILE or freely, and print each command,\n"
         "reply and transfer as it happens.\n",
         0, 1, NULL},
    [COMMAND_LIST] =
        {"list", "peerspec list [SELECT...]",
         "List exchanges, rules, adapters and profiles, or the exchanges that match.\n", 0,
         SIZE_MAX, NULL},
    [COMMAND_EXPLAIN] = {"explain", "peerspec explain ID...",
                         "Print what a rule or an exchange asks, why, and where it is written.\n",
                         1, SIZE_MAX, "say what to explain: the id of a rule or an exchange"},
    [COMMAND_LINT] = {"lint", "peerspec lint FILE...", "Find mistakes in exchange files.\n", 1,
                      SIZE_MAX, "say which exchange files to look at"},
    [COMMAND_VERSION] = {"version", "peerspec version", "Print the version.\n", 0, 0, NULL},
    [COMMAND_BUILTIN] = {"builtin", "", "", 0, SIZE_MAX, NULL},
};

/* What the design has and this version has not. */
static const struct {
    const char *name, *instead;
} later[] = {
    {"--junit", "write --tap FILE, which CI systems read too"},
    {"--json", "write --tap FILE"},
    {"record", "write the exchange by hand (peerspec-exchange(5))"},
};

const char *command_name(enum command command)
{
    return commands[command].name != NULL ? commands[command].name : "";
}

/* ---- messages ---- */

static enum err unfit(const struct reading *reading, const char *value, const char *wanted)
{
    return diag_set(reading->why, ERR_USAGE, "--%s wants %s, not '%s'", reading->row->name, wanted,
                    value);
}

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
    struct nearest nearest;

    if (is_later(word, why))
        return why->code;
    nearest_init(&nearest, word);
    for (int i = COMMAND_SERVER; i < COMMAND_BUILTIN; i++)
        nearest_offer(&nearest, commands[i].name);
    if (nearest.word != NULL)
        return diag_set(why, ERR_USAGE, "'%s' is no command; did you mean '%s'?", word,
                        nearest.word);
    return diag_set(why, ERR_USAGE,
                    "'%s' is no command: server, client, check, play, list, explain, lint, version",
                    word);
}

static const struct row *row_named(const char *name)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    }
    return NULL;
}

/* The first command that has the option. */
static const char *owner(const struct row *row)
{
    for (int i = COMMAND_SERVER; i < COMMAND_BUILTIN; i++) {
        if (row->commands & 1u << i)
            return commands[i].name;
    }
    return "";
}

static enum err unknown_option(const struct reading *reading, const char *word)
{
    const char *command = command_name(reading->out->command);
    char name[64];
    const struct row *row;
    struct nearest nearest;

    snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    if (is_later(name, reading->why))
        return reading->why->code;
    row = row_named(name + strspn(name, "-"));
    if (row != NULL && strncmp(name, "--", 2) == 0)
        return diag_set(reading->why, ERR_USAGE,
                        "%s is an option of peerspec %s, not of peerspec %s", name, owner(row),
                        command);
    nearest_init(&nearest, name + strspn(name, "-"));
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (rows[i].commands & 1u << reading->out->command)
            nearest_offer(&nearest, rows[i].name);
    }
    return diag_set(reading->why, ERR_USAGE, "'%s' is no option of peerspec %s%s%s%s", name,
                    command, nearest.word != NULL ? "; did you mean '--" : ": see its --help",
                    nearest.word != NULL ? nearest.word : "", nearest.word != NULL ? "'?" : "");
}

/* ---- getopt ---- */

#define FIRST_VALUE 256 /* above all letters */

struct getopt_table {
    struct option longs[ROW_COUNT + 1];
    char letters[2 + 2 * ROW_COUNT + 1];
};

static void fill_table(struct getopt_table *table, enum command command)
{
    size_t count = 0;
    char *letter = table->letters;

    memset(table, 0, sizeof *table);
    *letter++ = ':';
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (!(rows[i].commands & 1u << command))
            continue;
        table->longs[count].name = rows[i].name;
        table->longs[count].has_arg = rows[i].argument != NULL ? required_argument : no_argument;
        table->longs[count++].val = FIRST_VALUE + (int)i;
        if (rows[i].letter == 0)
            continue;
        *letter++ = rows[i].letter;
        if (rows[i].argument != NULL)
            *letter++ = ':';
    }
}

static const struct row *row_of(int value)
{
    if (value >= FIRST_VALUE)
        return &rows[value - FIRST_VALUE];
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (value != 0 && rows[i].letter == value)
            return &rows[i];
    }
    return NULL;
}

static enum err apply(struct reading *reading, const char *value)
{
    void *field = (char *)reading->out + reading->row->offset;

    switch (reading->row->kind) {
    case FLAG:
        *(bool *)field = true;
        return OK;
    case TEXT:
        if (value[0] == '\0')
            return unfit(reading, value, reading->row->argument);
        *(const char **)field = value;
        return OK;
    case WORDS:
        add_word(reading, field, value);
        return OK;
    case OWN:
        break;
    }
    return reading->row->take(reading, value);
}

/* What getopt_long() did not like about the word before optind. */
static enum err refused(const struct reading *reading, int answer, char *const *argv)
{
    const struct row *row = row_of(optopt);
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
        add_word(reading, &reading->out->words, argv[i]);
    return err;
}

/* ---- what does not go together ---- */

static enum err take_target(struct reading *reading)
{
    struct options *out = reading->out;
    enum err err = target_parse(&out->arena, out->words.items[0], &out->target, reading->why);

    out->words.items++;
    out->words.count--;
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

static enum err check_words(struct reading *reading)
{
    struct options *out = reading->out;
    const struct command_row *command = &commands[out->command];
    bool names_client = out->argv != NULL || out->adapter != NULL;

    if (out->command == COMMAND_CLIENT && out->argv != NULL && out->adapter != NULL)
        return diag_set(reading->why, ERR_USAGE,
                        "--adapter and a command line after -- exclude "
                        "each other");
    if (out->command == COMMAND_CLIENT && names_client)
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
    if (!(RUNS & 1u << out->command) || out->shards != 0 || total == NULL || index == NULL)
        return OK;
    if (!number_in(total, 1, 10000, &shards) || !number_in(index, 0, shards - 1, &shard))
        return diag_set(reading->why, ERR_USAGE,
                        "TEST_SHARD_INDEX=%s of TEST_TOTAL_SHARDS=%s is no shard: it counts from 0",
                        index, total);
    return set_shard(out, shard + 1, shards);
}

/* ---- the whole line ---- */

static enum command command_named(const char *word)
{
    for (int i = COMMAND_SERVER; i < COMMAND_COUNT; i++) {
        if (strcmp(word, commands[i].name) == 0)
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
    int end = out->command == COMMAND_CLIENT ? command_line_at(argc, argv) : argc;
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
    if (out->command != COMMAND_BUILTIN)
        return parse_command(&reading, argc - 1, argv + 1);
    for (int i = 2; i < argc; i++)
        add_word(&reading, &out->words, argv[i]);
    return OK;
}

void options_fini(struct options *options)
{
    arena_fini(&options->arena);
}

/* ---- pages ---- */

void options_usage(FILE *out)
{
    fputs("peerspec " PEERSPEC_VERSION
          ": conformance tests of FTP, UDP and TCP clients and servers\n"
          "\n"
          "  peerspec server TARGET [SELECT...]        test a server\n"
          "  peerspec client TARGET [SELECT...]        test a client\n"
          "  peerspec client [SELECT...] -- COMMAND    test a client by its command line\n"
          "  peerspec check FILE...                    judge captures (pcap, pcapng, -)\n"
          "  peerspec play [FILE] --as server|client   play the fake peer alone, by hand\n"
          "  peerspec list [SELECT...]                 exchanges, rules, adapters, profiles\n"
          "  peerspec explain ID                       what a rule or an exchange asks\n"
          "  peerspec lint FILE...                     find mistakes in exchange files\n"
          "  peerspec version\n"
          "\n"
          "A server TARGET is a URL (ftp://user:password@host:port, udp://host:port,\n"
          "tcp://host:port) or a profile (vsftpd); a client TARGET is an adapter (curl).\n"
          "SELECT is an exchange file, an id (ftp/login/anonymous) or a glob of ids.\n"
          "\n"
          "  peerspec server ftp://me:secret@localhost:2121\n"
          "  peerspec client curl 'ftp/transfer/*'\n"
          "  peerspec client -- wget -q ftp://{user}:{password}@{host}:{port}/{remote}\n"
          "\n"
          "Options: peerspec COMMAND --help. Manuals: peerspec(1), peerspec-exchange(5).\n",
          out);
}

static void print_synopsis(FILE *out, const char *synopsis)
{
    while (*synopsis != '\0') {
        size_t len = strcspn(synopsis, "\n");

        fprintf(out, "  %.*s\n", (int)len, synopsis);
        synopsis += len + (synopsis[len] == '\n');
    }
}

static void print_row(FILE *out, const struct row *row)
{
    char form[40];

    if (row->letter != 0)
        snprintf(form, sizeof form, "-%c, --%s%s%s", row->letter, row->name,
                 row->argument != NULL ? " " : "", row->argument != NULL ? row->argument : "");
    else
        snprintf(form, sizeof form, "--%s%s%s", row->name, row->argument != NULL ? " " : "",
                 row->argument != NULL ? row->argument : "");
    fprintf(out, "  %-20s  %s\n", form, row->help);
}

void options_help(FILE *out, enum command command)
{
    if (commands[command].name == NULL) {
        options_usage(out);
        return;
    }
    print_synopsis(out, commands[command].synopsis);
    fprintf(out, "\n%s\n", commands[command].about);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (rows[i].commands & 1u << command)
            print_row(out, &rows[i]);
    }
}

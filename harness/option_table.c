#include "option_table.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define JOBS_MOST 1024

/* ---- values ---- */

enum err option_unfit(const struct reading *reading, const char *value, const char *wanted)
{
    return diag_set(reading->why, ERR_USAGE, "--%s wants %s, not '%s'", reading->row->name, wanted,
                    value);
}

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

void option_add_word(const struct reading *reading, struct option_words *words, const char *word)
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
    return option_unfit(reading, value, "must, should or practice");
}

static enum err take_jobs(struct reading *reading, const char *value)
{
    uint64_t jobs;

    if (!number_in(value, 1, JOBS_MOST, &jobs))
        return option_unfit(reading, value, "a number from 1 to 1024");
    reading->out->jobs = (unsigned)jobs;
    return OK;
}

static enum err take_timeout(struct reading *reading, const char *value)
{
    if (!duration_parse(value, &reading->out->timeout) || reading->out->timeout == 0)
        return option_unfit(reading, value, "a time, for instance 10s or 500ms");
    return OK;
}

static enum err take_shard(struct reading *reading, const char *value)
{
    struct bytes text = bytes_of(value);
    size_t slash = bytes_index(text, '/');
    uint64_t shard, shards;

    if (!bytes_to_u64(bytes_slice(text, 0, slash), &shard) || slash == text.len ||
        !number_in(value + slash + 1, 1, 10000, &shards) || shard < 1 || shard > shards)
        return option_unfit(reading, value, "I/N, for instance 1/3, 2/3 and 3/3");
    reading->out->shard = (unsigned)shard;
    reading->out->shards = (unsigned)shards;
    return OK;
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
    return option_unfit(reading, value, "auto, namespace or none");
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
    return option_unfit(reading, value, "ftp, udp or tcp");
}

static enum err take_port(struct reading *reading, const char *value)
{
    uint64_t port;

    if (!number_in(value, 1, UINT16_MAX, &port))
        return option_unfit(reading, value, "a number from 1 to 65535");
    reading->out->port = (unsigned)port;
    return OK;
}

static enum err take_session(struct reading *reading, const char *value)
{
    uint64_t session;

    if (!number_in(value, 1, UINT32_MAX, &session))
        return option_unfit(reading, value, "the number that check prints before a conversation");
    reading->out->session = (size_t)session;
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
            return option_unfit(reading, value, "at most 15 port numbers with commas between");
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
        return option_unfit(reading, value, "REMOTE=LOCAL, for instance readme.txt=./readme.txt");
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
    return option_unfit(reading, value, "server or client");
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
        return option_unfit(reading, value, "the HOST:PORT of a server");
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
        return option_unfit(reading, value, "VERB=CODE, for instance RETR=550");
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
        return option_unfit(reading, value, "VERB:TIME, for instance PASV:3s");
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
        return option_unfit(reading, value, "a command's verb, for instance STOR");
    option_add_word(reading, &reading->out->drop_after, verb);
    return OK;
}

/* ---- the table ---- */

enum {
    SERVER = 1u << COMMAND_SERVER,
    CLIENT = 1u << COMMAND_CLIENT,
    CHECK = 1u << COMMAND_CHECK,
    SHOW = 1u << COMMAND_SHOW,
    PLAY = 1u << COMMAND_PLAY,
    LIST = 1u << COMMAND_LIST,
    EXPLAIN = 1u << COMMAND_EXPLAIN,
    LINT = 1u << COMMAND_LINT,
    VERSION = 1u << COMMAND_VERSION,
    RUNS = SERVER | CLIENT,
    CAPTURES = CHECK | SHOW,
    ALL = RUNS | CAPTURES | PLAY | LIST | EXPLAIN | LINT | VERSION,
};

#define AT(field) offsetof(struct options, field)

const struct option_row option_rows[] = {
    {"level", 0, "LEVEL", RUNS | CHECK, OPTION_OWN, 0, take_level,
     "what counts: must, should, or practice (all; the default)"},
    {"jobs", 'j', "N", RUNS, OPTION_OWN, 0, take_jobs, "cases at the same time"},
    {"timeout", 0, "TIME", RUNS | PLAY, OPTION_OWN, 0, take_timeout, "for one case: 10s, 500ms"},
    {"junit", 0, "FILE", RUNS, OPTION_TEXT, AT(junit), NULL,
     "also write JUnit XML, for CI systems; - is the output"},
    {"tap", 0, "FILE", RUNS, OPTION_TEXT, AT(tap), NULL,
     "also write TAP version 13; - is the output"},
    {"json", 0, "FILE", RUNS | CHECK, OPTION_TEXT, AT(json), NULL,
     "also write all that was found as JSON; - is the output"},
    {"evidence", 0, "DIR", RUNS, OPTION_TEXT, AT(evidence), NULL,
     "keep capture, transcript and script of each case there"},
    {"baseline", 0, "FILE", RUNS, OPTION_TEXT, AT(baseline), NULL,
     "known deviations, which do not count"},
    {"write-baseline", 0, NULL, RUNS, OPTION_FLAG, AT(write_baseline), NULL,
     "write what fails to that file (peerspec.baseline)"},
    {"shard", 0, "I/N", RUNS, OPTION_OWN, 0, take_shard, "only the I-th of N parts of the cases"},
    {"isolate", 0, "HOW", RUNS, OPTION_OWN, 0, take_isolate,
     "auto (the default), namespace, or none: loopback as it is"},
    {"strict", 0, NULL, RUNS | CHECK, OPTION_FLAG, AT(strict), NULL, "WARN counts like FAIL"},
    {"writable", 0, "DIR", SERVER, OPTION_TEXT, AT(writable), NULL,
     "a folder of the server's in which cases may write"},
    {"file", 0, "REMOTE=LOCAL", SERVER, OPTION_OWN, 0, take_file,
     "a file that the server has, and its content"},
    {"adapter", 0, "FILE", CLIENT, OPTION_TEXT, AT(adapter), NULL, "an adapter file of your own"},
    {"protocol", 0, "NAME", CLIENT | PLAY, OPTION_OWN, 0, take_protocol, "ftp, udp or tcp"},
    {"port", 0, "N", CLIENT, OPTION_OWN, 0, take_port,
     "the port at which the client expects its server"},
    {"as", 0, "SIDE", PLAY, OPTION_OWN, 0, take_as, "what is played: server or client"},
    {"listen", 0, "HOST:PORT", PLAY, OPTION_OWN, 0, take_listen,
     "where the server waits for clients"},
    {"connect", 0, "HOST:PORT", PLAY, OPTION_OWN, 0, take_connect,
     "the server that the client talks to"},
    {"reply", 0, "VERB=CODE", PLAY, OPTION_OWN, 0, take_reply, "answer VERB so: --reply RETR=550"},
    {"stall", 0, "VERB:TIME", PLAY, OPTION_OWN, 0, take_stall, "answer VERB late: --stall PASV:3s"},
    {"drop-after", 0, "VERB", PLAY, OPTION_OWN, 0, take_drop, "close the connection after VERB"},
    {"root", 0, "DIR", PLAY, OPTION_TEXT, AT(root), NULL, "the folder that the server serves"},
    {"user", 0, "NAME", PLAY, OPTION_TEXT, AT(user), NULL, "the user that may log in"},
    {"password", 0, "TEXT", PLAY, OPTION_TEXT, AT(password), NULL, "the user's password"},
    {"fault", 0, "NAME", PLAY, OPTION_WORDS, AT(faults), NULL,
     "break a rule on purpose (see the manual)"},
    {"rules", 0, "GLOB", CHECK, OPTION_TEXT, AT(rules), NULL, "only the rules whose id matches"},
    {"hash", 0, NULL, CHECK, OPTION_FLAG, AT(hash), NULL, "print the SHA-256 of each transfer"},
    {"session", 0, "N", SHOW, OPTION_OWN, 0, take_session, "only the N-th conversation"},
    {"port", 0, "N", SHOW, OPTION_OWN, 0, take_port,
     "only conversations in which this port is used"},
    {"ports", 0, "N,N...", CAPTURES, OPTION_OWN, 0, take_ports, "FTP control ports beside 21"},
    {"read-filter", 0, "EXPR", CAPTURES, OPTION_TEXT, AT(read_filter), NULL,
     "only packets that match (pcap-filter(7))"},
    {"quiet", 'q', NULL, RUNS | CHECK | PLAY, OPTION_FLAG, AT(quiet), NULL,
     "only what is not PASS"},
    {"no-color", 0, NULL, RUNS | CHECK, OPTION_FLAG, AT(no_color), NULL,
     "no colours, like a NO_COLOR in the environment"},
    {"help", 'h', NULL, ALL, OPTION_FLAG, AT(help), NULL, "print this page"},
    {NULL, 0, NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

const struct command_row command_rows[COMMAND_COUNT] = {
    [COMMAND_SERVER] =
        {"server",
         "peerspec server TARGET [SELECT...] [OPTION...]\n"
         "peerspec server [SELECT...] [OPTION...] -- COMMAND [ARGUMENT...]",
         "Test a server. TARGET is ftp://user:password@host:port, udp://host:port,\n"
         "tcp://host:port, or a profile that says how to start one (peerspec list).\n"
         "SELECT is an exchange file, an id, or a glob of ids; without it: all that fit.\n"
         "COMMAND is started anew for each case, in a network of its own, and is expected at\n"
         "127.0.0.1 and the port of the exchange or of --port; {host} {port} are filled in.\n",
         1, SIZE_MAX,
         "say which server: a URL such as ftp://localhost:2121, a profile such as builtin, "
         "or -- COMMAND"},
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
    [COMMAND_SHOW] =
        {"show", "peerspec show FILE [OPTION...]",
         "Print the conversations of a capture, each packet that says something as an arrow.\n", 1,
         1, "say which capture: a pcap or pcapng file, or - for standard input"},
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
    [COMMAND_EXPLAIN] = {"explain", "peerspec explain ID",
                         "Print what a rule or an exchange asks, why, and where it is written.\n",
                         1, 1, "say what to explain: the id of a rule or an exchange"},
    [COMMAND_LINT] = {"lint", "peerspec lint [FILE...]",
                      "Find mistakes in exchange files; without any, in those that come with "
                      "peerspec.\n",
                      0, SIZE_MAX, NULL},
    [COMMAND_VERSION] = {"version", "peerspec version", "Print the version.\n", 0, 0, NULL},
};

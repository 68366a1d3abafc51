#include "proto/ftp_command.h"

#include <ctype.h>
#include <string.h>

#include "proto/telnet.h"

#define ARG FTP_VERB_NEEDS_ARG
#define NONE FTP_VERB_NO_ARG
#define EARLY FTP_VERB_BEFORE_LOGIN
#define PATH FTP_VERB_PATH
#define MUST FTP_VERB_MANDATORY
#define OPENS FTP_VERB_OPENS
#define GETS FTP_VERB_RECEIVES
#define SENDS FTP_VERB_SENDS
#define LISTS (FTP_VERB_SENDS | FTP_VERB_LISTS)

static const struct ftp_verb verbs[] = {
    {"USER", ARG | EARLY | MUST, "RFC 959 4.1.1", "USER"},
    {"PASS", ARG | EARLY | MUST, "RFC 959 4.1.1", "PASS"},
    {"ACCT", ARG | EARLY | MUST, "RFC 959 4.1.1", "ACCT"},
    {"CWD", ARG | PATH | MUST, "RFC 959 4.1.1", "CWD"},
    {"CDUP", NONE | MUST, "RFC 959 4.1.1", "CDUP"},
    {"SMNT", ARG | PATH, "RFC 959 4.1.1", "SMNT"},
    {"REIN", NONE | EARLY, "RFC 959 4.1.1", "REIN"},
    {"QUIT", NONE | EARLY | MUST, "RFC 959 4.1.1", "QUIT"},
    {"PORT", ARG | OPENS | MUST, "RFC 959 4.1.2", "PORT"},
    {"PASV", NONE | OPENS | MUST, "RFC 959 4.1.2", "PASV"},
    {"TYPE", ARG | MUST, "RFC 959 4.1.2", "TYPE"},
    {"STRU", ARG | MUST, "RFC 959 4.1.2", "STRU"},
    {"MODE", ARG | MUST, "RFC 959 4.1.2", "MODE"},
    {"RETR", ARG | PATH | SENDS | MUST, "RFC 959 4.1.3", "RETR"},
    {"STOR", ARG | PATH | GETS | MUST, "RFC 959 4.1.3", "STOR"},
    {"STOU", NONE | GETS, "RFC 959 4.1.3", "STOU"},
    {"APPE", ARG | PATH | GETS | MUST, "RFC 959 4.1.3", "APPE"},
    {"ALLO", ARG, "RFC 959 4.1.3", "ALLO"},
    {"REST", ARG, "RFC 3659 5", "REST"},
    {"RNFR", ARG | PATH | MUST, "RFC 959 4.1.3", "RNFR"},
    {"RNTO", ARG | PATH | MUST, "RFC 959 4.1.3", "RNTO"},
    {"ABOR", NONE | EARLY, "RFC 959 4.1.3", "ABOR"},
    {"DELE", ARG | PATH | MUST, "RFC 959 4.1.3", "DELE"},
    {"RMD", ARG | PATH | MUST, "RFC 959 4.1.3", "RMD"},
    {"MKD", ARG | PATH | MUST, "RFC 959 4.1.3", "MKD"},
    {"PWD", NONE | MUST, "RFC 959 4.1.3", "PWD"},
    {"LIST", PATH | LISTS | MUST, "RFC 959 4.1.3", "LIST"},
    {"NLST", PATH | LISTS | MUST, "RFC 959 4.1.3", "NLST"},
    {"SITE", ARG, "RFC 959 4.1.3", "SITE"},
    {"SYST", NONE | EARLY | MUST, "RFC 959 4.1.3", "SYST"},
    {"STAT", PATH | MUST, "RFC 959 4.1.3", "STAT"},
    {"HELP", EARLY | MUST, "RFC 959 4.1.3", "HELP"},
    {"NOOP", NONE | EARLY | MUST, "RFC 959 4.1.3", "NOOP"},
    {"XCWD", ARG | PATH, "RFC 1123 4.1.3.1", "CWD"},
    {"XCUP", NONE, "RFC 1123 4.1.3.1", "CDUP"},
    {"XMKD", ARG | PATH, "RFC 1123 4.1.3.1", "MKD"},
    {"XRMD", ARG | PATH, "RFC 1123 4.1.3.1", "RMD"},
    {"XPWD", NONE, "RFC 1123 4.1.3.1", "PWD"},
    {"AUTH", ARG | EARLY, "RFC 2228 3", "AUTH"},
    {"ADAT", ARG | EARLY, "RFC 2228 3", "ADAT"},
    {"PBSZ", ARG | EARLY, "RFC 2228 3", "PBSZ"},
    {"PROT", ARG | EARLY, "RFC 2228 3", "PROT"},
    {"CCC", NONE | EARLY, "RFC 2228 3", "CCC"},
    {"MIC", ARG | EARLY, "RFC 2228 3", "MIC"},
    {"CONF", ARG | EARLY, "RFC 2228 3", "CONF"},
    {"ENC", ARG | EARLY, "RFC 2228 3", "ENC"},
    {"FEAT", NONE | EARLY, "RFC 2389 3", "FEAT"},
    {"OPTS", ARG | EARLY, "RFC 2389 4", "OPTS"},
    {"EPRT", ARG | OPENS, "RFC 2428 2", "EPRT"},
    {"EPSV", OPENS, "RFC 2428 3", "EPSV"},
    {"LANG", EARLY, "RFC 2640 4.1", "LANG"},
    {"MDTM", ARG | PATH, "RFC 3659 3", "MDTM"},
    {"SIZE", ARG | PATH, "RFC 3659 4", "SIZE"},
    {"MLST", PATH, "RFC 3659 7", "MLST"},
    {"MLSD", PATH | LISTS, "RFC 3659 7", "MLSD"},
    {"HOST", ARG | EARLY, "RFC 7151 3", "HOST"},
    {NULL, 0, NULL, NULL},
};

const struct ftp_verb *ftp_verbs(void)
{
    return verbs;
}

const struct ftp_verb *ftp_verb_find(struct bytes name)
{
    int first = name.len == 0 ? 0 : toupper((unsigned char)name.at[0]);

    for (const struct ftp_verb *verb = verbs; verb->name != NULL; verb++)
        if (verb->name[0] == first && bytes_is_nocase(name, verb->name))
            return verb;
    return NULL;
}

/* A line being read: what is left of the input, and what has been put into the room. */
struct reading {
    struct bytes in;
    size_t at;
    char *room;
    size_t len;
    unsigned quirks;
};

static void put(struct reading *line, unsigned octet)
{
    line->room[line->len++] = (char)octet;
    if (octet > 127)
        line->quirks |= FTP_COMMAND_8BIT;
}

/* The octet `ahead` of the one that is read, or -1 where it is not there yet. */
static int peek(const struct reading *line, size_t ahead)
{
    size_t at = line->at + ahead;

    return at < line->in.len ? (unsigned char)line->in.at[at] : -1;
}

/* Take the IAC sequence; false where it is not all there. An IAC that no Telnet command follows is
 * an octet of a client that does not double it. */
static bool take_telnet(struct reading *line)
{
    size_t len = telnet_length(bytes_from(line->in, line->at));
    int next = peek(line, 1);

    if (len == 0)
        return false;
    if (next < TELNET_SE || next == TELNET_IAC) {
        put(line, TELNET_IAC);
        line->at += next == TELNET_IAC ? 2 : 1;
        return true;
    }
    line->quirks |= FTP_COMMAND_TELNET;
    if (next >= TELNET_SB)
        line->quirks |= FTP_COMMAND_NEGOTIATES;
    line->at += len;
    return true;
}

/* CR NUL stands for CR (RFC 854), and an LF behind it for LF (RFC 2640 section 3.1); CR LF leaves its
 * LF to the caller. */
static void take_cr(struct reading *line)
{
    int next = peek(line, 1);

    line->at++;
    if (next == '\n')
        return;
    put(line, '\r');
    if (next != '\0') {
        line->quirks |= FTP_COMMAND_BARE_CR;
        return;
    }
    line->at++;
    if (peek(line, 0) == '\n') {
        put(line, '\n');
        line->at++;
    }
}

static void take_lf(struct reading *line)
{
    if (line->at == 0 || line->in.at[line->at - 1] != '\r')
        line->quirks |= FTP_COMMAND_BARE_LF;
    line->at++;
}

static bool is_plain(char octet)
{
    return octet >= ' ' && (unsigned char)octet < 128;
}

/* Take the octets that stand for themselves, all at once. */
static void take_plain(struct reading *line)
{
    size_t from = line->at;

    while (line->at < line->in.len && is_plain(line->in.at[line->at]))
        line->at++;
    memcpy(line->room + line->len, line->in.at + from, line->at - from);
    line->len += line->at - from;
}

/* Read up to and with the line's end; false where that is not there yet. */
static bool read_line(struct reading *line)
{
    int now;

    while ((now = peek(line, 0)) >= 0) {
        if (is_plain((char)now)) {
            take_plain(line);
            continue;
        }
        if (now == '\n') {
            take_lf(line);
            return true;
        }
        if (now == TELNET_IAC) {
            if (!take_telnet(line))
                return false;
            continue;
        }
        if (now == '\r') {
            take_cr(line);
            continue;
        }
        if (now == '\0')
            line->quirks |= FTP_COMMAND_NUL;
        put(line, (unsigned)now);
        line->at++;
    }
    return false;
}

static void split(struct bytes text, struct ftp_command *command)
{
    size_t space = bytes_index(text, ' ');

    command->verb = bytes_slice(text, 0, space);
    command->has_argument = space < text.len;
    command->argument = bytes_from(text, space + 1);
    command->known = ftp_verb_find(command->verb);
    if (text.len == 0)
        command->quirks |= FTP_COMMAND_EMPTY;
    if (bytes_starts(command->argument, " "))
        command->quirks |= FTP_COMMAND_TWO_SPACES;
    if (text.len > 0 && text.at[text.len - 1] == ' ')
        command->quirks |= FTP_COMMAND_TRAILING_SP;
}

enum parse ftp_command_parse(struct bytes in, char *room, struct ftp_command *command, size_t *used)
{
    struct reading line = {.in = in, .room = room};

    if (!read_line(&line))
        return PARSE_MORE;
    *command = (struct ftp_command){.quirks = line.quirks};
    split((struct bytes){room, line.len}, command);
    *used = line.at;
    return PARSE_DONE;
}

const struct ftp_verb *ftp_verb_of_line(struct bytes line)
{
    size_t len = 0;

    while (len < line.len && line.at[len] != ' ' && line.at[len] != '\r' && line.at[len] != '\n')
        len++;
    return ftp_verb_find(bytes_slice(line, 0, len));
}

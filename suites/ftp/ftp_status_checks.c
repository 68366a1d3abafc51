/* Commands that ask how things are, or set how a transfer goes: SYST, STAT, TYPE, MODE and others.
 */
#include <ctype.h>
#include <string.h>

#include "suites/ftp/ftp_answer.h"
#include "suites/ftp/ftp_checks.h"

static struct bytes argument_of(const struct timeline *timeline, const struct ftp_turn *turn)
{
    return timeline->events[turn->command].command.argument;
}

/* A command that nothing else waited with, and its final reply. */
static bool is_plain(const struct timeline *timeline, const struct ftp_turn *turn)
{
    return turn->command != FTP_NONE && turn->final != FTP_NONE && !turn->pipelined &&
           !timeline->events[turn->final].cut;
}

static void breach(const struct timeline *timeline, struct rule_run *run,
                   const struct ftp_turn *turn, const char *expected)
{
    rule_breach(run, SIDE_SERVER,
                PACKETS(ftp_packet(timeline, turn->command), ftp_packet(timeline, turn->final)),
                expected, "%s to %s", rule_quote(run, timeline->events[turn->final].reply.text),
                rule_quote(run, ftp_line_text(timeline->events[turn->command].text)));
}

/* --- SYST ------------------------------------------------------------------------------------- */

/* Names of the registry that began as the Assigned Numbers document, without their versions, and
 * what servers say of systems that it does not have. */
static const char *const system_names[] = {
    "AEGIS",  "AIX",     "AMIGA",   "APOLLO",     "BS-2000",    "CEDAR",   "CHORUS",     "CMS",
    "COS",    "CTOS",    "CTSS",    "DCN",        "DOMAIN",     "DOS",     "ELF",        "EMBOS",
    "EPOS",   "GCOS",    "GPOS",    "HDOS",       "IMAGEN",     "IOS",     "IRIX",       "ITS",
    "LINUX",  "LISP",    "LISPM",   "LOCUS",      "MACOS",      "MINOS",   "MOS",        "MPE",
    "MPE5",   "MPE/IX",  "MSDOS",   "MULTICS",    "MUSIC",      "MVS",     "NETBSD",     "NETWARE",
    "NEXUS",  "NMS",     "NONSTOP", "NOS",        "NTOS",       "OPENBSD", "OPENVMS",    "OS/2",
    "OS/400", "OS400",   "OS4",     "OS86",       "OSX",        "PCDOS",   "PERQ/OS",    "PRIMOS",
    "QNX",    "RMX",     "RSX11M",  "RTE-A",      "SCO",        "SINTRAN", "SUN",        "SVS",
    "SWIFT",  "TANDEM",  "TENEX",   "TOPS10",     "TOPS20",     "TOPS-10", "TOPS-20",    "TOS",
    "TRSDOS", "ULTRIX",  "UNIX",    "UNKNOWN",    "UT2D",       "V",       "VM",         "VMS",
    "VRTX",   "VXWORKS", "WAITS",   "WANG",       "WIN32",      "WINDOWS", "WINDOWS-NT", "X11R3",
    "XDE",    "XENIX",   "FREEBSD", "WINDOWS_NT", "WINDOWS_CE", "Z/OS",    "Z/VM",       "THEOS",
    NULL};

/* True where `word` is the name, or the name with a version behind it. */
static bool names(struct bytes word, const char *name)
{
    size_t len = strlen(name);

    return bytes_is_nocase(bytes_slice(word, 0, len), name) &&
           (word.len == len || !isalnum((unsigned char)word.at[len]));
}

static bool is_system(struct bytes word)
{
    for (const char *const *name = system_names; *name != NULL; name++)
        if (names(word, *name))
            return true;
    return false;
}

static void judge_system(const struct timeline *timeline, struct rule_run *run,
                         const struct ftp_turn *turn, const struct event *reply)
{
    static const char expected[] = "215 and the registered name of a system";
    struct bytes text = ftp_answer_text(reply, 0),
                 word = bytes_slice(text, 0, bytes_index(text, ' '));

    (void)timeline, (void)turn;
    if (word.len == 0)
        ftp_answer_breach(run, reply, expected);
    else if (!is_system(word))
        rule_remark(run, SIDE_SERVER, VERDICT_WARN, PACKETS(reply->first_packet, reply->packet),
                    expected, "%s", rule_quote(run, reply->reply.text));
}

void ftp_215_system(const struct timeline *timeline, struct rule_run *run)
{
    ftp_answer_each(timeline, run, "SYST", 215, judge_system);
}

void ftp_215_same(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct event *before = NULL;

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        const struct event *reply;

        if (!is_plain(timeline, turn) || !ftp_turn_is(turn, "SYST") || turn->code != 215)
            continue;
        reply = &timeline->events[turn->final];
        if (before != NULL && !bytes_equal(before->text, reply->text))
            rule_breach(run, SIDE_SERVER, PACKETS(before->packet, reply->packet),
                        "the same answer to SYST as before", "%s",
                        rule_quote(run, reply->reply.text));
        before = reply;
    }
}

/* --- STAT ------------------------------------------------------------------------------------- */

void ftp_stat_codes(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        int code = turn->code;
        bool named;

        if (!is_plain(timeline, turn) || !ftp_turn_is(turn, "STAT") || code < 211 || code > 213)
            continue;
        named = argument_of(timeline, turn).len > 0;
        if (named && code == 211)
            breach(timeline, run, turn, "212 for a directory, 213 for a file");
        else if (!named && code != 211)
            breach(timeline, run, turn, "211 to STAT without a pathname");
    }
}

/* --- TYPE, MODE and STRU ---------------------------------------------------------------------- */

/* A setting that every server has. */
struct setting {
    const char *verb, *argument;
};

static bool is_setting(const struct timeline *timeline, const struct ftp_turn *turn,
                       const struct setting *setting)
{
    return ftp_turn_is(turn, setting->verb) &&
           bytes_is_nocase(bytes_trim(argument_of(timeline, turn)), setting->argument);
}

/* Report each of the settings (ended by one without verb) that a user who is logged in is
 * refused. 502 is another rule's. */
static void must_have(const struct timeline *timeline, struct rule_run *run,
                      const struct setting *settings, const char *expected)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        int code = turn->code;

        if (!is_plain(timeline, turn) || !turn->logged_in ||
            (code != 500 && code != 501 && code != 504))
            continue;
        for (const struct setting *setting = settings; setting->verb != NULL; setting++)
            if (is_setting(timeline, turn, setting))
                breach(timeline, run, turn, expected);
    }
}

void ftp_type_standard(const struct timeline *timeline, struct rule_run *run)
{
    static const struct setting settings[] = {
        {"TYPE", "A"}, {"TYPE", "A N"}, {"TYPE", "I"}, {"TYPE", "L 8"}, {NULL, NULL}};

    must_have(timeline, run, settings, "200 to TYPE A, TYPE A N, TYPE I and TYPE L 8");
}

void ftp_mode_stru_default(const struct timeline *timeline, struct rule_run *run)
{
    static const struct setting settings[] = {{"MODE", "S"}, {"STRU", "F"}, {NULL, NULL}};

    must_have(timeline, run, settings, "200 to MODE S and STRU F");
}

/* --- older names ------------------------------------------------------------------------------ */

#define ALIASES 10

/* Each command, and its older name behind it. */
static const char *const aliases[ALIASES] = {"MKD",  "XMKD", "RMD",  "XRMD", "PWD",
                                             "XPWD", "CDUP", "XCUP", "CWD",  "XCWD"};

static bool has_alias(const struct ftp_turn *turn)
{
    return ftp_turn_is(turn, "MKD") || ftp_turn_is(turn, "RMD") || ftp_turn_is(turn, "PWD") ||
           ftp_turn_is(turn, "CDUP") || ftp_turn_is(turn, "CWD");
}

static bool is_unknown(int code)
{
    return code == 500 || code == 502;
}

/* The first turns of each name that were obeyed, or, where `unknown`, not understood. */
static void find_aliases(const struct timeline *timeline, const struct ftp_dialogue *dialogue,
                         bool unknown, const struct ftp_turn *found[ALIASES])
{
    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        int code = turn->code;

        if (!has_alias(turn) || !turn->logged_in ||
            !(unknown ? is_unknown(code) : code / 100 == 2) || !is_plain(timeline, turn))
            continue;
        for (size_t a = 0; a < ALIASES; a++)
            if (found[a] == NULL && strcmp(ftp_turn_verb(timeline, turn), aliases[a]) == 0)
                found[a] = turn;
    }
}

void ftp_x_aliases(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);
    const struct ftp_turn *taken[ALIASES] = {NULL}, *refused[ALIASES] = {NULL};

    find_aliases(timeline, dialogue, true, refused);
    find_aliases(timeline, dialogue, false, taken);
    for (size_t a = 0; a < ALIASES; a++) {
        size_t other = a ^ 1;

        if (refused[a] == NULL || taken[other] == NULL)
            continue;
        rule_breach(run, SIDE_SERVER,
                    PACKETS(ftp_packet(timeline, taken[other]->final),
                            ftp_packet(timeline, refused[a]->command),
                            ftp_packet(timeline, refused[a]->final)),
                    "both names of the command known", "%d to %s, but %d to %s", refused[a]->code,
                    aliases[a], taken[other]->code, aliases[other]);
    }
}

/* --- LANG ------------------------------------------------------------------------------------- */

enum tag_form { TAG_RIGHT, TAG_WRONG, TAG_LATER /* only newer documents allow it */ };

/* What `tag` is as RFC 2640 writes language tags: letters, one to eight between hyphens. */
static enum tag_form tag_form(struct bytes tag)
{
    enum tag_form form = TAG_RIGHT;
    size_t len = 0;

    for (size_t n = 0; n <= tag.len; n++) {
        unsigned char c = n < tag.len ? (unsigned char)tag.at[n] : '-';

        if (c == '-') {
            if (len == 0 || len > 8)
                return TAG_WRONG;
            len = 0;
            continue;
        }
        if (!isalnum(c) || c > 127)
            return TAG_WRONG;
        if (isdigit(c))
            form = TAG_LATER;
        len++;
    }
    return form;
}

void ftp_lang_reply(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        int code = turn->code;
        enum tag_form form;

        if (!is_plain(timeline, turn) || !ftp_turn_is(turn, "LANG") ||
            argument_of(timeline, turn).len == 0)
            continue;
        form = tag_form(argument_of(timeline, turn));
        if (form == TAG_WRONG && code == 504)
            breach(timeline, run, turn, "501 to what is no language tag");
        else if (form == TAG_RIGHT && code == 501)
            breach(timeline, run, turn, "504 to a language that the server does not have");
    }
}

/* --- protected replies ------------------------------------------------------------------------ */

static bool is_base64(struct bytes text)
{
    for (size_t n = 0; n < text.len; n++)
        if (!isalnum((unsigned char)text.at[n]) && strchr("+/=", text.at[n]) == NULL)
            return false;
    return true;
}

static bool is_protected_line(const struct event *reply, struct bytes line, bool last)
{
    struct bytes code = bytes_slice(reply->reply.text, 0, 3);
    char mark = last ? ' ' : '-';

    return line.len > 4 && bytes_equal(bytes_slice(line, 0, 3), code) && line.at[3] == mark &&
           is_base64(bytes_from(line, 4));
}

static void judge_protected(const struct timeline *timeline, struct rule_run *run,
                            const struct ftp_turn *turn, const struct event *reply)
{
    struct bytes lines = reply->reply.text, line;

    (void)timeline, (void)turn;
    while (ftp_reply_take_line(&lines, &line))
        if (!is_protected_line(reply, line, lines.len == 0)) {
            rule_breach(run, SIDE_SERVER, PACKETS(reply->first_packet, reply->packet),
                        "the code, a hyphen (in the last line a space) and base64 in each line",
                        "%s", rule_quote(run, line));
            return;
        }
}

void ftp_63z_lines(const struct timeline *timeline, struct rule_run *run)
{
    for (int code = 631; code <= 633; code++)
        ftp_answer_each(timeline, run, NULL, code, judge_protected);
}

#include "exchange/match.h"

#include <string.h>

#include "base/buf.h"
#include "exchange/pattern_parse.h"
#include "proto/ftp_command.h"

#define LONGEST_COMMAND 65536

struct bytes step_verb(const struct step *step)
{
    struct bytes source = step->line_count == 0 ? bytes_of("") : step->lines[0].source;

    source = bytes_slice(source, 0, bytes_index(source, ' '));
    return bytes_slice(source, 0, bytes_index(source, '{')); /* LIST{any} */
}

/* The pattern without the first `len` octets of its first literal. */
static struct pattern pattern_behind(const struct pattern *pattern, size_t len,
                                     struct piece pieces[PATTERN_PIECES])
{
    struct pattern behind = *pattern;

    if (len == 0 || pattern->count == 0)
        return behind;
    memcpy(pieces, pattern->pieces, pattern->count * sizeof *pieces);
    pieces[0].literal = bytes_from(pieces[0].literal, len);
    behind.pieces = pieces;
    return behind;
}

/* The literal octets at the start of the pattern up to the first space: case does not matter there.
 */
static struct bytes literal_verb(const struct pattern *pattern)
{
    struct bytes literal = {NULL, 0};

    if (pattern->count > 0 && pattern->pieces[0].hole == HOLE_NONE)
        literal = pattern->pieces[0].literal;
    return bytes_slice(literal, 0, bytes_index(literal, ' '));
}

static bool command_matches(const struct pattern *pattern, struct bytes text,
                            struct bindings *bindings)
{
    struct piece pieces[PATTERN_PIECES];
    struct bytes verb = literal_verb(pattern);
    struct pattern argument;

    if (!bytes_equal_nocase(bytes_slice(text, 0, verb.len), verb))
        return false;
    argument = pattern_behind(pattern, verb.len, pieces);
    return pattern_match(&argument, bytes_from(text, verb.len), bindings);
}

/* The same with the Telnet commands taken out of the line. */
static bool plain_matches(const struct pattern *pattern, struct bytes line,
                          struct bindings *bindings)
{
    struct buf whole, room;
    struct ftp_command command;
    bool matches = false;
    size_t used;

    buf_init(&whole, LONGEST_COMMAND);
    buf_init(&room, LONGEST_COMMAND);
    if (buf_add(&whole, line) && buf_add_text(&whole, "\r\n") &&
        buf_space(&room, whole.len) != NULL &&
        ftp_command_parse(buf_bytes(&whole), room.ptr, &command, &used) == PARSE_DONE) {
        struct bytes text = command.verb;

        if (command.has_argument)
            text.len = (size_t)(command.argument.at + command.argument.len - text.at);
        matches = command_matches(pattern, text, bindings);
    }
    buf_fini(&room);
    buf_fini(&whole);
    return matches;
}

bool step_match_command(const struct step *step, struct bytes line, struct bindings *bindings)
{
    struct bytes text = ftp_line_text(line);

    if (step->kind != STEP_LINE || step->line_count != 1)
        return false;
    if (command_matches(&step->lines[0], text, bindings))
        return true;
    return bytes_index(text, '\377') < text.len && plain_matches(&step->lines[0], text, bindings);
}

bool step_matches_code(const struct step *step, enum match_mode mode, int code)
{
    for (size_t i = 0; i < step->code_count; i++)
        if (mode == MATCH_CLASS ? step->codes[i] / 100 == code / 100 : step->codes[i] == code)
            return true;
    return false;
}

/* One line's text; the code in front of the first and the last was compared before. */
static bool line_matches(const struct step *step, size_t n, const struct ftp_reply *reply,
                         struct bindings *bindings)
{
    bool coded = n == 0 || n + 1 == step->line_count;
    struct piece pieces[PATTERN_PIECES];
    struct pattern pattern = pattern_behind(&step->lines[n], coded ? 3 : 0, pieces);
    struct bytes line = ftp_reply_line(reply, (unsigned)n);

    return pattern_match(&pattern, bytes_from(line, coded ? 3 : 0), bindings);
}

static enum fit match_text(const struct step *step, const struct ftp_reply *reply,
                           struct bindings *bindings)
{
    struct bindings trial = *bindings;

    if (reply->lines != step->line_count)
        return FIT_NO;
    for (size_t n = 0; n < step->line_count; n++)
        if (!line_matches(step, n, reply, &trial))
            return FIT_NO;
    *bindings = trial;
    return FIT_YES;
}

static enum fit bind_holes(const struct step *step, const struct ftp_reply *reply,
                           struct bindings *bindings, enum hole *missing)
{
    for (size_t n = 0; n < step->line_count; n++)
        if (!pattern_bind(&step->lines[n], reply->text, bindings, missing))
            return FIT_NO_VALUE;
    return FIT_YES;
}

/* The value that a hole names comes with the code that was scripted first; another code that is
 * also allowed ("229|500") may lack it. */
static bool owes_values(const struct step *step, int code)
{
    return step->code_count > 0 && step->codes[0] == code;
}

enum fit step_match_reply(const struct step *step, enum match_mode mode,
                          const struct ftp_reply *reply, struct bindings *bindings,
                          enum hole *missing)
{
    enum fit fit;

    if (step->kind != STEP_LINE || !step_matches_code(step, mode, reply->code))
        return FIT_NO;
    if (mode == MATCH_TEXT)
        return match_text(step, reply, bindings);
    fit = bind_holes(step, reply, bindings, missing);
    return fit == FIT_NO_VALUE && !owes_values(step, reply->code) ? FIT_YES : fit;
}

bool step_match_payload(const struct step *step, struct bytes octets)
{
    return !step->payload.given || bytes_equal(step->payload.octets, octets);
}

#include "exchange/pattern.h"

#include <string.h>

#include "base/digit.h"
#include "exchange/hole.h"
#include "exchange/pattern_parse.h"
#include "proto/ftp_facts.h"
#include "proto/ftp_hostport.h"
#include "proto/ftp_reply.h"

/* Comparisons of one match; far above what a line of a conversation needs. */
#define EFFORT 1000000

void bindings_set(struct bindings *bindings, enum hole hole, struct bytes value)
{
    size_t room = sizeof bindings->text[hole] - 1;
    size_t len = value.len < room ? value.len : room;
    struct flaw flaw;
    uint64_t port;

    bindings->set[hole] = true;
    if (len > 0)
        memmove(bindings->text[hole], value.at, len);
    bindings->text[hole][len] = '\0';
    if (hole == HOLE_HOSTPORT)
        ftp_port_parse(value, &bindings->hostport, &flaw);
    if (hole == HOLE_EPRT)
        ftp_eprt_parse(value, &bindings->hostport, &flaw);
    if (hole == HOLE_PORT && bytes_to_u64(value, &port))
        bindings->port = (uint16_t)port;
}

/* Who somebody is does not change within a run; where data goes, and what a file is, does. */
static bool keeps_its_value(enum hole hole)
{
    return hole == HOLE_USER || hole == HOLE_PASSWORD || hole == HOLE_HOST;
}

typedef bool fill_fn(void *ctx, enum hole hole, struct buf *value);

static bool ask(enum hole hole, fill_fn *fill, void *ctx, struct bindings *bindings)
{
    struct buf value;
    bool given;

    buf_init(&value, sizeof bindings->text[hole] - 1);
    given = fill != NULL && fill(ctx, hole, &value);
    if (given)
        bindings_set(bindings, hole, buf_bytes(&value));
    buf_fini(&value);
    return given;
}

static bool fill_hole(enum hole hole, fill_fn *fill, void *ctx, struct bindings *bindings,
                      struct buf *out)
{
    bool known = bindings->set[hole];

    if (known && (keeps_its_value(hole) || hole == HOLE_ANY))
        return buf_add_text(out, bindings->text[hole]);
    if (ask(hole, fill, ctx, bindings) || known)
        return buf_add_text(out, bindings->text[hole]);
    return hole == HOLE_ANY;
}

bool pattern_fill(const struct pattern *pattern, struct bindings *bindings, fill_fn *fill,
                  void *ctx, struct buf *out, enum hole *missing)
{
    for (size_t i = 0; i < pattern->count; i++) {
        const struct piece *piece = &pattern->pieces[i];

        *missing = piece->hole;
        if (piece->hole == HOLE_NONE ? !buf_add(out, piece->literal)
                                     : !fill_hole(piece->hole, fill, ctx, bindings, out))
            return false;
    }
    return true;
}

struct matcher {
    const struct pattern *pattern;
    struct bytes text;
    const struct bindings *bindings;
    struct bytes found[PATTERN_PIECES];
    unsigned long effort;
};

/* SPENT: no match, and none can be found by giving an earlier hole more. */
enum outcome { DIFFERS, MATCHES, SPENT };

static enum outcome match_from(struct matcher *m, size_t index, size_t at);

/* An earlier hole that takes more of the text gains nothing once an open hole was reached: the
 * open one could have taken the same. */
static enum outcome match_hole(struct matcher *m, enum hole hole, size_t index, size_t at)
{
    size_t left = m->text.len - at, longest = hole_longest(hole);
    bool open = longest == SIZE_MAX;

    for (size_t len = 0; len <= left && len <= longest; len++) {
        enum outcome rest;

        m->found[index] = bytes_slice(m->text, at, len);
        if (m->effort-- == 0)
            return SPENT;
        if (!hole_accepts(hole, m->found[index]))
            continue;
        rest = match_from(m, index + 1, at + len);
        m->found[index] = bytes_slice(m->text, at, len);
        if (rest != DIFFERS)
            return rest;
    }
    return open ? SPENT : DIFFERS;
}

static enum outcome match_literal(struct matcher *m, struct bytes literal, size_t index, size_t at)
{
    if (!bytes_equal(bytes_slice(m->text, at, literal.len), literal))
        return DIFFERS;
    m->found[index] = literal;
    return match_from(m, index + 1, at + literal.len);
}

static enum outcome match_from(struct matcher *m, size_t index, size_t at)
{
    const struct piece *piece = &m->pattern->pieces[index];

    if (index == m->pattern->count)
        return at == m->text.len ? MATCHES : DIFFERS;
    if (piece->hole == HOLE_NONE)
        return match_literal(m, piece->literal, index, at);
    if (keeps_its_value(piece->hole) && m->bindings->set[piece->hole])
        return match_literal(m, bytes_of(m->bindings->text[piece->hole]), index, at);
    return match_hole(m, piece->hole, index, at);
}

bool pattern_match(const struct pattern *pattern, struct bytes text, struct bindings *bindings)
{
    struct matcher m = {.pattern = pattern, .text = text, .bindings = bindings, .effort = EFFORT};

    if (match_from(&m, 0, 0) != MATCHES)
        return false;
    for (size_t i = 0; i < pattern->count; i++)
        if (pattern->pieces[i].hole != HOLE_NONE)
            bindings_set(bindings, pattern->pieces[i].hole, m.found[i]);
    return true;
}

/* The reply's text behind its code. */
static struct bytes behind_code(struct bytes text)
{
    bool code =
        text.len >= 3 && digit_is(text.at[0]) && digit_is(text.at[1]) && digit_is(text.at[2]);

    return bytes_from(text, !code ? 0 : text.len > 3 ? 4 : 3);
}

/* The first run of octets from `allowed` that begins with a digit. */
static struct bytes first_number(struct bytes text, const char *allowed)
{
    size_t start = 0, end;

    while (start < text.len && !digit_is(text.at[start]))
        start++;
    for (end = start; end < text.len; end++)
        if (text.at[end] == '\0' || strchr(allowed, text.at[end]) == NULL)
            break;
    return bytes_slice(text, start, end - start);
}

static bool bind_hostport(struct bytes text, struct bindings *bindings)
{
    char room[FTP_HOSTPORT_TEXT];
    struct endpoint found;
    struct flaw flaw;

    if (ftp_pasv_parse(text, &found, &flaw) != PARSE_DONE)
        return false;
    bindings_set(bindings, HOLE_HOSTPORT, bytes_of(ftp_hostport_format(&found, room)));
    return true;
}

static bool bind_port(struct bytes text, struct bindings *bindings)
{
    struct flaw flaw;
    uint16_t port = 0;
    char digits[8];
    size_t len = 0;

    if (ftp_epsv_parse(text, &port, &flaw) != PARSE_DONE)
        return false;
    for (unsigned unit = 10000; unit > 0; unit /= 10)
        if (port >= unit || unit == 1)
            digits[len++] = (char)('0' + port / unit % 10);
    bindings_set(bindings, HOLE_PORT, (struct bytes){digits, len});
    return true;
}

static bool bind_value(enum hole hole, struct bytes value, struct bindings *bindings)
{
    if (!hole_accepts(hole, value))
        return false;
    bindings_set(bindings, hole, value);
    return true;
}

static bool bind_size(struct bytes text, struct bindings *bindings)
{
    return bind_value(HOLE_SIZE, first_number(text, "0123456789"), bindings);
}

static bool bind_time(struct bytes text, struct bindings *bindings)
{
    return bind_value(HOLE_TIME, first_number(text, "0123456789."), bindings);
}

/* RFC 1123 section 4.1.2.9: "FILE: pppp". */
static bool bind_announced_file(struct bytes text, struct bindings *bindings)
{
    size_t at = bytes_search(text, bytes_of("FILE: "));
    struct bytes name = bytes_from(text, at + 6);

    if (at == text.len)
        return false;
    name.len = bytes_index(name, '\r');
    return bind_value(HOLE_FILE, name, bindings);
}

static bool bind_file(struct bytes text, struct bindings *bindings)
{
    char room[4096];
    struct bytes path, quoted = bytes_from(text, bytes_index(text, '"'));
    struct flaw flaw;

    if (bind_announced_file(text, bindings))
        return true;
    if (quoted.len > sizeof room || ftp_quoted_path(quoted, room, &path, &flaw) != PARSE_DONE)
        return false;
    return bind_value(HOLE_FILE, path, bindings);
}

static bool bind_by_type(enum hole hole, struct bytes text, struct bindings *bindings)
{
    static bool (*const binders[HOLE_COUNT])(struct bytes, struct bindings *) = {
        [HOLE_HOSTPORT] = bind_hostport, [HOLE_PORT] = bind_port, [HOLE_SIZE] = bind_size,
        [HOLE_TIME] = bind_time,         [HOLE_FILE] = bind_file,
    };

    return binders[hole] == NULL || binders[hole](text, bindings);
}

/* True where one line of the reply is the pattern to the letter. */
static bool some_line_matches(const struct pattern *pattern, struct bytes text,
                              struct bindings *bindings)
{
    while (text.len > 0) {
        size_t len = bytes_index(text, '\n');
        struct bytes line = bytes_slice(text, 0, len);

        if (line.len > 0 && line.at[line.len - 1] == '\r')
            line.len--;
        if (pattern_match(pattern, line, bindings))
            return true;
        text = bytes_from(text, len + 1);
    }
    return false;
}

static bool has_hole(const struct pattern *pattern, enum hole hole)
{
    for (size_t i = 0; i < pattern->count; i++)
        if (pattern->pieces[i].hole == hole)
            return true;
    return false;
}

static bool has_holes(const struct pattern *pattern)
{
    for (size_t i = 0; i < pattern->count; i++)
        if (pattern->pieces[i].hole != HOLE_NONE)
            return true;
    return false;
}

bool pattern_bind(const struct pattern *pattern, struct bytes text, struct bindings *bindings,
                  enum hole *missing)
{
    if (!has_holes(pattern))
        return true;
    if (some_line_matches(pattern, text, bindings)) {
        if (has_hole(pattern, HOLE_FILE))
            bind_file(behind_code(text), bindings); /* what is doubled in quotes is single */
        return true;
    }
    for (size_t i = 0; i < pattern->count; i++) {
        *missing = pattern->pieces[i].hole;
        if (!bind_by_type(*missing, behind_code(text), bindings))
            return false;
    }
    return true;
}

bool pattern_has(const struct pattern *lines, size_t count, enum hole hole)
{
    for (size_t n = 0; n < count; n++)
        for (size_t i = 0; i < lines[n].count; i++)
            if (lines[n].pieces[i].hole == hole)
                return true;
    return false;
}

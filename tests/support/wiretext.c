#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "support/wiretext.h"
#include "support/wiretext_parts.h"

/* --- settings --- */

static bool do_client(struct wiretext *text)
{
    bool fine = wireline_endpoint(&text->line, &text->end[SIDE_CLIENT]);

    text->out.ipv6 = text->end[SIDE_CLIENT].family == 6;
    return fine;
}

static bool do_server(struct wiretext *text)
{
    return wireline_endpoint(&text->line, &text->end[SIDE_SERVER]);
}

static bool do_link(struct wiretext *text)
{
    struct wireout *out = &text->out;

    if (out->started || !wireframe_link_find(wireline_peek(&text->line), &out->link))
        return wireline_wrong(&text->line, "a link layer is wanted here, before the first packet");
    wireline_word(&text->line);
    return true;
}

static bool do_snaplen(struct wiretext *text)
{
    uint64_t value;

    if (!wireline_number(&text->line, 262144, &value))
        return false;
    text->out.snaplen = (uint32_t)value;
    return true;
}

static bool do_options(struct wiretext *text)
{
    uint64_t value;

    if (!wireline_number(&text->line, 40, &value))
        return false;
    text->out.options = (unsigned)value;
    return true;
}

static bool do_no(struct wiretext *text)
{
    text->no_handshake = true;
    return wireline_is(&text->line, "handshake") ||
           wireline_wrong(&text->line, "`no handshake` is meant");
}

static bool do_leave(struct wiretext *text)
{
    text->leave_open = true;
    return wireline_is(&text->line, "open") || wireline_wrong(&text->line, "`leave open` is meant");
}

static bool do_manner(struct wiretext *text)
{
    return wiremanner_take(&text->out.manner, &text->line);
}

static const struct wiretext_directive settings[] = {
    {"client", do_client, true},   {"server", do_server, true},   {"link", do_link, true},
    {"snaplen", do_snaplen, true}, {"options", do_options, true}, {"no", do_no, true},
    {"leave", do_leave, true},     {"!", do_manner, true},        {NULL, NULL, false},
};

/* --- lines --- */

static bool time_pass(struct wiretext *text, struct bytes word)
{
    static const struct {
        const char *unit;
        int64_t ns;
    } units[] = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}};
    const char *wanted = "+NUMBER and ns, us, ms or s is wanted here";
    int64_t sign = word.at[0] == '-' ? -1 : 1;
    size_t digits = 1;
    uint64_t value;

    while (digits < word.len && word.at[digits] >= '0' && word.at[digits] <= '9')
        digits++;
    if (!bytes_to_u64(bytes_slice(word, 1, digits - 1), &value) || value > 1000000000)
        return wireline_wrong(&text->line, wanted);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (bytes_is(bytes_from(word, digits), units[i].unit)) {
            text->out.now += sign * (int64_t)value * units[i].ns;
            return true;
        }
    return wireline_wrong(&text->line, wanted);
}

static const struct wiretext_directive *directive_named(struct bytes name)
{
    const struct wiretext_directive *const tables[] = {settings, wiretext_tcp_directives,
                                                       wiretext_packet_directives};

    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct wiretext_directive *row = tables[i]; row->name != NULL; row++)
            if (bytes_is(name, row->name))
                return row;
    return NULL;
}

static bool directive_run(struct wiretext *text, const struct wiretext_directive *directive)
{
    if (!directive->act(text))
        return false;
    if (!directive->setting)
        text->out.manner = (struct wiremanner){0};
    return wireline_peek(&text->line).len == 0 ||
           wireline_wrong(&text->line, "nothing more is wanted on this line");
}

/* One line without its line end. */
static bool line_run(struct wiretext *text, struct bytes line)
{
    const struct wiretext_directive *directive;
    struct bytes word;

    text->line.number++;
    text->line.start = line.at;
    text->line.rest = line;
    word = wireline_peek(&text->line);
    if (word.len == 0 || word.at[0] == '#')
        return true;
    if (word.at[0] == '+' || word.at[0] == '-')
        return time_pass(text, word);
    directive = directive_named(word);
    if (directive == NULL)
        return wireline_wrong(&text->line, "no such directive; wiretext.h lists them");
    text->line.rest = bytes_from(line, (size_t)(word.at - line.at) + word.len);
    return directive_run(text, directive);
}

static bool lines_run(struct wiretext *text, struct bytes lines)
{
    while (lines.len > 0) {
        size_t len = bytes_index(lines, '\n');

        if (!line_run(text, bytes_slice(lines, 0, len)))
            return false;
        lines = bytes_from(lines, len + 1);
    }
    return true;
}

/* --- the whole --- */

static void everything_end(struct wiretext *text)
{
    struct wiretcp *tcp = &text->tcp;

    for (size_t i = tcp->count; i > 0 && !text->leave_open; i--)
        if (tcp->connections[i - 1].open)
            wiretcp_close(tcp, &tcp->connections[i - 1], SIDE_SERVER);
    wireout_end(&text->out);
}

enum err wiretext_write(const char *name, struct bytes lines, FILE *out, struct diag *why)
{
    struct wiretext *text = calloc(1, sizeof *text);
    bool fine;

    if (text == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory");
    arena_init(&text->arena);
    text->line = (struct wireline){.file = name, .arena = &text->arena, .why = why};
    wireout_init(&text->out, out, &text->arena);
    text->tcp.out = &text->out;
    text->ephemeral = 50000;
    endpoint_parse("192.0.2.2", 40000, &text->end[SIDE_CLIENT]);
    endpoint_parse("192.0.2.1", 21, &text->end[SIDE_SERVER]);
    fine = lines_run(text, lines);
    if (fine)
        everything_end(text);
    arena_fini(&text->arena);
    free(text);
    if (fine && (fflush(out) != 0 || ferror(out)))
        return diag_set(why, ERR_SYSTEM, "%s: cannot write the capture: %s", name, strerror(errno));
    return fine ? OK : ERR_SYNTAX;
}

#include "fakes/misbehave_lines.h"

#include "proto/telnet.h"

#define LONG_LINE 4096 /* where the fault cuts one */

/* What has come, octet by octet, and what becomes of it. */
struct spoiling {
    struct bytes in;
    size_t at;
    struct buf *out;
    size_t state; /* the fault's own, 0 at first */
};

static char now(const struct spoiling *spoiling)
{
    return spoiling->in.at[spoiling->at];
}

static bool follows_cr(const struct spoiling *spoiling)
{
    return spoiling->at > 0 && spoiling->in.at[spoiling->at - 1] == '\r';
}

static void keep(struct spoiling *spoiling)
{
    buf_add(spoiling->out, bytes_slice(spoiling->in, spoiling->at, 1));
}

static void end_line(struct spoiling *spoiling)
{
    buf_add_text(spoiling->out, "\r\n");
}

static void cr_ends_line(struct spoiling *spoiling)
{
    if (follows_cr(spoiling) && now(spoiling) != '\n')
        buf_add_text(spoiling->out, "\n");
    keep(spoiling);
}

/* State: whether a line is being dropped. */
static void lf_drops_rest(struct spoiling *spoiling)
{
    bool lf = now(spoiling) == '\n';

    if (spoiling->state != 0) {
        spoiling->state = !(lf && follows_cr(spoiling));
    } else if (lf && !follows_cr(spoiling)) {
        end_line(spoiling);
        spoiling->state = 1;
    } else {
        keep(spoiling);
    }
}

/* State: octets of the line; what is left of one begins behind its spaces. */
static void splits_long_lines(struct spoiling *spoiling)
{
    bool was_cut = spoiling->state == LONG_LINE;

    if (was_cut && now(spoiling) == ' ')
        return;
    keep(spoiling);
    spoiling->state = now(spoiling) == '\n' ? 0 : was_cut ? 1 : spoiling->state + 1;
    if (spoiling->state == LONG_LINE)
        end_line(spoiling);
}

/* State: whether a line is over. */
static void one_line_a_read(struct spoiling *spoiling)
{
    if (spoiling->state == 0)
        keep(spoiling);
    spoiling->state |= now(spoiling) == '\n';
}

static void telnet_as_text(struct spoiling *spoiling)
{
    keep(spoiling);
    if (now(spoiling) == (char)TELNET_IAC)
        keep(spoiling);
}

/* State: whether a NUL was in the line. */
static void nul_ends_line(struct spoiling *spoiling)
{
    spoiling->state = now(spoiling) != '\r' && (spoiling->state != 0 || now(spoiling) == '\0');
    if (spoiling->state == 0)
        keep(spoiling);
}

static const struct {
    enum fault fault;
    void (*spoil)(struct spoiling *spoiling);
} spoilers[] = {
    {FAULT_CR_ENDS_LINE, cr_ends_line},           {FAULT_LF_DROPS_REST, lf_drops_rest},
    {FAULT_SPLITS_LONG_LINES, splits_long_lines}, {FAULT_ONE_LINE_A_READ, one_line_a_read},
    {FAULT_TELNET_AS_TEXT, telnet_as_text},       {FAULT_NUL_ENDS_LINE, nul_ends_line},
};

static void spoil(struct buf *text, size_t from, void (*spoil_octet)(struct spoiling *spoiling))
{
    struct spoiling spoiling = {.out = text};
    struct buf in;

    buf_init(&in, text->ceiling);
    buf_add(&in, bytes_from(buf_bytes(text), from));
    text->len = from;
    spoiling.in = buf_bytes(&in);
    for (; spoiling.at < spoiling.in.len; spoiling.at++)
        spoil_octet(&spoiling);
    buf_fini(&in);
}

void misbehave_lines(const struct misbehave *misbehave, struct buf *text, size_t from, bool ended)
{
    for (size_t i = 0; i < sizeof spoilers / sizeof spoilers[0]; i++)
        if (misbehaves(misbehave, spoilers[i].fault))
            spoil(text, from, spoilers[i].spoil);
    if (ended && text->len > 0 && misbehaves(misbehave, FAULT_RUNS_UNTERMINATED))
        buf_add_text(text, "\r\n");
}

static void replace(struct buf *argument, const char *before, struct bytes text)
{
    struct buf changed;

    buf_init(&changed, argument->ceiling);
    buf_add_text(&changed, before);
    buf_add(&changed, text);
    buf_clear(argument);
    buf_add(argument, buf_bytes(&changed));
    buf_fini(&changed);
}

void misbehave_argument(const struct misbehave *misbehave, const struct ftp_verb *verb,
                        struct buf *argument)
{
    bool lists = verb != NULL && (verb->traits & FTP_VERB_LISTS) != 0;
    bool optioned = bytes_starts(buf_bytes(argument), "-");

    if (misbehaves(misbehave, FAULT_TRIMS_NAMES))
        replace(argument, "", bytes_trim(buf_bytes(argument)));
    if (lists && misbehaves(misbehave, FAULT_LIST_IGNORES_NAME))
        buf_clear(argument);
    if (lists && optioned && misbehaves(misbehave, FAULT_LIST_OPTIONS_NAMED))
        replace(argument, "./", buf_bytes(argument));
}

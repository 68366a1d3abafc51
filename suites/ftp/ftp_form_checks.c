/* The forms in which a file goes over a data connection: RFC 959 section 3.4, and MODE Z. */
#include "suites/ftp/ftp_checks.h"

/* What a rule asks of one form. */
struct asked {
    enum ftp_form form;
    char mode, structure; /* structure 0: any */
    unsigned flaws;       /* a bit set of enum ftp_form_flaw */
    const char *expected;
    const char *torn; /* what it is where it does not end as it should; NULL: not judged */
};

static const char *text_of(enum ftp_form_flaw flaw)
{
    static const char *const texts[] = {
        [FTP_FORM_FLAWLESS] = "nothing",
        [FTP_FORM_ESCAPE] = "255 and another octet",
        [FTP_FORM_DESCRIPTOR] = "a descriptor with bits that have no meaning",
        [FTP_FORM_MARKER] = "a restart marker with an octet that cannot be printed",
        [FTP_FORM_COUNT] = "a string of no octets",
        [FTP_FORM_ZLIB_HEADER] = "no zlib header",
        [FTP_FORM_ZLIB_DATA] = "a stream that cannot be inflated",
        [FTP_FORM_ZLIB_BEHIND] = "octets behind the end of the stream",
    };

    return texts[flaw];
}

/* True where the session asked for a protection of data, or for another engine than zlib: nothing
 * is known then of what is in it. */
static bool changes_data(const struct timeline *timeline, const struct ftp_turn *turn)
{
    struct bytes argument;

    if (ftp_turn_is(turn, "PROT") || ftp_turn_is(turn, "ADAT"))
        return true;
    if (!ftp_turn_is(turn, "OPTS"))
        return false;
    argument = timeline->events[turn->command].command.argument;
    return bytes_search(argument, bytes_of("ENGINE")) < argument.len;
}

/* The form of the turn's data, where it was seen from its first octet on and came from the side
 * that should send it; NULL otherwise. */
static const struct timeline_form *form_of(const struct timeline *timeline,
                                           const struct ftp_turn *turn, const struct asked *asked)
{
    const struct timeline_flow *flow = ftp_turn_flow(timeline, turn);
    unsigned traits = turn->traits;
    enum side sender = (traits & FTP_VERB_SENDS) != 0 ? SIDE_SERVER : SIDE_CLIENT;

    if (flow == NULL || !flow->from_start || turn->other_flow != 0 || turn->pipelined ||
        (traits & FTP_VERB_TRANSFERS) == 0 || turn->mode != asked->mode ||
        (asked->structure != 0 && turn->structure != asked->structure))
        return NULL;
    if (flow->form.form != asked->form || flow->form.from != sender)
        return NULL;
    return &flow->form;
}

static bool succeeded(const struct ftp_turn *turn)
{
    int code = turn->code;

    return code == 226 || code == 250;
}

static void judge(const struct timeline *timeline, struct rule_run *run,
                  const struct ftp_turn *turn, const struct asked *asked)
{
    const struct timeline_form *form = form_of(timeline, turn, asked);
    const struct timeline_flow *flow = ftp_turn_flow(timeline, turn);
    uint64_t command = ftp_packet(timeline, turn->command);

    if (form == NULL)
        return;
    if ((asked->flaws & 1u << form->flaw) != 0)
        rule_breach(run, form->from, PACKETS(command, form->flaw_packet), asked->expected,
                    "%s, octet %llu of the data", text_of(form->flaw),
                    (unsigned long long)form->flaw_at);
    else if (form->flaw == FTP_FORM_FLAWLESS && asked->torn != NULL && form->complete &&
             !form->ends && succeeded(turn))
        rule_breach(run, form->from, PACKETS(command, flow->last, flow->fin[form->from]),
                    asked->expected, "%s", asked->torn);
}

static void judge_all(const struct timeline *timeline, struct rule_run *run,
                      const struct asked *asked)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    for (size_t n = 1; n < dialogue->count; n++) {
        if (changes_data(timeline, &dialogue->turns[n]))
            return;
        judge(timeline, run, &dialogue->turns[n], asked);
    }
}

void ftp_block_header(const struct timeline *timeline, struct rule_run *run)
{
    static const struct asked asked = {
        .form = FTP_FORM_BLOCKS,
        .mode = 'B',
        .flaws = 1u << FTP_FORM_DESCRIPTOR,
        .expected = "blocks with a header of three octets, the last of them with EOF (64)",
        .torn = "the data end without a block that is EOF",
    };

    judge_all(timeline, run, &asked);
}

void ftp_block_marker(const struct timeline *timeline, struct rule_run *run)
{
    static const struct asked asked = {
        .form = FTP_FORM_BLOCKS,
        .mode = 'B',
        .flaws = 1u << FTP_FORM_MARKER,
        .expected = "restart markers of printable characters without a space",
    };

    judge_all(timeline, run, &asked);
}

void ftp_compressed_format(const struct timeline *timeline, struct rule_run *run)
{
    static const struct asked asked = {
        .form = FTP_FORM_COMPRESSED,
        .mode = 'C',
        .flaws = 1u << FTP_FORM_COUNT | 1u << FTP_FORM_DESCRIPTOR,
        .expected = "strings, replications, fillers and escapes, each of them whole",
        .torn = "the data end in the middle of one",
    };

    judge_all(timeline, run, &asked);
}

void ftp_record_escape(const struct timeline *timeline, struct rule_run *run)
{
    static const struct asked asked = {
        .form = FTP_FORM_RECORDS,
        .mode = 'S',
        .structure = 'R',
        .flaws = 1u << FTP_FORM_ESCAPE,
        .expected = "255 with 1, 2, 3 or 255 behind it, and EOF (255 2 or 255 3) at the end",
        .torn = "the data end without EOF",
    };

    judge_all(timeline, run, &asked);
}

void ftp_mode_z(const struct timeline *timeline, struct rule_run *run)
{
    static const struct asked asked = {
        .form = FTP_FORM_DEFLATED,
        .mode = 'Z',
        .flaws = 1u << FTP_FORM_ZLIB_HEADER | 1u << FTP_FORM_ZLIB_DATA | 1u << FTP_FORM_ZLIB_BEHIND,
        .expected = "one zlib stream (RFC 1950)",
        .torn = "the data end before the stream does",
    };

    judge_all(timeline, run, &asked);
}

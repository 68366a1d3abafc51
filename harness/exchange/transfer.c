#include "exchange/transfer.h"

#include "exchange/match.h"
#include "exchange/payload.h"
#include "proto/ftp_command.h"

/* Who sends, from the last command that transfers something. */
static bool find_sender(const struct steps_reader *steps, enum side *sender)
{
    const struct step *all = steps->steps.items;

    for (size_t i = steps->steps.count; i-- > 0;) {
        const struct ftp_verb *verb;

        if (all[i].kind != STEP_LINE || all[i].speaker != SIDE_CLIENT)
            continue;
        verb = ftp_verb_find(step_verb(&all[i]));
        if (verb == NULL || (verb->traits & FTP_VERB_TRANSFERS) == 0)
            continue;
        *sender = (verb->traits & FTP_VERB_SENDS) != 0 ? SIDE_SERVER : SIDE_CLIENT;
        return true;
    }
    return false;
}

/* True where nothing was said since the last D> line. */
static bool follows_data(const struct steps_reader *steps)
{
    const struct step *all = steps->steps.items;
    size_t i = steps->steps.count;

    while (i > 0 && all[i - 1].kind == STEP_ACT)
        i--;
    return i > 0 && all[i - 1].kind == STEP_DATA;
}

static bool open_step(struct steps_reader *steps, const struct line *line)
{
    struct place at = source_place(steps->source, line, line->at - 2);
    enum side sender;

    if (steps->exchange->protocol != PROTOCOL_FTP)
        return source_problem(steps->source, at, "only FTP has data connections; write C> or S>");
    if (!find_sender(steps, &sender))
        return source_problem(steps->source, at,
                              "no command that transfers data comes before this "
                              "line: RETR, LIST, NLST, MLSD, STOR, STOU or APPE");
    if (follows_data(steps))
        return source_problem(steps->source, at,
                              "the D> lines of one transfer stand together; what "
                              "acts on them stands before the first");
    steps_add(steps, STEP_DATA, sender, at);
    buf_clear(&steps->data);
    return true;
}

static bool take_octets(struct steps_reader *steps, struct line *line, struct payload *payload)
{
    struct bytes text = line_rest(line);

    *payload = (struct payload){.given = true, .source = text};
    if (bytes_is(bytes_trim(text), "any"))
        payload->given = false;
    else if (payload_begins(line))
        return payload_take(steps->source, line, payload) && source_ends(steps->source, line);
    else if (!bytes_is(bytes_trim(text), "nothing"))
        payload->octets =
            bytes_of(arena_printf(steps->source->arena, BYTES_FMT "\r\n", BYTES_ARG(text)));
    return true;
}

/* "any" and "nothing" are the whole of it. */
static bool stands_alone(const struct payload *payload)
{
    return !payload->given || bytes_is(bytes_trim(payload->source), "nothing");
}

static bool join(struct steps_reader *steps, const struct line *line, const struct payload *payload)
{
    struct place at = source_place(steps->source, line, line->at);
    bool fits = true;

    if (stands_alone(&steps->data_only) || stands_alone(payload))
        return source_problem(steps->source, at,
                              "'any' and 'nothing' stand alone, without other D> lines");
    if (steps->data_lines == 1)
        fits = buf_add(&steps->data, steps->data_only.octets);
    if (!fits || !buf_add(&steps->data, payload->octets))
        return source_problem(steps->source, at, "the data of one transfer is limited to 64 MiB");
    steps->data_only.source.len =
        (size_t)(line->text.at + line->text.len - steps->data_only.source.at);
    return true;
}

bool transfer_read(struct steps_reader *steps, struct line *line)
{
    struct payload payload;
    struct bytes text;

    if (steps->data_lines == 0 && !open_step(steps, line))
        return false;
    if (line_peek(line) != '\0')
        line->at++;
    text = line_rest(line);
    if (!take_octets(steps, line, &payload))
        payload = (struct payload){.given = true, .source = text};
    else if (steps->data_lines > 0 && !join(steps, line, &payload))
        return false;
    if (steps->data_lines == 0)
        steps->data_only = payload;
    steps->data_lines++;
    return true;
}

void transfer_settle(struct steps_reader *steps)
{
    struct step *all = steps->steps.items;

    if (steps->data_lines == 0)
        return;
    if (steps->data_lines > 1)
        steps->data_only.octets = arena_bytes(steps->source->arena, buf_bytes(&steps->data));
    all[steps->steps.count - 1].payload = steps->data_only;
    steps->data_lines = 0;
}

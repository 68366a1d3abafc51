#include "play/deviation.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "play/transcript.h"

void deviations_fini(struct deviations *deviations)
{
    free(deviations->list);
    *deviations = (struct deviations){NULL, 0};
}

/* What the script is about, told as the report will print it. */
static void describe_step(const struct step *step, char *text, size_t room)
{
    if (step == NULL)
        snprintf(text, room, "nothing");
    else if (step->kind == STEP_ACT)
        snprintf(text, room, "the %s to close the connection", side_name(step->speaker));
    else if (step->kind == STEP_LINE)
        snprintf(text, room, "%c> " BYTES_FMT, step->speaker == SIDE_CLIENT ? 'C' : 'S',
                 BYTES_ARG(step->lines[0].source));
    else
        snprintf(text, room, "%c> %.*s (%zu octets)",
                 step->kind == STEP_DATA        ? 'D'
                 : step->speaker == SIDE_CLIENT ? 'C'
                                                : 'S',
                 step->payload.source.len > 60 ? 60 : (int)step->payload.source.len,
                 step->payload.source.at, step->payload.octets.len);
}

struct deviation *deviation_add(struct deviations *deviations, enum deviation_kind kind,
                                const struct step *step, size_t entry)
{
    struct deviation *grown = realloc(deviations->list, (deviations->count + 1) * sizeof *grown);

    if (grown == NULL)
        abort();
    deviations->list = grown;
    grown += deviations->count++;
    *grown = (struct deviation){.kind = kind, .step = step, .entry = entry};
    describe_step(step, grown->expected, sizeof grown->expected);
    return grown;
}

void deviation_saw(struct deviation *deviation, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(deviation->seen, sizeof deviation->seen, fmt, ap);
    va_end(ap);
}

void deviation_saw_text(struct deviation *deviation, struct bytes text)
{
    struct entry entry = {.kind = ENTRY_HEARD, .text = text, .octets = text.len};

    entry_format(&entry, deviation->seen, sizeof deviation->seen);
}

size_t octets_agree(struct bytes a, struct bytes b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    size_t at = 0;

    while (at < shorter && a.at[at] == b.at[at])
        at++;
    return at;
}

void deviation_saw_difference(struct deviation *deviation, struct bytes got, struct bytes wanted)
{
    size_t at = octets_agree(got, wanted);

    if (at == got.len)
        deviation_saw(deviation, "%zu octets, the first of what was expected", got.len);
    else if (at == wanted.len)
        deviation_saw(deviation, "%zu octets, more than expected", got.len);
    else
        deviation_saw(deviation, "%zu octets that differ from octet %zu on", got.len, at);
}

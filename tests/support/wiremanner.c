#include "support/wiremanner.h"

static bool split_take(struct wiremanner *manner, struct wireline *line)
{
    uint64_t value;

    while (wireline_peek(line).len > 0 && !wireline_is(line, "...")) {
        if (!wireline_number(line, WIREMANNER_SEGMENT, &value))
            return false;
        if (manner->split_count == WIREMANNER_SPLITS || value == 0)
            return wireline_wrong(line, "at most 16 numbers, from 1");
        manner->splits[manner->split_count++] = (unsigned)value;
    }
    manner->split_on = line->rest.at > line->start && line->rest.at[-1] == '.';
    return true;
}

static bool sum_take(struct wiremanner *manner, struct wireline *line)
{
    if (wireline_is(line, "bad"))
        manner->sum = SUM_BAD;
    else if (wireline_is(line, "none"))
        manner->sum = SUM_NONE;
    else if (wireline_is(line, "offloaded"))
        manner->sum = SUM_OFFLOADED;
    else
        return wireline_wrong(line, "bad, none or offloaded is wanted here");
    return true;
}

static bool number_take(struct wiremanner *manner, struct bytes word, struct wireline *line)
{
    uint64_t value;

    if (!bytes_is(word, "late") && !bytes_is(word, "urgent") && !bytes_is(word, "fragment"))
        return wireline_wrong(line, "lost, twice, swap, late, split, checksum, urgent or fragment");
    if (!wireline_number(line, 65535, &value))
        return false;
    if (bytes_is(word, "late")) {
        manner->late = (unsigned)value;
    } else if (bytes_is(word, "fragment")) {
        manner->fragment = (size_t)value;
    } else {
        manner->urgent = true;
        manner->pointer = (unsigned)value;
    }
    return true;
}

bool wiremanner_take(struct wiremanner *manner, struct wireline *line)
{
    struct bytes word = wireline_word(line);

    if (bytes_is(word, "lost"))
        return manner->lost = true;
    if (bytes_is(word, "twice"))
        return manner->twice = true;
    if (bytes_is(word, "swap"))
        return manner->swap = true;
    if (bytes_is(word, "split"))
        return split_take(manner, line);
    if (bytes_is(word, "checksum"))
        return sum_take(manner, line);
    return retouch_take(&manner->retouch, word, line) || tamper_take(&manner->tamper, word, line) ||
           number_take(manner, word, line);
}

size_t wiremanner_cut(const struct wiremanner *manner, struct bytes payload, struct bytes *pieces,
                      size_t room)
{
    size_t count = 0;

    for (size_t i = 0; payload.len > 0 && count + 1 < room; i++) {
        size_t n = i < manner->split_count ? i : manner->split_count - 1;
        size_t len = WIREMANNER_SEGMENT;

        if (i < manner->split_count || (manner->split_on && manner->split_count > 0))
            len = manner->splits[n];
        pieces[count] = bytes_slice(payload, 0, len);
        payload = bytes_from(payload, pieces[count++].len);
    }
    if (payload.len > 0 || count == 0)
        pieces[count++] = payload;
    return count;
}

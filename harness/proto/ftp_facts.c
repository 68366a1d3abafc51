#include "proto/ftp_facts.h"

#include <stdio.h>
#include <time.h>

#include "base/digit.h"

static enum parse bad(struct flaw *flaw, size_t at, const char *what)
{
    *flaw = (struct flaw){at, what};
    return PARSE_BAD;
}

/* The fields of a time-val in their order, with the range of each (RFC 3659 section 2.3). */
static const struct time_field {
    size_t len;
    int least, most;
    const char *flaw;
} time_fields[] = {
    {4, 0, 9999, "the year is not four digits"}, {2, 1, 12, "the month is not 01 to 12"},
    {2, 1, 31, "the day is not 01 to 31"},       {2, 0, 23, "the hour is not 00 to 23"},
    {2, 0, 59, "the minute is not 00 to 59"},    {2, 0, 60, "the second is not 00 to 60"},
};
#define TIME_FIELDS (sizeof time_fields / sizeof *time_fields)

static bool field_value(struct bytes text, const struct time_field *field, int *value)
{
    uint64_t number = 0;

    if (text.len != field->len || !bytes_to_u64(text, &number))
        return false;
    *value = (int)number;
    return *value >= field->least && *value <= field->most;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

/* True where nothing, or a point and digits, is left from `at` on. */
static bool fraction(struct bytes in, size_t *at)
{
    if (*at == in.len)
        return true;
    if (in.at[*at] != '.')
        return false;
    for (++*at; *at < in.len; ++*at)
        if (!digit_is(in.at[*at]))
            return false;
    return in.at[in.len - 1] != '.';
}

enum parse ftp_time_parse(struct bytes in, int64_t *unix_seconds, struct flaw *flaw)
{
    int value[TIME_FIELDS] = {0};
    size_t at = 0;
    struct tm tm = {0};

    for (size_t i = 0; i < TIME_FIELDS; i++) {
        if (!field_value(bytes_slice(in, at, time_fields[i].len), &time_fields[i], &value[i]))
            return bad(flaw, at, time_fields[i].flaw);
        at += time_fields[i].len;
    }
    if (value[2] > days_in_month(value[0], value[1]))
        return bad(flaw, 6, "the month has no such day");
    if (!fraction(in, &at))
        return bad(flaw, at, "neither the end nor a fraction follows the seconds");
    tm = (struct tm){.tm_year = value[0] - 1900,
                     .tm_mon = value[1] - 1,
                     .tm_mday = value[2],
                     .tm_hour = value[3],
                     .tm_min = value[4],
                     .tm_sec = value[5]};
    *unix_seconds = timegm(&tm);
    return PARSE_DONE;
}

const char *ftp_time_format(int64_t unix_seconds, char text[20])
{
    const int64_t year_0 = INT64_C(-62167219200), year_9999_ends = INT64_C(253402300799);
    time_t seconds;
    struct tm tm;

    if (unix_seconds < year_0)
        unix_seconds = year_0;
    if (unix_seconds > year_9999_ends)
        unix_seconds = year_9999_ends;
    seconds = (time_t)unix_seconds;
    gmtime_r(&seconds, &tm);
    snprintf(text, 20, "%04u%02u%02u%02u%02u%02u", (unsigned)(tm.tm_year + 1900) % 10000,
             (unsigned)(tm.tm_mon + 1) % 100, (unsigned)tm.tm_mday % 100,
             (unsigned)tm.tm_hour % 100, (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100);
    return text;
}

/* Index of the first of the octets that may end a part of a fact. */
static size_t part_length(struct bytes in, const char *ends)
{
    size_t len = 0;

    while (len < in.len && bytes_index(bytes_of(ends), in.at[len]) == bytes_of(ends).len)
        len++;
    return len;
}

enum parse ftp_fact_next(struct bytes *entry, struct ftp_fact *fact, struct flaw *flaw)
{
    size_t name, value;

    if (bytes_starts(*entry, " ")) {
        *entry = bytes_from(*entry, 1);
        return PARSE_MORE;
    }
    name = part_length(*entry, "=; ");
    if (name == entry->len || entry->at[name] != '=')
        return bad(flaw, name, "no '=' follows the name of the fact");
    if (name == 0)
        return bad(flaw, 0, "the fact has no name");
    value = part_length(bytes_from(*entry, name + 1), "; ");
    if (name + 1 + value == entry->len || entry->at[name + 1 + value] != ';')
        return bad(flaw, name + 1 + value, "no ';' follows the value of the fact");
    *fact = (struct ftp_fact){bytes_slice(*entry, 0, name), bytes_slice(*entry, name + 1, value)};
    *entry = bytes_from(*entry, name + 1 + value + 1);
    return PARSE_DONE;
}

enum parse ftp_quoted_path(struct bytes text, char *room, struct bytes *path, struct flaw *flaw)
{
    size_t at = bytes_index(text, '"'), len = 0;

    if (at == text.len)
        return bad(flaw, at, "no quoted pathname");
    for (at++; at < text.len; at++) {
        bool quote = text.at[at] == '"';

        if (quote && (at + 1 == text.len || text.at[at + 1] != '"')) {
            *path = (struct bytes){room, len};
            return PARSE_DONE;
        }
        room[len++] = text.at[at];
        at += quote;
    }
    return bad(flaw, text.len, "the closing quote is missing");
}

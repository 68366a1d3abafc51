#include <stdlib.h>

#include "proto/ftp_facts.h"

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void entry(struct bytes in)
{
    struct ftp_fact fact;
    struct flaw flaw;
    enum parse parse;
    struct bytes rest = in;

    while ((parse = ftp_fact_next(&rest, &fact, &flaw)) == PARSE_DONE) {
        must(fact.name.len > 0 && bytes_index(fact.value, ';') == fact.value.len);
        must(rest.len < in.len);
    }
    must(parse == PARSE_MORE || flaw.at <= rest.len);
}

static void time_value(struct bytes in)
{
    char text[20];
    int64_t seconds, again;
    struct flaw flaw;

    if (ftp_time_parse(in, &seconds, &flaw) != PARSE_DONE) {
        must(flaw.at <= in.len);
        return;
    }
    must(ftp_time_parse(bytes_of(ftp_time_format(seconds, text)), &again, &flaw) == PARSE_DONE);
    must(again == seconds || seconds > INT64_C(253402300799));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct bytes in = {(const char *)data, len}, path;
    char *room = malloc(len > 0 ? len : 1);
    struct flaw flaw;

    if (room == NULL)
        return 0;
    entry(in);
    time_value(in);
    if (ftp_quoted_path(in, room, &path, &flaw) == PARSE_DONE)
        must(path.len + 2 <= len);
    else
        must(flaw.at <= len);
    free(room);
    return 0;
}

#include "wire/tls.h"

#include <stdlib.h>

#include "proto/tls_record.h"
#include "wire/memory.h"

struct tls {
    struct tls_reader reader[2]; /* by enum side */
    struct timeline_tls *told;   /* not owned */
};

struct tls *tls_new(struct timeline_tls *told)
{
    struct tls *tls = memory_zeroed(1, sizeof *tls);

    *told = (struct timeline_tls){.version = 0};
    tls->told = told;
    return tls;
}

void tls_free(struct tls *tls)
{
    free(tls);
}

bool tls_begins(struct bytes octets)
{
    return octets.len >= 2 && octets.at[0] == TLS_HANDSHAKE && octets.at[1] == 3;
}

static void side_tell(const struct tls_reader *reader, struct timeline_tls_side *told,
                      uint64_t packet)
{
    if (told->first == 0)
        told->first = packet;
    if (reader->clear)
        told->clear = packet;
    told->client_hello = tls_first_message(reader) == TLS_CLIENT_HELLO;
    told->alert_last = reader->type == TLS_ALERT;
    told->whole = tls_is_between(reader);
    told->failed = reader->failed;
}

struct bytes tls_take(struct tls *tls, enum side from, const struct stream_run *run)
{
    struct tls_reader *reader = &tls->reader[from];
    unsigned before = reader->data_records;
    bool was_clear = reader->clear;
    size_t used = tls_read(reader, run->data);

    if (was_clear)
        return (struct bytes){NULL, 0};
    side_tell(reader, &tls->told->side[from], run->number);
    if (reader->data_records != before || (reader->type == TLS_DATA && used > 0))
        tls->told->side[from].data = run->number;
    if (tls->told->version == 0)
        tls->told->version = tls_chosen_version(reader);
    return bytes_from(run->data, used);
}

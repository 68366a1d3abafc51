#include "fakes/ftp_client_script.h"

#include <string.h>

#include "proto/ftp_command.h"

bool ftp_script_rest_precedes_transfer(const struct exchange *exchange)
{
    bool after_rest = false;

    for (size_t i = 0; i < exchange->step_count; i++) {
        const struct step *step = &exchange->steps[i];
        const struct ftp_verb *verb;
        struct bytes line;

        if (step->kind != STEP_LINE || step->speaker != SIDE_CLIENT)
            continue;
        line = step->lines[0].source;
        verb = ftp_verb_find(bytes_slice(line, 0, bytes_index(line, ' ')));
        if (after_rest && verb != NULL)
            return (verb->traits & FTP_VERB_TRANSFERS) != 0;
        after_rest = verb != NULL && strcmp(verb->name, "REST") == 0;
    }
    return false;
}

/* The first delivery of that kind before data of that speaker; NULL: none. */
static const struct delivery *before_data(const struct exchange *exchange, enum delivery_kind kind,
                                          bool servers_alone)
{
    for (size_t i = 0; exchange != NULL && i < exchange->step_count; i++) {
        const struct step *step = &exchange->steps[i];

        if (step->kind != STEP_DATA || (servers_alone && step->speaker != SIDE_SERVER))
            continue;
        for (size_t n = 0; n < step->delivery_count; n++)
            if (step->deliveries[n].kind == kind)
                return &step->deliveries[n];
    }
    return NULL;
}

bool ftp_script_cuts_data(const struct exchange *exchange)
{
    return before_data(exchange, DELIVER_AFTER_RESET, false) != NULL ||
           before_data(exchange, DELIVER_AFTER_CLOSE, false) != NULL;
}

int64_t ftp_script_data_delay(const struct exchange *exchange)
{
    const struct delivery *delay = before_data(exchange, DELIVER_DELAY, true);

    return delay == NULL ? 0 : delay->number;
}

static const struct payload *find_file(const struct exchange_file *files, size_t count,
                                       const char *name)
{
    const char *slash = strrchr(name, '/');

    for (size_t i = 0; i < count; i++)
        if (strcmp(files[i].name, name) == 0 ||
            (slash != NULL && strcmp(files[i].name, slash + 1) == 0))
            return &files[i].content;
    return NULL;
}

void ftp_script_add_content(const struct exchange *exchange, const char *name, bool ascii,
                            struct buf *out)
{
    const struct payload *payload = find_file(exchange->local, exchange->local_count, name);
    struct bytes octets;

    if (payload == NULL)
        payload = find_file(exchange->files, exchange->file_count, name);
    octets = payload == NULL ? bytes_of("sent by peerspec\r\n") : payload->octets;
    if (!ascii) {
        buf_add(out, octets);
        return;
    }
    for (size_t i = 0; i < octets.len; i++) {
        if (octets.at[i] == '\n' && (i == 0 || octets.at[i - 1] != '\r'))
            buf_add_text(out, "\r");
        buf_add(out, bytes_slice(octets, i, 1));
    }
}

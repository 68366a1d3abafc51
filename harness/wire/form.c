#include "wire/form.h"

#include <stdlib.h>

#include "wire/memory.h"
#include "wire/zlib_stream.h"

struct form {
    enum ftp_form what;
    struct ftp_form_reader reader;
    struct zlib_stream *zlib; /* owned; NULL where it is not deflated, and then `reader` reads */
};

struct form *form_new(enum ftp_form what)
{
    struct form *form;

    if (what == FTP_FORM_PLAIN)
        return NULL;
    form = memory_zeroed(1, sizeof *form);
    form->what = what;
    if (what == FTP_FORM_DEFLATED)
        form->zlib = zlib_stream_new();
    else
        ftp_form_start(&form->reader, what);
    return form;
}

void form_free(struct form *form)
{
    if (form == NULL)
        return;
    zlib_stream_free(form->zlib);
    free(form);
}

static enum ftp_form_flaw octets_read(struct form *form, struct bytes octets, uint64_t *at)
{
    if (form->zlib != NULL)
        return zlib_stream_read(form->zlib, octets, at);
    ftp_form_read(&form->reader, octets);
    *at = form->reader.flaw_at;
    return form->reader.flaw;
}

void form_read(struct form *form, enum side from, const struct stream_run *run,
               struct timeline_form *verdict)
{
    if (verdict->flaw != FTP_FORM_FLAWLESS)
        return;
    verdict->form = form->what;
    verdict->from = from;
    verdict->flaw = octets_read(form, run->data, &verdict->flaw_at);
    if (verdict->flaw != FTP_FORM_FLAWLESS)
        verdict->flaw_packet = run->number;
}

void form_end(const struct form *form, struct timeline_form *verdict)
{
    verdict->complete = true;
    verdict->ends =
        form->zlib != NULL ? zlib_stream_ended(form->zlib) : ftp_form_ends(&form->reader);
}

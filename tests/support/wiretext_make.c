#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "support/wiretext.h"

#define TEXT_CEILING (16 << 20)

/* All of a stream, in *out. */
static bool slurp(FILE *in, struct buf *out)
{
    char chunk[65536];
    size_t len;

    while ((len = fread(chunk, 1, sizeof chunk, in)) > 0)
        if (!buf_add(out, (struct bytes){chunk, len}))
            return false;
    return !ferror(in);
}

static enum err file_read(const char *path, struct buf *out, struct diag *why)
{
    FILE *in = fopen(path, "rb");
    bool fine;

    if (in == NULL)
        return diag_set(why, ERR_INPUT, "%s: %s", path, strerror(errno));
    fine = slurp(in, out);
    fclose(in);
    return fine ? OK : diag_set(why, ERR_INPUT, "%s: cannot be read", path);
}

enum err wiretext_make(const char *text_path, const char *pcap_path, struct diag *why)
{
    struct buf text;
    FILE *out = NULL;
    enum err err;

    buf_init(&text, TEXT_CEILING);
    err = file_read(text_path, &text, why);
    if (err == OK && (out = fopen(pcap_path, "wb")) == NULL)
        err = diag_set(why, ERR_SYSTEM, "%s: %s", pcap_path, strerror(errno));
    if (err == OK)
        err = wiretext_write(text_path, buf_bytes(&text), out, why);
    if (out != NULL && fclose(out) != 0 && err == OK)
        err = diag_set(why, ERR_SYSTEM, "%s: %s", pcap_path, strerror(errno));
    if (out != NULL && err != OK)
        unlink(pcap_path);
    buf_fini(&text);
    return err;
}

#include "support/wiretext.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "wire/savefile.h"

enum err wiretext_feed(struct bytes text, const struct timeline_options *options,
                       const struct timeline_sink *sink, struct diag *why)
{
    char path[64];
    struct timeline_options none = {0};
    struct savefile_summary summary;
    int fd = memfd_create("wiretext", MFD_CLOEXEC);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "wb");
    enum err err;

    if (out == NULL)
        return diag_set(why, ERR_SYSTEM, "no file in memory: %s", strerror(errno));
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    err = wiretext_write("text", text, out, why);
    if (err == OK)
        err = savefile_read(path, NULL, options == NULL ? &none : options, sink, &summary, why);
    fclose(out);
    return err;
}

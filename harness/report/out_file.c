#include "report/out_file.h"

#include <errno.h>
#include <string.h>

enum err out_file_open(struct out_file *file, const char *path, struct diag *why)
{
    bool standard = strcmp(path, "-") == 0;

    *file = (struct out_file){.stream = standard ? stdout : fopen(path, "we"),
                              .path = standard ? "standard output" : path};
    if (file->stream == NULL)
        return diag_set(why, ERR_INPUT, "%s cannot be written: %s", path, strerror(errno));
    return OK;
}

static void note(struct out_file *file, int error)
{
    if (file->error == 0)
        file->error = error;
}

void out_file_write(struct out_file *file, const void *octets, size_t len)
{
    if (fwrite(octets, 1, len, file->stream) != len)
        note(file, errno);
}

void out_file_flush(struct out_file *file)
{
    if (fflush(file->stream) != 0)
        note(file, errno);
}

void out_file_abandon(struct out_file *file)
{
    if (file->stream != NULL && file->stream != stdout && fclose(file->stream) != 0)
        note(file, errno);
    file->stream = NULL;
}

enum err out_file_close(struct out_file *file, struct diag *why)
{
    out_file_flush(file);
    if (ferror(file->stream))
        note(file, EIO); /* the write that failed was none of ours to see */
    out_file_abandon(file);
    if (file->error == 0)
        return OK;
    return diag_set(why, ERR_SYSTEM, "%s could not be written whole: %s", file->path,
                    strerror(file->error));
}

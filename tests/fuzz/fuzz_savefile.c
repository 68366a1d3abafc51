/* A whole capture file, from its first octet. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "walk.h"
#include "wire/savefile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void summary_check(const struct savefile_summary *summary, size_t len)
{
    if (summary->packets > len || summary->undecoded > summary->packets ||
        summary->cut > summary->packets)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const struct timeline_options options = {.hash_payload = true};
    const struct timeline_sink sink = {NULL, walk};
    struct savefile_summary summary;
    struct diag why = {.code = OK};
    int fd = memfd_create("fuzz", 0);
    char path[64];

    if (fd < 0 || write(fd, data, len) != (ssize_t)len)
        exit(1);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (savefile_read(path, NULL, &options, &sink, &summary, &why) == OK)
        summary_check(&summary, len);
    else if (why.code == OK || why.text[0] == '\0')
        abort();
    close(fd);
    return 0;
}

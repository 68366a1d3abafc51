#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "judge/baseline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static bool exists(void *ctx, const char *id)
{
    (void)ctx;
    return strlen(id) % 2 == 0;
}

static void tell(void *ctx, const char *id, const struct baseline_entry *entry)
{
    const size_t *lines = ctx;

    if (entry->at.line == 0 || entry->at.line > *lines || entry->at.column == 0 || id[0] == '\0')
        abort();
}

static void ask(struct baseline *baseline)
{
    struct findings *none = findings_new();

    for (int verdict = 0; verdict < VERDICT_COUNT; verdict++)
        baseline_ask(baseline, "a", "b", (enum verdict)verdict, none);
    findings_free(none);
}

/* Baselines come from a file, so it gets one, without a name. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    int fd = memfd_create("fuzz", 0);
    struct baseline *baseline;
    struct diag why = {.code = OK};
    size_t lines = 1;
    char path[64];

    for (size_t i = 0; i < len; i++)
        lines += data[i] == '\n';
    if (fd < 0 || write(fd, data, len) != (ssize_t)len)
        exit(1);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (baseline_load(path, &baseline, &why) == OK) {
        baseline_unknown(baseline, "b", exists, &lines, tell);
        ask(baseline);
    } else if (baseline != NULL || why.code != ERR_SYNTAX || why.at.line == 0 ||
               why.at.line > lines || why.at.column == 0) {
        abort();
    }
    baseline_free(baseline);
    close(fd);
    return 0;
}

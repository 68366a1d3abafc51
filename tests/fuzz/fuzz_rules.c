/* All rules over whatever peers may say. */
#include <stdlib.h>

#include "suites/rules.h"
#include "talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void judge(void *ctx, struct timeline *timeline)
{
    struct findings *findings = findings_new();

    (void)ctx;
    timeline->echo = true;
    rules_run(rule_tables, NULL, timeline, findings);
    for (size_t n = 0; n < findings_count(findings); n++)
        if (findings_at(findings, n)->seen == NULL || findings_at(findings, n)->packet_count == 0)
            abort();
    findings_free(findings);
    timeline_free(timeline);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const struct timeline_sink sink = {NULL, judge};

    talk((struct bytes){(const char *)data, len}, &sink);
    return 0;
}

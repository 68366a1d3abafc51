/* What `peerspec check` and `peerspec show` print of whatever peers may say: no octet of theirs
 * reaches a terminal, a ladder keeps to its columns, and JSON is JSON. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "dossier.h"
#include "headline.h"
#include "ladder.h"
#include "report/report.h"
#include "suites/rules.h"
#include "talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct pages {
    struct dossier *dossier;
    size_t conversations;
};

static void check_page(const char *page, size_t len, size_t most)
{
    size_t column = 0;

    for (size_t i = 0; i < len; i++) {
        column = page[i] == '\n' ? 0 : column + 1;
        if (page[i] != '\n' && (page[i] < ' ' || page[i] > '~'))
            abort();
        if (column > most)
            abort();
    }
}

static void text_print(const struct timeline *timeline, const struct findings *findings)
{
    char *page = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&page, &len);

    if (out == NULL)
        exit(1);
    headline_print(out, timeline, 1);
    report_findings(out, findings, false, 4);
    fclose(out);
    check_page(page, len, SIZE_MAX);
    free(page);
}

static void ladder_draw(const struct timeline *timeline)
{
    char *page = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&page, &len);

    if (out == NULL)
        exit(1);
    ladder_print(out, timeline);
    fclose(out);
    check_page(page, len, LADDER_COLUMNS);
    free(page);
}

static void print(void *ctx, struct timeline *timeline)
{
    struct pages *pages = ctx;
    struct findings *findings = findings_new();

    rules_run(rule_tables, NULL, timeline, findings);
    text_print(timeline, findings);
    ladder_draw(timeline);
    dossier_add(pages->dossier, ++pages->conversations, timeline, findings);
    findings_free(findings);
    timeline_free(timeline);
}

/* The document has as many conversations as were told. Closes the file. */
static void check_document(int fd, size_t conversations)
{
    FILE *in = fdopen(fd, "r");
    json_t *document, *files;

    if (in == NULL)
        exit(1);
    rewind(in);
    document = json_loadf(in, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    fclose(in);
    files = json_object_get(document, "files");
    if (json_array_size(json_object_get(json_array_get(files, 0), "conversations")) !=
        conversations)
        abort();
    json_decref(document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    int fd = memfd_create("fuzz", 0);
    struct pages pages = {0};
    const struct timeline_sink sink = {&pages, print};
    struct savefile_summary summary = {0};
    struct diag why;
    char path[64];

    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (dossier_open(path, &pages.dossier, &why) != OK)
        exit(1);
    dossier_begin(pages.dossier, "fuzz");
    talk((struct bytes){(const char *)data, len}, &sink);
    dossier_end(pages.dossier, &summary, NULL);
    if (dossier_close(pages.dossier, &why) != OK)
        exit(1);
    check_document(fd, pages.conversations);
    return 0;
}

#include "reports.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

/* The reports for machines. */
static const struct {
    size_t offset; /* in struct options, of the file's name */
    report_new_fn *make;
} formats[] = {
    {offsetof(struct options, tap), report_tap_new},
    {offsetof(struct options, junit), report_junit_new},
    {offsetof(struct options, json), report_json_new},
};
#define FORMATS (sizeof formats / sizeof formats[0])

/* The file that the options name for a format; NULL: none. */
static const char *file_of(const struct options *options, size_t format)
{
    const char *file;

    memcpy(&file, (const char *)options + formats[format].offset, sizeof file);
    return file;
}

static bool output_is_taken(const struct options *options)
{
    for (size_t i = 0; i < FORMATS; i++)
        if (file_of(options, i) != NULL && strcmp(file_of(options, i), "-") == 0)
            return true;
    return false;
}

/* A place for one more, which the caller opens. */
static struct report **one_more(struct reports *reports)
{
    return &reports->list[reports->count++];
}

static enum err open_text(struct reports *reports, const struct options *options, struct diag *why)
{
    bool terminal = isatty(STDOUT_FILENO) != 0;
    struct report_style style = {
        .color = terminal && !options->no_color, .progress = terminal, .quiet = options->quiet};

    return report_text_new(stdout, &style, one_more(reports), why);
}

enum err reports_open(struct reports *reports, const struct options *options, struct diag *why)
{
    enum err err = OK;

    *reports = (struct reports){.count = 0};
    if (!output_is_taken(options))
        err = open_text(reports, options, why);
    reports->for_people = reports->count;
    for (size_t i = 0; i < FORMATS && err == OK; i++)
        if (file_of(options, i) != NULL)
            err = formats[i].make(file_of(options, i), one_more(reports), why);
    return err;
}

void reports_close(struct reports *reports)
{
    for (size_t i = 0; i < reports->count; i++)
        if (reports->list[i] != NULL)
            reports->list[i]->ops->free(reports->list[i]);
}

static void begin_from(struct reports *reports, size_t first, const struct report_run *run)
{
    for (size_t i = first; i < reports->count; i++)
        reports->list[i]->ops->begin(reports->list[i], run);
    reports->begun = true;
}

void reports_begin(struct reports *reports, const struct report_run *run)
{
    begin_from(reports, 0, run);
}

void reports_running(struct reports *reports, const char *id)
{
    for (size_t i = 0; i < reports->count; i++)
        if (reports->list[i]->ops->running != NULL)
            reports->list[i]->ops->running(reports->list[i], id);
}

void reports_done(struct reports *reports, const struct report_case *done)
{
    for (size_t i = 0; i < reports->count; i++)
        reports->list[i]->ops->done(reports->list[i], done);
}

enum err reports_end(struct reports *reports, const struct report_run *run,
                     const struct report_totals *totals, struct diag *why)
{
    size_t from = reports->begun ? 0 : reports->for_people;
    enum err err = OK;
    struct diag first;

    if (!reports->begun)
        begin_from(reports, from, run);
    for (size_t i = from; i < reports->count; i++)
        if (!reports->list[i]->ops->end(reports->list[i], totals, &first) && err == OK) {
            *why = first;
            err = why->code;
        }
    return err;
}

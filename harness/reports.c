#include "reports.h"

#include <string.h>
#include <unistd.h>

/* A place for one more, which the caller opens. */
static struct report **one_more(struct reports *reports)
{
    return &reports->list[reports->count++];
}

enum err reports_open(struct reports *reports, const struct options *options, struct diag *why)
{
    bool terminal = isatty(STDOUT_FILENO) != 0;
    bool tap_on_stdout = options->tap != NULL && strcmp(options->tap, "-") == 0;
    struct report_style style = {
        .color = terminal && !options->no_color, .progress = terminal, .quiet = options->quiet};
    enum err err = OK;

    *reports = (struct reports){.count = 0};
    if (!tap_on_stdout)
        err = report_text_new(stdout, &style, one_more(reports), why);
    reports->for_people = reports->count;
    if (err == OK && options->tap != NULL)
        err = report_tap_new(options->tap, one_more(reports), why);
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

/* reports: the reports of one run: each is told what the others are told. */
#ifndef PEERSPEC_REPORTS_H
#define PEERSPEC_REPORTS_H

#include "options.h"
#include "report/report.h"

#define REPORTS_MAX 4

struct reports {
    struct report *list[REPORTS_MAX]; /* owned */
    size_t count;
    size_t for_people; /* so many, at the beginning, are not for machines */
    bool begun;
};

/* What the options ask for: the text for people on standard output, unless a report for machines
 * goes there. ERR_INPUT where one cannot be opened; *reports is to be closed then, too. */
NODISCARD enum err reports_open(struct reports *reports, const struct options *options,
                                struct diag *why);
void reports_close(struct reports *reports);

void reports_begin(struct reports *reports, const struct report_run *run);
void reports_running(struct reports *reports, const char *id);
void reports_done(struct reports *reports, const struct report_case *done);
/* All are ended, also where one of them did not reach its file: *why is about the first such. A run
 * that never began ends, as `run`, in the reports for machines alone, which have to be whole. */
NODISCARD enum err reports_end(struct reports *reports, const struct report_run *run,
                               const struct report_totals *totals, struct diag *why);

#endif

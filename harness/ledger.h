/* ledger: what a run comes to: each case and each broken rule is told to the reports, held against
 * the baseline, and counted for the exit status. */
#ifndef PEERSPEC_LEDGER_H
#define PEERSPEC_LEDGER_H

#include <stdio.h>

#include "outcome.h"
#include "plan.h"
#include "reports.h"
#include "rig.h"
#include "tally.h"

struct ledger {
    const struct options *options; /* borrowed, as the next two */
    const struct settings *settings;
    const struct plan *plan;
    struct reports reports;
    struct baseline *baseline; /* NULL: none */
    FILE *new_baseline;        /* --write-baseline; NULL: none is written */
    struct tally *tally;       /* of standing rules */
    struct report_totals totals;
    size_t failures, doubts; /* what makes the exit status 1, and 5 */
};

/* Read the baseline or open a new one, and open the reports. ERR_INPUT where a file cannot be read
 * or written, ERR_SYNTAX where a line of the baseline is wrong; the ledger is to be freed then,
 * too. */
NODISCARD enum err ledger_init(struct ledger *ledger, const struct options *options,
                               const struct settings *settings, const struct plan *plan,
                               struct diag *why);
void ledger_fini(struct ledger *ledger);

/* The first case is about to run; `note` is one line about what this machine does not let us, or
 * empty. */
void ledger_begin(struct ledger *ledger, const char *note);
void ledger_started(struct ledger *ledger, const struct plan_case *one);
void ledger_done(struct ledger *ledger, const struct plan_case *one, const struct outcome *outcome);
/* The rules that were broken. */
void ledger_rules(struct ledger *ledger);
/* What the baseline lists in vain, where the whole plan was run and nothing was selected; `rules`
 * are tables, ended by NULL. */
void ledger_stale(struct ledger *ledger, const struct rule *const *rules);
/* The totals; `duration` of the run in ns. An error where a report did not reach its file. */
NODISCARD enum err ledger_end(struct ledger *ledger, int64_t duration, struct diag *why);
/* The exit status that this makes: 0, 1 or 5. */
int ledger_status(const struct ledger *ledger);

#endif

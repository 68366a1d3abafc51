#include "ledger.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "crew.h"

/* --- the files ------------------------------------------------------------------------------- */

static enum err open_new_baseline(struct ledger *ledger, const char *path, struct diag *why)
{
    ledger->new_baseline = fopen(path, "a");
    if (ledger->new_baseline == NULL)
        return diag_set(why, ERR_INPUT, "%s cannot be written: %s", path, strerror(errno));
    return OK;
}

enum err ledger_init(struct ledger *ledger, const struct options *options,
                     const struct settings *settings, const struct plan *plan, struct diag *why)
{
    const char *path = options->baseline;
    enum err err = OK;

    *ledger = (struct ledger){
        .options = options, .settings = settings, .plan = plan, .tally = tally_new()};
    if (options->write_baseline)
        err = open_new_baseline(ledger, path == NULL ? "peerspec.baseline" : path, why);
    else if (path != NULL)
        err = baseline_load(path, &ledger->baseline, why);
    return err == OK ? reports_open(&ledger->reports, options, why) : err;
}

void ledger_fini(struct ledger *ledger)
{
    if (ledger->new_baseline != NULL)
        fclose(ledger->new_baseline);
    reports_close(&ledger->reports);
    tally_free(ledger->tally);
    baseline_free(ledger->baseline);
}

/* --- cases and rules ------------------------------------------------------------------------- */

static bool counts_as_failure(const struct ledger *ledger, enum verdict verdict)
{
    return verdict == VERDICT_FAIL || (verdict == VERDICT_WARN && ledger->options->strict);
}

static enum report_bearing bearing_of(const struct ledger *ledger, const struct report_case *done)
{
    if (done->baseline.answer == BASELINE_STALE)
        return BEARING_FAILURE;
    if (done->baseline.answer == BASELINE_KNOWN)
        return BEARING_NONE;
    if (counts_as_failure(ledger, done->verdict))
        return BEARING_FAILURE;
    if (done->verdict == VERDICT_INCONCLUSIVE || done->verdict == VERDICT_ERROR)
        return BEARING_DOUBT;
    return BEARING_NONE;
}

static void count(struct ledger *ledger, const struct report_case *done)
{
    ledger->totals.known += done->baseline.answer == BASELINE_KNOWN;
    ledger->totals.stale += done->baseline.answer == BASELINE_STALE;
    ledger->failures += done->bearing == BEARING_FAILURE;
    ledger->doubts += done->bearing == BEARING_DOUBT;
}

static void tell(struct ledger *ledger, struct report_case *done)
{
    done->bearing = bearing_of(ledger, done);
    count(ledger, done);
    reports_done(&ledger->reports, done);
}

static const char *repeat_command(const struct subject *subject, const char *id, char *text,
                                  size_t room)
{
    if (subject->command != NULL)
        snprintf(text, room, "peerspec %s '%s' %s", side_name(subject->side), id, subject->words);
    else
        snprintf(text, room, "peerspec %s %s '%s'", side_name(subject->side), subject->words, id);
    return text;
}

static void write_baseline(struct ledger *ledger, const struct report_case *done, const char *id)
{
    const char *reason = done->why == NULL ? done->title : done->why;

    if (ledger->new_baseline == NULL || !counts_as_failure(ledger, done->verdict))
        return;
    if (findings_count(done->findings) > 0 && findings_at(done->findings, 0)->seen != NULL)
        reason = findings_at(done->findings, 0)->seen;
    baseline_write(ledger->new_baseline, id, ledger->settings->subject.name, reason);
}

/* A case or a rule; `id` is what the baseline calls it, `from` the case that shows it. */
static void enter(struct ledger *ledger, struct report_case *done, const char *id, const char *from)
{
    const struct subject *subject = &ledger->settings->subject;
    const char *folder = ledger->settings->evidence;
    char repeat[1300], evidence[WORKSPACE_PATH + 200], stale[WORKSPACE_PATH + 80];

    done->repeat = repeat_command(subject, from, repeat, sizeof repeat);
    if (folder != NULL && done->verdict != VERDICT_SKIP) {
        snprintf(evidence, sizeof evidence, "%s/%s", folder, from);
        done->evidence = evidence;
    }
    if (ledger->baseline != NULL)
        done->baseline =
            baseline_ask(ledger->baseline, id, subject->name, done->verdict, done->findings);
    if (done->baseline.answer == BASELINE_STALE) {
        snprintf(stale, sizeof stale, "passes, but %s:%u lists it: take the line out",
                 done->baseline.at.file, done->baseline.at.line);
        done->why = stale;
    }
    write_baseline(ledger, done, id);
    tell(ledger, done);
}

void ledger_done(struct ledger *ledger, const struct plan_case *one, const struct outcome *outcome)
{
    struct report_case done = {.kind = REPORT_CASE,
                               .id = one->id,
                               .title = one->exchange->title,
                               .specs = one->exchange->specs,
                               .level = one->exchange->level,
                               .verdict = outcome->verdict,
                               .why = outcome->why[0] == '\0' ? NULL : outcome->why,
                               .findings = outcome->findings,
                               .script = one->exchange->path,
                               .duration = outcome->duration,
                               .own = outcome->own};

    ledger->totals.by_verdict[outcome->verdict]++;
    enter(ledger, &done, one->id, one->id);
    tally_add(ledger->tally, one->id, outcome->breaches);
}

static void enter_rule(struct ledger *ledger, const struct tally_row *row)
{
    char id[80], why[260];
    const char *const specs[] = {row->spec, NULL};
    struct report_case done = {.kind = REPORT_RULE,
                               .id = id,
                               .title = row->requirement,
                               .specs = specs,
                               .level = row->level,
                               .verdict = row->verdict,
                               .why = why,
                               .findings = row->findings,
                               .cases = row->cases,
                               .first = row->first};

    snprintf(id, sizeof id, "rules/%s", row->rule);
    snprintf(why, sizeof why, "broken in %zu case%s, %s%s", row->cases, row->cases == 1 ? "" : "s",
             row->cases == 1 ? "" : "first in ", row->first);
    ledger->totals.rules[row->verdict]++;
    enter(ledger, &done, row->rule, row->first);
}

/* --- what the baseline lists in vain --------------------------------------------------------- */

struct listing {
    struct ledger *ledger;
    const struct rule *const *rules;
};

/* Is it a case of the plan, or a rule? */
static bool known_id(void *ctx, const char *id)
{
    const struct listing *listing = ctx;
    const struct plan *plan = listing->ledger->plan;

    for (size_t i = 0; i < plan->count; i++)
        if (strcmp(plan->cases[i].id, id) == 0)
            return true;
    return rules_find(listing->rules, id) != NULL;
}

/* What has no topic is no case's id. */
static void tell_unknown(void *ctx, const char *listed, const struct baseline_entry *entry)
{
    const struct listing *listing = ctx;
    char id[WORKSPACE_PATH], why[WORKSPACE_PATH + 80];
    struct report_case line = {.kind = REPORT_LINE, .id = id, .baseline = *entry, .why = why};

    snprintf(id, sizeof id, "%s%s", strchr(listed, '/') == NULL ? "rules/" : "", listed);
    snprintf(why, sizeof why, "%s:%u lists it, but there is no such case or rule", entry->at.file,
             entry->at.line);
    tell(listing->ledger, &line);
}

static bool broken(const struct ledger *ledger, const char *rule)
{
    for (size_t i = 0; i < tally_count(ledger->tally); i++)
        if (strcmp(tally_at(ledger->tally, i)->rule, rule) == 0)
            return true;
    return false;
}

/* A rule that is listed and was kept in the whole run is as stale as a case that passes. */
static void check_kept_rule(void *ctx, const struct rule *rule)
{
    const char *const specs[] = {rule->spec, NULL};
    struct ledger *ledger = ctx;
    struct findings *none = findings_new();
    char id[80];
    struct report_case kept = {.kind = REPORT_RULE,
                               .id = id,
                               .title = rule->requirement,
                               .specs = specs,
                               .level = rule->level,
                               .findings = none};

    snprintf(id, sizeof id, "rules/%s", rule->id);
    if (!broken(ledger, rule->id) &&
        baseline_ask(ledger->baseline, rule->id, ledger->settings->subject.name, VERDICT_PASS, none)
                .answer == BASELINE_STALE)
        enter(ledger, &kept, rule->id, ledger->plan->cases[0].id);
    findings_free(none);
}

void ledger_stale(struct ledger *ledger, const struct rule *const *rules)
{
    const struct options *options = ledger->options;
    struct listing listing = {ledger, rules};

    if (ledger->baseline == NULL || options->words.count > 0 || options->shards != 0 ||
        options->level != LEVEL_PRACTICE || ledger->plan->count == 0)
        return;
    rules_each(rules, NULL, check_kept_rule, ledger);
    baseline_unknown(ledger->baseline, ledger->settings->subject.name, known_id, &listing,
                     tell_unknown);
}

/* --- the run --------------------------------------------------------------------------------- */

/* The password of a server elsewhere is for the command that repeats a case, and for that alone. */
static struct report_run the_run(const struct ledger *ledger)
{
    const struct subject *subject = &ledger->settings->subject;
    const struct options *options = ledger->options;

    return (struct report_run){.iut_side = subject->side,
                               .iut = subject->command != NULL ? subject->words : subject->name,
                               .name = subject->name,
                               .version = ledger->version,
                               .peerspec = PEERSPEC_VERSION,
                               .level = options->level,
                               .strict = options->strict,
                               .baseline = options->write_baseline ? NULL : options->baseline,
                               .shard = options->shard,
                               .shards = options->shards,
                               .started = time(NULL),
                               .planned = ledger->plan->count};
}

void ledger_begin(struct ledger *ledger, bool isolated, const char *note)
{
    const char *const notes[] = {note[0] == '\0' ? NULL : note, NULL};
    struct report_run run = the_run(ledger);

    run.isolation = isolated ? "namespace" : "none";
    run.notes = notes;
    reports_begin(&ledger->reports, &run);
}

void ledger_started(struct ledger *ledger, const struct plan_case *one)
{
    reports_running(&ledger->reports, one->id);
}

void ledger_rules(struct ledger *ledger)
{
    for (size_t i = 0; i < tally_count(ledger->tally); i++)
        enter_rule(ledger, tally_at(ledger->tally, i));
}

/* What the program will exit with. */
static int status_of(const struct ledger *ledger, enum err err)
{
    if (crew_interrupted() != 0)
        return 128 + crew_interrupted();
    return err != OK ? err_status(err) : ledger_status(ledger);
}

enum err ledger_end(struct ledger *ledger, int64_t duration, enum err err, struct diag *why)
{
    struct report_run run = the_run(ledger);
    struct diag unwritten;

    ledger->totals.duration = duration;
    ledger->totals.stopped = err == OK ? NULL : why->text;
    ledger->totals.status = status_of(ledger, err);
    if (reports_end(&ledger->reports, &run, &ledger->totals, &unwritten) == OK || err != OK)
        return err;
    *why = unwritten;
    return why->code;
}

int ledger_status(const struct ledger *ledger)
{
    return ledger->failures > 0 ? 1 : ledger->doubts > 0 ? 5 : 0;
}

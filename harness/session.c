#include "session.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "crew.h"
#include "lab/spawn.h"
#include "report/report.h"
#include "tally.h"

#define MAX_REPORTS 4
#define DEFAULT_TIMEOUT (10 * CLOCK_SECOND)

struct session {
    const struct options *options;
    const struct places *places;
    const struct kit *kit;
    struct settings settings;
    struct exchange_places where;
    struct iut *iut; /* owned */
    struct plan plan;
    struct baseline *baseline; /* NULL: none */
    FILE *new_baseline;        /* --write-baseline */
    struct report *reports[MAX_REPORTS];
    size_t report_count;
    size_t for_people; /* so many, at the beginning, are not for machines */
    struct report_totals totals;
    struct tally *tally; /* of standing rules */
    bool begun;
    size_t failures, doubts; /* what makes the exit status 1, and 5 */
    char words[1024];        /* the target as the command line names it */
    char why_stopped[480];
};

/* --- the target ------------------------------------------------------------------------------ */

static enum err resolve(const struct target *target, struct endpoint *out, struct diag *why)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    int error = getaddrinfo(target->host, NULL, &hints, &found);

    if (error != 0)
        return diag_set(why, ERR_UNREACHABLE, "the host '%s' cannot be resolved: %s", target->host,
                        gai_strerror(error));
    endpoint_from_sockaddr(found->ai_addr, out);
    out->port = target->port;
    freeaddrinfo(found);
    return OK;
}

static enum err url_target(struct session *session, struct diag *why)
{
    const struct target *target = &session->options->target;
    struct subject *subject = &session->settings.subject;

    subject->name = subject->words = target->text;
    subject->protocol = target->protocol;
    subject->user = target->user;
    subject->password = target->password;
    return resolve(target, &subject->address, why);
}

static enum err named_target(struct session *session, const char *name, struct diag *why)
{
    struct subject *subject = &session->settings.subject;
    char path[WORKSPACE_PATH];
    enum err err = iut_load(session->places->iut, name, subject->side, &session->iut, why);

    if (err != OK)
        return err;
    subject->iut = session->iut;
    subject->name = subject->words = session->iut->name;
    subject->protocol = session->iut->protocol;
    if (session->iut->program != NULL && !spawn_find(session->iut->program, path, sizeof path))
        return diag_set(why, ERR_UNREACHABLE, "%s is not installed here: %s", session->iut->name,
                        session->iut->install == NULL ? "no install line is known"
                                                      : session->iut->install);
    return OK;
}

/* --adapter names a file, also one that stands here. */
static enum err adapter_file(struct session *session, struct diag *why)
{
    const char *file = session->options->adapter;
    char path[WORKSPACE_PATH];

    snprintf(path, sizeof path, "%s%s",
             strchr(file, '/') == NULL && access(file, R_OK) == 0 ? "./" : "", file);
    return named_target(session, path, why);
}

static void command_target(struct session *session)
{
    struct subject *subject = &session->settings.subject;
    size_t len = (size_t)snprintf(session->words, sizeof session->words, "--");

    subject->command = session->options->argv;
    subject->name = subject->command[0];
    for (size_t i = 0; subject->command[i] != NULL && len < sizeof session->words; i++)
        len += (size_t)snprintf(session->words + len, sizeof session->words - len, " %s",
                                subject->command[i]);
    subject->words = session->words;
}

static enum err set_target(struct session *session, struct diag *why)
{
    const struct options *options = session->options;

    session->settings.subject.side = options->command == COMMAND_SERVER ? SIDE_SERVER : SIDE_CLIENT;
    if (options->argv != NULL) {
        command_target(session);
        return OK;
    }
    if (options->adapter != NULL)
        return adapter_file(session, why);
    if (options->target.kind == TARGET_URL && options->command == COMMAND_SERVER)
        return url_target(session, why);
    if (options->target.kind == TARGET_NAME)
        return named_target(session, options->target.text, why);
    return diag_set(why, ERR_USAGE,
                    options->command == COMMAND_SERVER
                        ? "a server is named by a profile, a URL, or by -- COMMAND"
                        : "a client is named by an adapter, or by -- COMMAND");
}

/* --- the plan -------------------------------------------------------------------------------- */

/* A bare command does one thing: unless the selection names exchanges, that is `get`. */
static void drop_other_operations(struct plan *plan)
{
    size_t kept = 0, baseline = 0;

    for (size_t i = 0; i < plan->count; i++) {
        struct plan_case *one = &plan->cases[i];
        const char *operation = one->exchange->operation;

        if (operation == NULL || strcmp(operation, "get") != 0)
            continue;
        if (one->baseline == i)
            baseline = kept;
        plan->cases[kept] = *one;
        plan->cases[kept++].baseline = baseline;
    }
    plan->count = kept;
}

static int chosen_protocol(const struct session *session)
{
    const struct options *options = session->options;
    const struct subject *subject = &session->settings.subject;
    bool selects = options->words.items != NULL && options->words.items[0] != NULL;

    if (options->has_protocol)
        return (int)options->protocol;
    if (subject->address.family != 0 || subject->iut != NULL)
        return (int)subject->protocol;
    return selects ? -1 : PROTOCOL_FTP;
}

static enum err make_plan(struct session *session, struct diag *why)
{
    const struct options *options = session->options;
    struct plan_selection selection = {.select = options->words.items,
                                       .iut = session->settings.subject.side,
                                       .protocol = chosen_protocol(session),
                                       .level = options->level,
                                       .shard = options->shard,
                                       .shards = options->shards};
    enum err err = plan_make(&session->where, &selection, &session->plan, why);

    if (err == OK && session->settings.subject.command != NULL &&
        session->settings.subject.side == SIDE_CLIENT &&
        (options->words.items == NULL || options->words.items[0] == NULL))
        drop_other_operations(&session->plan);
    return err;
}

/* --- reports --------------------------------------------------------------------------------- */

static enum err open_reports(struct session *session, struct diag *why)
{
    const struct options *options = session->options;
    bool terminal = isatty(STDOUT_FILENO) != 0;
    bool tap_on_stdout = options->tap != NULL && strcmp(options->tap, "-") == 0;
    struct report_style style = {
        .color = terminal && !options->no_color, .progress = terminal, .quiet = options->quiet};
    enum err err = OK;

    if (!tap_on_stdout)
        err = report_text_new(stdout, &style, &session->reports[session->report_count++], why);
    session->for_people = session->report_count;
    if (err == OK && options->tap != NULL)
        err = report_tap_new(options->tap, &session->reports[session->report_count++], why);
    return err;
}

static void close_reports(struct session *session)
{
    for (size_t i = 0; i < session->report_count; i++)
        if (session->reports[i] != NULL)
            session->reports[i]->ops->free(session->reports[i]);
}

/* The reports from `first` on. */
static void begin_reports(struct session *session, size_t first, const char *note)
{
    const char *const notes[] = {note[0] == '\0' ? NULL : note, NULL};
    struct report_run run = {.iut = session->settings.subject.words,
                             .iut_side = session->settings.subject.side,
                             .planned = session->plan.count,
                             .notes = notes};

    for (size_t i = first; i < session->report_count; i++)
        session->reports[i]->ops->begin(session->reports[i], &run);
    session->begun = true;
}

/* Where the run stopped before its first case, people read just why; a machine needs a whole
 * report. */
static enum err end_reports(struct session *session, struct diag *why)
{
    size_t from = session->begun ? 0 : session->for_people;
    enum err err = OK;
    struct diag first;

    if (!session->begun)
        begin_reports(session, from, "");
    for (size_t i = from; i < session->report_count; i++)
        if (!session->reports[i]->ops->end(session->reports[i], &session->totals, &first) &&
            err == OK) {
            *why = first;
            err = why->code;
        }
    return err;
}

/* --- counting -------------------------------------------------------------------------------- */

static bool counts_as_failure(const struct session *session, enum verdict verdict)
{
    return verdict == VERDICT_FAIL || (verdict == VERDICT_WARN && session->options->strict);
}

/* What an ending means for the exit status. */
static void count(struct session *session, enum verdict verdict, enum baseline_answer answer)
{
    session->totals.known += answer == BASELINE_KNOWN;
    session->totals.stale += answer == BASELINE_STALE;
    if (answer == BASELINE_STALE)
        session->failures++;
    if (answer != BASELINE_NEW)
        return;
    session->failures += counts_as_failure(session, verdict);
    session->doubts += verdict == VERDICT_INCONCLUSIVE || verdict == VERDICT_ERROR;
}

static const char *repeat_command(const struct session *session, const char *id, char *text,
                                  size_t room)
{
    const struct subject *subject = &session->settings.subject;

    if (subject->command != NULL)
        snprintf(text, room, "peerspec %s '%s' %s", side_name(subject->side), id, subject->words);
    else
        snprintf(text, room, "peerspec %s %s '%s'", side_name(subject->side), subject->words, id);
    return text;
}

static void write_baseline(struct session *session, const struct report_case *done, const char *id)
{
    const char *reason = done->why == NULL ? done->title : done->why;

    if (session->new_baseline == NULL || !counts_as_failure(session, done->verdict))
        return;
    if (findings_count(done->findings) > 0 && findings_at(done->findings, 0)->seen != NULL)
        reason = findings_at(done->findings, 0)->seen;
    baseline_write(session->new_baseline, id, session->settings.subject.name, reason);
}

/* Report a case or a rule; `id` is what the baseline calls it, `from` the case that shows it. */
static void report_one(struct session *session, struct report_case *done, const char *id,
                       const char *from)
{
    char repeat[1300], evidence[WORKSPACE_PATH + 200];

    done->iut_side = session->settings.subject.side;
    done->repeat = repeat_command(session, from, repeat, sizeof repeat);
    if (session->settings.evidence != NULL && done->verdict != VERDICT_SKIP) {
        snprintf(evidence, sizeof evidence, "%s/%s", session->settings.evidence, from);
        done->evidence = evidence;
    }
    if (session->baseline != NULL)
        done->baseline = baseline_ask(session->baseline, id, session->settings.subject.name,
                                      done->verdict, done->findings);
    count(session, done->verdict, done->baseline);
    write_baseline(session, done, id);
    for (size_t i = 0; i < session->report_count; i++)
        session->reports[i]->ops->done(session->reports[i], done);
}

static void case_done(void *ctx, const struct plan_case *one, const struct outcome *outcome)
{
    struct session *session = ctx;
    struct report_case done = {.id = one->id,
                               .title = one->exchange->title,
                               .specs = one->exchange->specs,
                               .level = one->exchange->level,
                               .verdict = outcome->verdict,
                               .why = outcome->why[0] == '\0' ? NULL : outcome->why,
                               .findings = outcome->findings,
                               .duration = outcome->duration,
                               .own = outcome->own};

    session->totals.by_verdict[outcome->verdict]++;
    report_one(session, &done, one->id, one->id);
    tally_add(session->tally, one->id, outcome->breaches);
}

static void report_rule(struct session *session, const struct tally_row *row)
{
    char id[80], why[260];
    const char *const specs[] = {row->spec, NULL};
    struct report_case done = {.id = id,
                               .title = row->requirement,
                               .specs = specs,
                               .level = row->level,
                               .verdict = row->verdict,
                               .why = why,
                               .findings = row->findings};

    snprintf(id, sizeof id, "rules/%s", row->rule);
    snprintf(why, sizeof why, "broken in %zu case%s, %s%s", row->cases, row->cases == 1 ? "" : "s",
             row->cases == 1 ? "" : "first in ", row->first);
    session->totals.rules[row->verdict]++;
    report_one(session, &done, row->rule, row->first);
}

static void report_rules(struct session *session)
{
    for (size_t i = 0; i < tally_count(session->tally); i++)
        report_rule(session, tally_at(session->tally, i));
}

static void crew_ready(void *ctx, const char *note)
{
    begin_reports(ctx, 0, note);
}

static void case_started(void *ctx, const struct plan_case *one)
{
    struct session *session = ctx;

    for (size_t i = 0; i < session->report_count; i++)
        if (session->reports[i]->ops->running != NULL)
            session->reports[i]->ops->running(session->reports[i], one->id);
}

static void nothing_started(void *ctx, const struct plan_case *one)
{
    (void)ctx;
    (void)one;
}

/* --- sanity ---------------------------------------------------------------------------------- */

static const char server_sanity[] = "title: the server greets and takes leave\n"
                                    "spec: RFC 959 5.4\n"
                                    "match: class\n"
                                    "\n"
                                    "S? 120 Soon.\n"
                                    "S> 220 Ready.\n"
                                    "C> QUIT\n"
                                    "S> 221 Bye.\n";
static const char client_sanity[] =
    "title: the client fetches a file from a server that is in order\n"
    "spec: RFC 959 5.4\n"
    "client: get sanity.txt\n"
    "files: sanity.txt = \"sane\\r\\n\"\n"
    "\n"
    "expect client exits 0\n"
    "expect file sanity.txt == \"sane\\r\\n\"\n";

struct sanity {
    bool failed;
    char why[400];
};

/* Standing rules may well be broken by an IUT that is otherwise alive: only the exchange counts. */
static void sanity_done(void *ctx, const struct plan_case *one, const struct outcome *outcome)
{
    struct sanity *sanity = ctx;

    (void)one;
    if (outcome->verdict == VERDICT_ERROR) {
        sanity->failed = true;
        snprintf(sanity->why, sizeof sanity->why, "%s", outcome->why);
        return;
    }
    for (size_t i = 0; i < findings_count(outcome->findings) && !sanity->failed; i++) {
        const struct finding *finding = findings_at(outcome->findings, i);

        if (finding->rule != NULL || finding->verdict != VERDICT_FAIL)
            continue;
        sanity->failed = true;
        snprintf(sanity->why, sizeof sanity->why, "expected %.150s; seen: %.200s",
                 finding->expected == NULL ? "" : finding->expected,
                 finding->seen == NULL ? "" : finding->seen);
    }
}

static void nothing_ready(void *ctx, const char *note)
{
    (void)ctx;
    (void)note;
}

/* Is there something to try the IUT with? A bare command, and datagrams, have no such exchange. */
static const char *sanity_text(const struct session *session)
{
    const struct subject *subject = &session->settings.subject;

    if (subject->command != NULL || subject->protocol != PROTOCOL_FTP)
        return NULL;
    if (subject->side == SIDE_SERVER)
        return server_sanity;
    return iut_operation(subject->iut, "get") == NULL ? NULL : client_sanity;
}

/* An IUT that is dead or wedged is not blamed on a case. */
static enum err try_sanity(struct session *session, const char *when, struct diag *why)
{
    struct sanity sanity = {.failed = false};
    struct crew_events events = {&sanity, nothing_ready, nothing_started, sanity_done};
    struct plan_case one = {.iut = session->settings.subject.side, .id = "sanity"};
    struct plan plan = {.cases = &one, .count = 1};
    struct settings settings = session->settings;
    struct exchange *exchange;
    const char *text = sanity_text(session);
    enum err err;

    if (text == NULL)
        return OK;
    settings.evidence = NULL;
    err = exchange_parse(bytes_of(text), "sanity", &session->where, &exchange, why);
    if (err != OK)
        return err;
    one.exchange = exchange;
    err = crew_run(&plan, session->kit, &settings, 1, &events, why);
    if (err == OK && sanity.failed)
        err = diag_set(why, ERR_UNREACHABLE, "%s does not pass the sanity exchange %s: %s",
                       session->settings.subject.name, when, sanity.why);
    exchange_free(exchange);
    return err;
}

/* --- the run --------------------------------------------------------------------------------- */

static enum err set_up(struct session *session, struct diag *why)
{
    const struct options *options = session->options;
    struct settings *settings = &session->settings;
    enum err err;

    session->where = (struct exchange_places){session->places->suites, session->places->fixtures};
    settings->timeout = options->timeout > 0 ? options->timeout : DEFAULT_TIMEOUT;
    settings->level = options->level;
    settings->isolate = options->isolate;
    settings->evidence = options->evidence;
    settings->writable = options->writable;
    settings->files = options->files;
    settings->port = options->port;
    settings->self = session->places->self;
    settings->builtin = session->places->builtin;
    settings->suites = session->places->suites;
    err = set_target(session, why);
    if (err == OK)
        err = make_plan(session, why);
    if (err == OK && options->baseline != NULL && !options->write_baseline)
        err = baseline_load(options->baseline, &session->baseline, why);
    if (err == OK && settings->evidence != NULL)
        err = workspace_folder(settings->evidence, why);
    if (err == OK)
        err = open_reports(session, why);
    if (err == OK)
        err = workspace_new(settings->work, why);
    return err;
}

static enum err open_new_baseline(struct session *session, struct diag *why)
{
    const char *path =
        session->options->baseline == NULL ? "peerspec.baseline" : session->options->baseline;

    if (!session->options->write_baseline)
        return OK;
    session->new_baseline = fopen(path, "a");
    if (session->new_baseline == NULL)
        return diag_set(why, ERR_INPUT, "%s cannot be written: %s", path, strerror(errno));
    return OK;
}

/* Is it a case of the plan, or a rule? */
static bool known_id(void *ctx, const char *id)
{
    struct session *session = ctx;

    for (size_t i = 0; i < session->plan.count; i++)
        if (strcmp(session->plan.cases[i].id, id) == 0)
            return true;
    return rules_find(session->kit->rules, id) != NULL;
}

static void tell_unknown(void *ctx, struct place at, const char *id)
{
    struct session *session = ctx;
    struct diag unknown;

    diag_at(&unknown, ERR_USAGE, at, "the baseline lists '%s', which is no case and no rule", id);
    diag_print(stderr, &unknown);
    session->failures++;
}

static bool broken(const struct session *session, const char *rule)
{
    for (size_t i = 0; i < tally_count(session->tally); i++)
        if (strcmp(tally_at(session->tally, i)->rule, rule) == 0)
            return true;
    return false;
}

/* A rule that is listed and was kept in the whole run is as stale as a case that passes. */
static void check_kept_rule(struct session *session, const struct rule *rule)
{
    struct report_case kept = {.title = rule->requirement, .level = rule->level};
    struct findings *none = findings_new();
    char id[80];

    snprintf(id, sizeof id, "rules/%s", rule->id);
    kept.id = id;
    kept.findings = none;
    if (!broken(session, rule->id) &&
        baseline_ask(session->baseline, rule->id, session->settings.subject.name, VERDICT_PASS,
                     none) == BASELINE_STALE)
        report_one(session, &kept, rule->id, session->plan.cases[0].id);
    findings_free(none);
}

/* What is listed but no longer exists, or no longer fails, shows only where everything was run. */
static void check_baseline(struct session *session)
{
    const struct options *options = session->options;
    bool all = options->words.items == NULL || options->words.items[0] == NULL;

    if (session->baseline == NULL || !all || options->shards != 0 || session->plan.count == 0)
        return;
    baseline_unknown(session->baseline, session->settings.subject.name, known_id, session,
                     tell_unknown);
    for (size_t i = 0; session->kit->rules[i] != NULL; i++)
        for (const struct rule *rule = session->kit->rules[i]; rule->id != NULL; rule++)
            check_kept_rule(session, rule);
}

/* Networks of their own do not disturb each other; a server elsewhere, or ports that all share, do.
 */
static unsigned jobs_of(const struct session *session)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    if (session->options->jobs > 0)
        return session->options->jobs;
    if (session->settings.subject.address.family != 0 ||
        session->settings.isolate == ISOLATE_NONE || processors < 1)
        return 1;
    return (unsigned)processors;
}

static enum err run(struct session *session, struct diag *why)
{
    struct crew_events events = {session, crew_ready, case_started, case_done};
    unsigned jobs = jobs_of(session);
    int64_t started = clock_now();
    struct diag report_why;
    enum err err = open_new_baseline(session, why);

    if (err == OK)
        err = try_sanity(session, "before the first case", why);
    if (err == OK)
        err = crew_run(&session->plan, session->kit, &session->settings, jobs, &events, why);
    if (err == OK)
        err = try_sanity(session, "after the last case", why);
    session->totals.duration = clock_now() - started;
    report_rules(session);
    if (err == OK)
        check_baseline(session);
    if (crew_interrupted() == 0 && end_reports(session, &report_why) != OK && err == OK) {
        *why = report_why;
        err = why->code;
    }
    return err;
}

static void tear_down(struct session *session)
{
    if (session->settings.work[0] != '\0')
        workspace_remove(session->settings.work);
    if (session->new_baseline != NULL)
        fclose(session->new_baseline);
    close_reports(session);
    tally_free(session->tally);
    baseline_free(session->baseline);
    plan_fini(&session->plan);
    iut_free(session->iut);
}

enum err session_run(const struct options *options, const struct places *places,
                     const struct kit *kit, int *status, struct diag *why)
{
    struct session session = {.options = options, .places = places, .kit = kit};
    enum err err;

    session.tally = tally_new();
    crew_handle_signals();
    err = set_up(&session, why);
    if (err == OK)
        err = run(&session, why);
    *status = session.failures > 0 ? 1 : session.doubts > 0 ? 5 : 0;
    tear_down(&session);
    return err;
}

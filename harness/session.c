#include "session.h"

#include <unistd.h>

#include "base/clock.h"
#include "crew.h"
#include "iut_version.h"
#include "ledger.h"
#include "sanity.h"

#define DEFAULT_TIMEOUT (10 * CLOCK_SECOND)

struct session {
    const struct options *options;
    const struct places *places;
    const struct kit *kit;
    struct settings settings;
    struct exchange_places where;
    struct plan plan;
    struct ledger ledger;
    char version[200]; /* of the IUT */
};

/* --- the plan -------------------------------------------------------------------------------- */

static int chosen_protocol(const struct session *session)
{
    const struct options *options = session->options;
    const struct subject *subject = &session->settings.subject;

    if (options->has_protocol)
        return (int)options->protocol;
    if (subject_elsewhere(subject) || subject->iut != NULL)
        return (int)subject->protocol;
    return options->words.count > 0 ? -1 : PROTOCOL_FTP;
}

/* A bare command does one thing: unless exchanges are named, that is `get`, or `send` where the
 * protocol has no files. */
static const char *chosen_operation(const struct session *session)
{
    const struct subject *subject = &session->settings.subject;

    if (subject->side != SIDE_CLIENT || subject->command == NULL ||
        session->options->words.count > 0)
        return NULL;
    return chosen_protocol(session) == PROTOCOL_FTP ? "get" : "send";
}

/* A bare command speaks what its cases do: FTP where they are of several protocols. */
static enum protocol protocol_of_plan(const struct plan *plan)
{
    enum protocol first = plan->count == 0 ? PROTOCOL_FTP : plan->cases[0].exchange->protocol;

    for (size_t i = 0; i < plan->count; i++)
        if (plan->cases[i].exchange->protocol != first)
            return PROTOCOL_FTP;
    return first;
}

static enum err make_plan(struct session *session, struct diag *why)
{
    const struct options *options = session->options;
    struct plan_selection selection = {.select = options->words.items,
                                       .iut = session->settings.subject.side,
                                       .protocol = chosen_protocol(session),
                                       .level = options->level,
                                       .operation = chosen_operation(session),
                                       .shard = options->shard,
                                       .shards = options->shards};
    enum err err = plan_make(&session->where, &selection, &session->plan, why);

    if (err == OK && session->settings.subject.command != NULL)
        session->settings.subject.protocol = protocol_of_plan(&session->plan);
    return err;
}

/* --- the run --------------------------------------------------------------------------------- */

static void settle(struct session *session)
{
    const struct options *options = session->options;
    struct settings *settings = &session->settings;

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
}

/* The text and TAP do without it. */
static void ask_version(struct session *session)
{
    if (session->options->junit != NULL || session->options->json != NULL)
        session->ledger.version =
            iut_version(&session->settings, session->version, sizeof session->version);
}

static enum err set_up(struct session *session, struct diag *why)
{
    const struct options *options = session->options;
    struct settings *settings = &session->settings;
    enum err err;

    settle(session);
    err = subject_init(&settings->subject, options, session->places, why);
    if (err == OK)
        err = make_plan(session, why);
    if (err == OK && settings->evidence != NULL)
        err = workspace_folder(settings->evidence, why);
    if (err == OK)
        err = workspace_new(settings->work, why);
    if (err == OK)
        err = ledger_init(&session->ledger, options, settings, &session->plan, why);
    if (err == OK)
        ask_version(session);
    return err;
}

/* Networks of their own do not disturb each other; a server elsewhere, or ports that all share, do.
 */
static unsigned jobs_of(const struct session *session)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    if (session->options->jobs > 0)
        return session->options->jobs;
    if (subject_elsewhere(&session->settings.subject) ||
        session->settings.isolate == ISOLATE_NONE || processors < 1)
        return 1;
    return (unsigned)processors;
}

static void crew_ready(void *ctx, bool isolated, const char *note)
{
    ledger_begin(ctx, isolated, note);
}

static void case_started(void *ctx, const struct plan_case *one)
{
    ledger_started(ctx, one);
}

static void case_done(void *ctx, const struct plan_case *one, const struct outcome *outcome)
{
    ledger_done(ctx, one, outcome);
}

static enum err run_cases(struct session *session, struct diag *why)
{
    struct crew_events events = {&session->ledger, crew_ready, case_started, case_done};
    const struct settings *settings = &session->settings;
    unsigned jobs = jobs_of(session);
    enum err err = sanity_try(settings, session->kit, "before the first case", why);

    if (err == OK)
        err = crew_run(&session->plan, session->kit, settings, jobs, &events, why);
    if (err == OK)
        err = sanity_try(settings, session->kit, "after the last case", why);
    return err;
}

static enum err run(struct session *session, struct diag *why)
{
    int64_t started = clock_now(), ended;
    enum err err = run_cases(session, why);

    ended = clock_now();
    ledger_rules(&session->ledger);
    if (err == OK)
        ledger_stale(&session->ledger, session->kit->rules);
    return ledger_end(&session->ledger, ended - started, err, why);
}

static void tear_down(struct session *session)
{
    if (session->settings.work[0] != '\0')
        workspace_remove(session->settings.work);
    ledger_fini(&session->ledger);
    plan_fini(&session->plan);
    subject_fini(&session->settings.subject);
}

enum err session_run(const struct options *options, const struct places *places,
                     const struct kit *kit, int *status, struct diag *why)
{
    struct session session = {.options = options, .places = places, .kit = kit};
    enum err err;

    crew_handle_signals();
    err = set_up(&session, why);
    if (err == OK)
        err = run(&session, why);
    *status = ledger_status(&session.ledger);
    tear_down(&session);
    return err;
}

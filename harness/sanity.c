#include "sanity.h"

#include <stdio.h>

#include "crew.h"
#include "exchange/exchange.h"

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

struct failing {
    bool failed;
    char why[400];
};

static void fail(struct failing *failing, const struct finding *finding)
{
    failing->failed = true;
    snprintf(failing->why, sizeof failing->why, "expected %.150s; seen: %.200s",
             finding->expected == NULL ? "" : finding->expected,
             finding->seen == NULL ? "" : finding->seen);
}

/* Standing rules may well be broken by an IUT that is otherwise alive: only the exchange counts. */
static void done(void *ctx, const struct plan_case *one, const struct outcome *outcome)
{
    struct failing *failing = ctx;

    (void)one;
    if (outcome->verdict == VERDICT_ERROR) {
        failing->failed = true;
        snprintf(failing->why, sizeof failing->why, "%s", outcome->why);
    }
    for (size_t i = 0; i < findings_count(outcome->findings) && !failing->failed; i++) {
        const struct finding *finding = findings_at(outcome->findings, i);

        if (finding->rule == NULL && finding->verdict == VERDICT_FAIL)
            fail(failing, finding);
    }
}

static void nothing_ready(void *ctx, bool isolated, const char *note)
{
    (void)ctx;
    (void)isolated;
    (void)note;
}

static void nothing_started(void *ctx, const struct plan_case *one)
{
    (void)ctx;
    (void)one;
}

/* NULL: there is none. */
static const char *text_for(const struct subject *subject)
{
    if (subject->command != NULL || subject->protocol != PROTOCOL_FTP)
        return NULL;
    if (subject->side == SIDE_SERVER)
        return server_sanity;
    return iut_operation(subject->iut, "get") == NULL ? NULL : client_sanity;
}

static enum err play(const struct exchange *exchange, const struct settings *settings,
                     const struct kit *kit, struct failing *failing, struct diag *why)
{
    struct crew_events events = {failing, nothing_ready, nothing_started, done};
    struct plan_case one = {.exchange = exchange, .iut = settings->subject.side, .id = "sanity"};
    struct plan plan = {.cases = &one, .count = 1};
    struct settings without_evidence = *settings;

    without_evidence.evidence = NULL;
    return crew_run(&plan, kit, &without_evidence, 1, &events, why);
}

enum err sanity_try(const struct settings *settings, const struct kit *kit, const char *when,
                    struct diag *why)
{
    const char *text = text_for(&settings->subject);
    struct exchange_places nowhere = {NULL, NULL};
    struct failing failing = {.failed = false};
    struct exchange *exchange;
    enum err err;

    if (text == NULL)
        return OK;
    err = exchange_parse(bytes_of(text), "sanity", &nowhere, &exchange, why);
    if (err != OK)
        return err;
    err = play(exchange, settings, kit, &failing, why);
    if (err == OK && failing.failed)
        err = diag_set(why, ERR_UNREACHABLE, "%s does not pass the sanity exchange %s: %s",
                       settings->subject.name, when, failing.why);
    exchange_free(exchange);
    return err;
}

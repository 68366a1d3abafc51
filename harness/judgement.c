#include "judgement.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "judge/departure.h"

static enum verdict breach_of(enum level level)
{
    return level == LEVEL_MUST ? VERDICT_FAIL : VERDICT_WARN;
}

static enum side fake_of(const struct case_evidence *evidence)
{
    return side_other(evidence->one->iut);
}

struct finding judgement_finding(const struct case_evidence *evidence)
{
    const struct exchange *exchange = evidence->one->exchange;

    return (struct finding){.verdict = breach_of(exchange->level),
                            .level = exchange->level,
                            .subject = evidence->one->iut,
                            .spec = exchange->specs == NULL ? NULL : exchange->specs[0],
                            .requirement = exchange->title,
                            .at = {exchange->path, 0, 0}};
}

/* --- is the evidence all there --------------------------------------------------------------- */

static void doubt(const char *why, struct findings *out)
{
    struct finding finding = {.verdict = VERDICT_INCONCLUSIVE,
                              .requirement = "the capture shows all that passed",
                              .expected = "a complete capture",
                              .seen = why};

    findings_add(out, &finding);
}

static bool connection_seen(const struct entry *opening, const struct recording *recording)
{
    for (size_t i = 0; i < recording->count; i++) {
        const struct timeline *one = recording->timelines[i];

        for (size_t k = 0; k < one->flow_count; k++) {
            const struct timeline_flow *flow = &one->flows[k];

            if ((endpoint_equal(&flow->client, &opening->local) ||
                 endpoint_equal(&flow->server, &opening->local)) &&
                flow->from_start)
                return true;
        }
    }
    return false;
}

static void judge_completeness(const struct case_evidence *evidence, struct findings *out)
{
    const struct transcript *transcript = evidence->transcript;

    if (!evidence->recording->complete)
        doubt(evidence->recording->why_not, out);
    if (evidence->one->exchange->protocol == PROTOCOL_UDP)
        return;
    for (size_t i = 0; i < transcript_count(transcript); i++) {
        const struct entry *entry = transcript_at(transcript, i);
        char text[ENDPOINT_TEXT], why[120];

        if ((entry->kind != ENTRY_OPENED && entry->kind != ENTRY_DATA_OPENED) ||
            entry->remote.family == 0 || connection_seen(entry, evidence->recording))
            continue;
        snprintf(why, sizeof why, "the connection with %s is not in the capture",
                 endpoint_format(&entry->remote, text));
        doubt(why, out);
    }
}

/* --- the script ------------------------------------------------------------------------------ */

static int code_of(struct bytes text)
{
    struct ftp_reply reply;
    struct flaw flaw;
    size_t used;

    return ftp_reply_parse(text, &reply, &used, &flaw) == PARSE_DONE ? reply.code : 0;
}

/* Index of the first entry from `from` on that the fake has sent; `end` where there is none before.
 */
static size_t next_sent(const struct transcript *transcript, size_t from, size_t end)
{
    while (from < end && transcript_at(transcript, from)->kind != ENTRY_SENT)
        from++;
    return from;
}

/* The command that the reply at entry `index` answers: replies come in the order of commands. */
static const struct ftp_verb *command_of(const struct transcript *transcript, size_t index)
{
    size_t asked = next_sent(transcript, 0, index);

    for (size_t i = 0; i < index; i++) {
        const struct entry *entry = transcript_at(transcript, i);

        if (entry->kind == ENTRY_HEARD && asked < i && code_of(entry->text) / 100 != 1)
            asked = next_sent(transcript, asked + 1, index);
    }
    return asked < index ? ftp_verb_of_line(transcript_at(transcript, asked)->text) : NULL;
}

static bool says_unknown(int code)
{
    return code == 500 || code == 502;
}

/* Before entry `index` the server answered the verb as one that it knows. */
static bool answered_before(const struct transcript *transcript, const struct ftp_verb *verb,
                            size_t index)
{
    for (size_t i = 0; i < index; i++) {
        const struct entry *entry = transcript_at(transcript, i);

        if (entry->kind == ENTRY_HEARD && command_of(transcript, i) == verb &&
            !says_unknown(code_of(entry->text)))
            return true;
    }
    return false;
}

/* A server need not have every command: 500 or 502 to one that is not mandatory is no breach. */
static const struct ftp_verb *not_offered(const struct case_evidence *evidence,
                                          const struct deviation *deviation)
{
    const struct ftp_verb *verb;
    int code;

    if (evidence->one->iut != SIDE_SERVER || deviation->kind != DEVIATION_UNEXPECTED ||
        deviation->entry == (size_t)-1)
        return NULL;
    code = code_of(transcript_at(evidence->transcript, deviation->entry)->text);
    verb = command_of(evidence->transcript, deviation->entry);
    if (!says_unknown(code) || verb == NULL || (verb->traits & FTP_VERB_MANDATORY) != 0 ||
        answered_before(evidence->transcript, verb, deviation->entry))
        return NULL;
    return verb;
}

static void judge_deviation(const struct case_evidence *evidence, const struct deviation *deviation,
                            struct outcome *outcome)
{
    const struct recording *recording = evidence->recording;
    const struct ftp_verb *absent = not_offered(evidence, deviation);
    struct finding finding = judgement_finding(evidence);
    char why[120];

    if (absent != NULL) {
        snprintf(why, sizeof why, "the server does not offer %s", absent->name);
        outcome_worsen(outcome, VERDICT_SKIP, why);
        return;
    }
    finding.expected = deviation->expected;
    finding.seen = deviation->seen;
    if (deviation->step != NULL)
        finding.at = deviation->step->at;
    finding.packets[0] = departure_packet(evidence->transcript, deviation->entry, fake_of(evidence),
                                          recording->timelines, recording->count);
    finding.packet_count = finding.packets[0] != 0;
    findings_add(outcome->findings, &finding);
}

static void judge_script(const struct case_evidence *evidence, struct outcome *outcome)
{
    const struct deviation *deviations;
    size_t count = player_deviations(evidence->player, &deviations);

    for (size_t i = 0; i < count; i++)
        judge_deviation(evidence, &deviations[i], outcome);
}

/* --- the program itself ---------------------------------------------------------------------- */

static void judge_program(const struct case_evidence *evidence, struct outcome *outcome)
{
    struct staging *staging = evidence->staging;
    const struct iut *profile = staging->rig->settings->subject.iut;
    const struct deviation *deviations;
    struct finding finding = judgement_finding(evidence);
    char seen[120];

    finding.at = (struct place){NULL, 0, 0};
    if (staging->ended && staging->end.signaled) {
        finding.verdict = VERDICT_FAIL;
        finding.requirement = "the program does not crash";
        finding.expected = "the program ends by itself or goes on";
        snprintf(seen, sizeof seen, "it was ended by signal %d (%s)", staging->end.status,
                 strsignal(staging->end.status));
    } else if (staging->ended && evidence->one->iut == SIDE_SERVER && profile != NULL &&
               !iut_has(profile, "one-shot")) {
        finding.verdict = VERDICT_FAIL;
        finding.requirement = "the server goes on serving";
        finding.expected = "a server that still runs";
        snprintf(seen, sizeof seen, "it ended with exit status %d", staging->end.status);
    } else if (!staging->ended && evidence->one->iut == SIDE_CLIENT && evidence->timed_out &&
               player_deviations(evidence->player, &deviations) == 0) {
        finding.requirement = "the client comes to an end";
        finding.expected = "the program ends once the exchange is over";
        snprintf(seen, sizeof seen, "it still ran after %.1f s",
                 (double)staging->rig->settings->timeout / (double)CLOCK_SECOND);
    } else {
        return;
    }
    finding.seen = seen;
    findings_add(outcome->findings, &finding);
}

/* --- all of it ------------------------------------------------------------------------------- */

static void judge_expectations(const struct case_evidence *evidence, struct outcome *outcome)
{
    struct staging *staging = evidence->staging;
    struct client_end client = {
        .known = evidence->one->iut == SIDE_CLIENT,
        .signaled = staging->ended && staging->end.signaled,
        .stopped_by_us = !staging->ended,
        .status = staging->end.status,
        .folder = staging->folder,
        .output = staging_output(staging),
    };
    struct evidence seen = {.exchange = evidence->one->exchange,
                            .iut = evidence->one->iut,
                            .timelines = evidence->recording->timelines,
                            .timeline_count = evidence->recording->count,
                            .bindings = player_bindings(evidence->player),
                            .client = &client,
                            .incomplete =
                                evidence->recording->complete ? NULL : evidence->recording->why_not,
                            .server_root = staging->root[0] == '\0' ? NULL : staging->root};

    expect_judge(&seen, outcome->findings);
}

static void judge_rules(const struct case_evidence *evidence, struct outcome *outcome)
{
    const struct exchange *exchange = evidence->one->exchange;
    const struct rig *rig = evidence->staging->rig;
    struct rule_selection selection = {.only = 1 + (int)evidence->one->iut,
                                       .level = rig->settings->level};

    if (exchange->deviates && evidence->one->iut == SIDE_CLIENT)
        return; /* the fake broke the protocol: what the client then does is the script's matter */
    for (size_t i = 0; i < evidence->recording->count; i++) {
        struct timeline *timeline = evidence->recording->timelines[i];

        timeline->echo = exchange->protocol != PROTOCOL_FTP && exchange->answers_unscripted;
        rules_run(rig->kit->rules, &selection, timeline, outcome->breaches);
    }
}

void judgement_make(const struct case_evidence *evidence, struct outcome *outcome)
{
    const struct recording *recording = evidence->recording;

    judge_completeness(evidence, outcome->findings);
    judge_script(evidence, outcome);
    judge_program(evidence, outcome);
    if (outcome->verdict != VERDICT_SKIP) /* what the server does not offer cannot come true */
        judge_expectations(evidence, outcome);
    judge_rules(evidence, outcome);
    departure_judge(evidence->transcript, fake_of(evidence), recording->timelines, recording->count,
                    outcome->findings);
    outcome_worsen(outcome, findings_verdict(outcome->findings), "");
}

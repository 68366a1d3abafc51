#include "outcome.h"

#include <stdio.h>
#include <string.h>

void outcome_init(struct outcome *outcome)
{
    *outcome = (struct outcome){.findings = findings_new(), .breaches = findings_new()};
    arena_init(&outcome->texts);
}

void outcome_fini(struct outcome *outcome)
{
    findings_free(outcome->findings);
    findings_free(outcome->breaches);
    arena_fini(&outcome->texts);
    outcome->findings = outcome->breaches = NULL;
}

void outcome_worsen(struct outcome *outcome, enum verdict verdict, const char *why)
{
    if (verdict > outcome->verdict)
        snprintf(outcome->why, sizeof outcome->why, "%s", why);
    outcome->verdict = verdict_worse(outcome->verdict, verdict);
}

/* --- to octets and back: both ends are the same program ------------------------------------- */

static void put(struct buf *out, const void *value, size_t len)
{
    buf_add(out, (struct bytes){value, len});
}

static void put_text(struct buf *out, const char *text)
{
    size_t len = text == NULL ? SIZE_MAX : strlen(text);

    put(out, &len, sizeof len);
    if (text != NULL)
        put(out, text, len);
}

static void put_finding(struct buf *out, const struct finding *finding)
{
    put(out, finding, sizeof *finding);
    put_text(out, finding->rule);
    put_text(out, finding->spec);
    put_text(out, finding->requirement);
    put_text(out, finding->at.file);
    put_text(out, finding->expected);
    put_text(out, finding->seen);
}

static void put_findings(struct buf *out, const struct findings *findings)
{
    size_t count = findings_count(findings);

    put(out, &count, sizeof count);
    for (size_t i = 0; i < count; i++)
        put_finding(out, findings_at(findings, i));
}

void outcome_write(const struct outcome *outcome, struct buf *out)
{
    put(out, outcome, sizeof *outcome);
    put_findings(out, outcome->findings);
    put_findings(out, outcome->breaches);
}

static bool take(struct bytes *in, void *value, size_t len)
{
    if (in->len < len)
        return false;
    memcpy(value, in->at, len);
    *in = bytes_from(*in, len);
    return true;
}

static bool take_text(struct outcome *outcome, struct bytes *in, const char **text)
{
    size_t len;

    *text = NULL;
    if (!take(in, &len, sizeof len))
        return false;
    if (len == SIZE_MAX)
        return true;
    if (in->len < len)
        return false;
    *text = arena_text(&outcome->texts, bytes_slice(*in, 0, len));
    *in = bytes_from(*in, len);
    return true;
}

static bool take_finding(struct outcome *outcome, struct bytes *in, struct findings *to)
{
    struct finding finding;

    if (!take(in, &finding, sizeof finding) || !take_text(outcome, in, &finding.rule) ||
        !take_text(outcome, in, &finding.spec) || !take_text(outcome, in, &finding.requirement) ||
        !take_text(outcome, in, &finding.at.file) || !take_text(outcome, in, &finding.expected) ||
        !take_text(outcome, in, &finding.seen))
        return false;
    findings_add(to, &finding);
    return true;
}

static bool take_findings(struct outcome *outcome, struct bytes *in, struct findings *to)
{
    size_t count;

    if (!take(in, &count, sizeof count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!take_finding(outcome, in, to))
            return false;
    return true;
}

bool outcome_read(struct outcome *outcome, struct bytes in)
{
    struct outcome sent;

    if (!take(&in, &sent, sizeof sent))
        return false;
    sent.findings = outcome->findings;
    sent.breaches = outcome->breaches;
    sent.texts = outcome->texts;
    *outcome = sent;
    return take_findings(outcome, &in, outcome->findings) &&
           take_findings(outcome, &in, outcome->breaches) && in.len == 0;
}

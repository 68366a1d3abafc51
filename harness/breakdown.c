#include "breakdown.h"

#include <stdlib.h>
#include <string.h>

#include "headline.h"

struct breakdown_rule {
    const char *id; /* the rule's own */
    enum verdict verdict;
    size_t count;
};

void breakdown_fini(struct breakdown *breakdown)
{
    free(breakdown->rules);
}

/* --- counting --- */

static struct breakdown_rule *rule_new(struct breakdown *breakdown, const struct finding *finding)
{
    if (breakdown->rule_count == breakdown->rule_room) {
        breakdown->rule_room = 2 * breakdown->rule_room + 16;
        breakdown->rules =
            realloc(breakdown->rules, breakdown->rule_room * sizeof *breakdown->rules);
        if (breakdown->rules == NULL)
            abort();
    }
    breakdown->rules[breakdown->rule_count] =
        (struct breakdown_rule){finding->rule, finding->verdict, 0};
    return &breakdown->rules[breakdown->rule_count++];
}

/* A rule may find MUSTs and SHOULDs broken; these are counted apart. */
static struct breakdown_rule *rule_of(struct breakdown *breakdown, const struct finding *finding)
{
    for (size_t i = 0; i < breakdown->rule_count; i++)
        if (breakdown->rules[i].id == finding->rule &&
            breakdown->rules[i].verdict == finding->verdict)
            return &breakdown->rules[i];
    return rule_new(breakdown, finding);
}

void breakdown_add(struct breakdown *breakdown, enum protocol protocol, unsigned doubts,
                   const struct findings *findings)
{
    size_t count = findings_count(findings);

    breakdown->conversations[protocol]++;
    breakdown->broken += count > 0;
    breakdown->middle += (doubts & DOUBT_MIDDLE) != 0;
    breakdown->parts += (doubts & DOUBT_PARTS) != 0;
    breakdown->tls += (doubts & DOUBT_TLS) != 0;
    for (size_t i = 0; i < count; i++) {
        const struct finding *finding = findings_at(findings, i);

        breakdown->by_verdict[finding->verdict]++;
        rule_of(breakdown, finding)->count++;
    }
}

/* --- the page --- */

static int by_weight(const void *a, const void *b)
{
    const struct breakdown_rule *left = a, *right = b;

    if (left->verdict != right->verdict)
        return left->verdict > right->verdict ? -1 : 1;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    return strcmp(left->id, right->id);
}

static void rules_print(FILE *out, const struct breakdown *breakdown)
{
    if (breakdown->rule_count == 0)
        return;
    qsort(breakdown->rules, breakdown->rule_count, sizeof *breakdown->rules, by_weight);
    for (size_t i = 0; i < breakdown->rule_count; i++)
        fprintf(out, "  %s %6zu  %s\n", verdict_name(breakdown->rules[i].verdict),
                breakdown->rules[i].count, breakdown->rules[i].id);
    fputs("`peerspec explain RULE` says what a rule asks and why. Packets have the numbers that\n"
          "Wireshark gives them: \"Go to Packet\", or frame.number in a filter.\n",
          out);
}

static void doubt_print(FILE *out, size_t count, const char *one, const char *many)
{
    if (count > 0)
        fprintf(out, "  %zu %s\n", count, count == 1 ? one : many);
}

static void doubts_print(FILE *out, const struct breakdown *breakdown)
{
    if (breakdown->middle + breakdown->parts + breakdown->tls == 0)
        return;
    fputs("Not all could be judged; what the missing part could explain is not reported:\n", out);
    doubt_print(out, breakdown->middle,
                "conversation begins in the middle: its start was not captured",
                "conversations begin in the middle: their start was not captured");
    doubt_print(
        out, breakdown->parts,
        "conversation has parts missing: the capture lost or cut packets, or there was too much",
        "conversations have parts missing: the capture lost or cut packets, or there was too much");
    doubt_print(out, breakdown->tls, "conversation went over to TLS, which cannot be read",
                "conversations went over to TLS, which cannot be read");
}

static void conversations_print(FILE *out, const struct breakdown *breakdown)
{
    const char *sign = " (";
    size_t all = 0;

    for (int i = PROTOCOL_FTP; i <= PROTOCOL_TCP; i++)
        all += breakdown->conversations[i];
    fprintf(out, "%zu conversation%s", all, all == 1 ? "" : "s");
    for (int i = PROTOCOL_FTP; i <= PROTOCOL_TCP; i++) {
        if (breakdown->conversations[i] == 0)
            continue;
        fprintf(out, "%s%zu %s", sign, breakdown->conversations[i],
                protocol_name((enum protocol)i));
        sign = ", ";
    }
    fputs(all == 0 ? "" : ")", out);
}

void breakdown_print(FILE *out, const struct breakdown *breakdown)
{
    conversations_print(out, breakdown);
    fprintf(out, ", %zu with findings: %zu FAIL, %zu WARN\n", breakdown->broken,
            breakdown->by_verdict[VERDICT_FAIL], breakdown->by_verdict[VERDICT_WARN]);
    rules_print(out, breakdown);
    doubts_print(out, breakdown);
}

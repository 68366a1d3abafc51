#include "judge/rule.h"

#include <fnmatch.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define SEEN_ROOM 1024
#define QUOTED_OCTETS 120
#define ARENA_ROOM 16384 /* what the rules of most conversations need */

struct rule_run {
    const struct rule *rule;
    const struct timeline *timeline;
    int only;
    struct findings *out;
    struct arena arena;
    rule_make_fn *made_by; /* of `made` */
    void *made;
};

static enum verdict weight(enum level level)
{
    return level == LEVEL_MUST ? VERDICT_FAIL : VERDICT_WARN;
}

enum verdict rule_weight(const struct rule_run *run)
{
    return weight(run->rule->level);
}

static void add(struct rule_run *run, enum side subject, enum verdict verdict,
                const uint64_t packets[3], const char *expected, const char *seen)
{
    struct finding finding = {
        .rule = run->rule->id,
        .verdict = verdict,
        .level = run->rule->level,
        .subject = subject,
        .spec = run->rule->spec,
        .requirement = run->rule->requirement,
        .expected = expected,
        .seen = seen,
    };

    if (run->only != 0 && run->only != 1 + (int)subject)
        return;
    for (size_t n = 0; n < 3; n++)
        if (packets[n] != 0 && (n == 0 || packets[n] != packets[n - 1]))
            finding.packets[finding.packet_count++] = packets[n];
    findings_add(run->out, &finding);
}

void rule_breach(struct rule_run *run, enum side subject, const uint64_t packets[3],
                 const char *expected, const char *seen, ...)
{
    char text[SEEN_ROOM];
    va_list args;

    va_start(args, seen);
    vsnprintf(text, sizeof(text), seen, args);
    va_end(args);
    add(run, subject, weight(run->rule->level), packets, expected, text);
}

void rule_remark(struct rule_run *run, enum side subject, enum verdict verdict,
                 const uint64_t packets[3], const char *expected, const char *seen, ...)
{
    char text[SEEN_ROOM];
    va_list args;

    va_start(args, seen);
    vsnprintf(text, sizeof(text), seen, args);
    va_end(args);
    add(run, subject, verdict, packets, expected, text);
}

static bool printable(char octet)
{
    return octet >= ' ' && octet <= '~' && octet != '\\';
}

/* How `octet` is shown, as in C; returns the number of characters. */
static int show(char octet, char *text, size_t room)
{
    if (printable(octet))
        return snprintf(text, room, "%c", octet);
    if (octet == '\r' || octet == '\n')
        return snprintf(text, room, octet == '\r' ? "\\r" : "\\n");
    return snprintf(text, room, octet == '\\' ? "\\\\" : "\\x%02x", (unsigned char)octet);
}

const char *rule_quote(struct rule_run *run, struct bytes octets)
{
    char text[4 * QUOTED_OCTETS + 4];
    size_t len = 0;

    for (size_t n = 0; n < octets.len && n < QUOTED_OCTETS; n++)
        len += (size_t)show(octets.at[n], text + len, sizeof(text) - len);
    return arena_printf(&run->arena, "\"%.*s%s\"", (int)len, text,
                        octets.len > QUOTED_OCTETS ? "..." : "");
}

void *rule_memo(struct rule_run *run, rule_make_fn *make)
{
    if (run->made_by != make) {
        run->made = make(run->timeline, &run->arena);
        run->made_by = make;
    }
    return run->made;
}

static bool selected(const struct rule *rule, const struct rule_selection *selection,
                     enum protocol protocol)
{
    return (rule->protocol == protocol || rule->protocol == PROTOCOL_ANY) &&
           rule->level <= selection->level &&
           (selection->glob == NULL || fnmatch(selection->glob, rule->id, 0) == 0);
}

static void table_run(const struct rule *rules, const struct rule_selection *selection,
                      struct rule_run *run)
{
    for (; rules->id != NULL; rules++) {
        if (!selected(rules, selection, run->timeline->protocol))
            continue;
        run->rule = rules;
        rules->check(run->timeline, run);
    }
}

void rules_run(const struct rule *const *tables, const struct rule_selection *selection,
               const struct timeline *timeline, struct findings *out)
{
    static const struct rule_selection all = {.level = LEVEL_PRACTICE};
    struct rule_run run = {.timeline = timeline, .out = out};
    _Alignas(max_align_t) char room[ARENA_ROOM];

    if (selection == NULL)
        selection = &all;
    run.only = selection->only;
    arena_init_in(&run.arena, room, sizeof room);
    for (; *tables != NULL; tables++)
        table_run(*tables, selection, &run);
    arena_fini(&run.arena);
}

const struct rule *rules_find(const struct rule *const *tables, const char *id)
{
    for (; *tables != NULL; tables++)
        for (const struct rule *rule = *tables; rule->id != NULL; rule++)
            if (strcmp(rule->id, id) == 0)
                return rule;
    return NULL;
}

size_t rules_each(const struct rule *const *tables, const char *glob,
                  void (*tell)(void *ctx, const struct rule *rule), void *ctx)
{
    size_t told = 0;

    for (; *tables != NULL; tables++)
        for (const struct rule *rule = *tables; rule->id != NULL; rule++)
            if (glob == NULL || fnmatch(glob, rule->id, 0) == 0) {
                tell(ctx, rule);
                told++;
            }
    return told;
}

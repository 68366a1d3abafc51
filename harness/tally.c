#include "tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct tally {
    struct tally_row *rows; /* owned */
    size_t count;
    struct arena texts;
};

struct tally *tally_new(void)
{
    struct tally *tally = calloc(1, sizeof *tally);

    if (tally == NULL)
        abort();
    arena_init(&tally->texts);
    return tally;
}

void tally_free(struct tally *tally)
{
    if (tally == NULL)
        return;
    for (size_t i = 0; i < tally->count; i++)
        findings_free(tally->rows[i].findings);
    free(tally->rows);
    arena_fini(&tally->texts);
    free(tally);
}

static const char *keep(struct tally *tally, const char *text)
{
    return text == NULL ? NULL : arena_text(&tally->texts, bytes_of(text));
}

static struct tally_row *row_of(struct tally *tally, const struct finding *breach, const char *id)
{
    struct tally_row *row;

    for (size_t i = 0; i < tally->count; i++)
        if (strcmp(tally->rows[i].rule, breach->rule) == 0)
            return &tally->rows[i];
    tally->rows = realloc(tally->rows, (tally->count + 1) * sizeof *tally->rows);
    if (tally->rows == NULL)
        abort();
    row = &tally->rows[tally->count++];
    *row = (struct tally_row){.rule = keep(tally, breach->rule),
                              .requirement = keep(tally, breach->requirement),
                              .spec = keep(tally, breach->spec),
                              .level = breach->level,
                              .findings = findings_new()};
    snprintf(row->first, sizeof row->first, "%s", id);
    return row;
}

/* The finding with texts that live as long as the tally. */
static void add_first(struct tally *tally, struct tally_row *row, const struct finding *breach)
{
    struct finding kept = *breach;

    kept.rule = row->rule;
    kept.spec = keep(tally, breach->spec);
    kept.requirement = keep(tally, breach->requirement);
    kept.at.file = keep(tally, breach->at.file);
    findings_add(row->findings, &kept);
}

static bool counted_before(const struct findings *breaches, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(findings_at(breaches, i)->rule, findings_at(breaches, n)->rule) == 0)
            return true;
    return false;
}

void tally_add(struct tally *tally, const char *id, const struct findings *breaches)
{
    for (size_t i = 0; i < findings_count(breaches); i++) {
        const struct finding *breach = findings_at(breaches, i);
        struct tally_row *row = row_of(tally, breach, id);

        row->cases += !counted_before(breaches, i);
        row->verdict = verdict_worse(row->verdict, breach->verdict);
        if (strcmp(row->first, id) == 0)
            add_first(tally, row, breach);
    }
}

size_t tally_count(const struct tally *tally)
{
    return tally->count;
}

const struct tally_row *tally_at(const struct tally *tally, size_t n)
{
    return &tally->rows[n];
}

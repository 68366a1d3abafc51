#include "judge/finding.h"

#include <assert.h>
#include <stdlib.h>

#include "base/arena.h"

struct findings {
    struct finding *items;
    size_t count, room;
    struct arena texts;
};

struct findings *findings_new(void)
{
    struct findings *findings = calloc(1, sizeof(*findings));

    if (findings == NULL)
        abort();
    arena_init(&findings->texts);
    return findings;
}

void findings_free(struct findings *findings)
{
    if (findings == NULL)
        return;
    arena_fini(&findings->texts);
    free(findings->items);
    free(findings);
}

static void grow(struct findings *findings)
{
    size_t room = findings->room == 0 ? 8 : 2 * findings->room;
    struct finding *items = realloc(findings->items, room * sizeof(*items));

    if (items == NULL)
        abort();
    findings->items = items;
    findings->room = room;
}

static const char *copied(struct findings *findings, const char *text)
{
    return text == NULL ? NULL : arena_text(&findings->texts, bytes_of(text));
}

void findings_add(struct findings *findings, const struct finding *finding)
{
    struct finding *added;

    if (findings->count == findings->room)
        grow(findings);
    added = &findings->items[findings->count++];
    *added = *finding;
    added->expected = copied(findings, finding->expected);
    added->seen = copied(findings, finding->seen);
}

size_t findings_count(const struct findings *findings)
{
    return findings->count;
}

const struct finding *findings_at(const struct findings *findings, size_t n)
{
    assert(n < findings->count);
    return &findings->items[n];
}

enum verdict findings_verdict(const struct findings *findings)
{
    enum verdict worst = VERDICT_PASS;

    for (size_t n = 0; n < findings->count; n++)
        worst = verdict_worse(worst, findings->items[n].verdict);
    return worst;
}

#include "fakes/misbehave.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define VALUED_MOST 32
#define REWRITES_MOST 32

enum valued_kind { VALUED_REPLY, VALUED_STALL, VALUED_DROP };

struct valued {
    enum valued_kind kind;
    char verb[16]; /* upper case; "" for the greeting */
    int64_t value;
};

struct misbehave {
    bool on[FAULT_COUNT];
    const struct misbehaviour *rewrites[REWRITES_MOST];
    size_t rewrite_count;
    struct valued valued[VALUED_MOST];
    size_t valued_count;
};

static const struct {
    const char *prefix;
    enum valued_kind kind;
} prefixes[] = {{"reply:", VALUED_REPLY}, {"stall:", VALUED_STALL}, {"drop-after:", VALUED_DROP}};

static bool to_time(const char *text, int64_t *ns)
{
    char *end;
    double number = strtod(text, &end);

    if (end == text || number < 0 || number > 1e15)
        return false;
    if (strcmp(end, "s") == 0)
        number *= (double)CLOCK_SECOND;
    else if (strcmp(end, "ms") == 0)
        number *= (double)CLOCK_MS;
    else if (*end != '\0')
        return false;
    *ns = (int64_t)number;
    return true;
}

static bool to_code(const char *text, int64_t *code)
{
    char *end;

    *code = strtol(text, &end, 10);
    return strlen(text) == 3 && *end == '\0' && *code >= 100 && *code <= 999;
}

static bool to_verb(const char *text, size_t len, char verb[16])
{
    if (len == 0 || len >= 16)
        return false;
    for (size_t i = 0; i < len; i++)
        verb[i] = (char)toupper((unsigned char)text[i]);
    verb[len] = '\0';
    if (strcmp(verb, "GREETING") == 0)
        verb[0] = '\0';
    return true;
}

static bool parse_valued(const char *text, enum valued_kind kind, struct valued *out)
{
    size_t len = strcspn(text, "=");
    const char *value = text[len] == '=' ? text + len + 1 : NULL;

    out->kind = kind;
    if (!to_verb(text, len, out->verb))
        return false;
    if (kind == VALUED_DROP)
        return value == NULL;
    if (value == NULL)
        return false;
    return kind == VALUED_STALL ? to_time(value, &out->value) : to_code(value, &out->value);
}

static enum err switch_on_valued(struct misbehave *misbehave, const char *name,
                                 enum valued_kind kind, const char *rest, struct diag *why)
{
    if (misbehave->valued_count == VALUED_MOST)
        return diag_set(why, ERR_USAGE, "more than %d faults with a value", VALUED_MOST);
    if (!parse_valued(rest, kind, &misbehave->valued[misbehave->valued_count]))
        return diag_set(why, ERR_USAGE,
                        "'%s' is no fault: use reply:VERB=CODE, stall:VERB=TIME or drop-after:VERB",
                        name);
    misbehave->valued_count++;
    return OK;
}

static enum err switch_on_row(struct misbehave *misbehave, const struct misbehaviour *row,
                              struct diag *why)
{
    if (row->fault != FAULT_NONE) {
        misbehave->on[row->fault] = true;
        return OK;
    }
    if (misbehave->rewrite_count == REWRITES_MOST)
        return diag_set(why, ERR_USAGE, "more than %d faults at once", REWRITES_MOST);
    misbehave->rewrites[misbehave->rewrite_count++] = row;
    return OK;
}

static enum err switch_on(struct misbehave *misbehave, const char *name, struct diag *why)
{
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t len = strlen(prefixes[i].prefix);

        if (strncmp(name, prefixes[i].prefix, len) == 0)
            return switch_on_valued(misbehave, name, prefixes[i].kind, name + len, why);
    }
    for (const struct misbehaviour *row = misbehaviours(); row->name != NULL; row++)
        if (strcmp(row->name, name) == 0)
            return switch_on_row(misbehave, row, why);
    return diag_set(why, ERR_USAGE, "'%s' is no fault of the fake FTP server", name);
}

enum err misbehave_new(const char *const *names, struct misbehave **out, struct diag *why)
{
    struct misbehave *misbehave = calloc(1, sizeof *misbehave);
    enum err err = OK;

    *out = NULL;
    if (misbehave == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory");
    for (; err == OK && names != NULL && *names != NULL; names++)
        err = switch_on(misbehave, *names, why);
    if (err != OK)
        misbehave_free(misbehave);
    else
        *out = misbehave;
    return err;
}

void misbehave_free(struct misbehave *misbehave)
{
    free(misbehave);
}

bool misbehaves(const struct misbehave *misbehave, enum fault fault)
{
    return misbehave->on[fault];
}

void misbehave_rewrite(const struct misbehave *misbehave, const char *verb, struct buf *reply)
{
    for (size_t i = 0; i < misbehave->rewrite_count; i++)
        if (reply->len > 5)
            misbehaviour_rewrite(misbehave->rewrites[i], verb, reply);
}

static const struct valued *valued_of(const struct misbehave *misbehave, enum valued_kind kind,
                                      const char *verb)
{
    for (size_t i = 0; i < misbehave->valued_count; i++)
        if (misbehave->valued[i].kind == kind && strcmp(misbehave->valued[i].verb, verb) == 0)
            return &misbehave->valued[i];
    return NULL;
}

int misbehave_reply(const struct misbehave *misbehave, const char *verb)
{
    const struct valued *found = valued_of(misbehave, VALUED_REPLY, verb);

    return found == NULL ? 0 : (int)found->value;
}

int64_t misbehave_stall(const struct misbehave *misbehave, const char *verb)
{
    const struct valued *found = valued_of(misbehave, VALUED_STALL, verb);

    return found == NULL ? 0 : found->value;
}

bool misbehave_drops_after(const struct misbehave *misbehave, const char *verb)
{
    return valued_of(misbehave, VALUED_DROP, verb) != NULL;
}

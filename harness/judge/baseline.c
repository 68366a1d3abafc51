#include "judge/baseline.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct known {
    struct known *next;
    const char *id, *iut, *reason;
    struct bytes message; /* must appear among the findings; empty: any */
    struct place at;
};

struct baseline {
    struct arena arena;
    struct known *first, **last;
};

/* The next word of *rest, or an empty one. */
static struct bytes next_word(struct bytes *rest)
{
    struct bytes in = bytes_trim(*rest);
    size_t len = 0;

    while (len < in.len && in.at[len] != ' ' && in.at[len] != '\t')
        len++;
    *rest = bytes_from(in, len);
    return bytes_slice(in, 0, len);
}

/* Find `message: "text"` in the reason. */
static enum err read_message(struct known *known, struct bytes line, struct diag *why)
{
    struct bytes reason = bytes_of(known->reason);
    size_t at = bytes_search(reason, bytes_of("message:"));
    struct bytes text;

    if (at == reason.len)
        return OK;
    text = bytes_trim(bytes_from(reason, at + strlen("message:")));
    if (text.len > 0 && text.at[0] == '"') {
        text = bytes_from(text, 1);
        if (bytes_index(text, '"') < text.len) {
            known->message = bytes_slice(text, 0, bytes_index(text, '"'));
            return OK;
        }
    }
    known->at.column = (unsigned)(bytes_search(line, bytes_of("message:")) + 1);
    return diag_at(why, ERR_SYNTAX, known->at,
                   "'message:' must be followed by a text in \"quotes\"");
}

static enum err read_line(struct baseline *baseline, struct bytes line, struct place at,
                          struct diag *why)
{
    struct bytes rest = bytes_trim(line);
    struct bytes id, iut;
    struct known *known;

    if (rest.len == 0 || rest.at[0] == '#')
        return OK;
    id = next_word(&rest);
    iut = next_word(&rest);
    at.column = (unsigned)(id.at - line.at) + 1;
    if (iut.len == 0)
        return diag_at(why, ERR_SYNTAX, at,
                       "a line must name an id, an implementation and a reason");
    known = arena_take(&baseline->arena, sizeof(*known));
    known->id = arena_text(&baseline->arena, id);
    known->iut = arena_text(&baseline->arena, iut);
    known->reason = arena_text(&baseline->arena, bytes_trim(rest));
    known->at = at;
    if (known->reason[0] == '\0')
        return diag_at(why, ERR_SYNTAX, at, "'%s' is listed without a reason", known->id);
    *baseline->last = known;
    baseline->last = &known->next;
    return read_message(known, line, why);
}

static enum err read_lines(struct baseline *baseline, FILE *in, const char *path, struct diag *why)
{
    struct place at = {arena_text(&baseline->arena, bytes_of(path)), 0, 1};
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    enum err err = OK;

    while (err == OK && (len = getline(&line, &room, in)) >= 0) {
        while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
            len--;
        at.line++;
        err = read_line(baseline, (struct bytes){line, (size_t)len}, at, why);
    }
    if (err == OK && ferror(in))
        err = diag_set(why, ERR_INPUT, "cannot read %s: %s", path, strerror(errno));
    free(line);
    return err;
}

enum err baseline_load(const char *path, struct baseline **out, struct diag *why)
{
    FILE *in = fopen(path, "re");
    struct baseline *baseline;
    enum err err;

    *out = NULL;
    if (in == NULL)
        return diag_set(why, ERR_INPUT, "cannot read the baseline %s: %s", path, strerror(errno));
    baseline = calloc(1, sizeof(*baseline));
    if (baseline == NULL)
        abort();
    arena_init(&baseline->arena);
    baseline->last = &baseline->first;
    err = read_lines(baseline, in, path, why);
    fclose(in);
    if (err == OK)
        *out = baseline;
    else
        baseline_free(baseline);
    return err;
}

void baseline_free(struct baseline *baseline)
{
    if (baseline == NULL)
        return;
    arena_fini(&baseline->arena);
    free(baseline);
}

static bool said_in(const char *text, struct bytes message)
{
    struct bytes in = bytes_of(text == NULL ? "" : text);

    return bytes_search(in, message) < in.len;
}

static bool message_appears(const struct findings *findings, struct bytes message)
{
    if (message.len == 0)
        return true;
    for (size_t n = 0; n < findings_count(findings); n++) {
        const struct finding *finding = findings_at(findings, n);

        if (said_in(finding->seen, message) || said_in(finding->expected, message))
            return true;
    }
    return false;
}

static bool concerns(const struct known *known, const char *id, const char *iut)
{
    return strcmp(known->id, id) == 0 && fnmatch(known->iut, iut, 0) == 0;
}

/* A case that was skipped, or whose evidence is incomplete, says nothing about the entry. */
static bool passes(enum verdict verdict)
{
    return verdict == VERDICT_PASS;
}

static bool fails(enum verdict verdict)
{
    return verdict == VERDICT_WARN || verdict == VERDICT_FAIL;
}

/* A deviation that is a race of the IUT's own. */
static bool fails_sometimes(const struct known *known)
{
    return bytes_starts(bytes_of(known->reason), "sometimes:");
}

static struct baseline_entry entry_of(const struct known *known, enum baseline_answer answer)
{
    return (struct baseline_entry){answer, known->reason, known->at};
}

struct baseline_entry baseline_ask(const struct baseline *baseline, const char *id, const char *iut,
                                   enum verdict verdict, const struct findings *findings)
{
    const struct baseline_entry new = {.answer = BASELINE_NEW};

    for (const struct known *known = baseline->first; known != NULL; known = known->next) {
        if (!concerns(known, id, iut))
            continue;
        if (passes(verdict))
            return fails_sometimes(known) ? new : entry_of(known, BASELINE_STALE);
        if (fails(verdict) && message_appears(findings, known->message))
            return entry_of(known, BASELINE_KNOWN);
    }
    return new;
}

size_t baseline_unknown(const struct baseline *baseline, const char *iut,
                        bool (*exists)(void *ctx, const char *id), void *ctx,
                        void (*tell)(void *ctx, const char *id, const struct baseline_entry *entry))
{
    size_t unknown = 0;

    for (const struct known *known = baseline->first; known != NULL; known = known->next) {
        const struct baseline_entry entry = entry_of(known, BASELINE_STALE);

        if (fnmatch(known->iut, iut, 0) != 0 || exists(ctx, known->id))
            continue;
        tell(ctx, known->id, &entry);
        unknown++;
    }
    return unknown;
}

void baseline_write(FILE *out, const char *id, const char *iut, const char *reason)
{
    fprintf(out, "%s  %s  ", id, iut);
    for (; *reason != '\0'; reason++)
        fputc(*reason == '\n' || *reason == '\r' ? ' ' : *reason, out);
    fputc('\n', out);
}

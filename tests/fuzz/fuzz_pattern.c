#include <stdlib.h>
#include <string.h>

#include "exchange/match.h"
#include "exchange/pattern_parse.h"

static bool fill(void *ctx, enum hole hole, struct buf *value)
{
    (void)ctx;
    (void)hole;
    return buf_add_text(value, "7");
}

/* What a pattern without typed holes writes, it also matches. */
static void check_round(const struct pattern *pattern)
{
    struct bindings bindings = {.set = {false}};
    struct buf out;
    enum hole missing = HOLE_NONE;

    for (size_t i = 0; i < pattern->count; i++)
        if (pattern->pieces[i].hole != HOLE_NONE && pattern->pieces[i].hole != HOLE_SIZE &&
            pattern->pieces[i].hole != HOLE_FILE && pattern->pieces[i].hole != HOLE_USER)
            return;
    buf_init(&out, 1 << 20);
    if (!pattern_fill(pattern, &bindings, fill, NULL, &out, &missing) ||
        !pattern_match(pattern, buf_bytes(&out), &bindings))
        abort();
    buf_fini(&out);
}

static void match(const struct pattern *pattern, struct bytes text)
{
    struct bindings bindings = {.set = {false}};
    struct step step = {.kind = STEP_LINE, .lines = pattern, .line_count = 1};
    enum hole missing = HOLE_NONE;

    pattern_match(pattern, text, &bindings);
    if (!pattern_bind(pattern, text, &bindings, &missing) && missing == HOLE_NONE)
        abort();
    step_match_command(&step, text, &bindings);
}

/* The first line is a pattern, the rest the text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct bytes in = {(const char *)data, len};
    size_t end = bytes_index(in, '\n');
    struct bytes line = bytes_slice(in, 0, end);
    struct pattern pattern;
    struct pattern_flaw flaw;
    struct arena arena;

    arena_init(&arena);
    if (!pattern_parse(&arena, bytes_of(""), line, &pattern, &flaw)) {
        if (flaw.at > line.len || flaw.what[0] == '\0')
            abort();
    } else {
        match(&pattern, bytes_from(in, end + 1));
        check_round(&pattern);
    }
    arena_fini(&arena);
    return 0;
}

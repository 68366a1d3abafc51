#include <stdlib.h>
#include <string.h>

#include "options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void target(struct arena *arena, const char *text)
{
    struct target target;
    struct diag why = {.code = OK};

    if (target_parse(arena, text, &target, &why) != OK) {
        must(why.code == ERR_USAGE && why.text[0] != '\0');
        return;
    }
    must(target.kind == TARGET_NAME || target.kind == TARGET_URL);
    if (target.kind == TARGET_URL)
        must(target.host[0] != '\0' && strlen(target.host) < strlen(text) && target.port > 0);
}

static void hostport(struct arena *arena, const char *text)
{
    struct hostport at;
    struct diag why = {.code = OK};

    if (hostport_parse(arena, text, &at, &why) != OK)
        must(why.code == ERR_USAGE && why.text[0] != '\0');
    else if (at.host != NULL)
        must(strlen(at.host) <= strlen(text));
}

static void duration(const char *text)
{
    int64_t ns;

    if (duration_parse(text, &ns))
        must(ns >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct arena arena;
    const char *text;

    arena_init(&arena);
    text = arena_text(&arena, (struct bytes){(const char *)data, len});
    target(&arena, text);
    hostport(&arena, text);
    duration(text);
    arena_fini(&arena);
    return 0;
}

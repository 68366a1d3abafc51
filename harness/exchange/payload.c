#include "exchange/payload.h"

#include <endian.h>
#include <string.h>

#include "exchange/file.h"
#include "exchange/quantity.h"
#include "exchange/quote.h"

#define TOTAL_LIMIT (4 * PAYLOAD_LIMIT)
#define REMEMBERED 1024

/* The next eight octets, the lowest first on every machine. */
static uint64_t next_octets(uint64_t *x)
{
    *x ^= *x >> 12;
    *x ^= *x << 25;
    *x ^= *x >> 27;
    return htole64(*x * UINT64_C(0x2545F4914F6CDD1D));
}

void payload_random(uint64_t seed, char *out, size_t len)
{
    const uint64_t golden = UINT64_C(0x9E3779B97F4A7C15);
    uint64_t x = seed == golden ? golden : seed ^ golden;

    for (size_t at = 0; at < len; at += 8) {
        uint64_t octets = next_octets(&x);

        memcpy(out + at, &octets, len - at < 8 ? len - at : 8);
    }
}

static bool random_begins(const struct line *line)
{
    struct line ahead = *line;

    if (!line_take_word(&ahead, "random") || line_over(&ahead))
        return false;
    return line_peek(&ahead) >= '0' && line_peek(&ahead) <= '9';
}

bool payload_begins(const struct line *line)
{
    struct bytes rest = line_rest(line);

    return bytes_starts(rest, "\"") || bytes_starts(rest, "x\"") || bytes_starts(rest, "@") ||
           random_begins(line);
}

/* The octets that were made for the same words before, or NULL. */
static const struct payload *made_before(const struct source *source, struct bytes words)
{
    const struct payload *made = source->payloads.items;

    for (size_t i = 0; i < source->payloads.count; i++)
        if (bytes_equal(made[i].source, words))
            return &made[i];
    return NULL;
}

static bool remember(struct source *source, const struct payload *payload, struct place at)
{
    struct payload *made;

    if (payload->octets.len > TOTAL_LIMIT - source->octets)
        return source_problem(source, at, "the payloads of one exchange are limited to 256 MiB");
    source->octets += payload->octets.len;
    if (source->payloads.count == REMEMBERED)
        return true;
    made = list_add(&source->payloads, source->arena, sizeof *made);
    *made = *payload;
    return true;
}

static bool take_random(struct source *source, struct line *line, struct payload *payload)
{
    size_t start;
    struct bytes size, seed;
    uint64_t len, value;
    char *octets;

    line_over(line);
    start = line->at;
    line_take_word(line, "random");
    size = line_word(line, ",");
    if (!quantity_octets(size, &len) || len > PAYLOAD_LIMIT)
        return source_problem(source, source_place(source, line, line->at - size.len),
                              "'%.*s' is no size from 0 to 64M", SOURCE_WORD(size));
    if (!line_take_word(line, "seed"))
        return source_unexpected(source, line, "'seed' and a number");
    seed = line_word(line, ",");
    if (!bytes_to_u64(seed, &value))
        return source_problem(source, source_place(source, line, line->at - seed.len),
                              "'%.*s' is no number for a seed", SOURCE_WORD(seed));
    payload->source = bytes_slice(line->text, start, line->at - start);
    if (source->octets + len > TOTAL_LIMIT || made_before(source, payload->source) != NULL)
        octets = NULL;
    else
        payload_random(value, octets = arena_take(source->arena, len + 1), len);
    payload->octets = (struct bytes){octets, len};
    return true;
}

/* The folder of the script, with its slash; empty where the path has none. */
static struct bytes folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return (struct bytes){path, slash == NULL ? 0 : (size_t)(slash - path) + 1};
}

static bool read_named(struct source *source, const char *name, struct place at,
                       struct bytes *octets)
{
    struct bytes folder = name[0] == '/' ? bytes_of("") : folder_of(source->path);
    const char *beside = arena_printf(source->arena, BYTES_FMT "%s", BYTES_ARG(folder), name);
    const char *why = file_read(beside, PAYLOAD_LIMIT, source->arena, octets);
    const char *fixtures = source->places == NULL ? NULL : source->places->fixtures;

    if (why == NULL)
        return true;
    if (fixtures != NULL && name[0] != '/') {
        const char *there = arena_printf(source->arena, "%s/%s", fixtures, name);

        if (file_read(there, PAYLOAD_LIMIT, source->arena, octets) == NULL)
            return true;
    }
    if (fixtures == NULL || name[0] == '/')
        return source_file_problem(source, at, "cannot read '%.200s': %s", beside, why);
    return source_file_problem(source, at,
                               "cannot read '%.120s' beside the script, nor in %.120s: %s", name,
                               fixtures, why);
}

static bool take_file(struct source *source, struct line *line, struct payload *payload)
{
    size_t start = line->at++;
    struct place at = source_place(source, line, start);
    struct bytes name;

    if (line_peek(line) == '"') {
        if (!quote_text(source, line, &name))
            return false;
    } else {
        size_t from = line->at;

        name = line_word(line, ",");
        if (from != line->at - name.len)
            name.len = 0;
    }
    if (name.len == 0 || memchr(name.at, '\0', name.len) != NULL)
        return source_problem(source, at, "the name of a file comes right after '@'");
    payload->source = bytes_slice(line->text, start, line->at - start);
    if (made_before(source, payload->source) != NULL)
        return true;
    return read_named(source, arena_text(source->arena, name), at, &payload->octets);
}

static bool take_quoted(struct source *source, struct line *line, struct payload *payload)
{
    size_t start = line->at;
    bool taken = line_peek(line) == 'x' ? quote_hex(source, line, &payload->octets)
                                        : quote_text(source, line, &payload->octets);

    payload->source = bytes_slice(line->text, start, line->at - start);
    return taken;
}

bool payload_take(struct source *source, struct line *line, struct payload *payload)
{
    const struct payload *made;
    struct place at;

    line_over(line);
    at = source_place(source, line, line->at);
    *payload = (struct payload){.given = true};
    if (!payload_begins(line))
        return source_unexpected(source, line, "\"text\", x\"00ff\", @file or random N seed S");
    if (line_peek(line) == '"' || line_peek(line) == 'x')
        return take_quoted(source, line, payload);
    if (line_peek(line) == '@' ? !take_file(source, line, payload)
                               : !take_random(source, line, payload))
        return false;
    made = made_before(source, payload->source);
    if (made == NULL)
        return remember(source, payload, at);
    payload->octets = made->octets;
    return true;
}

#include "play/transcript.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"

#define TEXT_KEPT 65536

struct transcript {
    struct arena arena; /* entries and their texts: their addresses stay */
    struct entry **entries;
    size_t count, room;
    void (*tell)(void *ctx, const struct entry *entry);
    void *tell_ctx;
};

enum err transcript_new(struct transcript **out, struct diag *why)
{
    struct transcript *transcript = calloc(1, sizeof *transcript);

    *out = transcript;
    if (transcript == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory");
    arena_init(&transcript->arena);
    return OK;
}

void transcript_free(struct transcript *transcript)
{
    if (transcript == NULL)
        return;
    arena_fini(&transcript->arena);
    free(transcript->entries);
    free(transcript);
}

static void make_room(struct transcript *transcript)
{
    if (transcript->count < transcript->room)
        return;
    transcript->room = transcript->room == 0 ? 64 : transcript->room * 2;
    transcript->entries =
        reallocarray(transcript->entries, transcript->room, sizeof *transcript->entries);
    if (transcript->entries == NULL) {
        fputs("peerspec: out of memory\n", stderr);
        abort();
    }
}

void transcript_add(struct transcript *transcript, const struct entry *entry)
{
    struct entry *kept = arena_take(&transcript->arena, sizeof *kept);

    make_room(transcript);
    *kept = *entry;
    kept->time = clock_now();
    kept->text = arena_bytes(&transcript->arena, bytes_slice(entry->text, 0, TEXT_KEPT));
    if (kept->octets < entry->text.len)
        kept->octets = entry->text.len;
    transcript->entries[transcript->count++] = kept;
    if (transcript->tell != NULL)
        transcript->tell(transcript->tell_ctx, kept);
}

size_t transcript_count(const struct transcript *transcript)
{
    return transcript->count;
}

const struct entry *transcript_at(const struct transcript *transcript, size_t n)
{
    return n < transcript->count ? transcript->entries[n] : NULL;
}

void transcript_watch(struct transcript *transcript,
                      void (*tell)(void *ctx, const struct entry *entry), void *ctx)
{
    transcript->tell = tell;
    transcript->tell_ctx = ctx;
}

/* A line that is being written; what does not fit is left out, and marked. */
struct line {
    char *at;
    size_t len, room;
    bool full;
};

static void put(struct line *line, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A piece is written whole or not at all, so that no escape is cut. */
static void put(struct line *line, const char *fmt, ...)
{
    char piece[160];
    va_list ap;
    int len;

    va_start(ap, fmt);
    len = vsnprintf(piece, sizeof piece, fmt, ap);
    va_end(ap);
    if (line->full || len < 0 || (size_t)len >= sizeof piece)
        return;
    if (line->len + (size_t)len + sizeof "..." > line->room) {
        line->full = true;
        return;
    }
    for (int i = 0; i < len; i++)
        line->at[line->len++] = piece[i];
}

static void put_octets(struct line *line, struct bytes text)
{
    for (size_t i = 0; i < text.len && !line->full; i++) {
        unsigned char octet = (unsigned char)text.at[i];

        put(line, octet >= ' ' && octet < 0x7f && octet != '\\' ? "%c" : "\\x%02x", octet);
    }
}

/* A line that ends with CRLF, as it should, is shown without; of anything else the length is told,
 * so that nothing is hidden. */
static void put_text(struct line *line, const struct entry *entry)
{
    struct bytes text = entry->text;
    bool whole = entry->octets == text.len;
    bool ends = whole && text.len >= 2 && bytes_is(bytes_from(text, text.len - 2), "\r\n");

    put_octets(line, ends ? bytes_slice(text, 0, text.len - 2) : text);
    if (!whole)
        put(line, "...");
    if (!ends)
        put(line, " (%llu octets)", (unsigned long long)entry->octets);
}

static void put_ends(struct line *line, const struct entry *entry)
{
    char local[ENDPOINT_TEXT], remote[ENDPOINT_TEXT];

    put(line, " %s - %s", endpoint_format(&entry->local, local),
        endpoint_format(&entry->remote, remote));
}

static void put_segments(struct line *line, const struct entry *entry)
{
    if (entry->segments > 1)
        put(line, " [%u segments]", entry->segments);
    if (entry->joined)
        put(line, " [same segment]");
}

static void put_sent(struct line *line, const struct entry *entry)
{
    put(line, " ");
    put_text(line, entry);
    put_segments(line, entry);
}

static void put_count(struct line *line, const struct entry *entry)
{
    put(line, " %llu octets", (unsigned long long)entry->octets);
    if (entry->text.len > 0)
        put(line, ", ");
    put_octets(line, entry->text);
}

static void put_how(struct line *line, const struct entry *entry)
{
    if (entry->text.len > 0)
        put(line, ": ");
    put_octets(line, entry->text);
}

static const struct {
    const char *name;
    void (*rest)(struct line *line, const struct entry *entry);
} forms[] = {
    [ENTRY_OPENED] = {"opened", put_ends},
    [ENTRY_SENT] = {">", put_sent},
    [ENTRY_UNSENT] = {"not sent", put_how},
    [ENTRY_HEARD] = {"<", put_sent},
    [ENTRY_DATA_OPENED] = {"data opened", put_ends},
    [ENTRY_DATA_SENT] = {"data >", put_count},
    [ENTRY_DATA_HEARD] = {"data <", put_count},
    [ENTRY_DATA_CLOSED] = {"data closed", put_how},
    [ENTRY_CLOSED] = {"closed", put_how},
    [ENTRY_NOTE] = {"note", put_how},
};

void entry_format(const struct entry *entry, char *text, size_t room)
{
    struct line line = {text, 0, room, false};

    if (room == 0)
        return;
    if (entry->connection > 0)
        put(&line, "%u ", entry->connection);
    put(&line, "%s", forms[entry->kind].name);
    forms[entry->kind].rest(&line, entry);
    for (size_t i = 0; line.full && i < 3 && line.len + 1 < room; i++)
        text[line.len++] = '.';
    text[line.len] = '\0';
}

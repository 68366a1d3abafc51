#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "iut.h"

#define COMMAND_CEILING 65536

/* What a hole's name may begin with, and how its value is then written. */
enum { AS_URL_PATH = '%', AS_URL_HOST = '@' };

static bool is_marked(struct bytes name)
{
    return name.len > 1 && (name.at[0] == AS_URL_PATH || name.at[0] == AS_URL_HOST);
}

/* The value of the hole called `name`; *known is false where there is none. An operation's argument
 * that was not given is an empty hole. */
static const char *hole_value(struct bytes name, const struct iut_hole *holes, size_t count,
                              bool *known)
{
    *known = true;
    name = bytes_from(name, is_marked(name));
    for (size_t i = 0; i < count; i++) {
        if (bytes_is(name, holes[i].name))
            return holes[i].value != NULL ? holes[i].value : "";
    }
    *known = name.len == 1 && isdigit((unsigned char)name.at[0]);
    return "";
}

static bool names_hole(struct bytes name)
{
    name = bytes_from(name, is_marked(name));
    for (size_t i = 0; i < name.len; i++) {
        if (!isalnum((unsigned char)name.at[i]) && name.at[i] != '_' && name.at[i] != '-')
            return false;
    }
    return name.len > 0;
}

/* The name of the hole that `text` starts with; empty where it starts with none. */
static struct bytes hole_at(struct bytes text)
{
    struct bytes name = {NULL, 0};
    size_t close;

    if (text.len == 0 || text.at[0] != '{')
        return name;
    close = bytes_index(text, '}');
    if (close == text.len)
        return name;
    name = bytes_slice(text, 1, close - 1);
    return names_hole(name) ? name : (struct bytes){NULL, 0};
}

/* RFC 3986 section 2.1; what is unreserved, and the slash, stays. */
static void add_url_path(struct buf *into, const char *value)
{
    for (; *value != '\0'; value++) {
        if (isalnum((unsigned char)*value) || strchr("-._~/", *value) != NULL)
            buf_add(into, (struct bytes){value, 1});
        else
            buf_addf(into, "%%%02X", (unsigned)(unsigned char)*value);
    }
}

static void add_value(struct buf *into, struct bytes name, const char *value)
{
    if (is_marked(name) && name.at[0] == AS_URL_PATH)
        add_url_path(into, value);
    else if (is_marked(name) && strchr(value, ':') != NULL)
        buf_addf(into, "[%s]", value);
    else
        buf_add_text(into, value);
}

static enum err fill(struct buf *into, struct bytes text, const struct iut_hole *holes,
                     size_t count, struct diag *why)
{
    while (text.len > 0) {
        struct bytes name = hole_at(text);
        bool known = true;
        const char *value;

        if (name.len == 0) {
            buf_add(into, bytes_slice(text, 0, 1));
            text = bytes_from(text, 1);
            continue;
        }
        value = hole_value(name, holes, count, &known);
        if (!known)
            return diag_set(why, ERR_SYNTAX, "{" BYTES_FMT "} has no value here", BYTES_ARG(name));
        add_value(into, name, value);
        text = bytes_from(text, name.len + 2);
    }
    return OK;
}

enum err iut_fill(struct arena *arena, const char *text, const struct iut_hole *holes,
                  size_t hole_count, const char **out, struct diag *why)
{
    struct buf filled;
    enum err err;

    buf_init(&filled, COMMAND_CEILING);
    err = fill(&filled, bytes_of(text), holes, hole_count, why);
    if (err == OK)
        *out = arena_text(arena, buf_bytes(&filled));
    buf_fini(&filled);
    return err;
}

/* Take one word off *rest, its quotes taken away: false where a quote stays open. */
static bool take_word(struct bytes *rest, struct buf *word, bool *quoted)
{
    char open = '\0';
    size_t i = 0;

    for (; i < rest->len; i++) {
        char octet = rest->at[i];

        if (open != '\0' && octet == open) {
            open = '\0';
        } else if (open == '\0' && (octet == '\'' || octet == '"')) {
            open = octet;
            *quoted = true;
        } else if (open == '\0' && isspace((unsigned char)octet)) {
            break;
        } else {
            buf_add(word, bytes_slice(*rest, i, 1));
        }
    }
    *rest = bytes_from(*rest, i);
    return open == '\0';
}

struct words {
    struct arena *arena;
    const struct iut_hole *holes;
    size_t hole_count;
    const char **argv;
    size_t count;
};

/* A word that is nothing but an empty hole is left out. */
static bool is_left_out(const struct words *words, struct bytes word)
{
    struct bytes name = hole_at(word);
    bool known;

    return name.len > 0 && name.len + 2 == word.len &&
           hole_value(name, words->holes, words->hole_count, &known)[0] == '\0' && known;
}

static enum err add_word(struct words *words, struct buf *word, bool quoted, struct diag *why)
{
    enum err err = OK;

    if (quoted || !is_left_out(words, buf_bytes(word))) {
        err = iut_fill(words->arena, buf_text(word), words->holes, words->hole_count,
                       &words->argv[words->count], why);
        words->count += err == OK;
    }
    buf_clear(word);
    return err;
}

static struct bytes skip_blanks(struct bytes in)
{
    while (in.len > 0 && isspace((unsigned char)in.at[0]))
        in = bytes_from(in, 1);
    return in;
}

enum err iut_command(struct arena *arena, const char *command, const struct iut_hole *holes,
                     size_t hole_count, const char *const **argv, struct diag *why)
{
    struct words words = {arena, holes, hole_count, NULL, 0};
    struct bytes rest = skip_blanks(bytes_of(command));
    struct buf word;
    enum err err = OK;

    words.argv = arena_take(arena, (strlen(command) / 2 + 2) * sizeof *words.argv);
    buf_init(&word, COMMAND_CEILING);
    while (err == OK && rest.len > 0) {
        bool quoted = false;

        if (!take_word(&rest, &word, &quoted))
            err = diag_set(why, ERR_SYNTAX, "a quote is left open in: %s", command);
        else
            err = add_word(&words, &word, quoted, why);
        rest = skip_blanks(rest);
    }
    if (err == OK && words.count == 0)
        err = diag_set(why, ERR_SYNTAX, "the command line is empty");
    *argv = words.argv;
    buf_fini(&word);
    return err;
}

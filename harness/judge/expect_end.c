/* What is left when all is over: exit status, output, files. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/utf8.h"
#include "judge/expect_parts.h"

/* What the client left behind; NULL where no client is under test. */
static const struct client_end *client_end(const struct hearing *hearing)
{
    const struct client_end *end = hearing->evidence->client;

    return hearing->evidence->iut == SIDE_CLIENT && end != NULL && end->known ? end : NULL;
}

void expect_exit(struct hearing *hearing)
{
    const struct client_end *end = client_end(hearing);
    int code = hearing->expectation->exit_code;
    char expected[64];

    if (end == NULL)
        return;
    snprintf(expected, sizeof(expected),
             code < 0 ? "the client exits nonzero" : "the client exits %d", code);
    if (end->stopped_by_us)
        hearing_breach(hearing, expected, "it did not end within its time and was stopped");
    else if (end->signaled)
        hearing_breach(hearing, expected, "it was killed by signal %d (%s)", end->status,
                       strsignal(end->status));
    else if (code < 0 ? end->status == 0 : end->status != code)
        hearing_breach(hearing, expected, "it exited %d", end->status);
}

void expect_output(struct hearing *hearing)
{
    const struct client_end *end = client_end(hearing);
    struct bytes text = hearing->expectation->content.octets;
    bool lacks = hearing->expectation->kind == EXPECT_OUTPUT_LACKS;
    char expected[256];
    size_t at;

    if (end == NULL || text.len == 0)
        return;
    at = bytes_search(end->output, text);
    if ((at == end->output.len) == lacks)
        return;
    snprintf(expected, sizeof(expected), "the client's output %s " BYTES_FMT,
             lacks ? "lacks" : "has", BYTES_ARG(hearing->expectation->content.source));
    if (lacks)
        hearing_breach(hearing, expected, "it is there, from octet %zu on", at);
    else
        hearing_breach(hearing, expected, "%zu octets of output without it", end->output.len);
}

struct difference {
    bool same;
    uint64_t length; /* of the file */
    uint64_t at;     /* of the first octet that differs */
};

static struct difference compare(FILE *in, struct bytes content)
{
    struct difference found = {true, 0, 0};
    char chunk[16384];
    size_t len;

    while ((len = fread(chunk, 1, sizeof(chunk), in)) > 0) {
        for (size_t n = 0; n < len && found.same; n++) {
            if (found.length + n < content.len && chunk[n] == content.at[found.length + n])
                continue;
            found.same = false;
            found.at = found.length + n;
        }
        found.length += len;
    }
    if (found.same && found.length < content.len) {
        found.same = false;
        found.at = found.length;
    }
    return found;
}

static void judge_content(struct hearing *hearing, const char *expected, FILE *in)
{
    struct bytes content = hearing->expectation->content.octets;
    struct difference found = {true, 0, 0};

    if (!hearing->expectation->content.given)
        return; /* any content will do */
    found = compare(in, content);
    if (ferror(in))
        hearing_inconclusive(hearing, "the file could not be read");
    else if (!found.same && found.length != content.len)
        hearing_breach(hearing, expected,
                       "it has %llu octets instead of %zu, and differs from offset %llu on",
                       (unsigned long long)found.length, content.len, (unsigned long long)found.at);
    else if (!found.same)
        hearing_breach(hearing, expected, "its %zu octets differ from offset %llu on", content.len,
                       (unsigned long long)found.at);
}

#define NAME_TEXT 300

/* The name as text: an octet that is no UTF-8, and a control character, as \xNN. */
static const char *name_text(const char *name, char text[NAME_TEXT])
{
    struct bytes in = bytes_of(name);
    size_t len = 0;

    while (in.len > 0 && len + 5 < NAME_TEXT) {
        uint32_t code = 0;
        size_t octets = utf8_character(in, &code);

        if (octets > 0 && code >= ' ' && code != 127) {
            memcpy(text + len, in.at, octets);
            len += octets;
        } else {
            octets = 1;
            len += (size_t)snprintf(text + len, 5, "\\x%02x", (unsigned char)in.at[0]);
        }
        in = bytes_from(in, octets);
    }
    text[len] = '\0';
    return text;
}

static void judge_file(struct hearing *hearing, const char *folder, const char *whose, bool absent)
{
    const struct expectation *expectation = hearing->expectation;
    char path[4096], expected[512], name[NAME_TEXT];
    struct stat status;
    FILE *in;

    snprintf(path, sizeof(path), "%s/%s", folder, expectation->file);
    if (absent) {
        snprintf(expected, sizeof(expected), "no file %s%s", whose,
                 name_text(expectation->file, name));
        if (lstat(path, &status) == 0)
            hearing_breach(hearing, expected, "it is there, with %lld octets",
                           (long long)status.st_size);
        return;
    }
    snprintf(expected, sizeof(expected), "%s%s is the same as " BYTES_FMT, whose,
             name_text(expectation->file, name), BYTES_ARG(expectation->content.source));
    in = fopen(path, "rbe");
    if (in == NULL && errno == ENOENT)
        hearing_breach(hearing, expected, "no such file");
    else if (in == NULL)
        hearing_inconclusive(hearing, "the file could not be opened");
    else
        judge_content(hearing, expected, in);
    if (in != NULL)
        fclose(in);
}

void expect_client_file(struct hearing *hearing)
{
    const struct client_end *end = client_end(hearing);

    if (end != NULL && end->folder != NULL)
        judge_file(hearing, end->folder, "the client's ",
                   hearing->expectation->kind == EXPECT_NO_FILE);
}

void expect_server_file(struct hearing *hearing)
{
    if (hearing->evidence->server_root != NULL)
        judge_file(hearing, hearing->evidence->server_root, "the server's ",
                   hearing->expectation->kind == EXPECT_NO_SERVER_FILE);
}

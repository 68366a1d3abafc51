#include "fakes/ftp_lines.h"

#include <stdlib.h>
#include <string.h>

#include "proto/ftp_command.h"
#include "proto/ftp_reply.h"

#define CEILING (256u << 10)

void ftp_lines_init(struct ftp_lines *lines)
{
    *lines = (struct ftp_lines){.negotiated = 0};
    buf_init(&lines->text, CEILING);
}

void ftp_lines_fini(struct ftp_lines *lines)
{
    buf_fini(&lines->text);
}

char *ftp_lines_space(struct ftp_lines *lines, size_t len)
{
    return buf_space(&lines->text, len);
}

bool ftp_lines_are_full(const struct ftp_lines *lines, size_t len)
{
    return lines->text.len + len > lines->text.ceiling;
}

void ftp_lines_grew(struct ftp_lines *lines, size_t len)
{
    buf_grew(&lines->text, len);
}

/* Take out `len` octets at `at`. */
static void remove_octets(struct ftp_lines *lines, size_t at, size_t len)
{
    struct buf *text = &lines->text;

    memmove(text->ptr + at, text->ptr + at + len, text->len - at - len);
    text->len -= len;
    lines->negotiated = lines->negotiated > len ? lines->negotiated - len : 0;
}

void ftp_lines_discard(struct ftp_lines *lines)
{
    size_t len = ftp_line_length(buf_bytes(&lines->text));

    lines->discarding = len == 0;
    if (lines->text.len > 0)
        remove_octets(lines, 0, len == 0 ? lines->text.len : len);
}

bool ftp_lines_too_long(const struct ftp_lines *lines)
{
    return lines->text.len > FTP_LINE_LONGEST && ftp_line_length(buf_bytes(&lines->text)) == 0;
}

bool ftp_lines_find(const struct ftp_lines *lines, size_t n, struct ftp_line *line)
{
    line->at = 0;
    for (;;) {
        line->len = ftp_line_length(bytes_from(buf_bytes(&lines->text), line->at));
        if (line->len == 0 || n-- == 0)
            return line->len > 0;
        line->at += line->len;
    }
}

bool ftp_lines_hold(const struct ftp_lines *lines, const struct ftp_line *line, const char *verb)
{
    struct bytes text = bytes_slice(buf_bytes(&lines->text), line->at, line->len);
    char *room = malloc(line->len);
    struct ftp_command command;
    size_t used;
    bool holds = room != NULL && ftp_command_parse(text, room, &command, &used) == PARSE_DONE &&
                 bytes_is_nocase(command.verb, verb);

    free(room);
    return holds;
}

char *ftp_lines_take(struct ftp_lines *lines, const struct ftp_line *line)
{
    char *taken = malloc(line->len);

    if (taken == NULL)
        return NULL;
    memcpy(taken, lines->text.ptr + line->at, line->len);
    remove_octets(lines, line->at, line->len);
    return taken;
}

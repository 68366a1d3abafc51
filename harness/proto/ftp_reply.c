#include "proto/ftp_reply.h"

#include "base/digit.h"
#include "proto/telnet.h"

static unsigned octet(struct bytes in, size_t at)
{
    return (unsigned char)in.at[at];
}

/* CR NUL stands for a CR that is part of the line, and so is an LF behind it (RFC 2640 section
 * 3.1). */
static bool ends_line(struct bytes in, size_t lf)
{
    return lf < 2 || in.at[lf - 1] != '\0' || in.at[lf - 2] != '\r';
}

size_t ftp_line_length(struct bytes in)
{
    for (size_t at = 0;; at++) {
        at += bytes_index(bytes_from(in, at), '\n');
        if (at >= in.len)
            return 0;
        if (ends_line(in, at))
            return at + 1;
    }
}

struct bytes ftp_line_text(struct bytes line)
{
    if (line.len > 0 && line.at[line.len - 1] == '\n') {
        line.len--;
        if (line.len > 0 && line.at[line.len - 1] == '\r')
            line.len--;
    }
    return line;
}

/* How many of the first three octets are digits, as far as they are there. */
static size_t digits(struct bytes line)
{
    size_t count = 0;

    while (count < 3 && count < line.len && digit_is(line.at[count]))
        count++;
    return count;
}

static int code_of(struct bytes line)
{
    return (line.at[0] - '0') * 100 + (line.at[1] - '0') * 10 + (line.at[2] - '0');
}

static unsigned quirk_at(struct bytes text, size_t i)
{
    unsigned now = octet(text, i), next = i + 1 < text.len ? octet(text, i + 1) : 0;

    if (now == TELNET_IAC)
        return next >= TELNET_SE && next < TELNET_IAC ? FTP_REPLY_TELNET : FTP_REPLY_8BIT;
    if (now > 127)
        return FTP_REPLY_8BIT;
    if (now == '\r')
        return next == '\n' || next == '\0' ? 0 : FTP_REPLY_BARE_CR;
    if (now == '\n')
        return (i > 0 && text.at[i - 1] == '\r') || !ends_line(text, i) ? 0 : FTP_REPLY_BARE_LF;
    if (now == '\0')
        return i > 0 && text.at[i - 1] == '\r' ? 0 : FTP_REPLY_NUL;
    return now == '\t' ? 0 : FTP_REPLY_CONTROL;
}

static unsigned quirks_of(struct bytes text)
{
    unsigned quirks = 0;

    for (size_t i = 0; i < text.len; i++)
        if (octet(text, i) < ' ' || octet(text, i) >= 127)
            quirks |= quirk_at(text, i);
    return quirks;
}

/* True where `line` ends the reply that was opened with `code`; else its oddities are noted. */
static bool closes(struct bytes line, int code, unsigned *quirks)
{
    bool own;

    line = ftp_line_text(line);
    if (digits(line) < 3)
        return false;
    own = code_of(line) == code;
    if (line.len == 3) {
        if (own)
            *quirks |= FTP_REPLY_LAST_NO_SPACE;
        return own;
    }
    if (line.at[3] == ' ' && !own)
        *quirks |= FTP_REPLY_INNER_CODE;
    if (line.at[3] == '-' && !own)
        *quirks |= FTP_REPLY_INNER_HYPHEN;
    return own && line.at[3] == ' ';
}

/* Octets up to the end of the line that closes the reply; 0 where that is not there yet. */
static size_t whole_length(struct bytes in, size_t first, struct ftp_reply *reply)
{
    size_t at = first, len;

    while ((len = ftp_line_length(bytes_from(in, at))) > 0) {
        struct bytes line = bytes_slice(in, at, len);

        at += len;
        reply->lines++;
        if (closes(line, reply->code, &reply->quirks))
            return at;
    }
    return 0;
}

static const char *line_flaw(struct bytes line, size_t *at)
{
    *at = digits(line);
    if (*at < 3)
        return "a reply begins with three digits";
    if (line.len > 3 && line.at[3] != ' ' && line.at[3] != '-')
        return "neither a space nor a hyphen follows the reply code";
    return NULL;
}

/* Octets of Telnet commands at the start; *whole is false where the last is not all there. */
static size_t telnet_before(struct bytes in, bool *whole)
{
    size_t at = 0, len;

    *whole = true;
    while (at < in.len && octet(in, at) == TELNET_IAC) {
        len = telnet_length(bytes_from(in, at));
        if (len == 0) {
            *whole = false;
            break;
        }
        at += len;
    }
    return at;
}

enum parse ftp_reply_parse(struct bytes in, struct ftp_reply *reply, size_t *used,
                           struct flaw *flaw)
{
    bool whole;
    size_t before = telnet_before(in, &whole);
    struct bytes rest = bytes_from(in, before);
    size_t len = ftp_line_length(rest);
    struct bytes line = ftp_line_text(bytes_slice(rest, 0, len));

    if (!whole || len == 0)
        return PARSE_MORE;
    flaw->what = line_flaw(line, &flaw->at);
    flaw->at += before;
    *used = before + len;
    if (flaw->what != NULL)
        return PARSE_BAD;
    *reply = (struct ftp_reply){.code = code_of(line), .lines = 1};
    if (line.len == 3)
        reply->quirks |= FTP_REPLY_NO_SPACE;
    else if (line.at[3] == '-' && (len = whole_length(rest, len, reply)) == 0)
        return PARSE_MORE;
    reply->text = bytes_slice(rest, 0, len);
    reply->quirks |= quirks_of(reply->text) | (before > 0 ? (unsigned)FTP_REPLY_TELNET : 0);
    *used = before + len;
    return PARSE_DONE;
}

struct bytes ftp_reply_line(const struct ftp_reply *reply, unsigned n)
{
    struct bytes rest = reply->text;

    while (n > 0 && rest.len > 0) {
        rest = bytes_from(rest, ftp_line_length(rest));
        n--;
    }
    return ftp_line_text(bytes_slice(rest, 0, ftp_line_length(rest)));
}

bool ftp_reply_take_line(struct bytes *lines, struct bytes *line)
{
    size_t len = ftp_line_length(*lines);

    *line = ftp_line_text(bytes_slice(*lines, 0, len));
    *lines = bytes_from(*lines, len);
    return len > 0;
}

struct bytes ftp_reply_inner(const struct ftp_reply *reply)
{
    struct bytes inner = bytes_from(reply->text, ftp_line_length(reply->text));

    if (reply->lines < 3 || inner.len == 0)
        return bytes_of("");
    do
        inner.len--;
    while (inner.len > 0 && inner.at[inner.len - 1] != '\n');
    return inner;
}

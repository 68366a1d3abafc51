#include "proto/ftp_hostport.h"

#include <stdio.h>
#include <string.h>

#include "base/digit.h"

static enum parse bad(struct flaw *flaw, size_t at, const char *what)
{
    *flaw = (struct flaw){at, what};
    return PARSE_BAD;
}

/* The digits at the start of `in`. */
static struct bytes digits(struct bytes in)
{
    size_t len = 0;

    while (len < in.len && digit_is(in.at[len]))
        len++;
    return bytes_slice(in, 0, len);
}

/* Take a number of at most `digits_most` digits and `most` from *at on; on failure *at stays. */
static const char *take_number(struct bytes in, size_t *at, size_t digits_most, uint64_t most,
                               uint64_t *value)
{
    struct bytes text = digits(bytes_from(in, *at));

    if (text.len == 0)
        return "a number is missing";
    if (text.len > digits_most || !bytes_to_u64(text, value) || *value > most)
        return "the number is too large";
    *at += text.len;
    return NULL;
}

/* Take so many numbers of 0 to 255 with commas between them from *at on; on failure *at is what is
 * wrong. */
static const char *take_list(struct bytes in, size_t *at, uint64_t *value, int count)
{
    const char *wrong;

    for (int i = 0; i < count; i++) {
        if (i > 0 && (*at >= in.len || in.at[*at] != ','))
            return "a comma is missing";
        if (i > 0)
            ++*at;
        if ((wrong = take_number(in, at, 3, 255, &value[i])) != NULL)
            return wrong;
    }
    return NULL;
}

/* Take "h1,h2,h3,h4,p1,p2" from *at on; on failure *at is what is wrong. */
static const char *take_six(struct bytes in, size_t *at, struct endpoint *out)
{
    uint64_t value[6];
    const char *wrong = take_list(in, at, value, 6);

    if (wrong != NULL)
        return wrong;
    *out = (struct endpoint){.family = 4, .port = (uint16_t)(value[4] << 8 | value[5])};
    for (int i = 0; i < 4; i++)
        out->addr[i] = (uint8_t)value[i];
    return NULL;
}

enum parse ftp_port_parse(struct bytes argument, struct endpoint *out, struct flaw *flaw)
{
    size_t at = 0;
    const char *wrong = take_six(argument, &at, out);

    if (wrong == NULL && at < argument.len)
        wrong = "something follows the six numbers";
    return wrong == NULL ? PARSE_DONE : bad(flaw, at, wrong);
}

bool ftp_is_host_number(struct bytes text)
{
    uint64_t value[4];
    size_t at = 0;

    return take_list(text, &at, value, 4) == NULL && at == text.len;
}

/* Six numbers that begin at `at`, and no seventh; on failure *end is what is wrong. */
static const char *six_at(struct bytes text, size_t at, size_t *end, struct endpoint *out)
{
    const char *wrong;

    *end = at;
    wrong = take_six(text, end, out);
    if (wrong == NULL && *end < text.len && text.at[*end] == ',')
        wrong = "more than six numbers";
    return wrong;
}

/* Octets of digits and commas at the start of `in`: a list that is not six numbers holds none. */
static size_t list_length(struct bytes in)
{
    size_t len = 0;

    while (len < in.len && (digit_is(in.at[len]) || in.at[len] == ','))
        len++;
    return len;
}

/* The first try that got past a comma is the one that a flaw tells of. */
enum parse ftp_pasv_parse(struct bytes text, struct endpoint *out, struct flaw *flaw)
{
    bool tried = false;
    size_t at = 0;

    bad(flaw, text.len, "no six numbers with commas");
    while (at < text.len) {
        const char *wrong;
        size_t end;

        if (!digit_is(text.at[at])) {
            at++;
            continue;
        }
        if ((wrong = six_at(text, at, &end, out)) == NULL)
            return PARSE_DONE;
        if (!tried && end > at + digits(bytes_from(text, at)).len) {
            bad(flaw, end, wrong);
            tried = true;
        }
        at += list_length(bytes_from(text, at));
    }
    return PARSE_BAD;
}

static bool may_delimit(char c)
{
    return c >= 33 && c <= 126;
}

static const char *take_delimiter(struct bytes in, size_t *at, char delimiter)
{
    if (*at >= in.len || in.at[*at] != delimiter)
        return "a delimiter is missing";
    ++*at;
    return NULL;
}

static const char *take_port(struct bytes in, size_t *at, uint16_t *port)
{
    uint64_t value = 0;
    size_t start = *at;
    const char *wrong = take_number(in, at, 5, 65535, &value);

    *port = (uint16_t)value;
    if (wrong == NULL && value == 0) {
        *at = start;
        wrong = "the port is 0";
    }
    return wrong;
}

/* Take "|1|" or "|2|"; *family is then 4 or 6. */
static const char *take_family(struct bytes in, size_t *at, uint8_t *family)
{
    if (in.len == 0 || !may_delimit(in.at[0]))
        return "a delimiter is missing";
    *at = 1;
    if (in.len < 2 || (in.at[1] != '1' && in.at[1] != '2'))
        return "the network protocol is neither 1 nor 2";
    *family = in.at[1] == '1' ? 4 : 6;
    *at = 2;
    return take_delimiter(in, at, in.at[0]);
}

/* Take the address up to the next delimiter. */
static const char *take_addr(struct bytes in, size_t *at, uint8_t family, struct endpoint *out)
{
    struct bytes rest = bytes_from(in, *at);
    struct bytes addr = bytes_slice(rest, 0, bytes_index(rest, in.at[0]));
    char text[ENDPOINT_TEXT];

    if (addr.len < sizeof text && bytes_index(addr, '\0') == addr.len) {
        snprintf(text, sizeof text, BYTES_FMT, BYTES_ARG(addr));
        if (endpoint_parse(text, 0, out) && out->family == family) {
            *at += addr.len;
            return take_delimiter(in, at, in.at[0]);
        }
    }
    return family == 4 ? "no IPv4 address" : "no IPv6 address";
}

enum parse ftp_eprt_parse(struct bytes argument, struct endpoint *out, struct flaw *flaw)
{
    size_t at = 0;
    uint8_t family = 0;
    uint16_t port = 0;
    const char *wrong = take_family(argument, &at, &family);

    if (wrong == NULL)
        wrong = take_addr(argument, &at, family, out);
    if (wrong == NULL)
        wrong = take_port(argument, &at, &port);
    if (wrong == NULL)
        wrong = take_delimiter(argument, &at, argument.at[0]);
    if (wrong == NULL && at < argument.len)
        wrong = "something follows the last delimiter";
    if (wrong != NULL)
        return bad(flaw, at, wrong);
    out->port = port;
    return PARSE_DONE;
}

/* Take "(|||6446|)" from *at on. */
static const char *take_extended(struct bytes in, size_t *at, uint16_t *port)
{
    char delimiter;
    const char *wrong;

    ++*at;
    if (*at >= in.len || !may_delimit(in.at[*at]) || digit_is(in.at[*at]))
        return "no delimiter follows the parenthesis";
    delimiter = in.at[*at];
    for (int i = 0; i < 3; i++)
        if ((wrong = take_delimiter(in, at, delimiter)) != NULL)
            return wrong;
    if ((wrong = take_port(in, at, port)) != NULL)
        return wrong;
    if ((wrong = take_delimiter(in, at, delimiter)) != NULL)
        return wrong;
    return *at < in.len && in.at[*at] == ')' ? NULL : "the closing parenthesis is missing";
}

enum parse ftp_epsv_parse(struct bytes text, uint16_t *port, struct flaw *flaw)
{
    bool found = false;

    bad(flaw, text.len, "no (|||port|)");
    for (size_t at = 0; at < text.len; at++) {
        size_t end = at;
        const char *wrong;

        if (text.at[at] != '(')
            continue;
        wrong = take_extended(text, &end, port);
        if (wrong == NULL)
            return PARSE_DONE;
        if (!found)
            bad(flaw, end, wrong);
        found = true;
    }
    return PARSE_BAD;
}

const char *ftp_host_number_format(const struct endpoint *endpoint, char text[FTP_HOSTPORT_TEXT])
{
    const uint8_t *addr = endpoint->addr;

    snprintf(text, FTP_HOSTPORT_TEXT, "%u,%u,%u,%u", addr[0], addr[1], addr[2], addr[3]);
    return text;
}

const char *ftp_hostport_format(const struct endpoint *endpoint, char text[FTP_HOSTPORT_TEXT])
{
    const uint8_t *addr = endpoint->addr;

    snprintf(text, FTP_HOSTPORT_TEXT, "%u,%u,%u,%u,%u,%u", addr[0], addr[1], addr[2], addr[3],
             endpoint->port >> 8, endpoint->port & 255);
    return text;
}

const char *ftp_eprt_format(const struct endpoint *endpoint, char text[FTP_HOSTPORT_TEXT])
{
    char addr[ENDPOINT_TEXT];

    endpoint_addr(endpoint, addr);
    snprintf(text, FTP_HOSTPORT_TEXT, "|%d|%.45s|%u|", endpoint->family == 6 ? 2 : 1, addr,
             endpoint->port);
    return text;
}

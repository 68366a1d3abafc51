#include "target.h"

#include <ctype.h>
#include <netdb.h>
#include <string.h>

#include "base/digit.h"

static enum err bad(struct diag *why, struct bytes text, const char *what)
{
    return diag_set(why, ERR_USAGE, "'" BYTES_FMT "' %s", BYTES_ARG(text), what);
}

/* ---- HOST and PORT ---- */

static bool is_host(struct bytes host)
{
    for (size_t i = 0; i < host.len; i++) {
        if (isspace((unsigned char)host.at[i]) || strchr("/@?#[]\\", host.at[i]) != NULL)
            return false;
    }
    return true;
}

/* Cut "host:port" in two; *port stays empty where there is none. False where a bracket is open,
 * or an IPv6 address has no brackets. */
static bool split_authority(struct bytes in, struct bytes *host, struct bytes *port)
{
    size_t close = bytes_index(in, ']');

    *port = (struct bytes){NULL, 0};
    if (!bytes_starts(in, "[")) {
        size_t colon = bytes_index(in, ':');

        *host = bytes_slice(in, 0, colon);
        *port = bytes_from(in, colon < in.len ? colon + 1 : colon);
        return bytes_index(*port, ':') == port->len && is_host(*host);
    }
    if (close == in.len)
        return false;
    *host = bytes_slice(in, 1, close - 1);
    in = bytes_from(in, close + 1);
    if (in.len > 0 && in.at[0] != ':')
        return false;
    *port = bytes_from(in, in.len > 0);
    return is_host(*host);
}

static bool port_number(struct bytes text, uint16_t *port)
{
    uint64_t number;

    if (!bytes_to_u64(text, &number) || number > UINT16_MAX)
        return false;
    *port = (uint16_t)number;
    return true;
}

enum err hostport_parse(struct arena *arena, const char *text, struct hostport *out,
                        struct diag *why)
{
    struct bytes whole = bytes_of(text);
    struct bytes host, port;

    if (!split_authority(whole, &host, &port) || !port_number(port, &out->port))
        return bad(why, whole, "is not HOST:PORT, for instance 127.0.0.1:2121 or [::1]:2121");
    out->host = arena_text(arena, host);
    return OK;
}

enum err host_resolve(const char *host, uint16_t port, struct endpoint *out, struct diag *why)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    int error = getaddrinfo(host, NULL, &hints, &found);

    if (error != 0)
        return diag_set(why, ERR_UNREACHABLE, "the host '%s' cannot be resolved: %s", host,
                        gai_strerror(error));
    endpoint_from_sockaddr(found->ai_addr, out);
    out->port = port;
    freeaddrinfo(found);
    return OK;
}

/* ---- URLs ---- */

/* The text with its %XX decoded; NULL where one of them is not two hex digits, or is a zero. */
static const char *decoded(struct arena *arena, struct bytes in)
{
    char *out = arena_text(arena, in);
    size_t len = 0;

    for (size_t i = 0; i < in.len; i++) {
        int high, low;

        if (in.at[i] != '%') {
            out[len++] = in.at[i];
            continue;
        }
        high = i + 1 < in.len ? digit_hex(in.at[i + 1]) : -1;
        low = i + 2 < in.len ? digit_hex(in.at[i + 2]) : -1;
        if (high < 0 || low < 0 || high + low == 0)
            return NULL;
        out[len++] = (char)(high * 16 + low);
        i += 2;
    }
    out[len] = '\0';
    return out;
}

/* "user:password@" in front of the host; *rest is what follows it. */
static bool take_user(struct arena *arena, struct bytes *rest, struct target *out)
{
    size_t at = rest->len;
    struct bytes user;
    size_t colon;

    while (at > 0 && rest->at[at - 1] != '@')
        at--;
    if (at == 0)
        return true;
    user = bytes_slice(*rest, 0, at - 1);
    *rest = bytes_from(*rest, at);
    colon = bytes_index(user, ':');
    out->user = decoded(arena, bytes_slice(user, 0, colon));
    if (colon < user.len)
        out->password = decoded(arena, bytes_from(user, colon + 1));
    return out->user != NULL && (colon == user.len || out->password != NULL);
}

static enum err find_protocol(struct bytes scheme, struct bytes whole, struct target *out,
                              struct diag *why)
{
    for (enum protocol protocol = PROTOCOL_FTP; protocol <= PROTOCOL_TCP; protocol++) {
        if (bytes_is_nocase(scheme, protocol_name(protocol))) {
            out->protocol = protocol;
            return OK;
        }
    }
    if (bytes_is_nocase(scheme, "ftps"))
        return bad(why, whole, "asks for TLS, which is not there yet: use an ftp:// URL");
    return bad(why, whole, "is no target: a URL begins with ftp://, udp:// or tcp://");
}

static enum err parse_authority(struct arena *arena, struct bytes rest, struct bytes whole,
                                struct target *out, struct diag *why)
{
    struct bytes host, port;

    if (!take_user(arena, &rest, out))
        return bad(why, whole, "has a % that two hexadecimal digits do not follow");
    out->name =
        arena_printf(arena, "%s://" BYTES_FMT, protocol_name(out->protocol), BYTES_ARG(rest));
    if (out->user != NULL && out->protocol != PROTOCOL_FTP)
        return bad(why, whole, "names a user, which only ftp:// has");
    if (!split_authority(rest, &host, &port))
        return bad(why, whole, "has a host that is none (IPv6 addresses stand in brackets)");
    if (host.len == 0)
        return bad(why, whole, "names no host");
    out->host = arena_text(arena, host);
    out->port = out->protocol == PROTOCOL_FTP ? 21 : 0;
    if (port.len > 0 && !port_number(port, &out->port))
        return bad(why, whole, "has a port that is no number from 1 to 65535");
    if (out->port == 0)
        return bad(why, whole, "names no port");
    return OK;
}

enum err target_parse(struct arena *arena, const char *text, struct target *out, struct diag *why)
{
    struct bytes whole = bytes_of(text);
    size_t colon = bytes_search(whole, bytes_of("://"));
    struct bytes rest;
    enum err err;
    size_t slash;

    *out = (struct target){.kind = TARGET_NAME, .text = text, .name = text};
    if (whole.len == 0)
        return diag_set(why, ERR_USAGE, "the target is empty");
    if (colon == whole.len)
        return OK;
    out->kind = TARGET_URL;
    err = find_protocol(bytes_slice(whole, 0, colon), whole, out, why);
    if (err != OK)
        return err;
    rest = bytes_from(whole, colon + 3);
    slash = bytes_index(rest, '/');
    if (rest.len - slash > 1)
        return bad(why, whole, "has a path: a target is a server, the files come from SELECT");
    return parse_authority(arena, bytes_slice(rest, 0, slash), whole, out, why);
}

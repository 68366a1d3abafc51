/* mock_server: a server of a few lines, in a thread of its own, that does what its script says and
 * notes where the client did otherwise.
 *
 *   "S text"    say a line; %H is h1,h2,h3,h4,p1,p2 and %P the port of a listener for data, %F the
 *               same with an address that is nobody's, %C a port where nobody listens
 *   "s text"    the same without the line end
 *   "C text"    hear a line that begins so
 *   "C* text"   hear lines, and answer 500, until one begins so
 *   "D+ text"   accept (or connect, after PORT) the data connection where it is not there; send
 * text "D."        close it        "D!"  reset it        "D<"  read it to its end, into `received`
 *   "X"         close the control connection     "X!"  reset it     "W"  wait for the client's end
 */
#ifndef PEERSPEC_TESTS_MOCK_SERVER_H
#define PEERSPEC_TESTS_MOCK_SERVER_H

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>

#include "loopback.h"
#include "proto/ftp_hostport.h"

struct mock_server {
    const char *script[80]; /* a copy, ended by NULL */
    struct endpoint at;
    int listener, control, data_listener, data;
    struct endpoint data_at, port_at; /* passive, active */
    char line[1024];
    char commands[1 << 16]; /* all that were heard, a line each */
    size_t commands_len;
    char trouble[1400]; /* "" where the client did as the script says */
    char received[4096];
    size_t received_len;
    bool client_ended;
    pthread_t thread;
};

static inline void mock_close(int *fd, bool reset)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    if (*fd >= 0 && reset)
        setsockopt(*fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static inline void mock_send(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, text, len, MSG_NOSIGNAL);

        if (sent <= 0)
            return;
        text += sent;
        len -= (size_t)sent;
    }
}

static inline size_t mock_fill(struct mock_server *mock, char kind, char *room)
{
    struct endpoint at;
    char text[FTP_HOSTPORT_TEXT];

    if (kind == 'C') {
        close(loopback_bind(SOCK_STREAM, &at));
        return (size_t)sprintf(room, "%u", at.port);
    }
    if (mock->data_listener < 0)
        mock->data_listener = loopback_bind(SOCK_STREAM, &mock->data_at);
    at = mock->data_at;
    if (kind == 'F')
        ck_assert(endpoint_parse("192.0.2.77", at.port, &at));
    if (kind == 'P')
        return (size_t)sprintf(room, "%u", at.port);
    return (size_t)sprintf(room, "%s", ftp_hostport_format(&at, text));
}

static inline void mock_say(struct mock_server *mock, const char *text, const char *end)
{
    char line[1024];
    size_t len = 0;

    for (; *text != '\0' && len < sizeof line - 100; text++) {
        if (*text == '%' && text[1] != '\0')
            len += mock_fill(mock, *++text, line + len);
        else
            line[len++] = *text;
    }
    len += (size_t)sprintf(line + len, "%s", end);
    mock_send(mock->control, line, len);
}

/* One line without its end; false at the end of the connection. */
static inline bool mock_read_line(struct mock_server *mock)
{
    size_t len = 0;
    char octet;

    while (len + 1 < sizeof mock->line && mock->commands_len + 1026 < sizeof mock->commands &&
           recv(mock->control, &octet, 1, 0) == 1) {
        if (octet == '\n') {
            mock->line[len] = '\0';
            mock->commands_len +=
                (size_t)snprintf(mock->commands + mock->commands_len, 1026, "%s\n", mock->line);
            if (len > 0 && mock->line[len - 1] == '\r')
                mock->line[len - 1] = '\0';
            return true;
        }
        mock->line[len++] = octet;
    }
    mock->line[len] = '\0';
    return false;
}

static inline void mock_learn_port(struct mock_server *mock)
{
    struct flaw flaw;

    if (strncmp(mock->line, "PORT ", 5) == 0)
        ftp_port_parse(bytes_of(mock->line + 5), &mock->port_at, &flaw);
    if (strncmp(mock->line, "EPRT ", 5) == 0)
        ftp_eprt_parse(bytes_of(mock->line + 5), &mock->port_at, &flaw);
}

static inline bool mock_hear(struct mock_server *mock, const char *want, bool skips)
{
    while (mock_read_line(mock)) {
        if (strncmp(mock->line, want, strlen(want)) == 0) {
            mock_learn_port(mock);
            return true;
        }
        if (!skips)
            break;
        mock_say(mock, "500 What?", "\r\n");
    }
    snprintf(mock->trouble, sizeof mock->trouble, "wanted '%.100s', heard '%s'", want, mock->line);
    return false;
}

static inline void mock_open_data(struct mock_server *mock)
{
    if (mock->data >= 0)
        return;
    if (mock->port_at.family != 0)
        mock->data = loopback_connect(&mock->port_at);
    else
        mock->data = accept(mock->data_listener, NULL, NULL);
}

static inline void mock_read_data(struct mock_server *mock)
{
    ssize_t len;

    mock_open_data(mock);
    while ((len = recv(mock->data, mock->received + mock->received_len,
                       sizeof mock->received - mock->received_len, 0)) > 0)
        mock->received_len += (size_t)len;
    mock_close(&mock->data, false);
}

static inline void mock_do_data(struct mock_server *mock, const char *act)
{
    if (act[0] == '<') {
        mock_read_data(mock);
    } else if (act[0] == '+') {
        mock_open_data(mock);
        if (act[1] == ' ')
            mock_send(mock->data, act + 2, strlen(act + 2));
    } else {
        mock_close(&mock->data, act[0] == '!');
        mock_close(&mock->data_listener, false);
    }
}

static inline bool mock_step(struct mock_server *mock, const char *step)
{
    switch (step[0]) {
    case 'S':
        mock_say(mock, step + 2, "\r\n");
        return true;
    case 's':
        mock_say(mock, step + 2, "");
        return true;
    case 'C':
        return step[1] == '*' ? mock_hear(mock, step + 3, true) : mock_hear(mock, step + 2, false);
    case 'D':
        mock_do_data(mock, step + 1);
        return true;
    case 'X':
        mock_close(&mock->control, step[1] == '!');
        return true;
    default:
        mock->client_ended = !mock_read_line(mock);
        return true;
    }
}

static inline void *mock_run(void *ctx)
{
    struct mock_server *mock = ctx;
    int on = 1;

    mock->control = accept(mock->listener, NULL, NULL);
    setsockopt(mock->control, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    for (size_t i = 0; mock->script[i] != NULL; i++)
        if (!mock_step(mock, mock->script[i]))
            break;
    mock_close(&mock->control, false);
    mock_close(&mock->data, false);
    mock_close(&mock->data_listener, false);
    return NULL;
}

static inline void mock_start(struct mock_server *mock, const char *const *script)
{
    memset(mock, 0, sizeof *mock);
    for (size_t i = 0; script[i] != NULL; i++) {
        ck_assert_uint_lt(i + 1, sizeof mock->script / sizeof mock->script[0]);
        mock->script[i] = script[i];
    }
    mock->control = mock->data = mock->data_listener = -1;
    mock->listener = loopback_bind(SOCK_STREAM, &mock->at);
    ck_assert_int_eq(pthread_create(&mock->thread, NULL, mock_run, mock), 0);
}

/* Wait for its end. */
static inline void mock_join(struct mock_server *mock)
{
    pthread_join(mock->thread, NULL);
    close(mock->listener);
}

#endif

/* ftp_rig: the fake FTP server over loopback, and a client of plain sockets that turns its loop. */
#ifndef PEERSPEC_TESTS_FTP_RIG_H
#define PEERSPEC_TESTS_FTP_RIG_H

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include "fakes/ftp_server.h"
#include "loopback.h"
#include "play/peer.h"
#include "proto/ftp_hostport.h"
#include "proto/ftp_reply.h"

#define RIG_FILES 16

struct rig {
    struct loop *loop;
    struct transcript *transcript;
    struct peer *peer;
    struct peer_config config;
    const char *faults[2];
    struct exchange exchange;
    struct exchange_file files[RIG_FILES];
    int control, data; /* the client's; -1: none */
    bool control_over; /* the server's FIN came */
    struct buf replies, reply, content;
    /* what the player is told, and does */
    unsigned opened, closed, data_ended;
    enum peer_end how;
    struct peer_data_end data_end;
    enum peer_claim (*on_opened)(struct rig *rig);
    enum peer_claim (*on_heard)(struct rig *rig, struct bytes line);
};

static inline enum peer_claim rig_opened(void *ctx)
{
    struct rig *rig = ctx;

    rig->opened++;
    return rig->on_opened == NULL ? PEER_MODEL : rig->on_opened(rig);
}

static inline enum peer_claim rig_heard(void *ctx, struct bytes line)
{
    struct rig *rig = ctx;

    return rig->on_heard == NULL ? PEER_MODEL : rig->on_heard(rig, line);
}

static inline void rig_data_ended(void *ctx, const struct peer_data_end *end)
{
    struct rig *rig = ctx;

    rig->data_ended++;
    rig->data_end = *end;
    if (end->fake_sent)
        return;
    buf_clear(&rig->content);
    buf_add(&rig->content, end->content);
}

static inline void rig_idle(void *ctx)
{
    (void)ctx;
}

static inline void rig_closed(void *ctx, enum peer_end how)
{
    struct rig *rig = ctx;

    rig->closed++;
    rig->how = how;
}

static inline void rig_init(struct rig *rig)
{
    struct diag why;

    *rig = (struct rig){.control = -1, .data = -1};
    ck_assert_int_eq(loop_new(&rig->loop, &why), OK);
    ck_assert_int_eq(transcript_new(&rig->transcript, &why), OK);
    buf_init(&rig->replies, 1u << 20);
    buf_init(&rig->reply, 1u << 20);
    buf_init(&rig->content, 64u << 20);
    rig->exchange.files = rig->files;
    rig->exchange.answers_unscripted = true;
    rig->config = (struct peer_config){
        .loop = rig->loop,
        .transcript = rig->transcript,
        .local = loopback_endpoint(0),
        .exchange = &rig->exchange,
        .events = {rig, rig_opened, rig_heard, rig_data_ended, rig_idle, rig_closed}};
}

static inline void rig_fini(struct rig *rig)
{
    if (rig->peer != NULL)
        rig->peer->base.ops->free(rig->peer);
    if (rig->control >= 0)
        close(rig->control);
    if (rig->data >= 0)
        close(rig->data);
    transcript_free(rig->transcript);
    loop_free(rig->loop);
    buf_fini(&rig->replies);
    buf_fini(&rig->reply);
    buf_fini(&rig->content);
}

static inline void rig_file(struct rig *rig, const char *name, const char *content)
{
    struct bytes octets = bytes_of(content);

    ck_assert_uint_lt(rig->exchange.file_count, RIG_FILES);
    rig->files[rig->exchange.file_count++] =
        (struct exchange_file){.name = name,
                               .content = {.given = true, .octets = octets},
                               .directory = name[strlen(name) - 1] == '/'};
}

/* A rig for tests of faults: two files. */
static inline void rig_init_misbehaving(struct rig *rig)
{
    rig_init(rig);
    rig_file(rig, "a.txt", "one\ntwo\n");
    rig_file(rig, "pub/b.bin", "0123456789");
}

/* ---- the client ---- */

/* A socket that does not wait, connected. */
static inline int rig_connect_to(const struct endpoint *to)
{
    int fd = loopback_connect(to), on = 1;

    ck_assert_int_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static inline void rig_start(struct rig *rig)
{
    struct diag why;

    ck_assert_int_eq(ftp_server_new(&rig->config, &rig->peer, &why), OK);
    ck_assert_int_eq(rig->peer->base.ops->start(rig->peer, &why), OK);
    rig->control = rig_connect_to(&rig->peer->base.bound);
}

/* The same with that fault. */
static inline void rig_start_faulty(struct rig *rig, const char *fault)
{
    rig->faults[0] = fault;
    rig->config.faults = rig->faults;
    rig_start(rig);
}

static inline void rig_send(struct rig *rig, const char *text)
{
    ck_assert_int_eq(send(rig->control, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

static inline void rig_hear(struct rig *rig)
{
    char *room = buf_space(&rig->replies, 65536);
    ssize_t n;

    ck_assert_ptr_nonnull(room);
    n = recv(rig->control, room, 65536, 0);
    if (n > 0)
        buf_grew(&rig->replies, (size_t)n);
    if (n == 0 || (n < 0 && errno != EAGAIN))
        rig->control_over = true;
}

static inline bool rig_take_reply(struct rig *rig)
{
    struct ftp_reply reply;
    struct flaw flaw;
    size_t used;

    if (ftp_reply_parse(buf_bytes(&rig->replies), &reply, &used, &flaw) == PARSE_MORE)
        return false;
    buf_clear(&rig->reply);
    buf_add(&rig->reply, bytes_slice(buf_bytes(&rig->replies), 0, used));
    buf_drop(&rig->replies, used);
    return true;
}

/* The next whole reply with its line ends; "" where the server closed instead. */
static inline const char *rig_reply(struct rig *rig)
{
    int64_t end = clock_now() + LOOPBACK_PATIENCE;

    while (!rig_take_reply(rig)) {
        if (rig->control_over)
            return "";
        ck_assert_msg(clock_now() < end, "no reply came");
        loop_turn(rig->loop, CLOCK_MS);
        rig_hear(rig);
    }
    return buf_text(&rig->reply);
}

static inline const char *rig_ask(struct rig *rig, const char *command)
{
    rig_send(rig, command);
    rig_send(rig, "\r\n");
    return rig_reply(rig);
}

static inline int rig_code(struct rig *rig, const char *command)
{
    return atoi(rig_ask(rig, command));
}

#define rig_expect(rig, command, code) ck_assert_int_eq(rig_code((rig), (command)), (code))

static inline void rig_login(struct rig *rig)
{
    ck_assert_int_eq(atoi(rig_reply(rig)), 220);
    rig_expect(rig, "USER u", 331);
    rig_expect(rig, "PASS p", 230);
    rig_expect(rig, "TYPE I", 200);
}

/* A server with that fault, and the client logged in. */
static inline void rig_login_faulty(struct rig *rig, const char *fault)
{
    rig_start_faulty(rig, fault);
    rig_login(rig);
}

/* PASV, and the data connection to what it says. */
static inline void rig_pasv(struct rig *rig)
{
    struct endpoint at;
    struct flaw flaw;

    rig_expect(rig, "PASV", 227);
    ck_assert_int_eq(ftp_pasv_parse(bytes_from(buf_bytes(&rig->reply), 4), &at, &flaw), PARSE_DONE);
    if (rig->data >= 0)
        close(rig->data);
    rig->data = rig_connect_to(&at);
}

/* All that comes on the data connection until its FIN; -1: RST. */
static inline int rig_fetch(struct rig *rig)
{
    int64_t end = clock_now() + LOOPBACK_PATIENCE;
    char chunk[65536];

    buf_clear(&rig->content);
    while (clock_now() < end) {
        ssize_t n = recv(rig->data, chunk, sizeof chunk, 0);

        if (n > 0)
            ck_assert(buf_add(&rig->content, (struct bytes){chunk, (size_t)n}));
        else if (n == 0)
            return (int)rig->content.len;
        else if (errno != EAGAIN)
            return -1;
        else
            loop_turn(rig->loop, CLOCK_MS);
    }
    ck_abort_msg("the data connection did not end");
    return -1;
}

/* What `command` sends over a passive connection; "" after anything but 150 and 226. */
static inline const char *rig_get(struct rig *rig, const char *command)
{
    rig_pasv(rig);
    if (rig_code(rig, command) != 150)
        return "";
    rig_fetch(rig);
    ck_assert_int_eq(atoi(rig_reply(rig)), 226);
    return buf_text(&rig->content);
}

static inline void rig_put(struct rig *rig, const char *command, const char *text)
{
    rig_pasv(rig);
    rig_expect(rig, command, 150);
    ck_assert_int_eq(send(rig->data, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
    shutdown(rig->data, SHUT_WR);
    ck_assert_int_eq(atoi(rig_reply(rig)), 226);
}

/* ---- the script ---- */

static inline void rig_say(struct rig *rig, const char *text)
{
    rig->peer->base.ops->say(rig->peer, &(struct peer_say){.text = bytes_of(text)});
}

static inline void rig_transfer(struct rig *rig, const struct payload *payload, bool fake_sends)
{
    struct peer_transfer transfer = {.payload = payload, .fake_sends = fake_sends};

    rig->peer->base.ops->transfer(rig->peer, &transfer);
}

/* Index of the n-th entry (from 0) of that kind whose text begins so; -1: none. */
static inline int rig_entry(const struct rig *rig, enum entry_kind kind, const char *text)
{
    for (size_t i = 0; i < transcript_count(rig->transcript); i++) {
        const struct entry *entry = transcript_at(rig->transcript, i);

        if (entry->kind == kind && bytes_starts(entry->text, text))
            return (int)i;
    }
    return -1;
}

/* What came without regard to the framing of replies. */
static inline const char *rig_raw(struct rig *rig, const char *command, const char *until)
{
    int64_t end = clock_now() + LOOPBACK_PATIENCE;

    rig_send(rig, command);
    while (strstr(buf_text(&rig->replies), until) == NULL && clock_now() < end) {
        loop_turn(rig->loop, CLOCK_MS);
        rig_hear(rig);
    }
    return buf_text(&rig->replies);
}

#endif

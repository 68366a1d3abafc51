#include "fakes/ftp_dialog.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "fakes/ftp_control.h"
#include "fakes/ftp_data.h"
#include "fakes/misbehave_client.h"
#include "proto/ftp_hostport.h"

#define REPLIES_MOST 64
#define LINE_CEILING (1u << 16)
#define QUIT_WAIT (2 * CLOCK_SECOND)
#define AFTERMATH_WAIT (CLOCK_SECOND / 2) /* for the reply to a transfer that has failed */

struct queued_reply {
    int code; /* 0: it was none */
    struct buf text;
};

struct ftp_dialog {
    struct ftp_dialog_config config;
    struct loop *loop;
    struct transcript *transcript;
    struct ftp_control *control;
    struct queued_reply replies[REPLIES_MOST];
    size_t reply_count;
    struct buf reply; /* the one that was taken last */
    struct buf line;
    bool opened, closed;
    enum peer_end how;
    bool out_of_step; /* a reply is still owed: nothing more can be asked */
    bool hastened;    /* a command was sent whose reply was not waited for */
    bool negotiated;  /* the fault: telnet-negotiates */
    struct ftp_data *data;
    bool data_open, data_started, data_over;
    bool may_send; /* the 1yz to an upload is there */
    enum peer_end data_how;
    const char *data_failure;
    uint64_t data_moved;
    struct ftp_dialog_transfer *transfer; /* under way */
};

static bool faulty(const struct ftp_dialog *dialog, const char *name)
{
    return client_fault_on(dialog->config.faults, name);
}

/* --- what the control connection tells ------------------------------------------------------- */

static void opened(void *ctx)
{
    ((struct ftp_dialog *)ctx)->opened = true;
}

static void replied(void *ctx, const struct ftp_reply *reply)
{
    struct ftp_dialog *dialog = ctx;
    struct queued_reply *queued;

    if (dialog->reply_count == REPLIES_MOST)
        return;
    queued = &dialog->replies[dialog->reply_count++];
    queued->code = reply->code;
    buf_init(&queued->text, LINE_CEILING * 16);
    buf_add(&queued->text, reply->text);
}

static void idle(void *ctx)
{
    (void)ctx;
}

static void closed(void *ctx, enum peer_end how)
{
    struct ftp_dialog *dialog = ctx;

    dialog->closed = true;
    dialog->how = how;
}

/* --- waiting --------------------------------------------------------------------------------- */

typedef bool met_fn(const struct ftp_dialog *dialog);

static bool wait_for(struct ftp_dialog *dialog, met_fn *met, int64_t ns)
{
    int64_t end = clock_now() + ns;

    while (!met(dialog)) {
        int64_t left = end - clock_now();

        if (left <= 0)
            return false;
        loop_turn(dialog->loop, left);
    }
    return true;
}

static bool is_open_or_closed(const struct ftp_dialog *dialog)
{
    return dialog->opened || dialog->closed;
}

static bool has_reply_or_end(const struct ftp_dialog *dialog)
{
    return dialog->reply_count > 0 || dialog->closed;
}

static bool data_stands_or_failed(const struct ftp_dialog *dialog)
{
    return dialog->data_open || dialog->data_over || dialog->closed;
}

/* --- replies --------------------------------------------------------------------------------- */

static int take_reply(struct ftp_dialog *dialog)
{
    int code = dialog->replies[0].code;

    buf_fini(&dialog->reply);
    dialog->reply = dialog->replies[0].text;
    dialog->reply_count--;
    memmove(dialog->replies, dialog->replies + 1, dialog->reply_count * sizeof dialog->replies[0]);
    return code;
}

struct bytes ftp_dialog_reply(const struct ftp_dialog *dialog)
{
    struct bytes text = buf_bytes(&dialog->reply);

    while (text.len > 0 && (text.at[text.len - 1] == '\n' || text.at[text.len - 1] == '\r'))
        text.len--;
    return text;
}

/* For "%.*s" of the reply in a message. */
static int shown(struct bytes text)
{
    return text.len > 200 ? 200 : (int)text.len;
}

static enum err fail_with_reply(struct ftp_dialog *dialog, const char *what, struct diag *why)
{
    struct bytes text = ftp_dialog_reply(dialog);

    return diag_set(why, ERR_UNREACHABLE, "%s: %.*s", what, shown(text), text.at);
}

static enum err connection_lost(struct ftp_dialog *dialog, const char *when, struct diag *why)
{
    static const char *const words[] = {"the server closed the connection",
                                        "the server reset the connection",
                                        "the server cannot be reached"};

    return diag_set(why, ERR_UNREACHABLE, "%s %s", words[dialog->how], when);
}

/* The next reply, of whatever class. */
static enum err next_reply(struct ftp_dialog *dialog, const char *when, int64_t ns, int *code,
                           struct diag *why)
{
    dialog->out_of_step = true;
    if (!wait_for(dialog, has_reply_or_end, ns))
        return diag_set(why, ERR_UNREACHABLE, "no reply in %lld ms %s", (long long)(ns / CLOCK_MS),
                        when);
    if (dialog->reply_count == 0)
        return connection_lost(dialog, when, why);
    *code = take_reply(dialog);
    if (*code / 100 < 1 || *code / 100 > 6)
        return fail_with_reply(dialog, "that is no reply", why);
    if (*code == 421)
        return fail_with_reply(dialog, "the server ends the session", why);
    dialog->out_of_step = *code / 100 == 1;
    return OK;
}

/* A reply that nobody asked for and that brings bad news ends the session; another is passed over.
 */
static enum err pass_over_unasked(struct ftp_dialog *dialog, struct diag *why)
{
    loop_turn(dialog->loop, 0);
    while (dialog->reply_count > 0) {
        int code = take_reply(dialog);

        if (code / 100 > 3 || code == 0) {
            dialog->out_of_step = true;
            return fail_with_reply(
                dialog, code == 421 ? "the server ends the session" : "the server says unasked",
                why);
        }
    }
    return dialog->closed ? connection_lost(dialog, "between two commands", why) : OK;
}

/* --- commands -------------------------------------------------------------------------------- */

static void negotiate(struct ftp_dialog *dialog)
{
    static const char will_suppress_go_ahead[] = {'\xff', '\xfb', '\x03'};

    if (!dialog->negotiated && faulty(dialog, "telnet-negotiates"))
        outlet_say(ftp_control_outlet(dialog->control),
                   &(struct peer_say){.text = {will_suppress_go_ahead, 3}});
    dialog->negotiated = true;
}

/* A path may hold octets that would end the command or look like Telnet: RFC 959 has no way to send
 * a line end, and 255 is doubled (RFC 2640 section 3.1). */
static enum err put_command(struct ftp_dialog *dialog, const char *fmt, va_list ap,
                            struct diag *why)
{
    char text[4096];
    int len = vsnprintf(text, sizeof text, fmt, ap);
    struct buf escaped;

    if (len < 0 || (size_t)len >= sizeof text || strcspn(text, "\r\n") < (size_t)len)
        return diag_set(why, ERR_USAGE, "a name is too long or holds a line end");
    buf_init(&escaped, LINE_CEILING);
    for (int i = 0; i < len; i++) {
        buf_add(&escaped, (struct bytes){text + i, 1});
        if (text[i] == '\xff')
            buf_add(&escaped, (struct bytes){text + i, 1});
    }
    buf_add_text(&escaped, "\r\n");
    buf_clear(&dialog->line);
    client_fault_line(dialog->config.faults, buf_bytes(&escaped), &dialog->line);
    buf_fini(&escaped);
    negotiate(dialog);
    outlet_say(ftp_control_outlet(dialog->control),
               &(struct peer_say){.text = buf_bytes(&dialog->line)});
    dialog->out_of_step = true;
    return OK;
}

__attribute__((format(printf, 3, 4))) static enum err
say_command(struct ftp_dialog *dialog, struct diag *why, const char *fmt, ...)
{
    va_list ap;
    enum err err;

    va_start(ap, fmt);
    err = put_command(dialog, fmt, ap, why);
    va_end(ap);
    return err;
}

/* "after PASS": never with the password. */
static const char *after(const char *fmt, char text[24])
{
    snprintf(text, 24, "after %.*s", (int)strcspn(fmt, " "), fmt);
    return text;
}

static enum err ask(struct ftp_dialog *dialog, int *code, struct diag *why, const char *fmt,
                    va_list ap)
{
    char when[24];
    enum err err = dialog->hastened ? OK : pass_over_unasked(dialog, why);
    bool hastened = dialog->hastened;

    dialog->hastened = false;
    if (err == OK)
        err = put_command(dialog, fmt, ap, why);
    do {
        if (err == OK)
            err = next_reply(dialog, after(fmt, when), dialog->config.timeout, code, why);
    } while (err == OK && *code / 100 == 1);
    if (err == OK && hastened) /* that was the reply to the command before */
        err = next_reply(dialog, after(fmt, when), dialog->config.timeout, code, why);
    return err;
}

enum err ftp_dialog_hasten(struct ftp_dialog *dialog, struct diag *why, const char *fmt, ...)
{
    va_list ap;
    enum err err;

    dialog->hastened = true;
    va_start(ap, fmt);
    err = put_command(dialog, fmt, ap, why);
    va_end(ap);
    return err;
}

enum err ftp_dialog_ask(struct ftp_dialog *dialog, int *code, struct diag *why, const char *fmt,
                        ...)
{
    va_list ap;
    enum err err;

    va_start(ap, fmt);
    err = ask(dialog, code, why, fmt, ap);
    va_end(ap);
    return err;
}

enum err ftp_dialog_demand(struct ftp_dialog *dialog, int code_class, struct diag *why,
                           const char *fmt, ...)
{
    char what[32];
    va_list ap;
    enum err err;
    int code;

    va_start(ap, fmt);
    err = ask(dialog, &code, why, fmt, ap);
    va_end(ap);
    snprintf(what, sizeof what, "%.*s was refused", (int)strcspn(fmt, " "), fmt);
    if (err == OK && code / 100 != code_class)
        err = fail_with_reply(dialog, what, why);
    return err;
}

/* --- opening and closing --------------------------------------------------------------------- */

static enum err hear_greeting(struct ftp_dialog *dialog, struct diag *why)
{
    enum err err = OK;
    int code = 100;

    if (!wait_for(dialog, is_open_or_closed, dialog->config.timeout))
        return diag_set(why, ERR_UNREACHABLE, "the server cannot be reached in time");
    while (err == OK && code / 100 == 1)
        err = next_reply(dialog, "before a greeting", dialog->config.timeout, &code, why);
    if (err == OK && code / 100 != 2)
        err = fail_with_reply(dialog, "the server does not greet", why);
    return err;
}

static enum err connect_control(struct ftp_dialog *dialog, struct diag *why)
{
    struct ftp_control_config config = {.loop = dialog->loop,
                                        .transcript = dialog->transcript,
                                        .remote = dialog->config.server,
                                        .timeout = dialog->config.timeout,
                                        .ctx = dialog,
                                        .opened = opened,
                                        .replied = replied,
                                        .idle = idle,
                                        .closed = closed};

    return ftp_control_connect(&config, &dialog->control, why);
}

enum err ftp_dialog_open(const struct ftp_dialog_config *config, struct ftp_dialog **out,
                         struct diag *why)
{
    struct ftp_dialog *dialog = calloc(1, sizeof *dialog);
    enum err err;

    *out = NULL;
    if (dialog == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory");
    dialog->config = *config;
    buf_init(&dialog->reply, LINE_CEILING * 16);
    buf_init(&dialog->line, LINE_CEILING);
    err = loop_new(&dialog->loop, why);
    if (err == OK)
        err = transcript_new(&dialog->transcript, why);
    if (err == OK)
        err = connect_control(dialog, why);
    if (err == OK)
        err = hear_greeting(dialog, why);
    if (err == OK)
        *out = dialog;
    else
        ftp_dialog_free(dialog);
    return err;
}

void ftp_dialog_free(struct ftp_dialog *dialog)
{
    if (dialog == NULL)
        return;
    ftp_data_free(dialog->data);
    ftp_control_free(dialog->control);
    while (dialog->reply_count > 0)
        take_reply(dialog);
    buf_fini(&dialog->reply);
    buf_fini(&dialog->line);
    if (dialog->transcript != NULL)
        transcript_free(dialog->transcript);
    if (dialog->loop != NULL)
        loop_free(dialog->loop);
    free(dialog);
}

void ftp_dialog_quit(struct ftp_dialog *dialog)
{
    struct diag why;
    int code;

    if (dialog->closed || dialog->out_of_step || faulty(dialog, "no-quit"))
        return;
    dialog->config.timeout = QUIT_WAIT;
    if (ftp_dialog_ask(dialog, &code, &why, "QUIT") == OK)
        ftp_control_close(dialog->control, false);
}

/* --- the data connection --------------------------------------------------------------------- */

/* A download begins as soon as it can: the data may come before the 150. An upload waits for it. */
static void start_moving(struct ftp_dialog *dialog)
{
    struct ftp_dialog_transfer *transfer = dialog->transfer;
    struct ftp_data_source source = {.fd = -1};

    if (transfer == NULL || !dialog->data_open || dialog->data_started || dialog->data_over ||
        (transfer->sends && !dialog->may_send))
        return;
    dialog->data_started = true;
    if (transfer->sends) {
        source.octets = transfer->octets;
        ftp_data_send(dialog->data, &source);
    } else {
        ftp_data_receive(dialog->data, transfer->fd < 0 ? -1 : dup(transfer->fd));
    }
}

static void data_opened(void *ctx)
{
    struct ftp_dialog *dialog = ctx;

    dialog->data_open = true;
    start_moving(dialog);
}

static void data_failed(void *ctx, const char *how)
{
    struct ftp_dialog *dialog = ctx;

    dialog->data_over = true;
    dialog->data_failure = how;
}

static void data_ended(void *ctx, const struct peer_data_end *end)
{
    struct ftp_dialog *dialog = ctx;

    dialog->data_over = true;
    dialog->data_how = end->how;
    dialog->data_moved = end->octets;
    if (dialog->transfer != NULL && dialog->transfer->in != NULL &&
        !buf_add(dialog->transfer->in, end->content))
        dialog->data_failure = "too much data for the memory";
}

static struct ftp_data_config data_config(struct ftp_dialog *dialog)
{
    return (struct ftp_data_config){.loop = dialog->loop,
                                    .transcript = dialog->transcript,
                                    .connection = 1,
                                    .only_from = dialog->config.server,
                                    .timeout = dialog->config.timeout,
                                    .patient = true,
                                    .ctx = dialog,
                                    .opened = data_opened,
                                    .failed = data_failed,
                                    .ended = data_ended};
}

static void forget_data(struct ftp_dialog *dialog)
{
    ftp_data_free(dialog->data);
    dialog->data = NULL;
    dialog->data_open = dialog->data_started = dialog->data_over = false;
    dialog->data_how = PEER_FIN;
    dialog->data_failure = NULL;
    dialog->data_moved = 0;
}

/* Connect to that port of the server's, and wait until the connection stands. */
static enum err connect_data(struct ftp_dialog *dialog, uint16_t port, struct diag *why)
{
    struct ftp_data_config config = data_config(dialog);
    struct endpoint from = *ftp_control_local(dialog->control);
    struct endpoint to = dialog->config.server;
    enum err err;

    forget_data(dialog);
    from.port = 0;
    to.port = faulty(dialog, "data-to-wrong-port") ? (uint16_t)(port + 1) : port;
    err = ftp_data_connect(&config, &from, &to, &dialog->data, why);
    if (err != OK)
        return err;
    wait_for(dialog, data_stands_or_failed, dialog->config.timeout);
    if (dialog->data_open)
        return OK;
    err = pass_over_unasked(dialog, why);
    if (err != OK)
        return err;
    return diag_set(why, ERR_UNREACHABLE, "no data connection to port %u: %s", to.port,
                    dialog->data_failure != NULL ? dialog->data_failure : "no answer");
}

/* The port that the last reply names, by EPSV or PASV. */
static bool announced_port(struct ftp_dialog *dialog, bool extended, uint16_t *port)
{
    struct bytes text = bytes_from(ftp_dialog_reply(dialog), 4);
    struct endpoint named;
    struct flaw flaw;

    if (extended)
        return ftp_epsv_parse(text, port, &flaw) == PARSE_DONE && *port != 0;
    if (ftp_pasv_parse(text, &named, &flaw) != PARSE_DONE || named.port == 0)
        return false;
    *port = named.port;
    return true;
}

/* *refused: the server does not offer it, so that another way may be tried. */
static enum err try_passive(struct ftp_dialog *dialog, bool extended, bool *refused,
                            struct diag *why)
{
    const char *verb = extended ? "EPSV" : "PASV";
    uint16_t port;
    int code;
    enum err err = ftp_dialog_ask(dialog, &code, why, "%s", verb);

    *refused = err == OK && code / 100 != 2;
    if (err != OK)
        return err;
    if (*refused)
        return fail_with_reply(dialog, "no passive data connection is offered", why);
    if (!announced_port(dialog, extended, &port)) {
        *refused = true;
        return fail_with_reply(dialog, "no port can be read from the reply", why);
    }
    if (faulty(dialog, "stalls-after-passive"))
        return next_reply(dialog, "after PASV", dialog->config.timeout, &code, why);
    err = connect_data(dialog, port, why);
    *refused = err != OK && !dialog->closed && !dialog->out_of_step;
    return err;
}

enum err ftp_dialog_passive(struct ftp_dialog *dialog, struct diag *why)
{
    struct diag first;
    bool refused;
    enum err err;

    if (faulty(dialog, "no-port-before-retr"))
        return OK;
    err = try_passive(dialog, true, &refused, &first);
    if (err != OK && refused && dialog->config.server.family == 4)
        return try_passive(dialog, false, &refused, why);
    if (err != OK)
        *why = first;
    return err;
}

enum err ftp_dialog_active(struct ftp_dialog *dialog, struct diag *why)
{
    struct ftp_data_config config = data_config(dialog);
    struct endpoint at = *ftp_control_local(dialog->control), bound;
    char text[FTP_HOSTPORT_TEXT];
    int code = 500;
    enum err err;

    forget_data(dialog);
    at.port = 0;
    config.only_from.port = 0;
    err = ftp_data_listen(&config, &at, &dialog->data, &bound, why);
    if (err == OK && at.family == 4)
        err = ftp_dialog_ask(dialog, &code, why, "PORT %s", ftp_hostport_format(&bound, text));
    if (err == OK && code / 100 != 2)
        err = ftp_dialog_ask(dialog, &code, why, "EPRT %s", ftp_eprt_format(&bound, text));
    if (err == OK && code / 100 != 2)
        err = fail_with_reply(dialog, "no active data connection is accepted", why);
    return err;
}

/* --- transfers ------------------------------------------------------------------------------- */

/* How far a transfer has come. */
struct progress {
    const char *when;
    int final;         /* the last reply; 0: not there yet */
    bool data_noticed; /* that they are over */
};

static bool data_move(const struct ftp_dialog *dialog)
{
    return dialog->data_open && dialog->data_started && !dialog->data_over;
}

static bool has_news(const struct ftp_dialog *dialog, const struct progress *progress)
{
    return dialog->reply_count > 0 || (dialog->closed && progress->final == 0) ||
           (dialog->data_over && !progress->data_noticed);
}

/* While data move, they have a clock of their own; else something has to come in time. */
static bool wait_for_news(struct ftp_dialog *dialog, const struct progress *progress)
{
    int64_t end = clock_now() + dialog->config.timeout;

    while (!has_news(dialog, progress)) {
        int64_t left = data_move(dialog) ? dialog->config.timeout : end - clock_now();

        if (left <= 0)
            return false;
        loop_turn(dialog->loop, left);
    }
    return true;
}

static enum err data_trouble(struct ftp_dialog *dialog, struct diag *why)
{
    if (dialog->data_failure != NULL)
        return diag_set(why, ERR_UNREACHABLE, "the data connection failed: %s",
                        dialog->data_failure);
    if (dialog->data_how == PEER_RESET)
        return diag_set(why, ERR_UNREACHABLE, "the data connection was reset after %llu octets",
                        (unsigned long long)dialog->data_moved);
    return OK;
}

/* Where the data have failed, the last reply is still heard, so that QUIT can be said. */
static void hear_aftermath(struct ftp_dialog *dialog, const struct progress *progress)
{
    int code = progress->final == 0 ? 100 : progress->final;
    struct diag ignored;

    while (progress->data_noticed && code / 100 == 1 && !dialog->closed &&
           next_reply(dialog, progress->when, AFTERMATH_WAIT, &code, &ignored) == OK)
        ;
}

static enum err notice_reply(struct ftp_dialog *dialog, struct progress *progress, struct diag *why)
{
    int code = 0;
    enum err err = next_reply(dialog, progress->when, 0, &code, why);

    if (err != OK)
        return err;
    if (code / 100 == 1) {
        dialog->may_send = true;
        start_moving(dialog);
        return OK;
    }
    progress->final = code;
    if (code / 100 != 2 && !faulty(dialog, "ignores-226"))
        return fail_with_reply(dialog, "the transfer failed", why);
    return OK;
}

static enum err notice_data(struct ftp_dialog *dialog, struct progress *progress, struct diag *why)
{
    progress->data_noticed = true;
    return data_trouble(dialog, why);
}

static enum err notice(struct ftp_dialog *dialog, struct progress *progress, struct diag *why)
{
    if (!wait_for_news(dialog, progress))
        return diag_set(why, ERR_UNREACHABLE, "no %s in %lld ms %s",
                        progress->final == 0 ? "reply" : "data connection",
                        (long long)(dialog->config.timeout / CLOCK_MS), progress->when);
    if (dialog->reply_count > 0)
        return notice_reply(dialog, progress, why);
    if (dialog->data_over && !progress->data_noticed)
        return notice_data(dialog, progress, why);
    return connection_lost(dialog, progress->when, why);
}

static bool is_done(const struct ftp_dialog *dialog, const struct progress *progress)
{
    return progress->data_noticed && (progress->final != 0 || faulty(dialog, "ignores-226"));
}

static void begin(struct ftp_dialog *dialog)
{
    if (dialog->data == NULL)
        return;
    ftp_data_await(dialog->data);
    start_moving(dialog);
}

enum err ftp_dialog_move(struct ftp_dialog *dialog, struct ftp_dialog_transfer *transfer,
                         struct diag *why)
{
    char when[24];
    struct progress progress = {.when = after(transfer->command, when)};
    enum err err = pass_over_unasked(dialog, why);

    dialog->transfer = transfer;
    dialog->may_send = dialog->data_started = false;
    if (err == OK)
        err = say_command(dialog, why, "%s", transfer->command);
    if (err == OK)
        begin(dialog);
    while (err == OK && !is_done(dialog, &progress))
        err = notice(dialog, &progress, why);
    if (err != OK)
        hear_aftermath(dialog, &progress);
    transfer->moved = dialog->data_moved;
    dialog->transfer = NULL;
    forget_data(dialog);
    return err;
}

#include "fakes/ftp_dialog.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "fakes/ftp_dialog_parts.h"
#include "fakes/ftp_telnet.h"
#include "fakes/misbehave_client.h"

#define LINE_CEILING (1u << 16)
#define QUIT_WAIT (2 * CLOCK_SECOND)
#define ONE_MORE_WAIT (100 * CLOCK_MS) /* for a reply that is on its way already */

bool ftp_dialog_faulty(const struct ftp_dialog *dialog, const char *name)
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
    ftp_replies_add(&((struct ftp_dialog *)ctx)->replies, reply);
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

bool ftp_dialog_wait(struct ftp_dialog *dialog, ftp_dialog_met_fn *met, int64_t ns)
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
    return dialog->replies.count > 0 || dialog->closed;
}

/* --- replies --------------------------------------------------------------------------------- */

struct bytes ftp_dialog_reply(const struct ftp_dialog *dialog)
{
    return ftp_replies_last(&dialog->replies);
}

/* For "%.*s" of the reply in a message. */
static int shown(struct bytes text)
{
    return text.len > 200 ? 200 : (int)text.len;
}

enum err ftp_dialog_fail_with_reply(struct ftp_dialog *dialog, const char *what, struct diag *why)
{
    struct bytes text = ftp_dialog_reply(dialog);

    return diag_set(why, ERR_UNREACHABLE, "%s: %.*s", what, shown(text), text.at);
}

enum err ftp_dialog_lost(struct ftp_dialog *dialog, const char *when, struct diag *why)
{
    static const char *const words[] = {"the server closed the connection",
                                        "the server reset the connection",
                                        "the server cannot be reached"};

    return diag_set(why, ERR_UNREACHABLE, "%s %s", words[dialog->how], when);
}

enum err ftp_dialog_next_reply(struct ftp_dialog *dialog, const char *when, int64_t ns, int *code,
                               struct diag *why)
{
    dialog->out_of_step = true;
    if (!ftp_dialog_wait(dialog, has_reply_or_end, ns))
        return diag_set(why, ERR_UNREACHABLE, "no reply in %lld ms %s", (long long)(ns / CLOCK_MS),
                        when);
    if (dialog->replies.count == 0)
        return ftp_dialog_lost(dialog, when, why);
    *code = ftp_replies_take(&dialog->replies);
    if (*code / 100 < 1 || *code / 100 > 6)
        return ftp_dialog_fail_with_reply(dialog, "that is no reply", why);
    if (*code == 421)
        return ftp_dialog_fail_with_reply(dialog, "the server ends the session", why);
    dialog->out_of_step = *code / 100 == 1;
    return OK;
}

enum err ftp_dialog_pass_over_unasked(struct ftp_dialog *dialog, struct diag *why)
{
    loop_turn(dialog->loop, 0);
    while (dialog->replies.count > 0) {
        int code = ftp_replies_take(&dialog->replies);

        if (code == 421) {
            dialog->out_of_step = true;
            return ftp_dialog_fail_with_reply(dialog, "the server ends the session", why);
        }
    }
    return dialog->closed ? ftp_dialog_lost(dialog, "between two commands", why) : OK;
}

/* --- commands -------------------------------------------------------------------------------- */

static void negotiate(struct ftp_dialog *dialog)
{
    static const char will_suppress_go_ahead[] = {'\xff', '\xfb', '\x03'};

    if (!dialog->negotiated && ftp_dialog_faulty(dialog, "telnet-negotiates"))
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
    ftp_telnet_add(&escaped, (struct bytes){text, (size_t)len});
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

enum err ftp_dialog_say(struct ftp_dialog *dialog, struct diag *why, const char *fmt, ...)
{
    va_list ap;
    enum err err;

    va_start(ap, fmt);
    err = put_command(dialog, fmt, ap, why);
    va_end(ap);
    return err;
}

const char *ftp_dialog_after(const char *fmt, char text[24])
{
    snprintf(text, 24, "after %.*s", (int)strcspn(fmt, " "), fmt);
    return text;
}

static enum err ask(struct ftp_dialog *dialog, int *code, struct diag *why, const char *fmt,
                    va_list ap)
{
    char when[24];
    enum err err = dialog->hastened ? OK : ftp_dialog_pass_over_unasked(dialog, why);
    bool hastened = dialog->hastened;

    dialog->hastened = false;
    if (err == OK)
        err = put_command(dialog, fmt, ap, why);
    do {
        if (err == OK)
            err = ftp_dialog_next_reply(dialog, ftp_dialog_after(fmt, when), dialog->config.timeout,
                                        code, why);
    } while (err == OK && *code / 100 == 1);
    if (err == OK && hastened) /* that was the reply to the command before */
        err = ftp_dialog_next_reply(dialog, ftp_dialog_after(fmt, when), dialog->config.timeout,
                                    code, why);
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

enum err ftp_dialog_ask_for(struct ftp_dialog *dialog, int wanted, int *code, struct diag *why,
                            const char *fmt, ...)
{
    char when[24];
    va_list ap;
    enum err err;

    va_start(ap, fmt);
    err = ask(dialog, code, why, fmt, ap);
    va_end(ap);
    while (err == OK && *code / 100 == 2 && *code != wanted &&
           ftp_dialog_wait(dialog, has_reply_or_end, ONE_MORE_WAIT) && dialog->replies.count > 0)
        err = ftp_dialog_next_reply(dialog, ftp_dialog_after(fmt, when), 0, code, why);
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
        err = ftp_dialog_fail_with_reply(dialog, what, why);
    return err;
}

/* --- opening and closing --------------------------------------------------------------------- */

static enum err hear_greeting(struct ftp_dialog *dialog, struct diag *why)
{
    enum err err = OK;
    int code = 100;

    if (!ftp_dialog_wait(dialog, is_open_or_closed, dialog->config.timeout))
        return diag_set(why, ERR_UNREACHABLE, "the server cannot be reached in time");
    while (err == OK && code / 100 == 1)
        err =
            ftp_dialog_next_reply(dialog, "before a greeting", dialog->config.timeout, &code, why);
    if (err == OK && code / 100 != 2)
        err = ftp_dialog_fail_with_reply(dialog, "the server does not greet", why);
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

static void init_data(struct ftp_dialog *dialog)
{
    struct ftp_data_config config = {.loop = dialog->loop,
                                     .transcript = dialog->transcript,
                                     .connection = 1,
                                     .only_from = dialog->config.server,
                                     .timeout = dialog->config.timeout,
                                     .patient = true};

    ftp_dialog_data_init(&dialog->data, &config);
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
    ftp_replies_init(&dialog->replies);
    buf_init(&dialog->line, LINE_CEILING);
    err = loop_new(&dialog->loop, why);
    if (err == OK)
        err = transcript_new(&dialog->transcript, why);
    if (err == OK)
        init_data(dialog);
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
    ftp_dialog_data_drop(&dialog->data);
    ftp_control_free(dialog->control);
    ftp_replies_fini(&dialog->replies);
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

    if (dialog->closed || dialog->out_of_step || ftp_dialog_faulty(dialog, "no-quit"))
        return;
    dialog->config.timeout = QUIT_WAIT;
    if (ftp_dialog_ask(dialog, &code, &why, "QUIT") == OK)
        ftp_control_close(dialog->control, false);
}

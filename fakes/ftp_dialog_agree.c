#include "fakes/ftp_dialog_parts.h"
#include "proto/ftp_hostport.h"

static bool data_stands_or_failed(const struct ftp_dialog *dialog)
{
    return dialog->data.open || dialog->data.over || dialog->closed;
}

/* Connect to that port of the server's, and wait until the connection stands. */
static enum err connect_data(struct ftp_dialog *dialog, uint16_t port, struct diag *why)
{
    struct endpoint from = *ftp_control_local(dialog->control);
    struct endpoint to = dialog->config.server;
    enum err err;

    from.port = 0;
    to.port = ftp_dialog_faulty(dialog, "data-to-wrong-port") ? (uint16_t)(port + 1) : port;
    err = ftp_dialog_data_connect(&dialog->data, &from, &to, why);
    if (err != OK)
        return err;
    ftp_dialog_wait(dialog, data_stands_or_failed, dialog->config.timeout);
    if (dialog->data.open)
        return OK;
    err = ftp_dialog_pass_over_unasked(dialog, why);
    if (err != OK)
        return err;
    return diag_set(why, ERR_UNREACHABLE, "no data connection to port %u: %s", to.port,
                    dialog->data.failure != NULL ? dialog->data.failure : "no answer");
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
    enum err err = ftp_dialog_ask_for(dialog, extended ? 229 : 227, &code, why, "%s", verb);

    *refused = err == OK && code / 100 != 2;
    if (err != OK)
        return err;
    if (*refused)
        return ftp_dialog_fail_with_reply(dialog, "no passive data connection is offered", why);
    if (!announced_port(dialog, extended, &port)) {
        *refused = true;
        return ftp_dialog_fail_with_reply(dialog, "no port can be read from the reply", why);
    }
    if (ftp_dialog_faulty(dialog, "stalls-after-passive"))
        return ftp_dialog_next_reply(dialog, "after PASV", dialog->config.timeout, &code, why);
    err = connect_data(dialog, port, why);
    *refused = err != OK && !dialog->closed && !dialog->out_of_step;
    return err;
}

enum err ftp_dialog_passive(struct ftp_dialog *dialog, struct diag *why)
{
    struct diag first;
    bool refused;
    enum err err;

    if (ftp_dialog_faulty(dialog, "no-port-before-retr"))
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
    struct endpoint at = *ftp_control_local(dialog->control), bound;
    char text[FTP_HOSTPORT_TEXT];
    int code = 500;
    enum err err;

    at.port = 0;
    err = ftp_dialog_data_listen(&dialog->data, &at, &bound, why);
    if (err == OK && at.family == 4)
        err = ftp_dialog_ask(dialog, &code, why, "PORT %s", ftp_hostport_format(&bound, text));
    if (err == OK && code / 100 != 2)
        err = ftp_dialog_ask(dialog, &code, why, "EPRT %s", ftp_eprt_format(&bound, text));
    if (err == OK && code / 100 != 2)
        err = ftp_dialog_fail_with_reply(dialog, "no active data connection is accepted", why);
    return err;
}

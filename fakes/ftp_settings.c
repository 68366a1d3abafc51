#include <string.h>

#include "fakes/ftp_commands.h"
#include "proto/ftp_hostport.h"

/* ---- where the data connection goes ---- */

/* After EPSV ALL nothing but EPSV (RFC 2428 section 3). */
static bool epsv_all_refuses(struct ftp_session *session)
{
    if (!session->epsv_all || ftp_session_misbehaves(session, FAULT_EPSV_ALL_IGNORED))
        return false;
    ftp_session_reply(session, "501 Only EPSV after EPSV ALL.");
    return true;
}

/* Data go there from now on, unless that is refused: with the code `refused`. */
static void aim(struct ftp_session *session, const struct endpoint *to, int refused,
                const char *verb)
{
    const char *refusal = ftp_channel_refusal(session, to);

    if (refusal != NULL) {
        ftp_session_reply(session, "%d Refused: %s.", refused, refusal);
        return;
    }
    ftp_channel_aim(session, to);
    ftp_session_reply(session, "200 %s is accepted.", verb);
}

void ftp_port(struct ftp_session *session, struct bytes argument)
{
    struct endpoint to;
    struct flaw flaw;

    if (epsv_all_refuses(session))
        return;
    if (ftp_port_parse(argument, &to, &flaw) == PARSE_DONE)
        aim(session, &to, 504, "PORT");
    else
        ftp_session_reply(session, "501 Not an address: %s.", flaw.what);
}

/* RFC 2428 section 2: the protocols that would do. */
static void refuse_protocol(struct ftp_session *session)
{
    ftp_session_reply(session, "522 Network protocol not supported, use (%d)",
                      session->local.family == 6 ? 2 : 1);
}

/* True where the argument is of EPRT's form but names a protocol that is not ours. */
static bool names_other_protocol(struct bytes argument)
{
    struct bytes protocol;
    uint64_t number;

    if (argument.len < 3)
        return false;
    protocol = bytes_from(argument, 1);
    protocol = bytes_slice(protocol, 0, bytes_index(protocol, argument.at[0]));
    return bytes_to_u64(protocol, &number) && number != 1 && number != 2;
}

void ftp_eprt(struct ftp_session *session, struct bytes argument)
{
    struct endpoint to;
    struct flaw flaw;

    if (epsv_all_refuses(session))
        return;
    if (!bytes_starts(argument, "|") && ftp_session_misbehaves(session, FAULT_EPRT_BAR_ONLY))
        ftp_session_reply(session, "500 Bad EPRT command.");
    else if (names_other_protocol(argument))
        refuse_protocol(session);
    else if (ftp_eprt_parse(argument, &to, &flaw) != PARSE_DONE)
        ftp_session_reply(session, "501 Not an address: %s.", flaw.what);
    else if (to.family != session->remote.family)
        refuse_protocol(session);
    else
        aim(session, &to, 501, "EPRT");
}

/* False where there is no port, which ends the session. */
static bool listens(struct ftp_session *session)
{
    if (ftp_channel_listen(session))
        return true;
    ftp_session_reply(session, "421 No port for data; closing the connection.");
    ftp_session_close(session, false);
    return false;
}

void ftp_pasv(struct ftp_session *session, struct bytes argument)
{
    char text[FTP_HOSTPORT_TEXT];
    struct endpoint told;

    (void)argument;
    if (epsv_all_refuses(session))
        return;
    if (session->local.family != 4) {
        ftp_session_reply(session, "501 PASV cannot carry this address; use EPSV.");
        return;
    }
    if (!listens(session))
        return;
    told = ftp_channel_told_227(session);
    ftp_session_reply(session, "227 Entering Passive Mode (%s).", ftp_hostport_format(&told, text));
}

static void answer_epsv(struct ftp_session *session)
{
    if (listens(session))
        ftp_session_reply(session, "229 Entering Extended Passive Mode (|||%u|)",
                          ftp_channel_told_229(session));
}

void ftp_epsv(struct ftp_session *session, struct bytes argument)
{
    uint64_t protocol;

    if (bytes_is_nocase(argument, "ALL")) {
        session->epsv_all = true;
        ftp_session_reply(session, "200 Only EPSV from now on.");
    } else if (session->epsv_all && ftp_session_misbehaves(session, FAULT_EPSV_ALL_SHUTS)) {
        ftp_session_reply(session, "501 Nothing after EPSV ALL.");
    } else if (argument.len == 0) {
        answer_epsv(session);
    } else if (!bytes_to_u64(argument, &protocol)) {
        ftp_session_reply(session, "501 EPSV takes a protocol number or ALL.");
    } else if (protocol != (session->local.family == 6 ? 2 : 1)) {
        refuse_protocol(session);
    } else {
        answer_epsv(session);
    }
}

/* ---- how the data are written ---- */

enum setting { SETTING_UNKNOWN, SETTING_REFUSED, SETTING_ASCII, SETTING_IMAGE };

static const struct {
    const char *argument;
    enum setting setting;
} types[] = {
    {"A", SETTING_ASCII},     {"A N", SETTING_ASCII},   {"A T", SETTING_ASCII},
    {"A C", SETTING_REFUSED}, {"I", SETTING_IMAGE},     {"L 8", SETTING_IMAGE},
    {"E", SETTING_REFUSED},   {"E N", SETTING_REFUSED}, {"E T", SETTING_REFUSED},
    {"E C", SETTING_REFUSED},
};

static enum setting type_of(struct bytes argument)
{
    uint64_t size;

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (bytes_is_nocase(argument, types[i].argument))
            return types[i].setting;
    if (bytes_is_nocase(bytes_slice(argument, 0, 2), "L ") &&
        bytes_to_u64(bytes_from(argument, 2), &size) && size > 0 && size < 256)
        return SETTING_REFUSED;
    return SETTING_UNKNOWN;
}

bool ftp_type_apply(struct ftp_session *session, struct bytes argument)
{
    enum setting type = type_of(argument);

    if (type != SETTING_ASCII && type != SETTING_IMAGE)
        return false;
    session->image = type == SETTING_IMAGE;
    return true;
}

void ftp_type(struct ftp_session *session, struct bytes argument)
{
    if (ftp_type_apply(session, argument))
        ftp_session_reply(session, "200 Type is %s.", session->image ? "I" : "A");
    else if (type_of(argument) == SETTING_REFUSED)
        ftp_session_reply(session, "504 This type is not implemented.");
    else
        ftp_session_reply(session, "501 No such type.");
}

static void set_letter(struct ftp_session *session, struct bytes argument, const char *ours,
                       const char *refused)
{
    if (bytes_is_nocase(argument, ours))
        ftp_session_reply(session, "200 %s is %s.", session->request.verb, ours);
    else if (argument.len == 1 && strchr(refused, argument.at[0] & ~0x20) != NULL)
        ftp_session_reply(session, "504 This %s is not implemented.", session->request.verb);
    else
        ftp_session_reply(session, "501 No such %s.", session->request.verb);
}

void ftp_stru(struct ftp_session *session, struct bytes argument)
{
    set_letter(session, argument, "F", "RP");
}

void ftp_mode(struct ftp_session *session, struct bytes argument)
{
    set_letter(session, argument, "S", "BC");
}

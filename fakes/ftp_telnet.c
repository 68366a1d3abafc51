#include "fakes/ftp_telnet.h"

#include "fakes/ftp_session.h"
#include "proto/telnet.h"

static int octet(const struct ftp_session *session, size_t at)
{
    return at < session->lines.text.len ? (unsigned char)session->lines.text.ptr[at] : -1;
}

static void refuse(struct ftp_session *session, int asked, int option)
{
    const char answer[3] = {(char)TELNET_IAC,
                            (char)(asked == TELNET_WILL ? TELNET_DONT : TELNET_WONT), (char)option};

    if (ftp_session_misbehaves(session, FAULT_TELNET_SILENT) || session->silent)
        return;
    outlet_say(session->outlet, &(struct peer_say){.text = {answer, sizeof answer}});
}

void ftp_telnet_add(struct buf *out, struct bytes text)
{
    static const char doubled[] = {(char)TELNET_IAC, (char)TELNET_IAC};

    while (text.len > 0) {
        size_t plain = bytes_index(text, (char)TELNET_IAC);

        buf_add(out, bytes_slice(text, 0, plain));
        if (plain < text.len)
            buf_add(out, (struct bytes){doubled, sizeof doubled});
        text = bytes_from(text, plain + 1);
    }
}

/* Octets that the command at `at`, behind its IAC, takes; 0 where it is not all there. */
static size_t serve_command(struct ftp_session *session, size_t at)
{
    int command = octet(session, at);

    if (command < 0)
        return 0;
    if (command < TELNET_WILL || command == TELNET_IAC)
        return 1;
    if (octet(session, at + 1) < 0)
        return 0;
    if (command == TELNET_WILL || command == TELNET_DO)
        refuse(session, command, octet(session, at + 1));
    return 2;
}

void ftp_telnet_refuse(struct ftp_session *session)
{
    while (session->lines.negotiated < session->lines.text.len) {
        size_t len = 0;

        if (octet(session, session->lines.negotiated) == TELNET_IAC) {
            len = serve_command(session, session->lines.negotiated + 1);
            if (len == 0)
                return;
        }
        session->lines.negotiated += 1 + len;
    }
}

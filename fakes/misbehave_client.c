#include "fakes/misbehave_client.h"

#include <stdio.h>
#include <string.h>

static const struct client_fault {
    const char *name;
    enum protocol protocol;
    enum side side;     /* who has it: FTP client; UDP and TCP server */
    const char *what;   /* what it does */
    const char *breaks; /* the section that it breaks, or "practice" */
} faults_known[] = {
    {"command-before-reply", PROTOCOL_FTP, SIDE_CLIENT,
     "sends PASS without having waited for the reply to USER", "RFC 959 section 5.4"},
    {"bare-lf-commands", PROTOCOL_FTP, SIDE_CLIENT, "ends command lines in LF without CR",
     "RFC 959 section 5.3.1"},
    {"two-spaces", PROTOCOL_FTP, SIDE_CLIENT, "puts two spaces between command and argument",
     "RFC 959 section 5.3.1"},
    {"telnet-negotiates", PROTOCOL_FTP, SIDE_CLIENT,
     "sends IAC WILL SUPPRESS-GO-AHEAD before its first command", "RFC 1123 section 4.1.2.12"},
    {"pass-without-user", PROTOCOL_FTP, SIDE_CLIENT, "sends PASS, and no USER before it",
     "RFC 959 section 4.1.1"},
    {"rnto-without-rnfr", PROTOCOL_FTP, SIDE_CLIENT, "sends RNTO, and no RNFR before it",
     "RFC 959 section 4.1.3"},
    {"no-port-before-retr", PROTOCOL_FTP, SIDE_CLIENT,
     "sends a transfer command without having agreed on a data connection", "practice"},
    {"data-to-wrong-port", PROTOCOL_FTP, SIDE_CLIENT,
     "opens the data connection to the port after the one announced", "RFC 959 section 4.1.2"},
    {"exits-zero", PROTOCOL_FTP, SIDE_CLIENT, "exits 0 though the operation failed", "practice"},
    {"keeps-partial-file", PROTOCOL_FTP, SIDE_CLIENT,
     "leaves what came of a failed transfer under the file's own name", "practice"},
    {"ignores-226", PROTOCOL_FTP, SIDE_CLIENT,
     "takes the end of the data for success and does not wait for the reply",
     "RFC 959 section 5.4"},
    {"no-quit", PROTOCOL_FTP, SIDE_CLIENT, "closes the control connection without QUIT",
     "practice"},
    {"corrupts-file", PROTOCOL_FTP, SIDE_CLIENT,
     "changes the last octet of what it stores or sends", "RFC 959 section 3.1"},
    {"stalls-after-passive", PROTOCOL_FTP, SIDE_CLIENT,
     "waits for a second reply after the one that announced the port", "RFC 959 section 5.4"},
    {"follows-listed-path", PROTOCOL_FTP, SIDE_CLIENT,
     "saves what it gets by a listing under the whole path that stands there", "practice"},
    {"truncate-1024", PROTOCOL_UDP, SIDE_SERVER, "answers with the first 1024 octets alone",
     "RFC 862"},
    {"wrong-source-port", PROTOCOL_UDP, SIDE_SERVER, "answers from a fresh port", "RFC 862"},
    {"from-other-address", PROTOCOL_UDP, SIDE_SERVER,
     "answers from another of its addresses (127.0.0.2)", "RFC 1122 section 4.1.3.5"},
    {"changes-payload", PROTOCOL_UDP, SIDE_SERVER, "changes the last octet of the answer",
     "RFC 862"},
    {"answers-twice", PROTOCOL_UDP, SIDE_SERVER, "answers each datagram twice", "RFC 862"},
    {"no-answer", PROTOCOL_UDP, SIDE_SERVER, "does not answer", "RFC 862"},
    {"answers-anybody", PROTOCOL_UDP, SIDE_SERVER,
     "answers services that answer in turn, and itself", "practice"},
    {"first-client-only", PROTOCOL_UDP, SIDE_SERVER, "answers the first client, and nobody else",
     "RFC 862"},
    {"ends-at-empty", PROTOCOL_UDP, SIDE_SERVER, "ends at a datagram without data", "RFC 768"},
    {"ends-at-error", PROTOCOL_UDP, SIDE_SERVER, "ends where an answer cannot be sent",
     "RFC 1122 section 4.1.3.3"},
    {"truncate-1024", PROTOCOL_TCP, SIDE_SERVER, "answers the first 1024 octets alone", "RFC 862"},
    {"early-close", PROTOCOL_TCP, SIDE_SERVER, "closes after its first answer", "RFC 862"},
    {"changes-payload", PROTOCOL_TCP, SIDE_SERVER, "changes the last octet of each answer",
     "RFC 862"},
    {"never-closes", PROTOCOL_TCP, SIDE_SERVER, "keeps the connection open after the client's FIN",
     "RFC 862"},
    {"one-at-a-time", PROTOCOL_TCP, SIDE_SERVER, "hears no second client while the first is there",
     "practice"},
    {"one-shot", PROTOCOL_TCP, SIDE_SERVER, "listens no more once its first connection is over",
     "RFC 862"},
    {"dies-of-reset", PROTOCOL_TCP, SIDE_SERVER, "ends all where one connection is reset",
     "RFC 9293 section 3.5.3"},
    {NULL, PROTOCOL_FTP, SIDE_CLIENT, NULL, NULL},
};

bool client_fault_on(const char *const *faults, const char *name)
{
    for (; faults != NULL && *faults != NULL; faults++)
        if (strcmp(*faults, name) == 0)
            return true;
    return false;
}

static bool has(const struct client_fault *fault, enum protocol protocol, enum side side)
{
    return fault->protocol == protocol && fault->side == side;
}

static bool known(const char *name, enum protocol protocol, enum side side)
{
    for (const struct client_fault *fault = faults_known; fault->name != NULL; fault++)
        if (has(fault, protocol, side) && strcmp(fault->name, name) == 0)
            return true;
    return false;
}

enum err client_faults_check(const char *const *faults, enum protocol protocol, enum side side,
                             struct diag *why)
{
    char names[600] = "none";
    size_t len = 0;

    while (faults != NULL && *faults != NULL && known(*faults, protocol, side))
        faults++;
    if (faults == NULL || *faults == NULL)
        return OK;
    for (const struct client_fault *fault = faults_known; fault->name != NULL; fault++)
        if (has(fault, protocol, side) && len < sizeof names - 40)
            len += (size_t)snprintf(names + len, sizeof names - len, "%s%s", len > 0 ? " " : "",
                                    fault->name);
    return diag_set(why, ERR_USAGE, "'%.40s' is no fault of a %s %s; there are: %.380s", *faults,
                    protocol_name(protocol), side_name(side), names);
}

bool client_fault_line(const char *const *faults, struct bytes line, struct buf *out)
{
    size_t space = bytes_index(line, ' ');
    bool bare = client_fault_on(faults, "bare-lf-commands");
    bool wide = client_fault_on(faults, "two-spaces");
    bool ok = true;

    for (size_t i = 0; i < line.len && ok; i++) {
        if (bare && line.at[i] == '\r')
            continue;
        if (wide && i == space)
            ok = buf_add_text(out, " ");
        ok = ok && buf_add(out, bytes_slice(line, i, 1));
    }
    return ok;
}

/* ftp_command: one command line of an FTP client, RFC 959 sections 4.1 and 5.3.
 *
 * Pure: octets in, struct out. */
#ifndef PEERSPEC_PROTO_FTP_COMMAND_H
#define PEERSPEC_PROTO_FTP_COMMAND_H

#include "base/bytes.h"
#include "base/parse.h"

enum ftp_command_quirk {
    FTP_COMMAND_BARE_LF = 1 << 0,   /* ended by LF without CR */
    FTP_COMMAND_BARE_CR = 1 << 1,   /* holds a CR followed by neither LF nor NUL */
    FTP_COMMAND_NUL = 1 << 2,       /* holds a NUL that no CR precedes */
    FTP_COMMAND_TELNET = 1 << 3,    /* IAC sequences were taken out of the line (never IAC IAC) */
    FTP_COMMAND_NEGOTIATES = 1 << 4,/* ... among them WILL, WONT, DO, DONT or SB */
    FTP_COMMAND_TWO_SPACES = 1 << 5,/* the argument begins with a second SP */
    FTP_COMMAND_TRAILING_SP = 1 << 6,
    FTP_COMMAND_8BIT = 1 << 7,
    FTP_COMMAND_EMPTY = 1 << 8,     /* nothing but a line end */
};

/* What a verb is for; a bit set. */
enum ftp_verb_trait {
    FTP_VERB_SENDS = 1 << 0,      /* the server sends data: RETR LIST NLST MLSD */
    FTP_VERB_RECEIVES = 1 << 1,   /* the server receives data: STOR STOU APPE */
    FTP_VERB_NEEDS_ARG = 1 << 2,  /* RFC 959 5.3.1, RFC 2428, 2389, 3659 */
    FTP_VERB_NO_ARG = 1 << 3,
    FTP_VERB_BEFORE_LOGIN = 1 << 4, /* may be answered before login: USER PASS ACCT QUIT HELP ... */
    FTP_VERB_LISTS = 1 << 5,      /* LIST NLST MLSD */
    FTP_VERB_PATH = 1 << 6,       /* the argument is a pathname */
    FTP_VERB_MANDATORY = 1 << 7,  /* RFC 1123 section 4.1.2.13 */
    FTP_VERB_OPENS = 1 << 8,      /* PORT PASV EPRT EPSV */
};
#define FTP_VERB_TRANSFERS (FTP_VERB_SENDS | FTP_VERB_RECEIVES)

struct ftp_verb {
    const char *name;  /* upper case */
    unsigned traits;   /* of enum ftp_verb_trait */
    const char *spec;  /* "RFC 959 4.1.3" */
    const char *canonical; /* XMKD -> MKD; otherwise its own name */
};

struct ftp_command {
    struct bytes verb;     /* as sent; points into `line` */
    struct bytes argument; /* without the SP that separates it; empty where there is none */
    bool has_argument;     /* a SP followed the verb */
    unsigned quirks;       /* of enum ftp_command_quirk */
    const struct ftp_verb *known; /* NULL: no verb of ours */
};

/* Take the command line that `in` starts with. The line's Telnet commands (IAC IP, IAC DM, ...)
 * are removed and IAC IAC becomes one octet 255, in `room`, which must hold in.len octets;
 * *command points into `room`.
 *
 * PARSE_DONE  *command is filled and *used says how many octets the line took.
 * PARSE_MORE  there is no line end yet.
 * It never answers PARSE_BAD: what is odd is in `quirks`. */
enum parse ftp_command_parse(struct bytes in, char *room, struct ftp_command *command,
                             size_t *used);

/* The verb of that name, in any case; NULL where we know none. */
const struct ftp_verb *ftp_verb_find(struct bytes name);
/* The verb that a command line begins with, up to its first SP or line end; NULL where we know none. */
const struct ftp_verb *ftp_verb_of_line(struct bytes line);
/* All verbs, ended by one whose name is NULL. */
const struct ftp_verb *ftp_verbs(void);

#endif

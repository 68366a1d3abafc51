/* ftp_replies: which replies a command may have: RFC 959 section 5.4, and the extensions. */
#ifndef PEERSPEC_SUITES_FTP_REPLIES_H
#define PEERSPEC_SUITES_FTP_REPLIES_H

#include <stdbool.h>

/* When in a command's sequence of replies. */
enum ftp_reply_when {
    FTP_REPLY_FIRST, /* no 1yz came before */
    FTP_REPLY_AFTER, /* a 1yz came before */
    FTP_REPLY_ANYTIME,
};

enum ftp_reply_standing {
    FTP_REPLY_LISTED,  /* an RFC lists it for this command */
    FTP_REPLY_CUSTOM,  /* none does, but nearly all servers send it: accepted in silence */
    FTP_REPLY_UNUSUAL, /* none does, and few servers send it */
    FTP_REPLY_UNLISTED /* not in the table */
};

#define FTP_REPLY_CODES 13

struct ftp_reply_row {
    const char *verb; /* "" stands for the greeting, "*" for any command; NULL ends the table */
    enum ftp_reply_when when;
    enum ftp_reply_standing standing;
    const char *spec;           /* NULL: practice, without a document */
    int codes[FTP_REPLY_CODES]; /* ended by 0 */
};

const struct ftp_reply_row *ftp_reply_rows(void);

/* How a reply to `verb` (in upper case, "" for the greeting) stands. `after` says that a 1yz came
 * before it. */
enum ftp_reply_standing ftp_reply_standing(const char *verb, int code, bool after);
/* True where some code with the same first digit is listed for the verb at this time. */
bool ftp_reply_class_listed(const char *verb, int code, bool after);
/* True where the table knows the verb. */
bool ftp_reply_knows(const char *verb);
/* True where the code is listed for any command at all. */
bool ftp_reply_code_known(int code);
/* True where the verb ("" for the greeting) may be answered so at some time; a verb that the table
 * does not know may be refused, or answered by anything that is a final reply. */
bool ftp_reply_allowed(const char *verb, int code);

#endif

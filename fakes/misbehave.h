/* misbehave: faults of the fake FTP server, switched on by name, so that each rule can be shown to
 * fail.
 *
 * A fault is a row of the table: its name, what it does, the rule that it breaks, and either a
 * reply that it rewrites or an enum fault that the server asks for where it acts. Beside the named
 * ones there are three with a value: reply:VERB=CODE answers VERB with CODE instead of doing it,
 * stall:VERB=TIME waits before the answer (3s, 200ms, or nanoseconds), drop-after:VERB closes the
 * control connection after the first reply to VERB. "GREETING" stands for the greeting. */
#ifndef PEERSPEC_FAKES_MISBEHAVE_H
#define PEERSPEC_FAKES_MISBEHAVE_H

#include "base/buf.h"
#include "base/diag.h"

/* Faults that are more than another text of a reply. */
enum fault {
    FAULT_NONE, /* of rows that only rewrite */
    FAULT_NO_GREETING,
    FAULT_GREETING_LATE,
    FAULT_120_ALONE,
    FAULT_NO_226,
    FAULT_EARLY_226,
    FAULT_226_BEFORE_FIN,
    FAULT_NO_150,
    FAULT_DATA_FIRST,
    FAULT_WRONG_PORT_227,
    FAULT_FOREIGN_227,
    FAULT_WRONG_PORT_229,
    FAULT_DATA_FROM_WRONG_PORT,
    FAULT_DATA_NOT_CLOSED,
    FAULT_DATA_RESET,
    FAULT_THIRD_HOST_DATA,
    FAULT_SERVES_ANYBODY,
    FAULT_ACTIVE_EARLY,
    FAULT_ACTIVE_ELSEWHERE,
    FAULT_DATA_THOUGH_REFUSED,
    FAULT_RNTO_WITHOUT_RNFR,
    FAULT_ACCEPTS_BEFORE_LOGIN,
    FAULT_CLOSE_AFTER_USER,
    FAULT_CLOSE_MID_REPLY,
    FAULT_TRUNCATES,
    FAULT_NLST_LONG,
    FAULT_NLST_BARE_NAMES,
    FAULT_LIST_BARE_LF,
    FAULT_MLSD_NO_SPACE,
    FAULT_MLSD_BAD_TIME,
    FAULT_MLSD_SPACE_IN_FACT,
    FAULT_ASCII_BARE_LF,
    FAULT_REST_IGNORED,
    FAULT_REST_STICKY,
    FAULT_BOUNCE,
    FAULT_EPSV_ALL_IGNORED,
    FAULT_TELNET_NEGOTIATES,
    FAULT_TELNET_SILENT,
    FAULT_CR_ENDS_LINE, /* misbehave_lines.h, to FAULT_RUNS_UNTERMINATED */
    FAULT_LF_DROPS_REST,
    FAULT_SPLITS_LONG_LINES,
    FAULT_ONE_LINE_A_READ,
    FAULT_TELNET_AS_TEXT,
    FAULT_NUL_ENDS_LINE,
    FAULT_RUNS_UNTERMINATED,
    FAULT_EMPTY_LINE_ENDS,
    FAULT_FIN_STAYS,
    FAULT_USER_REFUSED,
    FAULT_EMPTY_PASSWORD,
    FAULT_RELOGIN_LOGS_OUT,
    FAULT_LONG_ARGUMENT_ENDS,
    FAULT_TRIMS_NAMES,
    FAULT_MEANWHILE_ABORTS,
    FAULT_RESET_226,
    FAULT_ASCII_ENDS_LINE,
    FAULT_STORES_CR,
    FAULT_TYPE_FORGOTTEN,
    FAULT_MLSD_SETS_TYPE,
    FAULT_REST_UNCHECKED,
    FAULT_REST_WRAPS,
    FAULT_REST_COUNTS_FILE,
    FAULT_STOU_SAME,
    FAULT_WAITS_FOR_DATA,
    FAULT_PASV_STAYS,
    FAULT_EPRT_BAR_ONLY,
    FAULT_EPSV_ALL_SHUTS,
    FAULT_ABOR_FORGETS_ALL,
    FAULT_LIST_IGNORES_NAME,
    FAULT_LIST_OPTIONS_NAMED,
    FAULT_MLST_DOT,
    FAULT_SIZE_OF_FILE,
    FAULT_RNFR_FIRST,
    FAULT_NO_REPLY_TO_NOOP,
    FAULT_REPLY_ORDER,
    FAULT_SPONTANEOUS,
    FAULT_421_GOES_ON,
    FAULT_QUIT_STAYS,
    FAULT_QUIT_RESETS,
    FAULT_ABOR_KEEPS_DATA,
    FAULT_ABOR_CLOSES_CONTROL,
    FAULT_REIN_KEEPS_LOGIN,
    FAULT_STORES_WRONG,
    FAULT_COUNT
};

/* One fault. Where it is no FAULT_NONE the server asks for it; otherwise it rewrites the replies
 * that `verbs` and `code` tell. */
struct misbehaviour {
    const char *name;
    const char *does;
    const char *breaks; /* a rule's id; the section, or "practice", where no rule can see it */
    enum fault fault;
    const char *verbs;     /* "PWD NOOP": replies to these; NULL: to any; GREETING is one */
    int code;              /* of this code; 2: of 2yz; 0: of any */
    const char *from, *to; /* the first `from` becomes `to`; no `from`: the code does */
    void (*rewrite)(struct buf *reply); /* instead; an empty reply is not sent */
};

/* All of them, ended by one whose name is NULL. */
const struct misbehaviour *misbehaviours(void);

/* Let one row rewrite the whole reply to `verb` ("" for the greeting) where it concerns it. */
void misbehaviour_rewrite(const struct misbehaviour *row, const char *verb, struct buf *reply);

struct misbehave; /* what is switched on */

/* `names` is ended by NULL and may be NULL. ERR_USAGE names what is no fault. */
NODISCARD enum err misbehave_new(const char *const *names, struct misbehave **out,
                                 struct diag *why);
void misbehave_free(struct misbehave *misbehave); /* takes NULL */
bool misbehaves(const struct misbehave *misbehave, enum fault fault);
/* Let the faults that are on rewrite a reply. */
void misbehave_rewrite(const struct misbehave *misbehave, const char *verb, struct buf *reply);
/* reply:VERB=CODE; 0 where none is given. */
int misbehave_reply(const struct misbehave *misbehave, const char *verb);
int64_t misbehave_stall(const struct misbehave *misbehave, const char *verb); /* ns; 0: none */
/* drop-after:VERB */
bool misbehave_drops_after(const struct misbehave *misbehave, const char *verb);

#endif

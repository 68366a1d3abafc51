/* ftp_answer: walks the final replies that a program reads, and reports those that it cannot. */
#ifndef PEERSPEC_SUITES_FTP_ANSWER_H
#define PEERSPEC_SUITES_FTP_ANSWER_H

#include "suites/ftp/ftp_dialogue.h"

typedef void ftp_answer_fn(const struct timeline *timeline, struct rule_run *run,
                           const struct ftp_turn *turn, const struct event *reply);

/* Judge each final reply `code` to `verb` (NULL: to any command) that was seen whole; of a verb,
 * only where no other command waited with it. */
void ftp_answer_each(const struct timeline *timeline, struct rule_run *run, const char *verb,
                     int code, ftp_answer_fn *judge);

/* Line `n` of the reply without its line end. */
struct bytes ftp_answer_line(const struct event *reply, unsigned n);
/* The same behind its code and the octet after it. */
struct bytes ftp_answer_text(const struct event *reply, unsigned n);

/* The server's reply is not what was expected; its text is what was seen. */
void ftp_answer_breach(struct rule_run *run, const struct event *reply, const char *expected);

/* The last reply to FEAT of the session; NULL where FEAT was not asked or has no list. */
const struct event *ftp_feature_list(const struct timeline *timeline,
                                     const struct ftp_dialogue *dialogue);
/* True where the list has that feature; *parameters is then the rest of its line. */
bool ftp_feature_find(const struct event *reply, const char *label, struct bytes *parameters);
/* True where the fact is in a list such as "Type*;Size;". */
bool ftp_fact_in(struct bytes list, struct bytes wanted);

#endif

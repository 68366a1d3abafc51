/* match: whether what the IUT said is what a step allows. */
#ifndef PEERSPEC_EXCHANGE_MATCH_H
#define PEERSPEC_EXCHANGE_MATCH_H

#include "exchange/exchange.h"
#include "proto/ftp_reply.h"

enum fit {
    FIT_NO,
    FIT_YES,
    FIT_NO_VALUE, /* the reply is right, but lacks the value that a hole names */
};

/* The verb of a command's step as written, up to the first space; empty for an empty command. */
struct bytes step_verb(const struct step *step);

/* A command line, with its line end or without. The verb is compared without regard to case, the
 * argument by pattern; a step without an argument allows none. Telnet commands in the line are
 * passed over unless the step writes them. Holes are bound where it fits. */
bool step_match_command(const struct step *step, struct bytes line, struct bindings *bindings);

/* Of the code alone; CODE and TEXT want one of the step's codes, CLASS the first digit of one. */
bool step_matches_code(const struct step *step, enum match_mode mode, int code);

/* A whole reply. TEXT compares each line too. Holes are bound by pattern or, where only the code
 * is compared, by their type; on FIT_NO_VALUE *missing names the first that was not. */
enum fit step_match_reply(const struct step *step, enum match_mode mode,
                          const struct ftp_reply *reply, struct bindings *bindings,
                          enum hole *missing);

/* What came, octet by octet; a step with "any" allows everything. */
bool step_match_payload(const struct step *step, struct bytes octets);

#endif

/* ftp_dialogue: which reply answers which command, as RFC 959 section 5.4 asks: in order, one final
 * reply for each command, preliminary ones before it.
 *
 * Only what is certain is in it. It ends where the capture has a gap, where TLS begins, where a
 * line of the server's is no reply, and at an empty line of the client's, which some servers
 * answer: from there on any pairing would be a guess. Of a conversation whose start was not seen it
 * is empty. */
#ifndef PEERSPEC_SUITES_FTP_DIALOGUE_H
#define PEERSPEC_SUITES_FTP_DIALOGUE_H

#include <string.h>

#include "judge/rule.h"
#include "suites/ftp/ftp_heard.h"
#include "wire/timeline.h"

#define FTP_NONE SIZE_MAX

/* A command and what answered it; the first members are indices into the timeline's events. */
struct ftp_turn {
    size_t command;     /* FTP_NONE: the greeting, which answers the connection itself */
    size_t preliminary; /* the first 1yz, not counting 110 */
    size_t second;      /* another 1yz, which should not be */
    size_t mark;        /* the first 110 */
    size_t final;       /* FTP_NONE: it never came */
    size_t flow;        /* its data connection, of several the one with payload; 0: none */
    size_t other_flow;  /* another one with payload; 0: none */
    uint32_t word;      /* ftp_word() of the verb; of XMKD, MKD; 0: the greeting, or it has none */
    unsigned traits;    /* of the verb; 0: the greeting, and verbs that we do not know */
    int code;           /* of the final reply; 0: it never came */
    bool pipelined;     /* sent while another command waited, or another was sent while it waited */
    bool logged_in;     /* when the command was sent */
    char type;          /* A, I, E or L, as accepted before the command */
    char mode, structure;
};

/* Events of a flow; FTP_NONE where there is none. */
struct ftp_marks {
    size_t first, last;
    size_t fin[2]; /* by enum side */
};

struct ftp_dialogue {
    struct ftp_heard heard;  /* whether they are paired or not */
    struct ftp_marks *marks; /* one for each flow */
    struct ftp_turn *turns;
    size_t count;
    size_t spontaneous; /* the first reply that no command waited for; FTP_NONE: none */
    size_t end;         /* index of the first event that is not judged */
    size_t settled;     /* how many turns there were when, for the last time, none waited */
    bool secured;       /* it ends because TLS begins */
    bool complete;      /* it ends with the conversation */
};

/* Built once for all rules of a run; never NULL. */
const struct ftp_dialogue *ftp_dialogue(const struct timeline *timeline, struct rule_run *run);

/* A verb of three or four letters, in upper case, as a number: rules compare verbs all the time. */
static inline uint32_t ftp_word(const char *verb)
{
    uint32_t word;

    memcpy(&word, verb, sizeof word); /* three letters bring their zero */
    return word;
}

/* True where the turn's command is `verb`; XMKD is MKD. False for the greeting. Inline, so that the
 * compiler makes a number of the verb. */
static inline bool ftp_turn_is(const struct ftp_turn *turn, const char *verb)
{
    return turn->word == ftp_word(verb);
}

/* The verb in upper case as a C string; "" for the greeting, "?" for a verb that we do not know. */
const char *ftp_turn_verb(const struct timeline *timeline, const struct ftp_turn *turn);
/* The same for people: "the greeting", and an unknown verb quoted as it was sent. */
const char *ftp_turn_name(const struct timeline *timeline, struct rule_run *run,
                          const struct ftp_turn *turn);
/* That side's FIN on the control connection; NULL: not seen. */
const struct event *ftp_fin(const struct timeline *timeline, const struct ftp_dialogue *dialogue,
                            enum side side);
/* Packet number of an event, 0 for FTP_NONE. */
static inline uint64_t ftp_packet(const struct timeline *timeline, size_t event)
{
    return event == FTP_NONE ? 0 : timeline->events[event].packet;
}

#endif

/* exchange: one scripted conversation, as its file says it.
 *
 * peerspec-exchange(5) describes the language. An exchange is read once and then only looked at. */
#ifndef PEERSPEC_EXCHANGE_EXCHANGE_H
#define PEERSPEC_EXCHANGE_EXCHANGE_H

#include "base/diag.h"
#include "base/side.h"
#include "exchange/pattern.h"

enum level { LEVEL_MUST, LEVEL_SHOULD, LEVEL_PRACTICE };
enum match_mode { MATCH_CODE, MATCH_CLASS, MATCH_TEXT };
enum data_mode {
    DATA_DEFAULT,
    DATA_PASSIVE,
    DATA_EXTENDED,
    DATA_ACTIVE,
    DATA_EXTENDED_ACTIVE,
    DATA_NONE, /* the script says all of it */
};
enum vary { VARY_DELIVERY = 1, VARY_ORDER = 2 };

/* Octets that a script names: "text\r\n", x"00ff", @file, random N seed S. */
struct payload {
    bool given;          /* false: "any", or nothing was written at all */
    struct bytes octets; /* all of them; files are read when the exchange is loaded */
    struct bytes source; /* as written */
};

struct exchange_file {
    const char *name; /* relative to the server's root; "pub/" with a slash is a directory */
    struct payload content;
    bool directory;
    struct place at;
};

/* How the fake puts a line on the wire, or what it does between lines. */
enum delivery_kind {
    /* these change the fake's next line */
    DELIVER_DELAY,        /* ! delay 2s          ns */
    DELIVER_SPLIT,        /* ! split 1           octets a segment */
    DELIVER_SPLIT_CRLF,   /* ! split CR|LF       the LF in a segment of its own */
    DELIVER_JOIN,         /* ! join              same segment as the fake's line after this one */
    DELIVER_URGENT,       /* ! urgent 3          that octet as TCP urgent data; 0: the last */
    DELIVER_DROP,         /* ! drop              the datagram is not sent; before an IUT's line:
                                                 the model does not answer the datagram before it */
    DELIVER_DUPLICATE,    /* ! duplicate 2       count in all */
    DELIVER_SWAP,         /* ! swap              after the fake's line that follows it */
    DELIVER_FROM_PORT,    /* ! from port 9999    number; of a datagram, or of the data connection
                             that a fake server opens */
    DELIVER_FROM_ADDRESS, /* ! from address A    text; the same */
    DELIVER_FROM_DESTINATION, /* ! from destination   the address and port that it goes to */
    DELIVER_TO_ADDRESS,       /* ! to address A      text */
    DELIVER_TRUNCATE,         /* ! truncate 512      number of octets kept */
    DELIVER_FORGED,      /* ! forged            built by hand: no socket of the fake's sends it */
    DELIVER_CHECKSUM,    /* ! checksum wrong    number: enum forged_sum; forged, too */
    DELIVER_LENGTH,      /* ! length 7          what its header says; forged, too */
    DELIVER_AFTER_RESET, /* ! after 100 bytes reset   the data connection */
    DELIVER_AFTER_CLOSE, /* ! after 100 bytes close */
    /* these are steps of their own, STEP_ACT: done by the side that is named ("! server close"),
     * or else by the fake where one side alone is under test, or else by who spoke last */
    DELIVER_CLOSE,      /* ! close */
    DELIVER_RESET,      /* ! reset */
    DELIVER_HALF_CLOSE, /* ! half-close */
    DELIVER_SILENT,     /* ! silent 3s         ns; at the start of a later alternative: where the
                           IUT says nothing for so long, that one is taken */
    DELIVER_DEAF,       /* ! deaf 300ms        ns: read nothing so long */
    DELIVER_CONNECT,    /* ! client connect    another connection: the script goes on in it */
};

/* The checksum of a forged datagram. */
enum forged_sum { SUM_RIGHT, SUM_ABSENT /* zero */, SUM_WRONG };

struct delivery {
    enum delivery_kind kind;
    int64_t number;   /* ns, octets, count or port, as said above */
    const char *text; /* DELIVER_FROM_ADDRESS, DELIVER_TO_ADDRESS */
    struct place at;
};

enum step_kind {
    STEP_LINE,    /* FTP: a command or a whole reply */
    STEP_DATA,    /* D>: what goes over the data connection */
    STEP_PAYLOAD, /* UDP, TCP: a datagram or a chunk of the stream */
    STEP_ACT,     /* ! close and the like */
    STEP_EITHER,
    STEP_OR,
    STEP_ANY_ORDER, /* the datagrams up to the END come in any order */
    STEP_END,
};

#define ANY_ORDER_STEPS 64 /* in one block */

#define STEP_CODES 8

struct step {
    enum step_kind kind;
    enum side speaker; /* LINE, PAYLOAD, ACT; of DATA: the sender, known from the command */
    bool optional;     /* C? or S? */
    struct place at;
    const struct pattern *lines; /* LINE: a command has one, a reply one or more */
    size_t line_count;
    int codes[STEP_CODES]; /* replies: what may come; a fake sends the first */
    size_t code_count;
    struct payload payload;            /* DATA, PAYLOAD */
    const struct delivery *deliveries; /* that change this line, in order */
    size_t delivery_count;
    struct delivery act; /* ACT */
    size_t next; /* EITHER, OR, ANY_ORDER: index of the next OR or the END of this block; END: its
                    own */
    size_t end;  /* EITHER, OR, ANY_ORDER, END: index of the END */
};

enum expect_kind {
    EXPECT_ORDER,    /* a < b < c */
    EXPECT_INTERVAL, /* b - a in 1s..2s */
    EXPECT_FIELD,    /* data.client.port == 20; also != and the orderings */
    EXPECT_ABSENT,   /* no data#2, no C:STOR */
    EXPECT_EXIT,     /* client exits 0, client exits nonzero */
    EXPECT_FILE,     /* file F == @G: a file of the client's */
    EXPECT_NO_FILE,
    EXPECT_SERVER_FILE, /* server file F == @G, no server file F: what the server holds afterwards
                         */
    EXPECT_NO_SERVER_FILE,
    EXPECT_OUTPUT,       /* output has "text" */
    EXPECT_OUTPUT_LACKS, /* output lacks "text" */
    EXPECT_HAS,    /* data has "text": the listing that went over it; S:257 has "text": what was said */
    EXPECT_LACKS,  /* data lacks "text" */
};

enum channel {
    CHANNEL_CONTROL,
    CHANNEL_DATA,
    CHANNEL_FLOW,
    CHANNEL_COMMAND,
    CHANNEL_REPLY,
    CHANNEL_DATAGRAM
};
enum point {
    POINT_NONE,
    POINT_SYN,
    POINT_SYN_ACK,
    POINT_ACK,
    POINT_FIRST,
    POINT_LAST,
    POINT_FIN,
    POINT_RST
};

/* control.syn, data#2.fin, C:RETR, S:150#2, C#1, S#1 */
struct event_ref {
    enum channel channel;
    enum point point;    /* CONTROL, DATA, FLOW */
    enum side side;      /* COMMAND, REPLY, DATAGRAM */
    unsigned nth;        /* from 1 */
    const char *verb;    /* COMMAND */
    int code;            /* REPLY */
    struct bytes source; /* as written */
};

enum field_name { FIELD_PORT, FIELD_ADDR, FIELD_OCTETS, FIELD_LENGTH, FIELD_CODE };
enum operand_kind {
    OPERAND_NUMBER,
    OPERAND_TEXT,
    OPERAND_FIELD,
    OPERAND_HOLE,
    OPERAND_HOLE_PORT,
    OPERAND_HOLE_ADDR
};
/* data.client.port, control.server.addr, data.bytes, C#1.length, 20, "text", {hostport.port} */
struct operand {
    enum operand_kind kind;
    int64_t number;
    const char *text;
    struct event_ref event; /* FIELD: of whom */
    enum side end;          /* FIELD_PORT, FIELD_ADDR: whose */
    bool by_end;            /* FIELD_OCTETS: only what `end` sent (data.client.octets) */
    enum field_name field;
    enum hole hole;
    struct bytes source;
};
enum comparison { COMPARE_EQ, COMPARE_NE, COMPARE_LT, COMPARE_LE, COMPARE_GT, COMPARE_GE };

#define EXPECT_EVENTS 12

struct expectation {
    enum expect_kind kind;
    struct place at;
    struct bytes source;                    /* the line without "expect", or its part */
    bool or_next;                           /* "A or B": it is enough that the next one holds */
    struct event_ref events[EXPECT_EVENTS]; /* ORDER: in order; INTERVAL b - a: a, b; others: one */
    size_t event_count;
    int64_t least, most;        /* INTERVAL: ns */
    struct operand left, right; /* FIELD */
    enum comparison comparison;
    int exit_code;          /* EXIT: -1 stands for nonzero */
    const char *file;       /* FILE, NO_FILE, SERVER_FILE ... */
    struct payload content; /* FILE, SERVER_FILE, OUTPUT, HAS, LACKS */
};

#define EXCHANGE_ARGUMENTS 8

struct exchange {
    const char *id; /* the path below suites/ without its ending, or the path as given */
    const char *path;
    const char *title;
    const char *const *specs; /* "RFC 959 4.1.2", ended by NULL */
    enum level level;
    enum protocol protocol;
    bool tests[2];                             /* by enum side: which sides can be the IUT */
    const char *operation;                     /* client: get 2003.pdf -> "get"; NULL: none named */
    const char *arguments[EXCHANGE_ARGUMENTS]; /* "2003.pdf"; ended by NULL */
    const struct exchange_file *files;         /* what the server has */
    size_t file_count;
    const struct exchange_file *local; /* what the client has */
    size_t local_count;
    bool logged_in;           /* state: logged-in */
    bool nobody_listens;      /* state: closed */
    enum data_mode data;      /* data: */
    const char *data_from; /* data-from: an address, where a fake client's data connections come
                              from; NULL: where its control connection does */
    bool answers_unscripted;  /* unscripted: answer, the default */
    const char *const *lacks; /* model: lacks EPSV MLSD; ended by NULL */
    enum match_mode match;
    unsigned vary;    /* of enum vary */
    unsigned port;    /* port: 5000; 0: the protocol's own */
    const char *root; /* root: a folder that a fake server serves from the disk; NULL: `files` */
    const char *user, *password; /* user: hudan, password: 123; NULL: the profile's or our own */
    bool deviates;               /* deviates: yes: lets the fake break the protocol on purpose */
    const char *needs; /* needs: writable ipv6 password ...: features of the IUT; NULL: none */
    const struct step *steps;
    size_t step_count;
    const struct expectation *expects;
    size_t expect_count;
};

/* Where the loader finds what a script names. */
struct exchange_places {
    const char *suites;   /* ids are relative to this folder; NULL: none */
    const char *fixtures; /* @files/x is looked for beside the script first, then here */
};

/* On OK *out is a new exchange, freed with exchange_free(); it owns every string reachable from
 * it. On failure *out is NULL, and *why says what and where, and borrows `path`: ERR_INPUT where a
 * file cannot be read, ERR_SYNTAX for the first mistake. */
NODISCARD enum err exchange_load(const char *path, const struct exchange_places *places,
                                 struct exchange **out, struct diag *why);
/* The same from memory; `path` is what messages and the id call it. */
NODISCARD enum err exchange_parse(struct bytes text, const char *path,
                                  const struct exchange_places *places, struct exchange **out,
                                  struct diag *why);
void exchange_free(struct exchange *exchange); /* takes NULL */

/* Report every problem of the file, also those that a load lets pass: steps that can never be
 * reached, replies that `allowed` refuses, no spec. Calls `report` for each; returns their number.
 * `allowed` may be NULL; `verb` is "" for the greeting. */
size_t exchange_lint(const char *path, const struct exchange_places *places,
                     bool (*allowed)(const char *verb, int code),
                     void (*report)(void *ctx, const struct diag *problem), void *ctx);

const char *level_name(enum level level); /* "MUST", "SHOULD", "practice" */

#endif

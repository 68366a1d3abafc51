/* ftp_transfer: one transfer of a session, from its 150 to its 226, in any order that peer_order
 * names. */
#ifndef PEERSPEC_FAKES_FTP_TRANSFER_H
#define PEERSPEC_FAKES_FTP_TRANSFER_H

#include "fakes/ftp_data.h"
#include "fakes/ftp_tree.h"

struct ftp_session;

/* A reply around the transfer; an empty text is none. */
struct ftp_transfer_say {
    struct buf text; /* with line ends */
    const struct delivery *deliveries;
    size_t delivery_count;
    bool joins_next;
    struct place at;
};

/* What a transfer moves, and what is said around it. */
struct ftp_transfer {
    bool active;
    bool scripted; /* the script says its replies; the player is told its end */
    bool fake_sends;
    bool opened;     /* the data connection came about */
    unsigned begins; /* calls at the outlet that will ask for the data connection */
    bool begun;      /* ... and it was asked for */
    unsigned said;   /* of enum moment: which of `first` and `final` */
    enum peer_order order;
    char verb[16];
    struct ftp_transfer_say first, final;
    const struct delivery *deliveries;
    size_t delivery_count;
    struct loop_timer *patience;

    /* sending: a descriptor, or octets */
    int fd; /* -1: octets */
    struct bytes octets;
    uint64_t offset;
    struct ftp_content content; /* holds what is sent from the tree */
    struct buf made;            /* a listing, or a text with its CRLFs */

    /* receiving */
    bool stores;  /* in the tree at `path`, behind the first `keep` octets */
    bool to_file; /* `fd` is the file: it is written as it comes */
    bool text;    /* TYPE A: CRLF on the wire */
    uint64_t keep;
    char path[FTP_PATH];
};

/* Does the order say the final reply before the data are over? */
bool ftp_order_needs_final(enum peer_order order);
void ftp_transfer_init(struct ftp_transfer *transfer);
void ftp_transfer_fini(struct ftp_session *session); /* the session's; closes its file */
/* Empty it for the next one: the caller then fills in what is moved. */
struct ftp_transfer *ftp_transfer_clear(struct ftp_session *session);
/* The replies of the model; printf. The first is said before, the final one where all went well. */
void ftp_transfer_say_first(struct ftp_transfer *transfer, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void ftp_transfer_say_final(struct ftp_transfer *transfer, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Start what was filled in. */
void ftp_transfer_start(struct ftp_session *session);
/* The channel's news; `how` in words. */
void ftp_transfer_opened(struct ftp_session *session);
void ftp_transfer_failed(struct ftp_session *session, const char *how);
void ftp_transfer_held(struct ftp_session *session);
void ftp_transfer_ended(struct ftp_session *session, const struct peer_data_end *end);
/* Faults: what becomes of TYPE behind a transfer, or a refused one. */
void ftp_transfer_forget_type(struct ftp_session *session);
/* ABOR: close the data connection and say 426 where the model speaks. */
void ftp_transfer_abort(struct ftp_session *session);

#endif

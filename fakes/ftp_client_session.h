/* ftp_client_session: what the fake FTP client does by itself: log in, get a data connection, leave.
 *
 * The inside of ftp_client: its struct, and the commands of its own that go between the script's. */
#ifndef PEERSPEC_FAKES_FTP_CLIENT_SESSION_H
#define PEERSPEC_FAKES_FTP_CLIENT_SESSION_H

#include "fakes/ftp_client_data.h"
#include "fakes/ftp_control.h"
#include "play/peer.h"
#include "proto/ftp_command.h"

#define PENDING_MOST 64
#define TRANSFERS_MOST 8

struct ftp_client;

struct own_command;

/* A command, or the greeting, that has its last reply still to come. */
struct pending {
    const struct own_command *own; /* NULL: the script's */
    const struct ftp_verb *verb;   /* NULL: none that we know, or the greeting */
    char argument;                 /* the first octet of it: TYPE's code */
};

struct ftp_client {
    struct peer_base base;
    struct peer_config config;
    struct ftp_control *control;
    struct ftp_client_data *channel;
    struct pending pending[PENDING_MOST];
    size_t pending_count;
    unsigned final_since_say; /* final replies since the script's last line */
    struct peer_transfer transfers[TRANSFERS_MOST];
    size_t transfer_count;
    const struct ftp_verb *transfer_verb;
    char file[256]; /* the argument of the transfer command */
    struct loop_timer *soon, *patience;
    bool logged_in, ascii;
    bool preparing, wants_login, wants_data;
    bool tried_pasv, tried_epsv, tried_port, tried_eprt;
    bool said; /* the script queued something, and idle was not told since */
    bool quit_sent, finishing, closed;
    struct buf line;
};

/* A command that the model sends by itself, and what it does with the reply. */
struct own_command {
    const char *verb;
    int codes[4]; /* that 2yz and 3yz answers may have; any 4yz and 5yz may come */
    void (*answered)(struct ftp_client *client, const struct ftp_reply *reply);
};

extern const struct own_command ftp_client_greeting;

/* Lent while it is connected; NULL: it is not. */
struct outlet *ftp_client_outlet(struct ftp_client *client);
/* Queue a line as the faults that are switched on leave it. */
void ftp_client_put_line(struct ftp_client *client, const struct peer_say *say);
/* A last reply is to come. */
void ftp_client_expect(struct ftp_client *client, const struct pending *pending);
void ftp_client_forget_first(struct ftp_client *client);
/* A reply came: to the script's command, or to the model's own. `client` is a struct ftp_client. */
void ftp_client_replied(void *client, const struct ftp_reply *reply);

/* Where the next data connection goes: as told, or as a 227 or 229 says; false where it does not. */
void ftp_client_aim(struct ftp_client *client, struct endpoint to);
bool ftp_client_aim_at_227(struct ftp_client *client, const struct ftp_reply *reply);
bool ftp_client_aim_at_229(struct ftp_client *client, const struct ftp_reply *reply);
struct endpoint ftp_client_target(const struct ftp_client *client, uint16_t port);
/* ... or comes to a listener of ours. */
bool ftp_client_listen(struct ftp_client *client, struct endpoint *bound);

/* Do the next thing that is to be done before the script goes on, and tell idle when that is all. */
void ftp_client_progress(struct ftp_client *client);
void ftp_client_kick(struct ftp_client *client); /* the same, from the loop */

/* Once, and while it is connected. */
void ftp_client_send_quit(struct ftp_client *client);
void ftp_client_await_end(struct ftp_client *client); /* of the connection, at most 2 s */
void ftp_client_stop_timers(struct ftp_client *client);
/* The player, once; what was to be transferred is over. */
void ftp_client_tell_closed(struct ftp_client *client, enum peer_end how);

#endif

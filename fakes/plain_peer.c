#include "fakes/plain_peer.h"

#include <stdio.h>
#include <stdlib.h>

#include "fakes/misbehave_client.h"

#define LISTED_MOST 1000

enum err plain_peer_new(const struct plain_kind *kind, const struct peer_config *config,
                        struct peer **out, struct diag *why)
{
    struct plain_peer *peer;
    enum err err = client_faults_check(config->faults, kind->protocol, kind->side, why);

    *out = NULL;
    if (err != OK)
        return err;
    peer = calloc(1, kind->size);
    if (peer == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory");
    peer->base.ops = kind->ops;
    peer->kind = kind;
    peer->config = *config;
    *out = (struct peer *)peer;
    return OK;
}

bool plain_peer_serves(const struct plain_peer *peer)
{
    return peer->kind->side == SIDE_SERVER;
}

bool plain_peer_faulty(const struct plain_peer *peer, const char *name)
{
    return client_fault_on(peer->config.faults, name);
}

void plain_peer_note(struct plain_peer *peer, const char *text, struct place at)
{
    transcript_add(
        peer->config.transcript,
        &(struct entry){.kind = ENTRY_NOTE, .connection = 1, .text = bytes_of(text), .at = at});
}

bool plain_peer_may_list(struct plain_peer *peer)
{
    char text[60];

    if (peer->config.exchange != NULL || peer->listed < LISTED_MOST) {
        peer->listed++;
        return true;
    }
    if (peer->listed++ == LISTED_MOST) {
        snprintf(text, sizeof text, "further %s are not listed", peer->kind->moves);
        plain_peer_note(peer, text, (struct place){0});
    }
    return false;
}

void plain_peer_transfer(struct peer *peer, const struct peer_transfer *transfer)
{
    (void)peer;
    (void)transfer;
}

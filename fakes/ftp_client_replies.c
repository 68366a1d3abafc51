#include <string.h>

#include "fakes/ftp_client_session.h"

/* The script's own commands keep the model informed. */
static void follow(struct ftp_client *client, const struct pending *pending,
                   const struct ftp_reply *reply)
{
    const char *verb = pending->verb == NULL ? "" : pending->verb->name;
    bool well = reply->code / 100 == 2;

    if (reply->code == 230 || (strcmp(verb, "PASS") == 0 && reply->code == 202))
        client->logged_in = true;
    else if (strcmp(verb, "TYPE") == 0 && well)
        client->ascii = pending->argument == 'A' || pending->argument == 'a';
    else if (strcmp(verb, "PASV") == 0 && reply->code == 227)
        ftp_client_aim_at_227(client, reply);
    else if (strcmp(verb, "EPSV") == 0 && reply->code == 229)
        ftp_client_aim_at_229(client, reply);
    else if ((strcmp(verb, "PORT") == 0 || strcmp(verb, "EPRT") == 0) && well)
        ftp_client_data_set_ready(client->channel);
}

static bool may_answer(const struct own_command *own, int code)
{
    if (code / 100 == 4 || code / 100 == 5)
        return true;
    for (size_t i = 0; i < sizeof own->codes / sizeof own->codes[0]; i++)
        if (own->codes[i] == code)
            return true;
    return false;
}

static void tell_heard(struct ftp_client *client, const struct ftp_reply *reply)
{
    client->config.events.heard(client->config.events.ctx, reply->text);
}

static void final_reply(struct ftp_client *client, const struct ftp_reply *reply)
{
    struct pending first = client->pending[0];

    if (first.own != NULL && !may_answer(first.own, reply->code)) {
        tell_heard(client, reply); /* nothing asked for it */
        return;
    }
    ftp_client_forget_first(client);
    if (first.own != NULL) {
        first.own->answered(client, reply);
        ftp_client_progress(client);
        return;
    }
    client->final_since_say++;
    follow(client, &first, reply);
    tell_heard(client, reply);
    if (!client->closed && first.verb != NULL && (first.verb->traits & FTP_VERB_TRANSFERS) != 0)
        ftp_client_data_answered(client->channel, reply->code / 100 == 2);
}

void ftp_client_replied(void *ctx, const struct ftp_reply *reply)
{
    struct ftp_client *client = ctx;
    bool own = client->pending_count > 0 && client->pending[0].own != NULL;

    if (client->pending_count == 0 || reply->code == 0)
        tell_heard(client, reply);
    else if (reply->code / 100 == 1 && !own)
        tell_heard(client, reply);
    else if (reply->code / 100 != 1)
        final_reply(client, reply);
}

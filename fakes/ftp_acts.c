#include "fakes/ftp_acts.h"

#include <stdlib.h>
#include <string.h>

#include "fakes/ftp_follow.h"
#include "fakes/ftp_moves.h"
#include "fakes/ftp_session.h"

enum act_kind { ACT_SAY, ACT_TRANSFER, ACT_ACT };

struct ftp_act {
    struct ftp_act *next;
    enum act_kind kind;
    struct peer_say say; /* its text is `text` */
    struct peer_transfer transfer;
    struct delivery act;
    char text[];
};

void ftp_acts_init(struct ftp_acts *acts)
{
    acts->first = NULL;
    acts->end = &acts->first;
}

static struct ftp_act *take(struct ftp_acts *acts)
{
    struct ftp_act *act = acts->first;

    acts->first = act->next;
    if (acts->first == NULL)
        acts->end = &acts->first;
    return act;
}

void ftp_acts_fini(struct ftp_acts *acts)
{
    while (acts->first != NULL)
        free(take(acts));
}

bool ftp_acts_none(const struct ftp_acts *acts)
{
    return acts->first == NULL;
}

static struct ftp_act *append(struct ftp_acts *acts, enum act_kind kind, size_t room)
{
    struct ftp_act *act = calloc(1, sizeof *act + room);

    if (act == NULL)
        abort();
    act->kind = kind;
    *acts->end = act;
    acts->end = &act->next;
    return act;
}

void ftp_acts_say(struct ftp_acts *acts, const struct peer_say *say)
{
    struct ftp_act *act = append(acts, ACT_SAY, say->text.len);

    act->say = *say;
    act->say.text.at = act->text;
    if (say->text.len > 0)
        memcpy(act->text, say->text.at, say->text.len);
}

void ftp_acts_transfer(struct ftp_acts *acts, const struct peer_transfer *transfer)
{
    append(acts, ACT_TRANSFER, 0)->transfer = *transfer;
}

void ftp_acts_act(struct ftp_acts *acts, const struct delivery *delivery)
{
    append(acts, ACT_ACT, 0)->act = *delivery;
}

/* ---- doing them ---- */

static bool is_preliminary(const struct ftp_act *act)
{
    return act != NULL && act->kind == ACT_SAY && act->say.text.len > 0 &&
           act->say.text.at[0] == '1';
}

static bool is_final(const struct ftp_act *act)
{
    return act != NULL && act->kind == ACT_SAY && !is_preliminary(act);
}

static bool joins(const struct peer_say *say)
{
    for (size_t i = 0; i < say->delivery_count; i++)
        if (say->deliveries[i].kind == DELIVER_JOIN)
            return true;
    return false;
}

static void keep_say(struct ftp_transfer_say *kept, const struct peer_say *say)
{
    buf_add(&kept->text, say->text);
    kept->deliveries = say->deliveries;
    kept->delivery_count = say->delivery_count;
    kept->joins_next = say->joins_next;
    kept->at = say->at;
}

/* The first reply, the transfer and, where the order puts it before the end of the data, the final
 * reply are one. Takes them off; `first` may be NULL. */
static void do_transfer(struct ftp_session *session, struct ftp_act *first)
{
    struct ftp_act *act = take(&session->acts);
    struct ftp_transfer *transfer = ftp_transfer_clear(session);

    transfer->scripted = true;
    transfer->fake_sends = act->transfer.fake_sends;
    transfer->deliveries = act->transfer.deliveries;
    transfer->delivery_count = act->transfer.delivery_count;
    ftp_moves_prepare(session, act->transfer.payload);
    if (act->transfer.fake_sends)
        transfer->order = session->site->config.order;
    if (first != NULL) {
        keep_say(&transfer->first, &first->say);
        if (joins(&first->say) && act->transfer.fake_sends)
            transfer->order = ORDER_ONE_SEGMENT;
    }
    if (ftp_order_needs_final(transfer->order) && is_final(session->acts.first)) {
        struct ftp_act *final = take(&session->acts);

        keep_say(&transfer->final, &final->say);
        free(final);
    }
    free(act);
    ftp_transfer_start(session);
}

static void do_say(struct ftp_session *session, const struct peer_say *say)
{
    ftp_follow(session, say->text);
    ftp_session_say(session, session->request.verb, say);
}

static void do_act(struct ftp_session *session, const struct delivery *act)
{
    switch (act->kind) {
    case DELIVER_CLOSE:
        ftp_session_close(session, false);
        break;
    case DELIVER_RESET:
        ftp_session_close(session, true);
        break;
    case DELIVER_HALF_CLOSE:
        ftp_session_half_close(session);
        break;
    case DELIVER_SILENT:
        outlet_wait(session->outlet, act->number);
        break;
    default:
        break;
    }
}

static void do_one(struct ftp_session *session)
{
    struct ftp_act *act;

    if (session->acts.first->kind == ACT_TRANSFER) {
        do_transfer(session, NULL);
        return;
    }
    act = take(&session->acts);
    if (is_preliminary(act) && session->acts.first != NULL &&
        session->acts.first->kind == ACT_TRANSFER)
        do_transfer(session, act);
    else if (act->kind == ACT_SAY)
        do_say(session, &act->say);
    else
        do_act(session, &act->act);
    free(act);
}

void ftp_acts_hurry(struct ftp_session *session, struct ftp_act **mark)
{
    struct ftp_acts *acts = &session->acts;
    struct ftp_act *act = *mark;

    *mark = NULL;
    acts->end = mark;
    while (act != NULL) {
        struct ftp_act *next = act->next;

        act->next = NULL;
        if (act->kind == ACT_SAY) {
            do_say(session, &act->say);
            free(act);
        } else {
            *acts->end = act;
            acts->end = &act->next;
        }
        act = next;
    }
}

void ftp_acts_run(struct ftp_session *session)
{
    while (!session->over && !session->transfer.active && session->acts.first != NULL)
        do_one(session);
    if (session->quit && session->acts.first == NULL && !session->transfer.active)
        ftp_session_close(session, false);
}

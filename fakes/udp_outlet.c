#include "fakes/udp_outlet.h"

#include <stdlib.h>
#include <string.h>

struct udp_outlet {
    struct udp_outlet_config config;
    struct udp_parcel *head, **tail;
    struct udp_parcel *held; /* swapped: leaves behind the next one */
    struct loop_timer *timer;
    bool awaits_idle, shut;
};

/* --- parcels --------------------------------------------------------------------------------- */

struct udp_parcel *udp_parcel_new(struct bytes text)
{
    struct udp_parcel *parcel = calloc(1, sizeof *parcel + text.len);

    if (parcel == NULL)
        return NULL;
    parcel->copies = 1;
    parcel->header_length = -1;
    parcel->len = text.len;
    if (text.len > 0)
        memcpy(parcel->text, text.at, text.len);
    return parcel;
}

/* The same port at another address. */
static void move(struct udp_parcel *parcel, struct endpoint *end, const char *address)
{
    uint16_t port = end->port;

    if (!endpoint_parse(address, port, end))
        parcel->drop = true;
}

static void forge(struct udp_parcel *parcel, const struct delivery *delivery)
{
    parcel->forged = true;
    if (delivery->kind == DELIVER_CHECKSUM)
        parcel->sum = (enum forged_sum)delivery->number;
    else if (delivery->kind == DELIVER_LENGTH)
        parcel->header_length = (int32_t)delivery->number;
}

static void truncate_to(struct udp_parcel *parcel, int64_t octets)
{
    if (octets >= 0 && (size_t)octets < parcel->len)
        parcel->len = (size_t)octets;
}

void udp_parcel_heed(struct udp_parcel *parcel, const struct delivery *delivery)
{
    switch (delivery->kind) {
    case DELIVER_DELAY:
        parcel->delay += delivery->number;
        break;
    case DELIVER_DROP:
        parcel->drop = true;
        break;
    case DELIVER_DUPLICATE:
        parcel->copies = (unsigned)delivery->number;
        break;
    case DELIVER_SWAP:
        parcel->swap = true;
        break;
    case DELIVER_FROM_PORT:
        parcel->moved = true;
        parcel->source.port = (uint16_t)delivery->number;
        break;
    case DELIVER_FROM_ADDRESS:
        parcel->moved = true;
        move(parcel, &parcel->source, delivery->text);
        break;
    case DELIVER_FROM_DESTINATION:
        parcel->moved = true;
        parcel->source = parcel->to;
        break;
    case DELIVER_TO_ADDRESS:
        move(parcel, &parcel->to, delivery->text);
        break;
    case DELIVER_FORGED:
    case DELIVER_CHECKSUM:
    case DELIVER_LENGTH:
        forge(parcel, delivery);
        break;
    case DELIVER_TRUNCATE:
        truncate_to(parcel, delivery->number);
        break;
    default:
        break;
    }
}

/* --- the queue ------------------------------------------------------------------------------- */

static void serve(void *ctx);

static void kick(struct udp_outlet *outlet, int64_t ns)
{
    if (outlet->timer == NULL)
        outlet->timer = loop_after(outlet->config.loop, ns, serve, outlet);
}

static struct udp_parcel *pop(struct udp_outlet *outlet)
{
    struct udp_parcel *parcel = outlet->head;

    outlet->head = parcel->next;
    if (outlet->head == NULL)
        outlet->tail = &outlet->head;
    return parcel;
}

static void let_leave(struct udp_outlet *outlet, struct udp_parcel *parcel)
{
    outlet->config.leaves(outlet->config.ctx, parcel);
    if (outlet->held != NULL)
        outlet->config.leaves(outlet->config.ctx, outlet->held);
    free(outlet->held);
    outlet->held = NULL;
}

static void serve_parcel(struct udp_outlet *outlet, struct udp_parcel *parcel)
{
    if (parcel->is_close) {
        outlet->config.closes(outlet->config.ctx);
    } else if (parcel->is_wait || outlet->shut) {
        /* nothing leaves */
    } else if (parcel->swap && outlet->held == NULL) {
        outlet->held = parcel;
        return;
    } else {
        let_leave(outlet, parcel);
    }
    free(parcel);
}

static void serve(void *ctx)
{
    struct udp_outlet *outlet = ctx;

    outlet->timer = NULL;
    while (outlet->head != NULL) {
        int64_t delay = outlet->head->delay;

        outlet->head->delay = 0;
        if (delay > 0) {
            kick(outlet, delay);
            return;
        }
        serve_parcel(outlet, pop(outlet));
    }
    if (!outlet->awaits_idle || outlet->shut)
        return;
    outlet->awaits_idle = false;
    outlet->config.idle(outlet->config.ctx);
}

/* --- the calls ------------------------------------------------------------------------------- */

enum err udp_outlet_new(const struct udp_outlet_config *config, struct udp_outlet **out,
                        struct diag *why)
{
    struct udp_outlet *outlet = calloc(1, sizeof *outlet);

    *out = outlet;
    if (outlet == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory");
    outlet->config = *config;
    outlet->tail = &outlet->head;
    return OK;
}

void udp_outlet_free(struct udp_outlet *outlet)
{
    if (outlet == NULL)
        return;
    loop_cancel(outlet->config.loop, outlet->timer);
    while (outlet->head != NULL)
        free(pop(outlet));
    free(outlet->held);
    free(outlet);
}

void udp_outlet_put(struct udp_outlet *outlet, struct udp_parcel *parcel)
{
    *outlet->tail = parcel;
    outlet->tail = &parcel->next;
    kick(outlet, 0);
}

void udp_outlet_await_idle(struct udp_outlet *outlet)
{
    outlet->awaits_idle = true;
    kick(outlet, 0);
}

void udp_outlet_shut(struct udp_outlet *outlet)
{
    outlet->shut = true;
}

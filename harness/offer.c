#include "offer.h"

#include <stdio.h>
#include <string.h>

#include "exchange/delivery.h"
#include "port.h"

static const char *lacking_operation(const struct settings *settings,
                                     const struct exchange *exchange, char *why, size_t room)
{
    const struct subject *subject = &settings->subject;
    const char *operation = exchange->operation;

    if (subject->iut == NULL || operation == NULL || iut_operation(subject->iut, operation) != NULL)
        return NULL;
    snprintf(why, room, "the adapter %s has no operation '%s'", subject->iut->name, operation);
    return why;
}

/* The first word of `needs` that the IUT does not offer. */
static const char *lacking_feature(const struct settings *settings, const struct exchange *exchange,
                                   char *why, size_t room)
{
    const struct subject *subject = &settings->subject;
    struct bytes rest = bytes_of(exchange->needs == NULL ? "" : exchange->needs);

    while (rest.len > 0) {
        size_t len = bytes_index(rest, ' ');
        char word[40];

        snprintf(word, sizeof word, "%.*s", (int)len, rest.at);
        rest = bytes_from(rest, len + 1);
        if (len == 0 || (strcmp(word, "writable") == 0 && settings->writable != NULL))
            continue;
        if (subject->iut != NULL ? iut_has(subject->iut, word) : subject->side == SIDE_CLIENT)
            continue;
        snprintf(why, room, "%s does not offer what this case needs: %s", subject->name, word);
        return why;
    }
    return NULL;
}

/* A server that cannot be told where to listen. */
static const char *lacking_port(const struct rig *rig, const struct exchange *exchange, char *why,
                                size_t room)
{
    const struct iut *iut = rig->settings->subject.iut;
    uint16_t port = port_of_case(rig, exchange);

    if (iut == NULL || !iut_has(iut, "own-ports") || port_service(port) != NULL)
        return NULL;
    snprintf(why, room, "%s listens at the ports of its services alone, not at %u", iut->name,
             port);
    return why;
}

/* Forged datagrams take a privilege, and other hosts are not there, but in a network of our own. */
static bool wants_network(enum delivery_kind kind)
{
    return delivery_forges(kind) || kind == DELIVER_TO_ADDRESS;
}

static const char *lacking_network(const struct rig *rig, const struct exchange *exchange,
                                   char *why, size_t room)
{
    if (rig->isolated && !subject_elsewhere(&rig->settings->subject))
        return NULL;
    for (size_t i = 0; i < exchange->step_count; i++)
        for (size_t k = 0; k < exchange->steps[i].delivery_count; k++)
            if (wants_network(exchange->steps[i].deliveries[k].kind)) {
                snprintf(why, room, "'! %s' takes a network of our own",
                         delivery_name(exchange->steps[i].deliveries[k].kind));
                return why;
            }
    return NULL;
}

static bool file_is_known(const struct settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->files.count; i++)
        if (strcmp(settings->files.items[i].name, name) == 0)
            return true;
    return false;
}

static const char *lacking_files(const struct settings *settings, const struct exchange *exchange,
                                 char *why, size_t room)
{
    for (size_t i = 0; i < exchange->file_count && subject_elsewhere(&settings->subject); i++) {
        if (file_is_known(settings, exchange->files[i].name))
            continue;
        snprintf(why, room,
                 "the server would need the file %s (say --file %s=LOCAL where it has it)",
                 exchange->files[i].name, exchange->files[i].name);
        return why;
    }
    return NULL;
}

const char *offer_lacks(const struct rig *rig, const struct plan_case *one, char *why, size_t room)
{
    const struct settings *settings = rig->settings;
    const char *lack = NULL;

    if (one->iut == SIDE_CLIENT)
        lack = lacking_operation(settings, one->exchange, why, room);
    if (lack == NULL)
        lack = lacking_feature(settings, one->exchange, why, room);
    if (lack == NULL && one->iut == SIDE_SERVER)
        lack = lacking_port(rig, one->exchange, why, room);
    if (lack == NULL)
        lack = lacking_network(rig, one->exchange, why, room);
    if (lack == NULL && one->iut == SIDE_SERVER)
        lack = lacking_files(settings, one->exchange, why, room);
    return lack;
}

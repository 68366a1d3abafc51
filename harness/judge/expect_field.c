/* data.client.port == 20: fields of flows and events, compared. */
#include <string.h>

#include "judge/expect_parts.h"

struct value {
    char text[256]; /* always set */
    bool is_number;
    int64_t number;
    uint64_t packet;   /* where it was seen; 0: not from the wire */
    const char *doubt; /* why there is no value; NULL: there is one */
    bool missing;      /* the event was not seen, and that is the IUT's doing */
    bool ours;         /* the field is the harness's own doing */
};

static void set_number(struct value *value, int64_t number)
{
    value->is_number = true;
    value->number = number;
    snprintf(value->text, sizeof(value->text), "%lld", (long long)number);
}

/* An address is compared by its one text form. */
static void set_text(struct value *value, struct bytes text)
{
    struct endpoint endpoint;
    uint64_t number;

    snprintf(value->text, sizeof(value->text), BYTES_FMT, BYTES_ARG(text));
    if (bytes_to_u64(text, &number) && number <= INT64_MAX) {
        value->is_number = true;
        value->number = (int64_t)number;
    } else if (endpoint_parse(value->text, 0, &endpoint)) {
        char room[ENDPOINT_TEXT];

        snprintf(value->text, sizeof(value->text), "%s", endpoint_addr(&endpoint, room));
    }
}

static const struct endpoint *end_of(const struct sighting *seen, const struct operand *operand)
{
    const struct event *event = seen->event;

    if (event->kind == EVENT_DATAGRAM)
        return event->from == operand->end ? &event->src : &event->dst;
    return operand->end == SIDE_CLIENT ? &seen->flow->client : &seen->flow->server;
}

static int64_t octets_of(const struct sighting *seen, const struct operand *operand)
{
    switch (operand->event.channel) {
    case CHANNEL_CONTROL:
    case CHANNEL_DATA:
    case CHANNEL_FLOW:
        if (operand->by_end)
            return (int64_t)seen->flow->octets[operand->end];
        return (int64_t)(seen->flow->octets[SIDE_CLIENT] + seen->flow->octets[SIDE_SERVER]);
    default:
        return (int64_t)seen->event->octets;
    }
}

static void take_field(struct value *value, const struct sighting *seen,
                       const struct operand *operand)
{
    char room[ENDPOINT_TEXT];

    value->packet = seen->event->packet;
    switch (operand->field) {
    case FIELD_PORT:
        set_number(value, end_of(seen, operand)->port);
        break;
    case FIELD_ADDR:
        set_text(value, bytes_of(endpoint_addr(end_of(seen, operand), room)));
        break;
    case FIELD_OCTETS:
    case FIELD_LENGTH:
        set_number(value, octets_of(seen, operand));
        break;
    case FIELD_CODE:
        set_number(value, seen->event->code);
        break;
    }
}

static bool names_an_end(const struct operand *operand)
{
    return operand->field == FIELD_PORT || operand->field == FIELD_ADDR;
}

static enum side mostly_sent_by(const struct timeline_flow *flow)
{
    return flow->octets[SIDE_CLIENT] > flow->octets[SIDE_SERVER] ? SIDE_CLIENT : SIDE_SERVER;
}

/* An end's own port and address are its doing, and that of who connected to it. */
static bool is_doing_of(enum side iut, const struct operand *operand, const struct sighting *seen)
{
    const struct event_ref *ref = &operand->event;
    bool of_flow = ref->channel == CHANNEL_CONTROL || ref->channel == CHANNEL_DATA ||
                   ref->channel == CHANNEL_FLOW;

    if (names_an_end(operand) && of_flow)
        return iut == operand->end || iut == seen->flow->opener;
    if (of_flow && operand->by_end)
        return iut == operand->end;
    if (of_flow && seen->flow->octets[0] + seen->flow->octets[1] > 0)
        return iut == mostly_sent_by(seen->flow);
    return of_flow || seen->event->from == iut;
}

static void read_field(struct hearing *hearing, const struct operand *operand, struct value *value)
{
    const struct evidence *evidence = hearing->evidence;
    struct sighting seen;

    expect_sight(evidence, &operand->event, &seen);
    value->doubt = expect_doubt(evidence, &operand->event, &seen);
    if (value->doubt == NULL && seen.flow != NULL && operand->field == FIELD_OCTETS &&
        !seen.flow->whole)
        value->doubt = "the capture does not show all octets of the connection";
    if (value->doubt != NULL)
        return;
    if (seen.event == NULL) {
        value->missing = expect_doer(evidence, &operand->event, &seen) == evidence->iut;
        value->ours = !value->missing;
        snprintf(value->text, sizeof(value->text), "nothing");
        return;
    }
    value->ours = !is_doing_of(evidence->iut, operand, &seen);
    take_field(value, &seen, operand);
}

static bool is_bound(const struct bindings *bindings, enum hole hole)
{
    return bindings != NULL && bindings->set[hole];
}

static void read_hole(const struct bindings *bindings, const struct operand *operand,
                      struct value *value)
{
    char room[ENDPOINT_TEXT];
    bool pair = is_bound(bindings, HOLE_HOSTPORT) || is_bound(bindings, HOLE_EPRT);

    if (operand->kind == OPERAND_HOLE_PORT && pair)
        set_number(value, bindings->hostport.port);
    else if (operand->kind == OPERAND_HOLE_PORT && is_bound(bindings, HOLE_PORT))
        set_number(value, bindings->port);
    else if (operand->kind == OPERAND_HOLE_ADDR && pair)
        set_text(value, bytes_of(endpoint_addr(&bindings->hostport, room)));
    else if (operand->kind == OPERAND_HOLE && is_bound(bindings, operand->hole))
        set_text(value, bytes_of(bindings->text[operand->hole]));
    else
        value->doubt = "a hole that the line names was never filled";
}

static struct value read_operand(struct hearing *hearing, const struct operand *operand)
{
    struct value value = {.text = ""};

    switch (operand->kind) {
    case OPERAND_NUMBER:
        set_number(&value, operand->number);
        break;
    case OPERAND_TEXT:
        set_text(&value, bytes_of(operand->text));
        break;
    case OPERAND_FIELD:
        read_field(hearing, operand, &value);
        break;
    default:
        read_hole(hearing->evidence->bindings, operand, &value);
    }
    return value;
}

static int order_of(const struct value *a, const struct value *b)
{
    if (a->is_number && b->is_number)
        return a->number < b->number ? -1 : a->number > b->number;
    return strcmp(a->text, b->text);
}

static bool holds(const struct value *a, enum comparison comparison, const struct value *b)
{
    int order = order_of(a, b);

    switch (comparison) {
    case COMPARE_EQ:
        return order == 0;
    case COMPARE_NE:
        return order != 0;
    case COMPARE_LT:
        return order < 0;
    case COMPARE_LE:
        return order <= 0;
    case COMPARE_GT:
        return order > 0;
    case COMPARE_GE:
        return order >= 0;
    }
    return false;
}

static bool has_hole(const struct step *step, enum hole hole)
{
    for (size_t n = 0; n < step->line_count; n++)
        for (size_t i = 0; i < step->lines[n].count; i++)
            if (step->lines[n].pieces[i].hole == hole)
                return true;
    return false;
}

/* A hole is the doing of whoever says it. */
static bool is_said(const struct evidence *evidence, const struct operand *operand)
{
    for (size_t i = 0; i < evidence->exchange->step_count && operand->kind >= OPERAND_HOLE; i++)
        if (evidence->exchange->steps[i].speaker == evidence->iut &&
            has_hole(&evidence->exchange->steps[i], operand->hole))
            return true;
    return false;
}

/* A line counts where one of its fields, or else of its holes, is the doing of the side under test.
 */
static bool counts(const struct hearing *hearing, const struct value *left,
                   const struct value *right)
{
    const struct expectation *expectation = hearing->expectation;

    if (expectation->left.kind != OPERAND_FIELD && expectation->right.kind != OPERAND_FIELD)
        return is_said(hearing->evidence, &expectation->left) ||
               is_said(hearing->evidence, &expectation->right);
    return (expectation->left.kind == OPERAND_FIELD && !left->ours) ||
           (expectation->right.kind == OPERAND_FIELD && !right->ours);
}

static void words_value(struct buf *out, const struct operand *operand, const struct value *value)
{
    buf_addf(out, BYTES_FMT, BYTES_ARG(operand->source));
    if (operand->kind == OPERAND_NUMBER || operand->kind == OPERAND_TEXT)
        return;
    buf_addf(out, " is %s", value->missing ? "missing" : value->text);
    if (value->packet != 0)
        buf_addf(out, " in packet %llu", (unsigned long long)value->packet);
}

static void tell_breach(struct hearing *hearing, const struct value *left,
                        const struct value *right)
{
    const struct expectation *expectation = hearing->expectation;
    struct buf expected, words;

    buf_init(&expected, 512);
    buf_init(&words, 900);
    buf_addf(&expected, BYTES_FMT, BYTES_ARG(expectation->source));
    words_value(&words, &expectation->left, left);
    if (expectation->right.kind != OPERAND_NUMBER && expectation->right.kind != OPERAND_TEXT) {
        buf_add_text(&words, ", ");
        words_value(&words, &expectation->right, right);
    }
    hearing_packet(hearing, left->packet);
    hearing_packet(hearing, right->packet);
    hearing_breach(hearing, buf_text(&expected), "%s", buf_text(&words));
    buf_fini(&words);
    buf_fini(&expected);
}

void expect_field(struct hearing *hearing)
{
    const struct expectation *expectation = hearing->expectation;
    struct value left = read_operand(hearing, &expectation->left);
    struct value right = read_operand(hearing, &expectation->right);

    if (left.missing || right.missing) {
        tell_breach(hearing, &left, &right);
        return;
    }
    if (left.doubt == NULL && right.doubt == NULL && !counts(hearing, &left, &right))
        return;
    if (left.doubt != NULL || right.doubt != NULL)
        hearing_inconclusive(hearing, left.doubt != NULL ? left.doubt : right.doubt);
    else if (!holds(&left, expectation->comparison, &right))
        tell_breach(hearing, &left, &right);
}

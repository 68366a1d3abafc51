#include "exchange/delivery.h"

#include <string.h>

#include "base/endpoint.h"
#include "exchange/quantity.h"
#include "exchange/suggest.h"

#define MOST_COPIES 1000

typedef bool argument_fn(struct source *source, struct line *line, struct delivery *delivery);

static bool take_nothing(struct source *source, struct line *line, struct delivery *delivery)
{
    (void)source;
    (void)line;
    (void)delivery;
    return true;
}

static bool take_duration(struct source *source, struct line *line, struct delivery *delivery)
{
    struct line before = *line;

    if (!quantity_duration(line_word(line, ""), &delivery->number))
        return source_unexpected(source, &before, "a time such as 2s, 0.5s or 250ms");
    return true;
}

static bool take_number(struct source *source, struct line *line, uint64_t least, uint64_t most,
                        const char *wanted, struct delivery *delivery)
{
    struct line before = *line;
    uint64_t number;

    if (!quantity_octets(line_word(line, ""), &number) || number < least || number > most)
        return source_unexpected(source, &before, wanted);
    delivery->number = (int64_t)number;
    return true;
}

static bool take_split(struct source *source, struct line *line, struct delivery *delivery)
{
    if (line_take_word(line, "CR|LF")) {
        delivery->kind = DELIVER_SPLIT_CRLF;
        return true;
    }
    return take_number(source, line, 1, UINT32_MAX, "a number of octets, or CR|LF,", delivery);
}

static bool take_copies(struct source *source, struct line *line, struct delivery *delivery)
{
    delivery->number = 2;
    return line_over(line) ||
           take_number(source, line, 2, MOST_COPIES, "a number of copies from 2 to 1000", delivery);
}

static bool take_mark(struct source *source, struct line *line, struct delivery *delivery)
{
    delivery->number = 0;
    return line_over(line) ||
           take_number(source, line, 1, 65535, "the number of the octet that is urgent", delivery);
}

static bool take_kept(struct source *source, struct line *line, struct delivery *delivery)
{
    return take_number(source, line, 0, 65535, "the number of octets to keep", delivery);
}

static bool take_address(struct source *source, struct line *line, struct delivery *delivery)
{
    struct line before = *line;
    struct bytes word = line_word(line, "");
    struct endpoint endpoint;

    delivery->text = arena_text(source->arena, word);
    if (!endpoint_parse(delivery->text, 0, &endpoint))
        return source_unexpected(source, &before, "an IPv4 or IPv6 address in numbers");
    return true;
}

static bool take_origin(struct source *source, struct line *line, struct delivery *delivery)
{
    if (line_take_word(line, "address")) {
        delivery->kind = DELIVER_FROM_ADDRESS;
        return take_address(source, line, delivery);
    }
    if (line_take_word(line, "destination")) {
        delivery->kind = DELIVER_FROM_DESTINATION;
        return true;
    }
    if (!line_take_word(line, "port"))
        return source_unexpected(source, line, "'port 9999', 'address 127.0.0.2' or 'destination'");
    return take_number(source, line, 0, 65535, "a port from 0 to 65535", delivery);
}

static bool take_target(struct source *source, struct line *line, struct delivery *delivery)
{
    if (!line_take_word(line, "address"))
        return source_unexpected(source, line, "'address 192.0.2.3'");
    return take_address(source, line, delivery);
}

static bool take_checksum(struct source *source, struct line *line, struct delivery *delivery)
{
    delivery->number = line_take_word(line, "none") ? SUM_ABSENT : SUM_WRONG;
    return delivery->number == SUM_ABSENT || line_take_word(line, "wrong") ||
           source_unexpected(source, line, "'wrong' or 'none'");
}

static bool take_length(struct source *source, struct line *line, struct delivery *delivery)
{
    return take_number(source, line, 0, 65535, "the length that the header is to name", delivery);
}

static bool take_after(struct source *source, struct line *line, struct delivery *delivery)
{
    if (!take_number(source, line, 0, INT64_MAX, "a number of bytes", delivery))
        return false;
    if (!line_take_word(line, "bytes") && !line_take_word(line, "byte") &&
        !line_take_word(line, "octets"))
        return source_unexpected(source, line, "'bytes'");
    if (line_take_word(line, "reset"))
        return true;
    delivery->kind = DELIVER_AFTER_CLOSE;
    return line_take_word(line, "close") || source_unexpected(source, line, "'reset' or 'close'");
}

static const struct form {
    const char *name;
    enum delivery_kind kind;
    argument_fn *take;
    bool act;
} forms[] = {
    {"delay", DELIVER_DELAY, take_duration, false},
    {"split", DELIVER_SPLIT, take_split, false},
    {"join", DELIVER_JOIN, take_nothing, false},
    {"urgent", DELIVER_URGENT, take_mark, false},
    {"drop", DELIVER_DROP, take_nothing, false},
    {"duplicate", DELIVER_DUPLICATE, take_copies, false},
    {"swap", DELIVER_SWAP, take_nothing, false},
    {"from", DELIVER_FROM_PORT, take_origin, false},
    {"to", DELIVER_TO_ADDRESS, take_target, false},
    {"truncate", DELIVER_TRUNCATE, take_kept, false},
    {"forged", DELIVER_FORGED, take_nothing, false},
    {"checksum", DELIVER_CHECKSUM, take_checksum, false},
    {"length", DELIVER_LENGTH, take_length, false},
    {"after", DELIVER_AFTER_RESET, take_after, false},
    {"close", DELIVER_CLOSE, take_nothing, true},
    {"reset", DELIVER_RESET, take_nothing, true},
    {"half-close", DELIVER_HALF_CLOSE, take_nothing, true},
    {"silent", DELIVER_SILENT, take_duration, true},
    {"deaf", DELIVER_DEAF, take_duration, true},
    {"connect", DELIVER_CONNECT, take_nothing, true},
};
#define FORMS (sizeof forms / sizeof *forms)

static const struct form *form_of(struct bytes name)
{
    for (size_t i = 0; i < FORMS; i++)
        if (bytes_is(name, forms[i].name))
            return &forms[i];
    return NULL;
}

static bool unknown(struct source *source, struct place at, struct bytes name)
{
    const char *names[FORMS + 1] = {NULL};
    char near[SUGGEST_TEXT];

    for (size_t i = 0; i < FORMS; i++)
        names[i] = forms[i].name;
    if (name.len == 0)
        return source_problem(source, at, "'!' is followed by what to do: delay, split, close ...");
    return source_problem(source, at, "'%.*s' is no delivery%s", SOURCE_WORD(name),
                          suggest(name, names, near));
}

bool delivery_read(struct source *source, struct line *line, struct delivery_line *out)
{
    size_t start = line->at - 1;
    struct bytes name;
    const struct form *form;

    *out = (struct delivery_line){.names_side = true};
    if (line_take_word(line, "server"))
        out->side = SIDE_SERVER;
    else if (!line_take_word(line, "client"))
        out->names_side = false;
    name = line_word(line, "");
    form = form_of(name);
    if (form == NULL)
        return unknown(source, source_place(source, line, line->at - name.len), name);
    out->act = form->act;
    out->delivery.kind = form->kind;
    out->delivery.at = source_place(source, line, start);
    if (out->names_side && !form->act)
        return source_problem(source, out->delivery.at,
                              "'%s' acts on the line that follows, "
                              "whoever says it; leave the side out",
                              form->name);
    return form->take(source, line, &out->delivery) && source_ends(source, line);
}

unsigned delivery_scopes(enum delivery_kind kind)
{
    static const unsigned scopes[] = {
        [DELIVER_DELAY] = SCOPE_LINE | SCOPE_DATA | SCOPE_DATAGRAM | SCOPE_STREAM,
        [DELIVER_SPLIT] = SCOPE_LINE | SCOPE_DATA | SCOPE_STREAM,
        [DELIVER_SPLIT_CRLF] = SCOPE_LINE | SCOPE_STREAM,
        [DELIVER_JOIN] = SCOPE_LINE | SCOPE_STREAM,
        [DELIVER_URGENT] = SCOPE_LINE | SCOPE_STREAM,
        [DELIVER_DROP] = SCOPE_DATAGRAM,
        [DELIVER_DUPLICATE] = SCOPE_DATAGRAM,
        [DELIVER_SWAP] = SCOPE_DATAGRAM,
        [DELIVER_FROM_PORT] = SCOPE_DATA | SCOPE_DATAGRAM,
        [DELIVER_FROM_ADDRESS] = SCOPE_DATA | SCOPE_DATAGRAM,
        [DELIVER_FROM_DESTINATION] = SCOPE_DATAGRAM,
        [DELIVER_TO_ADDRESS] = SCOPE_DATAGRAM,
        [DELIVER_TRUNCATE] = SCOPE_LINE | SCOPE_DATAGRAM | SCOPE_STREAM,
        [DELIVER_FORGED] = SCOPE_DATAGRAM,
        [DELIVER_CHECKSUM] = SCOPE_DATAGRAM,
        [DELIVER_LENGTH] = SCOPE_DATAGRAM,
        [DELIVER_AFTER_RESET] = SCOPE_DATA,
        [DELIVER_AFTER_CLOSE] = SCOPE_DATA,
        [DELIVER_CLOSE] = SCOPE_LINE | SCOPE_DATAGRAM | SCOPE_STREAM,
        [DELIVER_RESET] = SCOPE_LINE | SCOPE_STREAM,
        [DELIVER_HALF_CLOSE] = SCOPE_LINE | SCOPE_STREAM,
        [DELIVER_SILENT] = SCOPE_LINE | SCOPE_DATAGRAM | SCOPE_STREAM,
        [DELIVER_DEAF] = SCOPE_STREAM,
        [DELIVER_CONNECT] = SCOPE_STREAM,
    };

    return scopes[kind];
}

bool delivery_forges(enum delivery_kind kind)
{
    return kind == DELIVER_FORGED || kind == DELIVER_CHECKSUM || kind == DELIVER_LENGTH;
}

const char *delivery_name(enum delivery_kind kind)
{
    for (size_t i = 0; i < FORMS; i++)
        if (forms[i].kind == kind)
            return forms[i].name;
    return kind == DELIVER_SPLIT_CRLF         ? "split CR|LF"
           : kind == DELIVER_FROM_ADDRESS     ? "from address"
           : kind == DELIVER_FROM_DESTINATION ? "from destination"
                                              : "after";
}

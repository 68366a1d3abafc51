#include "wire/control.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "proto/ftp_hostport.h"
#include "wire/memory.h"

#define LINE_CEILING (1u << 20) /* octets of a command or a reply that are kept */
#define LINE_SLACK 16
#define HEAD 8
#define UNANSWERED 32 /* commands whose final reply is awaited */
#define LATE_FLOWS 16 /* data connections looked at when a transfer begins */

/* What one side says, line by line. */
struct speech {
    struct buf text;       /* the command or reply so far */
    uint64_t first_packet; /* that holds its first octet */
    char head[HEAD];       /* of the line that is being read */
    size_t line_len;
    int open_code;  /* of a reply of several lines; 0: none is open */
    bool cut;       /* it is above LINE_CEILING */
    bool lost;      /* octets are missing: wait for a line that is one */
    bool lost_line; /* ... and this one is not */
};

struct control {
    struct conversation *conversation; /* not owned */
    struct announce_table *table;      /* not owned */
    struct speech speech[2];
    bool tls;
    bool type_known, ascii;        /* TYPE */
    char mode, structure;          /* MODE and STRU; */
    bool form_known;               /* and whether none of them can have been missed */
    size_t unanswered[UNANSWERED]; /* events of commands, oldest first */
    size_t unanswered_count;
    size_t transfer; /* event of the newest transfer command */
    struct announcement announced[ANNOUNCE_KEPT];
    size_t announced_next;
    struct announcement *newest; /* NULL: nothing announced yet */
    struct announcement default_port;
};

static struct timeline *timeline_of(const struct control *control)
{
    return control->conversation->timeline;
}

static void default_port_expect(struct control *control)
{
    struct timeline *timeline = timeline_of(control);
    struct endpoint at = timeline->server;

    control->default_port = (struct announcement){.session = control->conversation,
                                                  .opening = OPENED_UNANNOUNCED,
                                                  .peer = timeline->server,
                                                  .event = SIZE_MAX,
                                                  .command = SIZE_MAX};
    at.port = (uint16_t)(timeline->server.port - 1);
    announce_add_source(control->table, &control->default_port, at, timeline->client);
    if (at.port == 20)
        return;
    at.port = 20;
    announce_add_source(control->table, &control->default_port, at, timeline->client);
}

struct control *control_new(struct conversation *conversation, struct announce_table *table,
                            bool whole)
{
    struct control *control = memory_zeroed(1, sizeof *control);

    control->conversation = conversation;
    control->table = table;
    control->transfer = SIZE_MAX;
    control->type_known = control->ascii = control->form_known = whole;
    control->mode = 'S';
    control->structure = 'F';
    for (int side = 0; side < 2; side++) {
        buf_init(&control->speech[side].text, LINE_CEILING + LINE_SLACK);
        control->speech[side].lost = !whole;
    }
    default_port_expect(control);
    return control;
}

void control_free(struct control *control)
{
    if (control == NULL)
        return;
    for (size_t i = 0; i < ANNOUNCE_KEPT; i++)
        announce_remove(&control->announced[i]);
    announce_remove(&control->default_port);
    buf_fini(&control->speech[0].text);
    buf_fini(&control->speech[1].text);
    free(control);
}

bool control_is_tls(const struct control *control)
{
    return control->tls;
}

/* --- data connections --- */

static void announce(struct control *control, enum data_opening opening, struct endpoint said)
{
    struct announcement *what = &control->announced[control->announced_next++ % ANNOUNCE_KEPT];
    struct timeline *timeline = timeline_of(control);
    bool passive = opening == OPENED_PASV || opening == OPENED_EPSV;
    struct endpoint listener = passive ? timeline->server : timeline->client;

    announce_remove(what);
    *what = (struct announcement){.session = control->conversation,
                                  .opening = opening,
                                  .as_said = said,
                                  .event = conversation_last_event(control->conversation),
                                  .peer = passive ? timeline->client : timeline->server,
                                  .command = SIZE_MAX};
    listener.port = said.port;
    announce_add(control->table, what, listener);
    if (said.family != 0 && !endpoint_equal(&said, &listener))
        announce_add(control->table, what, said);
    control->newest = what;
}

void control_tie(struct control *control, unsigned flow, const struct announcement *announcement)
{
    struct timeline_flow *to = conversation_flow(control->conversation, flow);

    to->opening = announcement->opening;
    to->announced = announcement->as_said;
    to->announced_by = announcement->event;
    to->command =
        announcement->opening == OPENED_UNANNOUNCED ? control->transfer : announcement->command;
}

/* A transfer begins: it is what the connections that wait for one were opened for. */
static void transfer_begin(struct control *control, size_t event)
{
    struct timeline *timeline = timeline_of(control);
    size_t newest = control->newest == NULL ? SIZE_MAX : control->newest->event;
    size_t first = timeline->flow_count > LATE_FLOWS ? timeline->flow_count - LATE_FLOWS : 1;

    control->transfer = event;
    if (control->newest != NULL)
        control->newest->command = event;
    for (size_t i = first; i < timeline->flow_count; i++) {
        struct timeline_flow *flow = &timeline->flows[i];
        bool over = flow->fin[0] || flow->fin[1] || flow->rst[0] || flow->rst[1];
        bool used = flow->octets[0] + flow->octets[1] > 0;

        if (flow->announced_by == newest && (flow->command == SIZE_MAX || (!over && !used)))
            flow->command = event;
    }
}

static enum ftp_form form_of(const struct control *control)
{
    if (!control->form_known)
        return FTP_FORM_PLAIN;
    switch (control->mode) {
    case 'B':
        return FTP_FORM_BLOCKS;
    case 'C':
        return FTP_FORM_COMPRESSED;
    case 'Z':
        return FTP_FORM_DEFLATED;
    default:
        return control->structure == 'R' ? FTP_FORM_RECORDS : FTP_FORM_PLAIN;
    }
}

struct control_transfer control_transfer(const struct control *control, unsigned flow)
{
    struct timeline *timeline = timeline_of(control);
    size_t event = timeline->flows[flow].command;
    struct control_transfer transfer = {false, false, FTP_FORM_PLAIN};
    const struct ftp_verb *verb;

    if (event == SIZE_MAX || control->tls)
        return transfer;
    transfer.form = form_of(control);
    if (control->mode != 'S')
        return transfer;
    verb = timeline->events[event].command.known;
    transfer.lists = verb != NULL && verb->traits & FTP_VERB_LISTS;
    transfer.ascii = control->type_known && control->ascii;
    return transfer;
}

/* --- commands --- */

static void announced_by_client(struct control *control, const struct ftp_command *command)
{
    struct endpoint said = {0};
    struct flaw flaw;

    if (bytes_is_nocase(command->verb, "PORT") &&
        ftp_port_parse(command->argument, &said, &flaw) == PARSE_DONE)
        announce(control, OPENED_PORT, said);
    else if (bytes_is_nocase(command->verb, "EPRT") &&
             ftp_eprt_parse(command->argument, &said, &flaw) == PARSE_DONE)
        announce(control, OPENED_EPRT, said);
}

static void await_reply(struct control *control, size_t event)
{
    if (control->unanswered_count == UNANSWERED) {
        memmove(control->unanswered, control->unanswered + 1,
                (UNANSWERED - 1) * sizeof *control->unanswered);
        control->unanswered_count--;
    }
    control->unanswered[control->unanswered_count++] = event;
}

/* `line`, in the timeline, is a whole command. */
static void command_take(struct control *control, struct bytes line, struct moment now)
{
    struct speech *speech = &control->speech[SIDE_CLIENT];
    char *room = arena_take(&timeline_of(control)->arena, line.len);
    struct ftp_command command;
    struct event *event;
    size_t used;

    if (ftp_command_parse(line, room, &command, &used) != PARSE_DONE)
        return;
    event = conversation_note(control->conversation, EVENT_COMMAND, SIDE_CLIENT, 0, now);
    event->first_packet = speech->first_packet;
    event->text = line;
    event->octets = line.len;
    event->cut = speech->cut;
    event->command = command;
    await_reply(control, conversation_last_event(control->conversation));
    if (command.known == NULL)
        return;
    if (command.known->traits & FTP_VERB_OPENS)
        announced_by_client(control, &command);
    if (command.known->traits & FTP_VERB_TRANSFERS)
        transfer_begin(control, conversation_last_event(control->conversation));
}

/* --- replies --- */

static void announced_by_server(struct control *control, const struct ftp_reply *reply)
{
    struct endpoint said = {0};
    struct flaw flaw;

    if (reply->code == 227 && ftp_pasv_parse(reply->text, &said, &flaw) == PARSE_DONE)
        announce(control, OPENED_PASV, said);
    else if (reply->code == 229 && ftp_epsv_parse(reply->text, &said.port, &flaw) == PARSE_DONE)
        announce(control, OPENED_EPSV, said);
}

static void over_to_tls(struct control *control, enum side from, struct moment now)
{
    conversation_note(control->conversation, EVENT_TLS, from, 0, now);
    control->tls = true;
}

static char first_letter(struct bytes text)
{
    return text.len == 0 ? '\0' : (char)(text.at[0] & ~0x20);
}

/* The command that a final reply answers has taken effect. */
static void command_done(struct control *control, const struct ftp_command *command)
{
    if (bytes_is_nocase(command->verb, "TYPE")) {
        control->ascii = first_letter(command->argument) == 'A';
        control->type_known = true;
    } else if (bytes_is_nocase(command->verb, "MODE")) {
        control->mode = first_letter(command->argument);
    } else if (bytes_is_nocase(command->verb, "STRU")) {
        control->structure = first_letter(command->argument);
    } else if (bytes_is_nocase(command->verb, "REIN")) {
        control->ascii = control->type_known = true;
        control->mode = 'S';
        control->structure = 'F';
    }
}

static void answered(struct control *control, int code)
{
    size_t event;

    if (code < 200 || control->unanswered_count == 0)
        return;
    event = control->unanswered[0];
    memmove(control->unanswered, control->unanswered + 1,
            --control->unanswered_count * sizeof *control->unanswered);
    if (code < 300)
        command_done(control, &timeline_of(control)->events[event].command);
}

static void reply_note(struct control *control, const struct ftp_reply *reply, struct bytes text,
                       struct moment now)
{
    struct speech *speech = &control->speech[SIDE_SERVER];
    struct event *event =
        conversation_note(control->conversation, EVENT_REPLY, SIDE_SERVER, 0, now);

    event->first_packet = speech->first_packet;
    event->text = text;
    event->octets = text.len;
    event->cut = speech->cut;
    event->code = reply->code;
    event->reply = *reply;
    announced_by_server(control, reply);
    answered(control, reply->code);
    if (reply->code == 234)
        over_to_tls(control, SIDE_SERVER, now);
}

static void bad_reply_note(struct control *control, struct bytes text, struct moment now)
{
    struct speech *speech = &control->speech[SIDE_SERVER];
    struct event *event =
        conversation_note(control->conversation, EVENT_BAD_REPLY, SIDE_SERVER, 0, now);

    event->first_packet = speech->first_packet;
    event->text = text;
    event->octets = text.len;
    event->cut = speech->cut;
}

static bool has_digits(struct bytes text)
{
    for (size_t i = 0; i < 3; i++)
        if (i >= text.len || text.at[i] < '0' || text.at[i] > '9')
            return false;
    return true;
}

/* The code with which the first line of `text` opens a reply, behind Telnet commands; 0: none.
 * Never 0 for "000": that is 1000 here. */
static int code_in(struct bytes text)
{
    int code;

    while (text.len > 0 && (text.at[0] < '0' || text.at[0] > '9') && text.at[0] != '\n')
        text = bytes_from(text, 1);
    if (!has_digits(text))
        return 0;
    code = (text.at[0] - '0') * 100 + (text.at[1] - '0') * 10 + (text.at[2] - '0');
    return code == 0 ? 1000 : code;
}

/* `text`, in the timeline, ends with a line. 0, or the code of a reply with more lines to come. */
static int reply_take(struct control *control, struct bytes text, struct moment now)
{
    struct ftp_reply reply;
    struct flaw flaw;
    size_t used = text.len;
    enum parse answer = ftp_reply_parse(text, &reply, &used, &flaw);
    int code = answer == PARSE_MORE ? code_in(text) : 0;

    if (answer == PARSE_DONE)
        reply_note(control, &reply, text, now);
    else if (code == 0)
        bad_reply_note(control, text, now);
    return code;
}

/* --- lines --- */

/* True where the line that is being read ends the open reply. */
static bool closes(const struct speech *speech)
{
    struct bytes head = {speech->head, speech->line_len < HEAD ? speech->line_len : HEAD};

    return has_digits(head) && code_in(head) == speech->open_code && head.len > 3 &&
           (head.at[3] == ' ' || head.at[3] == '\r' || head.at[3] == '\n');
}

static void speech_reset(struct speech *speech)
{
    buf_clear(&speech->text);
    speech->line_len = 0;
    speech->open_code = 0;
    speech->cut = false;
}

static void head_add(struct speech *speech, struct bytes piece)
{
    size_t room = speech->line_len < HEAD ? HEAD - speech->line_len : 0;
    struct bytes fits = bytes_slice(piece, 0, room);

    if (fits.len > 0)
        memcpy(speech->head + speech->line_len, fits.at, fits.len);
    speech->line_len += piece.len;
}

static void text_add(struct speech *speech, struct bytes piece)
{
    size_t room = speech->text.len < LINE_CEILING ? LINE_CEILING - speech->text.len : 0;

    if (piece.len > room)
        speech->cut = true;
    if (!buf_add(&speech->text, bytes_slice(piece, 0, room)))
        speech->cut = true;
}

/* A text that was cut gets the end that it had. */
static void cut_text_end(struct speech *speech)
{
    if (speech->open_code > 0) {
        buf_add_text(&speech->text, "\r\n");
        buf_add(&speech->text, (struct bytes){speech->head, 4});
    }
    buf_add_text(&speech->text, "\r\n");
}

/* The text that was gathered ends with this line. */
static void gathered_take(struct control *control, enum side from, struct moment now)
{
    struct speech *speech = &control->speech[from];
    bool more = speech->open_code != 0 && !closes(speech);
    struct bytes text;

    if (more) {
        speech->line_len = 0;
        return;
    }
    if (speech->cut)
        cut_text_end(speech);
    text = arena_bytes(&timeline_of(control)->arena, buf_bytes(&speech->text));
    control->conversation->text += text.len;
    speech->line_len = 0;
    if (from == SIDE_CLIENT)
        command_take(control, text, now);
    else
        speech->open_code = reply_take(control, text, now);
    if (from == SIDE_CLIENT || speech->open_code == 0)
        speech_reset(speech);
}

/* A whole line that nothing was gathered before. */
static void line_take(struct control *control, enum side from, struct bytes line, struct moment now)
{
    struct speech *speech = &control->speech[from];

    speech->first_packet = now.packet;
    if (from == SIDE_CLIENT)
        command_take(control, line, now);
    else if ((speech->open_code = reply_take(control, line, now)) != 0)
        text_add(speech, line);
}

/* True where `text` begins as that side's lines do, as far as can be seen. */
static bool begins_well(enum side from, struct bytes text)
{
    size_t len = 0;

    if (from == SIDE_SERVER)
        return has_digits(text) && (text.len == 3 || strchr(" -\r\n", text.at[3]) != NULL);
    while (len < text.len && ((text.at[len] | 0x20) >= 'a' && (text.at[len] | 0x20) <= 'z'))
        len++;
    return ftp_verb_find(bytes_slice(text, 0, len)) != NULL;
}

/* Find back into the lines. Returns what is left of `text` from the first line that is one. */
static struct bytes find_back(struct speech *speech, enum side from, struct bytes text)
{
    while (text.len > 0 && speech->lost) {
        size_t end = bytes_index(text, '\n');

        if (!speech->lost_line && begins_well(from, text)) {
            speech->lost = false;
            break;
        }
        speech->lost_line = end == text.len;
        text = bytes_from(text, end + 1);
    }
    return text;
}

static bool begins_tls(struct bytes text)
{
    return text.len >= 2 && text.at[0] == 0x16 && text.at[1] == 3;
}

void control_text(struct control *control, enum side from, struct bytes text, struct moment now)
{
    struct speech *speech = &control->speech[from];

    if (speech->text.len == 0 && begins_tls(text) && !control->tls)
        over_to_tls(control, from, now);
    text = find_back(speech, from, text);
    while (text.len > 0 && !control->tls) {
        size_t len = ftp_line_length(text);
        struct bytes piece = bytes_slice(text, 0, len > 0 ? len : text.len);

        text = bytes_from(text, piece.len);
        if (len > 0 && speech->text.len == 0) {
            line_take(control, from, piece, now);
            continue;
        }
        if (speech->text.len == 0)
            speech->first_packet = now.packet;
        head_add(speech, piece);
        text_add(speech, piece);
        if (len > 0)
            gathered_take(control, from, now);
    }
}

void control_gap(struct control *control, enum side from)
{
    struct speech *speech = &control->speech[from];

    speech_reset(speech);
    speech->lost = true;
    speech->lost_line = false;
    control->unanswered_count = 0;
    control->form_known = false;
}

void control_close(struct control *control, enum side from, struct moment now)
{
    struct speech *speech = &control->speech[from];

    if (from == SIDE_SERVER && speech->text.len > 0 && !control->tls)
        bad_reply_note(control, arena_bytes(&timeline_of(control)->arena, buf_bytes(&speech->text)),
                       now);
    speech_reset(speech);
}

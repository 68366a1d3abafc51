/* Pathnames that are meant as they are: RFC 3659 section 2.2.2. */
#include <fnmatch.h>
#include <string.h>

#include "proto/ftp_facts.h"
#include "suites/ftp/ftp_answer.h"
#include "suites/ftp/ftp_checks.h"

#define NAME_ROOM 256

static bool has_wildcard(struct bytes name)
{
    return bytes_index(name, '*') < name.len || bytes_index(name, '?') < name.len ||
           bytes_index(name, '[') < name.len;
}

static struct bytes last_part(struct bytes path)
{
    for (size_t n = path.len; n > 0; n--)
        if (path.at[n - 1] == '/')
            return bytes_from(path, n);
    return path;
}

static bool name_copy(struct bytes name, char room[NAME_ROOM])
{
    if (name.len == 0 || name.len >= NAME_ROOM || memchr(name.at, '\0', name.len) != NULL)
        return false;
    memcpy(room, name.at, name.len);
    room[name.len] = '\0';
    return true;
}

/* True where `name` is what a shell would have made of the pattern. */
static bool is_expansion(struct bytes pattern, struct bytes name)
{
    char wanted[NAME_ROOM], found[NAME_ROOM];

    return has_wildcard(last_part(pattern)) && !has_wildcard(name) &&
           !bytes_is(last_part(name), ".") && name_copy(last_part(pattern), wanted) &&
           name_copy(last_part(name), found) && fnmatch(wanted, found, 0) == 0;
}

/* The pathname of an MLSx entry, and whether it is the directory that was asked for. */
static struct bytes path_of(struct bytes entry, bool *itself)
{
    struct ftp_fact fact;
    struct flaw flaw;
    enum parse parse;

    *itself = false;
    while ((parse = ftp_fact_next(&entry, &fact, &flaw)) == PARSE_DONE)
        if (bytes_is_nocase(fact.name, "type") && bytes_is_nocase(fact.value, "cdir"))
            *itself = true;
    return parse == PARSE_MORE ? entry : (struct bytes){NULL, 0};
}

static void breach(const struct timeline *timeline, struct rule_run *run,
                   const struct ftp_turn *turn, uint64_t packet, struct bytes path)
{
    rule_breach(run, SIDE_SERVER, PACKETS(ftp_packet(timeline, turn->command), packet),
                "*, ? and [ in a pathname taken as they are", "%s, and not %s",
                rule_quote(run, path),
                rule_quote(run, timeline->events[turn->command].command.argument));
}

static void judge_mlst(const struct timeline *timeline, struct rule_run *run,
                       const struct ftp_turn *turn, const struct event *reply)
{
    struct bytes line = ftp_reply_line(&reply->reply, 1), path;
    bool itself;

    if (reply->reply.lines < 3 || line.len < 2 || line.at[0] != ' ')
        return;
    path = path_of(bytes_from(line, 1), &itself);
    if (is_expansion(timeline->events[turn->command].command.argument, path))
        breach(timeline, run, turn, reply->packet, path);
}

static void judge_mlsd(const struct timeline *timeline, struct rule_run *run,
                       const struct ftp_turn *turn, const struct timeline_flow *flow)
{
    struct bytes rest = flow->payload;
    size_t len;

    while ((len = ftp_line_length(rest)) > 0) {
        bool itself;
        struct bytes path = path_of(ftp_line_text(bytes_slice(rest, 0, len)), &itself);

        if (itself && is_expansion(timeline->events[turn->command].command.argument, path)) {
            breach(timeline, run, turn, flow->first, path);
            return;
        }
        rest = bytes_from(rest, len);
    }
}

void ftp_path_literal(const struct timeline *timeline, struct rule_run *run)
{
    const struct ftp_dialogue *dialogue = ftp_dialogue(timeline, run);

    ftp_answer_each(timeline, run, "MLST", 250, judge_mlst);
    for (size_t n = 1; n < dialogue->count; n++) {
        const struct ftp_turn *turn = &dialogue->turns[n];
        const struct timeline_flow *flow = ftp_turn_flow(timeline, turn);

        if (flow != NULL && flow->whole && flow->from_start && turn->mode == 'S' &&
            ftp_turn_is(turn, "MLSD") && !ftp_starts_tls(flow->payload))
            judge_mlsd(timeline, run, turn, flow);
    }
}

#include "suites/packet/segment_checks.h"

#include <inttypes.h>
#include <stdio.h>

#define PACKETS(...) ((const uint64_t[3]){__VA_ARGS__})
#define SEEN_ROOM 160

enum numbers { NO_NUMBERS, FOUND, FOUND_AND_WANTED, AT_MOST, MILLISECONDS };

/* How a rule speaks of an oddity. */
struct form {
    enum oddity oddity; /* ODDITY_NONE ends a list */
    enum verdict verdict;
    enum numbers numbers;
    const char *expected;
};

static const char *seen(const struct event *event, enum numbers numbers, char *room)
{
    const char *text = oddity_text(event->oddity);

    switch (numbers) {
    case NO_NUMBERS:
        snprintf(room, SEEN_ROOM, "%s", text);
        break;
    case FOUND:
        snprintf(room, SEEN_ROOM, "%s: %" PRIu64, text, event->found);
        break;
    case FOUND_AND_WANTED:
        snprintf(room, SEEN_ROOM, "%s: %" PRIu64 ", where %" PRIu64 " is right", text, event->found,
                 event->wanted);
        break;
    case AT_MOST:
        snprintf(room, SEEN_ROOM, "%s: %" PRIu64 ", where %" PRIu64 " is the most", text,
                 event->found, event->wanted);
        break;
    case MILLISECONDS:
        snprintf(room, SEEN_ROOM, "%s: %" PRIu64 " ms", text, event->found);
        break;
    }
    return room;
}

static void tell(const struct timeline *timeline, struct rule_run *run, const struct form *forms)
{
    char room[SEEN_ROOM];

    for (size_t n = 0; timeline->odd_count > 0 && n < timeline->event_count; n++) {
        const struct event *event = &timeline->events[n];

        if (event->kind != EVENT_ODDITY)
            continue;
        for (const struct form *form = forms; form->oddity != ODDITY_NONE; form++)
            if (form->oddity == event->oddity)
                rule_remark(run, event->from, form->verdict,
                            PACKETS(event->first_packet, event->packet), form->expected, "%s",
                            seen(event, form->numbers, room));
    }
}

#define FORMS(...)                                                                                 \
    ((const struct form[]){__VA_ARGS__, {ODDITY_NONE, VERDICT_PASS, NO_NUMBERS, NULL}})

void segment_syn_ack(const struct timeline *timeline, struct rule_run *run)
{
    tell(timeline, run,
         FORMS({ODDITY_SYN_ACK_NUMBER, VERDICT_FAIL, FOUND_AND_WANTED,
                "a SYN-ACK that acknowledges the SYN"}));
}

void segment_third(const struct timeline *timeline, struct rule_run *run)
{
    tell(timeline, run,
         FORMS({ODDITY_THIRD_SEQ, VERDICT_FAIL, FOUND_AND_WANTED, "the number behind the SYN"},
               {ODDITY_THIRD_ACK, VERDICT_FAIL, FOUND_AND_WANTED,
                "the number behind the other side's SYN"}));
}

void segment_early(const struct timeline *timeline, struct rule_run *run)
{
    tell(timeline, run,
         FORMS({ODDITY_EARLY_OCTETS, VERDICT_FAIL, NO_NUMBERS,
                "nothing before the ACK of the SYN-ACK"}));
}

void segment_ack_flag(const struct timeline *timeline, struct rule_run *run)
{
    tell(timeline, run,
         FORMS({ODDITY_NO_ACK_FLAG, VERDICT_FAIL, NO_NUMBERS,
                "ACK, in each segment but the first SYN and an RST"}));
}

void segment_octets(const struct timeline *timeline, struct rule_run *run)
{
    tell(
        timeline, run,
        FORMS({ODDITY_OTHER_OCTETS, VERDICT_FAIL, FOUND_AND_WANTED, "the octets of the first time"},
              {ODDITY_HOLE_KEPT, VERDICT_FAIL, FOUND_AND_WANTED,
               "octets from where the last ones ended"}));
}

void segment_ack_unsent(const struct timeline *timeline, struct rule_run *run)
{
    tell(timeline, run,
         FORMS({ODDITY_ACK_UNSENT, VERDICT_FAIL, FOUND_AND_WANTED, "no more than what was sent"}));
}

void segment_ack_back(const struct timeline *timeline, struct rule_run *run)
{
    tell(timeline, run,
         FORMS({ODDITY_ACK_BACK, VERDICT_WARN, FOUND_AND_WANTED,
                "no less than what was acknowledged before"}));
}

void segment_window(const struct timeline *timeline, struct rule_run *run)
{
    tell(timeline, run,
         FORMS({ODDITY_BEYOND_WINDOW, VERDICT_WARN, FOUND_AND_WANTED,
                "octets within the other side's window"}));
}

void segment_length(const struct timeline *timeline, struct rule_run *run)
{
    tell(timeline, run,
         FORMS({ODDITY_LONG_SEGMENT, VERDICT_FAIL, AT_MOST,
                "payload and options no longer than the other side's MSS"}));
}

void segment_options(const struct timeline *timeline, struct rule_run *run)
{
    tell(timeline, run,
         FORMS({ODDITY_LATE_OPTION, VERDICT_WARN, FOUND,
                "MSS (2) and window scale (3) in a SYN alone"}));
}

void segment_checksum(const struct timeline *timeline, struct rule_run *run)
{
    tell(timeline, run,
         FORMS({ODDITY_BAD_SUM, VERDICT_WARN, NO_NUMBERS, "the checksum of the segment's octets"},
               {ODDITY_BAD_SUM_AGAIN, VERDICT_FAIL, NO_NUMBERS,
                "the checksum of the segment's octets"}));
}

void segment_fin(const struct timeline *timeline, struct rule_run *run)
{
    tell(timeline, run,
         FORMS(
             {ODDITY_BEHIND_FIN, VERDICT_FAIL, NO_NUMBERS, "no octet behind the FIN"},
             {ODDITY_ACK_BEHIND_FIN, VERDICT_FAIL, FOUND_AND_WANTED, "the number behind the FIN"}));
}

void segment_fin_ignored(const struct timeline *timeline, struct rule_run *run)
{
    tell(timeline, run,
         FORMS({ODDITY_FIN_IGNORED, VERDICT_WARN, FOUND_AND_WANTED, "an ACK of the FIN"}));
}

void segment_refusal(const struct timeline *timeline, struct rule_run *run)
{
    tell(timeline, run,
         FORMS({ODDITY_REFUSAL_ACK, VERDICT_FAIL, FOUND_AND_WANTED, "an ACK of the SYN"},
               {ODDITY_REFUSAL_FLAG, VERDICT_WARN, NO_NUMBERS, "RST and ACK"}));
}

void segment_reset(const struct timeline *timeline, struct rule_run *run)
{
    tell(timeline, run,
         FORMS({ODDITY_RST_NUMBER, VERDICT_FAIL, FOUND_AND_WANTED,
                "the number that the other side acknowledges"}));
}

void segment_time_wait(const struct timeline *timeline, struct rule_run *run)
{
    tell(timeline, run,
         FORMS({ODDITY_TIME_WAIT_CUT, VERDICT_WARN, MILLISECONDS,
                "other ports, or a higher sequence number than before"}));
}

void segment_syn_wait(const struct timeline *timeline, struct rule_run *run)
{
    tell(timeline, run,
         FORMS({ODDITY_SYN_SOON, VERDICT_WARN, MILLISECONDS, "a second before the SYN comes again"},
               {ODDITY_SYN_STEADY, VERDICT_WARN, MILLISECONDS, "longer waits after some time"}));
}

void segment_isn(const struct timeline *timeline, struct rule_run *run)
{
    tell(timeline, run,
         FORMS({ODDITY_ISN_AGAIN, VERDICT_WARN, FOUND, "another number for each connection"},
               {ODDITY_ISN_LOW, VERDICT_WARN, FOUND, "a number that cannot be guessed"}));
}

void segment_ack_late(const struct timeline *timeline, struct rule_run *run)
{
    tell(timeline, run,
         FORMS({ODDITY_ACK_LATE, VERDICT_WARN, MILLISECONDS, "an ACK within half a second"}));
}

void segment_group(const struct timeline *timeline, struct rule_run *run)
{
    tell(timeline, run, FORMS({ODDITY_GROUP_ANSWERED, VERDICT_FAIL, NO_NUMBERS, "no answer"}));
}

/* make_capture FILE SIZE: writes a capture of FTP sessions, about SIZE octets (512K, 2M, 1G): many
 * small ones and some bulk transfers, several at a time, without a flaw, and always the same.
 * make_capture FILE --sessions N: N small ones.
 *
 * Prints what it wrote as one JSON object. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "visit.h"

#define OPEN 64       /* sessions at a time */
#define BULK_EVERY 50 /* of them moves a lot: */
#define BULK (1u << 20)
#define BULK_OVERHEAD 12 /* one octet of headers and of acknowledgements to so many */
#define SMALL 14000      /* octets of a small session, on the average */
#define BULK_SIZES 5     /* BULK, and its doubles */

struct show {
    struct tape tape;
    struct visit_totals totals;
    struct visit open[OPEN];
    unsigned open_count, begun;
    uint64_t octets;   /* that the file should have; UINT64_MAX: sessions count */
    uint64_t expected; /* that those begun so far will make of it */
    uint64_t sessions; /* at most; UINT64_MAX: octets count, and some are bulk */
};

static bool may_begin(const struct show *show)
{
    return show->begun < show->sessions && show->expected < show->octets;
}

static size_t bulk_of(const struct show *show)
{
    bool bulk = show->sessions == UINT64_MAX && show->begun % BULK_EVERY == BULK_EVERY / 2;

    return bulk ? BULK << show->begun / BULK_EVERY % BULK_SIZES : 0;
}

static void visits_begin(struct show *show)
{
    while (show->open_count < OPEN && may_begin(show)) {
        size_t bulk = bulk_of(show);

        visit_init(&show->open[show->open_count++], &show->tape, &show->totals, show->begun, bulk);
        show->expected += bulk > 0 ? bulk + bulk / BULK_OVERHEAD : SMALL;
        show->begun++;
    }
}

/* Whose turn it is jumps about, as it does on a busy server. */
static void play(struct show *show)
{
    uint32_t jump = 1;

    for (visits_begin(show); show->open_count > 0; visits_begin(show)) {
        struct visit *visit = &show->open[(jump >> 8) % show->open_count];

        jump = jump * 1664525 + 1013904223;
        if (!visit_go_on(visit))
            *visit = show->open[--show->open_count];
    }
}

static void totals_print(const struct show *show)
{
    const struct visit_totals *totals = &show->totals;

    printf("{\"file\": %" PRIu64 ", \"packets\": %" PRIu64 ", \"sessions\": %" PRIu64
           ", \"commands\": %" PRIu64 ", \"replies\": %" PRIu64 ", \"transfers\": %" PRIu64
           ", \"octets\": %" PRIu64 "}\n",
           show->tape.octets, show->tape.packets, totals->sessions, totals->commands,
           totals->replies, totals->transfers, totals->octets);
}

/* "512K", "2M", "1G"; 0: that is no size. */
static uint64_t size_parse(const char *text)
{
    static const char units[] = "KMG";
    char *end;
    uint64_t number = strtoull(text, &end, 10);
    const char *unit = *end == '\0' ? NULL : strchr(units, *end);

    if (end == text || (unit == NULL && *end != '\0') || (unit != NULL && end[1] != '\0'))
        return 0;
    return unit == NULL ? number : number << 10 * (unit - units + 1);
}

static bool arguments_read(int argc, char **argv, struct show *show)
{
    bool sessions = argc == 4 && strcmp(argv[2], "--sessions") == 0;
    uint64_t number = argc < 3 ? 0 : size_parse(argv[argc - 1]);

    show->sessions = sessions ? number : UINT64_MAX;
    show->octets = sessions ? UINT64_MAX : number;
    return (argc == 3 || sessions) && number > 0;
}

int main(int argc, char **argv)
{
    static struct show show;

    if (!arguments_read(argc, argv, &show)) {
        fputs("usage: make_capture FILE SIZE | make_capture FILE --sessions N\n", stderr);
        return 2;
    }
    if (tape_open(&show.tape, argv[1])) {
        play(&show);
        if (tape_close(&show.tape)) {
            totals_print(&show);
            return 0;
        }
    }
    fprintf(stderr, "make_capture: %s: %s\n", argv[1], strerror(errno));
    return 5;
}

#include "fakes/outlet.h"

#include "loopback.h"

#define CHUNKS_MOST 64

static struct loop *loop;
static struct transcript *transcript;
static struct outlet *outlet;
static int ours, theirs;
static unsigned idles, failures, calls;
static size_t read_total;
static size_t chunks[CHUNKS_MOST], chunk_count;
static char heard[4096];
static bool reads; /* the other side reads what it is asked about */

/* The other side: takes what is there, and notes how much that was. */
static void read_theirs(void)
{
    char chunk[4096];
    ssize_t len = recv(theirs, chunk, sizeof chunk, MSG_DONTWAIT);

    if (len <= 0)
        return;
    if (read_total + (size_t)len <= sizeof heard)
        memcpy(heard + read_total, chunk, (size_t)len);
    read_total += (size_t)len;
    if (chunk_count < CHUNKS_MOST)
        chunks[chunk_count++] = (size_t)len;
}

static int drained(void *ctx, int fd, uint64_t sent)
{
    (void)ctx;
    ck_assert_int_eq(fd, ours);
    if (reads)
        read_theirs();
    return read_total == sent;
}

static void idle(void *ctx)
{
    (void)ctx;
    idles++;
}

static void failed(void *ctx, int error)
{
    (void)ctx;
    ck_assert_int_ne(error, 0);
    failures++;
}

static void make(enum peer_shape shape, peer_drained_fn *asks)
{
    struct outlet_config config = {.loop = loop,
                                   .transcript = transcript,
                                   .connection = 1,
                                   .fd = ours,
                                   .shape = shape,
                                   .drained = asks,
                                   .idle = idle,
                                   .failed = failed};
    struct diag why;

    ck_assert_int_eq(outlet_new(&config, &outlet, &why), OK);
}

static void setup(void)
{
    struct endpoint bound;
    int listener = loopback_bind(SOCK_STREAM, &bound);
    struct diag why;

    ck_assert_int_eq(loop_new(&loop, &why), OK);
    ck_assert_int_eq(transcript_new(&transcript, &why), OK);
    ours = loopback_connect(&bound);
    theirs = accept(listener, NULL, NULL);
    close(listener);
    fcntl(ours, F_SETFL, O_NONBLOCK);
    idles = failures = calls = 0;
    read_total = chunk_count = 0;
    reads = true;
    outlet = NULL;
}

static void teardown(void)
{
    outlet_free(outlet);
    close(ours);
    close(theirs);
    transcript_free(transcript);
    loop_free(loop);
}

static bool is_idle(void *ctx)
{
    (void)ctx;
    return idles > 0;
}

static bool has_failed(void *ctx)
{
    (void)ctx;
    return failures > 0;
}

static void say(const char *text, const struct delivery *deliveries, size_t count, bool joins)
{
    outlet_say(outlet, &(struct peer_say){.text = bytes_of(text),
                                          .deliveries = deliveries,
                                          .delivery_count = count,
                                          .joins_next = joins});
}

static void turn(void)
{
    ck_assert(loopback_turn(loop, is_idle, NULL));
    read_theirs();
}

static void check_chunks(const size_t *lengths, size_t count)
{
    ck_assert_uint_eq(chunk_count, count);
    for (size_t i = 0; i < count; i++)
        ck_assert_uint_eq(chunks[i], lengths[i]);
}

static unsigned segments_of(size_t n)
{
    const struct entry *entry = loopback_entry(transcript, ENTRY_SENT, n);

    ck_assert_ptr_nonnull(entry);
    return entry->segments;
}

START_TEST(line_leaves_whole_as_written)
{
    make(SHAPE_WRITTEN, drained);
    say("220-a\r\n220 b\r\n", NULL, 0, false);
    turn();
    check_chunks((size_t[]){14}, 1);
    ck_assert_uint_eq(segments_of(0), 1);
    ck_assert_uint_eq(idles, 1);
}
END_TEST

START_TEST(nothing_leaves_within_say)
{
    make(SHAPE_WRITTEN, drained);
    say("220 b\r\n", NULL, 0, false);
    read_theirs();
    ck_assert_uint_eq(read_total, 0);
    ck_assert(!outlet_idle(outlet));
    turn();
    ck_assert(outlet_idle(outlet));
}
END_TEST

/* The shape alone, and what the other side reads in lock-step. */
static const struct {
    enum peer_shape shape;
    const char *text;
    size_t lengths[8], count;
} shapes[] = {
    {SHAPE_WRITTEN, "1\r\n2\r\n", {6}, 1},
    {SHAPE_OCTETS, "ab\r\n", {1, 1, 1, 1}, 4},
    {SHAPE_CRLF, "ab\r\n", {3, 1}, 2},
    {SHAPE_CRLF, "a\r\nb\r\n", {2, 1, 2, 1}, 4},
    {SHAPE_CRLF, "\n\n", {1, 1}, 2},
    {SHAPE_CRLF, "abc", {3}, 1},
    {SHAPE_LINES, "1-a\r\n1 b\r\n", {5, 5}, 2},
    {SHAPE_LINES, "a\r\nb", {3, 1}, 2},
    {SHAPE_COALESCED, "1\r\n2\r\n", {6}, 1},
};

START_TEST(shape_cuts_segments)
{
    make(shapes[_i].shape, drained);
    say(shapes[_i].text, NULL, 0, false);
    turn();
    check_chunks(shapes[_i].lengths, shapes[_i].count);
    ck_assert_uint_eq(segments_of(0), shapes[_i].count);
    ck_assert_mem_eq(heard, shapes[_i].text, strlen(shapes[_i].text));
}
END_TEST

START_TEST(delivery_line_wins_over_shape)
{
    make(SHAPE_OCTETS, drained);
    say("abcdefg", &(struct delivery){.kind = DELIVER_SPLIT, .number = 3}, 1, false);
    turn();
    check_chunks((size_t[]){3, 3, 1}, 3);
}
END_TEST

START_TEST(split_crlf_puts_lf_alone)
{
    make(SHAPE_WRITTEN, drained);
    say("200 ok\r\n", &(struct delivery){.kind = DELIVER_SPLIT_CRLF}, 1, false);
    turn();
    check_chunks((size_t[]){7, 1}, 2);
}
END_TEST

START_TEST(join_shares_the_segment_with_the_next_line)
{
    make(SHAPE_WRITTEN, drained);
    say("150 a\r\n", &(struct delivery){.kind = DELIVER_JOIN}, 1, true);
    say("226 b\r\n", NULL, 0, true);
    turn();
    check_chunks((size_t[]){14}, 1);
    ck_assert(!loopback_entry(transcript, ENTRY_SENT, 0)->joined);
    ck_assert(loopback_entry(transcript, ENTRY_SENT, 1)->joined);
    ck_assert_uint_eq(segments_of(1), 1);
}
END_TEST

START_TEST(join_takes_the_first_segment_of_a_split_line)
{
    make(SHAPE_WRITTEN, drained);
    say("ab", &(struct delivery){.kind = DELIVER_JOIN}, 1, false);
    say("cdef", &(struct delivery){.kind = DELIVER_SPLIT, .number = 2}, 1, false);
    turn();
    check_chunks((size_t[]){4, 2}, 2);
    ck_assert_uint_eq(segments_of(0), 1);
    ck_assert_uint_eq(segments_of(1), 2);
}
END_TEST

START_TEST(join_without_a_next_line_leaves_alone)
{
    make(SHAPE_WRITTEN, drained);
    say("150 a\r\n", &(struct delivery){.kind = DELIVER_JOIN}, 1, true);
    turn();
    check_chunks((size_t[]){7}, 1);
}
END_TEST

START_TEST(lines_follow_each_other_unjoined_as_written)
{
    make(SHAPE_WRITTEN, drained);
    say("150 a\r\n", NULL, 0, true);
    say("226 b\r\n", NULL, 0, false);
    turn();
    ck_assert_uint_eq(segments_of(0), 1);
    ck_assert(!loopback_entry(transcript, ENTRY_SENT, 1)->joined);
}
END_TEST

START_TEST(coalesced_lines_share_a_segment)
{
    make(SHAPE_COALESCED, drained);
    say("150 a\r\n", NULL, 0, true);
    say("226 b\r\n", NULL, 0, true);
    say("221 c\r\n", NULL, 0, false);
    turn();
    check_chunks((size_t[]){21}, 1);
    ck_assert(loopback_entry(transcript, ENTRY_SENT, 2)->joined);
}
END_TEST

START_TEST(delay_comes_before_its_line)
{
    const struct entry *first, *second;

    make(SHAPE_WRITTEN, drained);
    say("a", NULL, 0, false);
    say("b", &(struct delivery){.kind = DELIVER_DELAY, .number = 5 * CLOCK_MS}, 1, false);
    turn();
    first = loopback_entry(transcript, ENTRY_SENT, 0);
    second = loopback_entry(transcript, ENTRY_SENT, 1);
    ck_assert_int_ge(second->time - first->time, 5 * CLOCK_MS);
}
END_TEST

START_TEST(silence_holds_the_queue)
{
    make(SHAPE_WRITTEN, drained);
    say("a", NULL, 0, false);
    outlet_wait(outlet, 5 * CLOCK_MS);
    say("b", NULL, 0, false);
    turn();
    ck_assert_int_ge(loopback_entry(transcript, ENTRY_SENT, 1)->time -
                         loopback_entry(transcript, ENTRY_SENT, 0)->time,
                     5 * CLOCK_MS);
}
END_TEST

START_TEST(urgent_marks_the_last_octet)
{
    int on = 1;

    make(SHAPE_WRITTEN, drained);
    setsockopt(theirs, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
    say("\377\364\377\362", &(struct delivery){.kind = DELIVER_URGENT}, 1, false);
    ck_assert(loopback_turn(loop, is_idle, NULL));
    ck_assert_int_eq(sockatmark(theirs), 0);
    read_theirs(); /* a read stops before the mark */
    ck_assert_uint_eq(read_total, 3);
    ck_assert_int_eq(sockatmark(theirs), 1);
}
END_TEST

START_TEST(urgent_marks_the_octet_that_is_named)
{
    int on = 1;

    make(SHAPE_WRITTEN, NULL);
    setsockopt(theirs, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
    say("\377\364\377\362ABOR\r\n", &(struct delivery){.kind = DELIVER_URGENT, .number = 3}, 1,
        false);
    ck_assert(loopback_turn(loop, is_idle, NULL));
    read_theirs(); /* a read stops before the mark */
    ck_assert_uint_eq(read_total, 2);
    ck_assert_int_eq(sockatmark(theirs), 1);
    read_theirs();
    ck_assert_uint_eq(read_total, 10);
    ck_assert_uint_eq(loopback_entry(transcript, ENTRY_SENT, 0)->segments, 2);
}
END_TEST

START_TEST(a_truncated_line_lacks_its_end)
{
    make(SHAPE_WRITTEN, drained);
    say("DELE a\r\n", &(struct delivery){.kind = DELIVER_TRUNCATE, .number = 6}, 1, false);
    say("NOOP\r\n", &(struct delivery){.kind = DELIVER_TRUNCATE, .number = 512}, 1, false);
    turn();
    ck_assert_uint_eq(read_total, 12);
    ck_assert_uint_eq(loopback_entry(transcript, ENTRY_SENT, 0)->octets, 6);
}
END_TEST

static void count_call(void *ctx)
{
    (void)ctx;
    read_theirs();
    calls++;
}

START_TEST(call_comes_after_what_was_said_and_holds_the_rest)
{
    make(SHAPE_OCTETS, drained);
    say("ab", NULL, 0, false);
    outlet_call(outlet, count_call, NULL);
    say("c", NULL, 0, false);
    for (unsigned i = 0; i < 50 && calls == 0; i++)
        loop_turn(loop, CLOCK_MS);
    ck_assert_uint_eq(calls, 1);
    ck_assert_uint_eq(read_total, 2);
    loop_turn(loop, 0);
    read_theirs();
    ck_assert_uint_eq(read_total, 2);
    ck_assert_uint_eq(idles, 0);
    outlet_resume(outlet);
    turn();
    ck_assert_uint_eq(read_total, 3);
}
END_TEST

static void resume_at_once(void *ctx)
{
    calls++;
    outlet_resume(*(struct outlet **)ctx);
}

START_TEST(call_may_resume_within_itself)
{
    make(SHAPE_WRITTEN, drained);
    outlet_call(outlet, resume_at_once, &outlet);
    say("c", NULL, 0, false);
    turn();
    ck_assert_uint_eq(calls, 1);
    ck_assert_uint_eq(read_total, 1);
}
END_TEST

static void free_within(void *ctx)
{
    (void)ctx;
    outlet_free(outlet);
    outlet = NULL;
    idles = 1;
}

START_TEST(outlet_may_be_freed_by_its_own_call)
{
    make(SHAPE_WRITTEN, drained);
    outlet_call(outlet, free_within, NULL);
    say("never", NULL, 0, false);
    turn();
    ck_assert_ptr_null(outlet);
    ck_assert_uint_eq(read_total, 0);
}
END_TEST

START_TEST(dropped_lines_do_not_leave)
{
    make(SHAPE_WRITTEN, drained);
    say("a", NULL, 0, false);
    outlet_drop(outlet);
    loop_turn(loop, 0);
    loop_turn(loop, 0);
    read_theirs();
    ck_assert_uint_eq(read_total, 0);
    ck_assert(outlet_idle(outlet));
}
END_TEST

START_TEST(reader_that_does_not_read_is_noted_once_and_left_behind)
{
    make(SHAPE_OCTETS, drained);
    reads = false;
    say("ab", NULL, 0, false);
    turn();
    ck_assert_uint_eq(read_total, 2);
    ck_assert(loopback_noted(transcript, "did not read within 200 ms"));
    ck_assert_ptr_null(loopback_entry(transcript, ENTRY_NOTE, 1));
}
END_TEST

START_TEST(without_lock_step_it_says_so_once)
{
    make(SHAPE_OCTETS, NULL);
    say("abcd", NULL, 0, false);
    turn();
    ck_assert_uint_eq(read_total, 4);
    ck_assert(loopback_noted(transcript, "lock-step not available"));
    ck_assert_ptr_null(loopback_entry(transcript, ENTRY_NOTE, 1));
}
END_TEST

static bool all_is_read(void *ctx)
{
    size_t before;

    do {
        before = read_total;
        read_theirs();
    } while (read_total > before);
    return read_total == *(size_t *)ctx;
}

START_TEST(full_socket_is_waited_for)
{
    size_t len = 8u << 20;
    char *big = malloc(len);

    memset(big, 'x', len);
    make(SHAPE_WRITTEN, drained);
    outlet_say(outlet, &(struct peer_say){.text = {big, len}});
    ck_assert(loopback_turn(loop, all_is_read, &len));
    ck_assert(loopback_turn(loop, is_idle, NULL));
    ck_assert_uint_eq(segments_of(0), 1);
    ck_assert_uint_eq(loopback_entry(transcript, ENTRY_SENT, 0)->octets, len);
    free(big);
}
END_TEST

START_TEST(reset_connection_fails_and_drops_the_queue)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    make(SHAPE_WRITTEN, drained);
    setsockopt(theirs, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(theirs);
    theirs = dup(ours);
    say("a", NULL, 0, false);
    say("b", NULL, 0, false);
    ck_assert(loopback_turn(loop, has_failed, NULL));
    ck_assert_uint_eq(failures, 1);
    ck_assert_uint_eq(idles, 0);
    ck_assert(outlet_idle(outlet));
}
END_TEST

START_TEST(empty_say_is_an_entry_of_no_octets)
{
    make(SHAPE_OCTETS, drained);
    say("", NULL, 0, false);
    say("a", NULL, 0, false);
    turn();
    ck_assert_uint_eq(loopback_entry(transcript, ENTRY_SENT, 0)->octets, 0);
    ck_assert_uint_eq(read_total, 1);
}
END_TEST

static TCase *segments_case(void)
{
    TCase *tcase = tcase_create("segments");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, line_leaves_whole_as_written);
    tcase_add_test(tcase, nothing_leaves_within_say);
    tcase_add_loop_test(tcase, shape_cuts_segments, 0, (int)(sizeof shapes / sizeof shapes[0]));
    tcase_add_test(tcase, delivery_line_wins_over_shape);
    tcase_add_test(tcase, split_crlf_puts_lf_alone);
    tcase_add_test(tcase, join_shares_the_segment_with_the_next_line);
    tcase_add_test(tcase, join_takes_the_first_segment_of_a_split_line);
    tcase_add_test(tcase, join_without_a_next_line_leaves_alone);
    tcase_add_test(tcase, lines_follow_each_other_unjoined_as_written);
    tcase_add_test(tcase, coalesced_lines_share_a_segment);
    tcase_add_test(tcase, urgent_marks_the_last_octet);
    tcase_add_test(tcase, urgent_marks_the_octet_that_is_named);
    tcase_add_test(tcase, a_truncated_line_lacks_its_end);
    tcase_add_test(tcase, empty_say_is_an_entry_of_no_octets);
    return tcase;
}

static TCase *time_case(void)
{
    TCase *tcase = tcase_create("time and order");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, delay_comes_before_its_line);
    tcase_add_test(tcase, silence_holds_the_queue);
    tcase_add_test(tcase, call_comes_after_what_was_said_and_holds_the_rest);
    tcase_add_test(tcase, call_may_resume_within_itself);
    tcase_add_test(tcase, outlet_may_be_freed_by_its_own_call);
    tcase_add_test(tcase, dropped_lines_do_not_leave);
    tcase_add_test(tcase, reader_that_does_not_read_is_noted_once_and_left_behind);
    tcase_add_test(tcase, without_lock_step_it_says_so_once);
    tcase_add_test(tcase, full_socket_is_waited_for);
    tcase_add_test(tcase, reset_connection_fails_and_drops_the_queue);
    return tcase;
}

int main(void)
{
    Suite *suite = suite_create("outlet");
    SRunner *runner;
    int failed_count;

    suite_add_tcase(suite, segments_case());
    suite_add_tcase(suite, time_case());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed_count = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed_count > 0;
}

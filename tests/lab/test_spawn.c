#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "lab/namespace.h"
#include "lab/spawn.h"

/* Each test runs in both ways of keeping a program's children together: _i is own_pids. */

static struct spawn *spawn;
static struct spawn_end end;
static struct diag why;
static int pipe_ends[2]; /* what the programs write comes out at [0] */

static void set_up(void)
{
    ck_assert_int_eq(pipe2(pipe_ends, O_CLOEXEC), 0);
}

static void tear_down(void)
{
    spawn_free(spawn);
    spawn = NULL;
    close(pipe_ends[0]);
    if (pipe_ends[1] >= 0)
        close(pipe_ends[1]);
}

/* From here on only the program holds the pipe's other end. */
static void start(const struct spawn_options *options)
{
    struct spawn_options whole = *options;

    whole.output = pipe_ends[1];
    ck_assert_msg(spawn_start(&whole, &spawn, &why) == OK, "%s", why.text);
    close(pipe_ends[1]);
    pipe_ends[1] = -1;
}

/* A role of this test program itself: see main(). */
static void start_role(const char *role, bool own_pids)
{
    const char *argv[] = {"/proc/self/exe", role, NULL};

    start(&(struct spawn_options){.argv = argv, .own_pids = own_pids});
}

static void start_shell(const char *script, bool own_pids)
{
    const char *argv[] = {"sh", "-c", script, NULL};

    start(&(struct spawn_options){.argv = argv, .own_pids = own_pids});
}

/* Waits until `fd` is readable; a test that would hang fails instead. */
static void await(int fd)
{
    struct pollfd ready = {fd, POLLIN, 0};

    ck_assert_msg(poll(&ready, 1, 20000) == 1, "nothing came within 20 s");
}

/* The next line from the program, without its newline; "" at the end. */
static const char *line(void)
{
    static char text[512];
    size_t len = 0;

    for (; len + 1 < sizeof text; len++) {
        await(pipe_ends[0]);
        if (read(pipe_ends[0], text + len, 1) != 1 || text[len] == '\n')
            break;
    }
    text[len] = '\0';
    return text;
}

/* True where nobody is left who holds the pipe's other end. */
static bool all_gone(void)
{
    char octet;

    await(pipe_ends[0]);
    return read(pipe_ends[0], &octet, 1) == 0;
}

static void await_end(void)
{
    await(spawn_fd(spawn));
    ck_assert(spawn_ended(spawn, &end));
}

START_TEST(the_exit_status_comes_back)
{
    start_shell("exit 7", _i);
    await_end();
    ck_assert(!end.signaled);
    ck_assert_int_eq(end.status, 7);
    ck_assert(spawn_ended(spawn, &end));
    ck_assert_int_eq(end.status, 7);
}
END_TEST

START_TEST(death_by_a_signal_is_told_from_an_exit)
{
    start_shell("kill -SEGV $$", _i);
    await_end();
    ck_assert(end.signaled);
    ck_assert_int_eq(end.status, SIGSEGV);
}
END_TEST

START_TEST(a_running_program_has_not_ended)
{
    start_shell("echo up; exec sleep 1000", _i);
    ck_assert_str_eq(line(), "up");
    ck_assert(!spawn_ended(spawn, &end));
    ck_assert_int_eq(kill(spawn_pid(spawn), 0), 0);
    spawn_stop(spawn, 10 * CLOCK_SECOND, &end);
    ck_assert(end.signaled);
    ck_assert_int_eq(end.status, SIGTERM);
    ck_assert(all_gone());
}
END_TEST

START_TEST(stop_lets_a_program_end_by_itself)
{
    start_shell("trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 1000 & wait; done", _i);
    ck_assert_str_eq(line(), "up");
    spawn_stop(spawn, 10 * CLOCK_SECOND, &end);
    ck_assert_str_eq(line(), "bye");
    ck_assert(!end.signaled);
    ck_assert_int_eq(end.status, 3);
}
END_TEST

START_TEST(stop_kills_a_program_that_ignores_the_request)
{
    start_shell("trap '' TERM; echo up; while :; do sleep 1000; done", _i);
    ck_assert_str_eq(line(), "up");
    spawn_stop(spawn, 50 * CLOCK_MS, &end);
    ck_assert(end.signaled);
    ck_assert_int_eq(end.status, SIGKILL);
    ck_assert(all_gone());
}
END_TEST

START_TEST(free_ends_what_still_runs)
{
    start_shell("echo up; sleep 1000", _i);
    ck_assert_str_eq(line(), "up");
    spawn_free(spawn);
    spawn = NULL;
    ck_assert(all_gone());
}
END_TEST

START_TEST(a_daemon_that_left_its_session_is_stopped_too)
{
    start_role("daemon-and-stay", _i);
    ck_assert_str_eq(line(), "daemon");
    spawn_stop(spawn, 0, &end);
    ck_assert(all_gone());
}
END_TEST

START_TEST(a_daemon_dies_when_its_program_ends)
{
    start_role("daemon-and-exit", _i);
    ck_assert_str_eq(line(), "daemon");
    await_end();
    ck_assert_int_eq(end.status, 5);
    ck_assert(all_gone());
}
END_TEST

START_TEST(a_fork_bomb_s_children_are_all_ended)
{
    start_role("breed", _i);
    ck_assert_str_eq(line(), "bred");
    spawn_stop(spawn, 0, &end);
    while (*line() != '\0')
        continue;
    ck_assert(all_gone());
}
END_TEST

/* The harness of this test is a child of ours that gets SIGKILL; the daemon is its grandchild. */
START_TEST(nothing_outlives_a_harness_that_is_killed)
{
    pid_t harness = fork();

    ck_assert_int_ge(harness, 0);
    if (harness == 0) {
        start_role("daemon-and-stay", _i);
        pause();
    }
    close(pipe_ends[1]);
    pipe_ends[1] = -1;
    ck_assert_str_eq(line(), "daemon");
    kill(harness, SIGKILL);
    ck_assert(all_gone());
    waitpid(harness, NULL, 0);
}
END_TEST

START_TEST(nothing_outlives_a_harness_that_just_exits)
{
    pid_t harness = fork();

    ck_assert_int_ge(harness, 0);
    if (harness == 0) {
        start_role("daemon-and-stay", _i);
        _exit(0);
    }
    close(pipe_ends[1]);
    pipe_ends[1] = -1;
    while (*line() != '\0')
        continue;
    ck_assert(all_gone());
    waitpid(harness, NULL, 0);
}
END_TEST

START_TEST(a_program_that_is_not_there_is_named)
{
    const char *argv[] = {"no-such-program-anywhere", NULL};
    struct spawn_options options = {.argv = argv, .output = -1, .own_pids = _i};

    ck_assert_int_eq(spawn_start(&options, &spawn, &why), ERR_UNREACHABLE);
    ck_assert_str_eq(why.text, "there is no program no-such-program-anywhere");
    ck_assert_ptr_null(spawn);
}
END_TEST

START_TEST(a_program_that_cannot_be_run_is_told_with_the_reason)
{
    char path[] = "./peerspec-not-a-program-XXXXXX";
    const char *argv[] = {path, NULL};
    struct spawn_options options = {.argv = argv, .output = -1, .own_pids = _i};
    char folder[] = "/tmp/peerspec-spawn-XXXXXX";
    int file;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file,
                           "\x7f"
                           "ELF",
                           4),
                     4);
    ck_assert_int_eq(fchmod(file, 0700), 0);
    close(file);
    ck_assert_int_eq(spawn_start(&options, &spawn, &why), ERR_UNREACHABLE);
    unlink(path);
    rmdir(folder);
    ck_assert_ptr_nonnull(strstr(why.text, path));
    ck_assert_ptr_nonnull(strstr(why.text, strerror(ENOEXEC)));
}
END_TEST

START_TEST(a_folder_that_is_not_there_is_told)
{
    const char *argv[] = {"true", NULL};
    struct spawn_options options = {
        .argv = argv, .output = -1, .directory = "/no/such/folder", .own_pids = _i};

    ck_assert_int_eq(spawn_start(&options, &spawn, &why), ERR_UNREACHABLE);
    ck_assert_str_eq(why.text, "cannot run true in /no/such/folder: No such file or directory");
}
END_TEST

START_TEST(the_folder_and_the_environment_are_the_asked_for)
{
    const char *argv[] = {"sh", "-c", "pwd; echo $PEERSPEC_A $PEERSPEC_B $PEERSPEC_C", NULL};
    const char *env[] = {"PEERSPEC_A=new", "PEERSPEC_C=more", NULL};

    setenv("PEERSPEC_A", "old", 1);
    setenv("PEERSPEC_B", "kept", 1);
    start(&(struct spawn_options){.argv = argv, .env = env, .directory = "/", .own_pids = _i});
    ck_assert_str_eq(line(), "/");
    ck_assert_str_eq(line(), "new kept more");
}
END_TEST

START_TEST(a_program_found_by_a_relative_path_runs_in_another_folder)
{
    const char *argv[] = {"sh", "-c", "pwd", NULL};

    ck_assert_int_eq(chdir("/bin"), 0);
    setenv("PATH", ":/nowhere", 1);
    start(&(struct spawn_options){.argv = argv, .directory = "/", .own_pids = _i});
    ck_assert_str_eq(line(), "/");
}
END_TEST

START_TEST(no_descriptor_but_the_three_is_handed_on)
{
    int open_one = dup2(pipe_ends[0], 200); /* without FD_CLOEXEC */

    ck_assert_int_eq(open_one, 200);
    start_role("descriptors", _i);
    ck_assert_str_eq(line(), "0 1 2");
    close(open_one);
}
END_TEST

START_TEST(standard_descriptors_may_be_closed_in_the_harness)
{
    pid_t harness = fork();

    if (harness == 0) {
        close(0);
        close(1);
        close(2);
        start_role("descriptors", _i);
        await(spawn_fd(spawn));
        _exit(0);
    }
    ck_assert_str_eq(line(), "0 1 2");
    waitpid(harness, NULL, 0);
}
END_TEST

START_TEST(standard_input_is_empty)
{
    start_shell("read x; echo $? $x", _i);
    ck_assert_str_eq(line(), "1");
}
END_TEST

START_TEST(output_and_error_are_one)
{
    start_shell("echo one; echo two >&2; echo three", _i);
    ck_assert_str_eq(line(), "one");
    ck_assert_str_eq(line(), "two");
    ck_assert_str_eq(line(), "three");
}
END_TEST

START_TEST(signals_are_as_at_boot)
{
    sigset_t some;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&some);
    sigaddset(&some, SIGUSR2);
    sigprocmask(SIG_BLOCK, &some, NULL);
    start_role("signals", _i);
    ck_assert_str_eq(line(), "SigBlk:\t0000000000000000");
    ck_assert_str_eq(line(), "SigIgn:\t0000000000000000");
    ck_assert_int_eq(sigprocmask(SIG_BLOCK, NULL, &some), 0);
    ck_assert_int_eq(sigismember(&some, SIGUSR2), 1);
    ck_assert_int_eq(sigismember(&some, SIGTERM), 0);
}
END_TEST

START_TEST(a_ctrl_c_does_not_reach_the_program)
{
    start_role("session", _i);
    ck_assert_str_eq(line(), "leader");
}
END_TEST

START_TEST(time_used_is_that_of_the_program_and_its_children)
{
    start_role("burn", _i);
    await_end();
    ck_assert_int_eq(end.status, 0);
    ck_assert_int_ge(end.cpu_time, 50 * CLOCK_MS);
    ck_assert_int_ge(end.lifetime, 50 * CLOCK_MS);
    ck_assert_int_lt(end.lifetime, 60 * CLOCK_SECOND);
}
END_TEST

START_TEST(several_programs_run_side_by_side)
{
    const char *argv[] = {"sh", "-c", "sleep 1000", NULL};
    struct spawn_options options = {.argv = argv, .output = -1, .own_pids = _i};
    struct spawn *first, *second;

    ck_assert_int_eq(spawn_start(&options, &first, &why), OK);
    ck_assert_int_eq(spawn_start(&options, &second, &why), OK);
    ck_assert_int_ne(spawn_pid(first), spawn_pid(second));
    spawn_stop(first, CLOCK_SECOND, &end);
    ck_assert_int_eq(end.status, SIGTERM);
    ck_assert(!spawn_ended(second, &end));
    spawn_free(second);
    spawn_free(first);
}
END_TEST

START_TEST(errno_is_the_callers_alone)
{
    start_shell("for i in 1 2 3 4 5 6 7 8; do (exit 1) & done; wait; echo done", _i);
    errno = EDOM;
    await(pipe_ends[0]);
    ck_assert_int_eq(errno, EDOM);
}
END_TEST

START_TEST(a_pid_namespace_is_used_where_there_is_one)
{
    start_shell("echo $PPID", true);
    if (!spawn_has_own_pids(spawn)) {
        printf("SKIP a_pid_namespace_is_used_where_there_is_one: CLONE_NEWPID is not allowed\n");
        return;
    }
    ck_assert_str_eq(line(), "1");
}
END_TEST

START_TEST(in_a_namespace_of_ours_there_is_always_a_pid_namespace)
{
    if (namespace_probe(&why) != OK) {
        printf("SKIP in_a_namespace_of_ours_there_is_always_a_pid_namespace: %s\n", why.text);
        return;
    }
    ck_assert_int_eq(namespace_enter(&why), OK);
    start_shell("echo $PPID", true);
    ck_assert(spawn_has_own_pids(spawn));
    ck_assert_str_eq(line(), "1");
}
END_TEST

static void say(const char *text)
{
    if (write(1, text, strlen(text)) < 0)
        _exit(1);
}

/* Leaves session, process group and parent, as daemons do. */
static int daemon_role(const char *role)
{
    char octet;
    int up[2];

    if (pipe(up) < 0)
        return 1;
    if (fork() == 0) {
        setsid();
        if (fork() == 0) {
            setsid();
            say("daemon\n");
            close(up[1]);
            pause();
        }
        _exit(0);
    }
    close(up[1]);
    if (strcmp(role, "daemon-and-stay") == 0)
        pause();
    return read(up[0], &octet, 1) == 0 ? 5 : 1;
}

static int breed_role(void)
{
    for (int depth = 0; depth < 5; depth++) {
        fork();
        setsid();
    }
    say("bred\n");
    pause();
    return 0;
}

static int descriptors_role(void)
{
    char text[16] = "";

    for (int fd = 0; fd < 1024; fd++) {
        if (fcntl(fd, F_GETFD) < 0)
            continue;
        snprintf(text, sizeof text, fd == 0 ? "%d" : " %d", fd);
        say(text);
    }
    say("\n");
    return 0;
}

static int signals_role(void)
{
    char text[256];
    FILE *status = fopen("/proc/self/status", "r");

    while (status != NULL && fgets(text, sizeof text, status) != NULL)
        if (strncmp(text, "SigBlk", 6) == 0 || strncmp(text, "SigIgn", 6) == 0)
            say(text);
    return 0;
}

static int burn_role(void)
{
    pid_t child = fork();

    if (child == 0) {
        while (clock() < CLOCKS_PER_SEC / 15)
            continue;
        _exit(0);
    }
    waitpid(child, NULL, 0);
    return 0;
}

static int play(const char *role)
{
    if (strncmp(role, "daemon", 6) == 0)
        return daemon_role(role);
    if (strcmp(role, "breed") == 0)
        return breed_role();
    if (strcmp(role, "descriptors") == 0)
        return descriptors_role();
    if (strcmp(role, "signals") == 0)
        return signals_role();
    if (strcmp(role, "burn") == 0)
        return burn_role();
    say(getsid(0) == getpid() && getpgrp() == getpid() ? "leader\n" : "member\n");
    return 0;
}

static Suite *spawn_suite(void)
{
    Suite *suite = suite_create("spawn");
    TCase *ends = tcase_create("ends");
    TCase *starts = tcase_create("starts");

    tcase_set_timeout(ends, 60);
    tcase_add_checked_fixture(ends, set_up, tear_down);
    tcase_add_loop_test(ends, the_exit_status_comes_back, 0, 2);
    tcase_add_loop_test(ends, death_by_a_signal_is_told_from_an_exit, 0, 2);
    tcase_add_loop_test(ends, a_running_program_has_not_ended, 0, 2);
    tcase_add_loop_test(ends, stop_lets_a_program_end_by_itself, 0, 2);
    tcase_add_loop_test(ends, stop_kills_a_program_that_ignores_the_request, 0, 2);
    tcase_add_loop_test(ends, free_ends_what_still_runs, 0, 2);
    tcase_add_loop_test(ends, a_daemon_that_left_its_session_is_stopped_too, 0, 2);
    tcase_add_loop_test(ends, a_daemon_dies_when_its_program_ends, 0, 2);
    tcase_add_loop_test(ends, a_fork_bomb_s_children_are_all_ended, 0, 2);
    tcase_add_loop_test(ends, nothing_outlives_a_harness_that_is_killed, 0, 2);
    tcase_add_loop_test(ends, nothing_outlives_a_harness_that_just_exits, 0, 2);
    tcase_add_loop_test(ends, time_used_is_that_of_the_program_and_its_children, 0, 2);
    tcase_set_timeout(starts, 60);
    tcase_add_checked_fixture(starts, set_up, tear_down);
    tcase_add_loop_test(starts, a_program_that_is_not_there_is_named, 0, 2);
    tcase_add_loop_test(starts, a_program_that_cannot_be_run_is_told_with_the_reason, 0, 2);
    tcase_add_loop_test(starts, a_folder_that_is_not_there_is_told, 0, 2);
    tcase_add_loop_test(starts, the_folder_and_the_environment_are_the_asked_for, 0, 2);
    tcase_add_loop_test(starts, a_program_found_by_a_relative_path_runs_in_another_folder, 0, 2);
    tcase_add_loop_test(starts, no_descriptor_but_the_three_is_handed_on, 0, 2);
    tcase_add_loop_test(starts, standard_descriptors_may_be_closed_in_the_harness, 0, 2);
    tcase_add_loop_test(starts, standard_input_is_empty, 0, 2);
    tcase_add_loop_test(starts, output_and_error_are_one, 0, 2);
    tcase_add_loop_test(starts, signals_are_as_at_boot, 0, 2);
    tcase_add_loop_test(starts, a_ctrl_c_does_not_reach_the_program, 0, 2);
    tcase_add_loop_test(starts, several_programs_run_side_by_side, 0, 2);
    tcase_add_loop_test(starts, errno_is_the_callers_alone, 0, 2);
    tcase_add_test(starts, a_pid_namespace_is_used_where_there_is_one);
    tcase_add_test(starts, in_a_namespace_of_ours_there_is_always_a_pid_namespace);
    suite_add_tcase(suite, ends);
    suite_add_tcase(suite, starts);
    return suite;
}

/* With an argument it is one of the programs that the tests run. */
int main(int argc, char **argv)
{
    SRunner *runner;
    int failed;

    if (argc > 1)
        return play(argv[1]);
    runner = srunner_create(spawn_suite());
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

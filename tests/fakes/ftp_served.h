/* ftp_served: a rig with a few files, for tests of what the server makes of commands: before the
 * login, or behind it. */
#ifndef PEERSPEC_TESTS_FTP_SERVED_H
#define PEERSPEC_TESTS_FTP_SERVED_H

#include "ftp_rig.h"
#include "tests/support/run_suite.h"

static struct rig rig;

static inline void set_up(void)
{
    rig_init(&rig);
    rig_file(&rig, "a.txt", "one\ntwo\n");
    rig_file(&rig, "pub/b.bin", "0123456789");
    rig_file(&rig, "empty/", "");
}

static inline void log_in(void)
{
    set_up();
    rig_start(&rig);
    rig_login(&rig);
}

static inline void tear_down(void)
{
    rig_fini(&rig);
}

static inline TCase *before_login(Suite *suite)
{
    TCase *tcase = tcase_create("before login");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    suite_add_tcase(suite, tcase);
    return tcase;
}

static inline TCase *after_login(Suite *suite)
{
    TCase *tcase = tcase_create("after login");

    tcase_add_checked_fixture(tcase, log_in, tear_down);
    suite_add_tcase(suite, tcase);
    return tcase;
}

#endif

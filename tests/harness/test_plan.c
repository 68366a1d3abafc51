#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "workspace.h"

static char folder[WORKSPACE_PATH];
static struct exchange_places places;
static struct plan plan;
static struct diag why;

static void put(const char *name, const char *text)
{
    char path[WORKSPACE_PATH + 40];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    ck_assert_int_eq(workspace_write(path, bytes_of(text), &why), OK);
}

static void set_up(void)
{
    ck_assert_int_eq(workspace_new(folder, &why), OK);
    places = (struct exchange_places){folder, NULL};
    put("ftp/login/a.exchange", "title: a\nspec: RFC 959 5.4\n\nC> NOOP\nS> 200 Yes.\n");
    put("ftp/login/b.exchange",
        "title: b\nspec: RFC 959 5.4\nlevel: SHOULD\nvary: delivery\n\nC> NOOP\nS> 200 Yes.\n");
    put("ftp/quit.exchange",
        "title: q\nspec: RFC 959 5.4\ntests: client\nvary: order\n\nC> QUIT\nS> 221 Bye.\n");
    put("ftp/get.exchange",
        "title: g\nspec: RFC 959 5.4\ntests: client\nclient: get a\nfiles: a = \"a\"\n\n"
        "C> RETR a\nS> 226 Done.\n");
    put("udp/echo.exchange", "title: e\nspec: RFC 862\nprotocol: udp\n\nC> \"x\"\nS> \"x\"\n");
    plan = (struct plan){0};
}

static void tear_down(void)
{
    plan_fini(&plan);
    workspace_remove(folder);
}

static enum err make(enum side iut, int protocol, const char *first, const char *second)
{
    const char *const select[] = {first, second, NULL};
    struct plan_selection selection = {
        .select = select, .iut = iut, .protocol = protocol, .level = LEVEL_PRACTICE};

    return plan_make(&places, &selection, &plan, &why);
}

START_TEST(all_that_tests_the_side_is_planned)
{
    ck_assert_int_eq(make(SIDE_SERVER, -1, NULL, NULL), OK);
    ck_assert_uint_eq(plan.count, 1 + 5 + 1);
    ck_assert_str_eq(plan.cases[0].id, "ftp/login/a");
    ck_assert_str_eq(plan.cases[2].id, "ftp/login/b[per-octet]");
    ck_assert_uint_eq(plan.cases[2].baseline, 1);
    ck_assert_str_eq(plan.cases[6].id, "udp/echo");
}
END_TEST

START_TEST(orders_vary_for_clients_alone)
{
    ck_assert_int_eq(make(SIDE_CLIENT, PROTOCOL_FTP, "ftp/quit", NULL), OK);
    ck_assert_uint_eq(plan.count, ORDER_COUNT);
    ck_assert_int_eq(plan.cases[2].order, ORDER_EARLY_226);
    ck_assert_str_eq(plan.cases[2].id, "ftp/quit[early-226]");
}
END_TEST

START_TEST(a_glob_a_folder_and_an_id_select)
{
    ck_assert_int_eq(make(SIDE_SERVER, -1, "ftp/login", NULL), OK);
    ck_assert_uint_eq(plan.count, 6);
    plan_fini(&plan);
    ck_assert_int_eq(make(SIDE_SERVER, -1, "*/echo", "ftp/login/a"), OK);
    ck_assert_uint_eq(plan.count, 2);
}
END_TEST

START_TEST(one_variation_comes_with_the_case_it_is_compared_with)
{
    ck_assert_int_eq(make(SIDE_SERVER, -1, "ftp/login/b[coalesced]", NULL), OK);
    ck_assert_uint_eq(plan.count, 2);
    ck_assert_str_eq(plan.cases[0].id, "ftp/login/b");
    ck_assert_str_eq(plan.cases[1].id, "ftp/login/b[coalesced]");
    ck_assert_uint_eq(plan.cases[1].baseline, 0);
}
END_TEST

START_TEST(a_selector_that_selects_nothing_is_told_with_the_nearest)
{
    ck_assert_int_eq(make(SIDE_SERVER, -1, "ftp/logn/a", NULL), ERR_USAGE);
    ck_assert_ptr_nonnull(strstr(why.text, "ftp/login/a"));
    ck_assert_uint_eq(plan.count, 0);
}
END_TEST

START_TEST(weaker_levels_are_left_out)
{
    struct plan_selection selection = {.iut = SIDE_SERVER, .protocol = -1, .level = LEVEL_MUST};

    ck_assert_int_eq(plan_make(&places, &selection, &plan, &why), OK);
    ck_assert_uint_eq(plan.count, 2);
}
END_TEST

START_TEST(what_asks_for_another_operation_is_left_out)
{
    struct plan_selection selection = {
        .iut = SIDE_CLIENT, .protocol = -1, .level = LEVEL_PRACTICE, .operation = "get"};

    ck_assert_int_eq(plan_make(&places, &selection, &plan, &why), OK);
    ck_assert_uint_eq(plan.count, 1);
    ck_assert_str_eq(plan.cases[0].id, "ftp/get");
    ck_assert_uint_eq(plan.cases[0].baseline, 0);
    plan_fini(&plan);
    selection.operation = "put";
    ck_assert_int_eq(plan_make(&places, &selection, &plan, &why), ERR_USAGE);
}
END_TEST

START_TEST(shards_share_all_exchanges_among_them)
{
    size_t cases = 0;

    for (unsigned shard = 1; shard <= 3; shard++) {
        struct plan_selection selection = {.iut = SIDE_SERVER,
                                           .protocol = -1,
                                           .level = LEVEL_PRACTICE,
                                           .shard = shard,
                                           .shards = 3};

        ck_assert_int_eq(plan_make(&places, &selection, &plan, &why), OK);
        cases += plan.count;
        for (size_t i = 0; i < plan.count; i++)
            ck_assert_uint_le(plan.cases[i].baseline, i);
        plan_fini(&plan);
    }
    ck_assert_uint_eq(cases, 7);
}
END_TEST

START_TEST(a_bad_script_that_is_selected_is_told_with_its_place)
{
    put("ftp/bad.exchange", "title: x\n\nC> NOOP\nS> 200 Yes.\nexpct nothing\n");
    ck_assert_int_eq(make(SIDE_SERVER, -1, "ftp/bad", NULL), ERR_SYNTAX);
    ck_assert_uint_eq(why.at.line, 5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plan");
    TCase *select = tcase_create("select");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(select, set_up, tear_down);
    tcase_add_test(select, all_that_tests_the_side_is_planned);
    tcase_add_test(select, orders_vary_for_clients_alone);
    tcase_add_test(select, a_glob_a_folder_and_an_id_select);
    tcase_add_test(select, one_variation_comes_with_the_case_it_is_compared_with);
    tcase_add_test(select, a_selector_that_selects_nothing_is_told_with_the_nearest);
    tcase_add_test(select, weaker_levels_are_left_out);
    tcase_add_test(select, what_asks_for_another_operation_is_left_out);
    tcase_add_test(select, shards_share_all_exchanges_among_them);
    tcase_add_test(select, a_bad_script_that_is_selected_is_told_with_its_place);
    suite_add_tcase(suite, select);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

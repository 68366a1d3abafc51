/* Every rule has a capture that breaks it, and one that comes close and does not.
 *
 * RULE-ID.bad.wire must give findings of that rule and of no other (`# also: OTHER-ID` allows one
 * that follows from it), RULE-ID.good.wire none at all. */
#include <check.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "judge/rule.h"
#include "suites/rules.h"
#include "support/wiretext.h"

#define RULES_MOST 400

static const struct rule *rules[RULES_MOST];
static size_t rule_count;

static void remember(void *ctx, const struct rule *rule)
{
    (void)ctx;
    if (rule_count < RULES_MOST)
        rules[rule_count++] = rule;
}

static const char *folder(void)
{
    static char path[1024];
    const char *source = getenv("PEERSPEC_SOURCE");

    snprintf(path, sizeof path, "%s/tests/specimens", source == NULL ? "." : source);
    return path;
}

static void judge(void *ctx, struct timeline *timeline)
{
    rules_run(rule_tables, NULL, timeline, ctx);
    timeline_free(timeline);
}

/* The whole text of a file; freed with buf_fini(). */
static struct buf text_of(const char *path)
{
    FILE *in = fopen(path, "re");
    struct buf text;
    size_t len;
    char *room;

    ck_assert_msg(in != NULL, "there is no %s", path);
    buf_init(&text, 1 << 20);
    do {
        room = buf_space(&text, 4096);
        ck_assert_ptr_nonnull(room);
        len = fread(room, 1, 4096, in);
        buf_grew(&text, len);
    } while (len > 0);
    fclose(in);
    return text;
}

/* Run all rules over the capture that the specimen describes. */
static struct findings *findings_in(const char *specimen)
{
    struct findings *findings = findings_new();
    struct timeline_sink sink = {findings, judge};
    struct buf text = text_of(specimen);
    struct diag why = {.code = OK};

    ck_assert_msg(wiretext_feed(buf_bytes(&text), NULL, &sink, &why) == OK, "%s:%u: %s", specimen,
                  why.at.line, why.text);
    buf_fini(&text);
    return findings;
}

/* True where the specimen says `# also: ID`. */
static bool allows(const char *specimen, const char *id)
{
    struct buf text = text_of(specimen);
    char line[300];
    bool found;

    snprintf(line, sizeof line, "# also: %s\n", id);
    found = strstr(buf_text(&text), line) != NULL;
    buf_fini(&text);
    return found;
}

static const char *first_text(const struct findings *findings)
{
    static char text[1500];
    const struct finding *finding;

    if (findings_count(findings) == 0)
        return "no finding";
    finding = findings_at(findings, 0);
    snprintf(text, sizeof text, "%s: expected %s; seen: %s", finding->rule, finding->expected,
             finding->seen);
    return text;
}

START_TEST(a_bad_specimen_breaks_its_rule_and_no_other)
{
    const struct rule *rule = rules[_i];
    struct findings *findings;
    char path[2048];
    size_t own = 0;

    snprintf(path, sizeof path, "%s/%s.bad.wire", folder(), rule->id);
    findings = findings_in(path);
    for (size_t n = 0; n < findings_count(findings); n++) {
        const struct finding *finding = findings_at(findings, n);
        bool is_own = strcmp(finding->rule, rule->id) == 0;

        own += is_own;
        ck_assert_msg(is_own || allows(path, finding->rule), "%s gives %s (%s; %s)", path,
                      finding->rule, finding->expected, finding->seen);
        ck_assert_uint_gt(finding->packet_count, 0);
        ck_assert(finding->verdict == VERDICT_FAIL || finding->verdict == VERDICT_WARN);
        ck_assert_msg(rule->subject == SUBJECT_BOTH || !is_own ||
                          (rule->subject == SUBJECT_CLIENT) == (finding->subject == SIDE_CLIENT),
                      "%s blames the %s", path, side_name(finding->subject));
    }
    ck_assert_msg(own > 0, "%s does not break its rule: %s", path, first_text(findings));
    findings_free(findings);
}
END_TEST

START_TEST(a_good_specimen_breaks_nothing)
{
    struct findings *findings;
    char path[2048];

    snprintf(path, sizeof path, "%s/%s.good.wire", folder(), rules[_i]->id);
    findings = findings_in(path);
    ck_assert_msg(findings_count(findings) == 0, "%s gives %s", path, first_text(findings));
    findings_free(findings);
}
END_TEST

START_TEST(every_specimen_belongs_to_a_rule)
{
    DIR *dir = opendir(folder());
    struct dirent *entry;
    size_t seen = 0;

    ck_assert_ptr_nonnull(dir);
    while ((entry = readdir(dir)) != NULL) {
        char id[256];
        const char *dot = strchr(entry->d_name, '.');

        if (dot == NULL || (strcmp(dot, ".bad.wire") != 0 && strcmp(dot, ".good.wire") != 0))
            continue;
        snprintf(id, sizeof id, "%.*s", (int)(dot - entry->d_name), entry->d_name);
        ck_assert_msg(rules_find(rule_tables, id) != NULL, "%s belongs to no rule", entry->d_name);
        seen++;
    }
    closedir(dir);
    ck_assert_uint_eq(seen, 2 * rule_count);
}
END_TEST

START_TEST(every_rule_says_what_it_asks_and_why)
{
    const struct rule *rule = rules[_i];

    ck_assert_ptr_nonnull(rule->spec);
    ck_assert(rule->check != NULL);
    ck_assert_msg(strlen(rule->requirement) > 20, "%s", rule->id);
    ck_assert_msg(strlen(rule->reason) > 10, "%s", rule->id);
    ck_assert_int_eq(rule->requirement[strlen(rule->requirement) - 1], '.');
    for (int other = 0; other < _i; other++)
        ck_assert_str_ne(rules[other]->id, rule->id);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("specimens");
    TCase *all = tcase_create("rules");
    SRunner *runner;
    int failed;

    rules_each(rule_tables, NULL, remember, NULL);
    tcase_add_loop_test(all, a_bad_specimen_breaks_its_rule_and_no_other, 0, (int)rule_count);
    tcase_add_loop_test(all, a_good_specimen_breaks_nothing, 0, (int)rule_count);
    tcase_add_loop_test(all, every_rule_says_what_it_asks_and_why, 0, (int)rule_count);
    tcase_add_test(all, every_specimen_belongs_to_a_rule);
    suite_add_tcase(suite, all);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#include "shelf.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "plan.h"

struct shelf {
    const struct options *options;
    struct exchange_places where;
    const char *wanted; /* explain: the id */
    struct exchange *found;
    size_t distance;
    char nearest_id[200];
    size_t problems;
    bool (*allowed)(const char *verb, int code);
    struct diag *why;
    enum err err;
};

static bool chosen(const struct options *options, const char *id)
{
    if (options->words.count == 0)
        return true;
    for (size_t i = 0; i < options->words.count; i++) {
        const char *word = options->words.items[i];
        size_t len = strlen(word);

        if (fnmatch(word, id, 0) == 0 || (strncmp(word, id, len) == 0 && id[len] == '/'))
            return true;
    }
    return false;
}

/* --- list ------------------------------------------------------------------------------------ */

static void list_exchange(void *ctx, const char *path)
{
    struct shelf *shelf = ctx;
    struct exchange *exchange;

    if (shelf->err != OK)
        return;
    shelf->err = exchange_load(path, &shelf->where, &exchange, shelf->why);
    if (shelf->err != OK)
        return;
    if (chosen(shelf->options, exchange->id))
        printf("  %-42s %-8s %s%s%s  %s\n", exchange->id, level_name(exchange->level),
               exchange->tests[SIDE_SERVER] ? "server" : "      ",
               exchange->tests[SIDE_SERVER] && exchange->tests[SIDE_CLIENT] ? "," : " ",
               exchange->tests[SIDE_CLIENT] ? "client" : "      ", exchange->title);
    exchange_free(exchange);
}

static void list_rules(const struct shelf *shelf, const struct kit *kit)
{
    for (size_t i = 0; kit->rules[i] != NULL; i++)
        for (const struct rule *rule = kit->rules[i]; rule->id != NULL; rule++)
            if (chosen(shelf->options, rule->id))
                printf("  %-30s %-8s %-22s %s\n", rule->id, level_name(rule->level), rule->spec,
                       rule->requirement);
}

static void list_iut(void *ctx, const struct iut *iut)
{
    (void)ctx;
    printf("  %-14s %-4s %s\n", iut->name, protocol_name(iut->protocol),
           iut->features == NULL ? "" : iut->features);
    if (iut->install != NULL)
        printf("  %-14s      %s\n", "", iut->install);
}

enum err shelf_list(const struct options *options, const struct places *places,
                    const struct kit *kit, struct diag *why)
{
    struct shelf shelf = {
        .options = options, .where = {places->suites, places->fixtures}, .why = why};
    enum err err;

    puts("exchanges (id, level, sides that can be tested, title):");
    err = plan_files(places->suites, list_exchange, &shelf, why);
    if (err == OK)
        err = shelf.err;
    if (err != OK)
        return err;
    puts("rules (id, level, source, requirement):");
    list_rules(&shelf, kit);
    if (options->words.count > 0)
        return OK;
    puts("clients (adapters):");
    err = iut_list(places->iut, SIDE_CLIENT, list_iut, NULL, why);
    puts("servers (profiles):");
    return err == OK ? iut_list(places->iut, SIDE_SERVER, list_iut, NULL, why) : err;
}

/* --- explain --------------------------------------------------------------------------------- */

static const char *const subjects[] = {"client", "server", "client and server"};

static void explain_rule(const struct rule *rule)
{
    printf("%s\n\n  subject:     %s\n  level:       %s\n  source:      %s\n\n  %s\n", rule->id,
           subjects[rule->subject], level_name(rule->level), rule->spec, rule->requirement);
    if (rule->reason != NULL)
        printf("\n  Why: %s\n", rule->reason);
    if (rule->exceptions != NULL)
        printf("\n  Exceptions: %s\n", rule->exceptions);
    printf("\n  A breach is a %s%s.\n", rule->level == LEVEL_MUST ? "FAIL" : "WARN",
           rule->level == LEVEL_MUST && rule->exceptions != NULL &&
                   strstr(rule->exceptions, "warning") != NULL
               ? "; what the exceptions call a warning is a WARN"
               : "");
}

static void print_file(const char *path)
{
    FILE *in = fopen(path, "r");
    char line[1000];

    while (in != NULL && fgets(line, sizeof line, in) != NULL)
        printf("  %s", line);
    if (in != NULL)
        fclose(in);
}

static void explain_exchange(const struct exchange *exchange)
{
    printf("%s\n\n  title:       %s\n  level:       %s\n  tests:       %s%s%s\n", exchange->id,
           exchange->title, level_name(exchange->level),
           exchange->tests[SIDE_SERVER] ? "server" : "",
           exchange->tests[SIDE_SERVER] && exchange->tests[SIDE_CLIENT] ? ", " : "",
           exchange->tests[SIDE_CLIENT] ? "client" : "");
    for (size_t i = 0; exchange->specs != NULL && exchange->specs[i] != NULL; i++)
        printf("  %s%s\n", i == 0 ? "source:      " : "             ", exchange->specs[i]);
    printf("\n  %s\n\n", exchange->path);
    print_file(exchange->path);
}

static void nearer(struct shelf *shelf, const char *id)
{
    size_t distance = suggest_distance(shelf->wanted, id);

    if (distance >= shelf->distance)
        return;
    shelf->distance = distance;
    snprintf(shelf->nearest_id, sizeof shelf->nearest_id, "%s", id);
}

static void find_exchange(void *ctx, const char *path)
{
    struct shelf *shelf = ctx;
    struct exchange *exchange;
    struct diag ignored;

    if (shelf->found != NULL || exchange_load(path, &shelf->where, &exchange, &ignored) != OK)
        return;
    nearer(shelf, exchange->id);
    if (strcmp(exchange->id, shelf->wanted) == 0)
        shelf->found = exchange;
    else
        exchange_free(exchange);
}

static void consider_rules(struct shelf *shelf, const struct kit *kit)
{
    for (size_t i = 0; kit->rules[i] != NULL; i++)
        for (const struct rule *rule = kit->rules[i]; rule->id != NULL; rule++)
            nearer(shelf, rule->id);
}

enum err shelf_explain(const struct options *options, const struct places *places,
                       const struct kit *kit, struct diag *why)
{
    struct shelf shelf = {.options = options,
                          .where = {places->suites, places->fixtures},
                          .distance = (size_t)-1,
                          .why = why};
    const struct rule *rule;
    enum err err;

    if (options->words.count == 0)
        return diag_set(why, ERR_USAGE, "explain needs the id of a rule or an exchange");
    shelf.wanted = options->words.items[0];
    rule = rules_find(kit->rules, shelf.wanted);
    if (rule != NULL) {
        explain_rule(rule);
        return OK;
    }
    err = plan_files(places->suites, find_exchange, &shelf, why);
    if (err != OK)
        return err;
    if (shelf.found != NULL) {
        explain_exchange(shelf.found);
        exchange_free(shelf.found);
        return OK;
    }
    consider_rules(&shelf, kit);
    return diag_set(why, ERR_USAGE,
                    "neither a rule nor an exchange is called '%s'; the nearest is '%s'",
                    shelf.wanted, shelf.nearest_id);
}

/* --- lint ------------------------------------------------------------------------------------ */

static void print_problem(void *ctx, const struct diag *problem)
{
    (void)ctx;
    diag_print(stdout, problem);
}

static void lint_file(void *ctx, const char *path)
{
    struct shelf *shelf = ctx;

    shelf->problems += exchange_lint(path, &shelf->where, shelf->allowed, print_problem, shelf);
}

enum err shelf_lint(const struct options *options, const struct places *places,
                    bool (*allowed)(const char *verb, int code), int *status, struct diag *why)
{
    struct shelf shelf = {.options = options,
                          .where = {places->suites, places->fixtures},
                          .allowed = allowed,
                          .why = why};
    enum err err = OK;

    if (options->words.count == 0)
        err = plan_files(places->suites, lint_file, &shelf, why);
    for (size_t i = 0; i < options->words.count; i++)
        lint_file(&shelf, options->words.items[i]);
    if (err == OK && shelf.problems == 0)
        puts("no problem found");
    *status = shelf.problems > 0 ? 3 : 0;
    return err;
}

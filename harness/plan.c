#include "plan.h"

#include <fnmatch.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/suggest.h"

static const char *const shape_names[] = {[SHAPE_WRITTEN] = "",
                                          [SHAPE_OCTETS] = "per-octet",
                                          [SHAPE_CRLF] = "split-crlf",
                                          [SHAPE_LINES] = "per-line",
                                          [SHAPE_COALESCED] = "coalesced"};
static const char *const order_names[] = {[ORDER_WRITTEN] = "",
                                          [ORDER_ONE_SEGMENT] = "one-segment",
                                          [ORDER_EARLY_226] = "early-226",
                                          [ORDER_MID_226] = "mid-226",
                                          [ORDER_226_FIN] = "226-before-fin",
                                          [ORDER_DATA_FIRST] = "data-first",
                                          [ORDER_FIRST_OCTET] = "first-octet"};

#define SHAPE_COUNT (sizeof shape_names / sizeof *shape_names)

/* --- files ----------------------------------------------------------------------------------- */

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool is_exchange(const char *name)
{
    size_t len = strlen(name);

    return len > 9 && strcmp(name + len - 9, ".exchange") == 0;
}

enum err plan_files(const char *folder, void (*tell)(void *ctx, const char *path), void *ctx,
                    struct diag *why)
{
    char *const roots[] = {(char *)folder, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    FTSENT *found;

    if (walk == NULL || access(folder, R_OK) != 0) {
        if (walk != NULL)
            fts_close(walk);
        return diag_set(why, ERR_INPUT, "the folder of the suites, %s, cannot be read", folder);
    }
    while ((found = fts_read(walk)) != NULL)
        if (found->fts_info == FTS_F && is_exchange(found->fts_name))
            tell(ctx, found->fts_path);
    fts_close(walk);
    return OK;
}

/* --- selecting ------------------------------------------------------------------------------- */

struct making {
    const struct exchange_places *places;
    const struct plan_selection *selection;
    struct plan *plan;
    struct diag *why;
    enum err err;
    bool *used;        /* which selectors matched something */
    char nearest[160]; /* the id nearest to a selector that matches nothing */
    size_t nearness;
};

static void id_of(const char *path, const char *suites, char *id, size_t room)
{
    size_t skip = suites == NULL ? 0 : strlen(suites);
    size_t len;

    if (skip > 0 && strncmp(path, suites, skip) == 0 && path[skip] == '/')
        path += skip + 1;
    len = strlen(path);
    snprintf(id, room, "%.*s", (int)(is_exchange(path) ? len - 9 : len), path);
}

static bool names_folder_of(const char *select, const char *id)
{
    size_t len = strlen(select);

    while (len > 0 && select[len - 1] == '/')
        len--;
    return len > 0 && strncmp(select, id, len) == 0 && id[len] == '/';
}

/* Does a selector want this case id, or some variation of the exchange that has it? */
static bool selector_wants(const char *select, const char *id)
{
    size_t len = strlen(id);

    if (strcmp(select, id) == 0 || names_folder_of(select, id))
        return true;
    if (strncmp(select, id, len) == 0 && select[len] == '[')
        return true;
    return strpbrk(select, "*?") != NULL && fnmatch(select, id, 0) == 0;
}

static bool wants(struct making *making, const char *id)
{
    const char *const *select = making->selection->select;
    bool wanted = select == NULL || select[0] == NULL;

    for (size_t i = 0; select != NULL && select[i] != NULL; i++) {
        if (is_exchange(select[i]) || !selector_wants(select[i], id))
            continue;
        making->used[i] = true;
        wanted = true;
    }
    return wanted;
}

static bool suits(const struct plan_selection *selection, const struct exchange *exchange)
{
    return exchange->tests[selection->iut] && exchange->level <= selection->level &&
           (selection->protocol < 0 || exchange->protocol == (enum protocol)selection->protocol);
}

static void add_exchange(struct making *making, const char *path)
{
    struct plan *plan = making->plan;
    struct exchange *exchange;

    if (making->err != OK)
        return;
    making->err = exchange_load(path, making->places, &exchange, making->why);
    if (making->err != OK)
        return;
    if (!suits(making->selection, exchange)) {
        exchange_free(exchange);
        return;
    }
    plan->exchanges =
        realloc(plan->exchanges, (plan->exchange_count + 1) * sizeof(struct exchange *));
    if (plan->exchanges == NULL)
        abort();
    plan->exchanges[plan->exchange_count++] = exchange;
}

static void consider_file(void *ctx, const char *path)
{
    struct making *making = ctx;
    const char *const *select = making->selection->select;
    char id[160];

    id_of(path, making->places->suites, id, sizeof id);
    if (wants(making, id)) {
        add_exchange(making, path);
        return;
    }
    for (size_t i = 0; select != NULL && select[i] != NULL; i++) {
        size_t distance = suggest_distance(select[i], id);

        if (distance < making->nearness) {
            making->nearness = distance;
            snprintf(making->nearest, sizeof making->nearest, "%s", id);
        }
    }
}

static void add_named_files(struct making *making)
{
    const char *const *select = making->selection->select;

    for (size_t i = 0; select != NULL && select[i] != NULL && making->err == OK; i++) {
        if (!is_exchange(select[i]))
            continue;
        making->used[i] = true;
        add_exchange(making, select[i]);
    }
}

static enum err unused_selector(struct making *making, const char *select)
{
    if (making->nearness <= strlen(select) / 2 + 1)
        return diag_set(making->why, ERR_USAGE,
                        "'%s' selects no exchange; did you mean '%s'? ('peerspec list' names all)",
                        select, making->nearest);
    return diag_set(making->why, ERR_USAGE,
                    "'%s' selects no exchange; 'peerspec list' names all of them", select);
}

/* --- cases ----------------------------------------------------------------------------------- */

static struct plan_case *add_case(struct plan *plan, const struct exchange *exchange, enum side iut,
                                  const char *variation)
{
    struct plan_case *made;

    plan->cases = realloc(plan->cases, (plan->count + 1) * sizeof *plan->cases);
    if (plan->cases == NULL)
        abort();
    made = &plan->cases[plan->count];
    *made = (struct plan_case){.exchange = exchange, .iut = iut, .baseline = plan->count};
    snprintf(made->id, sizeof made->id, variation[0] == '\0' ? "%s%s" : "%s[%s]", exchange->id,
             variation);
    plan->count++;
    return made;
}

static void add_cases(struct plan *plan, const struct exchange *exchange, enum side iut)
{
    size_t baseline = plan->count;

    add_case(plan, exchange, iut, "");
    for (size_t i = 1; i < SHAPE_COUNT && (exchange->vary & VARY_DELIVERY) != 0; i++) {
        struct plan_case *made = add_case(plan, exchange, iut, shape_names[i]);

        made->shape = (enum peer_shape)i;
        made->baseline = baseline;
    }
    for (size_t i = 1; i < ORDER_COUNT && (exchange->vary & VARY_ORDER) != 0 && iut == SIDE_CLIENT;
         i++) {
        struct plan_case *made = add_case(plan, exchange, iut, order_names[i]);

        made->order = (enum peer_order)i;
        made->baseline = baseline;
    }
}

/* A selector may name one variation: then the others stay out, but for the one compared with. */
static bool variation_wanted(const struct plan_selection *selection, const struct plan_case *one)
{
    bool named = false;

    for (size_t i = 0; selection->select != NULL && selection->select[i] != NULL; i++) {
        const char *bracket = strchr(selection->select[i], '[');
        size_t len = bracket == NULL ? 0 : (size_t)(bracket - selection->select[i]);

        if (bracket == NULL || strncmp(selection->select[i], one->exchange->id, len) != 0 ||
            one->exchange->id[len] != '\0')
            continue;
        named = true;
        if (strcmp(selection->select[i], one->id) == 0 || strchr(one->id, '[') == NULL)
            return true;
    }
    return !named;
}

static bool operation_wanted(const struct plan_selection *selection, const struct plan_case *one)
{
    const char *operation = one->exchange->operation;

    return selection->operation == NULL ||
           (operation != NULL && strcmp(operation, selection->operation) == 0);
}

static void narrow(struct plan *plan, const struct plan_selection *selection)
{
    size_t kept = 0, exchange_number = 0, baseline = 0;
    const struct exchange *last = NULL;

    for (size_t i = 0; i < plan->count; i++) {
        struct plan_case *one = &plan->cases[i];

        exchange_number += one->exchange != last;
        last = one->exchange;
        if (selection->shards > 0 &&
            (exchange_number - 1) % selection->shards != selection->shard - 1)
            continue;
        if (!variation_wanted(selection, one) || !operation_wanted(selection, one))
            continue;
        if (one->baseline == i)
            baseline = kept;
        plan->cases[kept] = *one;
        plan->cases[kept++].baseline = baseline;
    }
    plan->count = kept;
}

static size_t count_selectors(const char *const *select)
{
    size_t count = 0;

    while (select != NULL && select[count] != NULL)
        count++;
    return count;
}

static enum err check_selection(struct making *making, size_t selectors)
{
    for (size_t i = 0; i < selectors; i++)
        if (!making->used[i])
            return unused_selector(making, making->selection->select[i]);
    if (making->plan->count == 0 && making->selection->shards == 0)
        return diag_set(making->why, ERR_USAGE,
                        "the selection has no exchange that tests a %s at this level and protocol",
                        side_name(making->selection->iut));
    return OK;
}

enum err plan_make(const struct exchange_places *places, const struct plan_selection *selection,
                   struct plan *plan, struct diag *why)
{
    size_t selectors = count_selectors(selection->select);
    struct making making = {.places = places,
                            .selection = selection,
                            .plan = plan,
                            .why = why,
                            .nearness = (size_t)-1,
                            .used = calloc(selectors + 1, sizeof(bool))};

    *plan = (struct plan){0};
    add_named_files(&making);
    if (making.err == OK)
        making.err =
            plan_files(places->suites, consider_file, &making, why) != OK ? why->code : making.err;
    for (size_t i = 0; i < plan->exchange_count && making.err == OK; i++)
        add_cases(plan, plan->exchanges[i], selection->iut);
    if (making.err == OK)
        narrow(plan, selection);
    if (making.err == OK)
        making.err = check_selection(&making, selectors);
    free(making.used);
    if (making.err != OK)
        plan_fini(plan);
    return making.err;
}

void plan_fini(struct plan *plan)
{
    for (size_t i = 0; i < plan->exchange_count; i++)
        exchange_free(plan->exchanges[i]);
    free(plan->exchanges);
    free(plan->cases);
    *plan = (struct plan){0};
}

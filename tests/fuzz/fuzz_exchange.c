#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "exchange/exchange.h"

static void check_place(struct place at, const struct bytes *text)
{
    size_t lines = 1;

    for (size_t i = 0; i < text->len; i++)
        lines += text->at[i] == '\n';
    if (at.file == NULL || at.line > lines || (at.line > 0 && at.column == 0))
        abort();
}

/* A block's marks lead forward, and to its END. */
static void check_mark(const struct exchange *exchange, size_t index)
{
    const struct step *step = &exchange->steps[index];

    if (step->end >= exchange->step_count || step->next > step->end ||
        exchange->steps[step->end].kind != STEP_END)
        abort();
    if (step->kind != STEP_END && step->next <= index)
        abort();
}

static void check_steps(const struct exchange *exchange, const struct bytes *text)
{
    for (size_t i = 0; i < exchange->step_count; i++) {
        const struct step *step = &exchange->steps[i];

        check_place(step->at, text);
        if (step->kind == STEP_EITHER || step->kind == STEP_OR || step->kind == STEP_ANY_ORDER ||
            step->kind == STEP_END)
            check_mark(exchange, i);
        if (step->kind == STEP_LINE && step->line_count == 0)
            abort();
        if (step->code_count > STEP_CODES)
            abort();
    }
}

static void check_problem(void *ctx, const struct diag *problem)
{
    if (problem->code == OK || problem->text[0] == '\0')
        abort();
    if (problem->at.line > 0)
        check_place(problem->at, ctx);
}

/* Lint reads a file, so it gets one, without a name. A script that does not load has a problem. */
static void lint(struct bytes text, bool loads)
{
    int fd = memfd_create("fuzz", 0);
    char path[64];
    size_t problems;

    if (fd < 0 || write(fd, text.at, text.len) != (ssize_t)text.len)
        exit(1);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    problems = exchange_lint(path, NULL, NULL, check_problem, &text);
    if (!loads && problems == 0)
        abort();
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct bytes text = {(const char *)data, len};
    struct exchange *exchange;
    struct diag why = {.code = OK};

    if (exchange_parse(text, "fuzz", NULL, &exchange, &why) != OK) {
        if (exchange != NULL || why.code == OK || why.text[0] == '\0')
            abort();
        check_place(why.at, &text);
        lint(text, false);
        return 0;
    }
    check_steps(exchange, &text);
    lint(text, true);
    exchange_free(exchange);
    return 0;
}

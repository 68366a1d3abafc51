/* script: for tests, a script in memory into an exchange. */
#ifndef PEERSPEC_TESTS_EXCHANGE_SCRIPT_H
#define PEERSPEC_TESTS_EXCHANGE_SCRIPT_H

#include <check.h>

#include "exchange/exchange.h"
#include "tests/support/run_suite.h"

static struct exchange *exchange;
static struct diag why;

static inline enum err parse(const char *script)
{
    exchange_free(exchange);
    return exchange_parse(bytes_of(script), "test.exchange", NULL, &exchange, &why);
}

/* The exchange, which must be good. */
static inline const struct exchange *loaded(const char *script)
{
    if (parse(script) != OK)
        ck_abort_msg("%s:%u:%u: %s", why.at.file, why.at.line, why.at.column, why.text);
    return exchange;
}

static inline const struct step *step(size_t index)
{
    ck_assert_uint_lt(index, exchange->step_count);
    return &exchange->steps[index];
}

static inline void unload(void)
{
    exchange_free(exchange);
    exchange = NULL;
}

/* A script with one mistake, and where it is. */
struct mistake {
    const char *script;
    unsigned line, column;
    const char *text; /* that the message must hold */
};

static inline void refused(const struct mistake *mistake)
{
    ck_assert_int_ne(parse(mistake->script), OK);
    ck_assert_ptr_null(exchange);
    ck_assert_str_eq(why.at.file, "test.exchange");
    if (strstr(why.text, mistake->text) == NULL)
        ck_abort_msg("'%s' is not in '%s'", mistake->text, why.text);
    ck_assert_uint_eq(why.at.line, mistake->line);
    ck_assert_uint_eq(why.at.column, mistake->column);
}

#define assert_bytes_eq(a, text)                                                                   \
    do {                                                                                           \
        struct bytes assert_a = (a);                                                               \
        ck_assert_uint_eq(assert_a.len, sizeof(text) - 1);                                         \
        ck_assert_mem_eq(assert_a.at, text, sizeof(text) - 1);                                     \
    } while (0)

#endif

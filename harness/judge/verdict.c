#include "judge/verdict.h"

#include <assert.h>

enum verdict verdict_worse(enum verdict a, enum verdict b)
{
    return a > b ? a : b;
}

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[VERDICT_COUNT] = {
        [VERDICT_PASS] = "PASS", [VERDICT_SKIP] = "SKIP",
        [VERDICT_WARN] = "WARN", [VERDICT_INCONCLUSIVE] = "INCONCLUSIVE",
        [VERDICT_FAIL] = "FAIL", [VERDICT_ERROR] = "ERROR",
    };

    assert(verdict < VERDICT_COUNT);
    return names[verdict];
}

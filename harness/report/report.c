#include "report/report.h"

size_t report_cases(const struct report_totals *totals)
{
    size_t cases = 0;

    for (size_t i = 0; i < VERDICT_COUNT; i++)
        cases += totals->by_verdict[i];
    return cases;
}

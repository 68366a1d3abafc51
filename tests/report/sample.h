/* sample: a run with a case of each kind, told to any report. */
#ifndef PEERSPEC_TESTS_REPORT_SAMPLE_H
#define PEERSPEC_TESTS_REPORT_SAMPLE_H

#include "report/report.h"

/* Tell the whole run; what end() answers. */
bool sample_tell(struct report *report, struct diag *why);
/* Tell its beginning and the first `count` endings, without the end. */
void sample_begin(struct report *report, size_t count);
/* The end of a run that was stopped after `told` cases. */
bool sample_stop(struct report *report, size_t told, struct diag *why);
/* Fails the test where `text` is not what the file in tests/report/golden says. */
void sample_expect(const char *text, const char *file);

extern const size_t sample_count; /* cases */

#endif

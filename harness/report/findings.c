#include <inttypes.h>
#include <string.h>

#include "report/ink.h"
#include "report/report.h"

#define DETAIL_INDENT 2

/* "FAIL RFC 959 4.2 (MUST): what is asked [RULE-ID]" */
static void print_requirement(const struct ink *ink, const struct finding *finding)
{
    ink_verdict(ink, finding->verdict, verdict_name(finding->verdict), 0);
    putc(' ', ink->out);
    if (finding->spec != NULL) {
        ink_plain(ink, finding->spec);
        fprintf(ink->out, " (%s%s)", level_name(finding->level),
                finding->level == LEVEL_MUST && finding->verdict == VERDICT_WARN
                    ? ", with exceptions"
                    : "");
    } else {
        fputs(level_name(finding->level), ink->out);
    }
    if (finding->requirement != NULL) {
        fputs(": ", ink->out);
        ink_plain(ink, finding->requirement);
    }
    if (finding->rule != NULL)
        fprintf(ink->out, " [%s]", finding->rule);
    putc('\n', ink->out);
}

static void print_packets(const struct ink *ink, const struct finding *finding, int indent)
{
    if (finding->packet_count == 0)
        return;
    ink_label(ink, indent, finding->packet_count == 1 ? "packet" : "packets");
    for (size_t i = 0; i < finding->packet_count; i++)
        fprintf(ink->out, "%s%" PRIu64, i == 0 ? "" : ", ", finding->packets[i]);
    putc('\n', ink->out);
}

static void print_script(const struct ink *ink, const struct finding *finding, int indent)
{
    if (finding->at.file == NULL)
        return;
    ink_label(ink, indent, "script");
    ink_plain(ink, finding->at.file);
    if (finding->at.line > 0)
        fprintf(ink->out, ":%u", finding->at.line);
    putc('\n', ink->out);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Breaches of one requirement stand below it together. */
static bool same_requirement(const struct finding *a, const struct finding *b)
{
    return a->verdict == b->verdict && a->level == b->level && same_text(a->rule, b->rule) &&
           same_text(a->spec, b->spec) && same_text(a->requirement, b->requirement);
}

/* What was expected is said once, where it is the same for the breach `before`. */
static void print_finding(const struct ink *ink, const struct finding *finding,
                          const struct finding *before, int indent)
{
    bool said = before != NULL && same_text(before->expected, finding->expected);

    indent += DETAIL_INDENT;
    if (!said && finding->expected != NULL && finding->expected[0] != '\0')
        ink_row(ink, indent, "expected", finding->expected);
    if (finding->seen != NULL && finding->seen[0] != '\0')
        ink_row(ink, indent, "seen", finding->seen);
    print_script(ink, finding, indent);
    print_packets(ink, finding, indent);
}

void report_findings(FILE *out, const struct findings *findings, bool color, int indent)
{
    const struct ink ink = {out, color};

    for (size_t i = 0; i < findings_count(findings); i++) {
        const struct finding *finding = findings_at(findings, i);
        const struct finding *before = i == 0 ? NULL : findings_at(findings, i - 1);

        if (before != NULL && !same_requirement(before, finding))
            before = NULL;
        if (before == NULL) {
            ink_indent(&ink, indent);
            print_requirement(&ink, finding);
        }
        print_finding(&ink, finding, before, indent);
    }
}

void report_details(FILE *out, const struct report_case *done, bool color, int indent)
{
    const struct ink ink = {out, color};

    if (done->findings != NULL)
        report_findings(out, done->findings, color, indent);
    if (done->evidence != NULL)
        ink_row(&ink, indent + DETAIL_INDENT, "evidence", done->evidence);
    if (done->repeat != NULL)
        ink_row(&ink, indent + DETAIL_INDENT, "again", done->repeat);
}

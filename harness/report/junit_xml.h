/* junit_xml: test suites as JUnit XML, as CI systems read it.
 *
 * No standard says what that is. Elements and attributes are those of the schema of Jenkins' xUnit
 * plugin (junit-10.xsd), and of what else is common: `skipped` of all suites, and `file` and
 * `line`, which GitLab and the reporters of GitHub read. All texts are fit for XML (xml_text), and
 * lent. */
#ifndef PEERSPEC_REPORT_JUNIT_XML_H
#define PEERSPEC_REPORT_JUNIT_XML_H

#include <stddef.h>
#include <stdint.h>

#include "report/out_file.h"

enum junit_result { JUNIT_PASSED, JUNIT_FAILED, JUNIT_ERRED, JUNIT_SKIPPED, JUNIT_RESULTS };

struct junit_case {
    struct junit_case *next;
    const char *name;
    const char *file; /* NULL: none */
    unsigned line;
    int64_t duration; /* ns */
    enum junit_result result;
    const char *type, *message; /* NULL: none */
    const char *text;           /* what was found; NULL: nothing */
};

struct junit_suite {
    struct junit_suite *next;
    const char *name, *class_name;
    struct junit_case *first, **last;
    size_t counts[JUNIT_RESULTS];
    int64_t duration; /* ns, of its cases */
};

struct junit_property {
    struct junit_property *next;
    const char *name, *value;
};

struct junit_document {
    const char *name, *timestamp;
    int64_t duration;                  /* ns */
    struct junit_property *properties; /* of each suite */
    struct junit_suite *suites;
};

struct junit_xml; /* what writes it: libxml2 */

/* ERR_SYSTEM where the library is not there. */
NODISCARD enum err junit_xml_new(struct junit_xml **out, struct diag *why);
void junit_xml_free(struct junit_xml *xml); /* takes NULL */
/* Whether it reached the file, out_file_close() says. */
void junit_xml_write(const struct junit_xml *xml, const struct junit_document *document,
                     struct out_file *file);

#endif

#include "report/junit_xml.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <libxml/xmlwriter.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* --- libxml2 --- */

/* The library is loaded when it is first wanted. Linked, it would bring ICU and the library of C++
 * along, which take longer to start than all the rest of peerspec, also where no XML is written. */
#define FUNCTIONS(FUNCTION)                                                                        \
    FUNCTION(xmlBufferCreate)                                                                      \
    FUNCTION(xmlBufferContent)                                                                     \
    FUNCTION(xmlBufferLength)                                                                      \
    FUNCTION(xmlBufferFree)                                                                        \
    FUNCTION(xmlNewTextWriterMemory)                                                               \
    FUNCTION(xmlFreeTextWriter)                                                                    \
    FUNCTION(xmlTextWriterSetIndent)                                                               \
    FUNCTION(xmlTextWriterStartDocument)                                                           \
    FUNCTION(xmlTextWriterEndDocument)                                                             \
    FUNCTION(xmlTextWriterStartElement)                                                            \
    FUNCTION(xmlTextWriterEndElement)                                                              \
    FUNCTION(xmlTextWriterWriteAttribute)                                                          \
    FUNCTION(xmlTextWriterWriteString)

struct junit_xml {
#define MEMBER(name) __typeof__(name) *name;
    FUNCTIONS(MEMBER)
};

/* POSIX lets dlsym() give the address of a function as that of an object. False where there is
 * none. */
static bool find(void *library, const char *name, void *function)
{
    void *found = library == NULL ? NULL : dlsym(library, name);

    memcpy(function, &found, sizeof found);
    return found != NULL;
}

enum err junit_xml_new(struct junit_xml **out, struct diag *why)
{
    struct junit_xml *xml = calloc(1, sizeof *xml);
    void *library = dlopen(PEERSPEC_LIBXML2, RTLD_NOW);
    bool whole = true;

    *out = xml;
    if (xml == NULL)
        abort();
#define FIND(name) whole = whole && find(library, #name, &xml->name);
    FUNCTIONS(FIND)
    if (whole)
        return OK;
    junit_xml_free(xml);
    *out = NULL;
    return diag_set(why, ERR_SYSTEM, "JUnit XML needs libxml2, which cannot be loaded: %s",
                    dlerror());
}

/* The library stays: it would leave its own memory behind. */
void junit_xml_free(struct junit_xml *xml)
{
    free(xml);
}

/* --- the document --- */

struct page {
    const struct junit_xml *xml;
    xmlTextWriterPtr writer;
};

/* What fails here is memory alone. */
static void must(int written)
{
    if (written < 0)
        abort();
}

static void open_element(const struct page *page, const char *name)
{
    must(page->xml->xmlTextWriterStartElement(page->writer, BAD_CAST name));
}

static void close_element(const struct page *page)
{
    must(page->xml->xmlTextWriterEndElement(page->writer));
}

static void attribute(const struct page *page, const char *name, const char *value)
{
    if (value != NULL)
        must(page->xml->xmlTextWriterWriteAttribute(page->writer, BAD_CAST name, BAD_CAST value));
}

static void number_attribute(const struct page *page, const char *name, size_t value)
{
    char text[24];

    snprintf(text, sizeof text, "%zu", value);
    attribute(page, name, text);
}

static void time_attribute(const struct page *page, int64_t ns)
{
    char text[48];

    snprintf(text, sizeof text, "%" PRId64 ".%03" PRId64, ns / CLOCK_SECOND,
             ns % CLOCK_SECOND / CLOCK_MS);
    attribute(page, "time", text);
}

static void counts_attributes(const struct page *page, const size_t counts[JUNIT_RESULTS])
{
    number_attribute(page, "tests",
                     counts[JUNIT_PASSED] + counts[JUNIT_FAILED] + counts[JUNIT_ERRED] +
                         counts[JUNIT_SKIPPED]);
    number_attribute(page, "failures", counts[JUNIT_FAILED]);
    number_attribute(page, "errors", counts[JUNIT_ERRED]);
    number_attribute(page, "skipped", counts[JUNIT_SKIPPED]);
}

static void write_case(const struct page *page, const struct junit_suite *suite,
                       const struct junit_case *one)
{
    static const char *const elements[] = {[JUNIT_PASSED] = "system-out",
                                           [JUNIT_FAILED] = "failure",
                                           [JUNIT_ERRED] = "error",
                                           [JUNIT_SKIPPED] = "skipped"};

    open_element(page, "testcase");
    attribute(page, "classname", suite->class_name);
    attribute(page, "name", one->name);
    time_attribute(page, one->duration);
    attribute(page, "file", one->file);
    if (one->file != NULL)
        number_attribute(page, "line", one->line);
    if (one->text != NULL) {
        open_element(page, elements[one->result]);
        attribute(page, "type", one->type);
        attribute(page, "message", one->message);
        must(page->xml->xmlTextWriterWriteString(page->writer, BAD_CAST one->text));
        close_element(page);
    }
    close_element(page);
}

static void write_properties(const struct page *page, const struct junit_document *document)
{
    open_element(page, "properties");
    for (const struct junit_property *one = document->properties; one != NULL; one = one->next) {
        open_element(page, "property");
        attribute(page, "name", one->name);
        attribute(page, "value", one->value);
        close_element(page);
    }
    close_element(page);
}

static void write_suite(const struct page *page, const struct junit_document *document,
                        const struct junit_suite *suite)
{
    open_element(page, "testsuite");
    attribute(page, "name", suite->name);
    counts_attributes(page, suite->counts);
    time_attribute(page, suite->duration);
    attribute(page, "timestamp", document->timestamp);
    write_properties(page, document);
    for (const struct junit_case *one = suite->first; one != NULL; one = one->next)
        write_case(page, suite, one);
    close_element(page);
}

static void write_suites(const struct page *page, const struct junit_document *document)
{
    size_t counts[JUNIT_RESULTS] = {0};

    for (const struct junit_suite *suite = document->suites; suite != NULL; suite = suite->next)
        for (int result = JUNIT_PASSED; result < JUNIT_RESULTS; result++)
            counts[result] += suite->counts[result];
    open_element(page, "testsuites");
    attribute(page, "name", document->name);
    counts_attributes(page, counts);
    time_attribute(page, document->duration);
    for (const struct junit_suite *suite = document->suites; suite != NULL; suite = suite->next)
        write_suite(page, document, suite);
    close_element(page);
}

void junit_xml_write(const struct junit_xml *xml, const struct junit_document *document,
                     struct out_file *file)
{
    xmlBufferPtr buffer = xml->xmlBufferCreate();
    const struct page page = {xml, buffer == NULL ? NULL : xml->xmlNewTextWriterMemory(buffer, 0)};

    if (page.writer == NULL)
        abort();
    must(xml->xmlTextWriterSetIndent(page.writer, 1));
    must(xml->xmlTextWriterStartDocument(page.writer, NULL, "UTF-8", NULL));
    write_suites(&page, document);
    must(xml->xmlTextWriterEndDocument(page.writer));
    xml->xmlFreeTextWriter(page.writer);
    out_file_write(file, xml->xmlBufferContent(buffer), (size_t)xml->xmlBufferLength(buffer));
    xml->xmlBufferFree(buffer);
}

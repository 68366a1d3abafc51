#include "report/junit_xml.h"

#include <inttypes.h>
#include <libxml/xmlwriter.h>
#include <stdlib.h>

#include "base/clock.h"

/* What fails here is memory alone. */
static void must(int written)
{
    if (written < 0)
        abort();
}

static void open_element(xmlTextWriterPtr writer, const char *name)
{
    must(xmlTextWriterStartElement(writer, BAD_CAST name));
}

static void close_element(xmlTextWriterPtr writer)
{
    must(xmlTextWriterEndElement(writer));
}

static void attribute(xmlTextWriterPtr writer, const char *name, const char *value)
{
    if (value != NULL)
        must(xmlTextWriterWriteAttribute(writer, BAD_CAST name, BAD_CAST value));
}

static void number_attribute(xmlTextWriterPtr writer, const char *name, size_t value)
{
    must(xmlTextWriterWriteFormatAttribute(writer, BAD_CAST name, "%zu", value));
}

static void time_attribute(xmlTextWriterPtr writer, int64_t ns)
{
    must(xmlTextWriterWriteFormatAttribute(writer, BAD_CAST "time", "%" PRId64 ".%03" PRId64,
                                           ns / CLOCK_SECOND, ns % CLOCK_SECOND / CLOCK_MS));
}

static void counts_attributes(xmlTextWriterPtr writer, const size_t counts[JUNIT_RESULTS])
{
    number_attribute(writer, "tests",
                     counts[JUNIT_PASSED] + counts[JUNIT_FAILED] + counts[JUNIT_ERRED] +
                         counts[JUNIT_SKIPPED]);
    number_attribute(writer, "failures", counts[JUNIT_FAILED]);
    number_attribute(writer, "errors", counts[JUNIT_ERRED]);
    number_attribute(writer, "skipped", counts[JUNIT_SKIPPED]);
}

static void write_case(xmlTextWriterPtr writer, const struct junit_suite *suite,
                       const struct junit_case *one)
{
    static const char *const elements[] = {[JUNIT_PASSED] = "system-out",
                                           [JUNIT_FAILED] = "failure",
                                           [JUNIT_ERRED] = "error",
                                           [JUNIT_SKIPPED] = "skipped"};

    open_element(writer, "testcase");
    attribute(writer, "classname", suite->class_name);
    attribute(writer, "name", one->name);
    time_attribute(writer, one->duration);
    attribute(writer, "file", one->file);
    if (one->file != NULL)
        number_attribute(writer, "line", one->line);
    if (one->text != NULL) {
        open_element(writer, elements[one->result]);
        attribute(writer, "type", one->type);
        attribute(writer, "message", one->message);
        must(xmlTextWriterWriteString(writer, BAD_CAST one->text));
        close_element(writer);
    }
    close_element(writer);
}

static void write_properties(xmlTextWriterPtr writer, const struct junit_document *document)
{
    open_element(writer, "properties");
    for (const struct junit_property *one = document->properties; one != NULL; one = one->next) {
        open_element(writer, "property");
        attribute(writer, "name", one->name);
        attribute(writer, "value", one->value);
        close_element(writer);
    }
    close_element(writer);
}

static void write_suite(xmlTextWriterPtr writer, const struct junit_document *document,
                        const struct junit_suite *suite)
{
    open_element(writer, "testsuite");
    attribute(writer, "name", suite->name);
    counts_attributes(writer, suite->counts);
    time_attribute(writer, suite->duration);
    attribute(writer, "timestamp", document->timestamp);
    write_properties(writer, document);
    for (const struct junit_case *one = suite->first; one != NULL; one = one->next)
        write_case(writer, suite, one);
    close_element(writer);
}

static void write_suites(xmlTextWriterPtr writer, const struct junit_document *document)
{
    size_t counts[JUNIT_RESULTS] = {0};

    for (const struct junit_suite *suite = document->suites; suite != NULL; suite = suite->next)
        for (int result = JUNIT_PASSED; result < JUNIT_RESULTS; result++)
            counts[result] += suite->counts[result];
    open_element(writer, "testsuites");
    attribute(writer, "name", document->name);
    counts_attributes(writer, counts);
    time_attribute(writer, document->duration);
    for (const struct junit_suite *suite = document->suites; suite != NULL; suite = suite->next)
        write_suite(writer, document, suite);
    close_element(writer);
}

void junit_xml_write(const struct junit_document *document, struct out_file *file)
{
    xmlBufferPtr buffer = xmlBufferCreate();
    xmlTextWriterPtr writer = buffer == NULL ? NULL : xmlNewTextWriterMemory(buffer, 0);

    if (writer == NULL)
        abort();
    must(xmlTextWriterSetIndent(writer, 1));
    must(xmlTextWriterStartDocument(writer, NULL, "UTF-8", NULL));
    write_suites(writer, document);
    must(xmlTextWriterEndDocument(writer));
    xmlFreeTextWriter(writer);
    out_file_write(file, xmlBufferContent(buffer), (size_t)xmlBufferLength(buffer));
    xmlBufferFree(buffer);
}

#include "report/finding_json.h"

#include "report/json_page.h"

static json_t *packets(const struct finding *finding)
{
    json_t *numbers = json_array();

    for (size_t i = 0; i < finding->packet_count; i++)
        json_array_append_new(numbers, json_integer((json_int_t)finding->packets[i]));
    return numbers;
}

json_t *finding_json(const struct finding *finding)
{
    json_t *object = json_object();

    json_object_set_new(object, "rule", json_page_words(finding->rule));
    json_object_set_new(object, "level", json_page_words(level_name(finding->level)));
    json_object_set_new(object, "verdict", json_page_words(verdict_name(finding->verdict)));
    json_object_set_new(object, "subject", json_page_words(side_name(finding->subject)));
    json_object_set_new(object, "rfc", json_page_words(finding->spec));
    json_object_set_new(object, "requirement", json_page_words(finding->requirement));
    json_object_set_new(object, "packets", packets(finding));
    json_object_set_new(object, "script", json_page_words(finding->at.file));
    json_object_set_new(object, "line",
                        finding->at.line == 0 ? json_null() : json_integer(finding->at.line));
    json_object_set_new(object, "expected", json_page_words(finding->expected));
    json_object_set_new(object, "seen", json_page_words(finding->seen));
    return object;
}

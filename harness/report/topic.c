#include "report/topic.h"

#include <string.h>

size_t topic_length(const char *id)
{
    const char *variant = strchr(id, '[');
    size_t len = variant != NULL ? (size_t)(variant - id) : strlen(id);

    while (len > 0 && id[len - 1] != '/')
        len--;
    return len > 0 ? len - 1 : 0;
}

const char *topic_rest(const char *id)
{
    const char *rest = id + topic_length(id);

    return rest + (rest[0] == '/');
}

bool topic_is_path(const char *id)
{
    return id[0] == '/' || id[0] == '.';
}

#include "suites/packet/packet_rules.h"

/* clang-format off */
const struct rule segment_rules[] = {
    {NULL, PROTOCOL_ANY, SUBJECT_BOTH, LEVEL_MUST, NULL, NULL, NULL, NULL, NULL},
};
/* clang-format on */

#include "wire/oddity.h"

static const char *const texts[ODDITY_COUNT] = {
    [ODDITY_NONE] = "nothing odd",
};

const char *oddity_text(enum oddity oddity)
{
    return texts[oddity];
}

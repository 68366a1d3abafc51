#include "exchange/quantity.h"

#define LONGEST_NS (INT64_C(86400) * 1000000000)

static const struct unit {
    const char *name;
    int64_t ns;
} units[] = {
    {"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}, {"m", INT64_C(60000000000)},
};

static size_t number_length(struct bytes word)
{
    size_t len = 0;

    while (len < word.len && ((word.at[len] >= '0' && word.at[len] <= '9') || word.at[len] == '.'))
        len++;
    return len;
}

/* digits [. digits] as multiples of `unit`; what is finer than a nanosecond is dropped. */
static bool scaled(struct bytes number, int64_t unit, int64_t *ns)
{
    size_t dot = bytes_index(number, '.');
    struct bytes fraction = bytes_from(number, dot + 1);
    uint64_t whole, digits;

    if (!bytes_to_u64(bytes_slice(number, 0, dot), &whole) || whole > (uint64_t)(LONGEST_NS / unit))
        return false;
    *ns = (int64_t)whole * unit;
    if (dot == number.len)
        return true;
    if (fraction.len > 9 || !bytes_to_u64(fraction, &digits))
        return false;
    for (size_t i = 0; i < fraction.len; i++) {
        unit /= 10;
        *ns += (fraction.at[i] - '0') * unit;
    }
    return *ns <= LONGEST_NS;
}

bool quantity_duration(struct bytes word, int64_t *ns)
{
    size_t len = number_length(word);
    struct bytes unit = bytes_from(word, len);

    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (bytes_is(unit, units[i].name))
            return scaled(bytes_slice(word, 0, len), units[i].ns, ns);
    return false;
}

bool quantity_octets(struct bytes word, uint64_t *octets)
{
    uint64_t unit = 1;

    if (word.len > 0 && word.at[word.len - 1] == 'k')
        unit = 1024;
    if (word.len > 0 && word.at[word.len - 1] == 'M')
        unit = 1024 * 1024;
    if (unit > 1)
        word.len--;
    if (!bytes_to_u64(word, octets) || *octets > UINT64_MAX / unit)
        return false;
    *octets *= unit;
    return true;
}

#include <stdlib.h>
#include <string.h>

#include "proto/tls_record.h"

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* In one piece, and octet by octet: the same comes out. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct bytes in = {(const char *)data, len};
    struct tls_reader whole, single;
    size_t used = 0, read;

    memset(&whole, 0, sizeof whole);
    memset(&single, 0, sizeof single);
    read = tls_read(&whole, in);
    must(read <= len && (read == len || whole.clear));
    for (size_t n = 0; n < len; n++)
        used += tls_read(&single, bytes_slice(in, n, 1));
    must(used == read && single.clear == whole.clear && single.type == whole.type);
    must(tls_is_between(&single) == tls_is_between(&whole));
    must(single.failed == whole.failed && single.data_records == whole.data_records);
    must(tls_first_message(&single) == tls_first_message(&whole));
    must(tls_chosen_version(&single) == tls_chosen_version(&whole));
    return 0;
}

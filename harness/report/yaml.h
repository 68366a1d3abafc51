/* yaml: writes a text as a double-quoted scalar of YAML, on one line.
 *
 * YAML 1.2 section 5.7 gives the escapes, section 5.1 the characters that may stand for
 * themselves. Octets that are no UTF-8 come out as \xNN. */
#ifndef PEERSPEC_REPORT_YAML_H
#define PEERSPEC_REPORT_YAML_H

#include <stdio.h>

void yaml_quote(FILE *out, const char *text);

#endif

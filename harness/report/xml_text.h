/* xml_text: a text as XML 1.0 can carry it (its section 2.2).
 *
 * Control characters, octets that are no UTF-8 and characters that XML has not come out readable,
 * as \xNN and \uNNNN. What means something in XML, as < does, is left to who writes the XML. */
#ifndef PEERSPEC_REPORT_XML_TEXT_H
#define PEERSPEC_REPORT_XML_TEXT_H

#include "base/arena.h"

enum xml_lines {
    XML_ONE_LINE, /* line feeds come out as \x0a too: for an attribute */
    XML_LINES,
};

const char *xml_text(struct arena *arena, const char *text, enum xml_lines lines);

#endif

/* line_cut: where a line is cut into segments.
 *
 * Pure. */
#ifndef PEERSPEC_FAKES_LINE_CUT_H
#define PEERSPEC_FAKES_LINE_CUT_H

#include "play/peer.h"

enum line_cut_kind {
    CUT_NOWHERE,
    CUT_COUNT, /* so many octets a segment */
    CUT_CRLF,  /* between CR and LF */
    CUT_LINES  /* behind each line end */
};

struct line_cut {
    enum line_cut_kind kind;
    size_t count;
};

/* Where no delivery line says otherwise. */
struct line_cut line_cut_of_shape(enum peer_shape shape);
/* What a delivery line makes of it; those that say nothing about segments change nothing. */
void line_cut_heed(struct line_cut *cut, const struct delivery *delivery);
/* How many octets of the rest of a line its next segment takes. */
size_t line_cut_length(const struct line_cut *cut, struct bytes rest);

#endif

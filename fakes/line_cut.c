#include "fakes/line_cut.h"

struct line_cut line_cut_of_shape(enum peer_shape shape)
{
    static const struct line_cut cuts[] = {
        [SHAPE_WRITTEN] = {CUT_NOWHERE, 0},   [SHAPE_OCTETS] = {CUT_COUNT, 1},
        [SHAPE_CRLF] = {CUT_CRLF, 0},         [SHAPE_LINES] = {CUT_LINES, 0},
        [SHAPE_COALESCED] = {CUT_NOWHERE, 0},
    };

    return cuts[shape];
}

void line_cut_heed(struct line_cut *cut, const struct delivery *delivery)
{
    if (delivery->kind == DELIVER_SPLIT) {
        cut->kind = CUT_COUNT;
        cut->count = delivery->number < 1 ? 1 : (size_t)delivery->number;
    } else if (delivery->kind == DELIVER_SPLIT_CRLF) {
        cut->kind = CUT_CRLF;
    }
}

size_t line_cut_length(const struct line_cut *cut, struct bytes rest)
{
    size_t lf = bytes_index(rest, '\n');

    if (cut->kind == CUT_COUNT)
        return cut->count < rest.len ? cut->count : rest.len;
    if (cut->kind == CUT_LINES && lf < rest.len)
        return lf + 1;
    if (cut->kind == CUT_CRLF && lf < rest.len)
        return lf == 0 ? 1 : lf;
    return rest.len;
}

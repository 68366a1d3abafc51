#include "wire/oddity.h"

static const char *const texts[ODDITY_COUNT] = {
    [ODDITY_NONE] = "nothing odd",
    [ODDITY_SYN_ACK_NUMBER] = "the SYN-ACK acknowledges another SYN",
    [ODDITY_THIRD_SEQ] = "the handshake's last ACK has a wrong sequence number",
    [ODDITY_THIRD_ACK] = "the handshake's last ACK acknowledges less than the SYN",
    [ODDITY_EARLY_OCTETS] = "octets were sent before this ACK of the SYN",
    [ODDITY_NO_ACK_FLAG] = "neither ACK, SYN nor RST is set",
    [ODDITY_HOLE_KEPT] = "sent again, behind octets that were never sent",
    [ODDITY_OTHER_OCTETS] = "sent again with other octets",
    [ODDITY_ACK_UNSENT] = "octets were acknowledged that had not been sent",
    [ODDITY_ACK_BACK] = "acknowledges less than before",
    [ODDITY_BEYOND_WINDOW] = "octets were sent beyond the window",
    [ODDITY_LONG_SEGMENT] = "longer than the peer takes",
    [ODDITY_LATE_OPTION] = "an option that only a SYN may have",
    [ODDITY_BAD_SUM] = "sent again, after a wrong checksum",
    [ODDITY_BAD_SUM_AGAIN] = "sent again with a wrong checksum",
    [ODDITY_BEHIND_FIN] = "octets behind the FIN",
    [ODDITY_ACK_BEHIND_FIN] = "acknowledges more than the FIN",
    [ODDITY_FIN_IGNORED] = "the FIN is still not acknowledged",
    [ODDITY_REFUSAL_ACK] = "the RST does not acknowledge the SYN",
    [ODDITY_REFUSAL_SEQ] = "the RST that answers a SYN has a sequence number",
    [ODDITY_REFUSAL_FLAG] = "the RST that answers a SYN has no ACK",
    [ODDITY_RST_NUMBER] = "the RST has a number that the connection never had",
    [ODDITY_SYN_SOON] = "the SYN again too soon",
    [ODDITY_SYN_STEADY] = "the SYN again, and no later than before",
    [ODDITY_ACK_LATE] = "acknowledged late",
    [ODDITY_TIME_WAIT_CUT] = "opened again during TIME-WAIT",
    [ODDITY_ISN_AGAIN] = "the connection before began with this number",
    [ODDITY_ISN_LOW] = "begins with a number that anyone guesses",
    [ODDITY_GROUP_ANSWERED] = "answers a SYN to a group address",
};

const char *oddity_text(enum oddity oddity)
{
    return texts[oddity];
}

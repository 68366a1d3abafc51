#include "suites/packet/packet_rules.h"
#include "suites/packet/segment_checks.h"

/* clang-format off */
const struct rule segment_rules[] = {
    {"TCP-02", PROTOCOL_ANY, SUBJECT_BOTH, LEVEL_MUST,
     "RFC 9293 3.4, 3.5",
     "A SYN-ACK acknowledges the sequence number of the SYN and one more.",
     "The opener answers anything else by RST.",
     "With TCP Fast Open, octets in the SYN as well. Told where the opener refuses it, by RST or by "
     "its SYN again: one that it takes answers a SYN that the capture did not see. Not where both "
     "sides open at once, or the same ports had another connection before.", segment_syn_ack},
    {"TCP-03", PROTOCOL_ANY, SUBJECT_BOTH, LEVEL_MUST,
     "RFC 9293 3.5",
     "The third segment of a handshake has the number behind the SYN, and acknowledges the SYN-ACK.",
     "The acceptor answers anything else by RST.",
     "Numbers that are too high are not told: a capture that lost a packet shows the same.",
     segment_third},
    {"TCP-04", PROTOCOL_ANY, SUBJECT_BOTH, LEVEL_MUST,
     "RFC 9293 3.10.7.4",
     "Who accepts a connection sends no octet before the ACK of its SYN.",
     "The SYN may have been an old one, or a forged one.",
     "TCP Fast Open. Told where that ACK is in the capture, behind one packet with octets.",
     segment_early},
    {"TCP-05", PROTOCOL_ANY, SUBJECT_BOTH, LEVEL_MUST,
     "RFC 9293 3.1",
     "Each segment has ACK set, but for the first SYN and an RST.",
     "Receivers drop what has none.", NULL, segment_ack_flag},
    {"TCP-06", PROTOCOL_ANY, SUBJECT_BOTH, LEVEL_MUST,
     "RFC 9293 3.4, RFC 6298 5.4",
     "Octets begin where the last ones ended, and those sent again are the same.",
     "Receivers differ in which octets they keep, and firewalls read others than they do.",
     "The single octet of a keep-alive. Compared are the last 16 KiB of a control connection's side, "
     "and the first 16 KiB of another one's, with right checksums. A hole is told where what lies "
     "behind it is sent three times, and the peer asks for the hole; what is lost is sent first. "
     "Somebody between the hosts who forges segments looks the same.", segment_octets},
    {"TCP-07", PROTOCOL_ANY, SUBJECT_BOTH, LEVEL_MUST,
     "RFC 9293 3.4, 3.10.7.4",
     "No octet is acknowledged before it was sent.",
     "The sender drops the segment, and both sides stop.",
     "Told where the sender's next segment shows that it has sent no more: what a capture lost is "
     "acknowledged, too. Not in connections in which anything was sent again.", segment_ack_unsent},
    {"TCP-08", PROTOCOL_ANY, SUBJECT_BOTH, LEVEL_MUST,
     "RFC 9293 3.4",
     "What was acknowledged stays acknowledged: the numbers never decrease.",
     "The other side may have thrown the octets away.",
     "A warning, and for new octets alone: other segments may have changed places on the way.",
     segment_ack_back},
    {"TCP-09", PROTOCOL_ANY, SUBJECT_BOTH, LEVEL_MUST,
     "RFC 9293 3.8.6",
     "Octets are sent within the window that the other side offers.",
     "They are thrown away.",
     "A warning. Probes of one octet; connections whose SYNs are not in the capture. Told where the "
     "next window, too, ends before them: an offer that the capture lost is not taken back. Rounding "
     "of scaled windows (RFC 7323 2.4).", segment_window},
    {"TCP-10", PROTOCOL_ANY, SUBJECT_BOTH, LEVEL_MUST,
     "RFC 9293 3.7.1",
     "Payload and TCP options are no longer than the other side's MSS, 536 octets in IPv4 or 1220 in "
     "IPv6 where its SYN had none.",
     "They may not fit into its buffers, or on its network.",
     "Packets above 1500 octets and those without a right checksum, which network cards and kernels "
     "take apart, or made of several; an MSS under 536, which many systems do not believe.",
     segment_length},
    {"TCP-11", PROTOCOL_ANY, SUBJECT_BOTH, LEVEL_SHOULD,
     "RFC 9293 3.7.1, 3.2, RFC 7323 2.2",
     "MSS and window scale are options of a SYN alone.",
     "Some receivers believe them later, too, and others do not.",
     "A SYN without MSS is legal where 536 octets (1220 in IPv6) are meant, and is not told.",
     segment_options},
    {"TCP-12", PROTOCOL_ANY, SUBJECT_BOTH, LEVEL_MUST,
     "RFC 9293 3.1",
     "The checksum of a segment is right.",
     "The receiver throws it away without a word.",
     "Told where the segment is sent again unacknowledged: a warning if the checksum is right then, "
     "since it may have been damaged on its way, and a FAIL if it is wrong again. Sides of which the "
     "capture has no right checksum of octets leave it to the network card. Verified are the segments "
     "of control connections, and of other ones the first 256 KiB of each side; not those longer "
     "than the MSS or 1500 octets, nor those that are cut.", segment_checksum},
    {"TCP-13", PROTOCOL_ANY, SUBJECT_BOTH, LEVEL_MUST,
     "RFC 9293 3.6",
     "A FIN takes one sequence number, is acknowledged with it, and no octet follows.",
     "Octets behind it are lost; another ACK leaves the other side waiting.", NULL, segment_fin},
    {"TCP-14", PROTOCOL_ANY, SUBJECT_BOTH, LEVEL_PRACTICE,
     "RFC 9293 3.6",
     "A FIN is acknowledged.",
     "The other side keeps the connection, and sends it again and again.",
     "Told where the FIN was sent three times, and a host that got all octets and has room for more "
     "goes on without the ACK. That no FIN came at all may be the capture's end.",
     segment_fin_ignored},
    {"TCP-17", PROTOCOL_ANY, SUBJECT_BOTH, LEVEL_MUST,
     "RFC 9293 3.10.7.1",
     "A closed port answers a SYN by RST and ACK, and acknowledges it.",
     "Without the right ACK the client does not believe it, and waits.",
     "No ACK is a warning. That nothing answers may be a firewall's will, and a sequence number other "
     "than 0 a connection's whose SYN-ACK the capture has lost: neither is told.", segment_refusal},
    {"TCP-18", PROTOCOL_ANY, SUBJECT_BOTH, LEVEL_MUST,
     "RFC 9293 3.5.2, 3.5.3",
     "An RST has the number that the other side acknowledges, or the next one.",
     "The other side does not believe it, and keeps the connection.",
     "Told where the number is none that the connection had or could have; other ones may be of "
     "segments that the capture lost. Somebody between the hosts who forges an RST looks the same.",
     segment_reset},
    {"TCP-20", PROTOCOL_ANY, SUBJECT_BOTH, LEVEL_MUST,
     "RFC 9293 3.6.1, RFC 6191",
     "Who closed a connection does not open it between the same ports while it is in TIME-WAIT.",
     "Late segments of the old connection are taken for the new one's.",
     "A warning, within ten seconds of the end. A first sequence number above the old ones; a SYN "
     "with timestamps. A translator of addresses that gives a port to another host looks the same.",
     segment_time_wait},
    {"TCP-21", PROTOCOL_ANY, SUBJECT_BOTH, LEVEL_SHOULD,
     "RFC 9293 3.8.1, RFC 6298 2.1, 5.5",
     "A SYN is sent again after a second, and after longer and longer waits then.",
     "A network that is overloaded gets no rest.",
     "Under half a second is told, and nine SYNs of which the last wait is not half as long again as "
     "the first: Linux and macOS wait alike for four or five times. A SYN with another number is "
     "another connection. Within 20 ms the capture saw one SYN twice.", segment_syn_wait},
    {"TCP-22", PROTOCOL_ANY, SUBJECT_BOTH, LEVEL_MUST,
     "RFC 9293 3.4.1, RFC 6528",
     "Each connection begins with another sequence number, and one that cannot be guessed.",
     "Who guesses it sends octets into the connection, or resets it.",
     "A warning: the same number as the host's connection before, or 0, or 1.", segment_isn},
    {"TCP-23", PROTOCOL_ANY, SUBJECT_BOTH, LEVEL_MUST,
     "RFC 9293 3.8.6.3",
     "Octets are acknowledged within half a second.",
     "The sender waits, or sends them again.",
     "A warning, told of a few octets that a bare ACK follows, with nothing between, and not counting "
     "the time that the handshake took both ways; and not of the first time: a capture that lost an "
     "ACK shows a later one.",
     segment_ack_late},
    {"TCP-24", PROTOCOL_ANY, SUBJECT_BOTH, LEVEL_MUST,
     "RFC 9293 3.9.2.3",
     "A SYN to a multicast address, or to all hosts, is not answered.",
     "Each member of the group would answer.",
     "Broadcast addresses of a subnet are not known as such.", segment_group},
    {NULL, PROTOCOL_ANY, SUBJECT_BOTH, LEVEL_MUST, NULL, NULL, NULL, NULL, NULL},
};
/* clang-format on */

#include "suites/tcp/tcp_rules.h"

#include "suites/tcp/tcp_checks.h"

/* clang-format off */
const struct rule tcp_rules[] = {
    {"TCP-01", PROTOCOL_TCP, SUBJECT_BOTH, LEVEL_MUST,
     "RFC 9293 3.5",
     "SYN, SYN-ACK and ACK come before the first octet.",
     "Without a handshake neither side knows that the other one is there.",
     "TCP Fast Open, and captures that begin later. A missing ACK is a warning, since a capture may "
     "have lost it.", tcp_handshake},
    {"TCP-15", PROTOCOL_TCP, SUBJECT_SERVER, LEVEL_MUST,
     "RFC 862, RFC 9293 3.6",
     "An echo server sends back all that came before the client's FIN, and closes after that.",
     "A client that closes its side when it has sent all waits for the rest in vain.",
     "Applies to port 7, and where the service is known to be an echo.", echo_half_close},
    {"TCP-16", PROTOCOL_TCP, SUBJECT_SERVER, LEVEL_MUST,
     "RFC 862",
     "What an echo server sends is what it received, octet by octet and whole.",
     "A server that reads once into a buffer of fixed length loses what is longer.",
     "Applies to port 7, and where the service is known to be an echo.", echo_stream},
    {"TCP-19", PROTOCOL_TCP, SUBJECT_SERVER, LEVEL_SHOULD,
     "RFC 9293 3.6.1",
     "An echo server does not reset the connection before it has sent back all that it received.",
     "A server that closes with octets unread makes TCP reset the connection, and what it sent may "
     "be lost too.",
     "A client that reset or closed the connection first.", echo_reset},
    {NULL, PROTOCOL_TCP, SUBJECT_BOTH, LEVEL_MUST, NULL, NULL, NULL, NULL, NULL},
};
/* clang-format on */

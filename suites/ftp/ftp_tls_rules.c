#include "suites/ftp/ftp_rules.h"

#include "suites/ftp/ftp_checks.h"

/* clang-format off */
const struct rule ftp_tls_rules[] = {
    {"FTP-AUTH-234-TLS", PROTOCOL_FTP, SUBJECT_SERVER, LEVEL_MUST,
     "RFC 4217 4",
     "After 234 to AUTH TLS the server speaks TLS.",
     "The client waits for a ServerHello, and what comes in clear can be read and forged.",
     "421 in clear where TLS fails (RFC 4217 10.1).", ftp_auth_234_tls},
    {"FTP-AUTH-CLIENTHELLO", PROTOCOL_FTP, SUBJECT_CLIENT, LEVEL_MUST,
     "RFC 4217 4",
     "After 234 to AUTH TLS the client begins with a TLS ClientHello.",
     "A name or a password would go over the wire in clear.",
     NULL, ftp_auth_clienthello},
    {"FTP-AUTH-NO-PIPELINE-SERVER", PROTOCOL_FTP, SUBJECT_SERVER, LEVEL_MUST,
     "RFC 4217 4",
     "The server sends nothing in clear behind 234.",
     "A client that keeps it takes for protected what anybody on the way may have put there "
     "(CVE-2021-22947).",
     NULL, ftp_auth_no_pipeline_server},
    {"FTP-AUTH-NO-PIPELINE-CLIENT", PROTOCOL_FTP, SUBJECT_CLIENT, LEVEL_MUST,
     "RFC 4217 4",
     "The client sends nothing behind AUTH TLS before it has read the reply.",
     "A server that keeps it obeys as protected what anybody on the way may have put there "
     "(CVE-2011-0411).",
     NULL, ftp_auth_no_pipeline_client},
    {"FTP-PBSZ-BEFORE-PROT", PROTOCOL_FTP, SUBJECT_BOTH, LEVEL_MUST,
     "RFC 2228 3, RFC 4217 9",
     "PROT comes after a PBSZ that was accepted; without it the server answers 503.",
     "The size of protected blocks is not agreed on.",
     "What is said under TLS cannot be seen.", ftp_pbsz_before_prot},
    {"FTP-PROT-C-CLEAR", PROTOCOL_FTP, SUBJECT_BOTH, LEVEL_MUST,
     "RFC 4217 9",
     "Data connections carry no TLS unless PROT asked for it.",
     "The other side takes the handshake for the file.",
     "Only listings are looked at; what is said under TLS cannot be seen.", ftp_prot_c_clear},
    {"FTP-IMPLICIT-990", PROTOCOL_FTP, SUBJECT_BOTH, LEVEL_PRACTICE,
     "practice",
     "On port 990 TLS begins with the first octet, and no greeting comes in clear.",
     "Clients send a ClientHello there and wait for TLS.",
     NULL, ftp_implicit_tls},
    {"FTP-PBSZ-ZERO", PROTOCOL_FTP, SUBJECT_CLIENT, LEVEL_MUST,
     "RFC 4217 9",
     "With TLS the argument of PBSZ is 0.",
     "TLS has records of its own, and servers refuse another size.",
     "What is said under TLS cannot be seen; AUTH with another mechanism.", ftp_pbsz_zero},
    {NULL, PROTOCOL_FTP, SUBJECT_BOTH, LEVEL_MUST, NULL, NULL, NULL, NULL, NULL},
};
/* clang-format on */

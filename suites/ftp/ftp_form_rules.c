#include "suites/ftp/ftp_rules.h"

#include "suites/ftp/ftp_checks.h"

/* clang-format off */
const struct rule ftp_form_rules[] = {
    {"FTP-BLOCK-HEADER", PROTOCOL_FTP, SUBJECT_BOTH, LEVEL_MUST,
     "RFC 959 3.4.2",
     "In block mode data are blocks with a descriptor, of which four bits have a meaning, and a "
     "count; the last block is EOF.",
     "The receiver takes data for headers, and does not know whether it has the whole file.",
     "A transfer that failed need not end with EOF.", ftp_block_header},
    {"FTP-BLOCK-MARKER", PROTOCOL_FTP, SUBJECT_BOTH, LEVEL_MUST,
     "RFC 959 3.4.2, RFC 1123 4.1.3.4",
     "A restart marker in a block is printable characters without a space.",
     "It has to be said again in REST and in 110.",
     NULL, ftp_block_marker},
    {"FTP-COMPRESSED-FORMAT", PROTOCOL_FTP, SUBJECT_BOTH, LEVEL_MUST,
     "RFC 959 3.4.3",
     "In compressed mode data are strings, replications, fillers and escapes with counts above 0.",
     "The receiver takes data for headers.",
     "A transfer that failed may end in the middle.", ftp_compressed_format},
    {"FTP-RECORD-ESCAPE", PROTOCOL_FTP, SUBJECT_BOTH, LEVEL_MUST,
     "RFC 959 3.4.1",
     "With STRU R in stream mode 255 is followed by 1 (EOR), 2 (EOF), 3 (both) or 255, and EOF comes "
     "last.",
     "A receiver cannot tell a record's end from data, nor the file's end from a failure.",
     "A transfer that failed need not end with EOF.", ftp_record_escape},
    {"FTP-MODE-Z", PROTOCOL_FTP, SUBJECT_BOTH, LEVEL_PRACTICE,
     "draft-preston-ftpext-deflate-04",
     "In MODE Z data are one zlib stream, with the header and the checksum of RFC 1950.",
     "A receiver that uses zlib fails at raw deflate: incorrect header check.",
     "Sessions that chose an engine by OPTS; a transfer that failed.", ftp_mode_z},
    {NULL, PROTOCOL_FTP, SUBJECT_BOTH, LEVEL_MUST, NULL, NULL, NULL, NULL, NULL},
};
/* clang-format on */

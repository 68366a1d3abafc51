#include <stdlib.h>
#include <string.h>

#include "fakes/misbehave.h"

/* ---- changing a reply ---- */

/* Where the last line begins. */
static size_t last_line(const struct buf *reply)
{
    size_t at = reply->len < 2 ? 0 : reply->len - 2;

    while (at > 0 && reply->ptr[at - 1] != '\n')
        at--;
    return at;
}

static bool is_multiline(const struct buf *reply)
{
    return reply->len > 3 && reply->ptr[3] == '-';
}

static void splice(struct buf *reply, size_t at, size_t drop, const char *put)
{
    struct buf changed;

    buf_init(&changed, reply->ceiling);
    buf_add(&changed, bytes_slice(buf_bytes(reply), 0, at));
    buf_add_text(&changed, put);
    buf_add(&changed, bytes_from(buf_bytes(reply), at + drop));
    buf_clear(reply);
    buf_add(reply, buf_bytes(&changed));
    buf_fini(&changed);
}

static void swap_text(struct buf *reply, const char *from, const char *to)
{
    size_t at = bytes_search(buf_bytes(reply), bytes_of(from));

    if (at < reply->len)
        splice(reply, at, strlen(from), to);
}

static void bare_lf(struct buf *reply)
{
    size_t kept = 0;

    for (size_t i = 0; i < reply->len; i++)
        if (reply->ptr[i] != '\r')
            reply->ptr[kept++] = reply->ptr[i];
    reply->len = kept;
}

static void bare_cr(struct buf *reply)
{
    splice(reply, 4, 0, "bare\rCR ");
}

static void nul(struct buf *reply)
{
    splice(reply, 4, 0, "N");
    reply->ptr[4] = '\0';
}

static void eight_bit(struct buf *reply)
{
    splice(reply, 4, 0, "\xe9t\xe9 ");
}

static void control_octet(struct buf *reply)
{
    splice(reply, 4, 0, "\x1b[1m");
}

static void long_line(struct buf *reply)
{
    char text[701];

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    splice(reply, 4, 0, text);
}

static void code_alone(struct buf *reply)
{
    if (!is_multiline(reply))
        splice(reply, 3, reply->len - 5, "");
}

static void no_text(struct buf *reply)
{
    if (!is_multiline(reply))
        splice(reply, 3, reply->len - 5, " ");
}

static void nothing(struct buf *reply)
{
    buf_clear(reply);
}

/* The code of the first and of the last line. */
static void both_codes(struct buf *reply, const char *code)
{
    splice(reply, 0, 3, code);
    if (is_multiline(reply))
        splice(reply, last_line(reply), 3, code);
}

static void both_200(struct buf *reply)
{
    both_codes(reply, "200");
}

static void both_213(struct buf *reply)
{
    both_codes(reply, "213");
}

static void another_reply(struct buf *reply)
{
    buf_add_text(reply, "200 And once more.\r\n");
}

static void another_150(struct buf *reply)
{
    buf_add_text(reply, "150 Still about to open it.\r\n");
}

static void preliminary(struct buf *reply)
{
    splice(reply, 0, 0, "150 At work.\r\n");
}

static void unclosed(struct buf *reply)
{
    if (is_multiline(reply))
        reply->ptr[last_line(reply) + 3] = '-';
}

static void other_code(struct buf *reply)
{
    if (is_multiline(reply))
        reply->ptr[last_line(reply) + 2] = '9';
}

static void inner_code(struct buf *reply)
{
    if (is_multiline(reply))
        splice(reply, last_line(reply), 0, "331 is a line inside\r\n");
}

static void nested(struct buf *reply)
{
    if (is_multiline(reply))
        splice(reply, last_line(reply), 0, "331-is nested\r\n");
}

static void last_without_text(struct buf *reply)
{
    size_t at = last_line(reply);

    if (is_multiline(reply))
        splice(reply, at + 3, reply->len - at - 5, "");
}

static void spaces_behind_commas(struct buf *reply)
{
    for (size_t at = 4; at < reply->len; at++)
        if (reply->ptr[at] == ',')
            splice(reply, at + 1, 0, " ");
}

static void second_number_256(struct buf *reply)
{
    size_t at = bytes_index(buf_bytes(reply), ',') + 1;

    if (at < reply->len)
        splice(reply, at, strcspn(buf_text(reply) + at, ","), "256");
}

static void several_lines(struct buf *reply)
{
    reply->ptr[3] = '-';
    buf_add_text(reply, "227 End\r\n");
}

static void no_delimiters(struct buf *reply)
{
    swap_text(reply, "(|||", "(");
    swap_text(reply, "|)", ")");
}

static void other_delimiters(struct buf *reply)
{
    swap_text(reply, "(|||", "(!!!");
    swap_text(reply, "|)", "!)");
}

static void no_quotes(struct buf *reply)
{
    swap_text(reply, "\"", "");
    swap_text(reply, "\"", "");
}

static void lines_without_space(struct buf *reply)
{
    size_t at;

    while ((at = bytes_search(buf_bytes(reply), bytes_of("\n "))) < reply->len)
        splice(reply, at + 1, 1, "");
}

static void no_size_no_time(struct buf *reply)
{
    swap_text(reply, " SIZE\r\n", "");
    swap_text(reply, " MDTM\r\n", "");
}

static void next_number(struct buf *reply)
{
    char *last = reply->ptr + reply->len - 3;

    *last = *last == '9' ? '1' : (char)(*last + 1);
}

static void no_seconds(struct buf *reply)
{
    splice(reply, reply->len - 4, 2, "");
}

static void years_since_1900(struct buf *reply)
{
    splice(reply, 4, 2, "191");
}

static void single_quotes(struct buf *reply)
{
    swap_text(reply, "\"\"", "\"");
}

static void question_marks(struct buf *reply)
{
    for (size_t i = 0; i < reply->len; i++)
        if ((unsigned char)reply->ptr[i] > 127)
            reply->ptr[i] = '?';
}

static void last_name(struct buf *reply)
{
    size_t at = bytes_index(buf_bytes(reply), '/');
    size_t end = bytes_index(bytes_from(buf_bytes(reply), at + 1), '/');

    if (at + 1 + end < reply->len)
        splice(reply, at, end + 1, "");
}

static void no_percent(struct buf *reply)
{
    size_t at;

    while ((at = bytes_index(buf_bytes(reply), '%')) < reply->len)
        splice(reply, at, 1, "");
}

/* ---- the table ---- */

#define HARMLESS "NOOP PWD SYST DELE QUIT"

#define ACTS(name, does, breaks, fault)                                                            \
    {                                                                                              \
        name, does, breaks, fault, NULL, 0, NULL, NULL, NULL                                       \
    }
#define CODE(name, does, breaks, verbs, code, to)                                                  \
    {                                                                                              \
        name, does, breaks, FAULT_NONE, verbs, code, NULL, to, NULL                                \
    }
#define TEXT(name, does, breaks, verbs, code, from, to)                                            \
    {                                                                                              \
        name, does, breaks, FAULT_NONE, verbs, code, from, to, NULL                                \
    }
#define FORM(name, does, breaks, verbs, code, rewrite)                                             \
    {                                                                                              \
        name, does, breaks, FAULT_NONE, verbs, code, NULL, NULL, rewrite                           \
    }

/* clang-format off */
static const struct misbehaviour table[] = {
    /* replies: their form */
    FORM("bare-lf", "ends reply lines in LF alone", "FTP-REPLY-CRLF", NULL, 0, bare_lf),
    FORM("bare-cr", "puts a CR inside the greeting", "FTP-REPLY-BARE-CR", "GREETING", 220, bare_cr),
    FORM("nul", "puts a NUL into the greeting", "FTP-REPLY-NUL", "GREETING", 220, nul),
    FORM("8-bit", "puts octets above 127 into the greeting", "FTP-REPLY-7BIT", "GREETING", 220, eight_bit),
    FORM("control-octet", "puts an escape sequence into the greeting", "FTP-REPLY-CONTROL-BYTES", "GREETING", 220, control_octet),
    FORM("long-line", "greets with a line of 700 octets", "FTP-REPLY-LINE-LENGTH", "GREETING", 220, long_line),
    FORM("no-space", "sends reply codes without the space and the text", "FTP-REPLY-CODE-FORMAT", NULL, 0, code_alone),
    CODE("two-digits", "answers " HARMLESS " with a code of two digits", "FTP-REPLY-CODE-FORMAT", HARMLESS, 0, "20"),
    CODE("bad-code-600", "answers " HARMLESS " with 600", "FTP-REPLY-FIRST-DIGIT", HARMLESS, 0, "600"),
    CODE("second-digit", "answers " HARMLESS " with 247", "FTP-REPLY-SECOND-DIGIT", HARMLESS, 0, "247"),
    CODE("unknown-code", "answers " HARMLESS " with 299", "FTP-REPLY-KNOWN-CODE", HARMLESS, 0, "299"),
    CODE("wrong-code", "answers " HARMLESS " with 213", "FTP-REPLY-CODE-TABLE", HARMLESS, 2, "213"),
    CODE("wrong-code-2yz", "answers TYPE, STRU, MODE and CWD with 226", "FTP-REPLY-CODE-TABLE", "TYPE STRU MODE CWD", 2, "226"),
    CODE("unknown-200", "answers unknown commands with 200", "FTP-UNKNOWN-500-502", NULL, 500, "200"),
    FORM("empty-5yz", "sends 5yz without text", "FTP-REPLY-TEXT-421-REASON", NULL, 5, no_text),
    FORM("multiline-unclosed", "never closes a multi-line reply", "FTP-MULTILINE-TERMINATOR", NULL, 0, unclosed),
    FORM("multiline-other-code", "closes multi-line replies with another code", "FTP-MULTILINE-SAME-CODE", NULL, 0, other_code),
    FORM("multiline-inner-code", "begins a line inside a multi-line reply with a code", "FTP-MULTILINE-INNER-PAD", NULL, 0, inner_code),
    FORM("multiline-nested", "opens another multi-line reply inside one", "FTP-MULTILINE-NOT-NESTED", NULL, 0, nested),
    FORM("multiline-last-bare", "closes multi-line replies with a code alone", "FTP-MULTILINE-LAST-TEXT", NULL, 0, last_without_text),
    /* commands: their form */
    ACTS("cr-ends-line", "takes a CR for a line end", "RFC 959 section 5.3.1", FAULT_CR_ENDS_LINE),
    ACTS("lf-drops-rest", "throws away what is behind a bare LF", "practice", FAULT_LF_DROPS_REST),
    ACTS("splits-long-lines", "takes each 4096 octets of a line for a line of its own", "RFC 959 section 5.3.1", FAULT_SPLITS_LONG_LINES),
    ACTS("one-line-a-read", "throws away what has come together with a command", "RFC 1123 section 4.1.2.10", FAULT_ONE_LINE_A_READ),
    ACTS("telnet-as-text", "takes Telnet commands for a part of the line", "FTP-TELNET-SERVER-REFUSES", FAULT_TELNET_AS_TEXT),
    ACTS("nul-ends-line", "does not see what is behind a NUL in a line", "practice", FAULT_NUL_ENDS_LINE),
    ACTS("runs-unterminated", "does a command whose line end the client's FIN has cut off", "RFC 959 section 5.3.1", FAULT_RUNS_UNTERMINATED),
    ACTS("empty-line-ends", "closes the connection at an empty line", "practice", FAULT_EMPTY_LINE_ENDS),
    ACTS("fin-stays", "keeps the connection open when the client has closed it", "practice", FAULT_FIN_STAYS),
    FORM("silent-500", "does not answer what it does not understand", "FTP-ONE-FINAL-REPLY", NULL, 500, nothing),
    /* names, settings and transfers, as they go wrong in the world */
    ACTS("user-refused", "refuses USER with a name that it does not know", "RFC 2577 section 7", FAULT_USER_REFUSED),
    ACTS("empty-password", "lets everybody in whose password is empty", "RFC 959 section 5.4", FAULT_EMPTY_PASSWORD),
    ACTS("relogin-logs-out", "refuses a USER in a session, and ends the login", "practice", FAULT_RELOGIN_LOGS_OUT),
    ACTS("long-argument-ends", "closes the connection at an argument of more than 512 octets", "RFC 959 section 4.2.1", FAULT_LONG_ARGUMENT_ENDS),
    ACTS("trims-names", "passes over the spaces around a name", "RFC 2640 section 3.1", FAULT_TRIMS_NAMES),
    ACTS("meanwhile-aborts", "ends a transfer when a command comes in its middle", "RFC 959 section 4.1.1", FAULT_MEANWHILE_ABORTS),
    ACTS("reset-226", "says 226 though the client has reset the data connection", "RFC 959 section 5.4", FAULT_RESET_226),
    ACTS("ascii-ends-line", "ends the last line in TYPE A, whether it had an end or not", "RFC 959 section 3.1.1.1", FAULT_ASCII_ENDS_LINE),
    ACTS("stores-cr", "stores what comes in TYPE A as it came", "RFC 959 section 3.1.1.1", FAULT_STORES_CR),
    ACTS("type-forgotten", "goes back to TYPE A after a transfer, or a refused one", "FTP-ASCII-CRLF", FAULT_TYPE_FORGOTTEN),
    ACTS("mlsd-sets-type", "stays in TYPE I after MLSD", "RFC 3659 section 7.2", FAULT_MLSD_SETS_TYPE),
    ACTS("rest-unchecked", "sends nothing and says 226 where REST lies behind the end", "RFC 3659 section 5.3", FAULT_REST_UNCHECKED),
    ACTS("rest-wraps", "takes any REST, modulo 2^64", "RFC 3659 section 5.3", FAULT_REST_WRAPS),
    ACTS("rest-counts-file", "counts the octets of the file for REST in TYPE A", "RFC 3659 section 5.2", FAULT_REST_COUNTS_FILE),
    ACTS("stou-same", "gives each STOU the same name", "RFC 959 section 4.1.3", FAULT_STOU_SAME),
    ACTS("waits-for-data", "waits for ever where no data connection was agreed on", "RFC 959 section 5.4", FAULT_WAITS_FOR_DATA),
    ACTS("pasv-stays", "keeps to PASV when PORT comes behind it", "RFC 959 section 3.2", FAULT_PASV_STAYS),
    ACTS("eprt-bar-only", "answers EPRT with 500 where its delimiter is no |", "RFC 2428 section 2", FAULT_EPRT_BAR_ONLY),
    ACTS("epsv-all-shuts", "refuses EPSV too after EPSV ALL", "RFC 2428 section 3", FAULT_EPSV_ALL_SHUTS),
    ACTS("abor-forgets-all", "takes EPSV ALL back at ABOR", "FTP-EPSV-ALL-SERVER", FAULT_ABOR_FORGETS_ALL),
    ACTS("list-ignores-name", "lists the current directory whatever is named", "RFC 959 section 4.1.3", FAULT_LIST_IGNORES_NAME),
    ACTS("list-options-named", "takes the -a of LIST for a name", "practice", FAULT_LIST_OPTIONS_NAMED),
    ACTS("mlst-dot", "tells . for the name in MLST", "RFC 3659 section 7.2", FAULT_MLST_DOT),
    ACTS("size-of-file", "tells the size of the file, whatever the type is", "FTP-SIZE-EXACT", FAULT_SIZE_OF_FILE),
    ACTS("rnfr-first", "keeps to the first of two RNFR", "practice", FAULT_RNFR_FIRST),
    FORM("257-single-quotes", "does not double the quotes in 257", "FTP-257-QUOTE", NULL, 257, single_quotes),
    FORM("257-question-marks", "puts ? for octets above 127 into 257", "RFC 2640 section 3.1", NULL, 257, question_marks),
    FORM("257-last-name", "tells the last name alone in the 257 to MKD", "RFC 959 appendix II", "MKD", 257, last_name),
    FORM("257-no-percent", "loses the percent signs of 257", "practice", NULL, 257, no_percent),
    /* replies: their number and order */
    FORM("two-replies", "answers NOOP, PWD, SYST and DELE twice", "FTP-ONE-FINAL-REPLY", "NOOP PWD SYST DELE", 0, another_reply),
    ACTS("no-reply", "does not answer NOOP", "FTP-ONE-FINAL-REPLY", FAULT_NO_REPLY_TO_NOOP),
    FORM("two-150", "sends 150 twice", "FTP-AT-MOST-ONE-1YZ", NULL, 150, another_150),
    FORM("150-to-dele", "sends 150 before the reply to DELE, MKD and RMD", "FTP-1YZ-ONLY-TRANSFER", "DELE MKD RMD", 0, preliminary),
    ACTS("spontaneous", "sends a reply that no command asked for after login", "FTP-NO-SPONTANEOUS", FAULT_SPONTANEOUS),
    ACTS("reply-order", "answers pipelined commands in reverse order", "FTP-QUEUE-PIPELINED", FAULT_REPLY_ORDER),
    ACTS("close-mid-reply", "closes the connection in the middle of a reply to PWD or NOOP", "FTP-REPLY-WHOLE-AT-CLOSE", FAULT_CLOSE_MID_REPLY),
    /* greeting, login, end */
    ACTS("no-greeting", "does not greet", "FTP-GREETING-FIRST", FAULT_NO_GREETING),
    ACTS("greeting-late", "greets after one second", "FTP-GREETING-PROMPT", FAULT_GREETING_LATE),
    CODE("greeting-230", "greets with 230", "FTP-GREETING-CODE", "GREETING", 220, "230"),
    CODE("greeting-text", "greets without a code", "FTP-REPLY-CODE-FORMAT", "GREETING", 220, "Hello"),
    ACTS("120-alone", "greets with 120 and never with 220", "FTP-120-THEN-220", FAULT_120_ALONE),
    CODE("user-200", "answers USER with 200", "FTP-REPLY-CODE-TABLE", "USER", 331, "200"),
    ACTS("accepts-before-login", "serves files without a login", "FTP-530-BEFORE-LOGIN", FAULT_ACCEPTS_BEFORE_LOGIN),
    ACTS("close-after-user", "closes the connection on USER", "FTP-ONE-FINAL-REPLY", FAULT_CLOSE_AFTER_USER),
    CODE("rein-230", "answers REIN with 230", "FTP-REPLY-CODE-TABLE", "REIN", 220, "230"),
    ACTS("rein-keeps-login", "stays logged in after REIN", "FTP-REIN-RESET", FAULT_REIN_KEEPS_LOGIN),
    CODE("quit-200", "answers QUIT with 200", "FTP-QUIT-221-FIN", "QUIT", 221, "200"),
    ACTS("quit-stays", "keeps the connection open after QUIT", "FTP-QUIT-221-FIN", FAULT_QUIT_STAYS),
    ACTS("quit-resets", "resets the connection after QUIT", "FTP-QUIT-221-FIN", FAULT_QUIT_RESETS),
    ACTS("421-goes-on", "answers NOOP with 421 and goes on", "FTP-421-CLOSES", FAULT_421_GOES_ON),
    ACTS("telnet-negotiates", "offers a Telnet option before it greets", "FTP-TELNET-SERVER-NONEG", FAULT_TELNET_NEGOTIATES),
    ACTS("telnet-silent", "does not refuse Telnet options", "FTP-TELNET-SERVER-REFUSES", FAULT_TELNET_SILENT),
    /* where the data connection goes */
    CODE("wrong-code-227", "answers PASV with 200", "FTP-REPLY-CODE-TABLE", NULL, 227, "200"),
    FORM("spaces-227", "puts spaces behind the commas of 227", "FTP-227-FORMAT", NULL, 227, spaces_behind_commas),
    FORM("range-227", "puts 256 into 227", "FTP-227-RANGE", NULL, 227, second_number_256),
    FORM("multiline-227", "answers PASV with several lines", "FTP-227-SINGLE", NULL, 227, several_lines),
    ACTS("wrong-port-227", "announces another port than it listens at", "FTP-PASV-DST", FAULT_WRONG_PORT_227),
    ACTS("foreign-227", "announces another host in 227", "FTP-PASV-ADDR-SELF", FAULT_FOREIGN_227),
    FORM("epsv-bad-format", "leaves the delimiters out of 229", "FTP-229-FORMAT", NULL, 229, no_delimiters),
    FORM("epsv-delimiter", "delimits with ! in 229", "FTP-229-DELIM", NULL, 229, other_delimiters),
    CODE("epsv-227", "answers EPSV with 227", "FTP-REPLY-CODE-TABLE", NULL, 229, "227"),
    ACTS("wrong-port-229", "announces another port in 229 than it listens at", "FTP-PASV-DST", FAULT_WRONG_PORT_229),
    TEXT("522-list", "lists no protocols in 522", "FTP-522-LIST", NULL, 522, "use (1)", "(use another)"),
    ACTS("epsv-all-ignored", "accepts PASV and PORT after EPSV ALL", "FTP-EPSV-ALL-SERVER", FAULT_EPSV_ALL_IGNORED),
    ACTS("bounce", "accepts PORT to other hosts and to ports below 1024", "FTP-PORT-FOREIGN-REFUSED", FAULT_BOUNCE),
    ACTS("data-from-wrong-port", "opens active data connections from any port", "FTP-PORT20", FAULT_DATA_FROM_WRONG_PORT),
    ACTS("third-host-data", "opens active data connections from another address", "FTP-ACTIVE-SRC-IP", FAULT_THIRD_HOST_DATA),
    ACTS("serves-anybody", "takes data connections from any host", "FTP-DATA-PEER-IP", FAULT_SERVES_ANYBODY),
    ACTS("active-early", "connects when PORT comes, before any transfer", "FTP-ACTIVE-AFTER-CMD", FAULT_ACTIVE_EARLY),
    ACTS("active-elsewhere", "connects to another port than PORT named", "FTP-ACTIVE-DST", FAULT_ACTIVE_ELSEWHERE),
    /* transfers */
    ACTS("no-150", "sends data without 150", "FTP-REPLY-CODE-TABLE", FAULT_NO_150),
    ACTS("no-226", "does not tell that a transfer is over", "FTP-1YZ-COMPLETED", FAULT_NO_226),
    ACTS("early-226", "sends 226 before the data", "FTP-226-AFTER-CLOSE", FAULT_EARLY_226),
    ACTS("226-before-fin", "sends 226 before it closes the data connection", "FTP-226-AFTER-CLOSE", FAULT_226_BEFORE_FIN),
    ACTS("data-first", "sends the data before 150", "FTP-NO-DATA-BEFORE-150", FAULT_DATA_FIRST),
    ACTS("data-though-refused", "sends data for a RETR that it refuses", "FTP-NO-1YZ-NO-DATA", FAULT_DATA_THOUGH_REFUSED),
    ACTS("data-not-closed", "leaves the data connection open", "FTP-EOF-FIN", FAULT_DATA_NOT_CLOSED),
    ACTS("data-reset", "ends the data connection with RST", "FTP-EOF-FIN", FAULT_DATA_RESET),
    ACTS("truncates", "sends half of the file and says 226", "FTP-SIZE-EXACT", FAULT_TRUNCATES),
    ACTS("stores-wrong", "loses the last octet of what it stores", "FTP-SIZE-EXACT", FAULT_STORES_WRONG),
    ACTS("ascii-bare-lf", "sends LF line ends in TYPE A", "FTP-ASCII-CRLF", FAULT_ASCII_BARE_LF),
    TEXT("150-size", "announces a wrong size in 150", "FTP-150-SIZE", "RETR", 150, ".\r\n", " (1 bytes).\r\n"),
    TEXT("stou-text", "does not say FILE: in the 150 to STOU", "FTP-STOU-FILE", "STOU", 150, "FILE: ", "The file is called "),
    CODE("rest-200", "answers REST with 200", "FTP-REST-350", "REST", 350, "200"),
    ACTS("rest-ignored", "sends the whole file after REST", "FTP-REST-EXACT", FAULT_REST_IGNORED),
    ACTS("rest-sticky", "applies REST to every later transfer", "FTP-REST-ONE-SHOT", FAULT_REST_STICKY),
    FORM("abor-no-426", "does not tell that ABOR ended the transfer", "FTP-ABOR-SEQUENCE", NULL, 426, nothing),
    ACTS("abor-keeps-data", "goes on with the data after ABOR", "FTP-ABOR-DATA-CLOSED", FAULT_ABOR_KEEPS_DATA),
    ACTS("abor-closes-control", "closes the control connection on ABOR", "FTP-ABOR-CTRL-STAYS", FAULT_ABOR_CLOSES_CONTROL),
    /* files and facts */
    ACTS("list-bare-lf", "ends the lines of listings in LF alone", "FTP-LIST-CRLF", FAULT_LIST_BARE_LF),
    ACTS("nlst-long", "answers NLST like LIST", "FTP-NLST-NAMES", FAULT_NLST_LONG),
    ACTS("nlst-bare-names", "leaves the directory out of the names of NLST", "FTP-NLST-NAMES", FAULT_NLST_BARE_NAMES),
    FORM("size-wrong", "tells a wrong size", "FTP-SIZE-EXACT", "SIZE", 213, next_number),
    TEXT("size-text", "puts a word behind the size", "FTP-213-SIZE", "SIZE", 213, "\r\n", " bytes\r\n"),
    FORM("mdtm-short", "leaves the seconds out of MDTM", "FTP-213-MDTM", "MDTM", 213, no_seconds),
    FORM("mdtm-y2k", "tells years since 1900 in MDTM", "FTP-213-MDTM", "MDTM", 213, years_since_1900),
    ACTS("rnto-without-rnfr", "answers RNTO with 250 though no RNFR came", "FTP-RNTO-503", FAULT_RNTO_WITHOUT_RNFR),
    FORM("257-no-quotes", "leaves the quotes out of 257", "FTP-257-QUOTE", NULL, 257, no_quotes),
    TEXT("215-unknown", "names no known system in 215", "FTP-215-SYSTEM", NULL, 215, "UNIX Type: L8", "My own system"),
    FORM("stat-213", "answers STAT with 213 whatever it is about", "FTP-STAT-211-213", "STAT", 2, both_213),
    FORM("help-200", "answers HELP with 200", "FTP-REPLY-CODE-TABLE", "HELP", 214, both_200),
    FORM("feat-no-space", "begins feature lines without a space", "FTP-FEAT-LINES", "FEAT", 211, lines_without_space),
    TEXT("feat-end", "does not end FEAT with 211 End", "FTP-FEAT-END", "FEAT", 211, "211 End", "211 That is all"),
    TEXT("feat-self", "lists FEAT and OPTS as features", "FTP-FEAT-NOT-SELF", "FEAT", 211, "211 End", " FEAT\r\n OPTS\r\n211 End"),
    FORM("feat-incomplete", "leaves SIZE and MDTM out of FEAT", "FTP-FEAT-COMPLETE", "FEAT", 211, no_size_no_time),
    TEXT("feat-dishonest", "lists LANG, which it does not have", "FTP-FEAT-HONEST", "FEAT", 211, "211 End", " LANG EN*\r\n211 End"),
    TEXT("feat-rest", "lists REST without STREAM", "FTP-FEAT-REST", "FEAT", 211, " REST STREAM", " REST"),
    TEXT("feat-mlst", "separates the facts of MLST by commas", "FTP-FEAT-MLST", "FEAT", 211, "type*;size*;", "type*,size*,"),
    TEXT("feat-no-utf8", "lists MLST and not UTF8", "FTP-FEAT-UTF8", "FEAT", 211, " UTF8\r\n", ""),
    TEXT("opts-reply", "does not say MLST OPTS", "FTP-OPTS-MLST-REPLY", "OPTS", 200, "MLST OPTS", "Options are set:"),
    TEXT("mlst-no-space", "leaves the space before an entry of MLST out", "FTP-MLST-FORMAT", "MLST", 250, "\n ", "\n"),
    ACTS("mlsd-no-space", "leaves the space before a name of MLSD out", "FTP-MLSD-FORMAT", FAULT_MLSD_NO_SPACE),
    ACTS("mlsd-bad-time", "tells times of MLSx without seconds", "FTP-MLSX-TIME", FAULT_MLSD_BAD_TIME),
    ACTS("mlsd-space-in-fact", "puts spaces between facts", "FTP-MLSX-FACT-CHARS", FAULT_MLSD_SPACE_IN_FACT),
    ACTS(NULL, NULL, NULL, FAULT_NONE),
};
/* clang-format on */

const struct misbehaviour *misbehaviours(void)
{
    return table;
}

/* ---- using a row ---- */

static bool names_verb(const char *verbs, const char *verb)
{
    size_t len = strlen(verb);

    for (const char *at = verbs; (at = strstr(at, verb)) != NULL; at += len)
        if ((at == verbs || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
            return true;
    return false;
}

static bool concerns(const struct misbehaviour *row, const char *verb, int code)
{
    if (row->verbs != NULL && !names_verb(row->verbs, verb[0] == '\0' ? "GREETING" : verb))
        return false;
    return row->code == 0 || row->code == code || row->code == code / 100;
}

void misbehaviour_rewrite(const struct misbehaviour *row, const char *verb, struct buf *reply)
{
    if (!concerns(row, verb, atoi(buf_text(reply))))
        return;
    if (row->rewrite != NULL)
        row->rewrite(reply);
    else if (row->from != NULL)
        swap_text(reply, row->from, row->to);
    else
        splice(reply, 0, 3, row->to);
}

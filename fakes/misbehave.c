#include "fakes/misbehave.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define REPLY_ROOM 65536

/* ---- rewriting ---- */

static bool is_one_of(const char *verb, const char *const *verbs)
{
    for (; *verbs != NULL; verbs++)
        if (strcmp(verb, *verbs) == 0)
            return true;
    return false;
}

static void replace(struct buf *reply, const char *text)
{
    buf_clear(reply);
    buf_add_text(reply, text);
}

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

    buf_init(&changed, REPLY_ROOM);
    buf_add(&changed, bytes_slice(buf_bytes(reply), 0, at));
    buf_add_text(&changed, put);
    buf_add(&changed, bytes_from(buf_bytes(reply), at + drop));
    buf_clear(reply);
    buf_add(reply, buf_bytes(&changed));
    buf_fini(&changed);
}

static size_t find(const struct buf *reply, const char *text)
{
    return bytes_search(buf_bytes(reply), bytes_of(text));
}

static void swap_text(struct buf *reply, const char *from, const char *to)
{
    size_t at = find(reply, from);

    if (at < reply->len)
        splice(reply, at, strlen(from), to);
}

static void bare_lf(struct buf *reply, const char *verb, int code)
{
    size_t kept = 0;

    (void)verb;
    (void)code;
    for (size_t i = 0; i < reply->len; i++)
        if (reply->ptr[i] != '\r')
            reply->ptr[kept++] = reply->ptr[i];
    reply->len = kept;
}

static void bare_cr(struct buf *reply, const char *verb, int code)
{
    (void)verb;
    if (code == 220 && reply->len > 4)
        splice(reply, 4, 0, "bare\rCR ");
}

static void nul(struct buf *reply, const char *verb, int code)
{
    static const char inserted = '\0';

    (void)verb;
    if (code == 220 && buf_add(reply, (struct bytes){&inserted, 1})) {
        memmove(reply->ptr + 5, reply->ptr + 4, reply->len - 5);
        reply->ptr[4] = '\0';
    }
}

static void eight_bit(struct buf *reply, const char *verb, int code)
{
    (void)verb;
    if (code == 220 && reply->len > 4)
        splice(reply, 4, 0, "\xe9t\xe9 ");
}

static void control_octet(struct buf *reply, const char *verb, int code)
{
    (void)verb;
    if (code == 220 && reply->len > 4)
        splice(reply, 4, 0, "\x1b[1m");
}

static void long_line(struct buf *reply, const char *verb, int code)
{
    char text[701];

    (void)verb;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    if (code == 220 && reply->len > 4)
        splice(reply, 4, 0, text);
}

static void no_space(struct buf *reply, const char *verb, int code)
{
    (void)verb;
    (void)code;
    if (!is_multiline(reply) && reply->len > 5)
        splice(reply, 3, reply->len - 5, "");
}

static const char *const harmless[] = {"NOOP", "PWD", "XPWD", "SYST", "QUIT", "DELE", NULL};

static void bad_code_600(struct buf *reply, const char *verb, int code)
{
    (void)code;
    if (is_one_of(verb, harmless))
        splice(reply, 0, 3, "600");
}

static void unknown_code(struct buf *reply, const char *verb, int code)
{
    (void)code;
    if (is_one_of(verb, harmless))
        splice(reply, 0, 3, "299");
}

static void second_digit(struct buf *reply, const char *verb, int code)
{
    (void)code;
    if (is_one_of(verb, harmless))
        splice(reply, 0, 3, "247");
}

static void two_digits(struct buf *reply, const char *verb, int code)
{
    (void)code;
    if (is_one_of(verb, harmless))
        splice(reply, 0, 3, "20");
}

static void wrong_code(struct buf *reply, const char *verb, int code)
{
    if (is_one_of(verb, harmless) && code / 100 == 2)
        splice(reply, 0, 3, "213");
}

static void two_replies(struct buf *reply, const char *verb, int code)
{
    static const char *const verbs[] = {"NOOP", "PWD", "XPWD", "SYST", "DELE", NULL};

    (void)code;
    if (is_one_of(verb, verbs))
        buf_add_text(reply, "200 And once more.\r\n");
}

static void two_150(struct buf *reply, const char *verb, int code)
{
    (void)verb;
    if (code == 150)
        buf_add_text(reply, "150 Still about to open it.\r\n");
}

static void preliminary_to_dele(struct buf *reply, const char *verb, int code)
{
    static const char *const verbs[] = {"DELE", "MKD", "RMD", NULL};

    (void)code;
    if (is_one_of(verb, verbs))
        splice(reply, 0, 0, "150 At work.\r\n");
}

static void greeting_230(struct buf *reply, const char *verb, int code)
{
    if (verb[0] == '\0' && code == 220)
        splice(reply, 0, 3, "230");
}

static void greeting_text(struct buf *reply, const char *verb, int code)
{
    if (verb[0] == '\0' && code == 220)
        splice(reply, 0, 3, "Hello");
}

static void unclosed(struct buf *reply, const char *verb, int code)
{
    (void)verb;
    (void)code;
    if (is_multiline(reply))
        reply->ptr[last_line(reply) + 3] = '-';
}

static void other_code(struct buf *reply, const char *verb, int code)
{
    (void)verb;
    (void)code;
    if (is_multiline(reply))
        reply->ptr[last_line(reply) + 2] = '9';
}

static void inner_code(struct buf *reply, const char *verb, int code)
{
    (void)verb;
    (void)code;
    if (is_multiline(reply))
        splice(reply, last_line(reply), 0, "331 is a line inside\r\n");
}

static void nested(struct buf *reply, const char *verb, int code)
{
    (void)verb;
    (void)code;
    if (is_multiline(reply))
        splice(reply, last_line(reply), 0, "331-is nested\r\n");
}

static void last_without_text(struct buf *reply, const char *verb, int code)
{
    size_t at = last_line(reply);

    (void)verb;
    (void)code;
    if (is_multiline(reply))
        splice(reply, at + 3, reply->len - at - 5, "");
}

static void code_200_for_227(struct buf *reply, const char *verb, int code)
{
    (void)verb;
    if (code == 227)
        splice(reply, 0, 3, "200");
}

static void spaces_in_227(struct buf *reply, const char *verb, int code)
{
    (void)verb;
    if (code != 227)
        return;
    for (size_t at = 4; at < reply->len; at++)
        if (reply->ptr[at] == ',')
            splice(reply, at + 1, 0, " ");
}

static void range_in_227(struct buf *reply, const char *verb, int code)
{
    size_t at = find(reply, ",");

    (void)verb;
    if (code == 227 && at < reply->len)
        splice(reply, at + 1, strcspn(buf_text(reply) + at + 1, ","), "256");
}

static void lines_of_227(struct buf *reply, const char *verb, int code)
{
    (void)verb;
    if (code != 227)
        return;
    reply->ptr[3] = '-';
    buf_add_text(reply, "227 End\r\n");
}

static void epsv_format(struct buf *reply, const char *verb, int code)
{
    (void)verb;
    if (code != 229)
        return;
    swap_text(reply, "(|||", "(");
    swap_text(reply, "|)", ")");
}

static void epsv_delimiter(struct buf *reply, const char *verb, int code)
{
    (void)verb;
    if (code != 229)
        return;
    swap_text(reply, "(|||", "(!!!");
    swap_text(reply, "|)", "!)");
}

static void epsv_code(struct buf *reply, const char *verb, int code)
{
    (void)verb;
    if (code == 229)
        splice(reply, 0, 3, "227");
}

static void no_quotes(struct buf *reply, const char *verb, int code)
{
    (void)verb;
    if (code != 257)
        return;
    swap_text(reply, "\"", "");
    swap_text(reply, "\"", "");
}

static void unknown_system(struct buf *reply, const char *verb, int code)
{
    (void)verb;
    if (code == 215)
        replace(reply, "215 My own system\r\n");
}

static void feat_no_space(struct buf *reply, const char *verb, int code)
{
    (void)code;
    if (strcmp(verb, "FEAT") != 0)
        return;
    for (size_t at = find(reply, "\n "); at < reply->len; at = find(reply, "\n "))
        splice(reply, at + 1, 1, "");
}

static void feat_end(struct buf *reply, const char *verb, int code)
{
    (void)code;
    if (strcmp(verb, "FEAT") == 0)
        swap_text(reply, "211 End", "211 That is all");
}

static void feat_self(struct buf *reply, const char *verb, int code)
{
    (void)code;
    if (strcmp(verb, "FEAT") == 0)
        swap_text(reply, "211 End", " FEAT\r\n OPTS\r\n211 End");
}

static void feat_incomplete(struct buf *reply, const char *verb, int code)
{
    (void)code;
    if (strcmp(verb, "FEAT") != 0)
        return;
    swap_text(reply, " SIZE\r\n", "");
    swap_text(reply, " MDTM\r\n", "");
}

static void feat_dishonest(struct buf *reply, const char *verb, int code)
{
    (void)code;
    if (strcmp(verb, "FEAT") == 0)
        swap_text(reply, "211 End", " LANG EN*\r\n211 End");
}

static void feat_rest(struct buf *reply, const char *verb, int code)
{
    (void)code;
    if (strcmp(verb, "FEAT") == 0)
        swap_text(reply, " REST STREAM", " REST");
}

static void feat_no_utf8(struct buf *reply, const char *verb, int code)
{
    (void)code;
    if (strcmp(verb, "FEAT") == 0)
        swap_text(reply, " UTF8\r\n", "");
}

static void feat_mlst(struct buf *reply, const char *verb, int code)
{
    (void)code;
    if (strcmp(verb, "FEAT") == 0)
        swap_text(reply, "type*;size*;", "type*,size*,");
}

static void size_wrong(struct buf *reply, const char *verb, int code)
{
    size_t end = reply->len < 2 ? 0 : reply->len - 2;

    if (strcmp(verb, "SIZE") == 0 && code == 213 && end > 4)
        reply->ptr[end - 1] = reply->ptr[end - 1] == '9' ? '1' : (char)(reply->ptr[end - 1] + 1);
}

static void size_text(struct buf *reply, const char *verb, int code)
{
    if (strcmp(verb, "SIZE") == 0 && code == 213)
        splice(reply, reply->len - 2, 0, " bytes");
}

static void mdtm_short(struct buf *reply, const char *verb, int code)
{
    if (strcmp(verb, "MDTM") == 0 && code == 213)
        splice(reply, reply->len - 4, 2, "");
}

static void mdtm_y2k(struct buf *reply, const char *verb, int code)
{
    if (strcmp(verb, "MDTM") == 0 && code == 213)
        splice(reply, 4, 2, "191");
}

static void mlst_no_space(struct buf *reply, const char *verb, int code)
{
    if (strcmp(verb, "MLST") == 0 && code == 250)
        swap_text(reply, "\n ", "\n");
}

static void opts_reply(struct buf *reply, const char *verb, int code)
{
    if (strcmp(verb, "OPTS") == 0 && code == 200)
        replace(reply, "200 Options set.\r\n");
}

static void stou_text(struct buf *reply, const char *verb, int code)
{
    if (strcmp(verb, "STOU") == 0 && code == 150)
        swap_text(reply, "FILE: ", "The file is called ");
}

static void bytes_in_150(struct buf *reply, const char *verb, int code)
{
    if (strcmp(verb, "RETR") == 0 && code == 150)
        splice(reply, reply->len - 2, 0, " (1 bytes)");
}

static void rest_200(struct buf *reply, const char *verb, int code)
{
    if (strcmp(verb, "REST") == 0 && code == 350)
        splice(reply, 0, 3, "200");
}

static void list_522(struct buf *reply, const char *verb, int code)
{
    (void)verb;
    if (code == 522)
        replace(reply, "522 Network protocol not supported (use another)\r\n");
}

static void empty_530(struct buf *reply, const char *verb, int code)
{
    (void)verb;
    if (code / 100 == 5)
        splice(reply, 3, reply->len - 5, " ");
}

static void final_202(struct buf *reply, const char *verb, int code)
{
    static const char *const verbs[] = {"TYPE", "STRU", "MODE", "CWD", NULL};

    if (is_one_of(verb, verbs) && code / 100 == 2)
        splice(reply, 0, 3, "226");
}

static void rein_230(struct buf *reply, const char *verb, int code)
{
    (void)code;
    if (strcmp(verb, "REIN") == 0)
        splice(reply, 0, 3, "230");
}

static void stat_code(struct buf *reply, const char *verb, int code)
{
    if (strcmp(verb, "STAT") == 0 && (code == 211 || code == 212)) {
        splice(reply, 0, 3, "213");
        if (is_multiline(reply))
            splice(reply, last_line(reply), 3, "213");
    }
}

static void quit_200(struct buf *reply, const char *verb, int code)
{
    (void)code;
    if (strcmp(verb, "QUIT") == 0)
        splice(reply, 0, 3, "200");
}

static void abor_once(struct buf *reply, const char *verb, int code)
{
    (void)verb;
    if (code == 426)
        buf_clear(reply);
}

static void no_331(struct buf *reply, const char *verb, int code)
{
    if (strcmp(verb, "USER") == 0 && code == 331)
        splice(reply, 0, 3, "200");
}

static void help_200(struct buf *reply, const char *verb, int code)
{
    (void)code;
    if (strcmp(verb, "HELP") != 0)
        return;
    splice(reply, 0, 3, "200");
    if (is_multiline(reply))
        splice(reply, last_line(reply), 3, "200");
}

static void unknown_200(struct buf *reply, const char *verb, int code)
{
    (void)verb;
    if (code == 500)
        splice(reply, 0, 3, "200");
}

/* ---- the table ---- */

static const struct misbehaviour table[] = {
    /* replies: their form */
    {"bare-lf", "ends reply lines in LF alone", "FTP-REPLY-CRLF", FAULT_NONE, bare_lf},
    {"bare-cr", "puts a CR inside the greeting", "FTP-REPLY-BARE-CR", FAULT_NONE, bare_cr},
    {"nul", "puts a NUL into the greeting", "FTP-REPLY-NUL", FAULT_NONE, nul},
    {"8-bit", "puts octets above 127 into the greeting", "FTP-REPLY-7BIT", FAULT_NONE, eight_bit},
    {"control-octet", "puts an escape sequence into the greeting", "FTP-REPLY-CONTROL-BYTES",
     FAULT_NONE, control_octet},
    {"long-line", "greets with a line of 700 octets", "FTP-REPLY-LINE-LENGTH", FAULT_NONE,
     long_line},
    {"no-space", "sends reply codes without the space and the text", "FTP-REPLY-CODE-FORMAT",
     FAULT_NONE, no_space},
    {"two-digits", "answers NOOP, PWD, SYST, DELE and QUIT with a code of two digits",
     "FTP-REPLY-CODE-FORMAT", FAULT_NONE, two_digits},
    {"bad-code-600", "answers NOOP, PWD, SYST, DELE and QUIT with 600", "FTP-REPLY-FIRST-DIGIT",
     FAULT_NONE, bad_code_600},
    {"second-digit", "answers NOOP, PWD, SYST, DELE and QUIT with 247", "FTP-REPLY-SECOND-DIGIT",
     FAULT_NONE, second_digit},
    {"unknown-code", "answers NOOP, PWD, SYST, DELE and QUIT with 299", "FTP-REPLY-KNOWN-CODE",
     FAULT_NONE, unknown_code},
    {"wrong-code", "answers NOOP, PWD, SYST, DELE and QUIT with 213", "FTP-REPLY-CODE-TABLE",
     FAULT_NONE, wrong_code},
    {"wrong-code-2yz", "answers TYPE, STRU, MODE and CWD with 226", "FTP-REPLY-CODE-TABLE",
     FAULT_NONE, final_202},
    {"empty-5yz", "sends 5yz without text", "FTP-REPLY-TEXT-421-REASON", FAULT_NONE, empty_530},
    {"unknown-200", "answers unknown commands with 200", "FTP-UNKNOWN-500-502", FAULT_NONE,
     unknown_200},
    {"multiline-unclosed", "never closes a multi-line reply", "FTP-MULTILINE-TERMINATOR",
     FAULT_NONE, unclosed},
    {"multiline-other-code", "closes multi-line replies with another code",
     "FTP-MULTILINE-SAME-CODE", FAULT_NONE, other_code},
    {"multiline-inner-code", "begins a line inside a multi-line reply with a code",
     "FTP-MULTILINE-INNER-PAD", FAULT_NONE, inner_code},
    {"multiline-nested", "opens another multi-line reply inside one", "FTP-MULTILINE-NOT-NESTED",
     FAULT_NONE, nested},
    {"multiline-last-bare", "closes multi-line replies with a code alone",
     "FTP-MULTILINE-LAST-TEXT", FAULT_NONE, last_without_text},
    /* replies: their number and order */
    {"two-replies", "answers NOOP, PWD, SYST and DELE twice", "FTP-ONE-FINAL-REPLY", FAULT_NONE,
     two_replies},
    {"no-reply", "does not answer NOOP", "FTP-ONE-FINAL-REPLY", FAULT_NO_REPLY_TO_NOOP, NULL},
    {"two-150", "sends 150 twice", "FTP-AT-MOST-ONE-1YZ", FAULT_NONE, two_150},
    {"150-to-dele", "sends 150 before the reply to DELE, MKD and RMD", "FTP-1YZ-ONLY-TRANSFER",
     FAULT_NONE, preliminary_to_dele},
    {"spontaneous", "sends a reply that no command asked for after login", "FTP-NO-SPONTANEOUS",
     FAULT_SPONTANEOUS, NULL},
    {"reply-order", "answers pipelined commands in reverse order", "FTP-QUEUE-PIPELINED",
     FAULT_REPLY_ORDER, NULL},
    {"close-mid-reply", "closes the connection in the middle of a reply to PWD or NOOP",
     "FTP-REPLY-WHOLE-AT-CLOSE", FAULT_CLOSE_MID_REPLY, NULL},
    /* greeting, login, end */
    {"no-greeting", "does not greet", "FTP-GREETING-FIRST", FAULT_NO_GREETING, NULL},
    {"greeting-late", "greets after one second", "FTP-GREETING-PROMPT", FAULT_GREETING_LATE, NULL},
    {"greeting-230", "greets with 230", "FTP-GREETING-CODE", FAULT_NONE, greeting_230},
    {"greeting-text", "greets without a code", "FTP-REPLY-CODE-FORMAT", FAULT_NONE, greeting_text},
    {"120-alone", "greets with 120 and never with 220", "FTP-120-THEN-220", FAULT_120_ALONE, NULL},
    {"user-200", "answers USER with 200", "FTP-REPLY-CODE-TABLE", FAULT_NONE, no_331},
    {"accepts-before-login", "serves files without a login", "FTP-530-BEFORE-LOGIN",
     FAULT_ACCEPTS_BEFORE_LOGIN, NULL},
    {"close-after-user", "closes the connection on USER", "FTP-ONE-FINAL-REPLY",
     FAULT_CLOSE_AFTER_USER, NULL},
    {"rein-230", "answers REIN with 230", "FTP-REPLY-CODE-TABLE", FAULT_NONE, rein_230},
    {"rein-keeps-login", "stays logged in after REIN", "FTP-REIN-RESET", FAULT_REIN_KEEPS_LOGIN,
     NULL},
    {"quit-200", "answers QUIT with 200", "FTP-QUIT-221-FIN", FAULT_NONE, quit_200},
    {"quit-stays", "keeps the connection open after QUIT", "FTP-QUIT-221-FIN", FAULT_QUIT_STAYS,
     NULL},
    {"quit-resets", "resets the connection after QUIT", "FTP-QUIT-221-FIN", FAULT_QUIT_RESETS,
     NULL},
    {"421-goes-on", "answers NOOP with 421 and goes on", "FTP-421-CLOSES", FAULT_421_GOES_ON, NULL},
    {"telnet-negotiates", "offers a Telnet option before it greets", "FTP-TELNET-SERVER-NONEG",
     FAULT_TELNET_NEGOTIATES, NULL},
    {"telnet-silent", "does not refuse Telnet options", "FTP-TELNET-SERVER-REFUSES",
     FAULT_TELNET_SILENT, NULL},
    /* where the data connection goes */
    {"wrong-code-227", "answers PASV with 200", "FTP-REPLY-CODE-TABLE", FAULT_NONE,
     code_200_for_227},
    {"spaces-227", "puts spaces behind the commas of 227", "FTP-227-FORMAT", FAULT_NONE,
     spaces_in_227},
    {"range-227", "puts 256 into 227", "FTP-227-RANGE", FAULT_NONE, range_in_227},
    {"multiline-227", "answers PASV with several lines", "FTP-227-SINGLE", FAULT_NONE,
     lines_of_227},
    {"wrong-port-227", "announces another port than it listens at", "FTP-PASV-DST",
     FAULT_WRONG_PORT_227, NULL},
    {"foreign-227", "announces another host in 227", "FTP-PASV-ADDR-SELF", FAULT_FOREIGN_227, NULL},
    {"epsv-bad-format", "leaves the delimiters out of 229", "FTP-229-FORMAT", FAULT_NONE,
     epsv_format},
    {"epsv-delimiter", "delimits with ! in 229", "FTP-229-DELIM", FAULT_NONE, epsv_delimiter},
    {"epsv-227", "answers EPSV with 227", "FTP-REPLY-CODE-TABLE", FAULT_NONE, epsv_code},
    {"wrong-port-229", "announces another port than it listens at", "FTP-PASV-DST",
     FAULT_WRONG_PORT_229, NULL},
    {"522-list", "lists no protocols in 522", "FTP-522-LIST", FAULT_NONE, list_522},
    {"epsv-all-ignored", "accepts PASV and PORT after EPSV ALL", "FTP-EPSV-ALL-SERVER",
     FAULT_EPSV_ALL_IGNORED, NULL},
    {"bounce", "accepts PORT to other hosts and to ports below 1024", "FTP-PORT-FOREIGN-REFUSED",
     FAULT_BOUNCE, NULL},
    {"data-from-wrong-port", "opens active data connections from any port", "FTP-PORT20",
     FAULT_DATA_FROM_WRONG_PORT, NULL},
    {"third-host-data", "opens active data connections from another address", "FTP-ACTIVE-SRC-IP",
     FAULT_THIRD_HOST_DATA, NULL},
    {"active-early", "connects when PORT comes, before any transfer", "FTP-ACTIVE-AFTER-CMD",
     FAULT_ACTIVE_EARLY, NULL},
    {"active-elsewhere", "connects to another port than PORT named", "FTP-ACTIVE-DST",
     FAULT_ACTIVE_ELSEWHERE, NULL},
    /* transfers */
    {"no-150", "sends data without 150", "FTP-REPLY-CODE-TABLE", FAULT_NO_150, NULL},
    {"no-226", "does not tell that a transfer is over", "FTP-1YZ-COMPLETED", FAULT_NO_226, NULL},
    {"early-226", "sends 226 before the data", "FTP-226-AFTER-CLOSE", FAULT_EARLY_226, NULL},
    {"226-before-fin", "sends 226 before it closes the data connection", "FTP-226-AFTER-CLOSE",
     FAULT_226_BEFORE_FIN, NULL},
    {"data-first", "sends the data before 150", "FTP-NO-DATA-BEFORE-150", FAULT_DATA_FIRST, NULL},
    {"data-though-refused", "sends data for a RETR that it refuses", "FTP-NO-1YZ-NO-DATA",
     FAULT_DATA_THOUGH_REFUSED, NULL},
    {"data-not-closed", "leaves the data connection open", "FTP-EOF-FIN", FAULT_DATA_NOT_CLOSED,
     NULL},
    {"data-reset", "ends the data connection with RST", "FTP-EOF-FIN", FAULT_DATA_RESET, NULL},
    {"truncates", "sends half of the file and says 226", "FTP-SIZE-EXACT", FAULT_TRUNCATES, NULL},
    {"stores-wrong", "loses the last octet of what it stores", "FTP-SIZE-EXACT", FAULT_STORES_WRONG,
     NULL},
    {"ascii-bare-lf", "sends LF line ends in TYPE A", "FTP-ASCII-CRLF", FAULT_ASCII_BARE_LF, NULL},
    {"150-size", "announces a wrong size in 150", "FTP-150-SIZE", FAULT_NONE, bytes_in_150},
    {"stou-text", "does not say FILE: in the 150 to STOU", "FTP-STOU-FILE", FAULT_NONE, stou_text},
    {"rest-200", "answers REST with 200", "FTP-REST-350", FAULT_NONE, rest_200},
    {"rest-ignored", "sends the whole file after REST", "FTP-REST-EXACT", FAULT_REST_IGNORED, NULL},
    {"rest-sticky", "applies REST to every later transfer", "FTP-REST-ONE-SHOT", FAULT_REST_STICKY,
     NULL},
    {"abor-no-426", "does not tell that ABOR ended the transfer", "FTP-ABOR-SEQUENCE", FAULT_NONE,
     abor_once},
    {"abor-keeps-data", "goes on sending after ABOR", "FTP-ABOR-DATA-CLOSED", FAULT_ABOR_KEEPS_DATA,
     NULL},
    {"abor-closes-control", "closes the control connection on ABOR", "FTP-ABOR-CTRL-STAYS",
     FAULT_ABOR_CLOSES_CONTROL, NULL},
    /* files and facts */
    {"list-bare-lf", "ends the lines of listings in LF alone", "FTP-LIST-CRLF", FAULT_LIST_BARE_LF,
     NULL},
    {"nlst-long", "answers NLST like LIST", "FTP-NLST-NAMES", FAULT_NLST_LONG, NULL},
    {"nlst-bare-names", "leaves the directory out of the names of NLST", "FTP-NLST-NAMES",
     FAULT_NLST_BARE_NAMES, NULL},
    {"size-wrong", "tells a wrong size", "FTP-SIZE-EXACT", FAULT_NONE, size_wrong},
    {"size-text", "puts a word behind the size", "FTP-213-SIZE", FAULT_NONE, size_text},
    {"mdtm-short", "leaves the seconds out of MDTM", "FTP-213-MDTM", FAULT_NONE, mdtm_short},
    {"mdtm-y2k", "tells years since 1900 in MDTM", "FTP-213-MDTM", FAULT_NONE, mdtm_y2k},
    {"rnto-without-rnfr", "answers RNTO with 250 though no RNFR came", "FTP-RNTO-503",
     FAULT_RNTO_WITHOUT_RNFR, NULL},
    {"257-no-quotes", "leaves the quotes out of 257", "FTP-257-QUOTE", FAULT_NONE, no_quotes},
    {"215-unknown", "names no known system in 215", "FTP-215-SYSTEM", FAULT_NONE, unknown_system},
    {"stat-213", "answers STAT with 213 whatever it is about", "FTP-STAT-211-213", FAULT_NONE,
     stat_code},
    {"help-200", "answers HELP with 200", "FTP-REPLY-CODE-TABLE", FAULT_NONE, help_200},
    {"feat-no-space", "begins feature lines without a space", "FTP-FEAT-LINES", FAULT_NONE,
     feat_no_space},
    {"feat-end", "does not end FEAT with 211 End", "FTP-FEAT-END", FAULT_NONE, feat_end},
    {"feat-self", "lists FEAT and OPTS as features", "FTP-FEAT-NOT-SELF", FAULT_NONE, feat_self},
    {"feat-incomplete", "leaves SIZE and MDTM out of FEAT", "FTP-FEAT-COMPLETE", FAULT_NONE,
     feat_incomplete},
    {"feat-dishonest", "lists LANG, which it does not have", "FTP-FEAT-HONEST", FAULT_NONE,
     feat_dishonest},
    {"feat-rest", "lists REST without STREAM", "FTP-FEAT-REST", FAULT_NONE, feat_rest},
    {"feat-mlst", "separates the facts of MLST by commas", "FTP-FEAT-MLST", FAULT_NONE, feat_mlst},
    {"feat-no-utf8", "lists MLST and not UTF8", "FTP-FEAT-UTF8", FAULT_NONE, feat_no_utf8},
    {"opts-reply", "does not say MLST OPTS", "FTP-OPTS-MLST-REPLY", FAULT_NONE, opts_reply},
    {"mlst-no-space", "leaves the space before an entry of MLST out", "FTP-MLST-FORMAT", FAULT_NONE,
     mlst_no_space},
    {"mlsd-no-space", "leaves the space before a name of MLSD out", "FTP-MLSD-FORMAT",
     FAULT_MLSD_NO_SPACE, NULL},
    {"mlsd-bad-time", "tells times of MLSx without seconds", "FTP-MLSX-TIME", FAULT_MLSD_BAD_TIME,
     NULL},
    {"mlsd-space-in-fact", "puts spaces between facts", "FTP-MLSX-FACT-CHARS",
     FAULT_MLSD_SPACE_IN_FACT, NULL},
    {NULL, NULL, NULL, FAULT_NONE, NULL},
};

const struct misbehaviour *misbehaviours(void)
{
    return table;
}

/* ---- what is switched on ---- */

#define VALUED_MOST 32
#define REWRITES_MOST 32

enum valued_kind { VALUED_REPLY, VALUED_STALL, VALUED_DROP };

struct valued {
    enum valued_kind kind;
    char verb[16]; /* upper case; "" for the greeting */
    int64_t value;
};

struct misbehave {
    bool on[FAULT_COUNT];
    const struct misbehaviour *rewrites[REWRITES_MOST];
    size_t rewrite_count;
    struct valued valued[VALUED_MOST];
    size_t valued_count;
};

static const struct {
    const char *prefix;
    enum valued_kind kind;
} prefixes[] = {{"reply:", VALUED_REPLY}, {"stall:", VALUED_STALL}, {"drop-after:", VALUED_DROP}};

static bool to_time(const char *text, int64_t *ns)
{
    char *end;
    double number = strtod(text, &end);

    if (end == text || number < 0 || number > 1e15)
        return false;
    if (strcmp(end, "s") == 0)
        number *= (double)CLOCK_SECOND;
    else if (strcmp(end, "ms") == 0)
        number *= (double)CLOCK_MS;
    else if (*end != '\0')
        return false;
    *ns = (int64_t)number;
    return true;
}

static bool to_code(const char *text, int64_t *code)
{
    char *end;

    *code = strtol(text, &end, 10);
    return strlen(text) == 3 && *end == '\0' && *code >= 100 && *code <= 999;
}

static bool to_verb(const char *text, size_t len, char verb[16])
{
    if (len == 0 || len >= 16)
        return false;
    for (size_t i = 0; i < len; i++)
        verb[i] = (char)toupper((unsigned char)text[i]);
    verb[len] = '\0';
    if (strcmp(verb, "GREETING") == 0)
        verb[0] = '\0';
    return true;
}

static bool parse_valued(const char *text, enum valued_kind kind, struct valued *out)
{
    size_t len = strcspn(text, "=");
    const char *value = text[len] == '=' ? text + len + 1 : NULL;

    out->kind = kind;
    if (!to_verb(text, len, out->verb))
        return false;
    if (kind == VALUED_DROP)
        return value == NULL;
    if (value == NULL)
        return false;
    return kind == VALUED_STALL ? to_time(value, &out->value) : to_code(value, &out->value);
}

static enum err switch_on_valued(struct misbehave *misbehave, const char *name,
                                 enum valued_kind kind, const char *rest, struct diag *why)
{
    if (misbehave->valued_count == VALUED_MOST)
        return diag_set(why, ERR_USAGE, "more than %d faults with a value", VALUED_MOST);
    if (!parse_valued(rest, kind, &misbehave->valued[misbehave->valued_count]))
        return diag_set(why, ERR_USAGE,
                        "'%s' is no fault: use reply:VERB=CODE, stall:VERB=TIME or drop-after:VERB",
                        name);
    misbehave->valued_count++;
    return OK;
}

static enum err switch_on_row(struct misbehave *misbehave, const struct misbehaviour *row,
                              struct diag *why)
{
    if (row->rewrite == NULL) {
        misbehave->on[row->fault] = true;
        return OK;
    }
    if (misbehave->rewrite_count == REWRITES_MOST)
        return diag_set(why, ERR_USAGE, "more than %d faults at once", REWRITES_MOST);
    misbehave->rewrites[misbehave->rewrite_count++] = row;
    return OK;
}

static enum err switch_on(struct misbehave *misbehave, const char *name, struct diag *why)
{
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t len = strlen(prefixes[i].prefix);

        if (strncmp(name, prefixes[i].prefix, len) == 0)
            return switch_on_valued(misbehave, name, prefixes[i].kind, name + len, why);
    }
    for (const struct misbehaviour *row = table; row->name != NULL; row++)
        if (strcmp(row->name, name) == 0)
            return switch_on_row(misbehave, row, why);
    return diag_set(why, ERR_USAGE, "'%s' is no fault of the fake FTP server", name);
}

enum err misbehave_new(const char *const *names, struct misbehave **out, struct diag *why)
{
    struct misbehave *misbehave = calloc(1, sizeof *misbehave);
    enum err err = OK;

    *out = NULL;
    if (misbehave == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory");
    for (; err == OK && names != NULL && *names != NULL; names++)
        err = switch_on(misbehave, *names, why);
    if (err != OK)
        misbehave_free(misbehave);
    else
        *out = misbehave;
    return err;
}

void misbehave_free(struct misbehave *misbehave)
{
    free(misbehave);
}

bool misbehaves(const struct misbehave *misbehave, enum fault fault)
{
    return misbehave->on[fault];
}

void misbehave_rewrite(const struct misbehave *misbehave, const char *verb, struct buf *reply)
{
    for (size_t i = 0; i < misbehave->rewrite_count; i++)
        if (reply->len > 5)
            misbehave->rewrites[i]->rewrite(reply, verb, atoi(buf_text(reply)));
}

static const struct valued *valued_of(const struct misbehave *misbehave, enum valued_kind kind,
                                      const char *verb)
{
    for (size_t i = 0; i < misbehave->valued_count; i++)
        if (misbehave->valued[i].kind == kind && strcmp(misbehave->valued[i].verb, verb) == 0)
            return &misbehave->valued[i];
    return NULL;
}

int misbehave_reply(const struct misbehave *misbehave, const char *verb)
{
    const struct valued *found = valued_of(misbehave, VALUED_REPLY, verb);

    return found == NULL ? 0 : (int)found->value;
}

int64_t misbehave_stall(const struct misbehave *misbehave, const char *verb)
{
    const struct valued *found = valued_of(misbehave, VALUED_STALL, verb);

    return found == NULL ? 0 : found->value;
}

bool misbehave_drops_after(const struct misbehave *misbehave, const char *verb)
{
    return valued_of(misbehave, VALUED_DROP, verb) != NULL;
}

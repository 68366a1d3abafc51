/* `peerspec check` and `peerspec show` as programs, on captures made from readable text. */
#include <check.h>
#include <dirent.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/wiretext.h"

#define OUTPUT (1 << 20)

static char folder[] = "check-test-XXXXXX";
static char capture[64];
static char output[OUTPUT];
static json_t *document;

static void set_up(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(capture, sizeof capture, "%s/c.pcap", folder);
    document = NULL;
}

static void tear_down(void)
{
    json_decref(document);
    unlink(capture);
    rmdir(folder);
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
}

static void capture_make(const char *lines)
{
    FILE *out = fopen(capture, "wb");
    struct diag why;

    ck_assert_ptr_nonnull(out);
    ck_assert_msg(wiretext_write("test", bytes_of(lines), out, &why) == OK, "%u: %s", why.at.line,
                  why.text);
    ck_assert_int_eq(fclose(out), 0);
}

static void specimen_make(const char *name)
{
    const char *source = getenv("PEERSPEC_SOURCE");
    char path[1024];
    struct diag why;

    snprintf(path, sizeof path, "%s/tests/specimens/%s", source == NULL ? "." : source, name);
    ck_assert_msg(wiretext_make(path, capture, &why) == OK, "%s: %s", path, why.text);
}

/* The exit status of `peerspec COMMAND CAPTURE OPTIONS`; what it printed is in `output`. */
static int run(const char *command, const char *options)
{
    char line[4096];
    FILE *from;
    size_t len;
    int status;

    snprintf(line, sizeof line, "'%s' %s '%s' 2>&1 </dev/null %s", getenv("PEERSPEC_BINARY"),
             command, capture, options);
    from = popen(line, "r");
    ck_assert_ptr_nonnull(from);
    len = fread(output, 1, sizeof output - 1, from);
    output[len] = '\0';
    status = pclose(from);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void prints(const char *text)
{
    ck_assert_msg(strstr(output, text) != NULL, "'%s' is not in:\n%s", text, output);
}

/* Conversation `n` of what --json writes. */
static json_t *conversation(size_t n)
{
    json_error_t error;
    json_t *file;

    document = json_loads(output, JSON_ALLOW_NUL, &error);
    ck_assert_msg(document != NULL, "%d: %s in\n%s", error.line, error.text, output);
    file = json_array_get(json_object_get(document, "files"), 0);
    ck_assert_ptr_nonnull(file);
    return json_array_get(json_object_get(file, "conversations"), n);
}

static const char *text_in(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text == NULL ? "" : text;
}

static long long number_in(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static const json_t *item(const json_t *object, const char *list, size_t n)
{
    return json_array_get(json_object_get(object, list), n);
}

/* --- the text --- */

START_TEST(page_says_who_broke_what_and_where)
{
    specimen_make("FTP-SIZE-EXACT.bad.wire");
    ck_assert_int_eq(run("check", ""), 1);
    prints("#1 ftp: client 192.0.2.2:40000, server 192.0.2.1:21, 29 packets from number 1 on, "
           "7 commands, 9 replies, 1 transfer, user anonymous\n"
           "  The server:\n    FAIL RFC 3659 4 (MUST): ");
    prints("      packets   12, 15, 20\n");
    prints("1 conversation (1 ftp), 1 with findings: 1 FAIL, 0 WARN\n"
           "  FAIL      1  FTP-SIZE-EXACT\n");
}
END_TEST

START_TEST(findings_come_in_the_order_of_packets_and_say_once_what_was_expected)
{
    const char *pass, *type;

    capture_make("S> 220 Ready.\nC> USER anonymous\nS> 331 Password.\nC> PASS secret\nS> 230 In.\n"
                 "C> TYPE\nS> 501 No.\nC> MODE\nS> 501 No.\nC> QUIT\nS> 221 Bye.\n");
    ck_assert_int_eq(run("check", ""), 1);
    pass = strstr(output, "[FTP-ANON-PASS]");
    type = strstr(output, "[FTP-CMD-ARGS]\n"
                          "      expected  an argument\n"
                          "      seen      \"TYPE\\r\\n\"\n"
                          "      packet    9\n"
                          "      seen      \"MODE\\r\\n\"\n"
                          "      packet    11\n");
    ck_assert_ptr_nonnull(pass);
    ck_assert_msg(type != NULL, "%s", output);
    ck_assert(pass < type);
}
END_TEST

START_TEST(conversation_without_findings_is_one_line)
{
    specimen_make("FTP-SIZE-EXACT.good.wire");
    ck_assert_int_eq(run("check", ""), 0);
    prints("user anonymous\ncheck-test-");
    prints("1 conversation (1 ftp), 0 with findings: 0 FAIL, 0 WARN\n");
    ck_assert_int_eq(run("check", "--quiet"), 0);
    ck_assert_str_eq(output, "1 conversation (1 ftp), 0 with findings: 0 FAIL, 0 WARN\n");
}
END_TEST

START_TEST(what_was_not_judged_is_said)
{
    capture_make("no handshake\nS> 220 Ready.\nC> AUTH TLS\nS> 234 Go.\n");
    ck_assert_int_eq(run("check", ""), 0);
    prints("[begins in the middle] [TLS from packet 3 on, not judged]\n");
    prints("  1 conversation begins in the middle");
    prints("  1 conversation went over to TLS");
    capture_make("S> 220 Ready.\n! lost\nC> NOOP\nS> 200 OK.\nC> QUIT\nS> 221 Bye.\n");
    ck_assert_int_eq(run("check", ""), 0);
    prints(" [parts missing]\n");
    prints("  1 conversation has parts missing");
}
END_TEST

/* The file ends while its last packet is being written. */
START_TEST(a_file_that_grows_is_judged_as_far_as_it_goes)
{
    capture_make("S> 220 Ready.\nC> NOOP\nS> 200 OK.\n");
    ck_assert_int_eq(truncate(capture, 24 + 3 * 16 + 2 * 58 + 54 + 20), 0);
    ck_assert_int_eq(run("check", ""), 0);
    prints("3 packets; the file ends in the middle of a packet, what is before it was judged\n");
    prints("0 FAIL");
}
END_TEST

/* A million octets in a reply, as FEAT could have: one finding at most, and a page that is short.
 */
START_TEST(a_reply_of_megabytes_is_read)
{
    capture_make("S> 220 Ready.\nC> STAT\nS: \"211-\"\nS: 2000000*\"x\"\n"
                 "S: \"\\r\\n211 End\\r\\n\"\nC> NOOP\nS> 200 OK.\nC> QUIT\nS> 221 Bye.\n");
    ck_assert_int_eq(run("check", ""), 0);
    prints("3 commands, 4 replies");
    ck_assert_uint_lt(strlen(output), 3000);
}
END_TEST

START_TEST(hashes_are_printed_where_asked_for)
{
    specimen_make("FTP-SIZE-EXACT.bad.wire");
    ck_assert_int_eq(run("check", "--hash"), 1);
    prints("  RETR a: 5 octets, sha256 "
           "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5\n");
}
END_TEST

static const struct {
    const char *options;
    int status;
    const char *text;
} selections[] = {
    {"--rules 'FTP-*'", 1, "FTP-SIZE-EXACT"},
    {"--rules 'UDP-*'", 0, "0 with findings"},
    {"--rules FTP-SIZE", 2, "--rules FTP-SIZE selects no rule; '*FTP-SIZE*' selects 1"},
    {"--rules FTP-SIZE-EXCAT", 2, "did you mean 'FTP-SIZE-EXACT'?"},
    {"--rules Q", 2, "--rules Q selects no rule"},
    {"--read-filter 'port 21'", 0, "1 transfer (0 data connections seen)"},
    {"--read-filter udp", 0, "0 packets that match 'udp'"},
    {"--read-filter 'port port'", 2, "'port port' is no capture filter: "},
    {"--read-filter 'tcp port 21' --rules Q", 2, "selects no rule"},
    {"--json /dev/full", 5, "/dev/full could not be written whole: No space left on device"},
    {"--json /nonexistent/f", 3, "/nonexistent/f cannot be written: No such file or directory"},
};

START_TEST(options_select_or_say_what_is_wrong)
{
    specimen_make("FTP-SIZE-EXACT.bad.wire");
    ck_assert_msg(run("check", selections[_i].options) == selections[_i].status, "%s:\n%s",
                  selections[_i].options, output);
    prints(selections[_i].text);
}
END_TEST

START_TEST(weaker_rules_can_be_left_out)
{
    specimen_make("FTP-CLIENT-QUIT.bad.wire");
    ck_assert_int_eq(run("check", "--strict"), 1);
    prints("[FTP-CLIENT-QUIT]");
    ck_assert_int_eq(run("check", "--strict --level practice"), 1);
    ck_assert_int_eq(run("check", "--strict --level should"), 0);
    prints("0 with findings");
}
END_TEST

START_TEST(ports_make_control_connections)
{
    capture_make("server 192.0.2.1:2121\nno handshake\nC> NOOP\nS> 200 OK.\n");
    ck_assert_int_eq(run("check", ""), 0);
    prints("#1 tcp: ");
    ck_assert_int_eq(run("check", "--ports 2100,2121"), 0);
    prints("#1 ftp: ");
}
END_TEST

START_TEST(read_filter_leaves_the_numbers_of_packets)
{
    capture_make("udp 192.0.2.2:7000 > 192.0.2.1:7 \"one\"\nS> 220 Ready.\nC> QUIT\nS> 221 Bye.\n");
    ck_assert_int_eq(run("check", "--read-filter tcp --json -"), 0);
    ck_assert_int_eq(number_in(item(conversation(0), "replies", 0), "packet"), 5);
}
END_TEST

/* --- JSON --- */

START_TEST(json_tells_a_session)
{
    const json_t *session, *transfer, *finding;

    specimen_make("FTP-SIZE-EXACT.bad.wire");
    ck_assert_int_eq(run("check", "--json -"), 1);
    session = conversation(0);
    ck_assert_str_eq(text_in(document, "schema"), "peerspec-check");
    ck_assert_int_eq(number_in(document, "version"), 1);
    ck_assert_str_eq(text_in(session, "protocol"), "ftp");
    ck_assert_str_eq(text_in(session, "client"), "192.0.2.2:40000");
    ck_assert_str_eq(text_in(session, "server"), "192.0.2.1:21");
    ck_assert_str_eq(text_in(session, "user"), "anonymous");
    ck_assert_int_eq(number_in(session, "packets"), 29);
    ck_assert(json_is_true(json_object_get(session, "whole")));
    ck_assert_uint_eq(json_array_size(json_object_get(session, "commands")), 7);
    ck_assert_str_eq(text_in(item(session, "commands", 3), "verb"), "SIZE");
    ck_assert_str_eq(text_in(item(session, "commands", 3), "argument"), "a");
    ck_assert_int_eq(number_in(item(session, "commands", 3), "packet"), 11);
    ck_assert(json_is_null(json_object_get(item(session, "commands", 4), "argument")));
    ck_assert_uint_eq(json_array_size(json_object_get(session, "replies")), 9);
    ck_assert_int_eq(number_in(item(session, "replies", 0), "code"), 220);
    ck_assert_int_eq(number_in(item(session, "replies", 0), "lines"), 1);
    ck_assert_str_eq(text_in(item(session, "replies", 0), "text"), "220 Ready.\r\n");
    ck_assert_double_eq_tol(
        json_real_value(json_object_get(item(session, "replies", 0), "time")) -
            json_real_value(json_object_get(item(session, "commands", 0), "time")),
        -0.001, 1e-6);
    transfer = item(session, "transfers", 0);
    ck_assert_str_eq(text_in(transfer, "command"), "RETR");
    ck_assert_str_eq(text_in(transfer, "mode"), "PASV");
    ck_assert_str_eq(text_in(transfer, "announced"), "192.0.2.1:40001");
    ck_assert_str_eq(text_in(transfer, "used"), "192.0.2.1:40001");
    ck_assert_str_eq(text_in(transfer, "direction"), "to client");
    ck_assert_int_eq(number_in(transfer, "octets"), 5);
    ck_assert_str_eq(text_in(transfer, "sha256"),
                     "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5");
    ck_assert_int_eq(number_in(json_object_get(transfer, "packets"), "first"), 20);
    ck_assert_uint_eq(json_array_size(json_object_get(session, "findings")), 1);
    finding = item(session, "findings", 0);
    ck_assert_str_eq(text_in(finding, "rule"), "FTP-SIZE-EXACT");
    ck_assert_str_eq(text_in(finding, "level"), "MUST");
    ck_assert_str_eq(text_in(finding, "verdict"), "FAIL");
    ck_assert_str_eq(text_in(finding, "subject"), "server");
    ck_assert_str_eq(text_in(finding, "rfc"), "RFC 3659 4");
    ck_assert_int_eq(json_integer_value(item(finding, "packets", 2)), 20);
    ck_assert_str_eq(text_in(finding, "expected"), "as many octets as SIZE said");
}
END_TEST

START_TEST(json_tells_an_active_transfer)
{
    const json_t *transfer;

    capture_make("S> 220 Ready.\nC> EPRT |1|192.0.2.2|40009|\nS> 200 OK.\nC> STOR b\n"
                 "S> 150 Go.\ndata active 40009 C \"abc\"\nS> 226 Done.\n");
    run("check", "--json -");
    transfer = item(conversation(0), "transfers", 0);
    ck_assert_str_eq(text_in(transfer, "mode"), "EPRT");
    ck_assert_str_eq(text_in(transfer, "used"), "192.0.2.2:40009");
    ck_assert_str_eq(text_in(transfer, "direction"), "to server");
    ck_assert_str_eq(text_in(transfer, "argument"), "b");
}
END_TEST

START_TEST(json_tells_datagrams_and_streams)
{
    const json_t *udp, *tcp;

    capture_make("server 192.0.2.1:7\nudp C \"hello\"\nudp S \"hello\"\nudp C \"once more\"\n"
                 "icmp S 3 3\nopen s 192.0.2.2:4000 > 192.0.2.1:99\nsend s C \"abc\"\n"
                 "send s S \"defg\"\nclose s\n");
    run("check", "--json -");
    tcp = conversation(0);
    udp = item(json_array_get(json_object_get(document, "files"), 0), "conversations", 1);
    if (strcmp(text_in(tcp, "protocol"), "udp") == 0) {
        const json_t *other = tcp;

        tcp = udp;
        udp = other;
    }
    ck_assert_str_eq(text_in(tcp, "protocol"), "tcp");
    ck_assert_int_eq(number_in(json_object_get(tcp, "octets"), "client"), 3);
    ck_assert_int_eq(number_in(json_object_get(tcp, "octets"), "server"), 4);
    ck_assert_str_eq(text_in(udp, "protocol"), "udp");
    ck_assert_uint_eq(json_array_size(json_object_get(udp, "datagrams")), 3);
    ck_assert_str_eq(text_in(item(udp, "datagrams", 1), "from"), "server");
    ck_assert_int_eq(number_in(item(udp, "datagrams", 2), "octets"), 9);
    ck_assert_int_eq(number_in(item(udp, "datagrams", 2), "packet"), 3);
    ck_assert_int_eq(number_in(item(udp, "icmp", 0), "type"), 3);
    ck_assert_str_eq(text_in(item(udp, "icmp", 0), "from"), "192.0.2.1");
}
END_TEST

START_TEST(json_keeps_utf8_and_marks_what_is_none)
{
    const json_t *session;

    capture_make("S> 220 Ready.\nC: \"CWD \\xc3\\xa9\\r\\n\"\nC: \"CWD \\xe9\\x00\\x01\\r\\n\"\n");
    run("check", "--json -");
    session = conversation(0);
    ck_assert_str_eq(text_in(item(session, "commands", 0), "argument"), "\xc3\xa9");
    ck_assert_str_eq(text_in(item(session, "commands", 0), "encoding"), "");
    ck_assert_ptr_nonnull(strstr(output, "\"argument\": \"\\u00E9\\u0000\\u0001\""));
    ck_assert_str_eq(text_in(item(session, "commands", 1), "encoding"), "ISO-8859-1");
    for (const char *at = output; *at != '\0'; at++)
        ck_assert_int_eq(*at & 0x80, 0);
}
END_TEST

START_TEST(json_of_a_file_that_cannot_be_read_says_why)
{
    capture_make("S> 220 Ready.\n");
    ck_assert_int_eq(truncate(capture, 10), 0);
    ck_assert_int_eq(run("check", "--json - 2>/dev/null"), 3);
    ck_assert_ptr_null(conversation(0));
    ck_assert_ptr_nonnull(strstr(text_in(item(document, "files", 0), "error"), "capture"));
}
END_TEST

/* --- show --- */

START_TEST(show_draws_what_was_said)
{
    specimen_make("FTP-SIZE-EXACT.bad.wire");
    ck_assert_int_eq(run("show", ""), 0);
    prints("       4      0.003000 |<-- 220 Ready. -----");
    prints("       5      0.004000 |--- USER anonymous -----");
    prints("      17      0.016000 |     === data 1: SYN from port 50001 to port 40001 ===");
    prints("      20      0.019000 |     <== data 1: 5 octets ===");
}
END_TEST

START_TEST(show_takes_one_conversation_of_many)
{
    capture_make("udp C \"one\"\nudp 192.0.2.2:7000 > 192.0.2.1:7 \"two\"\n");
    ck_assert_int_eq(run("show", "--session 2"), 0);
    prints("#2 udp, 1 packet from number 2 on, 1 datagram, ");
    prints(" client 192.0.2.2:7000 ");
    prints("3 octets \"two\"");
    ck_assert_ptr_null(strstr(output, "#1"));
    ck_assert_int_eq(run("show", "--port 21"), 0);
    prints("#1 udp, ");
    ck_assert_ptr_null(strstr(output, "#2"));
    ck_assert_int_eq(run("show", "--session 3"), 2);
    prints("the capture has 2 conversations");
}
END_TEST

/* --- captures of others --- */

/* Where tshark is wrong: the file that it exports has not the octets that were sent. */
static const struct {
    const char *capture, *hash, *why;
} explained[] = {
    {"ndpi-ftp.pcap", "f4b3aa91", "it leaves out frame 74, which came out of order"},
    {"zeek-bigtransfer.pcap", "5a5119d1", "it puts together what is left of a lossy capture"},
};

static bool is_explained(const char *name, const char *line)
{
    for (size_t i = 0; i < sizeof explained / sizeof *explained; i++)
        if (strcmp(explained[i].capture, name) == 0 &&
            strncmp(explained[i].hash, line, strlen(explained[i].hash)) == 0)
            return true;
    return false;
}

/* Hash and size of each file that tshark finds in data connections: "SHA256 SIZE". */
static size_t exports_of(const char *path, char (*lines)[96], size_t room)
{
    char line[4096];
    size_t count = 0;
    FILE *from;

    snprintf(line, sizeof line,
             "rm -rf '%s/x'; tshark -Q -r '%s' --export-objects 'ftp-data,%s/x' >/dev/null 2>&1; "
             "for f in '%s'/x/*; do [ -f \"$f\" ] && echo $(sha256sum <\"$f\" | cut -c1-64) "
             "$(wc -c <\"$f\"); done; rm -rf '%s/x'",
             folder, path, folder, folder, folder);
    from = popen(line, "r");
    ck_assert_ptr_nonnull(from);
    while (count < room && fgets(lines[count], sizeof lines[count], from) != NULL) {
        lines[count][strcspn(lines[count], "\n")] = '\0';
        count++;
    }
    pclose(from);
    return count;
}

/* True where some transfer of `file` has this hash and size. */
static bool has_transfer(const json_t *file, const char *line)
{
    const json_t *conversations = json_object_get(file, "conversations");

    for (size_t i = 0; i < json_array_size(conversations); i++) {
        const json_t *transfers = json_object_get(json_array_get(conversations, i), "transfers");

        for (size_t n = 0; n < json_array_size(transfers); n++) {
            const json_t *transfer = json_array_get(transfers, n);
            char ours[96];

            snprintf(ours, sizeof ours, "%s %lld", text_in(transfer, "sha256"),
                     number_in(transfer, "octets"));
            if (strcmp(ours, line) == 0)
                return true;
        }
    }
    return false;
}

/* Returns how many files were compared. */
static size_t capture_compare(const char *name)
{
    char lines[64][96], path[1024], options[1100];
    const json_t *file;
    size_t count;

    snprintf(path, sizeof path, "%s/%s", getenv("PEERSPEC_CAPTURES"), name);
    count = exports_of(path, lines, 64);
    if (count == 0)
        return 0;
    snprintf(options, sizeof options, "'%s' --json -", path);
    capture_make("S> 220 Ready.\n");
    run("check", options);
    conversation(0);
    file = json_array_get(json_object_get(document, "files"), 1);
    for (size_t i = 0; i < count; i++)
        ck_assert_msg(has_transfer(file, lines[i]) || is_explained(name, lines[i]),
                      "%s: tshark has a file %s", name, lines[i]);
    json_decref(document);
    document = NULL;
    return count;
}

START_TEST(transfers_are_what_tshark_exports)
{
    DIR *captures = opendir(getenv("PEERSPEC_CAPTURES"));
    struct dirent *entry;
    size_t count = 0;

    ck_assert_ptr_nonnull(captures);
    while ((entry = readdir(captures)) != NULL) {
        size_t len = strlen(entry->d_name);

        if (len > 5 && strcmp(entry->d_name + len - 5, ".pcap") == 0)
            count += capture_compare(entry->d_name);
    }
    closedir(captures);
    ck_assert_uint_gt(count, 5);
}
END_TEST

static bool can_compare(void)
{
    return getenv("PEERSPEC_CAPTURES") != NULL && system("command -v tshark >/dev/null") == 0;
}

int main(void)
{
    Suite *suite = suite_create("check");
    TCase *text = tcase_create("text"), *json = tcase_create("json"), *show = tcase_create("show"),
          *others = tcase_create("captures of others");
    TCase *all[] = {text, json, show, others};
    SRunner *runner = srunner_create(suite);
    int failed;

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        tcase_add_checked_fixture(all[i], set_up, tear_down);
        tcase_set_timeout(all[i], 250);
        suite_add_tcase(suite, all[i]);
    }
    tcase_add_test(text, page_says_who_broke_what_and_where);
    tcase_add_test(text, findings_come_in_the_order_of_packets_and_say_once_what_was_expected);
    tcase_add_test(text, conversation_without_findings_is_one_line);
    tcase_add_test(text, what_was_not_judged_is_said);
    tcase_add_test(text, a_file_that_grows_is_judged_as_far_as_it_goes);
    tcase_add_test(text, a_reply_of_megabytes_is_read);
    tcase_add_test(text, hashes_are_printed_where_asked_for);
    tcase_add_loop_test(text, options_select_or_say_what_is_wrong, 0,
                        (int)(sizeof selections / sizeof *selections));
    tcase_add_test(text, weaker_rules_can_be_left_out);
    tcase_add_test(text, ports_make_control_connections);
    tcase_add_test(text, read_filter_leaves_the_numbers_of_packets);
    tcase_add_test(json, json_tells_a_session);
    tcase_add_test(json, json_tells_an_active_transfer);
    tcase_add_test(json, json_tells_datagrams_and_streams);
    tcase_add_test(json, json_keeps_utf8_and_marks_what_is_none);
    tcase_add_test(json, json_of_a_file_that_cannot_be_read_says_why);
    tcase_add_test(show, show_draws_what_was_said);
    tcase_add_test(show, show_takes_one_conversation_of_many);
    if (can_compare())
        tcase_add_test(others, transfers_are_what_tshark_exports);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}

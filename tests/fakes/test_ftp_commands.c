/* Each command has the reply that the RFCs name. */
#include "ftp_served.h"

static const struct {
    const char *command;
    int code;
} replies_after_login[] = {
    {"NOOP", 200},
    {"noop", 200},
    {"SYST", 215},
    {"PWD", 257},
    {"XPWD", 257},
    {"CWD pub", 250},
    {"XCWD /pub", 250},
    {"CWD a.txt", 550},
    {"CWD none", 550},
    {"CWD", 501},
    {"CDUP", 200},
    {"XCUP", 200},
    {"MKD new", 257},
    {"XMKD /new", 257},
    {"MKD pub", 550},
    {"MKD none/new", 550},
    {"RMD empty", 250},
    {"XRMD empty", 250},
    {"RMD pub", 550},
    {"RMD a.txt", 550},
    {"RMD /", 550},
    {"DELE a.txt", 250},
    {"DELE pub", 550},
    {"DELE A.TXT", 550},
    {"RNFR a.txt", 350},
    {"RNFR none", 550},
    {"RNTO x", 503},
    {"TYPE A", 200},
    {"TYPE A N", 200},
    {"TYPE A T", 200},
    {"TYPE A C", 504},
    {"TYPE A X", 501},
    {"TYPE I", 200},
    {"TYPE L 8", 200},
    {"TYPE L 36", 504},
    {"TYPE L", 501},
    {"TYPE E", 504},
    {"TYPE Z", 501},
    {"TYPE", 501},
    {"STRU F", 200},
    {"STRU R", 504},
    {"STRU P", 504},
    {"STRU Q", 501},
    {"MODE S", 200},
    {"MODE B", 504},
    {"MODE C", 504},
    {"MODE Z", 501},
    {"ALLO 10", 202},
    {"ALLO 10 R 5", 202},
    {"ALLO x", 501},
    {"REST 0", 350},
    {"REST 5", 350},
    {"REST -1", 501},
    {"REST x", 501},
    {"REST 99999999999999999999", 501},
    {"SMNT x", 502},
    {"AUTH TLS", 502},
    {"XYZZY", 500},
    {"", 500},
    {"PORT 127,0,0,1,200", 501},
    {"PORT 127,0,0,1,0,25", 504},
    {"PORT 127,0,0,2,200,10", 504},
    {"PORT 127,0,0,1,200,10", 200},
    {"EPRT |1|127.0.0.1|51210|", 200},
    {"EPRT |1|127.0.0.2|51210|", 501},
    {"EPRT |2|::1|51210|", 522},
    {"EPRT |3|x|1|", 522},
    {"EPRT |1|127.0.0.1|", 501},
    {"PASV", 227},
    {"PASV x", 501},
    {"EPSV", 229},
    {"EPSV 1", 229},
    {"EPSV 2", 522},
    {"EPSV 9", 522},
    {"EPSV x", 501},
    {"EPSV ALL", 200},
    {"SITE HELP", 200},
    {"SITE CHMOD 600 a.txt", 200},
    {"SITE CHMOD 999 a.txt", 501},
    {"SITE CHMOD 600 none", 550},
    {"SITE EXEC id", 500},
    {"STAT", 211},
    {"STAT pub", 212},
    {"STAT a.txt", 213},
    {"STAT none", 450},
    {"HELP", 214},
    {"HELP RETR", 214},
    {"HELP XYZZY", 501},
    {"FEAT", 211},
    {"FEAT x", 501},
    {"OPTS UTF8 ON", 200},
    {"OPTS MLST type;size;", 200},
    {"OPTS MLST a b", 501},
    {"OPTS FOO", 501},
    {"SIZE pub/b.bin", 213},
    {"SIZE pub", 550},
    {"SIZE none", 550},
    {"MDTM a.txt", 213},
    {"MDTM none", 550},
    {"MLST a.txt", 250},
    {"MLST", 250},
    {"MLST none", 550},
    {"MLSD a.txt", 501},
    {"MLSD none", 550},
    {"RETR none", 550},
    {"RETR pub", 550},
    {"STOR pub", 553},
    {"STOR none/x", 553},
    {"LIST none", 450},
    {"NLST none", 450},
    {"ACCT x", 202},
    {"ABOR", 226},
    {"REIN", 220},
    {"USER other", 331},
    {"PASS p", 503},
    {"QUIT", 221},
};

START_TEST(each_command_has_the_reply_that_the_rfcs_name)
{
    ck_assert_msg(rig_code(&rig, replies_after_login[_i].command) == replies_after_login[_i].code,
                  "%s -> %s", replies_after_login[_i].command, buf_text(&rig.reply));
}
END_TEST

static const struct {
    const char *command;
    int code;
} replies_before_login[] = {
    {"PWD", 530},    {"LIST", 530},   {"PASV", 530}, {"RETR a.txt", 530}, {"DELE a.txt", 530},
    {"RNTO x", 530}, {"PASS p", 503}, {"NOOP", 200}, {"SYST", 215},       {"HELP", 214},
    {"FEAT", 211},   {"QUIT", 221},   {"USER", 501}, {"USER u", 331},
};

START_TEST(files_are_served_after_login_alone)
{
    rig_start(&rig);
    ck_assert_int_eq(atoi(rig_reply(&rig)), 220);
    ck_assert_msg(rig_code(&rig, replies_before_login[_i].command) == replies_before_login[_i].code,
                  "%s -> %s", replies_before_login[_i].command, buf_text(&rig.reply));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ftp_commands");
    TCase *fresh = before_login(suite), *in = after_login(suite);

    tcase_add_loop_test(fresh, files_are_served_after_login_alone, 0,
                        sizeof replies_before_login / sizeof replies_before_login[0]);
    tcase_add_loop_test(in, each_command_has_the_reply_that_the_rfcs_name, 0,
                        sizeof replies_after_login / sizeof replies_after_login[0]);
    return run_suite(suite);
}

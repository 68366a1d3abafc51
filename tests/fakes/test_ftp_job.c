#include "fakes/ftp_job.h"

#include <sys/stat.h>

#include "mock_server.h"

#define SCRIPT(...) ((const char *const[]){__VA_ARGS__, NULL})
#define LOGIN "S 220 Ready.", "C USER joe", "S 331 Password?", "C PASS secret", "S 230 In."
#define IMAGE "C TYPE I", "S 200 Image.", "C SIZE", "S 500 No."
#define EPSV_REPLY "S 229 Extended (|||%P|)"
#define EPSV "C EPSV", EPSV_REPLY
#define PASV "C PASV", "S 227 Passive (%H)."
#define BYE "C QUIT", "S 221 Bye.", "W"

static struct mock_server mock;
static struct diag why;
static char folder[] = "/tmp/peerspec-job-XXXXXX";
static char *printed;
static size_t printed_len;
static const char *fault[2];
static int64_t patience; /* the client's */

static void setup(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    printed = NULL;
    fault[0] = NULL;
    patience = LOOPBACK_PATIENCE;
    why.text[0] = '\0';
}

static char *path_of(const char *name)
{
    static char path[200];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void teardown(void)
{
    static const char *const names[] = {"a.txt", "b.txt", "a.txt.part", "b.txt.part"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unlink(path_of(names[i]));
    ck_assert_int_eq(rmdir(folder), 0);
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    free(printed);
}

/* Run one operation against a server that does as the script says. */
static int run(const char *const *script, const char *operation, const char *first,
               const char *second)
{
    const char *arguments[] = {first, second};
    FILE *out = open_memstream(&printed, &printed_len);
    struct ftp_job job = {.user = "joe",
                          .password = "secret",
                          .operation = operation,
                          .arguments = arguments,
                          .argument_count = second != NULL  ? 2
                                            : first != NULL ? 1
                                                            : 0,
                          .folder = folder,
                          .faults = fault,
                          .timeout = patience,
                          .out = out};
    int status;

    mock_start(&mock, script);
    job.server = mock.at;
    status = ftp_job_run(&job, &why);
    fclose(out);
    mock_join(&mock);
    return status;
}

static void write_local(const char *name, const char *text)
{
    FILE *file = fopen(path_of(name), "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

/* Where a time-out is what is to be seen, it need not be long. */
static void hurry(const char *says)
{
    if (says == NULL || strstr(says, "in 150 ms") != NULL || strstr(says, "in time") != NULL)
        patience = 150 * CLOCK_MS;
}

/* The content of a local file; "(none)" where there is none. */
static const char *read_local(const char *name)
{
    static char text[4096];
    FILE *file = fopen(path_of(name), "r");
    size_t len;

    if (file == NULL)
        return "(none)";
    len = fread(text, 1, sizeof text - 1, file);
    text[len] = '\0';
    fclose(file);
    return text;
}

static void check_no_part(void)
{
    ck_assert_str_eq(read_local("a.txt.part"), "(none)");
}

/* --- login ----------------------------------------------------------------------------------- */

static const struct {
    const char *const *script;
    int status;
    const char *says;
} logins[] = {
    {SCRIPT(LOGIN, BYE), 0, ""},
    {SCRIPT("S 120 In a moment.", LOGIN, BYE), 0, ""},
    {SCRIPT("S 220 a", "C USER joe", "S 339 b", "C PASS secret", "S 230 c", BYE), 0, ""},
    {SCRIPT("S 220-Welcome.", "S 331 no end", "S 220-", LOGIN, BYE), 0, ""},
    {SCRIPT("s 2", "s 20 Rea", "s dy.\r", "s \n", "C USER joe", "S 230 In.", BYE), 0, ""},
    {SCRIPT("S 230 In already.", "C USER joe", "S 230 In.", BYE), 0, ""},
    {SCRIPT("S 220 a", "C USER joe", "S 331 b", "C PASS secret", "S 332 c", "C ACCT", "S 230 d",
            BYE),
     0, ""},
    {SCRIPT("S 220 a", "C USER joe", "S 332 c", "C ACCT", "S 230 d", BYE), 0, ""},
    {SCRIPT("S 220 a", "C USER joe", "S 331 b", "C PASS secret", "S 202 c", BYE), 0, ""},
    {SCRIPT("S 220 a", "C USER joe", "S 530 No.", BYE), 1, "the login was refused: 530 No."},
    {SCRIPT("S 220 a", "C USER joe", "S 331 b", "C PASS secret", "S 530 No.", BYE), 1,
     "the login was refused: 530 No."},
    {SCRIPT("S 220 a", "C USER joe", "S 331 b", "C PASS secret", "S 332 c", "C ACCT", "S 530 No.",
            BYE),
     1, "the login was refused: 530 No."},
    {SCRIPT("S 421 Too many.", "X"), 1, "the server ends the session: 421 Too many."},
    {SCRIPT("S 530 Not you.", "W"), 1, "the server does not greet: 530 Not you."},
    {SCRIPT("X"), 1, "the server closed the connection before a greeting"},
    {SCRIPT("X!"), 1, "the server reset the connection before a greeting"},
    {SCRIPT("S hello", "W"), 1, "that is no reply: hello"},
    {SCRIPT("S 220 a", "C USER joe", "W"), 1, "no reply in 150 ms after USER"},
    {SCRIPT("S 220 a", "C USER joe", "S 331 b", "C PASS", "X"), 1,
     "the server closed the connection after PASS"},
    {SCRIPT("S 220 a", "C USER joe", "S 421 Bye.", "X"), 1,
     "the server ends the session: 421 Bye."},
    {SCRIPT("S 120 In a moment.", "W"), 1, "no reply in 150 ms before a greeting"},
};

START_TEST(login_ends_as_the_server_says)
{
    int status;

    hurry(logins[_i].says);
    status = run(logins[_i].script, "login", NULL, NULL);
    ck_assert_str_eq(why.text, logins[_i].says);
    ck_assert_int_eq(status, logins[_i].status);
    ck_assert_str_eq(mock.trouble, "");
}
END_TEST

START_TEST(message_never_holds_the_password)
{
    hurry(NULL);
    run(SCRIPT("S 220 a", "C USER joe", "S 331 b", "C PASS secret", "W"), "login", NULL, NULL);
    ck_assert_ptr_null(strstr(why.text, "secret"));
}
END_TEST

START_TEST(greeting_is_waited_for)
{
    hurry(NULL);
    ck_assert_int_eq(run(SCRIPT("W"), "login", NULL, NULL), 1);
    ck_assert_str_eq(mock.commands, "");
}
END_TEST

/* --- downloads ------------------------------------------------------------------------------- */

/* Every legal order of replies and data around a RETR, and ways in which it is whole. */
static const char *const *const good_downloads[] = {
    SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "S 150 a", "D+ hello", "D.", "S 226 b", BYE),
    SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "S 125 a", "D+ hello", "D.", "S 250 b", BYE),
    SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "s 150 a\r\n226 b\r\n", "D+ hello", "D.", BYE),
    SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "S 150 a", "S 226 b", "D+ hello", "D.", BYE),
    SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "S 150 a", "D+ h", "S 226 b", "D+ ello", "D.", BYE),
    SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "S 150 a", "D+ hello", "S 226 b", "D.", BYE),
    SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "D+ hello", "D.", "S 150 a", "S 226 b", BYE),
    SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "D+ h", "S 150 a", "D+ ello", "D.", "S 226 b", BYE),
    SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "S 150-a", "S  b", "S 150 c", "D+ hello", "D.",
           "S 226-d", "S 226 e", BYE),
    SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "S 150 a", "S 150 again", "D+ hello", "D.",
           "S 226 b", BYE),
    SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "S 150 a", "D+ hello", "D.", "S 226 b", "S 226 c",
           BYE),
    SCRIPT(LOGIN, IMAGE, "C EPSV", "S 500 No.", PASV, "C RETR a.txt", "S 150 a", "D+ hello", "D.",
           "S 226 b", BYE),
    SCRIPT(LOGIN, IMAGE, "C EPSV", "S 229 Hm (|||%C|)", PASV, "C RETR a.txt", "S 150 a", "D+ hello",
           "D.", "S 226 b", BYE),
    SCRIPT("S 220 a", "C USER joe", "s 230 b\r\n500 Unasked.\r\n", IMAGE, EPSV, "C RETR a.txt",
           "S 150 a", "D+ hello", "D.", "S 226 b", BYE),
    SCRIPT(LOGIN, "C TYPE I", "s 200 a\r\n200 b\r\n", "C SIZE", "S 213 5", EPSV, "C RETR a.txt",
           "S 150 a", "D+ hello", "D.", "S 226 b", BYE),
    SCRIPT(LOGIN, "C TYPE I", "S 200 a", "C SIZE", "s 200 b\r\n213 5\r\n", EPSV, "C RETR a.txt",
           "S 150 a", "D+ hello", "D.", "S 226 b", BYE),
    SCRIPT(LOGIN, IMAGE, "C EPSV", "S 213 5", EPSV_REPLY, "C RETR a.txt", "S 150 a", "D+ hello",
           "D.", "S 226 b", BYE),
    SCRIPT(LOGIN, IMAGE, "C EPSV", "S 229 no port", PASV, "C RETR a.txt", "S 150 a", "D+ hello",
           "D.", "S 226 b", BYE),
    SCRIPT(LOGIN, "C TYPE I", "S 200 a", "C SIZE a.txt", "S 213 5", EPSV, "C RETR a.txt", "S 150 a",
           "D+ hello", "D.", "S 226 b", BYE),
    SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "S 150 a", "D+ hello", "D.", "S 226 b", "C QUIT",
           "X"),
    SCRIPT(LOGIN, "C TYPE I", "S 200 a", "C SIZE a.txt", "S 213 many", EPSV, "C RETR a.txt",
           "S 150 a", "D+ hello", "D.", "S 226 b", BYE),
};

START_TEST(download_is_whole_in_every_legal_order)
{
    int status = run(good_downloads[_i], "get", "a.txt", NULL);

    ck_assert_str_eq(why.text, "");
    ck_assert_int_eq(status, 0);
    ck_assert_str_eq(mock.trouble, "");
    ck_assert_str_eq(read_local("a.txt"), "hello");
    check_no_part();
}
END_TEST

static const struct {
    const char *const *script;
    const char *says;
} bad_downloads[] = {
    {SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "S 550 None.", BYE),
     "the transfer failed: 550 None."},
    {SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "S 150 a", "D+ hel", "D.", "S 426 Cut.", BYE),
     "the transfer failed: 426 Cut."},
    {SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "S 150 a", "D+ hello", "D.", "S 451 Bad.", BYE),
     "the transfer failed: 451 Bad."},
    {SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "S 150 a", "S 425 No data.", BYE),
     "the transfer failed: 425 No data."},
    {SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "S 150 a", "D+ hel", "D!", "S 226 b", BYE),
     "the data connection was reset after 3 octets"},
    {SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "S 150 a", "D+ hello", "D.", "X"),
     "the server closed the connection after RETR"},
    {SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "S 150 a", "D+ hello", "D.", "S 421 Bye.", "X"),
     "the server ends the session: 421 Bye."},
    {SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "S 150 a", "D+ hello", "D.", "W"),
     "no reply in 150 ms after RETR"},
    {SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "S 150 a", "D+ hello", "W"),
     "the data connection failed: no progress in time"},
    {SCRIPT(LOGIN, "C TYPE I", "S 200 a", "C SIZE a.txt", "S 213 10", EPSV, "C RETR a.txt",
            "S 150 a", "D+ hello", "D.", "S 226 b", BYE),
     "5 octets came, the server said the file has 10"},
    {SCRIPT(LOGIN, "C TYPE I", "S 504 No.", BYE), "TYPE was refused: 504 No."},
    {SCRIPT(LOGIN, IMAGE, "C EPSV", "S 500 a", "C PASV", "S 502 b", BYE),
     "no passive data connection is offered: 502 b"},
    {SCRIPT(LOGIN, IMAGE, "C EPSV", "S 500 a", "C PASV", "S 227 Passive.", BYE),
     "no port can be read from the reply: 227 Passive."},
    {SCRIPT(LOGIN, IMAGE, EPSV, "S 421 Bye.", "X"), "the server ends the session: 421 Bye."},
    {SCRIPT(LOGIN, "S 421 Unasked.", "X"), NULL},
};

START_TEST(failed_download_leaves_nothing)
{
    hurry(bad_downloads[_i].says == NULL ? "" : bad_downloads[_i].says);
    ck_assert_int_eq(run(bad_downloads[_i].script, "get", "a.txt", NULL), 1);
    if (bad_downloads[_i].says != NULL)
        ck_assert_str_eq(why.text, bad_downloads[_i].says);
    if (strstr(why.text, "ends the session") == NULL && bad_downloads[_i].says != NULL)
        ck_assert_str_eq(mock.trouble, "");
    ck_assert_str_eq(read_local("a.txt"), "(none)");
    check_no_part();
}
END_TEST

START_TEST(failed_download_keeps_the_file_that_was_there)
{
    write_local("a.txt", "old");
    ck_assert_int_eq(
        run(SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "S 150 a", "D+ hel", "D!", "S 426 b", BYE),
            "get", "a.txt", NULL),
        1);
    ck_assert_str_eq(read_local("a.txt"), "old");
}
END_TEST

START_TEST(foreign_address_of_a_227_is_not_followed)
{
    ck_assert_int_eq(
        run(SCRIPT(LOGIN, IMAGE, "C EPSV", "S 500 No.", "C PASV", "S 227 Passive (%F).",
                   "C RETR a.txt", "S 150 a", "D+ hello", "D.", "S 226 b", BYE),
            "get", "a.txt", NULL),
        0);
    ck_assert_str_eq(read_local("a.txt"), "hello");
}
END_TEST

START_TEST(active_download_announces_a_port)
{
    int status = run(SCRIPT(LOGIN, IMAGE, "C PORT 127,0,0,1,", "S 200 a", "C RETR a.txt", "S 150 b",
                            "D+ hello", "D.", "S 226 c", BYE),
                     "get-active", "a.txt", NULL);

    ck_assert_str_eq(why.text, "");
    ck_assert_int_eq(status, 0);
    ck_assert_str_eq(read_local("a.txt"), "hello");
}
END_TEST

START_TEST(active_download_takes_eprt_where_port_is_refused)
{
    ck_assert_int_eq(
        run(SCRIPT(LOGIN, IMAGE, "C PORT", "S 502 No.", "C EPRT |1|127.0.0.1|", "S 200 a",
                   "C RETR a.txt", "S 150 b", "D+ hello", "D.", "S 226 c", BYE),
            "get-active", "a.txt", NULL),
        0);
    ck_assert_str_eq(read_local("a.txt"), "hello");
}
END_TEST

START_TEST(active_download_fails_where_nobody_connects)
{
    hurry(NULL);
    ck_assert_int_eq(run(SCRIPT(LOGIN, IMAGE, "C PORT", "S 200 a", "C RETR a.txt", "S 150 b", "W"),
                         "get-active", "a.txt", NULL),
                     1);
    ck_assert_str_eq(why.text, "the data connection failed: no connection in time");
    ck_assert_str_eq(read_local("a.txt"), "(none)");
}
END_TEST

START_TEST(without_the_control_connection_nobody_is_waited_for)
{
    ck_assert_int_eq(
        run(SCRIPT(LOGIN, IMAGE, "C PORT", "S 200 a", "C RETR a.txt", "S 150 b", "S 226 c", "X"),
            "get-active", "a.txt", NULL),
        1);
    ck_assert_str_eq(why.text, "the server closed the connection after RETR");
}
END_TEST

START_TEST(resume_gets_the_rest)
{
    write_local("a.txt", "0123");
    ck_assert_int_eq(run(SCRIPT(LOGIN, IMAGE, EPSV, "C REST 4", "S 350 a", "C RETR a.txt",
                                "S 150 b", "D+ 456", "D.", "S 226 c", BYE),
                         "resume", "a.txt", NULL),
                     0);
    ck_assert_str_eq(read_local("a.txt"), "0123456");
}
END_TEST

START_TEST(failed_resume_keeps_what_was_there)
{
    write_local("a.txt", "0123");
    ck_assert_int_eq(run(SCRIPT(LOGIN, IMAGE, EPSV, "C REST 4", "S 350 a", "C RETR a.txt",
                                "S 150 b", "D+ 4", "D!", "S 426 c", BYE),
                         "resume", "a.txt", NULL),
                     1);
    ck_assert_str_eq(read_local("a.txt"), "0123");
    check_no_part();
}
END_TEST

START_TEST(mget_fetches_what_nlst_names)
{
    ck_assert_int_eq(
        run(SCRIPT(LOGIN, EPSV, "C NLST", "S 150 a", "D+ a.txt\r\n.txt\r\nc.pdf\r\nd/b.txt", "D.",
                   "S 226 b", IMAGE, EPSV, "C RETR a.txt", "S 150 a", "D+ one", "D.", "S 226 b",
                   IMAGE, EPSV, "C RETR d/b.txt", "S 150 a", "D+ two", "D.", "S 226 b", BYE),
            "mget", "*.txt", NULL),
        0);
    ck_assert_str_eq(read_local("a.txt"), "one");
    ck_assert_str_eq(read_local("b.txt"), "two");
}
END_TEST

START_TEST(mget_puts_the_folder_before_bare_names)
{
    ck_assert_int_eq(
        run(SCRIPT(LOGIN, EPSV, "C NLST d", "S 150 a", "D+ a.txt\r\nd/b.txt\r\nc\r\n", "D.",
                   "S 226 b", IMAGE, EPSV, "C RETR d/a.txt", "S 150 a", "D+ one", "D.", "S 226 b",
                   IMAGE, EPSV, "C RETR d/b.txt", "S 150 a", "D+ two", "D.", "S 226 b", BYE),
            "mget", "d/*.txt", NULL),
        0);
    ck_assert_str_eq(read_local("a.txt"), "one");
    ck_assert_str_eq(read_local("b.txt"), "two");
}
END_TEST

START_TEST(mget_that_matches_nothing_fails)
{
    ck_assert_int_eq(
        run(SCRIPT(LOGIN, EPSV, "C NLST", "S 150 a", "D+ a.pdf\r\n", "D.", "S 226 b", BYE), "mget",
            "*.txt", NULL),
        1);
    ck_assert_str_eq(why.text, "nothing matches '*.txt'");
}
END_TEST

START_TEST(mget_is_not_led_out_of_the_folder)
{
    ck_assert_int_eq(
        run(SCRIPT(LOGIN, EPSV, "C NLST", "S 150 a", "D+ x/..\r\n", "D.", "S 226 b", BYE), "mget",
            ".*", NULL),
        1);
    ck_assert_str_eq(why.text, "'..' is no name for a local file");
}
END_TEST

/* --- uploads --------------------------------------------------------------------------------- */

START_TEST(upload_sends_the_file)
{
    write_local("a.txt", "hello");
    ck_assert_int_eq(run(SCRIPT(LOGIN, "C TYPE I", "S 200 a", EPSV, "C STOR a.txt", "S 150 b", "D<",
                                "S 226 c", BYE),
                         "put", "a.txt", NULL),
                     0);
    ck_assert_str_eq(mock.trouble, "");
    ck_assert_mem_eq(mock.received, "hello", 5);
    ck_assert_uint_eq(mock.received_len, 5);
}
END_TEST

START_TEST(append_uses_appe)
{
    write_local("a.txt", "more");
    ck_assert_int_eq(run(SCRIPT(LOGIN, "C TYPE I", "S 200 a", EPSV, "C APPE a.txt", "S 150 b", "D<",
                                "S 226 c", BYE),
                         "append", "a.txt", NULL),
                     0);
    ck_assert_mem_eq(mock.received, "more", 4);
}
END_TEST

START_TEST(refused_upload_sends_nothing)
{
    write_local("a.txt", "hello");
    ck_assert_int_eq(
        run(SCRIPT(LOGIN, "C TYPE I", "S 200 a", EPSV, "C STOR a.txt", "S 553 No.", "D<", BYE),
            "put", "a.txt", NULL),
        1);
    ck_assert_str_eq(why.text, "the transfer failed: 553 No.");
    ck_assert_uint_eq(mock.received_len, 0);
}
END_TEST

START_TEST(upload_that_is_not_kept_is_a_failure)
{
    write_local("a.txt", "hello");
    ck_assert_int_eq(run(SCRIPT(LOGIN, "C TYPE I", "S 200 a", EPSV, "C STOR a.txt", "S 150 b", "D<",
                                "S 552 Full.", BYE),
                         "put", "a.txt", NULL),
                     1);
    ck_assert_str_eq(why.text, "the transfer failed: 552 Full.");
}
END_TEST

START_TEST(upload_of_a_file_that_is_not_there_asks_for_nothing)
{
    ck_assert_int_eq(run(SCRIPT(LOGIN, BYE), "put", "a.txt", NULL), 1);
    ck_assert_ptr_nonnull(strstr(why.text, "cannot open"));
    ck_assert_str_eq(mock.trouble, "");
}
END_TEST

/* --- the rest -------------------------------------------------------------------------------- */

static const struct {
    const char *operation, *first, *second;
    const char *const *script;
    int status;
    const char *prints;
} others[] = {
    {"list", NULL, NULL,
     SCRIPT(LOGIN, EPSV, "C LIST", "S 150 a", "D+ x\r\ny\r\n", "D.", "S 226 b", BYE), 0, "x\ny\n"},
    {"list", "pub", NULL,
     SCRIPT(LOGIN, EPSV, "C LIST pub", "S 150 a", "D+ x\r\n", "D.", "S 226 b", BYE), 0, "x\n"},
    {"list", "", "", SCRIPT(LOGIN, EPSV, "C LIST\0", "S 150 a", "D+", "D.", "S 226 b", BYE), 0, ""},
    {"nlst", NULL, NULL, SCRIPT(LOGIN, EPSV, "C NLST", "S 451 No.", BYE), 1, ""},
    {"nlst", NULL, NULL,
     SCRIPT(LOGIN, EPSV, "C NLST", "S 150 a", "D+ half\r\n", "D.", "S 426 b", BYE), 1, ""},
    {"mlsd", NULL, NULL,
     SCRIPT(LOGIN, EPSV, "C MLSD", "S 150 a", "D+ size=1; x\r\n", "D.", "S 226 b", BYE), 0,
     "size=1; x\n"},
    {"delete", "x", NULL, SCRIPT(LOGIN, "C DELE x", "S 250 a", BYE), 0, ""},
    {"delete", "x", NULL, SCRIPT(LOGIN, "C DELE x", "S 550 a", BYE), 1, ""},
    {"mkdir", "x", NULL, SCRIPT(LOGIN, "C MKD x", "S 257 \"/x\" made", BYE), 0, ""},
    {"rmdir", "x", NULL, SCRIPT(LOGIN, "C RMD x", "S 250 a", BYE), 0, ""},
    {"rename", "x", "y", SCRIPT(LOGIN, "C RNFR x", "S 350 a", "C RNTO y", "S 250 b", BYE), 0, ""},
    {"rename", "x", "y", SCRIPT(LOGIN, "C RNFR x", "S 550 a", BYE), 1, ""},
    {"rename", "x", "y", SCRIPT(LOGIN, "C RNFR x", "S 350 a", "C RNTO y", "S 553 b", BYE), 1, ""},
    {"size", "x", NULL, SCRIPT(LOGIN, "C TYPE I", "S 200 a", "C SIZE x", "S 213 42", BYE), 0,
     "42\n"},
    {"size", "x", NULL, SCRIPT(LOGIN, "C TYPE I", "S 200 a", "C SIZE x", "S 550 b", BYE), 1, ""},
    {"size", "x", NULL, SCRIPT(LOGIN, "C TYPE I", "S 200 a", "C SIZE x", "S 213 -1", BYE), 1, ""},
    {"mtime", "x", NULL, SCRIPT(LOGIN, "C MDTM x", "S 213 20200102030405", BYE), 0,
     "20200102030405\n"},
    {"mtime", "x", NULL, SCRIPT(LOGIN, "C MDTM x", "S 213 yesterday", BYE), 1, ""},
    {"delete", "a\r\nDELE b", NULL, SCRIPT(LOGIN, BYE), 1, ""},
    {"delete", "a\377b", NULL, SCRIPT(LOGIN, "C DELE a\377\377b", "S 250 a", BYE), 0, ""},
};

START_TEST(operation_says_its_commands_and_ends_as_the_server_says)
{
    int status = run(others[_i].script, others[_i].operation, others[_i].first, others[_i].second);

    ck_assert_str_eq(mock.trouble, "");
    ck_assert_int_eq(status, others[_i].status);
    ck_assert_str_eq(printed, others[_i].prints);
    ck_assert_int_eq(why.text[0] == '\0', status == 0);
}
END_TEST

START_TEST(unknown_operation_is_a_usage_error)
{
    struct ftp_job job = {.operation = "steal"};

    ck_assert_int_eq(ftp_job_run(&job, &why), 2);
    ck_assert_str_eq(why.text, "'steal' is no operation");
}
END_TEST

START_TEST(server_that_is_not_there_is_named)
{
    struct endpoint at;
    int fd = loopback_bind(SOCK_STREAM, &at);
    struct ftp_job job = {.server = at, .operation = "login"};

    close(fd);
    ck_assert_int_eq(ftp_job_run(&job, &why), 1);
    ck_assert_str_eq(why.text, "the server cannot be reached before a greeting");
}
END_TEST

/* --- faults ---------------------------------------------------------------------------------- */

static const struct {
    const char *fault, *operation, *first, *second;
    const char *const *script;
    const char *heard; /* among the commands */
    int status;
} faults[] = {
    {"bare-lf-commands", "login", NULL, NULL, SCRIPT(LOGIN, BYE), "USER joe\n", 0},
    {"two-spaces", "login", NULL, NULL,
     SCRIPT("S 220 a", "C USER  joe", "S 230 b", "C QUIT", "S 221 c"), "USER  joe", 0},
    {"telnet-negotiates", "login", NULL, NULL,
     SCRIPT("S 220 a", "C \377\373\003USER joe", "S 230 b", "C QUIT", "S 221 c"), "\377\373\003",
     0},
    {"pass-without-user", "login", NULL, NULL,
     SCRIPT("S 220 a", "C PASS secret", "S 230 b", "C QUIT", "S 221 c"), "PASS", 0},
    {"command-before-reply", "login", NULL, NULL,
     SCRIPT("S 220 a", "C USER", "C PASS", "S 331 b", "S 230 c", "C QUIT", "S 221 d"), "PASS", 0},
    {"rnto-without-rnfr", "rename", "x", "y",
     SCRIPT(LOGIN, "C RNTO y", "S 250 a", "C QUIT", "S 221 b"), "RNTO y", 0},
    {"no-port-before-retr", "get", "a.txt", NULL,
     SCRIPT(LOGIN, IMAGE, "C RETR a.txt", "S 425 No.", "C QUIT", "S 221 a"), "RETR", 1},
    {"data-to-wrong-port", "get", "a.txt", NULL, SCRIPT(LOGIN, IMAGE, EPSV, "W"), "EPSV", 1},
    {"exits-zero", "get", "a.txt", NULL,
     SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "S 550 No.", BYE), "RETR", 0},
    {"ignores-226", "get", "a.txt", NULL,
     SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "S 150 a", "D+ hello", "D.", "W"), "RETR", 0},
    {"ignores-226", "get", "a.txt", NULL,
     SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "S 150 a", "S 451 b", "D+ hello", "D.", "W"),
     "RETR", 0},
    {"no-quit", "login", NULL, NULL, SCRIPT(LOGIN, "W"), "PASS", 0},
    {"follows-listed-path", "mget", "*", NULL,
     SCRIPT(LOGIN, EPSV, "C NLST", "S 150 a", "D+ no/a.txt\r\n", "D.", "S 226 b", "C QUIT",
            "S 221 c"),
     "NLST", 1},
    {"stalls-after-passive", "list", NULL, NULL, SCRIPT(LOGIN, EPSV, "W"), "EPSV", 1},
};

START_TEST(fault_shows_on_the_wire)
{
    int status;

    fault[0] = faults[_i].fault;
    if (strcmp(fault[0], "stalls-after-passive") == 0)
        hurry(NULL);
    status = run(faults[_i].script, faults[_i].operation, faults[_i].first, faults[_i].second);
    ck_assert_msg(strstr(mock.commands, faults[_i].heard) != NULL, "heard: %s", mock.commands);
    ck_assert_int_eq(status, faults[_i].status);
}
END_TEST

START_TEST(fault_keeps_the_partial_file)
{
    fault[0] = "keeps-partial-file";
    ck_assert_int_eq(
        run(SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "S 150 a", "D+ hel", "D.", "S 426 b", BYE),
            "get", "a.txt", NULL),
        1);
    ck_assert_str_eq(read_local("a.txt"), "hel");
}
END_TEST

START_TEST(fault_corrupts_the_file)
{
    fault[0] = "corrupts-file";
    ck_assert_int_eq(
        run(SCRIPT(LOGIN, IMAGE, EPSV, "C RETR a.txt", "S 150 a", "D+ hello", "D.", "S 226 b", BYE),
            "get", "a.txt", NULL),
        0);
    ck_assert_str_eq(read_local("a.txt"), "helln");
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof((table)[0]))

static TCase *session_case(void)
{
    TCase *tcase = tcase_create("session");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, login_ends_as_the_server_says, 0, COUNT(logins));
    tcase_add_test(tcase, message_never_holds_the_password);
    tcase_add_test(tcase, greeting_is_waited_for);
    tcase_add_loop_test(tcase, operation_says_its_commands_and_ends_as_the_server_says, 0,
                        COUNT(others));
    tcase_add_test(tcase, unknown_operation_is_a_usage_error);
    tcase_add_test(tcase, server_that_is_not_there_is_named);
    tcase_add_loop_test(tcase, fault_shows_on_the_wire, 0, COUNT(faults));
    tcase_add_test(tcase, fault_keeps_the_partial_file);
    tcase_add_test(tcase, fault_corrupts_the_file);
    return tcase;
}

static TCase *transfer_case(void)
{
    TCase *tcase = tcase_create("transfers");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, download_is_whole_in_every_legal_order, 0, COUNT(good_downloads));
    tcase_add_loop_test(tcase, failed_download_leaves_nothing, 0, COUNT(bad_downloads));
    tcase_add_test(tcase, failed_download_keeps_the_file_that_was_there);
    tcase_add_test(tcase, foreign_address_of_a_227_is_not_followed);
    tcase_add_test(tcase, active_download_announces_a_port);
    tcase_add_test(tcase, active_download_takes_eprt_where_port_is_refused);
    tcase_add_test(tcase, active_download_fails_where_nobody_connects);
    tcase_add_test(tcase, without_the_control_connection_nobody_is_waited_for);
    tcase_add_test(tcase, resume_gets_the_rest);
    tcase_add_test(tcase, failed_resume_keeps_what_was_there);
    tcase_add_test(tcase, mget_fetches_what_nlst_names);
    tcase_add_test(tcase, mget_puts_the_folder_before_bare_names);
    tcase_add_test(tcase, mget_that_matches_nothing_fails);
    tcase_add_test(tcase, mget_is_not_led_out_of_the_folder);
    tcase_add_test(tcase, upload_sends_the_file);
    tcase_add_test(tcase, append_uses_appe);
    tcase_add_test(tcase, refused_upload_sends_nothing);
    tcase_add_test(tcase, upload_that_is_not_kept_is_a_failure);
    tcase_add_test(tcase, upload_of_a_file_that_is_not_there_asks_for_nothing);
    return tcase;
}

int main(void)
{
    Suite *suite = suite_create("ftp_job");
    SRunner *runner;
    int failed;

    suite_add_tcase(suite, session_case());
    suite_add_tcase(suite, transfer_case());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}

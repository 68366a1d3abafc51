#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

static struct options options;
static struct diag why;

static void set_up(void)
{
    unsetenv("NO_COLOR");
    unsetenv("TEST_TOTAL_SHARDS");
    unsetenv("TEST_SHARD_INDEX");
    memset(&options, 0, sizeof options);
}

static void tear_down(void)
{
    options_fini(&options);
}

#define WORDS_MOST 32

/* Parse "peerspec " + line, split at blanks; `_` in a word stands for a blank. */
static enum err parse(const char *line)
{
    static char text[512];
    static char *argv[WORDS_MOST + 1] = {(char *)"peerspec"};
    int argc = 1;

    options_fini(&options);
    snprintf(text, sizeof text, "%s", line);
    for (char *word = strtok(text, " "); word != NULL; word = strtok(NULL, " ")) {
        for (char *at = word; *at != '\0'; at++) {
            if (*at == '_')
                *at = ' ';
        }
        argv[argc++] = word;
    }
    argv[argc] = NULL;
    return options_parse(&options, argc, argv, &why);
}

static void parse_well(const char *line)
{
    enum err err = parse(line);

    ck_assert_msg(err == OK, "%s: %s", line, why.text);
}

/* ---- commands ---- */

START_TEST(nothing_asks_for_the_page)
{
    parse_well("");
    ck_assert_int_eq(options.command, COMMAND_NONE);
    ck_assert(options.help);
}
END_TEST

static const struct {
    const char *line;
    enum command command;
} helps[] = {
    {"--help", COMMAND_NONE},
    {"-h", COMMAND_NONE},
    {"help", COMMAND_NONE},
    {"help server", COMMAND_SERVER},
    {"server --help", COMMAND_SERVER},
    {"check x.pcap -h", COMMAND_CHECK},
    {"play --help", COMMAND_PLAY},
    {"lint --help", COMMAND_LINT},
};

START_TEST(help_needs_nothing_else)
{
    parse_well(helps[_i].line);
    ck_assert_int_eq(options.command, helps[_i].command);
    ck_assert(options.help);
}
END_TEST

START_TEST(version_is_a_command_and_an_option)
{
    parse_well("version");
    ck_assert_int_eq(options.command, COMMAND_VERSION);
    parse_well("--version");
    ck_assert_int_eq(options.command, COMMAND_VERSION);
}
END_TEST

START_TEST(server_has_a_target_and_selectors)
{
    parse_well("server ftp://me:x@h:2121 ftp/login/* a.exchange");
    ck_assert_int_eq(options.command, COMMAND_SERVER);
    ck_assert_int_eq(options.target.kind, TARGET_URL);
    ck_assert_str_eq(options.target.host, "h");
    ck_assert_uint_eq(options.words.count, 2);
    ck_assert_str_eq(options.words.items[0], "ftp/login/*");
    ck_assert_str_eq(options.words.items[1], "a.exchange");
    ck_assert_ptr_null(options.words.items[2]);
}
END_TEST

START_TEST(client_has_an_adapter_and_selectors)
{
    parse_well("client curl ftp/login/anonymous");
    ck_assert_int_eq(options.target.kind, TARGET_NAME);
    ck_assert_str_eq(options.target.text, "curl");
    ck_assert_uint_eq(options.words.count, 1);
    ck_assert_str_eq(options.words.items[0], "ftp/login/anonymous");
    ck_assert_ptr_null(options.argv);
}
END_TEST

START_TEST(bare_command_leaves_all_words_to_selectors)
{
    parse_well("client ftp/course/list --jobs 2 -- python3 x.py --jobs {host} -- y");
    ck_assert_int_eq(options.target.kind, TARGET_NONE);
    ck_assert_uint_eq(options.words.count, 1);
    ck_assert_str_eq(options.words.items[0], "ftp/course/list");
    ck_assert_uint_eq(options.jobs, 2);
    ck_assert_str_eq(options.argv[0], "python3");
    ck_assert_str_eq(options.argv[2], "--jobs");
    ck_assert_str_eq(options.argv[4], "--");
    ck_assert_str_eq(options.argv[5], "y");
    ck_assert_ptr_null(options.argv[6]);
}
END_TEST

START_TEST(adapter_file_stands_for_the_target)
{
    parse_well("client --adapter ./mine.client ftp/a ftp/b");
    ck_assert_int_eq(options.target.kind, TARGET_NONE);
    ck_assert_str_eq(options.adapter, "./mine.client");
    ck_assert_uint_eq(options.words.count, 2);
}
END_TEST

START_TEST(options_may_stand_between_words)
{
    parse_well("check a.pcap --quiet b.pcap -");
    ck_assert_uint_eq(options.words.count, 3);
    ck_assert_str_eq(options.words.items[1], "b.pcap");
    ck_assert_str_eq(options.words.items[2], "-");
    ck_assert(options.quiet);
}
END_TEST

/* ---- values ---- */

START_TEST(without_options_there_are_defaults)
{
    parse_well("server vsftpd");
    ck_assert_int_eq(options.level, LEVEL_PRACTICE);
    ck_assert_int_eq(options.isolate, ISOLATE_AUTO);
    ck_assert_uint_eq(options.jobs, 0);
    ck_assert_int_eq(options.timeout, 0);
    ck_assert_uint_eq(options.shards, 0);
    ck_assert(!options.strict && !options.quiet && !options.no_color);
    ck_assert_ptr_null(options.words.items);
}
END_TEST

START_TEST(options_of_a_run)
{
    parse_well("server vsftpd --level must --jobs=3 --timeout 500ms --tap - --evidence ev "
               "--baseline b --write-baseline --shard 2/3 --isolate none --strict "
               "--quiet --no-color --writable incoming --file a=b --file c/d=e=f");
    ck_assert_int_eq(options.level, LEVEL_MUST);
    ck_assert_uint_eq(options.jobs, 3);
    ck_assert_int_eq(options.timeout, 500 * INT64_C(1000000));
    ck_assert_str_eq(options.tap, "-");
    ck_assert_str_eq(options.evidence, "ev");
    ck_assert_str_eq(options.baseline, "b");
    ck_assert(options.write_baseline && options.strict && options.quiet && options.no_color);
    ck_assert_uint_eq(options.shard, 2);
    ck_assert_uint_eq(options.shards, 3);
    ck_assert_int_eq(options.isolate, ISOLATE_NONE);
    ck_assert_str_eq(options.writable, "incoming");
    ck_assert_uint_eq(options.files.count, 2);
    ck_assert_str_eq(options.files.items[0].name, "a");
    ck_assert_str_eq(options.files.items[0].value, "b");
    ck_assert_str_eq(options.files.items[1].name, "c/d");
    ck_assert_str_eq(options.files.items[1].value, "e=f");
}
END_TEST

START_TEST(options_of_play)
{
    parse_well("play x.exchange --as server --listen [::1]:2121 --reply retr=550 "
               "--reply STOR=552_Disk_full. --stall PASV:3s --drop-after stor --drop-after QUIT "
               "--root r --user u --password p --fault bare-lf --fault no-greeting");
    ck_assert_str_eq(options.file, "x.exchange");
    ck_assert(options.has_as);
    ck_assert_int_eq(options.as, SIDE_SERVER);
    ck_assert_str_eq(options.listen.host, "::1");
    ck_assert_uint_eq(options.listen.port, 2121);
    ck_assert_uint_eq(options.reply_count, 2);
    ck_assert_str_eq(options.replies[0].verb, "RETR");
    ck_assert_int_eq(options.replies[0].code, 550);
    ck_assert_ptr_null(options.replies[0].text);
    ck_assert_str_eq(options.replies[1].text, "Disk full.");
    ck_assert_uint_eq(options.stall_count, 1);
    ck_assert_str_eq(options.stalls[0].verb, "PASV");
    ck_assert_int_eq(options.stalls[0].time, 3 * INT64_C(1000000000));
    ck_assert_uint_eq(options.drop_after.count, 2);
    ck_assert_str_eq(options.drop_after.items[0], "STOR");
    ck_assert_str_eq(options.root, "r");
    ck_assert_str_eq(options.user, "u");
    ck_assert_str_eq(options.password, "p");
    ck_assert_uint_eq(options.faults.count, 2);
    ck_assert_str_eq(options.faults.items[1], "no-greeting");
    ck_assert_ptr_null(options.faults.items[2]);
}
END_TEST

START_TEST(play_as_client_connects)
{
    parse_well("play x.exchange --as client --connect localhost:21");
    ck_assert_int_eq(options.as, SIDE_CLIENT);
    ck_assert_str_eq(options.connect.host, "localhost");
    ck_assert_uint_eq(options.connect.port, 21);
}
END_TEST

START_TEST(where_to_play_says_which_side)
{
    parse_well("play --listen :2121");
    ck_assert(options.has_as);
    ck_assert_int_eq(options.as, SIDE_SERVER);
    parse_well("play --connect h:21");
    ck_assert(options.has_as);
    ck_assert_int_eq(options.as, SIDE_CLIENT);
}
END_TEST

START_TEST(options_of_check)
{
    parse_well("check x --rules FTP-REPLY-* --ports 2121,2100 --ports 8021 --read-filter port_21");
    ck_assert_str_eq(options.rules, "FTP-REPLY-*");
    ck_assert_uint_eq(options.ports[0], 2121);
    ck_assert_uint_eq(options.ports[1], 2100);
    ck_assert_uint_eq(options.ports[2], 8021);
    ck_assert_uint_eq(options.ports[3], 0);
    ck_assert_str_eq(options.read_filter, "port 21");
}
END_TEST

static const struct {
    const char *text;
    int64_t ns;
} durations[] = {
    {"2s", INT64_C(2000000000)},
    {"500ms", INT64_C(500000000)},
    {"20us", 20000},
    {"0.5s", INT64_C(500000000)},
    {"3", INT64_C(3000000000)},
    {"1.25", INT64_C(1250000000)},
    {"1m", INT64_C(60000000000)},
    {"0", 0},
};

START_TEST(options_of_check_that_write)
{
    parse_well("check x --json f --hash");
    ck_assert_str_eq(options.json, "f");
    ck_assert(options.hash);
    parse_well("check x");
    ck_assert_ptr_null(options.json);
    ck_assert(!options.hash);
}
END_TEST

START_TEST(options_of_show)
{
    parse_well("show x --session 7 --port 2121 --ports 2122 --read-filter tcp");
    ck_assert_int_eq(options.command, COMMAND_SHOW);
    ck_assert_uint_eq(options.session, 7);
    ck_assert_uint_eq(options.port, 2121);
    ck_assert_uint_eq(options.ports[0], 2122);
    ck_assert_str_eq(options.read_filter, "tcp");
}
END_TEST

START_TEST(durations_are_read)
{
    int64_t ns = -1;

    ck_assert(duration_parse(durations[_i].text, &ns));
    ck_assert_int_eq(ns, durations[_i].ns);
}
END_TEST

static const char *const bad_durations[] = {"",     "s",     "2x",   "-1s",
                                            "1e3",  "1..2s", "2 s",  ".5",
                                            "0x10", "inf",   "1s1s", "99999999999999999999s"};

START_TEST(bad_durations_are_refused)
{
    int64_t ns = -1;

    ck_assert(!duration_parse(bad_durations[_i], &ns));
    ck_assert_int_eq(ns, -1);
}
END_TEST

/* ---- the environment ---- */

START_TEST(no_color_counts_where_it_is_not_empty)
{
    setenv("NO_COLOR", "", 1);
    parse_well("server vsftpd");
    ck_assert(!options.no_color);
    setenv("NO_COLOR", "1", 1);
    parse_well("server vsftpd");
    ck_assert(options.no_color);
}
END_TEST

START_TEST(shards_come_from_the_environment_too)
{
    setenv("TEST_TOTAL_SHARDS", "4", 1);
    setenv("TEST_SHARD_INDEX", "0", 1);
    parse_well("client curl");
    ck_assert_uint_eq(options.shard, 1);
    ck_assert_uint_eq(options.shards, 4);
    parse_well("client curl --shard 2/2");
    ck_assert_uint_eq(options.shard, 2);
    ck_assert_uint_eq(options.shards, 2);
    parse_well("lint x");
    ck_assert_uint_eq(options.shards, 0);
    setenv("TEST_SHARD_INDEX", "4", 1);
    ck_assert_int_eq(parse("client curl"), ERR_USAGE);
    ck_assert_str_eq(why.text, "TEST_SHARD_INDEX=4 of TEST_TOTAL_SHARDS=4 is no shard: it counts "
                               "from 0");
}
END_TEST

/* ---- mistakes ---- */

static const struct {
    const char *line, *message;
} mistakes[] = {
    {"sever x", "'sever' is no command; did you mean 'server'?"},
    {"frobnicate", "'frobnicate' is no command: server, client, check, show, play, list, explain, "
                   "lint, version"},
    {"record x", "record is not there yet: write the exchange by hand (peerspec-exchange(5))"},
    {"--jobs 3", "the command comes first: peerspec COMMAND --jobs"},
    {"server", "say which server: a URL such as ftp://localhost:2121, a profile such as builtin, "
               "or -- COMMAND"},
    {"client", "say which client: an adapter such as curl, or -- and its command line"},
    {"client x --", "no command line follows the --"},
    {"client ftp://h", "'ftp://h' is a server: peerspec client wants an adapter such as curl"},
    {"client --adapter a -- b", "--adapter and a command line after -- exclude each other"},
    {"server http://h", "'http://h' is no target: a URL begins with ftp://, udp:// or tcp://"},
    {"check", "say which capture: a pcap or pcapng file, or - for standard input"},
    {"show", "say which capture: a pcap or pcapng file, or - for standard input"},
    {"show a.pcap b.pcap", "peerspec show does not take 'b.pcap'"},
    {"show x --session 0",
     "--session wants the number that check prints before a conversation, not '0'"},
    {"show x --port 65536", "--port wants a number from 1 to 65535, not '65536'"},
    {"show x --json f", "--json is an option of peerspec server, not of peerspec show"},
    {"explain", "say what to explain: the id of a rule or an exchange"},
    {"version now", "peerspec version does not take 'now'"},
    {"play a b --as server", "peerspec play does not take 'b'"},
    {"play a", "say what to play: --as server or --as client"},
    {"play a --as peer", "--as wants server or client, not 'peer'"},
    {"play a --as client", "--as client needs --connect HOST:PORT"},
    {"play a --as client --connect h:0", "--connect wants the HOST:PORT of a server, not 'h:0'"},
    {"play a --as server --connect h:1", "--connect is for --as client; a server has --listen"},
    {"play --as client --connect h:1 --root r",
     "--listen, --reply, --stall, --drop-after and --root are for --as server"},
    {"play --as server --listen 2121",
     "'2121' is not HOST:PORT, for instance 127.0.0.1:2121 or [::1]:2121"},
    {"play --as server --reply RETR", "--reply wants VERB=CODE, for instance RETR=550, not 'RETR'"},
    {"play --as server --reply RETR=650",
     "--reply wants VERB=CODE, for instance RETR=550, not 'RETR=650'"},
    {"play --as server --reply RETR=5500",
     "--reply wants VERB=CODE, for instance RETR=550, not 'RETR=5500'"},
    {"play --as server --stall PASV=3s",
     "--stall wants VERB:TIME, for instance PASV:3s, not 'PASV=3s'"},
    {"play --as server --drop-after x1", "--drop-after wants a command's verb, for instance STOR, "
                                         "not 'x1'"},
    {"server x --tiemout 3", "'--tiemout' is no option of peerspec server; did you mean "
                             "'--timeout'?"},
    {"server x --tiemout=3", "'--tiemout' is no option of peerspec server; did you mean "
                             "'--timeout'?"},
    {"server x --zzzzzz", "'--zzzzzz' is no option of peerspec server: see its --help"},
    {"server x -z", "'-z' is no option of peerspec server: see its --help"},
    {"client x --writable d", "--writable is an option of peerspec server, not of peerspec client"},
    {"server x --junit - --json -", "--junit and --json cannot both write to standard output"},
    {"client x --json - --tap -", "--tap and --json cannot both write to standard output"},
    {"client x --tap ./out --junit ./out", "--junit and --tap cannot both write to ./out"},
    {"check x --junit f", "--junit is an option of peerspec server, not of peerspec check"},
    {"server x --tap", "--tap wants a value: --tap FILE"},
    {"server x --tap=", "--tap wants FILE, not ''"},
    {"server x --strict=yes", "--strict takes no value"},
    {"server x --level all", "--level wants must, should or practice, not 'all'"},
    {"server x --jobs 0", "--jobs wants a number from 1 to 1024, not '0'"},
    {"server x -j many", "--jobs wants a number from 1 to 1024, not 'many'"},
    {"server x --timeout 0", "--timeout wants a time, for instance 10s or 500ms, not '0'"},
    {"server x --shard 0/3", "--shard wants I/N, for instance 1/3, 2/3 and 3/3, not '0/3'"},
    {"server x --shard 4/3", "--shard wants I/N, for instance 1/3, 2/3 and 3/3, not '4/3'"},
    {"server x --shard 1", "--shard wants I/N, for instance 1/3, 2/3 and 3/3, not '1'"},
    {"server x --isolate maybe", "--isolate wants auto, namespace or none, not 'maybe'"},
    {"server x --seed 7",
     "--seed is not there yet: nothing of a run is random but what a script seeds itself"},
    {"server x --file a",
     "--file wants REMOTE=LOCAL, for instance readme.txt=./readme.txt, not 'a'"},
    {"client x --port 0", "--port wants a number from 1 to 65535, not '0'"},
    {"client x --protocol ssh", "--protocol wants ftp, udp or tcp, not 'ssh'"},
    {"check x --ports 21,", "--ports wants at most 15 port numbers with commas between, not '21,'"},
};

START_TEST(mistake_is_told_in_one_sentence)
{
    ck_assert_int_eq(parse(mistakes[_i].line), ERR_USAGE);
    ck_assert_str_eq(why.text, mistakes[_i].message);
}
END_TEST

/* ---- pages ---- */

static char page[8192];

static size_t print(void (*write)(FILE *out, enum command command), enum command command)
{
    FILE *out = fmemopen(page, sizeof page, "w");
    size_t lines = 0;

    write(out, command);
    fclose(out);
    for (const char *at = page; *at != '\0'; at++)
        lines += *at == '\n';
    return lines;
}

static void usage(FILE *out, enum command command)
{
    (void)command;
    options_usage(out);
}

static size_t widest(void)
{
    size_t most = 0;

    for (const char *at = page; *at != '\0'; at += strcspn(at, "\n") + 1) {
        if (strcspn(at, "\n") > most)
            most = strcspn(at, "\n");
    }
    return most;
}

START_TEST(usage_fits_a_screen)
{
    ck_assert_uint_le(print(usage, COMMAND_NONE), 24);
    ck_assert_uint_le(widest(), 80);
    for (enum command command = COMMAND_SERVER; command < COMMAND_COUNT; command++)
        ck_assert_ptr_nonnull(strstr(page, command_name(command)));
}
END_TEST

START_TEST(help_names_what_the_command_takes)
{
    ck_assert_uint_gt(print(options_help, COMMAND_SERVER), 10);
    ck_assert_uint_le(widest(), 90);
    ck_assert_ptr_nonnull(strstr(page, "--writable DIR"));
    ck_assert_ptr_nonnull(strstr(page, "-j, --jobs N"));
    ck_assert_ptr_null(strstr(page, "--adapter"));
    print(options_help, COMMAND_LINT);
    ck_assert_ptr_null(strstr(page, "--jobs"));
    print(options_help, COMMAND_NONE);
    ck_assert_ptr_nonnull(strstr(page, "peerspec server TARGET"));
}
END_TEST

#define COUNT(table) (int)(sizeof table / sizeof table[0])

static TCase *topic(Suite *suite, const char *name)
{
    TCase *tcase = tcase_create(name);

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    suite_add_tcase(suite, tcase);
    return tcase;
}

static Suite *make_suite(void)
{
    Suite *suite = suite_create("options");
    TCase *commands = topic(suite, "commands");
    TCase *values = topic(suite, "values");
    TCase *mistaken = topic(suite, "mistakes");
    TCase *pages = topic(suite, "pages");

    tcase_add_test(commands, nothing_asks_for_the_page);
    tcase_add_loop_test(commands, help_needs_nothing_else, 0, COUNT(helps));
    tcase_add_test(commands, version_is_a_command_and_an_option);
    tcase_add_test(commands, server_has_a_target_and_selectors);
    tcase_add_test(commands, client_has_an_adapter_and_selectors);
    tcase_add_test(commands, bare_command_leaves_all_words_to_selectors);
    tcase_add_test(commands, adapter_file_stands_for_the_target);
    tcase_add_test(commands, options_may_stand_between_words);
    tcase_add_test(values, without_options_there_are_defaults);
    tcase_add_test(values, options_of_a_run);
    tcase_add_test(values, options_of_play);
    tcase_add_test(values, play_as_client_connects);
    tcase_add_test(values, where_to_play_says_which_side);
    tcase_add_test(values, options_of_check);
    tcase_add_test(values, options_of_check_that_write);
    tcase_add_test(values, options_of_show);
    tcase_add_loop_test(values, durations_are_read, 0, COUNT(durations));
    tcase_add_loop_test(values, bad_durations_are_refused, 0, COUNT(bad_durations));
    tcase_add_test(values, no_color_counts_where_it_is_not_empty);
    tcase_add_test(values, shards_come_from_the_environment_too);
    tcase_add_loop_test(mistaken, mistake_is_told_in_one_sentence, 0, COUNT(mistakes));
    tcase_add_test(pages, usage_fits_a_screen);
    tcase_add_test(pages, help_names_what_the_command_takes);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(make_suite());
    int failed;

    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}

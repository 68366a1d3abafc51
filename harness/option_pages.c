#include <string.h>

#include "option_table.h"

void options_usage(FILE *out)
{
    fputs("peerspec " PEERSPEC_VERSION
          ": conformance tests of FTP, UDP and TCP clients and servers\n"
          "\n"
          "  peerspec server TARGET [SELECT...]        test a server\n"
          "  peerspec client TARGET [SELECT...]        test a client\n"
          "  peerspec client|server [SELECT...] -- COMMAND   the same by a command line\n"
          "  peerspec check FILE...                    judge captures (pcap, pcapng, -)\n"
          "  peerspec show FILE                        print a capture's conversations\n"
          "  peerspec play [FILE] --as server|client   play the fake peer alone, by hand\n"
          "  peerspec list [SELECT...]                 exchanges, rules, adapters, profiles\n"
          "  peerspec explain ID                       what a rule or an exchange asks\n"
          "  peerspec lint [FILE...]                   find mistakes in exchange files\n"
          "  peerspec version\n"
          "\n"
          "A server TARGET is a URL (ftp://user:password@host:port, udp://host:port,\n"
          "tcp://host:port) or a profile (vsftpd); a client TARGET is an adapter (curl).\n"
          "SELECT is an exchange file, an id (ftp/login/anonymous) or a glob of ids.\n"
          "\n"
          "  peerspec server ftp://me:secret@localhost:2121\n"
          "  peerspec client curl 'ftp/transfer/*'\n"
          "  peerspec client -- wget -q ftp://{user}:{password}@{host}:{port}/{remote}\n"
          "\n"
          "Options: peerspec COMMAND --help. Manuals: peerspec(1), peerspec-exchange(5).\n",
          out);
}

static void print_synopsis(FILE *out, const char *synopsis)
{
    while (*synopsis != '\0') {
        size_t len = strcspn(synopsis, "\n");

        fprintf(out, "  %.*s\n", (int)len, synopsis);
        synopsis += len + (synopsis[len] == '\n');
    }
}

static void print_row(FILE *out, const struct option_row *row)
{
    char form[40];

    if (row->letter != 0)
        snprintf(form, sizeof form, "-%c, --%s%s%s", row->letter, row->name,
                 row->argument != NULL ? " " : "", row->argument != NULL ? row->argument : "");
    else
        snprintf(form, sizeof form, "--%s%s%s", row->name, row->argument != NULL ? " " : "",
                 row->argument != NULL ? row->argument : "");
    fprintf(out, "  %-20s  %s\n", form, row->help);
}

void options_help(FILE *out, enum command command)
{
    if (command_rows[command].name == NULL) {
        options_usage(out);
        return;
    }
    fputs("Usage:\n", out);
    print_synopsis(out, command_rows[command].synopsis);
    fprintf(out, "\n%s\n", command_rows[command].about);
    for (const struct option_row *row = option_rows; row->name != NULL; row++) {
        if (row->commands & 1u << command)
            print_row(out, row);
    }
}

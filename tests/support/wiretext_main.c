/* wiretext IN.txt OUT.pcap: makes a capture from readable text; wiretext.h has the language. */
#include "support/wiretext.h"

int main(int argc, char **argv)
{
    struct diag why = {0};

    if (argc != 3) {
        fputs("usage: wiretext IN.txt OUT.pcap\n", stderr);
        return 2;
    }
    if (wiretext_make(argv[1], argv[2], &why) == OK)
        return 0;
    fputs("wiretext: ", stderr);
    diag_print(stderr, &why);
    return why.code == ERR_SYNTAX ? 3 : 5;
}

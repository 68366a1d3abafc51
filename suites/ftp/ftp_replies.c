#include "suites/ftp/ftp_replies.h"

#include <stdlib.h>
#include <string.h>

#include "proto/ftp_command.h"

#define FIRST FTP_REPLY_FIRST
#define AFTER FTP_REPLY_AFTER
#define ANYTIME FTP_REPLY_ANYTIME
#define LISTED FTP_REPLY_LISTED
#define CUSTOM FTP_REPLY_CUSTOM
#define UNUSUAL FTP_REPLY_UNUSUAL

/* Sorted by the verb. */
/* clang-format off */
static const struct ftp_reply_row rows[] = {
    {"", FIRST, LISTED, "RFC 959 5.4", {120, 421}},
    {"", ANYTIME, LISTED, "RFC 959 5.4", {220}},
    {"", FIRST, UNUSUAL, NULL, {230, 530, 500, 550}},
    {"*", ANYTIME, LISTED, "RFC 2228 5.2", {631, 632, 633}},
    {"*", ANYTIME, LISTED, "RFC 959 4.2.1", {421}},
    {"ABOR", FIRST, LISTED, "RFC 959 5.4", {225, 226, 500, 501, 502, 421}},
    {"ABOR", FIRST, CUSTOM, NULL, {530}},
    {"ACCT", FIRST, LISTED, "RFC 959 5.4", {230, 202, 530, 500, 501, 503, 421}},
    {"ACCT", FIRST, UNUSUAL, NULL, {502}},
    {"ADAT", FIRST, LISTED, "RFC 2228 8.2", {235, 335, 503, 501, 535, 500, 421, 502, 533}},
    {"ALLO", FIRST, LISTED, "RFC 959 5.4", {200, 202, 500, 501, 504, 421, 530}},
    {"ALLO", FIRST, UNUSUAL, NULL, {452, 552}},
    {"APPE", FIRST, LISTED, "RFC 959 5.4", {125, 150, 532, 450, 550, 452, 553, 500, 501, 502, 421, 530}},
    {"APPE", AFTER, LISTED, "RFC 959 5.4", {110, 226, 250, 425, 426, 451, 551, 552}},
    {"APPE", AFTER, LISTED, "RFC 2228 6, RFC 4217 10.2", {535, 522}},
    {"APPE", FIRST, LISTED, "RFC 959 4.1.1", {332}},
    {"APPE", FIRST, LISTED, "RFC 1123 4.1.3.4, RFC 2228 6, RFC 4217 10.2", {554, 555, 534, 521, 522}},
    {"APPE", FIRST, CUSTOM, NULL, {425}},
    {"APPE", FIRST, UNUSUAL, NULL, {551, 552}},
    {"AUTH", FIRST, LISTED, "RFC 2228 8.2, RFC 4217 4.2", {234}},
    {"AUTH", FIRST, LISTED, "RFC 2228 8.2", {334, 502, 504, 534, 431, 500, 501, 421, 533}},
    {"AUTH", FIRST, UNUSUAL, NULL, {503}},
    {"AUTH", FIRST, CUSTOM, NULL, {530}},
    {"CCC", FIRST, LISTED, "RFC 2228 3, RFC 4217 5", {200, 500, 533, 534, 501, 502, 421}},
    {"CDUP", FIRST, LISTED, "RFC 959 5.4, 4.1.1", {200, 250}},
    {"CDUP", FIRST, LISTED, "RFC 959 5.4", {500, 501, 502, 421, 530, 550}},
    {"CONF", FIRST, LISTED, "RFC 2228 8.2", {535, 533, 537, 500, 501, 502, 503, 421}},
    {"CWD", FIRST, LISTED, "RFC 959 5.4", {250, 500, 501, 502, 421, 530, 550}},
    {"CWD", FIRST, UNUSUAL, NULL, {200}},
    {"DELE", FIRST, LISTED, "RFC 959 5.4", {250, 450, 550, 500, 501, 502, 421, 530}},
    {"DELE", FIRST, UNUSUAL, NULL, {553}},
    {"ENC", FIRST, LISTED, "RFC 2228 8.2", {535, 533, 537, 500, 501, 502, 503, 421}},
    {"EPRT", FIRST, LISTED, "RFC 2428 2", {200, 500, 501, 522}},
    {"EPRT", FIRST, UNUSUAL, NULL, {421, 425, 504, 550}},
    {"EPRT", FIRST, CUSTOM, NULL, {502, 530}},
    {"EPSV", FIRST, LISTED, "RFC 2428 3", {229, 500, 501, 522}},
    {"EPSV", FIRST, CUSTOM, "RFC 2428 3", {200}},
    {"EPSV", FIRST, UNUSUAL, NULL, {421, 425, 227, 220}},
    {"EPSV", FIRST, CUSTOM, NULL, {502, 530}},
    {"FEAT", FIRST, LISTED, "RFC 2389 3.2", {211, 500, 501, 502}},
    {"FEAT", FIRST, CUSTOM, NULL, {421, 530}},
    {"HELP", FIRST, LISTED, "RFC 959 5.4", {211, 214, 500, 501, 502, 421}},
    {"HELP", FIRST, CUSTOM, NULL, {530}},
    {"HELP", FIRST, UNUSUAL, NULL, {504}},
    {"HOST", FIRST, LISTED, "RFC 7151 3.1", {220}},
    {"HOST", FIRST, LISTED, "RFC 7151 3.3", {421, 500, 501, 502, 503, 504}},
    {"LANG", FIRST, LISTED, "RFC 2640 4.2", {200, 500, 501, 502, 504}},
    {"LIST", FIRST, LISTED, "RFC 959 5.4", {125, 150, 450, 500, 501, 502, 421, 530}},
    {"LIST", AFTER, LISTED, "RFC 959 5.4", {226, 250, 425, 426, 451}},
    {"LIST", AFTER, LISTED, "RFC 2228 6, RFC 4217 10.2", {535, 522}},
    {"LIST", FIRST, LISTED, "RFC 2228 6, RFC 4217 10.2", {534, 521, 522}},
    {"LIST", FIRST, LISTED, "RFC 1123 4.1.3.4", {554, 555}},
    {"LIST", FIRST, CUSTOM, NULL, {550, 425}},
    {"LIST", AFTER, UNUSUAL, NULL, {450, 550}},
    {"LIST", FIRST, UNUSUAL, NULL, {226}},
    {"MDTM", FIRST, LISTED, "RFC 3659 3.1", {213}},
    {"MDTM", FIRST, LISTED, "RFC 3659 3.2", {550, 500, 501}},
    {"MDTM", FIRST, UNUSUAL, "RFC 3659 3.2", {450, 451, 421, 553}},
    {"MDTM", FIRST, CUSTOM, "RFC 3659 3.2", {502, 530}},
    {"MIC", FIRST, LISTED, "RFC 2228 8.2", {535, 533, 537, 500, 501, 502, 503, 421}},
    {"MKD", FIRST, LISTED, "RFC 959 5.4", {257, 500, 501, 502, 421, 530, 550}},
    {"MKD", FIRST, LISTED, "RFC 959 appendix II", {521}},
    {"MKD", FIRST, UNUSUAL, NULL, {552, 553, 250}},
    {"MLSD", FIRST, LISTED, "RFC 3659 7.2", {150}},
    {"MLSD", FIRST, CUSTOM, NULL, {125}},
    {"MLSD", AFTER, LISTED, "RFC 3659 7.2", {226}},
    {"MLSD", AFTER, UNUSUAL, "RFC 959 5.4", {250}},
    {"MLSD", FIRST, LISTED, "RFC 3659 7.2.1", {501, 500, 503, 504, 530, 550, 553, 450, 451, 421, 425}},
    {"MLSD", AFTER, LISTED, "RFC 959 5.4", {425, 426, 451}},
    {"MLSD", FIRST, UNUSUAL, "RFC 4217 10.2", {521, 522, 534}},
    {"MLST", FIRST, LISTED, "RFC 3659 7.2", {250}},
    {"MLST", FIRST, LISTED, "RFC 3659 7.2.1", {500, 501, 503, 504, 530, 550, 553, 450, 451, 421}},
    {"MODE", FIRST, LISTED, "RFC 959 5.4", {200, 500, 501, 504, 421, 530}},
    {"NLST", FIRST, LISTED, "RFC 959 5.4", {125, 150, 450, 500, 501, 502, 421, 530}},
    {"NLST", AFTER, LISTED, "RFC 959 5.4", {226, 250, 425, 426, 451}},
    {"NLST", AFTER, LISTED, "RFC 2228 6, RFC 4217 10.2", {535, 522}},
    {"NLST", FIRST, LISTED, "RFC 2228 6, RFC 4217 10.2, RFC 1123 4.1.3.4", {534, 521, 522, 554, 555}},
    {"NLST", FIRST, CUSTOM, NULL, {550, 425}},
    {"NOOP", FIRST, LISTED, "RFC 959 5.4", {200, 500, 421}},
    {"NOOP", FIRST, UNUSUAL, NULL, {501}},
    {"NOOP", FIRST, CUSTOM, NULL, {530}},
    {"OPTS", FIRST, LISTED, "RFC 2389 4", {200, 451, 501, 500, 502}},
    {"OPTS", FIRST, UNUSUAL, NULL, {421, 503, 504, 202, 220}},
    {"OPTS", FIRST, CUSTOM, NULL, {530}},
    {"PASS", FIRST, LISTED, "RFC 959 5.4", {230, 202, 332, 530, 500, 501, 503, 421}},
    {"PASV", FIRST, LISTED, "RFC 959 5.4", {227, 500, 501, 502, 421, 530}},
    {"PASV", FIRST, UNUSUAL, NULL, {425, 522, 550, 451}},
    {"PBSZ", FIRST, LISTED, "RFC 2228 8.2", {200, 503, 500, 501, 421, 530, 502, 533}},
    {"PORT", FIRST, LISTED, "RFC 959 5.4", {200, 500, 501, 421, 530}},
    {"PORT", FIRST, LISTED, "RFC 2577 3", {504}},
    {"PORT", FIRST, UNUSUAL, NULL, {425, 502, 550, 522}},
    {"PROT", FIRST, LISTED, "RFC 2228 8.2", {200, 504, 536, 503, 534, 431, 500, 501, 421, 530, 533}},
    {"PROT", FIRST, UNUSUAL, NULL, {502, 521}},
    {"PWD", FIRST, LISTED, "RFC 959 5.4", {257, 500, 501, 502, 421, 550}},
    {"PWD", FIRST, CUSTOM, NULL, {530}},
    {"QUIT", FIRST, LISTED, "RFC 959 5.4", {221, 500}},
    {"QUIT", FIRST, CUSTOM, "RFC 959 4.2.1", {421}},
    {"REIN", FIRST, LISTED, "RFC 959 5.4", {120, 421, 500, 502}},
    {"REIN", ANYTIME, LISTED, "RFC 959 5.4", {220}},
    {"REIN", FIRST, UNUSUAL, NULL, {230}},
    {"REST", FIRST, LISTED, "RFC 959 5.4, RFC 3659 5.3", {350}},
    {"REST", FIRST, LISTED, "RFC 959 5.4", {500, 501, 502, 421, 530}},
    {"REST", FIRST, UNUSUAL, NULL, {504, 554, 550}},
    {"RETR", FIRST, LISTED, "RFC 959 5.4", {125, 150, 450, 550, 500, 501, 421, 530}},
    {"RETR", AFTER, LISTED, "RFC 959 5.4", {110, 226, 250, 425, 426, 451}},
    {"RETR", AFTER, LISTED, "RFC 2228 6, RFC 4217 10.2", {535, 522}},
    {"RETR", FIRST, LISTED, "RFC 959 4.1.1", {332}},
    {"RETR", FIRST, LISTED, "RFC 1123 4.1.3.4", {554, 555}},
    {"RETR", FIRST, LISTED, "RFC 2228 6, RFC 4217 10.2 11.4", {534, 521, 522}},
    {"RETR", FIRST, CUSTOM, NULL, {425}},
    {"RETR", FIRST, UNUSUAL, NULL, {451, 503, 553}},
    {"RETR", AFTER, UNUSUAL, NULL, {421, 550, 551}},
    {"RMD", FIRST, LISTED, "RFC 959 5.4", {250, 500, 501, 502, 421, 530, 550}},
    {"RMD", FIRST, UNUSUAL, NULL, {450, 553}},
    {"RNFR", FIRST, LISTED, "RFC 959 5.4", {350, 450, 550, 500, 501, 502, 421, 530}},
    {"RNFR", FIRST, UNUSUAL, NULL, {553}},
    {"RNTO", FIRST, LISTED, "RFC 959 5.4", {250, 532, 553, 500, 501, 502, 503, 421, 530}},
    {"RNTO", FIRST, CUSTOM, NULL, {550}},
    {"RNTO", FIRST, UNUSUAL, NULL, {450, 451}},
    {"SITE", FIRST, LISTED, "RFC 959 5.4", {200, 202, 500, 501, 530}},
    {"SITE", FIRST, UNUSUAL, NULL, {211, 213, 250, 257, 350, 421, 503}},
    {"SITE", FIRST, CUSTOM, NULL, {214, 502, 504, 550}},
    {"SIZE", FIRST, LISTED, "RFC 3659 4.1", {213}},
    {"SIZE", FIRST, LISTED, "RFC 3659 4.2", {550, 500, 501}},
    {"SIZE", FIRST, UNUSUAL, "RFC 3659 4.2", {450, 451, 421, 553}},
    {"SIZE", FIRST, CUSTOM, "RFC 3659 4.2", {502, 530}},
    {"SMNT", FIRST, LISTED, "RFC 959 5.4", {202, 250, 500, 501, 502, 421, 530, 550}},
    {"STAT", FIRST, LISTED, "RFC 959 5.4", {211, 212, 213, 450, 500, 501, 502, 421, 530}},
    {"STAT", FIRST, CUSTOM, NULL, {550}},
    {"STOR", FIRST, LISTED, "RFC 959 5.4", {125, 150, 532, 450, 452, 553, 500, 501, 421, 530}},
    {"STOR", AFTER, LISTED, "RFC 959 5.4, RFC 1123 4.1.3.4", {110}},
    {"STOR", AFTER, LISTED, "RFC 959 5.4", {226, 250, 425, 426, 451, 551, 552}},
    {"STOR", AFTER, LISTED, "RFC 2228 6", {535}},
    {"STOR", AFTER, LISTED, "RFC 4217 10.2", {522}},
    {"STOR", FIRST, LISTED, "RFC 959 4.1.1", {332}},
    {"STOR", FIRST, LISTED, "RFC 1123 4.1.3.4", {554, 555}},
    {"STOR", FIRST, LISTED, "RFC 2228 6, RFC 4217 10.2 11.4", {534, 521, 522}},
    {"STOR", FIRST, CUSTOM, NULL, {550, 425}},
    {"STOR", FIRST, UNUSUAL, NULL, {503, 551, 552}},
    {"STOR", AFTER, CUSTOM, NULL, {421}},
    {"STOR", AFTER, UNUSUAL, NULL, {452, 550, 553}},
    {"STOU", FIRST, LISTED, "RFC 959 5.4, RFC 1123 4.1.2.9", {125, 150}},
    {"STOU", AFTER, LISTED, "RFC 959 5.4", {110, 226, 250, 425, 426, 451, 551, 552}},
    {"STOU", AFTER, LISTED, "RFC 2228 6, RFC 4217 10.2", {535, 522}},
    {"STOU", FIRST, LISTED, "RFC 959 5.4", {532, 450, 452, 553, 500, 501, 421, 530}},
    {"STOU", FIRST, LISTED, "RFC 959 4.1.1", {332}},
    {"STOU", FIRST, LISTED, "RFC 2228 6, RFC 4217 10.2, RFC 1123 4.1.3.4", {534, 521, 522, 554, 555}},
    {"STOU", FIRST, CUSTOM, NULL, {502, 550, 425}},
    {"STOU", FIRST, UNUSUAL, "RFC 959 4.1.3", {250}},
    {"STRU", FIRST, LISTED, "RFC 959 5.4", {200, 500, 501, 504, 421, 530}},
    {"SYST", FIRST, LISTED, "RFC 959 5.4", {215, 500, 501, 502, 421}},
    {"SYST", FIRST, CUSTOM, NULL, {530}},
    {"TYPE", FIRST, LISTED, "RFC 959 5.4", {200, 500, 501, 504, 421, 530}},
    {"USER", FIRST, LISTED, "RFC 959 5.4", {230, 331, 332, 530, 500, 501, 421}},
    {"USER", FIRST, LISTED, "RFC 2228 8.2, RFC 4217 12.2", {232}},
    {"USER", FIRST, LISTED, "RFC 2228 8.2", {336}},
    {"USER", FIRST, LISTED, "RFC 2228 3, RFC 4217 10.1", {533, 534}},
    {"USER", FIRST, UNUSUAL, NULL, {503, 550}},
    {NULL, FIRST, LISTED, NULL, {0}},
};
/* clang-format on */

/* The codes of all rows, sorted. */
static const int codes[] = {
    110, 120, 125, 150, 200, 202, 211, 212, 213, 214, 215, 220, 221, 225, 226,
    227, 229, 230, 232, 234, 235, 250, 257, 331, 332, 334, 335, 336, 350, 421,
    425, 426, 431, 450, 451, 452, 500, 501, 502, 503, 504, 521, 522, 530, 532,
    533, 534, 535, 536, 537, 550, 551, 552, 553, 554, 555, 631, 632, 633,
};

const struct ftp_reply_row *ftp_reply_rows(void)
{
    return rows;
}

/* XMKD is answered as MKD is, and older names alone begin so. */
static const char *canonical(const char *verb)
{
    const struct ftp_verb *known = verb[0] == 'X' ? ftp_verb_find(bytes_of(verb)) : NULL;

    return known == NULL ? verb : known->canonical;
}

static bool has(const struct ftp_reply_row *row, int code)
{
    for (const int *listed = row->codes; *listed != 0; listed++)
        if (*listed == code)
            return true;
    return false;
}

/* As strcmp() says; the first letter nearly always decides. */
static int order(const char *a, const char *b)
{
    return *a == *b ? strcmp(a, b) : *a < *b ? -1 : 1;
}

static bool names(const struct ftp_reply_row *row, const char *verb)
{
    return row->verb != NULL && order(row->verb, verb) == 0;
}

/* The first row of `verb`; without one, any row. */
static const struct ftp_reply_row *rows_of(const char *verb)
{
    size_t low = 0, high = sizeof rows / sizeof *rows - 1;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (order(rows[middle].verb, verb) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return &rows[low];
}

static bool is_at(const struct ftp_reply_row *row, bool after)
{
    return row->when == ANYTIME || (row->when == AFTER) == after;
}

static enum ftp_reply_standing standing_in_rows(const char *verb, int code, bool after)
{
    for (const struct ftp_reply_row *row = rows_of(verb); names(row, verb); row++)
        if (is_at(row, after) && has(row, code))
            return row->standing;
    return FTP_REPLY_UNLISTED;
}

enum ftp_reply_standing ftp_reply_standing(const char *verb, int code, bool after)
{
    enum ftp_reply_standing own = standing_in_rows(canonical(verb), code, after);

    return own == FTP_REPLY_UNLISTED && verb[0] != '\0' ? standing_in_rows("*", code, after) : own;
}

bool ftp_reply_class_listed(const char *verb, int code, bool after)
{
    verb = canonical(verb);
    for (const struct ftp_reply_row *row = rows_of(verb); names(row, verb); row++)
        if (is_at(row, after) && row->standing == LISTED)
            for (const int *listed = row->codes; *listed != 0; listed++)
                if (*listed / 100 == code / 100)
                    return true;
    return false;
}

bool ftp_reply_knows(const char *verb)
{
    verb = canonical(verb);
    return names(rows_of(verb), verb);
}

static int by_code(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

bool ftp_reply_code_known(int code)
{
    return bsearch(&code, codes, sizeof codes / sizeof *codes, sizeof *codes, by_code) != NULL;
}

bool ftp_reply_allowed(const char *verb, int code)
{
    if (!ftp_reply_knows(verb))
        return code >= 200 && code <= 599;
    return ftp_reply_standing(verb, code, false) != FTP_REPLY_UNLISTED ||
           ftp_reply_standing(verb, code, true) != FTP_REPLY_UNLISTED;
}

#include "fakes/ftp_listing.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "proto/ftp_facts.h"

#define HALF_A_YEAR (INT64_C(182) * 24 * 3600)

static const struct {
    const char *name;
    enum ftp_fact_bit bit;
} fact_names[] = {
    {"type", FTP_FACT_TYPE}, {"size", FTP_FACT_SIZE},     {"modify", FTP_FACT_MODIFY},
    {"perm", FTP_FACT_PERM}, {"unique", FTP_FACT_UNIQUE},
};
#define FACT_COUNT (sizeof fact_names / sizeof fact_names[0])

void ftp_listing_fact_names(struct buf *out, unsigned facts, bool starred)
{
    for (size_t i = 0; i < FACT_COUNT; i++) {
        bool on = (facts & fact_names[i].bit) != 0;

        if (starred || on)
            buf_addf(out, "%s%s;", fact_names[i].name, starred && on ? "*" : "");
    }
}

unsigned ftp_listing_facts_parse(struct bytes names)
{
    unsigned facts = 0;

    while (names.len > 0) {
        size_t end = bytes_index(names, ';');
        struct bytes name = bytes_slice(names, 0, end);

        for (size_t i = 0; i < FACT_COUNT; i++)
            if (bytes_is_nocase(name, fact_names[i].name))
                facts |= fact_names[i].bit;
        names = bytes_from(names, end < names.len ? end + 1 : end);
    }
    return facts;
}

/* ---- facts ---- */

static void write_fact(const struct ftp_listing *listing, const struct ftp_node *node,
                       enum ftp_fact_bit fact)
{
    char time_text[20];

    switch (fact) {
    case FTP_FACT_TYPE:
        buf_addf(listing->out, "type=%s;", node->directory ? "dir" : "file");
        break;
    case FTP_FACT_SIZE:
        if (!node->directory)
            buf_addf(listing->out, "size=%llu;", (unsigned long long)node->size);
        break;
    case FTP_FACT_MODIFY:
        ftp_time_format(node->modified, time_text);
        buf_addf(listing->out, "modify=%.*s;", listing->short_times ? 12 : 14, time_text);
        break;
    case FTP_FACT_PERM:
        buf_addf(listing->out, "perm=%s;", node->directory ? "cdeflmp" : "adfrw");
        break;
    case FTP_FACT_UNIQUE:
        buf_addf(listing->out, "unique=%llxg%llx;", (unsigned long long)node->device,
                 (unsigned long long)node->number);
        break;
    case FTP_FACTS_ALL:
        break;
    }
}

void ftp_listing_facts(const struct ftp_listing *listing, const struct ftp_node *node)
{
    for (size_t i = 0; i < FACT_COUNT; i++) {
        if ((listing->facts & fact_names[i].bit) == 0)
            continue;
        write_fact(listing, node, fact_names[i].bit);
        if (listing->spaced_facts)
            buf_add_text(listing->out, " ");
    }
}

/* ---- the long form ---- */

static void write_mode(const struct ftp_node *node, char text[11])
{
    static const char letters[] = "rwxrwxrwx";

    text[0] = node->directory ? 'd' : '-';
    for (unsigned i = 0; i < 9; i++)
        text[i + 1] = (node->mode & (0400u >> i)) != 0 ? letters[i] : '-';
    text[10] = '\0';
}

static void write_date(int64_t when, char text[16])
{
    time_t seconds = (time_t)when;
    int64_t age = (int64_t)time(NULL) - when;
    struct tm broken;

    gmtime_r(&seconds, &broken);
    strftime(text, 16, age > HALF_A_YEAR || age < -3600 ? "%b %e  %Y" : "%b %e %H:%M", &broken);
}

static void write_long(const struct ftp_listing *listing, const char *name,
                       const struct ftp_node *node)
{
    char mode[11], date[16];

    write_mode(node, mode);
    write_date(node->modified, date);
    buf_addf(listing->out, "%s %3d ftp      ftp      %12llu %s %s%s", mode, node->directory ? 2 : 1,
             (unsigned long long)node->size, date, name, listing->line_end);
}

/* ---- lines ---- */

/* One line for the file or directory `name`. */
static void write_line(const struct ftp_listing *listing, const char *name,
                       const struct ftp_node *node)
{
    if (strpbrk(name, "\r\n") != NULL)
        return; /* cannot be told in a line */
    switch (listing->form) {
    case FTP_LISTING_LONG:
        write_long(listing, name, node);
        break;
    case FTP_LISTING_NAMES:
        buf_addf(listing->out, "%s%s%s", listing->prefix, name, listing->line_end);
        break;
    case FTP_LISTING_FACTS:
        ftp_listing_facts(listing, node);
        buf_addf(listing->out, "%s%s%s", listing->gap, name, listing->line_end);
        break;
    }
}

static void add_line(void *ctx, const char *name, const struct ftp_node *node)
{
    const struct ftp_listing *listing = ctx;

    if (listing->pattern == NULL || fnmatch(listing->pattern, name, FNM_PERIOD) == 0)
        write_line(listing, name, node);
}

enum ftp_tree_result ftp_listing_make(const struct ftp_listing *listing, struct ftp_tree *tree,
                                      const char *path, const char *name)
{
    struct ftp_listing lines = *listing;
    struct ftp_node node;
    enum ftp_tree_result result = ftp_tree_stat(tree, path, &node);

    if (result != FTP_TREE_OK)
        return result;
    if (node.directory)
        return ftp_tree_list(tree, path, add_line, &lines);
    lines.prefix = "";
    write_line(&lines, name, &node);
    return FTP_TREE_OK;
}

/* ftp_listing: directories as LIST and NLST (RFC 959 section 4.1.3), MLST and MLSD (RFC 3659
 * section 7) write them. */
#ifndef PEERSPEC_FAKES_FTP_LISTING_H
#define PEERSPEC_FAKES_FTP_LISTING_H

#include "fakes/ftp_tree.h"

enum ftp_fact_bit {
    FTP_FACT_TYPE = 1,
    FTP_FACT_SIZE = 2,
    FTP_FACT_MODIFY = 4,
    FTP_FACT_PERM = 8,
    FTP_FACT_UNIQUE = 16,
    FTP_FACTS_ALL = 31
};

enum ftp_listing_form { FTP_LISTING_LONG, FTP_LISTING_NAMES, FTP_LISTING_FACTS };

struct ftp_listing {
    enum ftp_listing_form form;
    const char *prefix;  /* of names: what the client asked for, "pub/"; "" for none */
    const char *pattern; /* of the shell's: names that match alone; NULL: all */
    unsigned facts;
    const char *line_end; /* "\r\n" */
    const char *gap;      /* between facts and name: " " */
    bool short_times;     /* a fault */
    bool spaced_facts;    /* a fault */
    struct buf *out;
};

/* All of the directory, or the file itself under `name`. */
enum ftp_tree_result ftp_listing_make(const struct ftp_listing *listing, struct ftp_tree *tree,
                                      const char *path, const char *name);
/* "type=file;size=12;...", of the facts that are asked for. */
void ftp_listing_facts(const struct ftp_listing *listing, const struct ftp_node *node);
/* "type*;size;": all facts, with a star at those of `facts`; `starred` false: those alone. */
void ftp_listing_fact_names(struct buf *out, unsigned facts, bool starred);
/* The bits of "type;size;"; unknown names are passed over. */
unsigned ftp_listing_facts_parse(struct bytes names);

#endif

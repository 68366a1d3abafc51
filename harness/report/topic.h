/* topic: what comes before the last slash of a case's id: "ftp/transfer" of
 * "ftp/transfer/retr[per-octet]". Reports put cases of one topic together. */
#ifndef PEERSPEC_REPORT_TOPIC_H
#define PEERSPEC_REPORT_TOPIC_H

#include <stdbool.h>
#include <stddef.h>

/* Length of the topic in `id`, without the slash; 0 where it has none. */
size_t topic_length(const char *id);
/* What follows the topic: "retr[per-octet]". Points into `id`. */
const char *topic_rest(const char *id);
/* A script that is named by its path has its whole folder as one topic. */
bool topic_is_path(const char *id);

#endif

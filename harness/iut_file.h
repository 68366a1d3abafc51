/* iut_file: one adapter or profile, read from its INI file with inih. Inside of iut only. */
#ifndef PEERSPEC_IUT_FILE_H
#define PEERSPEC_IUT_FILE_H

#include "iut.h"

/* On OK *out is freed with iut_free(). ERR_INPUT where the file cannot be read, ERR_SYNTAX with
 * file:line:col where it is wrong; *out is NULL then. */
NODISCARD enum err iut_file_load(const char *path, enum side side, struct iut **out,
                                 struct diag *why);
/* "curl" of "suites/iut/curl.client"; lent as long as the path. */
struct bytes iut_file_name(const char *path);

#endif

#include "keep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/ftp_reply.h"
#include "report/report.h"
#include "workspace.h"

#define MAX_TEXT (64u << 20)

enum err keep_folder(const char *folder, const struct plan_case *one, char *path, size_t room,
                     struct diag *why)
{
    snprintf(path, room, "%s/%s", folder, one->id[0] == '/' ? one->id + 1 : one->id);
    return workspace_folder(path, why);
}

static enum err write_text(const char *folder, const char *name, struct bytes text,
                           struct diag *why)
{
    char path[WORKSPACE_PATH + 300];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return workspace_write(path, text, why);
}

static enum err keep_transcript(const char *folder, const struct transcript *transcript,
                                struct diag *why)
{
    struct buf text;
    enum err err;

    buf_init(&text, MAX_TEXT);
    for (size_t i = 0; i < transcript_count(transcript); i++) {
        const struct entry *entry = transcript_at(transcript, i);
        char line[600];

        entry_format(entry, line, sizeof line);
        buf_addf(&text, "%10.6f  %s\n",
                 (double)(entry->time - transcript_at(transcript, 0)->time) / 1e9, line);
    }
    err = write_text(folder, "transcript.txt", buf_bytes(&text), why);
    buf_fini(&text);
    return err;
}

/* Every line of one thing that was said, in the notation of exchanges. */
static void add_said(struct buf *text, char who, struct bytes said)
{
    while (said.len > 0) {
        size_t len = ftp_line_length(said);
        struct bytes line = len == 0 ? said : bytes_slice(said, 0, len);

        buf_addf(text, "%c> " BYTES_FMT "\n", who, BYTES_ARG(ftp_line_text(line)));
        said = bytes_from(said, line.len);
    }
}

static void add_payload(struct buf *text, char who, struct bytes octets)
{
    buf_addf(text, "%c> x\"", who);
    for (size_t i = 0; i < octets.len; i++)
        buf_addf(text, "%02x", (unsigned char)octets.at[i]);
    buf_add_text(text, "\"\n");
}

static enum err keep_played(const char *folder, const struct plan_case *one,
                            const struct transcript *transcript, struct diag *why)
{
    char fake = one->iut == SIDE_CLIENT ? 'S' : 'C', iut = one->iut == SIDE_CLIENT ? 'C' : 'S';
    bool lines = one->exchange->protocol == PROTOCOL_FTP;
    struct buf text;
    enum err err;

    buf_init(&text, MAX_TEXT);
    buf_addf(&text, "title:    %s, as it was played\nprotocol: %s\nunscripted: fail\n",
             one->exchange->title, protocol_name(one->exchange->protocol));
    for (size_t i = 0; one->exchange->specs != NULL && one->exchange->specs[i] != NULL; i++)
        buf_addf(&text, "spec:     %s\n", one->exchange->specs[i]);
    buf_add_text(&text, "\n");
    for (size_t i = 0; i < transcript_count(transcript); i++) {
        const struct entry *entry = transcript_at(transcript, i);

        if (entry->kind == ENTRY_SENT || entry->kind == ENTRY_HEARD)
            (lines ? add_said : add_payload)(&text, entry->kind == ENTRY_SENT ? fake : iut,
                                             entry->text);
    }
    err = write_text(folder, "as-played.exchange", buf_bytes(&text), why);
    buf_fini(&text);
    return err;
}

static enum err keep_findings(const char *folder, const struct outcome *outcome, struct diag *why)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    enum err err;

    if (out == NULL)
        return diag_set(why, ERR_SYSTEM, "out of memory");
    fprintf(out, "%s%s%s\n", verdict_name(outcome->verdict), outcome->why[0] == '\0' ? "" : ": ",
            outcome->why);
    report_findings(out, outcome->findings, false, 0);
    report_findings(out, outcome->breaches, false, 0);
    fclose(out);
    err = write_text(folder, "findings.txt", (struct bytes){text, len}, why);
    free(text);
    return err;
}

enum err keep_case(const char *path, const struct plan_case *one,
                   const struct transcript *transcript, struct bytes output,
                   const struct outcome *outcome, struct diag *why)
{
    enum err err = keep_transcript(path, transcript, why);

    if (err == OK)
        err = keep_played(path, one, transcript, why);
    if (err == OK)
        err = keep_findings(path, outcome, why);
    if (err == OK && one->iut == SIDE_CLIENT)
        err = write_text(path, "output.txt", output, why);
    return err;
}

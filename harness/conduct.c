#include "conduct.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

/* A variation may be silent so much longer: a busy machine is no deviation. */
#define LATER (5 * CLOCK_SECOND)

/* FNV-1a, 64 bits. */
static uint64_t hash(uint64_t sum, struct bytes in)
{
    for (size_t i = 0; i < in.len; i++)
        sum = (sum ^ (unsigned char)in.at[i]) * UINT64_C(1099511628211);
    return sum;
}

#define HASH_START UINT64_C(14695981039346656037)

static uint64_t hash_commands(const struct transcript *transcript)
{
    uint64_t sum = HASH_START;

    for (size_t i = 0; i < transcript_count(transcript); i++) {
        const struct entry *entry = transcript_at(transcript, i);
        const struct ftp_verb *verb;

        if (entry->kind != ENTRY_HEARD)
            continue;
        verb = ftp_verb_of_line(entry->text);
        if (verb != NULL && (verb->traits & FTP_VERB_OPENS) != 0)
            sum = hash(sum, bytes_of(verb->name)); /* addresses are new each time */
        else
            sum = hash(sum, entry->text);
    }
    return sum;
}

static uint64_t hash_file(const char *folder, const char *name)
{
    char path[WORKSPACE_PATH + 400];
    struct buf content;
    uint64_t sum;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    buf_init(&content, 64u << 20);
    workspace_read(path, &content);
    sum = hash(hash(HASH_START, bytes_of(name)), buf_bytes(&content));
    buf_fini(&content);
    return sum;
}

/* The order of a folder's entries does not matter; hidden files are the program's own affair. */
static uint64_t hash_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    uint64_t sum = 0;

    while (dir != NULL && (entry = readdir(dir)) != NULL)
        if (entry->d_type == DT_REG && entry->d_name[0] != '.')
            sum += hash_file(folder, entry->d_name);
    if (dir != NULL)
        closedir(dir);
    return sum;
}

/* From its start to its end, what was the longest time in which nothing of the case was on the
 * wire? A client that runs into a time-out is silent once; what a busy machine takes longer for is
 * spread over all packets. */
static int64_t longest_silence(const struct recording *recording, int64_t lifetime)
{
    int64_t longest = 0, outside = lifetime;

    for (size_t i = 0; i < recording->count; i++) {
        const struct timeline *timeline = recording->timelines[i];

        for (size_t k = 1; k < timeline->event_count; k++) {
            int64_t gap = timeline->events[k].time - timeline->events[k - 1].time;

            longest = gap > longest ? gap : longest;
            outside -= gap;
        }
    }
    return outside > longest ? outside : longest;
}

void conduct_take(const struct case_evidence *evidence, enum verdict verdict,
                  struct conduct *conduct)
{
    struct staging *staging = evidence->staging;

    *conduct = (struct conduct){
        .known = evidence->one->iut == SIDE_CLIENT,
        .status = staging->ended && !staging->end.signaled ? staging->end.status : -1,
        .verdict = verdict};
    if (!conduct->known)
        return;
    conduct->silence = longest_silence(evidence->recording, staging->end.lifetime);
    conduct->commands = hash_commands(evidence->transcript);
    conduct->files = hash_folder(staging->folder);
}

static double seconds(int64_t ns)
{
    return (double)ns / (double)CLOCK_SECOND;
}

static void differs(const struct case_evidence *evidence, struct outcome *outcome,
                    const char *expected, const char *seen)
{
    struct finding finding = judgement_finding(evidence);

    finding.requirement = "the outcome is the same however control and data are delivered";
    finding.expected = expected;
    finding.seen = seen;
    findings_add(outcome->findings, &finding);
}

void conduct_compare(const struct case_evidence *evidence, const struct conduct *baseline,
                     const struct conduct *conduct, struct outcome *outcome)
{
    char expected[80], seen[80];

    if (baseline->verdict > VERDICT_WARN) {
        outcome_worsen(
            outcome, VERDICT_INCONCLUSIVE,
            "the case without variation did not pass, so there is nothing to compare with");
        return;
    }
    if (!baseline->known || !conduct->known)
        return;
    snprintf(expected, sizeof expected, "exit status %d", baseline->status);
    snprintf(seen, sizeof seen, "exit status %d", conduct->status);
    if (baseline->status != conduct->status)
        differs(evidence, outcome, expected, seen);
    if (baseline->files != conduct->files)
        differs(evidence, outcome, "the same local files", "other files or other content");
    if (baseline->commands != conduct->commands)
        differs(evidence, outcome, "the same commands", "other commands");
    snprintf(expected, sizeof expected, "no silence above %.1f s", seconds(baseline->silence));
    snprintf(seen, sizeof seen, "%.1f s in which nothing was said", seconds(conduct->silence));
    if (conduct->silence > baseline->silence + LATER)
        differs(evidence, outcome, expected, seen);
    outcome_worsen(outcome, findings_verdict(outcome->findings), "");
}

/* The script's end: what is missing of it, in words. */
#include "play/player_parts.h"

/* What the IUT did after the fake's last line, in words: nothing is something too. */
static void saw_silence(struct player *player, struct deviation *deviation)
{
    const struct transcript *transcript = player->config.transcript;
    const struct entry *last = NULL;
    bool data = false;
    char line[120];

    for (size_t i = transcript_count(transcript); i > 0 && last == NULL; i--) {
        const struct entry *entry = transcript_at(transcript, i - 1);

        data = data || entry->kind == ENTRY_DATA_OPENED;
        if (entry->kind == ENTRY_SENT) {
            last = entry;
            deviation->entry = i - 1;
        }
    }
    if (last == NULL) {
        deviation_saw(deviation,
                      player->closed || player->open ? "nothing came" : "no connection was made");
        return;
    }
    entry_format(last, line, sizeof line);
    deviation_saw(deviation, "the %s stalled after '%.110s': no %s came%s",
                  side_name(side_other(player->fake)), line,
                  player->config.protocol != PROTOCOL_FTP ? "octet"
                  : player->fake == SIDE_SERVER           ? "command"
                                                          : "reply",
                  player->config.protocol != PROTOCOL_FTP ? ""
                  : data                                  ? ", with a data connection open"
                                                          : " and no data connection was opened");
}

static void judge_missing(struct player *player, bool timed_out)
{
    const struct step *step = script_expected(&player->at);
    struct deviation *deviation;

    if (step == NULL)
        step = script_peek(&player->at);
    deviation = player_deviate(player,
                               timed_out        ? DEVIATION_TIMEOUT
                               : player->closed ? DEVIATION_CLOSED
                                                : DEVIATION_MISSING,
                               step, player_last_entry(player));
    if (player->stream.len > 0)
        deviation_saw(deviation, "%zu octets, the first of what was expected%s", player->stream.len,
                      player->closed && player->how_closed == PEER_RESET ? ", then RST"
                      : player->closed                                   ? ", then FIN"
                                                                         : "");
    else if (timed_out)
        saw_silence(player, deviation);
    else if (player->closed)
        deviation_saw(deviation, "the %s %s without it", side_name(side_other(player->fake)),
                      peer_end_words(player->how_closed));
    else
        deviation_saw(deviation, "the %s ended without it", side_name(side_other(player->fake)));
}

void player_end(struct player *player, bool timed_out)
{
    if (player->exchange == NULL)
        return;
    if (!player->stopped && !script_over(&player->at))
        judge_missing(player, timed_out);
    for (size_t i = 0; i < player->data_count && !player->stopped; i++)
        if (player->data_steps[i] != NULL)
            deviation_saw(player_deviate(player, DEVIATION_DATA, player->data_steps[i],
                                         player_last_entry(player)),
                          "the transfer did not end");
    player->stopped = true;
}

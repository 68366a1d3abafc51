/* What TLS shows without keys: who begins, how it ends, and what comes in clear behind it. */
#include "suites/ftp/ftp_checks.h"

#define TLS_1_2 0x0303

/* Of TLS 1.3 the type of a record is encrypted, too. */
static bool shows_types(const struct timeline_tls *tls)
{
    return tls->version != 0 && tls->version <= TLS_1_2;
}

/* The TLS connection over which that flow went, where all of it was seen; NULL otherwise. */
static const struct timeline_tls *tls_of(const struct timeline_flow *flow)
{
    return flow->from_start && flow->whole ? flow->tls : NULL;
}

/* --- data connections ------------------------------------------------------------------------- */

void ftp_prot_p_tls(const struct timeline *timeline, struct rule_run *run)
{
    for (size_t n = 1; n < timeline->flow_count; n++) {
        const struct timeline_flow *flow = &timeline->flows[n];
        const struct timeline_tls *tls = tls_of(flow);

        if (flow->role == ROLE_DATA && tls != NULL && tls->side[SIDE_SERVER].client_hello)
            rule_breach(run, SIDE_SERVER, PACKETS(flow->syn, tls->side[SIDE_SERVER].first),
                        "the ClientHello from the client, whoever opened the data connection",
                        "a ClientHello from the server");
    }
}

static void judge_end(struct rule_run *run, const struct timeline_flow *flow, enum side sender)
{
    const struct timeline_tls_side *side = &flow->tls->side[sender];
    uint64_t fin = flow->fin[sender], other = flow->fin[side_other(sender)];

    if (fin == 0 || flow->rst[0] != 0 || flow->rst[1] != 0 || (other != 0 && other < fin))
        return;
    if (side->data != 0 && side->whole && !side->alert_last && side->clear == 0)
        rule_breach(run, sender, PACKETS(side->data, fin), "close_notify before the FIN",
                    "a FIN behind application data");
}

void ftp_tls_close_notify(const struct timeline *timeline, struct rule_run *run)
{
    for (size_t n = 1; n < timeline->flow_count; n++) {
        const struct timeline_flow *flow = &timeline->flows[n];
        const struct timeline_tls *tls = tls_of(flow);

        if (flow->role != ROLE_DATA || tls == NULL || !shows_types(tls))
            continue;
        if (tls->side[SIDE_SERVER].data != 0 && tls->side[SIDE_CLIENT].data == 0)
            judge_end(run, flow, SIDE_SERVER);
        if (tls->side[SIDE_CLIENT].data != 0 && tls->side[SIDE_SERVER].data == 0)
            judge_end(run, flow, SIDE_CLIENT);
    }
}

/* --- the control connection ------------------------------------------------------------------- */

/* The first octets in clear of that side, behind TLS; NULL where there are none. */
static const struct event *in_clear(const struct timeline *timeline, enum side side)
{
    for (size_t n = 0; n < timeline->event_count; n++)
        if (timeline->events[n].kind == EVENT_CLEAR && timeline->events[n].from == side)
            return &timeline->events[n];
    return NULL;
}

/* CCC was accepted: both sides have said something under TLS, and this one goes on in clear. It
 * ends TLS first, and the other one does not go back to it. */
static void judge_clear(const struct timeline *timeline, struct rule_run *run, enum side side)
{
    const struct timeline_tls *tls = timeline->flows[0].tls;
    const struct timeline_tls_side *one = &tls->side[side], *other = &tls->side[side_other(side)];
    const struct event *clear = in_clear(timeline, side);

    if (clear == NULL)
        return;
    if (shows_types(tls) && !one->alert_last)
        rule_remark(run, side, VERDICT_WARN, PACKETS(one->data, clear->packet),
                    "close_notify before the control connection goes on in clear",
                    "%s directly behind application data", rule_quote(run, clear->text));
    if (other->data > clear->packet)
        rule_breach(run, side_other(side), PACKETS(clear->packet, other->data),
                    "a control connection in clear after CCC", "TLS records after %s",
                    rule_quote(run, clear->text));
}

void ftp_ccc_clear(const struct timeline *timeline, struct rule_run *run)
{
    const struct timeline_tls *tls = tls_of(&timeline->flows[0]);

    if (tls == NULL || tls->side[SIDE_CLIENT].data == 0 || tls->side[SIDE_SERVER].data == 0)
        return;
    judge_clear(timeline, run, SIDE_CLIENT);
    judge_clear(timeline, run, SIDE_SERVER);
}

void ftp_tls_fail_421(const struct timeline *timeline, struct rule_run *run)
{
    const struct timeline_tls *tls = tls_of(&timeline->flows[0]);
    const struct event *clear;

    if (tls == NULL || tls->side[SIDE_SERVER].data != 0 ||
        (!tls->side[SIDE_CLIENT].failed && !tls->side[SIDE_SERVER].failed) ||
        (clear = in_clear(timeline, SIDE_SERVER)) == NULL)
        return;
    if (!bytes_starts(clear->text, "421"))
        rule_breach(run, SIDE_SERVER, PACKETS(tls->side[SIDE_SERVER].first, clear->packet),
                    "421, or the end of the connection, after TLS has failed", "%s",
                    rule_quote(run, clear->text));
}

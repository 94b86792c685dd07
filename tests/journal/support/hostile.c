/* Posts of a hostile partner: see hostile.h. */
#include "journal/support/hostile.h"

bool hostile_post(struct pair_node *from, struct buffer *out, struct error *err)
{
    uint64_t a = 0;
    uint64_t b = 0;
    return journal_next_post(&from->journal, &from->journal.lines[0], out, &a, &b, err);
}

struct offer_job {
    struct job job;
    struct span wire;
    struct accepted *accepted;
    struct error *err;
    bool is_done;
    bool ok;
};

static bool offer_run(struct journal *journal, struct job *job, struct error *err)
{
    struct offer_job *offer = (struct offer_job *)job;
    return journal_accept(journal, &journal->lines[0], offer->wire, offer->accepted, err);
}

static void offer_done(struct journal *journal, struct job *job, bool ok, const struct error *err)
{
    struct offer_job *offer = (struct offer_job *)job;
    (void)journal;
    offer->is_done = true;
    offer->ok = ok;
    if (!ok)
        *offer->err = *err;
}

enum post_refusal hostile_offer(struct pair_node *to, struct span wire, struct accepted *out,
                                struct error *err)
{
    struct offer_job offer = {
        .job = {.run = offer_run, .done = offer_done}, .wire = wire, .accepted = out, .err = err};

    error_clear(err);
    if (!journal_submit(&to->journal, &offer.job, err))
        return REFUSAL_BUSY;
    while (!offer.is_done)
        journal_pump(&to->journal);
    return offer.ok ? REFUSAL_NONE : out->refusal;
}

/*
 * Step-up: what changes keys, officers and agreements, confirms another's draft, sends one's own alone in an emergency, breaks
 * the glass, ends a log or permits the end of a partner's, brings a node back, trusts the clock, passes an item on or out,
 * erases by hand, has all that is due erased, ends a hold or decides on a flagged request wants the officer's password within
 * the last ten minutes, so that a desk left open for a moment, or a cookie that was stolen, does not do it. A confirmation
 * always does, whatever its draft holds: most of what is
 * confirmed is of these, and the second officer's password is what two officers are for. A log-in is a proof; a later one
 * (POST /api/v1/session/proof) is kept here by the hash of its session's token, in memory: after a start, or at another front
 * end, the password is asked for once more.
 *
 * What only shuts a door (a suspension, the end of sessions) is not held up.
 */
#include "web/private.h"

bool web_route_needs_proof(const struct web_route *route)
{
    static const char *const acts[] = {
        "officer-put",        "officer-password",    "officer-revoke",     "key-revoke",
        "agreement-resume",   "agreement-propose",   "agreement-accept",   "agreement-refuse",
        "agreement-withdraw", "agreement-terminate", "succession-prepare", "succession-allow",
        "succession-import",  "approval-confirm",    "resume-order",       "resume-allow",
        "retention-clock",    "retention-release",   "retention-run",      "item-erase",
        "own-remove",         "case-erase",          "case-person-remove", "acts-release",
        "emergency-send",     "item-forward",        "item-export",        "rights-decide",
        "glass-open",
    };

    for (size_t i = 0; route->act != NULL && i < ARRAY_COUNT(acts); i++)
        if (strcmp(route->act, acts[i]) == 0)
            return true;
    return false;
}

static int64_t now_ms(const struct web *web)
{
    return web->options.env->now_ms(web->options.env->context);
}

/* A clock that was set back makes every proof an old one. */
static bool is_fresh(int64_t at_ms, int64_t now)
{
    return at_ms <= now && now - at_ms < PROOF_MS;
}

void proof_note(struct web_job *job)
{
    struct web *web = job->web;
    int64_t now = now_ms(web);
    struct desk_watch watch = desk_watch_make(job->token, &job->session);

    pthread_mutex_lock(&web->login_mutex);
    struct proof_slot *slot = &web->proofs[0];
    for (size_t i = 1; i < PROOF_SLOTS; i++)
        if (web->proofs[i].at_ms < slot->at_ms)
            slot = &web->proofs[i]; /* free, or the oldest: its session proves again */
    memcpy(slot->token_hash, watch.token_hash, sizeof slot->token_hash);
    slot->at_ms = now;
    pthread_mutex_unlock(&web->login_mutex);
}

bool proof_is_fresh(struct web_job *job)
{
    struct web *web = job->web;
    int64_t now = now_ms(web);
    struct desk_watch watch = desk_watch_make(job->token, &job->session);
    bool fresh = is_fresh(job->session.made_ms, now);

    pthread_mutex_lock(&web->login_mutex);
    for (size_t i = 0; !fresh && i < PROOF_SLOTS; i++)
        fresh = is_fresh(web->proofs[i].at_ms, now) &&
                memcmp(web->proofs[i].token_hash, watch.token_hash, sizeof watch.token_hash) == 0;
    pthread_mutex_unlock(&web->login_mutex);
    return fresh;
}

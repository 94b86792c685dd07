/*
 * Resume over the partner's succession: the backup is from before a log of the partner ended. What was left of that log comes
 * back first; then the log that follows, whose entry 0 carries the document that both institutions signed. It is verified
 * under the certificates of the agreement in the books, and names the end of the very mirror that the books hold and the
 * keys of what follows. So each log is trusted by the one before, from the keys that the books trust. docs/protocol.md 1.1.
 */
#include "journal/private.h"
#include "journal/resume.h"

#include "message/reference.h"

#include <stdio.h>

uint64_t resume_number(const struct journal_line *line)
{
    struct span stem;
    uint64_t number = 0;

    return origin_split(span_text(line->in.origin), &stem, &number) ? number : 0;
}

bool resume_turn(struct journal *journal, struct journal_line *line, struct post *post,
                 struct arena *arena, struct mirror_before *before, struct error *err)
{
    struct accepted refused;
    char reason[ERROR_TEXT_SIZE];

    snprintf(reason, sizeof reason, "%s", line->in.read_only);
    if (post->from != 0 || post->entry_count == 0)
        return error_set(err, ERROR_INPUT, "the log that follows begins with its entry 0");
    if (!mirror_follow(journal, line, post, arena, before, &refused, err))
        return false;
    if (log_set_read_only(journal->db, line->in.id, span_text(reason), err)) {
        snprintf(line->in.read_only, sizeof line->in.read_only, "%s", reason);
        return true;
    }
    mirror_restore(journal, line, before);
    return false;
}

/* One log that ended: all of its leaves, then its end. */
static bool past_follow(struct journal *journal, const struct journal_past *past, const char *next,
                        struct error *err)
{
    struct journal_log log = {.id = past->id, .kind = LOG_MIRROR};
    struct keeper_succession succession = {.kind = KEEPER_CUSTODY,
                                           .origin = span_text(next),
                                           .before = span_text(past->origin),
                                           .size = past->size,
                                           .root = past->root};
    struct keeper_state state;

    if (keeper_state(&journal->keeper, KEEPER_CUSTODY, span_text(next), &state, err))
        return true;
    if (err->kind != ERROR_MISSING)
        return false;
    error_clear(err);
    snprintf(log.origin, sizeof log.origin, "%s", past->origin);
    return log_feed(journal, &log, past->size, err) &&
           keeper_succeed(&journal->keeper, &succession, err);
}

bool resume_keeper_follow(struct journal *journal, struct journal_line *line, struct error *err)
{
    const struct journal_chain *chain = &line->in_past;
    struct keeper_state state;

    if (keeper_state(&journal->keeper, KEEPER_CUSTODY, span_text(line->in.origin), &state, err))
        return true; /* and with it all before */
    if (err->kind != ERROR_MISSING)
        return false;
    error_clear(err);
    for (size_t i = 0; i < chain->count; i++)
        if (!past_follow(journal, &chain->past[i],
                         i + 1 < chain->count ? chain->past[i + 1].origin : line->in.origin, err))
            return error_add(err, "telling the keeper that log %s ended", chain->past[i].origin);
    return true;
}

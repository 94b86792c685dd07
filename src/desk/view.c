/*
 * Views: a list that a browser refreshes, or an item that is opened again, would leave an entry for each look and bury
 * what matters. So an access entry of an act that only looks covers the same look for VIEW_MS from its time on: the same
 * officer and approver, reason, case, act and objects in the same order. Anything else is a new entry, as is a look that
 * tells the partner something, and the first after a start of the node. The span does not move with the looks: who goes
 * on looking leaves an entry every 15 minutes.
 */
#include "desk/private.h"

#include "message/act.h"
#include "store/log_rows.h"

/* The body that the entry has, or would have: two looks are the same exactly when it is. */
static bool view_digest(const struct act *act, uint8_t out[DIGEST_SIZE], struct error *err)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    if (!act_write(act, &body))
        return error_set(err, ERROR_LIMIT, "an access entry exceeds %u bytes", BODY_SIZE_MAX);
    digest_sha256(buffer_span(&body), out);
    return true;
}

/* Its entry must stand in the books as it was written: a job that failed took its own along, and its number is another's. */
static bool view_stands(struct journal *journal, const struct journal_view *view,
                        const uint8_t digest[DIGEST_SIZE], int64_t now_ms, struct arena *arena,
                        bool *stands, struct error *err)
{
    struct entry_row row;

    *stands = false;
    if (view->entry == 0 || memcmp(view->digest, digest, DIGEST_SIZE) != 0 ||
        now_ms < view->created_ms || now_ms - view->created_ms >= VIEW_MS)
        return true;
    if (!entry_find(journal->db, arena, view->entry, &row, err)) {
        bool is_missing = err->kind == ERROR_MISSING;
        if (is_missing)
            error_clear(err);
        return is_missing;
    }
    *stands = span_equal(row.leaf, span_make(view->leaf.bytes, sizeof view->leaf.bytes));
    return true;
}

//= dir-2016-680 art 25(1)
bool access_view(struct journal *journal, const struct desk_call *call, const char *act_name,
                 const struct span *objects, size_t object_count, struct error *err)
{
    int64_t now_ms = journal->env->now_ms(journal->env->context);
    uint8_t digest[DIGEST_SIZE];
    struct appended appended;
    struct act act;
    bool stands = false;

    if (!access_fill(journal, call, act_name, objects, object_count, &act, err) ||
        !view_digest(&act, digest, err))
        return false;
    struct journal_view *view =
        &journal->views[(unsigned)(digest[0] << 8 | digest[1]) % JOURNAL_VIEW_COUNT];
    /* A domestic log that has ended covers nothing any more: writing to it says why. */
    if (journal->job_leaf_count == 0 && journal->domestic.read_only[0] == '\0' &&
        !view_stands(journal, view, digest, now_ms, call->arena, &stands, err))
        return false;
    if (stands)
        return true;
    if (!journal_access_entry(journal, &act, &appended, err))
        return false;
    *view =
        (struct journal_view){.entry = appended.entry, .leaf = appended.leaf, .created_ms = now_ms};
    memcpy(view->digest, digest, DIGEST_SIZE);
    return true;
}

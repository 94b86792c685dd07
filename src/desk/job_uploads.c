/*
 * Background: uploads that nobody sent. What an officer sealed for a message and left lying is personal data without a
 * purpose; it is removed with its key and file, and the domestic log says that it was.
 */
#include "desk/private.h"

#include "store/attachment_file.h"
#include "store/part_rows.h"

#include <stdio.h>

#define UPLOAD_STEP 64u /* removed in one transaction */

static bool expiry_access(struct journal *journal, size_t count, struct error *err)
{
    char reason[64];
    struct act act = {.officer = span_text("node"),
                      .unit = span_text("node"),
                      .act = span_text("uploads-expire"),
                      .outcome = span_text("done")};

    snprintf(reason, sizeof reason, "%zu uploads were not sent within %d hours", count,
             (int)(DESK_UPLOAD_AGE_MAX_MS / 3600000));
    act.reason = span_text(reason);
    return journal_access(journal, &act, err);
}

//= dir-2016-680 art 4(1)(e)
bool desk_uploads_expire(struct journal *journal, size_t *removed, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    int64_t before_ms = journal->env->now_ms(journal->env->context) - DESK_UPLOAD_AGE_MAX_MS;
    struct span ids[UPLOAD_STEP];

    if (!upload_list_old(journal->db, &arena, before_ms, ids, UPLOAD_STEP, removed, err))
        return false;
    for (size_t i = 0; i < *removed; i++) {
        if (!upload_remove(journal->db, ids[i], err))
            return false;
        /* The file goes after the commit. */
        if (ids[i].size == ATTACHMENT_ID_SIZE && !buffer_add(&journal->drops, ids[i]))
            return error_set(err, ERROR_LIMIT, "too many files to remove at once");
    }
    return *removed == 0 || expiry_access(journal, *removed, err);
}

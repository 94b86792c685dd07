/* Messages of restricted cases: see case.h. */
#include "desk/case.h"

#include "message/head.h"

#define CASES_MAX 64u /* of one message that are looked at */

/* Of the cases in which the entry stands: how many, whether this officer sees one of them, and one that is closed to them. */
struct standing {
    struct case_row rows[CASES_MAX];
    struct case_row *closed;
    size_t count;
    bool is_seen;
};

static bool standing_find(struct journal *journal, const struct officer_row *officer, int64_t entry,
                          struct arena *arena, struct standing *out, struct error *err)
{
    out->closed = NULL;
    out->is_seen = false;
    if (!case_list_of_item(journal->db, arena, entry, out->rows, CASES_MAX, &out->count, err))
        return false;
    for (size_t i = 0; i < out->count; i++) {
        if (case_may_see(&out->rows[i], officer))
            out->is_seen = true;
        else
            out->closed = &out->rows[i];
    }
    return true;
}

/* The message to which the entry replies; 0: none, or it is not here. */
static bool replied_find(struct journal *journal, const struct journal_line *line, int64_t entry,
                         struct arena *arena, int64_t *out, struct error *err)
{
    static const enum log_side sides[] = {SIDE_OWN, SIDE_PARTNER};
    struct entry_row row, of;
    struct head head;

    *out = 0;
    if (!entry_find(journal->db, arena, entry, &row, err))
        return false;
    if (!head_read(row.head, arena, &head, err)) {
        error_clear(err); /* erased heads and those of later versions reply to nothing known */
        return true;
    }
    for (size_t i = 0; head.has_in_reply_to && *out == 0 && i < ARRAY_COUNT(sides); i++) {
        if (journal_find_message(journal, line, sides[i], span_make(head.in_reply_to.id, UUID_SIZE),
                                 arena, &of, err))
            *out = of.id;
        else if (err->kind != ERROR_MISSING)
            return false;
        else
            error_clear(err);
    }
    return true;
}

bool case_item_may_open(struct journal *journal, const struct desk_call *call,
                        const struct journal_line *line, const struct officer_row *officer,
                        int64_t entry, struct error *err)
{
    struct standing *standing = arena_alloc(call->arena, sizeof *standing);
    int64_t replied = 0;

    if (standing == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (call->access.glass != 0)
        return true; /* glass_item_permit says what it opens */
    if (!standing_find(journal, officer, entry, call->arena, standing, err))
        return false;
    if (standing->count == 0 &&
        (!replied_find(journal, line, entry, call->arena, &replied, err) ||
         (replied != 0 && !standing_find(journal, officer, replied, call->arena, standing, err))))
        return false;
    return standing->is_seen || standing->closed == NULL ||
           error_set(err, ERROR_RULE, "this message stands in a restricted case; ask unit %.*s",
                     SPAN_ARG(standing->closed->unit));
}

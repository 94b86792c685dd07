/*
 * What comes after an answer. The desk that answered learns more, or finds that it was wrong: a further answer to the same
 * request, which names the one that it adds to, so that nobody answers twice unawares and the receiver sees which is which.
 * The desk that asked finds something open, or its question misread: a request of its own, with limits of its own, that
 * refers to the one before. What was answered stays answered, and its limit does not run again.
 */
#include "desk/private.h"

#include "base/text.h"
#include "journal/earlier.h"

#define ANSWER_LOOK_MAX                                                                            \
    256u /* answers to one request that are looked at; a desk writes a handful */

bool answer_that_counts(struct journal *journal, struct arena *arena, int64_t request,
                        struct answer_row *out, bool *is_there, struct error *err)
{
    struct answer_row *rows = arena_array(arena, ANSWER_LOOK_MAX, sizeof *rows);
    size_t count = 0;

    *is_there = false;
    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!answer_list(journal->db, arena, request, rows, ANSWER_LOOK_MAX, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (rows[i].counts) {
            *out = rows[i];
            *is_there = true;
        }
    return true;
}

/* What waits under a version that is over goes back to its officer unsent (number.c): the partner would never find it. */
static bool unsent_check(const struct desk_call *call, const struct journal_line *line,
                         const struct entry_row *earlier, struct error *err)
{
    struct head head;

    if (earlier->index != ENTRY_WAITING)
        return true;
    if (!head_read(earlier->head, call->arena, &head, err))
        return false;
    return (int64_t)head.agreement_version == line->agreement.version ||
           error_set(err, ERROR_CONFLICT,
                     "supplements: that answer waits under an older version of agreement %s and "
                     "will not be sent: withdraw it (besa withdraw), and send this one without",
                     line->agreement_id);
}

/* A first answer names none before it; a further one names which it adds to, so that nobody answers twice unawares. */
bool further_check(struct journal *journal, const struct desk_call *call, struct journal_line *line,
                   const struct answer *answer, const struct entry_row *request, const char *what,
                   struct error *err)
{
    struct earlier_question question = {.is_own = true,
                                        .before = INT64_MAX,
                                        .id = answer->supplements,
                                        .type = MESSAGE_ANSWER,
                                        .about = request->message_id.data};
    struct answer_row newest;
    struct entry_row earlier;
    bool is_answered = false, is_so = false;
    char id[UUID_TEXT_SIZE] = "";

    if (answer->has_supplements) {
        if (!earlier_find(journal, line, &question, call->arena, &earlier, &is_so, err))
            return false;
        if (!is_so)
            return error_set(err, ERROR_INPUT,
                             "supplements: names no earlier answer of ours to this request");
        return unsent_check(call, line, &earlier, err);
    }
    if (!answer_that_counts(journal, call->arena, request->id, &newest, &is_answered, err))
        return false;
    if (!is_answered)
        return true;
    if (!entry_find(journal->db, call->arena, newest.entry, &earlier, err))
        return false;
    if (earlier.message_id.size == UUID_SIZE)
        uuid_write(earlier.message_id.data, id);
    return error_set(err, ERROR_CONFLICT,
                     "the request is answered; %s names that answer in `supplements`: %s", what,
                     id);
}

/* A request asks again when the one that it refers to has its answer; until then that one's limit runs. */
bool again_check(struct journal *journal, const struct desk_call *call, struct journal_line *line,
                 const struct request *request, struct error *err)
{
    struct earlier_question question = {
        .is_own = true, .before = INT64_MAX, .id = request->refers_to, .type = MESSAGE_REQUEST};
    struct answer_row newest;
    struct entry_row earlier;
    bool is_so = false, is_answered = false;

    if (!request->has_refers_to)
        return true;
    if (!earlier_find(journal, line, &question, call->arena, &earlier, &is_so, err))
        return false;
    if (!is_so)
        return error_set(err, ERROR_INPUT,
                         "refers_to: names no earlier request of ours under agreement %s",
                         line->agreement_id);
    if (earlier.body_state != BODY_HELD) /* erased, and its answers with it */
        return true;
    return answer_that_counts(journal, call->arena, earlier.id, &newest, &is_answered, err) &&
           (is_answered || error_set(err, ERROR_CONFLICT,
                                     "refers_to: that request has no answer yet; its limit runs"));
}

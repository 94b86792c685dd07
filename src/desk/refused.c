/* Refused: see refused.h. */
#include "desk/refused.h"

#include "base/text.h"
#include "desk/match_key.h"
#include "message/answer.h"

#include <stdlib.h>

/* When and by whom a thing was recorded, and under which id, changes with each form that is filled in anew. */
static void marking_strip(struct marking *marking)
{
    memset(marking->id, 0, sizeof marking->id);
    marking->origin_ref = span_text("");
    marking->recorded_by = span_text("");
    marking->recorded_at_ms = 0;
    marking->as_of_ms = 0;
    marking->review_at_ms = 0;
    marking->erase_at_ms = 0;
    marking->has_supersedes = false;
}

static bool item_digest(const struct item *item, uint8_t out[DIGEST_SIZE], struct error *err)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct item bare = *item;

    marking_strip(item->has_person ? &bare.person.marking : &bare.text.marking);
    if (!item_write(&bare, &bytes))
        return error_set(err, ERROR_LIMIT, "an item of a draft does not fit in memory");
    digest_sha256(buffer_span(&bytes), out);
    return true;
}

static int digest_compare(const void *a, const void *b)
{
    return memcmp(a, b, DIGEST_SIZE);
}

/* The outcome, and each thing that is given, in whatever order. */
static bool answer_digest(const struct answer *answer, struct buffer *out, struct error *err)
{
    uint8_t digests[ITEM_COUNT_MAX][DIGEST_SIZE];

    for (size_t i = 0; i < answer->item_count; i++)
        if (!item_digest(&answer->items[i], digests[i], err))
            return false;
    qsort(digests, answer->item_count, sizeof digests[0], digest_compare);
    buffer_byte(out, (uint8_t)answer->outcome);
    buffer_add(out, span_make(digests[0], answer->item_count * DIGEST_SIZE));
    return true;
}

/* The request's id, in whichever spelling. */
static bool request_id(const struct approval_draft *draft, struct arena *arena,
                       struct problems *problems, struct buffer *out, struct error *err)
{
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object arguments;
    uint8_t id[UUID_SIZE];

    if (!json_parse(draft->arguments, &json, err))
        return false;
    json_object_begin(&arguments, json_root(json), arena, problems);
    struct span item = json_get_text(&arguments, "item", 1, UUID_TEXT_SIZE);
    if (!problems_to_error(problems, err) || !uuid_read(item, id))
        return error_set(err, ERROR_STORE, "the draft of an answer names no request");
    buffer_add(out, span_make(id, sizeof id));
    return true;
}

static bool content_digest(struct journal *journal, const struct approval_draft *draft,
                           struct arena *arena, struct span *out, struct error *err)
{
    struct buffer content CLEANUP(buffer_free) =
        buffer_make(UUID_SIZE + 1 + ITEM_COUNT_MAX * DIGEST_SIZE);
    struct problems *problems = arena_alloc(arena, sizeof *problems);
    struct answer *answer = arena_alloc(arena, sizeof *answer);

    if (problems == NULL || answer == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    problems_clear(problems);
    if (!request_id(draft, arena, problems, &content, err))
        return false;
    if (!answer_read(draft->body, arena, answer, problems))
        return problems_to_error(problems, err) || error_add(err, "the draft of an answer");
    return answer_digest(answer, &content, err) &&
           match_digest(journal, arena, buffer_span(&content), out, err);
}

static bool is_answer(const struct approval_draft *draft)
{
    return span_is(draft->act, "answer-send");
}

bool refused_note(struct journal *journal, struct span approval, const struct approval_draft *draft,
                  struct arena *arena, struct error *err)
{
    struct span content;

    return !is_answer(draft) || (content_digest(journal, draft, arena, &content, err) &&
                                 approval_bar(journal->db, approval, content, err));
}

bool refused_check(struct journal *journal, const struct approval_draft *draft, struct arena *arena,
                   struct error *err)
{
    struct span content;
    bool is_barred = false;

    if (!is_answer(draft))
        return true;
    if (!content_digest(journal, draft, arena, &content, err) ||
        !approval_is_barred(journal->db, content, &is_barred, err))
        return false;
    return !is_barred ||
           error_set(err, ERROR_RULE,
                     "clause 9.2: another officer was asked to approve this answer and refused it; "
                     "it is not sent alone");
}

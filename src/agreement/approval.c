/*
 * Four eyes (REQUIREMENTS g9): what leaves only with a second officer's approval. A message names its officer and who
 * approved, both by pseudonym, so that both nodes can refuse what nobody else saw. A type that may need it is one row.
 */
#include "agreement/judge.h"

#include "message/clarification.h"

#include <inttypes.h>
#include <stddef.h>

#define BIT(n) (UINT64_C(1) << (n))

/* Why a type as such is approved (0: by what it holds, noted on the way), and where its body has the two pseudonyms. */
struct approved_type {
    bool has_row;
    uint64_t approvals;
    size_t officer_at;
    size_t approved_by_at;
};
#define HANDS(type) offsetof(struct type, officer), offsetof(struct type, approved_by)

static const struct approved_type approved_types[MESSAGE_TYPE_COUNT] = {
    [MESSAGE_REQUEST] = {true, BIT(FOUR_EYES_REQUEST), HANDS(request)},
    [MESSAGE_ANSWER] = {true, 0, HANDS(answer)},
    [MESSAGE_SPONTANEOUS] = {true, BIT(FOUR_EYES_ANSWER), HANDS(spontaneous)},
    [MESSAGE_CLARIFICATION] = {true, BIT(FOUR_EYES_CLARIFICATION), HANDS(clarification)},
    [MESSAGE_CLARIFICATION_REPLY] = {true, BIT(FOUR_EYES_CLARIFICATION),
                                     HANDS(clarification_reply)},
};

static const void *body_of(const struct permit_question *question)
{
    if (question->request != NULL)
        return question->request;
    if (question->spontaneous != NULL)
        return question->spontaneous;
    return question->answer != NULL ? (const void *)question->answer : question->parsed;
}

static bool has_second(const struct approved_type *row, const void *body)
{
    const struct span *officer = (const void *)((const char *)body + row->officer_at);
    const struct span *approved_by = (const void *)((const char *)body + row->approved_by_at);

    return approved_by->size > 0 && !span_equal(*officer, *approved_by);
}

/* The emergency is the request's: what the answer says of itself is compared with it, at both nodes. */
static bool ground_permit(struct judge *judge, enum urgency_ground ground)
{
    if (ground != URGENCY_THREAT_LIFE && ground != URGENCY_THREAT_PUBLIC_SECURITY)
        return judge_refuse(judge, CLAUSE_EMERGENCY,
                            "one officer sends alone only when life or public security is "
                            "threatened");
    return judge->question->request_urgency == ground ||
           judge_refuse(judge, CLAUSE_EMERGENCY,
                        "the request that is answered is not urgent because of %s",
                        urgency_ground_names[ground]);
}

/* The least that is needed, and none of what is never given by one officer's word, whatever else is agreed. */
static bool little_permit(struct judge *judge, const struct answer *answer)
{
    uint64_t never = BIT(FOUR_EYES_PROTECTED_PERSON) | BIT(FOUR_EYES_SPECIAL_CATEGORY) |
                     BIT(FOUR_EYES_SINGLE_TRANSFER) | BIT(FOUR_EYES_REFUSAL);
    size_t count = subjects_count(judge->question);
    int64_t before = judge->question->alone_count;

    if ((judge->ruling->approvals & never) != 0)
        return judge_refuse(
            judge, CLAUSE_EMERGENCY,
            "a protected person, a special category, a single transfer or a refusal "
            "is not sent by one officer");
    if ((int64_t)count + before > EMERGENCY_ITEM_COUNT_MAX || answer->attachments.count > 0)
        return judge_refuse(judge, CLAUSE_EMERGENCY,
                            "%zu items after %" PRId64 " in answer to the same request, and %zu "
                            "attachments; one officer sends %u in all and none",
                            count, before, answer->attachments.count, EMERGENCY_ITEM_COUNT_MAX);
    if ((answer->handling & ~HANDLING_BIT(HANDLING_H0)) != 0)
        return judge_refuse(judge, CLAUSE_EMERGENCY, "the answer is under a handling code");
    return subjects_permit_alone(judge);
}

static bool emergency_permit(struct judge *judge, const struct answer *answer)
{
    if (!judge->agreement->emergency_single)
        return judge_refuse(judge, CLAUSE_EMERGENCY, "that one officer sends alone is not agreed");
    return ground_permit(judge, answer->emergency) && little_permit(judge, answer);
}

int64_t approval_alone_count(const struct permit_question *question)
{
    const struct answer *answer = question->answer;

    if (answer == NULL || answer->emergency == URGENCY_NONE)
        return 0;
    int64_t count = (int64_t)answer->item_count;
    for (size_t i = 0; i < answer->parts.count; i++)
        count += answer->parts.items[i].kind == PART_KIND_SMALL;
    return count;
}

bool approval_permit(struct judge *judge)
{
    const struct permit_question *question = judge->question;
    const struct approved_type *row = &approved_types[question->type];
    const void *body = body_of(question);

    if (!row->has_row || body == NULL)
        return true;
    bool is_emergency = question->answer != NULL && question->answer->emergency != URGENCY_NONE;
    if (is_emergency && !emergency_permit(judge, question->answer))
        return false;
    judge->ruling->approvals =
        (judge->ruling->approvals | row->approvals) & judge->agreement->four_eyes;
    if (is_emergency)
        judge->ruling->approvals = 0;
    return judge->ruling->approvals == 0 || question->is_undecided || has_second(row, body) ||
           judge_refuse(judge, CLAUSE_SECOND_APPROVAL, "no second officer approved it");
}

/* Outcomes: see outcomes.h. */
#include "message/outcomes.h"

#include "message/form.h"

const char *const outcome_ground_names[OUTCOME_GROUND_COUNT] = {
    [OUTCOME_MALFORMED] = "malformed",
    [OUTCOME_NOT_PERMITTED] = "not_permitted",
    [OUTCOME_AGREEMENT] = "agreement",
    [OUTCOME_VERSION] = "version",
    [OUTCOME_SEEN] = "seen",
    [OUTCOME_STALE] = "stale",
    [OUTCOME_DUPLICATE_ID] = "duplicate_id",
    [OUTCOME_UNRESOLVED] = "unresolved",
    [OUTCOME_SUSPENDED] = "suspended",
};

static void refused_check(const struct json_object *object, const void *value)
{
    const struct outcome_refused *refused = value;
    if (refused->clause.size > 0 && refused->ground != OUTCOME_NOT_PERMITTED)
        form_problem(object, "clause", ERROR_INPUT, "stands only with ground 'not_permitted'");
}

static const struct form_field refused_fields[] = {
    {.name = "index",
     .kind = FORM_COUNT,
     FORM_AT(struct outcome_refused, index),
     .min = 0,
     .max = JSON_INTEGER_MAX,
     .about = "Index of the entry in the partner's log."},
    {.name = "ground",
     .kind = FORM_CHOICE,
     FORM_AT(struct outcome_refused, ground),
     FORM_NAMES(outcome_ground_names),
     .about = "Why it was refused."},
    {.name = "clause",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct outcome_refused, clause),
     .min = 1,
     .max = OUTCOME_CLAUSE_SIZE_MAX,
     .about = "Clause of the agreement; only with `not_permitted`."},
};

static const struct form refused_form = {
    .name = "refused_entry",
    .about = "An entry that was refused at handling.",
    .fields = refused_fields,
    .count = ARRAY_COUNT(refused_fields),
    .size = sizeof(struct outcome_refused),
    .check = refused_check,
};

const struct outcome_refused *outcomes_refused(const struct outcomes *outcomes, uint64_t index)
{
    for (size_t i = 0; i < outcomes->refused_count; i++)
        if (outcomes->refused[i].index == index)
            return &outcomes->refused[i];
    return NULL;
}

bool outcomes_is_held(const struct outcomes *outcomes, uint64_t index)
{
    for (size_t i = 0; i < outcomes->held_count; i++)
        if (outcomes->held[i] == index)
            return true;
    return false;
}

static void outcomes_check(const struct json_object *object, const void *value)
{
    const struct outcomes *outcomes = value;
    size_t at = 0; /* both lists rise, so one walk finds what stands in both */

    if (outcomes->to <= outcomes->from)
        form_problem(object, "to", ERROR_INPUT, "must be above from");
    else if (outcomes->to - outcomes->from > OUTCOMES_COUNT_MAX)
        form_problem(object, "to", ERROR_LIMIT, "a range covers at most %u entries",
                     OUTCOMES_COUNT_MAX);
    for (size_t i = 0; i < outcomes->refused_count; i++) {
        uint64_t index = outcomes->refused[i].index;
        if (index < outcomes->from || index >= outcomes->to)
            form_problem(object, "refused", ERROR_INPUT, "element %zu is outside the range", i);
        if (i > 0 && index <= outcomes->refused[i - 1].index)
            form_problem(object, "refused", ERROR_INPUT, "element %zu does not rise", i);
    }
    for (size_t i = 0; i < outcomes->held_count; i++) {
        uint64_t index = outcomes->held[i];
        if (index < outcomes->from || index >= outcomes->to)
            form_problem(object, "held", ERROR_INPUT, "element %zu is outside the range", i);
        while (at < outcomes->refused_count && outcomes->refused[at].index < index)
            at++;
        if (at < outcomes->refused_count && outcomes->refused[at].index == index)
            form_problem(object, "held", ERROR_INPUT, "element %zu is refused too", i);
    }
}

static const struct form_field outcomes_fields[] = {
    {.name = "from",
     .kind = FORM_COUNT,
     FORM_AT(struct outcomes, from),
     .min = 0,
     .max = JSON_INTEGER_MAX,
     .about = "First index handled."},
    {.name = "to",
     .kind = FORM_COUNT,
     FORM_AT(struct outcomes, to),
     .min = 1,
     .max = JSON_INTEGER_MAX,
     .about = "One past the last; at most 1024 above from."},
    {.name = "refused",
     .kind = FORM_OBJECTS,
     .is_optional = true,
     .form = &refused_form,
     FORM_LIST_AT(struct outcomes, refused, refused_count),
     .max = OUTCOMES_COUNT_MAX,
     .about = "Refused entries, rising; all that are neither refused nor held are accepted."},
    {.name = "held",
     .kind = FORM_NUMBERS,
     .is_optional = true,
     FORM_LIST_AT(struct outcomes, held, held_count),
     .max = OUTCOMES_COUNT_MAX,
     .about = "Indexes of entries held for an administrator."},
};

const struct form outcomes_form = {
    .name = "outcomes",
    .about = "What became of a range of the partner's entries.",
    .fields = outcomes_fields,
    .count = ARRAY_COUNT(outcomes_fields),
    .size = sizeof(struct outcomes),
    .check = outcomes_check,
};

bool outcomes_read(struct span body, struct arena *arena, struct outcomes *out,
                   struct problems *problems)
{
    return form_read(&outcomes_form, body, arena, out, problems);
}

bool outcomes_write(const struct outcomes *outcomes, struct buffer *buffer)
{
    return form_write(&outcomes_form, outcomes, buffer);
}

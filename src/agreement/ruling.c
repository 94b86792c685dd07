/*
 * A ruling as bytes of the journal sequence: apply reads it years later, under whatever program, so it is plain JSON
 * with names instead of numbers. See permit.h.
 */
#include "agreement/permit.h"

#include "base/attributes.h"
#include "message/form.h"

const char *const deadline_row_names[DEADLINE_ROW_COUNT] = {
    [DEADLINE_URGENT_DIRECT] = "urgent_direct",
    [DEADLINE_URGENT_INDIRECT] = "urgent_indirect",
    [DEADLINE_OTHER] = "other",
};
const char *const erase_from_names[ERASE_FROM_COUNT] = {
    [ERASE_FROM_RECEIPT] = "receipt",
    [ERASE_FROM_CLOSURE] = "closure",
};

/* The ruling as the table reads and writes it. */
struct record {
    bool is_allowed;
    struct span clause;
    struct span text;
    struct span partner_text;
    uint64_t approvals;
    int64_t alone_count;
    enum deadline_row row;
    int64_t due_after_ms;
    int64_t erase_after_ms;
    enum erase_from erase_from;
};

static const struct form_field record_fields[] = {
    {.name = "allowed",
     .kind = FORM_BOOLEAN,
     FORM_AT(struct record, is_allowed),
     .about = "Passes."},
    {.name = "clause",
     .kind = FORM_TEXT,
     FORM_AT(struct record, clause),
     .min = 1,
     .max = 8,
     .about = "Number of the clause that decided."},
    {.name = "text",
     .kind = FORM_TEXT,
     FORM_AT(struct record, text),
     .min = 1,
     .max = RULING_TEXT_SIZE - 1,
     .about = "For one's own officers."},
    {.name = "partner_text",
     .kind = FORM_TEXT,
     FORM_AT(struct record, partner_text),
     .min = 1,
     .max = RULING_TEXT_SIZE - 1,
     .about = "For the partner."},
    {.name = "approvals",
     .kind = FORM_CHOICES,
     FORM_AT(struct record, approvals),
     FORM_NAMES(four_eyes_names),
     .about = "Why a second officer approves."},
    {.name = "alone_count",
     .kind = FORM_INTEGER,
     .is_optional = true,
     FORM_AT(struct record, alone_count),
     .min = 0,
     .max = JSON_INTEGER_MAX,
     .about = "Items that one officer sends alone."},
    {.name = "row",
     .kind = FORM_CHOICE,
     .is_optional = true,
     FORM_AT(struct record, row),
     FORM_NAMES(deadline_row_names),
     .about = "Row of the deadline table."},
    {.name = "due_after_ms",
     .kind = FORM_INTEGER,
     FORM_AT(struct record, due_after_ms),
     .min = 0,
     .max = JSON_INTEGER_MAX,
     .about = "From custody; 0 when no answer is due."},
    {.name = "erase_after_ms",
     .kind = FORM_INTEGER,
     FORM_AT(struct record, erase_after_ms),
     .min = 0,
     .max = JSON_INTEGER_MAX,
     .about = "Cap of the body."},
    {.name = "erase_from",
     .kind = FORM_CHOICE,
     FORM_AT(struct record, erase_from),
     FORM_NAMES(erase_from_names),
     .about = "From when the cap counts."},
};
static const struct form record_form = {.name = "ruling",
                                        .about = "What agreement_permit found.",
                                        .fields = record_fields,
                                        .count = ARRAY_COUNT(record_fields),
                                        .size = sizeof(struct record)};

bool ruling_write(const struct ruling *ruling, struct buffer *out, struct error *err)
{
    struct record record = {ruling->is_allowed,
                            span_text(ruling->clause),
                            span_text(ruling->text),
                            span_text(ruling->partner_text),
                            ruling->approvals,
                            ruling->alone_count,
                            ruling->row,
                            ruling->due_after_ms,
                            ruling->erase_after_ms,
                            ruling->erase_from};

    if (form_write(&record_form, &record, out))
        return true;
    return error_set(err, ERROR_BUG, "a ruling does not fit its buffer");
}

static bool record_take(const struct record *record, struct ruling *out, struct error *err)
{
    enum clause clause;

    if (!clause_find(record->clause, &clause))
        return error_set(err, ERROR_INPUT, "ruling: its clause is none of the agreement's");
    if ((record->row == DEADLINE_NONE) != (record->due_after_ms == 0))
        return error_set(err, ERROR_INPUT, "ruling: row and due time do not belong together");
    *out = (struct ruling){.is_allowed = record->is_allowed,
                           .clause = agreement_clauses[clause].number,
                           .needs_second_approval = record->approvals != 0,
                           .approvals = record->approvals,
                           .alone_count = record->alone_count,
                           .row = record->row,
                           .due_after_ms = record->due_after_ms,
                           .erase_after_ms = record->erase_after_ms,
                           .erase_from = record->erase_from};
    memcpy(out->text, record->text.data, record->text.size);
    memcpy(out->partner_text, record->partner_text.data, record->partner_text.size);
    return true;
}

bool ruling_read(struct span bytes, struct ruling *out, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct record record;

    *out = (struct ruling){.row = DEADLINE_NONE};
    if (bytes.size > RULING_SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "ruling: %zu bytes; %u allowed", bytes.size,
                         RULING_SIZE_MAX);
    struct problems *problems = arena_alloc(&arena, sizeof *problems);
    if (problems == NULL)
        return error_set(err, ERROR_LIMIT, "ruling: out of memory");
    problems_clear(problems);
    if (!form_read(&record_form, bytes, &arena, &record, problems)) {
        problems_to_error(problems, err);
        return error_add(err, "ruling");
    }
    return record_take(&record, out, err);
}

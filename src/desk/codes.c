/* Codes: see codes.h. */
#include "desk/codes.h"

#include "base/attributes.h"
#include "base/text.h"
#include "journal/journal.h"
#include "message/spontaneous.h"
#include "store/part_rows.h"

#include <inttypes.h>

#define BIT(n)     (UINT64_C(1) << (n))
#define INFO_COUNT 4 /* 1 to 4 */
#define ROW_SIZE                                                                                   \
    (8u * (unsigned)BODY_SIZE_MAX) /* of one message, sealed, opened and read, with its parts */

const char *const codes_evaluation_names[CODES_EVALUATION_COUNT] = {
    "A1", "A2", "A3", "A4", "B1", "B2", "B3", "B4", "C1", "C2", "C3", "C4", "X1", "X2", "X3", "X4"};

/* --- adding --- */

static void note_add(struct codes *codes, struct span note)
{
    if (note.size == 0 || codes->note_count == CODES_MARKING_MAX)
        return;
    for (size_t i = 0; i < codes->note_count; i++)
        if (span_equal(codes->notes[i], note))
            return;
    codes->notes[codes->note_count++] = note;
}

static bool is_same_transfer(const struct transfer *one, const struct transfer *other)
{
    return one->ground == other->ground && span_equal(one->instrument, other->instrument) &&
           span_equal(one->article, other->article) && one->review_at_ms == other->review_at_ms &&
           span_equal(one->reason, other->reason);
}

static void transfer_add(struct codes *codes, const struct transfer *transfer)
{
    if (codes->transfer_count == CODES_MARKING_MAX)
        return;
    for (size_t i = 0; i < codes->transfer_count; i++)
        if (is_same_transfer(codes->transfers[i], transfer))
            return;
    codes->transfers[codes->transfer_count++] = transfer;
}

/* What nobody narrowed is allowed to nobody: an action that is allowed for one thing is not for what says nothing. */
static void action_add(struct codes *codes, enum permitted_action action)
{
    if (action == PERMITTED_UNSAID)
        codes->has_unsaid_action = true;
    else if (codes->permitted_action == PERMITTED_UNSAID || action < codes->permitted_action)
        codes->permitted_action = action;
}

static void head_add(struct codes *codes, uint64_t handling, struct span note,
                     enum classification classification, const struct transfer *transfer)
{
    codes->handling |= handling;
    note_add(codes, note);
    if (classification > codes->classification)
        codes->classification = classification;
    if (transfer != NULL)
        transfer_add(codes, transfer);
}

void codes_add_marking(struct codes *codes, const struct marking *marking)
{
    head_add(codes, marking->handling, marking->handling_note, marking->classification,
             marking->has_transfer ? &marking->transfer : NULL);
    codes->source_systems |= BIT(marking->source_system);
    if (marking->info_eval >= 1 && marking->info_eval <= INFO_COUNT)
        codes->evaluations |=
            BIT((int64_t)marking->source_eval * INFO_COUNT + marking->info_eval - 1);
    codes->natures |= BIT(marking->nature);
    codes->special_categories |= marking->special_categories;
    codes->is_restricted = codes->is_restricted || marking->is_restricted;
    action_add(codes, marking->permitted_action);
}

void codes_add_message(struct codes *codes, enum message_type type, const void *message)
{
    const struct request *request = message;
    const struct answer *answer = message;
    const struct spontaneous *given = message;
    const struct item *items = NULL;
    size_t count = message_items(type, message, &items);

    if (type == MESSAGE_REQUEST) {
        head_add(codes, request->handling, request->handling_note, request->classification,
                 request->has_transfer ? &request->transfer : NULL);
        for (size_t i = 0; i < request->person_count; i++)
            codes_add_marking(codes, &request->persons[i].marking);
    } else if (type == MESSAGE_ANSWER) {
        head_add(codes, answer->handling, answer->handling_note, answer->classification,
                 answer->has_transfer ? &answer->transfer : NULL);
    } else if (type == MESSAGE_SPONTANEOUS) {
        head_add(codes, given->handling, given->handling_note, given->classification,
                 given->has_transfer ? &given->transfer : NULL);
    }
    for (size_t i = 0; i < count; i++)
        codes_add_marking(codes, item_marking(&items[i]));
}

/* --- reading --- */

static bool bears_codes(int64_t type)
{
    return type == MESSAGE_REQUEST || message_type_gives_items((enum message_type)type);
}

/* An item that is erased bears nothing any more; one that is still to come, or lost, may be stricter than all others. */
static bool part_add(struct journal *journal, const struct part_row *part, struct arena *arena,
                     struct codes *codes, struct error *err)
{
    struct problems problems = {.count = 0};
    struct item *item = arena_alloc(arena, sizeof *item);
    struct span bytes;

    if (part->kind != PART_ROW_SMALL || part->state == PART_ERASED)
        return true;
    if (part->state != PART_HELD) {
        codes->is_partial = true;
        return true;
    }
    if (item == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!journal_part(journal, part, arena, &bytes, err))
        return error_add(err, "part %" PRId64, part->number);
    if (item_read(bytes, arena, item, &problems))
        codes_add_marking(codes, item_marking(item));
    else
        codes->is_partial = true;
    return true;
}

bool codes_read(struct journal *journal, const struct entry_row *row, struct arena *arena,
                struct codes *out, bool *is_there, struct error *err)
{
    struct problems problems = {.count = 0};
    struct part_row *parts = arena_array(arena, PART_COUNT_MAX, sizeof *parts);
    struct span body;
    size_t count = 0;

    *is_there = false;
    memset(out, 0, sizeof *out);
    if (!bears_codes(row->type) || row->body_state != BODY_HELD)
        return true;
    if (parts == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!journal_body(journal, row, arena, &body, err))
        return false;
    const void *message = message_read((enum message_type)row->type, body, arena, &problems);
    if (message == NULL)
        return true;
    codes_add_message(out, (enum message_type)row->type, message);
    if (!part_list(journal->db, arena, row->id, parts, PART_COUNT_MAX, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!part_add(journal, &parts[i], arena, out, err))
            return false;
    *is_there = true;
    return true;
}

/* --- writing --- */

static void transfers_write(const struct codes *codes, struct json_writer *out)
{
    if (codes->transfer_count == 0)
        return;
    json_key(out, "transfer");
    json_begin_array(out);
    for (size_t i = 0; i < codes->transfer_count; i++) {
        const struct transfer *transfer = codes->transfers[i];
        json_begin_object(out);
        json_string_field(out, "ground", transfer_ground_names[transfer->ground]);
        json_text_field(out, "instrument", transfer->instrument);
        json_text_field(out, "article", transfer->article);
        json_time_field(out, "review_at", transfer->review_at_ms);
        json_text_field_optional(out, "reason", transfer->reason);
        json_end_object(out);
    }
    json_end_array(out);
}

static void notes_write(const struct codes *codes, struct json_writer *out)
{
    if (codes->note_count == 0)
        return;
    json_key(out, "handling_notes");
    json_begin_array(out);
    for (size_t i = 0; i < codes->note_count; i++)
        json_write_text(out, codes->notes[i]);
    json_end_array(out);
}

static void words_add(struct buffer *out, const char *const *names, size_t count, uint64_t set)
{
    for (size_t i = 0; i < count; i++)
        if ((set & BIT(i)) != 0)
            buffer_format(out, "%s%s", out->size == 0 ? "" : " ", names[i]);
}

/* In one text, so that a row of a table has room for it. */
static void brief_write(const struct codes *codes, struct json_writer *out)
{
    struct buffer words CLEANUP(buffer_free) = buffer_make(CODES_WORDS_SIZE_MAX);

    words_add(&words, handling_names, HANDLING_COUNT, codes->handling);
    words_add(&words, classification_names, CLASSIFICATION_COUNT, BIT(codes->classification));
    words_add(&words, codes_evaluation_names, CODES_EVALUATION_COUNT, codes->evaluations);
    words_add(&words, nature_names, NATURE_COUNT, codes->natures);
    buffer_text(&words, codes->is_partial ? " partial" : "");
    json_text_field(out, "codes", buffer_span(&words));
}

void codes_write(const struct codes *codes, struct json_writer *out)
{
    enum permitted_action action = codes->permitted_action;

    json_choices_field(out, "handling", handling_names, HANDLING_COUNT, codes->handling);
    json_string_field(out, "classification", classification_names[codes->classification]);
    json_choices_field(out, "evaluation", codes_evaluation_names, CODES_EVALUATION_COUNT,
                       codes->evaluations);
    json_choices_field(out, "nature", nature_names, NATURE_COUNT, codes->natures);
    if (codes->is_partial)
        json_boolean_field(out, "partial", true);
    notes_write(codes, out);
    json_choices_field(out, "source_systems", source_system_names, SOURCE_SYSTEM_COUNT,
                       codes->source_systems);
    if (action != PERMITTED_UNSAID &&
        !(action == PERMITTED_ACTION_ALLOWED && codes->has_unsaid_action))
        json_string_field(out, "permitted_action", permitted_action_names[action]);
    if (codes->special_categories != 0)
        json_choices_field(out, "special_categories", special_category_names,
                           SPECIAL_CATEGORY_COUNT, codes->special_categories);
    if (codes->is_restricted)
        json_boolean_field(out, "restricted", true);
    transfers_write(codes, out);
}

/* What a row shows of them, as the journal keeps it: opening a body costs more than all the rest of its row. */
struct brief {
    uint64_t handling, evaluations;
    uint64_t natures, classification;
};
_Static_assert(sizeof(struct brief) == JOURNAL_NOTE_SIZE, "it is kept whole");

static bool brief_kept(const struct journal *journal, int64_t entry, struct codes *codes)
{
    uint8_t bytes[JOURNAL_NOTE_SIZE];
    struct brief brief;

    if (!journal_note_get(journal, entry, bytes))
        return false;
    memcpy(&brief, bytes, sizeof brief);
    codes->handling = brief.handling;
    codes->evaluations = brief.evaluations;
    codes->natures = brief.natures;
    codes->classification = (enum classification)brief.classification;
    return true;
}

static void brief_keep(struct journal *journal, int64_t entry, const struct codes *codes)
{
    struct brief brief = {codes->handling, codes->evaluations, codes->natures,
                          (uint64_t)codes->classification};
    uint8_t bytes[JOURNAL_NOTE_SIZE];

    memcpy(bytes, &brief, sizeof bytes);
    journal_note_put(journal, entry, bytes);
}

static bool brief_read(struct journal *journal, int64_t entry, struct arena *arena,
                       struct codes *codes, bool *is_there)
{
    struct error unread = {0};
    struct entry_row row;

    memset(codes, 0, sizeof *codes);
    *is_there = brief_kept(journal, entry, codes);
    if (*is_there)
        return true;
    if (!entry_find(journal->db, arena, entry, &row, &unread) ||
        !codes_read(journal, &row, arena, codes, is_there, &unread))
        return false;
    if (*is_there && !codes->is_partial) /* what is still to come changes them */
        brief_keep(journal, entry, codes);
    return true;
}

void codes_row_write(struct journal *journal, int64_t entry, struct json_writer *out)
{
    struct arena arena CLEANUP(arena_free) = arena_make(ROW_SIZE);
    struct codes *codes = arena_alloc(&arena, sizeof *codes);
    bool is_there = false;

    if (codes != NULL && brief_read(journal, entry, &arena, codes, &is_there) && is_there)
        brief_write(codes, out);
}

bool codes_object_write(struct journal *journal, const struct entry_row *row, struct arena *arena,
                        struct json_writer *out, struct error *err)
{
    struct codes *codes = arena_alloc(arena, sizeof *codes);
    bool is_there = false;

    if (codes == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!codes_read(journal, row, arena, codes, &is_there, err))
        return false;
    if (!is_there)
        return true;
    json_key(out, "codes");
    json_begin_object(out);
    codes_write(codes, out);
    json_end_object(out);
    return true;
}

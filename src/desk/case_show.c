/* One case as it stands: its items with what is left of their time, people, notes, tasks, references. */
#include "desk/case.h"

#include "desk/asylum.h"
#include "desk/codes.h"
#include "desk/glass.h"
#include "desk/spoc.h"
#include "message/offence.h"

struct shown {
    struct case_item_row *items;
    struct case_person_row *people;
    bool *is_for; /* each of them, for this officer */
    struct case_note_row *notes;
    struct case_note_row *references;
    struct case_task_row *tasks;
    size_t item_count;
    bool *is_kept; /* each of them: from this officer */
    size_t person_count;
    size_t note_count;
    size_t reference_count;
    size_t task_count;
    bool is_withheld;  /* under broken glass: something of it, */
    bool has_no_words; /* title, notes, tasks and references among it */
};

static bool people_divide(struct journal *journal, const struct case_act *act, struct shown *shown,
                          struct error *err)
{
    for (size_t i = 0; i < shown->person_count; i++)
        if (!case_person_is_for(journal, &act->row, &shown->people[i], &act->officer,
                                &shown->is_for[i], err))
            return false;
    return true;
}

/* One more than is shown is read of what may be longer: it says that there is more. */
static bool shown_read(struct journal *journal, const struct case_act *act, struct shown *out,
                       struct error *err)
{
    struct arena *arena = act->call.arena;
    struct span number = act->row.number;
    size_t limit = CASE_ROWS_MAX + 1;

    out->items = arena_array(arena, limit, sizeof *out->items);
    out->people = arena_array(arena, CASE_PEOPLE_MAX, sizeof *out->people);
    out->notes = arena_array(arena, limit, sizeof *out->notes);
    out->references = arena_array(arena, CASE_REFERENCE_MAX, sizeof *out->references);
    out->tasks = arena_array(arena, limit, sizeof *out->tasks);
    out->is_for = arena_array(arena, CASE_PEOPLE_MAX, sizeof *out->is_for);
    if (out->items == NULL || out->people == NULL || out->is_for == NULL || out->notes == NULL ||
        out->references == NULL || out->tasks == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    return case_item_list(journal->db, arena, number, out->items, limit, &out->item_count, err) &&
           case_person_list(journal->db, arena, number, out->people, CASE_PEOPLE_MAX,
                            &out->person_count, err) &&
           case_note_list(journal->db, arena, number, out->notes, limit, &out->note_count, err) &&
           case_reference_list(journal->db, arena, number, out->references, CASE_REFERENCE_MAX,
                               &out->reference_count, err) &&
           case_task_list(journal->db, arena, number, out->tasks, limit, &out->task_count, err) &&
           people_divide(journal, act, out, err);
}

/*
 * Under broken glass: the items of its agreement alone; and where somebody in the case is protected, no words of the desk's
 * own, since no program tells whether they are about them.
 */
static bool glass_divide(struct journal *journal, const struct case_act *act, struct shown *shown,
                         struct error *err)
{
    size_t kept = 0;

    if (act->call.access.glass == 0)
        return true;
    for (size_t i = 0; i < shown->item_count; i++) {
        const struct journal_line *line = line_of_entry(journal, shown->items[i].log);
        bool shows = false;
        if (line != NULL && !glass_shows_line(journal, &act->call, line, &shows, err))
            return false;
        if (shows)
            shown->items[kept++] = shown->items[i];
    }
    shown->is_withheld = kept < shown->item_count;
    shown->item_count = kept;
    for (size_t i = 0; i < shown->person_count; i++)
        if (!shown->is_for[i]) {
            shown->is_withheld = shown->has_no_words = true;
            shown->note_count = shown->task_count = shown->reference_count = 0;
        }
    return true;
}

/* What was exempted from the copy to the Single Point of Contact is no item for its officers (spoc.h). */
static bool kept_find(struct journal *journal, const struct case_act *act, struct shown *shown,
                      struct error *err)
{
    struct arena *arena = act->call.arena;

    shown->is_kept = arena_array(arena, shown->item_count + 1, sizeof *shown->is_kept);
    if (shown->is_kept == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    for (size_t i = 0; i < shown->item_count; i++)
        if (!spoc_is_kept_from(journal, &act->officer, shown->items[i].entry, arena,
                               &shown->is_kept[i], err))
            return false;
    return true;
}

static size_t at_most(size_t count)
{
    return count > CASE_ROWS_MAX ? CASE_ROWS_MAX : count;
}

/* The case, and each person whose data is shown. */
//= dir-2016-680 art 25(1)
static bool shown_access(struct journal *journal, const struct case_act *act,
                         const struct shown *shown, struct error *err)
{
    struct span *objects = arena_array(act->call.arena, shown->person_count + 1, sizeof *objects);
    size_t count = 0;

    if (objects == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    objects[count++] = act->row.number;
    for (size_t i = 0; i < shown->person_count; i++)
        if (shown->is_for[i])
            objects[count++] = case_object("case-person", shown->people[i].id, act->call.arena);
    return access_view(journal, &act->call, "case-show", objects, count, err);
}

/* What is the desk's own is shown of books that are behind, too; why no item is, the officer is told. */
static void items_write(struct journal *journal, const struct shown *shown, int64_t now_ms,
                        struct json_writer *out)
{
    struct error shut = {0};

    if (!access_books(journal, "items", &shut)) {
        json_string_field(out, "items_shut", shut.text);
        json_key(out, "items");
        json_begin_array(out);
        json_end_array(out);
        return;
    }
    json_key(out, "items");
    json_begin_array(out);
    for (size_t i = 0; i < at_most(shown->item_count); i++) {
        const struct case_item_row *row = &shown->items[i];
        const struct journal_line *line = line_of_entry(journal, row->log);
        char id[UUID_TEXT_SIZE] = "";
        if (shown->is_kept[i] || line == NULL || row->message_id.size != UUID_SIZE)
            continue;
        uuid_write(row->message_id.data, id);
        json_begin_object(out);
        json_string_field(out, "item", id);
        json_string_field(out, "type", message_type_name((enum message_type)row->type));
        json_string_field(out, "partner", line->partner);
        json_boolean_field(out, "own", journal_side(line, row->log) == SIDE_OWN);
        json_time_field(out, "created", row->created_ms);
        json_text_field_optional(out, "reference", row->reference);
        codes_row_write(journal, row->entry, out);
        if (row->is_request)
            json_boolean_field(out, "answered", row->is_answered);
        if (row->is_request && row->due_ms > 0) {
            json_time_field(out, "due", row->due_ms);
            json_integer_field(out, "minutes_left", (row->due_ms - now_ms) / 60000);
        }
        json_end_object(out);
    }
    json_end_array(out);
}

static bool people_write(struct journal *journal, const struct case_act *act,
                         const struct shown *shown, struct json_writer *out, struct error *err)
{
    json_key(out, "people");
    json_begin_array(out);
    for (size_t i = 0; i < shown->person_count; i++) {
        const struct case_person_row *row = &shown->people[i];
        json_begin_object(out);
        json_integer_field(out, "person", row->id);
        json_string_field(out, "category", person_category_names[row->category]);
        json_boolean_field(out, "minor", row->is_minor);
        if (shown->is_for[i]) {
            json_time_field(out, "put", row->put_ms);
            json_text_field(out, "by", row->officer);
            json_key(out, "record");
            buffer_add(out->buffer, row->body); /* JSON, read strictly when it came */
            out->needs_comma = true;
            if (!asylum_write(journal, act->call.arena, row->id, out, err))
                return false;
        } else {
            json_text_field(out, "ask_unit", act->row.unit);
        }
        json_end_object(out);
    }
    json_end_array(out);
    return true;
}

static void notes_write(const struct shown *shown, struct json_writer *out)
{
    json_key(out, "notes");
    json_begin_array(out);
    for (size_t i = 0; i < at_most(shown->note_count); i++) {
        json_begin_object(out);
        json_integer_field(out, "note", shown->notes[i].id);
        json_text_field(out, "officer", shown->notes[i].officer);
        json_time_field(out, "at", shown->notes[i].at_ms);
        json_text_field(out, "text", shown->notes[i].text);
        json_end_object(out);
    }
    json_end_array(out);
}

static void references_write(const struct shown *shown, struct json_writer *out)
{
    json_key(out, "references");
    json_begin_array(out);
    for (size_t i = 0; i < shown->reference_count; i++) {
        json_begin_object(out);
        json_string_field(out, "channel", case_channel_names[shown->references[i].channel]);
        json_text_field(out, "reference", shown->references[i].text);
        json_text_field(out, "officer", shown->references[i].officer);
        json_time_field(out, "at", shown->references[i].at_ms);
        json_end_object(out);
    }
    json_end_array(out);
}

static uint64_t offences_of(const struct agreement *agreement)
{
    uint64_t offences = 0;

    for (size_t i = 0; i < agreement->offence_count; i++)
        offences |= OFFENCE_BIT(agreement->offences[i].offence);
    return offences;
}

/* Among the messages shown, and those that are kept from this officer: else they would be told to give it again. */
static bool was_given(struct journal *journal, const struct shown *shown,
                      const struct journal_line *line)
{
    for (size_t i = 0; i < shown->item_count; i++)
        if (shown->items[i].type == MESSAGE_SPONTANEOUS &&
            line_of_entry(journal, shown->items[i].log) == line &&
            journal_side(line, shown->items[i].log) == SIDE_OWN)
            return true;
    return false;
}

/* Where the case is about an offence that an agreement lists, giving its partner what could be relevant there is no choice:
 * it must be considered, and the desk is told so until something was given. */
//= dir-2023-977 art 7(2)
static void own_initiative_write(struct journal *journal, const struct case_row *row,
                                 const struct shown *shown, struct json_writer *out)
{
    json_key(out, "own_initiative");
    json_begin_array(out);
    for (size_t i = 0; i < journal->line_count; i++) {
        const struct journal_line *line = &journal->lines[i];
        uint64_t offences = offences_of(&line->agreement) & row->offences;
        if (offences == 0 ||
            (line->agreement.message_types & UINT64_C(1) << MESSAGE_SPONTANEOUS) == 0)
            continue;
        json_begin_object(out);
        json_string_field(out, "partner", line->partner);
        json_choices_field(out, "offences", offence_names, OFFENCE_COUNT, offences);
        json_string_field(out, "state",
                          was_given(journal, shown, line) ? "given" : "must be considered");
        json_end_object(out);
    }
    json_end_array(out);
}

static void case_head_write(const struct case_row *row, const struct shown *shown,
                            struct json_writer *out)
{
    json_text_field(out, "case", row->number);
    if (!shown->has_no_words)
        json_text_field(out, "title", row->title);
    json_string_field(out, "state", case_state_names[row->is_closed ? 2 : 1]);
    json_text_field_optional(out, "unit", row->unit);
    json_text_field_optional(out, "officer", row->officer);
    json_text_field_optional(out, "authority", row->authority);
    json_choices_field(out, "offences", offence_names, OFFENCE_COUNT, row->offences);
    json_boolean_field(out, "restricted", row->is_restricted);
    json_time_field(out, "opened", row->opened_ms);
    if (row->closed_ms > 0)
        json_time_field(out, "closed", row->closed_ms);
    if (row->review_ms > 0)
        json_time_field(out, "review", row->review_ms);
}

bool act_case_show(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                   struct error *err)
{
    int64_t now_ms = journal->env->now_ms(journal->env->context);
    struct shown shown = {NULL};
    struct case_act act;

    if (!case_begin_read(journal, call, &act, err) || !shown_read(journal, &act, &shown, err) ||
        !glass_divide(journal, &act, &shown, err) || !kept_find(journal, &act, &shown, err) ||
        !shown_access(journal, &act, &shown, err))
        return false;
    json_begin_object(out);
    case_head_write(&act.row, &shown, out);
    if (act.call.access.glass != 0) {
        json_integer_field(out, "glass", act.call.access.glass);
        json_boolean_field(out, "withheld", shown.is_withheld);
    }
    own_initiative_write(journal, &act.row, &shown, out);
    items_write(journal, &shown, now_ms, out);
    if (!people_write(journal, &act, &shown, out, err))
        return false;
    json_key(out, "tasks");
    json_begin_array(out);
    for (size_t i = 0; i < at_most(shown.task_count); i++)
        case_task_write(&shown.tasks[i], now_ms, out);
    json_end_array(out);
    references_write(&shown, out);
    notes_write(&shown, out);
    json_boolean_field(out, "more",
                       shown.item_count > CASE_ROWS_MAX || shown.note_count > CASE_ROWS_MAX ||
                           shown.task_count > CASE_ROWS_MAX);
    json_end_object(out);
    return true;
}

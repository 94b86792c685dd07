/* The own Single Point of Contact: see spoc.h. */
#include "desk/spoc.h"

#include "base/attributes.h"
#include "base/text.h"
#include "desk/codes.h"
#include "desk/private.h"
#include "desk/roles.h"
#include "store/copy_rows.h"

#include <inttypes.h>
#include <stdio.h>

#define SPOC_UNIT "spoc"

const char *const copy_exemption_names[COPY_EXEMPTION_COUNT] = {
    [COPY_EXEMPT_NONE] = NULL,
    [COPY_EXEMPT_SENSITIVE] = "highly_sensitive_investigation",
    [COPY_EXEMPT_TERRORISM] = "terrorism_not_emergency",
    [COPY_EXEMPT_SAFETY] = "safety_of_person",
};

bool spoc_is_unit(struct span unit)
{
    return span_is(unit, SPOC_UNIT) || span_starts_with(unit, SPOC_UNIT "-");
}

//= dir-2023-977 art 4(1)
//= dir-2023-977 art 4(2)
bool spoc_copy_read(struct journal *journal, const struct desk_call *call, enum message_type type,
                    struct spoc_copy *out, struct error *err)
{
    struct officer_row officer;

    *out = (struct spoc_copy){.is_owed = false};
    if (type != MESSAGE_REQUEST && type != MESSAGE_ANSWER && type != MESSAGE_SPONTANEOUS)
        return true;
    out->exemption = (enum copy_exemption)json_get_choice_optional(
        call->arguments, "copy_exemption", copy_exemption_names, COPY_EXEMPTION_COUNT,
        COPY_EXEMPT_NONE);
    if (!problems_to_error(call->problems, err) ||
        !access_officer(journal, call->access.officer, call->arena, &officer, err))
        return false;
    out->unit = officer.unit;
    out->is_owed = !spoc_is_unit(officer.unit);
    return out->is_owed || out->exemption == COPY_EXEMPT_NONE ||
           error_set(err, ERROR_INPUT,
                     "copy_exemption: the Single Point of Contact sends this itself");
}

bool spoc_copy_keep(struct journal *journal, const struct spoc_copy *copy, int64_t entry,
                    struct error *err)
{
    struct copy_row row = {.entry = entry, .unit = copy->unit, .exemption = copy->exemption};

    return !copy->is_owed || copy_insert(journal->db, &row, err) ||
           error_add(err, "the copy to the Single Point of Contact");
}

bool spoc_copy_object(const struct spoc_copy *copy, struct arena *arena, struct span *out,
                      struct error *err)
{
    char text[64];

    *out = span_text("");
    if (copy->exemption == COPY_EXEMPT_NONE)
        return true;
    snprintf(text, sizeof text, "copy-exempt %s", copy_exemption_names[copy->exemption]);
    return arena_copy(arena, span_text(text), out) || error_set(err, ERROR_LIMIT, "out of memory");
}

static bool looks_over(const struct officer_row *officer)
{
    enum role role = ROLE_COUNT;

    return role_read(officer->role, &role) &&
           (role == ROLE_DPO || role == ROLE_AUDITOR || role == ROLE_SUPERVISORY_AUTHORITY);
}

bool spoc_is_kept_from(struct journal *journal, const struct officer_row *officer, int64_t entry,
                       struct arena *arena, bool *is_kept, struct error *err)
{
    struct copy_row row;

    *is_kept = false;
    if (!spoc_is_unit(officer->unit) || looks_over(officer))
        return true;
    if (!copy_find(journal->db, arena, entry, &row, err)) {
        if (err->kind != ERROR_MISSING)
            return false;
        error_clear(err);
        return true;
    }
    *is_kept = row.exemption != COPY_EXEMPT_NONE;
    return true;
}

bool spoc_may_open(struct journal *journal, const struct officer_row *officer, int64_t entry,
                   struct arena *arena, struct error *err)
{
    bool is_kept = false;

    return spoc_is_kept_from(journal, officer, entry, arena, &is_kept, err) &&
           (!is_kept ||
            error_set(err, ERROR_RULE,
                      "this message was exempted from the copy to the Single Point of Contact "
                      "(copy %" PRId64 "): ask its unit",
                      entry));
}

/* --- the list --- */

/* Of what was exempted the Single Point of Contact sees the number alone: its unit would tell where to look. */
static bool is_shown(const struct copy_line *line, const struct officer_row *officer)
{
    return line->copy.exemption == COPY_EXEMPT_NONE || !spoc_is_unit(officer->unit) ||
           looks_over(officer);
}

static void line_write(struct journal *journal, const struct copy_line *line, bool is_whole,
                       struct json_writer *out)
{
    const struct journal_line *of = line_of_entry(journal, line->log);
    char id[UUID_TEXT_SIZE] = "";

    json_begin_object(out);
    json_integer_field(out, "copy", line->copy.entry);
    json_boolean_field(out, "exempted", line->copy.exemption != COPY_EXEMPT_NONE);
    if (is_whole && of != NULL && line->message_id.size == UUID_SIZE) {
        uuid_write(line->message_id.data, id);
        json_string_field(out, "item", id);
        json_string_field(out, "partner", of->partner);
        json_string_field(out, "type", message_type_name((enum message_type)line->type));
        json_text_field(out, "unit", line->copy.unit);
        codes_row_write(journal, line->copy.entry, out);
        json_time_field(out, "created", line->created_ms);
        if (line->copy.exemption > COPY_EXEMPT_NONE && line->copy.exemption < COPY_EXEMPTION_COUNT)
            json_string_field(out, "why", copy_exemption_names[line->copy.exemption]);
    }
    json_end_object(out);
}

/* What an officer sees: the Single Point of Contact, and who looks over the work, of all units; others of their own. */
static bool lines_read(struct journal *journal, const struct desk_call *call,
                       const struct page *page, struct officer_row *officer,
                       struct copy_line *lines, size_t *count, struct error *err)
{
    int64_t before = 0;

    if (!access_officer(journal, call->access.officer, call->arena, officer, err) ||
        (page->after.size > 0 && !page_numbers_read(page->after, &before, 1, err)))
        return false;
    bool of_all = spoc_is_unit(officer->unit) || looks_over(officer);
    return copy_list(journal->db, call->arena, of_all ? NULL : &officer->unit, before, lines,
                     page->limit + 1, count, err);
}

bool act_copy_list(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                   struct error *err)
{
    struct copy_line *lines = arena_array(call->arena, DESK_LIST_MAX + 1, sizeof *lines);
    struct span *objects = arena_array(call->arena, DESK_LIST_MAX, sizeof *objects);
    struct span next = span_text("");
    struct officer_row officer;
    struct page page;
    size_t count = 0, object_count = 0;

    if (lines == NULL || objects == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!page_read(call, DESK_PAGE, &page, err) ||
        !lines_read(journal, call, &page, &officer, lines, &count, err))
        return false;
    size_t shown = count > page.limit ? page.limit : count;
    for (size_t i = 0; i < shown; i++) {
        const struct journal_line *of = line_of_entry(journal, lines[i].log);
        if (of != NULL && is_shown(&lines[i], &officer))
            objects[object_count++] = item_name(of, lines[i].log, lines[i].message_id, call->arena);
    }
    if ((count > shown &&
         !page_numbers_write(&lines[shown - 1].copy.entry, 1, call->arena, &next, err)) ||
        !access_view(journal, call, "copy-list", objects, object_count, err))
        return false;
    page_begin(out);
    for (size_t i = 0; i < shown; i++)
        line_write(journal, &lines[i], is_shown(&lines[i], &officer), out);
    page_end(out, count > shown, next);
    return true;
}

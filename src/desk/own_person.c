/* One person of the own index: shown to who may see them, and removed. */
#include "desk/own.h"

#include "agreement/agreement.h"
#include "desk/case.h"
#include "desk/own_joined.h"
#include "desk/own_object.h"

bool own_person_find_as(struct journal *journal, const struct desk_call *call, const char *name,
                        struct own_row *row, struct own_viewer *viewer, struct error *err)
{
    int64_t id = json_get_integer(call->arguments, name, 1, JSON_INTEGER_MAX);
    enum purpose purpose =
        (enum purpose)json_get_choice(call->arguments, "purpose", purpose_names, PURPOSE_COUNT);
    struct span own_case;

    if (!case_own_number(journal, call, &own_case, err))
        return false;
    *viewer = own_viewer_of(own_case, purpose);
    if (!problems_to_error(call->problems, err) ||
        !own_find(journal->db, call->arena, id, row, err))
        return false;
    /* As if there were none: a refusal would tell. */
    return own_may_see(row, viewer) || error_set(err, ERROR_MISSING, "no such person");
}

bool own_person_find(struct journal *journal, const struct desk_call *call, struct own_row *row,
                     struct error *err)
{
    struct own_viewer viewer;

    return own_person_find_as(journal, call, "person", row, &viewer, err);
}

//= dir-2016-680 art 25(1)
bool act_own_show(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                  struct error *err)
{
    struct span objects[1 + OWN_JOINED_MAX];
    struct own_joined joined;
    struct own_viewer viewer;
    struct own_row row;

    if (!own_person_find_as(journal, call, "person", &row, &viewer, err))
        return false;
    struct own_seeing seeing = own_seeing_of(&viewer);
    if (!own_joined_find(journal, row.id, &seeing, &joined, err))
        return false;
    bool ok = own_object_person(call->arena, row.id, &objects[0]);
    for (size_t i = 0; ok && i < joined.count; i++)
        ok = own_object_person(call->arena, joined.people[i], &objects[1 + i]);
    if (!ok)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!access_view(journal, call, "own-show", objects, 1 + joined.count, err))
        return false;
    json_begin_object(out);
    json_integer_field(out, "person", row.id);
    json_text_field(out, "source", row.source);
    json_text_field(out, "external", row.external);
    json_text_field_optional(out, "case", row.case_number);
    json_time_field(out, "put", row.put_ms);
    own_joined_write(&joined, out);
    if (!own_joins_write(journal, call, row.id, &viewer, out, err))
        return false;
    json_key(out, "record");
    buffer_add(out->buffer, row.body); /* JSON, read strictly when it came */
    out->needs_comma = true;
    json_end_object(out);
    return true;
}

//= dir-2016-680 art 16(2)
bool act_own_remove(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                    struct error *err)
{
    int64_t changed = 0;
    struct own_row row;
    struct span object;

    if (!own_person_find(journal, call, &row, err) || !own_changed(journal->db, &changed, err) ||
        !own_remove(journal->db, row.id, changed + 1, err))
        return false;
    if (!own_object_person(call->arena, row.id, &object))
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!access_write(journal, call, "own-remove", &object, 1, err))
        return false;
    json_begin_object(out);
    json_integer_field(out, "removed", row.id);
    json_end_object(out);
    return true;
}

/*
 * Linking: people of a list, brought slice by slice as an import brings them, and for each of them those of the own index who
 * may be the same, with score and reasons. Nothing of the list is kept, and nothing is written but the access entry: who was
 * asked for and who was shown. A list shows many people at once, so of each no more than is needed to look further: no name
 * and no date, which `own-show` shows one by one.
 */
#include "desk/own_link.h"

#include "agreement/agreement.h"
#include "desk/case.h"
#include "desk/own.h"
#include "desk/own_alike.h"
#include "desk/own_least.h"
#include "desk/own_object.h"
#include "desk/own_slice.h"

#define NAMESAKE_MAX  50 /* of one spelling and side */
#define OBJECT_MAX    (OWN_LINK_MAX * (1 + OWN_LINK_SHOWN * (1 + OWN_JOINED_MAX)))
#define ONE_ARENA     (16u * 1024u * 1024u) /* of one person and the candidates */
#define ASKED_SIZE    400u
#define SOURCE_LINKED "list" /* what the ids are made of; nothing of them stays */

struct linking {
    struct journal *journal;
    const struct desk_call *call;
    struct own_viewer viewer;
    unsigned least; /* percent */
    struct span *objects;
    size_t object_count;
    struct json_writer *out;
    struct error *err;
};

static bool out_of_memory(struct linking *linking)
{
    return error_set(linking->err, ERROR_LIMIT, "out of memory");
}

/* "asked Popaj Gjergj 1984-05-03" of whom the list has. */
static bool asked_note(struct linking *linking, const struct own_entry *entry)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ASKED_SIZE);
    const struct person *person = &entry->person;

    for (size_t i = 0; i < person->name_count && !text.failed; i++) {
        const struct span parts[] = {person->names[i].family, person->names[i].given,
                                     person->names[i].alias};
        for (size_t k = 0; k < ARRAY_COUNT(parts); k++)
            if (parts[k].size > 0 && text.size + parts[k].size + 2 < ASKED_SIZE)
                buffer_format(&text, "%.*s ", SPAN_ARG(parts[k]));
    }
    buffer_add(&text, span_part(person->birth_date, 0, ASKED_SIZE - text.size));
    return own_object_asked(linking->call->arena, buffer_span(&text),
                            &linking->objects[linking->object_count++]) ||
           out_of_memory(linking);
}

static bool candidate_tell(struct linking *linking, const struct own_finding *finding,
                           const struct own_candidate *candidate)
{
    struct json_writer *out = linking->out;

    json_begin_object(out);
    json_integer_field(out, "person", candidate->id);
    json_text_field(out, "source", candidate->row.source);
    json_text_field(out, "external", candidate->row.external);
    json_string_field(out, "category", person_category_names[candidate->row.category]);
    json_text_field_optional(out, "case", candidate->row.case_number);
    own_candidate_write(finding, candidate, out);
    json_end_object(out);
    return own_candidate_objects(candidate, linking->call->arena, linking->objects,
                                 &linking->object_count, linking->err);
}

static bool candidates_tell(struct linking *linking, struct own_finding *finding)
{
    size_t reached = own_least_reached(finding, linking->least);
    size_t shown = reached < OWN_LINK_SHOWN ? reached : OWN_LINK_SHOWN;

    if (!own_find_joined(finding, shown, linking->err))
        return false;
    json_key(linking->out, "list");
    json_begin_array(linking->out);
    for (size_t i = 0; i < shown; i++)
        if (!candidate_tell(linking, finding, &finding->list[i]))
            return false;
    json_end_array(linking->out);
    json_boolean_field(linking->out, "more", finding->is_cut || shown < reached);
    return true;
}

static bool entry_link(struct linking *linking, const struct own_entry *entry)
{
    struct arena arena CLEANUP(arena_free) = arena_make(ONE_ARENA);
    struct own_finding finding;

    if (!asked_note(linking, entry) ||
        !own_finding_begin(linking->journal, &arena, &linking->viewer, &finding, linking->err) ||
        !own_alike(&finding, &entry->person, NAMESAKE_MAX, linking->err))
        return false;
    json_begin_object(linking->out);
    json_text_field(linking->out, "external", entry->external);
    bool ok = candidates_tell(linking, &finding);
    json_end_object(linking->out);
    return ok;
}

static bool slice_link(struct linking *linking, struct own_slice *slice)
{
    struct own_entry entry;
    bool is_end = false;

    for (size_t count = 0;; count++) {
        if (!own_slice_next(slice, &entry, &is_end, linking->err))
            return false;
        if (is_end)
            return true;
        if (count == OWN_LINK_MAX)
            return error_set(linking->err, ERROR_LIMIT, "a slice has at most %d people",
                             OWN_LINK_MAX);
        if (!entry_link(linking, &entry))
            return false;
    }
}

static bool linking_begin(struct linking *linking)
{
    struct json_object *arguments = linking->call->arguments;
    struct span own_case;

    if (!case_own_number(linking->journal, linking->call, &own_case, linking->err))
        return false;
    linking->viewer =
        own_viewer_of(own_case, (enum purpose)json_get_choice(arguments, "purpose", purpose_names,
                                                              PURPOSE_COUNT));
    linking->least =
        (unsigned)json_get_integer_optional(arguments, "least_percent", 0, 100, OWN_LEAST_LINK);
    linking->objects = arena_array(linking->call->arena, OBJECT_MAX, sizeof *linking->objects);
    return linking->objects != NULL || out_of_memory(linking);
}

//= dir-2016-680 art 25(1)
bool act_own_link(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                  struct error *err)
{
    struct linking linking = {.journal = journal, .call = call, .out = out, .err = err};
    struct own_slice *slice = arena_alloc(call->arena, sizeof *slice);

    if (slice == NULL)
        return out_of_memory(&linking);
    if (!linking_begin(&linking) || !problems_to_error(call->problems, err) ||
        !own_slice_open(slice, call->body, span_text(SOURCE_LINKED), call->arena, call->problems,
                        err))
        return false;
    json_begin_object(out);
    json_key(out, "people");
    json_begin_array(out);
    if (!slice_link(&linking, slice))
        return false;
    json_end_array(out);
    own_least_write(linking.least, out);
    bool ok = own_late_write(journal, out, err);
    json_end_object(out);
    return ok && access_view(journal, call, "own-link", linking.objects, linking.object_count, err);
}

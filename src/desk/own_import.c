/*
 * Import of the own index: a file comes in slices, each of them done whole or not at all, with the place in the file that it
 * leads to; so an import that was cut goes on where it stood, and the same file twice changes nothing. The people of a slice
 * replace those of the same register with the same number.
 */
#include "desk/own.h"

#include "base/text.h"
#include "desk/own_form.h"
#include "desk/own_index.h"
#include "agreement/agreement.h"
#include "match/ident.h"
#include "store/own_rows.h"

#include <inttypes.h>
#include <stdio.h>

/* --- one person --- */

static enum ident_kind kind_of(enum document_kind kind)
{
    return kind == DOCUMENT_PERSONAL_NUMBER ? IDENT_NUMBER : IDENT_DOCUMENT;
}

/* A number that is of no form, or that many share, leads to nobody. */
static bool mark_put(struct journal *journal, enum ident_kind kind, struct span text,
                     struct span country, int64_t person, struct error *err)
{
    char code[3] = "";
    struct ident ident;
    struct error ignored = {0};

    if (country.size == 2)
        memcpy(code, country.data, 2);
    if (!ident_read(kind, text, code, &ident, &ignored) || ident.is_worthless)
        return true;
    struct own_mark mark = {.kind = (int64_t)kind, .key = span_text(ident.key)};
    return own_mark_put(journal->db, &mark, person, err);
}

static bool marks_put(struct journal *journal, const struct person *person, int64_t id,
                      struct error *err)
{
    struct span country =
        person->nationality_count > 0 ? person->nationalities[0] : span_make(NULL, 0);

    for (size_t i = 0; i < person->document_count; i++)
        if (!mark_put(journal, kind_of(person->documents[i].kind), person->documents[i].number,
                      person->documents[i].country, id, err))
            return false;
    for (size_t i = 0; i < person->phone_count; i++)
        if (!mark_put(journal, IDENT_PHONE, person->phones[i], country, id, err))
            return false;
    return true;
}

static uint32_t birth_of(const struct person *person)
{
    struct birth birth;
    struct error ignored = {0};

    return birth_read(person->birth_date, &birth, &ignored) ? birth_pack(&birth) : 0;
}

static bool person_put(struct journal *journal, const struct own_entry *entry, struct span source,
                       int64_t changed, struct error *err)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    int64_t id;
    bool is_new;

    if (!own_person_write(&entry->person, &body))
        return error_set(err, ERROR_LIMIT, "a person is too long");
    struct own_row row = {.source = source,
                          .external = entry->external,
                          .case_number = entry->case_number,
                          .category = (int64_t)entry->person.category,
                          .is_minor = entry->person.is_minor,
                          .is_shielded = entry->is_shielded,
                          .birth = birth_of(&entry->person),
                          .body = buffer_span(&body),
                          .changed = changed,
                          .put_ms = journal->env->now_ms(journal->env->context),
                          .review_ms = entry->person.marking.review_at_ms,
                          .erase_ms = entry->person.marking.erase_at_ms};
    row.guard = own_guard_of(&row);
    return own_put(journal->db, &row, &id, &is_new, err) &&
           (is_new || own_marks_drop(journal->db, id, err)) &&
           marks_put(journal, &entry->person, id, err);
}

/* --- a file --- */

static bool digest_get(const struct desk_call *call, uint8_t out[DIGEST_SIZE])
{
    return json_get_hex(call->arguments, "digest", out, DIGEST_SIZE);
}

static void import_write(struct json_writer *out, const struct own_import_row *row)
{
    json_begin_object(out);
    json_hex_field(out, "digest", row->digest);
    json_text_field(out, "source", row->source);
    json_text_field(out, "officer", row->officer);
    json_text_field(out, "case", row->case_number);
    json_integer_field(out, "lines", row->lines);
    json_integer_field(out, "people", row->people);
    json_integer_field(out, "refused", row->refused);
    json_time_field(out, "began", row->began_ms);
    if (row->ended_ms > 0)
        json_time_field(out, "ended", row->ended_ms);
    json_end_object(out);
}

static bool import_access(struct journal *journal, const struct desk_call *call, const char *act,
                          const struct own_import_row *row, struct error *err)
{
    char text[ACT_OBJECT_SIZE_MAX];
    char hex[2 * DIGEST_SIZE + 1];
    struct span object;

    hex_write(row->digest, hex);
    snprintf(text, sizeof text, "own-import %s %.*s: %" PRId64 " lines, %" PRId64 " people", hex,
             SPAN_ARG(row->source), row->lines, row->people);
    object = span_text(text);
    return access_write(journal, call, act, &object, 1, err);
}

bool act_own_import_begin(struct journal *journal, const struct desk_call *call,
                          struct json_writer *out, struct error *err)
{
    uint8_t digest[DIGEST_SIZE] = {0};
    struct span source = json_get_text(call->arguments, "source", 1, OWN_SOURCE_SIZE_MAX);
    struct own_import_row row;

    digest_get(call, digest);
    if (!problems_to_error(call->problems, err))
        return false;
    if (!text_is_identifier(source, OWN_SOURCE_SIZE_MAX))
        return error_set(err, ERROR_INPUT, "source: a-z, 0-9 and hyphen");
    if (!own_import_find(journal->db, call->arena, span_make(digest, sizeof digest), &row, err)) {
        if (err->kind != ERROR_MISSING)
            return false;
        error_clear(err);
        row = (struct own_import_row){.digest = span_make(digest, sizeof digest),
                                      .source = source,
                                      .officer = call->access.officer,
                                      .case_number = call->access.case_number,
                                      .began_ms = journal->env->now_ms(journal->env->context)};
    }
    if (!span_equal(row.source, source))
        return error_set(err, ERROR_CONFLICT, "this file came before as source %.*s",
                         SPAN_ARG(row.source));
    if (!own_import_put(journal->db, &row, err) ||
        !import_access(journal, call, "own-import-begin", &row, err))
        return false;
    import_write(out, &row);
    return true;
}

static bool slice_put(struct journal *journal, const struct own_list *list, struct span source,
                      struct error *err)
{
    int64_t changed = 0;

    if (!own_changed(journal->db, &changed, err))
        return false;
    for (size_t i = 0; i < list->count; i++)
        if (!person_put(journal, &list->entries[i], source, changed + 1 + (int64_t)i, err))
            return false;
    return true;
}

/* Every slice is covered by the entry of the act that began the import: same file, same officer. */
bool act_own_import_take(struct journal *journal, const struct desk_call *call,
                         struct json_writer *out, struct error *err)
{
    uint8_t digest[DIGEST_SIZE] = {0};
    int64_t from = json_get_integer(call->arguments, "from", 0, JSON_INTEGER_MAX);
    int64_t to = json_get_integer(call->arguments, "to", 0, JSON_INTEGER_MAX);
    int64_t refused = json_get_integer(call->arguments, "refused", 0, JSON_INTEGER_MAX);
    struct own_list list = {0};
    struct own_import_row row;

    digest_get(call, digest);
    if (!problems_to_error(call->problems, err) ||
        (!own_list_read(call->body, call->arena, &list, call->problems) &&
         !problems_to_error(call->problems, err)) ||
        !own_import_find(journal->db, call->arena, span_make(digest, sizeof digest), &row, err))
        return false;
    if (!span_equal(row.officer, call->access.officer))
        return error_set(err, ERROR_RULE, "officer %.*s began this import", SPAN_ARG(row.officer));
    if (row.ended_ms > 0 || from != row.lines || to < from)
        return error_set(err, ERROR_CONFLICT, "the import stands at line %" PRId64 "%s", row.lines,
                         row.ended_ms > 0 ? " and has ended" : "");
    row.lines = to;
    row.people += (int64_t)list.count;
    row.refused += refused;
    if (!slice_put(journal, &list, row.source, err) || !own_import_put(journal->db, &row, err))
        return false;
    import_write(out, &row);
    return true;
}

bool act_own_import_end(struct journal *journal, const struct desk_call *call,
                        struct json_writer *out, struct error *err)
{
    uint8_t digest[DIGEST_SIZE] = {0};
    struct own_import_row row;

    digest_get(call, digest);
    if (!problems_to_error(call->problems, err) ||
        !own_import_find(journal->db, call->arena, span_make(digest, sizeof digest), &row, err))
        return false;
    if (row.ended_ms == 0)
        row.ended_ms = journal->env->now_ms(journal->env->context);
    if (!own_import_put(journal->db, &row, err) ||
        !import_access(journal, call, "own-import-end", &row, err))
        return false;
    import_write(out, &row);
    return true;
}

bool act_own_import_list(struct journal *journal, const struct desk_call *call,
                         struct json_writer *out, struct error *err)
{
    struct own_import_row *rows = arena_array(call->arena, DESK_LIST_MAX, sizeof *rows);
    int64_t people = 0;
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!problems_to_error(call->problems, err) || !own_count(journal->db, &people, err) ||
        !own_import_list(journal->db, call->arena, rows, DESK_LIST_MAX, &count, err) ||
        !access_view(journal, call, "own-import-list", NULL, 0, err))
        return false;
    json_begin_object(out);
    json_integer_field(out, "people", people);
    json_key(out, "imports");
    json_begin_array(out);
    for (size_t i = 0; i < count; i++)
        import_write(out, &rows[i]);
    json_end_array(out);
    json_end_object(out);
    return true;
}

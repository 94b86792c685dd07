/*
 * Import of the own index: a file comes in slices, each of them done whole or not at all, with the place in the file that it
 * leads to; so an import that was cut goes on where it stood, and the same file twice changes nothing. The people of a slice
 * replace those of the same register with the same number.
 */
#include "desk/own.h"

#include "base/text.h"
#include "desk/own_form.h"
#include "desk/own_ident.h"
#include "desk/own_index.h"
#include "desk/own_slice.h"
#include "agreement/agreement.h"
#include "store/own_rows.h"

#include <inttypes.h>
#include <stdio.h>

/* --- one person --- */

/* What is put for each person of a slice, and what is used again for the next. */
struct putting {
    struct journal *journal;
    struct own_batch *batch;
    struct buffer body;
    struct buffer names;
    int64_t now_ms;
    struct error *err;
};

static bool marks_put(struct putting *putting, const struct person *person, int64_t id)
{
    struct ident idents[OWN_IDENT_MAX];
    size_t count = own_idents(person, idents);

    for (size_t i = 0; i < count; i++) {
        struct own_mark mark = {.kind = (int64_t)idents[i].kind, .key = span_text(idents[i].key)};
        if (!own_batch_mark(putting->batch, &mark, id, putting->err))
            return false;
    }
    return true;
}

bool own_row_fill(struct own_row *row, const struct person *person, struct buffer *body,
                  struct buffer *names, struct error *err)
{
    buffer_clear(body);
    buffer_clear(names);
    if (!own_person_write(person, body) || !own_names_write(person, names))
        return error_set(err, ERROR_LIMIT, "a person is too long");
    row->category = (int64_t)person->category;
    row->is_minor = person->is_minor;
    row->birth = own_birth(person);
    row->body = buffer_span(body);
    row->names = buffer_span(names);
    row->review_ms = person->marking.review_at_ms;
    row->erase_ms = person->marking.erase_at_ms;
    row->guard = own_guard_of(row);
    return true;
}

static bool person_put(struct putting *putting, const struct own_entry *entry, struct span source,
                       int64_t changed)
{
    struct own_row row = {.source = source,
                          .external = entry->external,
                          .case_number = entry->case_number,
                          .is_shielded = entry->is_shielded,
                          .changed = changed,
                          .put_ms = putting->now_ms};
    int64_t id;
    bool is_new;

    return own_row_fill(&row, &entry->person, &putting->body, &putting->names, putting->err) &&
           own_batch_put(putting->batch, &row, &id, &is_new, putting->err) &&
           (is_new || own_marks_drop(putting->journal->db, id, putting->err)) &&
           marks_put(putting, &entry->person, id);
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

static bool people_put(struct putting *putting, struct own_slice *slice, int64_t *count)
{
    struct own_entry entry;
    int64_t changed = 0;
    bool is_end = false;

    if (!own_changed(putting->journal->db, &changed, putting->err))
        return false;
    for (*count = 0;; (*count)++) {
        if (!own_slice_next(slice, &entry, &is_end, putting->err))
            return false;
        if (is_end)
            return true;
        if (*count == OWN_SLICE_MAX)
            return error_set(putting->err, ERROR_LIMIT, "a slice has at most %d people",
                             OWN_SLICE_MAX);
        if (!person_put(putting, &entry, slice->source, changed + 1 + *count))
            return false;
    }
}

static bool slice_put(struct journal *journal, struct own_slice *slice, int64_t *count,
                      struct error *err)
{
    struct own_batch batch CLEANUP(own_batch_end) = {.put = NULL};
    struct putting putting = {.journal = journal,
                              .batch = &batch,
                              .body = buffer_make(BODY_SIZE_MAX),
                              .names = buffer_make(BODY_SIZE_MAX),
                              .now_ms = journal->env->now_ms(journal->env->context),
                              .err = err};
    bool ok = own_batch_begin(&batch, journal->db, err) && people_put(&putting, slice, count);

    buffer_free(&putting.body);
    buffer_free(&putting.names);
    return ok;
}

/* Every slice is covered by the entry of the act that began the import: same file, same officer. */
bool act_own_import_take(struct journal *journal, const struct desk_call *call,
                         struct json_writer *out, struct error *err)
{
    uint8_t digest[DIGEST_SIZE] = {0};
    int64_t from = json_get_integer(call->arguments, "from", 0, JSON_INTEGER_MAX);
    int64_t to = json_get_integer(call->arguments, "to", 0, JSON_INTEGER_MAX);
    int64_t refused = json_get_integer(call->arguments, "refused", 0, JSON_INTEGER_MAX);
    struct own_slice *slice = arena_alloc(call->arena, sizeof *slice);
    struct own_import_row row;
    int64_t count = 0;

    digest_get(call, digest);
    if (slice == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!problems_to_error(call->problems, err) ||
        !own_import_find(journal->db, call->arena, span_make(digest, sizeof digest), &row, err))
        return false;
    if (!span_equal(row.officer, call->access.officer))
        return error_set(err, ERROR_RULE, "officer %.*s began this import", SPAN_ARG(row.officer));
    if (row.ended_ms > 0 || from != row.lines || to < from)
        return error_set(err, ERROR_CONFLICT, "the import stands at line %" PRId64 "%s", row.lines,
                         row.ended_ms > 0 ? " and has ended" : "");
    if (!own_slice_open(slice, call->body, row.source, call->arena, call->problems, err) ||
        !slice_put(journal, slice, &count, err))
        return false;
    row.lines = to;
    row.people += count;
    row.refused += refused;
    if (!own_import_put(journal->db, &row, err))
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

/* "began.digest" of the last row of the page before. */
static bool import_place_read(struct span text, int64_t *began_ms, uint8_t digest[DIGEST_SIZE],
                              struct error *err)
{
    size_t digits = 2 * (size_t)DIGEST_SIZE;

    return (text.size > digits + 1 && text.data[text.size - digits - 1] == '.' &&
            hex_read(span_part(text, text.size - digits, text.size), digest, DIGEST_SIZE) &&
            page_numbers_read(span_part(text, 0, text.size - digits - 1), began_ms, 1, err)) ||
           error_set(err, ERROR_INPUT, "after: not a place that a list gave");
}

static bool import_place_write(const struct own_import_row *row, struct arena *arena,
                               struct span *out, struct error *err)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(PAGE_PLACE_SIZE);
    char hex[2 * DIGEST_SIZE + 1];

    hex_write(row->digest, hex);
    buffer_format(&text, "%" PRId64 ".%s", row->began_ms, hex);
    return (!text.failed && arena_copy(arena, buffer_span(&text), out)) ||
           error_set(err, ERROR_LIMIT, "the place of a page does not fit in memory");
}

static bool imports_find(struct journal *journal, const struct desk_call *call,
                         const struct page *page, struct own_import_row *rows, size_t *count,
                         struct error *err)
{
    uint8_t digest[DIGEST_SIZE];
    struct span after = span_make(NULL, 0);
    int64_t began_ms = INT64_MAX;

    if (page->after.size > 0) {
        if (!import_place_read(page->after, &began_ms, digest, err))
            return false;
        after = span_make(digest, sizeof digest);
    }
    return own_import_list(journal->db, call->arena, began_ms, after, rows, page->limit + 1, count,
                           err);
}

bool act_own_import_list(struct journal *journal, const struct desk_call *call,
                         struct json_writer *out, struct error *err)
{
    struct own_import_row *rows = arena_array(call->arena, DESK_LIST_MAX + 1, sizeof *rows);
    struct span next = span_text("");
    struct page page;
    int64_t people = 0;
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!page_read(call, DESK_PAGE, &page, err) || !own_count(journal->db, &people, err) ||
        !imports_find(journal, call, &page, rows, &count, err) ||
        !access_view(journal, call, "own-import-list", NULL, 0, err))
        return false;
    bool has_next = count > page.limit;
    if (has_next)
        count = page.limit;
    if (has_next && !import_place_write(&rows[count - 1], call->arena, &next, err))
        return false;
    json_begin_object(out);
    json_integer_field(out, "people", people);
    json_key(out, "list");
    json_begin_array(out);
    for (size_t i = 0; i < count; i++)
        import_write(out, &rows[i]);
    page_end(out, has_next, next);
    return true;
}

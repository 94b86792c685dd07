/* The acts `verify` and `log-export`: see node_verify.h. */
#include "cmd/node_verify.h"

#include "base/attributes.h"
#include "cmd/verify.h"

#include <stdlib.h>

static bool access_enter(struct node *node, void *context, struct error *err)
{
    const struct node_file *file = context;

    return node_access(node, &file->reading->request, "verify", NULL, 0, err);
}

static void verify_progress(void *context, struct span origin, uint64_t done, uint64_t total)
{
    const struct node_file *file = context;
    (void)origin;

    if (file->progress != NULL)
        file->progress(file->context, (int64_t)done, (int64_t)total);
}

bool node_snapshot_verify(struct node *node, struct verify_report *report, struct error *err)
{
    struct database *db CLEANUP(database_close) = NULL;
    struct database_options options = {.place = node->place, .is_reader = true, .env = node->env};
    struct books *books = calloc(1, sizeof *books);

    if (books == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    bool ok = database_open(&options, &db, err) && database_begin(db, DATABASE_NORMAL, err);
    if (ok) {
        ok = books_open(books, node->env, node->home.path, span_text(node->config.party),
                        &node->journal.keys, db, &node->keeper, err) &&
             verify_books(books, report, err);
        books_close(books);
        database_rollback(db);
    }
    free(books);
    return ok;
}

bool node_verify(const struct node_file *file, struct error *err)
{
    struct verify_report *report = calloc(1, sizeof *report);
    struct json_writer out = json_writer_make(file->result);

    if (report == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    struct node_file copy = *file;
    report->context = &copy;
    report->progress = verify_progress;
    json_object_end(&file->reading->arguments);
    bool ok = problems_to_error(&file->reading->problems, err) &&
              node_job(file->node, file->is_pumping, access_enter, &copy, err) &&
              node_snapshot_verify(file->node, report, err);
    if (ok) {
        json_begin_object(&out);
        verify_report_write(report, &out);
        json_end_object(&out);
    }
    free(report);
    return ok;
}

/* --- what logs follow: the body of entry 0, so that whoever verifies the files sees where the older log ends --- */

static bool succession_show(struct journal *journal, int64_t log, const char *origin,
                            struct json_writer *out, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * (size_t)BODY_SIZE_MAX);
    struct entry_row row;
    struct span body;

    if (!entry_find_index(journal->db, &arena, log, 0, &row, err) ||
        !journal_body(journal, &row, &arena, &body, err)) {
        bool is_gone = err->kind == ERROR_MISSING;
        if (is_gone)
            error_clear(err);
        return is_gone;
    }
    json_begin_object(out);
    json_string_field(out, "log", origin);
    json_hex_field(out, "salt", row.salt);
    json_base64_field(out, "body", body);
    json_end_object(out);
    return true;
}

/* Of one writer: each log behind its first. `wanted` empty: all. */
static bool successions_show(struct journal *journal, const struct journal_chain *chain,
                             const struct journal_log *current, struct span wanted,
                             struct json_writer *out, struct error *err)
{
    for (size_t i = 1; i <= chain->count; i++) {
        bool is_last = i == chain->count;
        int64_t log = is_last ? current->id : chain->past[i].id;
        const char *origin = is_last ? current->origin : chain->past[i].origin;
        if ((wanted.size == 0 || span_is(wanted, origin)) &&
            !succession_show(journal, log, origin, out, err))
            return false;
    }
    return true;
}

bool node_log_export(struct node *node, const struct desk_call *call, struct json_writer *out,
                     struct error *err)
{
    struct journal *journal = &node->journal;
    struct span origin = json_get_text_optional(call->arguments, "origin", ORIGIN_SIZE_MAX);

    if (!problems_to_error(call->problems, err))
        return false;
    json_begin_object(out);
    json_text_field_optional(out, "origin", origin);
    json_key(out, "successions");
    json_begin_array(out);
    bool ok =
        successions_show(journal, &journal->domestic_past, &journal->domestic, origin, out, err);
    for (size_t i = 0; ok && i < journal->line_count; i++) {
        struct journal_line *line = &journal->lines[i];
        ok = successions_show(journal, &line->out_past, &line->out, origin, out, err) &&
             successions_show(journal, &line->in_past, &line->in, origin, out, err);
    }
    json_end_array(out);
    json_end_object(out);
    return ok;
}

/*
 * What the audit copy forgets: see audit_copy.h. The books erase an access entry's key; the copy holds the same key wrapped
 * once more, so that it must go there too; what the books keep for a hold stays in both. The records stay in their order, so that a restore still finds each index.
 */
#include "journal/audit_copy.h"

#include "base/attributes.h"
#include "message/head.h"
#include "store/act_hold_rows.h"

/* A file on its way through. */
struct forgetting {
    struct database *db;
    struct buffer out;
    uint8_t before[DIGEST_SIZE]; /* chain of the file as it is */
    uint8_t after[DIGEST_SIZE];
    int64_t before_ms;
    size_t forgotten;
    bool is_over;
};

/* Its time is over, and the books have it no more. */
static bool record_is_due(struct forgetting *f, const struct audit_record *record, bool *is_due,
                          struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(16 * 1024);
    struct error ignored = {0};
    struct head head;
    bool has_body = false;

    *is_due = false;
    if (!head_read(record->head, &arena, &head, &ignored))
        return true;
    f->is_over = f->is_over && head.created_ms < f->before_ms;
    if (head.type != MESSAGE_ACT || head.created_ms >= f->before_ms || record->body.size == 0)
        return true;
    if (!act_has_body(f->db, record->origin, (int64_t)record->index, &has_body, err))
        return false;
    f->is_over = f->is_over && !has_body;
    *is_due = !has_body;
    return true;
}

static bool record_pass(struct forgetting *f, struct span bytes, size_t *size, struct error *err)
{
    struct audit_record record;
    bool is_due = false;

    if (!audit_record_read(bytes, f->before, &record, size, err) ||
        !record_is_due(f, &record, &is_due, err))
        return false;
    if (is_due) {
        record.salt = span_make(NULL, 0);
        record.key = span_make(NULL, 0);
        record.body = span_make(NULL, 0);
        f->forgotten++;
    }
    return audit_record_write(&record, f->after, &f->out) ||
           error_set(err, ERROR_LIMIT, "audit copy: a file does not fit in memory");
}

/* What is behind the last whole record was torn by a crash and is in a later file again. */
static bool records_pass(struct forgetting *f, struct span bytes, struct error *err)
{
    size_t at = 0, size = 0;

    for (; at < bytes.size; at += size)
        if (!record_pass(f, span_part(bytes, at, bytes.size), &size, err)) {
            bool is_torn = err->kind == ERROR_MISSING;
            if (is_torn)
                error_clear(err);
            return is_torn;
        }
    return true;
}

//= dir-2016-680 art 4(1)(e)
bool audit_copy_forget(const struct env *env, struct database *db, const char *directory,
                       uint32_t number, int64_t before_ms, size_t *forgotten, bool *is_over,
                       struct error *err)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(AUDIT_COPY_FILE_SIZE_MAX);
    struct forgetting f = {.db = db,
                           .out = buffer_make(AUDIT_COPY_FILE_SIZE_MAX),
                           .before_ms = before_ms,
                           .is_over = true};
    char path[AUDIT_COPY_PATH_SIZE];

    audit_copy_path(directory, number, path);
    bool ok = env_read_file(env, path, bytes.limit, &bytes, err) &&
              records_pass(&f, buffer_span(&bytes), err) &&
              (f.forgotten == 0 || env_write_file(env, path, buffer_span(&f.out), err));
    buffer_free(&f.out);
    *forgotten = f.forgotten;
    *is_over = ok && f.is_over;
    return ok || error_add(err, "retention of %s", path);
}

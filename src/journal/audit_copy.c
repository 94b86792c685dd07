/* Audit copy: see audit_copy.h. */
#include "journal/audit_copy.h"

#include "base/cursor.h"
#include "journal/private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define RETRY_MS      INT64_C(10000)
#define FOLLOW_SIZE   AUDIT_COPY_ROUND_SIZE
#define FILE_READ_MAX AUDIT_COPY_FILE_SIZE_MAX

/* --- records --- */

static void chain_move(struct span bytes, uint8_t chain[DIGEST_SIZE])
{
    struct digest *digest = digest_begin();

    digest_add(digest, bytes);
    digest_add(digest, span_make(chain, DIGEST_SIZE));
    digest_end(digest, chain);
}

bool audit_record_write(const struct audit_record *record, uint8_t chain[DIGEST_SIZE],
                        struct buffer *out)
{
    size_t start = out->size;
    size_t size = 1 + record->origin.size + 8 + 2 + record->head.size + 1 + record->salt.size + 1 +
                  record->key.size + 4 + record->body.size + DIGEST_SIZE;

    buffer_u32(out, (uint32_t)size);
    buffer_byte(out, (uint8_t)record->origin.size);
    buffer_add(out, record->origin);
    buffer_u64(out, record->index);
    buffer_u16(out, (uint16_t)record->head.size);
    buffer_add(out, record->head);
    buffer_byte(out, (uint8_t)record->salt.size);
    buffer_add(out, record->salt);
    buffer_byte(out, (uint8_t)record->key.size);
    buffer_add(out, record->key);
    buffer_u32(out, (uint32_t)record->body.size);
    buffer_add(out, record->body);
    if (out->failed)
        return false;
    chain_move(span_make(out->data + start, out->size - start), chain);
    return buffer_add(out, span_make(chain, DIGEST_SIZE));
}

bool audit_record_read(struct span bytes, uint8_t chain[DIGEST_SIZE], struct audit_record *out,
                       size_t *size, struct error *err)
{
    struct cursor whole = cursor_make(bytes);
    uint32_t length = cursor_u32(&whole);

    if (!whole.failed && length > AUDIT_COPY_RECORD_MAX)
        return error_set(err, ERROR_INPUT, "audit copy: a record of %u bytes; %u allowed", length,
                         AUDIT_COPY_RECORD_MAX);
    struct cursor cursor = cursor_make(cursor_span(&whole, length));
    if (whole.failed)
        return error_set(err, ERROR_MISSING, "audit copy: ends in a record");
    out->origin = cursor_span(&cursor, cursor_u8(&cursor));
    out->index = cursor_u64(&cursor);
    out->head = cursor_span(&cursor, cursor_u16(&cursor));
    out->salt = cursor_span(&cursor, cursor_u8(&cursor));
    out->key = cursor_span(&cursor, cursor_u8(&cursor));
    out->body = cursor_span(&cursor, cursor_u32(&cursor));
    struct span kept = cursor_span(&cursor, DIGEST_SIZE);
    if (!cursor_is_done(&cursor) || out->origin.size > ORIGIN_SIZE_MAX ||
        out->head.size > HEAD_SIZE_MAX || out->index > INT64_MAX / 2 ||
        (out->salt.size != 0 && out->salt.size != SALT_SIZE))
        return error_set(err, ERROR_INPUT, "audit copy: a record is not of its form");
    *size = 4 + length;
    chain_move(span_part(bytes, 0, *size - DIGEST_SIZE), chain);
    return span_equal(kept, span_make(chain, DIGEST_SIZE)) ||
           error_set(err, ERROR_INPUT, "audit copy: the record of index %" PRIu64 " was changed",
                     out->index);
}

/* --- files --- */

void audit_copy_path(const char *directory, uint32_t number, char out[AUDIT_COPY_PATH_SIZE])
{
    snprintf(out, AUDIT_COPY_PATH_SIZE, "%s/audit-%06u.copy", directory, number);
}

/* The whole file; MISSING when there is none. */
static bool file_read(struct journal *journal, const char *directory, uint32_t number,
                      struct buffer *out, struct error *err)
{
    char path[AUDIT_COPY_PATH_SIZE];

    audit_copy_path(directory, number, path);
    buffer_clear(out);
    return env_read_file(journal->env, path, out->limit, out, err);
}

typedef bool record_visit(struct journal *journal, const struct audit_record *record, void *context,
                          struct error *err);

/* A record that does not read was changed when another one stands on it. With nothing behind it, it is the end of a write that
 * lost its power: of its sectors any may be there, so that its length alone tells little. */
static bool is_changed(struct span bytes)
{
    struct cursor cursor = cursor_make(bytes);
    uint32_t length = cursor_u32(&cursor);
    struct span whole = cursor_span(&cursor, length);
    struct audit_record record;
    struct error ignored = {0};
    uint8_t chain[DIGEST_SIZE];
    size_t size = 0;

    if (cursor.failed || length < DIGEST_SIZE)
        return false;
    memcpy(chain, whole.data + (length - DIGEST_SIZE), sizeof chain);
    return audit_record_read(span_part(bytes, 4 + (size_t)length, bytes.size), chain, &record,
                             &size, &ignored);
}

/* Every whole record of one file. *size: where they end. */
static bool file_walk(struct journal *journal, struct span bytes, record_visit *visit,
                      void *context, int64_t *size, uint8_t chain[DIGEST_SIZE], struct error *err)
{
    size_t at = 0;

    memset(chain, 0, DIGEST_SIZE);
    while (at < bytes.size) {
        uint8_t before[DIGEST_SIZE];
        struct audit_record record;
        size_t length = 0;
        memcpy(before, chain, sizeof before);
        if (!audit_record_read(span_part(bytes, at, bytes.size), chain, &record, &length, err)) {
            bool is_torn =
                err->kind == ERROR_MISSING ||
                (err->kind == ERROR_INPUT && !is_changed(span_part(bytes, at, bytes.size)));
            memcpy(chain, before, sizeof before);
            if (!is_torn)
                return false;
            error_clear(err);
            break;
        }
        if (!visit(journal, &record, context, err))
            return false;
        at += length;
    }
    *size = (int64_t)at;
    return true;
}

/* All files from the first; *last is the newest. */
static bool files_walk(struct journal *journal, const char *directory, record_visit *visit,
                       void *context, uint32_t *last, int64_t *size, uint8_t chain[DIGEST_SIZE],
                       struct error *err)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(FILE_READ_MAX);

    *last = 0;
    *size = 0;
    memset(chain, 0, DIGEST_SIZE);
    for (uint32_t number = 0; number < AUDIT_COPY_FILE_MAX; number++) {
        if (!file_read(journal, directory, number, &bytes, err)) {
            bool is_end = err->kind == ERROR_MISSING;
            if (is_end)
                error_clear(err);
            return is_end;
        }
        if (!file_walk(journal, buffer_span(&bytes), visit, context, size, chain, err))
            return error_add(err, "file %u of %s", number, directory);
        *last = number;
    }
    return error_set(err, ERROR_LIMIT, "audit copy: too many files in %s", directory);
}

/* --- following --- */

static bool end_visit(struct journal *journal, const struct audit_record *record, void *context,
                      struct error *err)
{
    struct audit_copy *copy = context;
    (void)err;

    if (span_is(record->origin, journal->domestic.origin) && record->index + 1 > copy->next)
        copy->next = record->index + 1;
    return true;
}

/* Where the copy of this log ends. */
static bool end_find(struct journal *journal, struct audit_copy *copy, struct error *err)
{
    if (copy->is_open && strcmp(copy->origin, journal->domestic.origin) == 0)
        return true;
    copy->next = 0;
    snprintf(copy->origin, sizeof copy->origin, "%s", journal->domestic.origin);
    copy->is_open = files_walk(journal, copy->directory, end_visit, copy, &copy->file, &copy->size,
                               copy->chain, err);
    if (copy->is_open && copy->next > journal->domestic.size)
        return error_set(err, ERROR_CONFLICT,
                         "it holds %" PRIu64 " entries of %s, the books %" PRIu64
                         ": an older backup was restored; replay the copy first",
                         copy->next, copy->origin, journal->domestic.size);
    return copy->is_open;
}

/* From copy->next on; *to is where it ended. */
static bool records_gather(struct journal *journal, struct audit_copy *copy, uint64_t *to,
                           uint8_t chain[DIGEST_SIZE], struct buffer *out, struct error *err)
{
    uint64_t at = copy->next;

    for (*to = at; at < journal->domestic.size && at - copy->next < AUDIT_COPY_FOLLOW_MAX &&
                   out->size < FOLLOW_SIZE;
         *to = ++at) {
        struct arena arena CLEANUP(arena_free) = arena_make(4 * (size_t)BODY_SIZE_MAX);
        struct entry_row row;
        if (!entry_find_index(journal->db, &arena, journal->domestic.id, (int64_t)at, &row, err))
            return false;
        struct audit_record record = {.origin = span_text(copy->origin),
                                      .index = at,
                                      .head = row.head,
                                      .salt = row.salt,
                                      .key = row.body_key,
                                      .body = row.body};
        if (!audit_record_write(&record, chain, out))
            return error_set(err, ERROR_LIMIT, "too much at once");
    }
    return true;
}

static bool file_append(struct journal *journal, struct audit_copy *copy, struct span bytes,
                        struct error *err)
{
    const struct env *env = journal->env;
    struct env_file *file = NULL;
    char path[AUDIT_COPY_PATH_SIZE];

    audit_copy_path(copy->directory, copy->file, path);
    bool is_new = !env->open(env->context, path, ENV_OPEN_WRITE, &file, err);
    if (is_new) {
        if (err->kind != ERROR_MISSING)
            return false;
        error_clear(err);
        if (!env->open(env->context, path, ENV_OPEN_CREATE, &file, err))
            return false;
    }
    bool ok = env->truncate(env->context, file, copy->size, err) &&
              env->write_at(env->context, file, copy->size, bytes, err) &&
              env->sync(env->context, file, err) &&
              (!is_new || env->sync_dir(env->context, copy->directory, err));
    env->close(env->context, file);
    return ok;
}

static void file_next(struct audit_copy *copy)
{
    copy->file++;
    copy->size = 0;
    memset(copy->chain, 0, sizeof copy->chain);
}

static bool follow(struct journal *journal, struct audit_copy *copy, struct error *err)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(FILE_READ_MAX);
    uint8_t chain[DIGEST_SIZE];
    uint64_t to = 0;

    if (!end_find(journal, copy, err))
        return false;
    if (copy->next == journal->domestic.size)
        return true;
    if (copy->size >= AUDIT_COPY_FILE_SIZE)
        file_next(copy);
    memcpy(chain, copy->chain, sizeof chain);
    if (!records_gather(journal, copy, &to, chain, &bytes, err) ||
        !file_append(journal, copy, buffer_span(&bytes), err))
        return false;
    copy->size += (int64_t)bytes.size;
    copy->next = to;
    memcpy(copy->chain, chain, sizeof copy->chain);
    return true;
}

void audit_copy_follow(struct journal *journal)
{
    struct audit_copy *copy = &journal->audit_copy;
    int64_t now_ms = journal->env->monotonic_ms(journal->env->context);
    struct error err = {0};

    if (copy->directory[0] == '\0' || journal->domestic.id == 0 ||
        (copy->failed[0] != '\0' && now_ms < copy->retry_ms))
        return;
    if (follow(journal, copy, &err)) {
        copy->failed[0] = '\0';
        return;
    }
    /* After a failed write or sync the file is read again before anything is added to it. */
    copy->is_open = false;
    copy->retry_ms = now_ms + RETRY_MS;
    if (copy->failed[0] == '\0')
        journal_event_add(journal, JOURNAL_ALARM, NULL, 0, 0);
    snprintf(copy->failed, sizeof copy->failed, "%s", err.text);
}

/* --- for retention --- */

/* When the first entry in the newest file was made. */
static bool file_began(struct journal *journal, const struct audit_copy *copy, int64_t *out,
                       struct error *err)
{
    const struct env *env = journal->env;
    struct arena arena CLEANUP(arena_free) = arena_make(AUDIT_COPY_RECORD_MAX + 64u * 1024);
    size_t size =
        copy->size < AUDIT_COPY_RECORD_MAX + 4 ? (size_t)copy->size : AUDIT_COPY_RECORD_MAX + 4;
    uint8_t chain[DIGEST_SIZE] = {0};
    char path[AUDIT_COPY_PATH_SIZE];
    struct env_file *file = NULL;
    struct audit_record record;
    struct head head;

    audit_copy_path(copy->directory, copy->file, path);
    uint8_t *room = arena_alloc(&arena, size);
    if (room == NULL)
        return error_set(err, ERROR_LIMIT, "audit copy: out of memory");
    if (!env->open(env->context, path, ENV_OPEN_READ, &file, err))
        return false;
    bool ok = env->read_at(env->context, file, 0, room, size, err);
    env->close(env->context, file);
    ok = ok && audit_record_read(span_make(room, size), chain, &record, &size, err) &&
         head_read(record.head, &arena, &head, err);
    *out = ok ? head.created_ms : 0;
    return ok;
}

bool audit_copy_full_files(struct journal *journal, int64_t before_ms, uint32_t *count,
                           struct error *err)
{
    struct audit_copy *copy = &journal->audit_copy;
    int64_t began_ms = 0;

    *count = 0;
    if (copy->directory[0] == '\0' || !copy->is_open)
        return true;
    if (copy->size > 0) {
        if (!file_began(journal, copy, &began_ms, err))
            return error_add(err, "the audit copy");
        if (began_ms < before_ms)
            file_next(copy);
    }
    *count = copy->file;
    return true;
}

/* --- replay --- */

/* Of another log: an older one of ours stands in the books already, a newer one they do not know yet. */
static bool other_visit(struct journal *journal, const struct audit_record *record,
                        struct audit_replayed *out, struct error *err)
{
    size_t size = strlen(journal->party);

    if (record->origin.size <= size || memcmp(record->origin.data, journal->party, size) != 0 ||
        record->origin.data[size] != '/')
        return error_set(err, ERROR_CONFLICT, "audit copy: it is of another node, log %.*s",
                         SPAN_ARG(record->origin));
    out->unplaced += out->is_past;
    return true;
}

/* The body is the one that the head names; only this keeper's key opens it. */
static bool body_check(struct journal *journal, const struct audit_record *record,
                       const struct head *head, struct span *plain, struct arena *arena,
                       struct error *err)
{
    uint8_t digest[DIGEST_SIZE];

    if (record->body.size == 0)
        return true; /* it was erased before it was copied, or has none */
    if (record->salt.size != SALT_SIZE || !head->has_body)
        return error_set(err, ERROR_STORE, "audit copy: index %" PRIu64 " has a body without salt",
                         record->index);
    if (!body_open(journal, record->body, record->key, record->salt.data, arena, plain, err))
        return error_add(err, "audit copy: index %" PRIu64, record->index);
    digest_salted(record->salt.data, *plain, digest);
    return digest_is_equal(digest, head->body_digest) ||
           error_set(err, ERROR_STORE,
                     "audit copy: the body of index %" PRIu64 " is not the one of its head",
                     record->index);
}

static bool held_check(struct journal *journal, const struct audit_record *record,
                       const struct tlog_hash *leaf, struct arena *arena, struct error *err)
{
    struct entry_row row;

    return entry_find_index(journal->db, arena, journal->domestic.id, (int64_t)record->index, &row,
                            err) &&
           (span_equal(row.leaf, span_make(leaf->bytes, TLOG_HASH_SIZE)) ||
            error_set(err, ERROR_CONFLICT,
                      "audit copy: index %" PRIu64 " of %s is another entry than in the books",
                      record->index, journal->domestic.origin));
}

/* An entry that waits in the restored books takes its old place. */
static bool entry_place(struct journal *journal, const struct audit_record *record,
                        const struct head *head, const struct tlog_hash *leaf, struct span plain,
                        struct arena *arena, struct error *err)
{
    struct entry_row row;
    struct span id = span_make(head->id, UUID_SIZE);

    if (entry_find_message(journal->db, arena, journal->domestic.id, id, &row, err) &&
        row.index == ENTRY_WAITING)
        return entry_number(journal->db, row.id, (int64_t)record->index, err);
    if (err->kind != ERROR_MISSING && err->kind != ERROR_NONE)
        return false;
    error_clear(err);
    row = (struct entry_row){.id = journal->next_entry,
                             .log = journal->domestic.id,
                             .index = (int64_t)record->index,
                             .message_id = id,
                             .head = record->head,
                             .leaf = span_make(leaf->bytes, TLOG_HASH_SIZE),
                             .type = head->type,
                             .created_ms = head->created_ms,
                             .salt = record->salt,
                             .body = record->body,
                             .body_key = record->key,
                             .body_size = (int64_t)plain.size,
                             .body_state = record->body.size > 0 ? BODY_HELD
                                           : head->has_body      ? BODY_ERASED
                                                                 : BODY_NONE};
    journal->next_entry++;
    return entry_insert(journal->db, &row, err);
}

static bool replay_visit(struct journal *journal, const struct audit_record *record, void *context,
                         struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * (size_t)BODY_SIZE_MAX);
    struct audit_replayed *out = context;
    struct journal_log *log = &journal->domestic;
    struct span plain = {NULL, 0};
    struct tlog_hash leaf;
    struct head head;

    if (!span_is(record->origin, log->origin))
        return other_visit(journal, record, out, err);
    out->is_past = true;
    tlog_leaf_hash(record->head, &leaf);
    if (record->index < log->size)
        return held_check(journal, record, &leaf, &arena, err);
    if (record->index > log->size)
        return error_set(err, ERROR_STORE, "audit copy: index %" PRIu64 " of %s is missing",
                         log->size, log->origin);
    if (!head_read(record->head, &arena, &head, err) ||
        !body_check(journal, record, &head, &plain, &arena, err) ||
        !entry_place(journal, record, &head, &leaf, plain, &arena, err) ||
        !log_add_leaf(log, &leaf, err))
        return false;
    out->back++;
    return true;
}

/* What is behind the last whole record. */
static bool torn_measure(struct journal *journal, const char *directory, uint32_t last,
                         int64_t whole, int64_t *torn, struct error *err)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(FILE_READ_MAX);

    *torn = 0;
    if (!file_read(journal, directory, last, &bytes, err)) {
        bool is_none = err->kind == ERROR_MISSING;
        if (is_none)
            error_clear(err);
        return is_none;
    }
    *torn = (int64_t)bytes.size - whole;
    return true;
}

bool audit_copy_replay(struct journal *journal, const char *directory, struct audit_replayed *out,
                       struct error *err)
{
    struct journal_log *log = &journal->domestic;
    struct journal_log before = *log;
    uint8_t chain[DIGEST_SIZE];
    uint32_t last = 0;
    int64_t size = 0;

    *out = (struct audit_replayed){.back = 0};
    /* Whether the log may go on is asked anew: of the keeper now, of the partner at the next contact. */
    bool ok =
        files_walk(journal, directory, replay_visit, out, &last, &size, chain, err) &&
        (out->back == 0 || (log_store(journal, log, err) &&
                            log_set_read_only(journal->db, log->id, span_make(NULL, 0), err))) &&
        torn_measure(journal, directory, last, size, &out->torn, err);
    if (!ok) {
        log->size = before.size; /* its rows are undone by the caller */
        log->range = before.range;
        log->pending_count = before.pending_count;
        return error_add(err, "replaying the audit copy");
    }
    if (out->back > 0) {
        log->read_only[0] = '\0';
        journal->must_level = true;
        journal->level_after_ms = 0;
    }
    return true;
}

/* Audit stream: see audit_stream.h. */
#include "cmd/audit_stream.h"

#include "base/attributes.h"
#include "base/json.h"
#include "base/text.h"
#include "cmd/report.h"
#include "cmd/service.h"
#include "store/local_rows.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define PLACE_SETTING  "audit-stream-place" /* "<origin> <index>" */
#define LINES_SIZE_MAX (4u * 1024u * 1024u)
#define STREAM_ARENA   (16u * 1024u * 1024u)

bool audit_line_write(const char *origin, uint64_t index, int64_t time_ms, const struct act *act,
                      bool is_training, struct buffer *out)
{
    struct json_writer line = json_writer_make(out);

    json_begin_object(&line);
    json_time_field(&line, "time", time_ms);
    if (is_training)
        json_boolean_field(&line, "training", true);
    json_string_field(&line, "log", origin);
    json_integer_field(&line, "index", (int64_t)index);
    json_text_field(&line, "officer", act->officer);
    json_text_field_optional(&line, "unit", act->unit);
    json_text_field(&line, "act", act->act);
    json_text_field(&line, "outcome", act->outcome);
    json_text_field_optional(&line, "case", act->case_id);
    json_key(&line, "objects");
    json_begin_array(&line);
    for (size_t i = 0; i < act->object_count; i++)
        json_write_text(&line, act->objects[i]);
    json_end_array(&line);
    if (act->has_objects_digest) {
        json_integer_field(&line, "objects_total", (int64_t)act->objects_total);
        json_hex_field(&line, "objects_digest", span_make(act->objects_digest, DIGEST_SIZE));
    }
    json_end_object(&line);
    return buffer_byte(out, '\n');
}

/* --- in the writer --- */

/* One domestic log: an ended one, or the current. */
struct stream_log {
    int64_t id;
    const char *origin;
    uint64_t base; /* position of its entry 0 */
    uint64_t size;
};

static struct stream_log current_log(const struct journal *journal)
{
    return (struct stream_log){journal->domestic.id, journal->domestic.origin,
                               journal->domestic_past.base, journal->domestic.size};
}

/* The one that a position lies in; the current log when none that ended holds it. */
static struct stream_log log_at(const struct journal *journal, uint64_t position)
{
    for (size_t i = 0; i < journal->domestic_past.count; i++) {
        const struct journal_past *past = &journal->domestic_past.past[i];
        if (position >= past->base && position < past->base + past->size)
            return (struct stream_log){past->id, past->origin, past->base, past->size};
    }
    return current_log(journal);
}

static bool is_place_in(struct span place, const char *origin, uint64_t *index)
{
    size_t size = strlen(origin);

    return place.size > size + 1 && span_is(span_part(place, 0, size), origin) &&
           place.data[size] == ' ' && number_read(span_part(place, size + 1, place.size), index);
}

/* The place kept, in whichever log it is; of a stream that never was, the beginning of the current log. */
static uint64_t place_read(const struct journal *journal, struct span place)
{
    struct stream_log current = current_log(journal);
    uint64_t index = 0;

    if (is_place_in(place, current.origin, &index))
        return current.base + (index < current.size ? index : current.size);
    for (size_t i = 0; i < journal->domestic_past.count; i++) {
        const struct journal_past *past = &journal->domestic_past.past[i];
        if (is_place_in(place, past->origin, &index))
            return past->base + (index < past->size ? index : past->size);
    }
    return current.base;
}

static bool place_store(struct audit_stream *stream, struct journal *journal, struct error *err)
{
    struct stream_log log = log_at(journal, stream->from);
    char place[ORIGIN_SIZE_MAX + 32];

    if (stream->stored == stream->from)
        return true;
    snprintf(place, sizeof place, "%s %" PRIu64, log.origin, stream->from - log.base);
    if (!setting_put(journal->db, PLACE_SETTING, span_text(place), err))
        return false;
    stream->stored = stream->from;
    return true;
}

/* A place that was never kept is kept at once: a log that ends before the first act is told is not passed over. */
static bool place_load(struct audit_stream *stream, struct journal *journal, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct span place = {NULL, 0};
    bool is_kept = setting_get(journal->db, &arena, PLACE_SETTING, &place, err);

    if (!is_kept && err->kind != ERROR_MISSING)
        return false;
    error_clear(err);
    stream->from = place_read(journal, is_kept ? place : span_text(""));
    stream->stored = is_kept ? stream->from : UINT64_MAX;
    stream->is_known = place_store(stream, journal, err);
    return stream->is_known;
}

static bool entry_take(struct audit_stream *stream, struct journal *journal, const char *origin,
                       const struct entry_row *row, struct arena *arena, struct error *err)
{
    static struct problems problems; /* the writer alone reads these */
    struct span body;
    struct act act;

    if (row->type != MESSAGE_ACT || row->body_state != BODY_HELD)
        return true; /* a filler, or an act whose time was over */
    problems_clear(&problems);
    if (!journal_body(journal, row, arena, &body, err))
        return error_add(err, "entry %" PRId64 " of %s", row->index, origin);
    if (!act_read(body, arena, &act, &problems))
        return problems_to_error(&problems, err);
    return audit_line_write(origin, (uint64_t)row->index, row->created_ms, &act,
                            stream->node->config.is_training, &stream->lines) ||
           error_set(err, ERROR_LIMIT, "the lines do not fit");
}

/* A batch is of one log; what follows in the next log comes with the next round. */
static bool stream_run(struct journal *journal, struct job *job, struct error *err)
{
    struct audit_stream *stream = (struct audit_stream *)job;
    struct arena arena CLEANUP(arena_free) = arena_make(STREAM_ARENA);
    struct entry_row *rows = arena_array(&arena, AUDIT_STREAM_BATCH, sizeof *rows);
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!(stream->is_known ? place_store(stream, journal, err) : place_load(stream, journal, err)))
        return false;
    struct stream_log log = log_at(journal, stream->from), current = current_log(journal);
    buffer_clear(&stream->lines);
    stream->to = stream->from;
    if (!entry_list_range(journal->db, &arena, log.id, (int64_t)(stream->from - log.base),
                          (int64_t)log.size, rows, AUDIT_STREAM_BATCH, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!entry_take(stream, journal, log.origin, &rows[i], &arena, err))
            return false;
    /* Old heads may be gone: less than a batch is all that is left of this log. */
    stream->to = count == AUDIT_STREAM_BATCH ? log.base + (uint64_t)rows[count - 1].index + 1
                                             : log.base + log.size;
    __atomic_store_n(&stream->behind, current.base + current.size - stream->from, __ATOMIC_RELEASE);
    return true;
}

static void why_set(struct audit_stream *stream, const char *why)
{
    pthread_mutex_lock(&stream->mutex);
    snprintf(stream->why, sizeof stream->why, "%s", why);
    pthread_mutex_unlock(&stream->mutex);
}

static void stream_done(struct journal *journal, struct job *job, bool ok, const struct error *err)
{
    struct audit_stream *stream = (struct audit_stream *)job;
    (void)journal;

    if (!ok) {
        why_set(stream, err->text);
        stream->is_known = false; /* what was kept is read anew */
        stream->to = stream->from;
    }
    __atomic_store_n(&stream->is_busy, false, __ATOMIC_RELEASE);
}

/* --- in the background --- */

static bool bytes_put(int fd, struct span bytes)
{
    while (bytes.size > 0) {
        ssize_t put = write(fd, bytes.data, bytes.size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        bytes = span_part(bytes, (size_t)put, bytes.size);
    }
    return true;
}

/* A full disk or a kill leaves half a line, whose act is told again: what follows begins on a line of its own. */
static bool line_close(int fd)
{
    off_t size = lseek(fd, 0, SEEK_END);
    char last = '\n';

    if (size > 0 && pread(fd, &last, 1, size - 1) != 1)
        return false;
    return last == '\n' || bytes_put(fd, span_text("\n"));
}

static bool lines_put(const char *path, struct span lines, struct error *err)
{
    int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return error_set(err, ERROR_STORE, "audit stream %s: %s", path, strerror(errno));
    bool ok = line_close(fd) && bytes_put(fd, lines) && fdatasync(fd) == 0;
    int failure = errno;
    close(fd);
    return ok || error_set(err, ERROR_STORE, "audit stream %s: %s", path, strerror(failure));
}

/* The file is opened each time, so that whoever rotates it need not tell us. */
static bool batch_write(struct audit_stream *stream)
{
    struct error err = {0};

    if (stream->to == stream->from)
        return true;
    if (stream->lines.size == 0 || lines_put(stream->path, buffer_span(&stream->lines), &err)) {
        stream->from = stream->to;
        if (stream->is_failing)
            report(REPORT_NOTICE, NULL, "the audit stream is written again");
        stream->is_failing = false;
        why_set(stream, "");
        return true;
    }
    if (!stream->is_failing)
        report(REPORT_ALARM, NULL, "%s", err.text);
    stream->is_failing = true;
    why_set(stream, err.text);
    return false;
}

void audit_stream_pump(struct audit_stream *stream)
{
    struct journal *journal = &stream->node->journal;
    struct error err = {0};

    if (stream->path[0] == '\0' || __atomic_load_n(&stream->is_busy, __ATOMIC_ACQUIRE))
        return;
    bool had_lines = stream->to > stream->from;
    if (!batch_write(stream))
        return;
    /* Nothing new and nothing to keep: the writer is left alone. Another size is news, a smaller one too: the log ended. */
    uint64_t size = gauges_domestic_size(&stream->node->service->gauges);
    if (stream->is_known && !had_lines && size == stream->seen_size &&
        audit_stream_behind(stream) == 0)
        return;
    stream->seen_size = size;
    stream->job = (struct job){.run = stream_run, .done = stream_done};
    __atomic_store_n(&stream->is_busy, true, __ATOMIC_RELEASE);
    if (!journal_submit(journal, &stream->job, &err))
        __atomic_store_n(&stream->is_busy, false, __ATOMIC_RELEASE);
}

void audit_stream_start(struct audit_stream *stream, struct node *node, const char *path)
{
    stream->node = node;
    stream->path = path;
    stream->lines = buffer_make(LINES_SIZE_MAX);
    pthread_mutex_init(&stream->mutex, NULL);
}

void audit_stream_end(struct audit_stream *stream)
{
    buffer_free(&stream->lines);
    pthread_mutex_destroy(&stream->mutex);
}

int64_t audit_stream_behind(const struct audit_stream *stream)
{
    return stream->path == NULL || stream->path[0] == '\0'
               ? 0
               : (int64_t)__atomic_load_n(&stream->behind, __ATOMIC_ACQUIRE);
}

void audit_stream_why(struct audit_stream *stream, char out[ERROR_TEXT_SIZE])
{
    pthread_mutex_lock(&stream->mutex);
    memcpy(out, stream->why, ERROR_TEXT_SIZE);
    pthread_mutex_unlock(&stream->mutex);
}

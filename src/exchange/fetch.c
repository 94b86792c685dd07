/*
 * Fetching attachments: segment by segment, each checked against the hash that the body names before it is written. A
 * segment comes in slices that are as large as the line carries well. An interrupted fetch goes on where it stopped.
 */
#include "exchange/private.h"

#include <stdlib.h>

static struct attachment_place place_of(struct exchange *exchange)
{
    return (struct attachment_place){.env = exchange->journal->env,
                                     .home = exchange->journal->home,
                                     .keeper = &exchange->journal->keeper};
}

static size_t segment_left(const struct fetch *fetch)
{
    return attachment_segment_size(fetch->wanted.size, fetch->writer.count) - fetch->piece.size;
}

static struct range_question question_of(const struct fetch *fetch)
{
    size_t left = segment_left(fetch);

    return (struct range_question){.index = fetch->wanted.index,
                                   .part = fetch->wanted.number,
                                   .segment = fetch->writer.count,
                                   .from = (uint32_t)fetch->piece.size,
                                   .size = (uint32_t)(fetch->slice < left ? fetch->slice : left)};
}

/* What is left of an earlier try belongs to this segment, or is forgotten. */
static void piece_follow(struct fetch *fetch)
{
    if (fetch->slice == 0)
        fetch->slice = SLICE_START;
    if (fetch->piece_entry == fetch->wanted.entry && fetch->piece_number == fetch->wanted.number &&
        fetch->piece_segment == fetch->writer.count)
        return;
    buffer_clear(&fetch->piece);
    fetch->piece_entry = fetch->wanted.entry;
    fetch->piece_number = fetch->wanted.number;
    fetch->piece_segment = fetch->writer.count;
}

bool fetch_next(struct operation *operation, bool *is_whole, struct error *err)
{
    struct fetch *fetch = &operation->fetch;
    struct attachment_place place = place_of(operation->exchange);

    if (!fetch->has_writer) {
        if (!attachment_resume(&place, fetch->wanted.id, fetch->wanted.wrapped, fetch->wanted.size,
                               &fetch->writer, err))
            return false;
        fetch->has_writer = true;
    }
    *is_whole = fetch->writer.size == fetch->wanted.size;
    if (*is_whole)
        return true;
    piece_follow(fetch);
    struct range_question question = question_of(fetch);
    buffer_clear(&operation->body);
    return range_question_write(&question, &operation->body) ||
           error_set(err, ERROR_BUG, "a question does not fit");
}

/* A whole segment, checked against the hash that the body names before it is written. */
static bool segment_add(struct fetch *fetch, const char *partner, struct error *err)
{
    uint8_t hash[DIGEST_SIZE];
    struct span plain = buffer_span(&fetch->piece);
    struct span named = span_part(buffer_span(&fetch->wanted.segments),
                                  (size_t)fetch->writer.count * DIGEST_SIZE, DIGEST_SIZE);

    digest_sha256(plain, hash);
    if (!span_equal(named, span_make(hash, sizeof hash))) {
        buffer_clear(&fetch->piece);
        return error_set(err, ERROR_INPUT, "a segment of %s is not the one that its message names",
                         partner);
    }
    bool ok = attachment_add(&fetch->writer, plain, err);
    buffer_clear(&fetch->piece);
    return ok;
}

static bool slice_add(struct fetch *fetch, struct span slice, const struct range_question *asked,
                      const char *partner, struct error *err)
{
    if (slice.size != asked->size) {
        buffer_clear(&fetch->piece);
        return error_set(err, ERROR_INPUT, "a segment of %s is not the one that its message names",
                         partner);
    }
    if (!buffer_add(&fetch->piece, slice))
        return error_set(err, ERROR_LIMIT, "fetching: out of memory");
    return segment_left(fetch) > 0 || segment_add(fetch, partner, err);
}

bool fetch_take(struct operation *operation, struct error *err)
{
    struct fetch *fetch = &operation->fetch;
    struct journal *journal = operation->exchange->journal;
    struct journal_line *line = &journal->lines[operation->partner->line];
    struct range_question question = question_of(fetch);
    size_t size = 0;
    uint8_t *plain = malloc(SEGMENT_SIZE);

    if (plain == NULL)
        return error_set(err, ERROR_LIMIT, "fetching: out of memory");
    bool ok = range_open(journal, line, line->in.origin, &question, buffer_span(&operation->answer),
                         plain, &size, err) &&
              slice_add(fetch, span_make(plain, size), &question, line->partner, err);
    free(plain);
    if (ok && operation->took_ms < SLICE_FAST_MS && fetch->slice < SEGMENT_SIZE)
        fetch->slice *= 2;
    return ok;
}

void fetch_unanswered(struct fetch *fetch)
{
    if (fetch->slice > SLICE_MIN)
        fetch->slice /= 2;
}

void fetch_end(struct fetch *fetch)
{
    if (fetch->has_writer)
        attachment_end(&fetch->writer);
    fetch->has_writer = false;
}

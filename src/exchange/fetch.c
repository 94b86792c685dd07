/*
 * Fetching attachments: segment by segment, each checked against the hash that the body names before it is written. An
 * interrupted fetch goes on where it stopped.
 */
#include "exchange/private.h"

#include <stdlib.h>

static struct attachment_place place_of(struct exchange *exchange)
{
    return (struct attachment_place){.env = exchange->journal->env,
                                     .home = exchange->journal->home,
                                     .keeper = &exchange->journal->keeper};
}

static struct range_question question_of(const struct fetch *fetch)
{
    return (struct range_question){
        .index = fetch->wanted.index, .part = fetch->wanted.number, .segment = fetch->writer.count};
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
    struct range_question question = question_of(fetch);
    buffer_clear(&operation->body);
    return range_question_write(&question, &operation->body) ||
           error_set(err, ERROR_BUG, "a question does not fit");
}

bool fetch_take(struct operation *operation, struct error *err)
{
    struct fetch *fetch = &operation->fetch;
    struct journal *journal = operation->exchange->journal;
    struct journal_line *line = &journal->lines[operation->partner->line];
    struct range_question question = question_of(fetch);
    uint8_t hash[DIGEST_SIZE];
    size_t size = 0;
    uint8_t *plain = malloc(SEGMENT_SIZE);

    if (plain == NULL)
        return error_set(err, ERROR_LIMIT, "fetching: out of memory");
    bool ok = range_open(journal, line, line->in.origin, &question, buffer_span(&operation->answer),
                         plain, &size, err);
    if (ok) {
        digest_sha256(span_make(plain, size), hash);
        struct span named = span_part(buffer_span(&fetch->wanted.segments),
                                      (size_t)question.segment * DIGEST_SIZE, DIGEST_SIZE);
        ok = (size == attachment_segment_size(fetch->wanted.size, question.segment) &&
              span_equal(named, span_make(hash, sizeof hash))) ||
             error_set(err, ERROR_INPUT, "a segment of %s is not the one that its message names",
                       line->partner);
    }
    ok = ok && attachment_add(&fetch->writer, span_make(plain, size), err);
    free(plain);
    return ok;
}

void fetch_end(struct fetch *fetch)
{
    if (fetch->has_writer)
        attachment_end(&fetch->writer);
    fetch->has_writer = false;
}

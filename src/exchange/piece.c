/* Pieces of an answer to a resume: see piece.h. */
#include "exchange/piece.h"

#include "exchange/private.h"

/* --- the partner's side --- */

void piece_held_end(struct piece_held *held)
{
    buffer_free(&held->question);
    buffer_free(&held->answer);
    held->tag = 0;
}

void piece_held_tidy(struct piece_held *held, int64_t now_ms)
{
    if (held->tag != 0 && held->asked_ms + PIECE_HELD_MS <= now_ms)
        piece_held_end(held);
}

static bool held_make(struct journal *journal, struct journal_line *line, struct piece_held *held,
                      struct span question, struct error *err)
{
    uint64_t tag = 0;

    piece_held_end(held);
    held->question = buffer_make(RESUME_QUESTION_SIZE_MAX);
    held->answer = buffer_make(RESUME_ANSWER_SIZE_MAX);
    if (!journal_resume_answer(journal, line, question, &held->answer, err) ||
        !(buffer_add(&held->question, question) ||
          error_set(err, ERROR_LIMIT, "resume: out of memory"))) {
        piece_held_end(held);
        return false;
    }
    while (tag == 0)
        journal->env->random(journal->env->context, (uint8_t *)&tag, sizeof tag);
    held->tag = tag;
    return true;
}

/* The officer's word counts for each piece, not for the first alone. */
static bool held_check(struct journal *journal, struct journal_line *line, struct piece_held *held,
                       const struct piece_question *question, struct error *err)
{
    int64_t until_ms = 0;

    if (held->tag != question->tag ||
        !span_equal(buffer_span(&held->question), question->question) ||
        question->at >= held->answer.size)
        return error_set(err, ERROR_MISSING, "this answer is not held here");
    if (!journal_resume_allowed_until(journal, line, &until_ms, err))
        return false;
    if (until_ms > journal->env->now_ms(journal->env->context))
        return true;
    piece_held_end(held);
    return error_set(err, ERROR_RULE, "no officer of %s allows a resume now", journal->party);
}

bool piece_answer(struct journal *journal, struct journal_line *line, struct piece_held *held,
                  struct span bytes, struct buffer *out, struct error *err)
{
    struct piece_question question;

    if (!piece_question_read(bytes, &question, err))
        return false;
    bool ok = question.tag == 0 ? held_make(journal, line, held, question.question, err)
                                : held_check(journal, line, held, &question, err);
    if (!ok)
        return false;
    held->asked_ms = journal->env->monotonic_ms(journal->env->context);
    struct piece piece = {.tag = held->tag,
                          .total = (uint32_t)held->answer.size,
                          .bytes =
                              span_part(buffer_span(&held->answer), question.at, question.size)};
    return piece_write(&piece, out) || error_set(err, ERROR_LIMIT, "resume: out of memory");
}

/* --- the asker --- */

void gather_make(struct gather *gather)
{
    *gather = (struct gather){.question = buffer_make(RESUME_QUESTION_SIZE_MAX),
                              .bytes = buffer_make(RESUME_ANSWER_SIZE_MAX),
                              .slice = SLICE_START};
}

void gather_free(struct gather *gather)
{
    buffer_free(&gather->question);
    buffer_free(&gather->bytes);
}

static void gather_restart(struct gather *gather)
{
    buffer_free(&gather->bytes);
    gather->tag = 0;
    gather->total = 0;
}

bool gather_ask(struct gather *gather, struct buffer *body, struct error *err)
{
    if (!span_equal(buffer_span(&gather->question), buffer_span(body))) {
        gather_restart(gather);
        buffer_clear(&gather->question);
        buffer_add(&gather->question, buffer_span(body));
    }
    if (gather->is_plain)
        return true;
    struct piece_question question = {.tag = gather->tag,
                                      .at = (uint32_t)gather->bytes.size,
                                      .size = (uint32_t)gather->slice,
                                      .question = buffer_span(&gather->question)};
    buffer_clear(body);
    return (!gather->question.failed && piece_question_write(&question, body)) ||
           error_set(err, ERROR_BUG, "a question for a piece does not fit");
}

/* What was asked for comes, or what is left: a partner cannot make us ask for ever. */
static bool piece_fits(const struct gather *gather, const struct piece *piece)
{
    size_t left = piece->total - gather->bytes.size;

    if (gather->tag != 0 && (piece->tag != gather->tag || piece->total != gather->total))
        return false;
    return piece->bytes.size == (gather->slice < left ? gather->slice : left);
}

bool gather_take(struct gather *gather, struct buffer *answer, bool *is_whole, struct error *err)
{
    struct piece piece;

    *is_whole = gather->is_plain;
    if (gather->is_plain)
        return true;
    bool ok = piece_read(buffer_span(answer), &piece, err) &&
              (piece_fits(gather, &piece) ||
               error_set(err, ERROR_INPUT, "a piece of a resume is not the one asked for")) &&
              (buffer_add(&gather->bytes, piece.bytes) ||
               error_set(err, ERROR_LIMIT, "resume: out of memory"));
    if (!ok) {
        gather_restart(gather);
        return false;
    }
    gather->tag = piece.tag;
    gather->total = piece.total;
    *is_whole = gather->bytes.size == gather->total;
    if (!*is_whole)
        return true;
    struct buffer whole = gather->bytes;
    gather->bytes = *answer;
    *answer = whole;
    gather->bytes.limit = RESUME_ANSWER_SIZE_MAX;
    gather_restart(gather);
    buffer_clear(&gather->question);
    return true;
}

void gather_pace(struct gather *gather, bool is_answered, int64_t took_ms)
{
    if (is_answered && took_ms < SLICE_FAST_MS && gather->slice < PIECE_SIZE_MAX)
        gather->slice *= 2;
    else if (!is_answered && gather->slice > PIECE_SIZE_MIN)
        gather->slice /= 2;
}

bool gather_missed(struct gather *gather, bool is_told)
{
    bool is_nothing = gather->tag == 0 && (gather->is_plain || is_told);

    if (gather->tag == 0)
        gather->is_plain = !gather->is_plain;
    gather_restart(gather);
    return is_nothing;
}

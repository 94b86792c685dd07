/*
 * What the courier asks of the writer: to prepare a call, and to take its answer into the books.
 */
#include "exchange/private.h"
#include "exchange/denial.h"

#include "journal/contact.h"
#include "journal/fresh.h"
#include "journal/resume.h"
#include "journal/parts.h"

#include <inttypes.h>
#include "base/text.h"

#include <stdio.h>

static struct journal_line *line_of(const struct operation *operation)
{
    return &operation->exchange->journal->lines[operation->partner->line];
}

/* --- fetch --- */

/* The oldest attachment that is wanted, taken into the operation. */
static bool fetch_prepare(struct journal *journal, struct operation *operation, struct error *err)
{
    struct fetch *fetch = &operation->fetch;

    fetch_end(fetch);
    buffer_clear(&fetch->wanted.segments);
    return journal_wanted_after(journal, line_of(operation), fetch->failed_entry,
                                fetch->failed_number, &fetch->wanted, err);
}

static bool fetch_complete(struct journal *journal, struct operation *operation, struct error *err)
{
    const struct journal_wanted *wanted = &operation->fetch.wanted;

    if (!operation->ok) /* it proved to be another file than its message names */
        return journal_wanted_lost(journal, line_of(operation), wanted, err);
    return journal_wanted_held(journal, line_of(operation), wanted, err);
}

/* --- by kind --- */

bool operation_prepare(struct journal *journal, struct job *job, struct error *err)
{
    struct operation *operation = (struct operation *)job;
    struct journal_line *line = line_of(operation);

    buffer_clear(&operation->body);
    operation->began_ms = exchange_now_ms(operation->exchange);
    operation->protocol = operation->kind == OPERATION_PROBE ? PROTOCOL_PROBE : line->protocol;
    if (operation->protocol == 0)
        return error_set(err, ERROR_RULE, "no protocol is common with %s: nothing is sent to it",
                         line->partner);
    switch (operation->kind) {
    case OPERATION_PROBE:
        return contact_show(journal, line, &operation->body, err);
    case OPERATION_POST:
        operation->partner->posted_log = line->out.id;
        if (operation->partner->halted_log == line->out.id)
            return error_set(err, ERROR_MISSING, "nothing of a forked log is sent");
        return journal_next_post(journal, line, &operation->body, &operation->from, &operation->to,
                                 err);
    case OPERATION_WITNESS:
        return journal_witness_request(journal, line, &operation->body, err);
    case OPERATION_FETCH:
        return fetch_prepare(journal, operation, err);
    case OPERATION_RESUME:
        return journal_resume_question(journal, line, &operation->body, err) &&
               gather_ask(&operation->gather, &operation->body, err);
    case OPERATION_FRESH:
        return journal_fresh_question(journal, line, &operation->body, err);
    case OPERATION_COUNT:
        break;
    }
    return error_set(err, ERROR_BUG, "no such operation");
}

/* The partner knows no protocol of ours: in our own words, from its numbers. */
static bool probe_refused(struct journal *journal, struct operation *operation, struct error *err)
{
    struct journal_line *line = line_of(operation);
    struct denial denial;

    denial_read(operation->status, buffer_span(&operation->answer), &denial);
    if (denial.word == WORD_VERSION && denial.protocol.newest > 0 &&
        !version_agree(journal, line, denial.protocol, err))
        return false;
    return error_set(err, ERROR_LINK, "%s answered the probe with %u%s%s", line->partner,
                     operation->status, denial.text[0] == '\0' ? "" : ": ", denial.text);
}

static bool probe_complete(struct journal *journal, struct operation *operation, struct error *err)
{
    struct journal_line *line = line_of(operation);

    if (operation->status != 200)
        return probe_refused(journal, operation, err);
    if (!contact_answered(journal, line, buffer_span(&operation->answer), err))
        return false;
    contact_set(line, true);
    return true;
}

static bool post_answered(struct journal *journal, struct operation *operation, struct error *err)
{
    struct journal_line *line = line_of(operation);
    uint64_t cosigned = line->cosigned;

    bool ok = journal_receipt(journal, line, buffer_span(&operation->answer), operation->began_ms,
                              operation->ended_ms, err);
    if (!ok && err->kind != ERROR_LINK)
        return false;
    if (ok && line->cosigned > cosigned)
        return true;
    /* An answer without a valid receipt is none: it is filed, and the next try waits. */
    error_clear(err);
    operation->status = 502;
    return journal_post_failed(journal, line, operation->to,
                               span_text(ok ? "no-receipt" : "bad-receipt"), err);
}

/* A post that is refused or unanswered goes with time and root into the domestic log. */
static bool post_complete(struct journal *journal, struct operation *operation, struct error *err)
{
    struct journal_line *line = line_of(operation);
    struct denial denial;
    char why[64];

    journal_post_paced(line, operation->body.size, operation->status != 0, operation->took_ms);
    if (operation->status == 200 && line->resume.state == RESUME_ORDERED)
        return true; /* its receipts come with the resume, in their order */
    if (operation->status == 200)
        return post_answered(journal, operation, err);
    denial_read(operation->status, buffer_span(&operation->answer), &denial);
    if (denial.word == WORD_FORK)
        journal_event_add(journal, JOURNAL_ALARM, line, 0, operation->to);
    if (operation->status == 0)
        snprintf(why, sizeof why, "unanswered");
    else if (denial.word == WORD_OTHER)
        snprintf(why, sizeof why, "refused-%u", operation->status);
    else
        snprintf(why, sizeof why, "refused-%s", denial_words[denial.word]);
    return journal_post_failed(journal, line, operation->to, span_text(why), err);
}

static bool witness_complete(struct journal *journal, struct operation *operation,
                             struct error *err)
{
    struct journal_line *line = line_of(operation);
    uint64_t held = 0;
    struct span answer = buffer_span(&operation->answer);
    struct span text;

    if (operation->status == 200)
        return journal_witnessed(journal, line, buffer_span(&operation->body), answer, err);
    /* More than we ever signed is no size of ours: either the partner errs, or our books went back. */
    bool is_size =
        operation->status == 409 && line_take(&answer, &text) && number_read(text, &held);
    if (is_size && held > journal->domestic.size)
        journal_event_add(journal, JOURNAL_ALARM, line, 0, held);
    return (is_size && held <= journal->domestic.signed_size && journal_witness_at(line, held)) ||
           error_set(err, ERROR_LINK, "%s did not witness our domestic log: status %u",
                     line->partner, operation->status);
}

/* One range of what the partner holds. The next is asked for at once; a refusal is shown and tried again later. */
static bool resume_complete(struct journal *journal, struct operation *operation, struct error *err)
{
    struct journal_line *line = line_of(operation);
    bool is_end = false;

    if (operation->status == 200)
        return journal_resume_take(journal, line, buffer_span(&operation->answer), err);
    if (operation->is_nothing && !journal_resume_nothing(journal, line, &is_end, err))
        return false;
    if (is_end)
        return true;
    return error_set(err, ERROR_LINK,
                     operation->status == 403
                         ? "%s does not allow the resume yet (%u): an officer there types `besa "
                           "resume allow`"
                         : "%s answered %u to a resume",
                     line->partner, operation->status);
}

static bool fresh_complete(struct journal *journal, struct operation *operation, struct error *err)
{
    struct journal_line *line = line_of(operation);
    struct denial denial;

    if (operation->status == 200)
        return journal_fresh_take(journal, line, buffer_span(&operation->answer), err);
    denial_read(operation->status, buffer_span(&operation->answer), &denial);
    return error_set(err, ERROR_LINK,
                     operation->status == 404
                         ? "%s knows no fresh receipts (%u%s%s): its node has to be upgraded, or "
                           "the logs end (docs/recovery.md)"
                         : "%s gave no fresh receipt (%u%s%s)",
                     line->partner, operation->status, denial.text[0] == '\0' ? "" : ": ",
                     denial.text);
}

bool operation_complete(struct journal *journal, struct job *job, struct error *err)
{
    struct operation *operation = (struct operation *)job;

    switch (operation->kind) {
    case OPERATION_PROBE:
        return probe_complete(journal, operation, err);
    case OPERATION_POST:
        return post_complete(journal, operation, err);
    case OPERATION_WITNESS:
        return witness_complete(journal, operation, err);
    case OPERATION_FETCH:
        return fetch_complete(journal, operation, err);
    case OPERATION_RESUME:
        return resume_complete(journal, operation, err);
    case OPERATION_FRESH:
        return fresh_complete(journal, operation, err);
    case OPERATION_COUNT:
        break;
    }
    return error_set(err, ERROR_BUG, "no such operation");
}

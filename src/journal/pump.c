/*
 * The writer's round. Waiting jobs share one transaction, each in a savepoint of its own; then numbering, one commit, one
 * call to the keeper, completion; then handling of what came into custody, in its own transaction, which can be repeated
 * from custody and therefore need not be synced. Batches grow by themselves: there is no timer.
 */
#include "journal/governance.h"

#include "journal/resume.h"
#include "store/attachment_file.h"

#include <inttypes.h>
#include <stdio.h>

int64_t journal_now_ms(const struct journal *journal)
{
    return journal->env->now_ms(journal->env->context);
}

void journal_die(struct journal *journal, const struct error *err)
{
    if (journal->is_dead)
        return;
    journal->is_dead = true;
    snprintf(journal->dead_reason, sizeof journal->dead_reason, "%s", err->text);
    journal_event_add(journal, JOURNAL_ALARM, NULL, 0, 0);
}

void journal_event_add(struct journal *journal, enum journal_event_kind kind,
                       const struct journal_line *line, int64_t entry, uint64_t size)
{
    if (journal->event_count == ARRAY_COUNT(journal->events))
        return; /* events only wake; whoever missed one looks at the books */
    journal->events[journal->event_count++] =
        (struct journal_event){.kind = kind,
                               .line = line == NULL ? SIZE_MAX : (size_t)(line - journal->lines),
                               .entry = entry,
                               .size = size};
}

static void events_publish(struct journal *journal)
{
    size_t count = journal->event_count;
    journal->event_count = 0;
    for (size_t i = 0; i < count && journal->options.event != NULL; i++)
        journal->options.event(journal->options.event_context, &journal->events[i]);
}

bool journal_submit(struct journal *journal, struct job *job, struct error *err)
{
    return job_queue_put(&journal->queue, job, err);
}

void journal_wait(struct journal *journal, int64_t timeout_ms)
{
    job_queue_wait(&journal->queue, timeout_ms);
}

/* What a job may move in memory together with its rows. */
struct line_marks {
    uint64_t cosigned;
    int64_t cosigned_time_s;
    uint64_t disputes;
    unsigned ahead;
    struct governance_marks governance;
    bool owes_withdrawn;
    bool owes_lifting;
    struct line_resume resume;
};

static void marks_take(const struct journal *journal, struct line_marks out[PARTNER_COUNT_MAX])
{
    for (size_t i = 0; i < journal->line_count; i++) {
        const struct journal_line *line = &journal->lines[i];
        out[i] = (struct line_marks){.cosigned = line->cosigned,
                                     .cosigned_time_s = line->cosigned_time_s,
                                     .disputes = line->disputes,
                                     .ahead = line->ahead,
                                     .governance = governance_mark(line),
                                     .owes_withdrawn = line->owes_withdrawn,
                                     .owes_lifting = line->owes_lifting,
                                     .resume = line->resume};
    }
}

static void marks_restore(struct journal *journal, const struct line_marks marks[PARTNER_COUNT_MAX],
                          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct journal_line *line = &journal->lines[i];
        line->cosigned = marks[i].cosigned;
        line->cosigned_time_s = marks[i].cosigned_time_s;
        line->disputes = marks[i].disputes;
        line->ahead = marks[i].ahead;
        governance_restore(line, &marks[i].governance);
        line->owes_withdrawn = marks[i].owes_withdrawn;
        line->owes_lifting = marks[i].owes_lifting;
        line->resume = marks[i].resume;
    }
}

/* The entry that a failed job leaves behind. Where it cannot be written, nobody is told what the job found. */
static bool refusal_write(struct journal *journal, struct job *job, struct error *err)
{
    struct error failure = {0};

    if (journal->refusal.size == 0)
        return true;
    if (!database_savepoint(journal->db, err))
        return false;
    if (journal_refusal_append(journal, &failure))
        return database_release(journal->db, err);
    job->error = failure;
    if (!database_is_dead(journal->db) && database_rollback_savepoint(journal->db, err))
        return true;
    *err = failure;
    return false;
}

/* Only the job fails, even when a file or a body at rest is damaged; the batch goes on, unless the database itself
 * failed or has undone the whole transaction. Its rows are undone, and so is what it moved
 * in memory: a receipt that is not in the books must be asked for again. */
static bool job_run(struct journal *journal, struct job *job, struct error *err)
{
    size_t events = journal->event_count;
    size_t count = journal->line_count;
    struct line_marks marks[PARTNER_COUNT_MAX];

    size_t drops = journal->drops.size;

    marks_take(journal, marks);
    journal->job_leaf_count = 0;
    buffer_clear(&journal->refusal);
    error_clear(&job->error);
    if (!database_savepoint(journal->db, err))
        return false;
    job->has_failed = !job->run(journal, job, &job->error);
    if (!job->has_failed)
        return database_release(journal->db, err);
    journal->event_count = events;
    journal->drops.size = drops;
    marks_restore(journal, marks, count);
    journal->job_leaf_count = 0;
    if (!database_is_dead(journal->db) && database_rollback_savepoint(journal->db, err))
        return refusal_write(journal, job, err);
    *err = job->error;
    return false;
}

/* *is_begun false: nothing was done, and the jobs may come again. */
static bool batch_write(struct journal *journal, struct job *jobs, bool *is_begun,
                        struct error *err)
{
    *is_begun = database_begin(journal->db, DATABASE_FULL, err);
    if (!*is_begun)
        return false;
    bool ok = seal_store_signatures(journal, err);
    for (struct job *job = jobs; ok && job != NULL; job = job->next)
        ok = job_run(journal, job, err);
    ok = ok && number_waiting(journal, err) && database_commit(journal->db, err);
    if (ok)
        seal_signatures_stored(journal);
    else
        database_rollback(journal->db);
    return ok;
}

/* Files whose rows are gone. A crash before leaves sealed bytes without a key. */
static void files_drop(struct journal *journal)
{
    struct span ids = buffer_span(&journal->drops);
    struct error ignored = {0};

    for (size_t at = 0; at < ids.size; at += ATTACHMENT_ID_SIZE)
        attachment_file_drop(journal->env, journal->home, span_part(ids, at, ATTACHMENT_ID_SIZE),
                             &ignored);
    buffer_clear(&journal->drops);
}

static void jobs_complete(struct journal *journal, struct job *jobs, const struct error *failure)
{
    while (jobs != NULL) {
        struct job *next = jobs->next;
        if (failure != NULL)
            jobs->done(journal, jobs, false, failure);
        else
            jobs->done(journal, jobs, !jobs->has_failed, &jobs->error);
        jobs = next;
    }
}

static void batch_run(struct journal *journal, struct job *jobs)
{
    struct error err = {0};
    bool is_begun = false;

    if (journal->is_dead) {
        error_set(&err, ERROR_STORE, "the node stopped writing: %s", journal->dead_reason);
        jobs_complete(journal, jobs, &err);
        return;
    }
    if (!batch_write(journal, jobs, &is_begun, &err)) {
        if (is_begun || database_is_dead(journal->db) || err.kind != ERROR_BUSY)
            journal_die(journal, &err);
        jobs_complete(journal, jobs, &err);
        return;
    }
    files_drop(journal);
    audit_copy_follow(journal);
    struct error keeper_err = {0};
    if (!seal_ask_keeper(journal, &keeper_err))
        journal_event_add(journal, JOURNAL_ALARM, NULL, 0, 0);
    jobs_complete(journal, jobs, NULL);
}

static bool handling_is_wanted(const struct journal *journal, const struct journal_line *line)
{
    bool is_waiting =
        line->resume.state == RESUME_DONE && line->waits_at == journal_handled(line) + 1;
    return journal_unhandled(line) > 0 && !journal_is_behind(line) && !is_waiting &&
           (!line->is_stuck ||
            journal->env->monotonic_ms(journal->env->context) >= line->stuck_until_ms);
}

static bool handle_all(struct journal *journal)
{
    bool did = false;
    for (size_t i = 0; i < journal->line_count && !journal->is_dead; i++) {
        struct journal_line *line = &journal->lines[i];
        struct error err = {0};
        if (handling_is_wanted(journal, line)) {
            did = true;
            if (!handle_line(journal, line, &err))
                journal_die(journal, &err);
        } else if (line->is_releasing && !line->is_suspended && !line->is_stuck &&
                   line->resume.state == RESUME_NONE) {
            did = true;
            if (!release_line(journal, line, &err))
                journal_die(journal, &err);
        }
    }
    return did;
}

bool journal_pump(struct journal *journal)
{
    struct job *jobs = job_queue_take(&journal->queue);
    bool did = jobs != NULL;

    if (jobs != NULL || (!journal->is_dead && seal_is_wanted(journal))) {
        batch_run(journal, jobs);
        did = true;
    }
    did = handle_all(journal) || did;
    events_publish(journal);
    return did;
}

/*
 * What the courier does when a partner refuses: by word. Every refusal is told in `besa status` until a post goes through
 * again, none is tried again without a pause, and each pause grows.
 */
#include "exchange/private.h"
#include "exchange/denial.h"

#include <stdio.h>

#define FAULT_MAX_MS  60000  /* of what may mend itself: busy, clock, behind */
#define CLOSED_MAX_MS 300000 /* of what people must mend: invalid, read-only */
#define SUSPENDED_MS  60000  /* the partner's own probe tells us sooner */

/* The longest pause after a refusal of this word. */
static int64_t pause_max_ms(enum denial_word word)
{
    switch (word) {
    case WORD_INVALID:
    case WORD_READ_ONLY:
    case WORD_FORK:
        return CLOSED_MAX_MS;
    case WORD_OTHER:
    case WORD_BEHIND:
    case WORD_SUSPENDED:
    case WORD_BUSY:
    case WORD_VERSION:
    case WORD_CLOCK:
    case WORD_COUNT:
        break;
    }
    return FAULT_MAX_MS;
}

static const char *meaning(enum denial_word word)
{
    switch (word) {
    case WORD_BEHIND:
        return "it holds less than it receipted to us, as after a restored backup; it is shown its receipt "
               "and has to resume";
    case WORD_FORK:
        return "it holds another tree under our signature; nothing of this log is sent any more";
    case WORD_SUSPENDED:
        return "it suspended the agreement; new business waits";
    case WORD_BUSY:
        return "it is busy; it is asked again when it said";
    case WORD_VERSION:
        return "it does not speak this protocol any more";
    case WORD_CLOCK:
        return "the clocks of the two nodes differ by more than the agreement allows";
    case WORD_INVALID:
        return "it finds the post invalid; the entries are kept";
    case WORD_READ_ONLY:
        return "it takes nothing of this log into custody; the entries are kept";
    case WORD_OTHER:
    case WORD_COUNT:
        break;
    }
    return "it gave no usable answer";
}

static void denial_tell(struct operation *operation, const struct denial *denial)
{
    struct courier_partner *partner = operation->partner;

    pthread_mutex_lock(&operation->exchange->mutex);
    snprintf(partner->refused, sizeof partner->refused, "%s: %s (%s%s%u)",
             denial_words[denial->word], meaning(denial->word), denial->text,
             denial->text[0] == '\0' ? "status " : "; status ", operation->status);
    pthread_mutex_unlock(&operation->exchange->mutex);
}

/* Of what says that it cannot now, and of nothing else: another answer is judged by what it says. */
int64_t retry_asked_ms(const struct exchange *exchange, unsigned status)
{
    if ((status != 503 && status != 429) || exchange->line.retry_ms == NULL)
        return 0;
    int64_t asked_ms = exchange->line.retry_ms(exchange->line.context);
    if (asked_ms < 0)
        return 0;
    return asked_ms < RETRY_MS_MAX ? asked_ms : RETRY_MS_MAX;
}

static int64_t pause_ms(const struct operation *operation, const struct denial *denial)
{
    const struct env *env = operation->exchange->journal->env;
    int64_t wait_ms = backoff_ms(env, operation->failures, pause_max_ms(denial->word));

    if (denial->word == WORD_SUSPENDED)
        wait_ms = backoff_stretch_ms(env, SUSPENDED_MS);
    if (denial->retry_ms == 0)
        return wait_ms;
    /* As it asked, and not sooner; longer only when it keeps asking. */
    int64_t asked_ms = backoff_stretch_ms(env, denial->retry_ms);
    return operation->failures > 5 && wait_ms > asked_ms ? wait_ms : asked_ms;
}

/* Before the next post the two show each other what they hold. */
static void show_first(struct operation *operation)
{
    operation->partner->must_show = true;
    operation_want(operation, OPERATION_PROBE);
}

/* What it witnessed before is no beginning of our domestic log, or it holds more: a second machine with these keys may have
 * shown it another. What it was shown, and under which signature, comes with the probe. */
static bool is_unwitnessed(const struct operation *operation)
{
    return operation->kind == OPERATION_WITNESS && !operation->ok &&
           (operation->status == 409 || operation->status == 422);
}

void witness_tell(struct operation *operation)
{
    struct courier_partner *partner = operation->partner;

    pthread_mutex_lock(&operation->exchange->mutex);
    snprintf(partner->unwitnessed, sizeof partner->unwitnessed, "%s",
             operation->ok ? "" : operation->error.text);
    pthread_mutex_unlock(&operation->exchange->mutex);
}

void operation_refused(struct operation *operation)
{
    struct denial denial;

    operation->failures++;
    denial_read(operation->status, buffer_span(&operation->answer), &denial);
    if (denial.retry_ms > 0) /* the node itself says it, in milliseconds */
        operation->retry_ms = 0;
    if (operation->kind == OPERATION_WITNESS)
        witness_tell(operation);
    if (is_unwitnessed(operation))
        operation_want(operation, OPERATION_PROBE);
    if (operation->kind != OPERATION_POST || operation->status == 0) {
        operation_back_off(operation, pause_ms(operation, &denial));
        return;
    }
    denial_tell(operation, &denial);
    if (denial.word == WORD_FORK)
        operation->partner->halted_log = operation->partner->posted_log;
    /* What it receipted is never sent a second time: it would be receipted at a second time, and one entry would have
     * two deadlines. It sees its own receipt at once instead. When only a moment was between, the post goes again. */
    bool has_come = denial.word == WORD_BEHIND && denial.has_held &&
                    denial.held >= operation->from && operation->failures == 1;
    operation_back_off(operation, has_come ? 0 : pause_ms(operation, &denial));
    if (denial.word != WORD_BUSY && !has_come)
        show_first(operation);
}

bool operation_succeeded(const struct operation *operation)
{
    return operation->ok && operation->status == 200;
}

void operation_mended(struct operation *operation)
{
    struct courier_partner *partner = operation->partner;
    bool ok = operation->ok; /* the last answer of a resume is a 404: there is no more */

    pthread_mutex_lock(&operation->exchange->mutex);
    snprintf(partner->last_error, sizeof partner->last_error, "%s",
             ok ? "" : operation->error.text); /* that it was not allowed yet is over */
    pthread_mutex_unlock(&operation->exchange->mutex);
    if (!ok)
        operation_back_off(operation, RESUME_RETRY_MS);
    else /* the next range; or what waited for the keeper */
        operation_want(operation,
                       operation->kind == OPERATION_RESUME ? OPERATION_RESUME : OPERATION_POST);
}

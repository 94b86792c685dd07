/*
 * The receiver: answers a partner's calls. Each is one job of the writer; its answer leaves after commit and signature.
 */
#include "exchange/private.h"
#include "exchange/denial.h"

#include "base/text.h"
#include "journal/contact.h"
#include "journal/fresh.h"
#include "journal/resume.h"
#include "tlog/cosignature.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define RETRY_BUSY_MS  200  /* a signature, or a few commits, and it is over */
#define RETRY_FAULT_MS 5000 /* the supervisor starts the node anew */

struct received {
    struct job job; /* first */
    struct exchange *exchange;
    size_t line;
    struct span body;
    exchange_reply *reply;
    void *context;
    unsigned status;
    const char *content_type;
    struct buffer answer;
    struct accepted accepted;
    bool is_versionless;  /* no protocol is common */
    bool has_place;       /* counted among its partner's calls under way */
    struct error failure; /* of a post that is refused although its job succeeds */
    uint64_t from;
};

static struct journal_line *line_of(const struct received *received)
{
    return &received->exchange->journal->lines[received->line];
}

/* Of this node, not of what the partner sent. */
static bool is_own_fault(const struct error *err)
{
    return err->kind == ERROR_STORE || err->kind == ERROR_FULL || err->kind == ERROR_BUG;
}

/* The text never quotes the partner's data. */
static void answer_error(struct received *received, unsigned status, const char *word,
                         const struct error *err)
{
    struct denial denial = {.held = received->accepted.held, .index = received->accepted.index};
    bool is_ours = is_own_fault(err);

    buffer_clear(&received->answer);
    if (status == 503)
        denial.retry_ms = is_ours ? RETRY_FAULT_MS : RETRY_BUSY_MS;
    if (received->is_versionless)
        denial.protocol = version_own(received->exchange->journal);
    /* Our own faults name files and statements: nothing for a partner. */
    snprintf(denial.text, sizeof denial.text, "%.*s", (int)DENIAL_TEXT_MAX,
             is_ours ? "a fault of this node" : err->text);
    denial_write(&denial, word, &received->answer);
    received->status = status;
    received->content_type = "application/json";
}

static unsigned *places_of(const struct received *received)
{
    return &received->exchange->partners[received->line].calls_under_way;
}

/* The place is counted before it is judged: two calls at once never both take the last. */
static bool place_take(struct received *received, struct error *err)
{
    unsigned before = __atomic_fetch_add(places_of(received), 1, __ATOMIC_ACQ_REL);

    received->has_place = true;
    return before < CALLS_UNDER_WAY_MAX ||
           error_set(err, ERROR_BUSY, "%u of your calls are under way", before);
}

static void send(struct received *received)
{
    if (received->has_place)
        __atomic_fetch_sub(places_of(received), 1, __ATOMIC_ACQ_REL);
    received->reply(received->context, received->status, received->content_type,
                    buffer_span(&received->answer));
    buffer_free(&received->answer);
    free(received);
}

/* The usual end: the job filled the answer, or failed. */
static void received_done(struct journal *journal, struct job *job, bool ok,
                          const struct error *err)
{
    struct received *received = (struct received *)job;
    (void)journal;

    if (!ok && received->is_versionless)
        answer_error(received, 409, denial_words[WORD_VERSION], err);
    else if (!ok)
        answer_error(received, error_http_status(err->kind), error_kind_name(err->kind), err);
    send(received);
}

/* --- push --- */

static const struct {
    unsigned status;
    const char *word;
} refusals[] = {
    [REFUSAL_NONE] = {200, ""},
    [REFUSAL_BEHIND] = {409, "behind"},
    [REFUSAL_FORK] = {409, "fork"},
    [REFUSAL_CLOCK] = {409, "clock"},
    [REFUSAL_INVALID] = {422, "invalid"},
    [REFUSAL_BUSY] = {503, "busy"},
    [REFUSAL_READ_ONLY] = {409, "read-only"},
};

static bool push_run(struct journal *journal, struct job *job, struct error *err)
{
    struct received *received = (struct received *)job;
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct post post;
    struct error ignored = {0};

    received->from = post_read_header(received->body, &arena, &post, &ignored) ? post.from : 0;
    if (journal_accept(journal, line_of(received), received->body, &received->accepted, err))
        return true;
    received->failure = *err;
    return received->accepted.refusal == REFUSAL_FORK; /* refused, and its proof committed */
}

static void push_done(struct journal *journal, struct job *job, bool ok, const struct error *err)
{
    struct received *received = (struct received *)job;
    struct error failure = ok ? received->failure : *err;

    ok = ok && received->accepted.refusal == REFUSAL_NONE;
    if (!ok && is_own_fault(&failure))
        received->accepted.refusal = REFUSAL_BUSY; /* our fault is no fault of the post */
    received->status = 200;
    received->content_type = "text/plain; charset=utf-8";
    if (ok && !journal_write_receipts(journal, line_of(received), received->from, &received->answer,
                                      &failure)) {
        ok = false;
        received->accepted.refusal = REFUSAL_BUSY;
    }
    if (!ok) {
        enum post_refusal refusal =
            received->accepted.refusal == REFUSAL_NONE ? REFUSAL_BUSY : received->accepted.refusal;
        answer_error(received, refusals[refusal].status, refusals[refusal].word, &failure);
    }
    send(received);
}

/* --- probe --- */

static bool probe_run(struct journal *journal, struct job *job, struct error *err)
{
    struct received *received = (struct received *)job;

    received->status = 200;
    received->content_type = "application/json";
    bool ok = contact_seen(journal, line_of(received), received->body, err);
    received->is_versionless = !ok && err->kind == ERROR_RULE && line_of(received)->protocol == 0;
    return ok && contact_show(journal, line_of(received), &received->answer, err);
}

/* What stands between the two is said on both sides. */
static void probe_done(struct journal *journal, struct job *job, bool ok, const struct error *err)
{
    struct received *received = (struct received *)job;
    struct exchange *exchange = received->exchange;

    pthread_mutex_lock(&exchange->mutex);
    snprintf(exchange->partners[received->line].contact_error, ERROR_TEXT_SIZE, "%s",
             !ok && err->kind == ERROR_RULE ? err->text : "");
    pthread_mutex_unlock(&exchange->mutex);
    if (ok)
        courier_knock(exchange, &exchange->partners[received->line]);
    received_done(journal, job, ok, err);
}

/* --- add-checkpoint --- */

static bool witness_run(struct journal *journal, struct job *job, struct error *err)
{
    static const unsigned statuses[] = {
        [WITNESS_COSIGNED] = 200, [WITNESS_MALFORMED] = 400, [WITNESS_FORBIDDEN] = 403,
        [WITNESS_UNKNOWN] = 404,  [WITNESS_CONFLICT] = 409,  [WITNESS_UNPROVED] = 422,
    };
    struct received *received = (struct received *)job;
    struct witness_answer answer;
    struct note_key key;

    if (!journal_add_checkpoint(journal, line_of(received), received->body, &answer, err))
        return false;
    received->status = statuses[answer.verdict];
    received->content_type =
        answer.verdict == WITNESS_CONFLICT ? "text/x.tlog.size" : "text/plain; charset=utf-8";
    if (answer.verdict == WITNESS_CONFLICT)
        return buffer_format(&received->answer, "%" PRIu64 "\n", answer.held_size);
    if (answer.verdict != WITNESS_COSIGNED)
        return true;
    return (note_key_make(span_text(answer.name), NOTE_COSIGNATURE, answer.public_key, &key) &&
            cosignature_line_write(&key, answer.time_s, answer.signature, &received->answer)) ||
           error_set(err, ERROR_BUG, "a witness cosignature cannot be written");
}

/* --- ranges --- */

static bool ranges_run(struct journal *journal, struct job *job, struct error *err)
{
    struct received *received = (struct received *)job;
    struct journal_line *line = line_of(received);
    struct arena arena CLEANUP(arena_free) = arena_make(8u * 1024 * 1024);
    struct range_question question;
    struct span segment;

    received->status = 200;
    received->content_type = "application/octet-stream";
    return range_question_read(received->body, &question, err) &&
           journal_segment(journal, line, question.index, question.part, question.segment, &arena,
                           &segment, err) &&
           range_seal(journal, line, line->out.origin, &question,
                      span_part(segment, question.from, question.size), &received->answer, err);
}

static void ranges_done(struct journal *journal, struct job *job, bool ok, const struct error *err)
{
    struct received *received = (struct received *)job;

    if (ok || received->is_versionless || err->kind != ERROR_CONFLICT) {
        received_done(journal, job, ok, err);
        return;
    }
    answer_error(received, 409, denial_words[WORD_SUSPENDED], err);
    send(received);
}

/* --- resume --- */

static bool resume_run(struct journal *journal, struct job *job, struct error *err)
{
    struct received *received = (struct received *)job;

    received->status = 200;
    received->content_type = "application/octet-stream";
    received->answer.limit = RESUME_ANSWER_SIZE_MAX;
    return journal_resume_answer(journal, line_of(received), received->body, &received->answer,
                                 err);
}

static bool piece_run(struct journal *journal, struct job *job, struct error *err)
{
    struct received *received = (struct received *)job;

    received->status = 200;
    received->content_type = "application/octet-stream";
    return piece_answer(journal, line_of(received),
                        &received->exchange->partners[received->line].held, received->body,
                        &received->answer, err);
}

/* --- fresh receipts --- */

static bool fresh_run(struct journal *journal, struct job *job, struct error *err)
{
    struct received *received = (struct received *)job;

    received->status = 200;
    received->content_type = "application/json";
    return journal_fresh_answer(journal, line_of(received), received->body, &received->answer, err);
}

/* --- dispatch --- */

static const struct {
    const char *path;
    size_t body_size_max;
    bool (*run)(struct journal *, struct job *, struct error *);
    void (*done)(struct journal *, struct job *, bool, const struct error *);
} calls[] = {
    {PATH_PUSH, POST_SIZE_MAX, push_run, push_done},
    {PATH_PROBE, CONTACT_SIZE_MAX, probe_run, probe_done},
    {PATH_ADD_CHECKPOINT, 16 * 1024, witness_run, received_done},
    {PATH_RANGES, 1024, ranges_run, ranges_done},
    {PATH_RESUME, RESUME_QUESTION_SIZE_MAX, resume_run, received_done},
    {PATH_RESUME_PIECE, PIECE_QUESTION_SIZE_MAX, piece_run, received_done},
    {PATH_FRESH, FRESH_QUESTION_SIZE_MAX, fresh_run, received_done},
};

void receiver_refuse(exchange_reply *reply, void *context, enum error_kind kind, const char *text)
{
    reply(context, error_http_status(kind), "text/plain; charset=utf-8", span_text(text));
}

/* "/1/push" and, with the numbers of further protocols that we speak, "/2/push". A probe has one form for ever: in it
 * two nodes find out what they have in common. */
static bool path_is(const struct exchange *exchange, struct span path, const char *known)
{
    struct version_range own = version_own(exchange->journal);
    char text[PULL_PATH_SIZE_MAX + 1];

    if (strcmp(known, PATH_PROBE) == 0)
        return span_is(path, known);
    for (unsigned protocol = own.oldest; protocol <= own.newest; protocol++) {
        path_write(protocol, known, text);
        if (span_is(path, text))
            return true;
    }
    return false;
}

/* A call that we know, in a protocol that we do not speak. */
static bool is_of_other_protocol(struct span path)
{
    size_t digits = 0;

    while (1 + digits < path.size && isdigit(path.data[1 + digits]) && digits < 5)
        digits++;
    if (digits == 0 || path.data[0] != '/' || path.data[1] == '0')
        return false;
    struct span rest = span_part(path, 1 + digits, path.size);
    for (size_t i = 0; i < ARRAY_COUNT(calls); i++)
        if (strcmp(calls[i].path, PATH_PROBE) != 0 && span_is(rest, calls[i].path + strlen("/1")))
            return true;
    return false;
}

static void version_refuse(const struct exchange *exchange, exchange_reply *reply, void *context)
{
    struct buffer answer CLEANUP(buffer_free) = buffer_make(DENIAL_SIZE_MAX);
    struct denial denial = {.protocol = version_own(exchange->journal)};
    char text[VERSION_TEXT_SIZE];

    version_text(denial.protocol, text);
    snprintf(denial.text, sizeof denial.text, "we speak %s", text);
    denial_write(&denial, denial_words[WORD_VERSION], &answer);
    reply(context, 409, "application/json", buffer_span(&answer));
}

/* Any call shows that the partner is there. True when it was a pull, which needs no writer. */
static bool partner_hears(struct exchange *exchange, const struct journal_line *line,
                          struct span path, struct span body, exchange_reply *reply, void *context)
{
    size_t at = (size_t)(line - exchange->journal->lines);

    if (at >= __atomic_load_n(&exchange->partner_count, __ATOMIC_ACQUIRE))
        return false;
    if (!span_is(path, PATH_PROBE)) /* a probe counts when it was not refused: probe_done */
        courier_knock(exchange, &exchange->partners[at]);
    if (!span_is(path, PATH_PULL))
        return false;
    if (body.size > PULL_SIZE_MAX)
        receiver_refuse(reply, context, ERROR_LIMIT, "no\n");
    else
        pull_arrive(exchange, &exchange->partners[at], body, reply, context);
    return true;
}

void exchange_receive(struct exchange *exchange, struct span partner, struct span path,
                      struct span body, exchange_reply *reply, void *context)
{
    struct journal_line *line = journal_line_to(exchange->journal, partner);
    size_t at = 0;
    struct error err = {0};

    if (line != NULL && partner_hears(exchange, line, path, body, reply, context))
        return;
    while (at < ARRAY_COUNT(calls) && !path_is(exchange, path, calls[at].path))
        at++;
    if (line != NULL && at == ARRAY_COUNT(calls) && is_of_other_protocol(path)) {
        version_refuse(exchange, reply, context);
        return;
    }
    if (line == NULL || at == ARRAY_COUNT(calls) || body.size > calls[at].body_size_max) {
        receiver_refuse(reply, context,
                        at < ARRAY_COUNT(calls) && line != NULL ? ERROR_LIMIT : ERROR_MISSING,
                        "no\n");
        return;
    }
    struct received *received = calloc(1, sizeof *received);
    if (received == NULL) {
        receiver_refuse(reply, context, ERROR_BUSY, "busy\n");
        return;
    }
    *received =
        (struct received){.job = {.run = calls[at].run, .done = calls[at].done, .size = body.size},
                          .exchange = exchange,
                          .line = (size_t)(line - exchange->journal->lines),
                          .body = body,
                          .reply = reply,
                          .context = context,
                          .answer = buffer_make(RANGE_SIZE_MAX)};
    if (!place_take(received, &err) || !journal_submit(exchange->journal, &received->job, &err)) {
        answer_error(received, 503, "busy", &err);
        send(received);
    }
}

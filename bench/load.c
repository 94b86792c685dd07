/* The load: see load.h. */
#include "load.h"

#include "bench.h"

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define WARM_S      1.0
#define DRAIN_S     30.0
#define MESSAGE_MAX 2000000u
#define ACT_ARENA   (8u * 1024u * 1024u)
#define RESULT_SIZE 65536u

/* One place of the window. */
struct slot {
    struct job job; /* first */
    struct load *load;
    struct buffer body;
    struct buffer result;
    struct json *json; /* the arguments */
    struct problems problems;
    double began;
    uint64_t index; /* in the log */
    struct slot *next;
};

struct load {
    struct node *node;
    struct slot slots[LOAD_WINDOW_MAX];
    uint64_t next_number;
    uint64_t next_index; /* of the outgoing log; the writer's */
    struct slot *first;  /* stored, not receipted yet, oldest first; the writer's */
    struct slot *last;
    struct slot *free; /* under the mutex */
    pthread_mutex_t mutex;
    sem_t places;
    double
        *ended; /* when each receipt was stored, and how long it took; the writer's until the end */
    double *took;
    size_t receipted;
    size_t failed;
    char failure[ERROR_TEXT_SIZE];
};

/* The one that runs; the node's events know no other context than the node. */
static struct load *running;

/* --- in the writer --- */

static bool slot_run(struct journal *journal, struct job *job, struct error *err)
{
    struct slot *slot = (struct slot *)job;
    struct arena arena CLEANUP(arena_free) = arena_make(ACT_ARENA);
    struct json_object arguments;
    struct json_writer writer = json_writer_make(&slot->result);
    struct desk_call call = {.access = {.officer = span_text("ana"),
                                        .reason = span_text("benchmark"),
                                        .case_number = span_text("c-1")},
                             .arguments = &arguments,
                             .body = buffer_span(&slot->body),
                             .problems = &slot->problems,
                             .arena = &arena};

    problems_clear(&slot->problems);
    buffer_clear(&slot->result);
    json_object_begin(&arguments, json_root(slot->json), &arena, &slot->problems);
    return desk_run(journal, desk_act_find(span_text("request-send")), &call, &writer, err);
}

static void slot_give(struct slot *slot)
{
    struct load *load = slot->load;

    pthread_mutex_lock(&load->mutex);
    slot->next = load->free;
    load->free = slot;
    pthread_mutex_unlock(&load->mutex);
    sem_post(&load->places);
}

static void slot_done(struct journal *journal, struct job *job, bool ok, const struct error *err)
{
    struct slot *slot = (struct slot *)job;
    struct load *load = slot->load;
    (void)journal;

    if (!ok) {
        if (load->failed++ == 0)
            snprintf(load->failure, sizeof load->failure, "%s", err->text);
        slot_give(slot);
        return;
    }
    slot->index = load->next_index++;
    slot->next = NULL;
    if (load->last == NULL)
        load->first = slot;
    else
        load->last->next = slot;
    load->last = slot;
}

/* All entries below `size` are in the partner's custody, and the receipt is stored. */
static void receipt_take(struct load *load, uint64_t size)
{
    double now = bench_now();

    while (load->first != NULL && load->first->index < size) {
        struct slot *slot = load->first;
        load->first = slot->next;
        if (load->first == NULL)
            load->last = NULL;
        load->ended[load->receipted] = now;
        load->took[load->receipted] = now - slot->began;
        load->receipted++;
        slot_give(slot);
    }
}

void load_event(void *context, const struct journal_event *event)
{
    struct node *node = context;

    if (running != NULL && event->kind == JOURNAL_RECEIPT)
        receipt_take(running, event->size);
    if (node->exchange != NULL)
        exchange_notice(node->exchange, event);
}

/* The event's size is stored one commit later (its rows ride in the next transaction), as for any reader of the books. */
static bool begin_run(struct node *node, void *context, struct error *err)
{
    struct load *load = context;
    (void)err;

    load->next_index = node->journal.lines[0].out.size;
    running = load;
    return true;
}

static bool end_run(struct node *node, void *context, struct error *err)
{
    struct load *load = context;

    running = NULL;
    return node->journal.lines[0].out.size == load->next_index ||
           error_set(err, ERROR_BUG, "something else was appended meanwhile");
}

/* --- driving --- */

static bool load_make(struct load *load, struct node *node, unsigned window)
{
    struct error err = {0};

    load->node = node;
    load->ended = calloc(MESSAGE_MAX, sizeof *load->ended);
    load->took = calloc(MESSAGE_MAX, sizeof *load->took);
    pthread_mutex_init(&load->mutex, NULL);
    sem_init(&load->places, 0, window);
    for (unsigned i = 0; i < window; i++) {
        struct slot *slot = &load->slots[i];
        slot->load = load;
        slot->body = buffer_make(BODY_SIZE_MAX);
        slot->result = buffer_make(RESULT_SIZE);
        slot->job = (struct job){.run = slot_run, .done = slot_done, .size = LOAD_BODY_SIZE};
        slot->next = load->free;
        load->free = slot;
        if (!json_parse(span_text("{}"), &slot->json, &err))
            return false;
    }
    return load->ended != NULL && load->took != NULL;
}

static void load_free(struct load *load)
{
    for (size_t i = 0; i < LOAD_WINDOW_MAX; i++) {
        buffer_free(&load->slots[i].body);
        buffer_free(&load->slots[i].result);
        json_free(&load->slots[i].json);
    }
    free(load->ended);
    free(load->took);
    pthread_mutex_destroy(&load->mutex);
    sem_destroy(&load->places);
}

static struct slot *slot_take(struct load *load)
{
    sem_wait(&load->places);
    pthread_mutex_lock(&load->mutex);
    struct slot *slot = load->free;
    load->free = slot->next;
    pthread_mutex_unlock(&load->mutex);
    return slot;
}

/* The form is filled before the clock starts; what the node does with it is measured. */
static size_t drive(struct load *load, double until)
{
    const struct env *env = load->node->env;
    static uint64_t number; /* distinct over all runs */
    size_t sent = 0;

    while (load->failed == 0) {
        struct slot *slot = slot_take(load);
        struct error err = {0};
        if (bench_now() >= until || sent == MESSAGE_MAX) {
            slot_give(slot);
            break;
        }
        bool ok = load_body(number++, env->now_ms(env->context), &slot->body);
        slot->began = bench_now();
        if (!ok || !journal_submit(&load->node->journal, &slot->job, &err))
            break;
        sent++;
    }
    return sent;
}

static void drain(struct load *load, unsigned window)
{
    double until = bench_now() + DRAIN_S;
    int free = 0;

    while (bench_now() < until && (sem_getvalue(&load->places, &free) != 0 || free < (int)window))
        usleep(200);
}

static void result_fill(const struct load *load, double from, double to, struct load_result *out)
{
    size_t count = 0;
    double *took = load->took;

    for (size_t i = 0; i < load->receipted; i++)
        if (load->ended[i] > from && load->ended[i] <= to)
            took[count++] = load->took[i];
    qsort(took, count, sizeof *took, bench_compare);
    out->messages_per_s = (double)count / (to - from);
    out->p50_ms = count == 0 ? 0 : took[count / 2] * 1e3;
    out->p99_ms = count == 0 ? 0 : took[count * 99 / 100] * 1e3;
    out->receipted = load->receipted;
    out->failed = load->failed;
    snprintf(out->failure, sizeof out->failure, "%s", load->failure);
}

bool load_run(struct node *node, unsigned window, unsigned seconds, struct load_result *out)
{
    struct load *load = calloc(1, sizeof *load);
    struct error err = {0};

    *out = (struct load_result){.sent = 0};
    if (load == NULL || window == 0 || window > LOAD_WINDOW_MAX)
        return false;
    bool ok = load_make(load, node, window) && node_job(node, false, begin_run, load, &err);
    if (ok) {
        double from = bench_now() + WARM_S;
        out->sent = drive(load, from + seconds);
        drain(load, window);
        ok = node_job(node, false, end_run, load, &err);
        result_fill(load, from, from + seconds, out);
    }
    ok = ok && out->failed == 0 && out->receipted == out->sent;
    if (!ok && out->failure[0] == '\0')
        snprintf(out->failure, sizeof out->failure, "%.400s",
                 err.text[0] != '\0' ? err.text : "receipts are missing");
    load_free(load);
    free(load);
    return ok;
}

/*
 * The line between the nodes, below the seam of exchange_line: calls and answers wait for their time and are lost, doubled,
 * delayed, reordered, or their answer is lost or cut, as the seed says.
 */
#include "sim/mischief.h"
#include "sim/world.h"

#include "exchange/pull_form.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum call_phase { CALL_ON_ITS_WAY, CALL_AT_WORK, CALL_ON_ITS_WAY_BACK };

typedef void call_done_function(void *done_context, unsigned status, struct span response,
                                const struct error *error);

struct call {
    struct call *next;
    struct world *world;
    struct node *from;
    struct node *to; /* which machine has the address shows when it arrives */
    enum call_phase phase;
    char path[32];
    struct buffer body;
    call_done_function *done; /* NULL: no one waits for the answer */
    void *done_context;
    int64_t due_ms;
    bool is_lost;
    bool loses_answer;
    bool is_reset;     /* the answer breaks off */
    int64_t silent_ms; /* nothing comes, and no end of the connection, until the caller gives up */
    unsigned status;
    struct buffer answer;
    bool is_suspended; /* the agreement, where it arrived, */
    unsigned acts;     /* and so many acts of officers were begun then */
};

static int64_t delay_ms(struct world *world)
{
    if (world->is_healing || world->script != NULL)
        return 1 + (int64_t)random_below(&world->random, 20);
    if (random_chance(&world->random, 4)) {
        tally_add("fault", "delayed");
        return 1000 + (int64_t)random_below(&world->random, 20000);
    }
    return 1 + (int64_t)random_below(&world->random, 150);
}

static void call_add(struct world *world, struct call *call)
{
    struct call **end = &world->calls;
    while (*end != NULL)
        end = &(*end)->next;
    *end = call;
}

static void call_remove(struct world *world, struct call *call)
{
    struct call **at = &world->calls;
    while (*at != call)
        at = &(*at)->next;
    *at = call->next;
    buffer_free(&call->body);
    buffer_free(&call->answer);
    free(call);
}

static struct call *call_make(struct node *from, const char *path, struct span body)
{
    struct world *world = from->world;
    struct call *call = calloc(1, sizeof *call);
    if (call == NULL)
        abort();
    call->world = world;
    call->from = from;
    call->to = clone_at_address(world, 1 - from->side);
    snprintf(call->path, sizeof call->path, "%s", path);
    call->body = buffer_make(POST_SIZE_MAX);
    call->answer = buffer_make(POST_SIZE_MAX);
    buffer_add(&call->body, body);
    call->due_ms = world->now_ms + delay_ms(world);
    return call;
}

/* The same bytes arrive once more, later; no one hears the answer. */
static void call_double(const struct call *call)
{
    struct call *copy = call_make(call->from, call->path, buffer_span(&call->body));
    copy->due_ms += (int64_t)random_below(&call->world->random, 5000);
    tally_add("fault", "doubled");
    call_add(call->world, copy);
}

static void fate_choose(struct call *call, int64_t deadline_ms)
{
    struct world *world = call->world;

    if (world->is_healing || world->script != NULL)
        return;
    uint64_t fate = random_below(&world->random, 100);
    call->is_lost = fate < 4;
    call->loses_answer = fate >= 4 && fate < 9;
    call->is_reset = fate >= 9 && fate < 11;
    call->silent_ms = world->is_hostile && fate >= 11 && fate < 13 ? deadline_ms : 0;
    mischief_with_call(world, &call->body);
    if (random_chance(&world->random, 15))
        call_double(call);
}

static bool line_call(void *context, const char *partner, const char *path, struct span body,
                      size_t response_size_max, int64_t deadline_ms, call_done_function *done,
                      void *done_context, struct error *err)
{
    struct node *node = context;
    struct world *world = node->world;
    (void)partner;
    (void)response_size_max;

    if (world->unreachable == 1 - node->side || world->is_cut[node->side]) {
        tally_add("fault", "refused at once");
        return error_set(err, ERROR_LINK, "connection refused");
    }
    struct call *call = call_make(node, path, body);
    call->done = done;
    call->done_context = done_context;
    fate_choose(call, deadline_ms);
    call_add(world, call);
    world_tell(world, "%s calls %s with %zu bytes", node->machine.name, path, body.size);
    return true;
}

static void line_wake(void *context)
{
    (void)context; /* the simulator pumps the courier by itself */
}

static struct exchange_way line_way(void *context, const char *partner)
{
    const struct node *node = context;
    (void)partner;
    return (struct exchange_way){.may_call = node->world->unreachable != 1 - node->side,
                                 .may_wait = true,
                                 .must_pull = node->world->unreachable == node->side};
}

struct exchange_line line_of_node(struct node *node)
{
    return (struct exchange_line){
        .context = node, .call = line_call, .wake = line_wake, .way = line_way};
}

static void call_fail(struct call *call, const char *why)
{
    struct error error = {.kind = ERROR_LINK};
    call_done_function *done = call->done;

    snprintf(error.text, sizeof error.text, "%s", why);
    world_tell(call->world, "%s %s: %s", call->from->machine.name, call->path, why);
    call->done = NULL;
    if (done != NULL)
        done(call->done_context, 0, span_make(NULL, 0), &error);
}

static bool answer_says(const struct call *call, const char *word)
{
    char text[64];

    snprintf(text, sizeof text, "\"error\":\"%s\"", word);
    return memmem(call->answer.data, call->answer.size, text, strlen(text)) != NULL;
}

/* "error":"behind" of a refusal. */
static void refusal_count(const struct call *call)
{
    char text[160];
    char name[72];
    struct span answer = span_part(buffer_span(&call->answer), 0, sizeof text - 1);
    const char *word = "\"error\":\"";

    memcpy(text, answer.data == NULL ? (const uint8_t *)"" : answer.data, answer.size);
    text[answer.size] = '\0';
    const char *at = strstr(text, word);
    if (at == NULL)
        snprintf(name, sizeof name, "%s %u", call->path, call->status);
    else
        snprintf(name, sizeof name, "%s %.*s", call->path, (int)strcspn(at + strlen(word), "\""),
                 at + strlen(word));
    tally_add("refusal of a call", name);
}

/* A probe without what it shows of the other's signatures. */
static void shown_blind(struct buffer *shown)
{
    static const char *const fields[] = {",\"held\":", ",\"receipt\":"};

    for (size_t i = 0; i < ARRAY_COUNT(fields); i++)
        for (size_t at = 0; at + strlen(fields[i]) < shown->size; at++)
            if (memcmp(shown->data + at, fields[i], strlen(fields[i])) == 0) {
                shown->size = at;
                buffer_text(shown, "}");
            }
}

static void buffer_replace(struct buffer *old, struct buffer *by)
{
    buffer_clear(old);
    buffer_add(old, buffer_span(by));
}

/* A probe that came in the answer to a pull, or an answer to a probe that a pull brings. */
static void pull_blind(struct buffer *frame)
{
    struct buffer inner CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct buffer outer CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct pull_request request;
    struct pull_call call;
    struct error ignored = {0};

    if (pull_call_read(buffer_span(frame), &call, &ignored) && span_is(call.path, PATH_PROBE)) {
        buffer_add(&inner, call.body);
        shown_blind(&inner);
        call.body = buffer_span(&inner);
        pull_call_write(&call, &outer);
        buffer_replace(frame, &outer);
    } else if (pull_request_read(buffer_span(frame), &request, &ignored) &&
               span_starts_with(request.answer, "{\"protocol\"")) {
        buffer_add(&inner, request.answer);
        shown_blind(&inner);
        request.answer = buffer_span(&inner);
        pull_request_write(&request, &outer);
        buffer_replace(frame, &outer);
    }
}

/* What one side shows of the other's signatures does not get through to it. */
static void probe_blind(const struct node *to, const char *path, struct buffer *shown)
{
    if (!to->is_blinded)
        return;
    if (strcmp(path, PATH_PROBE) == 0)
        shown_blind(shown);
    else if (strcmp(path, PATH_PULL) == 0)
        pull_blind(shown);
}

static uint64_t u64_read(const uint8_t *bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < 8; i++)
        value = value << 8 | bytes[i];
    return value;
}

/* Custody of a post: from, to and the checkpoint, whose first line is the log's origin, stand in its clear header (post.h). */
enum { FROM_OFFSET = 8 + 1 + 4 + 65, CHECKPOINT_OFFSET = FROM_OFFSET + 24 + 2 };

static struct span post_note(const struct call *call)
{
    struct span post = buffer_span(&call->body);
    return span_part(post, CHECKPOINT_OFFSET, post.size);
}

static void post_audit(const struct call *call)
{
    struct span post = buffer_span(&call->body);
    struct span note = post_note(call);
    struct span origin;

    if (call->done != NULL && strcmp(call->path, PATH_PUSH) == 0 && line_take(&note, &origin))
        audit_custody(call->from, call->to, origin, u64_read(post.data + FROM_OFFSET),
                      u64_read(post.data + FROM_OFFSET + 8));
}

/* No part of a file is given while the agreement is suspended, whenever its message was sent. An act that came in between may
 * have suspended it just now. */
static void range_audit(const struct call *call)
{
    struct world *world = call->world;
    const struct journal_line *line = &call->to->journal.lines[0];

    if (strcmp(call->path, PATH_RANGES) != 0)
        return;
    tally_add("file", call->status == 200 ? "a part is given" : "no part is given");
    if (call->status == 200 && call->is_suspended && line->is_suspended &&
        call->acts == world->act_count)
        world_fail(world, "%s gives a part of a file while the agreement is suspended",
                   call->to->party);
}

static void call_reply(void *context, unsigned status, const char *content_type, struct span body)
{
    struct call *call = context;
    struct world *world = call->world;
    (void)content_type;

    call->phase = CALL_ON_ITS_WAY_BACK;
    call->due_ms = world->now_ms + delay_ms(world) + call->silent_ms;
    call->status = status;
    buffer_add(&call->answer, body);
    if (!call->to->is_up) {
        call->is_reset = true; /* its node died while it worked */
        return;
    }
    if (status == 200)
        probe_blind(call->from, call->path, &call->answer);
    else
        refusal_count(call);
    if (status == 409 && answer_says(call, "fork"))
        clone_audit_fork(call->to);
    if (status == 200)
        post_audit(call);
    range_audit(call);
    struct span shown = status == 200 ? span_text("") : span_part(body, 0, 300);
    world_tell(world, "%s answers %s: %u %.*s", call->to->machine.name, call->path, status,
               SPAN_ARG(shown));
}

static void call_arrive(struct call *call)
{
    struct world *world = call->world;
    struct node *to = call->to;

    if (call->is_lost || !to->is_up) {
        tally_add("fault", call->is_lost ? "lost" : "partner is down");
        call_fail(call, call->is_lost ? "lost" : "no one there");
        call_remove(world, call);
        return;
    }
    call->phase = CALL_AT_WORK;
    call->is_suspended = to->journal.lines[0].is_suspended;
    call->acts = world->act_count;
    probe_blind(to, call->path, &call->body);
    exchange_receive(to->exchange, span_text(call->from->party), span_text(call->path),
                     buffer_span(&call->body), call_reply, call);
}

static void call_return(struct call *call)
{
    struct world *world = call->world;

    if (call->done != NULL && world->deaf_until_ms[call->from->side] > world->now_ms)
        call->loses_answer = true;
    if (call->done != NULL && strcmp(call->path, PATH_PUSH) == 0 &&
        thief_answers(world, call->from->side, post_note(call), &call->answer)) {
        call->status = 200;
        call->loses_answer = call->is_reset = false;
    }
    if (call->done != NULL && call->status == 200)
        mischief_with_answer(world, call->from->side, call->path, &call->answer);
    if (call->loses_answer || call->is_reset || call->silent_ms > 0) {
        const char *why = call->is_reset         ? "reset"
                          : call->silent_ms == 0 ? "answer lost"
                                                 : "half open until the caller gave up";
        tally_add("fault", why);
        call_fail(call, why);
    } else if (call->done != NULL) {
        world_tell(world, "%s hears of %s: %u", call->from->machine.name, call->path, call->status);
        call->done(call->done_context, call->status, buffer_span(&call->answer), NULL);
        call->done = NULL;
    }
    call_remove(world, call);
}

/* When all faults end, half-open connections do too. */
static bool is_due(const struct call *call)
{
    const struct world *world = call->world;
    bool is_let_go = world->is_healing && call->silent_ms > 0;

    return call->phase != CALL_AT_WORK && (is_let_go || call->due_ms <= world->now_ms);
}

/* Of what is due, the seed chooses: later ones overtake earlier ones. */
static struct call *call_choose(struct world *world)
{
    struct call *due[64];
    size_t count = 0;

    for (struct call *call = world->calls; call != NULL && count < ARRAY_COUNT(due);
         call = call->next)
        if (is_due(call))
            due[count++] = call;
    size_t chosen = count == 0 ? 0 : random_below(&world->random, count);
    if (chosen > 0)
        tally_add("fault", "overtaken");
    return count == 0 ? NULL : due[chosen];
}

bool line_deliver(struct world *world)
{
    struct call *call = call_choose(world);

    if (call == NULL)
        return false;
    if (call->phase == CALL_ON_ITS_WAY)
        call_arrive(call);
    else
        call_return(call);
    return true;
}

void line_forget(struct node *node)
{
    for (struct call *call = node->world->calls; call != NULL; call = call->next)
        if (call->from == node)
            call->done = NULL;
}

void line_drop(struct node *node)
{
    struct call *next = NULL;
    for (struct call *call = node->world->calls; call != NULL; call = next) {
        next = call->next;
        if (call->phase == CALL_AT_WORK)
            continue;
        if (call->from == node) {
            call_remove(node->world, call);
        } else if (call->to == node && call->phase == CALL_ON_ITS_WAY_BACK) {
            call_fail(call, "reset");
            call_remove(node->world, call);
        }
    }
}

void line_free(struct world *world)
{
    while (world->calls != NULL)
        call_remove(world, world->calls);
}

bool line_is_quiet(const struct world *world)
{
    return world->calls == NULL;
}

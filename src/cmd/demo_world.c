/* The nodes of the demonstration's year: see demo_world.h. */
#include "cmd/demo_world.h"

#include "base/attributes.h"
#include "cmd/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ROUND_MAX 20000u /* of everything that is on its way: some twenty are usual */

/* --- the clock --- */

/* In memory that the keepers' processes share: they stamp receipts. */
static int64_t *behind_ms;

bool demo_clock_begin(int64_t ago_ms, struct error *err)
{
    void *page =
        mmap(NULL, sizeof *behind_ms, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (page == MAP_FAILED)
        return error_set(err, ERROR_LIMIT, "no memory for the clock of the past");
    behind_ms = page;
    *behind_ms = ago_ms;
    env_real_behind(behind_ms);
    return true;
}

void demo_clock_to(int64_t time_ms)
{
    int64_t ahead_ms = time_ms - demo_now_ms();

    if (ahead_ms > 0)
        __atomic_sub_fetch(behind_ms, ahead_ms < *behind_ms ? ahead_ms : *behind_ms,
                           __ATOMIC_RELEASE);
}

void demo_clock_end(void)
{
    if (behind_ms != NULL)
        __atomic_store_n(behind_ms, 0, __ATOMIC_RELEASE);
}

/* --- the line --- */

typedef void call_done(void *context, unsigned status, struct span response,
                       const struct error *error);

struct demo_call {
    struct demo_call *next;
    struct demo_node *from;
    struct demo_node *to;
    char path[64];
    struct buffer body;
    struct buffer answer;
    unsigned status; /* 0: not answered yet */
    bool is_given;
    call_done *done;
    void *context;
};

static struct demo_node *node_of(struct demo_world *world, const char *party)
{
    for (size_t i = 0; i < world->count; i++)
        if (strcmp(world->nodes[i].place->party, party) == 0)
            return &world->nodes[i];
    return NULL;
}

static bool line_call(void *context, const char *partner, const char *path, struct span body,
                      size_t response_size_max, int64_t deadline_ms, call_done *done,
                      void *done_context, struct error *err)
{
    struct demo_node *node = context;
    struct demo_node *to = node_of(node->world, partner);
    struct demo_call *call = to == NULL ? NULL : calloc(1, sizeof *call);
    struct demo_call **end = &node->world->calls;
    (void)deadline_ms;

    if (call == NULL)
        return error_set(err, ERROR_LINK, "%s cannot be called here", partner);
    *call = (struct demo_call){.from = node, .to = to, .done = done, .context = done_context};
    snprintf(call->path, sizeof call->path, "%s", path);
    call->body = buffer_make(body.size + 1);
    call->answer = buffer_make(response_size_max + ERROR_TEXT_SIZE);
    buffer_add(&call->body, body);
    while (*end != NULL)
        end = &(*end)->next;
    *end = call;
    return true;
}

static void line_wake(void *context)
{
    (void)context; /* demo_world_settle pumps */
}

static struct exchange_way line_way(void *context, const char *partner)
{
    (void)context;
    (void)partner;
    return (struct exchange_way){.may_call = true};
}

static void call_reply(void *context, unsigned status, const char *content_type, struct span body)
{
    struct demo_call *call = context;
    (void)content_type;

    call->status = status;
    buffer_add(&call->answer, body);
}

static void call_free(struct demo_call *call)
{
    buffer_free(&call->body);
    buffer_free(&call->answer);
    free(call);
}

/* The oldest call goes on: it arrives, or its answer comes back. */
static bool call_move(struct demo_world *world)
{
    struct demo_call *call = world->calls;

    if (call == NULL)
        return false;
    if (!call->is_given) {
        call->is_given = true;
        exchange_receive(call->to->node->exchange, span_text(call->from->place->party),
                         span_text(call->path), buffer_span(&call->body), call_reply, call);
        return true;
    }
    if (call->status == 0)
        return false;
    world->calls = call->next;
    call->done(call->context, call->status, buffer_span(&call->answer), NULL);
    call_free(call);
    return true;
}

/* --- opening and closing --- */

static struct demo_node *event_nodes[DEMO_NODE_MAX];

static void event(void *context, const struct journal_event *what)
{
    for (size_t i = 0; i < DEMO_NODE_MAX; i++)
        if (event_nodes[i] != NULL && event_nodes[i]->node == context)
            event_nodes[i]->has_news = true;
    service_event(context, what);
}

static bool one_open(struct demo_node *node, struct error *err)
{
    struct exchange_line line = {
        .context = node, .call = line_call, .wake = line_wake, .way = line_way};
    struct node_options options = {.lock_fd = -1, .keeper_fd = -1, .event = event};

    return home_find(node->place->home, &options.home, err) &&
           node_open(&options, &node->node, err) &&
           exchange_make(&node->node->journal, &line, &node->node->exchange, err);
}

bool demo_world_open(struct demo_world *world, const struct place *const *places, size_t count,
                     struct error *err)
{
    *world = (struct demo_world){.count = count};
    for (size_t i = 0; i < count; i++) {
        world->nodes[i] = (struct demo_node){.world = world, .place = places[i]};
        event_nodes[i] = &world->nodes[i];
    }
    for (size_t i = 0; i < count; i++)
        if (!one_open(&world->nodes[i], err))
            return error_add(err, "%s", places[i]->city);
    return demo_world_settle(world, err);
}

void demo_world_close(struct demo_world *world)
{
    struct demo_call *next = NULL;

    for (size_t i = 0; i < world->count; i++) {
        event_nodes[i] = NULL;
        if (world->nodes[i].node != NULL && world->nodes[i].node->exchange != NULL)
            exchange_free(&world->nodes[i].node->exchange);
        node_close(&world->nodes[i].node);
    }
    for (struct demo_call *call = world->calls; call != NULL; call = next) {
        next = call->next;
        call_free(call);
    }
    world->calls = NULL;
}

/* --- moving on --- */

static bool crosscheck_work(struct node *node, void *context, struct error *err)
{
    return desk_crosscheck_step(&node->journal, context, err);
}

/* What came is looked at before an officer opens it, as in the running node. */
static bool crosscheck(struct demo_node *node, struct error *err)
{
    bool has_more = true;

    node->has_news = false;
    while (has_more)
        if (!node_job(node->node, true, crosscheck_work, &has_more, err))
            return false;
    return true;
}

static bool is_moving(struct demo_world *world)
{
    bool did = false;

    for (size_t i = 0; i < world->count; i++) {
        did = journal_pump(&world->nodes[i].node->journal) || did;
        did = courier_pump(world->nodes[i].node->exchange) || did;
    }
    return call_move(world) || did;
}

static bool rest(struct demo_world *world, struct error *err)
{
    for (unsigned i = 0; i < ROUND_MAX; i++)
        if (!is_moving(world) && world->calls == NULL)
            return true;
    return error_set(err, ERROR_LINK, "what the nodes say to each other does not come to an end");
}

bool demo_world_settle(struct demo_world *world, struct error *err)
{
    if (!rest(world, err))
        return false;
    for (size_t i = 0; i < world->count; i++)
        if (world->nodes[i].has_news && !crosscheck(&world->nodes[i], err))
            return false;
    return rest(world, err);
}

static struct span said(const char *text)
{
    return text == NULL ? span_make(NULL, 0) : span_text(text);
}

bool demo_world_act(struct demo_node *node, const struct demo_act *act, struct result **result,
                    struct error *err)
{
    struct problems problems = {.count = 0};
    struct control_request request = {.act = span_text(act->name),
                                      .officer = said(act->officer),
                                      .approver = said(act->approver),
                                      .reason = said(act->reason),
                                      .case_number = said(act->case_number),
                                      .arguments = act->arguments,
                                      .body = act->body};

    result_free(result);
    *result = result_make(err);
    node->world->acts++;
    bool ok =
        *result != NULL && node_act(node->node, &request, true, &(*result)->text, &problems, err);
    if (!ok && problems.count > 0)
        problems_to_error(&problems, err);
    return (ok && result_parse(*result, err)) ||
           error_add(err, "%s, %s by %s", node->place->city, act->name, act->officer);
}

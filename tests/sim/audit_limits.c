/*
 * The limit of each request, found here from the two logs and the receipts alone, not as the nodes find it: from the partner's
 * custody of the request, eight hours or seven days, and what lies between the custody of each question and that of its reply. Both
 * nodes must have it to the millisecond, whatever their clocks showed meanwhile, and however often they were down. What else
 * moves a limit (an access decision, a delay, an urgency given up) is held against the other node alone (audit_logs.c).
 */
#include "sim/audit.h"

#include "journal/private.h"
#include "store/clock_rows.h"
#include "store/derived_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SAID_COUNT_MAX 4096u
#define HOUR_MS        INT64_C(3600000)

/* One entry that a limit depends on. */
struct said {
    size_t writer;
    uint64_t position;
    uint64_t seen;
    enum message_type type;
    uint8_t id[UUID_SIZE];
    uint8_t about[UUID_SIZE];
    int64_t time_s; /* the partner's custody; 0: there is no receipt */
    bool counts;    /* its partner accepted it, and it was not taken back */
};
struct all_said {
    struct said list[SAID_COUNT_MAX];
    size_t count;
};

static bool moves_limit(enum message_type type)
{
    return type == MESSAGE_CLARIFICATION || type == MESSAGE_CLARIFICATION_REPLY ||
           type == MESSAGE_ACCESS_DECISION || type == MESSAGE_DELAY_NOTICE ||
           type == MESSAGE_URGENCY_NOT_SHARED || type == MESSAGE_URGENCY_REPLY;
}

/* --- what was said --- */

bool audit_was_accepted(struct node *to, struct span message_id, struct arena *arena)
{
    struct entry_row copy;
    struct sequence_row sequence;
    struct error err = {0};
    int64_t position = -1;

    return audit_find(to, SIDE_PARTNER, message_id, arena, &copy, &position) &&
           copy.body_state != BODY_WITHDRAWN &&
           sequence_of_entry(to->db, arena, copy.id, &sequence, &err) &&
           sequence.outcome == OUTCOME_ACCEPTED;
}

/* The first receipt that covers it gives the time. */
static int64_t custody_of(struct node *from, int64_t log, uint64_t index, struct arena *arena)
{
    struct receipt_row receipt;
    struct error err = {0};
    size_t count = 0;

    return receipt_list(from->db, arena, log, (int64_t)index, &receipt, 1, &count, &err) &&
                   count == 1
               ? receipt.time_s
               : 0;
}

static bool said_read(struct world *world, size_t writer, uint64_t position, struct all_said *all)
{
    struct node *from = &world->nodes[writer];
    struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
    struct entry_row row;
    struct head head;
    struct error err = {0};
    int64_t log = 0;
    uint64_t index = 0;

    chain_place(line_of(from), SIDE_OWN, position, &log, &index);
    if (!entry_find_index(from->db, &arena, log, (int64_t)index, &row, &err))
        return world_fail(world, "%s: position %" PRIu64 " cannot be read: %s", from->party,
                          position, err.text);
    if (row.type != MESSAGE_REQUEST && !moves_limit((enum message_type)row.type))
        return true;
    if (all->count == SAID_COUNT_MAX || !head_read(row.head, &arena, &head, &err))
        return world_fail(world, "%s: position %" PRIu64 " is no head: %s", from->party, position,
                          err.text);
    struct said *said = &all->list[all->count++];
    *said = (struct said){
        .writer = writer,
        .position = position,
        .seen = head.seen,
        .type = head.type,
        .time_s = custody_of(from, log, index, &arena),
        .counts = audit_was_accepted(&world->nodes[1 - writer], row.message_id, &arena)};
    memcpy(said->id, head.id, UUID_SIZE);
    if (head.has_in_reply_to)
        memcpy(said->about, head.in_reply_to.id, UUID_SIZE);
    return true;
}

/* --- the limit --- */

struct limit {
    int64_t suspended_s; /* in all, by questions that were replied to */
    int64_t open_s;      /* custody of the question that stands; 0: none does */
    bool is_beyond;      /* something else was said, or what was said is not known to both */
};

static const struct said *reply_to(const struct all_said *all, const struct said *question)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->list[i].type == MESSAGE_CLARIFICATION_REPLY &&
            memcmp(all->list[i].about, question->id, UUID_SIZE) == 0)
            return &all->list[i];
    return NULL;
}

/* One question stands at a time, so that each begins when the one before was replied to: by its writer, who had seen the reply. */
static void question_add(const struct all_said *all, const struct said *question,
                         struct limit *limit)
{
    const struct said *reply = reply_to(all, question);

    if (limit->open_s != 0 || !question->counts || question->time_s == 0 ||
        (reply != NULL && (!reply->counts || reply->time_s == 0)))
        limit->is_beyond = true;
    else if (reply == NULL)
        limit->open_s = question->time_s;
    else if (reply->time_s > question->time_s) /* clocks may differ: no time runs backwards */
        limit->suspended_s += reply->time_s - question->time_s;
}

static struct limit limit_of(const struct all_said *all, const struct said *request)
{
    struct limit limit = {.open_s = 0};

    for (size_t i = 0; i < all->count; i++) {
        const struct said *said = &all->list[i];
        if (memcmp(said->about, request->id, UUID_SIZE) != 0)
            continue;
        if (said->type == MESSAGE_CLARIFICATION)
            question_add(all, said, &limit);
        else if (moves_limit(said->type))
            limit.is_beyond = true;
    }
    return limit;
}

static bool due_check(struct node *node, const struct said *request, const struct limit *limit)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1u << 20);
    struct request_row row;
    struct due_row due;
    struct error err = {0};

    if (!request_find_message(node->db, &arena, span_make(request->id, UUID_SIZE), &row, &err) ||
        !due_row_find(node->db, row.entry, &due, &err))
        return true; /* erased or withdrawn */
    int64_t hours = row.urgency == URGENCY_NONE ? 7 * 24 : 8;
    int64_t begin_ms = (request->time_s + limit->suspended_s) * 1000;
    int64_t due_ms = limit->open_s == 0 ? begin_ms + hours * HOUR_MS : CLOCK_DUE_OPEN;
    tally_add("limit", limit->open_s != 0        ? "as the logs give it, suspended"
                       : limit->suspended_s != 0 ? "as the logs give it, after a suspension"
                                                 : "as the logs give it");
    return (due.received_s == request->time_s && due.due_ms == due_ms &&
            due.suspended_ms == limit->open_s * 1000) ||
           world_fail(node->world,
                      "%s: position %" PRIu64 " of %s was received at %" PRId64 " s, is due at "
                      "%" PRId64 " ms, suspended at %" PRId64 " ms; the logs give %" PRId64
                      ", %" PRId64 ", %" PRId64,
                      node->party, request->position, party_names[request->writer], due.received_s,
                      due.due_ms, due.suspended_ms, request->time_s, due_ms, limit->open_s * 1000);
}

bool audit_limits(struct world *world)
{
    static struct all_said all;
    struct node *a = &world->nodes[0];
    struct node *b = &world->nodes[1];

    /* Where they tell different stories, or one cannot say any more what it said, there is no limit that both know. */
    if (a->was_cloned || b->was_cloned || !audit_direction_is_open(a, b) ||
        !audit_direction_is_open(b, a))
        return true;
    all.count = 0;
    for (size_t writer = 0; writer < MACHINE_COUNT; writer++) {
        uint64_t size = chain_size(line_of(&world->nodes[writer]), SIDE_OWN);
        for (uint64_t at = 0; at < size; at++)
            if (!said_read(world, writer, at, &all))
                return false;
    }
    for (size_t i = 0; i < all.count; i++) {
        const struct said *said = &all.list[i];
        if (said->type != MESSAGE_REQUEST || !said->counts || said->time_s == 0)
            continue;
        struct limit limit = limit_of(&all, said);
        if (!limit.is_beyond && (!due_check(a, said, &limit) || !due_check(b, said, &limit)))
            return false;
    }
    return true;
}

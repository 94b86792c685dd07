/*
 * Whether each request is answered, found here from the two logs and the receiver's outcomes alone, not as the nodes find it: one
 * answer that its receiver accepted, and that its writer does not withdraw, answers it for good, whoever erases it later.
 * Both nodes must say the same, or one telephones about what the other has done.
 */
#include "sim/audit.h"

#include "journal/private.h"
#include "store/derived_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define GIVEN_COUNT_MAX 4096u

/* A request, an answer to one, or what takes either back. */
struct given {
    size_t writer;
    uint64_t position;
    enum message_type type;
    bool counts; /* its receiver accepted it */
    uint8_t id[UUID_SIZE];
    uint8_t about[UUID_SIZE];
};
struct all_given {
    struct given list[GIVEN_COUNT_MAX];
    size_t count;
};

static bool given_read(struct world *world, size_t writer, uint64_t position, struct all_given *all)
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
    if (row.type != MESSAGE_REQUEST && row.type != MESSAGE_ANSWER && row.type != MESSAGE_WITHDRAWN)
        return true;
    if (all->count == GIVEN_COUNT_MAX || !head_read(row.head, &arena, &head, &err))
        return world_fail(world, "%s: position %" PRIu64 " is no head: %s", from->party, position,
                          err.text);
    struct given *given = &all->list[all->count++];
    *given = (struct given){
        .writer = writer,
        .position = position,
        .type = head.type,
        .counts = audit_was_accepted(&world->nodes[1 - writer], row.message_id, &arena)};
    memcpy(given->id, head.id, UUID_SIZE);
    if (head.has_in_reply_to)
        memcpy(given->about, head.in_reply_to.id, UUID_SIZE);
    return true;
}

static bool is_withdrawn(const struct all_given *all, const struct given *given)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->list[i].type == MESSAGE_WITHDRAWN && all->list[i].writer == given->writer &&
            memcmp(all->list[i].about, given->id, UUID_SIZE) == 0)
            return true;
    return false;
}

static size_t answers_count(const struct all_given *all, const struct given *request)
{
    size_t count = 0;

    for (size_t i = 0; i < all->count; i++)
        count += all->list[i].type == MESSAGE_ANSWER && all->list[i].counts &&
                 !is_withdrawn(all, &all->list[i]) && all->list[i].writer != request->writer &&
                 memcmp(all->list[i].about, request->id, UUID_SIZE) == 0;
    return count;
}

/* What the lists of the node go by; false when the query fails. */
static bool place_read(struct node *node, int64_t entry, bool *is_answered, struct error *err)
{
    struct statement *s CLEANUP(statement_give) =
        statement_take(node->db, "select is_answered from requests where entry = $1", err);

    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    if (statement_step(s, err) != STEP_ROW)
        return false;
    *is_answered = column_integer(s, 0) != 0;
    return true;
}

/* The answers of its rows: one that waits to be sent is in no log yet, and one without outcome was erased here. */
static bool rows_look(struct node *node, int64_t entry, bool *waits, bool *is_erased,
                      struct error *err)
{
    enum { ROW_MAX = 256 };
    struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
    struct answer_row *rows = arena_array(&arena, ROW_MAX, sizeof *rows);
    struct entry_row row;
    size_t count = 0;

    if (rows == NULL || !answer_list(node->db, &arena, entry, rows, ROW_MAX, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!entry_find(node->db, &arena, rows[i].entry, &row, err))
            return false;
        *waits = *waits || row.index == ENTRY_WAITING;
        *is_erased = *is_erased || (rows[i].counts && rows[i].outcome == ANSWER_OUTCOME_GONE);
    }
    return true;
}

static bool node_check(struct node *node, const struct given *request, size_t answers)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1u << 20);
    struct request_row row;
    struct error err = {0};
    bool is_answered = false, waits = false, is_erased = false;

    if (!request_find_message(node->db, &arena, span_make(request->id, UUID_SIZE), &row, &err))
        return true; /* erased or withdrawn */
    if (!place_read(node, row.entry, &is_answered, &err) ||
        !rows_look(node, row.entry, &waits, &is_erased, &err))
        return world_fail(node->world, "%s: answers cannot be read: %s", node->party, err.text);
    if (waits)
        return true;
    tally_add("after an answer", answers == 0  ? "open at both"
                                 : is_erased   ? "answered at both, and erased"
                                 : answers > 1 ? "answered at both, further"
                                               : "answered at both");
    return is_answered == (answers > 0) ||
           world_fail(node->world,
                      "%s: position %" PRIu64 " of %s %s, and the logs give %zu answers that count",
                      node->party, request->position, party_names[request->writer],
                      is_answered ? "is answered" : "is open", answers);
}

static bool is_handled(struct node *node)
{
    return line_of(node)->in.size == line_of(node)->handled;
}

bool audit_answers(struct world *world)
{
    static struct all_given all;
    struct node *a = &world->nodes[0];
    struct node *b = &world->nodes[1];

    /* As in audit_limits.c; and after the leap heads are forgotten. */
    if (a->was_cloned || b->was_cloned || world->has_leapt || !audit_direction_is_open(a, b) ||
        !audit_direction_is_open(b, a) || !is_handled(a) || !is_handled(b))
        return true;
    all.count = 0;
    for (size_t writer = 0; writer < MACHINE_COUNT; writer++) {
        uint64_t size = chain_size(line_of(&world->nodes[writer]), SIDE_OWN);
        for (uint64_t at = 0; at < size; at++)
            if (!given_read(world, writer, at, &all))
                return false;
    }
    for (size_t i = 0; i < all.count; i++) {
        const struct given *given = &all.list[i];
        if (given->type != MESSAGE_REQUEST || !given->counts)
            continue;
        size_t answers = answers_count(&all, given);
        if (!node_check(a, given, answers) || !node_check(b, given, answers))
            return false;
    }
    return true;
}

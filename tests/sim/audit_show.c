/* Both nodes' logs, for whoever looks for the cause. */
#include "sim/audit.h"

#include <inttypes.h>
#include <stdio.h>

/* One line for each entry of a log, for whoever looks for the cause. */
static void log_show(struct node *node, const struct journal_log *log)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64u << 20);
    struct entry_row *rows = arena_array(&arena, ENTRY_COUNT_MAX, sizeof *rows);
    struct error err = {0};
    size_t count = 0;

    printf("%s: log %s\n", node->party, log->origin);
    if (rows == NULL || !entry_list_range(node->db, &arena, log->id, 0, (int64_t)log->size, rows,
                                          ENTRY_COUNT_MAX, &count, &err))
        return;
    for (size_t i = 0; i < count; i++) {
        char id[UUID_TEXT_SIZE] = "";
        if (rows[i].message_id.size == UUID_SIZE)
            uuid_write(rows[i].message_id.data, id);
        struct sequence_row row = {.outcome = OUTCOME_ACCEPTED};
        struct head head = {.seen = 0};
        if (!sequence_of_entry(node->db, &arena, rows[i].id, &row, &err))
            error_clear(&err);
        if (!head_read(rows[i].head, &arena, &head, &err))
            error_clear(&err);
        printf("  %4" PRId64 " %s %-10s seen %" PRIu64 ", body state %d, outcome %d %.*s\n",
               rows[i].index, id, message_type_name((enum message_type)rows[i].type), head.seen,
               (int)rows[i].body_state, (int)row.outcome, SPAN_ARG(row.ground));
    }
}

static void receipts_show(struct node *node, const struct journal_log *log)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8u << 20);
    struct receipt_row *rows = arena_array(&arena, RECEIPT_COUNT_MAX, sizeof *rows);
    struct error err = {0};
    size_t count = 0;

    if (rows == NULL ||
        !receipt_list(node->db, &arena, log->id, 0, rows, RECEIPT_COUNT_MAX, &count, &err))
        return;
    for (size_t i = 0; i < count; i++)
        printf("  receipt of size %" PRId64 " at %" PRId64 " s\n", rows[i].size, rows[i].time_s);
}

void audit_show(struct world *world)
{
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        struct node *node = &world->nodes[i];
        if (!node->is_up)
            continue;
        log_show(node, &line_of(node)->out);
        receipts_show(node, &line_of(node)->out);
        log_show(node, &line_of(node)->in);
        receipts_show(node, &line_of(node)->in);
    }
}

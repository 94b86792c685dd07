/* The order of an upgrade: see upgrade_order.h. */
#include "cmd/upgrade_order.h"

#include "base/arena.h"
#include "base/attributes.h"
#include "store/local_rows.h"

#include <stdlib.h>

bool upgrade_order_put(struct database *db, const struct control_request *request,
                       struct error *err)
{
    struct buffer line CLEANUP(buffer_free) = buffer_make(2 * CONTROL_LINE_SIZE_MAX);

    if (!control_request_write(request, &line))
        return error_set(err, ERROR_LIMIT, "the order is too long");
    if (!database_begin(db, DATABASE_FULL, err))
        return false;
    bool ok = setting_put(db, UPGRADE_SETTING, buffer_span(&line), err) && database_commit(db, err);
    if (!ok)
        database_rollback(db);
    return ok;
}

static bool line_run(struct node *node, struct span line, struct error *err)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(CONTROL_REPLY_SIZE_MAX);
    struct control_reading *reading = calloc(1, sizeof *reading);
    struct node_file file = {
        .node = node, .reading = reading, .fd = -1, .is_pumping = true, .result = &result};

    if (reading == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    bool ok = control_request_read(line, reading, err) && node_request_read(&file, err);
    control_reading_end(reading);
    free(reading);
    return ok;
}

bool upgrade_order_settle(struct node *node, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * CONTROL_LINE_SIZE_MAX);
    struct span line;

    if (setting_get(node->db, &arena, UPGRADE_SETTING, &line, err))
        return line_run(node, line, err) || error_add(err, "recording the upgrade");
    bool is_absent = err->kind == ERROR_MISSING;
    if (is_absent)
        error_clear(err);
    return is_absent;
}

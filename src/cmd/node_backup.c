/* The acts of the books about backups: see backup.h. */
#include "cmd/backup.h"
#include "cmd/node_verify.h"
#include "cmd/upgrade_order.h"

#include "base/text.h"
#include "store/local_rows.h"

#include <inttypes.h>
#include <stdio.h>

#define ENTRY_ID_MAX ((INT64_C(1) << 53) - 1)

void backup_setting_write(const struct backup_drilled *drilled, int64_t verified_ms,
                          char out[BACKUP_SETTING_SIZE])
{
    char hex[2 * DIGEST_SIZE + 1];

    hex_write(span_make(drilled->manifest, DIGEST_SIZE), hex);
    snprintf(out, BACKUP_SETTING_SIZE, "%" PRId64 " %" PRId64 " %s %" PRId64, drilled->made_ms,
             verified_ms, hex, drilled->last_entry);
}

bool node_backup(struct node *node, const struct desk_call *call, struct json_writer *out,
                 struct error *err)
{
    (void)node;
    (void)call;
    (void)err;
    json_begin_object(out);
    json_end_object(out);
    return true;
}

bool node_backup_verified(struct node *node, const struct desk_call *call, struct json_writer *out,
                          struct error *err)
{
    int64_t now_ms = node->env->now_ms(node->env->context);
    struct backup_drilled drilled = {
        .made_ms = json_get_integer(call->arguments, "made_ms", 1, now_ms),
        .last_entry = json_get_integer(call->arguments, "last_entry", 0, ENTRY_ID_MAX)};
    struct backup_known known;
    char text[BACKUP_SETTING_SIZE];

    json_get_hex(call->arguments, "manifest", drilled.manifest, sizeof drilled.manifest);
    if (!problems_to_error(call->problems, err))
        return false;
    backup_setting_write(&drilled, now_ms, text);
    /* The drill of an older backup does not make the newest one older. */
    if (!backup_known_read(node->db, &known, err) ||
        (drilled.made_ms >= known.made_ms &&
         !setting_put(node->db, BACKUP_SETTING, span_text(text), err)))
        return false;
    json_begin_object(out);
    json_time_field(out, "made", drilled.made_ms);
    json_end_object(out);
    return true;
}

bool node_upgrade(struct node *node, const struct desk_call *call, struct json_writer *out,
                  struct error *err)
{
    json_get_integer(call->arguments, "schema_from", 0, 1000000);
    json_get_integer(call->arguments, "apply_from", 0, 1000000);
    json_get_boolean(call->arguments, "without_backup");
    /* In the transaction of the act's own entry: it is owed, or it is there. */
    if (!problems_to_error(call->problems, err) || !setting_drop(node->db, UPGRADE_SETTING, err))
        return false;
    json_begin_object(out);
    json_end_object(out);
    return true;
}

/* The acts of the books about backups: see backup.h. */
#include "cmd/backup.h"
#include "cmd/node_verify.h"

#include "base/text.h"
#include "store/local_rows.h"

#include <inttypes.h>
#include <stdio.h>

void backup_setting_write(int64_t made_ms, int64_t verified_ms, const uint8_t *manifest,
                          char out[BACKUP_SETTING_SIZE])
{
    char hex[2 * DIGEST_SIZE + 1];

    hex_write(span_make(manifest, DIGEST_SIZE), hex);
    snprintf(out, BACKUP_SETTING_SIZE, "%" PRId64 " %" PRId64 " %s", made_ms, verified_ms, hex);
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
    int64_t made_ms = json_get_integer(call->arguments, "made_ms", 1, now_ms);
    struct backup_known known;
    uint8_t manifest[DIGEST_SIZE];
    char text[BACKUP_SETTING_SIZE];

    json_get_hex(call->arguments, "manifest", manifest, sizeof manifest);
    if (!problems_to_error(call->problems, err))
        return false;
    backup_setting_write(made_ms, now_ms, manifest, text);
    /* The drill of an older backup does not make the newest one older. */
    if (!backup_known_read(node->db, &known, err) ||
        (made_ms >= known.made_ms && !setting_put(node->db, BACKUP_SETTING, span_text(text), err)))
        return false;
    json_begin_object(out);
    json_time_field(out, "made", made_ms);
    json_end_object(out);
    return true;
}

bool node_upgrade(struct node *node, const struct desk_call *call, struct json_writer *out,
                  struct error *err)
{
    (void)node;
    json_get_integer(call->arguments, "schema_from", 0, 1000000);
    json_get_integer(call->arguments, "apply_from", 0, 1000000);
    json_get_boolean(call->arguments, "without_backup");
    if (!problems_to_error(call->problems, err))
        return false;
    json_begin_object(out);
    json_end_object(out);
    return true;
}

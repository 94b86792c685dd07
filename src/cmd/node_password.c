/* An officer's own change of password at the command line: two jobs with the slow comparison between them. */
#include "cmd/node.h"

#include "desk/login.h"

struct change {
    const struct node_file *file;
    struct span old;
    struct span old_hash;
    struct desk_password_change is;
};

static bool old_find(struct node *node, void *context, struct error *err)
{
    struct change *change = context;

    return desk_login_hash(&node->journal, change->is.officer, &change->file->reading->arena,
                           &change->old_hash, err);
}

/* It may have been changed while it was compared. */
static bool change_write(struct node *node, void *context, struct error *err)
{
    struct change *change = context;
    struct arena *arena = &change->file->reading->arena;
    struct span now;

    if (!desk_login_hash(&node->journal, change->is.officer, arena, &now, err))
        return false;
    change->is.is_right = change->is.is_right && span_equal(now, change->old_hash);
    return desk_password_change(&node->journal, &change->is, arena, err);
}

bool node_password_change(const struct node_file *file, struct error *err)
{
    struct control_reading *reading = file->reading;
    struct change change = {
        .file = file,
        .is = {.officer = reading->request.officer, .client = span_text("command line")}};
    struct json_writer writer = json_writer_make(file->result);

    change.old = json_get_text(&reading->arguments, "old", 1, LOGIN_PASSWORD_SIZE_MAX);
    change.is.hash = json_get_text(&reading->arguments, "hash", 1, DESK_PASSWORD_HASH_SIZE - 1);
    json_object_end(&reading->arguments);
    if (!problems_to_error(&reading->problems, err) ||
        !node_job(file->node, file->is_pumping, old_find, &change, err))
        return false;
    change.is.is_right = desk_password_verify(change.old_hash, change.old);
    if (!node_job(file->node, file->is_pumping, change_write, &change, err))
        return false;
    if (!change.is.is_right)
        return error_set(err, ERROR_RULE, "the old password is wrong");
    buffer_clear(file->result);
    json_begin_object(&writer);
    json_text_field(&writer, "officer", change.is.officer);
    json_string_field(&writer, "state", "the password is set; all sessions have ended");
    json_end_object(&writer);
    return true;
}

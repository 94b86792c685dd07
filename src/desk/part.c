/* Part: see part.h. */
#include "desk/part.h"

#include "base/attributes.h"
#include "base/text.h"
#include "crypto/secret.h"
#include "desk/glass.h"
#include "desk/private.h"
#include "journal/attachment.h"
#include "store/part_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* --- the act --- */

/* Why a part that the message names is not here; the same words as of a body. */
static bool state_check(const struct entry_row *row, const struct part_row *part, struct error *err)
{
    if (row->body_state == BODY_ERASED || part->state == PART_ERASED)
        return error_set(err, ERROR_GONE, "part %" PRId64 ": this item is erased", part->number);
    if (part->state == PART_LOST)
        return error_set(err, ERROR_GONE, "part %" PRId64 ": this item is lost", part->number);
    if (part->kind != PART_ROW_ATTACHMENT)
        return error_set(err, ERROR_MISSING,
                         "part %" PRId64 " is no attachment: it stands in the message",
                         part->number);
    return part->state == PART_HELD ||
           error_set(err, ERROR_MISSING, "part %" PRId64 " is not held here yet", part->number);
}

static struct attachment_list attachments_of(enum message_type type, const void *message)
{
    const struct attachment_list *attachments = NULL;
    const struct part_list *parts = NULL;

    if (message != NULL && message_parts(type, message, &parts, &attachments))
        return *attachments;
    return (struct attachment_list){NULL, 0};
}

/* Its name as the message says it; a body that cannot be read has none. */
static bool name_find(struct journal *journal, const struct entry_row *row, int64_t number,
                      struct arena *arena, struct span *out, struct error *err)
{
    struct problems ignored = {.count = 0};
    struct span body;

    *out = span_text("");
    if (row->body_state != BODY_HELD)
        return true;
    if (!journal_body(journal, row, arena, &body, err))
        return false;
    enum message_type type = (enum message_type)row->type;
    struct attachment_list list = attachments_of(type, message_read(type, body, arena, &ignored));
    for (size_t i = 0; i < list.count; i++)
        if (list.items[i].part == number)
            *out = list.items[i].name;
    return true;
}

/* Two parts of one message are two looks: the number stands in the object. */
static struct span part_name(const struct journal_line *line, const struct entry_row *row,
                             int64_t number, struct arena *arena)
{
    char text[ORIGIN_SIZE_MAX + UUID_TEXT_SIZE + 32];
    struct span item = item_name(line, row->log, row->message_id, arena);
    struct span copy = {NULL, 0};

    snprintf(text, sizeof text, "%.*s part %" PRId64, SPAN_ARG(item), number);
    arena_copy(arena, span_text(text), &copy);
    return copy;
}

bool act_attachment_find(struct journal *journal, const struct desk_call *call,
                         struct json_writer *out, struct error *err)
{
    struct span item = json_get_text(call->arguments, "item", 1, UUID_TEXT_SIZE);
    int64_t number = json_get_integer(call->arguments, "part", 1, UINT16_MAX);
    struct journal_line *line = NULL;
    struct entry_row row;
    struct part_row part;
    struct span name;

    if (!problems_to_error(call->problems, err) ||
        !item_find(journal, item, call->arena, &line, &row, err) ||
        !item_may_open(journal, call, line, row.id, err) ||
        !glass_item_permit(journal, call, line, row.id, err))
        return false;
    if (!part_find(journal->db, call->arena, row.id, number, &part, err))
        return error_add(err, "part %" PRId64, number);
    if (!state_check(&row, &part, err) ||
        !name_find(journal, &row, number, call->arena, &name, err))
        return false;
    struct span object = part_name(line, &row, number, call->arena);
    if (!access_view(journal, call, "attachment-read", &object, 1, err))
        return false;
    json_begin_object(out);
    json_text_field_optional(out, "name", name);
    json_integer_field(out, "size", part.size);
    json_hex_field(out, "sha256", part.sha256);
    json_hex_field(out, "file", part.file);
    json_hex_field(out, "key", part.part_key);
    json_end_object(out);
    return true;
}

/* --- its bytes --- */

struct desk_part {
    struct attachment_place place;
    char name[ATTACHMENT_NAME_SIZE_MAX + 1];
    int64_t size;
    uint8_t sha256[DIGEST_SIZE];
    uint8_t file[ATTACHMENT_ID_SIZE];
    uint8_t key[KEEPER_WRAPPED_SIZE];
    uint8_t *segment; /* the one that was opened last */
    size_t segment_size;
    uint64_t segment_index;
};

static bool found_read(struct span text, struct desk_part *out, struct error *err)
{
    struct json *json CLEANUP(json_free) = NULL;
    struct arena arena CLEANUP(arena_free) = arena_make(16 * 1024);
    struct problems problems = {.count = 0};
    struct json_object object;

    if (!json_parse(text, &json, err))
        return error_add(err, "attachment");
    json_object_begin(&object, json_root(json), &arena, &problems);
    struct span name = json_get_text_optional(&object, "name", ATTACHMENT_NAME_SIZE_MAX);
    out->size = json_get_integer(&object, "size", 1, ATTACHMENT_SIZE_MAX);
    json_get_hex(&object, "sha256", out->sha256, sizeof out->sha256);
    json_get_hex(&object, "file", out->file, sizeof out->file);
    json_get_hex(&object, "key", out->key, sizeof out->key);
    json_object_end(&object);
    desk_name_make_safe(name, out->name);
    return problems_to_error(&problems, err) || error_add(err, "attachment");
}

bool desk_part_open(const struct desk_files *files, struct span found, struct desk_part **out,
                    struct error *err)
{
    struct desk_part *part = calloc(1, sizeof *part);

    *out = part;
    if (part == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    part->place =
        (struct attachment_place){.env = files->env, .home = files->home, .keeper = files->keeper};
    part->segment = malloc(SEGMENT_SIZE);
    if ((part->segment != NULL || error_set(err, ERROR_LIMIT, "out of memory")) &&
        found_read(found, part, err))
        return true;
    desk_part_end(out);
    return false;
}

int64_t desk_part_size(const struct desk_part *part)
{
    return part->size;
}

struct span desk_part_sha256(const struct desk_part *part)
{
    return span_make(part->sha256, sizeof part->sha256);
}

const char *desk_part_name(const struct desk_part *part)
{
    return part->name;
}

static bool segment_load(struct desk_part *part, uint64_t index, struct error *err)
{
    if (part->segment_size > 0 && part->segment_index == index)
        return true;
    part->segment_size = 0;
    part->segment_index = index;
    return attachment_read(&part->place, part->file, part->key, part->size, index, part->segment,
                           &part->segment_size, err);
}

bool desk_part_read(struct desk_part *part, int64_t offset, uint8_t *out, size_t size,
                    struct error *err)
{
    if (offset < 0 || offset > part->size || (int64_t)size > part->size - offset)
        return error_set(err, ERROR_BUG, "%zu bytes at %" PRId64 " of an attachment of %" PRId64,
                         size, offset, part->size);
    while (size > 0) {
        size_t at = (size_t)(offset % (int64_t)SEGMENT_SIZE);
        if (!segment_load(part, (uint64_t)(offset / (int64_t)SEGMENT_SIZE), err))
            return false;
        size_t here = part->segment_size - at < size ? part->segment_size - at : size;
        memcpy(out, part->segment + at, here);
        out += here;
        offset += (int64_t)here;
        size -= here;
    }
    return true;
}

void desk_part_end(struct desk_part **part)
{
    struct desk_part *gone = *part;

    if (gone == NULL)
        return;
    if (gone->segment != NULL)
        secret_wipe(gone->segment, SEGMENT_SIZE);
    free(gone->segment);
    free(gone);
    *part = NULL;
}

/* --- its name --- */

/* Bytes at `at` that may not stand in a name, 0 when the character there may: control characters, what folders, streams
 * and shells are spelt with, and the marks that turn the direction of writing ("exe.gpj" for "jpg.exe"). */
static size_t unsafe_size(struct span name, size_t at)
{
    uint8_t c = name.data[at];
    uint8_t second = at + 1 < name.size ? name.data[at + 1] : 0;
    uint8_t third = at + 2 < name.size ? name.data[at + 2] : 0;

    if (c < 0x20 || c == 0x7F || strchr("/\\:*?\"<>|$`%", c) != NULL)
        return 1;
    if (c == 0xC2 && second >= 0x80 && second <= 0x9F)
        return 2;
    bool is_mark =
        c == 0xE2 && second == 0x80 &&
        (third == 0x8B || third == 0x8E || third == 0x8F || (third >= 0xA8 && third <= 0xAE));
    bool is_isolate = c == 0xE2 && second == 0x81 && third >= 0xA6 && third <= 0xA9;
    bool is_bom = c == 0xEF && second == 0xBB && third == 0xBF;
    return is_mark || is_isolate || is_bom ? 3 : 0;
}

void desk_name_make_safe(struct span name, char *out)
{
    size_t size = 0;

    name = span_part(name, 0, ATTACHMENT_NAME_SIZE_MAX);
    while (!text_is_utf8(name)) /* a character that the limit cut in two */
        name.size--;
    for (size_t at = 0; at < name.size;) {
        size_t skip = unsafe_size(name, at);
        bool is_hidden = size == 0 && (name.data[at] == '.' || name.data[at] == '-');
        out[size++] = skip > 0 || is_hidden ? '_' : (char)name.data[at];
        at += skip > 0 ? skip : 1;
    }
    while (size > 0 && (out[size - 1] == '.' || out[size - 1] == ' '))
        size--; /* some systems drop them, and so change what the name says */
    out[size] = '\0';
    if (size == 0)
        memcpy(out, "attachment", sizeof "attachment");
}

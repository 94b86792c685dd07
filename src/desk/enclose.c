/* Attachments of a message about to be sent: uploads become parts with fresh salts. */
#include "desk/private.h"

#include "base/text.h"
#include "journal/attachment.h"

static bool enclose_one(struct journal *journal, const struct upload_row *upload, uint16_t number,
                        struct part *part, struct attachment *attachment, struct draft_part *draft,
                        struct error *err)
{
    *attachment = (struct attachment){.part = number,
                                      .name = upload->name,
                                      .size = upload->size,
                                      .mime = span_text("application/octet-stream"),
                                      .segment_hashes = upload->segments};
    *draft = (struct draft_part){.number = number,
                                 .kind = PART_ROW_ATTACHMENT,
                                 .size = upload->size,
                                 .segments = upload->segments,
                                 .part_key = upload->part_key,
                                 .file = upload->id};
    if (upload->sha256.size != DIGEST_SIZE)
        return error_set(err, ERROR_STORE, "the row of an attachment is cut");
    memcpy(attachment->sha256, upload->sha256.data, DIGEST_SIZE);
    memcpy(draft->sha256, upload->sha256.data, DIGEST_SIZE);
    journal->env->random(journal->env->context, draft->salt, sizeof draft->salt);
    part_digest_attachment(draft->salt, attachment, draft->digest);
    *part = (struct part){.number = number, .kind = PART_KIND_ATTACHMENT, .size = upload->size};
    memcpy(part->digest, draft->digest, DIGEST_SIZE);
    return true;
}

/* Room for all parts that a message may have. */
static bool enclosed_make(const struct desk_call *call, struct enclosed *out, struct error *err)
{
    if (out->parts != NULL)
        return true;
    out->parts =
        arena_array(call->arena, ITEM_COUNT_MAX + ATTACHMENT_COUNT_MAX, sizeof *out->parts);
    out->drafts =
        arena_array(call->arena, ITEM_COUNT_MAX + ATTACHMENT_COUNT_MAX, sizeof *out->drafts);
    out->attachments = arena_array(call->arena, ATTACHMENT_COUNT_MAX, sizeof *out->attachments);
    return (out->parts != NULL && out->drafts != NULL && out->attachments != NULL) ||
           error_set(err, ERROR_LIMIT, "out of memory");
}

static bool enclose_item(struct journal *journal, const struct item *item, uint16_t number,
                         struct part *part, struct draft_part *draft, struct arena *arena,
                         struct error *err)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(PART_SIZE_MAX);

    *draft = (struct draft_part){.number = number, .kind = PART_ROW_SMALL};
    if (!item_write(item, &bytes) || !arena_copy(arena, buffer_span(&bytes), &draft->bytes))
        return error_set(err, ERROR_LIMIT, "item %u has more than %u bytes", number, PART_SIZE_MAX);
    draft->size = (int64_t)draft->bytes.size;
    journal->env->random(journal->env->context, draft->salt, sizeof draft->salt);
    digest_sha256(draft->bytes, draft->sha256);
    part_digest_small(draft->salt, draft->bytes, draft->digest);
    *part = (struct part){.number = number, .kind = PART_KIND_SMALL, .size = draft->size};
    memcpy(part->digest, draft->digest, DIGEST_SIZE);
    return true;
}

bool enclose_items(struct journal *journal, const struct desk_call *call, const struct item *items,
                   size_t count, struct enclosed *out, struct error *err)
{
    if (!enclosed_make(call, out, err))
        return false;
    for (size_t i = 0; i < count && i < ITEM_COUNT_MAX; i++) {
        size_t at = out->part_count;
        if (!enclose_item(journal, &items[i], (uint16_t)(at + 1), &out->parts[at], &out->drafts[at],
                          call->arena, err))
            return false;
        out->part_count++;
    }
    return true;
}

bool enclose(struct journal *journal, const struct desk_call *call, struct enclosed *out,
             struct error *err)
{
    struct json_list ids = json_get_array(call->arguments, "attachments", 0, ATTACHMENT_COUNT_MAX);

    if (!enclosed_make(call, out, err))
        return false;
    for (size_t i = 0; i < ids.count; i++) {
        struct span hex = json_array_text(&ids, i, 1, 64);
        uint8_t *id = arena_alloc(call->arena, ATTACHMENT_ID_SIZE);
        struct upload_row upload;
        size_t at = out->part_count;
        if (id == NULL || !hex_read(hex, id, ATTACHMENT_ID_SIZE))
            return error_set(err, ERROR_INPUT, "attachment %zu: not an attachment's id", i + 1);
        out->uploads[i] = span_make(id, ATTACHMENT_ID_SIZE);
        if (!upload_find(journal->db, call->arena, out->uploads[i], &upload, err))
            return error_add(err, "attachment %zu", i + 1);
        if (!span_equal(upload.officer, call->access.officer))
            return error_set(err, ERROR_RULE, "attachment %zu was given by another officer", i + 1);
        if (!enclose_one(journal, &upload, (uint16_t)(at + 1), &out->parts[at],
                         &out->attachments[i], &out->drafts[at], err))
            return error_add(err, "attachment %zu", i + 1);
        out->part_count++;
        out->attachment_count++;
    }
    return true;
}

bool enclosed_forget(struct journal *journal, const struct enclosed *enclosed, struct error *err)
{
    for (size_t i = 0; i < enclosed->attachment_count; i++)
        if (!upload_remove(journal->db, enclosed->uploads[i], err))
            return false;
    return true;
}

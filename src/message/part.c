/* Parts: see part.h. */
#include "message/part.h"

#include "message/form.h"

const char *const part_kind_names[PART_KIND_COUNT] = {
    [PART_KIND_SMALL] = "small",
    [PART_KIND_ATTACHMENT] = "attachment",
};

size_t attachment_segment_count(int64_t size)
{
    return size <= 0 ? 0 : (size_t)((size - 1) / (int64_t)SEGMENT_SIZE + 1);
}

bool attachment_segment_matches(const struct attachment *attachment, size_t index,
                                struct span bytes)
{
    uint8_t found[DIGEST_SIZE];
    size_t count = attachment_segment_count(attachment->size);

    if (index >= count || attachment->segment_hashes.size != count * DIGEST_SIZE)
        return false;
    size_t wanted = SEGMENT_SIZE;
    if (index == count - 1)
        wanted = (size_t)(attachment->size - (int64_t)(index * (size_t)SEGMENT_SIZE));
    if (bytes.size != wanted)
        return false;
    digest_sha256(bytes, found);
    return digest_is_equal(found, attachment->segment_hashes.data + index * DIGEST_SIZE);
}

void part_digest_small(const uint8_t salt[SALT_SIZE], struct span bytes, uint8_t out[DIGEST_SIZE])
{
    digest_salted(salt, bytes, out);
}

void part_digest_attachment(const uint8_t salt[SALT_SIZE], const struct attachment *attachment,
                            uint8_t out[DIGEST_SIZE])
{
    uint8_t size[8];
    for (size_t i = 0; i < sizeof size; i++)
        size[i] = (uint8_t)((uint64_t)attachment->size >> (56 - 8 * i));
    struct span pieces[] = {
        span_make(salt, SALT_SIZE),
        span_make(attachment->sha256, DIGEST_SIZE),
        span_make(size, sizeof size),
        attachment->segment_hashes,
    };
    digest_sha256_joined(pieces, ARRAY_COUNT(pieces), out);
}

const struct part *part_list_find(const struct part_list *parts, uint16_t number)
{
    for (size_t i = 0; i < parts->count; i++)
        if (parts->items[i].number == number)
            return &parts->items[i];
    return NULL;
}

const struct attachment *attachment_list_find(const struct attachment_list *attachments,
                                              uint16_t number)
{
    for (size_t i = 0; i < attachments->count; i++)
        if (attachments->items[i].part == number)
            return &attachments->items[i];
    return NULL;
}

static void part_check(const struct json_object *object, const void *value)
{
    const struct part *part = value;
    if (part->kind == PART_KIND_SMALL && part->size > (int64_t)PART_SIZE_MAX)
        form_problem(object, "size", ERROR_LIMIT, "a small part has at most %u bytes",
                     PART_SIZE_MAX);
}

static bool name_is_plain(struct span name)
{
    for (size_t i = 0; i < name.size; i++)
        if (name.data[i] == '/' || name.data[i] == '\\' || name.data[i] < 0x20)
            return false;
    return !span_is(name, ".") && !span_is(name, "..");
}

static const struct form_rule file_name_rule = {name_is_plain, "a file name without folders", NULL};

static void attachment_check(const struct json_object *object, const void *value)
{
    const struct attachment *attachment = value;
    size_t wanted = attachment_segment_count(attachment->size) * DIGEST_SIZE;
    if (attachment->size > 0 && attachment->segment_hashes.size != wanted)
        form_problem(object, "segment_hashes", ERROR_INPUT, "must hold %zu bytes for this size",
                     wanted);
}

static const struct form_field part_fields[] = {
    {.name = "number",
     .kind = FORM_NUMBER,
     FORM_AT(struct part, number),
     .min = 1,
     .max = 65535,
     .about = "Number of the part; the list rises by it."},
    {.name = "kind",
     .kind = FORM_CHOICE,
     FORM_AT(struct part, kind),
     FORM_NAMES(part_kind_names),
     .about = "Small parts travel with the message, attachments are fetched."},
    {.name = "size",
     .kind = FORM_INTEGER,
     FORM_AT(struct part, size),
     .min = 1,
     .max = ATTACHMENT_SIZE_MAX,
     .about = "Bytes."},
    {.name = "digest",
     .kind = FORM_HEX,
     FORM_AT(struct part, digest),
     .max = DIGEST_SIZE,
     .about = "Small: SHA-256(salt, bytes). Attachment: SHA-256(salt, SHA-256 of the file, size "
              "as 8 bytes big-endian, segment hashes)."},
};

const struct form part_form = {
    .name = "part",
    .about = "A part of the message that can be recalled, expire and be erased alone.",
    .fields = part_fields,
    .count = ARRAY_COUNT(part_fields),
    .size = sizeof(struct part),
    .check = part_check,
};

#define SEGMENT_HASHES_SIZE_MAX (ATTACHMENT_SIZE_MAX / SEGMENT_SIZE * DIGEST_SIZE)

static const struct form_field attachment_fields[] = {
    {.name = "part",
     .kind = FORM_NUMBER,
     FORM_AT(struct attachment, part),
     .min = 1,
     .max = 65535,
     .about = "Number of its part."},
    {.name = "name",
     .kind = FORM_TEXT,
     FORM_AT(struct attachment, name),
     .min = 1,
     .max = ATTACHMENT_NAME_SIZE_MAX,
     .rule = &file_name_rule,
     .about = "The file's name."},
    {.name = "size",
     .kind = FORM_INTEGER,
     FORM_AT(struct attachment, size),
     .min = 1,
     .max = ATTACHMENT_SIZE_MAX,
     .about = "Bytes."},
    {.name = "sha256",
     .kind = FORM_HEX,
     FORM_AT(struct attachment, sha256),
     .max = DIGEST_SIZE,
     .about = "SHA-256 of the file."},
    {.name = "mime",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct attachment, mime),
     .min = 1,
     .max = ATTACHMENT_MIME_SIZE_MAX,
     .about = "Type as claimed; never trusted."},
    {.name = "segment_hashes",
     .kind = FORM_BASE64,
     FORM_AT(struct attachment, segment_hashes),
     .min = DIGEST_SIZE,
     .max = SEGMENT_HASHES_SIZE_MAX,
     .about = "SHA-256 of each 1 MiB of the file, one after the other."},
};

const struct form attachment_form = {
    .name = "attachment",
    .about = "A file beside the message, fetched in ranges and checked as it comes.",
    .fields = attachment_fields,
    .count = ARRAY_COUNT(attachment_fields),
    .size = sizeof(struct attachment),
    .check = attachment_check,
};

static bool part_is_attached(const struct attachment_list *attachments, const struct part *part)
{
    return part->kind == PART_KIND_SMALL || attachment_list_find(attachments, part->number) != NULL;
}

void parts_check(const struct json_object *object, const struct part_list *parts,
                 const struct attachment_list *attachments)
{
    for (size_t i = 0; i < parts->count; i++) {
        if (i > 0 && parts->items[i].number <= parts->items[i - 1].number)
            form_problem(object, "parts", ERROR_INPUT, "element %zu: numbers must rise", i);
        if (!part_is_attached(attachments, &parts->items[i]))
            form_problem(object, "parts", ERROR_INPUT, "element %zu is in no attachment", i);
    }
    for (size_t i = 0; i < attachments->count; i++) {
        const struct attachment *attachment = &attachments->items[i];
        const struct part *part = part_list_find(parts, attachment->part);
        if (part == NULL || part->kind != PART_KIND_ATTACHMENT || part->size != attachment->size)
            form_problem(object, "attachments", ERROR_INPUT,
                         "element %zu does not agree with its part", i);
        if (attachment_list_find(attachments, attachment->part) != attachment)
            form_problem(object, "attachments", ERROR_INPUT, "element %zu: its part stands twice",
                         i);
    }
}

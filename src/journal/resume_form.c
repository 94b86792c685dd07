/* The bytes of a resume: see resume_form.h. */
#include "journal/resume_form.h"

#include "base/cursor.h"
#include "base/json.h"
#include "message/reference.h"

#include <inttypes.h>
#include <stdio.h>

static const char magic[] = "besarsm1";
#define MAGIC_SIZE 8u
#define TIME_MAX_S UINT64_C(253402300799) /* end of the year 9999: due times are sums with it */

bool resume_question_write(const struct resume_question *question, struct buffer *out)
{
    struct json_writer writer = json_writer_make(out);

    json_begin_object(&writer);
    json_string_field(&writer, "log", question->origin);
    json_integer_field(&writer, "from", (int64_t)question->from);
    json_integer_field(&writer, "above", (int64_t)question->above);
    json_end_object(&writer);
    return !out->failed;
}

bool resume_question_read(struct span bytes, struct resume_question *out, struct error *err)
{
    static _Thread_local struct problems problems;
    struct arena arena CLEANUP(arena_free) = arena_make(8192);
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;

    problems_clear(&problems);
    if (bytes.size > RESUME_QUESTION_SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "resume: the question has %zu bytes; %u allowed",
                         bytes.size, RESUME_QUESTION_SIZE_MAX);
    if (!json_parse(bytes, &json, err))
        return error_add(err, "resume");
    json_object_begin(&object, json_root(json), &arena, &problems);
    struct span origin = json_get_text(&object, "log", 1, ORIGIN_SIZE_MAX);
    out->from = (uint64_t)json_get_integer(&object, "from", 0, JSON_INTEGER_MAX);
    out->above = (uint64_t)json_get_integer(&object, "above", 0, JSON_INTEGER_MAX);
    json_object_end(&object);
    if (!problems_to_error(&problems, err))
        return error_add(err, "resume");
    if (!origin_is_valid(origin) || out->above > out->from)
        return error_set(err, ERROR_INPUT,
                         "resume: the question names no log, or a receipt beyond its entries");
    snprintf(out->origin, sizeof out->origin, "%.*s", SPAN_ARG(origin));
    return true;
}

bool resume_has_checkpoint(const struct resume_receipt *receipt)
{
    static const uint8_t none[SIGNATURE_SIZE];

    return memcmp(receipt->log_signature, none, sizeof none) != 0;
}

bool resume_answer_begin(const struct resume_receipt *receipts, size_t count, struct buffer *out)
{
    buffer_add(out, span_make(magic, MAGIC_SIZE));
    buffer_u16(out, (uint16_t)count);
    for (size_t i = 0; i < count; i++) {
        buffer_u64(out, receipts[i].size);
        buffer_add(out, span_make(receipts[i].root.bytes, TLOG_HASH_SIZE));
        buffer_add(out, span_make(receipts[i].log_signature, SIGNATURE_SIZE));
        buffer_u64(out, (uint64_t)receipts[i].time_s);
        buffer_add(out, span_make(receipts[i].cosignature, SIGNATURE_SIZE));
    }
    return !out->failed;
}

static bool receipt_read(struct cursor *cursor, const struct resume_receipt *before,
                         struct resume_receipt *out, struct error *err)
{
    out->size = cursor_u64(cursor);
    struct span root = cursor_span(cursor, TLOG_HASH_SIZE);
    struct span log_signature = cursor_span(cursor, SIGNATURE_SIZE);
    uint64_t time_s = cursor_u64(cursor);
    struct span cosignature = cursor_span(cursor, SIGNATURE_SIZE);

    if (cursor->failed)
        return error_set(err, ERROR_INPUT, "resume: the answer ends in its receipts");
    if (out->size > INT64_MAX / 2 || time_s == 0 || time_s > TIME_MAX_S)
        return error_set(err, ERROR_LIMIT, "resume: size or time of a receipt is not possible");
    out->time_s = (int64_t)time_s;
    if (before != NULL && out->size <= before->size)
        return error_set(err, ERROR_INPUT,
                         "resume: the receipt of size %" PRIu64 " does not follow that of %" PRIu64,
                         out->size, before->size);
    memcpy(out->root.bytes, root.data, TLOG_HASH_SIZE);
    memcpy(out->log_signature, log_signature.data, SIGNATURE_SIZE);
    memcpy(out->cosignature, cosignature.data, SIGNATURE_SIZE);
    return true;
}

bool resume_answer_read(struct span bytes, struct resume_answer *out, struct error *err)
{
    struct cursor cursor = cursor_make(bytes);

    if (bytes.size > RESUME_ANSWER_SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "resume: the answer has %zu bytes; %u allowed",
                         bytes.size, RESUME_ANSWER_SIZE_MAX);
    if (!span_is(cursor_span(&cursor, MAGIC_SIZE), magic))
        return error_set(err, ERROR_INPUT, "resume: not an answer of version 1");
    out->receipt_count = cursor_u16(&cursor);
    if (out->receipt_count == 0 || out->receipt_count > RESUME_RECEIPT_COUNT_MAX)
        return error_set(err, ERROR_LIMIT, "resume: %zu receipts; 1 to %u allowed",
                         out->receipt_count, RESUME_RECEIPT_COUNT_MAX);
    for (size_t i = 0; i < out->receipt_count; i++)
        if (!receipt_read(&cursor, i == 0 ? NULL : &out->receipts[i - 1], &out->receipts[i], err))
            return false;
    out->post = cursor.rest;
    return true;
}

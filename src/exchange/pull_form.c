/* The bytes of a pull: see pull_form.h. */
#include "exchange/pull_form.h"

#include "base/cursor.h"
#include "base/limits.h"

#define MAGIC_SIZE 8u
static const char request_magic[] = "besapul1";
static const char call_magic[] = "besacal1";

bool pull_request_write(const struct pull_request *request, struct buffer *out)
{
    return buffer_text(out, request_magic) && buffer_u64(out, request->session) &&
           buffer_u64(out, request->turn) && buffer_byte(out, request->lane) &&
           buffer_u16(out, request->wait_s) && buffer_u64(out, request->id) &&
           buffer_u16(out, request->status) && buffer_u32(out, (uint32_t)request->answer.size) &&
           buffer_add(out, request->answer);
}

bool pull_request_read(struct span bytes, struct pull_request *out, struct error *err)
{
    struct cursor cursor = cursor_make(bytes);

    if (!span_is(cursor_span(&cursor, MAGIC_SIZE), request_magic))
        return error_set(err, ERROR_INPUT, "a pull does not begin as one");
    out->session = cursor_u64(&cursor);
    out->turn = cursor_u64(&cursor);
    out->lane = cursor_u8(&cursor);
    out->wait_s = cursor_u16(&cursor);
    out->id = cursor_u64(&cursor);
    out->status = cursor_u16(&cursor);
    out->answer = cursor_span(&cursor, cursor_u32(&cursor));
    if (!cursor_is_done(&cursor))
        return error_set(err, ERROR_INPUT, "a pull has not the size that it says");
    if (out->turn == 0 || out->lane >= PULL_LANE_MAX || out->wait_s > PULL_WAIT_S_MAX)
        return error_set(err, ERROR_INPUT, "a pull of turn 0, of lane %u or that waits %u s",
                         out->lane, out->wait_s);
    if (out->id == 0 ? out->status != 0 || out->answer.size > 0
                     : out->status < 200 || out->status > 599)
        return error_set(err, ERROR_INPUT, "a pull brings status %u for call %s", out->status,
                         out->id == 0 ? "none" : "one");
    return true;
}

bool pull_call_write(const struct pull_call *call, struct buffer *out)
{
    return call->path.size <= PULL_PATH_SIZE_MAX && buffer_text(out, call_magic) &&
           buffer_u64(out, call->id) && buffer_byte(out, (uint8_t)call->path.size) &&
           buffer_add(out, call->path) && buffer_u32(out, (uint32_t)call->body.size) &&
           buffer_add(out, call->body);
}

bool pull_call_read(struct span bytes, struct pull_call *out, struct error *err)
{
    struct cursor cursor = cursor_make(bytes);

    if (!span_is(cursor_span(&cursor, MAGIC_SIZE), call_magic))
        return error_set(err, ERROR_INPUT, "the answer to a pull does not begin as one");
    out->id = cursor_u64(&cursor);
    out->path = cursor_span(&cursor, cursor_u8(&cursor));
    out->body = cursor_span(&cursor, cursor_u32(&cursor));
    if (!cursor_is_done(&cursor) || out->path.size > PULL_PATH_SIZE_MAX ||
        out->body.size > POST_SIZE_MAX)
        return error_set(err, ERROR_INPUT, "the answer to a pull has not the size that it says");
    if (out->id == 0 ? out->path.size > 0 || out->body.size > 0 : out->path.size == 0)
        return error_set(err, ERROR_INPUT, "the answer to a pull names %s",
                         out->id == 0 ? "a path without a call" : "a call without a path");
    return true;
}

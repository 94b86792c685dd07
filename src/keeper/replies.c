/* Replies of the keeper: see messages.h. What is written and what is read stand side by side. */
#include "keeper/messages.h"

#include <assert.h>

static void read_array(struct cursor *from, uint8_t *out, size_t size)
{
    struct span bytes = cursor_span(from, size);
    if (bytes.size == size)
        memcpy(out, bytes.data, size);
}

void keeper_reply_begin(struct buffer *out)
{
    buffer_clear(out);
    buffer_byte(out, KEEPER_WIRE_VERSION);
    buffer_byte(out, ERROR_NONE);
}

void keeper_reply_error(struct buffer *out, const struct error *error, uint64_t number)
{
    struct span text = span_text(error->text);

    assert(error->kind != ERROR_NONE);
    buffer_clear(out);
    buffer_byte(out, KEEPER_WIRE_VERSION);
    buffer_byte(out, (uint8_t)error->kind);
    buffer_u64(out, number);
    buffer_u16(out, (uint16_t)text.size);
    buffer_add(out, text);
}

bool keeper_reply_read(struct span bytes, struct cursor *fields, uint64_t *number,
                       struct error *err)
{
    *fields = cursor_make(bytes);
    *number = 0;
    uint8_t version = cursor_u8(fields);
    uint8_t kind = cursor_u8(fields);
    if (fields->failed || version != KEEPER_WIRE_VERSION || kind > ERROR_BUG)
        return error_set(err, ERROR_BUG, "the keeper's reply cannot be read");
    if (kind == ERROR_NONE)
        return true;
    *number = cursor_u64(fields);
    struct span text = cursor_span(fields, cursor_u16(fields));
    if (!cursor_is_done(fields))
        return error_set(err, ERROR_BUG, "the keeper's error cannot be read");
    return error_set(err, (enum error_kind)kind, "%.*s", SPAN_ARG(text));
}

void keeper_write_keys(const struct keeper_keys *keys, struct buffer *out)
{
    buffer_add(out, span_make(keys->log, sizeof keys->log));
    buffer_add(out, span_make(keys->custody, sizeof keys->custody));
    buffer_add(out, span_make(keys->witness, sizeof keys->witness));
    buffer_add(out, span_make(keys->sealing, sizeof keys->sealing));
    buffer_byte(out, keys->is_in_token);
}

bool keeper_read_keys(struct cursor *from, struct keeper_keys *out)
{
    read_array(from, out->log, sizeof out->log);
    read_array(from, out->custody, sizeof out->custody);
    read_array(from, out->witness, sizeof out->witness);
    read_array(from, out->sealing, sizeof out->sealing);
    out->is_in_token = cursor_u8(from) == 1;
    return !from->failed;
}

void keeper_write_sets(const struct keeper_sets *sets, struct buffer *out)
{
    buffer_byte(out, (uint8_t)sets->count);
    for (size_t i = 0; i < sets->count; i++) {
        buffer_byte(out, sets->number[i]);
        keeper_write_keys(&sets->keys[i], out);
    }
}

bool keeper_read_sets(struct cursor *from, struct keeper_sets *out)
{
    *out = (struct keeper_sets){.count = cursor_u8(from)};
    if (out->count == 0 || out->count > KEEPER_SETS_MAX)
        from->failed = true;
    for (size_t i = 0; !from->failed && i < out->count; i++) {
        out->number[i] = cursor_u8(from);
        keeper_read_keys(from, &out->keys[i]);
    }
    return !from->failed;
}

void keeper_write_state(const struct keeper_state *state, struct buffer *out)
{
    buffer_u64(out, state->size);
    buffer_add(out, span_make(state->root.bytes, sizeof state->root.bytes));
    buffer_u64(out, (uint64_t)state->time_s);
    buffer_u64(out, state->signed_size);
    buffer_byte(out, state->is_lost ? 1 : 0);
    buffer_byte(out, state->fresh_count);
}

bool keeper_read_state(struct cursor *from, struct keeper_state *out)
{
    out->size = cursor_u64(from);
    read_array(from, out->root.bytes, sizeof out->root.bytes);
    out->time_s = (int64_t)cursor_u64(from);
    out->signed_size = cursor_u64(from);
    out->is_lost = cursor_u8(from) == 1;
    out->fresh_count = cursor_u8(from);
    return !from->failed;
}

void keeper_write_stepped(const struct keeper_step *step, struct buffer *out)
{
    buffer_u64(out, step->size);
    buffer_add(out, span_make(step->root.bytes, sizeof step->root.bytes));
    buffer_add(out, span_make(step->signature, sizeof step->signature));
}

bool keeper_read_stepped(struct cursor *from, struct keeper_step *step)
{
    step->size = cursor_u64(from);
    read_array(from, step->root.bytes, sizeof step->root.bytes);
    read_array(from, step->signature, sizeof step->signature);
    return !from->failed;
}

/* Requests and replies of the keeper: see messages.h. Writing and reading stand side by side, one pair per operation. */
#include "keeper/messages.h"

#include "base/text.h"

#include <assert.h>

_Static_assert(sizeof(struct tlog_hash) == 32, "a leaf hash is its 32 bytes on the wire");

bool keeper_origin_is_valid(struct span origin)
{
    if (origin.size == 0 || origin.size > ORIGIN_SIZE_MAX)
        return false;
    for (size_t i = 0; i < origin.size; i++)
        if (origin.data[i] <= ' ' || origin.data[i] > '~' || origin.data[i] == '+')
            return false;
    return true;
}

static bool check_origin(struct span origin, struct error *err)
{
    return keeper_origin_is_valid(origin) ||
           error_set(err, ERROR_INPUT,
                     "a log's name has 1 to %u visible ASCII characters without '+'",
                     ORIGIN_SIZE_MAX);
}

static bool check_agreement(struct span agreement, struct error *err)
{
    return text_is_identifier(agreement, NAME_SIZE_MAX) ||
           error_set(err, ERROR_INPUT, "an agreement's id has 1 to %u of a-z, 0-9 and hyphen",
                     NAME_SIZE_MAX);
}

static bool check_kind(enum keeper_slot kind, struct error *err)
{
    return kind == KEEPER_LOG || kind == KEEPER_CUSTODY || kind == KEEPER_WITNESS ||
           error_set(err, ERROR_INPUT, "kind of log %u is unknown", (unsigned)kind);
}

static bool check_count(const char *what, size_t count, size_t most, struct error *err)
{
    return count <= most ||
           error_set(err, ERROR_LIMIT, "%zu %s in one call; at most %zu", count, what, most);
}

static void write_name(struct span name, struct buffer *out)
{
    buffer_byte(out, (uint8_t)name.size);
    buffer_add(out, name);
}

static struct span read_name(struct cursor *from)
{
    return cursor_span(from, cursor_u8(from));
}

static void write_hashes(const struct tlog_hash *hashes, size_t count, struct buffer *out)
{
    for (size_t i = 0; i < count; i++)
        buffer_add(out, span_make(hashes[i].bytes, sizeof hashes[i].bytes));
}

/* Not copied: a tlog_hash is bytes alone, so it may lie anywhere in the request. */
static const struct tlog_hash *read_hashes(struct cursor *from, size_t count)
{
    struct span bytes = cursor_span(from, count * sizeof(struct tlog_hash));
    return (const struct tlog_hash *)(const void *)bytes.data;
}

static void read_array(struct cursor *from, uint8_t *out, size_t size)
{
    struct span bytes = cursor_span(from, size);
    if (bytes.size == size)
        memcpy(out, bytes.data, size);
}

/* Advance */

static bool check_steps(const struct keeper_request *request, struct error *err)
{
    size_t leaves = 0;

    if (request->step_count == 0)
        return error_set(err, ERROR_INPUT, "a call without steps");
    if (!check_count("steps", request->step_count, KEEPER_STEP_MAX, err))
        return false;
    for (size_t i = 0; i < request->step_count; i++) {
        const struct keeper_step *step = &request->steps[i];
        if (!check_origin(step->origin, err) || !check_kind(step->kind, err) ||
            !check_count("leaves", step->count, KEEPER_LEAVES_MAX, err))
            return false;
        if (step->kind == KEEPER_WITNESS)
            return error_set(err, ERROR_INPUT,
                             "a witnessed log is advanced by proof, not by leaves");
        leaves += step->count;
    }
    return check_count("leaves", leaves, KEEPER_LEAVES_MAX, err);
}

static void write_step(const struct keeper_step *step, struct buffer *out)
{
    buffer_byte(out, (uint8_t)step->kind);
    write_name(step->origin, out);
    buffer_u64(out, step->size_before);
    buffer_byte(out, step->is_signed ? 1 : 0);
    buffer_byte(out, step->set);
    buffer_u64(out, (uint64_t)step->time_s);
    buffer_u32(out, (uint32_t)step->count);
    write_hashes(step->leaves, step->count, out);
}

static bool read_step(struct cursor *from, struct keeper_step *step)
{
    *step = (struct keeper_step){.kind = (enum keeper_slot)cursor_u8(from)};
    step->origin = read_name(from);
    step->size_before = cursor_u64(from);
    uint8_t is_signed = cursor_u8(from);
    step->is_signed = is_signed == 1;
    step->set = cursor_u8(from);
    step->time_s = (int64_t)cursor_u64(from);
    step->count = cursor_u32(from);
    if (is_signed > 1 || step->count > KEEPER_LEAVES_MAX)
        from->failed = true;
    step->leaves = read_hashes(from, from->failed ? 0 : step->count);
    return !from->failed;
}

static void write_steps(const struct keeper_request *request, struct buffer *out)
{
    buffer_byte(out, (uint8_t)request->step_count);
    for (size_t i = 0; i < request->step_count; i++)
        write_step(&request->steps[i], out);
}

static void read_steps(struct cursor *from, struct keeper_request *out)
{
    out->steps = out->step_room;
    out->step_count = cursor_u8(from);
    if (out->step_count > KEEPER_STEP_MAX)
        from->failed = true;
    for (size_t i = 0; i < out->step_count && !from->failed; i++)
        read_step(from, &out->step_room[i]);
}

/* Witness */

static bool check_witness(const struct keeper_witness *witness, struct error *err)
{
    return check_origin(witness->origin, err) &&
           check_count("proof hashes", witness->proof_count, KEEPER_PROOF_COUNT_MAX, err);
}

static void write_witness(const struct keeper_witness *witness, struct buffer *out)
{
    write_name(witness->origin, out);
    buffer_u64(out, witness->old_size);
    buffer_u64(out, witness->size);
    write_hashes(&witness->root, 1, out);
    buffer_byte(out, witness->set);
    buffer_u64(out, (uint64_t)witness->time_s);
    buffer_byte(out, (uint8_t)witness->proof_count);
    write_hashes(witness->proof, witness->proof_count, out);
}

static void read_witness(struct cursor *from, struct keeper_witness *witness)
{
    witness->origin = read_name(from);
    witness->old_size = cursor_u64(from);
    witness->size = cursor_u64(from);
    read_array(from, witness->root.bytes, sizeof witness->root.bytes);
    witness->set = cursor_u8(from);
    witness->time_s = (int64_t)cursor_u64(from);
    witness->proof_count = cursor_u8(from);
    witness->proof = read_hashes(from, witness->proof_count);
}

/* Succession */

static void write_succession(const struct keeper_succession *succession, struct buffer *out)
{
    buffer_byte(out, (uint8_t)succession->kind);
    write_name(succession->origin, out);
    write_name(succession->before, out);
    buffer_u64(out, succession->size);
    write_hashes(&succession->root, 1, out);
}

static void read_succession(struct cursor *from, struct keeper_succession *succession)
{
    succession->kind = (enum keeper_slot)cursor_u8(from);
    succession->origin = read_name(from);
    succession->before = read_name(from);
    succession->size = cursor_u64(from);
    read_array(from, succession->root.bytes, sizeof succession->root.bytes);
}

/* Fresh receipts */

static void write_fresh(const struct keeper_fresh *fresh, struct buffer *out)
{
    buffer_byte(out, (uint8_t)fresh->kind);
    write_name(fresh->origin, out);
    buffer_add(out, span_make(fresh->nonce, sizeof fresh->nonce));
    buffer_byte(out, fresh->set);
    buffer_u64(out, fresh->size);
    write_hashes(&fresh->root, 1, out);
}

static void read_fresh(struct cursor *from, struct keeper_fresh *fresh)
{
    fresh->kind = (enum keeper_slot)cursor_u8(from);
    fresh->origin = read_name(from);
    read_array(from, fresh->nonce, sizeof fresh->nonce);
    fresh->set = cursor_u8(from);
    fresh->size = cursor_u64(from);
    read_array(from, fresh->root.bytes, sizeof fresh->root.bytes);
}

static bool check_word(const struct keeper_fresh_word *word, struct error *err)
{
    if (word->kind == KEEPER_WITNESS)
        return error_set(err, ERROR_INPUT, "a witnessed log waits for nobody's word");
    return check_kind(word->kind, err) && check_origin(word->origin, err) &&
           check_count("proof hashes", word->proof_count, KEEPER_PROOF_COUNT_MAX, err);
}

static void write_word(const struct keeper_fresh_word *word, struct buffer *out)
{
    buffer_byte(out, (uint8_t)word->kind);
    write_name(word->origin, out);
    buffer_u64(out, word->size);
    write_hashes(&word->root, 1, out);
    buffer_add(out, span_make(word->signature, sizeof word->signature));
    buffer_u64(out, (uint64_t)word->time_s);
    buffer_add(out, span_make(word->receipt, sizeof word->receipt));
    buffer_byte(out, (uint8_t)word->proof_count);
    write_hashes(word->proof, word->proof_count, out);
}

static void read_word(struct cursor *from, struct keeper_fresh_word *word)
{
    word->kind = (enum keeper_slot)cursor_u8(from);
    word->origin = read_name(from);
    word->size = cursor_u64(from);
    read_array(from, word->root.bytes, sizeof word->root.bytes);
    read_array(from, word->signature, sizeof word->signature);
    word->time_s = (int64_t)cursor_u64(from);
    read_array(from, word->receipt, sizeof word->receipt);
    word->proof_count = cursor_u8(from);
    word->proof = read_hashes(from, word->proof_count);
}

/* Sealing */

static bool check_suite(enum keeper_suite suite, struct error *err)
{
    return suite == KEEPER_SUITE_PSK || suite == KEEPER_SUITE_PLAIN ||
           error_set(err, ERROR_INPUT, "suite %u is unknown", (unsigned)suite);
}

static void write_seal(const struct keeper_seal *seal, struct buffer *out)
{
    buffer_byte(out, (uint8_t)seal->suite);
    buffer_u32(out, seal->psk_day);
    buffer_byte(out, seal->set);
    buffer_add(out, span_make(seal->ephemeral, sizeof seal->ephemeral));
}

static void read_seal(struct cursor *from, struct keeper_seal *seal)
{
    seal->suite = (enum keeper_suite)cursor_u8(from);
    seal->psk_day = cursor_u32(from);
    seal->set = cursor_u8(from);
    read_array(from, seal->ephemeral, sizeof seal->ephemeral);
}

/* Requests */

static bool check_size(const char *what, struct span bytes, size_t size, struct error *err)
{
    return bytes.size == size ||
           error_set(err, ERROR_INPUT, "%s has %zu bytes instead of %zu", what, bytes.size, size);
}

static bool check_request(const struct keeper_request *request, struct error *err)
{
    switch (request->op) {
    case KEEPER_OP_STATUS:
    case KEEPER_OP_PUBLIC_KEYS:
    case KEEPER_OP_SETS:
    case KEEPER_OP_FRESH_NONCE:
        return true;
    case KEEPER_OP_FRESH_SIGN:
        return check_kind(request->fresh.kind, err) && check_origin(request->fresh.origin, err);
    case KEEPER_OP_FRESH_TAKE:
        return check_word(&request->word, err);
    case KEEPER_OP_SUCCEED:
        return check_kind(request->succession.kind, err) &&
               check_origin(request->succession.origin, err) &&
               check_origin(request->succession.before, err);
    case KEEPER_OP_REGISTER:
    case KEEPER_OP_STATE:
        return check_kind(request->kind, err) && check_origin(request->name, err);
    case KEEPER_OP_ADVANCE:
        return check_steps(request, err);
    case KEEPER_OP_WITNESS:
        return check_witness(&request->witness, err);
    case KEEPER_OP_MAKE_KEYS:
        return check_count("keys", request->key_count, KEEPER_KEYS_MAX, err);
    case KEEPER_OP_UNWRAP:
        return check_size("a wrapped key", request->bytes, KEEPER_WRAPPED_SIZE, err);
    case KEEPER_OP_PAIR:
        return check_agreement(request->name, err) &&
               check_size("a pre-shared key", request->bytes, KEEPER_PSK_SIZE, err);
    case KEEPER_OP_SEAL_KEY:
        return check_agreement(request->name, err) &&
               check_size("a sealing key", request->bytes, AGREE_PUBLIC_SIZE, err);
    case KEEPER_OP_OPEN_KEY:
        return check_agreement(request->name, err) && check_suite(request->seal.suite, err);
    }
    return error_set(err, ERROR_INPUT, "operation %u is unknown", (unsigned)request->op);
}

static void write_fields(const struct keeper_request *request, struct buffer *out)
{
    switch (request->op) {
    case KEEPER_OP_STATUS:
    case KEEPER_OP_PUBLIC_KEYS:
    case KEEPER_OP_SETS:
    case KEEPER_OP_FRESH_NONCE:
        break;
    case KEEPER_OP_FRESH_SIGN:
        write_fresh(&request->fresh, out);
        break;
    case KEEPER_OP_FRESH_TAKE:
        write_word(&request->word, out);
        break;
    case KEEPER_OP_SUCCEED:
        write_succession(&request->succession, out);
        break;
    case KEEPER_OP_REGISTER:
    case KEEPER_OP_STATE:
        buffer_byte(out, (uint8_t)request->kind);
        write_name(request->name, out);
        break;
    case KEEPER_OP_ADVANCE:
        write_steps(request, out);
        break;
    case KEEPER_OP_WITNESS:
        write_witness(&request->witness, out);
        break;
    case KEEPER_OP_MAKE_KEYS:
        buffer_u32(out, (uint32_t)request->key_count);
        break;
    case KEEPER_OP_UNWRAP:
        buffer_add(out, request->bytes);
        break;
    case KEEPER_OP_PAIR:
        write_name(request->name, out);
        buffer_u64(out, (uint64_t)request->paired_at_ms);
        buffer_add(out, request->bytes);
        break;
    case KEEPER_OP_SEAL_KEY:
        write_name(request->name, out);
        buffer_add(out, request->bytes);
        break;
    case KEEPER_OP_OPEN_KEY:
        write_name(request->name, out);
        write_seal(&request->seal, out);
        break;
    }
}

static void read_fields(struct cursor *from, struct keeper_request *out)
{
    switch (out->op) {
    case KEEPER_OP_STATUS:
    case KEEPER_OP_PUBLIC_KEYS:
    case KEEPER_OP_SETS:
    case KEEPER_OP_FRESH_NONCE:
        break;
    case KEEPER_OP_FRESH_SIGN:
        read_fresh(from, &out->fresh);
        break;
    case KEEPER_OP_FRESH_TAKE:
        read_word(from, &out->word);
        break;
    case KEEPER_OP_SUCCEED:
        read_succession(from, &out->succession);
        break;
    case KEEPER_OP_REGISTER:
    case KEEPER_OP_STATE:
        out->kind = (enum keeper_slot)cursor_u8(from);
        out->name = read_name(from);
        break;
    case KEEPER_OP_ADVANCE:
        read_steps(from, out);
        break;
    case KEEPER_OP_WITNESS:
        read_witness(from, &out->witness);
        break;
    case KEEPER_OP_MAKE_KEYS:
        out->key_count = cursor_u32(from);
        break;
    case KEEPER_OP_UNWRAP:
        out->bytes = cursor_span(from, KEEPER_WRAPPED_SIZE);
        break;
    case KEEPER_OP_PAIR:
        out->name = read_name(from);
        out->paired_at_ms = (int64_t)cursor_u64(from);
        out->bytes = cursor_span(from, KEEPER_PSK_SIZE);
        break;
    case KEEPER_OP_SEAL_KEY:
        out->name = read_name(from);
        out->bytes = cursor_span(from, AGREE_PUBLIC_SIZE);
        break;
    case KEEPER_OP_OPEN_KEY:
        out->name = read_name(from);
        read_seal(from, &out->seal);
        break;
    }
}

bool keeper_request_write(const struct keeper_request *request, struct buffer *out,
                          struct error *err)
{
    if (!check_request(request, err))
        return false;
    buffer_byte(out, KEEPER_WIRE_VERSION);
    buffer_byte(out, (uint8_t)request->op);
    write_fields(request, out);
    return !out->failed || error_set(err, ERROR_LIMIT, "a request for the keeper does not fit");
}

bool keeper_request_read(struct span bytes, struct keeper_request *out, struct error *err)
{
    struct cursor from = cursor_make(bytes);

    *out = (struct keeper_request){.op = KEEPER_OP_STATUS};
    uint8_t version = cursor_u8(&from);
    out->op = (enum keeper_op)cursor_u8(&from);
    if (from.failed)
        return error_set(err, ERROR_INPUT, "a request of %zu bytes", bytes.size);
    if (version != KEEPER_WIRE_VERSION)
        return error_set(err, ERROR_INPUT, "version %u of the keeper's messages is unknown",
                         version);
    read_fields(&from, out);
    /* An unknown operation has no fields to be read: let check_request name it. */
    bool is_known = out->op >= KEEPER_OP_STATUS && out->op <= KEEPER_OP_FRESH_TAKE;
    if (is_known && !cursor_is_done(&from))
        return error_set(err, ERROR_INPUT, "request %u is cut, too long or malformed", out->op);
    return check_request(out, err);
}

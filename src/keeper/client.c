/* The node's side of the keeper: see client.h. Writes a request, reads its reply; nothing is kept between calls. */
#include "keeper/client.h"

#include "keeper/messages.h"
#include "keeper/wipe.h"

/* A request and its reply. Keys pass through both: they are allocated once at full size and wiped. */
struct exchange {
    struct buffer request;
    struct buffer reply;
    struct cursor fields; /* of the reply, after ask() */
    uint64_t number;      /* of the reply's error */
};

static void exchange_end(struct exchange *exchange)
{
    buffer_wipe(&exchange->request);
    buffer_wipe(&exchange->reply);
}

static bool ask(const struct keeper_client *client, const struct keeper_request *request,
                struct exchange *exchange, size_t request_size, size_t reply_size,
                struct error *err)
{
    exchange->request = buffer_whole(request_size);
    exchange->reply = buffer_whole(reply_size);
    if (exchange->request.failed || exchange->reply.failed)
        return error_set(err, ERROR_LIMIT, "out of memory");
    return keeper_request_write(request, &exchange->request, err) &&
           client->call(client->context, buffer_span(&exchange->request), &exchange->reply, err) &&
           keeper_reply_read(buffer_span(&exchange->reply), &exchange->fields, &exchange->number,
                             err);
}

/* Requests without leaves and replies without lists fit here: names, a point, an error's text. */
#define SMALL_SIZE 4096

static bool ask_small(const struct keeper_client *client, const struct keeper_request *request,
                      struct exchange *exchange, struct error *err)
{
    return ask(client, request, exchange, SMALL_SIZE, SMALL_SIZE, err);
}

/* The reply was read to its end, else it was another's. */
static bool finish(const struct exchange *exchange, struct error *err)
{
    return cursor_is_done(&exchange->fields) ||
           error_set(err, ERROR_BUG, "the keeper's reply has not the form of its request");
}

static void take(struct cursor *from, uint8_t *out, size_t size)
{
    struct span bytes = cursor_span(from, size);
    if (bytes.size == size)
        memcpy(out, bytes.data, size);
}

bool keeper_status(const struct keeper_client *client, struct error *err)
{
    CLEANUP(exchange_end) struct exchange exchange = {0};
    struct keeper_request request = {.op = KEEPER_OP_STATUS};

    return ask_small(client, &request, &exchange, err) && finish(&exchange, err);
}

bool keeper_public_keys(const struct keeper_client *client, struct keeper_keys *out,
                        struct error *err)
{
    CLEANUP(exchange_end) struct exchange exchange = {0};
    struct keeper_request request = {.op = KEEPER_OP_PUBLIC_KEYS};

    if (!ask_small(client, &request, &exchange, err))
        return false;
    keeper_read_keys(&exchange.fields, out);
    return finish(&exchange, err);
}

bool keeper_sets(const struct keeper_client *client, struct keeper_sets *out, struct error *err)
{
    CLEANUP(exchange_end) struct exchange exchange = {0};
    struct keeper_request request = {.op = KEEPER_OP_SETS};

    if (!ask_small(client, &request, &exchange, err))
        return false;
    keeper_read_sets(&exchange.fields, out);
    return finish(&exchange, err);
}

bool keeper_succeed(const struct keeper_client *client, const struct keeper_succession *succession,
                    struct error *err)
{
    CLEANUP(exchange_end) struct exchange exchange = {0};
    struct keeper_request request = {.op = KEEPER_OP_SUCCEED, .succession = *succession};

    return ask_small(client, &request, &exchange, err) && finish(&exchange, err);
}

bool keeper_register(const struct keeper_client *client, enum keeper_slot kind, struct span origin,
                     struct error *err)
{
    CLEANUP(exchange_end) struct exchange exchange = {0};
    struct keeper_request request = {.op = KEEPER_OP_REGISTER, .kind = kind, .name = origin};

    return ask_small(client, &request, &exchange, err) && finish(&exchange, err);
}

bool keeper_state(const struct keeper_client *client, enum keeper_slot kind, struct span origin,
                  struct keeper_state *out, struct error *err)
{
    CLEANUP(exchange_end) struct exchange exchange = {0};
    struct keeper_request request = {.op = KEEPER_OP_STATE, .kind = kind, .name = origin};

    if (!ask_small(client, &request, &exchange, err))
        return false;
    keeper_read_state(&exchange.fields, out);
    return finish(&exchange, err);
}

bool keeper_advance(const struct keeper_client *client, struct keeper_step *steps, size_t count,
                    struct error *err)
{
    CLEANUP(exchange_end) struct exchange exchange = {0};
    struct keeper_request request = {.op = KEEPER_OP_ADVANCE, .steps = steps, .step_count = count};
    size_t size = SMALL_SIZE + KEEPER_STEP_MAX * KEEPER_STEP_SIZE_MAX;

    for (size_t i = 0; i < count && i < KEEPER_STEP_MAX; i++)
        size += (steps[i].count < KEEPER_LEAVES_MAX ? steps[i].count : KEEPER_LEAVES_MAX) * 32;
    if (!ask(client, &request, &exchange, size, 2 * SMALL_SIZE, err))
        return false;
    for (size_t i = 0; i < count; i++)
        keeper_read_stepped(&exchange.fields, &steps[i]);
    return finish(&exchange, err);
}

bool keeper_witness(const struct keeper_client *client, struct keeper_witness *witness,
                    struct error *err)
{
    CLEANUP(exchange_end) struct exchange exchange = {0};
    struct keeper_request request = {.op = KEEPER_OP_WITNESS, .witness = *witness};

    if (!ask_small(client, &request, &exchange, err)) {
        witness->held_size = exchange.number;
        return false;
    }
    witness->held_size = cursor_u64(&exchange.fields);
    take(&exchange.fields, witness->signature, sizeof witness->signature);
    return finish(&exchange, err);
}

bool keeper_fresh_nonce(const struct keeper_client *client, uint8_t nonce[KEEPER_NONCE_SIZE],
                        struct error *err)
{
    CLEANUP(exchange_end) struct exchange exchange = {0};
    struct keeper_request request = {.op = KEEPER_OP_FRESH_NONCE};

    if (!ask_small(client, &request, &exchange, err))
        return false;
    take(&exchange.fields, nonce, KEEPER_NONCE_SIZE);
    return finish(&exchange, err);
}

bool keeper_fresh_sign(const struct keeper_client *client, struct keeper_fresh *fresh,
                       struct error *err)
{
    CLEANUP(exchange_end) struct exchange exchange = {0};
    struct keeper_request request = {.op = KEEPER_OP_FRESH_SIGN, .fresh = *fresh};

    if (!ask_small(client, &request, &exchange, err))
        return false;
    fresh->size = cursor_u64(&exchange.fields);
    take(&exchange.fields, fresh->root.bytes, sizeof fresh->root.bytes);
    take(&exchange.fields, fresh->signature, sizeof fresh->signature);
    return finish(&exchange, err);
}

bool keeper_fresh_take(const struct keeper_client *client, const struct keeper_fresh_word *word,
                       struct error *err)
{
    CLEANUP(exchange_end) struct exchange exchange = {0};
    struct keeper_request request = {.op = KEEPER_OP_FRESH_TAKE, .word = *word};

    return ask_small(client, &request, &exchange, err) && finish(&exchange, err);
}

bool keeper_make_keys(const struct keeper_client *client, struct keeper_wrapped *out, size_t count,
                      struct error *err)
{
    CLEANUP(exchange_end) struct exchange exchange = {0};
    struct keeper_request request = {.op = KEEPER_OP_MAKE_KEYS, .key_count = count};

    if (count > KEEPER_KEYS_MAX)
        return error_set(err, ERROR_LIMIT, "%zu keys in one call; at most %d", count,
                         KEEPER_KEYS_MAX);
    if (!ask(client, &request, &exchange, SMALL_SIZE, SMALL_SIZE + count * sizeof *out, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        take(&exchange.fields, out[i].key, sizeof out[i].key);
        take(&exchange.fields, out[i].wrapped, sizeof out[i].wrapped);
    }
    return finish(&exchange, err);
}

bool keeper_unwrap(const struct keeper_client *client, const uint8_t wrapped[KEEPER_WRAPPED_SIZE],
                   uint8_t key[AEAD_KEY_SIZE], struct error *err)
{
    CLEANUP(exchange_end) struct exchange exchange = {0};
    struct keeper_request request = {.op = KEEPER_OP_UNWRAP,
                                     .bytes = span_make(wrapped, KEEPER_WRAPPED_SIZE)};

    if (!ask_small(client, &request, &exchange, err))
        return false;
    take(&exchange.fields, key, AEAD_KEY_SIZE);
    return finish(&exchange, err);
}

bool keeper_pair(const struct keeper_client *client, struct span agreement, const uint8_t psk[32],
                 int64_t paired_at_ms, struct error *err)
{
    CLEANUP(exchange_end) struct exchange exchange = {0};
    struct keeper_request request = {.op = KEEPER_OP_PAIR,
                                     .name = agreement,
                                     .bytes = span_make(psk, KEEPER_PSK_SIZE),
                                     .paired_at_ms = paired_at_ms};

    return ask_small(client, &request, &exchange, err) && finish(&exchange, err);
}

bool keeper_seal_key(const struct keeper_client *client, struct span agreement,
                     const uint8_t partner[AGREE_PUBLIC_SIZE], struct keeper_seal *out,
                     struct error *err)
{
    CLEANUP(exchange_end) struct exchange exchange = {0};
    struct keeper_request request = {.op = KEEPER_OP_SEAL_KEY,
                                     .name = agreement,
                                     .bytes = span_make(partner, AGREE_PUBLIC_SIZE)};

    *out = (struct keeper_seal){.suite = KEEPER_SUITE_PSK};
    if (!ask_small(client, &request, &exchange, err))
        return false;
    out->suite = (enum keeper_suite)cursor_u8(&exchange.fields);
    out->psk_day = cursor_u32(&exchange.fields);
    take(&exchange.fields, out->ephemeral, sizeof out->ephemeral);
    take(&exchange.fields, out->key, sizeof out->key);
    return finish(&exchange, err);
}

bool keeper_open_key(const struct keeper_client *client, struct span agreement,
                     struct keeper_seal *seal, struct error *err)
{
    CLEANUP(exchange_end) struct exchange exchange = {0};
    struct keeper_request request = {.op = KEEPER_OP_OPEN_KEY, .name = agreement, .seal = *seal};

    if (!ask_small(client, &request, &exchange, err))
        return false;
    take(&exchange.fields, seal->key, sizeof seal->key);
    return finish(&exchange, err);
}

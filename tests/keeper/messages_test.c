/*
 * The keeper's requests as bytes: each cut at every byte, changed at every byte, too long. Always a whole reply.
 * covers: messages replies
 */
#include "check.h"
#include "keeper/support/fixture.h"

#include "keeper/messages.h"

#define OWN           "ro/ro-al/to/al/0"
#define PARTNER       "al/ro-al/to/ro/0"
#define NOW_S         INT64_C(1728000000)

#define REQUEST_COUNT 12
static struct buffer requests[REQUEST_COUNT];

static void make_request(size_t index, struct keeper_request *request)
{
    struct error err = {0};

    requests[index] = buffer_make(KEEPER_REQUEST_SIZE_MAX);
    CHECK_OK(keeper_request_write(request, &requests[index], &err), err);
}

/* One of each operation, all of which succeed against `f` in this order. */
static void make_requests(struct fixture *f)
{
    static struct keeper_request request;
    static struct tlog_hash leaves[3];
    struct error err = {0};
    struct keeper_keys keys;
    struct keeper_wrapped wrapped;
    struct keeper_seal seal;
    uint8_t psk[32] = {5};

    fixture_leaves(1, 0, leaves, 3);
    CHECK_OK(keeper_public_keys(&f->client, &keys, &err), err);
    CHECK_OK(keeper_make_keys(&f->client, &wrapped, 1, &err), err);
    CHECK_OK(keeper_seal_key(&f->client, span_text("ro-al"), keys.sealing, &seal, &err), err);

    request = (struct keeper_request){.op = KEEPER_OP_STATUS};
    make_request(0, &request);
    request.op = KEEPER_OP_PUBLIC_KEYS;
    make_request(1, &request);
    request = (struct keeper_request){
        .op = KEEPER_OP_REGISTER, .kind = KEEPER_LOG, .name = span_text(OWN)};
    make_request(2, &request);
    request.kind = KEEPER_CUSTODY;
    request.name = span_text(PARTNER);
    make_request(3, &request);
    request.op = KEEPER_OP_STATE;
    make_request(4, &request);
    struct keeper_step steps[2] = {
        {.kind = KEEPER_LOG,
         .origin = span_text(OWN),
         .leaves = leaves,
         .count = 3,
         .is_signed = true},
        {.kind = KEEPER_CUSTODY,
         .origin = span_text(PARTNER),
         .leaves = leaves,
         .count = 1,
         .is_signed = true,
         .time_s = NOW_S},
    };
    request = (struct keeper_request){.op = KEEPER_OP_ADVANCE, .steps = steps, .step_count = 2};
    make_request(5, &request);
    request = (struct keeper_request){
        .op = KEEPER_OP_REGISTER, .kind = KEEPER_WITNESS, .name = span_text("al/domestic/0")};
    make_request(6, &request);
    struct keeper_witness witness = {
        .origin = span_text("al/domestic/0"), .size = 3, .time_s = NOW_S};
    fixture_root(1, 3, &witness.root);
    request = (struct keeper_request){.op = KEEPER_OP_WITNESS, .witness = witness};
    make_request(7, &request);
    request = (struct keeper_request){.op = KEEPER_OP_MAKE_KEYS, .key_count = 2};
    make_request(8, &request);
    request = (struct keeper_request){.op = KEEPER_OP_UNWRAP,
                                      .bytes = span_make(wrapped.wrapped, sizeof wrapped.wrapped)};
    make_request(9, &request);
    request =
        (struct keeper_request){.op = KEEPER_OP_OPEN_KEY, .name = span_text("ro-al"), .seal = seal};
    make_request(10, &request);
    request = (struct keeper_request){.op = KEEPER_OP_PAIR,
                                      .name = span_text("ro-al"),
                                      .bytes = span_make(psk, sizeof psk),
                                      .paired_at_ms = FIXTURE_NOW_MS};
    make_request(11, &request);
}

/* The kind of the reply; the reply is well formed whatever was asked. */
static enum error_kind answer(struct fixture *f, struct span bytes)
{
    CLEANUP(buffer_free) struct buffer reply = buffer_make(KEEPER_REPLY_SIZE_MAX);
    struct cursor fields;
    uint64_t number;
    struct error err = {0};

    keeper_answer(f->keeper, bytes, &reply);
    if (keeper_reply_read(buffer_span(&reply), &fields, &number, &err))
        return ERROR_NONE;
    CHECK(err.kind != ERROR_BUG);
    CHECK(err.text[0] != '\0');
    return err.kind;
}

static void end(struct fixture *f)
{
    for (size_t i = 0; i < REQUEST_COUNT; i++)
        buffer_free(&requests[i]);
    fixture_end(f);
}

CHECK_TEST(each_request_reads_back_as_it_was_written)
{
    static struct keeper_request request;
    struct fixture f;
    struct error err = {0};

    fixture_start(&f, "ro", 1);
    make_requests(&f);
    for (size_t i = 0; i < REQUEST_COUNT; i++) {
        CLEANUP(buffer_free) struct buffer again = buffer_make(KEEPER_REQUEST_SIZE_MAX);
        CHECK_OK(keeper_request_read(buffer_span(&requests[i]), &request, &err), err);
        CHECK_OK(keeper_request_write(&request, &again, &err), err);
        CHECK(span_equal(buffer_span(&again), buffer_span(&requests[i])));
    }
    for (size_t i = 0; i < REQUEST_COUNT; i++)
        CHECK_INT(answer(&f, buffer_span(&requests[i])), ERROR_NONE);
    end(&f);
}

CHECK_TEST(each_request_cut_at_every_byte_is_refused)
{
    struct fixture f;

    fixture_start(&f, "ro", 2);
    make_requests(&f);
    int writes = f.memory.write_count;
    for (size_t i = 0; i < REQUEST_COUNT; i++)
        for (size_t size = 0; size < requests[i].size; size++)
            CHECK_INT(answer(&f, span_make(requests[i].data, size)), ERROR_INPUT);
    CHECK_INT(f.memory.write_count, writes);
    end(&f);
}

CHECK_TEST(each_request_one_byte_longer_is_refused)
{
    struct fixture f;

    fixture_start(&f, "ro", 3);
    make_requests(&f);
    for (size_t i = 0; i < REQUEST_COUNT; i++) {
        buffer_byte(&requests[i], 0);
        CHECK_INT(answer(&f, buffer_span(&requests[i])), ERROR_INPUT);
    }
    end(&f);
}

/* Some changes make another valid request; none gives a reply that cannot be read, and none moves a log back. */
CHECK_TEST(each_request_with_any_byte_changed_gets_a_whole_reply)
{
    static const uint8_t changes[] = {0x01, 0x80, 0xff};
    struct fixture f;
    struct error err = {0};
    struct keeper_step step;
    struct keeper_state state;

    fixture_start(&f, "ro", 4);
    make_requests(&f);
    for (size_t i = 2; i < 7; i++)
        CHECK_INT(answer(&f, buffer_span(&requests[i])), ERROR_NONE);
    for (size_t i = 0; i < REQUEST_COUNT; i++)
        for (size_t at = 0; at < requests[i].size; at++)
            for (size_t c = 0; c < sizeof changes; c++) {
                requests[i].data[at] ^= changes[c];
                answer(&f, buffer_span(&requests[i]));
                requests[i].data[at] ^= changes[c];
            }
    CHECK_OK(keeper_state(&f.client, KEEPER_LOG, span_text(OWN), &state, &err), err);
    CHECK_INT(state.size, 3);
    CHECK_OK(fixture_step(&f, KEEPER_LOG, OWN, 3, 1, true, 0, 1, &step, &err), err);
    end(&f);
}

CHECK_TEST(unknown_operations_and_versions_are_refused)
{
    struct fixture f;

    fixture_start(&f, "ro", 5);
    for (unsigned op = 0; op < 256; op++)
        for (unsigned version = 0; version < 4; version++) {
            uint8_t bytes[2] = {(uint8_t)version, (uint8_t)op};
            bool is_asked = version == KEEPER_WIRE_VERSION &&
                            (op == KEEPER_OP_STATUS || op == KEEPER_OP_PUBLIC_KEYS ||
                             op == KEEPER_OP_SETS || op == KEEPER_OP_FRESH_NONCE);
            CHECK_INT(answer(&f, span_make(bytes, 2)), is_asked ? ERROR_NONE : ERROR_INPUT);
        }
    fixture_end(&f);
}

/* What a client makes of a reply that is cut or altered: an error, never other bytes than were sent. */
static struct span planned_reply;
static bool planned_call(void *context, struct span request, struct buffer *reply,
                         struct error *err)
{
    (void)context;
    (void)request;
    (void)err;
    buffer_clear(reply);
    buffer_add(reply, planned_reply);
    return true;
}

CHECK_TEST(a_cut_or_longer_reply_is_a_bug_to_the_client)
{
    struct fixture f;
    struct error err = {0};
    struct keeper_keys keys;
    struct keeper_client client = {NULL, planned_call};
    CLEANUP(buffer_free) struct buffer reply = buffer_make(KEEPER_REPLY_SIZE_MAX);
    uint8_t ask[2] = {KEEPER_WIRE_VERSION, KEEPER_OP_PUBLIC_KEYS};

    fixture_start(&f, "ro", 6);
    keeper_answer(f.keeper, span_make(ask, 2), &reply);
    for (size_t size = 0; size < reply.size; size++) {
        planned_reply = span_make(reply.data, size);
        CHECK(!keeper_public_keys(&client, &keys, &err));
        CHECK_INT(err.kind, ERROR_BUG);
    }
    buffer_byte(&reply, 0);
    planned_reply = buffer_span(&reply);
    CHECK(!keeper_public_keys(&client, &keys, &err));
    CHECK_INT(err.kind, ERROR_BUG);
    fixture_end(&f);
}

int main(void)
{
    CHECK_RUN(each_request_reads_back_as_it_was_written);
    CHECK_RUN(each_request_cut_at_every_byte_is_refused);
    CHECK_RUN(each_request_one_byte_longer_is_refused);
    CHECK_RUN(each_request_with_any_byte_changed_gets_a_whole_reply);
    CHECK_RUN(unknown_operations_and_versions_are_refused);
    CHECK_RUN(a_cut_or_longer_reply_is_a_bug_to_the_client);
    return check_end();
}

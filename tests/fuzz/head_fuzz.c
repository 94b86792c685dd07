/* Arbitrary heads: what is read writes back the very bytes, and the tolerant look agrees with the reader. */
#include "fuzz/support/body_fuzz.h"

#include "message/head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(struct span bytes, const struct head *head)
{
    uint8_t digest[DIGEST_SIZE];
    uint8_t id[UUID_SIZE];

    body_must(head_look_body(bytes, digest) == head->has_body, "the look finds the body line");
    body_must(!head->has_body || digest_is_equal(digest, head->body_digest), "the same digest");
    if (head->type == MESSAGE_WITHDRAWN)
        body_must(head_look_withdrawn(bytes, id) &&
                      memcmp(id, head->in_reply_to.id, UUID_SIZE) == 0,
                  "the look finds what is withdrawn");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = arena_make(8192);
    struct buffer out = buffer_make(HEAD_SIZE_MAX);
    struct span bytes = span_make(data, size);
    struct error err = {0};
    struct head head;
    uint8_t id[DIGEST_SIZE];

    if (head_read(bytes, &arena, &head, &err)) {
        body_must(head_write(&head, &out) && span_equal(buffer_span(&out), bytes), "one spelling");
        look(bytes, &head);
    } else {
        body_must(err.kind != ERROR_NONE, "a refusal has its error");
        head_look_body(bytes, id);
        head_look_withdrawn(bytes, id);
    }
    buffer_free(&out);
    arena_free(&arena);
    return 0;
}

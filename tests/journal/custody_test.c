/*
 * Custody under attack: a post is taken whole or not at all, and nothing is signed for what does not hold.
 * covers: accept post
 */
#include "check.h"
#include "crypto/secret.h"
#include "journal/support/hostile.h"

#include <stdlib.h>

static struct pair pair;

static struct journal_line *mirror(void)
{
    return &pair.nodes[1].journal.lines[0];
}

/* A request of Romania's that waits to be posted, and the post. */
static bool post_ready(struct buffer *post)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];
    static unsigned number = 100;

    pair.is_cut = true;
    pair.nodes[0].journal.lines[0].is_reachable = true;
    bool ok = pair_request(&pair.nodes[0], number++, item, &err);
    for (int i = 0; i < 5; i++)
        journal_pump(&pair.nodes[0].journal);
    ok = ok && hostile_post(&pair.nodes[0], post, &err);
    if (!ok)
        printf("%s\n", err.text);
    return ok;
}

CHECK_TEST(every_cut_and_changed_post_is_refused_unsigned)
{
    struct buffer post CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct accepted accepted;
    struct error err = {0};
    uint64_t size_before = mirror()->in.size;

    CHECK_OR_RETURN(post_ready(&post));
    for (size_t i = 0; i < post.size; i += i < 1200 ? 1 : 97)
        CHECK(hostile_offer(&pair.nodes[1], span_make(post.data, i), &accepted, &err) !=
              REFUSAL_NONE);
    for (size_t i = 0; i < post.size; i += i < 1200 ? 1 : 97) {
        post.data[i] ^= 0x01;
        if (hostile_offer(&pair.nodes[1], buffer_span(&post), &accepted, &err) == REFUSAL_NONE) {
            printf("byte %zu of %zu changed and accepted\n", i, post.size);
            CHECK(false);
        }
        post.data[i] ^= 0x01;
    }
    CHECK_INT(mirror()->in.size, size_before);
    CHECK_INT(hostile_offer(&pair.nodes[1], buffer_span(&post), &accepted, &err), REFUSAL_NONE);
    CHECK_INT(mirror()->in.size, size_before + 1);
}

CHECK_TEST(a_replayed_post_adds_nothing_and_keeps_its_receipt)
{
    struct buffer post CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct accepted accepted;
    struct error err = {0};

    CHECK_OR_RETURN(post_ready(&post));
    CHECK_INT(hostile_offer(&pair.nodes[1], buffer_span(&post), &accepted, &err), REFUSAL_NONE);
    uint64_t size = mirror()->in.size;
    int64_t time_s = mirror()->in.signed_time_s;
    CHECK_INT(hostile_offer(&pair.nodes[1], buffer_span(&post), &accepted, &err), REFUSAL_NONE);
    CHECK_INT(mirror()->in.size, size);
    CHECK_INT(mirror()->in.signed_time_s, time_s);
}

CHECK_TEST(a_post_beyond_our_mirror_is_told_where_we_are)
{
    struct buffer post CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct accepted accepted;
    struct error err = {0};
    struct journal_line *line = &pair.nodes[0].journal.lines[0];
    uint64_t cosigned = line->cosigned;

    pair.is_cut = false;
    pair_settle(&pair);
    CHECK_OR_RETURN(post_ready(&post));
    buffer_clear(&post);
    cosigned = line->cosigned;
    line->cosigned = line->out.size; /* as if a receipt had come that never was */
    line->is_reachable = true;
    char item[UUID_TEXT_SIZE];
    CHECK_OK(pair_request(&pair.nodes[0], 900, item, &err), err);
    for (int i = 0; i < 5; i++)
        journal_pump(&pair.nodes[0].journal);
    CHECK_OK(hostile_post(&pair.nodes[0], &post, &err), err);
    CHECK_INT(hostile_offer(&pair.nodes[1], buffer_span(&post), &accepted, &err), REFUSAL_BEHIND);
    CHECK_INT(accepted.held, mirror()->in.size);
    line->cosigned = cosigned;
}

CHECK_TEST(a_post_under_a_wrong_clock_is_refused)
{
    struct buffer post CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct buffer header CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct arena arena CLEANUP(arena_free) = arena_make(POST_SIZE_MAX);
    struct post read;
    struct accepted accepted;
    struct error err = {0};

    CHECK_OR_RETURN(post_ready(&post));
    CHECK_OK(post_read_header(buffer_span(&post), &arena, &read, &err), err);
    /* The time stands behind magic, suite, day, key, a and b. */
    size_t at = 8 + 1 + 4 + AGREE_PUBLIC_SIZE + 16;
    post.data[at + 4] ^= 0x01; /* 16 million ms */
    CHECK_INT(hostile_offer(&pair.nodes[1], buffer_span(&post), &accepted, &err), REFUSAL_CLOCK);
    CHECK_ERROR(err, ERROR_RULE, "clocks");
}

int main(void)
{
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(every_cut_and_changed_post_is_refused_unsigned);
    CHECK_RUN(a_replayed_post_adds_nothing_and_keeps_its_receipt);
    CHECK_RUN(a_post_beyond_our_mirror_is_told_where_we_are);
    CHECK_RUN(a_post_under_a_wrong_clock_is_refused);
    pair_free(&pair);
    return check_end();
}

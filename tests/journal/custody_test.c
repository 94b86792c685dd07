/*
 * Custody under attack: a post is taken whole or not at all, and nothing is signed for what does not hold.
 * covers: accept post contact log
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

/* The bodies of the next post of one entry, as they stand in the sender's books. */
static bool own_entry(struct arena *arena, struct post_entry *out)
{
    struct pair_node *node = &pair.nodes[0];
    struct entry_row row;
    struct error err = {0};

    *out = (struct post_entry){.part_count = 0};
    if (!entry_find_index(node->db, arena, node->journal.lines[0].out.id,
                          (int64_t)node->journal.lines[0].cosigned, &row, &err))
        return false;
    memcpy(out->salt, row.salt.data, SALT_SIZE);
    return journal_body(&node->journal, &row, arena, &out->body, &err);
}

CHECK_TEST(parts_that_repeat_or_stand_alone_are_refused_and_harm_nothing)
{
    struct buffer post CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct post_part parts[2] = {{.number = 1, .bytes = span_text("a")},
                                 {.number = 1, .bytes = span_text("b")}};
    struct post_entry entry;
    struct accepted accepted;
    struct error err = {0};

    pair.is_cut = false;
    pair_settle(&pair);
    CHECK_OR_RETURN(post_ready(&post));
    CHECK_OR_RETURN(own_entry(&arena, &entry));
    entry.parts = parts;
    entry.part_count = 2;
    CHECK_OK(hostile_repost(&pair.nodes[0], &entry, 1, &post, &err), err);
    CHECK_INT(hostile_offer(&pair.nodes[1], buffer_span(&post), &accepted, &err), REFUSAL_INVALID);
    CHECK_ERROR(err, ERROR_INPUT, "part numbers");
    parts[0].number = 0;
    CHECK_OK(hostile_repost(&pair.nodes[0], &entry, 1, &post, &err), err);
    CHECK_INT(hostile_offer(&pair.nodes[1], buffer_span(&post), &accepted, &err), REFUSAL_INVALID);
    parts[0].number = 1;
    parts[1].number = 2;
    entry.body = span_text("");
    CHECK_OK(hostile_repost(&pair.nodes[0], &entry, 1, &post, &err), err);
    CHECK_INT(hostile_offer(&pair.nodes[1], buffer_span(&post), &accepted, &err), REFUSAL_INVALID);
    CHECK_ERROR(err, ERROR_INPUT, "parts without a body");
    entry.part_count = 0;
    CHECK_OK(hostile_repost(&pair.nodes[0], &entry, 1, &post, &err), err);
    CHECK_INT(hostile_offer(&pair.nodes[1], buffer_span(&post), &accepted, &err), REFUSAL_INVALID);
    CHECK_ERROR(err, ERROR_INPUT, "missing and not withdrawn");
    CHECK_INT(accepted.index, pair.nodes[0].journal.lines[0].cosigned);
    CHECK(!pair.nodes[1].journal.is_dead);
    buffer_clear(&post);
    CHECK_OK(hostile_post(&pair.nodes[0], &post, &err), err);
    CHECK_INT(hostile_offer(&pair.nodes[1], buffer_span(&post), &accepted, &err), REFUSAL_NONE);
}

CHECK_TEST(nothing_is_taken_while_the_last_custody_is_unsigned)
{
    struct buffer post CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct accepted accepted;
    struct error err = {0};

    CHECK_OR_RETURN(post_ready(&post));
    mirror()->in.has_signature = false; /* as when the keeper failed behind the commit */
    CHECK_INT(hostile_offer(&pair.nodes[1], buffer_span(&post), &accepted, &err), REFUSAL_BUSY);
    CHECK_INT(hostile_offer(&pair.nodes[1], buffer_span(&post), &accepted, &err), REFUSAL_NONE);
}

static bool copy_home(const char *from, const char *to)
{
    char command[2048];
    snprintf(command, sizeof command, "rm -rf '%s' && cp -r '%s' '%s'", to, from, to);
    return system(command) == 0;
}

CHECK_TEST(another_head_in_the_overlap_is_no_fork_without_a_signature)
{
    struct buffer post CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct accepted accepted;
    struct post_entry entry = {.head = span_text("besa-entry/1\n")};
    struct error err = {0};

    pair.is_cut = false;
    pair_settle(&pair);
    CHECK_OR_RETURN(post_ready(&post));
    CHECK_INT(hostile_offer(&pair.nodes[1], buffer_span(&post), &accepted, &err), REFUSAL_NONE);
    CHECK_OK(hostile_repost(&pair.nodes[0], &entry, 1, &post, &err), err);
    CHECK_INT(hostile_offer(&pair.nodes[1], buffer_span(&post), &accepted, &err), REFUSAL_INVALID);
    CHECK_ERROR(err, ERROR_INPUT, "does not sign it");
    CHECK(mirror()->in.read_only[0] == '\0');
}

CHECK_TEST(a_signed_fork_stops_custody_and_both_checkpoints_are_kept)
{
    struct buffer post CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct buffer longer CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct buffer receipts CLEANUP(buffer_free) = buffer_make(4096);
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct accepted accepted;
    struct fork_row forks[2];
    struct checkpoint_row held;
    struct error err = {0};
    char backup[600];
    size_t count = 0;

    pair.is_cut = false;
    pair_settle(&pair);
    snprintf(backup, sizeof backup, "%s.backup", pair.nodes[0].home);
    pair_close_node(&pair.nodes[0]);
    CHECK_OR_RETURN(copy_home(pair.nodes[0].home, backup));
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[0]));
    CHECK_OR_RETURN(post_ready(&post));
    CHECK_INT(hostile_offer(&pair.nodes[1], buffer_span(&post), &accepted, &err), REFUSAL_NONE);
    uint64_t size = mirror()->in.size;
    CHECK_OR_RETURN(post_ready(&longer));
    pair_close_node(&pair.nodes[0]); /* its machine and its keeper go back to yesterday */
    CHECK_OR_RETURN(copy_home(backup, pair.nodes[0].home));
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[0]));
    buffer_clear(&post);
    CHECK_OR_RETURN(post_ready(&post));
    CHECK_INT(hostile_offer(&pair.nodes[1], buffer_span(&post), &accepted, &err), REFUSAL_FORK);
    CHECK_ERROR(err, ERROR_CONFLICT, "its log forked");
    CHECK_INT(accepted.index, size - 1);
    CHECK_INT(mirror()->in.size, size);
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[1]));
    CHECK(strstr(mirror()->in.read_only, "forked") != NULL);
    CHECK_INT(hostile_offer(&pair.nodes[1], buffer_span(&post), &accepted, &err),
              REFUSAL_READ_ONLY);
    /* The receipts that it gave before are given again, for whatever begins with what it holds; nothing is taken. */
    CHECK_INT(hostile_offer(&pair.nodes[1], buffer_span(&longer), &accepted, &err), REFUSAL_NONE);
    CHECK_OK(journal_write_receipts(&pair.nodes[1].journal, mirror(), size - 1, &receipts, &err),
             err);
    CHECK(receipts.size > 0);
    CHECK_INT(mirror()->in.size, size);
    CHECK(mirror()->in.read_only[0] != '\0');
    uint8_t *signed_origin = memmem(longer.data, longer.size, "ro/ro-al/to/al/0", 16);
    CHECK_OR_RETURN(signed_origin != NULL);
    signed_origin[0] ^= 1; /* what is not signed is no claim to them */
    CHECK_INT(hostile_offer(&pair.nodes[1], buffer_span(&longer), &accepted, &err),
              REFUSAL_READ_ONLY);
    CHECK_OK(fork_list(pair.nodes[1].db, &arena, mirror()->in.id, forks, 2, &count, &err), err);
    CHECK_INT(count, 1);
    CHECK_INT(forks[0].size, size);
    CHECK_OK(checkpoint_upto(pair.nodes[1].db, &arena, mirror()->in.id, (int64_t)size, &held, &err),
             err);
    CHECK_INT(held.size, size);
    CHECK(!span_equal(held.root, forks[0].root));
    /* The forked node learns it at first contact, and stops by itself. */
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK(pair.nodes[0].journal.lines[0].out.read_only[0] != '\0');
}

/* As a virtual machine's snapshot does it: store and keeper together, and nothing says so. */
CHECK_TEST(a_machine_that_was_copied_back_gives_no_custody_before_contact)
{
    struct buffer post CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct accepted accepted;
    struct error err = {0};
    char backup[600];

    pair_free(&pair);
    CHECK_OR_RETURN(pair_make(&pair));
    pair_settle(&pair);
    snprintf(backup, sizeof backup, "%s.backup", pair.nodes[1].home);
    pair_close_node(&pair.nodes[1]);
    CHECK_OR_RETURN(copy_home(pair.nodes[1].home, backup));
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[1]));
    pair_settle(&pair);
    CHECK_OR_RETURN(post_ready(&post));
    CHECK_INT(hostile_offer(&pair.nodes[1], buffer_span(&post), &accepted, &err), REFUSAL_NONE);
    pair_close_node(&pair.nodes[1]);
    CHECK_OR_RETURN(copy_home(backup, pair.nodes[1].home));
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[1]));
    CHECK_INT(hostile_offer(&pair.nodes[1], buffer_span(&post), &accepted, &err), REFUSAL_BUSY);
    CHECK_ERROR(err, ERROR_BUSY, "before it has seen what ro holds");
    CHECK_INT(mirror()->in.size, 0);
    pair.is_cut = false;
    pair_run(&pair, 30000);
    CHECK_INT(mirror()->in.size, pair.nodes[0].journal.lines[0].out.size);
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
    CHECK_RUN(parts_that_repeat_or_stand_alone_are_refused_and_harm_nothing);
    CHECK_RUN(nothing_is_taken_while_the_last_custody_is_unsigned);
    CHECK_RUN(another_head_in_the_overlap_is_no_fork_without_a_signature);
    CHECK_RUN(a_signed_fork_stops_custody_and_both_checkpoints_are_kept);
    CHECK_RUN(a_machine_that_was_copied_back_gives_no_custody_before_contact);
    pair_free(&pair);
    return check_end();
}

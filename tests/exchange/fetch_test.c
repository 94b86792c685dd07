/*
 * Attachments cross in segments that are checked as they come; an interrupted fetch goes on; the sender learns what is
 * held; and what is read back is what was given.
 * covers: courier fetch range receiver steps
 */
#include "check.h"
#include "crypto/secret.h"
#include "journal/attachment.h"
#include "journal/parts.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"
#include "store/derived_rows.h"
#include "store/part_rows.h"

#include <stdlib.h>

static struct pair pair;

#define FILE_SIZE (3u * SEGMENT_SIZE + 12345u)

static struct attachment_place place_of(struct pair_node *node)
{
    return (struct attachment_place){
        .env = node->journal.env, .home = node->home, .keeper = &node->journal.keeper};
}

static void fill(uint8_t *out, size_t size, uint64_t seed)
{
    for (size_t i = 0; i < size; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
        out[i] = (uint8_t)(seed >> 56);
    }
}

struct upload_job {
    struct job job;
    const struct attachment_writer *writer;
    const uint8_t *sha256;
    struct error *err;
    bool is_done;
    bool ok;
};

static bool upload_run(struct journal *journal, struct job *job, struct error *err)
{
    struct upload_job *upload = (struct upload_job *)job;
    struct desk_access access = {.officer = span_text("ana"), .reason = span_text("test")};
    return desk_upload_add(journal, &access, span_text("film.bin"), upload->writer, upload->sha256,
                           err);
}

static void upload_done(struct journal *journal, struct job *job, bool ok, const struct error *err)
{
    struct upload_job *upload = (struct upload_job *)job;
    (void)journal;
    upload->is_done = true;
    upload->ok = ok;
    if (!ok)
        *upload->err = *err;
}

/* A file given by an officer of `node`; its id as text. */
static bool upload(struct pair_node *node, const uint8_t *bytes, size_t size,
                   char id[2 * ATTACHMENT_ID_SIZE + 1], struct error *err)
{
    struct attachment_place place = place_of(node);
    struct attachment_writer writer;
    uint8_t sha256[DIGEST_SIZE];

    if (!attachment_begin(&place, &writer, err))
        return false;
    bool ok = true;
    for (size_t at = 0; ok && at < size; at += SEGMENT_SIZE)
        ok = attachment_add(&writer, span_part(span_make(bytes, size), at, SEGMENT_SIZE), err);
    ok = ok && attachment_finish(&writer, sha256, err);
    struct upload_job job = {.job = {.run = upload_run, .done = upload_done},
                             .writer = &writer,
                             .sha256 = sha256,
                             .err = err};
    ok = ok && journal_submit(&node->journal, &job.job, err);
    for (int i = 0; ok && i < 10 && !job.is_done; i++)
        journal_pump(&node->journal);
    hex_write(span_make(writer.id, sizeof writer.id), id);
    attachment_end(&writer);
    return ok && job.ok;
}

static bool request_with(struct pair_node *node, const char *attachment, unsigned number,
                         char item[UUID_TEXT_SIZE], struct error *err)
{
    char reference[24];
    char arguments[128];
    struct request request = sample_request_numbered(number, reference);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer out CLEANUP(buffer_free) = buffer_make(64 * 1024);

    request.authority = span_text("Centrul de Cooperare (test)");
    snprintf(arguments, sizeof arguments, "{\"attachments\":[\"%s\"]}", attachment);
    if (!request_write(&request, &body) ||
        !pair_act(node, "request-send", arguments, buffer_span(&body), &out, err))
        return false;
    snprintf(item, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    return true;
}

static bool part_of(struct pair_node *node, const char *item, struct arena *arena,
                    struct part_row *out, int64_t *held_there)
{
    uint8_t id[UUID_SIZE];
    struct request_row row;
    struct error err = {0};

    return uuid_read(span_text(item), id) &&
           request_find_message(node->db, arena, span_make(id, sizeof id), &row, &err) &&
           part_find(node->db, arena, row.entry, 1, out, &err) &&
           parts_held_count(node->db, row.entry, held_there, &err);
}

static uint8_t bytes[FILE_SIZE];

CHECK_TEST(an_attachment_arrives_whole_and_the_sender_learns_it)
{
    struct error err = {0};
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct attachment_place place = place_of(&pair.nodes[1]);
    char id[2 * ATTACHMENT_ID_SIZE + 1];
    char item[UUID_TEXT_SIZE];
    struct part_row part;
    int64_t held = 0;
    uint8_t *segment = malloc(SEGMENT_SIZE);

    fill(bytes, sizeof bytes, 1);
    CHECK_OK(upload(&pair.nodes[0], bytes, sizeof bytes, id, &err), err);
    CHECK_OK(request_with(&pair.nodes[0], id, 1, item, &err), err);
    pair_settle(&pair);
    CHECK_OR_RETURN(part_of(&pair.nodes[1], item, &arena, &part, &held));
    CHECK_INT(part.state, PART_HELD);
    CHECK_INT(part.size, (int64_t)FILE_SIZE);
    for (uint64_t i = 0; i < 4; i++) {
        size_t got = 0;
        CHECK_OK(attachment_read(&place, part.file.data, part.part_key.data, part.size, i, segment,
                                 &got, &err),
                 err);
        CHECK(
            span_equal(span_make(segment, got), span_part(span_make(bytes, sizeof bytes),
                                                          (size_t)i * SEGMENT_SIZE, SEGMENT_SIZE)));
    }
    CHECK_OR_RETURN(part_of(&pair.nodes[0], item, &arena, &part, &held));
    CHECK_INT(held, 1);
    free(segment);
}

CHECK_TEST(a_fetch_cut_in_the_middle_goes_on_after_a_restart)
{
    struct error err = {0};
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    char id[2 * ATTACHMENT_ID_SIZE + 1];
    char item[UUID_TEXT_SIZE];
    struct part_row part;
    int64_t held = 0;

    fill(bytes, sizeof bytes, 2);
    CHECK_OK(upload(&pair.nodes[0], bytes, sizeof bytes, id, &err), err);
    CHECK_OK(request_with(&pair.nodes[0], id, 2, item, &err), err);
    pair.calls_until_cut = 6;
    pair_settle(&pair);
    CHECK(pair.is_cut);
    CHECK(pair_reopen(&pair.nodes[1]));
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK_OR_RETURN(part_of(&pair.nodes[1], item, &arena, &part, &held));
    CHECK_INT(part.state, PART_HELD);
}

static bool suspend(struct pair_node *node, const char *act, struct error *err)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(64 * 1024);

    return pair_act(node, act, "{}", span_make(NULL, 0), &out, err);
}

struct giving {
    uint64_t position;
    enum error_kind refusal;
};

static bool give(struct journal *journal, void *context, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8u * 1024 * 1024);
    struct giving *giving = context;
    struct error refusal = {0};
    struct span segment;
    (void)err;

    journal_segment(journal, &journal->lines[0], giving->position, 1, 0, &arena, &segment,
                    &refusal);
    giving->refusal = refusal.kind;
    return true;
}

/* Whichever side suspends: what a message named before stays where it is, and comes when the suspension is over. */
CHECK_TEST(no_part_of_a_file_goes_while_the_agreement_is_suspended)
{
    struct error err = {0};
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    char id[2 * ATTACHMENT_ID_SIZE + 1];
    char item[UUID_TEXT_SIZE];
    struct part_row part;
    struct giving giving;
    int64_t held = 0;

    for (unsigned side = 0; side < 2; side++) {
        fill(bytes, sizeof bytes, 5 + side);
        CHECK_OK(upload(&pair.nodes[0], bytes, sizeof bytes, id, &err), err);
        CHECK_OK(request_with(&pair.nodes[0], id, 5 + side, item, &err), err);
        pair.calls_until_cut = 6; /* the message has come, and the beginning of the file */
        pair_settle(&pair);
        CHECK(pair.is_cut);
        CHECK_OR_RETURN(part_of(&pair.nodes[1], item, &arena, &part, &held));
        CHECK_INT(part.state, PART_WANTED);
        CHECK_OK(suspend(&pair.nodes[side], "agreement-suspend", &err), err);
        pair.is_cut = false;
        pair_settle(&pair);
        CHECK_OR_RETURN(part_of(&pair.nodes[1], item, &arena, &part, &held));
        CHECK_INT(part.state, PART_WANTED);
        giving.position = pair.nodes[0].journal.lines[0].out.size - 1;
        CHECK_OK(pair_work(&pair.nodes[0], give, &giving, &err), err);
        CHECK_INT(giving.refusal, ERROR_CONFLICT);
        CHECK_OK(suspend(&pair.nodes[side], "agreement-resume", &err), err);
        pair_settle(&pair);
        CHECK_OR_RETURN(part_of(&pair.nodes[1], item, &arena, &part, &held));
        CHECK_INT(part.state, PART_HELD);
        CHECK_OR_RETURN(part_of(&pair.nodes[0], item, &arena, &part, &held));
        CHECK_INT(held, 1);
    }
}

CHECK_TEST(a_file_that_is_not_the_one_named_is_given_up_and_said)
{
    struct error err = {0};
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    char id[2 * ATTACHMENT_ID_SIZE + 1];
    char item[UUID_TEXT_SIZE];
    char wrong[2 * ATTACHMENT_ID_SIZE + 1];
    struct part_row part;
    struct part_row other;
    int64_t held = 0;

    fill(bytes, sizeof bytes, 3);
    CHECK_OK(upload(&pair.nodes[0], bytes, sizeof bytes, wrong, &err), err);
    fill(bytes, sizeof bytes, 4);
    CHECK_OK(upload(&pair.nodes[0], bytes, sizeof bytes, id, &err), err);
    pair.is_cut = true;
    CHECK_OK(request_with(&pair.nodes[0], wrong, 3, item, &err), err);
    CHECK_OR_RETURN(part_of(&pair.nodes[0], item, &arena, &other, &held));
    CHECK_OK(request_with(&pair.nodes[0], id, 4, item, &err), err);
    CHECK_OR_RETURN(part_of(&pair.nodes[0], item, &arena, &part, &held));
    /* The sender's disk now holds another file under this part. */
    CHECK_OK(part_set_state(pair.nodes[0].db, part.entry, 1, PART_WANTED, &err) &&
                 part_begin(pair.nodes[0].db, part.entry, 1, other.part_key, other.file, &err) &&
                 part_set_state(pair.nodes[0].db, part.entry, 1, PART_HELD, &err),
             err);
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK_OR_RETURN(part_of(&pair.nodes[1], item, &arena, &part, &held));
    CHECK_INT(part.state, PART_LOST);
}

int main(void)
{
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(an_attachment_arrives_whole_and_the_sender_learns_it);
    CHECK_RUN(a_fetch_cut_in_the_middle_goes_on_after_a_restart);
    CHECK_RUN(no_part_of_a_file_goes_while_the_agreement_is_suspended);
    CHECK_RUN(a_file_that_is_not_the_one_named_is_given_up_and_said);
    pair_free(&pair);
    return check_end();
}

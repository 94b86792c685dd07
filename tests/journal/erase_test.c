/*
 * Erasure: the body, a part or an attachment leaves with its key and its file, the derived rows that name it leave too,
 * the partner is told, the access entry names the leaf that says so; and a rebuild equals the live state.
 * covers: erase parts cache
 */
#include "check.h"
#include "base/text.h"
#include "journal/attachment.h"
#include "journal/parts.h"
#include "journal/private.h"
#include "journal/support/hostile.h"
#include "message/support/samples.h"
#include "store/derived_rows.h"
#include "store/schema.h"

static struct pair pair;

static struct journal_line *line(size_t side)
{
    return &pair.nodes[side].journal.lines[0];
}

static bool act(size_t side, const char *name, const char *item, const char *more,
                struct buffer *out, struct error *err)
{
    char arguments[256];
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"%s}", item, more);
    error_clear(err);
    return pair_act(&pair.nodes[side], name, arguments, span_text(""), out, err);
}

/* The entry of a message in either log of a node. */
static bool entry_of(size_t side, const char *item, struct arena *arena, struct entry_row *out)
{
    uint8_t id[UUID_SIZE];
    struct error err = {0};
    struct span span = span_make(id, sizeof id);
    struct database *db = pair.nodes[side].db;

    return uuid_read(span_text(item), id) &&
           (entry_find_message(db, arena, line(side)->in.id, span, out, &err) ||
            entry_find_message(db, arena, line(side)->out.id, span, out, &err));
}

static bool part_of(size_t side, const char *item, uint16_t number, struct arena *arena,
                    struct part_row *out)
{
    struct entry_row row;
    struct error err = {0};
    return entry_of(side, item, arena, &row) &&
           part_find(pair.nodes[side].db, arena, row.id, number, out, &err);
}

static bool file_is_there(size_t side, struct span id)
{
    struct attachment_file *file CLEANUP(attachment_file_close) = NULL;
    struct error err = {0};
    return attachment_file_open(pair.nodes[side].journal.env, pair.nodes[side].home, id, &file,
                                &err);
}

struct upload_job {
    const struct attachment_writer *writer;
    const uint8_t *sha256;
};

static bool upload_run(struct journal *journal, void *context, struct error *err)
{
    const struct upload_job *job = context;
    struct desk_access access = {.officer = span_text("ana"), .reason = span_text("test")};
    return desk_upload_add(journal, &access, span_text("film.bin"), job->writer, job->sha256, err);
}

/* A request of Romania's with one attachment of two segments. */
static bool request_with_file(unsigned number, char item[UUID_TEXT_SIZE])
{
    static uint8_t bytes[SEGMENT_SIZE + 100];
    struct pair_node *node = &pair.nodes[0];
    struct attachment_place place = {
        .env = node->journal.env, .home = node->home, .keeper = &node->journal.keeper};
    struct attachment_writer writer;
    uint8_t sha256[DIGEST_SIZE];
    char reference[24], arguments[128], hex[2 * ATTACHMENT_ID_SIZE + 1];
    struct request request = sample_request_numbered(number, reference);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer out CLEANUP(buffer_free) = buffer_make(64 * 1024);
    struct error err = {0};

    memset(bytes, (int)number, sizeof bytes);
    bool ok = attachment_begin(&place, &writer, &err) &&
              attachment_add(&writer, span_make(bytes, SEGMENT_SIZE), &err) &&
              attachment_add(&writer, span_make(bytes, 100), &err) &&
              attachment_finish(&writer, sha256, &err);
    struct upload_job job = {.writer = &writer, .sha256 = sha256};
    ok = ok && hostile_run(node, upload_run, &job, &err);
    hex_write(span_make(writer.id, sizeof writer.id), hex);
    attachment_end(&writer);
    request.authority = span_text("Centrul de Cooperare (test)");
    snprintf(arguments, sizeof arguments, "{\"attachments\":[\"%s\"]}", hex);
    ok = ok && request_write(&request, &body) &&
         pair_act(node, "request-send", arguments, buffer_span(&body), &out, &err);
    if (ok)
        snprintf(item, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    else
        printf("%s\n", err.text);
    return ok;
}

static bool digest_row(void *context, const char *table, struct span text)
{
    digest_add(context, span_text(table));
    digest_add(context, text);
    return true;
}

static void derived_digest(struct pair_node *node, uint8_t out[DIGEST_SIZE])
{
    struct error err = {0};
    struct digest *digest = digest_begin();
    if (!schema_walk_derived(node->db, digest_row, digest, &err))
        printf("%s\n", err.text);
    digest_end(digest, out);
}

static bool rebuild_run(struct journal *journal, void *context, struct error *err)
{
    (void)context;
    return journal_rebuild(journal, NULL, NULL, err);
}

static bool rebuild_equals_live(size_t side)
{
    struct error err = {0};
    uint8_t live[DIGEST_SIZE];
    uint8_t rebuilt[DIGEST_SIZE];

    derived_digest(&pair.nodes[side], live);
    if (!hostile_run(&pair.nodes[side], rebuild_run, NULL, &err)) {
        printf("%s\n", err.text);
        return false;
    }
    derived_digest(&pair.nodes[side], rebuilt);
    return digest_is_equal(live, rebuilt);
}

static bool shows(const struct buffer *out, const char *text)
{
    return memmem(out->data, out->size, text, strlen(text)) != NULL;
}

/* The newest access entry of an act in the domestic log. */
static bool newest_access(size_t side, const char *name, struct arena *arena, struct act *out)
{
    static struct problems problems;
    struct journal *journal = &pair.nodes[side].journal;
    struct error err = {0};

    for (uint64_t at = journal->domestic.size; at > 0; at--) {
        struct entry_row row;
        struct span body;
        problems_clear(&problems);
        if (entry_find_index(journal->db, arena, journal->domestic.id, (int64_t)at - 1, &row,
                             &err) &&
            row.type == MESSAGE_ACT && journal_body(journal, &row, arena, &body, &err) &&
            act_read(body, arena, out, &problems) && span_is(out->act, name))
            return true;
    }
    return false;
}

//= dir-2016-680 art 16(2)
CHECK_TEST(a_body_leaves_with_its_key_its_parts_and_their_files)
{
    struct error err = {0};
    struct arena arena CLEANUP(arena_free) = arena_make(16u << 20);
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    char item[UUID_TEXT_SIZE];
    struct part_row part;
    struct entry_row row;
    int64_t count = 0;

    CHECK_OR_RETURN(request_with_file(201, item));
    pair_settle(&pair);
    CHECK_OR_RETURN(part_of(1, item, 1, &arena, &part));
    CHECK_INT(part.state, PART_HELD);
    struct span file = part.file;
    CHECK(file_is_there(1, file));
    CHECK_OK(act(1, "item-erase", item, ",\"erase_reason\":\"retention\"", &out, &err), err);
    CHECK_OR_RETURN(entry_of(1, item, &arena, &row));
    CHECK_INT(row.body_state, BODY_ERASED);
    CHECK_INT((int64_t)(row.body.size + row.body_key.size), 0);
    CHECK(row.head.size > 0); /* the entry stays: the tree remains whole */
    CHECK_OR_RETURN(part_of(1, item, 1, &arena, &part));
    CHECK_INT(part.state, PART_ERASED);
    CHECK_INT((int64_t)(part.part_key.size + part.file.size + part.bytes.size), 0);
    CHECK(!file_is_there(1, file));
    CHECK_OK(act(1, "item-show", item, "", &out, &err), err);
    CHECK(shows(&out, "\"body_state\":\"erased\""));
    CHECK(!shows(&out, "\"body\":{"));
    CHECK(!act(1, "item-erase", item, ",\"erase_reason\":\"retention\"", &out, &err));
    CHECK_INT(err.kind, ERROR_CONFLICT);
    pair_settle(&pair);
    CHECK_OR_RETURN(entry_of(0, item, &arena, &row)); /* theirs stands; they know of ours */
    CHECK_INT(row.body_state, BODY_HELD);
    CHECK_OK(erasure_count(pair.nodes[0].db, row.id, &count, &err), err);
    CHECK_INT(count, 1);
    CHECK(rebuild_equals_live(0) && rebuild_equals_live(1));
    CHECK(pair_reopen(&pair.nodes[1]));
    CHECK_OR_RETURN(entry_of(1, item, &arena, &row));
    CHECK_INT(row.body_state, BODY_ERASED);
}

CHECK_TEST(one_attachment_leaves_alone)
{
    struct error err = {0};
    struct arena arena CLEANUP(arena_free) = arena_make(16u << 20);
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    char item[UUID_TEXT_SIZE];
    struct part_row part;
    struct entry_row row;

    CHECK_OR_RETURN(request_with_file(202, item));
    pair_settle(&pair);
    CHECK_OR_RETURN(part_of(1, item, 1, &arena, &part));
    struct span file = part.file;
    CHECK_OK(act(1, "item-erase", item, ",\"part\":1,\"erase_reason\":\"correction\"", &out, &err),
             err);
    CHECK(!file_is_there(1, file));
    CHECK_OR_RETURN(entry_of(1, item, &arena, &row));
    CHECK_INT(row.body_state, BODY_HELD);
    CHECK(!act(1, "item-erase", item, ",\"part\":7,\"erase_reason\":\"correction\"", &out, &err));
    CHECK_INT(err.kind, ERROR_MISSING);
    pair_settle(&pair);
    CHECK(rebuild_equals_live(0) && rebuild_equals_live(1));
}

static bool undone_run(struct journal *journal, void *context, struct error *err)
{
    const struct entry_row *row = context;
    return journal_erase(journal, &journal->lines[0], row->id, 0, ERASE_RETENTION, err) &&
           error_set(err, ERROR_LIMIT, "the access entry does not fit");
}

CHECK_TEST(an_erasure_that_is_undone_leaves_the_file_readable)
{
    struct error err = {0};
    struct arena arena CLEANUP(arena_free) = arena_make(16u << 20);
    char item[UUID_TEXT_SIZE];
    struct part_row part;
    struct entry_row row;

    CHECK_OR_RETURN(request_with_file(203, item));
    pair_settle(&pair);
    CHECK_OR_RETURN(entry_of(1, item, &arena, &row));
    CHECK(!hostile_run(&pair.nodes[1], undone_run, &row, &err));
    CHECK_INT(err.kind, ERROR_LIMIT);
    CHECK_OR_RETURN(part_of(1, item, 1, &arena, &part));
    CHECK_INT(part.state, PART_HELD);
    CHECK(file_is_there(1, part.file));
}

CHECK_TEST(what_waits_is_protected_by_the_access_entry_of_its_act)
{
    struct error err = {0};
    struct arena arena CLEANUP(arena_free) = arena_make(16u << 20);
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct entry_row waiting[2];
    char item[UUID_TEXT_SIZE];
    struct act found;
    size_t count = 0;

    CHECK_OK(pair_request(&pair.nodes[0], 204, item, &err), err);
    pair_settle(&pair);
    pair.is_cut = true;
    line(1)->is_reachable = false;
    CHECK_OK(act(1, "item-show", item, "", &out, &err), err);
    CHECK_OK(
        entry_list_waiting(pair.nodes[1].db, &arena, line(1)->out.id, waiting, 2, &count, &err),
        err);
    CHECK_INT(count, 1);
    CHECK_INT(waiting[0].type, MESSAGE_OPENED);
    CHECK_OR_RETURN(newest_access(1, "item-show", &arena, &found));
    CHECK(span_equal(found.leaves, waiting[0].leaf));
    CHECK_OK(act(1, "item-erase", item, ",\"erase_reason\":\"retention\"", &out, &err), err);
    CHECK_OK(
        entry_list_waiting(pair.nodes[1].db, &arena, line(1)->out.id, waiting, 2, &count, &err),
        err);
    CHECK_INT(count, 2);
    CHECK_OR_RETURN(newest_access(1, "item-erase", &arena, &found));
    CHECK(span_equal(found.leaves, waiting[1].leaf));
    /* Two officers answer for it. */
    CHECK_INT(found.object_count, 2);
    CHECK_SPAN(found.objects[1], "approved-by second");
    line(1)->is_reachable = true;
    pair.is_cut = false;
    pair_settle(&pair);
}

CHECK_TEST(the_books_are_not_erased)
{
    struct error err = {0};
    struct arena arena CLEANUP(arena_free) = arena_make(16u << 20);
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct entry_row rows[64];
    char item[UUID_TEXT_SIZE];
    size_t count = 0;
    int tried = 0;

    CHECK_OK(
        entry_list_range(pair.nodes[1].db, &arena, line(1)->out.id, 0, 64, rows, 64, &count, &err),
        err);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].type != MESSAGE_ERASED && rows[i].type != MESSAGE_OUTCOMES)
            continue;
        uuid_write(rows[i].message_id.data, item);
        CHECK(!act(1, "item-erase", item, ",\"erase_reason\":\"retention\"", &out, &err));
        CHECK_INT(err.kind, ERROR_RULE);
        tried++;
    }
    CHECK(tried >= 2);
}

CHECK_TEST(a_message_under_way_is_erased_whole_and_explained)
{
    struct error err = {0};
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct arena arena CLEANUP(arena_free) = arena_make(16u << 20);
    struct entry_row row;
    char item[UUID_TEXT_SIZE];

    line(0)->is_reachable = false;
    pair.is_cut = true;
    CHECK_OR_RETURN(request_with_file(205, item));
    CHECK(!act(0, "item-erase", item, ",\"part\":1,\"erase_reason\":\"correction\"", &out, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "not delivered yet");
    CHECK_OK(act(0, "item-erase", item, ",\"erase_reason\":\"unlawful\"", &out, &err), err);
    line(0)->is_reachable = true;
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK_INT(line(0)->cosigned, line(0)->out.size);
    CHECK_OR_RETURN(entry_of(1, item, &arena, &row));
    CHECK_INT(row.body_state, BODY_WITHDRAWN);
    CHECK(rebuild_equals_live(0) && rebuild_equals_live(1));
}

CHECK_TEST(an_attachment_that_is_gone_there_holds_up_no_other)
{
    struct error err = {0};
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct arena arena CLEANUP(arena_free) = arena_make(16u << 20);
    struct part_row part;
    char first[UUID_TEXT_SIZE];
    char second[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(request_with_file(206, first));
    pair.calls_until_cut = 2; /* the post passes, the file does not */
    pair_settle(&pair);
    CHECK(pair.is_cut);
    CHECK_OR_RETURN(part_of(1, first, 1, &arena, &part));
    CHECK_INT(part.state, PART_WANTED);
    CHECK_OK(act(0, "item-erase", first, ",\"erase_reason\":\"order\"", &out, &err), err);
    CHECK_OR_RETURN(request_with_file(207, second));
    pair.is_cut = false;
    pair.calls_until_cut = 0;
    pair_settle(&pair);
    CHECK_OR_RETURN(part_of(1, second, 1, &arena, &part));
    CHECK_INT(part.state, PART_HELD);
    CHECK_OR_RETURN(part_of(1, first, 1, &arena, &part));
    CHECK(part.state != PART_HELD);
    /* Erased here while wanted: no one asks for it any more. */
    CHECK_OK(act(1, "item-erase", first, ",\"erase_reason\":\"recall\"", &out, &err), err);
    pair_settle(&pair);
    CHECK_OR_RETURN(part_of(1, first, 1, &arena, &part));
    CHECK_INT(part.state, PART_ERASED);
    struct journal_wanted wanted = {.segments = buffer_make(1 << 16)};
    CHECK(!journal_wanted_next(&pair.nodes[1].journal, line(1), &wanted, &err));
    CHECK_INT(err.kind, ERROR_MISSING);
    buffer_free(&wanted.segments);
}

CHECK_TEST(the_cache_gives_way_to_what_is_newer)
{
    static uint8_t bytes[1000];
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 16);
    struct body_cache *cache = cache_make(2500);
    struct span found;

    CHECK_OR_RETURN(cache != NULL);
    for (int64_t i = 1; i <= 3; i++)
        cache_put(cache, i, span_make(bytes, sizeof bytes));
    CHECK(!cache_get(cache, 1, &arena, &found));
    CHECK(cache_get(cache, 2, &arena, &found));
    CHECK(cache_get(cache, 3, &arena, &found));
    CHECK_INT((int64_t)found.size, 1000);
    cache_put(cache, 100000, span_make(bytes, sizeof bytes));
    CHECK(cache_get(cache, 100000, &arena, &found));
    cache_forget(cache, 100000);
    CHECK(!cache_get(cache, 100000, &arena, &found));
    cache_free(&cache);
}

/* Nothing that was worked out of a body stands once it, or a part of it, is gone, or its number was given anew. */
CHECK_TEST(a_note_goes_with_what_it_was_made_of)
{
    struct journal *journal = &pair.nodes[0].journal;
    uint8_t note[JOURNAL_NOTE_SIZE] = {7}, found[JOURNAL_NOTE_SIZE] = {0};

    CHECK(!journal_note_get(journal, 0, found) && !journal_note_get(journal, 900001, found));
    journal_note_put(journal, 900001, note);
    CHECK(journal_note_get(journal, 900001, found) && memcmp(found, note, sizeof note) == 0);
    cache_forget(journal->cache, 900001);
    CHECK(!journal_note_get(journal, 900001, found));
    journal_note_put(journal, 900001, note);
    cache_put(journal->cache, 900001, span_text("another body"));
    CHECK(!journal_note_get(journal, 900001, found));
    journal_note_put(journal, 900001, note);
    journal_note_put(journal, 900001 + 4096, note); /* of the same slot */
    CHECK(!journal_note_get(journal, 900001, found));
    cache_forget(journal->cache, 900001);
    CHECK(journal_note_get(journal, 900001 + 4096, found));
    cache_forget(journal->cache, 900001 + 4096);
}

int main(void)
{
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(a_body_leaves_with_its_key_its_parts_and_their_files);
    CHECK_RUN(one_attachment_leaves_alone);
    CHECK_RUN(an_erasure_that_is_undone_leaves_the_file_readable);
    CHECK_RUN(what_waits_is_protected_by_the_access_entry_of_its_act);
    CHECK_RUN(the_books_are_not_erased);
    CHECK_RUN(a_message_under_way_is_erased_whole_and_explained);
    CHECK_RUN(an_attachment_that_is_gone_there_holds_up_no_other);
    CHECK_RUN(the_cache_gives_way_to_what_is_newer);
    CHECK_RUN(a_note_goes_with_what_it_was_made_of);
    pair_free(&pair);
    return check_end();
}

/*
 * The thin path: one request crosses the border, durable, cosigned, and its outcomes come back; lost answers, restarts and
 * cuts change nothing but the time it takes.
 * covers: accept append apply attachment body cache contact deliver erase handle job log open
 * covers: parts pump rebuild seal witness
 */
#include "check.h"
#include "store/derived_rows.h"
#include "store/schema.h"
#include "journal/parts.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"

#include <stdlib.h>

static struct pair pair;

static int64_t request_entry(struct pair_node *node, const char *item)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    uint8_t id[UUID_SIZE];
    struct request_row row;
    struct error err = {0};
    if (!uuid_read(span_text(item), id) ||
        !request_find_message(node->db, &arena, span_make(id, sizeof id), &row, &err))
        return 0;
    return row.entry;
}

CHECK_TEST(a_request_crosses_and_both_have_one_receipt_time)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];
    int64_t received[2] = {0};
    int64_t due[2] = {0};

    CHECK_OK(pair_request(&pair.nodes[0], 1, item, &err), err);
    pair_settle(&pair);
    for (size_t i = 0; i < 2; i++) {
        int64_t entry = request_entry(&pair.nodes[i], item);
        CHECK_OR_RETURN(entry > 0);
        CHECK_OK(due_find(pair.nodes[i].db, entry, &received[i], &due[i], &err), err);
    }
    CHECK(received[0] > 0);
    CHECK_INT(received[0], received[1]);
    CHECK_INT(due[0], due[1]);
    CHECK_INT(due[0] - received[0] * 1000, INT64_C(168) * 3600000);
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct result_row result;
    CHECK_OK(
        result_find(pair.nodes[0].db, &arena, request_entry(&pair.nodes[0], item), &result, &err),
        err);
    CHECK_INT(result.outcome, OUTCOME_ACCEPTED);
}

static struct journal_line *line(size_t side)
{
    return &pair.nodes[side].journal.lines[0];
}

CHECK_TEST(a_lost_answer_doubles_nothing)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];

    CHECK_OK(pair_request(&pair.nodes[0], 2, item, &err), err);
    pair.loses_answer = true;
    pair_settle(&pair);
    CHECK(!pair.loses_answer);
    CHECK_INT(line(0)->cosigned, line(0)->out.size);
    CHECK_INT(line(1)->in.size, line(0)->out.size);
    CHECK(request_entry(&pair.nodes[1], item) > 0);
}

CHECK_TEST(a_cut_line_holds_entries_until_it_is_back)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];

    pair.is_cut = true;
    CHECK_OK(pair_request(&pair.nodes[1], 3, item, &err), err);
    pair_settle(&pair);
    CHECK_INT(request_entry(&pair.nodes[0], item), 0);
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK(request_entry(&pair.nodes[0], item) > 0);
}

CHECK_TEST(a_restart_goes_on_where_it_stopped)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];

    CHECK_OK(pair_request(&pair.nodes[0], 4, item, &err), err);
    CHECK(pair_reopen(&pair.nodes[0]));
    pair_settle(&pair);
    CHECK(pair_reopen(&pair.nodes[1]));
    pair_settle(&pair);
    CHECK(request_entry(&pair.nodes[1], item) > 0);
    CHECK_INT(line(0)->cosigned, line(0)->out.size);
}

static bool digest_row(void *context, const char *table, struct span text)
{
    struct digest *digest = context;
    digest_add(digest, span_text(table));
    digest_add(digest, text);
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

static bool rebuild_equals_live(struct pair_node *node)
{
    struct error err = {0};
    uint8_t live[DIGEST_SIZE];
    uint8_t rebuilt[DIGEST_SIZE];

    derived_digest(node, live);
    if (!database_begin(node->db, DATABASE_FULL, &err) ||
        !journal_rebuild(&node->journal, NULL, NULL, &err) || !database_commit(node->db, &err)) {
        printf("%s\n", err.text);
        return false;
    }
    derived_digest(node, rebuilt);
    return digest_is_equal(live, rebuilt);
}

CHECK_TEST(rebuild_equals_live_before_and_after_an_erasure)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];
    char arguments[200];
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);

    CHECK_OK(pair_request(&pair.nodes[0], 5, item, &err), err);
    pair_settle(&pair);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    CHECK_OK(pair_act(&pair.nodes[1], "item-show", arguments, span_text(""), &out, &err), err);
    snprintf(arguments, sizeof arguments,
             "{\"item\":\"%s\",\"grounds\":[\"a\"],\"reason_text\":\"not available\"}", item);
    CHECK_OK(pair_act(&pair.nodes[1], "refuse-send", arguments, span_text(""), &out, &err), err);
    pair_settle(&pair);
    CHECK(rebuild_equals_live(&pair.nodes[0]));
    CHECK(rebuild_equals_live(&pair.nodes[1]));
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\",\"erase_reason\":\"retention\"}", item);
    CHECK_OK(pair_act(&pair.nodes[1], "item-erase", arguments, span_text(""), &out, &err), err);
    pair_settle(&pair);
    CHECK(rebuild_equals_live(&pair.nodes[1]));
    CHECK(rebuild_equals_live(&pair.nodes[0]));
}

/* The id of the first answer in the JSON of item-show. */
static bool answer_id(const struct buffer *shown, char out[UUID_TEXT_SIZE])
{
    static const char key[] = "\"what\":\"answer\"";
    const char *at = memmem(shown->data, shown->size, key, strlen(key));
    const char *item = at == NULL ? NULL : strstr(at, "\"item\":\"");
    return item != NULL && snprintf(out, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, item + 8) > 0;
}

CHECK_TEST(one_item_of_an_answer_is_erased_alone)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];
    char id[UUID_TEXT_SIZE];
    char arguments[200];
    struct answer answer = sample_answer();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);

    CHECK_OK(pair_request(&pair.nodes[0], 7, item, &err), err);
    pair_settle(&pair);
    CHECK(answer_write(&answer, &body));
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    CHECK_OK(pair_act(&pair.nodes[1], "answer-send", arguments, buffer_span(&body), &out, &err),
             err);
    pair_settle(&pair);
    CHECK_OK(pair_act(&pair.nodes[0], "item-show", arguments, span_text(""), &out, &err), err);
    buffer_byte(&out, 0);
    CHECK_OR_RETURN(answer_id(&out, id));
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", id);
    CHECK_OK(pair_act(&pair.nodes[0], "item-show", arguments, span_text(""), &out, &err), err);
    size_t whole = out.size;
    snprintf(arguments, sizeof arguments,
             "{\"item\":\"%s\",\"part\":1,\"erase_reason\":\"correction\"}", id);
    CHECK_OK(pair_act(&pair.nodes[0], "item-erase", arguments, span_text(""), &out, &err), err);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", id);
    CHECK_OK(pair_act(&pair.nodes[0], "item-show", arguments, span_text(""), &out, &err), err);
    buffer_byte(&out, 0);
    CHECK(out.size < whole);
    CHECK(strstr((const char *)out.data, "\"here\":\"erased\"") != NULL);
    CHECK(strstr((const char *)out.data, "\"here\":\"held\"") != NULL);
    CHECK(rebuild_equals_live(&pair.nodes[0]));
    pair_settle(&pair);
    CHECK(rebuild_equals_live(&pair.nodes[1]));
}

CHECK_TEST(a_segment_that_is_not_held_is_missing)
{
    struct error err = {0};
    struct arena arena CLEANUP(arena_free) = arena_make(4u * 1024 * 1024);
    struct journal *journal = &pair.nodes[0].journal;
    struct journal_wanted wanted = {.segments = buffer_make(1024)};
    struct span segment;

    CHECK(!journal_wanted_next(journal, line(0), &wanted, &err));
    CHECK_ERROR(err, ERROR_MISSING, "no attachment is wanted");
    CHECK(!journal_segment(journal, line(0), 0, 1, 0, &arena, &segment, &err));
    CHECK_ERROR(err, ERROR_MISSING, "part");
    CHECK(!journal_segment(journal, line(0), 1000000, 1, 0, &arena, &segment, &err));
    CHECK_ERROR(err, ERROR_MISSING, "entry");
}

CHECK_TEST(the_domestic_log_is_witnessed_by_the_partner)
{
    struct error err = {0};
    struct journal *journal = &pair.nodes[0].journal;

    CHECK_OK(database_begin(journal->db, DATABASE_FULL, &err) && journal_beat(journal, &err) &&
                 database_commit(journal->db, &err),
             err);
    char item[UUID_TEXT_SIZE];
    CHECK_OK(pair_request(&pair.nodes[0], 6, item, &err), err);
    pair_settle(&pair);
    CHECK(journal->domestic.signed_size > 0);
    CHECK(journal->domestic.size >= 64);
}

int main(void)
{
    if (!pair_make(&pair))
        return 1;
    CHECK_RUN(a_request_crosses_and_both_have_one_receipt_time);
    CHECK_RUN(a_lost_answer_doubles_nothing);
    CHECK_RUN(a_cut_line_holds_entries_until_it_is_back);
    CHECK_RUN(a_restart_goes_on_where_it_stopped);
    CHECK_RUN(rebuild_equals_live_before_and_after_an_erasure);
    CHECK_RUN(one_item_of_an_answer_is_erased_alone);
    CHECK_RUN(a_segment_that_is_not_held_is_missing);
    CHECK_RUN(the_domestic_log_is_witnessed_by_the_partner);
    pair_free(&pair);
    return check_end();
}

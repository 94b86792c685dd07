/*
 * The books on PostgreSQL: one node there, one on SQLite. A request crosses, is answered, partly erased and rebuilt, over
 * restarts; what one engine derives, the other derives too.
 * covers: accept append apply deliver handle number open rebuild seal
 */
#include "check.h"
#include "base/attributes.h"
#include "base/text.h"
#include "journal/private.h"
#include "journal/support/hostile.h"
#include "message/support/samples.h"
#include "store/derived_rows.h"
#include "store/schema.h"
#include "store/support/engines.h"

static struct pair pair;
static char place[ENGINE_PATH_SIZE];
static bool is_made;

static struct journal_line *line(size_t side)
{
    return &pair.nodes[side].journal.lines[0];
}

static bool act(size_t side, const char *name, const char *item, const char *more, struct span body,
                struct buffer *out)
{
    char arguments[256];
    struct error err = {0};

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"%s}", item, more);
    if (pair_act(&pair.nodes[side], name, arguments, body, out, &err))
        return true;
    printf("%s: %s\n", name, err.text);
    return false;
}

static int64_t due_of(size_t side, const char *item)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    uint8_t id[UUID_SIZE];
    struct request_row row;
    struct error err = {0};
    int64_t received_s = 0;
    int64_t due_ms = 0;

    if (!uuid_read(span_text(item), id) ||
        !request_find_message(pair.nodes[side].db, &arena, span_make(id, sizeof id), &row, &err) ||
        !due_find(pair.nodes[side].db, row.entry, &received_s, &due_ms, &err))
        return -1;
    return due_ms;
}

static bool digest_row(void *context, const char *table, struct span text)
{
    digest_add(context, span_text(table));
    digest_add(context, text);
    return true;
}

static void derived_digest(size_t side, uint8_t out[DIGEST_SIZE])
{
    struct error err = {0};
    struct digest *digest = digest_begin();
    if (!schema_walk_derived(pair.nodes[side].db, digest_row, digest, &err))
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

    derived_digest(side, live);
    if (!hostile_run(&pair.nodes[side], rebuild_run, NULL, &err)) {
        printf("%s\n", err.text);
        return false;
    }
    derived_digest(side, rebuilt);
    return digest_is_equal(live, rebuilt);
}

#define PAIR_OR_NOT_RUN()                                                                          \
    do {                                                                                           \
        if (engine_missing() != NULL)                                                              \
            CHECK_NOT_RUN(engine_missing());                                                       \
        CHECK_OR_RETURN(is_made);                                                                  \
    } while (0)

CHECK_TEST(a_request_crosses_between_the_engines)
{
    PAIR_OR_NOT_RUN();
    struct error err = {0};
    char item[UUID_TEXT_SIZE];

    CHECK_INT(database_kind(pair.nodes[1].db), DATABASE_POSTGRES);
    CHECK_OK(pair_request(&pair.nodes[0], 1, item, &err), err);
    pair_settle(&pair);
    CHECK(due_of(1, item) > 0);
    CHECK_INT(due_of(0, item), due_of(1, item));
    CHECK_OK(pair_request(&pair.nodes[1], 2, item, &err), err);
    pair_settle(&pair);
    CHECK(due_of(1, item) > 0);
    CHECK_INT(due_of(0, item), due_of(1, item));
    for (size_t i = 0; i < 2; i++)
        CHECK_INT(line(i)->cosigned, line(i)->out.size);
}

CHECK_TEST(an_answer_with_parts_is_held_shown_and_erased)
{
    PAIR_OR_NOT_RUN();
    struct error err = {0};
    char item[UUID_TEXT_SIZE];
    struct answer answer = sample_answer();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);

    CHECK_OK(pair_request(&pair.nodes[1], 3, item, &err), err);
    pair_settle(&pair);
    CHECK(answer_write(&answer, &body));
    CHECK_OK(pair_request(&pair.nodes[0], 4, item, &err), err);
    pair_settle(&pair);
    CHECK_OR_RETURN(act(1, "answer-send", item, "", buffer_span(&body), &out));
    pair_settle(&pair);
    CHECK_OR_RETURN(act(1, "item-show", item, "", span_text(""), &out));
    CHECK_OR_RETURN(act(0, "item-show", item, "", span_text(""), &out));
    CHECK(memmem(out.data, out.size, "\"what\":\"answer\"", 15) != NULL);
    CHECK(rebuild_equals_live(0) && rebuild_equals_live(1));
    CHECK_OR_RETURN(
        act(1, "item-erase", item, ",\"erase_reason\":\"retention\"", span_text(""), &out));
    pair_settle(&pair);
    CHECK(rebuild_equals_live(0) && rebuild_equals_live(1));
}

CHECK_TEST(a_failed_act_leaves_the_batch_whole)
{
    PAIR_OR_NOT_RUN();
    struct error err = {0};
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 16);
    char item[UUID_TEXT_SIZE];

    CHECK(!pair_act(&pair.nodes[1], "item-show",
                    "{\"item\":\"01890a5d-ac96-774b-bcce-b302099a8057\"}", span_text(""), &out,
                    &err));
    CHECK_INT(err.kind, ERROR_MISSING);
    CHECK_OK(pair_request(&pair.nodes[1], 5, item, &err), err);
    CHECK(!pair.nodes[1].journal.is_dead);
}

CHECK_TEST(a_restart_finds_the_same_books)
{
    PAIR_OR_NOT_RUN();
    struct error err = {0};
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(pair_reopen(&pair.nodes[1]));
    CHECK_OK(pair_request(&pair.nodes[0], 6, item, &err), err);
    pair_settle(&pair);
    CHECK_INT(due_of(0, item), due_of(1, item));
    CHECK_INT(line(0)->cosigned, line(0)->out.size);
}

int main(void)
{
    engine_kind = DATABASE_POSTGRES;
    if (engine_missing() == NULL && engine_fresh_place(place)) {
        const char *const places[2] = {NULL, place};
        is_made = pair_make_at(&pair, places);
    }
    CHECK_RUN(a_request_crosses_between_the_engines);
    CHECK_RUN(an_answer_with_parts_is_held_shown_and_erased);
    CHECK_RUN(a_failed_act_leaves_the_batch_whole);
    CHECK_RUN(a_restart_finds_the_same_books);
    if (is_made)
        pair_free(&pair);
    return engines_end(check_end());
}

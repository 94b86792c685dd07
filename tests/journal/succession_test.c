/*
 * Succession on two real nodes: a log ends, the next begins, business goes on, and nothing of what was agreed about order,
 * receipts and deadlines changes.
 * covers: succession chain
 */
#include "check.h"
#include "journal/support/pair.h"

#include "base/text.h"
#include "store/schema.h"

#include <inttypes.h>

static struct pair pair;

/* --- helpers --- */

static bool row_add(void *context, const char *table, struct span text)
{
    digest_add(context, span_text(table));
    digest_add(context, text);
    return true;
}

static bool derived_digest(struct pair_node *node, uint8_t out[DIGEST_SIZE])
{
    struct error err = {0};
    struct digest *digest = digest_begin();
    bool ok = schema_walk_derived(node->db, row_add, digest, &err);
    digest_end(digest, out);
    return ok;
}

static bool rebuild_equals_live(struct pair_node *node)
{
    struct error err = {0};
    uint8_t live[DIGEST_SIZE];
    uint8_t rebuilt[DIGEST_SIZE];

    if (!derived_digest(node, live) || !database_begin(node->db, DATABASE_FULL, &err) ||
        !journal_rebuild(&node->journal, NULL, NULL, &err) || !database_commit(node->db, &err) ||
        !derived_digest(node, rebuilt)) {
        printf("rebuild: %s\n", err.text);
        return false;
    }
    return digest_is_equal(live, rebuilt);
}

struct preparing {
    struct span origin;
    enum succession_reason reason;
    const struct succession_keys *keys;
    struct succession_document document;
};

static bool prepare_run(struct journal *journal, void *context, struct error *err)
{
    struct preparing *preparing = context;
    return journal_succession_prepare(journal, preparing->origin, preparing->reason,
                                      preparing->keys, &preparing->document, err);
}

static bool allow_run(struct journal *journal, void *context, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct succession_document document;
    return journal_succession_allow(journal, *(struct span *)context, &arena, &document, err);
}

static bool succeed_run(struct journal *journal, void *context, struct error *err)
{
    return journal_succeed(journal, *(struct span *)context, err);
}

static bool succeed_now(struct pair_node *node, struct span cms, struct error *err)
{
    for (int i = 0; i < 3; i++) {
        if (pair_work(node, succeed_run, &cms, err))
            return true;
        if (err->kind != ERROR_BUSY)
            return false;
        pair_settle(&pair);
        if (i < 2)
            error_clear(err);
    }
    return false;
}

/* The whole act: prepare, sign, ask the partner, countersign, take in. */
static bool succeed(size_t side, const char *origin, enum succession_reason reason,
                    const struct succession_keys *keys, struct error *err)
{
    struct preparing preparing = {.origin = span_text(origin), .reason = reason, .keys = keys};
    struct buffer cms CLEANUP(buffer_free) = buffer_make(SUCCESSION_CMS_MAX);
    bool is_domestic = strstr(origin, "/domestic/") != NULL;
    struct span bytes;

    if (!pair_work(&pair.nodes[side], prepare_run, &preparing, err) ||
        !pair_sign_succession(&pair, side, 1, &preparing.document, &cms, err))
        return false;
    bytes = buffer_span(&cms);
    if (!is_domestic && (!pair_work(&pair.nodes[1 - side], allow_run, &bytes, err) ||
                         !pair_sign_succession(&pair, side, 2, &preparing.document, &cms, err)))
        return false;
    return succeed_now(&pair.nodes[side], buffer_span(&cms), err);
}

static bool answered(size_t side, const char *item)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct error err = {0};
    char arguments[200];

    snprintf(arguments, sizeof arguments,
             "{\"item\":\"%s\",\"grounds\":[\"a\"],\"reason_text\":\"x\",\"language\":\"en\"}",
             item);
    bool ok = pair_act(&pair.nodes[side], "refuse-send", arguments, span_text(""), &out, &err);
    if (!ok)
        printf("answer: %s\n", err.text);
    return ok;
}

/* What the other side sees of a request: received, due, answered. */
static bool shown(size_t side, const char *item, const char *wanted)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct error err = {0};
    char arguments[100];

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    if (!pair_act(&pair.nodes[side], "item-show", arguments, span_text(""), &out, &err)) {
        printf("show: %s\n", err.text);
        return false;
    }
    buffer_byte(&out, '\0');
    bool is_there = strstr((const char *)out.data, wanted) != NULL;
    if (!is_there)
        printf("not there: %s in %s\n", wanted, (const char *)out.data);
    return is_there;
}

static void both_are_whole(void)
{
    pair_settle(&pair);
    for (size_t i = 0; i < 2; i++) {
        struct journal_line *line = &pair.nodes[i].journal.lines[0];
        struct journal_line *other = &pair.nodes[1 - i].journal.lines[0];
        CHECK(rebuild_equals_live(&pair.nodes[i]));
        CHECK(strcmp(line->out.origin, other->in.origin) == 0);
        CHECK_INT(line->out.size, other->in.size);
        CHECK_INT(line->out_past.base, other->in_past.base);
        CHECK_INT(line->cosigned, line->out.size);
        CHECK_INT(other->handled, other->in.size);
        CHECK(line->out.read_only[0] == '\0' && line->in.read_only[0] == '\0');
        CHECK(!line->is_stuck);
    }
}

/* --- yearly closing --- */

CHECK_TEST(a_closed_outgoing_log_is_followed_and_business_goes_on)
{
    struct error err = {0};
    char before[UUID_TEXT_SIZE], waiting[UUID_TEXT_SIZE], after[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(pair_make(&pair));
    pair_settle(&pair);
    CHECK_OK(pair_request(&pair.nodes[0], 1, before, &err), err);
    pair_settle(&pair);
    CHECK_OK(succeed(0, "ro/ro-al/to/al/0", SUCCESSION_YEARLY_CLOSING, NULL, &err), err);
    CHECK_OK(pair_request(&pair.nodes[0], 2, waiting, &err), err);
    pair_settle(&pair);
    struct journal_line *line = &pair.nodes[0].journal.lines[0];
    CHECK(strcmp(line->out.origin, "ro/ro-al/to/al/1") == 0);
    CHECK_INT(line->out_past.count, 1);
    CHECK(line->out_past.base > 0);
    both_are_whole();
    /* What was asked in the closed log is answered in the other one, and the answer finds its request. */
    CHECK(answered(1, before));
    CHECK(answered(1, waiting));
    CHECK_OK(pair_request(&pair.nodes[0], 3, after, &err), err);
    pair_settle(&pair);
    CHECK(shown(0, before, "refused"));
    CHECK(shown(0, waiting, "refused"));
    CHECK(shown(1, after, "ro/ro-al/to/al/1"));
    both_are_whole();
    for (size_t i = 0; i < 2; i++)
        CHECK(pair_reopen(&pair.nodes[i]));
    CHECK_OK(pair_request(&pair.nodes[0], 4, after, &err), err);
    pair_settle(&pair);
    both_are_whole();
    CHECK_INT(pair.nodes[1].journal.lines[0].in_past.count, 1);
    pair_free(&pair);
}

CHECK_TEST(both_directions_and_both_domestic_logs_close_year_after_year)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];
    char origin[64];
    static const char *const stems[2][2] = {{"ro/ro-al/to/al", "ro/domestic"},
                                            {"al/ro-al/to/ro", "al/domestic"}};

    CHECK_OR_RETURN(pair_make(&pair));
    pair_settle(&pair);
    for (unsigned year = 0; year < 3; year++)
        for (size_t side = 0; side < 2; side++) {
            CHECK_OK(pair_request(&pair.nodes[side], 10 * year + (unsigned)side, item, &err), err);
            pair_settle(&pair);
            CHECK(answered(1 - side, item));
            for (size_t k = 0; k < 2; k++) {
                snprintf(origin, sizeof origin, "%s/%u", stems[side][k], year);
                CHECK_OK(succeed(side, origin, SUCCESSION_YEARLY_CLOSING, NULL, &err), err);
                pair_settle(&pair);
            }
            CHECK(shown(side, item, "refused"));
            both_are_whole();
        }
    for (size_t side = 0; side < 2; side++) {
        struct journal *journal = &pair.nodes[side].journal;
        snprintf(origin, sizeof origin, "%s/3", stems[side][1]);
        CHECK(strcmp(journal->domestic.origin, origin) == 0);
        CHECK_INT(journal->lines[0].witnessed, journal->domestic.signed_size);
        CHECK(journal->lines[0].witnessed > 0);
    }
    pair_free(&pair);
}

int main(void)
{
    CHECK_RUN(a_closed_outgoing_log_is_followed_and_business_goes_on);
    CHECK_RUN(both_directions_and_both_domestic_logs_close_year_after_year);
    return check_end();
}

/*
 * Revoked TLS certificates: told to the partner through a suspension too, in the books of both, the same after restart and
 * rebuild; a partner that does not know the message holds it and says so.
 */
#include "check.h"
#include "journal/private.h"
#include "journal/revocation.h"
#include "journal/support/pair.h"
#include "store/schema.h"

static struct pair pair;

struct listing {
    struct revoked_key keys[REVOKED_COUNT_MAX];
    size_t count;
};

static bool list_run(struct journal *journal, void *context, struct error *err)
{
    struct listing *listing = context;
    return journal_revoked(journal, &journal->lines[0], listing->keys, &listing->count, err);
}

static size_t revoked_count(size_t side, struct listing *out)
{
    struct error err = {0};
    if (!pair_work(&pair.nodes[side], list_run, out, &err))
        printf("%s\n", err.text);
    return out->count;
}

static bool revoke_run(struct journal *journal, void *context, struct error *err)
{
    struct appended appended;
    return journal_revoke_key(journal, &journal->lines[0], context, REVOCATION_THEFT, &appended,
                              err);
}

static bool revoke(uint8_t byte, struct error *err)
{
    uint8_t certificate[DIGEST_SIZE];
    memset(certificate, byte, sizeof certificate);
    error_clear(err);
    return pair_work(&pair.nodes[0], revoke_run, certificate, err);
}

static bool row_add(void *context, const char *table, struct span text)
{
    digest_add(context, span_text(table));
    digest_add(context, text);
    return true;
}

static void derived_digest(struct pair_node *node, uint8_t out[DIGEST_SIZE])
{
    struct error err = {0};
    struct digest *digest = digest_begin();
    CHECK_OK(schema_walk_derived(node->db, row_add, digest, &err), err);
    digest_end(digest, out);
}

CHECK_TEST(a_revocation_is_in_both_books_and_stays_there)
{
    struct listing *found = calloc(1, sizeof *found);
    uint8_t live[DIGEST_SIZE], rebuilt[DIGEST_SIZE];
    struct error err = {0};

    CHECK_OR_RETURN(pair_make(&pair));
    pair_settle(&pair);
    CHECK_INT(revoked_count(1, found), 0);
    CHECK_OK(revoke(0x11, &err), err);
    CHECK_OK(revoke(0x22, &err), err);
    CHECK(!revoke(0x11, &err));
    CHECK_INT(err.kind, ERROR_CONFLICT);
    CHECK_INT(revoked_count(0, found), 2);
    CHECK(found->keys[0].is_own && found->keys[0].certificate[31] == 0x22);
    pair_settle(&pair);
    for (int i = 0; i < 2; i++) {
        CHECK_INT(revoked_count(1, found), 2);
        CHECK(!found->keys[1].is_own && found->keys[1].certificate[0] == 0x11);
        CHECK_INT(found->keys[1].reason, REVOCATION_THEFT);
        CHECK(pair_reopen(&pair.nodes[1]));
        pair_settle(&pair);
    }
    derived_digest(&pair.nodes[1], live);
    CHECK_OK(database_begin(pair.nodes[1].db, DATABASE_FULL, &err), err);
    CHECK_OK(journal_rebuild(&pair.nodes[1].journal, NULL, NULL, &err), err);
    CHECK_OK(database_commit(pair.nodes[1].db, &err), err);
    derived_digest(&pair.nodes[1], rebuilt);
    CHECK(digest_is_equal(live, rebuilt));
    CHECK_INT(revoked_count(1, found), 2);
    free(found);
    pair_free(&pair);
}

CHECK_TEST(a_suspension_does_not_keep_it_back)
{
    struct listing *found = calloc(1, sizeof *found);
    struct buffer out CLEANUP(buffer_free) = buffer_make(65536);
    struct error err = {0};

    CHECK_OR_RETURN(pair_make(&pair));
    CHECK_OK(pair_act(&pair.nodes[0], "officer-put",
                      "{\"id\":\"chief\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"head_of_"
                      "desk\"}",
                      span_text(""), &out, &err),
             err);
    pair_settle(&pair);
    CHECK_OK(pair_act_as(&pair.nodes[0], "chief", "agreement-suspend",
                         "{\"suspension_reason\":\"security\"}", &out, &err),
             err);
    CHECK_OK(revoke(0x33, &err), err);
    pair_settle(&pair);
    CHECK_INT(revoked_count(1, found), 1);
    free(found);
    pair_free(&pair);
}

/* An older program at the partner: held, not lost; it takes effect with the upgrade, and until then nobody is told that it
 * did. */
CHECK_TEST(a_partner_that_does_not_know_it_holds_it_until_its_upgrade)
{
    struct listing *found = calloc(1, sizeof *found);
    struct error err = {0};

    CHECK_OR_RETURN(pair_make(&pair));
    pair.nodes[1].hidden_types = UINT64_C(1) << MESSAGE_KEY_REVOCATION;
    pair_settle(&pair);
    CHECK(pair_reopen(&pair.nodes[1]));
    CHECK_OK(revoke(0x44, &err), err);
    pair_settle(&pair);
    CHECK_INT(revoked_count(1, found), 0);
    CHECK(pair.nodes[1].journal.lines[0].has_held);
    pair.nodes[1].hidden_types = 0;
    CHECK(pair_reopen(&pair.nodes[1]));
    pair_settle(&pair);
    CHECK_INT(revoked_count(1, found), 1);
    free(found);
    pair_free(&pair);
}

int main(void)
{
    CHECK_RUN(a_revocation_is_in_both_books_and_stays_there);
    CHECK_RUN(a_suspension_does_not_keep_it_back);
    CHECK_RUN(a_partner_that_does_not_know_it_holds_it_until_its_upgrade);
    return check_end();
}

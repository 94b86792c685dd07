/*
 * A database behind its own keeper, on two real nodes: what the keeper signed last never reached the partner, and the books
 * that knew of it are gone. Custody goes on when the partner sends the same entries again, with the same receipt; own logs
 * end where the partner's custody does. Nothing is signed twice.
 * covers: reach
 */
#include "check.h"
#include "journal/private.h"
#include "journal/resume.h"
#include "journal/support/hostile.h"
#include "journal/support/pair.h"

#include <stdlib.h>

static struct pair pair;

static struct pair_node *node(size_t side)
{
    return &pair.nodes[side];
}

static struct journal_line *line(size_t side)
{
    return &pair.nodes[side].journal.lines[0];
}

/* --- backups --- */

static bool backup(struct pair_node *of, const char *what, bool is_restore)
{
    char command[2048];

    pair_close_node(of);
    if (is_restore)
        snprintf(command, sizeof command, "cd %s && rm -rf ./%s && cp -a ../%s.old/%s .", of->home,
                 what, of->party, what);
    else
        snprintf(command, sizeof command, "cd %s && rm -rf ../%s.old && cp -a . ../%s.old",
                 of->home, of->party, of->party);
    return system(command) == 0 && pair_reopen(of);
}

/* The books alone, of ro: as after a disk that lost its newest writes, or an administrator who put a file back. */
static bool books_go_back(void)
{
    return backup(node(0), "besa.db*", true);
}

static bool is_level(void)
{
    for (size_t side = 0; side < 2; side++)
        if (line(side)->out.size != line(side)->cosigned ||
            line(side)->out.size != line(1 - side)->in.size ||
            line(side)->handled != line(side)->in.size ||
            line(side)->in.size != line(side)->in.signed_size ||
            line(side)->out.read_only[0] != '\0' || line(side)->in.read_only[0] != '\0') {
            printf("side %zu: %d entries, %d receipted, %d there, %d handled, stands: %s%s\n", side,
                   (int)line(side)->out.size, (int)line(side)->cosigned,
                   (int)line(1 - side)->in.size, (int)line(side)->handled,
                   line(side)->out.read_only, line(side)->in.read_only);
            return false;
        }
    return true;
}

/* --- receipts that never arrived --- */

struct given {
    int64_t size;
    int64_t time_s;
    uint8_t signature[SIGNATURE_SIZE];
};

static bool receipt_find(size_t side, bool is_own, int64_t size, struct given *out)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 16);
    struct error err = {0};
    struct receipt_row row;
    size_t count = 0;
    int64_t log = is_own ? line(side)->out.id : line(side)->in.id;

    if (!receipt_list(node(side)->db, &arena, log, size - 1, &row, 1, &count, &err) || count == 0 ||
        row.size != size || row.signature.size != SIGNATURE_SIZE)
        return false;
    *out = (struct given){.size = row.size, .time_s = row.time_s};
    memcpy(out->signature, row.signature.data, SIGNATURE_SIZE);
    return true;
}

/* al writes so many requests; ro takes them into custody in one post each, and no answer arrives. */
static bool custody_is_given(unsigned number, unsigned count, struct buffer *wire)
{
    struct error err = {0};
    struct accepted accepted;
    char item[UUID_TEXT_SIZE];

    pair.is_cut = true;
    line(0)->is_reachable = false; /* its own log stays as it is */
    line(0)->has_met = true;
    for (unsigned i = 0; i < count; i++) {
        buffer_clear(wire);
        line(1)->is_reachable = true;
        if (!pair_request(node(1), number + i, item, &err) || !hostile_post(node(1), wire, &err) ||
            hostile_offer(node(0), buffer_span(wire), &accepted, &err) != REFUSAL_NONE) {
            printf("custody: %s\n", err.text);
            return false;
        }
        line(1)->is_reachable = false;
        for (int k = 0; k < 5; k++)
            journal_pump(&node(0)->journal);
    }
    return true;
}

static void line_returns(void)
{
    pair.is_cut = false;
    pair_run(&pair, 120000);
}

CHECK_TEST(the_same_entries_get_the_same_receipt_again)
{
    struct buffer wire CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct given first, again;

    CHECK_OR_RETURN(backup(node(0), "", false));
    pair_settle(&pair);
    CHECK_OR_RETURN(custody_is_given(1, 1, &wire));
    int64_t size = (int64_t)line(0)->in.size;
    CHECK_OR_RETURN(receipt_find(0, false, size, &first));
    CHECK(line(1)->cosigned < line(1)->out.size);
    CHECK_OR_RETURN(books_go_back());
    CHECK((int64_t)line(0)->in.size < size);
    pair_wait(5000);
    line_returns();
    CHECK(is_level());
    CHECK_OR_RETURN(receipt_find(0, false, size, &again));
    CHECK(memcmp(&first, &again, sizeof first) == 0);
    CHECK_OR_RETURN(receipt_find(1, true, size, &again));
    CHECK(memcmp(&first, &again, sizeof first) == 0);
}

CHECK_TEST(entries_behind_them_are_taken_with_them_and_the_receipt_stands)
{
    struct buffer wire CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct error err = {0};
    struct given first, again;
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(backup(node(0), "", false));
    pair_settle(&pair);
    CHECK_OR_RETURN(custody_is_given(2, 1, &wire));
    int64_t size = (int64_t)line(0)->in.size;
    CHECK_OR_RETURN(receipt_find(0, false, size, &first));
    CHECK_OR_RETURN(books_go_back());
    pair_wait(5000);
    CHECK_OK(pair_request(node(1), 3, item, &err), err);
    line(1)->is_reachable = true;
    for (int i = 0; i < 5; i++)
        journal_pump(&node(1)->journal);
    CHECK((int64_t)line(1)->out.signed_size > size); /* so that one post brings both */
    line_returns();
    CHECK(is_level());
    CHECK((int64_t)line(0)->in.size > size);
    for (size_t side = 0; side < 2; side++) {
        CHECK_OR_RETURN(receipt_find(side, side == 1, size, &again));
        CHECK(memcmp(&first, &again, sizeof first) == 0);
        CHECK_OR_RETURN(receipt_find(side, side == 1, (int64_t)line(0)->in.size, &again));
        CHECK(again.time_s > first.time_s);
    }
    CHECK_OR_RETURN(pair_reopen(node(0)));
    line_returns();
    CHECK(is_level());
}

/* Of a smaller size the keeper signed a time that nothing knows any more. */
CHECK_TEST(a_post_that_does_not_reach_what_the_keeper_signed_is_not_taken)
{
    struct buffer before CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct buffer wire CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct error err = {0};
    struct accepted accepted;

    CHECK_OR_RETURN(backup(node(0), "", false));
    pair_settle(&pair);
    CHECK_OR_RETURN(custody_is_given(4, 1, &before));
    uint64_t smaller = line(0)->in.size;
    CHECK_OR_RETURN(custody_is_given(5, 2, &wire));
    uint64_t size = line(0)->in.size;
    CHECK(size > smaller);
    CHECK_OR_RETURN(books_go_back());
    uint64_t held = line(0)->in.size;
    line(0)->has_met = true;
    CHECK_INT(hostile_offer(node(0), buffer_span(&before), &accepted, &err), REFUSAL_BUSY);
    CHECK_ERROR(err, ERROR_BUSY, "our keeper cosigned");
    CHECK_INT(line(0)->in.size, held);
    /* Nor before the partner has shown what it holds. */
    error_clear(&err);
    line(0)->has_met = false;
    CHECK_INT(hostile_offer(node(0), buffer_span(&wire), &accepted, &err), REFUSAL_BUSY);
    line_returns();
    CHECK(is_level());
    CHECK_INT(line(0)->in.size, size);
}

/* The database may end with custody that was given and whose signature rode in the next transaction. */
CHECK_TEST(a_receipt_whose_signature_was_lost_gives_way_to_the_one_that_the_keeper_has)
{
    struct buffer wire CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 16);
    struct receipt_row row;
    struct error err = {0};
    struct given given;

    CHECK_OR_RETURN(custody_is_given(7, 1, &wire));
    CHECK_OR_RETURN(backup(node(0), "", false));
    CHECK_OR_RETURN(custody_is_given(8, 1, &wire));
    int64_t size = (int64_t)line(0)->in.size;
    CHECK_OR_RETURN(books_go_back());
    CHECK_OK(database_run(node(0)->db,
                          "update receipts set signature = null where log = (select id from logs "
                          "where kind = 2) and size = (select max(size) from receipts r where "
                          "r.log = receipts.log)",
                          &err),
             err);
    CHECK_OR_RETURN(pair_reopen(node(0)));
    CHECK_OK(receipt_newest(node(0)->db, &arena, line(0)->in.id, &row, &err), err);
    CHECK(row.size < size && row.signature.size == 0);
    line_returns();
    CHECK(is_level());
    CHECK(receipt_find(1, true, size, &given));
}

/* --- own logs --- */

static bool prepare_run(struct journal *journal, void *context, struct error *err)
{
    struct succession_document *document = context;
    struct span origin = span_text(journal->lines[0].out.origin);
    if (document->made_ms == 1) /* asked for so */
        origin = span_text(journal->domestic.origin);
    return journal_succession_prepare(journal, origin, SUCCESSION_RESTORED, NULL, document, err);
}

static bool allow_run(struct journal *journal, void *context, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct succession_document document;
    return journal_succession_allow(journal, *(const struct span *)context, &arena, &document, err);
}

static bool succeed_run(struct journal *journal, void *context, struct error *err)
{
    return journal_succeed(journal, *(const struct span *)context, err);
}

static bool order_run(struct journal *journal, void *context, struct error *err)
{
    (void)context;
    return journal_resume_order(journal, &journal->lines[0], err);
}

static void log_ends(bool is_domestic)
{
    struct buffer once CLEANUP(buffer_free) = buffer_make(SUCCESSION_CMS_MAX);
    struct buffer both CLEANUP(buffer_free) = buffer_make(SUCCESSION_CMS_MAX);
    struct succession_document document = {.made_ms = is_domestic};
    struct error err = {0};
    struct span cms;

    CHECK_OK(pair_work(node(0), prepare_run, &document, &err), err);
    CHECK_OK(pair_sign_succession(&pair, 0, 1, &document, &once, &err), err);
    cms = buffer_span(&once);
    if (!is_domestic) {
        CHECK_OK(pair_work(node(1), allow_run, &cms, &err), err);
        CHECK_OK(pair_sign_succession(&pair, 0, 2, &document, &both, &err), err);
        cms = buffer_span(&both);
    }
    CHECK_OK(pair_work(node(0), succeed_run, &cms, &err), err);
    pair_settle(&pair);
}

/* Numbers and signs what waits, and the beat, without the partner. */
static void seal_alone(void)
{
    line(0)->is_reachable = true;
    for (int i = 0; i < 20; i++)
        journal_pump(&node(0)->journal);
    line(0)->is_reachable = false;
}

CHECK_TEST(own_logs_that_the_keeper_signed_further_end_where_the_partner_holds_them)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(backup(node(0), "", false));
    pair_settle(&pair);
    pair.is_cut = true;
    CHECK_OK(pair_request(node(0), 9, item, &err), err);
    seal_alone();
    node(0)->journal.wants_beat = true;
    seal_alone();
    uint64_t size = line(0)->out.size;
    CHECK_OR_RETURN(books_go_back());
    CHECK(line(0)->out.size < size);
    CHECK(strstr(line(0)->out.read_only, "an older database was restored") != NULL);
    line_returns();
    /* The partner has nothing to give back. */
    CHECK(!pair_work(node(0), order_run, NULL, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "are not behind");
    error_clear(&err);
    log_ends(false);
    if (node(0)->journal.domestic.read_only[0] != '\0')
        log_ends(true);
    CHECK_OK(pair_request(node(0), 10, item, &err), err);
    line_returns();
    CHECK(is_level());
    CHECK(strcmp(line(0)->out.origin, "ro/ro-al/to/al/1") == 0);
}

/* The books, and al's log, went back to before: al writes another history than the one that was cosigned here. */
CHECK_TEST(another_tree_than_the_keeper_signed_is_a_fork)
{
    struct buffer wire CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct error err = {0};
    char item[UUID_TEXT_SIZE];

    pair_settle(&pair);
    CHECK_OR_RETURN(backup(node(0), "", false) && backup(node(1), "", false));
    pair_settle(&pair);
    CHECK_OR_RETURN(custody_is_given(11, 1, &wire));
    uint64_t size = line(0)->in.size;
    CHECK_OR_RETURN(books_go_back() && backup(node(1), "*", true));
    CHECK_OK(pair_request(node(1), 12, item, &err), err);
    CHECK_OK(pair_request(node(1), 13, item, &err), err);
    line_returns();
    CHECK(strstr(line(0)->in.read_only, "forked") != NULL);
    CHECK(line(0)->in.size < size);
    CHECK_OR_RETURN(pair_reopen(node(0)));
    CHECK(strstr(line(0)->in.read_only, "forked") != NULL);
}

int main(void)
{
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(the_same_entries_get_the_same_receipt_again);
    CHECK_RUN(entries_behind_them_are_taken_with_them_and_the_receipt_stands);
    CHECK_RUN(a_post_that_does_not_reach_what_the_keeper_signed_is_not_taken);
    CHECK_RUN(a_receipt_whose_signature_was_lost_gives_way_to_the_one_that_the_keeper_has);
    CHECK_RUN(own_logs_that_the_keeper_signed_further_end_where_the_partner_holds_them);
    CHECK_RUN(another_tree_than_the_keeper_signed_is_a_fork);
    pair_free(&pair);
    return check_end();
}

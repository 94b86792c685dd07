/*
 * Handling: every ground on which an entry in custody is refused or held, told to its sender; and what a hostile partner
 * writes never stops the others, nor makes a rebuild differ from the live state.
 * covers: handle apply
 */
#include "check.h"
#include "agreement/permit.h"
#include "journal/private.h"
#include "journal/support/hostile.h"
#include "message/erased.h"
#include "message/outcomes.h"
#include "message/parts_held.h"
#include "message/support/samples.h"
#include "store/derived_rows.h"
#include "store/schema.h"

static struct pair pair;
static struct buffer sample_bytes;

static struct journal_line *line(size_t side)
{
    return &pair.nodes[side].journal.lines[0];
}

/* A request of Romania's that the agreement permits. */
static struct span request_body(unsigned number)
{
    char reference[24];
    struct request request = sample_request_numbered(number, reference);
    request.authority = span_text("Centrul de Cooperare (test)");
    buffer_free(&sample_bytes);
    sample_bytes = buffer_make(BODY_SIZE_MAX);
    if (!request_write(&request, &sample_bytes))
        printf("the sample does not fit\n");
    return buffer_span(&sample_bytes);
}

static struct hostile_entry request_entry(void)
{
    static unsigned number = 500;
    return (struct hostile_entry){.filled = hostile_head(&pair.nodes[0], MESSAGE_REQUEST),
                                  .body = request_body(number++)};
}

static struct reference reference_to(const struct head *head, size_t side)
{
    struct reference reference = {.origin = span_text(line(side)->out.origin)};
    memcpy(reference.id, head->id, UUID_SIZE);
    return reference;
}

/* Sends it; what the receiver recorded. */
static bool send(struct hostile_entry *entry, uint64_t *index, struct arena *arena,
                 struct sequence_row *out)
{
    struct error err = {0};

    if (!hostile_append(&pair.nodes[0], entry, index, &err)) {
        printf("%s\n", err.text);
        return false;
    }
    pair_settle(&pair);
    if (hostile_verdict(&pair.nodes[1], *index, arena, out))
        return true;
    printf("index %" PRIu64 " was not handled\n", *index);
    return false;
}

/* Recorded here and told there. */
static bool is_told(uint64_t index, enum outcome_kind outcome, const char *ground)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
    struct entry_row entry;
    struct result_row result;
    struct error err = {0};

    if (!entry_find_index(pair.nodes[0].db, &arena, line(0)->out.id, (int64_t)index, &entry,
                          &err) ||
        !result_find(pair.nodes[0].db, &arena, entry.id, &result, &err)) {
        printf("the sender was not told of index %" PRIu64 ": %s\n", index, err.text);
        return false;
    }
    if (result.outcome == (int64_t)outcome && span_is(result.ground, ground))
        return true;
    printf("told %d '%.*s'\n", (int)result.outcome, SPAN_ARG(result.ground));
    return false;
}

#define CHECK_REFUSED(entry, wanted)                                                               \
    do {                                                                                           \
        struct arena verdict_arena CLEANUP(arena_free) = arena_make(4u << 20);                     \
        struct sequence_row verdict;                                                               \
        uint64_t verdict_index = 0;                                                                \
        CHECK_OR_RETURN(send(entry, &verdict_index, &verdict_arena, &verdict));                    \
        CHECK_INT(verdict.outcome, OUTCOME_REFUSED);                                               \
        CHECK_SPAN(verdict.ground, wanted);                                                        \
        CHECK(is_told(verdict_index, OUTCOME_REFUSED, wanted));                                    \
    } while (0)

#define CHECK_OUTCOME(entry, wanted, words)                                                        \
    do {                                                                                           \
        struct arena verdict_arena CLEANUP(arena_free) = arena_make(4u << 20);                     \
        struct sequence_row verdict;                                                               \
        uint64_t verdict_index = 0;                                                                \
        CHECK_OR_RETURN(send(entry, &verdict_index, &verdict_arena, &verdict));                    \
        CHECK_INT(verdict.outcome, wanted);                                                        \
        CHECK_SPAN(verdict.ground, words);                                                         \
    } while (0)

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

static bool rebuild_run(struct journal *journal, void *context, struct error *err)
{
    (void)context;
    return journal_rebuild(journal, NULL, NULL, err);
}

static bool rebuild_equals_live(struct pair_node *node)
{
    struct error err = {0};
    uint8_t live[DIGEST_SIZE];
    uint8_t rebuilt[DIGEST_SIZE];

    derived_digest(node, live);
    if (!hostile_run(node, rebuild_run, NULL, &err)) {
        printf("%s\n", err.text);
        return false;
    }
    derived_digest(node, rebuilt);
    return digest_is_equal(live, rebuilt);
}

CHECK_TEST(a_good_request_made_by_hand_is_accepted)
{
    struct hostile_entry entry = request_entry();
    CHECK_OUTCOME(&entry, OUTCOME_ACCEPTED, "");
}

CHECK_TEST(a_malformed_head_is_taken_and_refused)
{
    struct hostile_entry entry = {.head = span_text("besa-entry/1\nid: nothing\n")};
    CHECK_REFUSED(&entry, "malformed");
    entry = (struct hostile_entry){.head = span_text("\xff\x00\n")};
    CHECK_REFUSED(&entry, "malformed");
    /* Unreadable heads share the zero id; none is a duplicate of another. */
    entry.head = span_text("x");
    CHECK_REFUSED(&entry, "malformed");
}

CHECK_TEST(a_malformed_body_is_refused)
{
    struct hostile_entry entry = request_entry();
    entry.body = span_text("{\"reference\":\"X\",\"reference\":\"Y\"}");
    CHECK_REFUSED(&entry, "malformed");
    entry = request_entry();
    entry.body = span_text("not json");
    CHECK_REFUSED(&entry, "malformed");
}

CHECK_TEST(a_domestic_type_does_not_cross)
{
    struct hostile_entry entry = {.filled = hostile_head(&pair.nodes[0], MESSAGE_FILLER)};
    CHECK_REFUSED(&entry, "malformed");
}

CHECK_TEST(another_agreement_or_version_is_refused)
{
    struct hostile_entry entry = request_entry();
    entry.filled.agreement_id = span_text("ro-gr");
    CHECK_REFUSED(&entry, "agreement");
    entry = request_entry();
    entry.filled.agreement_version = 2;
    CHECK_REFUSED(&entry, "version");
}

CHECK_TEST(seen_never_falls_and_never_runs_ahead)
{
    struct hostile_entry entry = request_entry();
    entry.filled.seen = 1000000;
    CHECK_REFUSED(&entry, "seen");
    entry = request_entry();
    CHECK_OUTCOME(&entry, OUTCOME_ACCEPTED, "");
    uint64_t seen = entry.filled.seen;
    CHECK_OR_RETURN(seen > 0);
    entry = request_entry();
    entry.filled.seen = seen - 1;
    CHECK_REFUSED(&entry, "seen");
}

CHECK_TEST(seen_does_not_fall_over_a_restart)
{
    struct hostile_entry entry = request_entry();
    CHECK_OUTCOME(&entry, OUTCOME_ACCEPTED, "");
    uint64_t seen = entry.filled.seen;
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[1]));
    entry = request_entry();
    entry.filled.seen = seen - 1;
    CHECK_REFUSED(&entry, "seen");
}

CHECK_TEST(seen_that_lags_an_hour_is_stale)
{
    struct hostile_entry entry = request_entry();
    entry.filled.seen = line(1)->last_seen;
    CHECK_OR_RETURN(entry.filled.seen < line(0)->in.size);
    entry.filled.created_ms += 2 * 3600 * 1000;
    CHECK_REFUSED(&entry, "stale");
}

CHECK_TEST(a_message_id_is_used_once)
{
    struct hostile_entry first = request_entry();
    CHECK_OUTCOME(&first, OUTCOME_ACCEPTED, "");
    struct hostile_entry second = request_entry();
    memcpy(second.filled.id, first.filled.id, UUID_SIZE);
    CHECK_REFUSED(&second, "duplicate_id");
}

CHECK_TEST(a_reference_leads_back_within_the_two_logs)
{
    struct hostile_entry entry = request_entry();
    struct head nobody = hostile_head(&pair.nodes[0], MESSAGE_REQUEST);

    entry.filled.has_in_reply_to = true;
    entry.filled.in_reply_to = reference_to(&nobody, 0);
    CHECK_REFUSED(&entry, "unresolved");
    entry = request_entry();
    entry.filled.has_thread = true;
    entry.filled.thread = reference_to(&nobody, 1);
    CHECK_REFUSED(&entry, "unresolved");
    entry = request_entry();
    entry.filled.has_thread = true;
    entry.filled.thread = (struct reference){.origin = span_text("al/gr-al/to/gr/0")};
    CHECK_REFUSED(&entry, "unresolved");
    entry = request_entry();
    entry.filled.has_thread = true; /* to itself */
    entry.filled.thread = reference_to(&entry.filled, 0);
    CHECK_REFUSED(&entry, "unresolved");
}

CHECK_TEST(a_reference_to_what_comes_later_is_unresolved)
{
    struct error err = {0};
    struct hostile_entry later = request_entry();
    struct hostile_entry entry = {.filled = hostile_head(&pair.nodes[0], MESSAGE_REQUEST)};
    struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
    struct sequence_row found;
    uint64_t at = 0;
    uint64_t last = 0;

    entry.body = later.body;
    entry.filled.has_thread = true;
    entry.filled.thread = reference_to(&later.filled, 0);
    pair.is_cut =
        true; /* both in one post: the later one is in custody when the first is handled */
    CHECK_OK(hostile_append(&pair.nodes[0], &entry, &at, &err), err);
    CHECK_OK(hostile_append(&pair.nodes[0], &later, &last, &err), err);
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK_OR_RETURN(hostile_verdict(&pair.nodes[1], at, &arena, &found));
    CHECK_SPAN(found.ground, "unresolved");
    CHECK_OR_RETURN(hostile_verdict(&pair.nodes[1], last, &arena, &found));
    CHECK_INT(found.outcome, OUTCOME_ACCEPTED);
}

CHECK_TEST(only_the_requested_party_answers)
{
    struct hostile_entry own = request_entry();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct answer answer = sample_answer_nothing_held();

    CHECK_OUTCOME(&own, OUTCOME_ACCEPTED, "");
    CHECK(answer_write(&answer, &body));
    struct hostile_entry entry = {.filled = hostile_head(&pair.nodes[0], MESSAGE_ANSWER),
                                  .body = buffer_span(&body)};
    entry.filled.has_in_reply_to = true;
    entry.filled.in_reply_to = reference_to(&own.filled, 0);
    CHECK_REFUSED(&entry, "unresolved");
}

CHECK_TEST(what_the_agreement_forbids_is_refused_under_its_clause)
{
    struct hostile_entry entry = request_entry();
    char reference[24];
    char wanted[64];
    struct request request = sample_request_numbered(77, reference);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct ruling ruling;

    request.authority = span_text("Nobody's Office (test)");
    CHECK(request_write(&request, &body));
    entry.body = buffer_span(&body);
    const struct agreement *agreement = &line(1)->agreement;
    struct permit_question question = {.sender = span_text("ro"),
                                       .receiver = span_text("al"),
                                       .type = MESSAGE_REQUEST,
                                       .created_ms = entry.filled.created_ms,
                                       .request = &request,
                                       .body_size = (int64_t)body.size};
    CHECK(!agreement_permit(agreement, &question, &ruling));
    snprintf(wanted, sizeof wanted, "not_permitted %s", ruling.clause);
    CHECK_REFUSED(&entry, wanted);
}

static bool act(size_t side, const char *name)
{
    struct error err = {0};
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 16);
    if (pair_act(&pair.nodes[side], name, "{}", span_text(""), &out, &err))
        return true;
    printf("%s: %s\n", name, err.text);
    return false;
}

CHECK_TEST(while_suspended_new_business_is_refused_and_the_books_go_on)
{
    struct hostile_entry entry = request_entry();
    struct erased erased = {.reason = ERASE_RETENTION, .erased_at_ms = entry.filled.created_ms};
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    CHECK_OUTCOME(&entry, OUTCOME_ACCEPTED, "");
    erased.item = reference_to(&entry.filled, 0);
    CHECK_OR_RETURN(act(1, "agreement-suspend"));
    struct hostile_entry next = request_entry();
    CHECK_REFUSED(&next, "suspended");
    CHECK(erased_write(&erased, &body));
    struct hostile_entry books = {.filled = hostile_head(&pair.nodes[0], MESSAGE_ERASED),
                                  .body = buffer_span(&body)};
    CHECK_OUTCOME(&books, OUTCOME_ACCEPTED, "");
    CHECK_OR_RETURN(act(1, "agreement-resume"));
    entry = request_entry();
    CHECK_OUTCOME(&entry, OUTCOME_ACCEPTED, "");
}

CHECK_TEST(an_unknown_type_is_held_with_its_thread_and_no_other)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
    struct sequence_row found;
    uint64_t index = 0;
    struct hostile_entry unknown = {.filled = hostile_head(&pair.nodes[0], MESSAGE_UNKNOWN),
                                    .body = span_text("{}")};
    unknown.filled.type_text = span_text("future/9");
    CHECK_OR_RETURN(send(&unknown, &index, &arena, &found));
    CHECK_INT(found.outcome, OUTCOME_HELD);
    CHECK_SPAN(found.ground, "type");
    CHECK(is_told(index, OUTCOME_HELD, ""));
    struct hostile_entry reply = request_entry();
    reply.filled.has_thread = true;
    reply.filled.thread = reference_to(&unknown.filled, 0);
    CHECK_OUTCOME(&reply, OUTCOME_HELD, "thread");
    struct hostile_entry other = request_entry();
    CHECK_OUTCOME(&other, OUTCOME_ACCEPTED, "");
}

struct spoil {
    struct span wire;
    struct accepted accepted;
};

/* Custody, and before it is handled the body at rest is damaged. */
static bool spoil_run(struct journal *journal, void *context, struct error *err)
{
    struct spoil *spoil = context;
    int64_t id = journal->next_entry;

    if (!journal_accept(journal, &journal->lines[0], spoil->wire, &spoil->accepted, err))
        return false;
    cache_forget(journal->cache, id);
    return database_run(
        journal->db, "update entries set body = body_key where id = (select max(id) from entries)",
        err);
}

CHECK_TEST(a_body_damaged_at_rest_holds_its_entry_alone)
{
    struct hostile_entry entry = request_entry();
    struct buffer post CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
    struct sequence_row found;
    struct error err = {0};
    struct spoil spoil = {.wire = {NULL, 0}};
    uint64_t index = 0;

    pair.is_cut = true;
    CHECK_OK(hostile_append(&pair.nodes[0], &entry, &index, &err), err);
    CHECK_OK(hostile_post(&pair.nodes[0], &post, &err), err);
    spoil.wire = buffer_span(&post);
    CHECK_OK(hostile_run(&pair.nodes[1], spoil_run, &spoil, &err), err);
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK(!pair.nodes[1].journal.is_dead);
    CHECK(!line(1)->is_stuck);
    CHECK_OR_RETURN(hostile_verdict(&pair.nodes[1], index, &arena, &found));
    CHECK_INT(found.outcome, OUTCOME_HELD);
    CHECK_SPAN(found.ground, "failed");
    CHECK(is_told(index, OUTCOME_HELD, ""));
    entry = request_entry();
    CHECK_OUTCOME(&entry, OUTCOME_ACCEPTED, "");
}

CHECK_TEST(outcomes_of_what_was_never_sent_are_refused)
{
    struct outcomes outcomes = {.from = 0, .to = 1000};
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    CHECK(outcomes_write(&outcomes, &body));
    struct hostile_entry entry = {.filled = hostile_head(&pair.nodes[0], MESSAGE_OUTCOMES),
                                  .body = buffer_span(&body)};
    CHECK_REFUSED(&entry, "unresolved");
    char item[UUID_TEXT_SIZE];
    struct error err = {0};
    CHECK_OK(pair_request(&pair.nodes[1], 901, item, &err), err);
    pair_settle(&pair);
    CHECK(rebuild_equals_live(&pair.nodes[1]));
}

CHECK_TEST(parts_held_and_erasures_of_what_comes_later_are_refused)
{
    struct hostile_entry later = request_entry();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct erased erased = {.item = reference_to(&later.filled, 0),
                            .reason = ERASE_RETENTION,
                            .erased_at_ms = later.filled.created_ms};
    CHECK(erased_write(&erased, &body));
    struct hostile_entry entry = {.filled = hostile_head(&pair.nodes[0], MESSAGE_ERASED),
                                  .body = buffer_span(&body)};
    CHECK_REFUSED(&entry, "unresolved");
    later.filled.seen = line(0)->in.size;
    CHECK_OUTCOME(&later, OUTCOME_ACCEPTED, "");
    CHECK(rebuild_equals_live(&pair.nodes[1]));
    uint64_t one = 1;
    struct parts_held held = {
        .item = reference_to(&later.filled, 0), .parts = &one, .part_count = 1, .total = 1};
    struct buffer held_body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(parts_held_write(&held, &held_body));
    struct hostile_entry own = {.filled = hostile_head(&pair.nodes[0], MESSAGE_PARTS_HELD),
                                .body = buffer_span(&held_body)};
    CHECK_REFUSED(&own, "unresolved"); /* its own item: it holds nothing of ours */
}

CHECK_TEST(both_books_rebuild_to_what_they_are)
{
    CHECK(rebuild_equals_live(&pair.nodes[0]));
    CHECK(rebuild_equals_live(&pair.nodes[1]));
}

int main(void)
{
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(a_good_request_made_by_hand_is_accepted);
    CHECK_RUN(a_malformed_head_is_taken_and_refused);
    CHECK_RUN(a_malformed_body_is_refused);
    CHECK_RUN(a_domestic_type_does_not_cross);
    CHECK_RUN(another_agreement_or_version_is_refused);
    CHECK_RUN(seen_never_falls_and_never_runs_ahead);
    CHECK_RUN(seen_does_not_fall_over_a_restart);
    CHECK_RUN(seen_that_lags_an_hour_is_stale);
    CHECK_RUN(a_message_id_is_used_once);
    CHECK_RUN(a_reference_leads_back_within_the_two_logs);
    CHECK_RUN(a_reference_to_what_comes_later_is_unresolved);
    CHECK_RUN(only_the_requested_party_answers);
    CHECK_RUN(what_the_agreement_forbids_is_refused_under_its_clause);
    CHECK_RUN(while_suspended_new_business_is_refused_and_the_books_go_on);
    CHECK_RUN(an_unknown_type_is_held_with_its_thread_and_no_other);
    CHECK_RUN(a_body_damaged_at_rest_holds_its_entry_alone);
    CHECK_RUN(outcomes_of_what_was_never_sent_are_refused);
    CHECK_RUN(parts_held_and_erasures_of_what_comes_later_are_refused);
    CHECK_RUN(both_books_rebuild_to_what_they_are);
    pair_free(&pair);
    buffer_free(&sample_bytes);
    return check_end();
}

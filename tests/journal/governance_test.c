/*
 * Governance: an amendment with traffic crossing it from both sides and in both orders, and both nodes judge each entry
 * under the same version; who may sign what; suspensions and terminations take effect on both sides.
 * covers: governance in_force
 */
#include "check.h"
#include "journal/private.h"
#include "journal/support/amend.h"
#include "journal/support/hostile.h"
#include "journal/in_force.h"
#include "message/support/samples.h"
#include "store/governance_rows.h"
#include "store/schema.h"

static struct pair pair;
static struct buffer proposed;
static unsigned number = 1;

static struct journal_line *line(size_t side)
{
    return &pair.nodes[side].journal.lines[0];
}

static bool request_from(size_t side)
{
    char item[UUID_TEXT_SIZE];
    struct error err = {0};
    if (pair_request(&pair.nodes[side], number++, item, &err))
        return true;
    printf("request: %s\n", err.text);
    return false;
}

static bool act(size_t side, const char *name, const char *arguments, struct error *err)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    error_clear(err);
    return pair_act(&pair.nodes[side], name, arguments, span_text(""), &out, err);
}

static bool propose(size_t side, amend_change *change)
{
    struct error err = {0};
    if (amend_propose(&pair.nodes[side], change, &proposed, &err))
        return true;
    printf("propose: %s\n", err.text);
    return false;
}

static bool accept(size_t side)
{
    struct error err = {0};
    if (amend_accept(&pair.nodes[side], buffer_span(&proposed), &err))
        return true;
    printf("accept: %s\n", err.text);
    return false;
}

/* What each node recorded about every entry of the log of `side`: versions must agree; refusals are counted. */
static unsigned versions_differ(size_t side, unsigned *refused)
{
    unsigned differ = 0;

    for (uint64_t i = 0; i < line(side)->out.size; i++) {
        struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
        struct entry_row entry;
        struct sequence_row own, theirs;
        struct head head;
        struct error err = {0};
        if (!entry_find_index(pair.nodes[side].db, &arena, line(side)->out.id, (int64_t)i, &entry,
                              &err) ||
            !sequence_of_entry(pair.nodes[side].db, &arena, entry.id, &own, &err) ||
            !head_read(entry.head, &arena, &head, &err) ||
            !hostile_verdict(&pair.nodes[1 - side], i, &arena, &theirs)) {
            printf("index %u of side %zu: %s\n", (unsigned)i, side, err.text);
            differ++;
            continue;
        }
        if (own.version != theirs.version || head.agreement_version != own.version)
            differ++;
        if (theirs.outcome != OUTCOME_ACCEPTED) {
            (*refused)++;
            printf("index %u of side %zu is refused: %.*s\n", (unsigned)i, side,
                   SPAN_ARG(theirs.ground));
        }
    }
    return differ;
}

#define CHECK_EQUAL_VERSIONS()                                                                     \
    do {                                                                                           \
        unsigned refused = 0;                                                                      \
        CHECK_INT(versions_differ(0, &refused), 0);                                                \
        CHECK_INT(versions_differ(1, &refused), 0);                                                \
        CHECK_INT(refused, 0);                                                                     \
    } while (0)

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

    return derived_digest(node, live) && database_begin(node->db, DATABASE_FULL, &err) &&
           journal_rebuild(&node->journal, NULL, NULL, &err) && database_commit(node->db, &err) &&
           derived_digest(node, rebuilt) && digest_is_equal(live, rebuilt);
}

static void both_are_rebuilt(void)
{
    CHECK(rebuild_equals_live(&pair.nodes[0]));
    CHECK(rebuild_equals_live(&pair.nodes[1]));
}

static unsigned returned_count(size_t side)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct returned_row rows[64];
    struct error err = {0};
    size_t count = 0;

    if (!returned_list(pair.nodes[side].db, &arena, rows, ARRAY_COUNT(rows), &count, &err))
        printf("%s\n", err.text);
    return (unsigned)count;
}

CHECK_TEST(a_version_comes_into_force_with_its_second_signature)
{
    CHECK(request_from(0) && request_from(1));
    CHECK(propose(0, amend_nothing));
    pair_settle(&pair);
    CHECK_INT(line(0)->agreement.version, 1);
    CHECK_INT(line(1)->agreement.version, 1);
    CHECK(request_from(0) && request_from(1));
    CHECK(accept(1));
    CHECK_INT(line(1)->agreement.version, 2);
    CHECK_INT(line(0)->agreement.version, 1);
    pair_settle(&pair);
    CHECK_INT(line(0)->agreement.version, 2);
    CHECK(request_from(0) && request_from(1));
    pair_settle(&pair);
    CHECK_EQUAL_VERSIONS();
    both_are_rebuilt();
}

CHECK_TEST(what_waits_under_the_old_version_goes_back_to_its_officer)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct error err = {0};
    int64_t version = line(0)->agreement.version;

    CHECK(propose(0, amend_nothing));
    pair_settle(&pair);
    pair.is_cut = true;
    CHECK(request_from(
        1)); /* numbered, and its post fails: from now on al knows that the line is down */
    pair_settle(&pair);
    CHECK(request_from(1)); /* waits, under the version before */
    CHECK(accept(1));
    CHECK(request_from(1)); /* waits, under the new one */
    CHECK(request_from(0));
    unsigned before = returned_count(1);
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK_INT(line(0)->agreement.version, version + 1);
    CHECK_INT(returned_count(1), before + 1);
    CHECK_OK(pair_act(&pair.nodes[1], "sent-list", "{}", span_text(""), &out, &err), err);
    buffer_byte(&out, 0);
    CHECK(strstr((const char *)out.data, "\"state\":\"returned\"") != NULL);
    CHECK(strstr((const char *)out.data, "send it anew") != NULL);
    CHECK_EQUAL_VERSIONS();
    both_are_rebuilt();
}

/* The proposer's own traffic crosses the signature: written before it was seen, handled after. */
CHECK_TEST(traffic_that_crosses_the_signature_is_judged_by_its_seen)
{
    int64_t version = line(0)->agreement.version;

    CHECK(propose(1, amend_nothing));
    pair_settle(&pair);
    CHECK(accept(0));
    CHECK(request_from(1) && request_from(1));
    CHECK(request_from(0));
    pair_settle(&pair);
    CHECK_INT(line(0)->agreement.version, version + 1);
    CHECK_INT(line(1)->agreement.version, version + 1);
    CHECK(request_from(0) && request_from(1));
    pair_settle(&pair);
    CHECK_EQUAL_VERSIONS();
    both_are_rebuilt();
}

CHECK_TEST(a_node_that_opens_again_knows_all_versions)
{
    int64_t version = line(0)->agreement.version;

    CHECK(propose(0, amend_nothing));
    pair_settle(&pair);
    pair.is_cut = true;
    CHECK(request_from(1));
    pair_settle(&pair);
    CHECK(accept(1));
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[1]) && pair_reopen(&pair.nodes[0]));
    CHECK_INT(line(1)->agreement.version, version + 1);
    CHECK_INT(line(0)->agreement.version, version);
    CHECK(request_from(1));
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK_INT(line(0)->agreement.version, version + 1);
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[0]));
    CHECK_INT(line(0)->agreement.version, version + 1);
    CHECK_EQUAL_VERSIONS();
    both_are_rebuilt();
}

CHECK_TEST(an_older_version_is_found_by_position)
{
    const struct agreement *found = NULL;
    struct error err = {0};

    CHECK_INT(version_at(line(0), true, 0, 0), 1);
    CHECK_INT(version_at(line(0), false, 0, 0), 1);
    CHECK_INT(version_at(line(0), true, VERSION_APPENDING, line(0)->in.size),
              line(0)->agreement.version);
    for (int64_t version = 1; version <= line(0)->agreement.version; version++) {
        CHECK_OK(version_agreement(&pair.nodes[0].journal, line(0), version, &found, &err), err);
        CHECK_INT(found->version, version);
    }
    CHECK(!version_agreement(&pair.nodes[0].journal, line(0), 99, &found, &err));
}

/* --- who may sign what --- */

CHECK_TEST(while_both_propose_neither_signs_and_a_withdrawal_frees)
{
    struct buffer own CLEANUP(buffer_free) = buffer_make(16);
    struct error err = {0};
    int64_t version = line(0)->agreement.version;

    CHECK_OK(amend_propose(&pair.nodes[0], amend_nothing, &own, &err), err);
    CHECK_OK(amend_propose(&pair.nodes[1], amend_shorter, &proposed, &err), err);
    pair_settle(&pair);
    CHECK(!amend_accept(&pair.nodes[0], buffer_span(&proposed), &err));
    CHECK_ERROR(err, ERROR_RULE, "own proposal");
    error_clear(&err);
    CHECK(!amend_accept(&pair.nodes[1], buffer_span(&own), &err));
    CHECK_ERROR(err, ERROR_RULE, "own proposal");
    /* ro takes its own back; al's node answers, and then ro may sign al's. */
    CHECK_OK(act(0, "agreement-withdraw", "{}", &err), err);
    error_clear(&err);
    CHECK(!amend_accept(&pair.nodes[0], buffer_span(&proposed), &err));
    pair_settle(&pair);
    error_clear(&err);
    CHECK_OK(amend_accept(&pair.nodes[0], buffer_span(&proposed), &err), err);
    pair_settle(&pair);
    CHECK_INT(line(0)->agreement.version, version + 1);
    CHECK_INT(line(1)->agreement.version, version + 1);
    CHECK_EQUAL_VERSIONS();
}

CHECK_TEST(a_signature_that_crosses_a_withdrawal_counts)
{
    struct error err = {0};
    int64_t version = line(0)->agreement.version;

    CHECK(propose(0, amend_nothing));
    pair_settle(&pair);
    pair.is_cut = true;
    CHECK(accept(1));
    CHECK_OK(act(0, "agreement-withdraw", "{}", &err), err);
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK_INT(line(0)->agreement.version, version + 1);
    CHECK_INT(line(1)->agreement.version, version + 1);
    CHECK_EQUAL_VERSIONS();
    both_are_rebuilt();
}

CHECK_TEST(a_refused_proposal_cannot_be_signed)
{
    struct error err = {0};
    int64_t version = line(0)->agreement.version;

    CHECK(propose(0, amend_nothing));
    pair_settle(&pair);
    CHECK_OK(act(1, "agreement-refuse", "{\"ground\":\"law\"}", &err), err);
    error_clear(&err);
    CHECK(!amend_accept(&pair.nodes[1], buffer_span(&proposed), &err));
    pair_settle(&pair);
    CHECK_INT(line(0)->agreement.version, version);
    CHECK(!act(0, "agreement-withdraw", "{}", &err));
    CHECK_ERROR(err, ERROR_MISSING, "no proposal of ours");
}

static void two_years_ahead(struct agreement *agreement)
{
    agreement->version++;
}

static void other_key(struct agreement *agreement)
{
    static struct agreement_party parties[2];
    memcpy(parties, agreement->parties, sizeof parties);
    parties[1].log_key[0] ^= 1;
    agreement->parties = parties;
}

CHECK_TEST(what_cannot_follow_is_not_proposed)
{
    struct buffer once CLEANUP(buffer_free) = buffer_make(16);
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct error err = {0};

    CHECK(!amend_propose(&pair.nodes[0], two_years_ahead, &once, &err));
    CHECK_ERROR(err, ERROR_RULE, "the next is");
    error_clear(&err);
    CHECK(!amend_propose(&pair.nodes[0], other_key, &once, &err));
    CHECK_ERROR(err, ERROR_RULE, "log_key");
    /* Signed by the other institution alone. */
    error_clear(&err);
    CHECK_OK(amend_sign(&pair.nodes[0], 1, amend_nothing, &once, &err), err);
    CHECK(amend_arguments(buffer_span(&once), &arguments));
    CHECK(!act(0, "agreement-propose", (const char *)arguments.data, &err));
    CHECK(err.kind == ERROR_RULE || err.kind == ERROR_INPUT);
}

static void protocol_2(struct agreement *agreement)
{
    static struct agreement_party parties[2];
    memcpy(parties, agreement->parties, sizeof parties);
    parties[0].minimum_protocol = 2;
    agreement->parties = parties;
}

/* Each node looks at itself: the one that proposes, and the one that signs second. */
CHECK_TEST(a_version_that_a_node_cannot_speak_is_neither_proposed_nor_signed_by_it)
{
    struct buffer once CLEANUP(buffer_free) = buffer_make(16);
    struct error err = {0};
    int64_t version = line(0)->agreement.version;

    CHECK(!amend_propose(&pair.nodes[0], protocol_2, &once, &err));
    CHECK_ERROR(err, ERROR_RULE, "demands at least protocol 2");
    pair.protocols[0][0] = 1;
    pair.protocols[0][1] = 2;
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[0]));
    pair_settle(&pair);
    error_clear(&err);
    CHECK_OK(amend_propose(&pair.nodes[0], protocol_2, &once, &err), err);
    pair_settle(&pair);
    CHECK(!amend_accept(&pair.nodes[1], buffer_span(&once), &err));
    CHECK_ERROR(err, ERROR_RULE, "demands at least protocol 2");
    CHECK(act(1, "agreement-refuse", "{}", &err));
    pair_settle(&pair);
    CHECK_INT(line(1)->agreement.version, version);
    pair.protocols[0][0] = pair.protocols[0][1] = 0;
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[0]));
    pair_settle(&pair);
}

/* --- a hostile partner --- */

#define CHECK_REFUSED(entry, wanted)                                                               \
    do {                                                                                           \
        struct arena verdict_arena CLEANUP(arena_free) = arena_make(4u << 20);                     \
        struct sequence_row verdict;                                                               \
        uint64_t index = 0;                                                                        \
        struct error verdict_err = {0};                                                            \
        CHECK_OK(hostile_append(&pair.nodes[0], entry, &index, &verdict_err), verdict_err);        \
        pair_settle(&pair);                                                                        \
        CHECK_OR_RETURN(hostile_verdict(&pair.nodes[1], index, &verdict_arena, &verdict));         \
        CHECK_INT(verdict.outcome, OUTCOME_REFUSED);                                               \
        CHECK_SPAN(verdict.ground, wanted);                                                        \
    } while (0)

CHECK_TEST(another_version_in_the_head_is_refused)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    char reference[24];
    struct request request = sample_request_numbered(900, reference);
    request.authority = span_text("Centrul de Cooperare (test)");
    CHECK(request_write(&request, &body));
    struct hostile_entry entry = {.filled = hostile_head(&pair.nodes[0], MESSAGE_REQUEST),
                                  .body = buffer_span(&body)};
    entry.filled.agreement_version--;
    CHECK_REFUSED(&entry, "version");
    entry.filled = hostile_head(&pair.nodes[0], MESSAGE_REQUEST);
    entry.filled.agreement_version++;
    CHECK_REFUSED(&entry, "version");
}

/* A signature by the proposer itself, over a document that nobody else signed. */
CHECK_TEST(one_party_cannot_sign_for_both)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    int64_t version = line(1)->agreement.version;
    struct error err = {0};

    CHECK_OK(amend_propose(&pair.nodes[1], amend_nothing, &proposed, &err), err);
    pair_settle(&pair);
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct governance_row open;
    struct entry_row entry_row;
    static const struct proposal_kinds kinds = {
        MESSAGE_AGREEMENT_PROPOSAL, MESSAGE_AGREEMENT_SIGNATURE, MESSAGE_AGREEMENT_REFUSAL};
    CHECK_OK(governance_open_proposal(pair.nodes[1].db, &arena, span_text("ro-al"), true, &kinds,
                                      &open, &err),
             err);
    CHECK_OK(entry_find(pair.nodes[1].db, &arena, open.entry, &entry_row, &err), err);
    struct agreement_signature signature = {.version = version + 1,
                                            .co_signed = buffer_span(&proposed)};
    struct hostile_entry entry = {.filled =
                                      hostile_head(&pair.nodes[0], MESSAGE_AGREEMENT_SIGNATURE)};
    entry.filled.has_in_reply_to = true;
    entry.filled.in_reply_to.origin = span_text(line(1)->out.origin);
    memcpy(entry.filled.in_reply_to.id, entry_row.message_id.data, UUID_SIZE);
    CHECK(agreement_signature_write(&signature, &body));
    entry.body = buffer_span(&body);
    CHECK_REFUSED(&entry, "malformed"); /* fingerprint of another document */
    CHECK_INT(line(1)->agreement.version, version);
    CHECK_OK(act(1, "agreement-withdraw", "{}", &err), err);
    pair_settle(&pair);
}

/* --- suspension --- */

CHECK_TEST(a_suspension_stops_both_sides_and_lifting_frees_them)
{
    char item[UUID_TEXT_SIZE];
    struct error err = {0};

    CHECK_OK(act(0, "agreement-suspend", "{\"suspension_reason\":\"security\"}", &err), err);
    CHECK(line(0)->is_suspended && line(0)->is_suspended_by_us);
    CHECK(!pair_request(&pair.nodes[0], number++, item, &err));
    CHECK_ERROR(err, ERROR_RULE, "clause 1.4");
    pair_settle(&pair);
    CHECK(line(1)->is_suspended && line(1)->is_suspended_by_partner);
    CHECK(!line(1)->is_suspended_by_us);
    error_clear(&err);
    CHECK(!pair_request(&pair.nodes[1], number++, item, &err));
    CHECK_ERROR(err, ERROR_RULE, "clause 1.4");
    /* It outlives a restart on both sides, and the partner cannot lift it. */
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[1]) && pair_reopen(&pair.nodes[0]));
    CHECK(line(0)->is_suspended && line(1)->is_suspended);
    CHECK_OK(act(1, "agreement-resume", "{}", &err), err);
    CHECK(line(1)->is_suspended);
    pair_settle(&pair);
    CHECK(line(0)->is_suspended);
    CHECK_OK(act(0, "agreement-resume", "{}", &err), err);
    pair_settle(&pair);
    CHECK(!line(0)->is_suspended && !line(1)->is_suspended);
    CHECK(request_from(0) && request_from(1));
    pair_settle(&pair);
    both_are_rebuilt();
}

/* Of what the side wrote from this index on. */
static unsigned refused_from(size_t side, uint64_t from)
{
    unsigned refused = 0;

    for (uint64_t i = from; i < line(side)->out.size; i++) {
        struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
        struct sequence_row theirs;
        refused += !hostile_verdict(&pair.nodes[1 - side], i, &arena, &theirs) ||
                   theirs.outcome != OUTCOME_ACCEPTED;
    }
    return refused;
}

/* It was held back by the suspension, and no partner that handles log after log may see it before it sees that this is over. */
CHECK_TEST(what_waited_for_the_end_of_a_suspension_stands_behind_it)
{
    uint64_t before = line(0)->out.size;
    struct error err = {0};

    for (unsigned is_restarted = 0; is_restarted < 2; is_restarted++) {
        line(0)->is_reachable = false;
        CHECK(request_from(0));
        CHECK_OK(act(0, "agreement-suspend", "{}", &err), err);
        line(0)->is_reachable = true;
        pair_settle(&pair);
        CHECK(line(1)->is_suspended_by_partner);
        line(0)->is_reachable = false;
        CHECK_OK(act(0, "agreement-resume", "{}", &err), err);
        CHECK_OR_RETURN(is_restarted == 0 || pair_reopen(&pair.nodes[0]));
        line(0)->is_reachable = true;
        pair_settle(&pair);
        CHECK(!line(1)->is_suspended);
        CHECK_INT(line(0)->out.size, before + 3 * (is_restarted + 1));
        CHECK_INT(refused_from(0, before), 0);
    }
    CHECK(request_from(0) && request_from(1));
    pair_settle(&pair);
    CHECK_INT(refused_from(0, before), 0);
    both_are_rebuilt();
}

CHECK_TEST(an_amendment_passes_a_suspension)
{
    struct error err = {0};
    int64_t version = line(0)->agreement.version;

    CHECK_OK(act(1, "agreement-suspend", "{}", &err), err);
    CHECK(propose(0, amend_nothing));
    pair_settle(&pair);
    CHECK(accept(1));
    pair_settle(&pair);
    CHECK_INT(line(0)->agreement.version, version + 1);
    CHECK(line(0)->is_suspended && line(1)->is_suspended);
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[1]));
    CHECK(line(1)->is_suspended_by_us); /* not forgotten with the new version */
    CHECK_OK(act(1, "agreement-resume", "{}", &err), err);
    pair_settle(&pair);
    CHECK(request_from(0));
    pair_settle(&pair);
}

/* --- termination, last --- */

static void day_of_notice(struct agreement *agreement)
{
    agreement->has_termination = true;
    agreement->termination.notice_days = 3;
    agreement->termination.erase_days = 30;
}

CHECK_TEST(a_termination_needs_its_notice_and_then_stops_what_is_new)
{
    char item[UUID_TEXT_SIZE];
    struct error err = {0};

    CHECK(propose(0, day_of_notice));
    pair_settle(&pair);
    CHECK(accept(1));
    pair_settle(&pair);
    CHECK(!act(0, "agreement-terminate", "{\"ends\":\"2026-01-15\"}", &err));
    CHECK_ERROR(err, ERROR_RULE, "clause 1.5");
    CHECK_OK(act(0, "agreement-terminate", "{\"ends\":\"2026-02-01\"}", &err), err);
    pair_settle(&pair);
    CHECK(request_from(0) && request_from(1));
    pair_settle(&pair);
    pair_wait(25 * SAMPLE_DAY_MS);
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[1]));
    pair_settle(&pair);
    CHECK(!pair_request(&pair.nodes[0], number++, item, &err));
    CHECK_ERROR(err, ERROR_RULE, "clause 1.5");
    error_clear(&err);
    CHECK(!pair_request(&pair.nodes[1], number++, item, &err));
    CHECK_ERROR(err, ERROR_RULE, "clause 1.5");
    both_are_rebuilt();
}

/* In custody behind a signature that is not handled: an answer would name what its `seen` does not reach. */
CHECK_TEST(what_stands_behind_a_signature_waits_for_it)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];
    char arguments[200];

    CHECK_OR_RETURN(propose(0, amend_nothing));
    pair_settle(&pair);
    line(0)->is_stuck = true;
    line(0)->stuck_until_ms = INT64_MAX;
    CHECK_OR_RETURN(accept(1));
    CHECK_OK(pair_request(&pair.nodes[1], 901, item, &err), err);
    pair_settle(&pair);
    CHECK(line(0)->handled < line(0)->in.size);
    snprintf(arguments, sizeof arguments,
             "{\"item\":\"%s\",\"grounds\":[\"a\"],\"reason_text\":\"not available\"}", item);
    CHECK(!act(0, "refuse-send", arguments, &err));
    CHECK_ERROR(err, ERROR_BUSY, "try again");
    line(0)->is_stuck = false;
    pair_settle(&pair);
    CHECK(act(0, "refuse-send", arguments, &err));
    pair_settle(&pair);
    unsigned refused = 0;
    CHECK_INT(versions_differ(0, &refused), 0);
    CHECK_INT(refused, 0);
}

int main(void)
{
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(a_version_comes_into_force_with_its_second_signature);
    CHECK_RUN(what_waits_under_the_old_version_goes_back_to_its_officer);
    CHECK_RUN(traffic_that_crosses_the_signature_is_judged_by_its_seen);
    CHECK_RUN(a_node_that_opens_again_knows_all_versions);
    CHECK_RUN(an_older_version_is_found_by_position);
    CHECK_RUN(while_both_propose_neither_signs_and_a_withdrawal_frees);
    CHECK_RUN(a_signature_that_crosses_a_withdrawal_counts);
    CHECK_RUN(a_refused_proposal_cannot_be_signed);
    CHECK_RUN(what_cannot_follow_is_not_proposed);
    CHECK_RUN(a_version_that_a_node_cannot_speak_is_neither_proposed_nor_signed_by_it);
    CHECK_RUN(another_version_in_the_head_is_refused);
    CHECK_RUN(one_party_cannot_sign_for_both);
    CHECK_RUN(a_suspension_stops_both_sides_and_lifting_frees_them);
    CHECK_RUN(what_waited_for_the_end_of_a_suspension_stands_behind_it);
    CHECK_RUN(an_amendment_passes_a_suspension);
    CHECK_RUN(a_termination_needs_its_notice_and_then_stops_what_is_new);
    buffer_free(&proposed);
    pair_free(&pair);
    if (!pair_make(&pair))
        return 1;
    CHECK_RUN(what_stands_behind_a_signature_waits_for_it);
    pair_free(&pair);
    return check_end();
}

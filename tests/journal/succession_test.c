/*
 * Succession on two real nodes: a log ends, the next begins, business goes on, and nothing of what was agreed about order,
 * receipts and deadlines changes.
 * covers: succession chain
 */
#include "check.h"
#include "exchange/private.h"
#include "journal/support/pair.h"

#include "base/text.h"
#include "message/support/samples.h"
#include "store/local_rows.h"
#include "store/schema.h"
#include "tlog/cosignature.h"

#include <inttypes.h>
#include <stdlib.h>

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

static bool beat_run(struct journal *journal, void *context, struct error *err)
{
    (void)context;
    return journal_beat(journal, err);
}

struct witnessing {
    struct buffer request;
    struct witness_answer answer;
};

static bool ask_run(struct journal *journal, void *context, struct error *err)
{
    struct witnessing *asked = context;
    buffer_clear(&asked->request);
    return journal_witness_request(journal, &journal->lines[0], &asked->request, err);
}

static bool add_run(struct journal *journal, void *context, struct error *err)
{
    struct witnessing *asked = context;
    return journal_add_checkpoint(journal, &journal->lines[0], buffer_span(&asked->request),
                                  &asked->answer, err);
}

static enum witness_verdict asked_of_partner(struct witnessing *asked)
{
    struct error err = {0};

    bool is_done = pair_work(&pair.nodes[1], add_run, asked, &err);
    if (!is_done)
        printf("witness: %s\n", err.text);
    return is_done ? asked->answer.verdict : WITNESS_MALFORMED;
}

/* The partner hears of log 1 without ever having seen log 0, as one that joins after a closing does. */
CHECK_TEST(a_partner_that_joins_late_witnesses_the_domestic_log_that_it_finds)
{
    struct error err = {0};
    struct witnessing first = {.request = buffer_make(1 << 20)};
    struct witnessing later = {.request = buffer_make(1 << 20)};
    struct journal *journal;
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(pair_make(&pair));
    journal = &pair.nodes[0].journal;
    pair.is_cut = true;
    journal->lines[0].has_met = true;
    CHECK_OK(pair_work(&pair.nodes[0], beat_run, NULL, &err), err);
    journal_pump(journal);
    CHECK_OR_RETURN(journal->domestic.has_signature);
    CHECK_OK(pair_work(&pair.nodes[0], ask_run, &first, &err), err);
    journal->lines[0].witnessed = journal->domestic.signed_size; /* by whoever was there then */
    CHECK_OK(succeed(0, "ro/domestic/0", SUCCESSION_YEARLY_CLOSING, NULL, &err), err);
    CHECK_OK(pair_work(&pair.nodes[0], beat_run, NULL, &err), err);
    for (int i = 0; i < 5; i++)
        journal_pump(journal);
    CHECK_OR_RETURN(journal->domestic.has_signature);
    CHECK(strcmp(journal->domestic.origin, "ro/domestic/1") == 0);
    CHECK_OK(pair_work(&pair.nodes[0], ask_run, &later, &err), err);
    CHECK_INT(asked_of_partner(&later), WITNESS_COSIGNED);
    CHECK_INT(asked_of_partner(&first), WITNESS_UNKNOWN); /* not the older one beside it */
    pair.is_cut = false;
    CHECK_OK(pair_request(&pair.nodes[0], 1, item, &err), err);
    pair_settle(&pair);
    CHECK_INT(journal->lines[0].witnessed, journal->domestic.signed_size);
    CHECK_OK(succeed(0, "ro/domestic/1", SUCCESSION_YEARLY_CLOSING, NULL, &err), err);
    pair_settle(&pair);
    CHECK_INT(journal->lines[0].witnessed, journal->domestic.signed_size);
    CHECK(journal->lines[0].witnessed > 0);
    both_are_whole();
    buffer_free(&first.request);
    buffer_free(&later.request);
    pair_free(&pair);
}

/* After a restore both are read-only, and whoever mends them may begin with either. */
CHECK_TEST(a_domestic_log_ends_while_the_log_to_a_partner_is_read_only)
{
    struct error err = {0};
    struct preparing stopping = {.origin = span_text("ro/ro-al/to/al/0"),
                                 .reason = SUCCESSION_RESTORED};
    struct journal *journal;
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(pair_make(&pair));
    journal = &pair.nodes[0].journal;
    CHECK_OK(pair_request(&pair.nodes[0], 1, item, &err), err);
    pair_settle(&pair);
    CHECK_OK(pair_work(&pair.nodes[0], prepare_run, &stopping, &err), err);
    CHECK(journal->lines[0].out.read_only[0] != '\0');
    CHECK(!pair_request(&pair.nodes[0], 2, item, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "read-only");
    CHECK_OK(succeed(0, "ro/domestic/0", SUCCESSION_RESTORED, NULL, &err), err);
    CHECK(strcmp(journal->domestic.origin, "ro/domestic/1") == 0);
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[0])); /* it waits on the disk */
    pair_settle(&pair);
    CHECK_INT(journal->lines[0].witnessed, 0); /* the partner does not know yet */
    CHECK_OK(succeed(0, "ro/ro-al/to/al/0", SUCCESSION_RESTORED, NULL, &err), err);
    pair_settle(&pair);
    CHECK_OK(pair_request(&pair.nodes[0], 3, item, &err), err);
    pair_settle(&pair);
    pair_run(&pair, 200000); /* some beats */
    CHECK(journal->lines[0].witnessed > 0);
    CHECK_INT(journal->lines[0].witnessed, journal->domestic.signed_size);
    both_are_whole();
    pair_free(&pair);
}

static bool keeper_is_gone(void *context, struct span request, struct buffer *reply,
                           struct error *err)
{
    (void)context;
    (void)request;
    (void)reply;
    return error_set(err, ERROR_LINK, "the keeper is gone");
}

CHECK_TEST(a_crash_between_books_and_keeper_is_made_good_at_the_next_start)
{
    struct error err = {0};
    struct preparing preparing = {.origin = span_text("ro/ro-al/to/al/0"),
                                  .reason = SUCCESSION_YEARLY_CLOSING};
    struct buffer cms CLEANUP(buffer_free) = buffer_make(SUCCESSION_CMS_MAX);
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(pair_make(&pair));
    pair_settle(&pair);
    CHECK_OK(pair_request(&pair.nodes[0], 1, item, &err), err);
    pair_settle(&pair);
    CHECK_OK(pair_work(&pair.nodes[0], prepare_run, &preparing, &err), err);
    CHECK_OK(pair_sign_succession(&pair, 0, 2, &preparing.document, &cms, &err), err);
    struct span bytes = buffer_span(&cms);
    /* The books commit; the keeper hears nothing of it, and the node dies. */
    pair.nodes[0].journal.keeper.call = keeper_is_gone;
    CHECK_OK(pair_work(&pair.nodes[0], succeed_run, &bytes, &err), err);
    struct keeper_client client = keeper_client_direct(pair.nodes[0].keeper);
    struct keeper_state state;
    CHECK(!keeper_state(&client, KEEPER_LOG, span_text("ro/ro-al/to/al/1"), &state, &err));
    CHECK_INT(err.kind, ERROR_MISSING);
    error_clear(&err);
    CHECK(pair_reopen(&pair.nodes[0]));
    CHECK_OK(pair_request(&pair.nodes[0], 2, item, &err), err);
    both_are_whole();
    CHECK(strcmp(pair.nodes[1].journal.lines[0].in.origin, "ro/ro-al/to/al/1") == 0);
    CHECK(answered(1, item));
    both_are_whole();
    pair_free(&pair);
}

CHECK_TEST(what_stands_in_a_closed_log_is_erased_and_told_in_the_open_one)
{
    struct error err = {0};
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    char item[UUID_TEXT_SIZE];
    char arguments[200];

    CHECK_OR_RETURN(pair_make(&pair));
    pair_settle(&pair);
    CHECK_OK(pair_request(&pair.nodes[0], 1, item, &err), err);
    pair_settle(&pair);
    CHECK_OK(succeed(0, "ro/ro-al/to/al/0", SUCCESSION_YEARLY_CLOSING, NULL, &err), err);
    CHECK_OK(succeed(1, "al/ro-al/to/ro/0", SUCCESSION_YEARLY_CLOSING, NULL, &err), err);
    pair_settle(&pair);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\",\"erase_reason\":\"retention\"}", item);
    /* The partner first, then the writer: each says so in its own open log. */
    for (size_t side = 2; side-- > 0;) {
        uint64_t before = pair.nodes[side].journal.lines[0].out.size;
        CHECK_OK(pair_act(&pair.nodes[side], "item-erase", arguments, span_text(""), &out, &err),
                 err);
        pair_settle(&pair);
        CHECK(pair.nodes[side].journal.lines[0].out.size > before);
    }
    both_are_whole();
    CHECK(shown(0, item, "erased"));
    pair_free(&pair);
}

/* --- keys --- */

static struct succession_keys newest_keys(const struct pair_node *node)
{
    const struct keeper_keys *newest = &node->journal.sets.keys[node->journal.sets.count - 1];
    struct succession_keys keys = {.number = 0}; /* counted by the act */

    memcpy(keys.log, newest->log, sizeof keys.log);
    memcpy(keys.custody, newest->custody, sizeof keys.custody);
    memcpy(keys.witness, newest->witness, sizeof keys.witness);
    memcpy(keys.sealing, newest->sealing, sizeof keys.sealing);
    return keys;
}

/* As `besa keeper renew` on a stopped node. */
static bool renew(struct pair_node *node, struct error *err)
{
    char directory[600];
    struct keeper_options options = {.env = env_real(),
                                     .directory = directory,
                                     .passphrase = span_text("test"),
                                     .cost = SECRET_COST_FAST};

    snprintf(directory, sizeof directory, "%s/keeper", node->home);
    pair_close_node(node);
    return keeper_renew(&options, err) && pair_reopen(node);
}

/* A segment of an attachment, sealed by one side and opened by the other. */
static void segment_passes(size_t from)
{
    static uint8_t opened[SEGMENT_SIZE];
    struct buffer sealed CLEANUP(buffer_free) = buffer_make(RANGE_SIZE_MAX);
    struct journal *sender = &pair.nodes[from].journal;
    struct journal *receiver = &pair.nodes[1 - from].journal;
    struct range_question question = {.index = 7, .part = 1};
    struct error err = {0};
    size_t size = 0;

    CHECK_OK(range_seal(sender, &sender->lines[0], "x", &question, span_text("a segment"), &sealed,
                        &err),
             err);
    CHECK_OK(range_open(receiver, &receiver->lines[0], "x", &question, buffer_span(&sealed), opened,
                        &size, &err),
             err);
    CHECK_SPAN(span_make(opened, size), "a segment");
}

static void business_both_ways(unsigned number)
{
    struct error err = {0};
    char items[2][UUID_TEXT_SIZE];

    for (unsigned side = 0; side < 2; side++)
        CHECK_OK(pair_request(&pair.nodes[side], 2 * number + side, items[side], &err), err);
    pair_settle(&pair);
    for (unsigned side = 0; side < 2; side++)
        CHECK(answered(1 - side, items[side]));
    pair_settle(&pair);
    for (unsigned side = 0; side < 2; side++)
        CHECK(shown(side, items[side], "refused"));
    both_are_whole();
    segment_passes(0);
    segment_passes(1);
}

CHECK_TEST(all_four_keys_change_while_business_goes_on)
{
    struct error err = {0};
    char waiting[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(pair_make(&pair));
    pair_settle(&pair);
    business_both_ways(1);
    CHECK_OK(renew(&pair.nodes[0], &err), err);
    business_both_ways(2); /* two sets are there, the older one signs */
    struct succession_keys keys = newest_keys(&pair.nodes[0]);
    CHECK_OK(pair_request(&pair.nodes[1], 90, waiting, &err), err);
    CHECK_OK(succeed(0, "ro/ro-al/to/al/0", SUCCESSION_KEY_CHANGE, &keys, &err), err);
    business_both_ways(3);
    CHECK_OK(succeed(0, "ro/domestic/0", SUCCESSION_KEY_CHANGE, &keys, &err), err);
    business_both_ways(4);
    struct journal_line *line = &pair.nodes[0].journal.lines[0];
    struct journal_line *other = &pair.nodes[1].journal.lines[0];
    CHECK_INT(line->own_keys.number, 1);
    CHECK(memcmp(other->partner_keys.sealing, keys.sealing, sizeof keys.sealing) == 0);
    CHECK(strcmp(other->custody_key.name, "ro/custody/1") == 0);
    /* Receipts of both keys are read after a restart, and each by its own. */
    for (size_t i = 0; i < 2; i++)
        CHECK(pair_reopen(&pair.nodes[i]));
    business_both_ways(5);
    CHECK_INT(pair.nodes[1].journal.lines[0].partner_keys.number, 1);
    CHECK_INT(line->witnessed, pair.nodes[0].journal.domestic.signed_size);
    CHECK(strcmp(pair.nodes[0].journal.domestic.origin, "ro/domestic/1") == 0);
    /* And the next change: the oldest set of keys is destroyed, nothing of the books needs it. */
    CHECK_OK(renew(&pair.nodes[0], &err), err);
    keys = newest_keys(&pair.nodes[0]);
    CHECK_OK(succeed(0, "ro/ro-al/to/al/1", SUCCESSION_KEY_CHANGE, &keys, &err), err);
    CHECK_OK(succeed(0, "ro/domestic/1", SUCCESSION_KEY_CHANGE, &keys, &err), err);
    business_both_ways(6);
    CHECK_INT(pair.nodes[1].journal.lines[0].partner_keys.number, 2);
    pair_free(&pair);
}

static bool home_copy(const char *from, const char *to)
{
    char text[2048];

    snprintf(text, sizeof text, "rm -rf %s && cp -a %s %s", to, from, to);
    return system(text) == 0;
}

static bool mark_run(struct journal *journal, void *context, struct error *err)
{
    (void)context;
    return setting_put(journal->db, JOURNAL_RESTORED_SETTING, span_text("1 1"), err);
}

/* The books of before a change of keys cannot read the new signature; that their log has a successor they must heed. */
static void old_books_meet_the_partner(bool is_marked)
{
    struct pair_node *node = &pair.nodes[0];
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct error err = {0};
    char old[600], item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(pair_make(&pair));
    pair_settle(&pair);
    business_both_ways(1);
    snprintf(old, sizeof old, "%s.old", node->home);
    pair_close_node(node);
    CHECK_OR_RETURN(home_copy(node->home, old) && pair_reopen(node));
    CHECK_OK(renew(node, &err), err);
    struct succession_keys keys = newest_keys(node);
    CHECK_OK(succeed(0, "ro/ro-al/to/al/0", SUCCESSION_KEY_CHANGE, &keys, &err), err);
    CHECK_OK(succeed(0, "ro/domestic/0", SUCCESSION_KEY_CHANGE, &keys, &err), err);
    business_both_ways(2);
    pair_close_node(node);
    CHECK_OR_RETURN(home_copy(old, node->home) && pair_reopen(node));
    if (is_marked) { /* as `besa restore` does */
        CHECK_OK(pair_work(node, mark_run, NULL, &err), err);
        CHECK_OR_RETURN(pair_reopen(node));
    }
    struct journal_line *line = &node->journal.lines[0];
    uint64_t signed_size = line->out.signed_size;
    pair_request(node, 7, item, &err); /* refused, or waits: it is not signed */
    pair_settle(&pair);
    CHECK(strstr(line->out.read_only, "names our later log ro/ro-al/to/al/1") != NULL);
    CHECK_INT(line->out.signed_size, signed_size);
    CHECK_INT(line->is_unproved, is_marked);
    if (is_marked) /* what was erased since is here again */
        CHECK(!pair_act(node, "inbox-list", "{}", span_text(""), &out, &err));
    pair_free(&pair);
}

CHECK_TEST(a_backup_from_before_a_change_of_keys_is_found_at_contact)
{
    old_books_meet_the_partner(true);
}

CHECK_TEST(a_copied_back_machine_from_before_a_change_of_keys_signs_nothing)
{
    old_books_meet_the_partner(false);
}

/* What a thief can do who copied the keeper: sign one more custody of the partner's log, in the past or now. */
static bool thief_receipt(struct keeper *stolen, int64_t time_s, struct buffer *answer,
                          uint64_t *size, struct error *err)
{
    struct keeper_client client = keeper_client_direct(stolen);
    struct keeper_state state = {.size = 0};
    struct keeper_keys keys = {.log = {0}};
    struct tlog_hash leaf = {{1, 2, 3}};
    struct note_key key;
    char root[BASE64_SIZE(TLOG_HASH_SIZE) + 1];

    if (!keeper_state(&client, KEEPER_CUSTODY, span_text("al/ro-al/to/ro/0"), &state, err) ||
        !keeper_public_keys(&client, &keys, err))
        return false;
    struct keeper_step step = {.kind = KEEPER_CUSTODY,
                               .origin = span_text("al/ro-al/to/ro/0"),
                               .size_before = state.size,
                               .leaves = &leaf,
                               .count = 1,
                               .is_signed = true,
                               .time_s = time_s > state.time_s ? time_s : state.time_s};
    if (!keeper_advance(&client, &step, 1, err))
        return false;
    *size = step.size;
    base64_write(span_make(step.root.bytes, TLOG_HASH_SIZE), root);
    return note_key_make(span_text("ro/custody/0"), NOTE_COSIGNATURE, keys.custody, &key) &&
           buffer_format(answer, "%" PRIu64 " %s ", step.size, root) &&
           cosignature_line_write(&key, step.time_s, step.signature, answer);
}

struct receipting {
    struct span answer;
};

static bool receipt_run(struct journal *journal, void *context, struct error *err)
{
    struct receipting *receipting = context;
    int64_t now_ms = journal->env->now_ms(journal->env->context);
    return journal_receipt(journal, &journal->lines[0], receipting->answer, now_ms, now_ms, err);
}

CHECK_TEST(a_stolen_key_makes_nothing_that_counts_once_its_log_ended)
{
    struct error err = {0};
    struct buffer answer CLEANUP(buffer_free) = buffer_make(4096);
    struct keeper *stolen = NULL;
    char command[1400], directory[600];
    uint64_t size = 0;

    CHECK_OR_RETURN(pair_make(&pair));
    pair_settle(&pair);
    business_both_ways(1);
    /* The thief's copy. */
    snprintf(command, sizeof command, "cp -r '%s/keeper' '%s/stolen'", pair.nodes[0].home,
             pair.home);
    CHECK_OR_RETURN(system(command) == 0);
    snprintf(directory, sizeof directory, "%s/stolen", pair.home);
    struct keeper_options options = {.env = env_real(),
                                     .directory = directory,
                                     .passphrase = span_text("test"),
                                     .cost = SECRET_COST_FAST};
    CHECK_OK(keeper_open(&options, &stolen, &err), err);

    CHECK_OK(renew(&pair.nodes[0], &err), err);
    struct succession_keys keys = newest_keys(&pair.nodes[0]);
    struct preparing preparing = {
        .origin = span_text("ro/ro-al/to/al/0"), .reason = SUCCESSION_KEY_THEFT, .keys = &keys};
    struct buffer cms CLEANUP(buffer_free) = buffer_make(SUCCESSION_CMS_MAX);
    CHECK_OK(pair_work(&pair.nodes[0], prepare_run, &preparing, &err), err);
    CHECK_OK(pair_sign_succession(&pair, 0, 1, &preparing.document, &cms, &err), err);
    struct span bytes = buffer_span(&cms);
    CHECK_OK(pair_work(&pair.nodes[1], allow_run, &bytes, &err), err);
    /* From this moment on the partner takes nothing more in the old log. */
    CHECK(strstr(pair.nodes[1].journal.lines[0].in.read_only, "key_theft") != NULL);
    CHECK_OK(pair_sign_succession(&pair, 0, 2, &preparing.document, &cms, &err), err);
    CHECK_OK(succeed_now(&pair.nodes[0], buffer_span(&cms), &err), err);
    CHECK_OK(succeed(0, "ro/domestic/0", SUCCESSION_KEY_THEFT, &keys, &err), err);
    pair_settle(&pair);
    business_both_ways(2);

    /* A receipt of the stolen custody key, beyond where it counts. */
    CHECK_OK(thief_receipt(stolen, SAMPLE_RECORDED_MS / 1000, &answer, &size, &err), err);
    struct receipting receipting = {.answer = buffer_span(&answer)};
    struct journal_line *line = &pair.nodes[1].journal.lines[0];
    CHECK(size > line->in_past.past[0].custody_to);
    line->cosigned = size - 1; /* as if its receipt were awaited just now */
    CHECK(!pair_work(&pair.nodes[1], receipt_run, &receipting, &err));
    CHECK_ERROR(err, ERROR_LINK, "not signed by its custody key");
    line->cosigned = line->out.size;

    /* The true keeper signs neither the old log nor with the old set. */
    struct keeper_client client = keeper_client_direct(pair.nodes[0].keeper);
    struct keeper_step step = {
        .kind = KEEPER_LOG, .origin = span_text("ro/ro-al/to/al/0"), .is_signed = true};
    struct keeper_state state;
    CHECK_OK(keeper_state(&client, KEEPER_LOG, step.origin, &state, &err), err);
    step.size_before = state.size;
    CHECK(!keeper_advance(&client, &step, 1, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "has ended");
    keeper_close(&stolen);
    pair_free(&pair);
}

/* --- what must be refused --- */

CHECK_TEST(a_succession_without_both_institutions_or_for_another_end_is_refused)
{
    struct error err = {0};
    struct buffer cms CLEANUP(buffer_free) = buffer_make(SUCCESSION_CMS_MAX);
    struct preparing preparing = {.origin = span_text("ro/ro-al/to/al/0"),
                                  .reason = SUCCESSION_YEARLY_CLOSING};
    struct span bytes;

    CHECK_OR_RETURN(pair_make(&pair));
    pair_settle(&pair);
    business_both_ways(1);
    CHECK_OK(pair_work(&pair.nodes[0], prepare_run, &preparing, &err), err);
    struct succession_document document = preparing.document;
    /* One signature only. */
    CHECK_OK(pair_sign_succession(&pair, 0, 1, &document, &cms, &err), err);
    CHECK(!succeed_now(&pair.nodes[0], buffer_span(&cms), &err));
    /* The partner's, for our log. */
    CHECK_OK(pair_sign_succession(&pair, 1, 1, &document, &cms, &err), err);
    bytes = buffer_span(&cms);
    CHECK(!pair_work(&pair.nodes[1], allow_run, &bytes, &err));
    /* Another root; a size that was never reached; keys that the keeper does not hold. */
    document.root[0] ^= 1;
    CHECK_OK(pair_sign_succession(&pair, 0, 1, &document, &cms, &err), err);
    bytes = buffer_span(&cms);
    CHECK(!pair_work(&pair.nodes[1], allow_run, &bytes, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "another tree");
    CHECK_OK(pair_sign_succession(&pair, 0, 2, &document, &cms, &err), err);
    CHECK(!succeed_now(&pair.nodes[0], buffer_span(&cms), &err));
    document = preparing.document;
    document.size += 1000;
    CHECK_OK(pair_sign_succession(&pair, 0, 1, &document, &cms, &err), err);
    bytes = buffer_span(&cms);
    CHECK(!pair_work(&pair.nodes[1], allow_run, &bytes, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "resume first");
    document = preparing.document;
    document.keys.number = 1;
    document.keys.log[0] ^= 1;
    CHECK_OK(pair_sign_succession(&pair, 0, 2, &document, &cms, &err), err);
    CHECK(!succeed_now(&pair.nodes[0], buffer_span(&cms), &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "besa keeper renew");
    /* The same document twice. */
    CHECK_OK(pair_sign_succession(&pair, 0, 2, &preparing.document, &cms, &err), err);
    error_clear(&err);
    CHECK_OK(succeed_now(&pair.nodes[0], buffer_span(&cms), &err), err);
    pair_settle(&pair);
    CHECK(!succeed_now(&pair.nodes[0], buffer_span(&cms), &err));
    CHECK_ERROR(err, ERROR_MISSING, "has ended");
    business_both_ways(2);
    pair_free(&pair);
}

int main(void)
{
    CHECK_RUN(a_closed_outgoing_log_is_followed_and_business_goes_on);
    CHECK_RUN(both_directions_and_both_domestic_logs_close_year_after_year);
    CHECK_RUN(a_partner_that_joins_late_witnesses_the_domestic_log_that_it_finds);
    CHECK_RUN(a_domestic_log_ends_while_the_log_to_a_partner_is_read_only);
    CHECK_RUN(a_crash_between_books_and_keeper_is_made_good_at_the_next_start);
    CHECK_RUN(what_stands_in_a_closed_log_is_erased_and_told_in_the_open_one);
    CHECK_RUN(all_four_keys_change_while_business_goes_on);
    CHECK_RUN(a_backup_from_before_a_change_of_keys_is_found_at_contact);
    CHECK_RUN(a_copied_back_machine_from_before_a_change_of_keys_signs_nothing);
    CHECK_RUN(a_stolen_key_makes_nothing_that_counts_once_its_log_ended);
    CHECK_RUN(a_succession_without_both_institutions_or_for_another_end_is_refused);
    return check_end();
}

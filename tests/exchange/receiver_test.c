/*
 * The receiver: what a partner gets for each call, good and bad. `add-checkpoint` answers as c2sp.org/tlog-witness says.
 * covers: receiver range witness contact
 */
#include "check.h"
#include "base/text.h"
#include "exchange/private.h"
#include "journal/contact.h"
#include "journal/private.h"
#include "journal/support/hostile.h"
#include "tlog/checkpoint.h"
#include "tlog/cosignature.h"
#include "tlog/proof.h"
#include "tlog/witness.h"

static struct pair pair;

struct replied {
    unsigned status;
    char type[64];
    char body[4096];
    size_t size;
    int count;
};

static void reply(void *context, unsigned status, const char *type, struct span body)
{
    struct replied *answer = context;
    answer->status = status;
    snprintf(answer->type, sizeof answer->type, "%s", type);
    answer->size = body.size;
    snprintf(answer->body, sizeof answer->body, "%.*s", SPAN_ARG(body));
    answer->count++;
}

/* A call of `partner` to Albania's node. */
static struct replied call(const char *partner, const char *path, struct span body)
{
    struct replied answer = {.status = 0};

    exchange_receive(pair.nodes[1].exchange, span_text(partner), span_text(path), body, reply,
                     &answer);
    for (int i = 0; i < 20 && answer.count == 0; i++)
        journal_pump(&pair.nodes[1].journal);
    CHECK_INT(answer.count, 1);
    return answer;
}

CHECK_TEST(strangers_and_unknown_paths_get_nothing)
{
    CHECK_INT(call("gr", PATH_PROBE, span_text("{}")).status, 404);
    CHECK_INT(call("", PATH_PUSH, span_text("")).status, 404);
    CHECK_INT(call("ro", "/1/nothing", span_text("{}")).status, 404);
    CHECK_INT(call("ro", "/1/push/", span_text("{}")).status, 404);
    CHECK_INT(call("ro", "", span_text("")).status, 404);
    CHECK_INT(call("al", PATH_PROBE, span_text("{}")).status, 404); /* ourselves */
}

CHECK_TEST(a_body_beyond_its_limit_is_not_read)
{
    static uint8_t large[CONTACT_SIZE_MAX + 1];
    CHECK_INT(call("ro", PATH_PROBE, span_make(large, sizeof large)).status, 413);
    CHECK_INT(call("ro", PATH_RANGES, span_make(large, 1025)).status, 413);
    CHECK_INT(call("ro", PATH_ADD_CHECKPOINT, span_make(large, sizeof large)).status, 413);
}

CHECK_TEST(a_bad_probe_is_refused_with_what_is_wrong)
{
    struct replied answer = call("ro", PATH_PROBE, span_text("not json"));
    CHECK_INT(answer.status, 400);
    CHECK(strstr(answer.type, "application/json") != NULL);
    answer = call("ro", PATH_PROBE, span_text("{\"protocol\":1}"));
    CHECK_INT(answer.status, 400);
    answer = call("ro", PATH_PROBE,
                  span_text("{\"protocol\":2,\"software\":\"x\",\"agreement\":\"ro-al\","
                            "\"version\":1}"));
    CHECK_INT(answer.status, 409);
    CHECK(strstr(answer.body, "\"error\":\"version\"") != NULL);
    CHECK(strstr(answer.body, "\"protocol\":1,\"protocol_oldest\":1") != NULL);
    CHECK(strstr(answer.body, "ro speaks protocol 2, we speak protocol 1") != NULL);
    answer = call("ro", PATH_PROBE,
                  span_text("{\"protocol\":2,\"protocol_oldest\":3,\"software\":\"x\","
                            "\"agreement\":\"ro-al\",\"version\":1}"));
    CHECK_INT(answer.status, 400);
    answer = call("ro", PATH_PROBE,
                  span_text("{\"protocol\":1,\"software\":\"x\",\"agreement\":\"ro-bg\","
                            "\"version\":1}"));
    CHECK_INT(answer.status, error_http_status(ERROR_RULE));
    CHECK(strstr(answer.body, "ro-bg") != NULL);
    /* Another version is a matter of its entries, which have to cross first. */
    answer = call("ro", PATH_PROBE,
                  span_text("{\"protocol\":1,\"software\":\"x\",\"agreement\":\"ro-al\","
                            "\"version\":2}"));
    CHECK_INT(answer.status, 200);
    answer = call("ro", PATH_PROBE,
                  span_text("{\"protocol\":1,\"software\":\"x\",\"agreement\":\"ro-al\","
                            "\"version\":1,\"zzz\":1}"));
    CHECK_INT(answer.status, 200); /* a newer node says more than we know */
}

/* A node that did not see in a probe what we speak, or that forgot it, learns it from any call. */
CHECK_TEST(a_call_in_a_protocol_that_we_do_not_speak_is_told_which_we_do)
{
    static const char *const others[] = {"/2/push", "/999/ranges", "/2/resume", "/3/resume-piece",
                                         "/17/add-checkpoint"};
    static const char *const nothing[] = {
        "/0/push", "/01/push", "/x/push",  "/2/probe", "/2/pull", "/2push",      "/push",
        "//push",  "/2/",      "/-1/push", "/2/push/", "2/push",  "/123456/push"};

    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        struct replied answer = call("ro", others[i], span_text("not looked at"));
        CHECK_INT(answer.status, 409);
        CHECK(strcmp(answer.type, "application/json") == 0);
        CHECK(strstr(answer.body, "\"error\":\"version\"") != NULL);
        CHECK(strstr(answer.body, "\"protocol\":1,\"protocol_oldest\":1") != NULL);
        CHECK(strstr(answer.body, "we speak protocol 1") != NULL);
        CHECK_INT(call("gr", others[i], span_text("")).status, 404);
    }
    for (size_t i = 0; i < ARRAY_COUNT(nothing); i++)
        CHECK_INT(call("ro", nothing[i], span_text("")).status, 404);
}

CHECK_TEST(checkpoints_and_receipts_without_our_signature_prove_nothing)
{
    struct replied answer = call(
        "ro", PATH_PROBE,
        span_text("{\"protocol\":1,\"software\":\"x\",\"agreement\":\"ro-al\",\"version\":1,"
                  "\"held\":\"al/ro-al/to/ro/0\\n999\\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
                  "\\n\\n\",\"receipt\":\"999 AAAA x\"}"));
    CHECK_INT(answer.status, 200);
    CHECK(strstr(answer.body, "\"agreement\":\"ro-al\"") != NULL);
    CHECK(pair.nodes[1].journal.lines[0].out.read_only[0] == '\0');
    CHECK(pair.nodes[1].journal.lines[0].in.read_only[0] == '\0');
}

CHECK_TEST(a_question_for_a_range_is_strict)
{
    static const char *const bad[] = {
        "",
        "{}",
        "[]",
        "{\"index\":0,\"part\":0,\"segment\":0}",
        "{\"index\":0,\"part\":65536,\"segment\":0}",
        "{\"index\":-1,\"part\":1,\"segment\":0}",
        "{\"index\":0,\"part\":1,\"segment\":2049}",
        "{\"index\":0,\"part\":1,\"segment\":0.5}",
        "{\"index\":0,\"part\":1,\"segment\":0,\"x\":0}",
        "{\"index\":0,\"index\":1,\"part\":1,\"segment\":0}",
        "{\"index\":0,\"part\":1,\"segment\":0,\"from\":1048576}",
        "{\"index\":0,\"part\":1,\"segment\":0,\"from\":0,\"size\":0}",
        "{\"index\":0,\"part\":1,\"segment\":0,\"from\":0,\"size\":1048577}",
        "{\"index\":9007199254740993,\"part\":1,\"segment\":0}",
    };
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        unsigned status = call("ro", PATH_RANGES, span_text(bad[i])).status;
        if (status != 400 && status != 413)
            printf("%s\n", bad[i]);
        CHECK(status == 400 || status == 413);
    }
    CHECK_INT(call("ro", PATH_RANGES, span_text("{\"index\":0,\"part\":1,\"segment\":0}")).status,
              404);
    CHECK_INT(
        call("ro", PATH_RANGES, span_text("{\"index\":9007199254740992,\"part\":1,\"segment\":0}"))
            .status,
        404);
    CHECK(!pair.nodes[1].journal.is_dead);
}

CHECK_TEST(a_bad_post_is_told_by_word)
{
    pair.nodes[1].journal.lines[0].has_met = true; /* nothing is taken before */
    struct replied answer = call("ro", PATH_PUSH, span_text("rubbish"));
    CHECK_INT(answer.status, 422);
    CHECK(strstr(answer.body, "\"error\":\"invalid\"") != NULL);
    answer = call("ro", PATH_PUSH, span_make(NULL, 0));
    CHECK_INT(answer.status, 422);
}

/* --- add-checkpoint --- */

/* The domestic log of Romania: its checkpoint as signed note, and the request with a proof from `old`. */
static bool request_make(uint64_t old_size, uint64_t claimed_old, struct buffer *out)
{
    struct journal *journal = &pair.nodes[0].journal;
    struct journal_line line = journal->lines[0];
    struct buffer honest CLEANUP(buffer_free) = buffer_make(64 * 1024);
    struct error err = {0};

    line.witness_from = old_size;
    if (!journal_witness_request(journal, &line, &honest, &err)) {
        printf("%s\n", err.text);
        return false;
    }
    struct span rest = buffer_span(&honest);
    struct span first;
    line_take(&rest, &first);
    return buffer_format(out, "old %" PRIu64 "\n", claimed_old) && buffer_add(out, rest);
}

static bool beat_job_run(struct journal *journal, struct job *job, struct error *err)
{
    (void)job;
    return journal_beat(journal, err);
}

static void beat_job_done(struct journal *journal, struct job *job, bool ok,
                          const struct error *err)
{
    (void)journal;
    (void)job;
    if (!ok)
        printf("beat: %s\n", err->text);
}

static bool beat(void)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];
    static unsigned number = 700;

    if (!pair_request(&pair.nodes[0], number++, item, &err))
        return false;
    pair.nodes[0].journal.lines[0].has_met = true; /* nothing is signed before */
    /* The beat first, an act behind it in the same batch: the size must say nothing of it. */
    struct job job = {.run = beat_job_run, .done = beat_job_done};
    return journal_submit(&pair.nodes[0].journal, &job, &err) &&
           pair_request(&pair.nodes[0], number++, item, &err);
}

static uint64_t domestic_size(void)
{
    return pair.nodes[0].journal.domestic.signed_size;
}

CHECK_TEST(a_domestic_checkpoint_is_cosigned_from_its_proof)
{
    struct buffer request CLEANUP(buffer_free) = buffer_make(64 * 1024);
    struct error err = {0};
    struct journal *journal = &pair.nodes[0].journal;

    CHECK_OR_RETURN(beat());
    CHECK_INT(domestic_size() % 64, 0);
    CHECK_OR_RETURN(request_make(0, 0, &request));
    struct replied answer = call("ro", PATH_ADD_CHECKPOINT, buffer_span(&request));
    CHECK_INT(answer.status, 200);
    /* A beat while the answer was under way: it counts all the same, for what was asked. */
    uint64_t asked = domestic_size();
    CHECK_OR_RETURN(beat());
    CHECK(domestic_size() > asked);
    CHECK_OK(journal_witnessed(journal, &journal->lines[0], buffer_span(&request),
                               span_text(answer.body), &err),
             err);
    CHECK_INT(journal->lines[0].witnessed, asked);
    buffer_clear(&request);
    CHECK_OR_RETURN(request_make(asked, asked, &request));
    answer = call("ro", PATH_ADD_CHECKPOINT, buffer_span(&request));
    CHECK_OK(journal_witnessed(journal, &journal->lines[0], buffer_span(&request),
                               span_text(answer.body), &err),
             err);
    CHECK_INT(journal->lines[0].witnessed, domestic_size());
    /* A changed cosignature is none. */
    answer.body[answer.size - 10] ^= 1;
    CHECK(!journal_witnessed(journal, &journal->lines[0], buffer_span(&request),
                             span_text(answer.body), &err));
    CHECK_INT(err.kind, ERROR_LINK);
}

CHECK_TEST(an_old_size_that_is_not_ours_is_a_conflict_with_our_size)
{
    struct buffer request CLEANUP(buffer_free) = buffer_make(64 * 1024);
    char wanted[32];
    uint64_t held = domestic_size();

    CHECK_OR_RETURN(beat());
    CHECK_OR_RETURN(request_make(1, 1, &request));
    struct replied answer = call("ro", PATH_ADD_CHECKPOINT, buffer_span(&request));
    CHECK_INT(answer.status, 409);
    CHECK(strcmp(answer.type, "text/x.tlog.size") == 0);
    snprintf(wanted, sizeof wanted, "%" PRIu64 "\n", held);
    CHECK(strcmp(answer.body, wanted) == 0);
}

CHECK_TEST(a_proof_that_does_not_hold_is_unprocessable)
{
    struct buffer request CLEANUP(buffer_free) = buffer_make(64 * 1024);
    uint64_t held = domestic_size() - 64;

    CHECK_OR_RETURN(request_make(1, held, &request)); /* the proof of another size */
    CHECK_INT(call("ro", PATH_ADD_CHECKPOINT, buffer_span(&request)).status, 422);
    buffer_clear(&request);
    CHECK_OR_RETURN(request_make(held, held, &request));
    CHECK_INT(call("ro", PATH_ADD_CHECKPOINT, buffer_span(&request)).status, 200);
}

CHECK_TEST(an_old_size_above_the_checkpoint_is_malformed)
{
    struct buffer request CLEANUP(buffer_free) = buffer_make(64 * 1024);
    CHECK_OR_RETURN(request_make(0, domestic_size() + 1, &request));
    CHECK_INT(call("ro", PATH_ADD_CHECKPOINT, buffer_span(&request)).status, 400);
}

CHECK_TEST(what_is_no_request_is_malformed)
{
    CHECK_INT(call("ro", PATH_ADD_CHECKPOINT, span_text("")).status, 400);
    CHECK_INT(call("ro", PATH_ADD_CHECKPOINT, span_text("old x\n\n")).status, 400);
    CHECK_INT(call("ro", PATH_ADD_CHECKPOINT, span_text("old 0\nAAAA\n\nx\n")).status, 400);
}

CHECK_TEST(a_checkpoint_without_the_logs_signature_is_forbidden)
{
    struct buffer request CLEANUP(buffer_free) = buffer_make(64 * 1024);

    CHECK_OR_RETURN(request_make(0, 0, &request));
    request.data[request.size - 10] = request.data[request.size - 10] == 'A' ? 'B' : 'A';
    CHECK_INT(call("ro", PATH_ADD_CHECKPOINT, buffer_span(&request)).status, 403);
}

/* A witness signature never passes for a receipt: only the partner's domestic log is known. */
CHECK_TEST(any_other_origin_is_unknown)
{
    struct pair_node *node = &pair.nodes[0];
    struct buffer note CLEANUP(buffer_free) = buffer_make(64 * 1024);
    struct buffer request CLEANUP(buffer_free) = buffer_make(64 * 1024);
    const struct journal_log *log = &node->journal.lines[0].out;
    struct checkpoint checkpoint = {
        .origin = span_text(log->origin), .size = log->signed_size, .root = log->signed_root};
    struct note_key key;

    pair_settle(&pair);
    checkpoint.size = log->signed_size;
    checkpoint.root = log->signed_root;
    CHECK_OR_RETURN(log->has_signature);
    CHECK(note_key_make(span_text(log->origin), NOTE_ED25519, node->journal.keys.log, &key) &&
          checkpoint_write(&checkpoint, &note) && buffer_byte(&note, '\n') &&
          note_signature_line_write(&key, span_make(log->signature, SIGNATURE_SIZE), &note));
    buffer_format(&request, "old 0\n\n");
    buffer_add(&request, buffer_span(&note));
    CHECK_INT(call("ro", PATH_ADD_CHECKPOINT, buffer_span(&request)).status, 404);
    /* Nor our own domestic log, nor another state's. */
    CHECK_INT(
        call("ro", PATH_ADD_CHECKPOINT, span_text("old 0\n\nal/domestic/0\n1\nAAAA\n\n")).status,
        404);
    CHECK_INT(
        call("ro", PATH_ADD_CHECKPOINT, span_text("old 0\n\ngr/domestic/0\n1\nAAAA\n\n")).status,
        404);
}

CHECK_TEST(one_partner_fills_no_queue_of_the_writer)
{
    static struct replied answers[CALLS_UNDER_WAY_MAX + 2];
    size_t answered = 0;

    memset(answers, 0, sizeof answers);
    for (size_t i = 0; i < ARRAY_COUNT(answers); i++)
        exchange_receive(pair.nodes[1].exchange, span_text("ro"), span_text(PATH_RANGES),
                         span_text("{}"), reply, &answers[i]);
    for (size_t i = 0; i < CALLS_UNDER_WAY_MAX; i++)
        CHECK_INT(answers[i].count, 0);
    for (size_t i = CALLS_UNDER_WAY_MAX; i < ARRAY_COUNT(answers); i++) {
        CHECK_INT(answers[i].count, 1);
        CHECK_INT(answers[i].status, 503);
        CHECK(strstr(answers[i].body, "\"busy\"") != NULL);
        CHECK(strstr(answers[i].body, "retry_ms") != NULL);
    }
    for (int i = 0; i < 20; i++)
        journal_pump(&pair.nodes[1].journal);
    for (size_t i = 0; i < CALLS_UNDER_WAY_MAX; i++)
        answered += answers[i].count == 1 && answers[i].status == 400;
    CHECK_INT(answered, CALLS_UNDER_WAY_MAX);
    /* Each answer gives its place back. */
    CHECK_INT(call("ro", PATH_RANGES, span_text("{}")).status, 400);
}

CHECK_TEST(a_dead_node_says_busy_and_nothing_of_itself)
{
    struct journal *journal = &pair.nodes[1].journal;
    struct error err = {0};

    error_set(&err, ERROR_STORE, "disk I/O error in /srv/secret/besa.db");
    journal_die(journal, &err);
    static const char *const paths[] = {PATH_PUSH, PATH_PROBE, PATH_RANGES, PATH_ADD_CHECKPOINT};
    for (size_t i = 0; i < ARRAY_COUNT(paths); i++) {
        struct replied answer = call("ro", paths[i], span_text("{}"));
        CHECK(answer.status >= 500);
        CHECK(strstr(answer.body, "secret") == NULL);
    }
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 16);
    CHECK(!pair_act(&pair.nodes[1], "inbox-list", "{}", span_text(""), &out, &err));
    CHECK_ERROR(err, ERROR_STORE, "stopped writing");
    CHECK(pair_reopen(&pair.nodes[1]));
    CHECK(pair_act(&pair.nodes[1], "inbox-list", "{}", span_text(""), &out, &err));
}

int main(void)
{
    if (!pair_make(&pair))
        return 1;
    CHECK_RUN(strangers_and_unknown_paths_get_nothing);
    CHECK_RUN(a_body_beyond_its_limit_is_not_read);
    CHECK_RUN(a_bad_probe_is_refused_with_what_is_wrong);
    CHECK_RUN(a_call_in_a_protocol_that_we_do_not_speak_is_told_which_we_do);
    CHECK_RUN(checkpoints_and_receipts_without_our_signature_prove_nothing);
    CHECK_RUN(a_question_for_a_range_is_strict);
    CHECK_RUN(a_bad_post_is_told_by_word);
    CHECK_RUN(a_domestic_checkpoint_is_cosigned_from_its_proof);
    CHECK_RUN(an_old_size_that_is_not_ours_is_a_conflict_with_our_size);
    CHECK_RUN(a_proof_that_does_not_hold_is_unprocessable);
    CHECK_RUN(an_old_size_above_the_checkpoint_is_malformed);
    CHECK_RUN(what_is_no_request_is_malformed);
    CHECK_RUN(a_checkpoint_without_the_logs_signature_is_forbidden);
    CHECK_RUN(any_other_origin_is_unknown);
    CHECK_RUN(one_partner_fills_no_queue_of_the_writer);
    CHECK_RUN(a_dead_node_says_busy_and_nothing_of_itself);
    pair_free(&pair);
    return check_end();
}

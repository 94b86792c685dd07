/*
 * Three nodes, two agreements: what Greece says to Romania about what Albania said to Romania resolves to nothing, whatever
 * form it takes, and changes nothing; and its calls learn nothing of the other agreement, not even that it is there.
 * covers: apply handle accept
 */
#include "check.h"
#include "base/text.h"
#include "exchange/exchange.h"
#include "journal/private.h"
#include "journal/support/hostile.h"
#include "journal/support/third.h"
#include "message/opened.h"
#include "message/parts_held.h"
#include "message/support/samples.h"
#include "store/derived_rows.h"

static struct pair pair;
static struct third third;
static struct error err;

static uint8_t foreign_id[UUID_SIZE]; /* Albania's request, in Romania's books */
static int64_t foreign_entry;
static uint8_t own_id[UUID_SIZE]; /* Romania's request to Greece */

static struct journal_line *albanian(void)
{
    return &pair.nodes[0].journal.lines[0];
}

static struct reference reference_to(const char *origin, const uint8_t id[UUID_SIZE])
{
    struct reference reference = {.origin = span_text(origin)};
    memcpy(reference.id, id, UUID_SIZE);
    return reference;
}

static bool send(struct pair_node *node, const char *agreement, unsigned number,
                 const char *authority, char item[UUID_TEXT_SIZE])
{
    char text[24], arguments[64];
    struct request request = sample_request_numbered(number, text);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer out CLEANUP(buffer_free) = buffer_make(64 * 1024);

    request.authority = span_text(authority);
    snprintf(arguments, sizeof arguments, "{\"agreement\":\"%s\"}", agreement);
    error_clear(&err);
    if (!request_write(&request, &body) ||
        !pair_act(node, "request-send", arguments, buffer_span(&body), &out, &err))
        return false;
    snprintf(item, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    return true;
}

static bool scene_make_all(void)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct entry_row row;
    char item[UUID_TEXT_SIZE];

    if (!pair_make(&pair))
        return false;
    pair_settle(&pair);
    if (!pair_request(&pair.nodes[1], 77, item, &err) || !uuid_read(span_text(item), foreign_id))
        return false;
    pair_settle(&pair);
    if (!third_make(&pair, &third) ||
        !entry_find_message(pair.nodes[0].db, &arena, albanian()->in.id,
                            span_make(foreign_id, UUID_SIZE), &row, &err) ||
        !send(&pair.nodes[0], "gr-ro", 78, "Centrul de Cooperare (test)", item) ||
        !uuid_read(span_text(item), own_id))
        return false;
    foreign_entry = row.id;
    return third_deliver(&pair, &third, true, &err);
}

/* What Romania found about the entry: accepted, or the ground. */
static void verdict(uint64_t index, char out[64])
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct entry_row row;
    struct sequence_row found;
    struct error none = {0};

    snprintf(out, 64, "nothing");
    if (entry_find_index(pair.nodes[0].db, &arena, third_line(&pair)->in.id, (int64_t)index, &row,
                         &none) &&
        sequence_of_entry(pair.nodes[0].db, &arena, row.id, &found, &none))
        snprintf(
            out, 64, "%.*s",
            SPAN_ARG(found.outcome == OUTCOME_ACCEPTED ? span_text("accepted") : found.ground));
}

/* Greece says it; what becomes of it. */
static bool is_found(struct hostile_entry *entry, const char *wanted)
{
    char found[64];
    uint64_t index = 0;

    error_clear(&err);
    if (!hostile_append(&third.node, entry, &index, &err) ||
        !third_deliver(&pair, &third, false, &err)) {
        printf("%s\n", err.text);
        return false;
    }
    verdict(index, found);
    if (strcmp(found, wanted) != 0)
        printf("found %s, wanted %s\n", found, wanted);
    return strcmp(found, wanted) == 0;
}

static int64_t rows_about(bool (*count)(struct database *, int64_t, int64_t *, struct error *))
{
    int64_t found = -1;
    return count(pair.nodes[0].db, foreign_entry, &found, &err) ? found : -1;
}

static int64_t answers_to(int64_t entry)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 16);
    struct answer_row rows[4];
    size_t count = 9;
    return answer_list(pair.nodes[0].db, &arena, entry, rows, 4, &count, &err) ? (int64_t)count
                                                                               : -1;
}

static int64_t notices_to(int64_t entry)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 16);
    struct notice_row rows[4];
    size_t count = 9;
    return notice_list(pair.nodes[0].db, &arena, entry, rows, 4, &count, &err) ? (int64_t)count
                                                                               : -1;
}

/* Albania's request stands as it stood, and nothing is told of it. */
static void nothing_changed(void)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct entry_row row;

    CHECK_OK(entry_find(pair.nodes[0].db, &arena, foreign_entry, &row, &err), err);
    CHECK_INT(row.body_state, BODY_HELD);
    CHECK_INT(rows_about(erasure_count), 0);
    CHECK_INT(rows_about(parts_held_count), 0);
    CHECK_INT(answers_to(foreign_entry), 0);
    CHECK_INT(notices_to(foreign_entry), 0);
}

/* As in-reply-to and as thread, by each origin that a liar could name; the same with the right one passes. */
CHECK_TEST(a_reference_into_another_agreement_resolves_to_nothing)
{
    static const char *const origins[] = {
        "al/ro-al/to/ro/0", "ro/ro-al/to/al/0", "ro/gr-ro/to/gr/0", "gr/gr-ro/to/ro/0",
        "al/gr-ro/to/ro/0", "ro/domestic/0",    "al/domestic/0"};
    struct opened opened = sample_opened();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    CHECK(opened_write(&opened, &body));
    for (size_t i = 0; i < ARRAY_COUNT(origins); i++)
        for (int as_thread = 0; as_thread < 2; as_thread++) {
            struct hostile_entry entry = {.filled = hostile_head(&third.node, MESSAGE_OPENED),
                                          .body = buffer_span(&body)};
            struct reference foreign = reference_to(origins[i], foreign_id);
            struct reference own = reference_to("ro/gr-ro/to/gr/0", own_id);
            entry.filled.has_in_reply_to = true;
            entry.filled.in_reply_to = as_thread ? own : foreign;
            entry.filled.has_thread = as_thread;
            entry.filled.thread = foreign;
            CHECK(is_found(&entry, "unresolved"));
        }
    nothing_changed();
    struct hostile_entry honest = {.filled = hostile_head(&third.node, MESSAGE_OPENED),
                                   .body = buffer_span(&body)};
    honest.filled.has_in_reply_to = true;
    honest.filled.in_reply_to = reference_to("ro/gr-ro/to/gr/0", own_id);
    CHECK(is_found(&honest, "accepted"));
}

CHECK_TEST(an_answer_to_a_request_of_another_agreement_is_refused)
{
    struct answer answer = sample_answer_nothing_held();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct hostile_entry entry = {.filled = hostile_head(&third.node, MESSAGE_ANSWER)};

    CHECK(answer_write(&answer, &body));
    entry.body = buffer_span(&body);
    entry.filled.has_in_reply_to = true;
    entry.filled.in_reply_to = reference_to("al/ro-al/to/ro/0", foreign_id);
    CHECK(is_found(&entry, "unresolved"));
    nothing_changed();
}

/* What a body of the books names. */
CHECK_TEST(erasures_and_parts_of_another_agreement_are_refused)
{
    static const char *const origins[] = {"al/ro-al/to/ro/0", "gr/gr-ro/to/ro/0",
                                          "ro/gr-ro/to/gr/0"};
    static const uint64_t numbers[] = {1};

    for (size_t i = 0; i < ARRAY_COUNT(origins); i++) {
        struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
        struct erased erased = {.item = reference_to(origins[i], foreign_id),
                                .reason = ERASE_ORDER,
                                .erased_at_ms = pair_clock_ms()};
        struct parts_held held = {.item = reference_to(origins[i], foreign_id),
                                  .parts = numbers,
                                  .part_count = 1,
                                  .total = 1};
        struct hostile_entry entry = {.filled = hostile_head(&third.node, MESSAGE_ERASED)};
        CHECK(erased_write(&erased, &body));
        entry.body = buffer_span(&body);
        CHECK(is_found(&entry, "unresolved"));
        buffer_clear(&body);
        CHECK(parts_held_write(&held, &body));
        entry = (struct hostile_entry){.filled = hostile_head(&third.node, MESSAGE_PARTS_HELD),
                                       .body = buffer_span(&body)};
        CHECK(is_found(&entry, "unresolved"));
    }
    nothing_changed();
}

CHECK_TEST(a_head_under_another_agreement_is_refused)
{
    struct opened opened = sample_opened();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct hostile_entry entry = {.filled = hostile_head(&third.node, MESSAGE_OPENED)};

    CHECK(opened_write(&opened, &body));
    entry.body = buffer_span(&body);
    entry.filled.has_in_reply_to = true;
    entry.filled.in_reply_to = reference_to("ro/gr-ro/to/gr/0", own_id);
    entry.filled.agreement_id = span_text("ro-al");
    CHECK(is_found(&entry, "agreement"));
}

/* Ids belong to their log: the same one in another agreement is another message, and neither hides the other. */
CHECK_TEST(a_message_id_of_another_agreement_is_another_message)
{
    struct request request = sample_request();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct hostile_entry entry = {.filled = hostile_head(&third.node, MESSAGE_REQUEST)};
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct entry_row row;

    request.authority = span_text("Kentro (test)");
    CHECK(request_write(&request, &body));
    entry.body = buffer_span(&body);
    memcpy(entry.filled.id, foreign_id, UUID_SIZE);
    CHECK(is_found(&entry, "accepted"));
    CHECK_OK(journal_find_message(&pair.nodes[0].journal, albanian(), SIDE_PARTNER,
                                  span_make(foreign_id, UUID_SIZE), &arena, &row, &err),
             err);
    CHECK_INT(row.id, foreign_entry);
    CHECK_OK(journal_find_message(&pair.nodes[0].journal, third_line(&pair), SIDE_PARTNER,
                                  span_make(foreign_id, UUID_SIZE), &arena, &row, &err),
             err);
    CHECK(row.id != foreign_entry);
    nothing_changed();
}

/* --- posts and calls --- */

struct offering {
    struct journal_line *line;
    struct span wire;
    struct accepted accepted;
};

static bool offer_run(struct journal *journal, void *context, struct error *failure)
{
    struct offering *offering = context;
    offering->line->has_met = true;
    return journal_accept(journal, offering->line, offering->wire, &offering->accepted, failure);
}

CHECK_TEST(a_post_of_one_agreement_is_refused_on_the_line_of_another)
{
    struct buffer post CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct offering offering = {.line = albanian()};
    struct opened opened = sample_opened();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct hostile_entry entry = {.filled = hostile_head(&third.node, MESSAGE_OPENED)};
    uint64_t index = 0, size = albanian()->in.size;

    CHECK(opened_write(&opened, &body));
    entry.body = buffer_span(&body);
    entry.filled.has_in_reply_to = true;
    entry.filled.in_reply_to = reference_to("ro/gr-ro/to/gr/0", own_id);
    CHECK_OK(hostile_append(&third.node, &entry, &index, &err), err);
    CHECK_OK(hostile_post(&third.node, &post, &err), err);
    offering.wire = buffer_span(&post);
    CHECK(!pair_work(&pair.nodes[0], offer_run, &offering, &err));
    CHECK(offering.accepted.refusal == REFUSAL_INVALID ||
          offering.accepted.refusal == REFUSAL_BEHIND);
    CHECK_INT((int64_t)albanian()->in.size, (int64_t)size);
    offering.line = third_line(&pair);
    CHECK_OK(pair_work(&pair.nodes[0], offer_run, &offering, &err), err);
}

struct replied {
    unsigned status;
    char body[8192];
    int count;
};

static void reply(void *context, unsigned status, const char *type, struct span body)
{
    struct replied *answer = context;
    (void)type;
    answer->status = status;
    snprintf(answer->body, sizeof answer->body, "%.*s", SPAN_ARG(body));
    answer->count++;
}

static struct replied call(const char *path, const char *body)
{
    struct replied answer = {.status = 0};

    exchange_receive(pair.nodes[0].exchange, span_text("gr"), span_text(path), span_text(body),
                     reply, &answer);
    for (int i = 0; i < 20 && answer.count == 0; i++)
        journal_pump(&pair.nodes[0].journal);
    CHECK_INT(answer.count, 1);
    return answer;
}

/* Nothing of Albania's in an answer: its names, its ids, its words. */
static bool is_silent(const struct replied *answer)
{
    static const char *const canaries[] = {"ro-al", "\"al\"", "/al/", "al/", "2026-000077"};

    for (size_t i = 0; i < ARRAY_COUNT(canaries); i++)
        if (strstr(answer->body, canaries[i]) != NULL) {
            printf("said %s: %s\n", canaries[i], answer->body);
            return false;
        }
    return true;
}

CHECK_TEST(calls_learn_nothing_of_another_agreement)
{
    static const char *const origins[][2] = {{"al/domestic/0", "xx/domestic/0"},
                                             {"al/ro-al/to/ro/0", "xx/ro-xx/to/ro/0"},
                                             {"ro/ro-al/to/al/0", "ro/ro-xx/to/xx/0"}};

    /* A checkpoint of Albania's logs is as unknown as one of nobody's. */
    for (size_t i = 0; i < ARRAY_COUNT(origins); i++) {
        struct replied answers[2];
        for (size_t k = 0; k < 2; k++) {
            char body[512];
            snprintf(body, sizeof body,
                     "old 0\n\n%s\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"
                     "\u2014 %s AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                     "AAAAAAAAAAAAAAAAAAAAAAAAAA\n",
                     origins[i][k], origins[i][k]);
            answers[k] = call(PATH_ADD_CHECKPOINT, body);
            CHECK(is_silent(&answers[k]));
        }
        CHECK_INT(answers[0].status, answers[1].status);
        CHECK(strcmp(answers[0].body, answers[1].body) == 0);
    }
    /* A probe, ranges and a resume under the other agreement's name: the same as under no one's. */
    static const char *const probes[2] = {
        "{\"protocol\":2,\"software\":\"x\",\"agreement\":\"ro-al\"}",
        "{\"protocol\":2,\"software\":\"x\",\"agreement\":\"ro-xx\"}"};
    struct replied first = call(PATH_PROBE, probes[0]), second = call(PATH_PROBE, probes[1]);
    CHECK_INT(first.status, second.status);
    CHECK(first.status >= 400 && is_silent(&first));
    CHECK(strcmp(first.body, second.body) == 0);
    for (int index = 0; index < 12; index++) {
        char question[96];
        snprintf(question, sizeof question, "{\"index\":%d,\"part\":1,\"segment\":0}", index);
        struct replied answer = call(PATH_RANGES, question);
        CHECK(answer.status >= 400 && is_silent(&answer));
    }
    struct replied resume =
        call(PATH_RESUME, "{\"agreement\":\"ro-al\",\"log\":\"out\",\"from\":0}");
    CHECK(resume.status >= 400 && is_silent(&resume));
}

CHECK_TEST(albania_is_told_nothing_of_greece)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct journal *albania = &pair.nodes[1].journal;
    struct entry_row row;

    pair_settle(&pair);
    CHECK_INT((int64_t)albania->line_count, 1);
    CHECK(!journal_find_message(albania, &albania->lines[0], SIDE_PARTNER,
                                span_make(own_id, UUID_SIZE), &arena, &row, &err));
    CHECK_INT(err.kind, ERROR_MISSING);
    for (uint64_t i = 0; i < albania->lines[0].in.size; i++) {
        CHECK_OK(entry_find_index(pair.nodes[1].db, &arena, albania->lines[0].in.id, (int64_t)i,
                                  &row, &err),
                 err);
        CHECK(memmem(row.head.data, row.head.size, "gr-ro", 5) == NULL);
        CHECK(memmem(row.head.data, row.head.size, "gr/", 3) == NULL);
    }
}

int main(void)
{
    if (!scene_make_all()) {
        printf("%s\n", err.text);
        return 1;
    }
    CHECK_RUN(a_reference_into_another_agreement_resolves_to_nothing);
    CHECK_RUN(an_answer_to_a_request_of_another_agreement_is_refused);
    CHECK_RUN(erasures_and_parts_of_another_agreement_are_refused);
    CHECK_RUN(a_head_under_another_agreement_is_refused);
    CHECK_RUN(a_message_id_of_another_agreement_is_another_message);
    CHECK_RUN(a_post_of_one_agreement_is_refused_on_the_line_of_another);
    CHECK_RUN(calls_learn_nothing_of_another_agreement);
    CHECK_RUN(albania_is_told_nothing_of_greece);
    third_free(&third);
    pair_free(&pair);
    return check_end();
}

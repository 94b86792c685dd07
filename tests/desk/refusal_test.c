/*
 * Refusals: where the ground itself would give something away, the partner reads "refused under the agreement" and nothing
 * else, and the true ground stands in the domestic log (docs/safeguards.md g2).
 */
#include "base/text.h"
#include "check.h"
#include "desk/support/asked.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"
#include "store/log_rows.h"

#include <stdio.h>
#include <string.h>

#define ARENA_SIZE (8u << 20)

static struct pair pair;
static struct arena arena;
static struct error err;
static struct buffer out;

/* A request of the partner: the same bytes each time, so that what is said to two of them can be compared. */
static bool asked_again(char item[UUID_TEXT_SIZE])
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct request request = sample_request();

    request.authority = span_text("Qendra e Bashk\xc3\xabpunimit (test)");
    error_clear(&err);
    buffer_clear(&out);
    if (!request_write(&request, &body) ||
        !pair_act(&pair.nodes[1], "request-send", "{}", buffer_span(&body), &out, &err))
        return false;
    snprintf(item, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    pair_settle(&pair);
    return true;
}

static bool act(const char *name, const char *arguments, struct span body)
{
    error_clear(&err);
    buffer_clear(&out);
    bool ok = pair_act(&pair.nodes[0], name, arguments, body, &out, &err);
    pair_settle(&pair);
    return ok;
}

static bool refuse(const char *item, const char *more)
{
    char arguments[256];

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"%s}", item, more);
    return act("refuse-send", arguments, span_text(""));
}

/* Newest entry of a log at a node, with its body. */
static bool newest(struct journal *journal, int64_t log, uint64_t size, struct span *body)
{
    struct entry_row row;

    return size > 0 && entry_find_index(journal->db, &arena, log, (int64_t)size - 1, &row, &err) &&
           journal_body(journal, &row, &arena, body, &err);
}

/* The last body that the partner holds of us. */
static bool partner_holds(struct span *body)
{
    struct journal_log *log = &pair.nodes[1].journal.lines[0].in;
    for (uint64_t size = log->size; size > 0; size--) {
        static struct problems problems;
        struct answer answer;
        problems_clear(&problems);
        if (newest(&pair.nodes[1].journal, log->id, size, body) &&
            answer_read(*body, &arena, &answer, &problems))
            return true;
    }
    return false;
}

/* The newest domestic entry of this act at our node. */
static bool entry_of(const char *name, struct act *entry)
{
    static struct problems problems;
    struct journal *journal = &pair.nodes[0].journal;
    struct span body;

    for (uint64_t size = journal->domestic.size; size > 0; size--) {
        problems_clear(&problems);
        error_clear(&err);
        if (newest(journal, journal->domestic.id, size, &body) &&
            act_read(body, &arena, entry, &problems) && span_is(entry->act, name))
            return true;
    }
    return false;
}

static bool names(const struct act *entry, const char *object)
{
    for (size_t i = 0; i < entry->object_count; i++)
        if (span_is(entry->objects[i], object))
            return true;
    return false;
}

#define VEILED ",\"grounds\":[\"under_agreement\"]"

CHECK_TEST(the_true_ground_stays_at_home)
{
    char first[UUID_TEXT_SIZE], second[UUID_TEXT_SIZE];
    struct span said, said_again;
    struct act entry;

    CHECK_OR_RETURN(asked_again(first) && asked_again(second));
    CHECK_OK(refuse(first, VEILED ",\"true_grounds\":[\"l\"]"), err);
    CHECK(memmem(out.data, out.size, "true", 4) == NULL); /* not even to who reads the result */
    CHECK_OR_RETURN(partner_holds(&said) && entry_of("refuse-send", &entry));
    CHECK(names(&entry, "true-ground l"));
    CHECK_OK(refuse(second, VEILED ",\"true_grounds\":[\"f_ii\",\"p\"]"), err);
    CHECK_OR_RETURN(partner_holds(&said_again) && entry_of("refuse-send", &entry));
    CHECK(names(&entry, "true-ground f_ii") && names(&entry, "true-ground p") &&
          !names(&entry, "true-ground l"));
    CHECK(said.data != said_again.data);
    CHECK(span_equal(said, said_again));
    CHECK(memmem(said.data, said.size, "\"refusals\":[{\"ground\":\"under_agreement\"}]", 41) !=
          NULL);
}

CHECK_TEST(a_veiled_ground_has_a_true_one_and_no_other_has)
{
    static const struct {
        const char *arguments;
        const char *why;
    } wrong[] = {
        {VEILED, "required with ground 'under_agreement'"},
        {VEILED ",\"true_grounds\":[\"under_agreement\"]", "name the ground behind it"},
        {VEILED ",\"true_grounds\":[\"z\"]", "none of the values"},
        {",\"grounds\":[\"a\"],\"reason_text\":\"none\",\"true_grounds\":[\"l\"]",
         "only with ground 'under_agreement'"},
    };
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(asked_again(item));
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        CHECK(!refuse(item, wrong[i].arguments));
        CHECK_ERROR(err, ERROR_INPUT, wrong[i].why);
    }
    CHECK_OK(refuse(item, ",\"grounds\":[\"a\"],\"reason_text\":\"none\""), err);
}

/* What is withheld from an answer in part is withheld in the same way. */
CHECK_TEST(an_answer_in_part_names_it_too)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct refusal refusals[1] = {{.ground = REFUSAL_GROUND_UNDER_AGREEMENT}};
    struct answer answer = sample_answer();
    char item[UUID_TEXT_SIZE], arguments[128];
    struct span said;
    struct act entry;

    answer.outcome = ANSWER_PARTIAL;
    answer.refusals = refusals;
    answer.refusal_count = 1;
    CHECK_OR_RETURN(asked_again(item) && answer_write(&answer, &body));
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    CHECK(!act("answer-send", arguments, buffer_span(&body)));
    CHECK_ERROR(err, ERROR_INPUT, "required with ground 'under_agreement'");
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\",\"true_grounds\":[\"f_i\"]}", item);
    CHECK_OK(act("answer-send", arguments, buffer_span(&body)), err);
    CHECK_OR_RETURN(partner_holds(&said) && entry_of("answer-send", &entry));
    CHECK(names(&entry, "true-ground f_i"));
    CHECK(memmem(said.data, said.size, "f_i", 3) == NULL);
}

int main(void)
{
    out = buffer_make(1 << 20);
    arena = arena_make(ARENA_SIZE);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(the_true_ground_stays_at_home);
    CHECK_RUN(a_veiled_ground_has_a_true_one_and_no_other_has);
    CHECK_RUN(an_answer_in_part_names_it_too);
    pair_free(&pair);
    arena_free(&arena);
    buffer_free(&out);
    return check_end();
}

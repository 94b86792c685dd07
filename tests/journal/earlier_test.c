/*
 * A partner that lies about what came before: an answer that names as its earlier one the answer to another request, a later
 * one, its own request or one of ours; a request that refers to one of ours. The receiver finds them unresolved.
 */
#include "journal/earlier.h"

#include "check.h"
#include "journal/support/hostile.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"

static struct pair pair;
static struct error err;
static struct buffer out;

struct sending {
    enum message_type type;
    const char *to; /* id of the request that is answered; NULL: none */
    const char *earlier;
    char item[UUID_TEXT_SIZE];
};

/* As no desk of ours would: nothing is asked. */
static bool sending_run(struct journal *journal, void *context, struct error *e)
{
    struct sending *sending = context;
    struct journal_line *line = &journal->lines[0];
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct answer answer = sample_answer_nothing_held();
    struct request request = sample_request();
    struct reference about = {.origin = span_text(line->in.origin)};
    struct draft draft = {.type = sending->type, .unit = span_text("desk")};
    struct appended appended;

    if (sending->type == MESSAGE_ANSWER) {
        answer.has_supplements = sending->earlier != NULL;
        if ((sending->earlier != NULL &&
             !uuid_read(span_text(sending->earlier), answer.supplements)) ||
            !uuid_read(span_text(sending->to), about.id) || !answer_write(&answer, &body))
            return false;
        draft.in_reply_to = &about;
        draft.thread = &about;
        draft.parsed = &answer;
    } else {
        request.authority = span_text("Qendra e Bashk\xc3\xabpunimit (test)");
        request.has_refers_to = true;
        if (!uuid_read(span_text(sending->earlier), request.refers_to) ||
            !request_write(&request, &body))
            return false;
        draft.parsed = &request;
    }
    draft.body = buffer_span(&body);
    bool ok = journal_append(journal, line, &draft, &appended, e);
    if (ok)
        uuid_write(appended.message_id, sending->item);
    return ok;
}

/* From al; what ro said of it. */
static bool sends(enum message_type type, const char *to, const char *earlier,
                  char item[UUID_TEXT_SIZE], const char *verdict)
{
    struct sending sending = {.type = type, .to = to, .earlier = earlier};
    char arguments[80];

    if (!hostile_run(&pair.nodes[1], sending_run, &sending, &err)) {
        printf("%s\n", err.text);
        return false;
    }
    snprintf(item, UUID_TEXT_SIZE, "%s", sending.item);
    pair_settle(&pair);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    buffer_clear(&out);
    if (!pair_act(&pair.nodes[1], "item-show", arguments, span_text(""), &out, &err))
        return false;
    buffer_byte(&out, '\0');
    return strstr((const char *)out.data, verdict) != NULL;
}

#define ACCEPTED   "\"partner_says\":\"accepted\""
#define UNRESOLVED "\"partner_says\":\"refused\",\"partner_ground\":\"unresolved\""

CHECK_TEST(a_further_answer_that_names_no_earlier_one_is_unresolved)
{
    char a[UUID_TEXT_SIZE], b[UUID_TEXT_SIZE], of_a[UUID_TEXT_SIZE], item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(pair_request(&pair.nodes[0], 1, a, &err) &&
                    pair_request(&pair.nodes[0], 2, b, &err));
    pair_settle(&pair);
    CHECK_OR_RETURN(sends(MESSAGE_ANSWER, a, NULL, of_a, ACCEPTED));
    CHECK(sends(MESSAGE_ANSWER, b, of_a, item, UNRESOLVED)); /* the answer to another request */
    CHECK(sends(MESSAGE_ANSWER, a, a, item, UNRESOLVED));    /* our request */
    CHECK(sends(MESSAGE_ANSWER, a, "01890a5d-ac96-774b-bcce-b302099a8057", item, UNRESOLVED));
    CHECK(sends(MESSAGE_ANSWER, a, of_a, item, ACCEPTED));
    /* A node of an older build names none: what it gives is not lost for that. */
    CHECK(sends(MESSAGE_ANSWER, a, NULL, item, ACCEPTED));
}

CHECK_TEST(a_request_that_refers_to_none_of_its_writer_is_unresolved)
{
    char ours[UUID_TEXT_SIZE], theirs[UUID_TEXT_SIZE], item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(pair_request(&pair.nodes[0], 3, ours, &err) &&
                    pair_request(&pair.nodes[1], 4, theirs, &err));
    pair_settle(&pair);
    CHECK(sends(MESSAGE_REQUEST, NULL, ours, item, UNRESOLVED));
    CHECK(sends(MESSAGE_REQUEST, NULL, theirs, item, ACCEPTED));
}

int main(void)
{
    out = buffer_make(1 << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(a_further_answer_that_names_no_earlier_one_is_unresolved);
    CHECK_RUN(a_request_that_refers_to_none_of_its_writer_is_unresolved);
    pair_free(&pair);
    buffer_free(&out);
    return check_end();
}

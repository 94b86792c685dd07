/* Rulings as bytes of the journal sequence: what is written is read back; cut, changed and foreign bytes are refused. */
#include "agreement/permit.h"
#include "base/attributes.h"
#include "check.h"
#include "support/scene.h"

static struct scene scene;

static struct buffer ruling_bytes(const struct ruling *ruling)
{
    struct buffer out = buffer_make(RULING_SIZE_MAX);
    struct error err = {.kind = ERROR_NONE};
    CHECK(ruling_write(ruling, &out, &err));
    return out;
}

static bool rulings_equal(const struct ruling *a, const struct ruling *b)
{
    return a->is_allowed == b->is_allowed && a->clause == b->clause &&
           strcmp(a->text, b->text) == 0 && strcmp(a->partner_text, b->partner_text) == 0 &&
           a->needs_second_approval == b->needs_second_approval && a->approvals == b->approvals &&
           a->alone_count == b->alone_count && a->row == b->row &&
           a->due_after_ms == b->due_after_ms && a->erase_after_ms == b->erase_after_ms &&
           a->erase_from == b->erase_from;
}

static void round_trip(void)
{
    struct buffer bytes CLEANUP(buffer_free) = ruling_bytes(&scene.ruling);
    struct error err = {.kind = ERROR_NONE};
    struct ruling found;

    CHECK_OK(ruling_read(buffer_span(&bytes), &found, &err), err);
    CHECK(rulings_equal(&scene.ruling, &found));
    struct buffer again CLEANUP(buffer_free) = ruling_bytes(&found);
    CHECK(span_equal(buffer_span(&bytes), buffer_span(&again)));
}

CHECK_TEST(a_ruling_is_read_back_as_it_was_written)
{
    scene_make(&scene);
    CHECK(agreement_permit(&scene.agreement, &scene.question, &scene.ruling));
    CHECK(scene.ruling.needs_second_approval);
    round_trip();
    scene.request.is_urgent = true;
    CHECK(!agreement_permit(&scene.agreement, &scene.question, &scene.ruling));
    round_trip();
    scene_ask_answer(&scene);
    CHECK(agreement_permit(&scene.agreement, &scene.question, &scene.ruling));
    round_trip();
    scene.answer.emergency = URGENCY_THREAT_LIFE; /* refused, and counted all the same */
    CHECK(!agreement_permit(&scene.agreement, &scene.question, &scene.ruling));
    CHECK_INT(scene.ruling.alone_count, 2);
    round_trip();
    scene.answer.emergency = URGENCY_NONE;
    scene.items[1].text.marking.source_system = SOURCE_SIS;
    CHECK(!agreement_permit(&scene.agreement, &scene.question, &scene.ruling));
    CHECK(strcmp(scene.ruling.text, scene.ruling.partner_text) != 0);
    round_trip();
    scene_free(&scene);
}

CHECK_TEST(a_ruling_with_the_longest_names_fits)
{
    static const char long_name[] =
        "abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrstuvwxyz-abcdefghij";
    char instrument[301];

    for (size_t cut = 0; cut < 4; cut++) {
        scene_make(&scene);
        scene_be_real(&scene);
        memset(instrument, 'x', cut);
        for (size_t i = cut; i + 2 < sizeof instrument; i += 2)
            memcpy(instrument + i, "\xc3\xab", 2);
        scene.basis.instrument = span_make(instrument, 290 + cut);
        scene.basis.article = span_make(instrument, 90 + cut);
        scene.agreement.id = span_make(long_name, sizeof long_name - 1);
        scene.agreement.version = 1000000;
        CHECK(agreement_permit(&scene.agreement, &scene.question, &scene.ruling));
        CHECK(text_is_utf8(span_text(scene.ruling.text)));
        round_trip();
        scene.parties[0].party = scene.agreement.id;
        scene_ask_answer(&scene);
        scene.question.sender = scene.agreement.id;
        scene.items[0].person.marking.source_system = SOURCE_EURODAC;
        CHECK(!agreement_permit(&scene.agreement, &scene.question, &scene.ruling));
        round_trip();
        scene_free(&scene);
    }
}

static struct buffer sample(void)
{
    scene_make(&scene);
    agreement_permit(&scene.agreement, &scene.question, &scene.ruling);
    struct buffer bytes = ruling_bytes(&scene.ruling);
    scene_free(&scene);
    return bytes;
}

CHECK_TEST(a_cut_ruling_is_refused_at_every_byte)
{
    struct buffer bytes CLEANUP(buffer_free) = sample();
    struct ruling found;

    for (size_t size = 0; size < bytes.size; size++) {
        struct error err = {.kind = ERROR_NONE};
        CHECK(!ruling_read(span_part(buffer_span(&bytes), 0, size), &found, &err));
        CHECK(err.kind != ERROR_NONE);
    }
}

CHECK_TEST(one_byte_changed_is_refused_or_another_ruling)
{
    struct buffer bytes CLEANUP(buffer_free) = sample();
    struct ruling original, found;
    struct error err = {.kind = ERROR_NONE};

    CHECK_OK(ruling_read(buffer_span(&bytes), &original, &err), err);
    for (size_t i = 0; i < bytes.size; i++) {
        bytes.data[i] ^= 1;
        if (ruling_read(buffer_span(&bytes), &found, &err))
            CHECK(!rulings_equal(&original, &found));
        bytes.data[i] ^= 1;
    }
}

CHECK_TEST(a_doubled_foreign_or_overlong_ruling_is_refused)
{
    static const struct {
        const char *json, *text;
        enum error_kind kind;
    } cases[] = {
#define REST                                                                                       \
    "\"text\":\"t\",\"partner_text\":\"t\",\"approvals\":[],\"due_after_ms\":0,"                   \
    "\"erase_after_ms\":0,\"erase_from\":\"receipt\"}"
        {"{\"allowed\":true,\"allowed\":true,\"clause\":\"4.2\"," REST, "twice", ERROR_INPUT},
        {"{\"allowed\":true,\"clause\":\"4.9\"," REST, "none of the agreement's", ERROR_INPUT},
        {"{\"allowed\":true,\"clause\":\"4.2\",\"due\":1," REST, "unknown field", ERROR_INPUT},
        {"{\"allowed\":true,\"clause\":\"4.2\",\"row\":\"other\"," REST, "belong together",
         ERROR_INPUT},
        {"{\"allowed\":true,\"clause\":\"4.2\",\"row\":\"never\"," REST, "none of the values",
         ERROR_INPUT},
        {"{\"allowed\":1,\"clause\":\"4.2\"," REST, "true or false", ERROR_INPUT},
#undef REST
    };
    struct ruling found;
    char longer[RULING_SIZE_MAX + 1];

    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct error err = {.kind = ERROR_NONE};
        CHECK(!ruling_read(span_text(cases[i].json), &found, &err));
        CHECK_ERROR(err, cases[i].kind, cases[i].text);
    }
    memset(longer, ' ', sizeof longer);
    struct error err = {.kind = ERROR_NONE};
    CHECK(!ruling_read(span_make(longer, sizeof longer), &found, &err));
    CHECK_ERROR(err, ERROR_LIMIT, "2049 bytes");
}

CHECK_TEST(a_ruling_that_does_not_fit_is_our_mistake)
{
    struct buffer tight CLEANUP(buffer_free) = buffer_make(100);
    struct error err = {.kind = ERROR_NONE};

    scene_make(&scene);
    agreement_permit(&scene.agreement, &scene.question, &scene.ruling);
    CHECK(!ruling_write(&scene.ruling, &tight, &err));
    CHECK_ERROR(err, ERROR_BUG, "does not fit");
    scene_free(&scene);
}

int main(void)
{
    CHECK_RUN(a_ruling_is_read_back_as_it_was_written);
    CHECK_RUN(a_ruling_with_the_longest_names_fits);
    CHECK_RUN(a_cut_ruling_is_refused_at_every_byte);
    CHECK_RUN(one_byte_changed_is_refused_or_another_ruling);
    CHECK_RUN(a_doubled_foreign_or_overlong_ruling_is_refused);
    CHECK_RUN(a_ruling_that_does_not_fit_is_our_mistake);
    return check_end();
}

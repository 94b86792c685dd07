/* Own-initiative information: see message/spontaneous.h. */
#include "check.h"
#include "message/support/samples.h"
#include "message/support/torture.h"

#include "base/attributes.h"
#include "base/limits.h"

static struct problems problems;

CHECK_TEST(the_reader_stands_every_damage)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    CHECK(sample_body(MESSAGE_SPONTANEOUS, &body));
    CHECK_INT(torture_body(&spontaneous_form, buffer_span(&body)), 0);
}

CHECK_TEST(a_required_field_left_out_is_named)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    CHECK(sample_body(MESSAGE_SPONTANEOUS, &body));
    CHECK_INT(torture_missing(&spontaneous_form, buffer_span(&body)), 0);
}

CHECK_TEST(what_is_written_is_read)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct spontaneous wanted = sample_spontaneous();
    struct spontaneous found;
    const struct item *items = NULL;

    CHECK(spontaneous_write(&wanted, &body));
    CHECK_OR_RETURN(spontaneous_read(buffer_span(&body), &arena, &found, &problems));
    CHECK_INT(found.provision, PROVISION_MUST);
    CHECK_INT(found.offences, wanted.offences);
    CHECK_SPAN(found.authority, "Single Point of Contact, Bucharest");
    CHECK_INT(message_items(MESSAGE_SPONTANEOUS, &found, &items), 2);
    CHECK(items == found.items && items[0].has_person && items[1].has_text);
    CHECK(message_type_gives_items(MESSAGE_SPONTANEOUS) &&
          message_type_gives_items(MESSAGE_ANSWER) && !message_type_gives_items(MESSAGE_REQUEST));
    CHECK_INT(message_items(MESSAGE_REQUEST, &found, &items), 0);
    CHECK(items == NULL);
}

static bool is_refused_at(const struct spontaneous *given, const char *path)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct spontaneous found;

    CHECK(spontaneous_write(given, &body));
    problems_clear(&problems);
    if (spontaneous_read(buffer_span(&body), &arena, &found, &problems))
        return false;
    for (size_t i = 0; i < problems.count; i++)
        if (strcmp(problems.list[i].path, path) == 0)
            return true;
    return false;
}

//= dir-2023-977 art 7(2)
CHECK_TEST(what_must_be_given_is_about_an_offence)
{
    struct spontaneous given = sample_spontaneous();

    given.provision = PROVISION_MUST;
    CHECK(!is_refused_at(&given, "offences"));
    given.offences = 0;
    CHECK(is_refused_at(&given, "offences"));
    given.purpose = PURPOSE_MISSING_PERSONS;
    CHECK(is_refused_at(&given, "offences"));
    given.provision = PROVISION_MAY;
    CHECK(!is_refused_at(&given, "offences"));
}

/* Bodies without the field, and with it. */
CHECK_TEST(an_exception_is_read_and_its_absence_too)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct spontaneous given = sample_spontaneous();
    struct spontaneous found;

    given.provision = PROVISION_MAY;
    for (int i = 0; i < EXCEPTION_COUNT; i++) {
        struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
        given.exception = (enum provision_exception)i;
        CHECK(spontaneous_write(&given, &body));
        CHECK((memmem(body.data, body.size, "exception", 9) != NULL) == (i > 0));
        CHECK_OR_RETURN(spontaneous_read(buffer_span(&body), &arena, &found, &problems));
        CHECK_INT(found.exception, i);
    }
}

CHECK_TEST(something_is_given_in_the_body_or_in_parts)
{
    static struct sample_parts room;
    struct request request;
    struct spontaneous given = sample_spontaneous();

    CHECK_OR_RETURN(sample_request_with_parts(&room, &request));
    given.item_count = 0;
    CHECK(is_refused_at(&given, "items"));
    given.parts = request.parts;
    given.attachments = request.attachments;
    CHECK(!is_refused_at(&given, "items"));
}

//= dir-2016-680 art 7(2)
CHECK_TEST(each_fault_is_refused_at_its_field)
{
    static const struct fault faults[] = {
        {"\"provision\":\"must\"", "\"provision\":\"perhaps\"", "provision", ERROR_INPUT},
        {"\"provision\":\"must\"", "\"provision\":\"must\",\"exception\":\"f_ii\"", "exception",
         ERROR_INPUT},
        {"\"provision\":\"must\"", "\"provision\":\"may\",\"exception\":\"a\"", "exception",
         ERROR_INPUT},
        {"\"no_death_penalty\":true", "\"no_death_penalty\":false", "no_death_penalty", ERROR_RULE},
        {"\"source_eval\":\"B\"", "\"source_eval\":\"D\"", "items[0].person.marking.source_eval",
         ERROR_INPUT},
        {"\"handling\":[\"H0\"]", "\"handling\":[\"H0\",\"H2\"]", "handling", ERROR_INPUT},
        {"00000000003\"", "00000000004\"", "items[1].text.marking.id", ERROR_INPUT},
        {"\"classification\":\"unclassified\",\"as_of\"", "\"classification\":\"secret\",\"as_of\"",
         "items[0].person.marking.classification", ERROR_RULE},
    };
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    CHECK(sample_body(MESSAGE_SPONTANEOUS, &body));
    CHECK_INT(torture_faults(&spontaneous_form, buffer_span(&body), faults, ARRAY_COUNT(faults)),
              0);
}

CHECK_TEST(a_person_without_ground_of_transfer_is_refused)
{
    struct spontaneous given = sample_spontaneous();

    given.has_transfer = false;
    CHECK(is_refused_at(&given, "items[0].person.marking.transfer"));
}

int main(void)
{
    CHECK_RUN(the_reader_stands_every_damage);
    CHECK_RUN(a_required_field_left_out_is_named);
    CHECK_RUN(what_is_written_is_read);
    CHECK_RUN(what_must_be_given_is_about_an_offence);
    CHECK_RUN(an_exception_is_read_and_its_absence_too);
    CHECK_RUN(something_is_given_in_the_body_or_in_parts);
    CHECK_RUN(each_fault_is_refused_at_its_field);
    CHECK_RUN(a_person_without_ground_of_transfer_is_refused);
    return check_end();
}

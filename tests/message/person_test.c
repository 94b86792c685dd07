/* Persons: see message/person.h. Everyone here is invented. */
#include "check.h"
#include "message/support/samples.h"
#include "message/support/torture.h"

#include "base/attributes.h"
#include "base/limits.h"

static struct problems problems;

CHECK_TEST(the_reader_stands_every_damage)
{
    for (size_t i = 0; i < 2; i++) {
        struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
        CHECK(form_write(&person_form, &sample_persons[i], &body));
        CHECK_INT(torture_body(&person_form, buffer_span(&body)), 0);
    }
}

//= dir-2016-680 art 6
CHECK_TEST(each_fault_is_refused_at_its_field)
{
    static const struct fault faults[] = {
        {"\"category\":\"suspect\",", "", "category", ERROR_INPUT},
        {"\"category\":\"suspect\"", "\"category\":\"criminal\"", "category", ERROR_INPUT},
        {"\"type\":\"person\"", "\"type\":\"text\"", "marking", ERROR_INPUT},
        {"\"birth_date\":\"1984-07\"", "\"birth_date\":\"1984-7\"", "birth_date", ERROR_INPUT},
        {"\"birth_date\":\"1984-07\"", "\"birth_date\":\"1984-13\"", "birth_date", ERROR_INPUT},
        {"\"birth_date\":\"1984-07\"", "\"birth_date\":\"1983-02-29\"", "birth_date", ERROR_INPUT},
        {"\"birth_date\":\"1984-07\"", "\"birth_date\":\"07/1984\"", "birth_date", ERROR_INPUT},
        {"\"birth_country\":\"AL\"", "\"birth_country\":\"al\"", "birth_country", ERROR_INPUT},
        {"\"nationalities\":[\"AL\"]", "\"nationalities\":[\"ALB\"]", "nationalities", ERROR_LIMIT},
        {"\"nationalities\":[\"AL\"]", "\"nationalities\":[\"A1\"]", "nationalities", ERROR_INPUT},
        {"\"kind\":\"passport\"", "\"kind\":\"napkin\"", "documents[0].kind", ERROR_INPUT},
        {"\"number\":\"ZZ0000017\",", "", "documents[0].number", ERROR_INPUT},
        {"\"family\":\"Vranaj\",\"given\":\"Ilirian\",", "", "names[0]", ERROR_INPUT},
        {"\"script\":\"cyrillic\"", "\"script\":\"runic\"", "names[1].script", ERROR_INPUT},
        {"\"sex\":\"male\"", "\"sex\":\"m\"", "sex", ERROR_INPUT},
        {"\"sex\":\"male\"", "\"minor\":\"yes\"", "minor", ERROR_INPUT},
        {"\"sex\":\"male\"", "\"protection_status\":\"applicant\"", "", ERROR_INPUT},
        {",\"link_to_purpose\":\"Drove the van in which the migrants were found.\"", "",
         "link_to_purpose", ERROR_INPUT},
    };
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(form_write(&person_form, &sample_persons[0], &body));
    CHECK_INT(torture_faults(&person_form, buffer_span(&body), faults, ARRAY_COUNT(faults)), 0);
}

static bool is_read(const struct person *person)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct person found;
    CHECK(form_write(&person_form, person, &body));
    problems_clear(&problems);
    return form_read(&person_form, buffer_span(&body), &arena, &found, &problems);
}

CHECK_TEST(only_the_unidentified_may_be_without_identity)
{
    struct person person = {.marking = sample_persons[0].marking,
                            .category = PERSON_SUSPECT,
                            .link_to_purpose = span_text("Left the van.")};
    CHECK(!is_read(&person));
    CHECK(strcmp(problems.list[0].path, "names") == 0);
    person.category = PERSON_UNIDENTIFIED;
    CHECK(is_read(&person));
    person.category = PERSON_SUSPECT;
    person.description = span_text("Scar over the left eye.");
    CHECK(is_read(&person));
}

CHECK_TEST(dates_of_birth_are_as_precise_as_known)
{
    static const char *const right[] = {"1984", "1984-07", "1984-07-31", "2000-02-29"};
    static const char *const wrong[] = {"198",        "19840",      "1984-",      "1984-00",
                                        "1984-07-00", "1900-02-29", "1984-07-31T"};
    struct person person = sample_persons[0];

    for (size_t i = 0; i < ARRAY_COUNT(right); i++) {
        person.birth_date = span_text(right[i]);
        CHECK(is_read(&person));
    }
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        person.birth_date = span_text(wrong[i]);
        CHECK(!is_read(&person));
    }
}

/* Each field alone sets its bit and no other: the agreement rules category by field with them. */
//= dir-2023-977 art 10
CHECK_TEST(filled_fields_are_told_apart)
{
    struct span text = span_text("x");
    struct person_name name = {.alias = text};
    struct person_document document = {.kind = DOCUMENT_PERSONAL_NUMBER, .number = text};
    struct person person = {.sex = SEX_UNSAID};

    CHECK(person_fields(&person) == 0);
    person = (struct person){.names = &name, .name_count = 1};
    CHECK(person_fields(&person) == UINT64_C(1) << PERSON_FIELD_ALIASES);
    name = (struct person_name){.given = text, .father = text};
    CHECK(person_fields(&person) ==
          (UINT64_C(1) << PERSON_FIELD_NAMES | UINT64_C(1) << PERSON_FIELD_FATHER_NAME));
    name = (struct person_name){.maiden = text};
    CHECK(person_fields(&person) == UINT64_C(1) << PERSON_FIELD_MAIDEN_NAME);
    person = (struct person){.documents = &document, .document_count = 1};
    CHECK(person_fields(&person) == UINT64_C(1) << PERSON_FIELD_PERSONAL_NUMBER);
    document.kind = DOCUMENT_VISA;
    CHECK(person_fields(&person) == UINT64_C(1) << PERSON_FIELD_DOCUMENTS);
    person = (struct person){.sex = SEX_FEMALE};
    CHECK(person_fields(&person) == UINT64_C(1) << PERSON_FIELD_SEX);
    person = (struct person){.birth_date = text};
    CHECK(person_fields(&person) == UINT64_C(1) << PERSON_FIELD_BIRTH_DATE);
    person = (struct person){.birth_place = text};
    CHECK(person_fields(&person) == UINT64_C(1) << PERSON_FIELD_BIRTH_PLACE);
    person = (struct person){.birth_country = text};
    CHECK(person_fields(&person) == UINT64_C(1) << PERSON_FIELD_BIRTH_COUNTRY);
    person = (struct person){.nationalities = &text, .nationality_count = 1};
    CHECK(person_fields(&person) == UINT64_C(1) << PERSON_FIELD_NATIONALITY);
    person = (struct person){.phones = &text, .phone_count = 1};
    CHECK(person_fields(&person) == UINT64_C(1) << PERSON_FIELD_PHONES);
    person = (struct person){.addresses = &text, .address_count = 1};
    CHECK(person_fields(&person) == UINT64_C(1) << PERSON_FIELD_ADDRESSES);
    person = (struct person){.occupation = text};
    CHECK(person_fields(&person) == UINT64_C(1) << PERSON_FIELD_OCCUPATION);
    person = (struct person){.description = text};
    CHECK(person_fields(&person) == UINT64_C(1) << PERSON_FIELD_DESCRIPTION);
    person = (struct person){.marking = {.special_categories = 1}};
    CHECK(person_fields(&person) == UINT64_C(1) << PERSON_FIELD_SPECIAL_CATEGORIES);
}

CHECK_TEST(every_category_and_field_has_a_name)
{
    for (size_t i = 0; i < PERSON_CATEGORY_COUNT; i++)
        CHECK(person_category_names[i] != NULL);
    for (size_t i = 0; i < PERSON_FIELD_COUNT; i++)
        CHECK(person_field_names[i] != NULL);
}

int main(void)
{
    CHECK_RUN(the_reader_stands_every_damage);
    CHECK_RUN(each_fault_is_refused_at_its_field);
    CHECK_RUN(only_the_unidentified_may_be_without_identity);
    CHECK_RUN(dates_of_birth_are_as_precise_as_known);
    CHECK_RUN(filled_fields_are_told_apart);
    CHECK_RUN(every_category_and_field_has_a_name);
    return check_end();
}

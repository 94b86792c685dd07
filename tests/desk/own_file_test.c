/*
 * Files of people: tables in all separators and with quotes, FollowTheMoney entities; wrong lines are told by number and field,
 * never by value, and the next line is read.
 * covers: own_file own_build own_form own_xml
 */
#include "base/attributes.h"
#include "check.h"
#include "desk/own_file.h"
#include "message/support/samples.h"

#include <stdlib.h>

struct reading {
    FILE *stream;
    struct own_file *file;
    struct own_entry usual;
    struct own_xml_mapping mapping;
    struct own_entry entry;
    struct error err;
};

static bool begin(struct reading *reading, enum own_file_format format, const char *text,
                  size_t size)
{
    *reading = (struct reading){.usual = {.person = {.marking = sample_persons[0].marking,
                                                     .link_to_purpose = span_text("test")}}};
    if (!own_xml_mapping_read(span_text(own_xml_mapping_usual), &reading->mapping, &reading->err))
        return false;
    reading->stream = fmemopen((void *)(uintptr_t)text, size, "r");
    return reading->stream != NULL &&
           own_file_open(reading->stream, format, &reading->usual, &reading->mapping,
                         span_text("register"), &reading->file, &reading->err);
}

static void end(struct reading *reading)
{
    own_file_close(&reading->file);
    if (reading->stream != NULL)
        fclose(reading->stream);
}

static enum own_file_step next(struct reading *reading)
{
    error_clear(&reading->err);
    return own_file_next(reading->file, &reading->entry, &reading->err);
}

#define BEGIN(name, format, text)                                                                  \
    struct reading name;                                                                           \
    CHECK_OK(begin(&(name), format, text, strlen(text)), (name).err)

CHECK_TEST(a_table_gives_people_with_all_their_fields)
{
    BEGIN(
        r, OWN_FILE_CSV,
        "\xEF\xBB\xBF"
        "external,family,given,father,alias,sex,birth_date,nationality,passport,phone,category,shielded,case,"
        "evaluation\r\n"
        "x-1,Popaj|Popa, Gjergj |Gheorghe,Ndue,Gogu,m,3.5.1984,al|RO,AL:BX1034567,+355691234567|0712345679,"
        "convicted,yes,c-1,A1\r\n"
        "x-2,\"de la \"\"Cruz\"\", jr\",,,,F,1984,,,,,no,,\n");
    const struct person *person = &r.entry.person;

    CHECK_INT(next(&r), OWN_FILE_PERSON);
    CHECK_SPAN(r.entry.external, "x-1");
    CHECK_SPAN(r.entry.case_number, "c-1");
    CHECK(r.entry.is_shielded);
    CHECK_INT(person->name_count, 3);
    CHECK_SPAN(person->names[0].family, "Popaj");
    CHECK_SPAN(person->names[0].given, "Gjergj");
    CHECK_SPAN(person->names[0].father, "Ndue");
    CHECK_SPAN(person->names[1].family, "Popa");
    CHECK_SPAN(person->names[1].given, "Gheorghe");
    CHECK_SPAN(person->names[2].alias, "Gogu");
    CHECK_INT(person->sex, SEX_MALE);
    CHECK_SPAN(person->birth_date, "1984-05-03");
    CHECK_INT(person->nationality_count, 2);
    CHECK_SPAN(person->nationalities[0], "AL");
    CHECK_SPAN(person->documents[0].number, "BX1034567");
    CHECK_SPAN(person->documents[0].country, "AL");
    CHECK_INT(person->phone_count, 2);
    CHECK_INT(person->category, PERSON_CONVICTED);
    CHECK_INT(person->marking.source_eval, SOURCE_EVAL_A);
    CHECK_INT(person->marking.info_eval, 1);
    CHECK_INT(next(&r), OWN_FILE_PERSON);
    CHECK_SPAN(person->names[0].family, "de la \"Cruz\", jr");
    CHECK_INT(person->sex, SEX_FEMALE);
    CHECK_INT(person->category, PERSON_SUSPECT); /* as usual */
    CHECK(!r.entry.is_shielded);
    CHECK_INT(next(&r), OWN_FILE_END);
    CHECK_INT(own_file_line(r.file), 3);
    end(&r);
}

CHECK_TEST(every_separator_is_found)
{
    static const char *const texts[] = {"external,family\n1,A\n", "external;family\n1;A\n",
                                        "external\tfamily\n1\tA\n"};

    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        BEGIN(r, OWN_FILE_CSV, texts[i]);
        CHECK_INT(next(&r), OWN_FILE_PERSON);
        CHECK_SPAN(r.entry.person.names[0].family, "A");
        CHECK_INT(next(&r), OWN_FILE_END);
        end(&r);
    }
}

struct fault {
    const char *line;
    const char *why;
};

CHECK_TEST(a_wrong_line_is_told_and_the_next_is_read)
{
    static const struct fault faults[] = {
        {"1,A,secret", "birth_date: is no date"},
        {",A,1984", "external:"},
        {"1,A", "2 columns, the header has 3"},
        {"1,A,1984,x", "4 columns"},
        {"1,,1984", "name:"},
        {"1,\xff\xfe,1984", "family: is no plain text"},
        {"1,A\x01,1984", "family: is no plain text"},
    };

    for (size_t i = 0; i < ARRAY_COUNT(faults); i++) {
        char text[200];
        snprintf(text, sizeof text, "external,family,birth_date\n%s\n2,B,1985\n", faults[i].line);
        BEGIN(r, OWN_FILE_CSV, text);
        CHECK_INT(next(&r), OWN_FILE_FAULT);
        CHECK_ERROR(r.err, ERROR_INPUT, faults[i].why);
        CHECK(strstr(r.err.text, "secret") == NULL);
        CHECK_INT(own_file_line(r.file), 2);
        CHECK_INT(next(&r), OWN_FILE_PERSON);
        CHECK_SPAN(r.entry.external, "2");
        CHECK_INT(next(&r), OWN_FILE_END);
        end(&r);
    }
}

CHECK_TEST(what_is_no_table_is_refused)
{
    static const char *const texts[] = {"", "\n", "external,colour\n1,red\n"};

    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct reading r;
        CHECK(!begin(&r, OWN_FILE_CSV, texts[i], strlen(texts[i]) == 0 ? 1 : strlen(texts[i])));
        CHECK_INT(r.err.kind, ERROR_INPUT);
        end(&r);
    }
    BEGIN(r, OWN_FILE_CSV, "external,family\n1,\"never closed\n2,B\n");
    CHECK_INT(next(&r), OWN_FILE_FAULT);
    CHECK_ERROR(r.err, ERROR_INPUT, "quotation mark");
    CHECK_INT(next(&r), OWN_FILE_END);
    end(&r);
}

CHECK_TEST(a_line_beyond_the_limit_is_passed_over)
{
    size_t size = OWN_LINE_SIZE_MAX + 100;
    char *text = malloc(size + 64);

    CHECK_OR_RETURN(text != NULL);
    int head = sprintf(text, "external,family\n1,");
    memset(text + head, 'a', size);
    sprintf(text + head + size, "\n2,B\n");
    for (enum own_file_format format = OWN_FILE_CSV; format <= OWN_FILE_FTM; format++) {
        struct reading r;
        CHECK(begin(&r, format, text, strlen(text)));
        if (format == OWN_FILE_FTM)
            CHECK_INT(next(&r), OWN_FILE_FAULT); /* the header is no JSON */
        CHECK_INT(next(&r), OWN_FILE_FAULT);
        CHECK_ERROR(r.err, ERROR_INPUT, "longer than 64 KiB");
        if (format == OWN_FILE_CSV)
            CHECK_INT(next(&r), OWN_FILE_PERSON);
        end(&r);
    }
    free(text);
}

CHECK_TEST(follow_the_money_entities_are_people_or_nothing)
{
    BEGIN(
        r, OWN_FILE_FTM,
        "{\"id\":\"p-1\",\"schema\":\"Person\",\"properties\":{\"name\":[\"Gjergj Popaj\",\"Popaj Gjergj\"],"
        "\"firstName\":[\"Gjergj\"],\"lastName\":[\"Popaj\"],\"birthDate\":[\"1984-05-03\",\"1984\"],"
        "\"nationality\":[\"al\"],\"gender\":[\"male\"],\"passportNumber\":[\"BX1034567\"],\"phone\":[\"+355691234567\"],"
        "\"topics\":[\"crime\"]},\"datasets\":[\"x\"]}\n"
        "{\"id\":\"c-1\",\"schema\":\"Company\",\"properties\":{\"name\":[\"A\"]}}\n"
        "\n"
        "{\"id\":\"p-2\",\"schema\":\"Person\",\"properties\":{\"name\":[\"\xD0\x90\xD0\xBD\xD0\xB0\"]}}\n"
        "{\"id\":\"p-3\",\"schema\":\"Person\",\"properties\":{\"birthDate\":[\"never\"],\"name\":[\"A\"]}}\n"
        "{\"id\":\"p-4\",\"schema\":\"Person\",\"properties\":{}}\n"
        "{\"id\":\"p-5\",\"schema\":\"Person\",\"properties\":{\"name\":\"A\"}}\n"
        "no json\n"
        "{\"id\":\"p-6\",\"schema\":\"Person\",\"properties\":{\"alias\":[\"Gogu\"]}}");
    const struct person *person = &r.entry.person;

    CHECK_INT(next(&r), OWN_FILE_PERSON);
    CHECK_SPAN(r.entry.external, "p-1");
    CHECK_SPAN(person->names[0].given, "Gjergj");
    CHECK_SPAN(person->names[0].family, "Popaj");
    CHECK_INT(person->name_count, 2); /* and the other order */
    CHECK_SPAN(person->birth_date, "1984-05-03");
    CHECK_INT(person->sex, SEX_MALE);
    CHECK_SPAN(person->nationalities[0], "AL");
    CHECK_INT(next(&r), OWN_FILE_NOTHING);
    CHECK_INT(next(&r), OWN_FILE_NOTHING);
    CHECK_INT(next(&r), OWN_FILE_PERSON);
    CHECK_INT(person->names[0].script, SCRIPT_CYRILLIC);
    for (int i = 0; i < 4; i++)
        CHECK_INT(next(&r), OWN_FILE_FAULT);
    CHECK_INT(own_file_line(r.file), 8);
    CHECK_INT(next(&r), OWN_FILE_PERSON); /* without a line end */
    CHECK_INT(next(&r), OWN_FILE_END);
    end(&r);
}

CHECK_TEST(xml_gives_people_by_its_mapping)
{
    BEGIN(
        r, OWN_FILE_XML,
        "<?xml version=\"1.0\"?><u:Message xmlns:u=\"urn:x\"><u:Person id=\"p-1\"><u:PersonName>"
        "<u:FamilyName>Popaj</u:FamilyName><u:FirstName> Gjergj </u:FirstName></u:PersonName>"
        "<u:DateOfBirth>1984-05-03</u:DateOfBirth><u:Nationality>AL</u:Nationality>"
        "<u:Alias>Gogu<u:Note>not this</u:Note></u:Alias><u:Contact><u:PhoneNumber>+355691234567</u:PhoneNumber>"
        "</u:Contact><u:Unknown>x</u:Unknown></u:Person><Person id=\"p-2\"><DateOfBirth>never</DateOfBirth>"
        "</Person><Person id=\"p-3\"><LastName>A &amp; &#x42;</LastName></Person></u:Message>\n");
    const struct person *person = &r.entry.person;

    CHECK_INT(next(&r), OWN_FILE_PERSON);
    CHECK_SPAN(r.entry.external, "p-1");
    CHECK_SPAN(person->names[0].family, "Popaj");
    CHECK_SPAN(person->names[0].given, "Gjergj");
    CHECK_SPAN(person->names[1].alias, "Gogu");
    CHECK_SPAN(person->birth_date, "1984-05-03");
    CHECK_SPAN(person->phones[0], "+355691234567");
    CHECK_INT(next(&r), OWN_FILE_FAULT);
    CHECK_ERROR(r.err, ERROR_INPUT, "birth_date");
    CHECK_INT(own_file_line(r.file), 2);
    CHECK_INT(next(&r), OWN_FILE_PERSON);
    CHECK_SPAN(person->names[0].family, "A & B");
    CHECK_INT(next(&r), OWN_FILE_END);
    end(&r);
}

CHECK_TEST(xml_that_is_broken_or_opens_other_things_is_refused)
{
    static const struct fault faults[] = {
        {"<a><Person id=\"1\"><LastName>A</LastName></Person><b></a>", "line 1: mismatched tag"},
        {"<!DOCTYPE a [<!ENTITY e \"x\">]><a><Person id=\"1\"><LastName>&e;</LastName></Person></a>",
         "document type"},
        {"<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", "document type"},
        {"no xml", "line 1"},
        {"<a><Person id=\"1\">", "line 1: no element found"},
    };

    for (size_t i = 0; i < ARRAY_COUNT(faults); i++) {
        BEGIN(r, OWN_FILE_XML, faults[i].line);
        enum own_file_step step = next(&r);
        if (step == OWN_FILE_PERSON)
            step = next(&r);
        CHECK_INT(step, OWN_FILE_FAILED);
        CHECK_ERROR(r.err, ERROR_INPUT, faults[i].why);
        end(&r);
    }
}

CHECK_TEST(a_mapping_of_ones_own_says_where_fields_stand)
{
    struct own_xml_mapping mapping;
    struct error err = {0};
    struct reading r;

    CHECK(!own_xml_mapping_read(span_text("a\tfamily\n"), &mapping, &err));
    CHECK_ERROR(err, ERROR_INPUT, "which element");
    CHECK(!own_xml_mapping_read(span_text("record\tx\na\tcolour\n"), &mapping, &err));
    CHECK_ERROR(err, ERROR_INPUT, "line 2: no such field");
    CHECK(!own_xml_mapping_read(span_text("record\tx\na family\n"), &mapping, &err));
    CHECK_ERROR(err, ERROR_INPUT, "line 2");
    CHECK(!own_xml_mapping_read(span_text("record\tx"), &mapping, &err));
    CHECK(begin(&r, OWN_FILE_XML, "<l><who><nr v=\"7\"/><n><x>A</x></n><m><x>B</x></m></who></l>",
                strlen("<l><who><nr v=\"7\"/><n><x>A</x></n><m><x>B</x></m></who></l>")));
    error_clear(&err);
    CHECK_OK(own_xml_mapping_read(
                 span_text("# ours\nrecord\twho\nnr/@v\texternal\nn/x\tfamily\nm/x\tgiven\n"),
                 &r.mapping, &err),
             err);
    CHECK_INT(next(&r), OWN_FILE_PERSON);
    CHECK_SPAN(r.entry.external, "7");
    CHECK_SPAN(r.entry.person.names[0].family, "A");
    CHECK_SPAN(r.entry.person.names[0].given, "B");
    end(&r);
}

CHECK_TEST(a_person_keeps_the_id_over_imports)
{
    uint8_t first[UUID_SIZE];

    for (int i = 0; i < 2; i++) {
        BEGIN(r, OWN_FILE_CSV, "external,family\nx-1,A\nx-2,A\n");
        CHECK_INT(next(&r), OWN_FILE_PERSON);
        if (i == 0)
            memcpy(first, r.entry.person.marking.id, UUID_SIZE);
        CHECK(memcmp(first, r.entry.person.marking.id, UUID_SIZE) == 0);
        CHECK_INT(next(&r), OWN_FILE_PERSON);
        CHECK(memcmp(first, r.entry.person.marking.id, UUID_SIZE) != 0);
        end(&r);
    }
}

CHECK_TEST(what_is_read_is_what_the_node_takes)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct problems problems = {0};
    struct person person;
    BEGIN(r, OWN_FILE_CSV,
          "external,family,given,birth_date,personal_number,address\n"
          "x-1,Popaj,Gjergj,1.1.1984,AL:J05910121C,\"Rruga e Dibr\xC3\xABs 3\"\n");

    CHECK_INT(next(&r), OWN_FILE_PERSON);
    CHECK(own_person_write(&r.entry.person, &body));
    CHECK(own_person_read(buffer_span(&body), &arena, &person, &problems));
    CHECK_SPAN(person.birth_date, "1984"); /* 1 January stands for the year */
    CHECK_SPAN(person.documents[0].number, "J05910121C");
    CHECK_SPAN(own_file_text(r.file),
               "a3:x-1b5:Popajc6:Gjergji8:1.1.1984p13:AL:J05910121Cr17:Rruga e Dibr\xC3\xABs 3\n");
    end(&r);
}

int main(void)
{
    CHECK_RUN(a_table_gives_people_with_all_their_fields);
    CHECK_RUN(every_separator_is_found);
    CHECK_RUN(a_wrong_line_is_told_and_the_next_is_read);
    CHECK_RUN(what_is_no_table_is_refused);
    CHECK_RUN(a_line_beyond_the_limit_is_passed_over);
    CHECK_RUN(follow_the_money_entities_are_people_or_nothing);
    CHECK_RUN(xml_gives_people_by_its_mapping);
    CHECK_RUN(xml_that_is_broken_or_opens_other_things_is_refused);
    CHECK_RUN(a_mapping_of_ones_own_says_where_fields_stand);
    CHECK_RUN(a_person_keeps_the_id_over_imports);
    CHECK_RUN(what_is_read_is_what_the_node_takes);
    return check_end();
}

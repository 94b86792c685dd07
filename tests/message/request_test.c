/* Requests: see message/request.h. covers: rules */
#include "check.h"
#include "message/support/samples.h"
#include "message/support/torture.h"

#include "base/attributes.h"
#include "base/limits.h"

#include <time.h>

static struct problems problems;

static void body_of(const struct request *request, struct buffer *body)
{
    CHECK(request_write(request, body));
}

CHECK_TEST(the_reader_stands_every_damage)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_REQUEST, &body));
    CHECK_INT(torture_body(&request_form, buffer_span(&body)), 0);
}

CHECK_TEST(a_request_with_parts_stands_every_damage)
{
    static struct sample_parts room;
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct request request;
    CHECK_OR_RETURN(sample_request_with_parts(&room, &request));
    request.persons = NULL;
    request.person_count = 0;
    body_of(&request, &body);
    CHECK_INT(torture_body(&request_form, buffer_span(&body)), 0);
}

//= dir-2023-977 art 4(5)
CHECK_TEST(a_required_field_left_out_is_named)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct request request = sample_request();
    request.persons = NULL;
    request.person_count = 0;
    body_of(&request, &body);
    CHECK_INT(torture_missing(&request_form, buffer_span(&body)), 0);
}

CHECK_TEST(what_is_written_is_read)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct request wanted = sample_request_urgent();
    struct request found;

    body_of(&wanted, &body);
    CHECK_OR_RETURN(request_read(buffer_span(&body), &arena, &found, &problems));
    CHECK_SPAN(found.reference, "RO-2026-000017");
    CHECK(found.is_urgent && found.urgency_ground == URGENCY_THREAT_LIFE);
    CHECK(span_equal(found.urgency_reason, wanted.urgency_reason));
    CHECK(found.offences == wanted.offences);
    CHECK_INT(found.person_count, 2);
    CHECK_INT(found.persons[0].name_count, 3);
    CHECK(span_equal(found.persons[0].names[1].family, wanted.persons[0].names[1].family));
    CHECK_SPAN(found.persons[0].names[2].alias, "أبو القمر");
    CHECK_SPAN(found.persons[1].phones[0], "+40 700 000 001");
    CHECK(found.has_transfer && found.transfer.ground == TRANSFER_ART61_TREATY);
    CHECK_INT(found.foreign_reference_count, 1);
    CHECK(found.is_training);
    CHECK_INT(found.parts.count, 0);
}

//= dir-2023-977 art 4(3)(a)
//= dir-2023-977 art 4(3)(b)
//= dir-2023-977 art 4(4)
CHECK_TEST(each_fault_is_refused_at_its_field)
{
    static const struct fault faults[] = {
        {"\"necessary_and_proportionate\":true", "\"necessary_and_proportionate\":false",
         "necessary_and_proportionate", ERROR_RULE},
        {"\"believed_available\":true", "\"believed_available\":false", "believed_available",
         ERROR_RULE},
        {"\"no_death_penalty\":true", "\"no_death_penalty\":false", "no_death_penalty", ERROR_RULE},
        {"\"urgent\":false", "\"urgent\":true", "urgency_ground", ERROR_RULE},
        {"\"urgent\":false", "\"urgent\":true", "urgency_reason", ERROR_RULE},
        {"\"urgent\":false", "\"urgent\":true,\"urgency_ground\":\"threat_life\"", "urgency_reason",
         ERROR_RULE},
        {"\"urgent\":false", "\"urgent\":false,\"urgency_ground\":\"threat_life\"",
         "urgency_ground", ERROR_INPUT},
        {"\"urgent\":false", "\"urgent\":false,\"urgency_reason\":\"soon\"", "urgency_reason",
         ERROR_INPUT},
        {"\"urgent\":false", "\"urgent\":true,\"urgency_ground\":\"chief_wants_it\"",
         "urgency_ground", ERROR_INPUT},
        {"\"offences\":[\"migrant_smuggling\",\"organised_crime\"],\"facts\"",
         "\"offences\":[],\"facts\"", "offences", ERROR_RULE},
        {"\"offences\":[\"migrant_smuggling\",\"organised_crime\"],\"facts\"",
         "\"offences\":[\"defamation\"],\"facts\"", "offences", ERROR_INPUT},
        {"\"offences\":[\"migrant_smuggling\",\"organised_crime\"],\"facts\"",
         "\"offences\":[\"murder\",\"murder\"],\"facts\"", "offences", ERROR_INPUT},
        {"\"purpose\":\"investigation\"", "\"purpose\":\"return\"", "purpose", ERROR_INPUT},
        {"\"language\":\"en\"", "\"language\":\"EN\"", "language", ERROR_INPUT},
        {"\"language\":\"en\",\"handling\":[\"H1\"]",
         "\"language\":\"en\",\"handling\":[\"H0\",\"H1\"]", "handling", ERROR_INPUT},
        {"\"language\":\"en\",\"handling\":[\"H1\"]", "\"language\":\"en\",\"handling\":[\"H3\"]",
         "handling", ERROR_INPUT},
        {"\"language\":\"en\",\"handling\":[\"H1\"]", "\"language\":\"en\",\"handling\":[]",
         "handling", ERROR_INPUT},
        {"\"officer-7f3a\"", "\"Maria Popa\"", "officer", ERROR_INPUT},
        {"\"channel\":\"interpol\"", "\"channel\":\"friend\"", "foreign_references[0].channel",
         ERROR_INPUT},
        {"\"category\":\"suspect\"", "\"category\":\"target\"", "persons[0].category", ERROR_INPUT},
        {"\"info_eval\":2", "\"info_eval\":5", "persons[0].marking.info_eval", ERROR_INPUT},
        {"00000000001\"", "00000000002\"", "persons[1].marking.id", ERROR_INPUT},
        {"\"classification\":\"unclassified\"", "\"classification\":\"limited\"",
         "persons[0].marking.classification", ERROR_RULE},
        {"\"reference\":\"RO-2026-000017\"", "\"reference\":\"a\\u0007b\"", "reference",
         ERROR_INPUT},
    };
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_REQUEST, &body));
    CHECK_INT(torture_faults(&request_form, buffer_span(&body), faults, ARRAY_COUNT(faults)), 0);
}

static bool is_read(const struct request *request, const char *path)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct request found;
    body_of(request, &body);
    problems_clear(&problems);
    bool ok = request_read(buffer_span(&body), &arena, &found, &problems);
    if (!ok && path != NULL && strcmp(problems.list[0].path, path) != 0)
        printf("refused at %s: %s\n", problems.list[0].path, problems.list[0].text);
    return ok;
}

static bool is_refused_at(const struct request *request, const char *path)
{
    return !is_read(request, path) && strcmp(problems.list[0].path, path) == 0;
}

//= dir-2016-680 art 35(1)(d)
//= dir-2016-680 art 38(1)
CHECK_TEST(every_person_has_a_ground_of_transfer)
{
    struct request request = sample_request();
    struct person persons[2] = {sample_persons[0], sample_persons[1]};

    request.has_transfer = false;
    CHECK(is_refused_at(&request, "persons[0].marking.transfer"));
    CHECK_INT(problems.count, 2);
    request.persons = persons;
    for (size_t i = 0; i < 2; i++) {
        persons[i].marking.has_transfer = true;
        persons[i].marking.transfer = sample_request().transfer;
    }
    CHECK(is_read(&request, NULL));
    CHECK(request_transfer_of(&request, &persons[0]) == &persons[0].marking.transfer);
    persons[0].marking.has_transfer = false;
    CHECK(request_transfer_of(&request, &persons[0]) == NULL);
    CHECK(is_refused_at(&request, "persons[0].marking.transfer"));
    request.has_transfer = true;
    CHECK(request_transfer_of(&request, &persons[0]) == &request.transfer);
    CHECK(is_read(&request, NULL));
}

//= dir-2016-680 art 38(1)
CHECK_TEST(article_38_is_never_for_a_list)
{
    struct request request = sample_request();

    request.transfer.ground = TRANSFER_ART38_1C;
    request.transfer.reason = span_text("A bomb threat against the port.");
    CHECK(is_refused_at(&request, "transfer"));
    request.person_count = 1;
    CHECK(is_read(&request, NULL));
    request.transfer.reason = span_text("");
    CHECK(is_refused_at(&request, "transfer.reason"));
}

CHECK_TEST(missing_persons_need_no_offence)
{
    struct request request = sample_request();
    request.purpose = PURPOSE_MISSING_PERSONS;
    request.offences = 0;
    CHECK(is_read(&request, NULL));
}

CHECK_TEST(more_than_32_persons_are_refused)
{
    static struct person persons[PERSON_COUNT_MAX + 1];
    struct request request = sample_request();

    for (size_t i = 0; i <= PERSON_COUNT_MAX; i++) {
        persons[i] = sample_persons[1];
        persons[i].marking.id[0] = (uint8_t)i;
    }
    request.persons = persons;
    request.person_count = PERSON_COUNT_MAX;
    CHECK(is_read(&request, NULL));
    request.person_count = PERSON_COUNT_MAX + 1;
    CHECK(is_refused_at(&request, "persons"));
    CHECK_INT(problems.list[0].kind, ERROR_LIMIT);
}

CHECK_TEST(parts_and_attachments_agree)
{
    static struct sample_parts room;
    struct request request;

    CHECK_OR_RETURN(sample_request_with_parts(&room, &request));
    CHECK(is_read(&request, NULL));
    room.parts[1].size++;
    CHECK(is_refused_at(&request, "attachments"));
    room.parts[1].size--;
    room.attachment.part = 1;
    CHECK(!is_read(&request, NULL));
    room.attachment.part = 3;
    CHECK(!is_read(&request, NULL));
    room.attachment.part = 2;
    request.attachments.count = 0;
    CHECK(is_refused_at(&request, "parts"));
    request.attachments.count = 1;
    room.parts[0].number = 2;
    CHECK(is_refused_at(&request, "parts"));
    room.parts[0].number = 1;
    room.attachment.segment_hashes.size -= DIGEST_SIZE;
    CHECK(is_refused_at(&request, "attachments[0].segment_hashes"));
    room.attachment.segment_hashes.size += DIGEST_SIZE;
    room.attachment.name = span_text("../etc/passwd");
    CHECK(is_refused_at(&request, "attachments[0].name"));
    room.attachment.name = span_text("..");
    CHECK(is_refused_at(&request, "attachments[0].name"));
    room.attachment.name = span_text("a.pdf");
    room.parts[0].size = PART_SIZE_MAX + 1;
    CHECK(is_refused_at(&request, "parts[0].size"));
    room.parts[0].size = PART_SIZE_MAX;
    CHECK(is_read(&request, NULL));
}

CHECK_TEST(numbered_samples_differ_in_their_reference)
{
    char first[24];
    char second[24];
    struct request request = sample_request_numbered(7, first);
    CHECK_SPAN(request.reference, "RO-7");
    request = sample_request_numbered(8, second);
    CHECK_SPAN(request.reference, "RO-8");
    CHECK(is_read(&request, NULL));
}

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

enum { ROUNDS = 20, READS = 1000 };

/* Best of ROUNDS, so that what else the machine does counts little. `is_whole`: all of reading; else the parser alone. */
static double read_us(struct span body, bool is_whole)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct error err = {0};
    struct request request;
    double best = 1e9;

    problems_clear(&problems);
    for (int i = 0; i < ROUNDS; i++) {
        double start = now_us();
        for (int j = 0; j < READS; j++) {
            struct json *json CLEANUP(json_free) = NULL;
            if (is_whole)
                CHECK(request_read(body, &arena, &request, &problems));
            else
                CHECK(json_parse(body, &json, &err));
            arena_free(&arena);
        }
        double each = (now_us() - start) / READS;
        best = each < best ? each : best;
    }
    return best;
}

/* A figure, not a claim. */
static void measure(void)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    CHECK(sample_body(MESSAGE_REQUEST, &body));
    double whole = read_us(buffer_span(&body), true);
    printf(
        "a request of %zu bytes and 2 persons: read in %.1f us, of which the JSON parser %.1f us\n",
        body.size, whole, read_us(buffer_span(&body), false));
}

int main(int count, char **arguments)
{
    if (count == 2 && strcmp(arguments[1], "--measure") == 0) {
        measure();
        return 0;
    }
    CHECK_RUN(the_reader_stands_every_damage);
    CHECK_RUN(a_request_with_parts_stands_every_damage);
    CHECK_RUN(a_required_field_left_out_is_named);
    CHECK_RUN(what_is_written_is_read);
    CHECK_RUN(each_fault_is_refused_at_its_field);
    CHECK_RUN(every_person_has_a_ground_of_transfer);
    CHECK_RUN(article_38_is_never_for_a_list);
    CHECK_RUN(missing_persons_need_no_offence);
    CHECK_RUN(more_than_32_persons_are_refused);
    CHECK_RUN(parts_and_attachments_agree);
    CHECK_RUN(numbered_samples_differ_in_their_reference);
    return check_end();
}

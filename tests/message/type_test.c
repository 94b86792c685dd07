/* The type table: see message/type.h. */
#include "check.h"
#include "message/support/samples.h"

#include "base/attributes.h"
#include "message/form.h"

static struct problems problems;

CHECK_TEST(each_row_is_whole)
{
    for (unsigned i = 1; i < MESSAGE_TYPE_COUNT; i++) {
        const struct message_type_row *row = &message_types[i];
        enum message_type type = (enum message_type)i;
        CHECK_OR_RETURN(row->name != NULL && row->meaning != NULL);
        CHECK(row->version > 0);
        CHECK(row->has_body == (row->form != NULL));
        CHECK(row->has_body == (row->retention != RETENTION_NONE));
        CHECK(row->is_domestic == (row->sender == SENDER_SELF));
        CHECK(message_sender_names[row->sender] != NULL);
        CHECK(message_retention_names[row->retention] != NULL);
        CHECK(message_type_find(span_text(row->name), row->version) == type);
        CHECK(message_type_find(span_text(row->name), row->version + 1) == MESSAGE_UNKNOWN);
        CHECK(strcmp(message_type_name(type), row->name) == 0);
        CHECK_INT(message_type_version(type), row->version);
    }
}

CHECK_TEST(unknown_types_are_answered_without_a_row)
{
    CHECK(message_type_find(span_text("chart"), 1) == MESSAGE_UNKNOWN);
    CHECK(message_type_find(span_text(""), 0) == MESSAGE_UNKNOWN);
    CHECK(strcmp(message_type_name(MESSAGE_UNKNOWN), "unknown") == 0);
    CHECK_INT(message_type_version(MESSAGE_UNKNOWN), 0);
    CHECK(!message_type_is_business(MESSAGE_UNKNOWN));
    CHECK(!message_type_is_exchanged(MESSAGE_UNKNOWN));
    CHECK(!message_type_owes_outcome(MESSAGE_UNKNOWN));
}

/* A suspension stops what is new; the books of the exchange and erasures go on. */
CHECK_TEST(suspension_stops_business_alone)
{
    CHECK(message_type_is_business(MESSAGE_REQUEST) && message_type_is_business(MESSAGE_ANSWER));
    CHECK(!message_type_is_business(MESSAGE_ERASED));
    CHECK(!message_type_is_business(MESSAGE_OUTCOMES));
    CHECK(!message_type_is_business(MESSAGE_WITHDRAWN));
    CHECK(!message_type_owes_outcome(MESSAGE_OUTCOMES));
    CHECK(!message_type_is_exchanged(MESSAGE_ACT) && !message_type_is_exchanged(MESSAGE_FILLER));
}

CHECK_TEST(every_body_is_read_by_its_type_and_no_other)
{
    for (unsigned i = 0; i < MESSAGE_TYPE_COUNT; i++) {
        struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
        bool has_sample = sample_body((enum message_type)i, &body);
        CHECK(has_sample == message_types[i].has_body);
        for (unsigned j = 0; j < MESSAGE_TYPE_COUNT; j++) {
            struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
            problems_clear(&problems);
            const void *read =
                message_read((enum message_type)j, buffer_span(&body), &arena, &problems);
            CHECK((read != NULL) == (has_sample && i == j));
            CHECK((read != NULL) == (problems.count == 0));
        }
    }
}

CHECK_TEST(parts_are_found_in_the_types_that_have_them)
{
    static struct sample_parts room;
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    const struct attachment_list *attachments;
    const struct part_list *parts;
    struct request request;

    CHECK_OR_RETURN(sample_request_with_parts(&room, &request));
    CHECK(request_write(&request, &body));
    problems_clear(&problems);
    const void *read = message_read(MESSAGE_REQUEST, buffer_span(&body), &arena, &problems);
    CHECK_OR_RETURN(read != NULL);
    CHECK(message_parts(MESSAGE_REQUEST, read, &parts, &attachments));
    CHECK_INT(parts->count, 2);
    CHECK_INT(attachments->count, 1);
    CHECK(!message_parts(MESSAGE_ACT, read, &parts, &attachments));
    CHECK(parts == NULL && attachments == NULL);
}

int main(void)
{
    CHECK_RUN(each_row_is_whole);
    CHECK_RUN(unknown_types_are_answered_without_a_row);
    CHECK_RUN(suspension_stops_business_alone);
    CHECK_RUN(every_body_is_read_by_its_type_and_no_other);
    CHECK_RUN(parts_are_found_in_the_types_that_have_them);
    return check_end();
}

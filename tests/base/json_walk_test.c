/* Walking a document whose form is not known: see base/json_walk.h. */
#include "check.h"

#include "base/json_walk.h"

static const char text[] =
    "{\"z\":\"one\",\"a\":[1,true,null,\"x\"],\"m\":{\"inner\":-7},\"e\":[],\"o\":{}}";

CHECK_TEST(members_come_in_the_order_of_the_text)
{
    static const char *const keys[] = {"z", "a", "m", "e", "o"};
    struct json *json CLEANUP(json_free) = NULL;
    struct json_member member = {.place = NULL};
    struct error err = {0};
    size_t count = 0;

    CHECK_OK(json_parse(span_text(text), &json, &err), err);
    CHECK_INT(json_look(json_root(json)).kind, JSON_KIND_OBJECT);
    CHECK_INT(json_look(json_root(json)).count, 5);
    for (; json_member_next(json_root(json), &member); count++)
        CHECK(count < ARRAY_COUNT(keys) && span_is(member.key, keys[count]));
    CHECK_INT(count, 5);
}

CHECK_TEST(every_kind_is_seen)
{
    static const enum json_kind kinds[] = {JSON_KIND_INTEGER, JSON_KIND_BOOLEAN, JSON_KIND_NULL,
                                           JSON_KIND_TEXT};
    struct json *json CLEANUP(json_free) = NULL;
    struct json_member member = {.place = NULL};
    struct error err = {0};

    CHECK_OK(json_parse(span_text(text), &json, &err), err);
    CHECK(json_member_next(json_root(json), &member));
    CHECK_SPAN(json_look(member.value).text, "one");
    CHECK(json_member_next(json_root(json), &member));
    CHECK_INT(json_look(member.value).count, 4);
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++)
        CHECK_INT(json_look(json_element(member.value, i)).kind, kinds[i]);
    CHECK_INT(json_look(json_element(member.value, 0)).integer, 1);
    CHECK(json_look(json_element(member.value, 1)).boolean);
    CHECK(json_element(member.value, 4) == NULL);
    CHECK(json_element(json_root(json), 0) == NULL);
}

CHECK_TEST(what_is_no_object_has_no_members)
{
    struct json *json CLEANUP(json_free) = NULL;
    struct json_member member = {.place = NULL};
    struct error err = {0};

    CHECK_OK(json_parse(span_text("[1]"), &json, &err), err);
    CHECK(!json_member_next(json_root(json), &member));
}

int main(void)
{
    CHECK_RUN(members_come_in_the_order_of_the_text);
    CHECK_RUN(every_kind_is_seen);
    CHECK_RUN(what_is_no_object_has_no_members);
    return check_end();
}

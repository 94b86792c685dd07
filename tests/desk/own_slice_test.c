/*
 * A slice of an import: what a file's reader writes is read as the same people; what is cut, changed, too long or of
 * another form is refused and reaches nobody beyond its end.
 */
#include "check.h"
#include "desk/own_slice.h"
#include "message/support/samples.h"

#include <stdlib.h>

static struct own_slice slice;
static struct problems problems;
static struct error err;
static struct arena arena;

static bool opened(struct span body)
{
    error_clear(&err);
    problems_clear(&problems);
    return own_slice_open(&slice, body, span_text("register"), &arena, &problems, &err);
}

static void usual_make(struct own_entry *usual)
{
    *usual = (struct own_entry){.person = {.marking = sample_persons[0].marking,
                                           .category = PERSON_SUSPECT,
                                           .link_to_purpose = span_text("test")}};
}

/* With "people" behind the first line. */
static void body_make(struct buffer *out, const char *people)
{
    struct own_entry usual;

    usual_make(&usual);
    buffer_clear(out);
    CHECK(own_slice_begin(out, &usual) && buffer_text(out, people));
}

static size_t people_of(struct span body)
{
    struct own_entry entry;
    bool is_end = false;
    size_t count = 0;

    if (!opened(body))
        return 1000;
    while (own_slice_next(&slice, &entry, &is_end, &err) && !is_end)
        count++;
    return is_end ? count : 1000;
}

static const char two[] = "a3:x-1b5:Popajc6:Gjergji8:3.5.1984x4:c-17\na3:x-2b5:Hoxhaw3:yes\n";

CHECK_TEST(people_come_with_what_holds_for_everybody_and_what_is_their_own)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(1 << 16);
    struct own_entry entry;
    bool is_end = true;

    body_make(&body, "a3:x-1b5:Popajc6:Gjergji8:3.5.1984x4:c-17\na3:x-2b5:Hoxhaw3:yesy2:C4\n");
    CHECK_OK(opened(buffer_span(&body)), err);
    CHECK_OK(own_slice_next(&slice, &entry, &is_end, &err), err);
    CHECK(!is_end);
    CHECK_SPAN(entry.external, "x-1");
    CHECK_SPAN(entry.case_number, "c-17");
    CHECK_SPAN(entry.person.names[0].family, "Popaj");
    CHECK_SPAN(entry.person.birth_date, "1984-05-03");
    CHECK_SPAN(entry.person.link_to_purpose, "test");
    CHECK(entry.person.category == PERSON_SUSPECT && !entry.is_shielded &&
          entry.person.marking.info_eval == sample_persons[0].marking.info_eval);
    CHECK_OK(own_slice_next(&slice, &entry, &is_end, &err), err);
    CHECK(entry.is_shielded && entry.case_number.size == 0 && entry.person.birth_date.size == 0 &&
          entry.person.marking.info_eval == 4);
    CHECK_OK(own_slice_next(&slice, &entry, &is_end, &err), err);
    CHECK(is_end);
    CHECK_INT(people_of(span_part(buffer_span(&body), 0, body.size)), 2);
}

CHECK_TEST(what_is_cut_is_refused)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(1 << 16);
    size_t first;

    body_make(&body, "");
    first = body.size;
    CHECK_INT(people_of(buffer_span(&body)), 0);
    body_make(&body, "a3:x-1b5:Popaj\na3:x-2b5:Hoxha\n");
    for (size_t size = 0; size < body.size; size++) {
        size_t count = people_of(span_part(buffer_span(&body), 0, size));
        bool is_whole = size == first || size == first + 15;
        CHECK(is_whole ? count == (size - first) / 15 : count == 1000);
    }
    CHECK_INT(people_of(buffer_span(&body)), 2);
}

CHECK_TEST(what_has_another_form_is_refused)
{
    static const char *const wrong[] = {
        "a3:x-1b5:Popaj",        /* no end */
        "A3:x-1b5:Popaj\n",      /* no letter of a field */
        "z3:x-1b5:Popaj\n",      /* beyond the last */
        "a:x-1b5:Popaj\n",       /* no size */
        "a0:b5:Popaj\n",         /* empty */
        "a99999:x-1b5:Popaj\n",  /* longer than there is */
        "a999999:x-1b5:Popaj\n", /* more digits than a size has */
        "a3x-1b5:Popaj\n",       /* no colon */
        "b5:Popaj\n",            /* without a number */
        "a3:x-1\n",              /* without a name */
        "a3:x-1b5:Pop\x01j\n",   /* no plain text */
        "a3:x-1b5:Popaji5:never\n",
        "a3:x-1b5:Popajn9:al:123456\n",
        "\n",
    };
    struct buffer body CLEANUP(buffer_free) = buffer_make(1 << 16);

    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        body_make(&body, wrong[i]);
        bool is_refused = people_of(buffer_span(&body)) == 1000 && err.kind == ERROR_INPUT;
        CHECK(is_refused);
        if (!is_refused)
            printf("  %s", wrong[i]);
    }
    CHECK_INT(people_of(span_text("")), 1000);
    CHECK_INT(people_of(span_text("{}\n")), 1000);
    CHECK_INT(people_of(span_text("a3:x-1b5:Popaj\n")), 1000);
}

CHECK_TEST(every_changed_byte_gives_people_or_an_error)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(1 << 16);
    struct buffer kept CLEANUP(buffer_free) = buffer_make(1 << 16);

    body_make(&body, two);
    for (size_t at = 0; at < body.size; at++) {
        uint8_t before = body.data[at];
        for (unsigned bit = 0; bit < 8; bit++) {
            struct own_entry entry;
            bool is_end = false;
            body.data[at] = before ^ (uint8_t)(1u << bit);
            if (!opened(buffer_span(&body))) {
                CHECK(err.kind != ERROR_NONE);
                continue;
            }
            while (own_slice_next(&slice, &entry, &is_end, &err) && !is_end) {
                struct person read;
                buffer_clear(&kept);
                problems_clear(&problems);
                CHECK(own_person_write(&entry.person, &kept) &&
                      own_person_read(buffer_span(&kept), &arena, &read, &problems));
            }
            CHECK(is_end || err.kind == ERROR_INPUT);
        }
        body.data[at] = before;
        arena_free(&arena);
    }
}

int main(void)
{
    arena = arena_make(64 << 20);
    CHECK_RUN(people_come_with_what_holds_for_everybody_and_what_is_their_own);
    CHECK_RUN(what_is_cut_is_refused);
    CHECK_RUN(what_has_another_form_is_refused);
    CHECK_RUN(every_changed_byte_gives_people_or_an_error);
    arena_free(&arena);
    return check_end();
}

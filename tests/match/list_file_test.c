/* List file: people from CSV, and what is no list of people. */
#include "match/list_file.h"
#include "check.h"
#include "match/support/cards.h"

static struct cards cards;

struct read_list {
    struct link_list list;
    struct list_ids ids;
    struct error err;
    bool ok;
};

static void list_read(struct span text, struct read_list *out)
{
    out->err = (struct error){0};
    list_ids_make(&out->ids);
    link_list_make(cards.lexicon, BLOCKING_ALL, &out->list);
    out->ok = list_file_read(text, "people.csv", cards.folder, &out->list, &out->ids, &out->err);
}

static void list_free(struct read_list *read)
{
    link_list_free(&read->list);
    list_ids_free(&read->ids);
}

static const char *word_at(const struct read_list *read, size_t record, size_t word)
{
    const struct record *found = &read->list.records[record];

    return word < found->count ? lexicon_word(cards.lexicon, found->words[word].word)->token.text
                               : "";
}

CHECK_TEST(columns_stand_in_any_order_and_others_are_passed_over)
{
    struct read_list read;

    list_read(span_text("family,note,id,born,given,sex\r\n"
                        "\"Petrova, \"\"Peti\"\"\",secret,A1,1984-05-03,Ana,f\r\n"
                        "Stefanik,,B2,,Zef,m"),
              &read);
    CHECK_OK(read.ok, read.err);
    CHECK_INT(read.list.count, 2);
    CHECK_SPAN(read.ids.ids[0], "A1");
    CHECK_SPAN(read.ids.ids[1], "B2");
    CHECK(strcmp(word_at(&read, 0, 0), "ana") == 0);
    CHECK(strcmp(word_at(&read, 0, 1), "petrova") == 0);
    CHECK(strcmp(word_at(&read, 0, 2), "peti") == 0);
    CHECK_INT(read.list.records[0].count, 3); /* the note is nowhere */
    CHECK_INT(birth_unpack(read.list.records[0].birth).year, 1984);
    CHECK_INT(read.list.records[1].sex, RECORD_SEX_MALE);
    list_free(&read);
}

CHECK_TEST(names_of_one_number_belong_together)
{
    struct read_list read;

    list_read(span_text("\xef\xbb\xbfid,given,family,given2,family2,phone,phone2\n"
                        "A,Ana,Petrova,Anna,Petri,0691234,0695678\n"),
              &read);
    CHECK_OK(read.ok, read.err);
    CHECK_INT(record_part(&read.list.records[0], RECORD_GIVEN, 1).count, 1);
    CHECK_INT(record_part(&read.list.records[0], RECORD_FAMILY, 0).count, 1);
    CHECK_INT(record_groups(&read.list.records[0], RECORD_PHONE), 2);
    list_free(&read);
}

CHECK_TEST(a_date_that_is_none_is_unknown_and_counted)
{
    struct read_list read;

    list_read(span_text("id,given,born\nA,Ana,yesterday\nB,Zef,1984\nC,Lule\n\n"), &read);
    CHECK_OK(read.ok, read.err);
    CHECK_INT(read.list.count, 3);
    CHECK_INT(read.ids.unread_births, 1);
    CHECK_INT(read.list.records[0].birth, 0);
    list_free(&read);
}

CHECK_TEST(what_is_no_list_is_refused_with_its_line)
{
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"", "line 0: the line of columns"},
        {"given,family\nAna,Petrova\n", "line 1: the first line names one column id"},
        {"id,id,given\n", "line 1: the first line names one column id"},
        {"id,note\nA,b\n", "line 1: the first line names one column id"},
        {"id,given\nA,Ana\nB,Zef,x\n", "line 3: more cells than columns"},
        {"id,given\n,Ana\n", "line 2: an id is 1 to 64 bytes"},
        {"id,given\nA,\"Ana\n", "line 2: a quote is not closed"},
        {"id,given\nA,\"Ana\"x\n", "line 2: something stands behind"},
    };
    struct read_list read;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        list_read(span_text(cases[i].text), &read);
        CHECK(!read.ok);
        CHECK_ERROR(read.err, ERROR_INPUT, cases[i].wanted);
        list_free(&read);
    }
}

CHECK_TEST(bytes_cut_or_changed_anywhere_are_read_or_refused)
{
    static const char good[] = "id,name,born\nA,\"Ana, Petrova\",1984-05-03\nB,Zef,1972\n";
    struct read_list read;
    char text[sizeof good];

    for (size_t i = 0; i < sizeof good; i++) {
        memcpy(text, good, sizeof good);
        list_read(span_make(text, i), &read);
        CHECK(read.ok || read.err.kind == ERROR_INPUT);
        CHECK_INT(read.list.count <= 2 && read.ids.count >= read.list.count, 1);
        list_free(&read);
        for (int byte = 0; byte < 256; byte += 15) {
            text[i] = (char)byte;
            list_read(span_make(text, sizeof good - 1), &read);
            CHECK(read.ok || read.err.kind == ERROR_INPUT);
            list_free(&read);
        }
    }
}

CHECK_TEST(a_cell_and_a_row_have_a_limit)
{
    struct read_list read;
    size_t size = LIST_CELL_MAX + 64;
    char *text = malloc(size);

    CHECK_OR_RETURN(text != NULL);
    memset(text, 'a', size);
    memcpy(text, "id,name\nA,", 10);
    list_read(span_make(text, size), &read);
    CHECK_ERROR(read.err, ERROR_INPUT, "line 2: a cell of more than 4096 bytes");
    list_free(&read);
    memset(text, ',', size);
    list_read(span_make(text, size), &read);
    CHECK_ERROR(read.err, ERROR_INPUT, "line 1: more than 64 columns");
    list_free(&read);
    free(text);
}

int main(void)
{
    cards_make(&cards);
    CHECK_RUN(columns_stand_in_any_order_and_others_are_passed_over);
    CHECK_RUN(names_of_one_number_belong_together);
    CHECK_RUN(a_date_that_is_none_is_unknown_and_counted);
    CHECK_RUN(what_is_no_list_is_refused_with_its_line);
    CHECK_RUN(bytes_cut_or_changed_anywhere_are_read_or_refused);
    CHECK_RUN(a_cell_and_a_row_have_a_limit);
    cards_free(&cards);
    return check_end();
}

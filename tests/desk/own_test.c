/*
 * Own index: people come by slices and stay whole; they are found by name, number and date, by those and for that alone who
 * may see them; every question stands in the log; who is removed is found no more.
 * covers: own_find own_guard own_import own_index own_person own_search
 */
#include "check.h"
#include "desk/own.h"
#include "desk/own_form.h"
#include "desk/own_index.h"
#include "desk/own_slice.h"
#include "journal/private.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

static struct pair pair;
static char directory[600];
static struct buffer answer;

#define DIGEST_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

struct someone {
    const char *external;
    const char *given;
    const char *family;
    const char *birth;
    const char *document; /* NULL: none */
    const char *phone;
    enum person_category category;
    bool is_shielded;
    const char *case_number;
};

static const struct someone people[] = {
    {"1", "Gjergj", "Popaj", "1984-05-03", "BX1034567", "+355691234567", PERSON_SUSPECT, false, ""},
    {"2", "Gjergji", "Popa", "1979", NULL, NULL, PERSON_SUSPECT, false, ""},
    {"3", "Arben", "Krasniqi", "1990-11-21", NULL, NULL, PERSON_SUSPECT, false, ""},
    {"4", "Mirela", "Dumitrescu", "2001-02-03", NULL, NULL, PERSON_VICTIM, false, "c-1"},
    {"5", "Nadira", "Qamari", "1999-07-08", NULL, NULL, PERSON_CONTACT_ASSOCIATE, true, "c-1"},
};

static void field_put(struct buffer *out, enum own_field field, const char *value)
{
    if (value != NULL && value[0] != 0)
        buffer_format(out, "%c%zu:%s", 'a' + (int)field, strlen(value), value);
}

static void someone_put(struct buffer *out, const struct someone *from)
{
    field_put(out, OWN_EXTERNAL, from->external);
    field_put(out, OWN_FAMILY, from->family);
    field_put(out, OWN_GIVEN, from->given);
    field_put(out, OWN_BIRTH_DATE, from->birth);
    if (from->document != NULL)
        buffer_format(out, "%c%zu:AL:%s", 'a' + OWN_PASSPORT, strlen(from->document) + 3,
                      from->document);
    field_put(out, OWN_PHONE, from->phone);
    field_put(out, OWN_CATEGORY, person_category_names[from->category]);
    field_put(out, OWN_SHIELD, from->is_shielded ? "yes" : "no");
    field_put(out, OWN_CASE, from->case_number);
    buffer_byte(out, '\n');
}

static bool act(const char *name, const char *arguments, struct span body, struct error *err)
{
    error_clear(err);
    buffer_clear(&answer);
    return pair_act(&pair.nodes[0], name, arguments, body, &answer, err);
}

static bool slice(const char *digest, const struct someone *from, size_t count, int first, int last,
                  struct error *err)
{
    struct own_entry usual = {.person = {.marking = sample_persons[0].marking,
                                         .category = PERSON_SUSPECT,
                                         .link_to_purpose = span_text("test")}};
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    char arguments[200];

    CHECK(own_slice_begin(&body, &usual));
    for (size_t i = 0; i < count; i++)
        someone_put(&body, &from[i]);
    snprintf(arguments, sizeof arguments, "{\"digest\":\"%s\",\"from\":%d,\"to\":%d,\"refused\":0}",
             digest, first, last);
    return act("own-import-take", arguments, buffer_span(&body), err);
}

static void follow(void)
{
    size_t taken = 1;
    struct error err = {0};

    while (taken > 0)
        CHECK_OK(own_index_follow(pair.nodes[0].journal.own_index, pair.nodes[0].journal.db, &taken,
                                  &err),
                 err);
}

static bool search(const char *query, const char *purpose, struct error *err)
{
    char arguments[400];

    snprintf(arguments, sizeof arguments, "{\"query\":\"%s\",\"purpose\":\"%s\"}", query, purpose);
    return act("own-search", arguments, span_text(""), err);
}

static bool answer_has(const char *text)
{
    return memmem(answer.data, answer.size, text, strlen(text)) != NULL;
}

static void finds(const char *query, const char *external)
{
    struct error err = {0};
    char wanted[64];

    CHECK_OK(search(query, "investigation", &err), err);
    snprintf(wanted, sizeof wanted, "\"list\":[{\"person\":");
    CHECK(answer_has(wanted));
    const uint8_t *first = memmem(answer.data, answer.size, "\"external\":\"", 12);
    bool is_first = first != NULL && memcmp(first + 12, external, strlen(external)) == 0 &&
                    first[12 + strlen(external)] == '"';
    CHECK(is_first);
    if (!is_first)
        printf("  %s: %.*s\n", query, (int)answer.size, (const char *)answer.data);
}

static void finds_none(const char *query, const char *purpose)
{
    struct error err = {0};

    CHECK_OK(search(query, purpose, &err), err);
    CHECK(answer_has("\"list\":[]"));
    if (!answer_has("\"list\":[]"))
        printf("  %s: %.*s\n", query, (int)answer.size, (const char *)answer.data);
}

CHECK_TEST(a_file_comes_in_slices_and_goes_on_where_it_stood)
{
    struct error err = {0};

    CHECK(!slice(DIGEST_A, people, 2, 0, 2, &err)); /* not begun */
    CHECK_INT(err.kind, ERROR_MISSING);
    CHECK_OK(act("own-import-begin", "{\"digest\":\"" DIGEST_A "\",\"source\":\"register\"}",
                 span_text(""), &err),
             err);
    CHECK(answer_has("\"lines\":0"));
    CHECK_OK(slice(DIGEST_A, people, 2, 0, 2, &err), err);
    CHECK(!slice(DIGEST_A, people, 2, 0, 2, &err)); /* that was done */
    CHECK_ERROR(err, ERROR_CONFLICT, "stands at line 2");
    CHECK(!slice(DIGEST_A, people + 3, 1, 3, 4, &err)); /* and this leaves a line out */
    CHECK_INT(err.kind, ERROR_CONFLICT);
    CHECK_OK(act("own-import-begin", "{\"digest\":\"" DIGEST_A "\",\"source\":\"register\"}",
                 span_text(""), &err),
             err);
    CHECK(answer_has("\"lines\":2,\"people\":2"));
    CHECK(!act("own-import-begin", "{\"digest\":\"" DIGEST_A "\",\"source\":\"other\"}",
               span_text(""), &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "as source register");
    CHECK_OK(slice(DIGEST_A, people + 2, 3, 2, 5, &err), err);
    CHECK_OK(act("own-import-end", "{\"digest\":\"" DIGEST_A "\"}", span_text(""), &err), err);
    CHECK(!slice(DIGEST_A, people, 1, 5, 6, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "has ended");
    CHECK_OK(act("own-import-list", "{}", span_text(""), &err), err);
    CHECK(answer_has("{\"people\":5,\"list\":[{\"digest\":\"" DIGEST_A));
    follow();
}

CHECK_TEST(a_slice_with_a_wrong_person_changes_nothing)
{
    struct error err = {0};
    struct someone wrong[2] = {people[0], people[2]};

    wrong[0].external = "8";
    wrong[1].external = "9";
    wrong[1].birth = "never";
    CHECK_OK(act("own-import-begin", "{\"digest\":\"" DIGEST_B "\",\"source\":\"register\"}",
                 span_text(""), &err),
             err);
    CHECK(!slice(DIGEST_B, wrong, 2, 0, 2, &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK_OK(act("own-import-list", "{}", span_text(""), &err), err);
    CHECK(answer_has("{\"people\":5,"));
    CHECK_OK(slice(DIGEST_B, wrong, 0, 0, 2, &err), err); /* both lines passed over */
}

CHECK_TEST(people_are_found_by_name_number_and_date)
{
    finds("popaj gjergj 1984", "1");
    finds("Gheorghe Popaj", "1"); /* the name in the other language */
    finds("popa gjergji 1979", "2");
    finds("BX 1034567", "1");
    finds("8X1034567", "1"); /* B read as 8 */
    finds("069 123 4567", "1");
    finds("krasniqi", "3");
    finds("Крaсниќи Арбен", "3");
    finds("phone:+355691234567", "1");
    finds_none("popaj source:other", "investigation");
    finds_none("popaj category:convicted", "investigation");
    finds_none("AA 999 ZZ", "investigation");
    finds("popaj category:suspect source:register party:ro", "1");
    finds_none("popaj party:al", "investigation");
    struct error err = {0};
    CHECK_OK(search("popaj gjergj 3.5.1984", "investigation", &err), err);
    CHECK(answer_has("\"birth date is equal: +15\"") && answer_has("\"score\":\"0.9"));
    CHECK(answer_has("\"understood\":{\"name\":\"popaj gjergj\",\"birth_date\":\"1984-05-03\""));
    CHECK(answer_has("\"facets\":{\"category\":[{\"value\":\"suspect\",\"people\":"));
    CHECK(!search("popaj", "curiosity", &err));
    CHECK_ERROR(err, ERROR_INPUT, "purpose");
    CHECK(!search("popaj category:robber", "investigation", &err));
    CHECK_ERROR(err, ERROR_INPUT, "category");
    CHECK(!search("popaj since:never", "investigation", &err));
    CHECK_ERROR(err, ERROR_INPUT, "since");
    CHECK(!search("colour:red", "investigation", &err));
    CHECK_ERROR(err, ERROR_INPUT, "colour");
}

static bool seen(struct own_row row, const char *case_number, enum purpose purpose)
{
    struct own_viewer viewer = own_viewer_of(span_text(case_number), purpose);

    row.guard = own_guard_of(&row);
    return own_may_see(&row, &viewer);
}

CHECK_TEST(protected_people_are_shown_where_purpose_allows)
{
    struct own_row row = {.category = PERSON_VICTIM, .case_number = span_text("c-1")};

    CHECK(seen(row, "c-1", PURPOSE_INVESTIGATION));
    CHECK(!seen(row, "c-2", PURPOSE_INVESTIGATION));
    CHECK(seen(row, "c-2", PURPOSE_MISSING_PERSONS));
    CHECK(seen(row, "c-2", PURPOSE_IMMEDIATE_THREAT));
    row.is_shielded = true;
    CHECK(!seen(row, "c-2", PURPOSE_IMMEDIATE_THREAT));
    CHECK(seen(row, "c-1", PURPOSE_INVESTIGATION));
    row = (struct own_row){.category = PERSON_SUSPECT, .case_number = span_text("")};
    CHECK(seen(row, "c-2", PURPOSE_PROSECUTION));
    CHECK(seen(row, "", PURPOSE_PROSECUTION));
    row.is_minor = true;
    CHECK(!seen(row, "", PURPOSE_PROSECUTION));
    row = (struct own_row){
        .category = PERSON_SUSPECT, .case_number = span_text(""), .is_shielded = true};
    CHECK(!seen(row, "", PURPOSE_IMMEDIATE_THREAT)); /* no case is no own case */
    finds("dumitrescu mirela", "4");                 /* asked in her case */
    finds("qamari nadira", "5");
}

/* In another case the act itself finds and shows neither, and says of none that there is one. */
static bool other_case_work(struct journal *journal, void *context, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8 << 20);
    const char *const *words = context;
    struct problems problems = {0};
    struct json *json = NULL;
    struct json_object arguments;
    struct json_writer out = json_writer_make(&answer);

    buffer_clear(&answer);
    if (!case_put(journal->db, span_text("c-2"), span_text("Other"), 1, err) ||
        !json_parse(span_text(words[1]), &json, err))
        return false;
    json_object_begin(&arguments, json_root(json), &arena, &problems);
    struct desk_call call = {.access = {.officer = span_text("ana"),
                                        .reason = span_text("test"),
                                        .case_number = span_text("c-2")},
                             .arguments = &arguments,
                             .problems = &problems,
                             .arena = &arena};
    bool ok = desk_run(journal, desk_act_find(span_text(words[0])), &call, &out, err);
    json_free(&json);
    return ok;
}

static bool in_other_case(const char *name, const char *arguments, struct error *err)
{
    const char *words[] = {name, arguments};

    error_clear(err);
    return pair_work(&pair.nodes[0], other_case_work, (void *)words, err);
}

CHECK_TEST(in_another_case_they_are_as_if_they_were_not)
{
    struct error err = {0};

    CHECK_OK(in_other_case("own-search",
                           "{\"query\":\"dumitrescu mirela\",\"purpose\":\"investigation\"}", &err),
             err);
    CHECK(answer_has("\"list\":[],\"more\":false,\"facets\":{\"category\":[],"));
    CHECK_OK(in_other_case("own-search",
                           "{\"query\":\"dumitrescu mirela\",\"purpose\":\"missing_persons\"}",
                           &err),
             err);
    CHECK(answer_has("Dumitrescu"));
    CHECK_OK(in_other_case("own-search",
                           "{\"query\":\"qamari nadira\",\"purpose\":\"missing_persons\"}", &err),
             err);
    CHECK(answer_has("\"list\":[],\"more\":false"));
    CHECK(!in_other_case("own-show", "{\"person\":5,\"purpose\":\"immediate_threat\"}", &err));
    CHECK_ERROR(err, ERROR_MISSING, "no such person");
    CHECK(!in_other_case("own-show", "{\"person\":999,\"purpose\":\"immediate_threat\"}", &err));
    CHECK_ERROR(err, ERROR_MISSING, "no such person");
    CHECK(!in_other_case("own-remove", "{\"person\":5,\"purpose\":\"investigation\"}", &err));
    CHECK_INT(err.kind, ERROR_MISSING);
}

/* The newest domestic entry's body. */
static bool newest_entry(struct journal *journal, void *context, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct entry_row row;
    struct span body;
    (void)context;

    buffer_clear(&answer);
    return entry_find(journal->db, &arena, journal->next_entry - 1, &row, err) &&
           journal_body(journal, &row, &arena, &body, err) && buffer_add(&answer, body);
}

CHECK_TEST(the_question_and_who_was_shown_stand_in_the_log)
{
    struct error err = {0};

    CHECK_OK(search("POPAJ gjergj 1984", "prosecution", &err), err); /* a look of its own */
    CHECK_OK(pair_work(&pair.nodes[0], newest_entry, NULL, &err), err);
    CHECK(answer_has("\"act\":\"own-search\""));
    CHECK(answer_has("asked POPAJ gjergj 1984"));
    CHECK(answer_has("own-person 1\""));
    CHECK(answer_has("\"case_id\":\"c-1\""));
}

CHECK_TEST(a_person_changes_and_is_removed_at_once)
{
    struct error err = {0};
    struct someone changed = people[2];

    changed.family = "Berisha";
    CHECK_OK(slice(DIGEST_B, &changed, 1, 2, 3, &err), err);
    follow();
    finds("berisha arben", "3");
    finds_none("krasniqi arben 1990 category:convicted", "investigation");
    CHECK_OK(act("own-show", "{\"person\":3,\"purpose\":\"investigation\"}", span_text(""), &err),
             err);
    CHECK(answer_has("\"record\":{\"marking\":"));
    CHECK(answer_has("Berisha"));
    CHECK_OK(act("own-remove", "{\"person\":3,\"purpose\":\"investigation\"}", span_text(""), &err),
             err);
    finds_none("berisha arben", "investigation"); /* before the files know of it */
    follow();
    finds_none("berisha arben", "investigation");
    CHECK(!act("own-show", "{\"person\":3,\"purpose\":\"investigation\"}", span_text(""), &err));
    CHECK_INT(err.kind, ERROR_MISSING);
}

CHECK_TEST(a_number_that_many_share_leads_to_nobody)
{
    struct error err = {0};
    struct someone many[8];
    char numbers[60][16];

    for (int i = 0; i < 56; i++) {
        snprintf(numbers[i], sizeof numbers[i], "m%d", i);
        many[i % 8] = (struct someone){numbers[i],     "Ion",          "Popescu", "1980", NULL,
                                       "+40213456789", PERSON_SUSPECT, false,     ""};
        if (i % 8 == 7)
            CHECK_OK(slice(DIGEST_B, many, 8, 3 + i - 7, 3 + i + 1, &err), err);
    }
    CHECK_OK(search("phone:+40213456789", "investigation", &err), err);
    CHECK(answer_has("\"shared_by_many\":true"));
    CHECK(answer_has("\"list\":[]"));
}

#define DIGEST_C "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

static int crowd_line; /* of the file of DIGEST_C, that is done */

static void crowd_add(int count, bool is_shielded, const char *phone)
{
    struct error err = {0};
    struct someone eight[8];
    char numbers[8][16];

    for (int i = 0; i < count; i += 8, crowd_line += 8) {
        for (int k = 0; k < 8; k++) {
            snprintf(numbers[k], sizeof numbers[k], "k%d", crowd_line + k);
            eight[k] = (struct someone){numbers[k],     "Vasile",    "Ionescu",
                                        "1980-02-03",   NULL,        i + k < count ? phone : NULL,
                                        PERSON_SUSPECT, is_shielded, is_shielded ? "c-9" : ""};
        }
        CHECK_OK(slice(DIGEST_C, eight, 8, crowd_line, crowd_line + 8, &err), err);
    }
    follow();
}

/* The numbers that they are asked by: a name whose namesakes are filtered, one of all, a telephone, and all together. */
static void crowd_ask(struct buffer *out)
{
    static const char *const queries[] = {"ionescu vasile source:register", "Vasile Ionesco 1980",
                                          "phone:+40213000000", "ionescu +40213000000"};
    struct error err = {0};

    for (size_t i = 0; i < ARRAY_COUNT(queries); i++) {
        CHECK_OK(search(queries[i], "immediate_threat", &err), err);
        buffer_add(out, buffer_span(&answer));
    }
}

CHECK_TEST(who_may_not_be_shown_moves_no_byte_of_an_answer)
{
    struct buffer before CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct buffer after CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct error err = {0};

    CHECK_OK(act("own-import-begin", "{\"digest\":\"" DIGEST_C "\",\"source\":\"second\"}",
                 span_text(""), &err),
             err);
    crowd_add(150, false, NULL);
    crowd_add(
        48, false,
        "+40213000000"); /* as many as a number may have, and not more namesakes than are looked at */
    crowd_ask(&before);
    CHECK(memmem(before.data, before.size, "\"more\":false", 12) != NULL);
    CHECK(memmem(before.data, before.size, "\"shared_by_many\":true", 21) == NULL);
    crowd_add(64, true, "+40213000000");
    crowd_ask(&after);
    CHECK(span_equal(buffer_span(&before), buffer_span(&after)));
    if (!span_equal(buffer_span(&before), buffer_span(&after)))
        printf("  %.*s\n  %.*s\n", 2000, (const char *)before.data, 2000, (const char *)after.data);
}

CHECK_TEST(a_person_who_becomes_shielded_leaves_the_open_files)
{
    struct error err = {0};
    struct someone one = {"turn", "Teuta",        "Gashi", "1991-05-06", NULL,
                          NULL,   PERSON_SUSPECT, false,   "c-9"};

    for (int i = 0; i < 4; i++, crowd_line++) {
        one.is_shielded = i % 2 == 1;
        CHECK_OK(slice(DIGEST_C, &one, 1, crowd_line, crowd_line + 1, &err), err);
        follow();
        if (one.is_shielded)
            finds_none("gashi teuta", "immediate_threat");
        else
            finds("gashi teuta", "turn");
    }
}

CHECK_TEST(broken_or_newer_files_are_made_again)
{
    struct journal *journal = &pair.nodes[0].journal;
    struct error err = {0};
    char path[700];
    bool was_reset = false;

    own_index_close(&journal->own_index);
    CHECK_OK(
        own_index_open(env_real(), directory, journal->db, &journal->own_index, &was_reset, &err),
        err);
    CHECK(!was_reset);
    finds("popaj gjergj 1984", "1");
    own_index_close(&journal->own_index);
    snprintf(path, sizeof path, "%s/open/segments", directory);
    FILE *file = fopen(path, "r+");
    CHECK_OR_RETURN(file != NULL);
    fputs("broken", file);
    fclose(file);
    CHECK_OK(
        own_index_open(env_real(), directory, journal->db, &journal->own_index, &was_reset, &err),
        err);
    CHECK(was_reset);
    finds_none("popaj gjergj 1984 source:register", "investigation");
    CHECK(answer_has("\"newest_not_searchable_yet\":true"));
    follow();
    finds("popaj gjergj 1984", "1");
    CHECK(!answer_has("newest_not_searchable_yet"));
    CHECK_OK(own_index_settle(journal->own_index, &err), err);
    finds("popaj gjergj 1984", "1");
}

int main(void)
{
    bool was_reset = false;
    struct error err = {0};

    answer = buffer_make(4 << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    snprintf(directory, sizeof directory, "%s/index", pair.nodes[0].home);
    if (!own_index_open(env_real(), directory, pair.nodes[0].journal.db,
                        &pair.nodes[0].journal.own_index, &was_reset, &err)) {
        printf("%s\n", err.text);
        return 1;
    }
    CHECK_RUN(a_file_comes_in_slices_and_goes_on_where_it_stood);
    CHECK_RUN(a_slice_with_a_wrong_person_changes_nothing);
    CHECK_RUN(people_are_found_by_name_number_and_date);
    CHECK_RUN(protected_people_are_shown_where_purpose_allows);
    CHECK_RUN(in_another_case_they_are_as_if_they_were_not);
    CHECK_RUN(the_question_and_who_was_shown_stand_in_the_log);
    CHECK_RUN(a_person_changes_and_is_removed_at_once);
    CHECK_RUN(a_number_that_many_share_leads_to_nobody);
    CHECK_RUN(who_may_not_be_shown_moves_no_byte_of_an_answer);
    CHECK_RUN(a_person_who_becomes_shielded_leaves_the_open_files);
    CHECK_RUN(broken_or_newer_files_are_made_again);
    own_index_close(&pair.nodes[0].journal.own_index);
    pair_free(&pair);
    buffer_free(&answer);
    return check_end();
}

/*
 * Index: what the builder is given stands in the lists, once for each distinct name; merging drops who is gone and keeps
 * the rest; every number of a sound index is within its limits, and a number that is not is found.
 * covers: index index_table index_lists index_builder index_finish
 */
#include "match/index.h"
#include "check.h"

#include "match/index_finish.h"
#include "match/index_lists.h"
#include "match/support/people.h"

static const char *const names[] = {"Arben Hoxha", "HOXHA, Arben", "Gjergj Popaj", "Ioana Popescu",
                                    "؟",           "Arben Popaj"};

static uint32_t list_size(const struct index_lists *lists, uint32_t list)
{
    return lists->starts[list + 1] - lists->starts[list];
}

static uint32_t token_of(const struct index *index, const char *text)
{
    struct fold_token token = {.size = (uint8_t)strlen(text)};

    memcpy(token.text, text, token.size);
    return index_token_find(index, &token);
}

CHECK_TEST(a_name_stands_once_in_any_order_with_all_its_persons)
{
    struct index *index = people_index(names, 6, NULL);
    struct error err = {0};

    CHECK_OR_RETURN(index != NULL);
    CHECK_OK(index_check(index, &err), err);
    CHECK_INT(index->person_count, 6);
    CHECK_INT(index->name_count, 4); /* the first two are one; the fifth has no letter */
    CHECK_INT(list_size(&index->name_persons, 0), 2);
    CHECK_INT(index->records[index->name_persons.items[1]], PEOPLE_RECORD_FIRST + 1);
    CHECK_INT(list_size(&index->postings, token_of(index, "arben")), 2);
    CHECK_INT(list_size(&index->postings, token_of(index, "popaj")), 2);
    CHECK_INT(token_of(index, "nobody"), index->token_count);
    CHECK(index->weights[token_of(index, "gjergj")] > index->weights[token_of(index, "popaj")]);
    CHECK(index_size(index) > 6 * 12);
    index_free(&index);
}

CHECK_TEST(a_small_index_takes_its_weights_from_its_base_too)
{
    static const char *const more[] = {"Arben Zyberi"};
    struct index *base = people_many(1, 3000);
    struct index *alone = people_index(more, 1, NULL);
    struct index *beside = people_index(more, 1, base);

    CHECK_OR_RETURN(base != NULL && alone != NULL && beside != NULL);
    CHECK(beside->weights[0] > alone->weights[0] + 5);
    index_free(&beside);
    index_free(&alone);
    index_free(&base);
}

CHECK_TEST(an_index_of_nobody_is_an_index)
{
    struct index *index = people_index(names, 0, NULL);
    struct error err = {0};

    CHECK_OR_RETURN(index != NULL);
    CHECK_OK(index_check(index, &err), err);
    CHECK_INT(index->name_count, 0);
    index_free(&index);
}

static bool is_odd(const void *context, uint64_t record)
{
    (void)context;
    return record % 2 == 1;
}

CHECK_TEST(a_merge_leaves_out_who_is_gone)
{
    struct index *index = people_index(names, 6, NULL);
    struct index_builder *builder = NULL;
    struct index *merged = NULL;
    struct error err = {0};

    CHECK_OR_RETURN(index != NULL && index_builder_make(NULL, &builder, &err));
    CHECK_OK(index_builder_merge(builder, index, is_odd, NULL, &err), err);
    CHECK_INT(index_builder_count(builder), 3);
    CHECK_OK(index_builder_finish(builder, &merged, &err), err);
    CHECK_OK(index_check(merged, &err), err);
    CHECK_INT(merged->person_count, 3); /* records 100, 102, 104 */
    CHECK_INT(merged->name_count, 2);
    CHECK_INT(token_of(merged, "popescu"), merged->token_count);
    CHECK(token_of(merged, "gjergj") < merged->token_count);
    index_builder_free(&builder);
    index_free(&merged);
    index_free(&index);
}

CHECK_TEST(a_person_has_at_most_so_many_names)
{
    struct span many[INDEX_NAMES_MAX + 1];
    struct index_person person = {1, 0};
    struct index_builder *builder = NULL;
    struct error err = {0};

    for (size_t i = 0; i <= INDEX_NAMES_MAX; i++)
        many[i] = span_text("Arben");
    CHECK_OR_RETURN(index_builder_make(NULL, &builder, &err));
    CHECK(!index_builder_add(builder, &person, many, INDEX_NAMES_MAX + 1, &err));
    CHECK_ERROR(err, ERROR_LIMIT, "names of one person");
    CHECK_INT(index_builder_count(builder), 0);
    index_builder_free(&builder);
}

/* Writes a number of a part that is only read elsewhere. */
static void spoil(const uint32_t *number, uint32_t value)
{
    memcpy((void *)(uintptr_t)number, &value, sizeof value);
}

static void is_found(struct index *index, const uint32_t *number, uint32_t value, const char *part)
{
    uint32_t kept = *number;
    struct error err = {0};

    spoil(number, value);
    CHECK(!index_check(index, &err));
    CHECK_ERROR(err, ERROR_STORE, part);
    spoil(number, kept);
    CHECK(index_check(index, &err));
}

CHECK_TEST(a_number_beyond_its_limit_is_found)
{
    struct index *index = people_many(2, 500);

    CHECK_OR_RETURN(index != NULL);
    is_found(index, &index->postings.items[7], index->name_count, "postings");
    is_found(index, &index->name_tokens.items[7], index->token_count, "names");
    is_found(index, &index->name_persons.items[7], index->person_count, "persons");
    is_found(index, &index->pairs.items[0], UINT32_MAX, "pairs");
    is_found(index, &index->neighbours.items[0], index->token_count, "neighbours");
    is_found(index, &index->sound_tokens.starts[1], UINT32_MAX, "sounds");
    is_found(index, &index->name_tokens.starts[0], 1, "names");
    is_found(index, &index->tokens[3].sound, index->sound_count, "a token");
    is_found(index, (const uint32_t *)(const void *)index->tokens[3].text, 0x20202020, "a token");
    is_found(index, (const uint32_t *)(const void *)&index->weights[3], 0x7fc00000, "a token");
    index_free(&index);
}

CHECK_TEST(lists_hold_what_is_put_in_its_order)
{
    static const uint32_t puts[][2] = {{2, 10}, {0, 11}, {2, 12}, {2, 13}, {0, 14}};
    struct filling filling;
    CHECK_OR_RETURN(lists_begin(&filling, 4));
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < 5; i++)
            lists_put(&filling, puts[i][0], puts[i][1]);
        CHECK_OR_RETURN(pass == 1 || lists_turn(&filling));
    }
    struct index_lists lists = lists_end(&filling);
    static const uint32_t starts[] = {0, 2, 2, 5, 5};
    static const uint32_t items[] = {11, 14, 10, 12, 13};
    CHECK(memcmp(lists.starts, starts, sizeof starts) == 0);
    CHECK(memcmp(lists.items, items, sizeof items) == 0);
    free((void *)(uintptr_t)lists.starts);
    free((void *)(uintptr_t)lists.items);
}

int main(void)
{
    CHECK_RUN(a_name_stands_once_in_any_order_with_all_its_persons);
    CHECK_RUN(a_small_index_takes_its_weights_from_its_base_too);
    CHECK_RUN(an_index_of_nobody_is_an_index);
    CHECK_RUN(a_merge_leaves_out_who_is_gone);
    CHECK_RUN(a_person_has_at_most_so_many_names);
    CHECK_RUN(a_number_beyond_its_limit_is_found);
    CHECK_RUN(lists_hold_what_is_put_in_its_order);
    return check_end();
}

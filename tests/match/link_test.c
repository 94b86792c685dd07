/* Link: which records of two lists, or of one, may be one person. */
#include "match/link.h"
#include "check.h"
#include "match/support/cards.h"

static struct cards cards;
static const struct score_curve straight = {.count = 0};
static struct score_weights weights;

static void list_add(struct link_list *list, const char *line)
{
    struct card card;
    struct error err = {0};

    card_make(&cards, line, &card);
    CHECK_OK(link_list_add(list, &card.record, &err), err);
}

static struct links linked(struct link_list *list, bool is_one_to_one)
{
    struct link_options options = {&weights, &straight, link_prior(list, 0.02), 0.5f,
                                   is_one_to_one};
    struct links out;
    struct error err = {0};

    CHECK(link_run(list, &options, &out, &err));
    return out;
}

static bool has(const struct links *links, uint32_t a, uint32_t b)
{
    for (size_t i = 0; i < links->count; i++)
        if (links->links[i].a == a && links->links[i].b == b)
            return true;
    return false;
}

static uint32_t state;

static uint32_t random_below(uint32_t most)
{
    state = state * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)state * most >> 32);
}

static void word_make(char out[8])
{
    for (int i = 0; i < 6; i++)
        out[i] = i % 2 == 0 ? "bdfgklmnprstvz"[random_below(14)] : "aeiou"[random_below(5)];
    out[6] = '\0';
}

/* Names and dates of many who are strangers to each other. */
static void strangers_add(struct link_list *list, int count, uint32_t seed)
{
    char line[128];
    char given[8];
    char family[8];

    state = seed;
    for (int i = 0; i < count; i++) {
        word_make(given);
        word_make(family);
        snprintf(line, sizeof line, "given=%s; family=%s; born=19%02u-%02u-%02u; place=P%u", given,
                 family, 30 + random_below(60), 1 + random_below(12), 2 + random_below(26),
                 random_below(50));
        list_add(list, line);
    }
}

CHECK_TEST(two_lists_link_across_and_not_within)
{
    struct link_list list;

    link_list_make(cards.lexicon, BLOCKING_ALL, &list);
    strangers_add(&list, 200, 1);
    list_add(&list, "given=Ana; family=Petrova; born=1984-05-03; place=Vlora");
    list_add(&list, "given=Ana; family=Petrova; born=1984-05-03; place=Vlora");
    link_list_split(&list);
    strangers_add(&list, 200, 2);
    list_add(&list, "given=Anna; family=Petrov; born=1984-03-05; place=Vlore");
    list_add(&list, "given=Zef; family=Stefanik; born=1972-11-30; place=Durres");
    struct links links = linked(&list, false);
    CHECK_INT(links.count, 2);
    CHECK(has(&links, 200, 402) && has(&links, 201, 402));
    CHECK(links.expected > 1.5 && links.expected < 2.5);
    CHECK(links.compared > 0 && links.compared < 202 * 202);
    links_free(&links);
    links = linked(&list, true);
    CHECK_INT(links.count, 1);
    links_free(&links);
    link_list_free(&list);
}

CHECK_TEST(one_list_links_to_itself)
{
    struct link_list list;

    link_list_make(cards.lexicon, BLOCKING_ALL, &list);
    strangers_add(&list, 300, 3);
    list_add(&list, "given=Ana; family=Petrova; born=1984-05-03");
    list_add(&list, "given=Petrova; family=Ana; born=1984-05-03");
    struct links links = linked(&list, false);
    CHECK_INT(links.count, 1);
    CHECK(has(&links, 300, 301));
    links_free(&links);
    link_list_free(&list);
}

struct seen {
    uint8_t counts[128][128];
    size_t total;
    size_t stop_at;
};

static bool pair_see(void *context, uint32_t a, uint32_t b, struct error *err)
{
    struct seen *seen = context;

    if (++seen->total == seen->stop_at)
        return error_set(err, ERROR_LIMIT, "enough");
    CHECK(a < b && b < 128);
    seen->counts[a % 128][b % 128]++;
    return true;
}

CHECK_TEST(each_pair_comes_once_whatever_keys_it_shares)
{
    static struct seen seen;
    struct link_list list;
    uint64_t skipped;
    struct error err = {0};

    link_list_make(cards.lexicon, BLOCKING_ALL, &list);
    for (int i = 0; i < 20; i++) /* all the same: every key is shared */
        list_add(&list, "given=Ana; family=Petrova; born=1984-05-03; place=Vlora; postcode=9401");
    CHECK_OK(link_pairs(&list, pair_see, &seen, &skipped, &err), err);
    CHECK_INT(seen.total, 20 * 19 / 2);
    for (size_t a = 0; a < 20; a++)
        for (size_t b = a + 1; b < 20; b++)
            CHECK_INT(seen.counts[a][b], 1);
    CHECK_INT(skipped, 0);
    seen = (struct seen){.stop_at = 5};
    CHECK(!link_pairs(&list, pair_see, &seen, &skipped, &err));
    CHECK_INT(seen.total, 5);
    link_list_free(&list);
}

struct counted {
    size_t total;
    size_t wanted;
};

static bool pair_count(void *context, uint32_t a, uint32_t b, struct error *err)
{
    struct counted *counted = context;

    (void)err;
    counted->total++;
    counted->wanted += b == a + 1 && a % 2 == 0;
    return true;
}

CHECK_TEST(a_block_that_is_too_large_is_left_out_and_its_pairs_come_by_others)
{
    struct counted counted = {0};
    struct link_list list;
    uint64_t skipped;
    struct error err = {0};
    char line[128];

    link_list_make(cards.lexicon, BLOCKING_ALL, &list);
    for (int i = 0; i < LINK_BLOCK_MAX + 2; i++) { /* one name for all, a phone for each two */
        snprintf(line, sizeof line, "given=Ana; family=Petrova; phone=069%06d", i / 2);
        list_add(&list, line);
    }
    CHECK_OK(link_pairs(&list, pair_count, &counted, &skipped, &err), err);
    CHECK(skipped > 0);
    CHECK_INT(counted.wanted, (LINK_BLOCK_MAX + 2) / 2);
    CHECK_INT(counted.total, counted.wanted);
    link_list_free(&list);
}

CHECK_TEST(the_same_lists_give_the_same_links)
{
    struct links runs[2];

    for (int run = 0; run < 2; run++) {
        struct link_list list;
        cards_free(&cards); /* words count from nothing */
        cards_make(&cards);
        link_list_make(cards.lexicon, BLOCKING_ALL, &list);
        strangers_add(&list, 150, 5);
        strangers_add(&list, 150, 5);
        runs[run] = linked(&list, false);
        link_list_free(&list);
    }
    CHECK(runs[0].count >= 150);
    CHECK_INT(runs[0].count, runs[1].count);
    for (size_t i = 0; i < runs[0].count && i < runs[1].count; i++)
        CHECK(runs[0].links[i].a == runs[1].links[i].a && runs[0].links[i].b == runs[1].links[i].b);
    for (size_t i = 1; i < runs[0].count; i++)
        CHECK(runs[0].links[i - 1].bits >= runs[0].links[i].bits);
    links_free(&runs[0]);
    links_free(&runs[1]);
}

CHECK_TEST(the_prior_is_the_odds_of_a_pair)
{
    struct link_list list;

    link_list_make(cards.lexicon, BLOCKING_ALL, &list);
    CHECK(link_prior(&list, 1) < -10);
    strangers_add(&list, 64, 6);
    link_list_split(&list);
    strangers_add(&list, 128, 7);
    CHECK(link_prior(&list, 1) == -7.0f);
    CHECK(link_prior(&list, 0.25) == -9.0f);
    link_list_free(&list);
}

int main(void)
{
    cards_make(&cards);
    score_weights_published(&weights);
    CHECK_RUN(two_lists_link_across_and_not_within);
    CHECK_RUN(one_list_links_to_itself);
    CHECK_RUN(each_pair_comes_once_whatever_keys_it_shares);
    CHECK_RUN(a_block_that_is_too_large_is_left_out_and_its_pairs_come_by_others);
    CHECK_RUN(the_same_lists_give_the_same_links);
    CHECK_RUN(the_prior_is_the_odds_of_a_pair);
    cards_free(&cards);
    return check_end();
}

/* Cluster: what hangs together, and by which tie. */
#include "match/cluster.h"
#include "check.h"

static struct clusters made(size_t records, struct link *links, size_t count)
{
    struct links list = {.links = links, .count = count};
    struct clusters out;
    struct error err = {0};

    CHECK(clusters_make(records, &list, &out, &err));
    return out;
}

CHECK_TEST(records_hang_together_over_others)
{
    struct link links[] = {{1, 2, 20}, {6, 7, 15}, {2, 5, 9}, {0, 1, 4}};
    struct clusters clusters = made(9, links, 4);
    static const uint32_t wanted[] = {6, 7, 0, 1, 2, 5};

    CHECK_INT(clusters.count, 2); /* the surest first */
    CHECK_INT(clusters.starts[1], 2);
    CHECK_INT(clusters.starts[2], 6);
    for (size_t i = 0; i < 6; i++)
        CHECK_INT(clusters.members[i], wanted[i]);
    clusters_free(&clusters);
}

CHECK_TEST(the_weakest_tie_is_the_one_that_the_group_needs)
{
    /* 0-1-2 in a ring: its weakest link is not needed. 3 hangs on by one. */
    struct link links[] = {{0, 1, 20}, {1, 2, 15}, {2, 3, 7}, {0, 2, 2}};
    struct clusters clusters = made(4, links, 4);

    CHECK_INT(clusters.count, 1);
    CHECK_INT(clusters.weakest[0].a, 2);
    CHECK_INT(clusters.weakest[0].b, 3);
    CHECK(clusters.weakest[0].bits == 7.0f);
    clusters_free(&clusters);
}

CHECK_TEST(without_links_there_is_no_cluster)
{
    struct clusters clusters = made(5, NULL, 0);

    CHECK_INT(clusters.count, 0);
    clusters_free(&clusters);
    clusters = made(0, NULL, 0);
    CHECK_INT(clusters.count, 0);
    clusters_free(&clusters);
}

/* Beside a slow way that needs no thought: labels that spread until nothing changes. */
CHECK_TEST(groups_are_those_of_labels_that_spread)
{
    enum { RECORDS = 300, LINKS = 200 };
    static struct link links[LINKS];
    uint32_t labels[RECORDS];
    uint32_t state = 7;

    for (uint32_t i = 0; i < RECORDS; i++)
        labels[i] = i;
    for (size_t i = 0; i < LINKS; i++) {
        state = state * 1664525u + 1013904223u;
        uint32_t a = (state >> 8) % RECORDS;
        state = state * 1664525u + 1013904223u;
        uint32_t b = (state >> 8) % (RECORDS - 1);
        links[i] = (struct link){a, b < a ? b : b + 1, (float)(LINKS - i)};
    }
    for (bool is_done = false; !is_done;) {
        is_done = true;
        for (size_t i = 0; i < LINKS; i++) {
            uint32_t *x = &labels[links[i].a];
            uint32_t *y = &labels[links[i].b];
            is_done = is_done && *x == *y;
            *x = *y = *x < *y ? *x : *y;
        }
    }
    struct clusters clusters = made(RECORDS, links, LINKS);
    size_t members = 0;
    for (size_t i = 0; i < clusters.count; i++)
        for (size_t k = clusters.starts[i]; k < clusters.starts[i + 1]; k++) {
            CHECK_INT(labels[clusters.members[k]], labels[clusters.members[clusters.starts[i]]]);
            members++;
        }
    size_t wanted = 0;
    for (uint32_t i = 0; i < RECORDS; i++) {
        bool is_alone = true;
        for (uint32_t k = 0; k < RECORDS; k++)
            is_alone = is_alone && (k == i || labels[k] != labels[i]);
        wanted += !is_alone;
    }
    CHECK_INT(members, wanted);
    clusters_free(&clusters);
}

int main(void)
{
    CHECK_RUN(records_hang_together_over_others);
    CHECK_RUN(the_weakest_tie_is_the_one_that_the_group_needs);
    CHECK_RUN(without_links_there_is_no_cluster);
    CHECK_RUN(groups_are_those_of_labels_that_spread);
    return check_end();
}

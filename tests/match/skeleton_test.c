/* Skeleton: spellings of one name by clerks of different countries share a skeleton, different names mostly do not. */
#include "match/skeleton.h"
#include "check.h"

static bool share(const char *a, const char *b)
{
    struct skeletons left;
    struct skeletons right;

    skeleton_make(a, strlen(a), &left);
    skeleton_make(b, strlen(b), &right);
    for (size_t i = 0; i < left.count; i++)
        for (size_t k = 0; k < right.count; k++)
            if (left.keys[i] == right.keys[k])
                return true;
    return false;
}

/* Both folded already. */
static const char *const same[][2] = {
    {"gjergj", "djerdj"},      {"shqiprim", "shchiprim"},
    {"qemal", "chemal"},       {"qemal", "kemal"},
    {"xhemalaj", "dzhemalai"}, {"xhemalaj", "jemalaj"},
    {"hoxha", "hodja"},        {"georgescu", "djordjesku"},
    {"cezar", "chezar"},       {"jovanovich", "iovanovic"},
    {"muhammad", "mohamed"},   {"hussein", "husayn"},
    {"khalid", "halid"},       {"ghani", "gani"},
    {"xhafer", "dzafer"},      {"petar", "petter"},
    {"bekim", "mpekim"},       {"dritan", "ntritan"},
    {"vasil", "basil"},        {"alexandru", "aleksandar"},
    {"wasim", "vasim"},        {"zahir", "dhahir"},
    {"shteryu", "stereu"},     {"elena", "helena"},
    {"ymer", "umar"},          {"aia", "aia"},
};

CHECK_TEST(spellings_of_one_name_share_a_skeleton)
{
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        CHECK(share(same[i][0], same[i][1]));
        if (!share(same[i][0], same[i][1]))
            printf("  %s and %s share none\n", same[i][0], same[i][1]);
    }
}

CHECK_TEST(different_names_share_none)
{
    static const char *const other[][2] = {
        {"marko", "stefan"}, {"ion", "vasile"}, {"ahmed", "yusuf"}, {"aia", "oia"}, {"11", "1"},
    };

    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
        CHECK(!share(other[i][0], other[i][1]));
}

CHECK_TEST(any_token_has_at_least_one_and_at_most_the_limit)
{
    struct skeletons out;

    skeleton_make("jcjqxchgejcqxjcq", 16, &out);
    CHECK(out.count >= 1 && out.count <= SKELETON_MAX);
    skeleton_make("bdfgklmnprstbdfgklmnprst", 23, &out);
    CHECK_INT(out.count, 1);
    skeleton_make("a", 1, &out);
    CHECK_INT(out.count, 1);
    CHECK(out.keys[0] != 0);
}

int main(void)
{
    CHECK_RUN(spellings_of_one_name_share_a_skeleton);
    CHECK_RUN(different_names_share_none);
    CHECK_RUN(any_token_has_at_least_one_and_at_most_the_limit);
    return check_end();
}

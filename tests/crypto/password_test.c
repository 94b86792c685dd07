/*
 * Passwords: the right one and no other; an absent officer costs what a wrong password costs.
 * covers: password
 */
#include "crypto/password.h"

#include "check.h"
#include "crypto/secret.h"

#include <time.h>

static int64_t ticks_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

CHECK_TEST(the_right_password_and_no_other)
{
    char hash[PASSWORD_HASH_SIZE];
    struct error err = {0};

    CHECK_OK(password_hash(span_text("a long enough one"), hash, &err), err);
    CHECK(strncmp(hash, "$argon2id$v=19$m=65536,t=3,p=1$", 31) == 0);
    CHECK(password_verify(span_text(hash), span_text("a long enough one")));
    CHECK(!password_verify(span_text(hash), span_text("a long enough onf")));
    CHECK(!password_verify(span_text(hash), span_text("")));
    hash[40] ^= 1;
    CHECK(!password_verify(span_text(hash), span_text("a long enough one")));
}

CHECK_TEST(sizes_are_bounded)
{
    char hash[PASSWORD_HASH_SIZE];
    char long_one[PASSWORD_SIZE_MAX + 2];
    struct error err = {0};

    CHECK(!password_hash(span_text("elevenbytes"), hash, &err));
    CHECK_ERROR(err, ERROR_INPUT, "12 to 256");
    memset(long_one, 'a', sizeof long_one);
    CHECK(!password_hash(span_make(long_one, sizeof long_one), hash, &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK(!password_verify(span_text("$argon2id$"), span_make(long_one, sizeof long_one)));
}

CHECK_TEST(an_unknown_officer_costs_as_much_as_a_wrong_password)
{
    char hash[PASSWORD_HASH_SIZE];
    struct error err = {0};
    int64_t wrong_us = 0;
    int64_t unknown_us = 0;

    CHECK_OK(password_hash(span_text("a long enough one"), hash, &err), err);
    for (int i = 0; i < 3; i++) {
        int64_t from_us = ticks_us();
        CHECK(!password_verify(span_text(hash), span_text("another long one")));
        wrong_us += ticks_us() - from_us;
        from_us = ticks_us();
        CHECK(!password_verify(span_make(NULL, 0), span_text("another long one")));
        unknown_us += ticks_us() - from_us;
    }
    printf("processor time: wrong %lld us, unknown %lld us\n", (long long)wrong_us / 3,
           (long long)unknown_us / 3);
    CHECK(unknown_us > wrong_us / 2 && unknown_us < wrong_us * 2);
}

int main(void)
{
    crypto_start();
    CHECK_RUN(the_right_password_and_no_other);
    CHECK_RUN(sizes_are_bounded);
    CHECK_RUN(an_unknown_officer_costs_as_much_as_a_wrong_password);
    return check_end();
}

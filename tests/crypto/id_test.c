/* UUID version 7: the fields of RFC 9562 5.7. */
#include "crypto/id.h"

#include "check.h"
#include "crypto/support/fixed_env.h"

CHECK_TEST(the_example_of_rfc_9562_comes_out)
{
    /* Appendix A.6; the first six bytes give way to the time. */
    static const uint8_t random[UUID_SIZE] = {0,    0,    0,    0,    0,    0,    0xfc, 0xc3,
                                              0x58, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f};
    struct fixed_env fixed;
    uint8_t id[UUID_SIZE];
    char text[UUID_TEXT_SIZE];

    fixed_env_start(&fixed, INT64_C(1645557742000), span_make(random, sizeof random));
    id_make(&fixed.env, id);
    uuid_write(id, text);
    CHECK(strcmp(text, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f") == 0);
}

CHECK_TEST(ids_of_one_instant_differ_and_later_ones_sort_later)
{
    struct fixed_env fixed;
    uint8_t first[UUID_SIZE];
    uint8_t second[UUID_SIZE];

    fixed_env_start(&fixed, 1000, (struct span){NULL, 0});
    for (int i = 0; i < 1000; i++) {
        id_make(&fixed.env, first);
        id_make(&fixed.env, second);
        CHECK(memcmp(first, second, UUID_SIZE) != 0);
        fixed.now_ms++;
        id_make(&fixed.env, second);
        CHECK(memcmp(first, second, UUID_SIZE) < 0);
        CHECK((second[6] & 0xf0) == 0x70 && (second[8] & 0xc0) == 0x80);
    }
}

int main(void)
{
    CHECK_RUN(the_example_of_rfc_9562_comes_out);
    CHECK_RUN(ids_of_one_instant_differ_and_later_ones_sort_later);
    return check_end();
}

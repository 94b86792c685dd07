/* PostgreSQL's binary values: forms as the server sends them, and what is none. */
#include "check.h"

#include "store/postgres_value.h"

#define BYTES(...) span_make((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static int64_t value_of(unsigned type, struct span bytes)
{
    int64_t value = 0;
    CHECK(postgres_integer_read(type, bytes, &value));
    return value;
}

static bool is_refused(unsigned type, struct span bytes)
{
    int64_t value = 0;
    return !postgres_integer_read(type, bytes, &value);
}

CHECK_TEST(integers_of_every_width_are_read)
{
    CHECK_INT(value_of(POSTGRES_BOOL, BYTES(1)), 1);
    CHECK_INT(value_of(POSTGRES_BOOL, BYTES(0)), 0);
    CHECK_INT(value_of(POSTGRES_INT2, BYTES(0xff, 0xfe)), -2);
    CHECK_INT(value_of(POSTGRES_INT4, BYTES(0x80, 0, 0, 0)), INT32_MIN);
    CHECK_INT(value_of(POSTGRES_INT8, BYTES(0x7f, 255, 255, 255, 255, 255, 255, 255)), INT64_MAX);
}

CHECK_TEST(written_integers_read_back)
{
    static const int64_t values[] = {0, 1, -1, INT64_MIN, INT64_MAX};
    uint8_t bytes[8];

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        postgres_integer_write(values[i], bytes);
        CHECK_INT(value_of(POSTGRES_INT8, span_make(bytes, 8)), values[i]);
    }
}

/* Digits to base 10000: count, weight, sign, scale. */
CHECK_TEST(numeric_is_read_up_to_the_limits_of_int64)
{
    CHECK_INT(value_of(POSTGRES_NUMERIC, BYTES(0, 0, 0, 0, 0, 0, 0, 0)), 0);
    CHECK_INT(value_of(POSTGRES_NUMERIC, BYTES(0, 1, 0, 0, 0, 0, 0, 0, 0x01, 0x81)), 385);
    CHECK_INT(value_of(POSTGRES_NUMERIC, BYTES(0, 1, 0, 1, 0x40, 0, 0, 0, 0, 3)), -30000);
    struct span most =
        BYTES(0, 5, 0, 4, 0, 0, 0, 0, 0x03, 0x9a, 0x0d, 0x2c, 0x01, 0x70, 0x15, 0x65, 0x16, 0xaf);
    CHECK_INT(value_of(POSTGRES_NUMERIC, most), INT64_MAX);
    struct span least = BYTES(0, 5, 0, 4, 0x40, 0, 0, 0, 0x03, 0x9a, 0x0d, 0x2c, 0x01, 0x70, 0x15,
                              0x65, 0x16, 0xb0);
    CHECK_INT(value_of(POSTGRES_NUMERIC, least), INT64_MIN);
    struct span above =
        BYTES(0, 5, 0, 4, 0, 0, 0, 0, 0x03, 0x9a, 0x0d, 0x2c, 0x01, 0x70, 0x15, 0x65, 0x16, 0xb0);
    CHECK(is_refused(POSTGRES_NUMERIC, above));
    CHECK(is_refused(POSTGRES_NUMERIC, BYTES(0, 1, 0, 9, 0, 0, 0, 0, 0, 1)));
    CHECK(is_refused(POSTGRES_NUMERIC, BYTES(0, 1, 0x7f, 0xff, 0, 0, 0, 0, 0, 1)));
    CHECK(is_refused(POSTGRES_NUMERIC, BYTES(0, 0, 0, 0, 0xc0, 0, 0, 0))); /* not a number */
}

CHECK_TEST(values_cut_anywhere_are_refused)
{
    static const uint8_t numeric[] = {0, 2, 0, 1, 0, 0, 0, 0, 0, 1, 0, 2};
    static const uint8_t eight[8] = {0};

    for (size_t size = 0; size < sizeof numeric; size++)
        CHECK(is_refused(POSTGRES_NUMERIC, span_make(numeric, size)) || size == 0);
    for (size_t size = 0; size < sizeof eight; size++)
        CHECK(is_refused(POSTGRES_INT8, span_make(eight, size)));
    CHECK(is_refused(POSTGRES_INT4, span_make(eight, 8)));
    CHECK(is_refused(POSTGRES_TEXT, BYTES('1')));
}

int main(void)
{
    CHECK_RUN(integers_of_every_width_are_read);
    CHECK_RUN(written_integers_read_back);
    CHECK_RUN(numeric_is_read_up_to_the_limits_of_int64);
    CHECK_RUN(values_cut_anywhere_are_refused);
    return check_end();
}

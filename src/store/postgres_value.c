/* Values in PostgreSQL's binary form: see postgres_value.h. */
#include "store/postgres_value.h"

#include "base/cursor.h"

#define NUMERIC_BASE     10000
#define NUMERIC_POSITIVE 0x0000
#define NUMERIC_NEGATIVE 0x4000

bool postgres_is_integer(unsigned type)
{
    return type == POSTGRES_BOOL || type == POSTGRES_INT2 || type == POSTGRES_INT4 ||
           type == POSTGRES_INT8 || type == POSTGRES_NUMERIC;
}

/* Count of digits to base 10000, weight of the first, sign, scale, digits. Built downwards, since INT64_MIN has no
 * positive form. */
static bool numeric_read(struct span value, int64_t *out)
{
    struct cursor cursor = cursor_make(value);
    unsigned count = cursor_u16(&cursor);
    int weight = (int16_t)cursor_u16(&cursor);
    unsigned sign = cursor_u16(&cursor);
    int64_t sum = 0;

    (void)cursor_u16(&cursor);
    if (sign != NUMERIC_POSITIVE && sign != NUMERIC_NEGATIVE)
        return false; /* not a number, infinity */
    for (int i = 0; i <= weight; i++) {
        int64_t digit = (unsigned)i < count ? cursor_u16(&cursor) : 0;
        if (__builtin_mul_overflow(sum, NUMERIC_BASE, &sum) ||
            __builtin_sub_overflow(sum, digit, &sum))
            return false;
    }
    if (cursor.failed || (sign == NUMERIC_POSITIVE && sum == INT64_MIN))
        return false;
    *out = sign == NUMERIC_POSITIVE ? -sum : sum;
    return true;
}

bool postgres_integer_read(unsigned type, struct span value, int64_t *out)
{
    struct cursor cursor = cursor_make(value);

    *out = 0;
    if (type == POSTGRES_BOOL)
        *out = cursor_u8(&cursor) != 0;
    else if (type == POSTGRES_INT2)
        *out = (int16_t)cursor_u16(&cursor);
    else if (type == POSTGRES_INT4)
        *out = (int32_t)cursor_u32(&cursor);
    else if (type == POSTGRES_INT8)
        *out = (int64_t)cursor_u64(&cursor);
    else
        return type == POSTGRES_NUMERIC && numeric_read(value, out);
    return cursor_is_done(&cursor);
}

void postgres_integer_write(int64_t value, uint8_t out[8])
{
    uint64_t bits = (uint64_t)value;

    for (size_t i = 0; i < 8; i++)
        out[i] = (uint8_t)(bits >> (56 - 8 * i));
}

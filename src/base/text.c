/* Text: see text.h. */
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

/* Length of the sequence that starts at `text`, or 0 when it is not well-formed (Unicode 15, table 3-7). */
static size_t utf8_sequence(struct span text)
{
    const uint8_t *d = text.data;
    uint8_t low = 0x80;
    uint8_t high = 0xBF;
    size_t more = 0;

    if (d[0] < 0x80)
        return 1;
    if (d[0] >= 0xC2 && d[0] <= 0xDF)
        more = 1;
    else if (d[0] >= 0xE0 && d[0] <= 0xEF)
        more = 2;
    else if (d[0] >= 0xF0 && d[0] <= 0xF4)
        more = 3;
    else
        return 0;
    if (d[0] == 0xE0)
        low = 0xA0;
    if (d[0] == 0xED)
        high = 0x9F;
    if (d[0] == 0xF0)
        low = 0x90;
    if (d[0] == 0xF4)
        high = 0x8F;
    if (text.size < more + 1 || d[1] < low || d[1] > high)
        return 0;
    for (size_t i = 2; i <= more; i++)
        if (d[i] < 0x80 || d[i] > 0xBF)
            return 0;
    return more + 1;
}

bool text_is_utf8(struct span text)
{
    while (text.size > 0) {
        size_t size = utf8_sequence(text);
        if (size == 0)
            return false;
        text = span_part(text, size, text.size);
    }
    return true;
}

bool text_is_plain(struct span text)
{
    for (size_t i = 0; i < text.size; i++)
        if ((text.data[i] < 0x20 && text.data[i] != '\t' && text.data[i] != '\n') ||
            text.data[i] == 0x7F)
            return false;
    return text_is_utf8(text);
}

bool text_is_identifier(struct span text, size_t size_max)
{
    if (text.size == 0 || text.size > size_max)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
            return false;
    }
    return true;
}

void hex_write(struct span bytes, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.size; i++) {
        out[2 * i] = digits[bytes.data[i] >> 4];
        out[2 * i + 1] = digits[bytes.data[i] & 15];
    }
    out[2 * bytes.size] = '\0';
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

bool hex_read(struct span text, uint8_t *out, size_t size)
{
    if (text.size / 2 != size || text.size % 2 != 0)
        return false;
    for (size_t i = 0; i < size; i++) {
        int high = hex_digit(text.data[2 * i]);
        int low = hex_digit(text.data[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_write(struct span bytes, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < bytes.size; i += 3) {
        size_t left = bytes.size - i;
        uint32_t v = (uint32_t)bytes.data[i] << 16;
        if (left > 1)
            v |= (uint32_t)bytes.data[i + 1] << 8;
        if (left > 2)
            v |= bytes.data[i + 2];
        out[n++] = base64_digits[v >> 18];
        out[n++] = base64_digits[v >> 12 & 63];
        out[n++] = left > 1 ? base64_digits[v >> 6 & 63] : '=';
        out[n++] = left > 2 ? base64_digits[v & 63] : '=';
    }
    out[n] = '\0';
}

static int base64_digit(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+')
        return 62;
    return c == '/' ? 63 : -1;
}

bool base64_read(struct span text, uint8_t *out, size_t *size)
{
    if (text.size % 4 != 0)
        return false;
    size_t padding = 0;
    if (text.size > 0 && text.data[text.size - 1] == '=')
        padding = text.data[text.size - 2] == '=' ? 2 : 1;
    size_t need = text.size / 4 * 3 - padding;
    if (need > *size)
        return false;
    uint32_t v = 0;
    size_t n = 0;
    for (size_t i = 0; i < text.size; i++) {
        bool is_padding = i >= text.size - padding;
        int digit = is_padding ? 0 : base64_digit(text.data[i]);
        if (digit < 0)
            return false;
        v = v << 6 | (uint32_t)digit;
        if (i % 4 != 3)
            continue;
        uint8_t bytes[3] = {(uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
        for (size_t k = 0; k < 3; k++) {
            if (n < need)
                out[n++] = bytes[k];
            else if (bytes[k] != 0)
                return false; /* unused bits must be zero: one spelling per value */
        }
        v = 0;
    }
    *size = need;
    return true;
}

bool number_read(struct span text, uint64_t *out)
{
    uint64_t value = 0;
    if (text.size == 0 || text.size > 20 || (text.size > 1 && text.data[0] == '0'))
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        if (__builtin_mul_overflow(value, 10u, &value) ||
            __builtin_add_overflow(value, (uint64_t)(text.data[i] - '0'), &value))
            return false;
    }
    *out = value;
    return true;
}

void uuid_write(const uint8_t uuid[UUID_SIZE], char out[UUID_TEXT_SIZE])
{
    char hex[2 * UUID_SIZE + 1];
    hex_write(span_make(uuid, UUID_SIZE), hex);
    snprintf(out, UUID_TEXT_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
             hex + 20);
}

bool uuid_read(struct span text, uint8_t out[UUID_SIZE])
{
    char hex[2 * UUID_SIZE];
    size_t n = 0;
    if (text.size != UUID_TEXT_SIZE - 1)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        bool is_hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_hyphen != (text.data[i] == '-'))
            return false;
        if (!is_hyphen)
            hex[n++] = (char)text.data[i];
    }
    return hex_read(span_make(hex, sizeof hex), out, UUID_SIZE);
}

void time_write(int64_t time_ms, char out[TIME_TEXT_SIZE])
{
    int64_t seconds = time_ms / 1000;
    int64_t ms = time_ms % 1000;
    if (ms < 0) {
        ms += 1000;
        seconds -= 1;
    }
    time_t value = (time_t)seconds;
    struct tm tm;
    if (gmtime_r(&value, &tm) == NULL || tm.tm_year > 8099 || tm.tm_year < -1900) {
        snprintf(out, TIME_TEXT_SIZE, "%s", "out-of-range");
        return;
    }
    char text[64];
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03" PRId64 "Z", tm.tm_year + 1900,
             tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, ms);
    memcpy(out, text, TIME_TEXT_SIZE - 1);
    out[TIME_TEXT_SIZE - 1] = '\0';
}

static bool digits_read(struct span text, size_t offset, size_t size, int *out)
{
    int value = 0;
    for (size_t i = 0; i < size; i++) {
        uint8_t c = text.data[offset + i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    *out = value;
    return true;
}

/* timegm normalises 31 February; reading back finds it. */
static bool tm_to_ms(struct tm *tm, int64_t *out_ms)
{
    struct tm copy = *tm;
    time_t value = timegm(&copy);
    if (copy.tm_mday != tm->tm_mday || copy.tm_mon != tm->tm_mon || copy.tm_hour != tm->tm_hour ||
        copy.tm_min != tm->tm_min || copy.tm_sec != tm->tm_sec)
        return false;
    *out_ms = (int64_t)value * 1000;
    return true;
}

bool date_read(struct span text, int64_t *out_ms)
{
    struct tm tm = {0};
    if (text.size != 10 || text.data[4] != '-' || text.data[7] != '-' ||
        !digits_read(text, 0, 4, &tm.tm_year) || !digits_read(text, 5, 2, &tm.tm_mon) ||
        !digits_read(text, 8, 2, &tm.tm_mday))
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    return tm_to_ms(&tm, out_ms);
}

bool time_read(struct span text, int64_t *out_ms)
{
    struct tm tm = {0};
    int ms = 0;
    bool has_ms = text.size == 24;
    if ((text.size != 20 && !has_ms) || text.data[4] != '-' || text.data[7] != '-' ||
        text.data[10] != 'T' || text.data[13] != ':' || text.data[16] != ':' ||
        text.data[text.size - 1] != 'Z')
        return false;
    if (has_ms && (text.data[19] != '.' || !digits_read(text, 20, 3, &ms)))
        return false;
    if (!digits_read(text, 0, 4, &tm.tm_year) || !digits_read(text, 5, 2, &tm.tm_mon) ||
        !digits_read(text, 8, 2, &tm.tm_mday) || !digits_read(text, 11, 2, &tm.tm_hour) ||
        !digits_read(text, 14, 2, &tm.tm_min) || !digits_read(text, 17, 2, &tm.tm_sec))
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    if (!tm_to_ms(&tm, out_ms))
        return false;
    *out_ms += ms;
    return true;
}

bool line_take(struct span *rest, struct span *line)
{
    const uint8_t *end = rest->size == 0 ? NULL : memchr(rest->data, '\n', rest->size);
    if (end == NULL)
        return false;
    size_t size = (size_t)(end - rest->data);
    *line = span_make(rest->data, size);
    *rest = span_make(end + 1, rest->size - size - 1);
    return true;
}

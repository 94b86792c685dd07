/*
 * Retry-After of an answer (RFC 9110 10.2.3), as our server writes it: whole seconds. Whoever answers chooses it, so what is
 * no small number says nothing: a sign, a fraction, a date, more digits than a delay can have, two of them.
 */
#include "http/client_parts.h"

#include <strings.h>

#define RETRY_NAME       "retry-after:"
#define RETRY_DIGITS_MAX 6 /* eleven days; callers have a lower limit of their own */

static struct span value_trim(struct span value)
{
    while (value.size > 0 && (value.data[0] == ' ' || value.data[0] == '\t'))
        value = span_part(value, 1, value.size);
    while (value.size > 0 && strchr(" \t\r\n", value.data[value.size - 1]) != NULL)
        value = span_part(value, 0, value.size - 1);
    return value;
}

/* Negative when it is none. */
static int64_t seconds_read(struct span value)
{
    int64_t seconds = 0;

    if (value.size == 0 || value.size > RETRY_DIGITS_MAX)
        return -1;
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] < '0' || value.data[i] > '9')
            return -1;
        seconds = 10 * seconds + (value.data[i] - '0');
    }
    return seconds;
}

void flight_retry_take(struct flight *flight, struct span line)
{
    size_t size = sizeof RETRY_NAME - 1;

    if (line.size >= 5 && memcmp(line.data, "HTTP/", 5) == 0) { /* another head: an interim one */
        flight->retry_count = 0;
        flight->retry_s = 0;
    }
    if (line.size < size || strncasecmp((const char *)line.data, RETRY_NAME, size) != 0)
        return;
    int64_t seconds = seconds_read(value_trim(span_part(line, size, line.size)));
    flight->retry_s = ++flight->retry_count == 1 && seconds > 0 ? seconds : 0;
}

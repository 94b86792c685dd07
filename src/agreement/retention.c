/* Retention classes: see retention.h. */
#include "agreement/retention.h"

#include <stdio.h>

#define DAY_MS INT64_C(86400000)

int retention_class_of(const struct person *person)
{
    return RETENTION_CLASS_PERSON + 2 * (int)person->category + (person->is_minor ? 1 : 0);
}

static enum person_category category_of(int class)
{
    return (enum person_category)((class - RETENTION_CLASS_PERSON) / 2);
}

static bool is_minor(int class)
{
    return (class - RETENTION_CLASS_PERSON) % 2 == 1;
}

void retention_class_name(int class, char out[RETENTION_NAME_SIZE])
{
    if (class == RETENTION_CLASS_REQUEST)
        snprintf(out, RETENTION_NAME_SIZE, "request");
    else if (class == RETENTION_CLASS_UNREAD)
        snprintf(out, RETENTION_NAME_SIZE, "unread");
    else if (class == RETENTION_CLASS_THREAD)
        snprintf(out, RETENTION_NAME_SIZE, "clarification");
    else if (class <= RETENTION_CLASS_TEXT || class >= RETENTION_CLASS_COUNT)
        snprintf(out, RETENTION_NAME_SIZE, "text");
    else
        snprintf(out, RETENTION_NAME_SIZE, "%s%s", person_category_names[category_of(class)],
                 is_minor(class) ? "_minor" : "");
}

static int64_t class_cap_ms(const struct agreement *agreement, int class)
{
    const struct agreement_retention_other *other = &agreement->retention_other;

    if (class == RETENTION_CLASS_REQUEST || class == RETENTION_CLASS_THREAD)
        return other->request_days * DAY_MS;
    if (class <= RETENTION_CLASS_TEXT || class >= RETENTION_CLASS_COUNT)
        return other->text_days * DAY_MS;
    int64_t cap_ms = agreement_erase_after_ms(agreement, category_of(class));
    int64_t minor_ms = other->minor_days * DAY_MS;
    return is_minor(class) && minor_ms < cap_ms ? minor_ms : cap_ms;
}

static int64_t shortest_cap_ms(const struct agreement *agreement)
{
    int64_t shortest_ms = class_cap_ms(agreement, RETENTION_CLASS_REQUEST);

    for (int class = RETENTION_CLASS_REQUEST + 1; class < RETENTION_CLASS_COUNT; class ++) {
        int64_t cap_ms = class_cap_ms(agreement, class);
        if (cap_ms != 0 && cap_ms < shortest_ms)
            shortest_ms = cap_ms;
    }
    return shortest_ms;
}

//= dir-2016-680 art 4(1)(e)
int64_t retention_cap_ms(const struct agreement *agreement, int class)
{
    return class == RETENTION_CLASS_UNREAD ? shortest_cap_ms(agreement)
                                           : class_cap_ms(agreement, class);
}

//= dir-2016-680 art 5
int64_t retention_keep_ms(const struct agreement *then, const struct agreement *now, int class)
{
    int64_t then_ms = retention_cap_ms(then, class);
    int64_t now_ms = retention_cap_ms(now, class);

    if (then_ms == 0 && now_ms == 0)
        return retention_cap_ms(now, RETENTION_CLASS_TEXT);
    if (then_ms == 0 || now_ms == 0)
        return then_ms == 0 ? now_ms : then_ms;
    return then_ms < now_ms ? then_ms : now_ms;
}

/*
 * The demonstration's log-ins: a duty officer and a head of desk of each of the two nodes get their passwords as people do, one
 * half from the administrator, one from the second officer, then their own, so that the console can be looked at. The own one
 * is known to whoever reads this: all is invented, and the desks listen on this machine alone. The approver of the scripted part
 * keeps none: a second officer who has one types it at the command line.
 */
#include "cmd/demo.h"

#include "base/attributes.h"
#include "base/limits.h"
#include "cmd/demo_year.h"
#include "crypto/password.h"

#include <stdio.h>
#include <string.h>

#define HALF_SIZE    64
#define CONFIRMED    256
#define DUTY_OFFICER 0 /* of demo_staff_of */
#define HEAD         5
#define SECURITY     10

const char *demo_duty_officer(const struct place *place)
{
    return demo_staff_of(place->party)[DUTY_OFFICER].id;
}

const char *demo_head(const struct place *place)
{
    return demo_staff_of(place->party)[HEAD].id;
}

void demo_password(const char *officer, char out[DEMO_PASSWORD_SIZE])
{
    snprintf(out, DEMO_PASSWORD_SIZE, "exercise-%s", officer);
}

static void result_release(struct result **result)
{
    result_free(result);
}

/* The second half stands in the result of the act that was confirmed. */
static bool half_take(const struct result *result, char out[HALF_SIZE], struct error *err)
{
    static const char name[] = "\"second_half\":\"";
    char text[CONFIRMED * 4];

    snprintf(text, sizeof text, "%.*s", SPAN_ARG(buffer_span(&result->text)));
    const char *at = strstr(text, name);
    if (at == NULL)
        return error_set(err, ERROR_BUG, "the confirmation told no second half");
    snprintf(out, HALF_SIZE, "%.*s", (int)strcspn(at + strlen(name), "\""), at + strlen(name));
    return true;
}

/* Both halves, one after the other. */
static bool one_time_ask(const struct place *place, const char *officer, char out[2 * HALF_SIZE],
                         struct error *err)
{
    struct result *result CLEANUP(result_release) = NULL;
    struct buffer text CLEANUP(buffer_free) = buffer_make(1024);
    char approval[HALF_SIZE], sha256[2 * DIGEST_SIZE + 1], first[HALF_SIZE], second[HALF_SIZE];

    buffer_format(&text, "{\"id\":\"%s\"}", officer);
    struct asking asking = {.officer = place->admin,
                            .act = "officer-password",
                            .arguments = buffer_span(&text),
                            .fd = -1};
    if (!place_ask(place, &asking, &result, err))
        return false;
    if (!result_field(&result->object, "approval", approval, sizeof approval) ||
        !result_field(&result->object, "sha256", sha256, sizeof sha256) ||
        !result_field(&result->object, "first_half", first, sizeof first))
        return error_set(err, ERROR_BUG, "no first half was told");
    buffer_clear(&text);
    buffer_format(&text, "{\"approval\":\"%s\",\"sha256\":\"%s\"}", approval, sha256);
    asking = (struct asking){.officer = demo_staff_of(place->party)[SECURITY].id,
                             .act = "approval-confirm",
                             .arguments = buffer_span(&text),
                             .fd = -1};
    if (!place_ask(place, &asking, &result, err) || !half_take(result, second, err))
        return false;
    snprintf(out, 2 * HALF_SIZE, "%s%s", first, second);
    return true;
}

static bool login_give(const struct place *place, const char *officer, struct error *err)
{
    struct result *result CLEANUP(result_release) = NULL;
    struct buffer text CLEANUP(buffer_free) = buffer_make(1024);
    struct json_writer writer = json_writer_make(&text);
    char old[2 * HALF_SIZE], own[DEMO_PASSWORD_SIZE], hash[PASSWORD_HASH_SIZE];

    demo_password(officer, own);
    if (!one_time_ask(place, officer, old, err) || !password_hash(span_text(own), hash, err))
        return false;
    json_begin_object(&writer);
    json_string_field(&writer, "old", old);
    json_string_field(&writer, "hash", hash);
    json_end_object(&writer);
    struct asking asking = {
        .officer = officer, .act = "password-change", .arguments = buffer_span(&text), .fd = -1};
    return place_ask(place, &asking, &result, err);
}

bool demo_step_logins(struct demo *demo, struct error *err)
{
    const struct place *places[] = {&demo->ro, &demo->al};

    for (size_t i = 0; demo->is_new && i < ARRAY_COUNT(places); i++) {
        if (!login_give(places[i], demo_duty_officer(places[i]), err) ||
            !login_give(places[i], demo_head(places[i]), err))
            return false;
        demo_say(places[i], "%s and %s set their passwords for the console",
                 demo_duty_officer(places[i]), demo_head(places[i]));
    }
    return true;
}

/* Denial: see denial.h. */
#include "exchange/denial.h"

#include "base/json.h"

#include <stdio.h>

const char *const denial_words[WORD_COUNT] = {
    [WORD_OTHER] = "other",         [WORD_BEHIND] = "behind",   [WORD_FORK] = "fork",
    [WORD_SUSPENDED] = "suspended", [WORD_BUSY] = "busy",       [WORD_VERSION] = "version",
    [WORD_CLOCK] = "clock",         [WORD_INVALID] = "invalid", [WORD_READ_ONLY] = "read-only",
};

bool denial_write(const struct denial *denial, const char *word, struct buffer *out)
{
    struct json_writer writer = json_writer_make(out);

    json_begin_object(&writer);
    json_string_field(&writer, "error", word);
    json_integer_field(&writer, "held", (int64_t)denial->held);
    json_integer_field(&writer, "index", (int64_t)denial->index);
    if (denial->retry_ms > 0)
        json_integer_field(&writer, "retry_ms", denial->retry_ms);
    if (denial->protocol.newest > 0) {
        json_integer_field(&writer, "protocol", denial->protocol.newest);
        json_integer_field(&writer, "protocol_oldest", denial->protocol.oldest);
    }
    json_text_field_optional(&writer, "text", span_text(denial->text));
    json_end_object(&writer);
    return !out->failed;
}

static enum denial_word word_find(struct span word)
{
    for (size_t i = 0; i < WORD_COUNT; i++)
        if (span_is(word, denial_words[i]))
            return (enum denial_word)i;
    return WORD_OTHER;
}

/* What stands there and is of the right form; each field for itself. */
static void fields_read(struct json_object *object, struct denial *out)
{
    out->word = word_find(json_get_text_optional(object, "error", 32));
    out->has_held = json_has(object, "held");
    out->held = (uint64_t)json_get_integer_optional(object, "held", 0, JSON_INTEGER_MAX, 0);
    out->index = (uint64_t)json_get_integer_optional(object, "index", 0, JSON_INTEGER_MAX, 0);
    out->retry_ms = json_get_integer_optional(object, "retry_ms", 0, JSON_INTEGER_MAX, 0);
    if (out->retry_ms > RETRY_MS_MAX)
        out->retry_ms = RETRY_MS_MAX;
    if (json_has(object, "protocol"))
        out->protocol = version_read(object);
    snprintf(out->text, sizeof out->text, "%.*s",
             SPAN_ARG(json_get_text_optional(object, "text", DENIAL_TEXT_MAX)));
}

void denial_read(unsigned status, struct span answer, struct denial *out)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct problems problems;
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;
    struct error ignored = {0};

    *out = (struct denial){.word = WORD_OTHER};
    problems_clear(&problems);
    if (answer.size <= DENIAL_SIZE_MAX && json_parse(answer, &json, &ignored)) {
        json_object_begin(&object, json_root(json), &arena, &problems);
        fields_read(&object, out);
    }
    if (problems.count > 0) /* half understood is not understood */
        *out = (struct denial){.word = WORD_OTHER};
    if ((status == 503 || status == 429) && out->word == WORD_OTHER)
        out->word = WORD_BUSY;
}

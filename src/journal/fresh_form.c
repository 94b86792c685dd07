/* The bytes of a fresh receipt: see fresh_form.h. */
#include "journal/fresh_form.h"

#include "base/json.h"
#include "message/reference.h"

#include <inttypes.h>
#include <stdio.h>

#define TIME_MAX_S INT64_C(253402300799) /* end of the year 9999 */

/* --- question --- */

static void origin_write(struct json_writer *writer, const char *name, const char *origin)
{
    json_text_field_optional(writer, name, span_text(origin));
}

bool fresh_question_write(const struct fresh_question *question, struct buffer *out)
{
    struct json_writer writer = json_writer_make(out);

    json_begin_object(&writer);
    json_hex_field(&writer, "nonce", span_make(question->nonce, sizeof question->nonce));
    origin_write(&writer, "out", question->out);
    origin_write(&writer, "in", question->in);
    origin_write(&writer, "domestic", question->domestic);
    json_end_object(&writer);
    return !out->failed;
}

static void origin_take(struct json_object *object, const char *name, struct span origin,
                        char out[ORIGIN_SIZE_MAX + 1])
{
    if (origin.size > 0 && !origin_is_valid(origin))
        json_problem(object, name, ERROR_INPUT, "no origin of a log");
    snprintf(out, ORIGIN_SIZE_MAX + 1, "%.*s", SPAN_ARG(origin));
}

static void question_take(struct json_object *object, struct fresh_question *out)
{
    json_get_hex(object, "nonce", out->nonce, sizeof out->nonce);
    origin_take(object, "out", json_get_text_optional(object, "out", ORIGIN_SIZE_MAX), out->out);
    origin_take(object, "in", json_get_text_optional(object, "in", ORIGIN_SIZE_MAX), out->in);
    origin_take(object, "domestic", json_get_text_optional(object, "domestic", ORIGIN_SIZE_MAX),
                out->domestic);
}

bool fresh_question_read(struct span bytes, struct fresh_question *out, struct error *err)
{
    static _Thread_local struct problems problems;
    struct arena arena CLEANUP(arena_free) = arena_make(8192);
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;

    problems_clear(&problems);
    *out = (struct fresh_question){.out = ""};
    if (bytes.size > FRESH_QUESTION_SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "fresh receipt: the question has %zu bytes; %u allowed",
                         bytes.size, FRESH_QUESTION_SIZE_MAX);
    if (!json_parse(bytes, &json, err))
        return error_add(err, "fresh receipt");
    json_object_begin(&object, json_root(json), &arena, &problems);
    question_take(&object, out);
    json_object_end(&object);
    return problems_to_error(&problems, err) || error_add(err, "fresh receipt");
}

/* --- answer --- */

static void word_write(struct json_writer *writer, const struct fresh_word *word)
{
    json_begin_object(writer);
    json_string_field(writer, "log", word->origin);
    json_integer_field(writer, "size", (int64_t)word->size);
    json_hex_field(writer, "root", span_make(word->root.bytes, sizeof word->root.bytes));
    json_hex_field(writer, "signature", span_make(word->signature, sizeof word->signature));
    if (word->time_s > 0) {
        json_integer_field(writer, "time", word->time_s);
        json_hex_field(writer, "receipt", span_make(word->receipt, sizeof word->receipt));
    }
    json_end_object(writer);
}

bool fresh_answer_write(const struct fresh_answer *answer, struct buffer *out)
{
    struct json_writer writer = json_writer_make(out);

    json_begin_object(&writer);
    json_key(&writer, "words");
    json_begin_array(&writer);
    for (size_t i = 0; i < answer->count; i++)
        word_write(&writer, &answer->words[i]);
    json_end_array(&writer);
    json_end_object(&writer);
    return !out->failed;
}

static void word_take(struct json_object *object, struct fresh_word *out)
{
    origin_take(object, "log", json_get_text(object, "log", 1, ORIGIN_SIZE_MAX), out->origin);
    out->size = (uint64_t)json_get_integer(object, "size", 0, JSON_INTEGER_MAX);
    json_get_hex(object, "root", out->root.bytes, sizeof out->root.bytes);
    json_get_hex(object, "signature", out->signature, sizeof out->signature);
    out->time_s = json_get_integer_optional(object, "time", 1, TIME_MAX_S, 0);
    if (out->time_s > 0)
        json_get_hex(object, "receipt", out->receipt, sizeof out->receipt);
    json_object_end(object);
}

bool fresh_answer_read(struct span bytes, struct fresh_answer *out, struct error *err)
{
    static _Thread_local struct problems problems;
    struct arena arena CLEANUP(arena_free) = arena_make(32u * 1024);
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object, word;

    problems_clear(&problems);
    *out = (struct fresh_answer){.count = 0};
    if (bytes.size > FRESH_ANSWER_SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "fresh receipt: the answer has %zu bytes; %u allowed",
                         bytes.size, FRESH_ANSWER_SIZE_MAX);
    if (!json_parse(bytes, &json, err))
        return error_add(err, "fresh receipt");
    json_object_begin(&object, json_root(json), &arena, &problems);
    struct json_list words = json_get_array(&object, "words", 0, FRESH_WORD_COUNT_MAX);
    for (size_t i = 0; i < words.count && i < FRESH_WORD_COUNT_MAX; i++)
        if (json_array_object(&words, i, &word))
            word_take(&word, &out->words[out->count++]);
    json_object_end(&object);
    return problems_to_error(&problems, err) || error_add(err, "fresh receipt");
}

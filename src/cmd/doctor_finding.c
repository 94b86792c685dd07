/* Findings: kept, written and read as JSON, told to people. */
#include "cmd/doctor.h"

#include "base/attributes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *const doctor_level_names[DOCTOR_LEVEL_COUNT] = {"ok", "notice", "warning", "failure"};

static void text_keep(char *out, size_t size, const char *text, size_t text_size)
{
    size_t kept = text_size < size ? text_size : size - 1;

    if (kept > 0)
        memcpy(out, text, kept);
    out[kept] = '\0';
}

static struct doctor_finding *finding_add(struct doctor *doctor, enum doctor_level level)
{
    static _Thread_local struct doctor_finding dropped;

    if (level > doctor->worst)
        doctor->worst = level;
    if (doctor->count++ >= DOCTOR_FINDING_MAX)
        return &dropped;
    struct doctor_finding *finding = &doctor->findings[doctor->count - 1];
    *finding = (struct doctor_finding){.level = level};
    return finding;
}

void doctor_find(struct doctor *doctor, enum doctor_level level, const char *next,
                 const char *format, ...)
{
    struct doctor_finding *finding = finding_add(doctor, level);
    va_list list;

    va_start(list, format);
    vsnprintf(finding->found, sizeof finding->found, format, list);
    va_end(list);
    text_keep(finding->check, sizeof finding->check, doctor->check, strlen(doctor->check));
    if (next != NULL)
        text_keep(finding->next, sizeof finding->next, next, strlen(next));
}

static size_t kept_count(const struct doctor *doctor)
{
    return doctor->count < DOCTOR_FINDING_MAX ? doctor->count : DOCTOR_FINDING_MAX;
}

bool doctor_write(const struct doctor *doctor, struct json_writer *out)
{
    json_begin_object(out);
    json_string_field(out, "worst", doctor_level_names[doctor->worst]);
    json_key(out, "findings");
    json_begin_array(out);
    for (size_t i = 0; i < kept_count(doctor); i++) {
        const struct doctor_finding *finding = &doctor->findings[i];
        json_begin_object(out);
        json_string_field(out, "check", finding->check);
        json_string_field(out, "level", doctor_level_names[finding->level]);
        json_string_field(out, "found", finding->found);
        if (finding->next[0] != '\0')
            json_string_field(out, "next", finding->next);
        json_end_object(out);
    }
    json_end_array(out);
    json_end_object(out);
    return !out->buffer->failed;
}

static bool is_known(const struct doctor *doctor, struct span check, struct span found)
{
    for (size_t i = 0; i < kept_count(doctor); i++)
        if (span_is(check, doctor->findings[i].check) && span_is(found, doctor->findings[i].found))
            return true;
    return false;
}

static void finding_read(struct doctor *doctor, struct json_object *object)
{
    size_t level = json_get_choice(object, "level", doctor_level_names, DOCTOR_LEVEL_COUNT);
    struct span check = json_get_text(object, "check", 1, sizeof doctor->findings[0].check - 1);
    struct span found = json_get_text(object, "found", 1, sizeof doctor->findings[0].found - 1);
    struct span next = json_get_text_optional(object, "next", sizeof doctor->findings[0].next - 1);

    if (is_known(doctor, check, found))
        return;
    struct doctor_finding *finding = finding_add(doctor, (enum doctor_level)level);
    text_keep(finding->check, sizeof finding->check, (const char *)check.data, check.size);
    text_keep(finding->found, sizeof finding->found, (const char *)found.data, found.size);
    text_keep(finding->next, sizeof finding->next, (const char *)next.data, next.size);
}

bool doctor_read(struct doctor *doctor, struct span text, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4u * 1024 * 1024);
    struct json *json CLEANUP(json_free) = NULL;
    struct problems problems = {.count = 0};
    struct json_object object;
    struct json_object child;

    if (!json_parse(text, &json, err))
        return error_add(err, "what the node found");
    json_object_begin(&object, json_root(json), &arena, &problems);
    json_get_choice(&object, "worst", doctor_level_names, DOCTOR_LEVEL_COUNT);
    struct json_list list = json_get_array(&object, "findings", 0, DOCTOR_FINDING_MAX);
    for (size_t i = 0; i < list.count && json_array_object(&list, i, &child); i++) {
        finding_read(doctor, &child);
        json_object_end(&child);
    }
    json_object_end(&object);
    return problems_to_error(&problems, err) || error_add(err, "what the node found");
}

static void level_tell(const struct doctor *doctor, enum doctor_level level, struct buffer *out)
{
    static const char *const words[DOCTOR_LEVEL_COUNT] = {"ok      ", "notice  ", "WARNING ",
                                                          "FAILURE "};

    for (size_t i = 0; i < kept_count(doctor); i++) {
        const struct doctor_finding *finding = &doctor->findings[i];
        if (finding->level != level)
            continue;
        buffer_format(out, "%s%-13s %s\n", words[level], finding->check, finding->found);
        if (finding->next[0] != '\0')
            buffer_format(out, "%21s -> %s\n", "", finding->next);
    }
}

bool doctor_tell(const struct doctor *doctor, bool with_all, struct buffer *out)
{
    size_t counts[DOCTOR_LEVEL_COUNT] = {0};

    for (size_t i = 0; i < kept_count(doctor); i++)
        counts[doctor->findings[i].level]++;
    level_tell(doctor, DOCTOR_FAILURE, out);
    level_tell(doctor, DOCTOR_WARNING, out);
    level_tell(doctor, DOCTOR_NOTICE, out);
    if (with_all)
        level_tell(doctor, DOCTOR_OK, out);
    buffer_format(out, "%zu failures, %zu warnings, %zu notices, %zu well%s",
                  counts[DOCTOR_FAILURE], counts[DOCTOR_WARNING], counts[DOCTOR_NOTICE],
                  counts[DOCTOR_OK], with_all ? "" : " (--all lists them)");
    return !out->failed;
}

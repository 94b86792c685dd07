/* Published vectors: see vectors.h. */
#include "crypto/support/vectors.h"

#include "base/env.h"
#include "base/text.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define FILE_SIZE_MAX (32u * 1024u * 1024u)
#define PATH_SIZE     1024
#define NAME_COUNT    256

static void stop(const char *name, const char *why)
{
    printf("vectors: %s: %s\n", name, why);
    exit(1);
}

static const char *directory(void)
{
    const char *given = getenv("BESA_VECTORS");

    return given != NULL && given[0] != '\0' ? given : BESA_TEST_DATA "/vectors";
}

/* Go writes an empty list as null, which Besa's reader does not take for a list. */
static void empty_lists_write(struct buffer *text)
{
    static const char null_list[] = "\"flags\": null";
    static const char empty_list[] = "\"flags\":   []";
    uint8_t *at = text->data;

    while (!text->failed && (at = memmem(at, (size_t)(text->data + text->size - at), null_list,
                                         sizeof null_list - 1)) != NULL)
        memcpy(at, empty_list, sizeof empty_list - 1);
}

/* An array at the root is wrapped, so that all files are read the same way. */
static void visit_file(const char *path, const char *name,
                       void (*visit)(const char *name, struct json_object *wrapped))
{
    struct buffer text = buffer_make(FILE_SIZE_MAX);
    struct arena arena = arena_make((size_t)8 * FILE_SIZE_MAX);
    struct json *json = NULL;
    struct error err = {0};
    struct json_object wrapped;
    static struct problems problems;

    buffer_text(&text, "{\"file\":");
    if (!env_read_file(env_real(), path, FILE_SIZE_MAX, &text, &err))
        stop(path, err.text);
    buffer_text(&text, "}");
    empty_lists_write(&text);
    if (text.failed || !json_parse(buffer_span(&text), &json, &err))
        stop(path, text.failed ? "too large" : err.text);
    problems_clear(&problems);
    json_object_begin(&wrapped, json_root(json), &arena, &problems);
    visit(name, &wrapped);
    if (!problems_to_error(&problems, &err))
        stop(path, err.text);
    json_free(&json);
    arena_free(&arena);
    buffer_free(&text);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

size_t vectors_each(const char *folder,
                    void (*visit)(const char *name, struct json_object *wrapped))
{
    char path[PATH_SIZE];
    char *names[NAME_COUNT];
    size_t count = 0;

    snprintf(path, sizeof path, "%s/%s", directory(), folder);
    DIR *dir = opendir(path);
    if (dir == NULL)
        stop(path, "cannot be opened");
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        size_t size = strlen(entry->d_name);
        if (size < 5 || strcmp(entry->d_name + size - 5, ".json") != 0)
            continue;
        if (count == NAME_COUNT)
            stop(path, "too many files");
        names[count++] = strdup(entry->d_name);
    }
    closedir(dir);
    qsort(names, count, sizeof names[0], by_name);
    for (size_t i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s/%s", directory(), folder, names[i]);
        visit_file(path, names[i], visit);
        free(names[i]);
    }
    return count;
}

static const char *wanted_algorithm;
static void (*visit_case)(const char *name, struct json_object *group, struct json_object *test);
static size_t case_count;

static void visit_group(const char *name, const struct json_list *groups, size_t index)
{
    struct json_object group;

    if (!json_array_object(groups, index, &group))
        return;
    struct json_list tests = json_get_array(&group, "tests", 0, VECTORS_COUNT_MAX);
    for (size_t i = 0; i < tests.count; i++) {
        struct json_object test;
        if (!json_array_object(&tests, i, &test))
            return;
        visit_case(name, &group, &test);
        case_count++;
    }
}

static void visit_wycheproof(const char *name, struct json_object *wrapped)
{
    struct json_object file;

    if (!json_get_child(wrapped, "file", &file) ||
        strcmp(vectors_text(&file, "algorithm"), wanted_algorithm) != 0)
        return;
    struct json_list groups = json_get_array(&file, "testGroups", 1, VECTORS_COUNT_MAX);
    for (size_t i = 0; i < groups.count; i++)
        visit_group(name, &groups, i);
}

size_t vectors_wycheproof(const char *algorithm,
                          void (*visit)(const char *name, struct json_object *group,
                                        struct json_object *test))
{
    wanted_algorithm = algorithm;
    visit_case = visit;
    case_count = 0;
    vectors_each("wycheproof", visit_wycheproof);
    return case_count;
}

/* Empty when absent; present, it may be empty too. */
static struct span get_text(struct json_object *object, const char *name)
{
    if (!json_has(object, name))
        return (struct span){NULL, 0};
    return json_get_text(object, name, 0, FILE_SIZE_MAX);
}

struct span vectors_hex(struct json_object *object, const char *name)
{
    struct span text = get_text(object, name);
    size_t size = text.size / 2;
    uint8_t *bytes = arena_alloc(object->arena, size + 1);

    if (bytes == NULL || !hex_read(text, bytes, size))
        stop(name, "is not hexadecimal");
    return span_make(bytes, size);
}

const char *vectors_text(struct json_object *object, const char *name)
{
    struct span text = get_text(object, name);

    return text.size == 0 ? "" : (const char *)text.data;
}

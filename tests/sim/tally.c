/* Tally: see tally.h. */
#include "sim/tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_COUNT   512
#define SERIES_COUNT 16

struct line {
    char group[24];
    char name[72];
    uint64_t count;
    bool is_expected;
};
static struct line lines[LINE_COUNT];
static size_t line_count;

struct series {
    char name[48];
    int64_t *values;
    size_t count;
    size_t room;
};
static struct series all_series[SERIES_COUNT];

static struct line *line_of(const char *group, const char *name)
{
    for (size_t i = 0; i < line_count; i++)
        if (strcmp(lines[i].group, group) == 0 && strcmp(lines[i].name, name) == 0)
            return &lines[i];
    if (line_count == LINE_COUNT)
        abort();
    struct line *line = &lines[line_count++];
    snprintf(line->group, sizeof line->group, "%s", group);
    snprintf(line->name, sizeof line->name, "%s", name);
    return line;
}

void tally_expect(const char *group, const char *const *names)
{
    for (; *names != NULL; names++)
        line_of(group, *names)->is_expected = true;
}

void tally_add(const char *group, const char *name)
{
    line_of(group, name)->count++;
}

void tally_value(const char *name, int64_t value)
{
    for (size_t i = 0; i < SERIES_COUNT; i++) {
        struct series *series = &all_series[i];
        if (series->name[0] == '\0')
            snprintf(series->name, sizeof series->name, "%s", name);
        if (strcmp(series->name, name) != 0)
            continue;
        if (series->count == series->room) {
            series->room = series->room * 2 + 64;
            series->values = reallocarray(series->values, series->room, sizeof *series->values);
            if (series->values == NULL)
                abort();
        }
        series->values[series->count++] = value;
        return;
    }
    abort();
}

static int compare(const void *a, const void *b)
{
    const int64_t *left = a;
    const int64_t *right = b;
    return (*left > *right) - (*left < *right);
}

void tally_print(void)
{
    for (size_t i = 0; i < line_count; i++) {
        bool is_first = true;
        for (size_t k = 0; k < i; k++)
            is_first = is_first && strcmp(lines[k].group, lines[i].group) != 0;
        if (!is_first)
            continue;
        printf("%s:\n", lines[i].group);
        for (size_t k = i; k < line_count; k++)
            if (strcmp(lines[k].group, lines[i].group) == 0)
                printf("  %10" PRIu64 "  %s\n", lines[k].count, lines[k].name);
    }
    printf("per seed:\n");
    for (size_t i = 0; i < SERIES_COUNT && all_series[i].count > 0; i++) {
        struct series *series = &all_series[i];
        qsort(series->values, series->count, sizeof *series->values, compare);
        printf("  %-28s median %" PRId64 ", least %" PRId64 ", most %" PRId64 "\n", series->name,
               series->values[series->count / 2], series->values[0],
               series->values[series->count - 1]);
    }
}

bool tally_is_full(void)
{
    bool ok = true;
    for (size_t i = 0; i < line_count; i++) {
        if (!lines[i].is_expected || lines[i].count > 0)
            continue;
        printf("never came: %s: %s\n", lines[i].group, lines[i].name);
        ok = false;
    }
    return ok;
}

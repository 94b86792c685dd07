/* Tally: see tally.h. */
#include "sim/tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* --- from one process to another --- */

bool tally_send(int to)
{
    FILE *out = fdopen(to, "w");
    bool ok = out != NULL && fwrite(&line_count, sizeof line_count, 1, out) == 1 &&
              fwrite(lines, sizeof *lines, line_count, out) == line_count;

    for (size_t i = 0; i < SERIES_COUNT && ok; i++) {
        const struct series *series = &all_series[i];
        ok = fwrite(series, sizeof *series, 1, out) == 1 &&
             fwrite(series->values, sizeof *series->values, series->count, out) == series->count;
    }
    return ok && fclose(out) == 0;
}

static bool bytes_receive(int from, void *out, size_t size)
{
    uint8_t *at = out;

    while (size > 0) {
        ssize_t got = read(from, at, size);
        if (got <= 0)
            return false;
        at += got;
        size -= (size_t)got;
    }
    return true;
}

bool tally_receive(int from)
{
    size_t count = 0;
    struct line line;
    struct series series;
    int64_t value = 0;

    if (!bytes_receive(from, &count, sizeof count))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!bytes_receive(from, &line, sizeof line))
            return false;
        line_of(line.group, line.name)->count += line.count;
    }
    for (size_t i = 0; i < SERIES_COUNT; i++) {
        if (!bytes_receive(from, &series, sizeof series))
            return false;
        for (size_t k = 0; k < series.count; k++) {
            if (!bytes_receive(from, &value, sizeof value))
                return false;
            tally_value(series.name, value);
        }
    }
    return true;
}

/* --- what is printed --- */

static int compare(const void *a, const void *b)
{
    const int64_t *left = a;
    const int64_t *right = b;
    return (*left > *right) - (*left < *right);
}

static int line_compare(const void *a, const void *b)
{
    const struct line *left = a;
    const struct line *right = b;
    int group = strcmp(left->group, right->group);
    return group != 0 ? group : strcmp(left->name, right->name);
}

void tally_print(void)
{
    qsort(lines, line_count, sizeof *lines, line_compare);
    for (size_t i = 0; i < line_count; i++) {
        if (i == 0 || strcmp(lines[i].group, lines[i - 1].group) != 0)
            printf("%s:\n", lines[i].group);
        printf("  %10" PRIu64 "  %s\n", lines[i].count, lines[i].name);
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

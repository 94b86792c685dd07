/* Zone tables: see zone.h. The C library reads the database, and so follows TZDIR and every form of its files. */
#include "cmd/zone.h"

#include "agreement/calendar.h"
#include "base/attributes.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ZONE_DIRECTORY "/usr/share/zoneinfo" /* where TZDIR is not set, as in the C library */
#define PATH_ROOM      512
#define STEP_S         INT64_C(21600) /* no state changes its clocks twice in so short a time */
#define VERSION_LINE   "# version "

static bool path_write(const char *name, char out[PATH_ROOM])
{
    const char *directory = getenv("TZDIR");

    if (directory == NULL || directory[0] == '\0')
        directory = ZONE_DIRECTORY;
    return snprintf(out, PATH_ROOM, "%s/%s", directory, name) < PATH_ROOM;
}

/* The C library takes what it does not find for UTC; so its file is looked for first. */
static bool zone_is_there(const char *name)
{
    char path[PATH_ROOM], begin[4] = "";

    if (name[0] == '\0' || name[0] == '/' || strstr(name, "..") != NULL || !path_write(name, path))
        return false;
    FILE *file = fopen(path, "rbe");
    bool is_there = file != NULL && fread(begin, 1, sizeof begin, file) == sizeof begin &&
                    memcmp(begin, "TZif", sizeof begin) == 0;
    if (file != NULL)
        fclose(file);
    return is_there;
}

void zone_version(char out[ZONE_VERSION_SIZE])
{
    char path[PATH_ROOM], line[sizeof VERSION_LINE + ZONE_VERSION_SIZE] = "";

    snprintf(out, ZONE_VERSION_SIZE, "of unknown version");
    FILE *file = path_write("tzdata.zi", path) ? fopen(path, "re") : NULL;
    if (file == NULL)
        return;
    if (fgets(line, sizeof line, file) != NULL &&
        strncmp(line, VERSION_LINE, strlen(VERSION_LINE)) == 0) {
        line[strcspn(line, "\n")] = '\0';
        struct span version = span_part(span_text(line), strlen(VERSION_LINE), strlen(line));
        if (text_is_identifier(version, ZONE_VERSION_SIZE - 1))
            snprintf(out, ZONE_VERSION_SIZE, "%.*s", SPAN_ARG(version));
    }
    fclose(file);
}

static int64_t offset_s(int64_t time_s)
{
    time_t moment = (time_t)time_s;
    struct tm local = {.tm_gmtoff = 0};

    localtime_r(&moment, &local);
    return local.tm_gmtoff;
}

/* The first second of the offset that runs at `to_s`, which is another one at `from_s`. */
static int64_t change_s(int64_t from_s, int64_t to_s)
{
    while (to_s - from_s > 1) {
        int64_t middle_s = from_s + (to_s - from_s) / 2;
        if (offset_s(middle_s) == offset_s(from_s))
            from_s = middle_s;
        else
            to_s = middle_s;
    }
    return to_s;
}

static bool row_add(struct agreement_offset *rows, size_t *count, int64_t at_s, struct error *err)
{
    if (*count == AGREEMENT_OFFSET_MAX)
        return error_set(err, ERROR_INPUT, "more than %d changes of its clocks in this time",
                         (int)AGREEMENT_OFFSET_MAX);
    if (offset_s(at_s) % 60 != 0)
        return error_set(err, ERROR_INPUT, "its clocks differ from UTC by no whole minutes");
    rows[(*count)++] = (struct agreement_offset){at_s * 1000, offset_s(at_s) / 60};
    return true;
}

static bool rows_find(int64_t from_s, int64_t to_s, struct agreement_offset *rows, size_t *count,
                      struct error *err)
{
    *count = 0;
    if (!row_add(rows, count, from_s, err))
        return false;
    for (int64_t at_s = from_s; at_s < to_s;) {
        int64_t next_s = to_s - at_s > STEP_S ? at_s + STEP_S : to_s;
        if (offset_s(next_s) != offset_s(at_s) &&
            !row_add(rows, count, change_s(at_s, next_s), err))
            return false;
        at_s = next_s;
    }
    return true;
}

/* As it was before. */
static void zone_back(const char *before)
{
    if (before != NULL)
        setenv("TZ", before, 1);
    else
        unsetenv("TZ");
    tzset();
}

bool zone_table(struct span name, int64_t from_ms, int64_t to_ms, struct arena *arena,
                struct agreement_calendar *out, struct error *err)
{
    struct agreement_offset *rows = arena_array(arena, AGREEMENT_OFFSET_MAX, sizeof *rows);
    const char *set = getenv("TZ");
    char *before = set == NULL ? NULL : strdup(set);
    char zone[PATH_ROOM];
    size_t count = 0;

    snprintf(zone, sizeof zone, "%.*s", SPAN_ARG(name));
    bool is_there = zone_is_there(zone);
    bool ok =
        rows != NULL && (set == NULL || before != NULL) && is_there && setenv("TZ", zone, 1) == 0;
    if (ok) {
        tzset();
        ok = rows_find(from_ms / 1000, to_ms / 1000, rows, &count, err);
        zone_back(before);
    } else if (is_there) {
        error_set(err, ERROR_LIMIT, "out of memory");
    } else {
        error_set(err, ERROR_MISSING, "this machine's database has no such zone");
    }
    free(before);
    if (!ok)
        return error_add(err, "time zone %.*s", SPAN_ARG(name));
    *out = (struct agreement_calendar){
        .party = out->party, .time_zone = name, .offsets = rows, .offset_count = count};
    return true;
}

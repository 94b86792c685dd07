/*
 * Zone tables for a draft: the changes of the system's database to the second, those of a database made here, and what there
 * is not or cannot be told; TZ is as it was; and a limit in elapsed hours ends when it did without any table.
 * covers: zone
 */
#include "cmd/zone.h"

#include "agreement/clock.h"
#include "base/text.h"
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FROM_MS INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */
#define TO_MS   INT64_C(1798761600000) /* 2027-01-01T00:00:00Z */

static char directory[] = "/tmp/besa-zone-XXXXXX";
static struct error err;

static bool file_write(const char *name, const void *bytes, size_t size)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "wbe");
    bool ok = file != NULL && fwrite(bytes, 1, size, file) == size;
    return file != NULL && fclose(file) == 0 && ok;
}

static size_t number_put(uint8_t *out, uint64_t number, size_t size)
{
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)(number >> 8 * (size - 1 - i));
    return size;
}

/* The header and the data of one block: a single type, UTC, from 2000 on when `time_size` is not 0. */
static size_t block_put(uint8_t *out, size_t time_size)
{
    const uint64_t counts[] = {0, 0, 0, time_size > 0, 1, 4};
    size_t size = 20;

    memset(out, 0, size);
    memcpy(out, "TZif2", 5);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        size += number_put(out + size, counts[i], 4);
    if (time_size > 0) {
        size += number_put(out + size, 946684800, time_size);
        size += number_put(out + size, 0, 1);
    }
    size += number_put(out + size, 0, 6);
    memcpy(out + size, "XXX", 4);
    return size + 4;
}

/* A file of RFC 8536 of whose last line everything follows from 2000 on. */
static bool zone_write(const char *name, const char *rule)
{
    uint8_t bytes[256];
    size_t size = block_put(bytes, 0);

    size += block_put(bytes + size, 8);
    size += (size_t)snprintf((char *)bytes + size, sizeof bytes - size, "\n%s\n", rule);
    return file_write(name, bytes, size);
}

CHECK_TEST(the_tables_of_both_states_are_those_of_the_systems_database)
{
    static const struct {
        const char *name;
        int64_t winter; /* minutes */
    } zones[] = {{"Europe/Bucharest", 120}, {"Europe/Tirane", 60}};
    /* The last Sundays of March and October, 01:00 UTC. */
    static const int64_t changes_ms[] = {FROM_MS, INT64_C(1774746000000), INT64_C(1792890000000)};
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 16);

    unsetenv("TZDIR");
    if (access("/usr/share/zoneinfo/Europe/Tirane", R_OK) != 0)
        CHECK_NOT_RUN("this machine has no time zone database");
    for (size_t i = 0; i < 2; i++) {
        struct agreement_calendar table = {.party = span_text("ro")};
        CHECK_OK(zone_table(span_text(zones[i].name), FROM_MS, TO_MS, &arena, &table, &err), err);
        CHECK_SPAN(table.party, "ro");
        CHECK_SPAN(table.time_zone, zones[i].name);
        CHECK_INT(table.offset_count, 3);
        for (size_t k = 0; k < 3 && k < table.offset_count; k++) {
            CHECK_INT(table.offsets[k].from_ms, changes_ms[k]);
            CHECK_INT(table.offsets[k].minutes, zones[i].winter + (k == 1 ? 60 : 0));
        }
    }
}

CHECK_TEST(what_tzdir_names_is_read_and_its_version_told)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 16);
    struct agreement_calendar table = {.rest_days = 0};
    char version[ZONE_VERSION_SIZE];

    setenv("TZDIR", directory, 1);
    zone_version(version);
    CHECK(strcmp(version, "of unknown version") == 0);
    CHECK(file_write("tzdata.zi", "# version 2031c\nR a\n", 20));
    zone_version(version);
    CHECK(strcmp(version, "2031c") == 0);
    CHECK(file_write("tzdata.zi", "# version \x1b[2J\n", 15));
    zone_version(version);
    CHECK(strcmp(version, "of unknown version") == 0);
    /* Half an hour, and a change by rule alone: first Sundays of April and November, 02:00. */
    CHECK(zone_write("Half", "XXX-3:30YYY-4,M4.1.0,M11.1.0"));
    CHECK_OK(zone_table(span_text("Half"), FROM_MS, TO_MS, &arena, &table, &err), err);
    CHECK_OR_RETURN(table.offset_count == 3);
    CHECK_INT(table.offsets[0].minutes, 210);
    CHECK_INT(table.offsets[1].from_ms, INT64_C(1775341800000)); /* 2026-04-04T22:30:00Z */
    CHECK_INT(table.offsets[1].minutes, 240);
    CHECK_INT(table.offsets[2].from_ms, INT64_C(1793484000000)); /* 2026-10-31T22:00:00Z */
    CHECK_INT(table.offsets[2].minutes, 210);
}

CHECK_TEST(what_is_no_zone_or_does_not_fit_a_table_is_refused)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 18);
    static const char *const names[] = {"", "Nowhere/At_All", "../zone", "/etc/localtime", "text"};
    struct agreement_calendar table = {.rest_days = 0};

    setenv("TZDIR", directory, 1);
    CHECK(file_write("text", "XXX-3\n", 6));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        CHECK(!zone_table(span_text(names[i]), FROM_MS, TO_MS, &arena, &table, &err));
        CHECK_ERROR(err, ERROR_MISSING, "no such zone");
        error_clear(&err);
    }
    CHECK(zone_write("Seconds", "XXX-0:00:20"));
    CHECK(!zone_table(span_text("Seconds"), FROM_MS, TO_MS, &arena, &table, &err));
    CHECK_ERROR(err, ERROR_INPUT, "whole minutes");
    error_clear(&err);
    CHECK(zone_write("Half", "XXX-3:30YYY-4,M4.1.0,M11.1.0"));
    CHECK(!zone_table(span_text("Half"), FROM_MS, FROM_MS + 40 * (TO_MS - FROM_MS), &arena, &table,
                      &err));
    CHECK_ERROR(err, ERROR_INPUT, "more than 64 changes");
    error_clear(&err);
}

CHECK_TEST(tz_is_as_it_was_before)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 16);
    struct agreement_calendar table = {.rest_days = 0};

    setenv("TZDIR", directory, 1);
    CHECK(zone_write("Half", "XXX-3:30YYY-4,M4.1.0,M11.1.0"));
    unsetenv("TZ");
    CHECK_OK(zone_table(span_text("Half"), FROM_MS, TO_MS, &arena, &table, &err), err);
    CHECK(getenv("TZ") == NULL);
    setenv("TZ", "UTC", 1);
    CHECK_OK(zone_table(span_text("Half"), FROM_MS, TO_MS, &arena, &table, &err), err);
    CHECK(getenv("TZ") != NULL && strcmp(getenv("TZ"), "UTC") == 0);
}

/* Over the night on which the clocks change, too. */
//= dir-2023-977 art 5(1)
CHECK_TEST(a_limit_in_elapsed_hours_is_moved_by_no_table)
{
    static const struct agreement_offset offsets[] = {{FROM_MS, 120},
                                                      {INT64_C(1774746000000), 180}};
    const struct agreement_calendar calendars[] = {
        {span_text("ro"), span_text("Europe/Bucharest"), offsets, 2, 0, NULL, 0}};
    struct agreement plain = {.deadlines = {CLOCK_ELAPSED, CALENDAR_END_NONE, 8, 72, 168}};
    struct agreement with_table = plain;

    with_table.calendars = calendars;
    with_table.calendar_count = 1;
    for (int urgent = 0; urgent < 2; urgent++)
        for (int64_t hour = -200; hour < 200; hour += 7) {
            struct clock_question question = {.agreement = &plain,
                                              .requested = span_text("ro"),
                                              .received_ms =
                                                  INT64_C(1774746000000) + hour * 3600000,
                                              .is_urgent = urgent == 1};
            struct clock without, with;
            agreement_clock(&question, &without);
            question.agreement = &with_table;
            agreement_clock(&question, &with);
            CHECK_INT(with.due_ms, without.due_ms);
            CHECK_INT(with.due_ms, question.received_ms + (urgent == 1 ? 8 : 168) * 3600000);
        }
}

int main(void)
{
    if (mkdtemp(directory) == NULL)
        return 1;
    CHECK_RUN(the_tables_of_both_states_are_those_of_the_systems_database);
    CHECK_RUN(what_tzdir_names_is_read_and_its_version_told);
    CHECK_RUN(what_is_no_zone_or_does_not_fit_a_table_is_refused);
    CHECK_RUN(tz_is_as_it_was_before);
    CHECK_RUN(a_limit_in_elapsed_hours_is_moved_by_no_table);
    static const char *const files[] = {"tzdata.zi", "Half", "text", "Seconds"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", directory, files[i]);
        unlink(path);
    }
    rmdir(directory);
    return check_end();
}

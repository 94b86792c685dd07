/*
 * Metrics: every line is one that a strict reader of the exposition format takes, every row of the table is written once
 * and in order, and docs/metrics.md is the table. To write the page anew: BESA_WRITE_DOCS=1.
 */
#include "cmd/metrics.h"
#include "check.h"

#include "base/attributes.h"

#include <ctype.h>

CHECK_TEST(a_histogram_counts_up_to_its_bounds)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(65536);
    struct histogram histogram = {.sum_us = 0};

    histogram_add(&histogram, 400);
    histogram_add(&histogram, 500);
    histogram_add(&histogram, 501);
    histogram_add(&histogram, 90000000);
    histogram_add(&histogram, -7); /* the clock is monotonic; were it not, no sum falls */
    metric_histogram(METRIC_WRITER_SECONDS, &histogram, &out);
    buffer_byte(&out, '\0');
    const char *text = (const char *)out.data;
    CHECK(strstr(text, "besa_writer_round_seconds_bucket{le=\"0.000500\"} 3\n") != NULL);
    CHECK(strstr(text, "besa_writer_round_seconds_bucket{le=\"0.001000\"} 4\n") != NULL);
    CHECK(strstr(text, "besa_writer_round_seconds_bucket{le=\"5.000000\"} 4\n") != NULL);
    CHECK(strstr(text, "besa_writer_round_seconds_bucket{le=\"+Inf\"} 5\n") != NULL);
    CHECK(strstr(text, "besa_writer_round_seconds_sum 90.001401\n") != NULL);
    CHECK(strstr(text, "besa_writer_round_seconds_count 5\n") != NULL);
}

CHECK_TEST(samples_have_their_label_and_unit)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(65536);

    metric_begin(METRIC_LOG_ENTRIES, &out);
    metric_value(METRIC_LOG_ENTRIES, "ro/ro-al/to/al/0", 12, &out);
    metric_begin(METRIC_START_SECONDS, &out);
    metric_seconds(METRIC_START_SECONDS, NULL, 1700000000007, &out);
    CHECK_SPAN(buffer_span(&out),
               "# HELP besa_log_entries Numbered entries of a log, or of a mirror in custody.\n"
               "# TYPE besa_log_entries gauge\n"
               "besa_log_entries{log=\"ro/ro-al/to/al/0\"} 12\n"
               "# HELP besa_start_time_seconds When the node began, Unix time.\n"
               "# TYPE besa_start_time_seconds gauge\n"
               "besa_start_time_seconds 1700000000.007\n");
}

CHECK_TEST(names_follow_the_rules_of_prometheus)
{
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        const struct metric_row *row = &metric_rows[i];
        CHECK_OR_RETURN(row->name != NULL && row->help != NULL);
        size_t size = strlen(row->name);
        CHECK(strncmp(row->name, "besa_", 5) == 0);
        for (size_t k = 0; k < size; k++)
            CHECK(islower((unsigned char)row->name[k]) || row->name[k] == '_');
        bool is_total = size > 6 && strcmp(row->name + size - 6, "_total") == 0;
        CHECK(is_total == (row->kind == METRIC_COUNTER));
        for (size_t k = 0; k < i; k++)
            CHECK(strcmp(row->name, metric_rows[k].name) != 0);
    }
}

static void page_write(struct buffer *out)
{
    buffer_format(
        out, "# Metrics\n\nWith `metrics_file` in besa.conf the node writes these to that file "
             "every ten seconds, in the text form that\nPrometheus reads. Labels are origins "
             "of logs, parties and fixed words; nothing is personal. This page is written\n"
             "from the table in the code; a test compares them.\n\n"
             "| metric | kind | label | meaning |\n|---|---|---|---|\n");
    for (size_t i = 0; i < METRIC_COUNT; i++)
        buffer_format(out, "| `%s` | %s | %s | %s |\n", metric_rows[i].name,
                      metric_kind_names[metric_rows[i].kind],
                      metric_rows[i].label == NULL ? "" : metric_rows[i].label,
                      metric_rows[i].help);
}

CHECK_TEST(the_page_is_the_table)
{
    static const char path[] = BESA_SOURCE_DIR "/docs/metrics.md";
    struct buffer page CLEANUP(buffer_free) = buffer_make(65536);
    char kept[65536];

    page_write(&page);
    if (getenv("BESA_WRITE_DOCS") != NULL) {
        FILE *file = fopen(path, "w");
        CHECK_OR_RETURN(file != NULL);
        fwrite(page.data, 1, page.size, file);
        fclose(file);
    }
    FILE *file = fopen(path, "r");
    CHECK_OR_RETURN(file != NULL);
    size_t size = fread(kept, 1, sizeof kept, file);
    fclose(file);
    CHECK(span_equal(span_make(kept, size), buffer_span(&page)));
}

int main(void)
{
    CHECK_RUN(a_histogram_counts_up_to_its_bounds);
    CHECK_RUN(samples_have_their_label_and_unit);
    CHECK_RUN(names_follow_the_rules_of_prometheus);
    CHECK_RUN(the_page_is_the_table);
    return check_end();
}

/* Search data: see search.h. */
#include "search.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define COLUMN_MAX 8
#define GROW_SEED  "5"

const char *search_directory(void)
{
    static char path[BENCH_PATH_SIZE];
    const char *given = getenv("EVAL");

    if (given != NULL)
        return given;
    snprintf(path, sizeof path, "%s/../shared/data/matching/eval", BESA_SOURCE_DIR);
    return access(path, R_OK) == 0 ? path : NULL;
}

/* --- files --- */

static char *file_read(const char *path)
{
    FILE *file = fopen(path, "re");
    struct stat stat_found;
    char *text = NULL;

    if (file != NULL && fstat(fileno(file), &stat_found) == 0)
        text = malloc((size_t)stat_found.st_size + 1);
    if (text != NULL) {
        size_t size = fread(text, 1, (size_t)stat_found.st_size, file);
        text[size] = '\0';
    }
    if (file != NULL)
        fclose(file);
    return text;
}

/* Cuts one line into its columns; gives what follows, NULL at the end. */
static char *line_cut(char *line, struct span columns[COLUMN_MAX], size_t *count)
{
    char *end = strchr(line, '\n');

    *count = 0;
    if (end == NULL)
        return NULL;
    *end = '\0';
    for (char *at = line; at != NULL && *count < COLUMN_MAX;) {
        char *tab = strchr(at, '\t');
        size_t size = tab == NULL ? strlen(at) : (size_t)(tab - at);
        columns[(*count)++] = (struct span){(const uint8_t *)at, size};
        at = tab == NULL ? NULL : tab + 1;
    }
    return end + 1;
}

static bool rows_read(struct search_data *data, const char *path)
{
    char *text = file_read(path);
    struct span columns[COLUMN_MAX];
    size_t count;

    if (text == NULL)
        return false;
    data->texts[data->text_count++] = text;
    char *line = line_cut(text, columns, &count); /* the heads of the columns */
    while (line != NULL && (line = line_cut(line, columns, &count)) != NULL) {
        if (count < 2)
            continue;
        if (data->row_count == data->row_room) {
            data->row_room = data->row_room == 0 ? 65536 : data->row_room * 2;
            data->rows = realloc(data->rows, data->row_room * sizeof *data->rows);
            if (data->rows == NULL)
                return false;
        }
        data->rows[data->row_count++] = (struct search_row){columns[0], columns[1]};
    }
    return true;
}

struct class_count {
    struct span class;
    size_t count;
};

static size_t *class_of(struct class_count *classes, size_t *count, struct span class)
{
    size_t i = 0;

    while (i < *count && !span_equal(classes[i].class, class))
        i++;
    if (i == *count && *count < SEARCH_CLASS_MAX)
        classes[(*count)++] = (struct class_count){class, 0};
    return &classes[i < SEARCH_CLASS_MAX ? i : SEARCH_CLASS_MAX - 1].count;
}

static bool queries_read(struct search_data *data, const char *path, size_t per_class)
{
    char *text = file_read(path);
    struct class_count classes[SEARCH_CLASS_MAX];
    struct span columns[COLUMN_MAX];
    size_t class_count = 0;
    size_t room = 0;
    size_t count;

    if (text == NULL)
        return false;
    data->texts[data->text_count++] = text;
    char *line = line_cut(text, columns, &count);
    while (line != NULL && (line = line_cut(line, columns, &count)) != NULL) {
        if (count < 5 || (*class_of(classes, &class_count, columns[1]))++ >= per_class)
            continue;
        if (data->query_count == room) {
            room = room == 0 ? 4096 : room * 2;
            data->queries = realloc(data->queries, room * sizeof *data->queries);
            if (data->queries == NULL)
                return false;
        }
        data->queries[data->query_count++] =
            (struct search_query){columns[1], columns[2], columns[4]};
    }
    return true;
}

bool search_grow(size_t count, char path[BENCH_PATH_SIZE])
{
    char part[BENCH_PATH_SIZE + 8];
    char data[BENCH_PATH_SIZE];
    char tool[BENCH_PATH_SIZE];
    char number[32];

    snprintf(path, BENCH_PATH_SIZE, "%s/build/bench-data", BESA_SOURCE_DIR);
    mkdir(path, 0700);
    snprintf(path, BENCH_PATH_SIZE, "%s/build/bench-data/grown-%zu.tsv", BESA_SOURCE_DIR, count);
    snprintf(part, sizeof part, "%s.part", path);
    if (access(path, R_OK) == 0)
        return true;
    snprintf(tool, sizeof tool, "%s/../shared/tools/build_match_eval.py", BESA_SOURCE_DIR);
    snprintf(data, sizeof data, "%s/../shared/data/matching", BESA_SOURCE_DIR);
    snprintf(number, sizeof number, "%zu", count);
    bench_say("  growing %zu people (once)\n", count);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        if (freopen(part, "w", stdout) == NULL)
            _exit(126);
        execlp("python3", "python3", tool, "grow", data, number, "--seed", GROW_SEED, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0 && rename(part, path) == 0;
}

bool search_data_read(const char *directory, size_t grown, size_t per_class,
                      struct search_data *out)
{
    char path[BENCH_PATH_SIZE];

    *out = (struct search_data){.rows = NULL};
    snprintf(path, sizeof path, "%s/corpus.tsv", directory);
    bool ok = rows_read(out, path);
    snprintf(path, sizeof path, "%s/queries.tsv", directory);
    ok = ok && queries_read(out, path, per_class);
    if (!ok)
        bench_say("NOT RUN: no corpus.tsv and queries.tsv in the evaluation\n");
    if (ok && grown > 0 && (!search_grow(grown, path) || !rows_read(out, path))) {
        bench_say("NOT RUN: people cannot be grown (python3, ../shared/tools)\n");
        ok = false;
    }
    if (!ok)
        search_data_free(out);
    return ok;
}

void search_data_free(struct search_data *data)
{
    free(data->rows);
    free(data->queries);
    while (data->text_count > 0)
        free(data->texts[--data->text_count]);
    *data = (struct search_data){.rows = NULL};
}

/* --- scores --- */

bool search_score_make(const struct search_data *data, struct search_score *out)
{
    out->ranks = calloc(data->query_count + 1, sizeof *out->ranks);
    out->ms = calloc(data->query_count + 1, sizeof *out->ms);
    return out->ranks != NULL && out->ms != NULL;
}

void search_score_free(struct search_score *score)
{
    free(score->ranks);
    free(score->ms);
    *score = (struct search_score){.ranks = NULL};
}

double search_class(const struct search_data *data, const struct search_score *score,
                    const char *class, unsigned most, size_t *count)
{
    size_t found = 0;

    *count = 0;
    for (size_t i = 0; i < data->query_count; i++)
        if (span_is(data->queries[i].class, class) && score->ms[i] > 0) {
            (*count)++;
            found += score->ranks[i] != 0 && score->ranks[i] <= most;
        }
    return *count == 0 ? 0 : (double)found / (double)*count;
}

/* The classes of the data, as strings. */
static size_t classes_of(const struct search_data *data, char classes[SEARCH_CLASS_MAX][32])
{
    size_t count = 0;

    for (size_t i = 0; i < data->query_count; i++) {
        size_t k = 0;
        while (k < count && !span_is(data->queries[i].class, classes[k]))
            k++;
        if (k == count && count < SEARCH_CLASS_MAX)
            snprintf(classes[count++], 32, "%.*s", SPAN_ARG(data->queries[i].class));
    }
    return count;
}

double search_core(const struct search_data *data, const struct search_score *score, unsigned most)
{
    char classes[SEARCH_CLASS_MAX][32];
    size_t count = classes_of(data, classes);
    double sum = 0;
    double rule_sum = 0; /* of bk_* */
    size_t parts = 0;
    size_t rule_parts = 0;

    for (size_t i = 0; i < count; i++) {
        size_t asked;
        double share = search_class(data, score, classes[i], most, &asked);
        if (asked == 0 || strcmp(classes[i], "aka_far") == 0)
            continue;
        if (strncmp(classes[i], "bk_", 3) == 0) {
            rule_sum += share;
            rule_parts++;
        } else {
            sum += share;
            parts++;
        }
    }
    if (rule_parts > 0) {
        sum += rule_sum / (double)rule_parts;
        parts++;
    }
    return parts == 0 ? 0 : sum / (double)parts;
}

/* Half of Wilson's interval. */
static double interval(double share, size_t count)
{
    double n = (double)count;

    return count == 0 ? 0
                      : 1.96 * sqrt(share * (1 - share) / n + 0.9604 / (n * n)) / (1 + 3.8416 / n);
}

void search_table(const char *system, const struct search_data *data,
                  const struct search_score *score)
{
    char classes[SEARCH_CLASS_MAX][32];
    size_t count = classes_of(data, classes);

    bench_say("  %s\n    class                  n   recall@1   recall@10  +/-\n", system);
    for (size_t i = 0; i < count; i++) {
        size_t asked;
        double first = search_class(data, score, classes[i], 1, &asked);
        double ten = search_class(data, score, classes[i], SEARCH_TOP, &asked);
        bench_say("    %-18s %5zu      %.3f       %.3f  %.3f\n", classes[i], asked, first, ten,
                  interval(ten, asked));
    }
    bench_say("    core                          %.3f       %.3f\n", search_core(data, score, 1),
              search_core(data, score, SEARCH_TOP));
}

double search_quantile(const struct search_data *data, const struct search_score *score,
                       double part)
{
    double *sorted = malloc((data->query_count + 1) * sizeof *sorted);
    size_t count = 0;

    if (sorted == NULL)
        return 0;
    for (size_t i = 0; i < data->query_count; i++)
        if (score->ms[i] > 0)
            sorted[count++] = score->ms[i];
    qsort(sorted, count, sizeof *sorted, bench_compare);
    double value = count == 0 ? 0 : sorted[(size_t)((double)(count - 1) * part)];
    free(sorted);
    return value;
}

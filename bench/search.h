/*
 * Search measured: a corpus of persons, questions whose right answer is known, and what each system finds. A question is
 * answered when a name of the expected person is among the first ten distinct names.
 */
#ifndef BESA_BENCH_SEARCH_H
#define BESA_BENCH_SEARCH_H

#include "bench.h"

#include "base/span.h"

#define SEARCH_TOP       10
#define SEARCH_CLASS_MAX 64

struct search_row {
    struct span id;
    struct span name;
};

struct search_query {
    struct span class;
    struct span name;
    struct span id; /* of the expected person */
};

struct search_data {
    struct search_row *rows;
    size_t row_count;
    size_t row_room;
    struct search_query *queries;
    size_t query_count;
    char *texts[3]; /* the files, in memory */
    size_t text_count;
};

/* corpus.tsv and queries.tsv of `directory`, and with `grown` people from the evaluation's own generator beside them
 * (kept under build/bench-data). False, with NOT RUN, when they are not here. At most `per_class` queries of a class. */
bool search_data_read(const char *directory, size_t grown, size_t per_class,
                      struct search_data *out);
void search_data_free(struct search_data *data);
/* The file of `count` people of the evaluation's generator, which runs once; what it gives is the same for one count. */
bool search_grow(size_t count, char path[BENCH_PATH_SIZE]);
/* Where the evaluation lies: EVAL, or beside the source; NULL when it is not here. */
const char *search_directory(void);

/* Ranks by query: 0: not among the first ten. */
struct search_score {
    uint8_t *ranks;
    double *ms;
};
bool search_score_make(const struct search_data *data, struct search_score *out);
void search_score_free(struct search_score *score);
/* Mean over the core classes (all but aka_far; bk_* are one) of the share of queries with rank 1 to `most`. */
double search_core(const struct search_data *data, const struct search_score *score, unsigned most);
/* Share in one class; *count: its queries. */
double search_class(const struct search_data *data, const struct search_score *score,
                    const char *class, unsigned most, size_t *count);
/* The table for people: each class with its sample, its recalls and their 95 % intervals. */
void search_table(const char *system, const struct search_data *data,
                  const struct search_score *score);
double search_quantile(const struct search_data *data, const struct search_score *score,
                       double part);

/* pg_trgm over the same names, made plain by ICU as the evaluation does; each `step`th query. False, with NOT RUN, when
 * PostgreSQL is not here. Queries that were not asked keep rank 0 and ms 0. */
enum search_peer { PEER_GIN, PEER_GIST };
bool search_peer_run(enum search_peer peer, const struct search_data *data, size_t step,
                     struct search_score *out);

#endif

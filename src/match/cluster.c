/*
 * Cluster: see cluster.h. Links are taken best first (Kruskal, 1956): one that joins two parts is a tie of the tree that
 * holds its cluster together, and the last of these is the weakest. Links inside a part say nothing new.
 */
#include "match/cluster.h"

#include <stdlib.h>

struct union_find {
    uint32_t *parents; /* of records; a root is its own */
    uint32_t *sizes;   /* of roots */
    uint32_t *ties;    /* of roots: link + 1 that joined last */
};

static uint32_t root_of(struct union_find *sets, uint32_t record)
{
    while (sets->parents[record] != record) {
        sets->parents[record] = sets->parents[sets->parents[record]];
        record = sets->parents[record];
    }
    return record;
}

static void join(struct union_find *sets, uint32_t a, uint32_t b, size_t link)
{
    uint32_t into = root_of(sets, a);
    uint32_t from = root_of(sets, b);

    if (into == from)
        return;
    if (sets->sizes[into] < sets->sizes[from]) {
        uint32_t kept = into;
        into = from;
        from = kept;
    }
    sets->parents[from] = into;
    sets->sizes[into] += sets->sizes[from];
    sets->ties[into] = (uint32_t)link + 1;
}

static bool sets_make(size_t count, struct union_find *out)
{
    out->parents = calloc(count + 1, sizeof *out->parents);
    out->sizes = calloc(count + 1, sizeof *out->sizes);
    out->ties = calloc(count + 1, sizeof *out->ties);
    if (out->parents == NULL || out->sizes == NULL || out->ties == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        out->parents[i] = (uint32_t)i;
        out->sizes[i] = 1;
    }
    return true;
}

static void sets_free(struct union_find *sets)
{
    free(sets->parents);
    free(sets->sizes);
    free(sets->ties);
}

/* A cluster by its root and its weakest tie. */
struct place {
    uint32_t root;
    uint32_t tie;
};

/* Links come best first: the least number of a tie is the surest. */
static int place_compare(const void *a, const void *b)
{
    const struct place *x = a;
    const struct place *y = b;

    return (x->tie > y->tie) - (x->tie < y->tie);
}

static bool rows_make(size_t record_count, size_t cluster_count, struct clusters *out)
{
    out->members = calloc(record_count + 1, sizeof *out->members);
    out->starts = calloc(cluster_count + 1, sizeof *out->starts);
    out->weakest = calloc(cluster_count + 1, sizeof *out->weakest);
    return out->members != NULL && out->starts != NULL && out->weakest != NULL;
}

/* `sizes` of roots become the places where the next member goes. */
static void rows_fill(struct union_find *sets, size_t record_count, const struct place *places,
                      const struct links *links, struct clusters *out)
{
    for (size_t i = 0; i < out->count; i++) {
        uint32_t root = places[i].root;
        out->starts[i + 1] = out->starts[i] + sets->sizes[root];
        out->weakest[i] = links->links[places[i].tie - 1];
        sets->sizes[root] = (uint32_t)out->starts[i];
    }
    for (uint32_t record = 0; record < record_count; record++) {
        uint32_t root = root_of(sets, record);
        if (sets->ties[root] != 0)
            out->members[sets->sizes[root]++] = record;
    }
}

static bool clusters_fill(struct union_find *sets, size_t record_count, const struct links *links,
                          struct clusters *out)
{
    struct place *places = calloc(record_count + 1, sizeof *places);
    size_t count = 0;

    if (places == NULL)
        return false;
    for (uint32_t record = 0; record < record_count; record++)
        if (sets->parents[record] == record && sets->ties[record] != 0)
            places[count++] = (struct place){record, sets->ties[record]};
    if (count > 0)
        qsort(places, count, sizeof *places, place_compare);
    bool ok = rows_make(record_count, count, out);
    out->count = ok ? count : 0;
    if (ok)
        rows_fill(sets, record_count, places, links, out);
    free(places);
    return ok;
}

bool clusters_make(size_t record_count, const struct links *links, struct clusters *out,
                   struct error *err)
{
    struct union_find sets = {.parents = NULL};

    *out = (struct clusters){.members = NULL};
    bool ok = sets_make(record_count, &sets);
    for (size_t i = 0; ok && i < links->count; i++)
        join(&sets, links->links[i].a, links->links[i].b, i);
    ok = ok && clusters_fill(&sets, record_count, links, out);
    sets_free(&sets);
    if (!ok)
        clusters_free(out);
    return ok || error_set(err, ERROR_LIMIT, "out of memory");
}

void clusters_free(struct clusters *clusters)
{
    free(clusters->members);
    free(clusters->starts);
    free(clusters->weakest);
    *clusters = (struct clusters){.members = NULL};
}

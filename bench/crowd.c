/*
 * Crowd: one list of a million people linked to itself: how long, how much memory, and what is found. People are made by
 * rule: name parts of one country each (names/name_parts.tsv), the first of a list more often; towns (places/towns.tsv);
 * dates of birth; one in ten has a second record with one or two mistakes. BESA_BENCH_PEOPLE=N takes another number.
 */
#include "bench.h"
#include "table.h"

#include "match/cluster.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define PEOPLE      1000000
#define SECOND_EACH 10 /* one of so many has a second record */
#define BLOCK_MAX   100
#define COUNTRY_MAX 200
#define TEXT_MAX    96

struct country {
    struct span code;
    struct span *given;
    struct span *family;
    size_t given_count, family_count;
};

struct crowd {
    struct bench_table names, towns;
    struct country countries[COUNTRY_MAX];
    size_t country_count;
    uint64_t state;
    struct folder *folder;
    struct lexicon *lexicon;
    struct link_list list;
    uint32_t *first; /* by record: the first record of the person */
};

static uint32_t below(struct crowd *crowd, size_t most)
{
    crowd->state = crowd->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((crowd->state >> 33) * most >> 31);
}

/* Names that stand first in their list are common: places fall off as the square root. */
static struct span common_first(struct crowd *crowd, const struct span *list, size_t count)
{
    uint64_t place = below(crowd, count);

    return list[place * below(crowd, count) / count];
}

/* --- where the parts come from --- */

static bool part_put(struct span **list, size_t *count, struct span part)
{
    if ((*count & (*count - 1)) == 0) {
        struct span *grown = realloc(*list, (*count == 0 ? 1 : *count * 2) * sizeof **list);
        if (grown == NULL)
            return false;
        *list = grown;
    }
    (*list)[(*count)++] = part;
    return true;
}

/* Rows of a country stand together. */
static bool parts_read(struct crowd *crowd)
{
    for (size_t i = 0; i < crowd->names.count; i++) {
        struct span code = table_cell(&crowd->names, i, 0);
        struct span kind = table_cell(&crowd->names, i, 1);
        struct country *country = crowd->countries;
        while (country < crowd->countries + crowd->country_count &&
               !span_equal(country->code, code))
            country++;
        if (country == crowd->countries + COUNTRY_MAX)
            continue;
        if (country == crowd->countries + crowd->country_count)
            crowd->countries[crowd->country_count++].code = code;
        bool is_family = span_starts_with(kind, "family");
        if (!part_put(is_family ? &country->family : &country->given,
                      is_family ? &country->family_count : &country->given_count,
                      table_cell(&crowd->names, i, 2)))
            return false;
    }
    size_t kept = 0; /* countries with enough of both come first */
    for (size_t i = 0; i < crowd->country_count; i++)
        if (crowd->countries[i].given_count > 50 && crowd->countries[i].family_count > 50) {
            struct country country = crowd->countries[i];
            crowd->countries[i] = crowd->countries[kept];
            crowd->countries[kept++] = country;
        }
    crowd->country_count = kept;
    return kept > 0;
}

/* --- people --- */

struct one {
    char given[TEXT_MAX], family[TEXT_MAX], place[TEXT_MAX];
    struct birth birth;
};

static void text_copy(char out[TEXT_MAX], struct span text)
{
    snprintf(out, TEXT_MAX, "%.*s", SPAN_ARG(text));
}

static void one_make(struct crowd *crowd, struct one *out)
{
    const struct country *country = &crowd->countries[below(crowd, crowd->country_count)];

    text_copy(out->given, common_first(crowd, country->given, country->given_count));
    text_copy(out->family, common_first(crowd, country->family, country->family_count));
    text_copy(out->place, table_cell(&crowd->towns, below(crowd, crowd->towns.count), 1));
    out->birth = (struct birth){.year = (uint16_t)(1940 + below(crowd, 70)),
                                .month = (uint8_t)(1 + below(crowd, 12)),
                                .day = (uint8_t)(1 + below(crowd, 28))};
}

/* One letter is another, is left out or is twice; letters beyond ASCII stay. */
static void letter_spoil(struct crowd *crowd, char *text)
{
    size_t size = strlen(text);
    size_t at = size == 0 ? 0 : below(crowd, size);

    if (size < 3 || (unsigned char)text[at] >= 0x80 || size + 2 > TEXT_MAX)
        return;
    switch (below(crowd, 3)) {
    case 0:
        text[at] = "abcdefghijklmnopqrstuvwxyz"[below(crowd, 26)];
        break;
    case 1:
        memmove(text + at, text + at + 1, size - at);
        break;
    default:
        memmove(text + at + 1, text + at, size - at + 1);
    }
}

static void one_spoil(struct crowd *crowd, struct one *one)
{
    for (uint32_t left = 1 + below(crowd, 2); left > 0; left--) {
        char kept[TEXT_MAX];
        uint8_t day = one->birth.day;
        switch (below(crowd, 6)) {
        case 0:
        case 1:
            letter_spoil(crowd, one->given);
            break;
        case 2:
            letter_spoil(crowd, one->family);
            break;
        case 3:
            memcpy(kept, one->given, sizeof kept);
            memcpy(one->given, one->family, sizeof kept);
            memcpy(one->family, kept, sizeof kept);
            break;
        case 4:
            if (day <= 12) {
                one->birth.day = one->birth.month;
                one->birth.month = day;
            } else {
                one->birth = (struct birth){.year = one->birth.year};
            }
            break;
        default:
            text_copy(one->place, table_cell(&crowd->towns, below(crowd, crowd->towns.count), 1));
        }
    }
}

static bool one_add(struct crowd *crowd, const struct one *one, size_t first, struct error *err)
{
    struct record_value values[] = {{RECORD_GIVEN, 0, span_text(one->given)},
                                    {RECORD_FAMILY, 0, span_text(one->family)},
                                    {RECORD_PLACE, 0, span_text(one->place)}};
    struct record_input input = {
        .values = values, .value_count = ARRAY_COUNT(values), .birth = one->birth};
    struct record_word words[RECORD_WORD_MAX];
    struct record record;

    crowd->first[crowd->list.count] = (uint32_t)first;
    return record_make(crowd->lexicon, crowd->folder, &input, words, &record, err) &&
           link_list_add(&crowd->list, &record, err);
}

static bool people_make(struct crowd *crowd, size_t count, size_t *pairs, struct error *err)
{
    struct one one;
    bool ok = true;

    *pairs = 0;
    crowd->first = calloc(count + 1, sizeof *crowd->first);
    for (size_t made = 0; ok && crowd->first != NULL && crowd->list.count < count; made++) {
        size_t first = crowd->list.count;
        one_make(crowd, &one);
        ok = one_add(crowd, &one, first, err);
        if (!ok || made % SECOND_EACH != 0 || crowd->list.count == count)
            continue;
        one_spoil(crowd, &one);
        ok = one_add(crowd, &one, first, err);
        (*pairs)++;
    }
    return ok && crowd->first != NULL;
}

/* --- measuring --- */

static void figure(const char *id, double value, const char *unit, const char *must)
{
    struct bench_series series = {.values = {value}, .count = 1};

    bench_promise(id, &series, unit, must, "");
}

struct met {
    const struct crowd *crowd;
    size_t pairs;
};

static bool met_take(void *context, uint32_t a, uint32_t b, struct error *err)
{
    struct met *met = context;

    (void)err;
    met->pairs += met->crowd->first[a] == met->crowd->first[b];
    return true;
}

static bool link_all(struct crowd *crowd, struct links *links, struct clusters *clusters,
                     struct error *err)
{
    static const struct score_curve straight = {.count = 0};
    struct score_weights weights;

    score_weights_published(&weights);
    struct link_options options = {
        .weights = &weights,
        .curve = &straight,
        .prior_bits = link_prior(&crowd->list, 1.0 / SECOND_EACH),
        .share_least = 0.5f,
    };
    return link_run(&crowd->list, &options, links, err) &&
           clusters_make(crowd->list.count, links, clusters, err);
}

static bool measure(struct crowd *crowd, size_t people, struct error *err)
{
    struct links links = {.links = NULL};
    struct clusters clusters = {.members = NULL};
    struct met met = {crowd, 0};
    struct rusage usage;
    uint64_t skipped;
    size_t pairs;
    size_t right = 0;

    double began = bench_core();
    bool ok = people_make(crowd, people, &pairs, err);
    double made = bench_core();
    ok = ok && link_all(crowd, &links, &clusters, err);
    double linked = bench_core();
    ok = ok && link_pairs(&crowd->list, met_take, &met, &skipped, err);
    for (size_t i = 0; ok && i < links.count; i++)
        right += crowd->first[links.links[i].a] == crowd->first[links.links[i].b];
    getrusage(RUSAGE_SELF, &usage);
    if (ok) {
        bench_say("  %zu people read in %.1f s of a core; %" PRIu64 " pairs compared, %" PRIu64
                  " in blocks too large; %zu links, %zu clusters, in %.1f s\n"
                  "  of %zu true pairs %.4f were compared; P %.4f R %.4f, expected %.0f\n",
                  people, made - began, links.compared, links.skipped, links.count, clusters.count,
                  linked - made, pairs, (double)met.pairs / (double)pairs,
                  (double)right / (double)links.count, (double)right / (double)pairs,
                  links.expected);
        figure("linkage_self_s", linked - began, "s of a core", "<=300");
        figure("linkage_self_f1", 2.0 * (double)right / (double)(links.count + pairs), "", "");
        figure("linkage_self_completeness", (double)met.pairs / (double)pairs, "", "");
        figure("linkage_self_bytes_per_person", (double)usage.ru_maxrss * 1024 / (double)people,
               "bytes", "");
    }
    links_free(&links);
    clusters_free(&clusters);
    return ok;
}

static bool crowd_read(struct crowd *crowd)
{
    char path[BENCH_PATH_SIZE];
    const char *given = getenv("EVAL");
    char base[BENCH_PATH_SIZE];

    snprintf(base, sizeof base, "%s/../shared/data/matching", BESA_SOURCE_DIR);
    if (given != NULL)
        snprintf(base, sizeof base, "%s", given);
    snprintf(path, sizeof path, "%.400s/names/name_parts.tsv", base);
    if (!table_read(path, '\t', &crowd->names))
        return false;
    snprintf(path, sizeof path, "%.400s/places/towns.tsv", base);
    return table_read(path, '\t', &crowd->towns) && parts_read(crowd);
}

bool bench_crowd(void)
{
    static struct crowd crowd;
    struct error err = {0};
    const char *people = getenv("BESA_BENCH_PEOPLE");

    bench_say("crowd: one list linked to itself\n");
    crowd.state = 1;
    if (!crowd_read(&crowd)) {
        bench_say("NOT RUN: no names (EVAL=directory with names and places)\n");
        return true;
    }
    bool ok = folder_make(&crowd.folder, &err) && lexicon_make(&crowd.lexicon, &err);
    link_list_make(crowd.lexicon, BLOCKING_ALL, &crowd.list);
    crowd.list.block_max = BLOCK_MAX;
    ok = ok && measure(&crowd, people == NULL ? PEOPLE : strtoul(people, NULL, 10), &err);
    if (!ok)
        bench_say("crowd FAILED: %s\n", err.text);
    link_list_free(&crowd.list);
    lexicon_free(&crowd.lexicon);
    folder_free(&crowd.folder);
    table_free(&crowd.names);
    table_free(&crowd.towns);
    for (size_t i = 0; i < COUNTRY_MAX; i++) {
        free(crowd.countries[i].given);
        free(crowd.countries[i].family);
    }
    free(crowd.first);
    return ok;
}

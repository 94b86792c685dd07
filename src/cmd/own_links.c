/* See own_links.h. */
#include "cmd/own_links.h"

#include "base/attributes.h"
#include "desk/own_form.h"
#include "desk/own_least.h"
#include "desk/own_link.h"
#include "match/cluster.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SCORE_TEXT_MAX  8
#define REASONS_SIZE    8192
#define REASONS_BETWEEN "; "
#define JOINED_BETWEEN  " "

void own_links_make(struct own_links *out)
{
    *out = (struct own_links){.texts = arena_make(OWN_LINKS_SIZE_MAX)};
}

void own_links_free(struct own_links *links)
{
    arena_free(&links->texts);
    free(links->lines);
    free(links->links);
    *links = (struct own_links){.lines = NULL};
}

/* --- taking --- */

static bool too_many(struct error *err)
{
    return error_set(err, ERROR_LIMIT, "too many links: raise --least");
}

static bool room_make(void **list, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return true;
    if (count >= OWN_LINK_COUNT_MAX)
        return false;
    size_t wanted = *room == 0 ? 1024 : 2 * *room;
    void *grown = realloc(*list, wanted * size);
    if (grown == NULL)
        return false;
    *list = grown;
    *room = wanted;
    return true;
}

bool own_links_line(struct own_links *links, uint64_t line, struct span external, struct error *err)
{
    void *list = links->lines;
    bool ok = room_make(&list, links->line_count, &links->line_room, sizeof *links->lines);

    links->lines = list;
    if (!ok)
        return too_many(err);
    struct own_line *new = &links->lines[links->line_count++];
    new->line = line;
    return arena_copy(&links->texts, external, &new->external) || too_many(err);
}

/* "a; b" of a list of texts. */
static void reasons_join(struct json_object *object, struct buffer *out)
{
    struct json_list list = json_get_array(object, "reasons", 0, OWN_REASON_COUNT);

    for (size_t i = 0; i < list.count; i++) {
        buffer_text(out, i > 0 ? REASONS_BETWEEN : "");
        buffer_add(out, json_array_text(&list, i, 1, OWN_REASON_SIZE));
    }
}

static void joined_join(struct json_object *object, struct buffer *out)
{
    if (!json_has(object, "joined"))
        return;
    struct json_list list = json_get_array(object, "joined", 0, OWN_JOINED_MAX);
    for (size_t i = 0; i < list.count; i++)
        buffer_format(out, "%s%" PRId64, i > 0 ? JOINED_BETWEEN : "",
                      json_array_integer(&list, i, 1, JSON_INTEGER_MAX));
}

static bool link_take(struct own_links *links, struct json_object *object, struct error *err)
{
    struct buffer reasons CLEANUP(buffer_free) = buffer_make(REASONS_SIZE);
    struct buffer joined CLEANUP(buffer_free) = buffer_make(REASONS_SIZE);
    void *list = links->links;
    bool ok = room_make(&list, links->link_count, &links->link_room, sizeof *links->links);

    links->links = list;
    if (!ok)
        return too_many(err);
    struct own_linked *new = &links->links[links->link_count++];
    reasons_join(object, &reasons);
    joined_join(object, &joined);
    *new = (struct own_linked){
        .line = (uint32_t)(links->line_count - 1),
        .person = json_get_integer(object, "person", 1, JSON_INTEGER_MAX),
    };
    return (arena_copy(&links->texts, json_get_text(object, "source", 1, OWN_SOURCE_SIZE_MAX),
                       &new->source) &&
            arena_copy(&links->texts, json_get_text(object, "external", 1, OWN_EXTERNAL_SIZE_MAX),
                       &new->external) &&
            arena_copy(&links->texts, json_get_text(object, "category", 1, OWN_SOURCE_SIZE_MAX),
                       &new->category) &&
            arena_copy(&links->texts, json_get_text_optional(object, "case", OWN_CASE_SIZE_MAX),
                       &new->case_number) &&
            arena_copy(&links->texts, json_get_text(object, "score", 1, SCORE_TEXT_MAX),
                       &new->score) &&
            arena_copy(&links->texts, buffer_span(&reasons), &new->reasons) &&
            arena_copy(&links->texts, buffer_span(&joined), &new->joined)) ||
           too_many(err);
}

bool own_links_take(struct own_links *links, struct json_object *element, struct error *err)
{
    struct json_list list = json_get_array(element, "list", 0, OWN_LINK_SHOWN);
    struct json_object one;

    for (size_t i = 0; i < list.count; i++)
        if (json_array_object(&list, i, &one) && !link_take(links, &one, err))
            return false;
    links->cut += json_get_boolean(element, "more");
    return true;
}

/* --- groups --- */

struct grouping {
    const struct own_links *links;
    int64_t *people; /* each once, ascending */
    size_t person_count;
    struct links graph; /* nodes: lines, then people; best first */
    size_t *origin;     /* which of links->links each of graph is */
    struct clusters clusters;
    uint32_t *cluster_of; /* by node: cluster + 1 */
};

static int number_compare(const void *a, const void *b)
{
    const int64_t *one = a;
    const int64_t *two = b;

    return (*one > *two) - (*one < *two);
}

static uint32_t node_of(const struct grouping *grouping, int64_t person)
{
    const int64_t *at = bsearch(&person, grouping->people, grouping->person_count,
                                sizeof *grouping->people, number_compare);

    return (uint32_t)(grouping->links->line_count + (size_t)(at - grouping->people));
}

static void people_collect(struct grouping *grouping)
{
    size_t count = grouping->links->link_count;

    for (size_t i = 0; i < count; i++)
        grouping->people[i] = grouping->links->links[i].person;
    if (count > 0)
        qsort(grouping->people, count, sizeof *grouping->people, number_compare);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || grouping->people[i] != grouping->people[grouping->person_count - 1])
            grouping->people[grouping->person_count++] = grouping->people[i];
}

struct ranked {
    float share;
    size_t at;
};

static int best_first(const void *a, const void *b)
{
    const struct ranked *one = a;
    const struct ranked *two = b;

    if (one->share < two->share || one->share > two->share)
        return one->share > two->share ? -1 : 1;
    return (one->at > two->at) - (one->at < two->at);
}

static void graph_fill(struct grouping *grouping, struct ranked *ranked)
{
    const struct own_links *links = grouping->links;

    for (size_t i = 0; i < links->link_count; i++)
        ranked[i] = (struct ranked){strtof((const char *)links->links[i].score.data, NULL), i};
    if (links->link_count > 0)
        qsort(ranked, links->link_count, sizeof *ranked, best_first);
    for (size_t i = 0; i < links->link_count; i++) {
        const struct own_linked *link = &links->links[ranked[i].at];
        grouping->origin[i] = ranked[i].at;
        grouping->graph.links[i] =
            (struct link){link->line, node_of(grouping, link->person), ranked[i].share};
    }
    grouping->graph.count = links->link_count;
}

static bool grouping_make(const struct own_links *links, struct grouping *out, struct error *err)
{
    size_t count = links->link_count;
    struct ranked *ranked = calloc(count + 1, sizeof *ranked);

    *out = (struct grouping){.links = links};
    out->people = calloc(count + 1, sizeof *out->people);
    out->origin = calloc(count + 1, sizeof *out->origin);
    out->graph.links = calloc(count + 1, sizeof *out->graph.links);
    out->cluster_of = calloc(links->line_count + count + 1, sizeof *out->cluster_of);
    bool ok = ranked != NULL && out->people != NULL && out->origin != NULL &&
              out->graph.links != NULL && out->cluster_of != NULL;
    if (ok) {
        people_collect(out);
        graph_fill(out, ranked);
        ok = clusters_make(links->line_count + out->person_count, &out->graph, &out->clusters, err);
    }
    free(ranked);
    for (size_t i = 0; ok && i < out->clusters.count; i++)
        for (size_t k = out->clusters.starts[i]; k < out->clusters.starts[i + 1]; k++)
            out->cluster_of[out->clusters.members[k]] = (uint32_t)i + 1;
    return ok || err->kind != ERROR_NONE || error_set(err, ERROR_LIMIT, "out of memory");
}

static void grouping_free(struct grouping *grouping)
{
    clusters_free(&grouping->clusters);
    free(grouping->people);
    free(grouping->origin);
    free(grouping->graph.links);
    free(grouping->cluster_of);
}

/* --- writing --- */

struct told {
    const struct own_line *line;
    const struct own_linked *link;
    uint32_t group;
    bool is_weakest;
};

static struct told told_of(const struct grouping *grouping, size_t at)
{
    const struct link *edge = &grouping->graph.links[at];
    struct told told = {.link = &grouping->links->links[grouping->origin[at]],
                        .group = grouping->cluster_of[edge->a]};
    const struct link *weakest = &grouping->clusters.weakest[told.group - 1];

    told.line = &grouping->links->lines[told.link->line];
    told.is_weakest = weakest->a == edge->a && weakest->b == edge->b;
    return told;
}

/* In quotes, always; quotes in it are doubled. */
static void cell_write(struct buffer *out, struct span text, const char *end)
{
    buffer_byte(out, '"');
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '"')
            buffer_byte(out, '"');
        buffer_byte(out, text.data[i]);
    }
    buffer_byte(out, '"');
    buffer_text(out, end);
}

static void csv_write(const struct grouping *grouping, struct buffer *out)
{
    buffer_text(
        out,
        "group,line,external,person,source,person_external,category,case,score,tie,joined,reasons\n");
    for (size_t i = 0; i < grouping->graph.count; i++) {
        struct told told = told_of(grouping, i);
        buffer_format(out, "%u,%" PRIu64 ",", told.group, told.line->line);
        cell_write(out, told.line->external, ",");
        buffer_format(out, "%" PRId64 ",", told.link->person);
        cell_write(out, told.link->source, ",");
        cell_write(out, told.link->external, ",");
        cell_write(out, told.link->category, ",");
        cell_write(out, told.link->case_number, ",");
        buffer_format(out, "%.*s,%s,", SPAN_ARG(told.link->score),
                      told.is_weakest ? "weakest" : "");
        cell_write(out, told.link->joined, ",");
        cell_write(out, told.link->reasons, "\n");
    }
}

/* Joined texts as a list again: numbers as they are, words as texts. */
static void list_write(const char *name, struct span text, const char *between, bool is_number,
                       struct json_writer *out)
{
    size_t gap = strlen(between);

    if (text.size == 0)
        return;
    json_key(out, name);
    json_begin_array(out);
    for (size_t at = 0; at < text.size;) {
        const uint8_t *next = memmem(text.data + at, text.size - at, between, gap);
        size_t end = next == NULL ? text.size : (size_t)(next - text.data);
        if (is_number)
            json_write_integer(out, strtoll((const char *)text.data + at, NULL, 10));
        else
            json_write_text(out, span_part(text, at, end));
        at = end + gap;
    }
    json_end_array(out);
}

static void json_told_write(const struct told *told, struct json_writer *out)
{
    json_begin_object(out);
    json_integer_field(out, "group", told->group);
    json_integer_field(out, "line", (int64_t)told->line->line);
    json_text_field(out, "external", told->line->external);
    json_integer_field(out, "person", told->link->person);
    json_text_field(out, "source", told->link->source);
    json_text_field(out, "person_external", told->link->external);
    json_text_field(out, "category", told->link->category);
    json_text_field_optional(out, "case", told->link->case_number);
    json_text_field(out, "score", told->link->score);
    json_boolean_field(out, "weakest", told->is_weakest);
    list_write("joined", told->link->joined, JOINED_BETWEEN, true, out);
    list_write("reasons", told->link->reasons, REASONS_BETWEEN, false, out);
    json_end_object(out);
}

static void json_write(const struct grouping *grouping, unsigned least, struct buffer *out)
{
    struct json_writer writer = json_writer_make(out);

    json_begin_object(&writer);
    json_integer_field(&writer, "people", (int64_t)grouping->links->line_count);
    json_integer_field(&writer, "groups", (int64_t)grouping->clusters.count);
    json_integer_field(&writer, "with_more", (int64_t)grouping->links->cut);
    own_least_write(least, &writer);
    json_key(&writer, "links");
    json_begin_array(&writer);
    for (size_t i = 0; i < grouping->graph.count; i++) {
        struct told told = told_of(grouping, i);
        json_told_write(&told, &writer);
    }
    json_end_array(&writer);
    json_end_object(&writer);
    buffer_byte(out, '\n');
}

bool own_links_write(const struct own_links *links, bool is_json, unsigned least,
                     struct buffer *out, size_t *groups, struct error *err)
{
    struct grouping grouping;
    bool ok = grouping_make(links, &grouping, err);

    *groups = ok ? grouping.clusters.count : 0;
    if (ok && is_json)
        json_write(&grouping, least, out);
    else if (ok)
        csv_write(&grouping, out);
    grouping_free(&grouping);
    return ok && (!out->failed || too_many(err));
}

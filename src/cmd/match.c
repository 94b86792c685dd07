/*
 * `besa match`: links a list of people, a CSV file, to another or to itself. Works on files alone: it opens no node and no
 * book, and what it finds is for a person to judge.
 */
#include "cmd/command.h"

#include "base/attributes.h"
#include "base/json.h"
#include "match/cluster.h"
#include "match/list_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#define FILE_SIZE_MAX   ((size_t)512 << 20)
#define RESULT_SIZE_MAX ((size_t)1 << 30)
#define LARGE_LIST      200000 /* records from which on blocks are kept smaller */
#define LARGE_BLOCK     100

struct matching {
    struct folder *folder;
    struct lexicon *lexicon;
    struct aligner *aligner;
    struct link_list list;
    struct list_ids ids;
    struct score_weights weights;
    struct score_curve curve;
    struct links links;
    struct clusters clusters;
    float prior_bits;
    uint32_t *cluster_of; /* by record: cluster + 1 */
};

struct match_words {
    const char *list;
    const char *against; /* NULL: the list itself */
    bool is_json;
    bool is_one_to_one;
    float share_least;
    double expected; /* share of the shorter list */
};

static bool out_of_memory(struct error *err)
{
    return error_set(err, ERROR_LIMIT, "out of memory");
}

/* --- reading and linking --- */

static bool file_add(struct matching *matching, const char *path, struct error *err)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(FILE_SIZE_MAX);

    return command_read_file(path, FILE_SIZE_MAX, &text, err) &&
           list_file_read(buffer_span(&text), path, matching->folder, &matching->list,
                          &matching->ids, err);
}

static bool lists_read(struct matching *matching, const struct match_words *words,
                       struct error *err)
{
    if (!folder_make(&matching->folder, err) || !lexicon_make(&matching->lexicon, err) ||
        !aligner_make(matching->lexicon, &matching->aligner, err))
        return false;
    link_list_make(matching->lexicon, BLOCKING_ALL, &matching->list);
    if (!file_add(matching, words->list, err))
        return false;
    if (words->against == NULL)
        return true;
    link_list_split(&matching->list);
    return file_add(matching, words->against, err);
}

static bool lists_link(struct matching *matching, const struct match_words *words,
                       struct error *err)
{
    struct link_list *list = &matching->list;

    score_weights_published(&matching->weights);
    score_curve_published(&matching->curve);
    if (list->count > LARGE_LIST)
        list->block_max = LARGE_BLOCK;
    matching->prior_bits = link_prior(list, words->expected);
    struct link_options options = {
        .weights = &matching->weights,
        .curve = &matching->curve,
        .prior_bits = matching->prior_bits,
        .share_least = words->share_least,
        .is_one_to_one = words->is_one_to_one,
    };
    if (!link_run(list, &options, &matching->links, err) ||
        !clusters_make(list->count, &matching->links, &matching->clusters, err))
        return false;
    matching->cluster_of = calloc(list->count + 1, sizeof *matching->cluster_of);
    if (matching->cluster_of == NULL)
        return out_of_memory(err);
    for (size_t i = 0; i < matching->clusters.count; i++)
        for (size_t k = matching->clusters.starts[i]; k < matching->clusters.starts[i + 1]; k++)
            matching->cluster_of[matching->clusters.members[k]] = (uint32_t)i + 1;
    return true;
}

static void matching_free(struct matching *matching)
{
    links_free(&matching->links);
    clusters_free(&matching->clusters);
    link_list_free(&matching->list);
    list_ids_free(&matching->ids);
    aligner_free(&matching->aligner);
    lexicon_free(&matching->lexicon);
    folder_free(&matching->folder);
    free(matching->cluster_of);
}

/* --- showing --- */

struct shown_link {
    const struct link *link;
    struct score score;
    uint32_t cluster; /* from 1 */
    bool is_weakest;  /* of its cluster */
};

static void link_shown(const struct matching *matching, size_t at, struct shown_link *out)
{
    const struct record *records = matching->list.records;
    struct likeness likeness;

    out->link = &matching->links.links[at];
    likeness_make(matching->aligner, &records[out->link->a], &records[out->link->b], &likeness);
    score_make(&matching->weights, &matching->curve, &likeness, matching->prior_bits, &out->score);
    out->cluster = matching->cluster_of[out->link->a];
    const struct link *weakest = &matching->clusters.weakest[out->cluster - 1];
    out->is_weakest = weakest->a == out->link->a && weakest->b == out->link->b;
}

/* A cell in quotes, always; quotes in it are doubled. */
static void cell_write(struct buffer *out, struct span text)
{
    buffer_byte(out, '"');
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '"')
            buffer_byte(out, '"');
        buffer_byte(out, text.data[i]);
    }
    buffer_byte(out, '"');
}

static void csv_link_write(const struct matching *matching, const struct shown_link *shown,
                           struct buffer *out)
{
    char words[SCORE_WORDS_SIZE];

    buffer_format(out, "%u,", shown->cluster);
    cell_write(out, matching->ids.ids[shown->link->a]);
    buffer_byte(out, ',');
    cell_write(out, matching->ids.ids[shown->link->b]);
    buffer_format(out, ",%.3f,%.1f,%s,\"", (double)shown->score.share, (double)shown->score.bits,
                  shown->is_weakest ? "weakest" : "");
    for (size_t i = 0; i < shown->score.reason_count; i++) {
        score_words(&shown->score.reasons[i], words);
        buffer_format(out, "%s%s", i > 0 ? "; " : "", words);
    }
    buffer_text(out, "\"\n");
}

static void json_link_write(const struct matching *matching, const struct shown_link *shown,
                            struct json_writer *out)
{
    char text[SCORE_WORDS_SIZE];

    json_begin_object(out);
    json_integer_field(out, "cluster", shown->cluster);
    json_text_field(out, "a", matching->ids.ids[shown->link->a]);
    json_text_field(out, "b", matching->ids.ids[shown->link->b]);
    snprintf(text, sizeof text, "%.3f", (double)shown->score.share);
    json_string_field(out, "share", text);
    snprintf(text, sizeof text, "%.1f", (double)shown->score.bits);
    json_string_field(out, "bits", text);
    json_boolean_field(out, "weakest", shown->is_weakest);
    json_key(out, "reasons");
    json_begin_array(out);
    for (size_t i = 0; i < shown->score.reason_count; i++) {
        score_words(&shown->score.reasons[i], text);
        json_write_text(out, span_text(text));
    }
    json_end_array(out);
    json_end_object(out);
}

static void json_write(const struct matching *matching, struct buffer *out)
{
    struct json_writer writer = json_writer_make(out);
    struct shown_link shown;

    json_begin_object(&writer);
    json_integer_field(&writer, "records", (int64_t)matching->list.count);
    json_integer_field(&writer, "compared", (int64_t)matching->links.compared);
    json_integer_field(&writer, "skipped", (int64_t)matching->links.skipped);
    json_integer_field(&writer, "expected", (int64_t)(matching->links.expected + 0.5));
    json_integer_field(&writer, "unread_births", (int64_t)matching->ids.unread_births);
    json_key(&writer, "links");
    json_begin_array(&writer);
    for (size_t i = 0; i < matching->links.count; i++) {
        link_shown(matching, i, &shown);
        json_link_write(matching, &shown, &writer);
    }
    json_end_array(&writer);
    json_end_object(&writer);
    buffer_byte(out, '\n');
}

static void csv_write(const struct matching *matching, struct buffer *out)
{
    struct shown_link shown;

    buffer_text(out, "cluster,a,b,share,bits,tie,reasons\n");
    for (size_t i = 0; i < matching->links.count; i++) {
        link_shown(matching, i, &shown);
        csv_link_write(matching, &shown, out);
    }
}

static int matching_show(const struct options *options, const struct match_words *words,
                         const struct matching *matching)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(RESULT_SIZE_MAX);
    struct error err = {0};

    if (words->is_json)
        json_write(matching, &out);
    else
        csv_write(matching, &out);
    if (out.failed) {
        error_set(&err, ERROR_LIMIT, "too many links to show: raise --least");
        return command_fail(options, &err);
    }
    if (fwrite(out.data, 1, out.size, stdout) != out.size || fflush(stdout) != 0) {
        error_set(&err, ERROR_STORE, "the result could not be written out");
        return command_fail(options, &err);
    }
    command_note(options,
                 "%zu records, %llu pairs compared, %zu links in %zu groups; %.0f pairs are "
                 "expected to be one person",
                 matching->list.count, (unsigned long long)matching->links.compared,
                 matching->links.count, matching->clusters.count, matching->links.expected);
    return EX_OK;
}

/* --- the words of the command --- */

static bool percent_read(const char *name, const char *text, uint64_t absent, double *out,
                         struct error *err)
{
    uint64_t number = 0;

    if (!command_number(name, text, 1, 100, absent, &number, err))
        return false;
    *out = (double)number / 100;
    return true;
}

static bool words_read(const char *against, const char *out, const char *least, const char *expect,
                       struct match_words *words, struct error *err)
{
    double share = 0;

    words->against = against != NULL && strcmp(against, "self") != 0 ? against : NULL;
    if (out != NULL && strcmp(out, "csv") != 0 && strcmp(out, "json") != 0)
        return error_set(err, ERROR_INPUT, "--out is csv or json");
    words->is_json = words->is_json || (out != NULL && strcmp(out, "json") == 0);
    if (!percent_read("least", least, 50, &share, err) ||
        !percent_read("expect", expect, 10, &words->expected, err))
        return false;
    words->share_least = (float)share;
    return true;
}

int command_match(struct options *options, int argc, char **argv)
{
    const char *against = NULL, *out = NULL, *least = NULL, *expect = NULL;
    struct match_words words = {.is_json = false};
    const struct command_option own[] = {{.name = "against", .value = &against},
                                         {.name = "out", .value = &out},
                                         {.name = "least", .value = &least},
                                         {.name = "expect", .value = &expect},
                                         {.name = "one-to-one", .flag = &words.is_one_to_one}};
    struct matching matching = {.folder = NULL};
    struct word_list files;
    struct error err = {0};
    int exit_code;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, 1, &files, &exit_code))
        return exit_code;
    words.is_json = options->is_json;
    words.list = files.words[0];
    if (!words_read(against, out, least, expect, &words, &err))
        return command_usage(options, "%s", err.text);
    list_ids_make(&matching.ids);
    bool ok = lists_read(&matching, &words, &err) && lists_link(&matching, &words, &err);
    exit_code = ok ? matching_show(options, &words, &matching) : command_fail(options, &err);
    matching_free(&matching);
    return exit_code;
}

/*
 * besa own match: a list of people, a file, is linked with the own index slice by slice: which lines may be whom, how likely and
 * why. Nothing is entered anywhere, so the same command may be given again and again; --from goes on behind a line where one
 * was cut.
 */
#include "cmd/own.h"

#include "base/attributes.h"
#include "base/json.h"
#include "cmd/home.h"
#include "cmd/own_links.h"
#include "cmd/own_usual.h"
#include "desk/own_least.h"
#include "desk/own_link.h"
#include "desk/own_slice.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#define ARGUMENTS_SIZE_MAX 256u
#define ANSWER_MAX         ((size_t)4 << 20)
#define SHOWN_MAX          ((size_t)1 << 30)
#define SLICE_BYTES        (BODY_SIZE_MAX * 3 / 4) /* then it goes: what a last person adds has room */
#define PERCENT_MAX        100

/* One person of the slice at hand: where its text ends, and the line of the file that it ends with. */
struct piece {
    size_t end;
    uint64_t line;
    struct span external; /* in texts */
};

struct matching {
    const struct options *options;
    const char *path;
    const char *purpose;
    unsigned least; /* percent */
    uint64_t from;  /* lines up to this one are passed over */
    FILE *file;
    int64_t size;
    struct config config; /* its texts are part of what is usual */
    struct own_entry usual;
    struct own_xml_mapping mapping;
    struct own_file *reader;
    struct buffer pieces; /* people behind each other, as own_slice.h has them */
    struct arena texts;   /* of the slice */
    struct piece ends[OWN_LINK_MAX];
    size_t count;
    uint64_t done; /* the line up to which all was linked */
    struct own_links links;
    struct faults faults;
    struct progress progress;
    struct problems problems;
    struct error err;
};

/* --- slices --- */

static bool linked_read(struct matching *matching, struct span answer, size_t first, size_t last)
{
    struct arena arena CLEANUP(arena_free) = arena_make(ANSWER_MAX);
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object, element;

    problems_clear(&matching->problems);
    if (!json_parse(answer, &json, &matching->err))
        return false;
    json_object_begin(&object, json_root(json), &arena, &matching->problems);
    struct json_list list = json_get_array(&object, "people", last - first, last - first);
    for (size_t i = 0; i < list.count; i++) {
        const struct piece *piece = &matching->ends[first + i];
        if (!own_links_line(&matching->links, piece->line, piece->external, &matching->err) ||
            (json_array_object(&list, i, &element) &&
             !own_links_take(&matching->links, &element, &matching->err)))
            return false;
    }
    return problems_to_error(&matching->problems, &matching->err);
}

/* The pieces [first, last) as one slice. */
static bool slice_send(struct matching *matching, size_t first, size_t last)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct buffer answer CLEANUP(buffer_free) = buffer_make(ANSWER_MAX);
    struct json_writer arguments = json_writer_make(&text);
    size_t start = first == 0 ? 0 : matching->ends[first - 1].end;

    own_slice_begin(&body, &matching->usual);
    buffer_add(&body,
               span_make(matching->pieces.data + start, matching->ends[last - 1].end - start));
    json_begin_object(&arguments);
    json_string_field(&arguments, "purpose", matching->purpose);
    json_integer_field(&arguments, "least_percent", matching->least);
    json_end_object(&arguments);
    if (body.failed || text.failed)
        return error_set(&matching->err, ERROR_LIMIT, "a slice is too long");
    problems_clear(&matching->problems);
    error_clear(&matching->err);
    return command_ask(matching->options, "own-link", buffer_span(&text), buffer_span(&body),
                       &answer, &matching->problems, &matching->err) &&
           linked_read(matching, buffer_span(&answer), first, last);
}

/* The node refuses a slice whole: then one by one, so that only who is wrong stays out. */
static bool slice_send_singly(struct matching *matching)
{
    for (size_t i = 0; i < matching->count; i++) {
        if (slice_send(matching, i, i + 1))
            continue;
        if (matching->err.kind != ERROR_INPUT)
            return false;
        fault_tell(&matching->faults, matching->ends[i].line, matching->err.text);
    }
    return true;
}

static bool slice_flush(struct matching *matching)
{
    bool ok = matching->count == 0 || slice_send(matching, 0, matching->count);

    if (!ok && matching->err.kind == ERROR_INPUT && matching->count > 1)
        ok = slice_send_singly(matching);
    if (ok)
        matching->done = own_file_line(matching->reader);
    buffer_clear(&matching->pieces);
    arena_free(&matching->texts);
    matching->count = 0;
    if (ok)
        progress_show(&matching->progress, (int64_t)ftello(matching->file), matching->size);
    return ok;
}

static bool person_take(struct matching *matching, const struct own_entry *entry)
{
    struct piece *piece = &matching->ends[matching->count];

    if (!buffer_add(&matching->pieces, own_file_text(matching->reader)) ||
        !arena_copy(&matching->texts, entry->external, &piece->external))
        return error_set(&matching->err, ERROR_LIMIT, "a person is too long");
    piece->end = matching->pieces.size;
    piece->line = own_file_line(matching->reader);
    matching->count++;
    return (matching->count < OWN_LINK_MAX && matching->pieces.size < SLICE_BYTES) ||
           slice_flush(matching);
}

/* One step of the file; *more false at its end. */
static bool step_take(struct matching *matching, bool *more)
{
    struct own_entry entry;
    struct error why = {0};
    enum own_file_step step = own_file_next(matching->reader, &entry, &why);
    uint64_t line = own_file_line(matching->reader);

    *more = step != OWN_FILE_END;
    if (step == OWN_FILE_FAILED)
        return why.kind == ERROR_NONE
                   ? error_set(&matching->err, ERROR_STORE, "%s: reading failed", matching->path)
                   : error_set(&matching->err, why.kind, "%s: %s", matching->path, why.text);
    if (!*more || line <= matching->from)
        return true;
    if (step == OWN_FILE_FAULT)
        fault_tell(&matching->faults, line, why.text);
    return step != OWN_FILE_PERSON || person_take(matching, &entry);
}

static bool lines_take(struct matching *matching)
{
    bool more = true;

    while (more)
        if (!step_take(matching, &more))
            return false;
    return slice_flush(matching);
}

/* --- the whole --- */

static bool file_open(struct matching *matching, const struct usual_texts *texts)
{
    struct stat found;
    struct home home;
    enum own_file_format format;

    if (!usual_format(texts->format, &format, &matching->err) ||
        !home_find(matching->options->home, &home, &matching->err) ||
        !home_config_load(&home, &matching->config, &matching->err) ||
        !usual_make(texts, &matching->config, &matching->usual, &matching->err) ||
        !usual_mapping(texts->mapping, &matching->mapping, &matching->err))
        return false;
    matching->file = fopen(matching->path, "rbe");
    if (matching->file == NULL)
        return error_set(&matching->err, ERROR_MISSING, "%s: %s", matching->path, strerror(errno));
    if (fstat(fileno(matching->file), &found) == 0)
        matching->size = (int64_t)found.st_size;
    if (texts->errors != NULL) {
        matching->faults.file = fopen(texts->errors, "we");
        if (matching->faults.file == NULL)
            return error_set(&matching->err, ERROR_STORE, "%s: %s", texts->errors, strerror(errno));
    }
    return own_file_open(matching->file, format, &matching->usual, &matching->mapping,
                         span_text(texts->source), &matching->reader, &matching->err);
}

static void file_close(struct matching *matching)
{
    own_file_close(&matching->reader);
    if (matching->file != NULL)
        fclose(matching->file);
    if (matching->faults.file != NULL)
        fclose(matching->faults.file);
    buffer_free(&matching->pieces);
    arena_free(&matching->texts);
    own_links_free(&matching->links);
}

/* What was linked is shown even when the work was cut: it stands in the log as shown. */
static bool links_show(struct matching *matching, bool is_json, struct error *err)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(SHOWN_MAX);
    size_t groups = 0;

    if (!own_links_write(&matching->links, is_json, matching->least, &out, &groups, err))
        return false;
    if (fwrite(out.data, 1, out.size, stdout) != out.size || fflush(stdout) != 0)
        return error_set(err, ERROR_STORE, "the result could not be written out");
    command_note(
        matching->options, "%zu people asked for, %zu links in %zu groups, %" PRIu64 " wrong lines",
        matching->links.line_count, matching->links.link_count, groups, matching->faults.count);
    if (matching->links.cut > 0)
        command_note(matching->options,
                     "of %zu there may be more people than are told: look with own search",
                     matching->links.cut);
    return true;
}

static int match_run(struct matching *matching, const struct usual_texts *texts, bool is_json)
{
    struct error shown = {0};
    bool ok = file_open(matching, texts) && lines_take(matching);

    progress_end(&matching->progress);
    if (!ok && matching->links.line_count > 0)
        command_note(matching->options, "cut: --from %" PRIu64 " goes on", matching->done);
    if ((ok || matching->links.line_count > 0) && !links_show(matching, is_json, &shown) && ok) {
        matching->err = shown;
        ok = false;
    }
    return ok ? EX_OK
              : command_fail_problems(matching->options, &matching->err, &matching->problems);
}

bool own_least_option(const char *text, unsigned absent, unsigned *out, struct error *err)
{
    char *end = NULL;
    double value;

    *out = absent;
    if (text == NULL)
        return true;
    errno = 0;
    value = strtod(text, &end);
    if (end == text || *end != 0 || errno != 0 || !(value >= 0 && value <= 1))
        return error_set(err, ERROR_INPUT, "--least: a score, 0 to 1");
    *out = (unsigned)(value * PERCENT_MAX + 0.5);
    return true;
}

int own_match(struct options *options, int argc, char **argv)
{
    static struct matching matching; /* one command a process */
    /* What is said of everybody is kept of nobody; it is only what a slice has to have. */
    struct usual_texts texts = {.source = "list",
                                .format = "csv",
                                .category = "suspect",
                                .evaluation = "B2",
                                .purpose = "missing_persons",
                                .offences = "",
                                .link = "linked"};
    const char *least = NULL, *output = "csv", *from = NULL;
    const struct command_option own[] = {{.name = "purpose", .value = &matching.purpose},
                                         {.name = "format", .value = &texts.format},
                                         {.name = "mapping", .value = &texts.mapping},
                                         {.name = "least", .value = &least},
                                         {.name = "output", .value = &output},
                                         {.name = "from", .value = &from},
                                         {.name = "errors", .value = &texts.errors}};
    struct word_list words;
    struct error err = {0};
    int exit_code;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, 1, &words, &exit_code))
        return exit_code;
    if (matching.purpose == NULL)
        return command_usage(options, "say --purpose: what the linking serves");
    if (!own_least_option(least, OWN_LEAST_LINK, &matching.least, &err) ||
        !command_number("from", from, 0, JSON_INTEGER_MAX, 0, &matching.from, &err))
        return command_usage(options, "%s", err.text);
    if (strcmp(output, "csv") != 0 && strcmp(output, "json") != 0)
        return command_usage(options, "--output is csv or json");
    matching.options = options;
    matching.path = words.words[0];
    matching.pieces = buffer_make(2 * BODY_SIZE_MAX);
    matching.texts = arena_make(BODY_SIZE_MAX);
    matching.faults.options = options;
    matching.progress.options = options;
    matching.progress.what = "linking";
    own_links_make(&matching.links);
    exit_code = match_run(&matching, &texts, options->is_json || strcmp(output, "json") == 0);
    file_close(&matching);
    return exit_code;
}

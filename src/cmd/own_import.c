/* besa own import: see own.h. */
#include "cmd/own.h"

#include "base/attributes.h"
#include "base/json.h"
#include "cmd/home.h"
#include "cmd/own_usual.h"
#include "crypto/digest.h"
#include "desk/own_slice.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define ARGUMENTS_SIZE_MAX 4096u
#define RESULT_MAX         65536u
#define SLICE_PEOPLE       OWN_SLICE_MAX
#define SLICE_BYTES        (BODY_SIZE_MAX * 3 / 4) /* then it goes: what a last person adds has room */

/* One person of the slice at hand: where its text ends, and the line of the file that it ends with. */
struct piece {
    size_t end;
    uint64_t line;
};

struct import {
    const struct options *options;
    const char *path;
    FILE *file;
    int64_t size;
    char digest[2 * DIGEST_SIZE + 1];
    struct config config;
    struct own_entry usual;
    struct own_xml_mapping mapping;
    struct own_file *reader;
    struct buffer pieces; /* people behind each other, as own_slice.h has them */
    struct piece ends[SLICE_PEOPLE];
    size_t count;
    uint64_t done;    /* the line up to which the node has it */
    uint64_t refused; /* faults since then */
    uint64_t people;
    struct faults faults;
    struct progress progress;
    struct problems problems;
    struct error err;
};

/* --- the file --- */

static void text_digest(struct digest *running, const char *text)
{
    digest_add(running, span_make(text == NULL ? "" : text, text == NULL ? 1 : strlen(text) + 1));
}

/* What is said of everybody makes people others than the same file with other options does. The source is not among it: a
 * file that came as one register is refused as another. */
static void options_digest(struct digest *running, const struct usual_texts *texts,
                           const struct own_xml_mapping *mapping)
{
    const char *const said[] = {"",
                                texts->format,
                                texts->category,
                                texts->evaluation,
                                texts->purpose,
                                texts->offences,
                                texts->review,
                                texts->erase,
                                texts->link};

    for (size_t i = 0; i < ARRAY_COUNT(said); i++)
        text_digest(running, said[i]);
    text_digest(running, mapping->record);
    for (size_t i = 0; i < mapping->count; i++) {
        text_digest(running, mapping->rules[i].path);
        text_digest(running, own_field_names[mapping->rules[i].field]);
    }
}

static bool digest_make(struct import *import, const struct usual_texts *texts, struct error *err)
{
    static uint8_t block[1 << 20];
    uint8_t digest[DIGEST_SIZE];
    struct digest *running = digest_begin();
    size_t got;

    if (running == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    while ((got = fread(block, 1, sizeof block, import->file)) > 0) {
        digest_add(running, span_make(block, got));
        import->size += (int64_t)got;
    }
    options_digest(running, texts, &import->mapping);
    digest_end(running, digest);
    hex_write(span_make(digest, sizeof digest), import->digest);
    rewind(import->file);
    return !ferror(import->file) ||
           error_set(err, ERROR_STORE, "%s: %s", import->path, strerror(errno));
}

/* --- slices --- */

static void slice_clear(struct import *import)
{
    buffer_clear(&import->pieces);
    import->count = 0;
}

static bool act_ask(struct import *import, const char *act, struct span arguments, struct span body,
                    struct buffer *result)
{
    buffer_clear(result);
    problems_clear(&import->problems);
    error_clear(&import->err);
    return command_ask(import->options, act, arguments, body, result, &import->problems,
                       &import->err);
}

/* The pieces [first, last) as one slice, which leads to `line`; `refused` lines on the way were of no use. */
static bool slice_send(struct import *import, size_t first, size_t last, uint64_t line,
                       uint64_t refused)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct buffer result CLEANUP(buffer_free) = buffer_make(RESULT_MAX);
    struct json_writer arguments = json_writer_make(&text);

    own_slice_begin(&body, &import->usual);
    if (last > first) {
        size_t start = first == 0 ? 0 : import->ends[first - 1].end;
        buffer_add(&body,
                   span_make(import->pieces.data + start, import->ends[last - 1].end - start));
    }
    json_begin_object(&arguments);
    json_string_field(&arguments, "digest", import->digest);
    json_integer_field(&arguments, "from", (int64_t)import->done);
    json_integer_field(&arguments, "to", (int64_t)line);
    json_integer_field(&arguments, "refused", (int64_t)refused);
    json_end_object(&arguments);
    if (body.failed || text.failed)
        return error_set(&import->err, ERROR_LIMIT, "a slice is too long");
    if (!act_ask(import, "own-import-take", buffer_span(&text), buffer_span(&body), &result))
        return false;
    import->done = line;
    import->people += last - first;
    return true;
}

/* The node refuses a slice whole: then one by one, so that only who is wrong stays out. */
static bool slice_send_singly(struct import *import, uint64_t line, uint64_t refused)
{
    for (size_t i = 0; i < import->count; i++) {
        uint64_t to = i + 1 == import->count ? line : import->ends[i].line;
        if (slice_send(import, i, i + 1, to, i == 0 ? refused : 0))
            continue;
        if (import->err.kind != ERROR_INPUT)
            return false;
        fault_tell(&import->faults, import->ends[i].line, import->err.text);
        if (!slice_send(import, i, i, to, (i == 0 ? refused : 0) + 1))
            return false;
    }
    return true;
}

static bool slice_flush(struct import *import)
{
    uint64_t line = own_file_line(import->reader);

    if (line == import->done)
        return true;
    bool ok = slice_send(import, 0, import->count, line, import->refused);
    if (!ok && import->err.kind == ERROR_INPUT && import->count > 0)
        ok = slice_send_singly(import, line, import->refused);
    slice_clear(import);
    import->refused = 0;
    progress_show(&import->progress, (int64_t)ftello(import->file), import->size);
    return ok;
}

static bool person_take(struct import *import)
{
    if (!buffer_add(&import->pieces, own_file_text(import->reader)))
        return error_set(&import->err, ERROR_LIMIT, "a person is too long");
    import->ends[import->count++] =
        (struct piece){import->pieces.size, own_file_line(import->reader)};
    return (import->count < SLICE_PEOPLE && import->pieces.size < SLICE_BYTES) ||
           slice_flush(import);
}

/* One step of the file; *more false at its end. */
static bool step_take(struct import *import, bool *more)
{
    struct own_entry entry;
    struct error why = {0};
    enum own_file_step step = own_file_next(import->reader, &entry, &why);
    uint64_t line = own_file_line(import->reader);

    *more = step != OWN_FILE_END;
    if (step == OWN_FILE_FAILED)
        return why.kind == ERROR_NONE
                   ? error_set(&import->err, ERROR_STORE, "%s: reading failed", import->path)
                   : error_set(&import->err, why.kind, "%s: %s", import->path, why.text);
    if (!*more || line <= import->done) /* done before the import was cut */
        return true;
    if (step == OWN_FILE_FAULT) {
        import->refused++;
        fault_tell(&import->faults, line, why.text);
    }
    return step != OWN_FILE_PERSON || person_take(import);
}

static bool lines_take(struct import *import)
{
    bool more = true;

    while (more)
        if (!step_take(import, &more))
            return false;
    return slice_flush(import);
}

/* --- the whole --- */

static bool begin_read(struct import *import, struct span result, bool *is_over)
{
    struct arena arena CLEANUP(arena_free) = arena_make(RESULT_MAX);
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;

    problems_clear(&import->problems);
    if (!json_parse(result, &json, &import->err))
        return false;
    json_object_begin(&object, json_root(json), &arena, &import->problems);
    import->done = (uint64_t)json_get_integer(&object, "lines", 0, JSON_INTEGER_MAX);
    *is_over = json_has(&object, "ended");
    return problems_to_error(&import->problems, &import->err);
}

static bool import_begin(struct import *import, const char *source, bool *is_over)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(ARGUMENTS_SIZE_MAX);
    struct buffer result CLEANUP(buffer_free) = buffer_make(RESULT_MAX);
    struct json_writer arguments = json_writer_make(&text);

    json_begin_object(&arguments);
    json_string_field(&arguments, "digest", import->digest);
    json_string_field(&arguments, "source", source);
    json_end_object(&arguments);
    return act_ask(import, "own-import-begin", buffer_span(&text), span_make(NULL, 0), &result) &&
           begin_read(import, buffer_span(&result), is_over);
}

static bool import_end(struct import *import, struct buffer *result)
{
    char text[2 * DIGEST_SIZE + 32];

    snprintf(text, sizeof text, "{\"digest\":\"%s\"}", import->digest);
    return act_ask(import, "own-import-end", span_text(text), span_make(NULL, 0), result);
}

/* From where the node stands to the file's end. */
static bool file_take(struct import *import, const struct usual_texts *texts,
                      enum own_file_format format)
{
    bool is_over = false;

    own_file_close(&import->reader);
    rewind(import->file);
    slice_clear(import);
    import->refused = import->faults.count = 0;
    if (!import_begin(import, texts->source, &is_over))
        return false;
    if (is_over)
        command_note(import->options, "this file was imported before; nothing is to be done");
    else if (import->done > 0)
        command_note(import->options, "goes on behind line %" PRIu64, import->done);
    return is_over || (own_file_open(import->file, format, &import->usual, &import->mapping,
                                     span_text(texts->source), &import->reader, &import->err) &&
                       lines_take(import));
}

/* The last slice of a command that was killed may still be under way when the next one asks where the node stands. */
#define BEGIN_MAX 3

static bool import_run(struct import *import, const struct usual_texts *texts,
                       struct buffer *result)
{
    struct home home;
    enum own_file_format format;
    bool ok = false;

    if (!usual_format(texts->format, &format, &import->err) ||
        !home_find(import->options->home, &home, &import->err) ||
        !home_config_load(&home, &import->config, &import->err) ||
        !usual_make(texts, &import->config, &import->usual, &import->err) ||
        !usual_mapping(texts->mapping, &import->mapping, &import->err) ||
        !digest_make(import, texts, &import->err))
        return false;
    for (int begun = 0; !ok && begun < BEGIN_MAX; begun++) {
        ok = file_take(import, texts, format);
        if (!ok && (import->err.kind != ERROR_CONFLICT || import->people > 0))
            break;
    }
    progress_end(&import->progress);
    return ok && import_end(import, result);
}

int own_import(struct options *options, int argc, char **argv)
{
    static struct import import; /* one command a process */
    struct buffer result CLEANUP(buffer_free) = buffer_make(RESULT_MAX);
    struct usual_texts texts = {.format = "csv",
                                .category = "suspect",
                                .evaluation = "B2",
                                .purpose = "investigation",
                                .offences = "",
                                .link = "imported from the register"};
    const struct command_option own[] = {{.name = "source", .value = &texts.source},
                                         {.name = "format", .value = &texts.format},
                                         {.name = "category", .value = &texts.category},
                                         {.name = "evaluation", .value = &texts.evaluation},
                                         {.name = "purpose", .value = &texts.purpose},
                                         {.name = "offences", .value = &texts.offences},
                                         {.name = "review", .value = &texts.review},
                                         {.name = "erase", .value = &texts.erase},
                                         {.name = "link", .value = &texts.link},
                                         {.name = "mapping", .value = &texts.mapping},
                                         {.name = "errors", .value = &texts.errors}};
    struct word_list words;
    int exit_code;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, 1, &words, &exit_code))
        return exit_code;
    if (texts.source == NULL)
        return command_usage(options, "say --source: the register that the file is from");
    if (texts.offences[0] == 0 && strcmp(texts.purpose, "missing_persons") != 0)
        return command_usage(options, "say --offences: for what the people are kept");
    import = (struct import){.options = options,
                             .faults = {.options = options},
                             .path = words.words[0],
                             .pieces = buffer_make(2 * BODY_SIZE_MAX),
                             .progress = {
                                 .options = options,
                                 .what = "importing"
                             }};
    import.file = fopen(words.words[0], "rb");
    if (import.file == NULL)
        error_set(&import.err, ERROR_MISSING, "%s: %s", words.words[0], strerror(errno));
    bool ok = import.file != NULL;
    if (ok && texts.errors != NULL) {
        import.faults.file = fopen(texts.errors, "we");
        ok = import.faults.file != NULL ||
             error_set(&import.err, ERROR_STORE, "%s: %s", texts.errors, strerror(errno));
    }
    ok = ok && import_run(&import, &texts, &result);
    own_file_close(&import.reader);
    buffer_free(&import.pieces);
    if (import.file != NULL)
        fclose(import.file);
    if (import.faults.file != NULL && fclose(import.faults.file) != 0 && ok)
        ok = error_set(&import.err, ERROR_STORE, "%s: %s", texts.errors, strerror(errno));
    return ok ? command_show(options, buffer_span(&result))
              : command_fail_problems(options, &import.err, &import.problems);
}
